"""Where a protocol keeps what: its sheet, its pupils' rows, its columns, its tasks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from shnor_lib.sources.cells.headings import Match
from shnor_lib.sources.cells.values import clean_text, quoted
from shnor_lib.sources.files.grid import Sheet
from shnor_lib.sources.layouts.vpr_protocols.cells import shown
from shnor_lib.sources.layouts.vpr_protocols.tasks import Task


@dataclass(frozen=True)
class Place:
    """A protocol on a sheet.

    Attributes
    ----------
    sheet, match
        As every reader gets them.
    numbers
        Rows of pupils from 0, ascending.
    tasks
        Columns of points.
    """

    sheet: Sheet
    match: Match
    numbers: npt.NDArray[np.int64]
    tasks: Sequence[Task]

    @property
    def size(self) -> int:
        """Number of pupils' rows."""
        return len(self.numbers)

    @cached_property
    def _row_list(self) -> list[int]:
        return [int(number) for number in self.numbers]

    def has(self, name: str) -> bool:
        """Whether a column is there."""
        return name in self.match.places

    def col(self, *names: str) -> int | None:
        """Place of the first of the columns that is there, from 0."""
        return next((self.match.places[name] for name in names if self.has(name)), None)

    def title(self, name: str) -> str:
        """Heading of a column as it stands there, in Russian quotes."""
        col = self.col(name)
        return quoted(name if col is None else clean_text(self.sheet.rows[self.match.row][col]))

    def column(self, name: str) -> list[Any]:
        """Cells of a column; empty ones where it is not there."""
        col = self.col(name)
        return [""] * self.size if col is None else self.cells(col)

    def cells(self, col: int) -> list[Any]:
        """Cells of a column by its place."""
        rows = self.sheet.rows
        return [rows[number][col] for number in self._row_list]

    def shown(self, i: int, col: int | None) -> str:
        """What stands in a column of the ``i``-th pupil, as far as it may be quoted."""
        return "" if col is None else shown(self.sheet.rows[self._row_list[i]][col])

    def row(self, i: int) -> int:
        """Row of the ``i``-th pupil as Excel counts it."""
        return self._row_list[i] + 1
