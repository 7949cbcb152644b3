"""The sheet «Как заполнять»: what to enter where, with an example of every column."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from shnor_lib.sources.cells.values import quoted
from shnor_lib.sources.files.excel import BOLD, head_cell, print_to_width, text_cell, wrapped_cell
from shnor_lib.sources.templates.lists import is_long
from shnor_lib.sources.templates.marks import CHECK, HELP_SHEET, IGNORED_MARK, SCHOOL_NAME
from shnor_lib.sources.templates.sheet import LINE, lines_of
from shnor_lib.sources.templates.validation import range_words
from shnor_lib.tables import Column, Table

HEADINGS: tuple[tuple[str, float], ...] = (
    ("Столбец", 34),
    ("Обязателен", 14),
    ("Что вписать", 58),
    ("Допустимые значения", 46),
    ("Пример", 34),
)
"""Headings with their column widths."""


def write_help(book: Workbook, tables: Iterable[Table], *, form: bool) -> None:
    """Add the sheet.

    Parameters
    ----------
    book
        Write-only workbook.
    tables
        Tables of the workbook, in the order of its sheets.
    form
        Whether the workbook has control columns and a protected sheet to be explained.
    """
    tables = list(tables)
    sheet = book.create_sheet(HELP_SHEET)
    print_to_width(sheet)
    for letter, (_, width) in zip("ABCDE", HEADINGS, strict=True):
        sheet.column_dimensions[letter].width = width
    lines = [
        [_title(sheet, f"{IGNORED_MARK}: в нём объяснено, что вписывать в столбцы.")],
        *([text_cell(sheet, line, keep_text=False)] for line in _advice(tables, form)),
    ]
    for table in tables:
        lines += [
            [],
            [_title(sheet, f"Лист «{table.title}»")],
            [text_cell(sheet, table.note, keep_text=False)],
            [head_cell(sheet, text) for text, _ in HEADINGS],
        ]
        lines += [_column_line(sheet, table, column) for column in table.template_columns]
    for number, cells in enumerate(lines, start=1):
        sheet.row_dimensions[number].height = _height(cells)
        sheet.append(cells)


def allowed(table: Table, column: Column) -> str:
    """What a column takes, in words; nothing for free text."""
    if column.choices:
        return ("; " if is_long(column.choices) else ", ").join(column.choices.values())
    if column.kind in ("int", "float"):
        words = ("целое число" if column.kind == "int" else "число") + range_words(column)
        if column.part_of:
            words += f", не больше чем {quoted(table.column(column.part_of).title)}"
        return words
    if column.person_code:
        return "код с цифрой, без фамилии"
    words = {"date": "дата с годом", "year": "учебный год целиком", "flag": "да, нет"}.get(
        column.kind, ""
    )
    if column.not_before:
        words += f", не раньше чем {quoted(table.column(column.not_before).title)}"
    return words


def _column_line(sheet: Any, table: Table, column: Column) -> list[WriteOnlyCell]:
    example = "" if column.example is None else str(column.example).replace(".", ",")
    if isinstance(column.example, str):
        example = column.example
    return [
        wrapped_cell(sheet, column.title, bold=True),
        wrapped_cell(sheet, "да" if column.required else "нет"),
        wrapped_cell(sheet, column.note),
        wrapped_cell(sheet, allowed(table, column)),
        wrapped_cell(sheet, example),
    ]


def _height(cells: list[WriteOnlyCell]) -> float:
    """Height of a row whose cells wrap; the single cell of a title runs on instead."""
    if len(cells) < len(HEADINGS):
        return LINE
    return LINE * max(
        lines_of(str(cell.value or ""), width)
        for cell, (_, width) in zip(cells, HEADINGS, strict=True)
    )


def _advice(tables: list[Table], form: bool) -> list[str]:
    lines = [
        "Заголовки столбцов не меняйте; порядок столбцов и строк может быть любым, свои столбцы можно добавлять.",
        "Столбцы со звёздочкой (*) обязательны. Если данных нет, оставьте ячейку пустой: ноль означает «никого».",
        "Вписывайте числа, а не формулы и не проценты.",
    ]
    if any(table.lasting for table in tables):
        lines.append(
            "Эта книга — на все годы: в ней всё, что известно сейчас. Положите её в папку data/raw вместо прежней."
        )
    else:
        lines.append("Заполненную книгу положите в папку data/raw.")
    if any(table.about_people for table in tables):
        lines.append(
            "Людей записывайте условными кодами. Строку с фамилией, телефоном или номером документа программа не примет."
        )
    if form:
        lines += [
            f"Столбцы «{SCHOOL_NAME}» и «{CHECK}…» — для вас: программа их заполняет и не читает. "
            "Если рядом с кодом стоит не та школа, строки сдвинуты.",
            "Лист защищён без пароля, чтобы случайно не стереть заголовки. Снять защиту: «Рецензирование» → «Снять защиту листа».",
        ]
    return lines


def _title(sheet: Any, text: str) -> WriteOnlyCell:
    """A bold line that runs over the neighbouring columns."""
    cell = text_cell(sheet, text, keep_text=False)
    cell.font = BOLD
    return cell
