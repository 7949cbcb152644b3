"""Writing workbooks: text that stays text, one look, and the same bytes for the same content."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

from shnor_lib.faults import Severity
from shnor_lib.sources.cells.values import clean_text
from shnor_lib.store import write_atomically

_MOMENT = dt.datetime(2000, 1, 1)
_FORMULA_STARTS = ("=", "+", "-", "@")

HEAD_FONT = Font(name="Calibri", size=11, bold=True, color="1F2A44")
HEAD_FILL = PatternFill("solid", start_color="DCE6F2")
REQUIRED_FILL = PatternFill("solid", start_color="FFD98A")
HEAD_ALIGNMENT = Alignment(wrap_text=True, vertical="center", horizontal="center")
WRAP = Alignment(wrap_text=True, vertical="top")
TOP_RIGHT = Alignment(vertical="top", horizontal="right")
BOLD = Font(name="Calibri", size=11, bold=True)
LINK = Font(name="Calibri", size=11, color="0B5394", underline="single")
PALE = Font(name="Calibri", size=9, color="7F8FA9")
SEVERITY_FILLS = {
    Severity.ERROR: PatternFill("solid", start_color="F8D7D3"),
    Severity.WARNING: PatternFill("solid", start_color="FFF0C9"),
    Severity.QUESTION: PatternFill("solid", start_color="DCE6F2"),
}
"""Colours of faults."""
LINE = Border(bottom=Side("thin", color="7F8FA9"), right=Side("thin", color="C5CEDB"))


def new_workbook(title: str) -> Workbook:
    """An empty write-only workbook with fixed properties."""
    book = Workbook(write_only=True)
    book.properties.title = title
    book.properties.creator = "shnor"
    book.properties.created = _MOMENT
    return book


def text_cell(sheet: Any, text: str, *, keep_text: bool = True) -> WriteOnlyCell:
    """A cell that holds ``text`` and nothing else: never a formula, never an error value.

    With ``keep_text`` the cell also has Excel's text format, so that a code typed over it keeps
    its leading zeros.
    """
    cell = WriteOnlyCell(sheet, "")
    cell.value = clean_text(text)
    cell.data_type = "s"
    if keep_text:
        cell.number_format = "@"
    if cell.value.startswith(_FORMULA_STARTS):
        cell.quotePrefix = True
    return cell


def head_cell(sheet: Any, text: str, *, required: bool = False, note: str = "") -> WriteOnlyCell:
    """A heading; required ones carry an asterisk and another colour, notes open on hover."""
    cell = text_cell(sheet, f"{text} *" if required else text, keep_text=False)
    cell.font, cell.alignment, cell.border = HEAD_FONT, HEAD_ALIGNMENT, LINE
    cell.fill = REQUIRED_FILL if required else HEAD_FILL
    if note:
        lines = sum(len(line) // 38 + 1 for line in note.splitlines())
        cell.comment = Comment(note, "Подсказка", height=30 + 18 * lines, width=300)
    return cell


def wrapped_cell(sheet: Any, text: str, *, bold: bool = False) -> WriteOnlyCell:
    """Text that wraps within its column."""
    cell = text_cell(sheet, text, keep_text=False)
    cell.alignment = WRAP
    if bold:
        cell.font = BOLD
    return cell


def append_wrapped(
    sheet: Any, row: int, cells: Sequence[WriteOnlyCell | None], widths: Sequence[float]
) -> None:
    """Append a row of wrapped cells, high enough for the longest of them.

    Not every program measures wrapped text when it opens a workbook.

    Parameters
    ----------
    sheet
        Write-only or ordinary sheet.
    row
        Number of the row that is appended, from 1.
    cells
        Its cells.
    widths
        Widths of the columns.
    """
    lines = max(
        sum(
            -(-max(len(line), 1) // max(int(width), 1))
            for line in str(cell.value or "").split("\n")
        )
        for cell, width in zip(cells, widths, strict=False)
        if cell is not None
    )
    if lines > 1:
        sheet.row_dimensions[row].height = min(15 * lines, 400)
    sheet.append(cells)


def print_to_width(sheet: Any) -> None:
    """Print on landscape pages as wide as the sheet."""
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True


def save(book: Workbook, path: Path) -> bool:
    """Write the workbook with reproducible bytes; return whether the file changed."""
    buffer = io.BytesIO()
    book.save(buffer)
    return write_atomically(path, reproducible(buffer.getvalue()))


def reproducible(data: bytes) -> bytes:
    """The same xlsx with every date in it (archive members, document properties) fixed."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as source,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target,
    ):
        for name in sorted(
            source.namelist(), key=lambda name: (name != "[Content_Types].xml", name)
        ):
            body = source.read(name)
            if name == "docProps/core.xml":
                body = re.sub(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", b"2000-01-01T00:00:00Z", body)
            target.writestr(
                zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), body, zipfile.ZIP_DEFLATED
            )
    return out.getvalue()
