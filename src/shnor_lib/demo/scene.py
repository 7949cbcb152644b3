"""What the registers of a synthetic region tell of: its schools on the list, year by year."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib import resources
from typing import Any

import numpy as np
import pandas as pd
import yaml

from shnor_lib.demo.effects import stream
from shnor_lib.demo.planted import OGE_LOW, VPR_LOW, Planted
from shnor_lib.demo.region import Region
from shnor_lib.tables import PROVENANCE, TABLES

Row = dict[str, Any]
LAST_YEARS = 3
"""Registers are kept for so many of the latest years."""


@dataclass(frozen=True, eq=False)
class Scene:
    """A region whose results are known and whose registers are still to be written.

    Attributes
    ----------
    region, planted, results, staff, passports, years, seed
        Of the demonstration.
    support
        From :func:`~.support.supported`.
    found
        What was planted in the registers, for the truth file: added to while they are written.
    """

    region: Region
    planted: Sequence[Planted]
    results: pd.DataFrame
    staff: pd.DataFrame
    passports: pd.DataFrame
    years: Sequence[int]
    seed: int
    support: Sequence[Row]
    found: list[Row] = field(default_factory=list)

    @property
    def last(self) -> int:
        """The last school year."""
        return self.years[-1]

    @property
    def told(self) -> list[int]:
        """School years of which there are registers; none before the list has two years."""
        return list(self.years[2:][-LAST_YEARS:])

    @property
    def today(self) -> pd.Timestamp:
        """The day on which the registers were last written in: nothing has happened after it."""
        return pd.Timestamp(self.last, 6, 30)

    @cached_property
    def municipality(self) -> dict[str, str]:
        """Municipality of every school."""
        schools = self.region.schools
        return {
            str(code): str(name)
            for code, name in zip(schools["school_id"], schools["municipality"], strict=True)
        }

    @cached_property
    def teachers(self) -> dict[tuple[str, int], int]:
        """(school, year) → number of teachers; schools that are not there have none."""
        return self._of_staff("teachers")

    @cached_property
    def _vacancies(self) -> dict[tuple[str, int], int]:
        return self._of_staff("vacancies")

    def _of_staff(self, name: str) -> dict[tuple[str, int], int]:
        return {(str(r["school_id"]), int(r["year"])): int(r[name]) for r in records(self.staff)}

    def vacancies(self, school: str, year: int) -> int:
        """Open posts of a school; 0 where nothing is told."""
        return self._vacancies.get((school, year), 0)

    def school(self, kind: str) -> str | None:
        """The first school with a planted course of results, None in a region without one."""
        for item in self.planted:
            if item.kind == kind:
                return str(self.region.schools["school_id"].iloc[item.school])
        return None

    def kinds(self, kind: str) -> list[str]:
        """All schools with this planted course of results."""
        ids = self.region.schools["school_id"]
        return [str(ids.iloc[item.school]) for item in self.planted if item.kind == kind]

    def supported(self, year: int) -> list[str]:
        """Schools supported in a year."""
        return [str(each["school_id"]) for each in self.support if year in each["years"]]

    @cache  # noqa: B019  one scene lives as long as one simulation
    def followed(self, year: int) -> tuple[str, ...]:
        """Schools whose registers are kept in a year: the list, who is supported, who is near it."""
        if year not in self.told:
            return ()
        at = list(self.years).index(year)
        found = set(twice_low(self.results, self.years[at - 2], self.years[at - 1]))
        found |= {*self.supported(year), *self.kinds("resilient")}
        if year == self.last:
            found |= {*self.kinds("worsening"), *self.kinds("small_chance")}
        return tuple(sorted(code for code in found if (code, year) in self.teachers))

    def share(self, school: str, year: int, column: str) -> float:
        """Share of a column of the social passport, 0…1; 0 without a passport."""
        return self._shares.get((school, year), {}).get(column, 0.0)

    @cached_property
    def _shares(self) -> dict[tuple[str, int], dict[str, float]]:
        names = ["special_needs", "non_native", "at_risk", "low_income"]
        frame = self.passports[self.passports["total"] > 0]
        values = frame[names].astype(float).div(frame["total"].astype(float), axis=0)
        keys = zip(frame["school_id"], frame["year"], strict=True)
        return {
            (str(school), int(year)): dict(zip(names, row, strict=True))
            for (school, year), row in zip(keys, values.to_numpy(dtype=float), strict=True)
        }

    def draw(self, *what: object) -> np.random.Generator:
        """A generator of its own for every thing drawn."""
        return stream(self.seed, "registers", *what)

    def plant(self, kind: str, title: str, find: str, **where: object) -> None:
        """Note a planted truth.

        Parameters
        ----------
        kind, title
            Identifier; Russian: what was planted.
        find
            Russian: what a good method has to find.
        where
            School, person, factor and so on it is about.
        """
        self.found.append({"kind": kind, "title": title, **where, "find": find})


def twice_low(results: pd.DataFrame, first: int, second: int) -> list[str]:
    """Schools low in the same subject in two years, by Tbilissky's thresholds."""
    rows = results[
        results["year"].isin([first, second]) & results["procedure"].isin(["vpr", "oge"])
    ]
    keys = ["school_id", "procedure", "subject", "year"]
    sums = rows.groupby(keys, observed=True)[["n", "n_low", "n_high"]].sum().astype(float)
    limit = np.where(sums.index.get_level_values("procedure") == "vpr", VPR_LOW, OGE_LOW)
    low = (sums["n"] >= 10) & (sums["n_low"] >= limit * sums["n"]) & (sums["n_high"] == 0)
    both = low[low].groupby(["school_id", "procedure", "subject"]).size()
    return sorted({str(school) for school in both[both == 2].index.get_level_values("school_id")})


def tidy(name: str, rows: Iterable[Row]) -> pd.DataFrame:
    """Rows as the tidy table ``name`` without provenance.

    The school year of a table with dates is derived as the readers do: it begins on 1 September.
    """
    table = TABLES[name]
    columns = [c for c in table.empty().columns if c not in PROVENANCE]
    types = {column.name: column.dtype for column in table.columns}
    frame = pd.DataFrame(list(rows)).reindex(columns=columns).astype(types)
    if table.year_from:
        days = frame[table.year_from].dt
        frame["year"] = (days.year + (days.month >= 9)).astype("Int64")
    return frame


def records(frame: pd.DataFrame) -> list[Row]:
    """Rows of a frame as dicts, missing values as they are."""
    return [{str(key): value for key, value in row.items()} for row in frame.to_dict("records")]


def day(year: int, month: int, number: int) -> pd.Timestamp:
    """A day of the school year that ends in ``year``."""
    return pd.Timestamp(year - 1 if month >= 9 else year, month, number)


_HOLIDAYS = {(1, day) for day in range(1, 9)} | {(2, 23), (3, 8), (5, 1), (5, 9), (6, 12), (11, 4)}


def working(date: pd.Timestamp) -> pd.Timestamp:
    """The day itself or, at a weekend or holiday, the next working day."""
    while date.weekday() > 4 or (date.month, date.day) in _HOLIDAYS:
        date += pd.Timedelta(days=1)
    return date


def working_before(date: pd.Timestamp) -> pd.Timestamp:
    """The day itself or, at a weekend or holiday, the last working day before it."""
    while working(date) != date:
        date -= pd.Timedelta(days=1)
    return date


@cache
def words(name: str) -> Mapping[str, Any]:
    """Sentences of the registers, from ``words/<name>.yml`` beside this module."""
    folder = resources.files("shnor_lib.demo") / "words"
    found: Mapping[str, Any] = yaml.safe_load((folder / f"{name}.yml").read_text(encoding="utf-8"))
    return found
