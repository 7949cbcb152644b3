"""The same people measured twice: mean change with its interval, and whether it is more than chance."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from shnor_lib.stats.arrays import counts

LEAST = 6
"""With fewer changes that are not zero no paired test can give p < 0.05 (2 · ½⁵ = 0.0625)."""


@dataclass(frozen=True)
class PairedChange:
    """Second measurement minus first, over pairs.

    Attributes
    ----------
    n
        Pairs.
    mean, low, high
        Mean change and its 95 % interval (Student); ``nan`` without pairs, ends also with fewer
        than two pairs or when all changes are equal.
    p_value
        Two-sided; ``nan`` with fewer than :data:`LEAST` changes that are not zero.
    """

    n: int
    mean: float
    low: float
    high: float
    p_value: float


def paired_change(changes: Any, level: float = 0.95) -> PairedChange:
    """Mean change and the signed-rank test that changes are as often down as up.

    Parameters
    ----------
    changes
        One change per pair; missing ones are left out.
    level
        Coverage of the interval, 0…1.

    Notes
    -----
    Interval of Student's paired t; Wilcoxon's signed-rank test, changes of zero left out
    (Wilcoxon 1945, Biometrics Bulletin 1: 80–83), exact where there are no ties or few pairs,
    otherwise the normal approximation with the correction for continuity. The interval is about
    the mean, the test about the order of changes: a few great changes may move one alone.

    Examples
    --------
    Student's sleep data (1908): second drug against the first.

    >>> found = paired_change([1.2, 2.4, 1.3, 1.3, 0, 1.0, 1.8, 0.8, 4.6, 1.4])
    >>> f"{found.mean:.2f} ({found.low:.2f}; {found.high:.2f}) {found.p_value:.3f}"
    '1.58 (0.70; 2.46) 0.004'
    """
    known = counts(changes)
    known = known[~np.isnan(known)]
    n = len(known)
    if not n:
        return PairedChange(0, math.nan, math.nan, math.nan, math.nan)
    low = high = math.nan
    if n > 1 and np.ptp(known) > 0:
        ends = stats.ttest_1samp(known, 0).confidence_interval(level)
        low, high = float(ends.low), float(ends.high)
    moved = known[known != 0]
    p_value = math.nan
    if len(moved) >= LEAST:
        p_value = float(stats.wilcoxon(moved, correction=True).pvalue)
    return PairedChange(n, float(known.mean()), low, high, p_value)
