"""Rows as plain dictionaries: many small questions to a few rows are asked faster in Python.

A profile page asks hundreds of times «this school, that year»; on data frames of a dozen rows
each question costs a millisecond, on dictionaries a microsecond.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias, cast

import pandas as pd

Row: TypeAlias = dict[str, Any]
Rows: TypeAlias = pd.DataFrame | Sequence[Mapping[str, Any]]
"""A frame, or rows already taken out of one."""


def records(rows: Rows) -> list[Row]:
    """Rows as dictionaries; a missing value of any kind becomes None."""
    if not isinstance(rows, pd.DataFrame):
        return [row if type(row) is dict else dict(row) for row in rows]
    columns = [_values(cast(Any, rows.iloc[:, position])) for position in range(rows.shape[1])]
    names = [str(name) for name in rows.columns]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def _values(column: pd.Series) -> list[Any]:
    if column.dtype.kind == "M":
        # A column of dates takes None for NaT, which is neither None nor equal to itself.
        return column.astype(object).where(column.notna(), None).tolist()
    missing: Any = None
    values: list[Any] = column.to_numpy(dtype=object, na_value=missing).tolist()
    return values


def where(rows: Iterable[Row], **wanted: Any) -> list[Row]:
    """Rows whose values equal those wanted."""
    found = list(rows)
    for name, value in wanted.items():
        found = [row for row in found if row[name] == value]
    return found


class BySchool:
    """A frame split by school; an unknown school has no rows.

    Parameters
    ----------
    frame
        Has a column ``school_id``.
    sort
        Columns by which the rows of a school are ordered; as they come by default.
    """

    def __init__(self, frame: pd.DataFrame, sort: Sequence[str] = ()) -> None:
        if sort:
            frame = frame.sort_values(list(sort), kind="stable")
        self._rows: dict[str, list[Row]] = {}
        for row in records(frame):
            self._rows.setdefault(str(row["school_id"]), []).append(row)

    def __getitem__(self, school_id: str) -> list[Row]:
        return self._rows.get(school_id, [])

    def year(self, school_id: str, year: int) -> Row | None:
        """The school's row of a year; None if there is none."""
        for row in self[school_id]:
            if row["year"] == year:
                return row
        return None
