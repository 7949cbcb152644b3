"""Words of the effect of support and of the early warning: pages and profiles say the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shnor_lib.methods.early_warning import PREDICTORS
from shnor_lib.methods.effect_matching import Matched
from shnor_lib.report import format as fmt
from shnor_lib.report.labels import unit_label
from shnor_lib.report.words import SURE, probability_words

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


def effect_sentence(row: Mapping[str, Any], basis: str) -> str:
    """What changed, what was to be expected, what is left, what may be concluded.

    Parameters
    ----------
    row
        Of ``EffectResult.summary``.
    basis
        ``EffectResult.basis``.
    """
    support = basis == "support"
    whom = "В сопровождаемых школах" if support else "В школах прошлогоднего списка"
    due = "Без помощи следовало ждать" if support else "Следовало ждать"
    change = "снизилась" if row["naive"] < 0 else "выросла"
    visible = fmt.points((row["high"] - row["low"]) / 2).lstrip("+")
    verdict = {
        "shown": "**Эффект показан.**" if support else "**Лучше ожидаемого.**",
        "not_shown": (
            "**Показать эффект по этим данным нельзя:** такая разница могла возникнуть случайно. "
            f"Заметить здесь можно изменение примерно от {visible}; меньшего или более позднего "
            "эффекта это не исключает."
            if support
            else "**Так и ожидалось:** разница не больше случайной."
        ),
        "worse": (
            "**Результаты хуже ожидаемых.** Прежде чем делать выводы, надо узнать, что произошло "
            "в школах."
        ),
    }[row["verdict"]]
    return (
        f"{whom} (всего {fmt.number(row['n_schools'])}) доля низких результатов {change}: была "
        f"{fmt.percent(row['before'])}, стала {fmt.percent(row['observed'])} "
        f"({fmt.points(row['naive'])}; работ {fmt.number(row['n'])}). {due} "
        f"{fmt.percent(row['expected'])}: плохой год редко повторяется сам, а{fmt.NBSP}общий для "
        f"всех школ сдвиг затрагивает и эти школы. Сверх ожидаемого — **{fmt.points(row['effect'])}** "
        f"({SURE} {fmt.points_interval(row['low'], row['high'])}; меньше нуля — лучше). {verdict}"
    )


def similar_sentence(matched: Matched) -> str:
    """Supported schools beside similar ones without support."""
    side = "ниже" if matched.effect < 0 else "выше"
    text = (
        f"Для {fmt.count_of(matched.n_schools, 'случая', 'случаев')} «школа и первый год помощи» "
        f"нашлись школы без помощи с{fmt.NBSP}близкими прежними результатами, условиями и размером "
        f"(всего {fmt.count_phrase(matched.n_similar, 'такая', 'такие', 'таких')}). По сравнению с "
        f"ними доля низких результатов {side} на {fmt.points(abs(matched.effect)).lstrip('+')} "
        f"({SURE} разница {fmt.points_interval(matched.low, matched.high)}): "
        f"{_similar_verdict(matched)}."
    )
    if matched.n_unmatched:
        cases = fmt.count_of(matched.n_unmatched, "случая", "случаев")
        text += f" Ещё для {cases} похожих школ нет."
    return text


def _similar_verdict(matched: Matched) -> str:
    if matched.high < 0:
        return "разница больше случайной"
    if matched.low > 0:
        return "результаты хуже, чем у похожих школ"
    return "разница не больше случайной"


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
