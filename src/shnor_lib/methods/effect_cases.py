"""Pairs of a past and a later year: of supported schools, and of schools left to themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from shnor_lib.methods.deviations import Works
from shnor_lib.methods.supported import Supported
from shnor_lib.methods.wellbeing import IndexResult
from shnor_lib.project import Calendar
from shnor_lib.stats.persistence import Expected, Persistence

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

FRAME = {
    "school": "int64", "year": "int64", "support_year": "int64", "treated": "bool",
    "n": "float64", "low": "float64", "at_level": "float64",
    "n_before": "float64", "low_before": "float64",
}  # fmt: skip


@dataclass(frozen=True)
class Cases:
    """Past and later results.

    Attributes
    ----------
    frame
        One row per case: ``school`` (position), ``year`` (later), ``support_year`` (L: the past
        ends L years before), ``treated`` (supported in those L years; otherwise left to itself
        in the later year and in its past, and L is 1), and the sums of
        :meth:`~shnor_lib.methods.deviations.Works.later`.
    past
        Low results, participations and share at the level of the other schools: cases × years
        of the past, latest first.
    covariates
        Cases × covariates, centred; None for none.
    index
        Wellbeing index known before support; ``nan`` where there is none.
    missing
        Supported school-years without a case: position, year, reason.
    """

    frame: pd.DataFrame
    past: tuple[Floats, Floats, Floats]
    covariates: Floats | None
    index: Floats
    missing: tuple[tuple[int, int, str], ...] = ()

    def __len__(self) -> int:
        return len(self.frame)

    @property
    def year(self) -> Ints:
        """Later year of each case."""
        return np.asarray(self.frame["year"], dtype=np.int64)

    @property
    def later(self) -> tuple[Floats, Floats, Floats]:
        """Low results, participations and share at the level of the others, later year."""
        low, n, at_level = (
            self.frame[name].to_numpy(dtype=np.float64) for name in ("low", "n", "at_level")
        )
        return low, n, at_level / n

    @property
    def observed(self) -> Floats:
        """Share of low results in the later year."""
        return self.later[0] / self.later[1]

    @property
    def before(self) -> Floats:
        """Share of low results in the same works before."""
        return np.asarray(self.frame["low_before"] / self.frame["n_before"], dtype=np.float64)

    @property
    def treated(self) -> Flags:
        """Cases with support."""
        return self.frame["treated"].to_numpy(dtype=bool)

    def take(self, chosen: Flags) -> Cases:
        """Some of the cases."""
        return replace(
            self,
            frame=self.frame[chosen],
            past=(self.past[0][chosen], self.past[1][chosen], self.past[2][chosen]),
            covariates=None if self.covariates is None else self.covariates[chosen],
            index=self.index[chosen],
        )


def cases_of(
    found: Works, who: Supported, calendar: Calendar, *, history: int, min_alone: int
) -> Cases:
    """All cases there are.

    Parameters
    ----------
    found
        Results with the level of the others.
    who
        Who was supported when.
    calendar
        Changes of scale.
    history
        Years of the past.
    min_alone
        Later years with fewer schools left to themselves show no common change: their cases,
        supported or not, are left out.

    Notes
    -----
    Schools without support are always seen one year ahead. Over two years those that became
    weak in between, and were supported for it, would be missing among them: the rest would be
    too good a standard.
    """
    yearly = found.yearly
    parts: list[pd.DataFrame] = []
    past: list[tuple[Floats, ...]] = []
    missing: list[tuple[int, int, str]] = []
    years = list(who.years)
    starts = {year: who.start(at) for at, year in enumerate(years)}
    lags = {year - int(s) + 1 for year in years for s in np.unique(starts[year]) if s}
    for at, year in enumerate(years):
        enough = False
        for lag in sorted(lags | {1}):
            base = year - lag
            treated = (starts[year] == base + 1) & (starts[year] > 0)
            columns = [
                years.index(y) if y in years else -1 for y in range(base, base - history, -1)
            ]
            before = tuple(_columns(values, columns) for values in yearly)
            has_past: Flags = np.asarray((before[1] > 0).any(axis=1))
            later = found.later(year, base, calendar) if has_past.any() else pd.DataFrame()
            here = np.zeros(found.schools, dtype=np.bool_)
            if len(later):
                here[later.index.to_numpy()] = True
            alone = np.zeros(found.schools, dtype=np.bool_)
            if lag == 1:
                alone = who.left_alone(at, base - history + 1) & has_past & here
                enough = int(alone.sum()) >= min_alone
            missing += _why(np.flatnonzero(treated), year, has_past, here, enough=enough)
            if not enough:
                continue
            chosen = np.flatnonzero((treated | alone) & has_past & here)
            parts.append(
                later.loc[chosen].assign(
                    school=chosen, year=year, support_year=lag, treated=treated[chosen]
                )
            )
            past.append(tuple(values[chosen] for values in before))
    frame = (
        pd.concat(parts, ignore_index=True)[list(FRAME)].astype(FRAME)
        if parts
        else pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in FRAME.items()})
    )
    low, n, level = (
        np.vstack([each[part] for each in past]) if past else np.empty((0, history))
        for part in range(3)
    )
    return Cases(
        frame=frame,
        past=(low, n, level),
        covariates=None,
        index=np.full(len(frame), np.nan),
        missing=tuple(missing),
    )


def _columns(values: Floats, columns: Sequence[int]) -> Floats:
    """Columns of an array by position; −1 is a year without anything."""
    outside = np.zeros(len(values))
    return np.column_stack([values[:, c] if c >= 0 else outside for c in columns])


def _why(
    treated: npt.NDArray[np.intp], year: int, has_past: Flags, here: Flags, *, enough: bool
) -> list[tuple[int, int, str]]:
    """Supported schools that cannot be judged, and why."""
    found = []
    for school in treated.tolist():
        if not has_past[school]:
            reason = "нет результатов до начала сопровождения"
        elif not here[school]:
            reason = "нет работ, которые школа писала и до, и после начала сопровождения"
        elif not enough:
            reason = "мало школ без сопровождения, по которым виден общий для всех сдвиг"
        else:
            continue
        found.append((school, year, reason))
    return found


def with_index(
    cases: Cases, index: IndexResult | None, schools: pd.Index, *, oldest: int = 3
) -> Cases:
    """Add the wellbeing index each school had before support, at most ``oldest`` years old.

    As a covariate it stands in units of its standard deviation, 0 where it is not known.
    """  # fmt: skip
    if index is None or not len(cases):
        return cases
    scores = index.scores[index.scores["index"].notna()]
    at = schools.get_indexer(pd.Index(scores["school_id"]))
    known: dict[tuple[int, int], float] = {
        (school, int(year)): float(value)
        for school, year, value in zip(at.tolist(), scores["year"], scores["index"], strict=True)
    }
    values = np.array(
        [
            _latest(known, row.school, row.year - row.support_year, oldest)
            for row in _rows(cases.frame)
        ],
        dtype=np.float64,
    )
    spread = float(np.nanstd(values)) if (~np.isnan(values)).any() else 0.0
    if spread == 0:
        return replace(cases, index=values)
    standard = np.nan_to_num((values - np.nanmean(values)) / spread)
    return replace(cases, index=values, covariates=standard[:, None])


def _latest(known: dict[tuple[int, int], float], school: int, year: int, oldest: int) -> float:
    for each in range(year, year - oldest, -1):
        if (school, each) in known:
            return known[school, each]
    return float("nan")


def _rows(frame: pd.DataFrame) -> Any:
    return frame[["school", "year", "support_year"]].itertuples(index=False)


def expect(cases: Cases, fit: Persistence) -> Expected:
    """Shares to be expected of the later years of cases."""
    _, n, level = cases.later
    with_covariates = fit.coefficients.size > len(fit.blocks) + 1
    return fit.expect(
        cases.past, n, level, cases.year, covariates=cases.covariates if with_covariates else None
    )
