"""Sections of «Проверка методов» about what is decided: the list, the effect, the forecast."""

from __future__ import annotations

from typing import Any

from shnor_lib.report import format as fmt
from shnor_lib.report.blocks import show
from shnor_lib.report.charts.validation import effect_estimates, found_and_right
from shnor_lib.report.display import Col, DataTable
from shnor_lib.report.rows import Row
from shnor_lib.report.validation_figures import (
    BAND_WORDS,
    BANDS,
    SCENARIOS,
    row_of,
    rows_of,
)

Figures = dict[str, Any]

_READINGS: dict[str, str] = {
    "formal": "формальное правило",
    "likely": f"«вероятно» и выше (от 75{fmt.NNBSP}%)",
    "as_long": "самые вероятные, столько же школ",
}
_ESTIMATES: dict[str, str] = {
    "net": "эффект по программе",
    "matched": "сравнение с похожими",
    "naive": "«было — стало»",
}
_FORECASTS: dict[str, str] = {
    "model": "раннее предупреждение",
    "same": "«как в этом году»: доля оставшихся и доля новых",
    "base": "одна и та же вероятность для всех",
}


def lists_section(figures: Figures) -> list[str]:
    """How well the list finds the schools it should, by size of school."""
    formal = {b: row_of(figures, "lists", reading="formal", band=b) for b in (*BANDS, "all")}
    small = formal[BANDS[0]]
    rows = [_list_row(figures, band) for band in (*BANDS, "all")]
    return [
        "За порогом на деле — школы, которые попали бы в список, будь их классы бесконечно велики. "
        "Формальное правило смотрит на посчитанные доли; вероятностное прочтение — на вероятность, "
        "и оно видит также школы, где участников меньше, чем требует правило.",
        f"У школ, где в параллели меньше 10 учеников, формальный список находит "
        f"{fmt.percent(small['recall'], 0)} тех, кто за порогом "
        f"({fmt.of(small['both'], small['true'])}), а из попавших в него за порогом "
        f"{fmt.percent(small['precision'], 0)}. У крупных школ оба числа — "
        f"{fmt.percent(formal['60+']['recall'], 0)} и {fmt.percent(formal['60+']['precision'], 0)}.",
        _same_length(figures),
        show(found_and_right(figures, _READINGS, what="recall")),
        show(found_and_right(figures, _READINGS, what="precision")),
        show(
            DataTable(
                rows,
                [
                    Col("band", "Учеников в параллели"),
                    *(
                        Col(f"{name}_{what}", f"{title}: {said}")
                        for name, title in _READINGS.items()
                        for what, said in (("recall", "найдено"), ("precision", "верно"))
                    ),
                ],
                caption="Найдено — доля школ за порогом, попавших в список; верно — доля списка, "
                "которая за порогом на деле (школы и годы вместе)",
            )
        ),
    ]


def _same_length(figures: Figures) -> str:
    """What ordering by probability changes when the list stays as long as it is."""
    formal, likeliest = (
        row_of(figures, "lists", reading=name, band="all") for name in ("formal", "as_long")
    )
    small = [
        row_of(figures, "lists", reading=name, band=BANDS[0]) for name in ("formal", "as_long")
    ]
    return (
        "Если оставить список той же длины, но взять самые вероятные школы, верна будет "
        f"{fmt.percent(likeliest['precision'], 0)} списка вместо "
        f"{fmt.percent(formal['precision'], 0)}, а у самых малых школ — "
        f"{fmt.percent(small[1]['precision'], 0)} вместо {fmt.percent(small[0]['precision'], 0)}. "
        "Польза вероятности не в другом списке, а в том, что видно, какому месту в нём можно "
        "верить."
    )


def _list_row(figures: Figures, band: str) -> Row:
    row: Row = {"band": BAND_WORDS[band]}
    for name in _READINGS:
        found = row_of(figures, "lists", reading=name, band=band)
        for what, whole in (("recall", "true"), ("precision", "listed")):
            part = fmt.of(found["both"], found[whole])
            row[f"{name}_{what}"] = f"{fmt.percent(found[what], 0)} ({part})"
    return row


def effect_section(figures: Figures) -> list[str]:
    """Effect of support: what is said against what is true."""
    nothing = row_of(figures, "effects", scenario="nothing", estimate="net")
    naive = row_of(figures, "effects", scenario="nothing", estimate="naive")
    rows = [
        {
            **row,
            "scenario": SCENARIOS[row["scenario"]],
            "estimate": title,
            "error_reach": f"±{fmt.decimal(100 * row['error_reach'], 2)}",
            "covered": None if name == "naive" else row["covered"],
        }
        for scenario in SCENARIOS
        for name, title in _ESTIMATES.items()
        for row in rows_of(figures, "effects", scenario=scenario, estimate=name)
    ]
    return [
        "Шести из десяти школ списка, выбранным наугад, назначена помощь. В одном опыте она не даёт "
        "ничего, в другом убирает три низких результата из десяти. «Было — стало» и в первом опыте "
        f"показывает улучшение на {fmt.decimal(-100 * naive['estimated'])} п.{fmt.NNBSP}п.: школы, "
        "отобранные по плохому году, улучшаются сами. Оценка программы там в среднем "
        f"{fmt.points(nothing['estimated'], 2)}",
        show(effect_estimates(figures)),
        show(
            DataTable(
                rows,
                [
                    Col("scenario", "Опыт"),
                    Col("estimate", "Оценка"),
                    Col("estimated", "Показано", "points"),
                    Col("truth", "На деле", "points"),
                    Col("error", "Ошибка в среднем", "points", digits=2),
                    Col("error_reach", "Точность этой ошибки, п. п."),
                    Col("covered", "Интервал содержит правду", "percent", missing="интервала нет"),
                    Col("regions", "Регионов", "int"),
                ],
                caption="Эффект поддержки: оценка и правда, доля низких результатов",
            )
        ),
    ]


def forecast_section(figures: Figures) -> list[str]:
    """Early warning; nothing when the run has no figures of it."""
    rows = (
        {row["forecast"]: row for row in rows_of(figures, "warnings")}
        if "warnings" in figures
        else {}
    )
    if not rows:
        return []
    model, same = rows["model"], rows["same"]
    return [
        "## Раннее предупреждение",
        "Прогноз делается за год, будущего года программа не видит. Ошибка — средний квадрат разности "
        "вероятности и того, что случилось (мера Брайера): 0 — угадано всё. У раннего предупреждения "
        f"она {fmt.decimal(model['brier'], 3)}, у простого прогноза «как в этом году» — "
        f"{fmt.decimal(same['brier'], 3)}.",
        show(
            DataTable(
                [{**rows[name], "title": title} for name, title in _FORECASTS.items()],
                [
                    Col("title", "Прогноз"),
                    Col("brier", "Ошибка (мера Брайера)", "decimal", digits=3),
                    Col("happened", "Школ оказалось в списке", "percent"),
                    Col("cases", "Прогнозов", "int"),
                ],
                caption="Прогноз списка на год вперёд",
            )
        ),
    ]
