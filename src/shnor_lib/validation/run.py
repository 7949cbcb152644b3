"""All measures on all regions."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from shnor_lib.validation.case import Case
from shnor_lib.validation.changes import changes
from shnor_lib.validation.conditions import conditions
from shnor_lib.validation.effects import effects
from shnor_lib.validation.forecasts import forecasts
from shnor_lib.validation.places import places
from shnor_lib.validation.plan import Plan
from shnor_lib.validation.shares import shares
from shnor_lib.validation.statuses import statuses
from shnor_lib.validation.tallies import Tallies, added

MEASURES: tuple[Callable[[Case], Tallies], ...] = (
    shares, changes, places, statuses, conditions, effects, forecasts,
)  # fmt: skip
"""What is looked at in every region."""


def run(plan: Plan, *, workers: int = 1, told: Callable[[], None] | None = None) -> Tallies:
    """Simulate and count.

    Parameters
    ----------
    plan
        How much.
    workers
        Processes; the figures do not depend on it.
    told
        Called after every region.

    Returns
    -------
    Tallies
        Sums over all regions.
    """
    cases = list(plan.cases())
    found: list[Tallies] = []
    if workers == 1:
        for case in cases:
            found.append(judge(case))
            if told:
                told()
        return added(found)
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        # in the order of the regions: sums of floats depend on the order of their terms
        for part in pool.map(judge, cases):
            found.append(part)
            if told:
                told()
    return added(found)


def judge(case: Case) -> Tallies:
    """All measures on one region."""
    return added(measure(case) for measure in MEASURES)
