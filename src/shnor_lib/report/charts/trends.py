"""Chart of directions over several years."""

from __future__ import annotations

from shnor_lib.report import format as fmt
from shnor_lib.report.charts.base import (
    SAID_AT_MOST,
    Spec,
    and_more,
    error_bars,
    hundred,
    row_label,
    rows_above,
    rows_axis,
    rows_height,
    spec,
)
from shnor_lib.report.context_words import TREND, per_year
from shnor_lib.report.display import PLOT_ALT_EMPTY, Chart
from shnor_lib.report.rows import Row, Rows, records
from shnor_lib.report.theme import LIMIT, VERDICT_COLOURS

_NAMES = {
    "negative": "к худшему",
    "no_change": "направление не показано",
    "positive": "к лучшему",
}


def trend_plot(rows: Rows) -> Chart:
    """Change of the share of low results a year with its interval, a row per school or work.

    Parameters
    ----------
    rows
        ``label`` (Russian), ``slope``, ``slope_low``, ``slope_high``, ``slope_others`` (shares a
        year), ``verdict``, ``n_years``, ``n``; drawn from the worst to the best.
    """
    known = [row for row in records(rows) if not fmt.is_missing(row["slope_low"])]
    items = sorted(known, key=lambda row: -row["slope"])
    labels = [row_label(row["label"]) for row in items]
    data: list[Spec] = []
    for verdict, name in _NAMES.items():
        chosen = [i for i, row in enumerate(items) if row["verdict"] == verdict]
        if not chosen:
            continue
        x = [hundred(items[i]["slope"]) for i in chosen]
        data.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": name,
                "x": x,
                "y": chosen,
                "marker": {"size": 10, "color": VERDICT_COLOURS[verdict]},
                "error_x": error_bars(
                    x,
                    [hundred(items[i]["slope_low"]) for i in chosen],
                    [hundred(items[i]["slope_high"]) for i in chosen],
                    color=VERDICT_COLOURS[verdict],
                ),
                "hoverinfo": "text",
                "hovertext": [_hover(items[i]) for i in chosen],
            }
        )
    others = [(i, row) for i, row in enumerate(items) if not fmt.is_missing(row["slope_others"])]
    if others:
        data.append(
            {
                "type": "scatter",
                "mode": "markers",
                "name": "другие школы в тех же работах",
                "x": [hundred(row["slope_others"]) for _, row in others],
                "y": [i for i, _ in others],
                "marker": {
                    "symbol": "line-ns-open",
                    "size": 14,
                    "color": LIMIT,
                    "line": {"width": 2.5, "color": LIMIT},
                },
                "hoverinfo": "text",
                "hovertext": [
                    f"другие школы: {per_year(row['slope_others'])}" for _, row in others
                ],
            }
        )
    layout: Spec = {
        "xaxis": {
            "title": {"text": "изменение доли низких результатов, п. п. в год"},
            "zeroline": True,
            "nticks": 7,
        },
        "yaxis": rows_axis(labels),
        "annotations": rows_above(labels),
        "showlegend": True,
    }
    said = "; ".join(
        f"{row['label']} — {per_year(row['slope'])}, направление {TREND[row['verdict']]}"
        for row in items[:SAID_AT_MOST]
    )
    alt = (
        "Изменение доли низких результатов за год по трём годам и более (меньше нуля — лучше): "
        f"{said}{and_more(len(items))}."
        if items
        else PLOT_ALT_EMPTY
    )
    return Chart(spec(data, layout, rows_height(labels, each=40, extra=130)), alt)


def _hover(row: Row) -> str:
    return (
        f"{per_year(row['slope'])}<br>"
        f"с вероятностью 95{fmt.NNBSP}% {fmt.points_interval(row['slope_low'], row['slope_high'])}"
        f"<br>{fmt.count_phrase(int(row['n_years']), 'год', 'года', 'лет')}, "
        f"участий {fmt.number(row['n'])}"
    )
