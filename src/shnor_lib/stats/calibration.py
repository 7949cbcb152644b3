"""Do stated probabilities come true?"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from scipy import special

from shnor_lib.stats.arrays import Floats, counts
from shnor_lib.stats.intervals import wilson


def reliability(
    probabilities: Any, happened: Any, n: Any = 1, *, bins: int = 10, level: float = 0.95
) -> pd.DataFrame:
    """Stated against observed share, by bins of equal size (deciles).

    Parameters
    ----------
    probabilities
        Stated, 0…1.
    happened
        1 if it happened, 0 if not; or a number of cases out of ``n``.
    n
        Cases behind each probability.
    bins
        Number of bins; equal probabilities stay together, so that there may be fewer.
    level
        Coverage of the interval.

    Returns
    -------
    DataFrame
        By bin: ``from``, ``to`` (probabilities in it), ``n`` (cases), ``predicted`` (mean
        probability), ``observed``, ``low``, ``high`` (Wilson). Calibrated: ``predicted`` lies
        in the interval about as often as ``level`` says.

    Notes
    -----
    Murphy and Winkler (1977, Applied Statistics 26: 41–47).
    """
    p, x, many = _cases(probabilities, happened, n)
    bin_of = pd.qcut(pd.Series(p), bins, labels=False, duplicates="drop").fillna(0)
    frame = pd.DataFrame({"bin": bin_of, "p": p, "weighted": p * many, "x": x, "n": many})
    grouped = frame.groupby("bin")
    sums = grouped[["weighted", "x", "n"]].sum()
    low, high = wilson(sums["x"], sums["n"], level)
    return pd.DataFrame(
        {
            "from": grouped["p"].min(),
            "to": grouped["p"].max(),
            "n": sums["n"],
            "predicted": sums["weighted"] / sums["n"],
            "observed": sums["x"] / sums["n"],
            "low": low,
            "high": high,
        }
    ).reset_index(drop=True)


def brier(probabilities: Any, happened: Any, n: Any = 1) -> float:
    """Mean squared distance of probability and outcome: 0 perfect, 0.25 for always ½.

    Brier (1950, Monthly Weather Review 78: 1–3). Parameters as in :func:`reliability`.

    Examples
    --------
    >>> round(brier([0.9, 0.2], [1, 0]), 3)
    0.025
    """
    p, x, many = _cases(probabilities, happened, n)
    return float((x * (1 - p) ** 2 + (many - x) * p**2).sum() / many.sum())


def log_score(probabilities: Any, happened: Any, n: Any = 1) -> float:
    """Mean −ln of the probability given to what happened: 0 perfect, 0.693 for always ½.

    Infinite when something declared impossible happened. Good (1952, JRSS B 14: 107–114).
    Parameters as in :func:`reliability`.

    Examples
    --------
    >>> round(log_score([0.9, 0.2], [1, 0]), 3)
    0.164
    """
    p, x, many = _cases(probabilities, happened, n)
    gained = special.xlogy(x, p) + special.xlog1py(many - x, -p)
    return float(-gained.sum() / many.sum())


def _cases(probabilities: Any, happened: Any, n: Any) -> tuple[Floats, Floats, Floats]:
    p, x, many = np.broadcast_arrays(counts(probabilities), counts(happened), counts(n))
    known = ~(np.isnan(p) | np.isnan(x)) & (many > 0)
    p, x, many = p[known], x[known], many[known]
    if not len(p):
        raise ValueError("Нет ни одной вероятности с известным исходом.")
    if ((p < 0) | (p > 1)).any():
        raise ValueError("Вероятности должны быть от 0 до 1.")
    if ((x < 0) | (x > many)).any():
        raise ValueError("Исходов не может быть меньше нуля или больше числа случаев.")
    return p, x, many
