"""Sheets of a marked copy that are written anew: the list of marks, values, extracts."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.comments import Comment
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink

from shnor_lib.faults import Severity
from shnor_lib.sources.cells.headings import Match
from shnor_lib.sources.cells.values import clean_text
from shnor_lib.sources.feedback.marks import Mark, by_cell, colours
from shnor_lib.sources.feedback.mask import hide, shown_cells, shown_heading
from shnor_lib.sources.files.excel import (
    HEAD_ALIGNMENT,
    HEAD_FILL,
    HEAD_FONT,
    LINE,
    LINK,
    PALE,
    SEVERITY_FILLS,
    WRAP,
    append_wrapped,
    head_cell,
    print_to_width,
    text_cell,
    wrapped_cell,
)
from shnor_lib.sources.files.sheet import Sheet
from shnor_lib.sources.templates.marks import IGNORED_MARK

LIST_SHEET = "Пометки"
AUTHOR = "shnor"
"""Author of our notes: by it they are told from the user's own."""
MAX_NOTES = 300
"""Notes on one sheet; further cells are only coloured."""
MAX_LISTED = 1_000
"""Lines of the list of marks."""
MAX_EXTRACT_ROWS = 1_000
MAX_EXTRACT_COLUMNS = 200
_PLAIN = (int, float, bool, dt.date, dt.time, dt.timedelta)


@dataclass(frozen=True)
class Target:
    """Where the marks of a sheet stand in the copy.

    Attributes
    ----------
    sheet
        Name of the sheet in the copy.
    exact
        Whether its cells stand where they stood; an extract has only some rows.
    """

    sheet: str
    exact: bool


def note(marks: Sequence[Mark]) -> Comment:
    """A note with the sentences of some marks, as large as its text."""
    text = "\n\n".join(dict.fromkeys(mark.sentence() for mark in marks))[:4_000]
    lines = sum(len(line) // 44 + 1 for line in text.splitlines())
    return Comment(text, AUTHOR, height=24 + 17 * lines, width=340)


def write_list(book: Workbook, file: str, marks: Sequence[tuple[Mark, str, Target | None]]) -> None:
    """The first sheet: every mark of the workbook with a link to its place.

    Parameters
    ----------
    book
        Ordinary or write-only.
    file
        The workbook's name.
    marks
        Marks, the original sheet's name, and where it is in the copy (None: nowhere).
    """
    sheet = book.create_sheet(LIST_SHEET, 0)
    widths = (18, 24, 11, 70, 62)
    for letter, width in zip("ABCDE", widths, strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = "A4"
    print_to_width(sheet)
    sheet.print_title_rows = "3:3"
    for text in (
        f"{IGNORED_MARK}: в нём собраны пометки к файлу «{file}».",
        "Щелчок по ячейке в столбце «Ячейка» ведёт к её месту; оно закрашено тем же цветом.",
    ):
        sheet.append([text_cell(sheet, text, keep_text=False)])
    sheet.append(
        [head_cell(sheet, t) for t in ("Важность", "Лист", "Ячейка", "Что не так", "Что сделать")]
    )
    for number, (mark, name, target) in enumerate(marks[:MAX_LISTED], start=4):
        severity = wrapped_cell(sheet, str(mark.severity), bold=True)
        severity.fill = SEVERITY_FILLS[mark.severity]
        place = wrapped_cell(sheet, mark.cell if mark.row else "лист")
        if target is not None:
            cell = mark.cell if target.exact else "A1"
            quoted = target.sheet.replace("'", "''")
            place._hyperlink = Hyperlink(ref=f"C{number}", location=f"'{quoted}'!{cell}")
            place.font = LINK
        what = mark.message[:1].upper() + mark.message[1:]
        cells = [
            severity,
            wrapped_cell(sheet, name),
            place,
            wrapped_cell(sheet, what),
            wrapped_cell(sheet, mark.remedy),
        ]
        append_wrapped(sheet, number, cells, widths)
    if len(marks) > MAX_LISTED:
        rest = f"Показаны первые {MAX_LISTED} пометок из {len(marks)}."
        sheet.append([text_cell(sheet, rest, keep_text=False)])


def write_values(
    book: Workbook, title: str, sheet: Sheet, match: Match | None, marks: Sequence[Mark]
) -> Target:
    """A sheet's values where they stood, coloured and noted; added to a write-only workbook.

    Parameters
    ----------
    book
        Write-only workbook to add the sheet to.
    title, sheet, match
        Name in the copy; the sheet; its form.
    marks
        Its marks.
    """
    target = book.create_sheet(title)
    print_to_width(target)
    _widths(target, sheet.rows)
    height, width = len(sheet.rows) + 9, max(map(len, sheet.rows), default=0) + 9
    # What lies far off must not stretch the copy: it is told at the first cell.
    marks = [
        mark
        if mark.row <= height and mark.column <= width
        else replace(mark, row=0, column=0, last_row=0, last_column=0)
        for mark in marks
    ]
    fills, notes = colours(marks), by_cell(marks)
    marked: defaultdict[int, list[int]] = defaultdict(list)
    for row, column in fills:
        marked[row].append(column)
    noted = set(sorted(notes)[:MAX_NOTES])
    for number in range(1, max([len(sheet.rows), *marked, *(row for row, _ in notes)]) + 1):
        values = sheet.rows[number - 1] if number <= len(sheet.rows) else []
        cells = [_value(target, value) for value in values]
        cells += [_value(target, "") for _ in range(max(marked[number], default=0) - len(cells))]
        if match is not None and number == match.row + 1:
            for cell in cells:
                cell.font, cell.fill, cell.border = HEAD_FONT, HEAD_FILL, LINE
                cell.alignment = HEAD_ALIGNMENT
        for column in marked[number]:
            cells[column - 1].fill = SEVERITY_FILLS[fills[number, column]]
            if (number, column) in noted:
                cells[column - 1].comment = note(notes[number, column])
        target.append(cells)
    return Target(title, exact=True)


def write_extract(
    book: Workbook,
    title: str,
    sheet: Sheet,
    match: Match | None,
    marks: Sequence[Mark],
    *,
    masked: bool,
) -> Target:
    """Headings and marked rows of a sheet, the original row's number first.

    Parameters
    ----------
    book
        Write-only workbook to add the sheet to.
    title, sheet, match
        Name in the copy; the sheet; its form.
    marks
        Its marks.
    masked
        Whether the sheet may name people: then only harmless cells are shown
        (:mod:`~shnor_lib.sources.feedback.mask`).
    """
    target = book.create_sheet(title)
    print_to_width(target)
    width = min(max(map(len, sheet.rows), default=0), MAX_EXTRACT_COLUMNS)
    head = match.row if match is not None else None
    shown = shown_cells(sheet, match) if masked else {}
    fills, notes = colours(marks), by_cell(marks)
    wanted = sorted(
        {row for row, _ in fills if row <= len(sheet.rows)}
        - ({head + 1} if head is not None else set())
    )
    more = len(wanted) - MAX_EXTRACT_ROWS
    what = "только заголовки и строки с замечаниями"
    if more > 0:
        what += f" (первые {MAX_EXTRACT_ROWS} из {len(wanted)})"
    if masked:
        what += "; всё, что может назвать человека, скрыто"
    whole = [mark for mark in marks if not mark.row]
    first = text_cell(target, f"{IGNORED_MARK}: {what}.", keep_text=False)
    if whole:
        first.fill, first.comment = SEVERITY_FILLS[whole[0].severity], note(whole)
    rows: list[list[Any]] = []
    if head is not None:
        names = [
            shown_heading(value, match) if masked else clean_text(value)
            for value in sheet.rows[head][:width]
        ]
        rows.append(
            [
                head_cell(target, "Строка"),
                *(
                    _marked(head_cell(target, text), (head + 1, i), fills, notes)
                    for i, text in enumerate(names, start=1)
                ),
            ]
        )
    for number in wanted[:MAX_EXTRACT_ROWS]:
        values = sheet.rows[number - 1][:width]
        if masked:
            values = [shown.get(place, hide)(value) for place, value in enumerate(values)]
        cells: list[Any] = [_value(target, number)]
        cells += [
            _marked(_value(target, value), (number, place), fills, notes)
            for place, value in enumerate(values, start=1)
        ]
        rows.append(cells)
    widths = [9.0] + [14.0] * width
    for place, size in enumerate(widths, start=1):
        target.column_dimensions[get_column_letter(place)].width = size
    if head is not None:
        target.freeze_panes, target.print_title_rows = "B4", "3:3"
    target.append([first])
    # Cells are named as in the original, one column further left.
    letters = [text_cell(target, get_column_letter(place)) for place in range(1, width + 1)]
    for cell in letters:
        cell.font, cell.alignment = PALE, HEAD_ALIGNMENT
    target.append([None, *letters])
    for number, cells in enumerate(rows, start=3):
        append_wrapped(target, number, cells, widths)
    return Target(title, exact=False)


def _marked(
    cell: WriteOnlyCell,
    place: tuple[int, int],
    fills: dict[tuple[int, int], Severity],
    notes: dict[tuple[int, int], list[Mark]],
) -> WriteOnlyCell:
    if place in fills:
        cell.fill = SEVERITY_FILLS[fills[place]]
        if place in notes:
            cell.comment = note(notes[place])
    return cell


def _value(sheet: Any, value: Any) -> WriteOnlyCell:
    """A value as itself; text, whatever it begins with, as text."""
    if isinstance(value, _PLAIN):
        return WriteOnlyCell(sheet, value)
    cell = text_cell(sheet, "", keep_text=False)
    cell.value = ILLEGAL_CHARACTERS_RE.sub(" ", str(value))
    cell.data_type = "s"
    if cell.value.startswith(("=", "+", "-", "@")):
        cell.quotePrefix = True
    if "\n" in cell.value:
        cell.alignment = WRAP
    return cell


def _widths(sheet: Any, rows: Sequence[Sequence[Any]]) -> None:
    longest: dict[int, int] = {}
    for row in rows[:200]:
        for column, value in enumerate(row, start=1):
            longest[column] = max(longest.get(column, 0), len(clean_text(value)))
    for column, length in longest.items():
        sheet.column_dimensions[get_column_letter(column)].width = min(max(length + 2, 9), 40)


def free_title(wanted: str, taken: Iterable[str]) -> str:
    """A name Excel allows for a sheet and no other sheet has.

    Examples
    --------
    >>> free_title("[2024]: свод", []), free_title("А", ["а"])
    ('(2024) свод', 'А 2')
    """
    text = wanted.translate(str.maketrans("[]", "()", ":*?/\\")).strip().strip("'")[:31]
    text = ILLEGAL_CHARACTERS_RE.sub("", text) or "Данные"
    used = {name.casefold() for name in taken}
    number, name = 2, text
    while name.casefold() in used:
        name = f"{text[:27]} {number}"
        number += 1
    return name
