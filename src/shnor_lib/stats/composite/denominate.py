"""Denomination: totals into shares and rates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from shnor_lib.stats.composite.errors import StepError
from shnor_lib.stats.composite.framework import Framework
from shnor_lib.stats.composite.panel import checked, column, is_panel, label, units

STEP = "деление на знаменатель"


@dataclass(frozen=True)
class Denominated:
    """What :func:`denominate` gives.

    Attributes
    ----------
    data
        The table with the denominated indicators.
    table
        ``code``, ``denominator``, ``scale``, ``n_lost`` (values whose denominator is unknown,
        so that the result is unknown too).
    """

    data: pd.DataFrame
    table: pd.DataFrame


def denominate(
    frame: pd.DataFrame,
    framework: Framework,
    *,
    denominators: pd.DataFrame,
    by: Mapping[str, str] | None = None,
    scale: Mapping[str, float] | None = None,
) -> Denominated:
    """Divide indicators by other variables: x / d · scale (COINr's ``Denominate``).

    Parameters
    ----------
    frame
        Units (× times) × indicators.
    framework
        Its column ``denominator`` says by what, unless ``by`` is given.
    denominators
        One column per denominator; rows as in ``frame``, or by unit (then the same
        denominator is used at all times). More rows do no harm.
    by
        Indicator → denominator.
    scale
        Indicator → factor, e.g. 1000 for «per thousand»; 1 where not given.

    Raises
    ------
    StepError
        A unit or a denominator is missing from ``denominators``, or a denominator is zero.
    """
    data = checked(frame, STEP)
    plan = dict(by) if by is not None else _planned(framework)
    whole = _aligned(checked(denominators, STEP), data.index)
    factors = dict(scale or {})
    rows = []
    for code, name in plan.items():
        if code not in data.columns:
            raise StepError(STEP, "такого показателя нет в данных.", code)
        if name not in whole.columns:
            raise StepError(STEP, f"нет знаменателя «{name}».", code)
        top, bottom, factor = column(data, code), column(whole, name), float(factors.get(code, 1.0))
        zero = ~np.isnan(top) & (bottom == 0)
        if zero.any():
            where = label(data.index[np.flatnonzero(zero)[0]])
            raise StepError(STEP, f"знаменатель «{name}» равен нулю.", code, where)
        data[code] = top / (bottom / factor)
        lost = int((~np.isnan(top) & np.isnan(bottom)).sum())
        rows.append({"code": code, "denominator": name, "scale": factor, "n_lost": lost})
    return Denominated(data, pd.DataFrame(rows, columns=["code", "denominator", "scale", "n_lost"]))


def _planned(framework: Framework) -> dict[str, str]:
    own = framework.table.loc[list(framework.indicators), "denominator"].dropna()
    if own.empty:
        raise StepError(STEP, "ни у одного показателя не назван знаменатель.")
    return {str(code): str(name) for code, name in own.items()}


def _aligned(table: pd.DataFrame, index: pd.Index) -> pd.DataFrame:
    wanted = index if is_panel(table.index) == is_panel(index) else units(index)
    absent = wanted[~wanted.isin(table.index)]
    if len(absent):
        raise StepError(STEP, "нет строки в таблице знаменателей.", unit=label(absent[0]))
    return table.loc[wanted].set_axis(index, axis=0)
