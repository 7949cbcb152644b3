"""Charts of the road map: measures by state within directions, schools or municipalities."""

from __future__ import annotations

from shnor_lib.report import format as fmt
from shnor_lib.report.charts.base import (
    Spec,
    legend_below,
    row_label,
    rows_above,
    rows_axis,
    rows_height,
    safe,
    spec,
    whole_axis,
)
from shnor_lib.report.display import PLOT_ALT_EMPTY, Chart
from shnor_lib.report.rows import Rows, records

STATES: dict[str, tuple[str, str]] = {
    "done": ("выполнено", "#2A9D78"),
    "on_time": ("срок впереди или не назван", "#3B7DD8"),
    "overdue": ("просрочено", "#D55E00"),
    "dropped": ("снято", "#B9BEC5"),
}
"""Parts of a bar: code → name, colour."""

BAR = 0.38
"""Width of a bar, in rows."""


def measures_chart(tallies: Rows, label: str, *, most: int = 25) -> Chart:
    """Bars of measures by state, one per group.

    Parameters
    ----------
    tallies
        Rows of :func:`shnor_lib.methods.measures_status.tally`, in the order of the chart.
    label
        Column with the name of the group.
    most
        Groups shown at most.
    """
    rows = records(tallies)
    shown = rows[:most]
    if not shown:
        return Chart(spec([], {}, 120), PLOT_ALT_EMPTY)
    labels = [row_label(row[label]) for row in shown]
    data: list[Spec] = []
    for code, (name, colour) in STATES.items():
        values = [_count(row, code) for row in shown]
        if not any(values):
            continue
        data.append(
            {
                "type": "bar",
                "orientation": "h",
                "name": name,
                "x": values,
                "y": list(range(len(shown))),
                "width": BAR,
                "text": [str(value) if value else "" for value in values],
                "textposition": "inside",
                "insidetextanchor": "middle",
                "textangle": 0,
                "textfont": {"color": "#1F2933" if code == "dropped" else "#FFFFFF"},
                "hovertext": [
                    f"{safe(row[label])}<br>{name}: {fmt.of(value, row['n'])}"
                    for row, value in zip(shown, values, strict=True)
                ],
                "hoverinfo": "text",
                "marker": {"color": colour},
            }
        )
    largest = max(int(row["n"]) for row in shown)
    layout = {
        "barmode": "stack",
        "xaxis": whole_axis("мер", largest),
        "yaxis": rows_axis(labels),
        "annotations": rows_above(labels, bar=BAR),
        "legend": legend_below(traceorder="normal"),
        "margin": {"l": 8},
    }
    parts = [
        f"{fmt.one_line(row[label])} — выполнено {fmt.of(row['done'], row['n'])}, "
        f"просрочено {fmt.number(row['overdue'])}"
        for row in shown
    ]
    alt = "Меры дорожной карты по состоянию: " + "; ".join(parts) + "."
    if len(rows) > most:
        alt += f" Показаны первые {fmt.number(most)} из {fmt.number(len(rows))}."
    return Chart(spec(data, layout, rows_height(labels, each=50, extra=190)), alt)


def _count(row: dict[str, object], code: str) -> int:
    if code == "on_time":
        return _whole(row, "planned") + _whole(row, "in_work") - _whole(row, "overdue")
    return _whole(row, code)


def _whole(row: dict[str, object], name: str) -> int:
    return int(str(row[name]))
