"""The one table of a csv: encodings, delimiters, quotes as they come."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from openpyxl.utils import get_column_letter

from shnor_lib.faults import Severity
from shnor_lib.sources.files.limits import (
    EXCEL_COLUMNS,
    MAX_CELLS,
    MAX_COLUMNS,
    MAX_TEXT,
    RefusalError,
    grouped,
    is_sane,
    long_text,
    too_far,
)
from shnor_lib.sources.files.sheet import Sheet

HEAD_LINES = 40
"""Lines by which the delimiter is found."""
_MAX_LINES = 200
"""Lines one cell may have; more mean a quotation mark that was never closed."""
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_SEPARATOR = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)


def read_csv(data: bytes) -> tuple[Sheet, list[RefusalError]]:
    """Read a csv.

    Parameters
    ----------
    data
        UTF-8 or UTF-16 with or without a mark, Windows (cp1251) or DOS (cp866) Cyrillic;
        separated by semicolons, tabs or commas.

    Returns
    -------
    sheet, notes
        The table, and what the user should know of it.

    Raises
    ------
    RefusalError
        It cannot be read: a quotation mark never closed, a line far too wide, a text too long.
    """
    text, notes = decode(data)
    named = _SEPARATOR.match(text)
    if named:
        # Excel writes and hides such a line; rows are counted as Excel counts them.
        text = text[named.end() :]
    delimiter = named[1] if named else find_delimiter(text)
    rows: list[list[Any]] = []
    width = cells = widest = 0
    for number, row in enumerate(_rows(text, delimiter), start=1):
        rows.append(row)
        cells += len(row)
        if len(row) > width:
            width, widest = len(row), number
        if width * number > MAX_CELLS or width > MAX_COLUMNS:
            raise too_far("", widest, width, cells)
    if not is_sane(len(rows), width, cells):
        raise too_far("", widest, width, cells)
    for row in rows:
        if len(row) < width:
            row.extend([""] * (width - len(row)))
    return Sheet("", rows), notes


def decode(data: bytes) -> tuple[str, list[RefusalError]]:
    """Text of a file whose encoding nobody says.

    Examples
    --------
    >>> [decode("Код школы".encode(name))[0] for name in ("utf-8", "cp1251", "cp866", "utf-16")]
    ['Код школы', 'Код школы', 'Код школы', 'Код школы']
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace"), []
    start = data[:4096]
    for name, high in (("utf-16-le", start[1::2]), ("utf-16-be", start[::2])):
        # Without a mark: every other byte is 0 (Latin, digits) or 4 (Cyrillic).
        if high.count(0) and 5 * (high.count(0) + high.count(4)) > 4 * len(high) > 12:
            return data.decode(name, errors="replace"), []
    try:
        return data.decode("utf-8-sig"), []
    except UnicodeDecodeError:
        pass
    foreign = len(data) - len(data.translate(None, bytes(range(128, 256))))
    text = data.decode("utf-8-sig", errors="replace")
    spoilt = text.count("\ufffd")
    if spoilt * 20 < foreign:
        return text, [_spoilt(text)]
    counts = Counter(data[: 1024**2])
    dos = sum(counts[code] for code in range(0x80, 0xB0))
    windows = sum(counts[code] for code in (*range(0xC0, 0xE0), *range(0xF0, 0x100)))
    return data.decode("cp866" if dos > windows else "cp1251", errors="replace"), []


def _spoilt(text: str) -> RefusalError:
    line = text.count("\n", 0, text.index("\ufffd")) + 1
    return RefusalError(
        "spoilt-letters",
        f"некоторые буквы испорчены (всего {grouped(text.count(chr(0xFFFD)))}; первая — в строке {line}).",
        "файл в одной кодировке: UTF-8 или Windows (1251).",
        "Выгрузите файл заново; проверьте строку, в которой стоит знак «\ufffd».",
        severity=Severity.WARNING,
    )


def find_delimiter(text: str) -> str:
    r"""The delimiter that stands in at least half of the first lines, else the most frequent one.

    Decimal commas are more frequent than semicolons and delimit nothing, so commas come last.

    Examples
    --------
    >>> find_delimiter("a;b;c\n1,5;2,5;3,5\n"), find_delimiter("a,b\n1,2\n")
    (';', ',')
    """
    head = [line for line in text[: 64 * 1024].splitlines()[:HEAD_LINES] if line.strip()]
    for delimiter in "\t;,":
        if 2 * sum(delimiter in line for line in head) >= max(len(head), 1):
            return delimiter
    joined = "\n".join(head)
    return max(";\t,", key=joined.count)


def _rows(text: str, delimiter: str) -> Iterator[list[Any]]:
    lines: list[str] = []
    first, number = 1, 0

    def taken() -> Iterator[str]:
        for match in _LINE.finditer(text):
            line = match[0]
            lines.append(line)
            if len(lines) > _MAX_LINES:
                raise _open_quote(first)
            # A line is split as a whole, so one that is far too wide must not get there.
            if (fields := line.count(delimiter) + 1) > EXCEL_COLUMNS:
                raise too_far("", number + 1, fields, fields)
            yield line

    reader = csv.reader(taken(), delimiter=delimiter)
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:
            # A reader that is not strict knows one error: a text of more than 128 thousand letters.
            raise long_text(cell=f"A{number + 1}") from None
        number += 1
        record = "".join(lines)
        if record.count('"') % 2 and (len(lines) > 1 or (row and delimiter in row[-1])):
            raise _open_quote(first)
        if len(record) > MAX_TEXT:
            for column, value in enumerate(row, start=1):
                if len(value) > MAX_TEXT:
                    cell = f"{get_column_letter(column)}{number}"
                    raise long_text("в ячейке " + cell, cell=cell)
        first += len(lines)
        lines.clear()
        yield row


def _open_quote(line: int) -> RefusalError:
    return RefusalError(
        "open-quote",
        f"в строке {line} открыта кавычка, которая нигде не закрыта: всё, что ниже, попало бы в одну ячейку.",
        "чётное число кавычек в каждой ячейке.",
        "Уберите лишнюю кавычку или выгрузите файл заново; надёжнее сохранить таблицу как книгу Excel (.xlsx).",
    )
