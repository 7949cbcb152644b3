"""The project's own workbooks: one sheet per table of the data dictionary."""

from __future__ import annotations

import re

import pandas as pd
from openpyxl.utils import get_column_letter

from shnor_lib.faults import Severity
from shnor_lib.sources.cells.checks import check_table
from shnor_lib.sources.cells.convert import convert, data_rows
from shnor_lib.sources.cells.headings import Form, Match
from shnor_lib.sources.cells.privacy import harmless
from shnor_lib.sources.cells.problems import Problem, refused_rows
from shnor_lib.sources.cells.results_rules import ROW_WARNINGS, canonical_subjects, complete_results
from shnor_lib.sources.cells.values import clean_text, fold, parse_year, quoted
from shnor_lib.sources.files.grid import Sheet
from shnor_lib.sources.layouts.base import (
    Context,
    SheetRead,
    accepted,
    heading_problems,
    no_data,
    nothing_seen,
    with_provenance,
    year_disagrees,
)
from shnor_lib.sources.layouts.own_doubts import row_doubts, single_years
from shnor_lib.sources.layouts.own_people import names_for_codes
from shnor_lib.sources.layouts.own_percents import MARKS, percents_for_counts
from shnor_lib.sources.layouts.own_rows import blank, set_aside
from shnor_lib.sources.schools.names_beside import SCHOOL_NAME_COLUMN
from shnor_lib.sources.templates.marks import SCHOOL_NAME, is_control
from shnor_lib.tables import PROVENANCE, TABLES, Table

FORMS: tuple[Form, ...] = tuple(
    Form(
        f"own:{table.name}",
        f"таблица {quoted(table.title)}",
        table.template_columns,
        # The register belongs to no year: a sheet with years and school names is another table.
        never=frozenset({fold("Учебный год"), fold("Год")})
        if table.name == "schools"
        else frozenset(),
        personal=table.about_people,
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
_NAMES_BESIDE = frozenset(
    fold(text) for text in (SCHOOL_NAME, *TABLES["schools"].column("name").headings())
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
    numbers, aside = set_aside(sheet, match, table, numbers)
    problems += aside
    if not rows_in:
        problems.append(no_data(match))
    if not numbers:
        return SheetRead(table.name, table.empty(), rows_in, problems, letters)
    frame, found = _typed(sheet, match, table, numbers, context)
    problems += found
    good = accepted(frame, problems)
    if table.by_year and "year" in match.places:
        problems += _years(sheet, match, frame, good, context)
    seen = nothing_seen()
    beside = _name_column(match)
    if beside is not None and "school_id" in match.places and table.name != "schools":
        letters = {**letters, SCHOOL_NAME_COLUMN: get_column_letter(beside + 1)}
        seen = _seen(sheet, beside, frame)
    return SheetRead(table.name, _ordered(table, good), rows_in, problems, letters, seen=seen)


def _typed(
    sheet: Sheet, match: Match, table: Table, numbers: list[int], context: Context
) -> tuple[pd.DataFrame, list[Problem]]:
    """Typed rows with all that follows from them, and everything wrong with them."""
    quote = harmless if table.about_people else str
    problems = names_for_codes(sheet, match, table, numbers)
    results = table.name == "results"
    percents = percents_for_counts(sheet, match, numbers) if results else []
    frame, found = convert(sheet.rows, numbers, table.columns, match.places, quote)
    problems += found
    frame = with_provenance(frame, context.file, sheet.name, numbers)
    if table.year_from:
        dates = frame[table.year_from]
        frame["year"] = (dates.dt.year + (dates.dt.month >= 9)).astype("Int64")
    # A name never stays in the data, not even in a row that will be refused.
    places = {place: name for name, place in match.places.items()}
    rows = {number + 1: index for index, number in enumerate(numbers)}
    for problem in problems:
        if problem.code in ("name-for-code", "name-in-table") and problem.col is not None:
            frame.loc[rows[problem.row], places[problem.col]] = pd.NA
    known = {(problem.row, problem.col) for problem in problems}
    problems += [
        problem
        for problem in check_table(table, frame, match.places, problems, quote)
        # The year of a row without a date is missing with it.
        if not (table.year_from and problem.col is None and problem.code == "empty-required")
        and (problem.row, problem.col) not in known
    ]
    if results:
        frame, contradictions = complete_results(frame, match.places, context.calendar)
        refused = refused_rows([*problems, *contradictions])
        problems += [
            p for p in contradictions if p.code not in ROW_WARNINGS or p.row not in refused
        ]
        counts = {match.places.get(name) for name in ("n", *MARKS)}
        told = {problem.row for problem in percents}
        problems = [p for p in problems if p.row not in told or p.col not in counts] + percents
    else:
        if "subject" in frame:
            problems += canonical_subjects(frame, match.places)
        refused = refused_rows(problems)
        problems += [p for p in row_doubts(table, frame, match.places) if p.row not in refused]
    return frame, problems


def _ordered(table: Table, frame: pd.DataFrame) -> pd.DataFrame:
    order = [*(column.name for column in table.columns), *PROVENANCE]
    return frame[order].reset_index(drop=True)


def _years(
    sheet: Sheet, match: Match, frame: pd.DataFrame, good: pd.DataFrame, context: Context
) -> list[Problem]:
    """Doubts about the years of a sheet: another one in its name, two ways of writing them."""
    place = match.places["year"]
    stem = context.file.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    named = re.search(r"20\d\d[-–]20\d\d$", stem)
    year = parse_year(named[0]) if named else None
    rows = frame["source_row"].tolist()
    written = [sheet.rows[row - 1][place] for row in rows]
    problems = single_years(written, rows, place, year)
    of_sheet = year_disagrees(good, sheet.name, place)
    if of_sheet or problems or named is None:
        return [*of_sheet, *problems]
    return year_disagrees(good, named[0], place, of="книга")


def _name_column(match: Match) -> int | None:
    """Where the school's name stands, if it stands beside its code."""
    return next((i for i, text in match.strange.items() if fold(text) in _NAMES_BESIDE), None)


def _seen(sheet: Sheet, place: int, frame: pd.DataFrame) -> pd.DataFrame:
    """Schools by code with the name written beside it."""
    names = [sheet.rows[row - 1][place] for row in frame["source_row"]]
    written = [
        clean_text(name) if isinstance(name, str) and not blank(name) else pd.NA for name in names
    ]
    seen = frame[["school_id", *PROVENANCE]].assign(
        name=pd.array(written, dtype="string"),
        municipality=pd.array([pd.NA] * len(frame), dtype="string"),
    )
    return seen[seen["name"].notna() & seen["school_id"].notna()][list(nothing_seen().columns)]


def _strange_headings(sheet: Sheet, match: Match, numbers: list[int]) -> list[Problem]:
    """Columns with data that nobody reads: a misspelt heading must not lose a column."""
    problems = []
    absent = [column for column in match.form.columns if column.name not in match.places]
    for place, text in match.strange.items():
        if fold(text) in _COMMENTS | _NAMES | _NAMES_BESIDE or is_control(text):
            continue
        if not any(not blank(sheet.rows[number][place]) for number in numbers):
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
