"""One share over several years: which years are pooled, and what follows from them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from shnor_lib.methods.outcomes import Flags, Floats
from shnor_lib.methods.priors import Priors
from shnor_lib.methods.units import Units, formal_part

Asked: TypeAlias = tuple[int, tuple[int, ...]]
"""A unit and positions of years."""


@dataclass(frozen=True)
class PooledShares:
    """Counts over chosen years (schools × units), their prior, and what follows; else ``nan``.

    ``prior`` is None also where too few schools wrote to say what is usual: the
    probability then rests on the weak prior, and there is nothing to shrink a share to.
    """

    low: Floats
    n: Floats
    prior: Priors
    probability: Floats
    asked: set[Asked]


def pooled_shares(
    units: Units, members: npt.NDArray[np.intp], window: tuple[int, ...], used: Flags
) -> PooledShares:
    """Pool the years chosen for each school and unit.

    Parameters
    ----------
    units
        Pooled results.
    members
        Positions of the units.
    window
        Positions of the years.
    used
        Schools × members × window: the year is pooled; a school without any gets ``nan``.
    """
    low, n, probability = (np.full(used.shape[:2], np.nan) for _ in range(3))
    found = PooledShares(low, n, np.full(used.shape[:2], None), probability, set())
    pattern = used @ (1 << np.arange(len(window)))
    for position, unit in enumerate(members.tolist()):
        own = pattern[:, position]
        for code in np.unique(own[own > 0]).tolist():
            years = tuple(y for bit, y in enumerate(window) if code >> bit & 1)
            rows = np.flatnonzero(own == code)
            found.asked.add((unit, years))
            own_low, own_n = units.pooled(unit, years)
            prior = units.prior(unit, years)
            found.low[rows, position], found.n[rows, position] = own_low[rows], own_n[rows]
            if prior.source != "weak":
                found.prior[rows, position] = prior
            found.probability[rows, position] = units.chance(unit, years)[rows]
    return found


def formal_chance(
    units: Units,
    members: npt.NDArray[np.intp],
    window: tuple[int, ...],
    used: Flags,
    probability: Floats,
) -> Floats:
    """Probability of the criterion with «no high results» as a fact.

    With «и» the share counts only if there were no high results in any of the years; with
    «или» the share has to speak only for the years that had some.

    Parameters
    ----------
    units, members, window, used
        As for :func:`pooled_shares`.
    probability
        Of the share over the years used.
    """
    no_high = units.no_high[np.ix_(np.arange(used.shape[0]), members, np.asarray(window))]
    without = (no_high | ~used).all(axis=2)
    how = units.rule.combine
    if how == "or" and (no_high & used).any():
        rest = pooled_shares(units, members, window, used & ~no_high).probability
        probability = np.where(without, probability, rest)
    formal = formal_part(how, probability, without)
    return np.where(used.any(axis=2), formal, np.nan)


def best_years(
    units: Units, block: tuple[Any, ...], usable: Flags, flagged: Flags, years: int
) -> Flags:
    """The years that speak most for the criterion: as many of the window as are asked for."""
    score = 10.0 * flagged + np.nan_to_num(units.formal[block])
    score += 1e-6 * np.nan_to_num(units.probability[block])
    # of equal years the latest: the sort is stable and the window ascends
    order = np.argsort(np.where(usable, score, -np.inf), axis=2, kind="stable")[:, :, -years:]
    best = np.zeros(usable.shape, dtype=np.bool_)
    np.put_along_axis(best, order, values=True, axis=2)
    return best & usable


def years_there(units: Units, window: tuple[int, ...], members: npt.NDArray[np.intp]) -> Flags:
    """Years of a window to be pooled, however few participants: all, or the best of them.

    Returns
    -------
    array
        Schools × members × window; none where there are fewer years than the rule asks for.
    """
    block = np.ix_(np.arange(units.n.shape[0]), members, np.asarray(window))
    years = units.rule.criterion.years
    present = units.present[block] & ~np.isnan(units.low[block])
    if not units.rule.consecutive:
        present = best_years(units, block, present, present & units.flagged[block], years)
    enough = present.sum(axis=2) >= years
    return np.asarray(present & enough[:, :, None], dtype=np.bool_)
