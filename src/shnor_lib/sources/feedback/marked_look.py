"""A marked copy of an .xlsx that keeps its look: the workbook itself, coloured and noted."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from copy import copy
from typing import Any

import openpyxl
from openpyxl import Workbook
from openpyxl.cell import MergedCell
from openpyxl.comments import Comment
from openpyxl.styles import PatternFill

from shnor_lib.sources.cells.values import clean_text
from shnor_lib.sources.feedback.marked_sheets import AUTHOR, LIST_SHEET, MAX_NOTES, Target, note
from shnor_lib.sources.feedback.marks import Mark, by_cell, colours
from shnor_lib.sources.files.archive import Archive
from shnor_lib.sources.files.excel import SEVERITY_FILLS
from shnor_lib.sources.files.limits import RefusalError
from shnor_lib.sources.files.sheet import Sheet
from shnor_lib.sources.files.xlsx import sheet_parts
from shnor_lib.sources.files.xlsx_scan import scan_sheet
from shnor_lib.sources.templates.marks import IGNORED_MARK

MAX_LOADED_CELLS = 100_000
"""Cells of a sheet, empty formatted ones too, that openpyxl is given."""
MAX_LOADED_BYTES = 30 * 1024**2
"""All parts together, unpacked."""
_MERGED = re.compile(rb'<(?:[^\s<>/:]+:)?mergeCell\s[^<>]*ref\s*=\s*"([A-Z]+)(\d+):([A-Z]+)(\d+)"')
_FOREIGN = re.compile(r"\[\d+\]|\||WEBSERVICE|RTD\(|DDE", re.IGNORECASE)
"""Formulas that reach outside the workbook: the copy keeps their saved values instead."""


def can_be_loaded(data: bytes) -> bool:
    """Whether openpyxl, which holds every cell as an object, may be given this workbook."""
    try:
        archive = Archive(data)
        if archive.unpacked > MAX_LOADED_BYTES or "xl/workbook.xml" not in archive:
            return False
        if any(_declares_entities(archive, name) for name in archive.names):
            return False
        for _, part in sheet_parts(archive):
            if part is None:
                return False
            if scan_sheet(archive.pieces(part)).cells > MAX_LOADED_CELLS:
                return False
            if _merged_area(archive.read(part)) > MAX_LOADED_CELLS:
                return False
    except RefusalError:
        return False
    return True


def _declares_entities(archive: Archive, name: str) -> bool:
    """Whether a part of text has a document type; no workbook needs one."""
    if not name.casefold().endswith((".xml", ".rels", ".vml")):
        return False
    return b"<!DOCTYPE" in next(archive.pieces(name), b"").replace(b"\0", b"")


def _merged_area(xml: bytes) -> int:
    area = 0
    for left, top, right, bottom in _MERGED.findall(xml):
        width = _number(right) - _number(left) + 1
        area += max(width, 0) * max(int(bottom) - int(top) + 1, 0)
    return area


def _number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def load_marked(
    data: bytes, sheets: Mapping[str, Sheet], marks: Mapping[str, Sequence[Mark]]
) -> tuple[Workbook, dict[str, Target]]:
    """The workbook with marks in it.

    Parameters
    ----------
    data
        The .xlsx or .xlsm (its macros are left out).
    sheets
        Sheet name → its values: what stands in place of formulas that reach outside.
    marks
        Sheet name → marks.

    Returns
    -------
    workbook, targets
        Sheet name → where its marks stand.

    Raises
    ------
    Exception
        Whatever openpyxl raises on what it cannot read.
    """
    book = openpyxl.load_workbook(io.BytesIO(data), keep_links=False, rich_text=True)
    # The copy is ours: it names no author.
    book.properties.creator, book.properties.lastModifiedBy = "shnor", None
    targets = {}
    for sheet in list(book.worksheets):
        if sheet.title.startswith(LIST_SHEET) and clean_text(sheet["A1"].value).startswith(
            IGNORED_MARK
        ):
            book.remove(sheet)
            continue
        _forget_earlier_marks(sheet)
        values = sheets.get(sheet.title)
        _keep_inside(sheet, values.rows if values is not None else [])
        _mark(sheet, marks.get(sheet.title, ()))
        targets[sheet.title] = Target(sheet.title, exact=True)
    return book, targets


def _forget_earlier_marks(sheet: Any) -> None:
    """A copy that took its original's place is marked afresh."""
    for cell in _existing(sheet):
        comment = cell.comment
        if comment is not None and comment.author == AUTHOR:
            cell.comment = None
            cell.fill = PatternFill()


def _keep_inside(sheet: Any, rows: Sequence[Sequence[Any]]) -> None:
    for cell in _existing(sheet):
        if cell.data_type == "f" and _FOREIGN.search(str(getattr(cell.value, "text", cell.value))):
            inside = cell.row <= len(rows) and cell.column <= len(rows[cell.row - 1])
            value = rows[cell.row - 1][cell.column - 1] if inside else ""
            cell.value = value if isinstance(value, int | float) else str(value)
            if isinstance(cell.value, str):
                cell.data_type = "s"


def _existing(sheet: Any) -> list[Any]:
    """Cells the workbook has; ``iter_rows`` would make all those between them as well."""
    return list(sheet._cells.values())


def _mark(sheet: Any, marks: Sequence[Mark]) -> None:
    for (row, column), severity in colours(marks).items():
        cell = _owner(sheet, row, column)
        cell.fill = SEVERITY_FILLS[severity]
        if _is_white(cell.font.color):
            # White letters of a dark heading would not be seen on a light ground.
            font = copy(cell.font)
            font.color = "1F2A44"
            cell.font = font
    for (row, column), here in sorted(by_cell(marks).items())[:MAX_NOTES]:
        cell = _owner(sheet, row, column)
        comment = note(here)
        if cell.comment is not None and cell.comment.text:
            theirs = f"{comment.text}\n\n———\n{cell.comment.text}"
            comment = Comment(theirs, AUTHOR, comment.height + 60, comment.width)
        cell.comment = comment


def _is_white(colour: Any) -> bool:
    if colour is None:
        return False
    return colour.theme == 0 if colour.type == "theme" else str(colour.rgb).endswith("FFFFFF")


def _owner(sheet: Any, row: int, column: int) -> Any:
    """The cell itself, or the first one of the block it is merged into."""
    cell = sheet.cell(row, column)
    if isinstance(cell, MergedCell):
        for block in sheet.merged_cells.ranges:
            if cell.coordinate in block:
                return sheet.cell(block.min_row, block.min_col)
    return cell
