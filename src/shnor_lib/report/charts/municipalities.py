"""Municipalities compared: share of listed schools with its interval, a row each."""

from __future__ import annotations

from dataclasses import replace

from shnor_lib.report import format as fmt
from shnor_lib.report.charts.group_shares import group_shares
from shnor_lib.report.display import Chart
from shnor_lib.report.rows import Rows, records


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
    known = [
        {**row, "label": row["name"], "x": row["listed"], "n": row["ruled"], "helped": True}
        for row in records(rows)
        if row["ruled"]
    ]
    several = len(known) > 1
    chart = group_shares(
        known,
        axis="доля школ списка",
        what="Доля школ списка по муниципалитетам",
        whole=x / n if several else None,
        # no empty half of the plot
        reach=min(102.0, max((float(row["high"]) for row in known), default=1.0) * 105),
        each=42,
    )
    if not several:
        return chart
    said = f"Черта — доля по всем муниципалитетам: {fmt.percent(x / n)} ({fmt.of(x, n)})."
    return replace(chart, caption=said)
