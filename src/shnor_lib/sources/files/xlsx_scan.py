"""How far a sheet of an xlsx reaches, found in its XML before the sheet is laid out as a grid.

calamine lays out every cell between the first and the last used one: a space in XFD1048576 would
make it ask for seventeen thousand million cells and end the process. The same pass finds cells
that look empty to a values-only reader but are not (see :mod:`~shnor_lib.sources.cells.raw_cells`).

The usual shape of a cell, ``<c r="H15" …>``, is read with numpy, many cells at a time; anything
else by regular expressions that look at each tag once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from shnor_lib.sources.cells.raw_cells import FORMULA, Unreadable
from shnor_lib.sources.files.archive import Archive
from shnor_lib.sources.files.limits import (
    EXCEL_COLUMNS,
    EXCEL_ROWS,
    MAX_TEXT_TOTAL,
    Used,
    broken,
    long_text,
)

Ints = npt.NDArray[np.int64]

_HOLD = 8 * 1024**2
"""No cell is longer than this."""
_ANY_CELL = re.compile(rb"<(?:[^\s<>/:!?]+:)?c(?=[\s/>])")
_ANY_TAG = re.compile(rb"<(?:[^\s<>/:!?]+:)?(row|c)(?=[\s/>])([^<>]*)>")
_R = re.compile(rb"""(?<![\w:.-])r\s*=\s*["']([^"']*)["']""")
_R_AFTER = re.compile(rb"[\t\n\r]r")
_ROW = re.compile(rb"[0-9]{1,7}")
_REF = re.compile(rb"([A-Za-z]{1,3})([0-9]{1,7})")
_FORMULA_TAG = re.compile(rb"<(?:[^\s<>/:!?]+:)?f[\s/>]")
_ERROR_MARK = re.compile(rb"""\bt\s*=\s*["']e["']""")
_TEXT_MARK = re.compile(rb"""\bt\s*=\s*["']str["']""")
_VALUE = re.compile(rb"<(?:[^\s<>/:!?]+:)?v(?:\s[^<>]*)?(?:/>|>([^<]*)<)")
_STRING = re.compile(rb"<(?:[^\s<>/:!?]+:)?si(?=[\s/>])")
_STRING_CELL = re.compile(
    rb"""<(?:[^\s<>/:!?]+:)?c\s[^<>]*\bt\s*=\s*["']s["'][^<>]*>\s*<(?:[^\s<>/:!?]+:)?v[^<>]*>\s*([0-9]{1,9})"""
)


@dataclass
class SheetScan:
    """What a sheet's XML says.

    Attributes
    ----------
    row_used, column_used
        Whether anything stands in each row and column, from the first on.
    cells
        Cells found.
    unreadable
        (row from 0, column from 0) → what stands there instead of a value.
    """

    row_used: npt.NDArray[np.bool_] = field(default_factory=lambda: np.zeros(EXCEL_ROWS, bool))
    column_used: npt.NDArray[np.bool_] = field(
        default_factory=lambda: np.zeros(EXCEL_COLUMNS, bool)
    )
    cells: int = 0
    unreadable: dict[tuple[int, int], Unreadable] = field(default_factory=dict)

    @property
    def used(self) -> Used:
        """Its extent."""
        return Used(_last(self.row_used), _last(self.column_used), self.cells)


def _last(flags: npt.NDArray[np.bool_]) -> int:
    return len(flags) - int(np.argmax(flags[::-1])) if flags.any() else 0


@dataclass
class Cells:
    """Cells of one piece of a sheet's XML.

    Attributes
    ----------
    piece
        The XML, from some cell or row on to just before another.
    starts, ends
        Where each cell's tag begins; where the next cell begins.
    rows, columns
        From 1.
    """

    piece: bytes
    starts: Ints
    ends: Ints
    rows: Ints
    columns: Ints

    def filled(self) -> npt.NDArray[np.bool_]:
        """Which cells have any content, not only a style."""
        return np.fromiter(
            (
                _has_content(self.piece[start:end])
                for start, end in zip(self.starts.tolist(), self.ends.tolist(), strict=True)
            ),
            bool,
            len(self.starts),
        )

    def only(self, chosen: npt.NDArray[np.bool_]) -> Cells:
        """Some of the cells."""
        return Cells(
            self.piece,
            self.starts[chosen],
            self.ends[chosen],
            self.rows[chosen],
            self.columns[chosen],
        )


def _has_content(text: bytes) -> bool:
    close = text.find(b">")
    return text[close - 1 : close] != b"/" and not text.startswith(b"</", close + 1)


def scan_sheet(pieces: Iterable[bytes], *, styled: bool = True) -> SheetScan:
    """Scan a sheet.

    Parameters
    ----------
    pieces
        Its XML.
    styled
        Count cells that have a style and nothing in them: quicker, but the extent may be larger
        than what calamine will lay out.

    Raises
    ------
    RefusalError
        A reference no workbook can have, or a cell longer than any.
    """
    scan = SheetScan()
    for cells in sheet_cells(pieces):
        _find_unreadable(cells, scan.unreadable)
        if not styled:
            cells = cells.only(cells.filled())
        scan.row_used[cells.rows - 1] = True
        scan.column_used[cells.columns - 1] = True
        scan.cells += len(cells.rows)
    return scan


def sheet_cells(pieces: Iterable[bytes]) -> Iterator[Cells]:
    """Every cell of a sheet, a piece at a time."""
    row = column = 0
    for piece in _cut(pieces):
        found = _usual(piece)
        if found is None:
            found, row, column = _unusual(piece, row, column)
        elif len(found.rows):
            row, column = int(found.rows[-1]), int(found.columns[-1])
        if len(found.rows) and (
            found.rows.min() < 1
            or found.rows.max() > EXCEL_ROWS
            or found.columns.min() < 1
            or found.columns.max() > EXCEL_COLUMNS
        ):
            raise broken()
        yield found


def _cut(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Join and cut the XML so that no cell lies in two pieces."""
    held = b""
    for piece in pieces:
        held += piece
        cut = max(held.rfind(mark) for mark in (b"<c ", b"<row", b":c ", b":row"))
        if cut > 0 and held[cut : cut + 1] == b":":
            cut = held.rfind(b"<", 0, cut)
        if cut <= 0:
            if len(held) < _HOLD:
                continue
            if cut == 0 and b"/c>" not in held.replace(b":", b"/") and b"/>" not in held[:1024]:
                raise long_text()
            cut = held.rfind(b"<")
            if cut <= 0:
                raise long_text()
        yield held[:cut]
        held = held[cut:]
    yield held


def _usual(piece: bytes) -> Cells | None:
    """Cells of a piece where each is ``<c r="H15"…``; None when some are not."""
    # Room after the last tag, so that no reference is looked for beyond the end.
    array = np.frombuffer(piece + bytes(16), np.uint8)
    starts = np.flatnonzero((array[:-1] == ord("<")) & (array[1:] == ord("c")))
    after = array[starts + 2]
    # <col>, <cols>, <cfRule> … are no cells.
    starts = starts[(after == 32) | (after == 62) | (after == 47) | ((after >= 9) & (after <= 13))]
    # As many attributes that begin with «r» as there are rows and cells: none is written in
    # another way, and no cell has two.
    if piece.count(b" r") != len(starts) + piece.count(b'<row r="') or (
        (b"\n" in piece or b"\t" in piece or b"\r" in piece) and _R_AFTER.search(piece)
    ):
        return None
    if b":" in piece and (b":c" in piece or b":row" in piece):
        return None
    for offset, letter in enumerate(b' r="', start=2):
        if not (array[starts + offset] == letter).all():
            return None
    place = starts + 6
    columns = np.zeros(len(starts), np.int64)
    rows = np.zeros(len(starts), np.int64)
    for numbers, width, first, last, base in ((columns, 3, 65, 90, 26), (rows, 7, 48, 57, 10)):
        zero = first - (base == 26)  # A is 1, 0 is 0
        running = np.ones(len(starts), bool)
        for _ in range(width):
            code = array[place]
            running &= (code >= first) & (code <= last)
            if not running.any():
                break
            numbers[running] = numbers[running] * base + code[running] - zero
            place += running
    if not (array[place] == ord('"')).all():
        return None
    return _cells(piece, starts, rows, columns)


def _cells(piece: bytes, starts: Ints, rows: Ints, columns: Ints) -> Cells:
    return Cells(piece, starts, np.append(starts[1:], len(piece)), rows, columns)


def _unusual(piece: bytes, row: int, column: int) -> tuple[Cells, int, int]:
    """Cells of any shape; one without a reference follows the one before it."""
    places: list[tuple[int, int, int]] = []
    for match in _ANY_TAG.finditer(piece):
        attributes = match[2]
        if attributes.count(b'"') % 2 or attributes.count(b"'") % 2:
            raise broken()
        references = _R.findall(attributes)
        if len(references) > 1:
            raise broken()
        if match[1] == b"row":
            if references and not _ROW.fullmatch(references[0]):
                raise broken()
            row, column = int(references[0]) if references else row + 1, 0
            continue
        column += 1
        if references:
            place = _REF.fullmatch(references[0])
            if place is None:
                raise broken()
            row, column = int(place[2]), _number(place[1])
        places.append((match.start(), max(row, 1), column))
    # A cell whose tag is not understood could stand anywhere.
    if len(places) != len(_ANY_CELL.findall(piece)):
        raise broken()
    array = np.array(places, np.int64).reshape(-1, 3)
    return _cells(piece, array[:, 0], array[:, 1], array[:, 2]), row, column


def _number(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _find_unreadable(cells: Cells, found: dict[tuple[int, int], Unreadable]) -> None:
    """Add the cells that hold an error, or a formula without a saved result."""
    piece = cells.piece
    if not len(cells.starts):
        return
    places: list[int] = []
    if b"<f" in piece or (b":" in piece and b":f" in piece):
        places += [match.start() for match in _FORMULA_TAG.finditer(piece)]
    if b'"e"' in piece or (b"'" in piece and b"'e'" in piece):
        places += [match.start() for match in _ERROR_MARK.finditer(piece)]
    for index in np.unique(np.searchsorted(cells.starts, places, side="right") - 1).tolist():
        if index < 0:
            continue
        text = piece[cells.starts[index] : cells.ends[index]]
        head = text[: text.find(b">")]
        is_error = _ERROR_MARK.search(head) is not None
        value = _VALUE.search(text)
        if not is_error and (
            _FORMULA_TAG.search(text) is None
            or (value is not None and (value[1] or _TEXT_MARK.search(head)))
        ):
            # A formula with a result; an empty text is a saved result too.
            continue
        shown = value[1].decode("utf-8", "replace") if is_error and value and value[1] else FORMULA
        found[int(cells.rows[index]) - 1, int(cells.columns[index]) - 1] = Unreadable(shown)


def string_lengths(pieces: Iterable[bytes]) -> Ints:
    """Bytes that each shared string takes in the XML: no less than its characters.

    Parameters
    ----------
    pieces
        ``sharedStrings.xml``.
    """
    starts: list[npt.NDArray[np.int64]] = []
    held, passed = b"", 0
    for piece in pieces:
        held += piece
        cut = held.rfind(b"<")
        if cut <= 0:
            continue
        starts.append(_string_starts(held[:cut]) + passed)
        passed += cut
        held = held[cut:]
    starts.append(_string_starts(held) + passed)
    return np.diff(np.append(np.concatenate(starts), passed + len(held)))


def _string_starts(piece: bytes) -> Ints:
    return np.array([match.start() for match in _STRING.finditer(piece)], np.int64)


def check_texts(archive: Archive, sheets: Iterable[str], lengths: Ints, cells: int) -> None:
    """Refuse a workbook that repeats long texts until no memory holds them.

    A text is stored once however many cells show it, but every cell read gets its own copy.

    Parameters
    ----------
    archive, sheets
        The workbook and its sheets' parts.
    lengths
        :func:`string_lengths`.
    cells
        Cells of all sheets.

    Raises
    ------
    RefusalError
        Together they are longer than :data:`~.limits.MAX_TEXT_TOTAL`.
    """
    if not len(lengths) or int(lengths.max()) * cells <= MAX_TEXT_TOTAL:
        return
    total = 0
    for part in sheets:
        for piece in _cut(archive.pieces(part)):
            indexes = np.array(_STRING_CELL.findall(piece), dtype="S9").astype(np.int64)
            total += int(lengths[indexes[indexes < len(lengths)]].sum())
            if total > MAX_TEXT_TOTAL:
                raise long_text("во многих ячейках")
