"""Trend of a share over years in groups made of several strata, and how far the years jump.

One class of a small school tells little in three years; all its classes and subjects together
tell more. Every stratum (class × subject) is compared only with itself, then the strata of a
group (school) are added up: the extension of the Cochran–Armitage test by Mantel.

Pupils of one year share a teacher, a paper and a virus, so that real shares jump from year to
year more than chance between pupils makes them. A line through three years leaves one degree
of freedom for these jumps; over many groups that is enough to measure them
(:func:`year_correlation`) and to widen the tests by it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import special

from shnor_lib.stats.arrays import Floats, Ints, counts, known_counts


@dataclass(frozen=True)
class StratifiedTrend:
    """Result of :func:`stratified_trend`, one value per group.

    Attributes
    ----------
    slope
        Change of the share per unit of score, the mean of the strata weighted by
        Σ n (s − s̄)²; ``nan`` with fewer than two years.
    error
        Its standard error with chance between pupils only; 0 where every share is 0 or 1.
    z, p_value
        slope / error (0 where the error is) and the two-sided normal p-value.
    spread
        Σ n (s − s̄)², strata added up.
    lack, lack_df
        χ² of what the line leaves unexplained, and its degrees of freedom (0: nothing left).
        Its mean is exactly ``lack_df`` when there is no trend and chance is all there is.
    size
        Mean number counted in a year.
    """

    slope: Floats
    error: Floats
    z: Floats
    p_value: Floats
    spread: Floats
    lack: Floats
    lack_df: Floats
    size: Floats


def stratified_trend(
    x: Any, n: Any, groups: Ints, scores: Any, *, n_groups: int | None = None
) -> StratifiedTrend:
    """Common trend of the strata of each group.

    Parameters
    ----------
    x, n
        Counts, strata × years; a gap in either leaves the year out of the stratum.
    groups
        Number 0, 1, … of the group of each stratum.
    scores
        Position of each year.
    n_groups
        How many groups there are; largest number + 1 if not given.

    Notes
    -----
    Given its size n_t in every year and its total Σx, the counts of a stratum are
    multivariate hypergeometric with mean n_t p and covariance
    p(1 − p) N/(N − 1) (n_t δ_tu − n_t n_u/N). With R the sum over strata of x − n p and C that
    of the covariances, z = s'R/√(s'Cs) (Mantel 1963, JASA 58: 690–700; one stratum: the
    Cochran–Armitage test with the permutation variance), and R'C⁻R − z² is χ² with rank(C) − 1
    degrees of freedom.

    Examples
    --------
    >>> both = stratified_trend([[5, 9, 14], [4, 6, 9]], [[25, 27, 26], [20, 20, 20]], [0, 0],
    ...                         [2024, 2025, 2026])
    >>> [round(float(v[0]), 4) for v in (both.slope, both.z, both.p_value)]
    [0.1499, 2.9991, 0.0027]
    """
    some, many = np.broadcast_arrays(counts(x), counts(n))
    known = known_counts(some, many)
    some, many = np.where(known, some, 0.0), np.where(known, many, 0.0)
    of = np.asarray(groups, dtype=np.int64)
    size = (int(of.max()) + 1 if len(of) else 0) if n_groups is None else n_groups
    years = some.shape[1]
    total = many.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(total > 0, some.sum(axis=1) / total, 0.0)
        inflate = np.where(total > 1, total / (total - 1), 0.0)
        flow = np.where(total > 0, 1 / total, 0.0)
    variance = share * (1 - share) * inflate
    rest = np.zeros((size, years))
    np.add.at(rest, of, some - many * share[:, None])
    matrix = np.zeros((size, years, years))
    outer = -many[:, :, None] * many[:, None, :] * flow[:, None, None]
    outer[:, np.arange(years), np.arange(years)] += many
    np.add.at(matrix, of, variance[:, None, None] * outer)
    width = np.zeros((size, years, years))
    np.add.at(width, of, outer)

    # Centred, so that calendar years lose no digits.
    s = counts(scores) - float(np.mean(counts(scores)))
    top = rest @ s
    bottom = np.einsum("i,gij,j->g", s, matrix, s)
    spread = np.einsum("i,gij,j->g", s, width, s)
    enough = spread > 1e-9
    flat = bottom <= 1e-12
    with np.errstate(invalid="ignore", divide="ignore"):
        z = np.where(flat, 0.0, top / np.sqrt(bottom))
        slope, error = top / spread, np.sqrt(np.maximum(bottom, 0.0)) / spread
    inverse = np.linalg.pinv(matrix, rcond=1e-9, hermitian=True) if size else matrix
    whole = np.einsum("gi,gij,gj->g", rest, inverse, rest)
    rank = np.linalg.matrix_rank(matrix, tol=1e-9, hermitian=True) if size else np.zeros(0)
    counted = np.zeros((size, years))
    np.add.at(counted, of, many)
    held = np.maximum((counted > 0).sum(axis=1), 1)
    z = np.where(enough, z, np.nan)
    return StratifiedTrend(
        slope=np.where(enough, slope, np.nan),
        error=np.where(enough, error, np.nan),
        z=z,
        p_value=np.asarray(2 * special.ndtr(-np.abs(z))),
        spread=spread,
        lack=np.where(enough & ~flat, np.maximum(whole - np.where(flat, 0.0, z) ** 2, 0.0), 0.0),
        lack_df=np.where(enough & ~flat, np.maximum(rank - 1, 0), 0).astype(np.float64),
        size=counted.sum(axis=1) / held,
    )


def year_correlation(trend: StratifiedTrend) -> float:
    """How alike the pupils of one group and year are beyond the trend: 0 with chance only.

    ρ = max(0, Σ(lack − df) / Σ df (m − 1)), m the mean number counted in a year: the moment
    estimate under Var(share) = p(1 − p)/m · (1 + (m − 1)ρ), as in the beta-binomial model;
    0 where nothing can be said.

    Notes
    -----
    Williams (1982, Applied Statistics 31: 144–148), his model II by moments.
    """
    room = float((trend.lack_df * np.maximum(trend.size - 1, 0)).sum())
    if room <= 0:
        return 0.0
    return max(0.0, float((trend.lack - trend.lack_df).sum()) / room)


def inflation(size: Any, rho: float) -> Floats:
    """Factor √(1 + (m − 1)ρ) by which standard errors of groups of size m grow.

    Examples
    --------
    >>> inflation([1, 51], 0.06).tolist()
    [1.0, 2.0]
    """
    return np.asarray(np.sqrt(1 + np.maximum(counts(size) - 1, 0) * rho), dtype=np.float64)
