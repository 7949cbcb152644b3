"""Results pooled into the units a criterion speaks of, as dense arrays.

A unit is procedure × subject, or procedure × subject × grade. Everything a results criterion
asks («how many of how many in which year») stands in arrays of shape schools × units × years,
so that a region of 40 000 schools takes seconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from shnor_lib.methods.ruleset import ResultsShare, RuleSet
from shnor_lib.project import Calendar
from shnor_lib.stats.intervals import probability_at_least

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class ResultsRule:
    """A results criterion with every switch resolved."""

    criterion: ResultsShare
    combine: str
    unit: str
    same_subject: bool
    consecutive: bool
    min_subjects: int
    min_participants: int

    @classmethod
    def of(cls, ruleset: RuleSet, criterion: ResultsShare) -> ResultsRule:
        """Take the criterion's own values, else the switches'."""
        names = (
            "combine", "unit", "same_subject", "consecutive", "min_subjects", "min_participants",
        )  # fmt: skip
        return cls(criterion, **{name: ruleset.setting(criterion, name) for name in names})


@dataclass(frozen=True)
class Units:
    """Pooled results of one criterion.

    Attributes
    ----------
    rule
        The criterion with its switches.
    keys
        One row per unit: ``procedure``, ``grade`` (NA when pooled), ``subject``, ``group``
        (units of one group count as one).
    years
        Ascending; the last axis of the arrays.
    n, low, high
        Participants, low and high results; 0 where absent.
    present, enough
        The school has results there; at least the required number of participants.
    beyond, no_high, flagged, clear
        Share of low results beyond the threshold; no high results; the unit-year speaks
        for the criterion; it speaks against it (neither when counts are missing).
    probability, formal
        Posterior probability that the true share of low results is beyond the threshold;
        the same after the formal part («no high results») is taken as a fact.
    held
        Units × years: the procedure was held.
    season
        Season of each unit-year, flattened; NA where absent or where two were pooled.
    """

    rule: ResultsRule
    keys: pd.DataFrame
    years: list[int]
    n: Floats
    low: Floats
    high: Floats
    present: Flags
    enough: Flags
    beyond: Flags
    no_high: Flags
    flagged: Flags
    clear: Flags
    probability: Floats
    formal: Floats
    held: Flags
    season: pd.api.extensions.ExtensionArray

    def windows(self, year: int) -> dict[tuple[int, ...], npt.NDArray[np.intp]]:
        """Positions of the years that count for a status year → positions of the units.

        A year in which a procedure was not held does not break a sequence: the window is
        made of the last years in which it was held, and ends with the status year itself.
        Units whose procedure was not held in the status year have no window.
        """
        if year not in self.years:
            return {}
        last = self.years.index(year)
        found: dict[tuple[int, ...], list[int]] = {}
        for unit in range(len(self.keys)):
            if self.held[unit, last]:
                held = np.flatnonzero(self.held[unit, : last + 1])
                found.setdefault(tuple(held[-self.length :].tolist()), []).append(unit)
        return {window: np.asarray(units, dtype=np.intp) for window, units in found.items()}

    def common_window(self, year: int) -> tuple[int, ...]:
        """The window when units may differ between years: any of them was held."""
        if year not in self.years:
            return ()
        last = self.years.index(year)
        any_held: Flags = np.asarray(self.held.any(axis=0))
        if not len(any_held) or not any_held[last]:
            return ()
        return tuple(np.flatnonzero(any_held[: last + 1])[-self.length :].tolist())

    @property
    def length(self) -> int:
        """Length of a full window."""
        criterion = self.rule.criterion
        return criterion.years if self.rule.consecutive else criterion.window


def in_scope(results: pd.DataFrame, criterion: ResultsShare) -> pd.DataFrame:
    """Rows of the results the criterion looks at, with ``counts_as`` of their scope.

    Rows without participants are left out. The first scope that fits a row wins.
    """
    columns = ["school_id", "year", "season", "procedure", "grade", "subject", "n", "n_low"]
    rows = results[[*columns, "n_high"]]
    scope_of = np.full(len(rows), -1)
    procedure, grade, subject = rows["procedure"], rows["grade"], rows["subject"]
    for position in range(len(criterion.scopes) - 1, -1, -1):
        scope = criterion.scopes[position]
        fits = procedure == scope.procedure
        if scope.grades:
            fits &= grade.isin(scope.grades)
        if scope.subjects:
            fits &= subject.isin(scope.subjects)
        scope_of[fits.fillna(value=False).to_numpy(dtype=bool)] = position
    keep = (scope_of >= 0) & (rows["n"] > 0).fillna(value=False).to_numpy(dtype=bool)
    names = pd.array([scope.counts_as for scope in criterion.scopes], dtype="string")
    return rows[keep].assign(counts_as=names.take(scope_of[keep]))


def pool(
    results: pd.DataFrame,
    rule: ResultsRule,
    schools: pd.Index,
    years: Sequence[int],
    calendar: Calendar,
) -> Units:
    """Pool the results of one criterion.

    Parameters
    ----------
    results
        Tidy results.
    rule
        The criterion with its switches.
    schools
        Schools in the order of the arrays; rows of other schools are left out, but a
        procedure counts as held whoever wrote it.
    years
        All years of the data, ascending.
    calendar
        Says when procedures were not held.
    """
    rows = in_scope(results, rule.criterion)
    parts = ["procedure", "subject"] + (["grade"] if rule.unit == "subject_grade" else [])
    keys = rows[[*parts, "counts_as"]].drop_duplicates(parts).sort_values(parts)
    keys = keys.reset_index(drop=True)
    year_list = [int(year) for year in years]
    held = _held(rows, keys, year_list, calendar)

    school_code = schools.get_indexer(pd.Index(rows["school_id"]))
    unit_code = pd.MultiIndex.from_frame(keys[parts]).get_indexer(
        pd.MultiIndex.from_frame(rows[parts])
    )
    year_code = pd.Index(year_list).get_indexer(pd.Index(rows["year"].astype("int64")))
    shape = (len(schools), len(keys), len(year_list))
    inside = (school_code >= 0) & (year_code >= 0)
    flat = ((school_code * shape[1] + unit_code) * shape[2] + year_code)[inside]
    rows = rows[inside]

    def total(values: npt.NDArray[np.float64]) -> Floats:
        sums: Floats = np.bincount(flat, values, int(np.prod(shape))).astype(np.float64)
        return sums.reshape(shape)

    n = total(rows["n"].to_numpy(dtype="float64"))
    low = total(rows["n_low"].to_numpy(dtype="float64", na_value=0))
    high = total(rows["n_high"].to_numpy(dtype="float64", na_value=0))
    low_known = total(rows["n_low"].isna().to_numpy(dtype="float64")) == 0
    high_known = total(rows["n_high"].isna().to_numpy(dtype="float64")) == 0
    present = n > 0
    enough = n >= rule.min_participants
    threshold = rule.criterion.low.threshold
    with np.errstate(invalid="ignore", divide="ignore"):
        share = low / n
        beyond = share >= threshold if rule.criterion.low.operator == ">=" else share > threshold
    beyond &= present & low_known
    no_high = present & high_known & (high == 0)
    flagged, clear = _combine(
        rule.combine,
        beyond,
        present & low_known & ~beyond,
        no_high,
        present & high_known & ~no_high,
    )
    probability = probability_at_least(
        np.where(low_known, low, np.nan), np.where(present, n, np.nan), threshold
    )
    return Units(
        rule=rule,
        keys=_named(keys, rule),
        years=year_list,
        n=n,
        low=np.where(low_known, low, np.nan),
        high=np.where(high_known, high, np.nan),
        present=present,
        enough=present & enough,
        beyond=beyond,
        no_high=no_high,
        flagged=flagged,
        clear=clear,
        probability=probability,
        formal=_formal(rule.combine, probability, no_high),
        held=held,
        season=_season(rows["season"], flat, shape),
    )


def _combine(
    how: str, low_yes: Flags, low_no: Flags, high_yes: Flags, high_no: Flags
) -> tuple[Flags, Flags]:
    """Three-valued «и/или»: a missing count leaves the answer open, not negative."""
    if how == "and":
        return low_yes & high_yes, low_no | high_no
    if how == "or":
        return low_yes | high_yes, low_no & high_no
    return (low_yes, low_no) if how == "low_only" else (high_yes, high_no)


def _formal(how: str, probability: Floats, no_high: Flags) -> Floats:
    """Probability with «no high results» as a fact: it was counted, not sampled."""
    if how == "and":
        return np.where(no_high, probability, 0.0)
    if how == "or":
        return np.where(no_high, 1.0, probability)
    return probability if how == "low_only" else no_high.astype(np.float64)


def _season(
    season: pd.Series, flat: npt.NDArray[np.intp], shape: tuple[int, ...]
) -> pd.api.extensions.ExtensionArray:
    codes, names = pd.factorize(season)
    found = np.full(int(np.prod(shape)), -1, dtype=np.int8)
    found[flat] = codes
    # Writing every row and reading back shows where two different seasons met.
    mixed = flat[found[flat] != codes]
    found[mixed] = -1
    return pd.array(names, dtype="string").take(found, allow_fill=True)


def _held(rows: pd.DataFrame, keys: pd.DataFrame, years: list[int], calendar: Calendar) -> Flags:
    seen = set(rows[["procedure", "year"]].drop_duplicates().itertuples(index=False, name=None))
    held = np.zeros((len(keys), len(years)), dtype=np.bool_)
    for unit, key in enumerate(keys.to_dict("records")):
        grade = None if pd.isna(key.get("grade", pd.NA)) else int(key["grade"])
        for position, year in enumerate(years):
            held[unit, position] = (key["procedure"], year) in seen and (
                calendar.not_held_note(key["procedure"], year, grade, key["subject"]) is None
            )
    return held


def _named(keys: pd.DataFrame, rule: ResultsRule) -> pd.DataFrame:
    """Add ``grade`` and the group within which units count as one."""
    named = keys.copy()
    if "grade" not in named:
        named["grade"] = pd.Series(pd.NA, index=named.index, dtype="Int64")
    subject = named["counts_as"].fillna(named["subject"])
    group = named["procedure"] + "|" + subject
    if rule.criterion.count == "units" and rule.unit == "subject_grade":
        group = group + "|" + named["grade"].astype("string")
    named["group"] = pd.factorize(group)[0]
    return named[["procedure", "grade", "subject", "group"]]
