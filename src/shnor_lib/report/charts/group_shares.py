"""Shares of groups with their intervals, one below another."""

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


def group_shares(
    rows: Rows,
    *,
    axis: str,
    what: str,
    whole: float | None = None,
    reach: float = 102,
    each: int = 58,
) -> Chart:
    """Shares of groups with their 95 % intervals, a row each.

    Parameters
    ----------
    rows
        ``label``, ``share``, ``low``, ``high`` (0…1), ``x``, ``n``, ``helped`` (bool: drawn in
        the foreground).
    axis
        Russian title of the axis.
    what
        Russian: what the chart is, before the numbers.
    whole
        Share of all together (0…1), drawn as a line.
    reach
        Where the axis ends, per cent.
    each
        Height of a row, pixels.
    """
    known = [row for row in records(rows) if row["share"] is not None]
    if not known:
        return Chart(spec([], {}, 120), PLOT_ALT_EMPTY)
    labels = [row_label(row["label"]) for row in known]
    values = [hundred(row["share"]) for row in known]
    data: list[Spec] = [
        {
            "type": "scatter",
            "mode": "markers",
            "name": "доля и интервал",
            # half a marker at zero is not a marker
            "cliponaxis": False,
            "x": values,
            "y": list(range(len(known))),
            "marker": {"size": 11, "color": [ACCENT if row["helped"] else OTHERS for row in known]},
            "error_x": error_bars(
                values,
                [hundred(row["low"]) for row in known],
                [hundred(row["high"]) for row in known],
                color=OTHERS,
            ),
            "hoverinfo": "text",
            "hovertext": [f"{safe(row['label'])}<br>{_interval(row)}" for row in known],
        }
    ]
    layout = {
        "xaxis": percent_axis(axis, range=[0, reach], rangemode="normal"),
        "yaxis": rows_axis(labels),
        "annotations": rows_above(labels),
        "shapes": None if whole is None else [limit_line(hundred(whole) or 0.0, axis="x")],
        "showlegend": False,
    }
    told = "; ".join(
        f"{fmt.one_line(row['label'])} — {_interval(row)}" for row in known[:SAID_AT_MOST]
    )
    alt = f"{what}: {told}{and_more(len(known))}."
    return Chart(spec(data, layout, rows_height(labels, each=each, extra=110)), alt)


def _interval(row: Row) -> str:
    share = f"{fmt.percent(row['share'])} ({fmt.of(row['x'], row['n'])})"
    return f"{share}, интервал {fmt.interval(row['low'], row['high'])}"
