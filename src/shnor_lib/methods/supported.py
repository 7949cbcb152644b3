"""Which schools were supported in which school year."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from shnor_lib.store import Dataset

Basis = Literal["support", "listed"]
Flags = npt.NDArray[np.bool_]

SUPPORT_TABLES: tuple[str, ...] = ("support_links", "mentor_centre")
"""Tables that say which school is supported in which year."""


@dataclass(frozen=True)
class Supported:
    """Schools × years.

    Attributes
    ----------
    schools, years
        What rows and columns stand for; years ascending.
    supported
        Supported in that school year, early enough for its results to show it.
    apart
        Neither supported long enough nor left to itself: support began late in the year.
    basis
        ``support``: from the tables of support; ``listed``: those tables are empty, and a school
        counts as supported in the year after it was on the list for its results.
    """

    schools: pd.Index
    years: Sequence[int]
    supported: Flags
    apart: Flags
    basis: Basis

    def start(self, position: int) -> npt.NDArray[np.int64]:
        """First year of the unbroken support that the school has in a year (by position).

        0 for a school that is not supported in that year. Schools known only by the list have
        a start in every year: nobody said that they were supported before.
        """
        start = np.where(self.supported[:, position], self.years[position], 0)
        if self.basis == "listed":
            return np.asarray(start)
        open_run = self.supported[:, position].copy()
        for earlier in range(position - 1, -1, -1):
            if self.years[earlier + 1] - self.years[earlier] != 1:
                break
            open_run &= self.supported[:, earlier]
            start = np.where(open_run, self.years[earlier], start)
        return np.asarray(start)

    def left_alone(self, position: int, since: int) -> Flags:
        """Schools not supported in any year from ``since`` to the year at ``position``."""
        if self.basis == "listed":
            since = self.years[position]
        columns = [i for i in range(position + 1) if self.years[i] >= since]
        touched = self.supported | self.apart
        return np.asarray(~touched[:, columns].any(axis=1))


def supported_schools(
    dataset: Dataset,
    schools: pd.Index,
    years: Sequence[int],
    statuses: pd.DataFrame,
    *,
    late_month: int = 3,
) -> Supported:
    """Read the tables of support, or take the list of the year before in their place.

    Parameters
    ----------
    dataset
        Tidy tables.
    schools, years
        Rows and columns of the answer.
    statuses
        ``Identification.statuses``.
    late_month
        Support that began on the first day of this month (1–8) or later comes too late for the
        results of spring: in that year the school is neither supported nor left to itself.

    Notes
    -----
    Rows about a single teacher are not support of the school and are left out.
    """
    shape = (len(schools), len(years))
    rows = _support_rows(dataset, late_month)
    position = {int(year): i for i, year in enumerate(years)}
    if rows.empty:
        listed = statuses[statuses["low_results"].astype(bool)]
        supported = np.zeros(shape, dtype=np.bool_)
        at = schools.get_indexer(pd.Index(listed["school_id"]))
        for school, year in zip(at, listed["year"].astype(int), strict=True):
            if school >= 0 and year + 1 in position:
                supported[school, position[year + 1]] = True
        return Supported(schools, years, supported, np.zeros(shape, dtype=np.bool_), "listed")
    supported, late = np.zeros(shape, dtype=np.bool_), np.zeros(shape, dtype=np.bool_)
    at = schools.get_indexer(pd.Index(rows["school_id"]))
    for school, year, is_late in zip(at, rows["year"].astype(int), rows["late"], strict=True):
        if school >= 0 and year in position:
            (late if is_late else supported)[school, position[year]] = True
    return Supported(schools, years, supported, late & ~supported, "support")


def _support_rows(dataset: Dataset, late_month: int) -> pd.DataFrame:
    """school_id, year, late of every row about a school as a whole."""
    parts = []
    for name in SUPPORT_TABLES:
        frame = dataset.tables[name]
        frame = frame[frame["teacher"].isna() & frame["school_id"].notna() & frame["year"].notna()]
        part = frame[["school_id", "year"]].copy()
        if "first_date" in frame:
            limits = [pd.Timestamp(dt.date(int(year), late_month, 1)) for year in frame["year"]]
            part["late"] = (frame["first_date"] >= pd.Series(limits, index=frame.index)).fillna(
                value=False
            )
        else:
            part["late"] = False
        parts.append(part)
    links, plans = parts
    # A plan without dates says nothing about the time when the links do.
    known = pd.MultiIndex.from_frame(links[["school_id", "year"]])
    plans = plans[~pd.MultiIndex.from_frame(plans[["school_id", "year"]]).isin(known)]
    rows: pd.DataFrame = pd.concat([links, plans], ignore_index=True)
    return rows
