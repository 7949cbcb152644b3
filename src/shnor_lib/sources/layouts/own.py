"""The project's own workbooks: one sheet per table of the data dictionary."""

from __future__ import annotations

from typing import Any

import pandas as pd
from openpyxl.utils import get_column_letter

from shnor_lib.faults import Severity
from shnor_lib.sources.checks import check_table
from shnor_lib.sources.convert import convert, data_rows
from shnor_lib.sources.grid import Sheet
from shnor_lib.sources.headings import Form, Match
from shnor_lib.sources.layouts.base import (
    Context,
    SheetRead,
    accepted,
    heading_problems,
    no_data,
    with_provenance,
    year_disagrees,
)
from shnor_lib.sources.problems import Problem, refused_rows
from shnor_lib.sources.results_rules import ROW_WARNINGS, complete_results
from shnor_lib.sources.values import fold, is_empty, quoted
from shnor_lib.tables import PROVENANCE, TABLES, Table

FORMS: tuple[Form, ...] = tuple(
    Form(
        f"own:{table.name}",
        f"таблица {quoted(table.title)}",
        table.template_columns,
        # The register belongs to no year: a sheet with years and school names is another table.
        never=frozenset() if table.by_year else frozenset({fold("Учебный год"), fold("Год")}),
    )
    for table in TABLES.values()
    if table.template
)

_COMMENTS = frozenset(
    fold(text)
    for text in ("№", "№ п/п", "п/п", "N", "Примечание", "Примечания", "Комментарий", "Комментарии")
)
_NAMES = frozenset(
    fold(heading) for column in TABLES["schools"].columns for heading in column.headings()
)


def read(sheet: Sheet, match: Match, context: Context) -> SheetRead:
    """Read one sheet of the project's own form."""
    table = TABLES[match.form.name.removeprefix("own:")]
    numbers = data_rows(sheet.rows, match.row + 1, list(match.places.values()))
    letters = match.letters
    problems = heading_problems(match, len(numbers))
    if problems:
        return SheetRead(table.name, table.empty(), len(numbers), problems, letters)
    problems += _strange_headings(sheet, match, numbers)
    rows_in = len(numbers)
    numbers, unfilled = _without_unfilled(sheet, match, table, numbers)
    problems += unfilled
    if not rows_in:
        problems.append(no_data(match))
    if not numbers:
        return SheetRead(table.name, table.empty(), rows_in, problems, letters)
    frame, faulty = convert(sheet.rows, numbers, table.columns, match.places)
    frame = with_provenance(frame, context.file, sheet.name, numbers)
    faulty += check_table(table, frame, match.places, faulty)
    if table.name == "results":
        frame, contradictions = complete_results(frame, match.places, context.calendar)
        refused = refused_rows([*faulty, *contradictions])
        faulty += [p for p in contradictions if p.code not in ROW_WARNINGS or p.row not in refused]
    problems += faulty
    frame = accepted(frame, problems)
    if table.by_year:
        problems += year_disagrees(frame, sheet.name, match.places.get("year"))
    return SheetRead(table.name, _ordered(table, frame), rows_in, problems, letters)


def _ordered(table: Table, frame: pd.DataFrame) -> pd.DataFrame:
    order = [*(column.name for column in table.columns), *PROVENANCE]
    return frame[order].reset_index(drop=True)


def _without_unfilled(
    sheet: Sheet, match: Match, table: Table, numbers: list[int]
) -> tuple[list[int], list[Problem]]:
    """Set aside the rows where only the school's code, filled in beforehand, stands."""
    code = match.places.get("school_id")
    others = [place for place in match.places.values() if place != code]
    if code is None or not others:
        return numbers, []
    bare = {
        number for number in numbers if all(_blank(sheet.rows[number][place]) for place in others)
    }
    if not bare:
        return numbers, []
    listed = _row_list(sorted(number + 1 for number in bare))
    problem = Problem(
        min(bare) + 1,
        code,
        "unfilled-row",
        f"заполнен только код школы (строк: {len(bare)}; {listed}).",
        f"данные для таблицы {quoted(table.title)}.",
        "Заполните строки или удалите их; сейчас они не прочитаны.",
        Severity.WARNING,
        refuses=False,
        rows=len(bare),
    )
    return [number for number in numbers if number not in bare], [problem]


def _blank(value: Any) -> bool:
    return value == "" or is_empty(value)


def _row_list(numbers: list[int]) -> str:
    """«строки 2–5, 9» for a list of rows, shortened after six ranges."""
    ranges: list[list[int]] = []
    for number in numbers:
        if ranges and ranges[-1][1] == number - 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    shown = [f"{a}–{b}" if b > a else str(a) for a, b in ranges[:6]]
    more = " и другие" if len(ranges) > 6 else ""
    return f"{'строка' if len(numbers) == 1 else 'строки'} {', '.join(shown)}{more}"


def _strange_headings(sheet: Sheet, match: Match, numbers: list[int]) -> list[Problem]:
    """Columns with data that nobody reads: a misspelt heading must not lose a column."""
    problems = []
    absent = [column for column in match.form.columns if column.name not in match.places]
    for place, text in match.strange.items():
        if fold(text) in _COMMENTS | _NAMES:
            continue
        if not any(not _blank(sheet.rows[number][place]) for number in numbers):
            continue
        near = next(
            (quoted(column.title) for column in absent if _alone(match, place).nearest(column)),
            None,
        )
        problems.append(
            Problem(
                match.row + 1,
                place,
                "unknown-column",
                f"столбец {quoted(text)} ({get_column_letter(place + 1)}) программе неизвестен и не прочитан.",
                f"один из столбцов таблицы: {match.form.title.removeprefix('таблица ')}.",
                f"Возможно, это столбец {near}: исправьте заголовок."
                if near
                else "Если столбец ваш собственный, ничего делать не нужно.",
                Severity.WARNING,
                refuses=False,
            )
        )
    return problems


def _alone(match: Match, place: int) -> Match:
    return Match(match.form, match.row, {}, strange={place: match.strange[place]})
