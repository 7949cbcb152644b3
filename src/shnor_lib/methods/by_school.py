"""Rows of one school, found without looking through those of all the others."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeAlias, cast

import numpy as np
import pandas as pd

Row: TypeAlias = dict[str, Any]


class SchoolRows:
    """A frame ordered by school, so that the rows of a school stand together.

    Parameters
    ----------
    frame
        Has a column ``school_id``; must not be changed afterwards.
    """

    def __init__(self, frame: pd.DataFrame) -> None:
        self.frame = frame
        codes, schools = pd.factorize(frame["school_id"])
        self._order = np.argsort(codes, kind="stable")
        starts = np.searchsorted(codes, np.arange(len(schools) + 1), sorter=self._order).tolist()
        self._rows = {
            str(school): slice(first, last)
            for school, first, last in zip(schools, starts[:-1], starts[1:], strict=True)
        }
        self._columns: dict[str, pd.api.extensions.ExtensionArray] = {}

    def records(self, school_id: str, columns: Iterable[str]) -> list[Row]:
        """A school's rows in their order as dictionaries, none for an unknown school.

        What is missing, also a whole column, is None.
        """
        rows = self._rows.get(school_id, slice(0, 0))
        names = list(columns)
        blank = [None] * (rows.stop - rows.start)
        values = [
            as_objects(self._column(name)[rows]) if name in self.frame else blank for name in names
        ]
        return [dict(zip(names, row, strict=True)) for row in zip(*values, strict=True)]

    def _column(self, name: str) -> pd.api.extensions.ExtensionArray:
        """A column in the order of schools; ordered once, because that reads all of it."""
        if name not in self._columns:
            self._columns[name] = self.frame[name].array.take(self._order)
        return self._columns[name]


class SchoolIndex:
    """:class:`SchoolRows` of tables by name, made on first use.

    A table that has been replaced by another frame is ordered anew.
    """

    def __init__(self) -> None:
        self._known: dict[str, SchoolRows] = {}

    def of(self, name: str, frame: pd.DataFrame) -> SchoolRows:
        """The rows of ``frame``, known under ``name``."""
        known = self._known.get(name)
        if known is None or known.frame is not frame:
            known = self._known[name] = SchoolRows(frame)
        return known


def as_objects(values: pd.api.extensions.ExtensionArray) -> list[Any]:
    """Values as Python objects, None where missing."""
    found: list[Any] = cast(Any, values).to_numpy(dtype=object, na_value=None).tolist()
    return found
