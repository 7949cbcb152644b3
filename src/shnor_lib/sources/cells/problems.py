"""Faults of one sheet while it is read, and how they become :class:`~shnor_lib.faults.Fault`."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from openpyxl.utils import get_column_letter

from shnor_lib.faults import Fault, Severity

SHOWN = 12
"""Faults of one kind in one column that are listed one by one; the rest are summed up."""
MORE = "ещё таких же мест:"
"""How the line for the rest begins."""


_SHOWN_OF = {"formula": 1}
"""Codes of which fewer are listed: one such place tells it all."""


@dataclass(frozen=True)
class Problem:
    """Something wrong at one place of a sheet.

    Parameters
    ----------
    row
        Row as Excel counts it; 0 when the sheet as a whole is meant.
    col
        Column from 0; None when the row as a whole is meant.
    code, message, expected, remedy, severity
        As in :class:`~shnor_lib.faults.Fault`.
    refuses
        Whether the row may not enter.
    rows
        Rows refused beside ``row``: those of a sheet without a required column.
    cell
        Reference to show instead of that of ``row`` and ``col``.
    """

    row: int
    col: int | None
    code: str
    message: str
    expected: str = ""
    remedy: str = ""
    severity: Severity = Severity.ERROR
    refuses: bool = True
    rows: int = 0
    cell: str = ""


def cell_name(row: int, col: int | None) -> str:
    """``H15`` for a cell, ``A15`` for a row, nothing for a sheet."""
    return f"{get_column_letter((col or 0) + 1)}{row}" if row else ""


def reading_order(fault: Fault) -> tuple[str, str, int, int, str, str, str]:
    """Sorting key of faults: file, sheet, row, column (``B2`` before ``AA2`` before ``B10``)."""
    match = re.match(r"([A-Z]*)(\d+)", fault.cell)
    letters, row = (match[1], int(match[2])) if match else ("", 0)
    return fault.file, fault.sheet, row, len(letters), letters, fault.code, fault.message


def refused_rows(problems: Iterable[Problem]) -> set[int]:
    """Rows that may not enter."""
    return {problem.row for problem in problems if problem.refuses and problem.row}


def to_faults(file: str, sheet: str, problems: Iterable[Problem]) -> list[Fault]:
    """Faults of a sheet in the order of its rows.

    Every refused row is counted in exactly one fault, so that rows read equal rows accepted plus
    rows named in faults. A flood of equal faults in one column is shown by its first
    :data:`SHOWN` and one line for the rest.
    """
    ordered = sorted(problems, key=lambda p: (p.row, -1 if p.col is None else p.col, p.code))
    counted: set[int] = set()
    seen: defaultdict[tuple[str, int | None], int] = defaultdict(int)
    faults: list[Fault] = []
    rest: defaultdict[tuple[str, int | None], list[tuple[Problem, int]]] = defaultdict(list)
    for problem in ordered:
        rows = problem.rows
        if problem.refuses and problem.row and problem.row not in counted:
            counted.add(problem.row)
            rows += 1
        kind = (problem.code, problem.col)
        seen[kind] += 1
        if seen[kind] > _SHOWN_OF.get(problem.code, SHOWN):
            rest[kind].append((problem, rows))
        else:
            faults.append(_fault(file, sheet, problem, rows))
    for (_, col), items in rest.items():
        if len(items) == 1:
            faults.append(_fault(file, sheet, *items[0]))
            continue
        first, last = items[0][0], items[-1][0]
        letter = get_column_letter((col or 0) + 1)
        faults.append(
            Fault(
                file,
                sheet,
                f"{letter}{first.row}:{letter}{last.row}",
                first.code,
                f"{MORE} {len(items)}. Первое из них: {first.message}",
                first.expected,
                first.remedy,
                first.severity,
                sum(rows for _, rows in items),
            )
        )
    return faults


def _fault(file: str, sheet: str, problem: Problem, rows: int) -> Fault:
    return Fault(
        file,
        sheet,
        problem.cell or cell_name(problem.row, problem.col),
        problem.code,
        problem.message,
        problem.expected,
        problem.remedy,
        problem.severity,
        rows,
    )
