"""How far the sheets of an .xls reach, found before calamine lays out all of them at once.

An .xls is a small file system (Microsoft's compound file) with one stream of records, each with
a kind and a length (BIFF, [MS-XLS]). Only the kinds that carry cells are looked at here.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from shnor_lib.sources.cells.raw_cells import FORMULA, Unreadable
from shnor_lib.sources.files.limits import (
    MAX_CELLS,
    MAX_TEXT_TOTAL,
    Used,
    broken,
    long_text,
    too_far,
)

_U16, _U32 = struct.Struct("<H"), struct.Struct("<I")
_RECORD = struct.Struct("<HH")
_MAX_RECORDS = 20_000_000
_ROWS, _COLUMNS = 65_536, 256
_END = 0xFFFFFFFA
"""Sector numbers from here on are marks, not sectors."""

# Kinds of records.
_BOF, _EOF, _BOUNDSHEET, _DIMENSIONS, _SST, _CONTINUE = 0x809, 0x0A, 0x85, 0x200, 0xFC, 0x3C
_FORMULA, _LABEL, _RSTRING, _LABELSST = 0x06, 0x204, 0xD6, 0xFD
_NUMBER, _RK, _MULRK, _BOOLERR = 0x203, 0x27E, 0xBD, 0x205
_ONE_CELL = frozenset({_FORMULA, _LABEL, _RSTRING, _LABELSST, _NUMBER, _RK, _BOOLERR})
_ERRORS = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?",
    0x24: "#NUM!", 0x2A: "#N/A",
}  # fmt: skip


@dataclass
class XlsSheet:
    """One sheet.

    Attributes
    ----------
    name
        As the tab says.
    rows, columns, cells
        Last used row and column, from 1; number of used cells.
    special
        (row from 0, column from 0) → the error that stands there.
    """

    name: str
    rows: int = 0
    columns: int = 0
    cells: int = 0
    special: dict[tuple[int, int], Unreadable] = field(default_factory=dict)


def scan_xls(data: bytes) -> list[XlsSheet]:
    """Scan all sheets.

    Raises
    ------
    RefusalError
        Damaged; a sheet too large to be laid out; texts repeated too often.
    """
    try:
        return _scan(_stream(data))
    except (struct.error, LookupError, ValueError):
        raise broken() from None


def _records(stream: bytes, position: int) -> Iterator[tuple[int, bytes]]:
    """Kinds and bodies of the records from a place to the end of their part."""
    depth = 0
    while position + 4 <= len(stream):
        kind, length = _RECORD.unpack_from(stream, position)
        position += 4 + length
        yield kind, stream[position - length : position]
        # A chart inside a sheet is a part of its own.
        depth += (kind == _BOF) - (kind == _EOF)
        if kind == _EOF and depth <= 0:
            return


def _scan(stream: bytes) -> list[XlsSheet]:
    bounds: list[tuple[str, int]] = []
    texts: list[bytes] = []
    before = 0
    for kind, body in _records(stream, 0):
        if kind == _BOUNDSHEET:
            bounds.append((_sheet_name(body), _U32.unpack_from(body)[0]))
        elif kind == _SST or (kind == _CONTINUE and before == _SST):
            texts.append(body)
            kind = _SST
        before = kind
    if texts and _U32.unpack_from(texts[0], 4)[0] > sum(map(len, texts)):
        # calamine makes room for as many texts as this says.
        raise broken()
    sheets, text_cells, left = [], 0, _MAX_RECORDS
    for name, position in bounds:
        sheet = XlsSheet(name)
        for kind, body in _records(stream, position):
            left -= 1
            if kind == _DIMENSIONS:
                _check_dimensions(body)
            elif kind in _ONE_CELL or kind == _MULRK:
                row, column = _RECORD.unpack_from(body)
                last = _U16.unpack_from(body, len(body) - 2)[0] if kind == _MULRK else column
                sheet.rows = max(sheet.rows, row + 1)
                sheet.columns = max(sheet.columns, last + 1)
                sheet.cells += last - column + 1
                if kind == _LABELSST:
                    text_cells += 1
                elif kind in (_FORMULA, _BOOLERR) and (error := _error(kind, body)):
                    sheet.special[row, column] = Unreadable(error)
            if left < 0:
                # Many sheets that are one: no such file is sound.
                raise broken()
        sheets.append(sheet)
    _check(sheets, texts, text_cells)
    return sheets


def _check_dimensions(body: bytes) -> None:
    """Refuse a false extent: calamine makes room for as many cells as it says."""
    if len(body) >= 14:
        first_row, rows, first_column, columns = struct.unpack_from("<IIHH", body)
    else:
        first_row, rows, first_column, columns = struct.unpack_from("<HHHH", body)
    if first_row > rows or rows > _ROWS or first_column > columns or columns > _COLUMNS:
        raise broken()


def _error(kind: int, body: bytes) -> str | None:
    if kind == _BOOLERR:
        return _ERRORS.get(body[6], FORMULA) if body[7] else None
    result = body[6:14]
    if result[6:8] == b"\xff\xff" and result[0] == 2:
        return _ERRORS.get(result[2], FORMULA)
    return None


def _check(sheets: list[XlsSheet], texts: list[bytes], text_cells: int) -> None:
    for sheet in sheets:
        if sheet.columns > _COLUMNS:
            raise broken()
        if not Used(sheet.rows, sheet.columns, sheet.cells).is_sane:
            raise too_far(sheet.name, sheet.rows, sheet.columns, sheet.cells)
    if sum(sheet.rows * sheet.columns for sheet in sheets) > MAX_CELLS:
        worst = max(sheets, key=lambda sheet: sheet.rows * sheet.columns)
        raise too_far(worst.name, worst.rows, worst.columns, worst.cells)
    # Two bytes of a shared text may become as many copies as there are cells.
    if sum(map(len, texts)) * text_cells > MAX_TEXT_TOTAL and (
        _longest(texts) * text_cells > MAX_TEXT_TOTAL
    ):
        raise long_text("во многих ячейках")


def _longest(texts: list[bytes]) -> int:
    """Characters of the longest shared text; its header says, its body may run over records."""
    longest: int = 0
    part = 0
    place = 8  # two counts
    while part < len(texts):
        if place >= len(texts[part]):
            place -= len(texts[part])
            part += 1
            continue
        body = texts[part]
        (count,), flags = _U16.unpack_from(body, place), body[place + 2]
        longest = max(longest, count)
        place += 3
        runs = extension = 0
        if flags & 8:
            runs = _U16.unpack_from(body, place)[0]
            place += 2
        if flags & 4:
            extension = _U32.unpack_from(body, place)[0]
            place += 4
        wide = flags & 1
        while count:
            room = (len(body) - place) // (1 + wide)
            if count <= room:
                place += count * (1 + wide)
                break
            count -= max(room, 0)
            part += 1
            if part >= len(texts):
                return longest
            # The text goes on in the next record, after a byte that says how wide its letters are.
            body, place = texts[part], 1
            wide = body[0] & 1
        place += runs * 4 + extension
    return longest


def _sheet_name(body: bytes) -> str:
    count = body[6]
    if len(body) >= 8 and len(body) == 8 + count * (1 + (body[7] & 1)):
        raw = body[8:]
        return raw.decode("utf-16-le" if body[7] & 1 else "latin-1", "replace")
    return body[7 : 7 + count].decode("cp1251", "replace")


def _stream(data: bytes) -> bytes:
    """The stream of records out of the compound file ([MS-CFB])."""
    size = 1 << _U16.unpack_from(data, 30)[0]
    if size not in (512, 4096):
        raise ValueError("sector size")
    sectors = len(data) // size
    numbers = list(struct.unpack_from("<109I", data, 76))
    link, seen = _U32.unpack_from(data, 68)[0], 0
    while link < _END and seen <= sectors:
        block = struct.unpack_from(f"<{size // 4}I", data, (link + 1) * size)
        numbers += block[:-1]
        link, seen = block[-1], seen + 1
    if seen > sectors:
        raise ValueError("a chain without end")
    table: list[int] = []
    for number in numbers:
        if number < _END and len(table) < sectors:
            table += struct.unpack_from(f"<{size // 4}I", data, (number + 1) * size)

    def chain(first: int, links: list[int], limit: int) -> list[int]:
        # calamine follows a chain that bites its tail until the memory ends.
        found: list[int] = []
        while first < _END:
            if len(found) > limit:
                raise ValueError("a chain without end")
            found.append(first)
            first = links[first]
        return found

    def content(first: int) -> bytes:
        return b"".join(data[(n + 1) * size : (n + 2) * size] for n in chain(first, table, sectors))

    directory = content(_U32.unpack_from(data, 48)[0])
    if len(directory) % 128:
        raise ValueError("half an entry of the directory")
    entries = {}
    for place in range(0, len(directory) - 127, 128):
        entry = directory[place : place + 128]
        name = entry[: max(_U16.unpack_from(entry, 64)[0] - 2, 0)].decode("utf-16-le", "replace")
        if entry[66]:  # kind of entry: 0 none, 5 the root
            entries[name.casefold() if entry[66] != 5 else ""] = (
                _U32.unpack_from(entry, 116)[0],
                _U32.unpack_from(entry, 120)[0],
            )
    small = content(entries[""][0])
    links: list[int] = []
    for number in chain(_U32.unpack_from(data, 60)[0], table, sectors):
        links += struct.unpack_from(f"<{size // 4}I", data, (number + 1) * size)
    first, length = entries.get("workbook") or entries["book"]
    if length >= _U32.unpack_from(data, 56)[0]:
        return content(first)[:length]
    # Short streams lie in small sectors inside the root's stream.
    return b"".join(small[n * 64 : (n + 1) * 64] for n in chain(first, links, len(links)))[:length]
