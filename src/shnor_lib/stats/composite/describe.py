"""What each indicator looks like, with flags for what deserves a second look."""

from __future__ import annotations

import numpy as np
import pandas as pd

from shnor_lib.stats.composite.moments import kurtosis, skewness
from shnor_lib.stats.composite.panel import checked, column


def describe_indicators(
    frame: pd.DataFrame,
    *,
    min_available: float = 0.65,
    min_nonzero: float = 0.5,
    min_unique: float = 0.5,
    max_skew: float = 2.0,
    max_kurt: float = 3.5,
) -> pd.DataFrame:
    """Statistics of every column (COINr's ``get_stats``).

    Parameters
    ----------
    frame
        Units (× times) × indicators.
    min_available, min_nonzero, min_unique
        Shares of the rows below which a column is flagged.
    max_skew, max_kurt
        A column with |skewness| > ``max_skew`` and kurtosis > ``max_kurt`` is flagged: it may
        have outliers.

    Returns
    -------
    DataFrame
        Index ``code``; ``min``, ``max``, ``mean``, ``median``, ``sd``, ``skew``, ``kurt``,
        ``n`` (known), ``n_nonzero``, ``n_unique``, ``n_same`` (most frequent value),
        ``share_known`` (of the rows), ``share_nonzero``, ``share_unique``, ``share_same`` (of
        the known values), ``few_known``, ``few_nonzero``, ``few_unique``, ``outliers``.
    """
    data = checked(frame, "описание показателей")
    rows = {str(code): _row(column(data, code), len(data)) for code in data.columns}
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("code")
    with np.errstate(invalid="ignore"):
        table["few_known"] = table["share_known"] < min_available
        table["few_nonzero"] = table["n_nonzero"] / len(data) < min_nonzero
        table["few_unique"] = table["n_unique"] / len(data) < min_unique
        table["outliers"] = (table["skew"].abs() > max_skew) & (table["kurt"] > max_kurt)
    return table


def _row(values: np.ndarray, rows: int) -> dict[str, float]:
    known = values[~np.isnan(values)]
    n = len(known)
    different, repeats = np.unique(known, return_counts=True)
    nonzero, same = int((known != 0).sum()), int(repeats.max()) if n else 0

    def of_known(count: int) -> float:
        return count / n if n else np.nan

    return {
        "min": known.min() if n else np.nan,
        "max": known.max() if n else np.nan,
        "mean": known.mean() if n else np.nan,
        "median": float(np.median(known)) if n else np.nan,
        "sd": known.std(ddof=1) if n > 1 else np.nan,
        "skew": float(skewness(known)),
        "kurt": float(kurtosis(known)),
        "n": n,
        "n_nonzero": nonzero,
        "n_unique": len(different),
        "n_same": same,
        "share_known": n / rows if rows else np.nan,
        "share_nonzero": of_known(nonzero),
        "share_unique": of_known(len(different)),
        "share_same": of_known(same),
    }
