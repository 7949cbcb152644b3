"""Arrays of numbers with gaps: what all statistics here stand on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats: TypeAlias = npt.NDArray[np.float64]
Bools: TypeAlias = npt.NDArray[np.bool_]
Ints: TypeAlias = npt.NDArray[np.int64]


def counts(values: Any) -> Floats:
    """Counts as an array of floats; a missing value becomes ``nan``."""
    if hasattr(values, "to_numpy"):
        return np.asarray(values.to_numpy(dtype="float64", na_value=np.nan), dtype=np.float64)
    return np.asarray(values, dtype=np.float64)


def known_counts(x: Floats, n: Floats) -> Bools:
    """Where x of n is a share: both there, n above zero, 0 ≤ x ≤ n."""
    with np.errstate(invalid="ignore"):
        return (n > 0) & (x >= 0) & (x <= n)


def on_unique_pairs(
    function: Callable[[Floats, Floats], tuple[Any, ...]], outputs: int, x: Any, n: Any
) -> tuple[Any, ...]:
    """Apply ``function`` once to every different pair (x, n).

    A region has millions of unit-years but only some thousand different pairs of counts, and
    quantiles of the beta distribution are slow.

    Parameters
    ----------
    function
        Of two flat arrays, gives a tuple of ``outputs`` flat arrays.
    outputs
        Their number.
    x, n
        Counts of one shape (or broadcast to one).

    Returns
    -------
    tuple of arrays
        Of the common shape; ``nan`` where x of n is not a share.
    """
    a, b = np.broadcast_arrays(counts(x), counts(n))
    known = known_counts(a, b)
    results = tuple(np.full(a.shape, np.nan) for _ in range(outputs))
    if not known.any():
        return results
    some, many = a[known], b[known]
    key = many * (many.max() + 1) + some
    if not np.array_equal(key, np.floor(key)):  # counts that are not whole numbers
        for result, values in zip(results, function(some, many), strict=True):
            result[known] = values
        return results
    back, first = pd.factorize(key)
    wide = many.max() + 1
    whole = np.floor(first / wide)
    for result, values in zip(results, function(first - whole * wide, whole), strict=True):
        result[known] = np.asarray(values, dtype=np.float64)[back]
    return results
