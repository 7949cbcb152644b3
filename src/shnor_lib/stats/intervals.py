"""Intervals and probabilities for shares of small groups.

All functions take counts as arrays (or scalars) and work element-wise. Where ``n`` is zero or
anything is missing the answer is ``nan``: a share nobody was counted for is unknown, not zero.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import special
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

from shnor_lib.stats.arrays import Floats, counts, known_counts, on_unique_pairs

__all__ = [
    "Floats",
    "counts",
    "difference_p_value",
    "jeffreys",
    "newcombe",
    "probability_at_least",
    "wilson",
]


def wilson(x: Any, n: Any, level: float = 0.95) -> tuple[Floats, Floats]:
    """Wilson score interval of a share (no continuity correction).

    Parameters
    ----------
    x, n
        Number with the property and number counted; 0 ≤ x ≤ n.
    level
        Coverage, 0…1.

    Returns
    -------
    tuple of arrays
        Lower and upper end, 0…1; ``nan`` where n is 0 or a count is missing.

    Notes
    -----
    Wilson (1927); method 3 in Newcombe (1998, Statistics in Medicine 17: 857–872).

    Examples
    --------
    >>> low, high = wilson(81, 263)
    >>> f"{low:.4f} {high:.4f}"
    '0.2553 0.3662'
    """
    return on_unique_pairs(
        lambda a, b: proportion_confint(a, b, alpha=1 - level, method="wilson"), 2, x, n
    )


def jeffreys(x: Any, n: Any, level: float = 0.95) -> tuple[Floats, Floats]:
    """Jeffreys interval: equal-tailed, posterior Beta(x + ½, n − x + ½).

    The lower end is 0 when x = 0 and the upper end is 1 when x = n (Brown, Cai and DasGupta
    2001, Statistical Science 16: 101–133), otherwise an observed share could lie outside.

    Parameters and returns as in :func:`wilson`.

    Examples
    --------
    >>> low, high = jeffreys(0, 20)
    >>> f"{low:.4f} {high:.4f}"
    '0.0000 0.1166'
    """
    tail = (1 - level) / 2

    def ends(a: Floats, b: Floats) -> tuple[Floats, Floats]:
        low = special.betaincinv(a + 0.5, b - a + 0.5, tail)
        high = special.betaincinv(a + 0.5, b - a + 0.5, 1 - tail)
        return np.where(a == 0, 0.0, low), np.where(a == b, 1.0, high)

    return on_unique_pairs(ends, 2, x, n)


def probability_at_least(x: Any, n: Any, threshold: Any) -> Floats:
    """Probability that the true share is at or above a threshold.

    Parameters
    ----------
    x, n
        As in :func:`wilson`.
    threshold
        Share 0…1 (one for all, or one for each).

    Returns
    -------
    array
        Tail of the Jeffreys posterior Beta(x + ½, n − x + ½), 0…1; ``nan`` where unknown.

    Examples
    --------
    >>> round(float(probability_at_least(10, 29, 0.2)), 3)
    0.968
    """
    bounds = np.asarray(threshold, dtype=np.float64)
    if bounds.ndim:
        a, b, c = np.broadcast_arrays(counts(x), counts(n), bounds)
        with np.errstate(invalid="ignore"):
            tail = special.betaincc(a + 0.5, b - a + 0.5, c)
        return np.asarray(np.where(known_counts(a, b), tail, np.nan), dtype=np.float64)
    tails: tuple[Floats] = on_unique_pairs(
        lambda a, b: (special.betaincc(a + 0.5, b - a + 0.5, float(bounds)),), 1, x, n
    )
    return tails[0]


def newcombe(
    x_from: Any, n_from: Any, x_to: Any, n_to: Any, level: float = 0.95
) -> tuple[Floats, Floats]:
    """Newcombe's hybrid score interval for the difference of two independent shares.

    Parameters
    ----------
    x_from, n_from, x_to, n_to
        Counts before and after.
    level
        Coverage, 0…1.

    Returns
    -------
    tuple of arrays
        Ends of the interval of ``x_to / n_to − x_from / n_from``, −1…1; ``nan`` where unknown.

    Notes
    -----
    Method 10 in Newcombe (1998, Statistics in Medicine 17: 873–890).

    Examples
    --------
    >>> low, high = newcombe(48, 80, 56, 70)
    >>> f"{low:.4f} {high:.4f}"
    '0.0524 0.3339'
    """
    a, b, c, d = np.broadcast_arrays(counts(x_from), counts(n_from), counts(x_to), counts(n_to))
    known = known_counts(a, b) & known_counts(c, d)
    low, high = np.full(a.shape, np.nan), np.full(a.shape, np.nan)
    if known.any():
        low[known], high[known] = confint_proportions_2indep(
            c[known], d[known], a[known], b[known], method="newcomb", alpha=1 - level
        )
    return low, high


def difference_p_value(x_from: Any, n_from: Any, x_to: Any, n_to: Any) -> Floats:
    """Two-sided p-value of the score test that two shares are equal (pooled variance).

    Equal to the chi-squared test of the 2 × 2 table without continuity correction. Two equal
    shares at 0 or at 1 leave no variance and give 1.
    """
    a, b, c, d = np.broadcast_arrays(counts(x_from), counts(n_from), counts(x_to), counts(n_to))
    known = known_counts(a, b) & known_counts(c, d)
    with np.errstate(invalid="ignore", divide="ignore"):
        pooled = (a + c) / (b + d)
        variance = pooled * (1 - pooled) * (1 / b + 1 / d)
        z = (c / d - a / b) / np.sqrt(variance)
    p = 2 * special.ndtr(-np.abs(z))
    return np.asarray(np.where(known, np.where(variance > 0, p, 1.0), np.nan), dtype=np.float64)
