"""Imputation: fill gaps, and say which cells were filled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
import pandas as pd

from shnor_lib.stats.arrays import Floats
from shnor_lib.stats.composite.errors import StepError
from shnor_lib.stats.composite.framework import Framework
from shnor_lib.stats.composite.panel import checked, is_panel, label, slices, time_codes, units

STEP = "заполнение пропусков"

Method: TypeAlias = Literal[
    "mean", "median", "group_mean", "group_median", "latest", "constant", "linear"
]


@dataclass(frozen=True)
class Imputed:
    """What :func:`impute` gives.

    Attributes
    ----------
    data
        The table without the gaps that could be filled.
    cells
        One row per filled cell: ``unit``, ``time`` (NA if not a panel), ``code``, ``value``,
        ``method``.
    """

    data: pd.DataFrame
    cells: pd.DataFrame


def impute(
    frame: pd.DataFrame,
    framework: Framework,
    *,
    method: Method,
    groups: pd.Series[Any] | None = None,
    max_steps: int | None = None,
    impossible: Literal["error", "leave"] = "error",
) -> Imputed:
    """Fill gaps in the indicators (COINr's ``Impute`` and ``impute_panel``).

    Parameters
    ----------
    frame
        Units (× times) × indicators.
    framework
        Its indicators are filled; other columns stay as they are.
    method
        ``mean``, ``median``: of the indicator, each time by itself; ``group_mean``,
        ``group_median``: of the unit's group, each time by itself; for panels ``latest``: the
        unit's last earlier value, ``constant``: the same, and before the first value the
        first, ``linear``: on the straight line between the neighbouring values in time,
        outside them the nearest.
    groups
        Group of every unit or row, for the methods by group.
    max_steps
        ``latest``: how many time points of the panel to look back; all if not given.
    impossible
        A gap that the method cannot fill (no value in the group, no earlier value): an error,
        or left as it is — only if asked for.

    Raises
    ------
    StepError
        See ``impossible``; a panel method without a panel; groups not given.
    """
    data = checked(frame, STEP)
    codes = list(framework.indicators)
    before = data[codes].to_numpy()
    if method in ("latest", "constant", "linear"):
        filled = _over_time(data, codes, method, max_steps)
    else:
        filled = _over_units(data, codes, method, groups)
    gaps = np.isnan(before)
    if impossible == "error" and np.isnan(filled).any():
        row, position = np.argwhere(np.isnan(filled))[0]
        raise StepError(
            STEP,
            f"пропуск нечем заполнить способом «{method}».",
            codes[position],
            label(data.index[row]),
        )
    after = np.where(gaps, filled, before)
    data[codes] = after
    where, which = np.nonzero(gaps & ~np.isnan(after))
    times = data.index.get_level_values(1) if is_panel(data.index) else None
    cells = pd.DataFrame(
        {
            "unit": units(data.index)[where],
            "time": times[where] if times is not None else pd.Series([pd.NA] * len(where)),
            "code": np.asarray(codes, dtype=object)[which],
            "value": after[where, which],
            "method": method,
        }
    )
    return Imputed(data, cells)


def _over_units(
    data: pd.DataFrame, codes: list[str], method: str, groups: pd.Series[Any] | None
) -> Floats:
    values = data[codes].to_numpy(copy=True)
    middle = method.endswith("median")
    if not method.startswith("group"):
        group = pd.Series(0, index=data.index)
    elif groups is None:
        raise StepError(STEP, "для заполнения по группам нужны группы единиц.")
    else:
        wanted = data.index if is_panel(groups.index) == is_panel(data.index) else units(data.index)
        group = groups.reindex(wanted).set_axis(data.index)
    for _, rows in slices(data.index, by_time=True):
        part = data[codes].iloc[rows]
        # Units without a group get nothing: the result stays NaN there.
        grouped = part.groupby(group.iloc[rows].to_numpy())
        filled = grouped.transform("median") if middle else grouped.transform("mean")
        values[rows] = filled.to_numpy()
    return np.where(np.isnan(data[codes].to_numpy()), values, data[codes].to_numpy())


def _over_time(data: pd.DataFrame, codes: list[str], method: str, max_steps: int | None) -> Floats:
    if not is_panel(data.index):
        raise StepError(STEP, f"способ «{method}» нужен для нескольких лет, а дан один.")
    if max_steps is not None and method != "latest":
        raise StepError(STEP, f"max_steps не действует для способа «{method}».")
    step, times = time_codes(data.index)
    unit, own = pd.factorize(units(data.index))
    cube = np.full((len(own), len(times), len(codes)), np.nan)
    cube[unit, step] = data[codes].to_numpy()
    if method == "linear":
        cube = _linear(cube, np.asarray(times, dtype=np.float64))
    else:
        cube = _latest(cube, max_steps)
        if method == "constant":
            cube = _latest(cube[:, ::-1], None)[:, ::-1]
    return np.asarray(cube[unit, step], dtype=np.float64)


def _latest(cube: Floats, max_steps: int | None) -> Floats:
    """Carry the last known value forward along the second axis."""
    n_times = cube.shape[1]
    position = np.where(np.isnan(cube), -1, np.arange(n_times)[None, :, None])
    last = np.maximum.accumulate(position, axis=1)
    steps = np.arange(n_times)[None, :, None] - last
    limit = n_times if max_steps is None else max_steps
    carried = np.take_along_axis(cube, np.maximum(last, 0), axis=1)
    return np.where((last >= 0) & (steps <= limit), carried, np.nan)


def _linear(cube: Floats, times: Floats) -> Floats:
    filled = cube.copy()
    for unit, code in np.argwhere(np.isnan(cube).any(axis=1)):
        series = cube[unit, :, code]
        known = ~np.isnan(series)
        if known.any():
            filled[unit, :, code] = np.where(
                known, series, np.interp(times, times[known], series[known])
            )
    return filled
