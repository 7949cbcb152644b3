"""How far the sheets of an .ods reach, found before they are laid out as grids.

An .ods writes equal neighbours once, with a count: a few hundred bytes can stand for seventeen
thousand million cells. The same pass finds merged blocks and cells that look empty but are not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from xml.parsers import expat

from shnor_lib.sources.cells.raw_cells import FORMULA, Unreadable
from shnor_lib.sources.files.limits import (
    EXCEL_COLUMNS,
    EXCEL_ROWS,
    MAX_CELLS,
    MAX_TEXT,
    MAX_TEXT_TOTAL,
    RefusalError,
    Used,
    broken,
    long_text,
    too_far,
)
from shnor_lib.sources.files.sheet import Range

_CELLS = frozenset({"table:table-cell", "table:covered-table-cell"})
_VALUES = (
    "office:value",
    "office:string-value",
    "office:date-value",
    "office:time-value",
    "office:boolean-value",
)
_ERROR = re.compile(r"#[A-ZА-Я/0]+[!?]|#N/A|#Н/Д|Err:\d+")


@dataclass
class OdsTable:
    """One sheet.

    Attributes
    ----------
    name
        As the tab says.
    rows, columns, cells
        Last used row and column, from 1; number of used cells.
    special
        (row from 0, column from 0) → what stands there instead of a value.
    merged
        Merged blocks.
    """

    name: str
    rows: int = 0
    columns: int = 0
    cells: int = 0
    special: dict[tuple[int, int], Unreadable] = field(default_factory=dict)
    merged: list[Range] = field(default_factory=list)

    @property
    def used(self) -> Used:
        """Its extent."""
        return Used(self.rows, self.columns, self.cells)


def scan_ods(pieces: Iterable[bytes]) -> list[OdsTable]:
    """Scan all sheets.

    Parameters
    ----------
    pieces
        ``content.xml``.

    Raises
    ------
    RefusalError
        Damaged; a sheet too large to be laid out; a text too long.
    """
    scan = _Scan()
    try:
        for piece in pieces:
            scan.parser.Parse(piece, False)
        scan.parser.Parse(b"", True)
    except (expat.ExpatError, ValueError, LookupError):
        raise broken() from None
    # calamine lays out all sheets at once, so one that cannot be laid out refuses the workbook.
    tables = scan.tables
    worst = max(tables, key=lambda table: table.rows * table.columns, default=OdsTable(""))
    if sum(table.rows * table.columns for table in tables) > MAX_CELLS:
        raise _too_far(worst)
    for table in tables:
        if not table.used.is_sane:
            raise _too_far(table)
    return tables


def _too_far(table: OdsTable) -> RefusalError:
    rows, columns = min(table.rows, EXCEL_ROWS), min(table.columns, EXCEL_COLUMNS)
    return too_far(table.name, rows, columns, table.cells)


class _Scan:
    def __init__(self) -> None:
        self.tables: list[OdsTable] = []
        self.row = 0
        self.row_count = 1
        self.column = 0
        self.row_cells = 0
        self.cell: dict[str, str] | None = None
        self.depth = 0
        self.text: list[str] = []
        self.text_total = 0
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.characters
        self.parser.StartDoctypeDeclHandler = self.doctype

    def doctype(self, *_: object) -> None:
        raise broken()

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "table:table":
            self.tables.append(OdsTable(attributes.get("table:name", "")))
            self.row = self.row_count = 0
        elif not self.tables:
            return
        elif name == "table:table-row":
            self.row += self.row_count
            self.row_count = _count(attributes.get("table:number-rows-repeated"))
            self.column = 0
        elif name in _CELLS:
            self.cell, self.text = attributes, []
        elif name == "text:s" and _count(attributes.get("text:c")) > MAX_TEXT:
            raise long_text(sheet=self.tables[-1].name)

    def characters(self, text: str) -> None:
        if self.cell is not None:
            self.text.append(text)

    def end(self, name: str) -> None:
        if name not in _CELLS or self.cell is None:
            return
        cell, text = self.cell, "".join(self.text)
        self.cell = None
        table, column = self.tables[-1], self.column
        count = _count(cell.get("table:number-columns-repeated"))
        self.column += count
        has_value = any(key in cell for key in _VALUES)
        if not (text or has_value or "table:formula" in cell or "office:value-type" in cell):
            return
        table.rows = max(table.rows, self.row + self.row_count)
        table.columns = max(table.columns, column + count)
        table.cells += count * self.row_count
        if table.rows * table.columns > MAX_CELLS:
            raise _too_far(table)
        self.text_total += max(len(text), len(cell.get("office:string-value", ""))) * (
            count * self.row_count
        )
        if self.text_total > MAX_TEXT_TOTAL:
            raise long_text("во многих ячейках", table.name)
        is_error = cell.get("calcext:value-type") == "error" or (
            "table:formula" in cell and _ERROR.fullmatch(text) is not None
        )
        if is_error or ("table:formula" in cell and not has_value and not text):
            shown = Unreadable(text.strip() if is_error and text.strip() else FORMULA)
            for row in range(self.row, self.row + self.row_count):
                for place in range(column, column + count):
                    table.special[row, place] = shown
        spanned = _count(cell.get("table:number-rows-spanned"))
        if spanned > 1:
            right = column + _count(cell.get("table:number-columns-spanned")) - 1
            table.merged.append(((self.row, column), (self.row + spanned - 1, right)))


def _count(text: str | None) -> int:
    """A count in an attribute; 1 where there is none."""
    return max(int(text), 1) if text else 1
