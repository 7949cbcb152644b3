"""Charts of the product: pure functions from frames to :class:`~shnor_lib.report.display.Chart`.

A chart carries its own words (``alt``), made from the same numbers. ``chart.to_figure()``
gives a plotly figure to work on.
"""

from shnor_lib.report.charts.change import change_plot, dumbbell, positive_share
from shnor_lib.report.charts.context import (
    contribution_bars,
    index_results,
    passport_bars,
    rank_plot,
)
from shnor_lib.report.charts.quality import fault_bars
from shnor_lib.report.charts.results import low_share, mark_distribution, share_map
from shnor_lib.report.charts.rules import agreement_map, readings_bars, status_by_ruleset
from shnor_lib.report.charts.statuses import status_counts, status_timeline

__all__ = [
    "agreement_map",
    "change_plot",
    "contribution_bars",
    "dumbbell",
    "fault_bars",
    "index_results",
    "low_share",
    "mark_distribution",
    "passport_bars",
    "positive_share",
    "rank_plot",
    "readings_bars",
    "share_map",
    "status_by_ruleset",
    "status_counts",
    "status_timeline",
]
