"""Skewness and kurtosis as in Excel, SAS and COINr (type 2 of e1071)."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from shnor_lib.stats.arrays import Floats


def skewness(values: Any) -> Floats:
    """Sample skewness along the last axis, gaps left out.

    √n Σd³ / (Σd²)^{3/2} · √(n(n−1)) / (n−2), d the deviations from the mean (Joanes and Gill
    1998, The Statistician 47: 183–189, G₁). ``nan`` for fewer than 3 values or equal ones.

    Examples
    --------
    >>> round(float(skewness([1, 2, 3, 4, 10])), 4)
    1.6971
    """
    n, s2, s3, _ = _power_sums(values)
    with np.errstate(invalid="ignore", divide="ignore"):
        result = np.sqrt(n) * s3 / s2**1.5 * np.sqrt(n * (n - 1)) / (n - 2)
    return np.asarray(np.where(n >= 3, result, np.nan), dtype=np.float64)


def kurtosis(values: Any) -> Floats:
    """Sample excess kurtosis along the last axis, gaps left out.

    ((n+1)(nΣd⁴/(Σd²)² − 3) + 6)(n−1) / ((n−2)(n−3)) (Joanes and Gill 1998, G₂). ``nan`` for
    fewer than 4 values or equal ones.

    Examples
    --------
    >>> round(float(kurtosis([1, 2, 3, 4, 10])), 4)
    3.152
    """
    n, s2, _, s4 = _power_sums(values)
    with np.errstate(invalid="ignore", divide="ignore"):
        excess = n * s4 / s2**2 - 3
        result = ((n + 1) * excess + 6) * (n - 1) / ((n - 2) * (n - 3))
    return np.asarray(np.where(n >= 4, result, np.nan), dtype=np.float64)


def _power_sums(values: Any) -> tuple[Floats, Floats, Floats, Floats]:
    x = np.asarray(values, dtype=np.float64)
    n = (~np.isnan(x)).sum(axis=-1).astype(np.float64)
    with warnings.catch_warnings():  # nothing known: the answer is nan anyway
        warnings.simplefilter("ignore", RuntimeWarning)
        d = x - np.nanmean(x, axis=-1, keepdims=True)
        equal = ~(np.nanmax(x, axis=-1) > np.nanmin(x, axis=-1))
    square = d * d
    # The mean of equal values is not exactly their value in floating point.
    s2 = np.where(equal, np.nan, np.nansum(square, axis=-1))
    return n, s2, np.nansum(square * d, axis=-1), np.nansum(square * square, axis=-1)
