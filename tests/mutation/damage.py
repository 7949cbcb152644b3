"""Ways to harm a workbook, a csv or the bytes of a file.

Every operator takes the thing and a :class:`random.Random` (drawn by hypothesis, so that a
failing case shrinks) and changes it in place or returns it changed.
"""

from __future__ import annotations

import datetime as dt
import io
import random
import re
import zipfile
from collections.abc import Callable
from typing import Any

import openpyxl
from openpyxl.workbook.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

HOSTILE: tuple[Any, ...] = (
    None, "", " ", "\u00a0", "-", "—", "н/д", "нет", "нет отметки", "отсутствовал", "не явился",
    0, 1, -1, 2, 3, 5, 6, 92, 100, 101, 1000, 99999, 10**15, 1e308, -1e308, 0.1, 33.33, 2.5,
    True, False, "12,5", "1 234", "1\u00a0234,5", "3,5 %", "двенадцать", "З", "x", "Х", "X", "*", "?",
    "=1+1", "=HYPERLINK(\"http://x\",\"y\")", "+1", "@SUM(A1)", "<script>alert(1)</script>",
    "&lt;b&gt;", "a" * 5000, "\u202eтекст", "\x1f", "😀", "«»", "'0012", "00123", "#REF!", "#Н/Д",
    dt.datetime(2024, 5, 1), dt.date(1900, 1, 1), dt.time(12, 0), "2023/2024", "2023/2025", 2024,
    "edu000001", "sch000002", "ШК-01", "5А", "5 «А»", "ВПР", "Математика", "Matematika",
)  # fmt: skip
"""Values that stand in real cells where something else was wanted."""

_LOOKALIKES = str.maketrans("АВЕКМНОРСТХаеорсух", "ABEKMHOPCTXaeopcyx")


def _cells(sheet: Worksheet, chance: random.Random) -> tuple[int, int]:
    return chance.randint(1, max(sheet.max_row, 1)), chance.randint(1, max(sheet.max_column, 1))


def _put(sheet: Worksheet, row: int, column: int, value: Any) -> None:
    """Write a value; merged cells refuse, and openpyxl refuses control characters."""
    try:
        sheet.cell(row, column).value = value
    except (AttributeError, ValueError, openpyxl.utils.exceptions.IllegalCharacterError):
        return


def _values(sheet: Worksheet) -> list[list[Any]]:
    return [list(row) for row in sheet.iter_rows(values_only=True)]


def _replace(sheet: Worksheet, rows: list[list[Any]]) -> None:
    for merged in list(sheet.merged_cells.ranges):
        sheet.unmerge_cells(str(merged))
    height, width = sheet.max_row, sheet.max_column
    for i in range(1, max(height, len(rows)) + 1):
        line = rows[i - 1] if i <= len(rows) else []
        for j in range(1, max(width, len(line)) + 1):
            _put(sheet, i, j, line[j - 1] if j <= len(line) else None)


def hostile_cell(sheet: Worksheet, chance: random.Random) -> None:
    """Put something strange into one cell."""
    _put(sheet, *_cells(sheet, chance), chance.choice(HOSTILE))


def hostile_column(sheet: Worksheet, chance: random.Random) -> None:
    """Put something strange into every cell of a column below a row."""
    row, column = _cells(sheet, chance)
    value = chance.choice(HOSTILE)
    for number in range(row, sheet.max_row + 1):
        _put(sheet, number, column, value)


def swap_cells(sheet: Worksheet, chance: random.Random) -> None:
    """Exchange two cells."""
    first, second = _cells(sheet, chance), _cells(sheet, chance)
    one, two = sheet.cell(*first).value, sheet.cell(*second).value
    _put(sheet, *first, two)
    _put(sheet, *second, one)


def garble_text(sheet: Worksheet, chance: random.Random) -> None:
    """Misspell a text: a letter dropped, doubled, or a Latin look-alike."""
    texts = [
        cell
        for row in sheet.iter_rows()
        for cell in row
        if isinstance(cell.value, str) and cell.value
    ]
    if not texts:
        return
    cell = chance.choice(texts)
    text = str(cell.value)
    at = chance.randrange(len(text))
    changed = chance.choice(
        [text[:at] + text[at + 1 :], text[:at] + text[at] + text[at:], text.translate(_LOOKALIKES)]
    )
    _put(sheet, cell.row, cell.column, changed)


def numbers_as_text(sheet: Worksheet, chance: random.Random) -> None:
    """All numbers of a column become text with commas and spaces."""
    column = _cells(sheet, chance)[1]
    for row in range(1, sheet.max_row + 1):
        value = sheet.cell(row, column).value
        if isinstance(value, int | float) and not isinstance(value, bool):
            _put(
                sheet,
                row,
                column,
                chance.choice([" {}", "{}\u00a0", "{}"]).format(value).replace(".", ","),
            )


def _on_rows(change: Callable[[list[list[Any]], random.Random], list[list[Any]]]) -> Any:
    def operator(sheet: Worksheet, chance: random.Random) -> None:
        rows = _values(sheet)
        if rows:
            _replace(sheet, change(rows, chance))

    operator.__name__ = change.__name__
    operator.__doc__ = change.__doc__
    return operator


@_on_rows
def delete_row(rows: list[list[Any]], chance: random.Random) -> list[list[Any]]:
    """Leave a row out."""
    at = chance.randrange(len(rows))
    return rows[:at] + rows[at + 1 :]


@_on_rows
def repeat_row(rows: list[list[Any]], chance: random.Random) -> list[list[Any]]:
    """Write a row twice, somewhere."""
    row = chance.choice(rows)
    at = chance.randint(0, len(rows))
    return [*rows[:at], list(row), *rows[at:]]


@_on_rows
def insert_rows(rows: list[list[Any]], chance: random.Random) -> list[list[Any]]:
    """Blank or garbage rows in between."""
    at = chance.randint(0, len(rows))
    garbage = [
        [chance.choice(HOSTILE) for _ in range(len(rows[0]))] if chance.random() < 0.5 else []
        for _ in range(chance.randint(1, 4))
    ]
    return [*rows[:at], *garbage, *rows[at:]]


@_on_rows
def shuffle_rows(rows: list[list[Any]], chance: random.Random) -> list[list[Any]]:
    """All rows in another order, headings too."""
    chance.shuffle(rows)
    return rows


@_on_rows
def delete_column(rows: list[list[Any]], chance: random.Random) -> list[list[Any]]:
    """Leave a column out."""
    at = chance.randrange(max(len(rows[0]), 1))
    return [row[:at] + row[at + 1 :] for row in rows]


@_on_rows
def repeat_column(rows: list[list[Any]], chance: random.Random) -> list[list[Any]]:
    """Write a column twice."""
    at = chance.randrange(max(len(rows[0]), 1))
    to = chance.randint(0, len(rows[0]))
    return [[*row[:to], row[at] if at < len(row) else None, *row[to:]] for row in rows]


@_on_rows
def shuffle_columns(rows: list[list[Any]], chance: random.Random) -> list[list[Any]]:
    """All columns in another order."""
    order = list(range(len(rows[0])))
    chance.shuffle(order)
    return [[row[at] for at in order] for row in rows]


@_on_rows
def slide_column(rows: list[list[Any]], chance: random.Random) -> list[list[Any]]:
    """A column slips by one row: the classic mistake of sorting one column only."""
    at = chance.randrange(max(len(rows[0]), 1))
    column = [row[at] for row in rows]
    column = [column[0], None, *column[1:-1]] if len(column) > 1 else column
    return [[*row[:at], value, *row[at + 1 :]] for row, value in zip(rows, column, strict=True)]


@_on_rows
def move_table(rows: list[list[Any]], chance: random.Random) -> list[list[Any]]:
    """The table stands lower and further to the right."""
    down, right = chance.randint(0, 12), chance.randint(0, 4)
    return [[] for _ in range(down)] + [[None] * right + row for row in rows]


@_on_rows
def transpose(rows: list[list[Any]], chance: random.Random) -> list[list[Any]]:
    """Rows become columns."""
    return [list(column) for column in zip(*rows, strict=True)]


@_on_rows
def cut_off(rows: list[list[Any]], chance: random.Random) -> list[list[Any]]:
    """Only the beginning of the table."""
    return rows[: chance.randint(0, len(rows))]


def merge_cells(sheet: Worksheet, chance: random.Random) -> None:
    """Merge some cells; all but the first lose what stood in them."""
    row, column = _cells(sheet, chance)
    sheet.merge_cells(
        start_row=row,
        start_column=column,
        end_row=row + chance.randint(0, 3),
        end_column=column + chance.randint(0, 3),
    )


def unmerge_all(sheet: Worksheet, chance: random.Random) -> None:
    """Take every merged range apart."""
    for merged in list(sheet.merged_cells.ranges):
        sheet.unmerge_cells(str(merged))


SHEET_OPERATORS: tuple[Callable[[Worksheet, random.Random], None], ...] = (
    hostile_cell, hostile_cell, hostile_cell, hostile_column, swap_cells, garble_text, garble_text,
    numbers_as_text, delete_row, repeat_row, insert_rows, shuffle_rows, delete_column,
    repeat_column, shuffle_columns, slide_column, move_table, transpose, cut_off, merge_cells,
    unmerge_all,
)  # fmt: skip


def rename_sheet(book: Workbook, chance: random.Random) -> None:
    """Another name for a sheet."""
    chance.choice(book.worksheets).title = chance.choice(
        ["Лист1", "2023", "Пример", "Протокол", "Как заполнять", "Sheet (2)", "а" * 31]
    )


def copy_sheet(book: Workbook, chance: random.Random) -> None:
    """The same sheet twice in one workbook."""
    book.copy_worksheet(chance.choice(book.worksheets))


def hide_sheet(book: Workbook, chance: random.Random) -> None:
    """Hide a sheet (never the only one: no program can save that)."""
    if len(book.worksheets) == 1:
        book.create_sheet("Пустой")
    chance.choice(book.worksheets).sheet_state = chance.choice(["hidden", "veryHidden"])


def swap_sheets(book: Workbook, chance: random.Random) -> None:
    """A strange sheet first."""
    sheet = book.create_sheet("Титул", 0)
    for _ in range(chance.randint(0, 6)):
        sheet.append([chance.choice(HOSTILE[:5]) for _ in range(3)])


BOOK_OPERATORS: tuple[Callable[[Workbook, random.Random], None], ...] = (
    rename_sheet, copy_sheet, hide_sheet, swap_sheets,
)  # fmt: skip


def damage_bytes(data: bytes, chance: random.Random) -> bytes:
    """Flip, drop, repeat or blank some bytes."""
    if not data:
        return data
    out = bytearray(data)
    for _ in range(chance.randint(1, 8)):
        at = chance.randrange(len(out))
        length = chance.choice([1, 1, 2, 16, 256])
        kind = chance.randrange(4)
        if kind == 0:
            out[at] ^= 1 << chance.randrange(8)
        elif kind == 1:
            del out[at : at + length]
        elif kind == 2:
            out[at:at] = out[at : at + length]
        else:
            out[at : at + length] = bytes(len(out[at : at + length]))
        if not out:
            break
    return bytes(out)


def cut_bytes(data: bytes, chance: random.Random) -> bytes:
    """The copy broke off."""
    return data[: chance.randint(0, len(data))]


def damage_part(data: bytes, chance: random.Random) -> bytes:
    """Harm one part inside the archive and pack it again."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
    except (zipfile.BadZipFile, zipfile.LargeZipFile, RuntimeError, OSError, NotImplementedError):
        return damage_bytes(data, chance)
    if not parts:
        return data
    name = chance.choice(sorted(parts))
    body = parts[name]
    kind = chance.randrange(5)
    if kind == 0:
        parts[name] = damage_bytes(body, chance)
    elif kind == 1:
        del parts[name]
    elif kind == 2:
        tags = re.findall(rb"<[^>]*>", body)
        if tags:
            parts[name] = body.replace(chance.choice(tags), b"", 1)
    elif kind == 3:
        references = re.findall(rb'"[A-Z]{1,3}\d+"', body)
        if references:
            far = chance.choice([b'"XFD1048576"', b'"A0"', b'"ZZZ9"', b'"A99999999999"'])
            parts[name] = body.replace(chance.choice(references), far, 1)
    else:
        numbers = re.findall(rb"<v>[^<]*</v>", body)
        if numbers:
            odd = chance.choice([b"<v>999999</v>", b"<v></v>", b"<v>-1</v>", b"<v>1e400</v>"])
            parts[name] = body.replace(chance.choice(numbers), odd, 1)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, content in parts.items():
            archive.writestr(part, content)
    return buffer.getvalue()


def damage_text(data: bytes, chance: random.Random) -> bytes:
    """Harm a csv: other delimiters, quotes, encodings, line ends; lines lost or repeated."""
    text = data.decode("utf-8-sig", errors="ignore") or data.decode("cp1251", errors="ignore")
    lines = text.splitlines()
    kind = chance.randrange(8)
    if kind == 0:
        text = text.replace(";", chance.choice([",", "\t", "|", " "]))
    elif kind == 1 and lines:
        lines.insert(chance.randrange(len(lines) + 1), chance.choice(lines))
        text = "\r\n".join(lines)
    elif kind == 2 and lines:
        del lines[chance.randrange(len(lines))]
        text = "\n".join(lines)
    elif kind == 3 and text:
        at = chance.randrange(len(text))
        text = text[:at] + chance.choice(['"', "\x00", ";;;", "\n", "=1+1;", "«"]) + text[at:]
    elif kind == 4:
        return text.encode(chance.choice(["cp1251", "utf-16", "utf-8-sig", "cp866"]), "replace")
    elif kind == 5 and text:
        return cut_bytes(data, chance)
    elif kind == 6:
        return damage_bytes(data, chance)
    elif lines:
        cells = [line.split(";") for line in lines]
        row = chance.choice(cells)
        row[chance.randrange(len(row))] = str(chance.choice(HOSTILE))
        text = "\n".join(";".join(row) for row in cells)
    return text.encode("utf-8")


def damage_workbook(data: bytes, chance: random.Random) -> bytes:
    """One to three harms to the cells, sheets or parts of an xlsx."""
    if chance.random() < 0.15:
        return chance.choice([damage_bytes, cut_bytes, damage_part, damage_part])(data, chance)
    book = openpyxl.load_workbook(io.BytesIO(data))
    for _ in range(chance.randint(1, 3)):
        if chance.random() < 0.1:
            chance.choice(BOOK_OPERATORS)(book, chance)
        else:
            chance.choice(SHEET_OPERATORS)(chance.choice(book.worksheets), chance)
    buffer = io.BytesIO()
    try:
        book.save(buffer)
    except (AttributeError, IndexError, TypeError, ValueError):
        # Not every mixture of types and formats can be saved by openpyxl.
        return damage_part(data, chance)
    out = buffer.getvalue()
    return damage_part(out, chance) if chance.random() < 0.05 else out


def damage(name: str, data: bytes, chance: random.Random) -> tuple[str, bytes]:
    """A damaged file: its name (sometimes another one) and its bytes."""
    suffix = name.rsplit(".", 1)[-1].lower()
    if suffix == "csv":
        changed = damage_text(data, chance)
    elif suffix in ("xlsx", "xlsm"):
        changed = damage_workbook(data, chance)
    else:
        changed = chance.choice([damage_bytes, cut_bytes])(data, chance)
    if chance.random() < 0.1:
        name = chance.choice(
            [
                f"файл.{suffix}",
                f"копия {name}",
                name.rsplit(".", 1)[0] + chance.choice([".xlsx", ".xls", ".csv", ".XLSX"]),
            ]
        )
    return name, changed
