"""Charts of change: the difference of two years with its interval; shares over the years."""

from __future__ import annotations

from shnor_lib.report import format as fmt
from shnor_lib.report.charts.base import (
    SAID_AT_MOST,
    Spec,
    and_more,
    error_bars,
    hundred,
    of,
    percent_axis,
    row_label,
    rows_above,
    rows_axis,
    rows_height,
    safe,
    spec,
    year_axis,
)
from shnor_lib.report.display import PLOT_ALT_EMPTY, Chart
from shnor_lib.report.labels import VERDICT, school_year, unit_label
from shnor_lib.report.rows import Rows, records
from shnor_lib.report.theme import OTHERS, VERDICT_COLOURS


def change_plot(pairs: Rows) -> Chart:
    """Change of the share of low results with its interval, a row per comparable unit.

    To the left of zero is better. Pairs that cannot be compared are not drawn: they are in
    the table, with the reason.

    Parameters
    ----------
    pairs
        ``DynamicsResult.pairs`` of one school (or with a column ``label`` of one's own).
    """
    known = [
        row
        for row in records(pairs)
        if row["verdict"] != "incomparable" and row["delta_low"] is not None
    ]
    rows = sorted(known, key=lambda row: -row["delta_low"])
    units = [
        str(row["label"])
        if "label" in row
        else unit_label(row["procedure"], row["grade"], row["subject"], row["season_to"])
        for row in rows
    ]
    labels = [row_label(text) for text in units]
    data: list[Spec] = []
    for verdict in ("negative", "no_change", "positive"):
        chosen = [i for i, row in enumerate(rows) if row["verdict"] == verdict]
        if not chosen:
            continue
        x = [hundred(rows[i]["delta_low"]) for i in chosen]
        data.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": VERDICT[verdict],
                "x": x,
                "y": chosen,
                "marker": {"size": 10, "color": VERDICT_COLOURS[verdict]},
                "error_x": error_bars(
                    x,
                    [hundred(rows[i]["delta_low_ci_low"]) for i in chosen],
                    [hundred(rows[i]["delta_low_ci_high"]) for i in chosen],
                    color=VERDICT_COLOURS[verdict],
                ),
                "hoverinfo": "text",
                "hovertext": [_change_text(rows[i]) for i in chosen],
            }
        )
    layout: Spec = {
        "xaxis": {
            "title": {"text": "изменение доли низких результатов, п. п."},
            "zeroline": True,
            "nticks": 6,
        },
        "yaxis": rows_axis(labels),
        "annotations": rows_above(labels),
        "showlegend": True,
    }
    said = "; ".join(
        f"{text} — {fmt.points(row['delta_low'])}, динамика {VERDICT[row['verdict']]}"
        for text, row in zip(units[:SAID_AT_MOST], rows[:SAID_AT_MOST], strict=True)
    )
    alt = (
        "Изменение доли низких результатов по сравнению с прошлым сопоставимым годом "
        f"(меньше нуля — лучше): {said}{and_more(len(rows))}."
        if rows
        else PLOT_ALT_EMPTY
    )
    return Chart(spec(data, layout, rows_height(labels, each=40, extra=120)), alt)


def _change_text(row: Spec) -> str:
    """Before and after with n, the change with its interval; the unit stands above."""
    return (
        f"{school_year(row['year_from'])}: {fmt.percent(row['low_from'])} "
        f"из{fmt.NBSP}{fmt.number(row['n_from'])}<br>"
        f"{school_year(row['year_to'])}: {fmt.percent(row['low_to'])} "
        f"из{fmt.NBSP}{fmt.number(row['n_to'])}<br>"
        f"{fmt.points(row['delta_low'])} "
        f"({fmt.points_interval(row['delta_low_ci_low'], row['delta_low_ci_high'])})"
    )


def dumbbell(
    rows: Rows, *, title: str = "доля «2»", before: str = "было", after: str = "стало"
) -> Chart:
    """Two shares per row joined by a line: before and after.

    Parameters
    ----------
    rows
        label (Russian), share_from, n_from, share_to, n_to (shares 0…1); drawn in order.
    title
        Russian: what the share is of.
    before, after
        Names of the two years.
    """
    items = [
        row
        for row in records(rows)
        if row["share_from"] is not None and row["share_to"] is not None
    ]
    labels = [row_label(row["label"]) for row in items]
    joins_x: list[float | None] = []
    joins_y: list[float | None] = []
    for position, row in enumerate(items):
        joins_x += [hundred(row["share_from"]), hundred(row["share_to"]), None]
        joins_y += [position, position, None]
    data: list[Spec] = [
        {
            "type": "scatter",
            "mode": "lines",
            "x": joins_x,
            "y": joins_y,
            "line": {"color": OTHERS, "width": 3},
            "hoverinfo": "skip",
            "showlegend": False,
        }
    ]
    for name, share, n in ((before, "share_from", "n_from"), (after, "share_to", "n_to")):
        colours = (
            [OTHERS] * len(items)
            if share == "share_from"
            else [
                VERDICT_COLOURS["positive" if row["share_to"] <= row["share_from"] else "negative"]
                for row in items
            ]
        )
        data.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": name,
                "x": [hundred(row[share]) for row in items],
                "y": list(range(len(items))),
                "marker": {
                    "size": 11,
                    "color": colours,
                    "symbol": "circle" if share == "share_to" else "circle-open",
                    "line": {"width": 2},
                },
                "hoverinfo": "text",
                "hovertext": [
                    f"{safe(row['label'])}<br>{name}: {fmt.percent(row[share])} "
                    f"(участников {fmt.number(row[n])})"
                    for row in items
                ],
            }
        )
    layout = {
        "xaxis": percent_axis(title),
        "yaxis": rows_axis(labels),
        "annotations": rows_above(labels),
    }
    said = "; ".join(
        f"{row['label']}: {fmt.percent(row['share_from'])} → {fmt.percent(row['share_to'])}"
        for row in items[:SAID_AT_MOST]
    )
    words = f"{said}{and_more(len(items))}"
    alt = f"{fmt.sentence_case(title)}, {before} и {after}: {words}." if items else PLOT_ALT_EMPTY
    return Chart(spec(data, layout, rows_height(labels, each=40)), alt)


def positive_share(summary: Rows) -> Chart:
    """Share of schools with positive dynamics by year, with its interval.

    Parameters
    ----------
    summary
        ``DynamicsResult.summary``: year, n_schools, n_positive, share_positive, low, high.
    """
    rows = sorted((r for r in records(summary) if r["n_schools"]), key=lambda r: r["year"])
    years = [int(row["year"]) for row in rows]
    values = [hundred(row["share_positive"]) for row in rows]
    data = [
        {
            "type": "bar",
            "x": years,
            "y": values,
            "width": 0.5,
            "marker": {"color": VERDICT_COLOURS["positive"]},
            "error_y": error_bars(
                values,
                [hundred(row["low"]) for row in rows],
                [hundred(row["high"]) for row in rows],
                color=OTHERS,
            ),
            "hoverinfo": "text",
            "hovertext": [
                f"{school_year(row['year'])}: {fmt.percent(row['share_positive'])} "
                f"({of(row['n_positive'], row['n_schools'])})<br>"
                f"с вероятностью 95{fmt.NNBSP}% {fmt.interval(row['low'], row['high'])}"
                for row in rows
            ],
        }
    ]
    layout = {
        "xaxis": year_axis(years),
        "yaxis": percent_axis("школ с положительной динамикой", range=[0, 104]),
        "showlegend": False,
    }
    said = "; ".join(
        f"{school_year(row['year'])} — {fmt.percent(row['share_positive'])} "
        f"({of(row['n_positive'], row['n_schools'])})"
        for row in rows
    )
    alt = f"Доля школ с положительной динамикой по годам: {said}." if rows else PLOT_ALT_EMPTY
    return Chart(spec(data, layout, 320), alt)
