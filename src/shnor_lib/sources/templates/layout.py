"""Where the columns of a template's sheet stand: what people type, what is shown beside it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from openpyxl.utils import get_column_letter

from shnor_lib.tables import Column, Table


@dataclass(frozen=True)
class Control:
    """A column that is computed while a person types and never read.

    Parameters
    ----------
    heading
        Begins with :data:`~.marks.CHECK`.
    note
        Russian: what it shows.
    formula
        From the number of a row to the formula of its cell, with ``=``.
    number_format
        Excel's.
    width
        Of the column, in characters.
    """

    heading: str
    note: str
    formula: Callable[[int], str]
    number_format: str = "General"
    width: float = 14.0


@dataclass(frozen=True)
class SheetLayout:
    """The columns of one sheet in their order.

    Parameters
    ----------
    table
        What the sheet holds.
    names
        Whether the school's name stands beside its code.
    rows
        Rows filled in beforehand.
    """

    table: Table
    names: bool
    rows: int
    controls: tuple[Control, ...] = field(default=())

    @property
    def columns(self) -> tuple[Column, ...]:
        """Columns people fill in."""
        return self.table.template_columns

    @cached_property
    def indices(self) -> dict[str, int]:
        """Tidy column → column of the sheet from 1."""
        found, index = {}, 1
        for column in self.columns:
            found[column.name] = index
            index += 1 + (self.names and column.name == "school_id")
        return found

    @cached_property
    def letters(self) -> dict[str, str]:
        """Tidy column → column letter."""
        return {name: get_column_letter(index) for name, index in self.indices.items()}

    @property
    def name_index(self) -> int | None:
        """Column of the school's name, from 1."""
        return self.indices["school_id"] + 1 if self.names else None

    @property
    def first_control(self) -> int:
        """Column of the first control column, from 1."""
        return len(self.columns) + self.names + 1

    @property
    def width(self) -> int:
        """Number of columns."""
        return self.first_control - 1 + len(self.controls)

    @property
    def last_row(self) -> int:
        """Last row filled in beforehand (the row of headings if none is)."""
        return self.rows + 1
