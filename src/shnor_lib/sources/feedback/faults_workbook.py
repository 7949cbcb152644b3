"""The list of faults as a workbook, with links to the faulty cells and to their marked copies."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from openpyxl.cell import WriteOnlyCell
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink

from shnor_lib.faults import Fault, Severity
from shnor_lib.sources.cells.problems import reading_order
from shnor_lib.sources.feedback.marked_copy import Copies
from shnor_lib.sources.feedback.marks import IMPORTANCE
from shnor_lib.sources.files.excel import (
    BOLD,
    LINK,
    SEVERITY_FILLS,
    TOP_RIGHT,
    append_wrapped,
    head_cell,
    new_workbook,
    print_to_width,
    save,
    wrapped_cell,
)

HEADINGS: tuple[tuple[str, float], ...] = (
    ("Важность", 18),
    ("Файл", 30),
    ("Лист", 20),
    ("Ячейка", 13),
    ("Что не так", 58),
    ("Что ожидалось", 44),
    ("Что сделать", 52),
)
"""Headings with their column widths."""
COPY_HEADING = ("В копии", 11.0)
"""One more, where there are marked copies."""
SUMMARY = "По файлам"
SUMMARY_HEADINGS: tuple[tuple[str, float], ...] = (
    ("Файл", 56),
    ("Ошибок", 10),
    ("Предупреждений", 18),
    ("Вопросов", 11),
    ("Строк не принято", 18),
    ("Копия с пометками", 60),
)
_CELLS = re.compile(r"[A-Z]{1,3}\d{1,7}(:[A-Z]{1,3}\d{1,7})?")


def write_faults_workbook(
    path: Path,
    faults: Iterable[Fault],
    *,
    raw_dir: Path | None = None,
    copies: Copies | None = None,
) -> bool:
    """Write the workbook «Ошибки»; return whether the file changed.

    Parameters
    ----------
    path
        ``.xlsx`` to write.
    faults
        Any order; written errors first, then by file, sheet, row and column. A second sheet sums
        them up by file.
    raw_dir
        Folder the faults' files lie in; default ``data/raw`` beside the workbook. Links are
        relative, so that the project folder can be moved or sent as a whole.
    copies
        Marked copies (:mod:`.marked_copy`) to link to.
    """
    raw = raw_dir if raw_dir is not None else path.parent / "data" / "raw"
    book = new_workbook("Ошибки в данных")
    headings = HEADINGS if copies is None else (*HEADINGS, COPY_HEADING)
    sheet = _sheet(book, "Ошибки", headings)
    last = get_column_letter(len(headings))
    ordered = sorted(faults, key=by_importance)
    sheet.auto_filter.ref = f"A1:{last}{max(len(ordered) + 1, 2)}"
    for row, fault in enumerate(ordered, start=2):
        severity = wrapped_cell(sheet, str(fault.severity), bold=True)
        severity.fill = SEVERITY_FILLS[fault.severity]
        cells = [
            severity,
            wrapped_cell(sheet, fault.file),
            wrapped_cell(sheet, fault.sheet),
            link_cell(sheet, f"D{row}", fault.file, fault.sheet, fault.cell, raw, path.parent),
            wrapped_cell(sheet, _sentence(fault.message)),
            wrapped_cell(sheet, _sentence(fault.expected)),
            wrapped_cell(sheet, fault.remedy),
        ]
        if copies is not None:
            cells.append(_mark_cell(sheet, fault, f"{last}{row}", copies, path.parent))
        append_wrapped(sheet, row, cells, [width for _, width in headings])
    if ordered:
        _summary(book, ordered, copies, raw, path.parent)
    else:
        sheet.append([wrapped_cell(sheet, "Ошибок нет.")])
    return save(book, path)


def by_importance(fault: Fault) -> tuple[object, ...]:
    """Sorting key: severity, file, sheet, row, column."""
    return IMPORTANCE[fault.severity], *reading_order(fault)


def _sheet(book: Any, title: str, headings: tuple[tuple[str, float], ...]) -> Any:
    sheet = book.create_sheet(title)
    sheet.freeze_panes = "A2"
    sheet.print_title_rows = "1:1"
    print_to_width(sheet)
    for number, (_, width) in enumerate(headings, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    sheet.append([head_cell(sheet, heading) for heading, _ in headings])
    return sheet


def _summary(
    book: Any, faults: Sequence[Fault], copies: Copies | None, raw: Path, folder: Path
) -> None:
    """Files by kind of fault, most errors first, and the whole."""
    sheet = _sheet(book, SUMMARY, SUMMARY_HEADINGS)
    kinds = {file: Counter[Severity]() for file in {fault.file for fault in faults}}
    rows: Counter[str] = Counter()
    for fault in faults:
        kinds[fault.file][fault.severity] += 1
        rows[fault.file] += fault.rows
    order = sorted(kinds, key=lambda file: (*(-kinds[file][kind] for kind in Severity), file))
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(SUMMARY_HEADINGS))}{len(order) + 1}"
    for number, file in enumerate(order, start=2):
        cells = [
            wrapped_cell(sheet, file),
            *(_number_cell(sheet, kinds[file][kind], kind) for kind in Severity),
            _number_cell(sheet, rows[file]),
            _copy_cell(sheet, file, number, copies if (raw / file).is_file() else None, folder),
        ]
        append_wrapped(sheet, number, cells, [width for _, width in SUMMARY_HEADINGS])
    total = Counter(fault.severity for fault in faults)
    sheet.append(
        [
            wrapped_cell(sheet, "Всего", bold=True),
            *(_number_cell(sheet, total[kind], bold=True) for kind in Severity),
            _number_cell(sheet, sum(rows.values()), bold=True),
        ]
    )


def _number_cell(
    sheet: Any, number: int, severity: Severity | None = None, *, bold: bool = False
) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, number or None)
    cell.alignment = TOP_RIGHT
    if severity is not None and number:
        cell.fill = SEVERITY_FILLS[severity]
    if bold:
        cell.font = BOLD
    return cell


def _mark_cell(
    sheet: Any, fault: Fault, here: str, copies: Copies, folder: Path
) -> WriteOnlyCell | None:
    """Link to the fault's place in the marked copy."""
    if fault.file not in copies.found:
        return None
    targets = copies.targets[fault.file]
    target = targets.get(fault.sheet) or next(iter(targets.values()))
    place = fault.cell if target.exact else "A1"
    path = copies.folder / copies.found[fault.file]
    cell = wrapped_cell(sheet, "открыть")
    return _linked(cell, here, path, folder, target.sheet, place)


def _copy_cell(
    sheet: Any, file: str, row: int, copies: Copies | None, folder: Path
) -> WriteOnlyCell | None:
    """Link to the marked copy of a file, or why there is none."""
    if copies is None:
        return None
    if file in copies.left_out:
        return wrapped_cell(sheet, "копия не сделана: файлов с замечаниями слишком много")
    if file not in copies.found:
        return wrapped_cell(sheet, "копии нет: файл не открывается")
    cell = wrapped_cell(sheet, copies.found[file])
    return _linked(cell, f"F{row}", copies.folder / copies.found[file], folder)


def link_cell(
    sheet: Any, here: str, file: str, name: str, cell: str, raw: Path, folder: Path
) -> WriteOnlyCell:
    """A cell with a link to a cell of an input file; plain text when the file is not there.

    Parameters
    ----------
    sheet
        Write-only sheet.
    here
        Reference of the cell that is being written.
    file, name, cell
        Where the link leads: file relative to ``raw`` (or ``folder``), sheet, cell.
    raw, folder
        ``data/raw`` and the folder of the workbook being written.
    """
    target = next((p for p in (raw / file, folder / file) if p.is_file()), None)
    found = wrapped_cell(sheet, cell or ("открыть" if target else ""))
    return found if target is None else _linked(found, here, target, folder, name, cell)


def _linked(
    cell: WriteOnlyCell, here: str, target: Path, folder: Path, sheet: str = "", place: str = ""
) -> WriteOnlyCell:
    link = Hyperlink(ref=here, target=_relative(target, folder))
    if sheet:
        quoted = sheet.replace("'", "''")
        link.location = f"'{quoted}'!{place if _CELLS.fullmatch(place) else 'A1'}"
    cell._hyperlink = link
    cell.font = LINK
    return cell


def _sentence(text: str) -> str:
    """Capital first letter: in a cell of its own the text begins a sentence."""
    return text[:1].upper() + text[1:]


def _relative(target: Path, folder: Path) -> str:
    """Relative link; Excel reads it as an address, so its special characters are escaped."""
    path = Path(os.path.relpath(target, folder)).as_posix()
    return path.replace("%", "%25").replace(" ", "%20").replace("#", "%23").replace("?", "%3F")
