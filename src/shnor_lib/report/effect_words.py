"""Words of the effect of support and of the early warning: pages and profiles say the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shnor_lib.methods.early_warning import PREDICTORS
from shnor_lib.report import format as fmt
from shnor_lib.report.labels import unit_label
from shnor_lib.report.words import probability_words

EFFECT_VERDICT: dict[str, str] = {
    "shown": "эффект показан",
    "not_shown": "эффект показать нельзя",
    "worse": "хуже ожидаемого",
}
"""Verdict on a supported school: code → name."""

LISTED_VERDICT: dict[str, str] = {
    "shown": "лучше ожидаемого",
    "not_shown": "как и ожидалось",
    "worse": "хуже ожидаемого",
}
"""The same where nobody said who was supported: there is no support to speak of."""

REASONS_NAMED = 3
"""Reasons of a forecast that are named."""
_LEAST = 0.15
"""A contribution to the log-odds below this is not worth a word."""
_CERTAIN, _LIKELY = 0.95, 0.75
_NAME = 40
"""A longer beginning of a refusal is a sentence, not a name."""


def verdict_words(verdict: Any, basis: str) -> str:
    """Name of a verdict on a supported (or merely listed) school."""
    names = EFFECT_VERDICT if basis == "support" else LISTED_VERDICT
    return names.get(str(verdict), str(verdict))


def below_words(probability: Any) -> str:
    """How sure it is that the share of low results is below the expected one."""
    value = float(probability)
    chance = probability_words(value)
    if value >= _CERTAIN:
        return f"уверенно ниже ожидаемого (вероятность {chance})"
    if value >= _LIKELY:
        return f"вероятно, ниже ожидаемого (вероятность {chance})"
    if value <= 1 - _CERTAIN:
        return f"уверенно выше ожидаемого (вероятность {probability_words(1 - value)})"
    if value <= 1 - _LIKELY:
        return f"вероятно, выше ожидаемого (вероятность {probability_words(1 - value)})"
    return f"на границе (вероятность, что ниже ожидаемого, — {chance})"


def below_short(probability: Any) -> str:
    """The same for a table."""
    value = float(probability)
    for side, chance in (("ниже", value), ("выше", 1 - value)):
        if chance >= _CERTAIN:
            return f"уверенно {side}"
        if chance >= _LIKELY:
            return f"вероятно, {side}"
    return "на границе"


def refusal_words(reason: str) -> str:
    """A refusal without the name of what was refused: the page has said it."""
    head, colon, rest = reason.partition(": ")
    return fmt.sentence_case(rest) if colon and len(head) < _NAME else reason


def forecast_words(probability: Any) -> str:
    """A forecast in words: being on the list or not, and how surely."""
    value = float(probability)
    if value >= _CERTAIN:
        return "уверенно: будет в списке"
    if value >= _LIKELY:
        return "вероятно, будет в списке"
    if value > 1 - _LIKELY:
        return "на границе"
    if value > 1 - _CERTAIN:
        return "вероятно, в список не попадёт"
    return "уверенно: в список не попадёт"


def forecast_short(probability: Any) -> str:
    """The same for a table."""
    value = float(probability)
    if value >= _CERTAIN:
        return "уверенно"
    if value >= _LIKELY:
        return "вероятно"
    if value > 1 - _LIKELY:
        return "на границе"
    return "вероятно, нет" if value > 1 - _CERTAIN else "уверенно, нет"


def nearest_words(forecast: Mapping[str, Any]) -> str:
    """The result nearest to its threshold: «ВПР, математика: 24,1 % при пороге 20 %»."""
    if forecast["procedure"] is None:
        return ""
    unit = unit_label(forecast["procedure"], None, forecast["subject"])
    return (
        f"{unit}: {fmt.percent(forecast['share'])} при пороге "
        f"{fmt.percent(forecast['threshold'], 0)}"
    )


def warning_reasons(reasons: Sequence[Mapping[str, Any]]) -> list[str]:
    """What raises a school's probability above that of the mean school, largest first.

    Parameters
    ----------
    reasons
        Rows of ``WarningResult.reasons`` of the school.
    """
    found = []
    for row in reasons:
        if row["contribution"] < _LEAST or row["value"] is None:
            continue
        words = _reason(str(row["predictor"]), float(row["value"]))
        if words:
            found.append(words)
    return found[:REASONS_NAMED]


def _reason(predictor: str, value: float) -> str:
    if predictor == "listed":
        return PREDICTORS["listed"] if value > 0 else ""
    if predictor == "beyond":
        return PREDICTORS["beyond"] if value > 0 else ""
    if predictor == "distance":
        return "результаты близки к порогу или за ним"
    if predictor == "level":
        return f"за три года низких результатов {fmt.percent(value)}"
    if predictor == "trend":
        if value > 0:
            return f"за год относительно других школ низких результатов больше на {_points(value)}"
        return f"за год относительно других школ низких результатов меньше на {_points(-value)}"
    if predictor == "index":
        return f"индекс социального благополучия {fmt.decimal(value)} из{fmt.NBSP}100"
    people = fmt.decimal(2.718281828459045**value, 0)
    return f"в среднем {people} участников на одну работу"


def _points(value: float) -> str:
    return fmt.points(value).lstrip("+")
