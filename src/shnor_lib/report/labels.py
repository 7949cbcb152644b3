"""Russian names of every code that may reach a page.

Codes live in the data, names only here. An unknown code is shown as it is, so that a new
code in a project's own rule set is visible rather than lost.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from shnor_lib.report.format import NBSP, is_missing, text
from shnor_lib.tables import PROCEDURES, SEASONS, TABLES

STATUS: dict[str, str] = {
    "low_results": "ШНОР",
    "difficult": "ШССУ",
    "both": "ШНОР и ШССУ",
    "risk_zone": "зона риска",
    "none": "нет признаков",
    "insufficient": "недостаточно данных",
    "excluded": "правила не применяются",
}
"""Status of a school in a year: code → name, gravest first."""

STATUS_LONG: dict[str, str] = {
    "low_results": "школа с низкими образовательными результатами",
    "difficult": "школа, функционирующая в сложных социальных условиях",
    "both": "школа с низкими образовательными результатами в сложных социальных условиях",
    "risk_zone": "отдельные признаки есть, для статуса их недостаточно",
    "none": "признаков статуса по правилам не обнаружено",
    "insufficient": "данных недостаточно, чтобы судить",
    "excluded": "на школы этого вида правила не распространяются",
}

LISTED: tuple[str, ...] = ("low_results", "difficult", "both")
"""Statuses with which a school is on the list."""

OUTCOME: dict[str, str] = {
    "met": "выполнен",
    "not_met": "не выполнен",
    "no_data": "нет данных",
    "few": "мало участников",
    "no_threshold": "порог не задан",
}
"""Outcome of a criterion."""

CONFIDENCE: dict[str, str] = {
    "certain": "уверенно",
    "likely": "вероятно",
    "borderline": "на границе",
    "insufficient": "недостаточно данных",
}
"""How sure the status is statistically; never mixed with the formal outcome."""

VERDICT: dict[str, str] = {
    "positive": "положительная",
    "negative": "отрицательная",
    "no_change": "без значимых изменений",
    "incomparable": "не сопоставимо",
}
"""Verdict on a change between two years."""

STANDING: dict[str, str] = {
    "норматив": "norm",
    "вторичный источник": "secondary",
    "по памяти": "memory",
    "проект": "user",
    "решение пользователя": "user",
}
"""Standing of a threshold's source → CSS class of its badge."""

AUDIENCE: dict[str, str] = {"ministry": "полная внутренняя сборка"}
"""For whom a copy of a report was made."""

STATUS_FOR: dict[str, str] = {"low_results": "ШНОР", "difficult": "ШССУ"}
"""Which status a criterion speaks for."""

OPERATOR: dict[str, str] = {">=": "≥", ">": ">", "<=": "≤", "<": "<", "==": "=", "=": "="}

OPERATOR_WORDS: dict[str, str] = {
    ">=": "не менее",
    ">": "более",
    "<=": "не более",
    "<": "менее",
    "==": "ровно",
    "=": "ровно",
}

_LOW_VERB = {
    "ege": "минимальный балл не набрали",
    "functional_literacy": "низкий результат показали",
}
_LOW_TITLE = {"ege": "доля ниже минимума", "functional_literacy": "доля низких результатов"}
_HIGH_ABSENT = {
    "ege": "результатов от 81 балла",
    "functional_literacy": "высоких результатов",
}

PROCEDURE = PROCEDURES


def label(names: dict[str, str], code: Any, missing: str = "нет данных") -> str:
    """Name of a code; the code itself when it is unknown, ``missing`` when there is none."""
    if is_missing(code):
        return missing
    return names.get(str(code), str(code))


@lru_cache(maxsize=256)
def audience_words(code: str) -> str:
    """Whose copy of a report it is; an unknown audience is shown as it is."""
    return AUDIENCE.get(code, code)


def school_year(year: Any, missing: str = "нет данных") -> str:
    """School year by the calendar year in which it ends.

    Examples
    --------
    >>> school_year(2024), school_year(2000)
    ('2023/24', '1999/00')
    """
    if is_missing(year):
        return missing
    end = int(year)
    return f"{end - 1}/{end % 100:02d}"


def period_label(year: int, half: int | None = None) -> str:
    """What a run of a notebook is about: a school year or one half of it.

    Examples
    --------
    >>> period_label(2024), period_label(2024, 1).replace(NBSP, " ")
    ('2023/24', '2023/24, 1-е полугодие')
    """
    return school_year(year) + (f", {half}-е{NBSP}полугодие" if half else "")


def grade_label(grade: Any) -> str:
    """«5 класс»; empty when the grade is unknown or grades are pooled."""
    return "" if is_missing(grade) else f"{int(grade)}{NBSP}класс"


@lru_cache(maxsize=4096)
def unit_label(procedure: Any, grade: Any = None, subject: Any = None, season: Any = None) -> str:
    """What was measured: «ВПР, математика, 5 класс».

    The season is named only when it is autumn: spring is the rule.
    """
    parts = [label(PROCEDURES, procedure, missing="")]
    if not is_missing(subject):
        parts.append(text(subject, ""))
    if grade_label(grade):
        parts.append(grade_label(grade))
    if not is_missing(season) and str(season) == "autumn":
        parts.append(SEASONS["autumn"])
    return ", ".join(part for part in parts if part)


def low_verb(procedure: Any) -> str:
    """What those with a low result did: «отметку «2» получили» (34,5 %)."""
    return _LOW_VERB.get(text(procedure, ""), "отметку «2» получили")


def low_title(procedure: Any) -> str:
    """Name of the share of low results: «доля «2»»."""
    return _LOW_TITLE.get(text(procedure, ""), "доля «2»")


def high_absent(procedure: Any) -> str:
    """High results in the genitive, before «нет»: «отметок «5»»."""
    return _HIGH_ABSENT.get(text(procedure, ""), "отметок «5»")


def column_title(name: str, table: str | None = None) -> str:
    """Russian heading of a tidy column (the first table that has it, or the given one)."""
    tables = [TABLES[table]] if table else list(TABLES.values())
    for each in tables:
        for column in each.columns:
            if column.name == name:
                return column.title
    return name


SEASONS_SHORT: dict[str, str] = {"autumn": " (осень)"}
"""What is added to a school year when the season is not the usual one."""
