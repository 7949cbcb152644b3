"""Runs of comparable results: what a direction over several years may be read from."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from shnor_lib.methods.result_rows import Floats, ResultRows
from shnor_lib.project import Calendar


@dataclass(frozen=True)
class Runs:
    """Results ordered by unit, season and year.

    Attributes
    ----------
    rows
        The results.
    order
        Their order by unit, season, year.
    run
        In that order: number of the run; every two neighbours of a run may be compared.
    why
        Why a run begins: 0 nothing before it, 1 a change of scale, 2 a gap or another season.
    """

    rows: ResultRows
    order: npt.NDArray[np.intp]
    run: npt.NDArray[np.int64]
    why: npt.NDArray[np.int64]

    @classmethod
    def of(cls, rows: ResultRows, calendar: Calendar, *, max_gap: int) -> Runs:
        """Order the results; see :class:`Runs`."""
        order = np.lexsort((rows.year, rows.season, rows.unit))
        unit, season, year = rows.unit[order], rows.season[order], rows.year[order]
        same_unit = np.r_[False, unit[1:] == unit[:-1]][: len(unit)]
        same = same_unit & np.r_[False, season[1:] == season[:-1]][: len(unit)]
        gap = np.r_[0, np.diff(year)][: len(unit)]
        broken = np.zeros(len(unit), dtype=bool)
        for entry in calendar.scale_breaks:
            between = (year - gap < entry.year) & (entry.year <= year)
            broken |= rows.covered(entry)[order] & between
        linked = same & (gap <= max_gap) & ~broken
        why = np.where(same & broken, 1, np.where(same_unit & ~linked, 2, 0))
        return cls(rows, order, np.cumsum(~linked) - 1, why)

    def until(self, year: int) -> npt.NDArray[np.intp]:
        """Places (in ``order``) of the runs that have a result in ``year``, up to it."""
        there = self.rows.year[self.order]
        ends = np.unique(self.run[there == year])
        return np.flatnonzero(np.isin(self.run, ends) & (there <= year))

    def table(self, year: int, *, most: int) -> tuple[RunTable, npt.NDArray[np.int64]]:
        """Runs that end in ``year``, each with its last ``most`` results at most.

        Returns
        -------
        tuple
            The runs, and for each why it does not begin earlier (see :class:`Runs`).
        """
        at = self.until(year)
        place = self.order[at]
        codes, number = np.unique(self.run[at], return_inverse=True)
        years = self.rows.year[place]
        span = np.arange(int(years.min(initial=year)), year + 1)
        x, n = np.full((2, len(codes), len(span)), np.nan)
        n[number, years - span[0]] = self.rows.n[place]
        x[number, years - span[0]] = self.rows.low[place]
        held = ~np.isnan(n)
        late = np.cumsum(held[:, ::-1], axis=1)[:, ::-1] <= most
        last = np.zeros(len(codes), dtype=np.intp)
        last[number] = place  # in order of time: the last one stays
        begins = np.zeros(len(codes), dtype=np.int64)
        np.maximum.at(begins, number, self.why[at])
        kept = [np.where(late, values, np.nan) for values in (x, n)]
        return RunTable(self.rows, last, span, *kept), begins

    def longest(self, years: Iterable[int]) -> int:
        """Most results in a run that ends in one of the years."""
        sizes = [np.bincount(self.run[self.until(year)]).max(initial=0) for year in years]
        return max(map(int, sizes), default=0)


@dataclass(frozen=True)
class RunTable:
    """Runs as counts by year.

    Attributes
    ----------
    rows, last
        The results, and the place of the last row of each run in them.
    span
        Years of the columns, ascending; the last is the year the runs end in.
    x, n
        Low results and participants, runs × years; ``nan`` where there is no result.
    """

    rows: ResultRows
    last: npt.NDArray[np.intp]
    span: npt.NDArray[np.int64]
    x: Floats
    n: Floats

    @property
    def school(self) -> npt.NDArray[np.int64]:
        """Number of each run's school."""
        wide = max(len(self.rows.coded.combinations), 1)
        return np.asarray(self.rows.unit[self.last] // wide, dtype=np.int64)

    @property
    def work(self) -> npt.NDArray[np.int64]:
        """Number of each run's procedure × grade × subject × season."""
        key = self.rows.combination[self.last] * 8 + self.rows.season[self.last] + 1
        return np.asarray(np.unique(key, return_inverse=True)[1], dtype=np.int64)

    def names(self) -> pd.DataFrame:
        """School, procedure, grade, subject and season of each run."""
        frame = self.rows.frame(self.last).drop(columns="_unit")
        return frame.assign(season=self.rows.seasons(self.last))

    def take(self, chosen: npt.NDArray[Any]) -> RunTable:
        """Some of the runs."""
        return RunTable(self.rows, self.last[chosen], self.span, self.x[chosen], self.n[chosen])

    @property
    def total(self) -> Floats:
        """Participants of all years of each run."""
        return np.asarray(np.nansum(self.n, axis=1), dtype=np.float64)

    @property
    def flat(self) -> npt.NDArray[np.bool_]:
        """Runs without low results in any year, or with nothing else."""
        low = np.nansum(self.x, axis=1)
        return np.asarray((low == 0) | (low == self.total))

    @property
    def n_years(self) -> npt.NDArray[np.int64]:
        """Results in each run."""
        return np.asarray((~np.isnan(self.n)).sum(axis=1), dtype=np.int64)

    @property
    def first_year(self) -> npt.NDArray[np.int64]:
        """Year of the first result of each run."""
        return np.asarray(self.span[np.argmax(~np.isnan(self.n), axis=1)], dtype=np.int64)

    @property
    def ends(self) -> tuple[Floats, Floats]:
        """Shares of low results in the first and in the last year of each run."""
        row = np.arange(len(self.last))
        first = np.argmax(~np.isnan(self.n), axis=1)
        return self.x[row, first] / self.n[row, first], self.x[:, -1] / self.n[:, -1]
