"""Parts all letters share: head, one recommendation, closing, signature."""

from __future__ import annotations

from collections.abc import Sequence

from shnor_lib.report import format as fmt
from shnor_lib.report import recommendation_words as say
from shnor_lib.report.abbreviations import explained
from shnor_lib.report.analysis import Analysis
from shnor_lib.report.forms.model import (
    addressee,
    centre,
    kept,
    line,
    said,
    signatures,
    small,
)
from shnor_lib.report.letters.paths import FOLDER
from shnor_lib.report.recommendation_rows import Proposals
from shnor_lib.report.rows import Row

__all__ = ["FOLDER"]

DOCUMENTS: dict[str, str] = {
    "Положение, Оленёк": (
        "Положение о муниципальной системе работы со школами с низкими образовательными "
        "результатами и школами, функционирующими в сложных социальных условиях, Оленёк, 2021"
    ),
    "Порядок, Тбилисский район": (
        "Порядок системы работы со школами с низкими результатами обучения и/или школами, "
        "функционирующими в неблагоприятных социальных условиях, муниципального образования "
        "Тбилисский район"
    ),
}
"""Short name of a document in the packaged library of recommendations → its full name."""


def head(analysis: Analysis, whom: Sequence[str], subject: str) -> list[str]:
    """Who writes, to whom, when, about what, and the salutation.

    Parameters
    ----------
    analysis
        Names the organisation.
    whom
        The addressee's organisation in the nominative, line by line (ГОСТ Р 7.0.97-2016, 5.15);
        empty lines are left out. The position and a line for the name are added.
    subject
        «Об адресных рекомендациях».
    """
    return [
        centre(f"**{said(analysis.organisation)}**" if analysis.organisation else line(50)),
        addressee(*(said(part) for part in whom if part), "Руководителю", line(28)),
        f"{line(14)} №{fmt.NBSP}{line(10)}",
        f"*{said(subject)}*",
        centre(f"Уважаемый(-ая) {line(34)}!"),
    ]


def recommendation(
    number: str, row: Row, found: Proposals, grounds: str, *, bullets: str = ""
) -> list[str]:
    """One numbered recommendation with its ground, deadline and who controls it.

    The three paragraphs stay on one page; ``bullets``, if there are any, follow them.
    """
    rule = found.rule(row)
    reason = said(fmt.nice(rule.ground.reason))
    source = _rests_on(found, row)
    if source:
        reason = f"{reason.rstrip('.')} ({source})."
    if grounds:
        facts = f"Основание: {said(say.low_first(grounds))}. {reason}"
    else:
        facts = f"Основание: {_after_colon(reason)}"
    terms = (
        f"Форма: {say.form(row['form'])}. **Срок: до{fmt.NBSP}{fmt.date_ru(row['deadline'])}.** "
        f"Контроль: {said(row['controller'])}."
    )
    blocks = [
        kept(f"**{number}{fmt.NBSP}{said(row['title'])}.** {said(fmt.nice(row['text']))}"),
        kept(facts),
    ]
    if not bullets:
        return [*blocks, terms]
    noun = "Школа" if bullets.count("\n") == 0 else "Школы"
    return [*blocks, kept(f"{terms} {noun}:"), bullets]


def _after_colon(reason: str) -> str:
    """With a small letter, unless it begins with the name of a document."""
    names = {name.partition(",")[0] for name in DOCUMENTS}
    return reason if reason.split(" ")[0] in names else say.low_first(reason)


def _rests_on(found: Proposals, row: Row) -> str:
    """The document and point; «ср.» where the document only comes near; empty if there is none."""
    rule = found.rule(row)
    if not rule.ground.document:
        return ""
    words = said(say.document_words(rule))
    return words if rule.ground.standing == "норматив" else f"ср.: {words}"


def closing(analysis: Analysis, found: Proposals, rows: Sequence[Row]) -> list[str]:
    """What to do with the letter, signature, who wrote it, where the numbers come from.

    Parameters
    ----------
    analysis
        Names the day of the data.
    found
        What is proposed.
    rows
        Recommendations of the letter in the order of their numbers.
    """
    title = "" if found.proposed is None else found.proposed.rules.title
    codes = "; ".join(f"{number} — {row['rule']}" for number, row in enumerate(rows, start=1))
    return [
        kept(
            "О выполнении просим сообщить не позднее указанных сроков. Если рекомендация не "
            "подходит к условиям, сообщите причину: её можно заменить или снять."
        ),
        signatures("Руководитель", dated=False),
        f"Исполнитель: {line(26)}, тел. {line(14)}",
        small(_documents(found, rows)),
        small(
            "**Для исполнителя (до отправки удалить).** Проект письма составлен программой по "
            f"данным на{fmt.NBSP}{fmt.date_ru(analysis.day)} и правилам «{said(title)}»; его "
            "просматривает и правит методическая служба. Выданные рекомендации вносят в книгу "
            f"«Адресные рекомендации»; в графе «Правило» — код рекомендации: {said(codes)}."
        ),
    ]


def _documents(found: Proposals, rows: Sequence[Row]) -> str:
    """Full names of the documents referred to; what a recommendation without one rests on."""
    rules = [found.rule(row) for row in rows]
    named = dict.fromkeys(rule.ground.document for rule in rules if rule.ground.document)
    full = [f"{name} — {DOCUMENTS[name]}" for name in named if name in DOCUMENTS]
    text = f"Документы: {said('; '.join(full))}. " if full else ""
    if any(rule.ground.standing != "норматив" for rule in rules):
        text += (
            "Рекомендации без ссылки на документ и со словом «ср.» — предложение авторов программы "
            "мониторинга."
        )
    return text.strip()


def finished(blocks: Sequence[str]) -> str:
    """The letter's text, with the abbreviations it uses explained in its fine print."""
    text = "\n\n".join(block for block in blocks if block)
    words = explained(text)
    if not words:
        return text
    body, mark, note = text.rpartition("::: {.small}\n**Для исполнителя")
    return f"{body}{small(f'Сокращения: {said(words)}.')}\n\n{mark}{note}"
