"""What every layout gives back, and the refusals all of them share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pandas as pd

from shnor_lib.faults import Severity
from shnor_lib.project import Calendar
from shnor_lib.sources.cells.headings import Match
from shnor_lib.sources.cells.problems import Problem, refused_rows
from shnor_lib.sources.cells.values import parse_year, quoted, school_year
from shnor_lib.tables import PROVENANCE, TABLES

SEEN_COLUMNS: tuple[str, ...] = (
    "school_id",
    "name",
    "municipality",
    *PROVENANCE,
)
"""Columns of the schools a report mentions: what a register can be derived from."""


def nothing_seen() -> pd.DataFrame:
    """An empty frame of mentioned schools."""
    return TABLES["schools"].empty()[list(SEEN_COLUMNS)]


@dataclass(frozen=True)
class Context:
    """What a reader knows beside the sheet.

    Attributes
    ----------
    file
        Path relative to ``data/raw``, with ``/``: folders and the file's name often say what the
        sheet does not (subject, grade, year).
    calendar
        When procedures were held, minimum scores, mark scales.
    code
        Turns what identifies a person (name, document) into a code that leads nowhere; see
        :mod:`shnor_lib.sources.cells.privacy`. The text itself must not leave the reader.
    """

    file: str
    calendar: Calendar
    code: Callable[[str], str]


@dataclass
class SheetRead:
    """One sheet, read.

    Attributes
    ----------
    table
        Name of the tidy table its rows belong to.
    frame
        Accepted rows, tidy.
    rows_in
        Data rows on the sheet.
    problems
        All that is wrong, each at its row and column.
    letters
        Tidy column → column letter.
    seen
        Schools the rows mention (:data:`SEEN_COLUMNS`).
    pupils
        Rows about single pupils (:data:`shnor_lib.sources.pupils.pupils.PUPILS`); they become results
        only when all files are together.
    more
        Accepted rows of further tables the same sheet gives.
    rows_used
        Data rows of the sheet that entered; None when that is the length of ``frame``.
    """

    table: str
    frame: pd.DataFrame
    rows_in: int
    problems: list[Problem]
    letters: dict[str, str]
    seen: pd.DataFrame = field(default_factory=nothing_seen)
    pupils: pd.DataFrame | None = None
    more: dict[str, pd.DataFrame] = field(default_factory=dict)
    rows_used: int | None = None

    @property
    def used(self) -> int:
        """Data rows of the sheet that entered."""
        return len(self.frame) if self.rows_used is None else self.rows_used


def with_provenance(frame: pd.DataFrame, file: str, sheet: str, numbers: list[int]) -> pd.DataFrame:
    """Add the provenance columns; ``numbers`` are the rows of the sheet from 0."""
    return frame.assign(
        source_file=pd.array([file] * len(frame), dtype="string"),
        source_sheet=pd.array([sheet] * len(frame), dtype="string"),
        source_row=pd.array([number + 1 for number in numbers], dtype="Int64"),
        source_rows=pd.array([pd.NA] * len(frame), dtype="string"),
    )


def accepted(frame: pd.DataFrame, problems: list[Problem]) -> pd.DataFrame:
    """The rows no problem refuses."""
    refused = refused_rows(problems)
    if not refused:
        return frame
    return frame[~frame["source_row"].isin(refused)].reset_index(drop=True)


def heading_problems(match: Match, rows: int) -> list[Problem]:
    """Missing and repeated columns; with them no row of the sheet (``rows``) enters."""
    problems = []
    for column in match.missing:
        near = match.nearest(column)
        problems.append(
            Problem(
                match.row + 1,
                None,
                "missing-column",
                f"нет столбца {quoted(column.title)} ({match.form.title}).",
                f"столбец с заголовком {quoted(column.title)}.",
                f"Похожий заголовок — {near}: исправьте его."
                if near
                else "Добавьте столбец с этим заголовком и заполните его.",
                refuses=False,
                cell=match.heading_cells,
            )
        )
    for name, places in match.repeated.items():
        title = quoted(next(c.title for c in match.form.columns if c.name == name))
        problems.append(
            Problem(
                match.row + 1,
                places[1],
                "repeated-column",
                f"столбец {title} встречается на листе дважды.",
                "каждый столбец один раз.",
                "Оставьте один из столбцов, второй удалите или переименуйте.",
                refuses=False,
            )
        )
    if problems and rows:
        problems[0] = replace(problems[0], rows=rows)
    return problems


def no_data(match: Match) -> Problem:
    """The headings are there, the rows are not."""
    return Problem(
        match.row + 1,
        None,
        "no-data",
        "под заголовками нет ни одной строки с данными.",
        "хотя бы одна заполненная строка.",
        "Заполните лист или удалите его.",
        Severity.WARNING,
        refuses=False,
        cell=match.heading_cells,
    )


def year_disagrees(
    frame: pd.DataFrame, sheet: str, place: int | None, *, of: str = "лист"
) -> list[Problem]:
    """A question when a sheet (or workbook, ``of``) named after one year holds rows of another."""
    named = parse_year(sheet)
    if named is None or not 2000 <= named <= 2100 or place is None:
        return []
    other = frame[(frame["year"] != named).fillna(value=False)]
    if other.empty:
        return []
    years = ", ".join(school_year(year) for year in sorted(set(other["year"])))
    return [
        Problem(
            int(other["source_row"].iloc[0]),
            place,
            "year-disagrees",
            f"{of} называется «{sheet}», а в строках стоит другой год: {years} "
            f"(строк: {len(other)}).",
            f"{school_year(named)} учебный год.",
            "Проверьте, за какой год эти данные; строки прочитаны с годом из столбца.",
            Severity.WARNING,
            refuses=False,
        )
    ]
