"""Results as small whole numbers: the form every method computes with.

A region has millions of result rows but few different procedures, grades and subjects.
Matching text once per different combination instead of once per row is what makes 40 000
schools a matter of seconds.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from shnor_lib.methods.rating_definition import Scope

Flags = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.intp]


@dataclass(frozen=True)
class Coded:
    """Rows of the results with participants, by number.

    Attributes
    ----------
    results
        The tidy results the rows come from.
    rows
        Position of each row in ``results``.
    schools, years
        What the codes stand for; schools sorted, years ascending.
    combinations
        One row per different ``procedure``, ``grade``, ``subject``.
    seasons
        Codes of seasons.
    school, year, combination, season
        Codes of each row; −1 for a school or year that is not wanted.
    """

    results: pd.DataFrame
    rows: Ints
    schools: pd.Index
    years: list[int]
    combinations: pd.DataFrame
    seasons: list[Any]
    school: Ints
    year: Ints
    combination: Ints
    season: Ints

    def numbers(self, column: str) -> npt.NDArray[np.float64]:
        """A count column of the rows; ``nan`` where unknown."""
        values = self.results[column].to_numpy(dtype="float64", na_value=np.nan)
        return np.asarray(values[self.rows], dtype=np.float64)


def code_results(results: pd.DataFrame, schools: pd.Index, years: Iterable[int]) -> Coded:
    """Code the results.

    Parameters
    ----------
    results
        Tidy results.
    schools, years
        Schools and years in the order of the codes; other rows get −1.
    """
    n = results["n"].to_numpy(dtype="float64", na_value=0)
    rows = np.flatnonzero(n > 0)
    year_list = [int(year) for year in years]
    parts = {}
    levels = {}
    for name in ("school_id", "year", "season", "procedure", "grade", "subject"):
        # Seasons are sorted among themselves, so that the order of rows changes nothing.
        codes, values = pd.factorize(results[name], sort=name == "season")
        parts[name], levels[name] = codes[rows].astype(np.int64), values
    # Missing values have the code −1, which becomes level 0 of the combined key.
    wide = [len(levels[name]) + 1 for name in ("procedure", "grade", "subject")]
    key = (parts["procedure"] + 1) * wide[1] * wide[2]
    key += (parts["grade"] + 1) * wide[2] + parts["subject"] + 1
    combination, different = pd.factorize(key)
    columns = {
        "procedure": different // (wide[1] * wide[2]) - 1,
        "grade": different // wide[2] % wide[1] - 1,
        "subject": different % wide[2] - 1,
    }
    combinations = pd.DataFrame(
        {
            name: pd.Series(levels[name], dtype=results[name].dtype).array.take(
                codes, allow_fill=True
            )
            for name, codes in columns.items()
        }
    )
    to_school = np.append(schools.get_indexer(pd.Index(levels["school_id"])), -1)
    to_year = np.append(
        pd.Index(year_list, dtype="int64").get_indexer(pd.Index(levels["year"]).astype("int64")),
        -1,
    )
    return Coded(
        results=results,
        rows=rows,
        schools=schools,
        years=year_list,
        combinations=combinations,
        seasons=list(levels["season"]),
        school=to_school[parts["school_id"]],
        year=to_year[parts["year"]],
        combination=combination,
        season=parts["season"].astype(np.intp),
    )


def which_scope(combinations: pd.DataFrame, scopes: Iterable[Scope]) -> Ints:
    """Position of the first scope that covers each row; −1 where none does.

    Parameters
    ----------
    combinations
        Anything with ``procedure``, ``grade``, ``subject``.
    scopes
        In order of precedence.
    """
    found = np.full(len(combinations), -1, dtype=np.intp)
    for position, scope in reversed(list(enumerate(scopes))):
        fits = combinations["procedure"] == scope.procedure
        if scope.grades:
            fits &= combinations["grade"].isin(scope.grades)
        if scope.subjects:
            fits &= combinations["subject"].isin(scope.subjects)
        found[fits.fillna(value=False).to_numpy(dtype=bool)] = position
    return found
