"""Parts all letters share: head, one recommendation, closing, signature."""

from __future__ import annotations

from collections.abc import Sequence

from shnor_lib.report import format as fmt
from shnor_lib.report import recommendation_words as say
from shnor_lib.report.analysis import Analysis
from shnor_lib.report.forms.model import centre, line, right, said, signatures, small
from shnor_lib.report.letters.paths import FOLDER
from shnor_lib.report.recommendation_rows import Proposals
from shnor_lib.report.rows import Row

__all__ = ["FOLDER"]


def head(analysis: Analysis, whom: Sequence[str], subject: str) -> list[str]:
    """Who writes, to whom, when, about what.

    Parameters
    ----------
    analysis
        Names the organisation and the day.
    whom
        Lines of the addressee's block; empty ones are left out.
    subject
        «Об адресных рекомендациях».
    """
    return [
        centre(f"**{said(analysis.organisation)}**" if analysis.organisation else line(50)),
        right(*(said(part) for part in whom if part)),
        f"от{fmt.NBSP}{fmt.date_ru(analysis.day)} №{fmt.NBSP}{line(8)}",
        f"*{said(subject)}*",
    ]


def recommendation(
    number: str, row: Row, found: Proposals, grounds: str, *, bullets: str = ""
) -> list[str]:
    """One numbered recommendation with its ground, deadline and who controls it."""
    rule = found.rule(row)
    blocks = [
        f"**{number}{fmt.NBSP}{said(row['title'])}.** {said(fmt.nice(row['text']))}",
    ]
    reason = said(fmt.nice(rule.ground.reason))
    facts = f"Основание: {said(say.low_first(grounds))}." if grounds else "Основание."
    blocks.append(f"{facts} {reason} {_rests_on(found, row)}")
    if bullets:
        blocks.append(bullets)
    blocks.append(
        f"Форма: {say.form(row['form'])}. **Срок: до{fmt.NBSP}{fmt.date_ru(row['deadline'])}.** "
        f"Контроль: {said(row['controller'])}."
    )
    return blocks


def _rests_on(found: Proposals, row: Row) -> str:
    rule = found.rule(row)
    if not rule.ground.document:
        return "(Предложение авторов программы.)"
    if rule.ground.standing == "норматив":
        return f"({said(say.document_words(rule))}.)"
    return f"(Предложение авторов программы; ср.: {said(say.document_words(rule))}.)"


def closing(analysis: Analysis, found: Proposals) -> list[str]:
    """What to do with the letter, signature, where the numbers come from."""
    title = "" if found.proposed is None else found.proposed.rules.title
    return [
        "О выполнении просим сообщить не позднее указанных сроков. Если рекомендация не подходит "
        "к условиям, сообщите причину: её можно заменить или снять.",
        signatures("Руководитель"),
        small(
            f"Проект письма составлен программой по данным на{fmt.NBSP}{fmt.date_ru(analysis.day)} "
            f"и правилам «{said(title)}». До отправки его просматривает и правит методическая "
            "служба. Выданные рекомендации вносят в книгу «Адресные рекомендации»; коды правил: "
            f"{{codes}}."
        ),
    ]


def with_codes(blocks: Sequence[str], rows: Sequence[Row]) -> str:
    """The letter's text with the codes of its rules in the fine print."""
    codes = dict.fromkeys(f"{row['rule']}" for row in rows)
    text = "\n\n".join(block for block in blocks if block)
    return text.replace("{codes}", said(", ".join(codes)))
