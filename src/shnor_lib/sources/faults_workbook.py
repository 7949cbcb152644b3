"""The list of faults as a workbook, with links to the faulty cells."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.hyperlink import Hyperlink

from shnor_lib.faults import Fault, Severity
from shnor_lib.sources.excel import head_cell, new_workbook, save, wrapped_cell
from shnor_lib.sources.problems import reading_order

HEADINGS: tuple[tuple[str, float], ...] = (
    ("Важность", 17),
    ("Файл", 30),
    ("Лист", 20),
    ("Ячейка", 13),
    ("Что не так", 58),
    ("Что ожидалось", 44),
    ("Что сделать", 52),
)
"""Headings with their column widths."""

_ORDER = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.QUESTION: 2}
_FILLS = {
    Severity.ERROR: PatternFill("solid", start_color="F8D7D3"),
    Severity.WARNING: PatternFill("solid", start_color="FFF0C9"),
    Severity.QUESTION: PatternFill("solid", start_color="DCE6F2"),
}
_LINK = Font(color="0B5394", underline="single")


def write_faults_workbook(
    path: Path, faults: Iterable[Fault], *, raw_dir: Path | None = None
) -> bool:
    """Write the workbook «Ошибки»; return whether the file changed.

    Parameters
    ----------
    path
        ``.xlsx`` to write.
    faults
        Any order; written errors first, then by file, sheet, row and column.
    raw_dir
        Folder the faults' files lie in; default ``data/raw`` beside the workbook. Links are
        relative, so that the project folder can be moved or sent as a whole.
    """
    raw = raw_dir if raw_dir is not None else path.parent / "data" / "raw"
    book = new_workbook("Ошибки в данных")
    sheet = book.create_sheet("Ошибки")
    ordered = sorted(faults, key=by_importance)
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:G{max(len(ordered) + 1, 2)}"
    sheet.print_title_rows = "1:1"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    for letter, (_, width) in zip("ABCDEFG", HEADINGS, strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.append([head_cell(sheet, title) for title, _ in HEADINGS])
    for row, fault in enumerate(ordered, start=2):
        severity = wrapped_cell(sheet, str(fault.severity), bold=True)
        severity.fill = _FILLS[fault.severity]
        sheet.append(
            [
                severity,
                wrapped_cell(sheet, fault.file),
                wrapped_cell(sheet, fault.sheet),
                _place_cell(sheet, fault, row, raw, path.parent),
                wrapped_cell(sheet, _sentence(fault.message)),
                wrapped_cell(sheet, _sentence(fault.expected)),
                wrapped_cell(sheet, fault.remedy),
            ]
        )
    if not ordered:
        sheet.append([wrapped_cell(sheet, "Ошибок нет.")])
    return save(book, path)


def by_importance(fault: Fault) -> tuple[object, ...]:
    """Sorting key: severity, file, sheet, row, column."""
    return _ORDER[fault.severity], *reading_order(fault)


def _sentence(text: str) -> str:
    """Capital first letter: in a cell of its own the text begins a sentence."""
    return text[:1].upper() + text[1:]


def _place_cell(sheet: Any, fault: Fault, row: int, raw: Path, folder: Path) -> WriteOnlyCell:
    target = next((p for p in (raw / fault.file, folder / fault.file) if p.is_file()), None)
    cell = wrapped_cell(sheet, fault.cell or ("открыть" if target else ""))
    if target is None:
        return cell
    link = Hyperlink(ref=f"D{row}", target=_relative(target, folder))
    if fault.sheet:
        place = fault.cell if re.fullmatch(r"[A-Z0-9:]+", fault.cell) else "A1"
        quoted = fault.sheet.replace("'", "''")
        link.location = f"'{quoted}'!{place}"
    cell._hyperlink = link
    cell.font = _LINK
    return cell


def _relative(target: Path, folder: Path) -> str:
    """Relative link; Excel reads it as an address, so its special characters are escaped."""
    path = Path(os.path.relpath(target, folder)).as_posix()
    return path.replace("%", "%25").replace(" ", "%20").replace("#", "%23").replace("?", "%3F")
