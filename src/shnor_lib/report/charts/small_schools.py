"""Charts of small schools: the funnel, shares before and after the correction for size, the
check of the model.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shnor_lib.methods.funnels import LEVELS, FunnelData
from shnor_lib.methods.model_check import ModelCheck
from shnor_lib.report import format as fmt
from shnor_lib.report.charts.base import (
    SAID_AT_MOST,
    Spec,
    and_more,
    error_bars,
    hundred,
    limit_label,
    limit_line,
    of,
    percent_axis,
    row_label,
    rows_above,
    rows_axis,
    rows_height,
    safe,
    spec,
    whole_axis,
)
from shnor_lib.report.display import PLOT_ALT_EMPTY, Chart
from shnor_lib.report.labels import CONFIDENCE, low_title, school_year, unit_label
from shnor_lib.report.rows import Rows, records
from shnor_lib.report.theme import ACCENT, OTHERS, STATUS_COLOURS

_TICKS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
_SYMBOLS = {"certain": "circle", "likely": "circle-open", "borderline": "diamond-open"}


def funnel_chart(data: FunnelData, names: Mapping[str, str]) -> Chart:
    """Share of low results against the number of participants, with the limits of chance.

    Parameters
    ----------
    data
        From :func:`~shnor_lib.methods.funnels.funnel_of`.
    names
        School's id → name.
    """
    rows = records(data.schools)
    inner = records(data.limits[data.limits["level"] == LEVELS[0]])
    what = low_title(data.procedure)
    traces = [
        _limit(inner, "low_od", "high_od", "разброс школ вместе со случайностью, 95 %", "solid"),
        _limit(inner, "low", "high", "одна только случайность, 95 %", "dot"),
    ]
    figures: list[Spec] = [part for trace in traces for part in trace]
    others = [row for row in rows if not row["met"]]
    figures.append(
        _points(others, names, what, "правило не выполнено", OTHERS, "circle", 6, opacity=0.75)
    )
    for code, title in CONFIDENCE.items():
        own = [row for row in rows if row["met"] and row["confidence"] == code]
        if own:
            figures.append(
                _points(
                    own, names, what, f"правило выполнено: {title}",
                    STATUS_COLOURS["low_results"], _SYMBOLS.get(code, "x"), 9,
                )
            )  # fmt: skip
    largest = max(float(row["n"]) for row in rows)
    smallest = min(float(row["n"]) for row in rows)
    ticks = [tick for tick in _TICKS if smallest / 2 < tick < largest * 2]
    tops = [hundred(row["share"]) or 0 for row in rows] + [data.threshold * 100]
    layout: Spec = {
        "xaxis": {
            "type": "log",
            "title": {"text": "участников (шкала логарифмическая)"},
            "tickvals": ticks,
            "ticktext": [fmt.number(tick) for tick in ticks],
            "showgrid": False,
            "zeroline": False,
        },
        "yaxis": percent_axis(what, range=[-2, min(max(tops) * 1.08, 103)]),
        "shapes": [limit_line(data.threshold * 100)],
        "annotations": [
            limit_label(data.threshold * 100, f"порог {fmt.percent(data.threshold, 0)}")
        ],
        "showlegend": True,
        "margin": {"t": 12, "r": 12},
    }
    met = [row for row in rows if row["met"]]
    above = sum(row["outside"] == "above" for row in rows)
    alone = sum(row["share"] > row["high"] for row in rows)
    title = unit_label(data.procedure, data.grade, data.subject)
    alt = (
        f"{title}, {school_year(data.year)}: {what} у{fmt.NBSP}"
        f"{fmt.count_of(len(rows), 'школы', 'школ')}, общая доля — "
        f"{fmt.percent(data.spread.target)}. Выше границы, которую даёт одна случайность, — "
        f"{fmt.number(alone)}; выше границы с учётом обычных различий между школами — "
        f"{fmt.number(above)}. Правило по этому предмету выполнено у{fmt.NBSP}{fmt.number(len(met))}."
    )
    caption = (
        f"{title}, {school_year(data.year)}. Точка — школа; подробности — в подсказке. Чем меньше "
        "участников, тем дальше от общей доли уводит случайность."
    )
    return Chart(spec(figures, layout, 460), alt, caption)


def _limit(rows: list[Spec], low: str, high: str, name: str, dash: str) -> list[Spec]:
    common: Spec = {
        "type": "scatter",
        "mode": "lines",
        "x": [row["n"] for row in rows],
        "line": {"color": ACCENT, "width": 1.5, "dash": dash},
        "hoverinfo": "skip",
        "legendgroup": name,
    }
    return [
        {
            **common,
            "y": [hundred(row[high]) for row in rows],
            "name": name.replace(" %", fmt.NNBSP + "%"),
        },
        {**common, "y": [hundred(row[low]) for row in rows], "showlegend": False},
    ]


def _points(
    rows: list[Spec],
    names: Mapping[str, str],
    what: str,
    name: str,
    colour: str,
    symbol: str,
    size: int,
    **marker: Any,
) -> Spec:
    return {
        "type": "scatter",
        "mode": "markers",
        "name": name,
        "cliponaxis": False,
        "x": [row["n"] for row in rows],
        "y": [hundred(row["share"]) for row in rows],
        "marker": {"size": size, "color": colour, "symbol": symbol, **marker},
        "hoverinfo": "text",
        "hovertext": [
            f"{safe(names.get(row['school_id'], row['school_id']))}<br>{what}: "
            f"{fmt.percent(row['share'])} ({of(row['n_low'], row['n'])})<br>"
            f"с поправкой на численность: {fmt.percent(row['shrunk'])}"
            for row in rows
        ],
    }


def shrinkage_plot(rows: Rows, *, threshold: float | None = None) -> Chart:
    """Counted share, and the share corrected for size with its interval, a row per school.

    Parameters
    ----------
    rows
        ``label``, ``n``, ``n_low``, ``share``, ``shrunk``, ``shrunk_low``, ``shrunk_high``,
        ``probability`` (0…1), ``threshold``; shares 0…1. The first row stands on top.
    threshold
        Line of the rule if it is the same for all rows.
    """
    shown = records(rows)
    labels = [row_label(row["label"]) for row in shown]
    places = list(range(len(shown)))
    corrected = [hundred(row["shrunk"]) for row in shown]
    data: list[Spec] = [
        {
            "type": "scatter",
            "mode": "markers",
            "name": "с поправкой на численность и её 95" + fmt.NNBSP + "% интервал",
            "legendrank": 1001,
            "x": corrected,
            "y": places,
            "marker": {"size": 10, "color": ACCENT},
            "error_x": error_bars(
                corrected,
                [hundred(row["shrunk_low"]) for row in shown],
                [hundred(row["shrunk_high"]) for row in shown],
                color=ACCENT,
            ),
            "hoverinfo": "text",
            "hovertext": [
                f"с поправкой {fmt.percent(row['shrunk'])} "
                f"({fmt.interval(row['shrunk_low'], row['shrunk_high'])})"
                for row in shown
            ],
        },
        {
            "type": "scatter",
            "mode": "markers",
            "name": "по подсчёту",
            "x": [hundred(row["share"]) for row in shown],
            "y": places,
            "marker": {
                "size": 10,
                "color": STATUS_COLOURS["low_results"],
                "symbol": "diamond-open",
            },
            "hoverinfo": "text",
            "hovertext": [
                f"по подсчёту {fmt.percent(row['share'])} ({of(row['n_low'], row['n'])})"
                for row in shown
            ],
        },
    ]
    notes = rows_above(labels)
    layout: Spec = {
        "xaxis": percent_axis("доля низких результатов"),
        "yaxis": rows_axis(labels),
        "shapes": [limit_line(threshold * 100, axis="x")] if threshold is not None else [],
        "annotations": notes,
        "showlegend": True,
    }
    said = "; ".join(
        f"{row['label']} — по подсчёту {fmt.percent(row['share'])} ({of(row['n_low'], row['n'])}), "
        f"с поправкой {fmt.percent(row['shrunk'])}"
        for row in shown[:SAID_AT_MOST]
    )
    alt = (
        f"Доля низких результатов по подсчёту и с поправкой на численность: {said}"
        f"{and_more(len(shown))}."
        if shown
        else PLOT_ALT_EMPTY
    )
    return Chart(spec(data, layout, rows_height(labels, each=40, extra=120)), alt)


def model_bars(check: ModelCheck) -> Chart:
    """Shares beyond the threshold by size of school: counted against what the model expects.

    Parameters
    ----------
    check
        From :func:`~shnor_lib.methods.model_check.model_check`.
    """
    rows = [row for row in records(check.beyond) if row["n"]]
    labels = [size_words(row["size_from"], row["size_to"]) for row in rows]
    expected = [round(float(row["expected"]), 1) for row in rows]
    seen = [int(row["observed"]) for row in rows]
    hover = [
        f"{label}: долей {fmt.number(row['n'])}<br>за порогом {fmt.number(row['observed'])}, "
        f"модель ждёт {fmt.decimal(row['expected'])}"
        for label, row in zip(labels, rows, strict=True)
    ]
    common: Spec = {"type": "bar", "x": labels, "hoverinfo": "text", "hovertext": hover}
    data: list[Spec] = [
        {
            **common,
            "name": "по подсчёту",
            "y": seen,
            "text": [fmt.number(value) for value in seen],
            "textposition": "outside",
            "cliponaxis": False,
            "marker": {"color": STATUS_COLOURS["low_results"]},
        },
        {
            **common,
            "name": "ожидает модель (черта — две её ошибки)",
            "y": expected,
            "marker": {"color": ACCENT},
            "error_y": {
                "type": "data",
                "array": [round(2 * float(row["sd"]), 1) for row in rows],
                "thickness": 1.5,
                "width": 4,
                "color": OTHERS,
            },
        },
    ]
    tops = [e + 2 * float(row["sd"]) for e, row in zip(expected, rows, strict=True)]
    layout: Spec = {
        "barmode": "group",
        "xaxis": {"title": {"text": "участников"}, "type": "category", "showgrid": False},
        "yaxis": whole_axis("долей за порогом", max([*tops, *map(float, seen)], default=1)),
        "showlegend": True,
    }
    said = "; ".join(
        f"{label} — {fmt.number(s)}, модель ждёт {fmt.decimal(e)}"
        for label, s, e in zip(labels, seen, expected, strict=True)
    )
    alt = f"Долей за порогом по числу участников: {said}." if rows else PLOT_ALT_EMPTY
    return Chart(spec(data, layout, 340), alt)


def size_words(first: Any, last: Any) -> str:
    """A band of sizes: «10–24», «100 и больше»."""
    if fmt.is_missing(last):
        return f"{fmt.number(first)} и больше"
    return fmt.number(first) if first == last else f"{fmt.number(first)}–{fmt.number(last)}"
