"""Percentages of marks turned back into numbers of pupils."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Counts:
    """Numbers of pupils per mark.

    Attributes
    ----------
    values
        Rows × marks; meaningless where ``whole`` is false.
    whole
        Rows whose percentages are those of whole pupils, within the rounding they were
        published with, and whose pupils sum to n.
    decimals
        Decimals the percentages were published with (0, 1 or 2).
    """

    values: Ints
    whole: Flags
    decimals: int


def published_decimals(percent: Floats) -> int:
    """Fewest decimals (0–2) that all the percentages can be written with."""
    known = percent[~np.isnan(percent)]
    for decimals in (0, 1):
        scaled = known * 10**decimals
        if np.all(np.abs(scaled - np.rint(scaled)) < 1e-6):
            return decimals
    return 2


def counts_from_percents(n: Floats, percent: Floats) -> Counts:
    """Whole numbers of pupils behind rounded percentages.

    Parameters
    ----------
    n
        Participants per row, > 0.
    percent
        Rows × marks, 0…100, no gaps.

    Returns
    -------
    Counts
        A row is whole when n · p / 100 rounds to counts whose own percentages differ from the
        published ones by no more than half a unit of the last decimal, and which sum to n. Where
        nearest counts do not sum to n (large n, few decimals), pupils are shared out by largest
        remainders, and the same tolerance is asked of the outcome.
    """
    decimals = published_decimals(percent)
    tolerance = 0.5 * 10.0**-decimals + 1e-6
    exact = n[:, None] * percent / 100
    nearest = np.rint(exact)
    off = nearest.sum(axis=1) != n
    if off.any():
        nearest[off] = _largest_remainders(n[off], exact[off])
    with np.errstate(divide="ignore", invalid="ignore"):
        close = np.abs(100 * nearest / n[:, None] - percent) <= tolerance
    whole = close.all(axis=1) & (nearest.sum(axis=1) == n) & (n > 0)
    return Counts(np.where(np.isfinite(nearest), nearest, 0).astype(np.int64), whole, decimals)


def _largest_remainders(n: Floats, exact: Floats) -> Floats:
    base = np.floor(exact + 1e-9)
    missing = n - base.sum(axis=1)
    order = np.argsort(np.argsort(base - exact, axis=1, kind="stable"), axis=1, kind="stable")
    shared: Floats = base + (order < missing[:, None])
    return shared
