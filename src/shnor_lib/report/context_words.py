"""Sentences on results given the conditions and on directions over several years."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shnor_lib.report import format as fmt
from shnor_lib.report.labels import label, school_year
from shnor_lib.report.words import SURE, probability_words

TREND: dict[str, str] = {
    "positive": "к лучшему",
    "negative": "к худшему",
    "no_change": "не показано",
}
"""Direction over several years: code → words."""

BEYOND: dict[str, str] = {
    "positive": "лучше, чем у других",
    "negative": "хуже, чем у других",
    "no_change": "как у других",
}
"""Direction against the other schools in the same works: code → words."""


def years_words(years: Sequence[int]) -> str:
    """School years of a span: «2025/26 учебный год», «2023/24–2025/26 учебные годы».

    Examples
    --------
    >>> years_words([2024, 2025, 2026])
    '2023/24–2025/26 учебные годы'
    """
    first, last = min(years), max(years)
    if first == last:
        return f"{school_year(last)} учебный год"
    return f"{school_year(first)}–{school_year(last)} учебные годы"


def deviation_words(row: Mapping[str, Any]) -> str:
    """How a school stands to its conditions: «уверенно лучше ожидаемого».

    Parameters
    ----------
    row
        Row of :attr:`~shnor_lib.methods.context_model.ContextModel.schools`.
    """
    confidence = str(row["confidence"])
    if confidence == "borderline":
        return "как ожидается"
    side = "лучше" if float(row["p_better"]) >= 0.5 else "хуже"
    sure = "уверенно" if confidence == "certain" else "вероятно"
    return f"{sure} {side} ожидаемого"


def deviation_sentence(row: Mapping[str, Any], years: Sequence[int], *, places: bool) -> str:
    """A school's results against its conditions, with all numbers.

    Parameters
    ----------
    row
        Row of :attr:`~shnor_lib.methods.context_model.ContextModel.schools`.
    years
        Years of the model.
    places
        Whether the type of settlement is in the model.
    """
    like = f"с{fmt.NBSP}таким же индексом ({fmt.decimal(row['index'])} из{fmt.NBSP}100)"
    if places:
        like += f" и{fmt.NBSP}типом населённого пункта («{row['settlement']}»)"
    better = float(row["p_better"]) >= 0.5
    chance = probability_words(row["p_better"] if better else 1 - float(row["p_better"]))
    return (
        f"{years_words(years)}: результат школы — {fmt.percent(row['value'])} "
        f"(участий в{fmt.NBSP}работах: {fmt.number(row['n'])}), школы {like} в{fmt.NBSP}среднем "
        f"набирают {fmt.percent(row['expected'])}. Разница {fmt.points(row['residual'])}, "
        f"с{fmt.NBSP}поправкой на случайность {fmt.points(row['shrunk'])} ({SURE} "
        f"{fmt.points_interval(row['shrunk_low'], row['shrunk_high'])}): {deviation_words(row)}. "
        "Вероятность, что школа "
        f"{'в этом году' if len(years) == 1 else 'за эти годы'} действительно "
        f"{'выше' if better else 'ниже'} ожидаемого, — {chance}"
        + ("." if len(years) == 1 else "; о следующих годах это не говорит.")
    )


def trend_sentence(row: Mapping[str, Any]) -> str:
    """Direction of a school over three years and more.

    Parameters
    ----------
    row
        Row of :attr:`~shnor_lib.methods.trends.TrendResult.schools`.
    """
    units, years = int(row["n_units"]), int(row["n_years"])
    of_what = "одному ряду результатов" if units == 1 else "всем рядам результатов вместе"
    text = (
        f"По{fmt.NBSP}{of_what} (рядов {fmt.number(units)}, самый длинный — "
        f"{fmt.count_phrase(years, 'год', 'года', 'лет')}, участий {fmt.number(row['n'])}) доля "
        "низких результатов "
    )
    if fmt.is_missing(row["slope_low"]):
        return text + "не меняется: низких результатов нет или других нет."
    text += (
        f"меняется в{fmt.NBSP}среднем на {per_year(row['slope'])} ({SURE} "
        f"{fmt.points_interval(row['slope_low'], row['slope_high'])}; меньше нуля — лучше)"
    )
    if not fmt.is_missing(row["slope_others"]):
        text += f"; у{fmt.NBSP}других школ в{fmt.NBSP}тех же работах — на {per_year(row['slope_others'])}"
    return f"{text}. {trend_verdict(row)}"


def trend_verdict(row: Mapping[str, Any]) -> str:
    """What the direction of a school proves, in one sentence."""
    verdict = str(row["verdict"])
    if verdict == "no_change":
        return (
            "Направление не показано: обычные колебания от года к году могли бы дать такое же "
            "изменение."
        )
    said = f"Направление {label(TREND, verdict)} показано: обычными колебаниями его не объяснить"
    beyond = str(row["verdict_beyond"])
    if beyond == "no_change":
        return f"{said}, но от{fmt.NBSP}других школ школа в{fmt.NBSP}этом не отличается."
    return f"{said}; это {label(BEYOND, beyond)} школ."


def per_year(slope: Any) -> str:
    """A slope as «−2,1 п. п. в год»."""
    return f"{fmt.points(slope)} в{fmt.NBSP}год"


def resilient_words(row: Mapping[str, Any]) -> str:
    """How sure it is that a school is resilient: «уверенно», «вероятно», «на границе».

    Parameters
    ----------
    row
        Row of :attr:`~shnor_lib.methods.resilient.ResilientResult.schools`.
    """
    return {"certain": "уверенно", "likely": "вероятно", "borderline": "на границе"}.get(
        str(row["confidence"]), "недостаточно данных"
    )


def third(share: float) -> str:
    """Name of a part of the schools in the genitive: «трети», «четверти», «20 %»."""
    for part, name in ((1 / 3, "трети"), (1 / 4, "четверти"), (1 / 2, "половины")):
        if abs(share - part) < 1e-9:
            return name
    return fmt.percent(share, 0)
