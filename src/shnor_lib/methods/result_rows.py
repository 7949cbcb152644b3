"""Result rows as arrays by unit and year: what comparisons over time are made of.

A unit is one school × procedure × grade × subject. Two results of a unit may be compared when
they are of the same season, near enough in time and on one scale; :class:`ResultRows` knows
the order, :meth:`ResultRows.covered` which rows an entry of the calendar is about.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from shnor_lib.methods.coded import Coded, code_results
from shnor_lib.project import NotHeldEntry, ScaleBreak
from shnor_lib.store import Dataset

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


def nullable(values: Floats) -> pd.api.extensions.ExtensionArray:
    """Floats as a column of the tables: ``nan`` becomes missing."""
    return pd.arrays.FloatingArray(np.nan_to_num(values), np.isnan(values))


@dataclass(frozen=True)
class ResultRows:
    """Rows with a known number of low results, sorted by unit, year and season.

    Attributes
    ----------
    coded
        The results by number; names of schools and combinations.
    unit
        Number of the unit of each row: school first, then procedure, grade, subject by name.
    combination
        Position of its procedure × grade × subject in ``coded.combinations``.
    year, season
        Year of the programme; code of the season (``coded.seasons``).
    n, low, good
        Participants, low results, marks «4» and «5» (``nan`` where unknown).
    """

    coded: Coded
    unit: npt.NDArray[Any]
    combination: npt.NDArray[Any]
    year: npt.NDArray[Any]
    season: npt.NDArray[Any]
    n: Floats
    low: Floats
    good: Floats

    @classmethod
    def of(cls, dataset: Dataset) -> ResultRows:
        """Arrange the results of a data set."""
        known = dataset.results["school_id"].dropna().unique().astype("string")
        coded = code_results(dataset.results, pd.Index(known).sort_values(), dataset.years)
        n, low = coded.numbers("n"), coded.numbers("n_low")
        good = coded.numbers("n4") + coded.numbers("n5")
        # Combinations by rank, so that sorting by code is sorting by name.
        parts = ["procedure", "grade", "subject"]
        order = coded.combinations.sort_values(parts).index.to_numpy()
        rank = np.empty(len(order), dtype=np.int64)
        rank[order] = np.arange(len(order))
        combination = rank[coded.combination]
        unit = coded.school * max(len(order), 1) + combination
        year = np.asarray(coded.years, dtype=np.int64)[coded.year] if len(n) else coded.year
        keep = np.flatnonzero(~np.isnan(low) & (coded.school >= 0))
        by = keep[np.lexsort((coded.season[keep], year[keep], unit[keep]))]
        return cls(
            coded=coded,
            unit=unit[by],
            combination=order[combination[by]] if len(by) else combination[by],
            year=year[by],
            season=coded.season[by],
            n=n[by],
            low=low[by],
            good=good[by],
        )

    def covered(self, entry: NotHeldEntry | ScaleBreak) -> Flags:
        """Rows a calendar entry is about, whatever the year."""
        combinations = self.coded.combinations
        fits = combinations["procedure"] == entry.procedure
        if entry.grades:
            fits &= combinations["grade"].isin(entry.grades)
        if entry.subjects:
            fits &= combinations["subject"].isin(entry.subjects)
        flags: Flags = fits.fillna(value=False).to_numpy(dtype=bool)
        return np.asarray(flags[self.combination])

    def frame(self, at: npt.NDArray[np.intp]) -> pd.DataFrame:
        """Names of the units of the given rows."""
        school = self.unit[at] // max(len(self.coded.combinations), 1)
        names = self.coded.combinations
        return pd.DataFrame(
            {
                "_unit": self.unit[at],
                "school_id": self.coded.schools.array.take(school),
                **{name: names[name].array.take(self.combination[at]) for name in names},
            }
        )

    def seasons(self, at: npt.NDArray[np.intp]) -> pd.api.extensions.ExtensionArray:
        """Seasons of the given rows."""
        return pd.array(self.coded.seasons, dtype="string").take(self.season[at], allow_fill=True)
