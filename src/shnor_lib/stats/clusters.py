"""Shares whose units come in clusters: several deficits of one teacher are not several teachers."""

from __future__ import annotations

from typing import Any

import numpy as np

from shnor_lib.stats.arrays import counts


def design_effect(x: Any, n: Any) -> float:
    """How many times the variance of a share is larger because its units come in clusters.

    Parameters
    ----------
    x, n
        By cluster: units with the property and units counted; 0 ≤ x ≤ n, n > 0.

    Returns
    -------
    float
        ≥ 1; ``nan`` without clusters. Where the variance between clusters cannot be seen (one
        cluster, or a share of 0 or 1) the largest it can be: units of a cluster all alike.

    Notes
    -----
    Variance of a ratio by linearisation over that of simple sampling: Kish 1965, Survey
    Sampling, 5.4 and 8.2. A design effect below one is set to one.

    Examples
    --------
    >>> round(design_effect([1, 0, 1], [1, 1, 1]), 3)
    1.0
    >>> round(design_effect([3, 0, 3, 0], [3, 3, 3, 3]), 3)
    3.667
    """
    parts, sizes = counts(x), counts(n)
    total = float(sizes.sum())
    if not total:
        return float("nan")
    share = float(parts.sum()) / total
    simple = share * (1 - share) / max(total - 1, 1)
    alike = float((sizes**2).sum()) / total
    if len(sizes) < 2 or not simple:
        return max(alike, 1.0)
    between = len(sizes) / (len(sizes) - 1) * float(((parts - share * sizes) ** 2).sum()) / total**2
    return float(max(between / simple, 1.0)) if np.isfinite(between) else max(alike, 1.0)
