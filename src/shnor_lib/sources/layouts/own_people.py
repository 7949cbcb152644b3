"""No names of people where only their codes belong."""

from __future__ import annotations

from shnor_lib.sources.cells.headings import Match
from shnor_lib.sources.cells.person_codes import is_full_name, why_no_code
from shnor_lib.sources.cells.problems import Problem
from shnor_lib.sources.cells.values import clean_text, quoted
from shnor_lib.sources.files.grid import Sheet
from shnor_lib.sources.layouts.own_rows import blank
from shnor_lib.tables import Column, Table


def names_for_codes(sheet: Sheet, match: Match, table: Table, numbers: list[int]) -> list[Problem]:
    """Refusals of rows that name a person; what stands in the cell is not repeated.

    Columns of codes take no name at all. In the other text columns of a table about people a
    whole cell that is a full name is refused too: rows shifted by a column put it there.
    """
    if not table.about_people:
        return []
    problems = []
    for name, place in match.places.items():
        column = table.column(name)
        if column.kind != "text" or column.personal:
            continue
        for number in numbers:
            value = sheet.rows[number][place]
            if blank(value):
                continue
            text = clean_text(value)
            if column.person_code:
                why = why_no_code(text)
                if why:
                    problems.append(_no_code(column, why, number + 1, place))
            elif is_full_name(text):
                problems.append(_name(column, number + 1, place))
    return problems


def _no_code(column: Column, why: str, row: int, place: int) -> Problem:
    return Problem(
        row,
        place,
        "name-for-code",
        f"в столбце {quoted(column.title)} стоит не код: {why}. Строка не прочитана, "
        "содержимое ячейки нигде не сохранено.",
        f"условный код с цифрой, например «{column.example}».",
        "Замените на код; кому он принадлежит, пусть знает только школа.",
    )


def _name(column: Column, row: int, place: int) -> Problem:
    return Problem(
        row,
        place,
        "name-in-table",
        f"в столбце {quoted(column.title)} стоит, похоже, имя человека. Строка не прочитана, "
        "содержимое ячейки нигде не сохранено.",
        "в этой таблице — только коды людей.",
        "Проверьте, не сдвинуты ли столбцы, и уберите имя.",
    )
