"""Where on a sheet something is wrong, and what its reader is told there."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from openpyxl.utils import column_index_from_string, get_column_letter

from shnor_lib.faults import Fault, Severity
from shnor_lib.sources.cells.problems import MORE, Problem, cell_name

IMPORTANCE = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.QUESTION: 2}
"""Smaller is graver."""
_PLACE = re.compile(r"([A-Z]{1,3})(\d{1,7})(?::([A-Z]{1,3})(\d{1,7}))?")


@dataclass(frozen=True)
class Mark:
    """One thing to show on a sheet.

    Attributes
    ----------
    row, column
        Its first cell, from 1; both 0 when the sheet or the file as a whole is meant.
    last_row, last_column
        Its last cell.
    severity, code, message, remedy
        As in :class:`~shnor_lib.faults.Fault`.
    """

    row: int
    column: int
    last_row: int
    last_column: int
    severity: Severity
    code: str
    message: str
    remedy: str

    @property
    def cell(self) -> str:
        """Reference of its first cell; ``A1`` for a whole sheet."""
        return f"{get_column_letter(self.column or 1)}{self.row or 1}"

    def cells(self) -> list[tuple[int, int]]:
        """Cells to colour: the row of a range, or the two ends of one that goes down."""
        rows = sorted({self.row, self.last_row})
        columns = range(self.column, min(self.last_column, self.column + 200) + 1)
        return [(row, column) for row in rows for column in columns] if self.row else [(1, 1)]

    def sentence(self) -> str:
        """What is wrong and what to do, beginning with a capital letter."""
        text = f"{self.message[:1].upper()}{self.message[1:]}"
        return f"{text}\nЧто сделать: {self.remedy}" if self.remedy else text


def marks_of(faults: Iterable[Fault], problems: Iterable[Problem] = ()) -> list[Mark]:
    """Marks of one sheet, in reading order.

    Parameters
    ----------
    faults
        Its faults.
    problems
        What its reader found: every single place, where faults sum many places up in one line.
    """
    single = {
        (problem.cell or cell_name(problem.row, problem.col), problem.code): Fault(
            "",
            "",
            problem.cell or cell_name(problem.row, problem.col),
            problem.code,
            problem.message,
            problem.expected,
            problem.remedy,
            problem.severity,
        )
        for problem in problems
    }
    known = {code for _, code in single}
    found = dict(single)
    for fault in faults:
        if not (fault.message.startswith(MORE) and fault.code in known):
            found.setdefault((fault.cell, fault.code), fault)
    marks = [mark for fault in found.values() for mark in _marks(fault)]
    return sorted(marks, key=lambda m: (m.row, m.column, IMPORTANCE[m.severity], m.code, m.message))


def _marks(fault: Fault) -> list[Mark]:
    places = [_PLACE.fullmatch(part) for part in fault.cell.split(", ")] if fault.cell else []
    what = (fault.severity, fault.code, fault.message, fault.remedy)
    found = []
    for place in places:
        if place is None:
            return [Mark(0, 0, 0, 0, *what)]
        row, column = int(place[2]), column_index_from_string(place[1])
        last_row = int(place[4]) if place[4] else row
        last_column = column_index_from_string(place[3]) if place[3] else column
        found.append(Mark(row, column, last_row, last_column, *what))
    return found or [Mark(0, 0, 0, 0, *what)]


def by_cell(marks: Iterable[Mark]) -> dict[tuple[int, int], list[Mark]]:
    """Marks whose sentence belongs into a cell's note, by that cell (from 1)."""
    found: defaultdict[tuple[int, int], list[Mark]] = defaultdict(list)
    for mark in marks:
        found[mark.row or 1, mark.column or 1].append(mark)
    return dict(found)


def colours(marks: Iterable[Mark]) -> dict[tuple[int, int], Severity]:
    """The gravest severity of every cell to be coloured."""
    found: dict[tuple[int, int], Severity] = {}
    for mark in marks:
        for place in mark.cells():
            before = found.get(place)
            if before is None or IMPORTANCE[mark.severity] < IMPORTANCE[before]:
                found[place] = mark.severity
    return found
