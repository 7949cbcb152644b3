"""One sheet of a file as a grid of values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from shnor_lib.sources.cells.raw_cells import Unreadable

Range = tuple[tuple[int, int], tuple[int, int]]
"""First and last cell, each as row and column from 0."""


@dataclass
class Sheet:
    """One grid; ``name`` is empty for a csv.

    Attributes
    ----------
    name
        As the tab says.
    rows
        Cells; ``rows[14][7]`` is H15. All rows have the same length.
    hidden
        Hidden in the workbook: only its first rows are here, to see what it is.
    filled
        Cells (row and column from 0) that got their value from a block they are merged into.
    """

    name: str
    rows: list[list[Any]]
    hidden: bool = False
    filled: list[tuple[int, int]] = field(default_factory=list)


def put_in(sheet: Sheet, special: Mapping[tuple[int, int], Unreadable]) -> None:
    """Put what a values-only reader leaves empty into its cells."""
    if not special:
        return
    height = max([len(sheet.rows), *(row + 1 for row, _ in special)])
    width = max([*map(len, sheet.rows), *(col + 1 for _, col in special)])
    sheet.rows.extend([] for _ in range(height - len(sheet.rows)))
    for line in sheet.rows:
        line.extend([""] * (width - len(line)))
    for (row, col), value in special.items():
        sheet.rows[row][col] = value


def fill_down(sheet: Sheet, ranges: Iterable[Range]) -> None:
    """Give the value of every vertically merged block to each of its rows.

    A school's name merged over its five rows stands in all five; a heading merged over two rows
    of headings stands in both. Only the first column of a block gets the value: cells merged side
    by side are one cell. A row in which nothing else stands gets nothing either: an empty row
    inside a block is not data.
    """
    rows = sheet.rows
    blocks = [
        (top, left, min(bottom, len(rows) - 1))
        for (top, left), (bottom, _) in ranges
        if bottom > top and top < len(rows) and left < len(rows[top]) and rows[top][left] != ""
    ]
    # Blocks of a sound workbook do not overlap; those of an unsound one must not cost more.
    budget = len(rows) * max(map(len, rows), default=0)
    own: dict[int, bool] = {}
    for top, left, bottom in blocks:
        budget -= bottom - top
        if budget < 0:
            return
        value = rows[top][left]
        for number in range(top + 1, bottom + 1):
            line = rows[number]
            if number not in own:
                own[number] = any(cell != "" for cell in line)
            if own[number] and line[left] == "":
                line[left] = value
                sheet.filled.append((number, left))
