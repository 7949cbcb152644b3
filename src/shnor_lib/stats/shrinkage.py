"""Shrinkage of means: normal empirical Bayes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats
from statsmodels.stats.meta_analysis import combine_effects

from shnor_lib.stats.arrays import Floats, counts


@dataclass(frozen=True)
class Shrunk:
    """What :func:`normal_shrinkage` gives.

    Attributes
    ----------
    mean
        Common mean.
    tau2
        Variance of the true values between groups.
    table
        By group: ``estimate`` (as given), ``factor`` (share of its own estimate in the shrunk
        one, 0…1), ``shrunk``, ``sd``, ``low``, ``high``; NA where nothing is known.
    """

    mean: float
    tau2: float
    table: pd.DataFrame


def normal_shrinkage(estimates: Any, errors: Any, *, level: float = 0.95) -> Shrunk:
    """Draw the estimates of groups towards their common mean, the less certain the more.

    Parameters
    ----------
    estimates
        Means (residuals, effects) of the groups.
    errors
        Their standard errors, above zero.
    level
        Coverage of the intervals.

    Raises
    ------
    ValueError
        Fewer than 4 groups, or an error that is not above zero.

    Notes
    -----
    θ_i ~ N(m, τ²), y_i ~ N(θ_i, s_i²): shrunk = m + B (y − m), B = τ²/(τ² + s²) (the factor of
    a random-intercept model, τ²/(τ² + σ²/n)). τ² by Paule and Mandel (statsmodels'
    ``combine_effects``), m weighted by 1/(τ² + s²). The variance is that with known τ² and m,
    B s², plus (1 − B)² Var(m) for the uncertainty of m, plus
    2/(k − 3) · (1 − B)² (s̄² + τ²)/(s² + τ²) · (y − m)² for that of τ², k groups (Morris 1983,
    JASA 78: 47–55).

    Examples
    --------
    >>> shrunk = normal_shrinkage([-2.0, 0.0, 2.0, 4.0], [0.5, 0.5, 0.5, 3.0])
    >>> shrunk.table["factor"].round(2).tolist()
    [0.94, 0.94, 0.94, 0.31]
    """
    y, s = np.broadcast_arrays(counts(estimates), counts(errors))
    known = ~(np.isnan(y) | np.isnan(s))
    if (s[known] <= 0).any():
        raise ValueError("Стандартные ошибки должны быть больше нуля.")
    groups = int(known.sum())
    if groups < 4:
        raise ValueError("Для оценки разброса между группами нужно не меньше четырёх групп.")
    tau2 = float(combine_effects(y[known], s[known] ** 2, method_re="iterated").tau2)
    weight = 1 / (tau2 + s[known] ** 2)
    mean = float((weight * y[known]).sum() / weight.sum())
    factor = tau2 / (tau2 + s**2)
    shrunk = mean + factor * (y - mean)
    average = float((s[known] ** 2).mean())
    of_mean = (1 - factor) ** 2 / weight.sum()
    of_tau = 2 / (groups - 3) * (1 - factor) ** 2 * (average + tau2) / (s**2 + tau2)
    sd = np.sqrt(factor * s**2 + of_mean + of_tau * (y - mean) ** 2)
    reach = float(stats.norm.ppf((1 + level) / 2)) * sd
    columns = {
        "estimate": y,
        "factor": factor,
        "shrunk": shrunk,
        "sd": sd,
        "low": shrunk - reach,
        "high": shrunk + reach,
    }
    table = pd.DataFrame({name: np.where(known, v, np.nan) for name, v in columns.items()})
    return Shrunk(mean, tau2, table)


def james_stein(estimates: Any, variance: float) -> tuple[float, float, Floats]:
    """Shrinkage of at least 4 means with one known variance towards their mean.

    c = 1 − (k − 3) s²/Σ(y − ȳ)², not below 0 (Efron and Morris 1975, JASA 70: 311–319).

    Returns
    -------
    tuple
        ȳ, c, and ȳ + c (y − ȳ).
    """
    y = counts(estimates)
    if len(y) < 4:
        raise ValueError("Для оценки Джеймса — Стейна нужно не меньше четырёх групп.")
    mean = float(y.mean())
    factor = max(0.0, 1 - (len(y) - 3) * variance / float(((y - mean) ** 2).sum()))
    return mean, factor, np.asarray(mean + factor * (y - mean))
