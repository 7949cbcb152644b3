"""Two groups beside each other: a share in each, and the difference with its interval."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import pandas as pd

from shnor_lib.stats.clusters import design_effect
from shnor_lib.stats.intervals import newcombe, wilson

VERDICTS: tuple[str, ...] = ("more", "less", "unclear", "few")
"""The whole interval of the difference above zero, below it, zero inside; too few to compare."""


@dataclass(frozen=True)
class GroupShare:
    """A share in one group.

    Attributes
    ----------
    n, x
        Units counted and units with the property.
    clusters
        What the units belong to (teachers of deficits; schools of schools).
    design
        Design effect, ≥ 1 (:func:`~shnor_lib.stats.clusters.design_effect`); 1 without units.
    """

    n: int
    x: int
    clusters: int
    design: float = 1.0

    @property
    def share(self) -> float | None:
        """X / n, 0…1; None without units."""
        return self.x / self.n if self.n else None

    @property
    def effective(self) -> tuple[float, float]:
        """X and n divided by the design effect: so much independent units would tell."""
        return self.x / self.design, self.n / self.design

    @property
    def interval(self) -> tuple[float, float]:
        """95 % Wilson interval of the share on the effective numbers; ``nan`` without units."""
        low, high = wilson(*self.effective)
        return float(low), float(high)


@dataclass(frozen=True)
class TwoGroups:
    """Those who got help and the others.

    Attributes
    ----------
    helped, others
        The two groups.
    left_out
        Units that belong to neither.
    least
        Clusters either group must have for a comparison.
    """

    helped: GroupShare
    others: GroupShare
    left_out: int = 0
    least: int = 5

    @property
    def enough(self) -> bool:
        """Whether both groups are large enough to be compared."""
        return min(self.helped.clusters, self.others.clusters) >= self.least

    @property
    def difference(self) -> float | None:
        """Share of those helped minus share of the others, −1…1."""
        first, second = self.helped.share, self.others.share
        return None if first is None or second is None else first - second

    @property
    def interval(self) -> tuple[float, float]:
        """95 % interval of the difference (Newcombe) on the effective numbers."""
        low, high = newcombe(*self.others.effective, *self.helped.effective)
        return float(low), float(high)

    @property
    def verdict(self) -> str:
        """One of :data:`VERDICTS`."""
        if not self.enough:
            return "few"
        low, high = self.interval
        if low > 0:
            return "more"
        return "less" if high < 0 else "unclear"


def group_share(rows: pd.DataFrame, flag: str, clusters: Collection[str]) -> GroupShare:
    """Count one group.

    Parameters
    ----------
    rows
        Units.
    flag
        Column of booleans: the unit has the property.
    clusters
        Columns that say what a unit belongs to.
    """
    if rows.empty:
        return GroupShare(0, 0, 0)
    sums = rows.groupby(list(clusters), observed=True)[flag].agg(["sum", "size"])
    design = design_effect(sums["sum"].astype(float), sums["size"])
    return GroupShare(len(rows), int(rows[flag].sum()), len(sums), design)
