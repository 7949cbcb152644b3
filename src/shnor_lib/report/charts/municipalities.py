"""Municipalities compared: share of listed schools with its interval, a row each."""

from __future__ import annotations

from shnor_lib.report import format as fmt
from shnor_lib.report.charts.base import (
    SAID_AT_MOST,
    Spec,
    and_more,
    error_bars,
    hundred,
    limit_line,
    percent_axis,
    row_label,
    rows_above,
    rows_axis,
    rows_height,
    safe,
    spec,
)
from shnor_lib.report.display import PLOT_ALT_EMPTY, Chart
from shnor_lib.report.rows import Row, Rows, records
from shnor_lib.report.theme import ACCENT, OTHERS


def listed_shares(rows: Rows, *, x: int, n: int) -> Chart:
    """Share of listed schools by municipality against the share of the whole region.

    Parameters
    ----------
    rows
        ``name``, ``listed``, ``ruled`` (counts of schools), ``share``, ``low``, ``high`` (0…1);
        drawn in order; municipalities without schools are left out.
    x, n
        Listed schools and all schools of the region.
    """
    known = [row for row in records(rows) if row["ruled"]]
    if not known:
        return Chart(spec([], {}, 120), PLOT_ALT_EMPTY)
    labels = [row_label(row["name"]) for row in known]
    values = [hundred(row["share"]) for row in known]
    data: list[Spec] = [
        {
            "type": "scatter",
            "mode": "markers",
            "name": "доля школ списка и её интервал",
            "x": values,
            "y": list(range(len(known))),
            "marker": {"size": 10, "color": ACCENT},
            "error_x": error_bars(
                values,
                [hundred(row["low"]) for row in known],
                [hundred(row["high"]) for row in known],
                color=OTHERS,
            ),
            "hoverinfo": "text",
            "hovertext": [f"{safe(row['name'])}<br>{_said(row)}" for row in known],
        }
    ]
    whole = hundred(x / n) or 0.0
    # half a marker of room at zero, and no empty half of the plot
    reach = min(102.0, max(float(row["high"]) for row in known) * 105)
    layout = {
        "xaxis": percent_axis("доля школ списка", range=[-2, reach], rangemode="normal"),
        "yaxis": rows_axis(labels),
        "annotations": rows_above(labels),
        "shapes": [limit_line(whole, axis="x")] if len(known) > 1 else None,
        "showlegend": False,
    }
    said = "; ".join(f"{fmt.one_line(row['name'])} — {_said(row)}" for row in known[:SAID_AT_MOST])
    alt = f"Доля школ списка по муниципалитетам: {said}{and_more(len(known))}."
    caption = (
        f"Черта — доля по всем муниципалитетам: {fmt.percent(x / n)} ({fmt.of(x, n)})."
        if len(known) > 1
        else ""
    )
    return Chart(spec(data, layout, rows_height(labels, each=42, extra=110)), alt, caption)


def _said(row: Row) -> str:
    share = f"{fmt.percent(row['share'])} ({fmt.of(row['listed'], row['ruled'])})"
    return f"{share}, интервал {fmt.interval(row['low'], row['high'])}"
