"""Ranks: 1 for the highest score, ties sharing the mean rank."""

from __future__ import annotations

import numpy as np
import pandas as pd

from shnor_lib.stats.composite.panel import slices
from shnor_lib.stats.rank_simulation import rank_arrays


def ranks(frame: pd.DataFrame, *, by_time: bool = True) -> pd.DataFrame:
    """Rank of every unit in every column, on the numbers as they are (never rounded).

    Parameters
    ----------
    frame
        Units (× times) × scores, more being better.
    by_time
        Rank the units of each time by themselves, or all rows together.

    Examples
    --------
    >>> ranks(pd.DataFrame({"index": [3.0, 5.0, 3.0, None]}))["index"].tolist()
    [2.5, 1.0, 2.5, nan]
    """
    values = frame.to_numpy(dtype="float64", na_value=np.nan)
    result = np.full(values.shape, np.nan)
    for _, rows in slices(frame.index, by_time=by_time):
        result[rows] = rank_arrays(values[rows].T).T
    return pd.DataFrame(result, index=frame.index, columns=frame.columns)
