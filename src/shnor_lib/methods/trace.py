"""From the evidence of a status to the rows and cells of the files it was read from."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from shnor_lib.methods.by_school import Row, as_objects
from shnor_lib.methods.evidence import evidence
from shnor_lib.methods.rating_definition import (
    PassportIndicator,
    PointsIndicator,
    Rating,
    ResultsIndicator,
    Scope,
)
from shnor_lib.methods.ruleset import (
    Criterion,
    IndexBelow,
    RatingBelow,
    ResultsShare,
    SocialCount,
    SocialShare,
)
from shnor_lib.store import Dataset
from shnor_lib.tables import PROVENANCE

if TYPE_CHECKING:
    from shnor_lib.methods.identification import Identification

_NEEDED: dict[str, tuple[str, ...]] = {
    "results": ("year", "procedure", "subject", "grade", "season", "n", "n2", "n5"),
    "social_passport": ("year",),
    "staff": ("year",),
    "rating_points": ("year", "indicator"),
    "result_sources": ("year", "procedure", "subject", "grade", "season", "part"),
}
"""Columns of each table a trace looks at, besides those of the source."""

Own = Callable[[str], list[Row]]
"""Table → its rows of the traced school."""


class Source(NamedTuple):
    """A row of a file, and the tidy columns in it, that a number of a year rests on."""

    used_year: int
    grade: int | None
    season: str | None
    file: str | None
    sheet: str | None
    row: int | None
    rows: str | None
    columns: list[str]


def trace(
    identification: Identification,
    school_id: str,
    year: int,
    dataset: Dataset,
    *,
    criteria: Collection[str] | None = None,
) -> pd.DataFrame:
    """The evidence of one school in one year down to its cells.

    Parameters
    ----------
    identification, school_id, year, criteria
        As in :func:`~.evidence.evidence`.
    dataset
        The data set the identification was made from.

    Returns
    -------
    DataFrame
        The rows of :func:`~.evidence.evidence`, each repeated for every source row it was
        pooled from, with ``source_grade``, ``source_season``, ``source_file``,
        ``source_sheet``, ``source_row`` (as Excel counts), ``source_rows`` (all of them, where
        the number sums up several rows of the file), ``source_columns`` (list of tidy
        columns) and ``cells`` («G15, H15»; empty when the file's columns are not known).
    """
    rows = evidence(identification, school_id=school_id, year=year, criteria=criteria)
    tables: dict[str, list[Row]] = {}

    def own(table: str) -> list[Row]:
        if table not in tables:
            index = identification.school_index.of(table, getattr(dataset, table))
            columns = (*_NEEDED[table], *PROVENANCE)
            tables[table] = index.records(school_id, columns)
        return tables[table]

    taken: list[int] = []
    sources: list[Source | None] = []
    for position, found in enumerate(_sources(identification, rows, own)):
        taken += [position] * max(len(found), 1)
        sources += found or [None]
    at = np.array(taken, dtype=np.intp)
    return pd.DataFrame(
        {
            **{name: rows[name].array.take(at) for name in rows.columns},
            "source_grade": _column(sources, "grade", "Int64"),
            "source_season": _column(sources, "season", "string"),
            "source_file": _column(sources, "file", "string"),
            "source_sheet": _column(sources, "sheet", "string"),
            "source_row": _column(sources, "row", "Int64"),
            "source_rows": _column(sources, "rows", "string"),
            "source_columns": pd.Series(
                [np.nan if source is None else source.columns for source in sources], dtype=object
            ),
            "cells": pd.array([_cells(source, dataset) for source in sources], dtype="string"),
        }
    )


def _column(
    sources: list[Source | None], name: str, dtype: Any
) -> pd.api.extensions.ExtensionArray:
    values = [None if source is None else getattr(source, name) for source in sources]
    found: pd.api.extensions.ExtensionArray = pd.array(values, dtype=dtype)
    return found


def _cells(source: Source | None, dataset: Dataset) -> str:
    if source is None or source.row is None:
        return ""
    file, sheet = (pd.NA if name is None else name for name in (source.file, source.sheet))
    return dataset.cell(
        file,  # type: ignore[arg-type]
        sheet,  # type: ignore[arg-type]
        source.row,
        *source.columns,
        source_rows=source.rows,
    )


def _sources(
    identification: Identification, rows: pd.DataFrame, own: Own
) -> Iterator[list[Source]]:
    """Source rows of each row of the evidence."""
    names = ("criterion", "used_year", "procedure", "subject", "grade")
    keys = zip(*(as_objects(rows[name].array) for name in names), strict=True)
    for criterion_id, group in groupby(keys, key=lambda key: str(key[0])):
        criterion = identification.ruleset.criterion(criterion_id)
        units = [key[1:] for key in group]
        if isinstance(criterion, ResultsShare):
            further = _further_sheets(own("result_sources"))
            yield from _results_sources(criterion, units, own("results"), further)
        else:
            years = {unit[0] for unit in units}
            found = _indicator_sources(criterion, identification, own, years)
            yield from ([source for source in found if source.used_year == u[0]] for u in units)


def _further_sheets(rows: list[Row]) -> dict[tuple[Any, ...], list[Row]]:
    """Rows of ``result_sources`` by the row of results they belong to."""
    found: dict[tuple[Any, ...], list[Row]] = {}
    for row in sorted(rows, key=lambda row: row["part"]):
        found.setdefault(_unit(row), []).append(row)
    return found


def _unit(row: Row) -> tuple[Any, ...]:
    return tuple(row[name] for name in ("year", "season", "procedure", "grade", "subject"))


def _results_sources(
    criterion: ResultsShare,
    units: list[tuple[Any, ...]],
    results: list[Row],
    further: dict[tuple[Any, ...], list[Row]],
) -> Iterator[list[Source]]:
    pooled: dict[tuple[Any, ...], list[Row]] = {}
    for row in results:
        if row["n"]:
            pooled.setdefault((row["year"], row["procedure"], row["subject"]), []).append(row)
    by_grade = any(grade is not None for *_, grade in units)
    for *key, grade in units:
        yield [
            _source(part, ["n", _low(row), "n_high" if row["n5"] is None else "n5"])
            for row in pooled.get(tuple(key), ())
            if _covered(row, criterion.scopes) and (not by_grade or row["grade"] == grade)
            for part in (row, *further.get(_unit(row), ()))
        ]


def _covered(row: Row, scopes: Iterable[Scope]) -> bool:
    return any(
        row["procedure"] == scope.procedure
        and (not scope.grades or row["grade"] in scope.grades)
        and (not scope.subjects or row["subject"] in scope.subjects)
        for scope in scopes
    )


def _low(row: Row) -> str:
    return "n_low" if row["n2"] is None else "n2"


def _source(row: Row, columns: list[str], later: int = 0) -> Source:
    """The source of a row; ``later``: it counts for the year that many years after its own."""
    return Source(
        row["year"] + later,
        row.get("grade"),
        row.get("season"),
        row["source_file"],
        row["source_sheet"],
        row["source_row"],
        row["source_rows"],
        columns,
    )


def _indicator_sources(
    criterion: Criterion, identification: Identification, own: Own, years: Collection[int]
) -> list[Source]:
    """Sources of a criterion that is not about results, one for each row and used year."""
    found: Iterable[Source] = ()
    if isinstance(criterion, SocialShare):
        found = _rows_sources(own("social_passport"), [criterion.numerator, criterion.denominator])
    elif isinstance(criterion, SocialCount):
        found = _rows_sources(own("social_passport"), [criterion.column])
    elif isinstance(criterion, RatingBelow):
        found = _rating_sources(identification.ratings[criterion.rating].definition, own)
    elif isinstance(criterion, IndexBelow) and identification.index is not None:
        found = (
            source
            for component in identification.index.definition.components
            if component.table != "schools"
            for source in _rows_sources(
                own(component.table),
                [name for name in (component.numerator, component.denominator) if name],
            )
        )
    # Several components stand in one row of the same form: one line for them all.
    merged: dict[tuple[Any, ...], Source] = {}
    for source in found:
        if source.used_year in years:
            place = (source.used_year, source.file, source.sheet, source.row)
            known = merged.setdefault(place, source)
            if known is not source:
                columns = list(dict.fromkeys([*known.columns, *source.columns]))
                merged[place] = known._replace(columns=columns)
    return list(merged.values())


def _rows_sources(rows: list[Row], columns: list[str]) -> Iterator[Source]:
    return (_source(row, columns) for row in rows)


def _rating_sources(definition: Rating, own: Own) -> Iterator[Source]:
    """Sources of every indicator; with pooled years each row serves several of them."""
    for _, item in definition.indicators:
        if isinstance(item, PointsIndicator):
            wanted = item.indicators
            rows = [r for r in own("rating_points") if not wanted or r["indicator"] in wanted]
            yield from _rows_sources(rows, ["points", "points_max"])
        elif isinstance(item, PassportIndicator):
            yield from _rows_sources(own(item.table), [item.numerator, item.denominator])
        elif isinstance(item, ResultsIndicator):
            rows = [row for row in own("results") if _covered(row, item.scopes)]
            further = _further_sheets(own("result_sources"))
            for later in range(definition.pool_years):
                for row in rows:
                    columns = _measured(item.measure, row)
                    for part in (row, *further.get(_unit(row), ())):
                        yield _source(part, columns, later)


def _measured(measure: str, row: Row) -> list[str]:
    """Columns of the results a measure is made of."""
    return {
        "mean": ["n", "mean_score"],
        "quality": ["n", "n4", "n5"],
        "share_low": ["n", _low(row)],
        "share_high": ["n", "n_high" if row["n2"] is None else "n5"],
    }[measure]
