"""Statistical coherence: does an index measure what its groups say?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, TypeAlias

import numpy as np
import pandas as pd
from scipy import special

from shnor_lib.stats.composite.errors import StepError
from shnor_lib.stats.composite.framework import Framework
from shnor_lib.stats.composite.panel import checked

STEP = "согласованность"

Coefficient: TypeAlias = Literal["pearson", "spearman"]


def cronbach_alpha(frame: pd.DataFrame) -> float:
    """Cronbach's alpha of the columns: k² c̄ / Σ C.

    C is the covariance matrix over the pairs of known values, c̄ the mean of what is off its
    diagonal (Cronbach 1951, Psychometrika 16: 297–334). High: the columns move together; ``nan`` when
    their sum is the same for all units.

    Raises
    ------
    StepError
        Fewer than two columns or units, or pairs of columns that are never known together.

    Examples
    --------
    >>> round(cronbach_alpha(pd.DataFrame({"a": [1, 2, 3.0], "b": [2, 4, 5.0]})), 4)
    0.9474
    """
    data = checked(frame, STEP)
    k = data.shape[1]
    if k < 2:
        raise StepError(STEP, "альфа Кронбаха считается не меньше чем по двум показателям.")
    if len(data) < 2:
        raise StepError(STEP, "альфа Кронбаха считается не меньше чем по двум единицам.")
    covariance = data.cov().to_numpy()
    if np.isnan(covariance).any():
        row, other = np.argwhere(np.isnan(covariance))[0]
        raise StepError(
            STEP,
            f"вместе с «{data.columns[other]}» известен меньше чем у двух единиц.",
            str(data.columns[row]),
        )
    total = covariance.sum()
    if abs(total) <= 1e-12 * np.abs(covariance).sum():
        return np.nan
    between = (total - np.trace(covariance)) / (k * (k - 1))
    return float(k**2 * between / total)


def cronbach_by_group(frame: pd.DataFrame, framework: Framework) -> pd.Series[float]:
    """Alpha of the members of every aggregate; ``nan`` for those with a single member.

    ``frame`` holds all levels (:class:`~.aggregate.Aggregated` ``.data``).
    """
    groups = [c for c in framework.codes if framework.children(c)]
    alphas = {
        group: cronbach_alpha(frame[list(framework.children(group))])
        if len(framework.children(group)) > 1
        else np.nan
        for group in groups
    }
    return pd.Series(alphas, name="cronbach_alpha")


def correlations(
    frame: pd.DataFrame,
    rows: Sequence[str] | None = None,
    columns: Sequence[str] | None = None,
    *,
    method: Coefficient = "pearson",
) -> pd.DataFrame:
    """Correlations of pairs of columns, over the rows in which both are known.

    Parameters
    ----------
    frame
        Units (× times) × numbers.
    rows, columns
        Codes to be paired; by default every pair of different columns once.
    method
        Coefficient.

    Returns
    -------
    DataFrame
        ``a``, ``b``, ``n``, ``r``, ``p``: two-sided, from t = r √((n − 2)/(1 − r²)) with n − 2
        degrees of freedom (for Spearman's an approximation). NA with fewer than 3 rows or a
        column without spread.
    """
    data = checked(frame, STEP)
    names = [str(code) for code in data.columns]
    if rows is None and columns is None:
        pairs = [(a, b) for i, a in enumerate(names) for b in names[i + 1 :]]
    else:
        pairs = [(a, b) for a in rows or names for b in columns or names if a != b]
    place = {code: i for i, code in enumerate(names)}
    first = [place[a] for a, _ in pairs]
    second = [place[b] for _, b in pairs]
    known = data.notna().to_numpy(dtype="int64")
    n = (known.T @ known)[first, second]
    r = data.corr(method=method, min_periods=3).to_numpy()[first, second]
    with np.errstate(invalid="ignore", divide="ignore"):
        t = r * np.sqrt((n - 2) / np.clip(1 - r**2, 0.0, None))
    p = 2 * special.stdtr(n - 2, -np.abs(t))
    table = pd.DataFrame({"a": [a for a, _ in pairs], "b": [b for _, b in pairs]})
    return table.assign(n=n, r=r, p=np.where(np.isnan(r), np.nan, p))


def correlation_flags(
    frame: pd.DataFrame,
    framework: Framework,
    *,
    level: int = 1,
    collinear: float = 0.9,
    weak: float = 0.3,
    method: Coefficient = "pearson",
) -> pd.DataFrame:
    """Pairs and members that a careful reader of the index would ask about.

    Parameters
    ----------
    frame
        All levels (:class:`~.aggregate.Aggregated` ``.data``).
    framework
        Structure.
    level
        Whose codes are looked at.
    collinear
        Two members of a group above this measure one thing twice.
    weak
        A member whose correlation with its own group is below this hardly belongs to it.
    method
        Coefficient.

    Returns
    -------
    DataFrame
        ``code``, ``other``, ``r``, ``r_own``, ``flag``: ``negative`` (two members of one group
        that work against one another), ``collinear``, ``opposed`` (a member against its own
        group), ``weak``, ``elsewhere`` (a member that correlates with another group of the
        same level more than with its own; ``r`` is that correlation). Where a group is
        compared with its own member, the member is part of the group, which is in its favour.

    Notes
    -----
    The checks of the JRC's audits of composite indicators (Saisana, Becker and others).
    """
    data = checked(frame, STEP)
    found: list[tuple[str, str, float, float, str]] = []
    own_groups = framework.level(level + 1)
    for group in own_groups:
        members = list(framework.children(group))
        pairs: list[dict[Any, Any]] = correlations(data[members], method=method).to_dict("records")
        for pair in pairs:
            if pair["r"] < 0:
                found.append((pair["a"], pair["b"], pair["r"], np.nan, "negative"))
            elif pair["r"] > collinear:
                found.append((pair["a"], pair["b"], pair["r"], np.nan, "collinear"))
    table = correlations(data, list(framework.level(level)), list(own_groups), method=method).pivot(
        index="a", columns="b", values="r"
    )
    for code in framework.level(level):
        own = framework.parents[code]
        line = dict(zip(table.columns, table.loc[code].to_numpy(dtype="float64"), strict=True))
        r_own = float(line.pop(own))
        if r_own < 0:
            found.append((code, own, r_own, r_own, "opposed"))
        elif r_own < weak:
            found.append((code, own, r_own, r_own, "weak"))
        nearest = max(
            line, key=lambda name: -2.0 if np.isnan(line[name]) else line[name], default=own
        )
        if nearest != own and line[nearest] > r_own:
            found.append((code, str(nearest), float(line[nearest]), r_own, "elsewhere"))
    return pd.DataFrame(found, columns=["code", "other", "r", "r_own", "flag"])
