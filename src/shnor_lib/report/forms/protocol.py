"""The curator's protocol of the verification of a school's risk profile (S0 5.12, S2 9)."""

from __future__ import annotations

from collections.abc import Sequence

from shnor_lib.report import format as fmt
from shnor_lib.report.forms.model import (
    Form,
    centre,
    grid,
    line,
    right,
    said,
    signatures,
    small,
    title,
)
from shnor_lib.report.forms.school import SchoolFacts
from shnor_lib.report.labels import school_year
from shnor_lib.report.risks import words as say
from shnor_lib.report.rows import Row

_EMPTY = 2
"""Rows for factors that are found in the school but not in its profile."""
_DECIDED = 4
"""Lines for what was decided."""


def protocol(facts: SchoolFacts) -> Form:
    """The protocol of one school, filled in with what is known.

    Parameters
    ----------
    facts
        What is known of the school and its profile.
    """
    rows = facts.factors
    blocks = [
        centre(said(facts.organisation)),
        title(
            "ПРОТОКОЛ № " + line(6),
            "верификации рискового профиля школы",
        ),
        right(f"«{line(4)}» {line(16)} 20{line(3)} г."),
        f"**Школа:** {said(facts.full_name)} ({said(facts.municipality) or line(30)}). "
        f"**Учебный год:** {school_year(facts.year)}.",
        f"**Куратор** (должность): {line(36)} **От школы** (должности): {line(42)}",
        f"**Рассмотрели:** рисковый профиль школы{_given(rows)}; зоны риска по результатам "
        f"оценочных процедур: {_zones(facts)}; карточка самоанализа: "
        f"{'сдана' if facts.answers else 'не сдана'}.",
        "**Решения по факторам риска**",
        grid(
            (
                "№", "Фактор риска", "Значи­мость", "Школа: подтверждает или отклоняет, почему",
                "Куратор: подтверждает или отклоняет, почему", "Итог", "Кто решает и к какому сроку",
            ),
            [_row(number, row, facts) for number, row in enumerate(rows, start=1)]
            + [[str(len(rows) + n), "", "", "", "", "", ""] for n in range(1, _EMPTY + 1)],
            (4, 21, 9, 21, 21, 10, 14),
            high=10,
        ),
        small(
            "Итог: подтверждён, отклонён, в работе, снят. Отклоняя фактор, называют причину. "
            "Пустые строки — для факторов, которых нет в профиле, но которые видны в школе. "
            f"Кто решает — {facts.rules.standing} по документу «{said(facts.rules.source.document)}» "
            f"({_points(facts.rules.source.point)}); названия факторов приведены по памяти о "
            "проекте «500+». МОУО — муниципальный орган управления образованием. Заполнено по "
            f"данным {say.day_words(facts.day)}. Решения переносят в книгу «Рисковые профили», лист "
            "«Верификация рисков»; меры — в книгу «Дорожная карта»."
        ),
        *_doubts(facts),
        "**Решили:**",
        grid(
            ("№", "Что сделать", "Ответственный (должность)", "Срок"),
            [[str(n), "", "", ""] for n in range(1, _DECIDED + 1)],
            (5, 55, 25, 15),
            high=8,
            whole=True,
        ),
        signatures("Куратор", "Директор школы"),
    ]  # fmt: skip
    return Form(
        facts.path("protocol"),
        f"Протокол верификации рискового профиля: {facts.name}, {facts.year_words}",
        "\n\n".join(block for block in blocks if block),
        sideways=True,
        dense=True,
    )


def _points(points: str) -> str:
    """«п. 4.3.2» or «пп. 4.3.2–4.3.6»."""
    many = any(mark in points for mark in "–;,")
    return f"{'пп' if many else 'п'}.{fmt.NBSP}{points}"


def _given(rows: Sequence[Row]) -> str:
    if not rows:
        return " (профиля в данных нет)"
    declared = sum(row["level"] is not None for row in rows)
    sources = sorted({str(row["source"]) for row in rows if row["source"] is not None})
    counted = fmt.count_phrase(declared, *say.FACTORS_FORMS)
    return f" ({counted}; источник: {said(', '.join(sources))})" if sources else f" ({counted})"


def _zones(facts: SchoolFacts) -> str:
    if not facts.zones:
        return "за порогом результатов нет"
    return "; ".join(said(zone) for zone in facts.zones)


def _row(number: int, row: Row, facts: SchoolFacts) -> list[str]:
    decision = facts.decisions.get(str(row["factor"]))
    due = f", до {fmt.date_ru(decision['decide_by'])}" if decision else ""
    return [
        str(number),
        said(say.factor(row["factor"])),
        said(say.level(row["level"])),
        _decided(row, "school"),
        _decided(row, "curator"),
        "" if row["state"] == "claimed" else said(say.state(row["state"])),
        f"{say.WHO[str(row['decides'])]}{due}",
    ]


def _decided(row: Row, who: str) -> str:
    """What is known of a decision; nothing where there is something to fill in."""
    if row[f"{who}_decision"] is None:
        return ""
    return said(say.decision(row[f"{who}_decision"], row[f"{who}_reason"]))


def _doubts(facts: SchoolFacts) -> list[str]:
    if not facts.contradictions:
        return []
    by_factor: dict[str, list[str]] = {}
    for row in facts.contradictions:
        words = say.CONTRADICTION[str(row["contradiction"])]
        by_factor.setdefault(say.factor(row["factor"]), []).append(words)
    lines = [f"- {said(factor)}: {'; '.join(words)}" for factor, words in by_factor.items()]
    return ["**Что не сходится в данных и что нужно выяснить:**", "\n".join(lines)]
