"""How much is simulated: the full run and a small one that tests repeat."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from shnor_lib.validation.case import Case
from shnor_lib.validation.region import Region
from shnor_lib.validation.worlds import WORLDS

YEARS: tuple[int, ...] = (2023, 2024, 2025, 2026, 2027, 2028)
"""Years without a cancelled procedure: a calendar would only leave less to look at."""


@dataclass(frozen=True)
class Plan:
    """Size of a run.

    Parameters
    ----------
    regions
        In each world.
    schools
        In each region.
    draws
        The product makes for the intervals of ranks.
    status_times, deviation_times
        Statuses and deviations from like schools are tried on so many times as many regions.
    seed
        The same plan always gives the same figures.
    """

    regions: int
    schools: int
    draws: int
    status_times: int = 1
    deviation_times: int = 1
    seed: int = 20261122

    def cases(self) -> Iterator[Case]:
        """The regions, world by world."""
        for world in WORLDS:
            for number in range(self.regions):
                region = Region(world, self.seed, number, self.schools, YEARS)
                yield Case(region, self.draws, self.status_times, self.deviation_times)

    def about(self) -> dict[str, Any]:
        """What the run was, for its readers."""
        return {**asdict(self), "worlds": len(WORLDS), "years": list(YEARS)}


FULL = Plan(regions=12, schools=360, draws=500, status_times=10, deviation_times=3)
SMALL = Plan(regions=1, schools=90, draws=100)
