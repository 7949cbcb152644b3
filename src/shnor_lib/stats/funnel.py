"""Funnel limits: how far from the common share chance alone takes a group of its size.

With school data the groups differ by more than chance, so that plain binomial limits flag
most of them; :func:`overdispersion` measures this and :func:`funnel` widens the limits by it.
Spiegelhalter (2005, Statistics in Medicine 24: 1185–1202).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from shnor_lib.stats.arrays import Floats, counts, known_counts


def exact_limits(target: float, n: Any, *, level: float = 0.95) -> tuple[Floats, Floats]:
    """Binomial control limits, interpolated between the whole counts.

    Parameters
    ----------
    target
        Common share, 0 < target < 1.
    n
        Group sizes.
    level
        Coverage: 0.95 and 0.998 are usual.

    Returns
    -------
    tuple of arrays
        Lower and upper limit, 0…1; ``nan`` where n is 0 or missing.

    Notes
    -----
    With r the smallest count with P(X ≤ r) ≥ p and a = (P(X ≤ r) − p)/P(X = r), the limit is
    (r − a)/n (Spiegelhalter 2005, appendix), cut at 0 and 1.

    Examples
    --------
    >>> low, high = exact_limits(0.2, [10, 100])
    >>> high.round(3).tolist()
    [0.429, 0.276]
    """
    _check_target(target)
    many = counts(n)
    known = many > 0
    size = np.where(known, many, 1.0)
    ends = []
    for p in ((1 - level) / 2, (1 + level) / 2):
        r = stats.binom.ppf(p, size, target)
        a = (stats.binom.cdf(r, size, target) - p) / stats.binom.pmf(r, size, target)
        ends.append(np.where(known, np.clip((r - a) / size, 0.0, 1.0), np.nan))
    return ends[0], ends[1]


def normal_limits(
    target: float, n: Any, *, level: float = 0.95, tau2: float = 0.0
) -> tuple[Floats, Floats]:
    """θ ± z √(θ(1−θ)/n + τ²), cut at 0 and 1.

    With ``tau2`` = 0 this is the form of the English public health profiles; with τ² of
    :func:`overdispersion` the limits allow for differences between the groups.
    """
    _check_target(target)
    many = counts(n)
    with np.errstate(invalid="ignore", divide="ignore"):
        spread = np.sqrt(np.where(many > 0, target * (1 - target) / many, np.nan) + tau2)
    reach = float(stats.norm.ppf((1 + level) / 2)) * spread
    return np.clip(target - reach, 0.0, 1.0), np.clip(target + reach, 0.0, 1.0)


@dataclass(frozen=True)
class Overdispersion:
    """How much more the groups differ than chance makes them.

    Attributes
    ----------
    target
        Common share θ.
    phi
        Mean of the winsorised squared z-scores: 1 with chance only.
    tau2
        Variance between groups, in squared shares; 0 if φ shows none.
    p_value
        Of the hypothesis of chance only: I·φ against χ² with I degrees of freedom
        (approximate, the winsorising makes it conservative).
    n_groups
        I, the groups used.
    """

    target: float
    phi: float
    tau2: float
    p_value: float
    n_groups: int


def overdispersion(
    x: Any, n: Any, *, target: float | None = None, winsorise: float = 0.1
) -> Overdispersion:
    """Dispersion factor φ and variance between groups τ².

    z_i = (y_i − θ)/s_i, s_i² = θ(1−θ)/n_i; the lowest and highest ``winsorise`` of the z are
    pulled in to their quantiles; φ = Σ z²/I; with w = 1/s²,
    τ² = max(0, (Iφ − (I − 1))/(Σw − Σw²/Σw)).

    Parameters
    ----------
    x, n
        Counts by group.
    target
        θ; the share of all groups together if not given.
    winsorise
        Share at each end, 0…0.5.

    Raises
    ------
    ValueError
        Fewer than 2 groups, or a common share of 0 or 1.

    Notes
    -----
    Spiegelhalter (2005); τ² after DerSimonian and Laird (1986,
    Controlled Clinical Trials 7: 177–188).
    """
    some, many, known = _groups(x, n)
    some, many = some[known], many[known]
    if len(some) < 2:
        raise ValueError("Для оценки разброса между группами нужно не меньше двух групп.")
    theta = float(some.sum() / many.sum()) if target is None else target
    _check_target(theta)
    variance = theta * (1 - theta) / many
    z = (some / many - theta) / np.sqrt(variance)
    low, high = np.quantile(z, [winsorise, 1 - winsorise])
    phi = float(np.mean(np.clip(z, low, high) ** 2))
    size, weight = len(z), 1 / variance
    bottom = weight.sum() - (weight**2).sum() / weight.sum()
    tau2 = max(0.0, (size * phi - (size - 1)) / bottom)
    return Overdispersion(theta, phi, float(tau2), float(stats.chi2.sf(size * phi, size)), size)


def funnel(
    x: Any, n: Any, *, target: float | None = None, level: float = 0.95, winsorise: float = 0.1
) -> pd.DataFrame:
    """Every group against the funnel, without and with overdispersion.

    Parameters
    ----------
    x, n
        Counts by group.
    target, winsorise
        As in :func:`overdispersion`.
    level
        Coverage of the limits.

    Returns
    -------
    DataFrame
        ``share``, ``z`` (chance only), ``low``, ``high`` (exact binomial limits), ``z_od`` =
        (y − θ)/√(s² + τ²), ``low_od``, ``high_od``; shares 0…1, NA without a share.
        ``attrs["overdispersion"]`` holds the :class:`Overdispersion`.
    """
    some, many, known = _groups(x, n)
    spread = overdispersion(some, many, target=target, winsorise=winsorise)
    theta = spread.target
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.where(known, some / many, np.nan)
        variance = np.where(known, theta * (1 - theta) / many, np.nan)
    size = np.where(known, many, np.nan)
    low, high = exact_limits(theta, size, level=level)
    low_od, high_od = normal_limits(theta, size, level=level, tau2=spread.tau2)
    table = pd.DataFrame(
        {
            "share": share,
            "z": (share - theta) / np.sqrt(variance),
            "low": low,
            "high": high,
            "z_od": (share - theta) / np.sqrt(variance + spread.tau2),
            "low_od": low_od,
            "high_od": high_od,
        }
    )
    table.attrs["overdispersion"] = spread
    return table


def _groups(x: Any, n: Any) -> tuple[Floats, Floats, Any]:
    some, many = np.broadcast_arrays(counts(x), counts(n))
    return some, many, known_counts(some, many)


def _check_target(target: float) -> None:
    if not 0 < target < 1:
        raise ValueError("Общая доля 0 % или 100 %: границ разброса у неё нет.")
