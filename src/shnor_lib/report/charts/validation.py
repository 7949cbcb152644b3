"""Charts of the validation run: do intervals, probabilities and lists keep what they promise?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from shnor_lib.report import format as fmt
from shnor_lib.report.charts.base import (
    PERCENT_SUFFIX,
    Spec,
    error_bars,
    hundred,
    percent_axis,
    rows_above,
    rows_axis,
    rows_height,
    spec,
)
from shnor_lib.report.display import Chart
from shnor_lib.report.theme import ACCENT, LIMIT, OTHERS, SERIES, VERDICT_COLOURS
from shnor_lib.report.validation_figures import (
    BAND_WORDS,
    BANDS,
    SCENARIOS,
    row_of,
    rows_of,
)

Figures = dict[str, Any]
_SYMBOLS = ("circle", "square", "diamond", "triangle-up", "x", "cross")


def coverage_by_size(figures: Figures, titles: Mapping[str, str], *, axis: str) -> Chart:
    """How often 95 % intervals hold the truth, by size.

    Parameters
    ----------
    figures
        Stored figures.
    titles
        Interval → its name in the legend.
    axis
        Russian title of the axis of sizes.
    """
    data: list[Spec] = []
    said = []
    lowest = 0.9
    for position, (name, title) in enumerate(titles.items()):
        rows = [row_of(figures, "coverage", interval=name, band=band) for band in BANDS]
        lowest = min(lowest, *(row["covered"] for row in rows))
        data.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "name": title,
                "x": list(range(len(BANDS))),
                "y": [hundred(row["covered"]) for row in rows],
                "line": {"color": SERIES[position % len(SERIES)], "width": 2},
                "marker": {"symbol": _SYMBOLS[position % len(_SYMBOLS)], "size": 8},
                "hoverinfo": "text",
                "hovertext": [
                    f"{title}<br>{BAND_WORDS[row['band']]}: {fmt.percent(row['covered'])} "
                    f"из {fmt.count_of(row['cases'], 'случая', 'случаев')}"
                    for row in rows
                ],
            }
        )
        small, large = rows[0]["covered"], rows[-1]["covered"]
        said.append(f"{title} — от {fmt.percent(small)} у самых малых до {fmt.percent(large)}")
    layout = {
        "xaxis": _sizes(axis),
        "yaxis": {
            "title": {"text": "интервал содержит истину"},
            "ticksuffix": PERCENT_SUFFIX,
            "range": [int(100 * lowest) - 3, 100.6],
            "nticks": 6,
        },
        "shapes": [_goal(93, 97)],
    }
    alt = "Как часто 95-процентные интервалы содержат истинное значение: " + "; ".join(said) + "."
    return Chart(
        spec(data, layout, 320 + 20 * len(titles)),
        alt,
        f"Серая полоса — от 93 до 97{PERCENT_SUFFIX}: так и должно быть.",
    )


def said_and_came(figures: Figures, titles: Mapping[str, str], *, least: int) -> Chart:
    """Stated probabilities against what came true.

    Parameters
    ----------
    figures
        Stored figures.
    titles
        Probability → its name in the legend.
    least
        Tenths with fewer cases are left out.
    """
    data: list[Spec] = [
        {
            "type": "scatter",
            "mode": "lines",
            "x": [0, 100],
            "y": [0, 100],
            "line": {"color": OTHERS, "width": 1.5, "dash": "dot"},
            "hoverinfo": "skip",
            "showlegend": False,
        }
    ]
    said = []
    for position, (name, title) in enumerate(titles.items()):
        rows = [r for r in rows_of(figures, "calibration", what=name) if r["cases"] >= least]
        if not rows:
            continue
        data.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "name": title,
                "x": [hundred(row["stated"]) for row in rows],
                "y": [hundred(row["observed"]) for row in rows],
                "line": {"color": SERIES[position % len(SERIES)], "width": 1.5},
                "marker": {"symbol": _SYMBOLS[position % len(_SYMBOLS)], "size": 8},
                "hoverinfo": "text",
                "hovertext": [
                    f"{title}<br>сказано {fmt.percent(row['stated'], 0)}, сбылось "
                    f"{fmt.percent(row['observed'], 0)} "
                    f"({fmt.count_phrase(row['cases'], 'случай', 'случая', 'случаев')})"
                    for row in rows
                ],
            }
        )
        worst = max(rows, key=lambda row: abs(row["stated"] - row["observed"]))
        said.append(
            f"{title}: дальше всего — сказано {fmt.percent(worst['stated'], 0)}, сбылось "
            f"{fmt.percent(worst['observed'], 0)}"
        )
    layout = {
        "xaxis": percent_axis("сказано", range=[-2, 102]),
        "yaxis": percent_axis("сбылось", range=[-2, 102]),
    }
    alt = "Сказанные вероятности и доля сбывшихся. " + "; ".join(said) + "."
    return Chart(spec(data, layout, 360 + 20 * len(said)), alt, "Пунктир — полное совпадение.")


def share_errors(figures: Figures) -> Chart:
    """Typical error of the counted and of the corrected share, by size."""
    data: list[Spec] = []
    said = []
    for name, title, colour in (
        ("raw", "доля как посчитана", OTHERS),
        ("shrunk", "с поправкой на случайность", ACCENT),
    ):
        rows = [row_of(figures, "errors", estimate=name, band=band) for band in BANDS]
        typical = [row["mse"] ** 0.5 for row in rows]
        data.append(
            {
                "type": "bar",
                "name": title,
                "x": list(range(len(BANDS))),
                "y": [hundred(value) for value in typical],
                "text": [fmt.decimal(100 * value) for value in typical],
                "textposition": "outside",
                "cliponaxis": False,
                "marker": {"color": colour},
                "hoverinfo": "text",
                "hovertext": [
                    f"{title}<br>{BAND_WORDS[row['band']]}: {fmt.points(value)} "
                    f"({fmt.count_phrase(row['cases'], 'случай', 'случая', 'случаев')})"
                    for row, value in zip(rows, typical, strict=True)
                ],
            }
        )
        words = ", ".join(
            f"{BAND_WORDS[band]} — {fmt.decimal(100 * value)}"
            for band, value in zip(BANDS, typical, strict=True)
        )
        said.append(f"{title}: {words}")
    layout = {
        "xaxis": _sizes("участников"),
        "yaxis": {"title": {"text": "ошибка, процентных пунктов"}, "rangemode": "tozero"},
        "barmode": "group",
    }
    alt = "Обычная ошибка доли низких результатов, процентных пунктов. " + "; ".join(said) + "."
    return Chart(spec(data, layout, 320), alt)


def found_and_right(figures: Figures, titles: Mapping[str, str], *, what: str) -> Chart:
    """Precision or recall of the list by size of school.

    Parameters
    ----------
    figures
        Stored figures.
    titles
        Reading of the list → its name in the legend.
    what
        ``precision`` or ``recall``.
    """
    axis = {
        "precision": "из списка на деле за порогом",
        "recall": "из тех, кто за порогом, в списке",
    }[what]
    whole = {"precision": "listed", "recall": "true"}[what]
    data: list[Spec] = []
    said = []
    for position, (name, title) in enumerate(titles.items()):
        rows = [row_of(figures, "lists", reading=name, band=band) for band in BANDS]
        data.append(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "name": title,
                "x": list(range(len(BANDS))),
                "y": [hundred(row[what]) for row in rows],
                "line": {"color": SERIES[position % len(SERIES)], "width": 2},
                "marker": {"symbol": _SYMBOLS[position % len(_SYMBOLS)], "size": 8},
                "hoverinfo": "text",
                "hovertext": [
                    f"{title}<br>{BAND_WORDS[row['band']]}: {fmt.of(row['both'], row[whole])}"
                    for row in rows
                ],
            }
        )
        said.append(
            f"{title}: {fmt.percent(rows[0][what], 0)} у самых малых школ, "
            f"{fmt.percent(rows[-1][what], 0)} у крупных"
        )
    layout = {
        "xaxis": _sizes("учеников в одной параллели"),
        "yaxis": percent_axis(axis, range=[0, 103]),
    }
    return Chart(spec(data, layout, 340), f"{fmt.sentence_case(axis)}. " + "; ".join(said) + ".")


def effect_estimates(figures: Figures) -> Chart:
    """Effect as estimated, «before and after» and the truth, by scenario."""
    names = [name for name in SCENARIOS if rows_of(figures, "effects", scenario=name)]
    labels = [SCENARIOS[name] for name in names]
    kinds: Sequence[tuple[str, str, str, str]] = (
        ("naive", "«было — стало»", OTHERS, "square"),
        ("net", "эффект по программе", ACCENT, "circle"),
    )
    data: list[Spec] = []
    for kind, title, colour, symbol in kinds:
        rows = [row_of(figures, "effects", scenario=name, estimate=kind) for name in names]
        values = [hundred(row["estimated"]) for row in rows]
        reach = [100 * row["error_reach"] for row in rows]
        data.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": title,
                "x": values,
                "y": list(range(len(names))),
                "marker": {"color": colour, "size": 11, "symbol": symbol},
                "error_x": error_bars(
                    values,
                    [v - r for v, r in zip(values, reach, strict=True) if v is not None],
                    [v + r for v, r in zip(values, reach, strict=True) if v is not None],
                ),
                "hoverinfo": "text",
                "hovertext": [
                    f"{title}<br>{SCENARIOS[row['scenario']]}: "
                    f"{fmt.points(row['estimated'])} на деле {fmt.points(row['truth'])}"
                    for row in rows
                ],
            }
        )
    truth = [row_of(figures, "effects", scenario=name, estimate="net") for name in names]
    data.append(
        {
            "type": "scatter",
            "mode": "markers",
            "name": "на деле",
            "x": [hundred(row["truth"]) for row in truth],
            "y": list(range(len(names))),
            "marker": {
                "symbol": "line-ns-open",
                "size": 22,
                "color": VERDICT_COLOURS["positive"],
                "line": {"width": 3, "color": VERDICT_COLOURS["positive"]},
            },
            "hoverinfo": "skip",
        }
    )
    layout = {
        "xaxis": {
            "title": {"text": "изменение доли низких результатов, процентных пунктов"},
            "zeroline": True,
            "zerolinecolor": LIMIT,
            "nticks": 7,
        },
        "yaxis": rows_axis(labels),
        "annotations": [{**label, "yshift": 14} for label in rows_above(labels)],
    }
    alt = "Эффект поддержки: оценка и правда. " + "; ".join(_effect_words(figures, names)) + "."
    return Chart(spec(data, layout, rows_height(labels, each=52, extra=130)), alt)


def _effect_words(figures: Figures, names: Sequence[str]) -> list[str]:
    found = []
    for name in names:
        net, naive = (
            row_of(figures, "effects", scenario=name, estimate=kind) for kind in ("net", "naive")
        )
        found.append(
            f"{SCENARIOS[name]} — на деле {fmt.points(net['truth'])}, по программе "
            f"{fmt.points(net['estimated'])}, «было — стало» {fmt.points(naive['estimated'])}"
        )
    return found


def _sizes(title: str) -> Spec:
    return {
        "title": {"text": title},
        "tickvals": list(range(len(BANDS))),
        "ticktext": [BAND_WORDS[band] for band in BANDS],
        "range": [-0.4, len(BANDS) - 0.6],
        "showgrid": False,
        "zeroline": False,
    }


def _goal(low: float, high: float) -> Spec:
    return {
        "type": "rect",
        "xref": "paper",
        "x0": 0,
        "x1": 1,
        "yref": "y",
        "y0": low,
        "y1": high,
        "fillcolor": "rgba(140,149,160,0.18)",
        "line": {"width": 0},
        "layer": "below",
    }
