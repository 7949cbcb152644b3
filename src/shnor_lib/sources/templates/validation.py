"""What Excel itself checks while a person types; the readers check it all again."""

from __future__ import annotations

from openpyxl.worksheet.datavalidation import DataValidation

from shnor_lib.sources.cells.values import quoted
from shnor_lib.sources.templates.layout import SheetLayout
from shnor_lib.sources.templates.lists import Lists, is_long
from shnor_lib.tables import Column

SPARE_ROWS = 2000
"""Rows below the filled ones that drop-downs and ranges still cover."""

_FLAG = {"yes": "да", "no": "нет"}


def validations(layout: SheetLayout, lists: Lists) -> list[DataValidation]:
    """The rules of a sheet, each with the cells it covers."""
    last = layout.last_row + SPARE_ROWS
    rules = []
    for column in layout.columns:
        rule = _of_column(layout, column, lists)
        if rule is None:
            continue
        rule.errorTitle = column.title.strip("«»")[:32]
        rule.showErrorMessage = True
        rule.allow_blank = True
        letter = layout.letters[column.name]
        rule.add(f"{letter}2:{letter}{last}")
        rules.append(rule)
    return rules


def guard(words: str, cells: str, *, hard: bool) -> DataValidation:
    """A rule that keeps a person from typing over what is computed.

    Locked cells would do it too, but Excel neither sorts nor deletes rows with a locked cell.
    """
    rule = DataValidation("custom", formula1="FALSE")
    rule.error, rule.errorTitle = words, "Этот столбец — для чтения"
    rule.errorStyle = "stop" if hard else "warning"
    rule.showErrorMessage = True
    rule.allow_blank = True
    rule.add(cells)
    return rule


def range_words(column: Column) -> str:
    """« от 0 до 100», « не меньше 0» or nothing."""
    low, high = column.minimum, column.maximum
    if low is not None and high is not None:
        return f" от {low:g} до {high:g}"
    if low is not None:
        return f" не меньше {low:g}"
    return f" не больше {high:g}" if high is not None else ""


def _of_column(layout: SheetLayout, column: Column, lists: Lists) -> DataValidation | None:
    if column.refers_to in _REGISTERS:
        return _known(column, lists)
    if column.choices or column.kind == "flag":
        return _choice(column, lists)
    if column.kind in ("int", "float"):
        return _number(layout, column)
    if column.kind == "date":
        rule = DataValidation("date", operator="between", formula1="36526", formula2="73050")
        rule.error = "Впишите дату с годом, например 05.09.2025."
        return rule
    if column.kind == "year":
        return _year(layout, column)
    return _person(layout, column) if column.person_code else None


_REGISTERS = {"schools": "Код школы", "supporters": "Код сопровождающего"}
"""What a column refers to → heading of the list of known codes."""


def _known(column: Column, lists: Lists) -> DataValidation | None:
    place = lists.range_of(_REGISTERS[str(column.refers_to)])
    if place is None:
        return None
    rule = DataValidation("list", formula1=place)
    rule.error = "Такого кода среди известных нет. Выберите код из списка."
    # A new school may be typed before the register is loaded again.
    rule.errorStyle = "warning"
    return rule


def _choice(column: Column, lists: Lists) -> DataValidation:
    choices = column.choices or _FLAG
    place = lists.range_of(column.title) if is_long(choices) else None
    rule = DataValidation("list", formula1=place or f'"{",".join(choices.values())}"')
    rule.error = "Выберите значение из списка."
    return rule


def _number(layout: SheetLayout, column: Column) -> DataValidation | None:
    if column.minimum is None:
        rule = DataValidation("decimal", operator="between", formula1="-1E+15", formula2="1E+15")
        rule.error = "Впишите число."
        return rule
    kind = "whole" if column.kind == "int" else "decimal"
    low = f"{column.minimum:g}"
    what = "Целое число" if column.kind == "int" else "Число"
    if column.part_of:
        # An empty whole must not forbid the part: people fill columns in any order.
        place = f"${layout.letters[column.part_of]}2"
        rule = DataValidation(
            kind,
            operator="between",
            formula1=low,
            formula2=f'IF({place}="",1000000000,{place})',
        )
        whole = layout.table.column(column.part_of).title
        rule.error = f"{what}{range_words(column)}, не больше чем {quoted(whole)}."
    elif column.maximum is not None:
        rule = DataValidation(
            kind, operator="between", formula1=low, formula2=f"{column.maximum:g}"
        )
        rule.error = f"{what}{range_words(column)}."
    else:
        rule = DataValidation(kind, operator="greaterThanOrEqual", formula1=low)
        rule.error = f"{what}{range_words(column)}."
    return rule


def _year(layout: SheetLayout, column: Column) -> DataValidation:
    cell = f"{layout.letters[column.name]}2"
    rule = DataValidation("custom", formula1=f'ISNUMBER(SEARCH("20??/20??",{cell}))')
    rule.error = (
        "Впишите учебный год целиком, например 2025/2026. Одно число программа понимает как год "
        "окончания: 2025 — это 2024/2025."
    )
    rule.errorStyle = "warning"
    return rule


def _person(layout: SheetLayout, column: Column) -> DataValidation:
    cell = f"{layout.letters[column.name]}2"
    digits = ",".join(f'ISNUMBER(FIND("{digit}",{cell}))' for digit in range(10))
    rule = DataValidation("custom", formula1=f"AND(LEN({cell})<=24,OR({digits}))")
    rule.error = f"Только условный код с цифрой, без фамилии, например «{column.example}»."
    return rule
