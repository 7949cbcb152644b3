"""Many tests at once: the false discovery rate of Benjamini and Hochberg."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import stats

from shnor_lib.stats.arrays import Floats, counts


def q_values(p_values: Any) -> Floats:
    """Adjusted p-values: reject those at or below q, and at most q of them are false.

    Parameters
    ----------
    p_values
        0…1; missing ones stay ``nan`` and do not count as tests.

    Notes
    -----
    Benjamini and Hochberg (1995, JRSS B 57: 289–300), valid for independent or positively
    dependent tests; :func:`scipy.stats.false_discovery_control`.

    Examples
    --------
    >>> q_values([0.01, 0.04, None, 0.5]).round(3).tolist()
    [0.03, 0.06, nan, 0.5]
    """
    p = counts(p_values)
    result = np.full(p.shape, np.nan)
    known = ~np.isnan(p)
    if known.any():
        result[known] = stats.false_discovery_control(p[known], method="bh")
    return result
