"""Sheets of an .xlsx or .xlsm: measured first, then read by calamine.

Formulas, links to other workbooks, DDE and macros are never evaluated: what was saved as a
cell's value is read, and a formula without a saved value is reported where a value is wanted.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from xml.etree import ElementTree

from openpyxl.utils import get_column_letter
from python_calamine import SheetTypeEnum, SheetVisibleEnum

from shnor_lib.faults import Severity
from shnor_lib.sources.cells.raw_cells import Unreadable
from shnor_lib.sources.files.archive import Archive
from shnor_lib.sources.files.calamine import calamine_workbook, values
from shnor_lib.sources.files.limits import (
    MAX_CELLS,
    RefusalError,
    Used,
    broken,
    grouped,
    main_block,
    too_far,
)
from shnor_lib.sources.files.sheet import Sheet
from shnor_lib.sources.files.xlsx_scan import (
    SheetScan,
    check_texts,
    scan_sheet,
    sheet_cells,
    string_lengths,
)

MAX_STRAYS = 1_000
"""Cells that may be set aside; more are not stray."""
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_RELATION = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"
_REFERENCE = re.compile(rb"""(?<![\w:.-])r\s*=\s*["'][^"']*["']""")


@dataclass
class _Plan:
    """What is to be read, and how.

    Attributes
    ----------
    special
        Number of the sheet → cells calamine leaves empty.
    skipped
        Numbers of the sheets that are not read.
    rewritten
        Part → its XML without stray cells.
    notes
        What the user is told.
    """

    special: dict[int, dict[tuple[int, int], Unreadable]] = field(default_factory=dict)
    skipped: set[int] = field(default_factory=set)
    rewritten: dict[str, bytes] = field(default_factory=dict)
    notes: list[RefusalError] = field(default_factory=list)


def read_xlsx(archive: Archive, data: bytes) -> tuple[list[Sheet], list[RefusalError]]:
    """Sheets of a workbook, and what was not read of it.

    Parameters
    ----------
    archive, data
        The workbook, opened and as it is.

    Returns
    -------
    sheets, refusals
        Hidden rows and columns are read like all others; hidden sheets give their first rows.

    Raises
    ------
    RefusalError
        Nothing of the workbook can be read.
    """
    parts = sheet_parts(archive)
    plan = _Plan()
    total: list[tuple[Used, str]] = []
    unpacked = set()
    for index, (name, part) in enumerate(parts):
        if part is None:
            continue
        unpacked.add(part)
        scan = scan_sheet(archive.pieces(part))
        used = scan.used
        if not used.is_sane:
            scan = scan_sheet(archive.pieces(part), styled=False)
            used = scan.used
        if not used.is_sane:
            used = _set_aside(archive, index, name, part, scan, plan)
        plan.special[index] = scan.unreadable
        if index not in plan.skipped:
            total.append((used, name))
    archive.check_lengths(unpacked)
    _check_total(total)
    lengths = None
    if "xl/sharedStrings.xml" in archive:
        lengths = string_lengths(archive.pieces("xl/sharedStrings.xml"))
        read = [part for i, (_, part) in enumerate(parts) if part and i not in plan.skipped]
        check_texts(archive, read, lengths, sum(used.cells for used, _ in total))
    if plan.rewritten:
        data = archive.rewritten(plan.rewritten)
    sheets = list(_sheets(data, parts, plan))
    hidden = {sheet.name for sheet in sheets if sheet.hidden}
    # Of hidden sheets only the first rows are looked at: what lies far off changes nothing.
    return sheets, [note for note in plan.notes if note.sheet not in hidden]


def sheet_parts(archive: Archive) -> list[tuple[str, str | None]]:
    """Name of every sheet and the part that holds it, None when it is not in the archive."""
    relations = {
        item.get("Id"): item.get("Target", "")
        for item in safe_xml(archive.read("xl/_rels/workbook.xml.rels"))
    }
    parts: list[tuple[str, str | None]] = []
    for item in safe_xml(archive.read("xl/workbook.xml")).iter():
        if item.tag.endswith("}sheet"):
            target = relations.get(item.get(_RELATION) or item.get(_STRICT_RELATION), "")
            target = target.replace("\\", "/")
            path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            parts.append((item.get("name", ""), archive.find(posixpath.normpath(path))))
    return parts


def safe_xml(data: bytes) -> ElementTree.Element:
    """Parse a small part; document types (where entities are declared) are refused.

    Raises
    ------
    RefusalError
        It is no XML, or declares a document type, which workbooks never do.
    """
    if b"<!DOCTYPE" in data.replace(b"\0", b""):
        raise broken()
    try:
        return ElementTree.fromstring(data)
    except (ElementTree.ParseError, ValueError, LookupError):
        raise broken() from None


def _sheets(data: bytes, parts: list[tuple[str, str | None]], plan: _Plan) -> Iterator[Sheet]:
    book = calamine_workbook(data)
    if [item.name for item in book.sheets_metadata] != [name for name, _ in parts]:
        raise broken()
    for index, item in enumerate(book.sheets_metadata):
        # Sheets of charts and of macros have no cells for us.
        if item.typ is not SheetTypeEnum.WorkSheet:
            continue
        if index in plan.skipped:
            if item.visible is not SheetVisibleEnum.Visible:
                plan.notes = [note for note in plan.notes if note.sheet != item.name]
            continue
        if parts[index][1] is None:
            raise broken()
        yield values(book, index, plan.special.get(index, {}))


def _check_total(sheets: Iterable[tuple[Used, str]]) -> None:
    areas = [(used.rows * used.columns, used, name) for used, name in sheets]
    if sum(area for area, _, _ in areas) > MAX_CELLS:
        _, used, name = max(areas, key=lambda item: item[0])
        raise too_far(name, used.rows, used.columns, used.cells)


def _set_aside(
    archive: Archive, index: int, name: str, part: str, scan: SheetScan, plan: _Plan
) -> Used:
    """Cut a sheet's far-off cells away; skip the sheet when that is not possible."""
    used = scan.used
    block = main_block(scan.row_used, scan.column_used, scan.cells)
    found = _without_far_cells(archive, part, *block) if block else None
    if block is None or found is None:
        plan.skipped.add(index)
        plan.notes.append(too_far(name, used.rows, used.columns, used.cells))
        return used
    xml, far = found
    plan.rewritten[part] = xml
    plan.notes += _far_cells(archive, index, name, part, far, block)
    scan.unreadable = {
        place: value
        for place, value in scan.unreadable.items()
        if place[0] < block[0] and place[1] < block[1]
    }
    return Used(*block, scan.cells - len(far))


def _without_far_cells(
    archive: Archive, part: str, last_row: int, last_column: int
) -> tuple[bytes, dict[tuple[int, int], bytes]] | None:
    """The sheet's XML without the filled cells beyond a block, and those cells' XML."""
    kept: list[bytes] = []
    far: dict[tuple[int, int], bytes] = {}
    for cells in sheet_cells(archive.pieces(part)):
        outside = cells.only((cells.rows > last_row) | (cells.columns > last_column))
        outside = outside.only(outside.filled())
        done = 0
        for start, end, row, column in zip(
            outside.starts.tolist(),
            outside.ends.tolist(),
            outside.rows.tolist(),
            outside.columns.tolist(),
            strict=True,
        ):
            text = cells.piece[start:end]
            close = re.search(rb"</(?:[^\s<>/:]+:)?c\s*>", text)
            if close is None or _REFERENCE.search(text) is None:
                return None
            far[row, column] = text[: close.end()]
            kept.append(cells.piece[done:start])
            done = start + close.end()
            if len(far) > MAX_STRAYS:
                return None
        kept.append(cells.piece[done:])
    return b"".join(kept), far


def _far_cells(
    archive: Archive,
    index: int,
    name: str,
    part: str,
    far: dict[tuple[int, int], bytes],
    block: tuple[int, int],
) -> list[RefusalError]:
    """What to say of the cells set aside: what they hold is read from a sheet of their own."""
    rows = b"".join(
        b'<row r="%d">%s</row>' % (number, _REFERENCE.sub(b'r="A%d"' % number, xml, count=1))
        for number, xml in enumerate(far.values(), start=1)
    )
    head, tail = next(_frame(archive.pieces(part)))
    book = calamine_workbook(archive.rewritten({part: head + rows + tail}))
    column = [line[0] for line in values(book, index, {}).rows]
    blank: list[str] = []
    filled: list[str] = []
    for number, ((row, col), xml) in enumerate(far.items()):
        value = column[number] if number < len(column) else ""
        is_blank = isinstance(value, str) and not value.strip() and b"<f" not in xml
        (blank if is_blank and b't="e"' not in xml else filled).append(
            f"{get_column_letter(col)}{row}"
        )
    end = f"{get_column_letter(block[1])}{block[0]}"
    notes = []
    if filled:
        notes.append(
            RefusalError(
                "far-cells",
                f"далеко от остальных данных (они кончаются в {end}) заполнены ячейки: "
                f"{_listed(filled)}. Их содержимое не прочитано.",
                "все данные рядом, под одними заголовками.",
                "Перенесите их к остальным данным или удалите.",
                name,
                filled[0],
            )
        )
    if blank:
        notes.append(
            RefusalError(
                "far-blanks",
                f"далеко от остальных данных (они кончаются в {end}) стоят пробелы: {_listed(blank)}.",
                "пустые ячейки без пробелов.",
                "На чтение это не повлияло; чтобы лист не казался огромным, очистите эти ячейки.",
                name,
                blank[0],
                Severity.WARNING,
            )
        )
    return notes


def _frame(pieces: Iterable[bytes]) -> Iterator[tuple[bytes, bytes]]:
    """What stands before the first row of a sheet, and what closes the sheet."""
    text = b""
    for piece in pieces:
        text += piece
        match = re.search(rb"<((?:[^\s<>/:]+:)?)sheetData[^<>]*>", text)
        if match:
            prefix = match[1]
            yield text[: match.end()], b"</%ssheetData></%sworksheet>" % (prefix, prefix)
            return
    raise broken()


def _listed(cells: list[str]) -> str:
    shown = ", ".join(cells[:6])
    return f"{shown} и ещё {grouped(len(cells) - 6)}" if len(cells) > 6 else shown
