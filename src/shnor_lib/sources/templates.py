"""The project's own workbooks, made from the data dictionary.

Everything a person sees in them (headings, notes, drop-downs, ranges, examples) comes from
:data:`shnor_lib.tables.TABLES`; the readers match the same headings.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from shnor_lib.faults import ShnorError
from shnor_lib.sources.excel import BOLD, head_cell, new_workbook, save, text_cell, wrapped_cell
from shnor_lib.sources.values import quoted, school_year
from shnor_lib.tables import PROVENANCE, TABLES, Column, Table

EXAMPLE_SHEET = "Пример"
HELP_SHEET = "Как заполнять"
IGNORED_MARK = "Этот лист программа не читает"
"""First words of the sheets that readers skip, whatever the sheet is called."""

WORKBOOKS: dict[str, tuple[str, ...]] = {
    "Реестр школ.xlsx": ("schools",),
    "Результаты.xlsx": ("results",),
    "Социальный паспорт.xlsx": ("social_passport",),
    "Кадры.xlsx": ("staff",),
    "Показатели рейтинга.xlsx": ("rating_points",),
}
"""One workbook per purpose: file name → tables in it."""

_SPARE_ROWS = 2000
"""Rows below the filled ones that drop-downs and ranges still cover."""


def write_workbook(
    path: Path,
    tables: dict[str, pd.DataFrame | None],
    *,
    schools: pd.DataFrame | None = None,
    example: bool = True,
) -> None:
    """Write a workbook with one sheet per table.

    Parameters
    ----------
    path
        ``.xlsx`` to write; the same content always gives the same bytes.
    tables
        Table name → tidy rows to fill in (columns as in :mod:`shnor_lib.tables`; coded values by
        code; absent columns stay blank, provenance columns are not written), or None for an
        empty sheet.
    schools
        The register. The sheets whose rows are None are filled with its rows (the register
        itself) or its codes (every other table).
    example
        Add the sheets «Пример» and «Как заполнять»; readers skip both.

    Raises
    ------
    ShnorError
        An unknown table, or a column the table does not have.
    """
    unknown = [name for name in tables if name not in TABLES]
    if unknown or not tables:
        raise ShnorError(f"Нет таблиц: {', '.join(unknown) or '—'}. Есть: {', '.join(TABLES)}.")
    book = new_workbook(path.stem)
    for name, frame in tables.items():
        _write_table(book, TABLES[name], _rows(TABLES[name], frame, schools))
    if example:
        _write_example(book, [TABLES[name] for name in tables])
        _write_help(book, [TABLES[name] for name in tables])
    save(book, path)


def write_templates(
    folder: Path, *, schools: pd.DataFrame | None = None, overwrite: bool = False
) -> list[Path]:
    """Write the empty workbooks of :data:`WORKBOOKS` into ``folder``.

    Parameters
    ----------
    folder
        Made if it does not exist.
    schools
        The register; its codes are filled in everywhere.
    overwrite
        Replace workbooks that are already there. Otherwise they are left alone: someone may
        have filled them.

    Returns
    -------
    list of Path
        The workbooks written.
    """
    written = []
    for file, names in WORKBOOKS.items():
        path = folder / file
        if path.exists() and not overwrite:
            continue
        write_workbook(path, dict.fromkeys(names), schools=schools)
        written.append(path)
    return written


def _rows(table: Table, frame: pd.DataFrame | None, schools: pd.DataFrame | None) -> pd.DataFrame:
    """Rows to fill in, one column per template column."""
    if frame is None and schools is not None:
        frame = schools if table.name == "schools" else schools[["school_id"]]
    if frame is None:
        frame = table.empty()
    known = {column.name for column in table.columns}
    strange = [name for name in frame.columns if name not in known and name not in PROVENANCE]
    if strange:
        raise ShnorError(f"В таблице «{table.title}» нет столбцов: {', '.join(strange)}.")
    rows = frame.reindex(columns=[column.name for column in table.template_columns])
    if table.name == "results":
        # The form asks for these two only where there are no marks; the reader derives the rest.
        for count, mark in (("n_low", "n2"), ("n_high", "n5")):
            same = (rows[count] == rows[mark]) & (rows["procedure"] != "ege")
            rows[count] = rows[count].mask(same.fillna(value=False).astype(bool))
    return rows


def _write_table(book: Workbook, table: Table, rows: pd.DataFrame) -> None:
    columns = table.template_columns
    sheet = book.create_sheet(table.title)
    sheet.freeze_panes = "B2"
    last = len(rows) + 1
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{max(last, 2)}"
    sheet.print_title_rows = "1:1"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.row_dimensions[1].height = 48
    for index, column in enumerate(columns, start=1):
        letter = get_column_letter(index)
        sheet.column_dimensions[letter].width = _width(column)
        sheet.column_dimensions[letter].number_format = _number_format(column)
        validation = _validation(table, column, columns[:index])
        if validation is not None:
            validation.add(f"{letter}2:{letter}{last + _SPARE_ROWS}")
            sheet.data_validations.append(validation)
    sheet.append(
        [
            head_cell(sheet, column.title, required=column.required, note=_note(column))
            for column in columns
        ]
    )
    for row in _cells(sheet, columns, rows):
        sheet.append(row)


def _cells(
    sheet: Any, columns: tuple[Column, ...], rows: pd.DataFrame
) -> Iterator[list[WriteOnlyCell | None]]:
    ready = [rows[column.name].astype(object).tolist() for column in columns]
    for values in zip(*ready, strict=True):
        yield [
            None if pd.isna(value) or value == "" else _cell(sheet, column, value)
            for column, value in zip(columns, values, strict=True)
        ]


def _cell(sheet: Any, column: Column, value: Any) -> WriteOnlyCell:
    if column.kind == "text":
        return text_cell(sheet, column.choices.get(str(value), str(value)))
    if column.kind == "year":
        return text_cell(sheet, school_year(int(value)))
    cell = WriteOnlyCell(sheet, int(value) if column.kind == "int" else float(value))
    cell.number_format = _number_format(column)
    return cell


def _number_format(column: Column) -> str:
    return {"text": "@", "year": "@", "int": "0", "float": "0.0##"}[column.kind]


def _width(column: Column) -> float:
    if column.name in ("name", "full_name"):
        return 36.0
    if column.kind == "text":
        longest = max((len(text) for text in column.choices.values()), default=0)
        return float(min(max(len(column.title) + 4, longest + 2, 16), 34))
    words = max(len(word) for word in column.title.split())
    return float(max(words + 4, min(len(column.title) // 2 + 5, 20), 11))


def _note(column: Column) -> str:
    """What to enter, in full, for the note on the heading."""
    parts = [column.note or column.title + "."]
    if column.choices:
        parts.append(f"Варианты: {', '.join(column.choices.values())}.")
    elif column.kind == "int":
        parts.append(f"Целое число{_range(column)}.")
    elif column.kind == "float":
        parts.append(f"Число{_range(column)}.")
    parts.append("Заполнять обязательно." if column.required else "Можно оставить пустым.")
    return "\n".join(parts)


def _range(column: Column) -> str:
    low, high = column.minimum, column.maximum
    if low is not None and high is not None:
        return f" от {low:g} до {high:g}"
    if low is not None:
        return f" не меньше {low:g}"
    return f" не больше {high:g}" if high is not None else ""


def _validation(table: Table, column: Column, so_far: tuple[Column, ...]) -> DataValidation | None:
    """What Excel itself checks while a person types; the readers check it all again."""
    if column.choices:
        rule = DataValidation("list", formula1=f'"{",".join(column.choices.values())}"')
        rule.error = "Выберите значение из списка."
    elif column.kind in ("int", "float") and column.minimum is not None:
        kind = "whole" if column.kind == "int" else "decimal"
        letters = {known.name: get_column_letter(i) for i, known in enumerate(so_far, start=1)}
        low = f"{column.minimum:g}"
        what = "Целое число" if column.kind == "int" else "Число"
        if column.part_of in letters:
            whole = table.column(str(column.part_of)).title
            # An empty whole must not forbid the part: people fill columns in any order.
            place = f"${letters[str(column.part_of)]}2"
            rule = DataValidation(
                kind,
                operator="between",
                formula1=low,
                formula2=f'IF({place}="",1000000000,{place})',
            )
            rule.error = f"{what}{_range(column)}, не больше чем {quoted(whole)}."
        elif column.maximum is not None:
            rule = DataValidation(
                kind, operator="between", formula1=low, formula2=f"{column.maximum:g}"
            )
            rule.error = f"{what}{_range(column)}."
        else:
            rule = DataValidation(kind, operator="greaterThanOrEqual", formula1=low)
            rule.error = f"{what}{_range(column)}."
    else:
        return None
    rule.errorTitle = column.title.strip("«»")[:32]
    rule.showErrorMessage = True
    rule.allow_blank = True
    return rule


def _write_example(book: Workbook, tables: list[Table]) -> None:
    sheet = book.create_sheet(EXAMPLE_SHEET)
    widest = max(len(table.template_columns) for table in tables)
    for index in range(1, widest + 1):
        sheet.column_dimensions[get_column_letter(index)].width = 20
    sheet.append([wrapped_title(sheet, f"{IGNORED_MARK}: в нём показано, как заполнять строки.")])
    for table in tables:
        columns = table.template_columns
        sheet.append([])
        sheet.append([wrapped_title(sheet, f"Лист «{table.title}»")])
        sheet.append(
            [head_cell(sheet, column.title, required=column.required) for column in columns]
        )
        sheet.append([_example_cell(sheet, column) for column in columns])


def _example_cell(sheet: Any, column: Column) -> WriteOnlyCell | None:
    if column.example is None:
        return None
    if isinstance(column.example, str):
        return text_cell(sheet, column.example)
    cell = WriteOnlyCell(sheet, column.example)
    cell.number_format = _number_format(column)
    return cell


def wrapped_title(sheet: Any, text: str) -> WriteOnlyCell:
    """A bold line that runs over the neighbouring columns."""
    cell = text_cell(sheet, text, keep_text=False)
    cell.font = BOLD
    return cell


def _write_help(book: Workbook, tables: list[Table]) -> None:
    sheet = book.create_sheet(HELP_SHEET)
    for letter, width in zip("ABCD", (36, 14, 60, 46), strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.append(
        [wrapped_title(sheet, f"{IGNORED_MARK}: в нём объяснено, что вписывать в столбцы.")]
    )
    for line in (
        "Заголовки столбцов не меняйте; порядок столбцов и строк может быть любым, свои столбцы можно добавлять.",
        "Столбцы со звёздочкой (*) обязательны. Если данных нет, оставьте ячейку пустой: ноль означает «никого».",
        "Вписывайте числа, а не формулы и не проценты.",
    ):
        sheet.append([text_cell(sheet, line, keep_text=False)])
    for table in tables:
        sheet.append([])
        sheet.append([wrapped_title(sheet, f"Лист «{table.title}»")])
        sheet.append([text_cell(sheet, table.note, keep_text=False)])
        sheet.append(
            [
                head_cell(sheet, text)
                for text in ("Столбец", "Обязателен", "Что вписать", "Допустимые значения")
            ]
        )
        for column in table.template_columns:
            allowed = ", ".join(column.choices.values())
            if not allowed and column.kind in ("int", "float"):
                allowed = ("целое число" if column.kind == "int" else "число") + _range(column)
                if column.part_of:
                    allowed += f", не больше чем {quoted(table.column(column.part_of).title)}"
            sheet.append(
                [
                    wrapped_cell(sheet, column.title, bold=True),
                    wrapped_cell(sheet, "да" if column.required else "нет"),
                    wrapped_cell(sheet, column.note),
                    wrapped_cell(sheet, allowed),
                ]
            )
