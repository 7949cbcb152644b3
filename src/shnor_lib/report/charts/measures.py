"""Charts of the road map: measures by state within directions, schools or municipalities."""

from __future__ import annotations

from shnor_lib.report.charts.stacked import GOOD, LATE, NEUTRAL, OPEN, Parts, stacked_rows
from shnor_lib.report.display import Chart
from shnor_lib.report.rows import Rows, records

STATES: Parts = {
    "done": ("выполнено", GOOD),
    "on_time": ("срок впереди или не назван", NEUTRAL),
    "overdue": ("просрочено", LATE),
    "dropped": ("снято", OPEN),
}
"""Parts of a bar: code → name, colour."""


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
    rows = [
        {**row, "on_time": row["planned"] + row["in_work"] - row["overdue"]}
        for row in records(tallies)
    ]
    return stacked_rows(
        rows,
        STATES,
        label=label,
        axis="мер",
        what="Меры дорожной карты по состоянию",
        most=most,
        nouns=("группы", "групп"),
    )
