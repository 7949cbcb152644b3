"""One sheet of the project's own workbooks: headings, filled rows, rules, control columns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Alignment, Font, PatternFill, Protection
from openpyxl.utils import get_column_letter

from shnor_lib.sources.cells.values import school_year
from shnor_lib.sources.files.excel import WRAP, head_cell, print_to_width, text_cell
from shnor_lib.sources.templates.controls import FINE, SPARE_FORMULAS, controls_of
from shnor_lib.sources.templates.layout import SheetLayout
from shnor_lib.sources.templates.lists import Lists
from shnor_lib.sources.templates.marks import SCHOOL_NAME
from shnor_lib.sources.templates.validation import SPARE_ROWS, guard, range_words, validations
from shnor_lib.tables import Column, Table

NUMBER_FORMATS = {
    "text": "@",
    "year": "@",
    "flag": "@",
    "int": "0",
    "float": "0.0##",
    "date": "DD.MM.YYYY",
}
_READ_ONLY_FILL = PatternFill("solid", start_color="EEF1F5")
_READ_ONLY_FONT = Font(name="Calibri", size=11, color="5A6478")
_FREE = Protection(locked=False)
_WRONG = PatternFill("solid", bgColor="F8D7D3")
_ALLOWED = (
    "sort", "autoFilter", "insertRows", "deleteRows", "formatColumns", "formatRows", "formatCells",
)  # fmt: skip
_PRINTED_ROWS = 30
_WIDEST = 44
_LONG = 30
"""Texts in columns at least this wide run over several lines."""

_NAME_NOTE = (
    "Подставляет программа по коду школы. Если рядом с кодом стоит не та школа, строки сдвинуты: "
    "проверьте их."
)

LINE = 15.5
"""Height of a line of text, in points."""

_TOP = Alignment(vertical="top")
_CENTRED = Alignment(horizontal="center", vertical="top")

_A3 = 8
_WIDE = 250
"""Sheets wider than this (in characters) are printed on A3."""


def write_table(
    book: Workbook, table: Table, rows: pd.DataFrame, lists: Lists, *, form: bool
) -> None:
    """Add the sheet of one table.

    Parameters
    ----------
    book
        Write-only workbook.
    table
        What the sheet holds.
    rows
        Tidy rows to fill in, one column per template column.
    lists
        Known schools, supporters and long choices.
    form
        Whether a person will type into it: names beside codes, control columns, headings that
        cannot be typed over.
    """
    layout = _layout(table, len(rows), lists, form)
    sheet = book.create_sheet(table.title)
    _set_up(sheet, layout)
    for rule in validations(layout, lists):
        sheet.data_validations.append(rule)
    sheet.append(_headings(sheet, layout))
    for number, row in enumerate(_filled(sheet, layout, rows, lists), start=2):
        lines = max((_lines_in(layout, row, column) for column in layout.columns), default=1)
        if lines > 1:
            # LibreOffice does not find the height itself.
            sheet.row_dimensions[number].height = LINE * lines
        sheet.append(row)
    if not form:
        return
    for number in range(layout.last_row + 1, layout.last_row + 1 + SPARE_FORMULAS):
        sheet.append(_spare(sheet, layout, number, lists))
    _protect(sheet, layout)


def number_format(column: Column) -> str:
    """Excel's number format of a column."""
    return NUMBER_FORMATS[column.kind]


def width_of(column: Column) -> float:
    """Width of a column in characters: its words whole, its choices readable."""
    if column.kind == "text":
        longest = max((len(text) for text in column.choices.values()), default=0)
        typical = len(column.example) if isinstance(column.example, str) else 0
        return float(min(max(len(column.title) + 6, longest + 4, typical + 4, 16), _WIDEST))
    words = max(len(word) for word in column.title.split())
    return float(max(words + 4, min(len(column.title) // 2 + 5, 20), 14))


def _lines_in(layout: SheetLayout, row: list[WriteOnlyCell | None], column: Column) -> int:
    """Lines the text of one cell takes."""
    cell = row[layout.indices[column.name] - 1]
    if cell is None or not _runs_over(column):
        return 1
    return lines_of(str(cell.value), width_of(column))


def _runs_over(column: Column) -> bool:
    return column.kind == "text" and width_of(column) >= _LONG


def note_of(column: Column) -> str:
    """What to enter, in full, for the note on the heading."""
    parts = [column.note or column.title + "."]
    if column.choices:
        parts.append(f"Варианты: {', '.join(column.choices.values())}.")
    elif column.kind == "flag":
        parts.append("«Да» или «нет».")
    elif column.kind == "int":
        parts.append(f"Целое число{range_words(column)}.")
    elif column.kind == "float":
        parts.append(f"Число{range_words(column)}.")
    elif column.kind == "date":
        parts.append("Дата с годом: 05.09.2025.")
    parts.append("Заполнять обязательно." if column.required else "Можно оставить пустым.")
    return "\n".join(parts)


def _layout(table: Table, rows: int, lists: Lists, form: bool) -> SheetLayout:
    names = (
        form
        and bool(lists.schools)
        and table.name != "schools"
        and any(column.name == "school_id" for column in table.columns)
    )
    bare = SheetLayout(table, names, rows)
    return SheetLayout(table, names, rows, controls_of(bare)) if form else bare


def _set_up(sheet: Any, layout: SheetLayout) -> None:
    """Widths, frozen headings, printing."""
    first = layout.columns[0].name
    sheet.freeze_panes = "C2" if layout.names and first == "school_id" else "B2"
    last = get_column_letter(layout.width)
    sheet.auto_filter.ref = f"A1:{last}{max(layout.last_row, 2)}"
    sheet.print_title_rows = "1:1"
    print_to_width(sheet)
    widths: dict[int, float] = {}
    for column in layout.columns:
        index = layout.indices[column.name]
        widths[index] = width_of(column)
        dimension = sheet.column_dimensions[get_column_letter(index)]
        dimension.number_format = number_format(column)
        if _runs_over(column):
            dimension.alignment = WRAP
        elif column.kind == "date":
            dimension.alignment = _CENTRED
        if layout.controls:
            dimension.protection = _FREE
    if layout.name_index:
        widths[layout.name_index] = 30.0
    for offset, control in enumerate(layout.controls):
        widths[layout.first_control + offset] = control.width
    for index, width in widths.items():
        sheet.column_dimensions[get_column_letter(index)].width = width
    if sum(widths.values()) > _WIDE:
        sheet.page_setup.paperSize = _A3
    titles = {layout.indices[column.name]: column.title for column in layout.columns}
    titles |= {layout.first_control + i: c.heading for i, c in enumerate(layout.controls)}
    lines = max(lines_of(f"{title} *", widths[index], bold=True) for index, title in titles.items())
    sheet.row_dimensions[1].height = max(48, 16 * lines)


def lines_of(text: str, width: float, *, bold: bool = False) -> int:
    """Lines a text takes in a column ``width`` characters wide; words are not broken.

    Examples
    --------
    >>> lines_of("Высокая доля обучающихся с ОВЗ", 44), lines_of("Код школы *", 10, bold=True)
    (1, 2)
    """
    room = max(width / 1.15 - 1 if bold else width, 4)
    lines, used = 1, 0.0
    for word in text.split():
        if used and used + 1 + len(word) > room:
            lines, used = lines + 1, 0.0
        used += len(word) + (1 if used else 0)
    return lines


def _headings(sheet: Any, layout: SheetLayout) -> list[WriteOnlyCell]:
    cells: list[WriteOnlyCell] = []
    for column in layout.columns:
        note = note_of(column)
        cells.append(head_cell(sheet, column.title, required=column.required, note=note))
        if layout.name_index == len(cells) + 1:
            cells.append(_quiet_head(sheet, SCHOOL_NAME, _NAME_NOTE))
    controls = [_quiet_head(sheet, c.heading, c.note) for c in layout.controls]
    return [*cells, *controls]


def _quiet_head(sheet: Any, text: str, note: str) -> WriteOnlyCell:
    """Heading of a column that is only read."""
    cell = head_cell(sheet, text, note=note)
    cell.fill = _READ_ONLY_FILL
    return cell


def _filled(
    sheet: Any, layout: SheetLayout, rows: pd.DataFrame, lists: Lists
) -> Iterator[list[WriteOnlyCell | None]]:
    ready = [rows[column.name].astype(object).tolist() for column in layout.columns]
    place = [column.name for column in layout.columns].index("school_id") if layout.names else -1
    for number, values in enumerate(zip(*ready, strict=True), start=2):
        cells = [
            None if pd.isna(value) or value == "" else value_cell(sheet, column, value)
            for column, value in zip(layout.columns, values, strict=True)
        ]
        if layout.controls:
            cells = [None if cell is None else _open(cell) for cell in cells]
        if layout.names:
            school = values[place]
            name = None if pd.isna(school) else lists.name_of(str(school))
            shown = text_cell(sheet, name, keep_text=False) if name else None
            cells.insert(place + 1, shown and _quiet(shown))
        yield [*cells, *_control_cells(sheet, layout, number)]


def _spare(
    sheet: Any, layout: SheetLayout, number: int, lists: Lists
) -> list[WriteOnlyCell | None]:
    """An empty row that shows the school's name and what is wrong as soon as it is filled."""
    cells: list[WriteOnlyCell | None] = [None] * (layout.first_control - 1)
    if layout.name_index:
        code = f"{layout.letters['school_id']}{number}"
        cells[layout.name_index - 1] = _formula(
            sheet,
            f'=IF({code}="","",IFERROR(VLOOKUP({code},{lists.names_range()},2,FALSE),'
            '"нет в реестре"))',
            "General",
        )
    return [*cells, *_control_cells(sheet, layout, number)]


def _control_cells(sheet: Any, layout: SheetLayout, number: int) -> list[WriteOnlyCell | None]:
    return [_formula(sheet, c.formula(number), c.number_format) for c in layout.controls]


def _formula(sheet: Any, formula: str, shown_as: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, formula)
    cell.number_format = shown_as
    return _quiet(cell)


def value_cell(sheet: Any, column: Column, value: Any) -> WriteOnlyCell:
    """A cell with one tidy value, written as people write it."""
    if column.kind == "text":
        cell = text_cell(sheet, column.choices.get(str(value), str(value)))
        cell.alignment = WRAP if _runs_over(column) else _TOP
        return cell
    if column.kind in ("year", "flag"):
        text = school_year(int(value)) if column.kind == "year" else "да" if value else "нет"
        cell = text_cell(sheet, text)
        cell.alignment = _TOP
        return cell
    if column.kind == "date":
        cell = WriteOnlyCell(sheet, pd.Timestamp(value).to_pydatetime())
    else:
        cell = WriteOnlyCell(sheet, int(value) if column.kind == "int" else float(value))
    cell.alignment = _CENTRED if column.kind == "date" else _TOP
    cell.number_format = number_format(column)
    return cell


def _open(cell: WriteOnlyCell) -> WriteOnlyCell:
    """The same cell, free to be typed into."""
    cell.protection = _FREE
    return cell


def _quiet(cell: WriteOnlyCell) -> WriteOnlyCell:
    """The same cell, looking like something to read."""
    cell.fill = _READ_ONLY_FILL
    cell.font = _READ_ONLY_FONT
    cell.alignment = _TOP
    return _open(cell)


def _protect(sheet: Any, layout: SheetLayout) -> None:
    """Headings cannot be typed over; everything else stays possible, without a password."""
    last = layout.last_row + SPARE_ROWS
    if layout.name_index:
        letter = get_column_letter(layout.name_index)
        sheet.data_validations.append(
            guard(
                "Название подставляет программа. Изменить его?",
                f"{letter}2:{letter}{last}",
                hard=False,
            )
        )
    first = get_column_letter(layout.first_control)
    final = get_column_letter(layout.width)
    sheet.data_validations.append(
        guard(
            "Этот столбец считается сам, вписывать в него ничего не нужно.",
            f"{first}2:{final}{last}",
            hard=True,
        )
    )
    sheet.conditional_formatting.add(
        f"{final}2:{final}{layout.last_row + SPARE_FORMULAS}",
        FormulaRule(formula=[f'AND({final}2<>"",{final}2<>"{FINE}")'], fill=_WRONG),
    )
    last_typed = get_column_letter(layout.first_control - 1)
    sheet.print_area = f"A1:{last_typed}{max(layout.last_row, _PRINTED_ROWS)}"
    sheet.protection.sheet = True
    for action in _ALLOWED:
        setattr(sheet.protection, action, False)
