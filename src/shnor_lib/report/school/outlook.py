"""What is to be expected of the school next year, and what support has brought it."""

from __future__ import annotations

from shnor_lib.report import format as fmt
from shnor_lib.report.blocks import bullets, show
from shnor_lib.report.charts.effect import effect_plot
from shnor_lib.report.effect_words import (
    below_words,
    forecast_words,
    nearest_words,
    verdict_words,
    warning_reasons,
)
from shnor_lib.report.labels import school_year, unit_label
from shnor_lib.report.profile import Frames
from shnor_lib.report.words import SURE, probability_words

_LEAST_N = 10


def forecast_section(frames: Frames, school_id: str) -> list[str]:
    """Probability of being on next year's list, with its reasons; nothing without a forecast."""
    found = frames.analysis.warning
    if found is None or frames.forecast is None or frames.warning_reasons is None:
        return []
    rows = frames.forecast[school_id]
    if not rows:
        return []
    row = rows[0]
    chance = probability_words(row["probability"])
    what = "остаться в списке" if row["listed"] else "попасть в список"
    reasons = warning_reasons(frames.warning_reasons[school_id])
    blocks = [
        f"Вероятность {what} по результатам (ШНОР) в{fmt.NBSP}{school_year(found.year + 1)} учебном "
        f"году — **{chance}**: {forecast_words(row['probability'])}. Это прогноз по данным "
        f"{school_year(found.year)} года, а не решение; как он проверялся — на странице "
        "[«Раннее предупреждение»](../early-warning.qmd).",
    ]
    if reasons:
        blocks += [
            "Что увеличивает вероятность по сравнению со средней школой:",
            bullets(fmt.escape_md(reason) for reason in reasons),
        ]
    nearest = nearest_words(row)
    if nearest:
        blocks.append(
            f"Ближе всего к порогу (доля с поправкой на размер школы) — {fmt.escape_md(nearest)}."
        )
    return blocks


def effect_section(frames: Frames, school_id: str) -> list[str]:
    """What came of support of this school; nothing if it was not supported."""
    found = frames.analysis.effect
    if found is None or frames.effects is None or frames.effect_units is None:
        return []
    rows = frames.effects[school_id]
    if not rows:
        return []
    blocks = []
    for row in rows:
        whom = (
            f"{fmt.number(row['support_year'])}-й год сопровождения"
            if found.basis == "support"
            else "школа была в списке годом раньше"
        )
        blocks.append(
            f"**{school_year(row['year'])}** ({whom}). Доля низких результатов: было "
            f"{fmt.percent(row['before'])} (работ {fmt.number(row['n_before'])}), без помощи "
            f"следовало ждать {fmt.percent(row['expected'])} (по прошлому самой школы и сдвигу, "
            f"общему для всех школ), стало {fmt.percent(row['observed'])} (работ "
            f"{fmt.number(row['n'])}). Сверх ожидаемого {fmt.points(row['effect'])} ({SURE} "
            f"{fmt.points_interval(row['low'], row['high'])}; меньше нуля — лучше): "
            f"**{verdict_words(row['verdict'], found.basis)}**, {below_words(row['probability'])}."
        )
    year = max(row["year"] for row in rows)
    units = [
        {**row, "label": unit_label(row["procedure"], None, row["subject"])}
        for row in frames.effect_units[school_id]
        if row["year"] == year and row["n"] >= _LEAST_N
    ]
    if units:
        blocks += [
            f"По предметам, {school_year(year)}: полоса — где доля оказалась бы {SURE} без помощи.",
            show(effect_plot(units, basis=found.basis)),
        ]
    blocks.append(
        "Что это значит и чего отсюда заключить нельзя — на странице "
        "[«Эффект поддержки»](../effect.qmd)."
    )
    return blocks
