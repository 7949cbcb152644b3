"""What the figures have to be.

The bounds were set before the first run and have not been changed. What is held against them was
made clearer: after trial runs the probability of a criterion and of a status speaks of «at least one
subject» (``subject``, the very one, is measured beside and is no target), and the world of two groups
got its gap; after the first full run the deviation over three years speaks of those years
(``residual_years``), since what lasts (``residual_lasting``, measured beside) cannot be known from
three years; deviations are tried on three times as many regions, statuses on ten times as many
(:func:`.case.with_companions`), and the truth of a status leaves out subjects without results in all of
a criterion's years, which cannot meet it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from shnor_lib.validation.tallies import BANDS, SMALLEST

COVERAGE = (0.93, 0.97)
"""A 95 % interval holds the truth in so many cases overall …"""
SMALLEST_COVERAGE = 0.90
"""… and in at least so many in the smallest band of size."""
LESS_ERROR = 0.30
"""Shrinkage takes away at least this part of the mean squared error of shares of n < 15."""
BIAS = 0.005
"""Effect of support where there is none: at most half a percentage point."""
NAIVE_BIAS = 0.01
"""«Before and after» must be wrong by more than this there, or the comparison shows nothing."""
CALIBRATED = 0.05
"""Stated and observed share differ by no more in any tenth of probabilities …"""
ENOUGH = 200
"""… with so many cases."""

INTERVALS: tuple[str, ...] = (
    "wilson", "shrunk", "difference", "rank", "rating", "residual", "residual_shrunk",
    "residual_years", "residual_years_shrunk", "effect_nothing", "effect_helps",
)  # fmt: skip
PROBABILITIES: tuple[str, ...] = (
    "share", "criterion", "low_results", "none", "lowest_quarter", "residual", "residual_years",
    "early_warning", "newcomers",
)  # fmt: skip

Results = dict[str, Any]


@dataclass(frozen=True)
class Check:
    """One target and what came of it.

    Attributes
    ----------
    kind
        ``coverage``, ``smallest``, ``error``, ``bias``, ``naive``, ``calibration``.
    what
        Interval, probability or estimate.
    value
        What was found; for calibration the largest difference.
    low, high
        Bounds; None where there is none.
    """

    kind: str
    what: str
    value: float
    low: float | None
    high: float | None

    @property
    def met(self) -> bool:
        """Whether the value lies within the bounds."""
        return (self.low is None or self.value >= self.low) and (
            self.high is None or self.value <= self.high
        )


def checks(results: Results) -> list[Check]:
    """All targets against the figures of a run (all worlds together).

    Parameters
    ----------
    results
        From :func:`.figures.figures`.
    """
    found: list[Check] = []
    for name in INTERVALS:
        row = one(results, "coverage", interval=name, band="all")
        small = one(results, "coverage", interval=name, band=SMALLEST)
        found.append(Check("coverage", name, row["covered"], *COVERAGE))
        found.append(Check("smallest", name, small["covered"], SMALLEST_COVERAGE, None))
    raw, shrunk = (small_error(results, name) for name in ("raw", "shrunk"))
    found.append(Check("error", "shrunk", 1 - shrunk / raw, LESS_ERROR, None))
    for scenario in ("nothing", "no_tables"):
        net, naive = (
            one(results, "effects", scenario=scenario, estimate=name)["error"]
            for name in ("net", "naive")
        )
        found.append(Check("bias", scenario, abs(net), None, BIAS))
        found.append(Check("naive", scenario, abs(naive), NAIVE_BIAS, None))
    return found + [
        Check("calibration", name, worst_bin(results, name), None, CALIBRATED)
        for name in PROBABILITIES
    ]


def one(results: Results, kind: str, *, world: str = "all", **wanted: str) -> dict[str, Any]:
    """The row of a kind with the given keys; ``KeyError`` if there is none."""
    for row in results[kind]:
        if row["world"] == world and all(row[name] == value for name, value in wanted.items()):
            found: dict[str, Any] = row
            return found
    raise KeyError((kind, world, wanted))


def small_error(results: Results, estimate: str, *, world: str = "all") -> float:
    """Mean squared error of shares with n < 15."""
    rows = [one(results, "errors", estimate=estimate, world=world, band=band) for band in BANDS[:2]]
    cases = sum(row["cases"] for row in rows)
    return float(sum(row["cases"] * row["mse"] for row in rows) / cases)


def worst_bin(results: Results, what: str, *, world: str = "all") -> float:
    """Largest difference of stated and observed share among the tenths with enough cases."""
    rows = [
        row
        for row in results["calibration"]
        if row["what"] == what and row["world"] == world and row["cases"] >= ENOUGH
    ]
    if not rows:
        raise ValueError(f"{what}: no tenth of probabilities has {ENOUGH} cases")
    return float(max(abs(row["stated"] - row["observed"]) for row in rows))
