"""Cochran–Armitage test: does a share rise or fall along ordered groups (years)?"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Any

import numpy as np
from scipy import special

from shnor_lib.stats.arrays import Floats, counts, known_counts


@dataclass(frozen=True)
class Trend:
    """Result of :func:`cochran_armitage`, one value per row of counts.

    Attributes
    ----------
    slope
        Change of the share per unit of score (weighted least squares).
    z
        Test statistic, positive for a rising share.
    chi2
        z².
    p_value
        Two-sided, normal approximation; 1 where the share is 0 or 1 throughout.
    n_groups
        Groups with a share; with fewer than 2 all else is ``nan``.
    """

    slope: Floats
    z: Floats
    chi2: Floats
    p_value: Floats
    n_groups: Floats


def cochran_armitage(x: Any, n: Any, scores: Any = None) -> Trend:
    """Test for a linear trend of shares.

    Parameters
    ----------
    x, n
        Counts, groups (years) along the last axis; groups without a share are left out.
    scores
        Position of each group (the calendar year, so that a missing year leaves a gap);
        0, 1, 2, … if not given.

    Notes
    -----
    z = Σ s_i (x_i − n_i p) / √(p(1−p)(Σ n_i s_i² − (Σ n_i s_i)²/N)), p = Σx/Σn: the variance
    **with N**, as R's ``prop.trend.test`` has it. The permutation variance (statsmodels'
    ``test_ordinal_association``, SAS's exact option) has N − 1: its χ² is smaller by the
    factor (N − 1)/N. Cochran (1954, Biometrics 10: 417–451), Armitage (1955, ibid. 11:
    375–386). With few in the groups :func:`exact_trend` is safer.

    Examples
    --------
    >>> trend = cochran_armitage([5, 9, 14], [25, 27, 26])
    >>> round(float(trend.chi2), 4), round(float(trend.p_value), 4)
    (6.364, 0.0116)
    """
    some, many = np.broadcast_arrays(counts(x), counts(n))
    known = known_counts(some, many)
    some, many = np.where(known, some, 0.0), np.where(known, many, 0.0)
    s = np.arange(some.shape[-1], dtype=np.float64) if scores is None else counts(scores)
    total = many.sum(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = some.sum(axis=-1) / total
        centre = (many * s).sum(axis=-1) / total
        distance = s - centre[..., None]
        top = (distance * (some - many * share[..., None])).sum(axis=-1)
        spread = (many * distance**2).sum(axis=-1)
        z = top / np.sqrt(share * (1 - share) * spread)
        slope = top / spread
    groups = known.sum(axis=-1).astype(np.float64)
    flat = (share == 0) | (share == 1)
    enough = (groups >= 2) & (spread > 0)
    z = np.where(enough, np.where(flat, 0.0, z), np.nan)
    return Trend(
        slope=np.where(enough, slope, np.nan),
        z=z,
        chi2=z**2,
        p_value=np.asarray(2 * special.ndtr(-np.abs(z))),
        n_groups=groups,
    )


def exact_trend(x: Any, n: Any, scores: Any = None) -> float:
    """Exact two-sided p-value of the trend in one row of counts.

    Parameters
    ----------
    x, n, scores
        As in :func:`cochran_armitage`, one row.

    Returns
    -------
    float
        Probability, given the group sizes and the total Σx, of a T = Σ s_i x_i at least as
        far from its mean as the observed one; ``nan`` with fewer than 2 groups.

    Notes
    -----
    The x_i are then multivariate hypergeometric (Agresti 2002, Categorical data analysis,
    section 3.5); summed group by group over all (count, T).

    Examples
    --------
    >>> round(exact_trend([5, 9, 14], [25, 27, 26]), 4)
    0.0133
    """
    some, many = np.broadcast_arrays(counts(x), counts(n))
    known = known_counts(some, many)
    s = np.arange(some.size, dtype=np.float64) if scores is None else counts(scores)
    some, many, s = some[known].astype(int), many[known].astype(int), s[known]
    if len(some) < 2:
        return np.nan
    steps = _whole(s)
    total = int(some.sum())
    # Rows: people with the property so far; columns: T so far.
    ways = np.zeros((total + 1, total * int(steps.max()) + 1))
    ways[0, 0] = 1.0
    for size, step in zip(many, steps, strict=True):
        ways = _with_group(ways, int(size), int(step), total)
    chances = ways[total] / ways[total].sum()
    values = np.arange(len(chances))
    mean = float((chances * values).sum())
    observed = abs(float((some * steps).sum()) - mean)
    return float(min(1.0, chances[np.abs(values - mean) >= observed - 1e-9].sum()))


def _with_group(ways: Floats, size: int, step: int, total: int) -> Floats:
    after = np.zeros_like(ways)
    # Scaled so that no number of ways overflows; the scale cancels out.
    logs = [_log_choose(size, j) for j in range(min(size, total) + 1)]
    top = max(logs)
    for j, log in enumerate(logs):
        shift = j * step
        if shift < ways.shape[1]:
            part = ways[: total + 1 - j, : ways.shape[1] - shift]
            after[j:, shift:] += np.exp(log - top) * part
    return np.asarray(after / after.max(), dtype=np.float64)


def _log_choose(size: int, taken: int) -> float:
    return float(
        special.gammaln(size + 1) - special.gammaln(taken + 1) - special.gammaln(size - taken + 1)
    )


def _whole(scores: Floats) -> Any:
    """Scores as the smallest whole numbers with the same ratios of distances."""
    exact = [Fraction(float(s)).limit_denominator(1000) for s in scores - scores.min()]
    common = lcm(*(f.denominator for f in exact))
    whole = np.array([int(f * common) for f in exact])
    return whole // max(int(np.gcd.reduce(whole)), 1)
