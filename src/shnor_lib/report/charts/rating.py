"""Charts of the rating: places with their intervals, what they hang on, weights."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shnor_lib.report import format as fmt
from shnor_lib.report.charts.base import (
    SAID_AT_MOST,
    Spec,
    and_more,
    error_bars,
    hundred,
    percent_axis,
    row_label,
    rows_above,
    rows_axis,
    rows_height,
    safe,
    short,
    spec,
)
from shnor_lib.report.display import PLOT_ALT_EMPTY, Chart
from shnor_lib.report.rows import Row, Rows, records
from shnor_lib.report.theme import ACCENT, LIMIT, OTHERS, SERIES


def lowest_places(rows: Rows, names: Mapping[str, str]) -> Chart:
    """Places of some schools, each with two intervals: by chance alone and by everything.

    Parameters
    ----------
    rows
        In the order of the rows: school_id, rank, n_rated, low, high (interval over all
        variants), chance_low, chance_high (by chance alone; may be missing).
    names
        School's id → name.
    """
    items = records(rows)
    if not items:
        return Chart(spec([], {}, 120), PLOT_ALT_EMPTY)
    labels = [row_label(names.get(row["school_id"], row["school_id"])) for row in items]
    places = list(range(len(items)))
    data = [
        _bars(items, "low", "high", "с учётом и случайности, и выбора методики", OTHERS, 7),
        _bars(items, "chance_low", "chance_high", "только случайность результатов", ACCENT, 3),
        {
            "type": "scatter",
            "mode": "markers",
            "name": "место",
            "x": [_short(row["rank"]) for row in items],
            "y": places,
            "marker": {"size": 9, "color": LIMIT},
            "hoverinfo": "text",
            "hovertext": [
                f"{short(names.get(row['school_id'], row['school_id']), 40)}<br>{_words(row)}"
                for row in items
            ],
        },
    ]
    total = int(items[0]["n_rated"])
    layout = {
        "xaxis": {
            "title": {"text": f"место из {fmt.number(total)} (чем правее, тем ниже результат)"},
            "range": [0.5, total + 0.5],
            "zeroline": False,
        },
        "yaxis": rows_axis(labels),
        "annotations": rows_above(labels),
        "legend": {"traceorder": "normal"},
    }
    said = "; ".join(
        f"{names.get(row['school_id'], row['school_id'])} — {_words(row)}"
        for row in items[:SAID_AT_MOST]
    )
    alt = f"Школы с самыми низкими местами. {said}{and_more(len(items))}."
    return Chart(spec([d for d in data if d], layout, rows_height(labels, extra=150)), alt)


def _bars(items: list[Row], low: str, high: str, name: str, colour: str, width: int) -> Spec:
    x: list[float | None] = []
    y: list[int | None] = []
    for place, row in enumerate(items):
        if row.get(low) is None or row.get(high) is None:
            continue
        x += [_short(row[low]), _short(row[high]), None]
        y += [place, place, None]
    if not x:
        return {}
    return {
        "type": "scatter",
        "mode": "lines",
        "name": name,
        "x": x,
        "y": y,
        "line": {"color": colour, "width": width},
        "hoverinfo": "skip",
    }


def _short(rank: Any) -> float:
    return round(float(rank), 1)


def _words(row: Row) -> str:
    span = fmt.range_words(_rank(row["low"]), _rank(row["high"]))
    return f"место {fmt.of(row['rank'], row['n_rated'])}; вместе — {span}"


def _rank(value: Any) -> str:
    return fmt.decimal(value, 0)


def assumption_bars(rows: Rows) -> Chart:
    """How much of the movement of places each assumption makes.

    Parameters
    ----------
    rows
        assumption (Russian), first, total, total_low, total_high: Sobol' indices, 0…1;
        estimates slightly outside are drawn at the end.
    """
    items = sorted(records(rows), key=lambda row: -row["total"])
    if not items:
        return Chart(spec([], {}, 120), PLOT_ALT_EMPTY)
    labels = [row_label(fmt.sentence_case(row["assumption"])) for row in items]
    places = list(range(len(items)))
    totals = [_part(row["total"]) for row in items]
    data: list[Spec] = [
        {
            "type": "bar",
            "orientation": "h",
            "name": "вместе с другими решениями",
            "x": totals,
            "y": places,
            "width": 0.34,
            "marker": {"color": OTHERS},
            "error_x": error_bars(
                totals,
                [_part(row["total_low"]) for row in items],
                [_part(row["total_high"]) for row in items],
            ),
            "hoverinfo": "text",
            "hovertext": [f"{safe(r['assumption'])}: {_percent(r['total'])}" for r in items],
            "textposition": "none",
        },
        {
            "type": "bar",
            "orientation": "h",
            "name": "само по себе",
            "x": [_part(row["first"]) for row in items],
            "y": places,
            "width": 0.18,
            "marker": {"color": ACCENT},
            "hoverinfo": "text",
            "hovertext": [f"{safe(r['assumption'])}: {_percent(r['first'])}" for r in items],
            "textposition": "none",
        },
    ]
    layout = {
        "barmode": "overlay",
        "xaxis": percent_axis("доля сдвига мест", range=[0, 103]),
        "yaxis": rows_axis(labels),
        "annotations": rows_above(labels),
    }
    said = "; ".join(
        f"{row['assumption']} — {_percent(row['first'])} само по себе, {_percent(row['total'])} "
        "вместе с другими"
        for row in items
    )
    alt = f"От чего зависят места: {said}."
    return Chart(spec(data, layout, rows_height(labels, extra=120)), alt)


def _part(share: Any) -> float:
    """An estimated share of variance for a coordinate; chance may carry it outside 0…1."""
    return round(100 * min(max(float(share), 0.0), 1.0), 1)


def _percent(share: Any) -> str:
    return fmt.percent(min(max(float(share), 0.0), 1.0), 0)


def weight_bars(rows: Rows) -> Chart:
    """Weights as declared against the influence the indicators really have.

    Parameters
    ----------
    rows
        title, nominal (share of the weight, 0…1), influence (share of r² with the score, 0…1;
        may be missing).
    """
    items = records(rows)
    if not items:
        return Chart(spec([], {}, 120), PLOT_ALT_EMPTY)
    labels = [row_label(row["title"]) for row in items]
    places = list(range(len(items)))
    data: list[Spec] = []
    for offset, name, column, colour in (
        (0.02, "вес по методике", "nominal", OTHERS),
        (0.22, "действительное влияние", "influence", SERIES[0]),
    ):
        known = [(i, row) for i, row in zip(places, items, strict=True) if row[column] is not None]
        if not known:
            continue
        data.append(
            {
                "type": "bar",
                "orientation": "h",
                "name": name,
                "x": [hundred(row[column]) for _, row in known],
                "y": [i + offset for i, _ in known],
                "width": 0.19,
                "marker": {"color": colour},
                "hoverinfo": "text",
                "hovertext": [
                    f"{short(row['title'], 40)}<br>{name}: {fmt.percent(row[column])}"
                    for _, row in known
                ],
                "textposition": "none",
            }
        )
    layout = {
        "barmode": "overlay",
        "xaxis": percent_axis("доля от целого"),
        "yaxis": rows_axis(labels),
        "annotations": rows_above(labels),
    }
    said = "; ".join(
        f"{row['title']} — вес {fmt.percent(row['nominal'], 0)}, влияние "
        f"{fmt.percent(row['influence'], 0, missing='не определено')}"
        for row in items[:SAID_AT_MOST]
    )
    alt = f"Веса и действительное влияние показателей: {said}{and_more(len(items))}."
    # two bars under each label need more room than one
    return Chart(spec(data, layout, rows_height(labels, each=58, extra=120)), alt)


def component_bars(rows: Rows) -> Chart:
    """Components of the index: what schools get of each one's maximum.

    Parameters
    ----------
    rows
        title, all, lowest: mean points of all schools and of the quarter with the lowest
        index, as a share of the component's maximum, 0…1.
    """
    items = records(rows)
    if not items:
        return Chart(spec([], {}, 120), PLOT_ALT_EMPTY)
    labels = [row_label(row["title"]) for row in items]
    places = list(range(len(items)))
    line_x: list[float | None] = []
    line_y: list[int | None] = []
    for place, row in zip(places, items, strict=True):
        line_x += [hundred(row["lowest"]), hundred(row["all"]), None]
        line_y += [place, place, None]
    data: list[Spec] = [
        {
            "type": "scatter",
            "mode": "lines",
            "x": line_x,
            "y": line_y,
            "line": {"color": OTHERS, "width": 3},
            "hoverinfo": "skip",
            "showlegend": False,
        }
    ]
    for name, column, colour in (
        ("все школы", "all", SERIES[0]),
        ("четверть школ с самым низким индексом", "lowest", SERIES[1]),
    ):
        data.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": name,
                "x": [hundred(row[column]) for row in items],
                "y": places,
                "marker": {"size": 10, "color": colour},
                "hoverinfo": "text",
                "hovertext": [
                    f"{short(row['title'], 40)}<br>{name}: {fmt.percent(row[column], 0)}"
                    for row in items
                ],
            }
        )
    layout = {
        "xaxis": percent_axis("сколько набрано от возможного", range=[-2, 103]),
        "yaxis": rows_axis(labels),
        "annotations": rows_above(labels),
    }
    said = "; ".join(
        f"{row['title']} — {fmt.percent(row['all'], 0)} у всех, {fmt.percent(row['lowest'], 0)} у "
        "школ с низким индексом"
        for row in items[:SAID_AT_MOST]
    )
    alt = f"Составляющие индекса, доля от возможного: {said}{and_more(len(items))}."
    return Chart(spec(data, layout, rows_height(labels, each=34, extra=120)), alt)
