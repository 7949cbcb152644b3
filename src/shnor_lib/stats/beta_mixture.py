"""Two kinds of groups: a mixture of two beta distributions where one does not fit.

One beta distribution has one hump. Where some groups are far from the others (a few schools far
weaker than the rest, with a gap between), probabilities from it are wrong in the middle by ten points
and more. The mixture is taken only where it describes the counts clearly better.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from scipy import optimize, special

from shnor_lib.stats.arrays import Floats, counts

MIN_GROUPS = 100
"""Fewer groups do not carry five parameters."""
MOST_GROUPS = 1000
"""Groups the mixture is fitted on: of more of them, ordered by size and count, so many evenly spread."""
Part: TypeAlias = tuple[float, float, float]
"""Weight, α, β."""


def two_betas(x: Floats, n: Floats, alpha: float, beta: float) -> tuple[Part, ...]:
    """Mixture of two beta distributions of the true shares, if it is clearly better than one.

    Parameters
    ----------
    x, n
        Counts by group, in an order that does not depend on where they stood.
    alpha, beta
        Of the single beta distribution of highest likelihood.

    Returns
    -------
    tuple
        Two parts, that of the lower mean first; empty where one distribution will do: fewer than
        :data:`MIN_GROUPS`, or by Schwarz's criterion (twice the gain in log-likelihood is less than
        three times, for three more parameters, the logarithm of the number of groups).

    Notes
    -----
    Maximises Σ ln Σ_j w_j BetaBinomial(x | n, α_j, β_j) + ½ ln w₁w₂ over means, α_j + β_j and the weight
    with exact derivatives; the last term keeps an empty part from being found.
    """
    some, many = counts(x), counts(n)
    if len(some) < MIN_GROUPS:
        return ()
    groups = min(len(some), MOST_GROUPS)
    if len(some) > MOST_GROUPS:
        at = np.linspace(0, len(some) - 1, MOST_GROUPS).round().astype(np.intp)
        some, many = some[at], many[at]
    pairs, repeated = np.unique(np.stack([some, many]), axis=1, return_counts=True)
    times = repeated.astype(np.float64)
    some, many = pairs
    mean, precision = alpha / (alpha + beta), alpha + beta
    low, high = special.logit(0.75 * mean), special.logit(min(mean + 0.25, 0.5 + 0.5 * mean))
    start = np.array([low, np.log(high - low), np.log(30.0), np.log(30.0), special.logit(0.15)])

    def against(point: Floats) -> tuple[float, Floats]:
        value, slope = _likelihood(point, some, many, times)
        return -value, -slope

    found = optimize.minimize(
        against, start, jac=True, method="L-BFGS-B",
        bounds=[(-8, 4), (-3, 3), (-1, 9), (-1, 9), (-6, 6)], options={"maxiter": 150},
    )  # fmt: skip
    parts = _parts(found.x)
    single = _log_betabinomial(some, many, mean * precision, (1 - mean) * precision)
    both = _mixture(some, many, parts)
    gain = 2 * float((times * (both - single)).sum())
    return parts if gain > 3 * np.log(groups) else ()


def _parts(point: Floats) -> tuple[Part, Part]:
    first, second = special.expit([point[0], point[0] + np.exp(point[1])])
    one, two = np.exp(point[2:4])
    weight = float(special.expit(point[4]))
    return (
        (1 - weight, float(first * one), float((1 - first) * one)),
        (weight, float(second * two), float((1 - second) * two)),
    )


def _log_betabinomial(x: Floats, n: Floats, alpha: float, beta: float) -> Floats:
    """Without the binomial coefficient: it is the same for every prior."""
    found = special.betaln(x + alpha, n - x + beta) - special.betaln(alpha, beta)
    return np.asarray(found, dtype=np.float64)


def _mixture(x: Floats, n: Floats, parts: tuple[Part, ...]) -> Floats:
    logs = [np.log(weight) + _log_betabinomial(x, n, a, b) for weight, a, b in parts]
    return np.asarray(np.logaddexp.reduce(logs), dtype=np.float64)


def _likelihood(point: Floats, x: Floats, n: Floats, times: Floats) -> tuple[float, Floats]:
    """Penalised log-likelihood and its slope at (logit m₁, ln(logit m₂ − logit m₁), ln k₁, ln k₂, logit w)."""
    parts = _parts(point)
    logs = [np.log(weight) + _log_betabinomial(x, n, a, b) for weight, a, b in parts]
    total = np.logaddexp(*logs)
    by_mean, by_precision = [], []
    for (_, a, b), log in zip(parts, logs, strict=True):
        own = times * np.exp(log - total)
        k = a + b
        common = special.digamma(k) - special.digamma(n + k)
        by_a = float((own * (special.digamma(x + a) - special.digamma(a) + common)).sum())
        by_b = float((own * (special.digamma(n - x + b) - special.digamma(b) + common)).sum())
        by_mean.append(a * b / k * (by_a - by_b))
        by_precision.append(a * by_a + b * by_b)
    (first, *_), (second, *_) = parts
    # responsibility of the second part, less what its weight would have it
    by_weight = float((times * (np.exp(logs[1] - total) - second)).sum()) + 0.5 * (first - second)
    slope = [sum(by_mean), float(np.exp(point[1])) * by_mean[1], *by_precision, by_weight]
    value = float((times * total).sum()) + 0.5 * (np.log(first) + np.log(second))
    return value, np.array(slope)


def weights_given(x: Floats, n: Floats, parts: tuple[Part, ...]) -> Floats:
    """Probability of each part given the counts: parts × groups."""
    logs = np.array([np.log(weight) + _log_betabinomial(x, n, a, b) for weight, a, b in parts])
    return np.asarray(special.softmax(logs, axis=0), dtype=np.float64)


def quantiles(x: Floats, n: Floats, parts: tuple[Part, ...], level: float) -> Floats:
    """Quantiles of the posterior mixture, by bisection between those of its parts."""
    shapes = [(a + x, b + n - x) for _, a, b in parts]
    ends = np.array([special.betaincinv(a, b, level) for a, b in shapes])
    weight = weights_given(x, n, parts)
    low, high = ends.min(axis=0), ends.max(axis=0)
    for _ in range(40):
        middle = (low + high) / 2
        below = sum(
            w * special.betainc(a, b, middle) for w, (a, b) in zip(weight, shapes, strict=True)
        )
        low, high = np.where(below < level, middle, low), np.where(below < level, high, middle)
    return np.asarray((low + high) / 2, dtype=np.float64)
