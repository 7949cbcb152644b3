"""Tables of units × indicators, and panels of units × times × indicators.

A table is a ``DataFrame`` of numbers, one column per indicator code. Its index holds unit
codes; for a panel it is a ``MultiIndex`` of (unit, time). Nothing else tells the two apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from shnor_lib.stats.arrays import Bools, Floats, Ints
from shnor_lib.stats.composite.errors import StepError


def is_panel(index: pd.Index) -> bool:
    """Whether the rows are (unit, time)."""
    return isinstance(index, pd.MultiIndex)


def checked(frame: pd.DataFrame, step: str) -> pd.DataFrame:
    """A copy of the table with plain floats and ``nan`` for gaps.

    Raises
    ------
    StepError
        Rows or columns occur twice, the index has another shape, a column holds no numbers,
        or there are infinite numbers.
    """
    if is_panel(frame.index) and frame.index.nlevels != 2:
        raise StepError(step, "у панели должно быть два уровня строк: единица и время.")
    if frame.index.has_duplicates:
        twice = frame.index[frame.index.duplicated()][0]
        raise StepError(step, "строка встречается дважды.", unit=label(twice))
    if frame.columns.has_duplicates:
        code = str(frame.columns[frame.columns.duplicated()][0])
        raise StepError(step, "столбец встречается дважды.", code)
    columns = {}
    for code in frame.columns:
        try:
            columns[code] = frame[code].to_numpy(dtype="float64", na_value=np.nan)
        except (TypeError, ValueError):
            raise StepError(step, "значения должны быть числами.", str(code)) from None
    result = pd.DataFrame(columns, index=frame.index, columns=frame.columns)
    infinite = np.isinf(result.to_numpy())
    if infinite.any():
        row, column = np.argwhere(infinite)[0]
        code = str(result.columns[column])
        raise StepError(step, "бесконечное значение.", code, label(result.index[row]))
    return result


def label(row: Any) -> str:
    """A row's code for a message: the unit, or the unit and its time."""
    return ", ".join(str(part) for part in row) if isinstance(row, tuple) else str(row)


def units(index: pd.Index) -> pd.Index:
    """Unit code of every row."""
    return index.get_level_values(0) if is_panel(index) else index


def matching(index: pd.Index, item: Any, *, whole: bool = True) -> Bools:
    """Rows with a label; without ``whole`` also all rows of a unit."""
    found = np.fromiter((row == item for row in index), dtype=np.bool_, count=len(index))
    if not whole and is_panel(index) and not isinstance(item, tuple):
        return np.asarray(units(index) == item, dtype=np.bool_)
    return found


def time_codes(index: pd.Index) -> tuple[Ints, list[Any]]:
    """Number of the time of every row, and the times in order; one time if not a panel."""
    if not is_panel(index):
        return np.zeros(len(index), dtype=np.int64), [None]
    codes, times = pd.factorize(index.get_level_values(1), sort=True)
    return codes.astype(np.int64), list(times)


def slices(index: pd.Index, *, by_time: bool) -> Iterator[tuple[Any, Ints]]:
    """Row positions to be treated together: each time by itself, or all rows (time ``None``)."""
    if not by_time or not is_panel(index):
        yield None, np.arange(len(index), dtype=np.int64)
        return
    codes, times = time_codes(index)
    for code, time in enumerate(times):
        yield time, np.flatnonzero(codes == code).astype(np.int64)


def column(frame: pd.DataFrame, code: str) -> Floats:
    """One column as an array of floats."""
    return np.asarray(frame[code].to_numpy(dtype="float64", na_value=np.nan), dtype=np.float64)
