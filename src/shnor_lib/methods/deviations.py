"""How far a school's results lie from those of other schools in the same works.

Results of different classes, subjects and years have different levels; so have years with an
easy and with a hard paper. A school's *level* in a year is the share of low results it would have if its pupils
did in every work as the pupils of the other schools did (indirect standardisation). Its own
share against that level compares like with like: a change common to all schools cancels out,
work by work.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from shnor_lib.project import Calendar, ScaleBreak
from shnor_lib.store import Dataset

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]

CELL = ["procedure", "grade", "subject", "season"]
"""One work: what is compared with itself."""
MIN_OTHERS, MIN_OTHER_N = 2, 10
"""Other schools, and their participants, without which a work has no level to compare with."""


@dataclass(frozen=True)
class Works:
    """Results with the level of the other schools.

    Attributes
    ----------
    rows
        One row per school × year × work: ``school`` (position), ``year``, ``cell`` (code),
        ``n``, ``low``, ``level`` (share of low results of the other schools).
    cells
        What the codes stand for: :data:`CELL`.
    schools
        Number of schools.
    years
        Ascending.
    """

    rows: pd.DataFrame
    cells: pd.DataFrame
    schools: int
    years: Sequence[int]

    def only(self, procedure: str, subject: str) -> Works:
        """The works of one procedure and subject."""
        wanted = (self.cells["procedure"] == procedure) & (self.cells["subject"] == subject)
        inside = wanted.to_numpy(dtype=bool)[self.rows["cell"].to_numpy()]
        return Works(self.rows[inside], self.cells, self.schools, self.years)

    @cached_property
    def yearly(self) -> tuple[Floats, Floats, Floats]:
        """Schools × years: low results, participations, share at the level of the others.

        0, 0 and ``nan`` where there is nothing.
        """
        rows = self.rows
        year = pd.Index(self.years).get_indexer(pd.Index(rows["year"]))
        flat = rows["school"].to_numpy() * len(self.years) + year
        size = self.schools * len(self.years)

        def total(values: pd.Series) -> Floats:
            sums = np.bincount(flat, values.to_numpy(), size)
            return np.asarray(sums.reshape(self.schools, -1), dtype=np.float64)

        low, n = total(rows["low"]), total(rows["n"])
        with np.errstate(invalid="ignore", divide="ignore"):
            return low, n, total(rows["n"] * rows["level"]) / n

    def later(self, year: int, base: int, calendar: Calendar) -> pd.DataFrame:
        """Works of ``year`` that each school also wrote in ``base`` or the year before it.

        Parameters
        ----------
        year, base
            Later and earlier year.
        calendar
            Works whose scale changed in between are left out.

        Returns
        -------
        DataFrame
            By school position: ``n``, ``low``, ``at_level`` (low results at the level of the
            other schools) of the later year; ``n_before``, ``low_before`` of the earlier one.
        """
        now, low, n, level = self._of_year(year)
        past_low, past_n = np.zeros(len(now)), np.zeros(len(now))
        past_year = np.zeros(len(now), dtype=np.int64)
        # The nearest of the two years is the one compared with: it is written last.
        for earlier in (base - 1, base):
            keys, low_then, n_then, _ = self._of_year(earlier)
            at = np.minimum(np.searchsorted(keys, now), max(len(keys) - 1, 0))
            there = keys[at] == now if len(keys) else np.zeros(len(now), dtype=np.bool_)
            past_low[there], past_n[there] = low_then[at[there]], n_then[at[there]]
            past_year[there] = earlier
        both = past_year > 0
        for entry in calendar.scale_breaks:
            between = (past_year < entry.year) & (entry.year <= year)
            both &= ~(between & self._covered(entry)[now % max(len(self.cells), 1)])
        school = now[both] // max(len(self.cells), 1)
        sums = {
            name: np.bincount(school, values[both], self.schools)
            for name, values in (
                ("n", n), ("low", low), ("at_level", n * level),
                ("n_before", past_n), ("low_before", past_low),
            )
        }  # fmt: skip
        found = pd.DataFrame(sums)
        return found[found["n"] > 0]

    def _of_year(self, year: int) -> tuple[Ints, Floats, Floats, Floats]:
        """Key of school and work (ascending), low results, participations, level."""
        return self._by_year.get(
            year, (np.empty(0, dtype=np.int64), np.empty(0), np.empty(0), np.empty(0))
        )

    @cached_property
    def _by_year(self) -> dict[int, tuple[Ints, Floats, Floats, Floats]]:
        found = {}
        for year, rows in self.rows.groupby("year"):
            keys = rows["school"].to_numpy() * max(len(self.cells), 1) + rows["cell"].to_numpy()
            order = np.argsort(keys, kind="stable")
            low, n, level = (
                rows[name].to_numpy(dtype=np.float64)[order] for name in ("low", "n", "level")
            )
            found[int(str(year))] = (keys[order], low, n, level)
        return found

    def _covered(self, entry: ScaleBreak) -> Flags:
        """Works a change of scale is about."""
        fits = self.cells["procedure"] == entry.procedure
        if entry.grades:
            fits &= self.cells["grade"].isin(entry.grades)
        if entry.subjects:
            fits &= self.cells["subject"].isin(entry.subjects)
        flags: Flags = fits.fillna(value=False).to_numpy(dtype=bool)
        return flags


def works(dataset: Dataset, schools: pd.Index, years: Sequence[int]) -> Works:
    """Results of all schools with the level of the others.

    Parameters
    ----------
    dataset
        Tidy tables.
    schools, years
        Positions; other rows are left out.

    Returns
    -------
    Works
        The level is that of all other schools, whether supported or not: whose results make it
        must not change from year to year, or the level would. Works without a level to compare
        with (:data:`MIN_OTHERS`, :data:`MIN_OTHER_N`) are left
        out.
    """
    results = dataset.results
    known = results[results["n_low"].notna() & (results["n"] > 0).fillna(value=False)]
    keys = known[CELL].drop_duplicates().sort_values(CELL).reset_index(drop=True)
    coded = known[["school_id", "year", "n", "n_low", *CELL]].merge(
        keys.assign(cell=range(len(keys))), on=CELL, how="left"
    )
    rows = pd.DataFrame(
        {
            "school": schools.get_indexer(pd.Index(coded["school_id"])),
            "year": coded["year"].to_numpy(dtype=np.int64),
            "cell": coded["cell"].to_numpy(dtype=np.int64),
            "n": coded["n"].to_numpy(dtype=np.float64),
            "low": coded["n_low"].to_numpy(dtype=np.float64),
        }
    )
    at = pd.Index(years).get_indexer(pd.Index(rows["year"]))
    rows = rows[(rows["school"] >= 0) & (at >= 0)]
    rows = rows.groupby(["school", "year", "cell"], as_index=False, sort=True)[["n", "low"]].sum()
    own = rows[["n", "low"]].assign(schools=1.0)
    totals = own.groupby([rows["year"], rows["cell"]])[["n", "low", "schools"]].transform("sum")
    others = totals - own
    enough = (others["schools"] >= MIN_OTHERS) & (others["n"] >= MIN_OTHER_N)
    rows["level"] = (others["low"] / others["n"]).where(enough)
    return Works(rows[enough].reset_index(drop=True), keys, len(schools), list(years))
