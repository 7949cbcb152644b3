"""Results pooled into the units a criterion speaks of, as dense arrays.

A unit is procedure × subject, or procedure × subject × grade. Everything a results criterion
asks («how many of how many in which year») stands in arrays of shape schools × units × years,
so that a region of 40 000 schools takes seconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from shnor_lib.methods.coded import Coded, which_scope
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
    season, seasons
        Code of the season of each unit-year, flattened (−1 where absent or where two were
        pooled), and what the codes stand for.
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
    season: npt.NDArray[np.int8]
    seasons: list[Any]

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


def pool(coded: Coded, rule: ResultsRule, calendar: Calendar) -> Units:
    """Pool the results of one criterion.

    Parameters
    ----------
    coded
        Coded results. Rows of schools that are not wanted are left out, but a procedure
        counts as held whoever wrote it.
    rule
        The criterion with its switches.
    calendar
        Says when procedures were not held.
    """
    scopes = rule.criterion.scopes
    scope_of = which_scope(coded.combinations, scopes)
    names = pd.array([scope.counts_as for scope in scopes], dtype="string")
    covered = coded.combinations.assign(
        counts_as=names.take(scope_of, allow_fill=True), combination=range(len(scope_of))
    )[scope_of >= 0]
    parts = ["procedure", "subject"] + (["grade"] if rule.unit == "subject_grade" else [])
    keys = covered.drop_duplicates(parts).sort_values(parts).reset_index(drop=True)
    if rule.unit == "subject":
        keys["grade"] = pd.Series(pd.NA, index=keys.index, dtype="Int64")
    keys["unit"] = range(len(keys))
    covered = covered.merge(keys[[*parts, "unit"]], on=parts, how="left")
    unit_of = np.full(len(coded.combinations), -1, dtype=np.intp)
    unit_of[covered["combination"].to_numpy(dtype="int64")] = covered["unit"].to_numpy()
    unit = unit_of[coded.combination]
    held = _held(keys, coded, unit, calendar)

    inside = np.flatnonzero((coded.school >= 0) & (coded.year >= 0) & (unit >= 0))
    shape = (len(coded.schools), len(keys), len(coded.years))
    flat = (coded.school[inside] * shape[1] + unit[inside]) * shape[2] + coded.year[inside]

    def total(values: npt.NDArray[Any]) -> Floats:
        sums = np.bincount(flat, values.astype(np.float64), int(np.prod(shape)))
        return sums.astype(np.float64).reshape(shape)

    rows_low, rows_high = (coded.numbers(name)[inside] for name in ("n_low", "n_high"))
    n = total(coded.numbers("n")[inside])
    low, high = total(np.nan_to_num(rows_low)), total(np.nan_to_num(rows_high))
    low_known, high_known = total(np.isnan(rows_low)) == 0, total(np.isnan(rows_high)) == 0
    present = n > 0
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
    low[~low_known], high[~high_known] = np.nan, np.nan
    probability = probability_at_least(low, n, threshold)
    return Units(
        rule=rule,
        keys=_named(keys, rule),
        years=coded.years,
        n=n,
        low=low,
        high=high,
        present=present,
        enough=present & (n >= rule.min_participants),
        beyond=beyond,
        no_high=no_high,
        flagged=flagged,
        clear=clear,
        probability=probability,
        formal=_formal(rule.combine, probability, no_high),
        held=held,
        season=_season(coded.season[inside], flat, shape),
        seasons=coded.seasons,
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
    codes: npt.NDArray[np.intp], flat: npt.NDArray[np.intp], shape: tuple[int, ...]
) -> npt.NDArray[np.int8]:
    found = np.full(int(np.prod(shape)), -1, dtype=np.int8)
    found[flat] = codes
    # Writing every row and reading back shows where two different seasons met.
    found[flat[found[flat] != codes]] = -1
    return found


def _held(
    keys: pd.DataFrame, coded: Coded, unit: npt.NDArray[np.intp], calendar: Calendar
) -> Flags:
    """Units × years: somebody wrote the procedure, and the calendar does not deny it."""
    held = np.zeros((len(keys), len(coded.years)), dtype=np.bool_)
    rows = (unit >= 0) & (coded.year >= 0)
    seen = np.zeros_like(held)
    seen[unit[rows], coded.year[rows]] = True
    for _, members in keys.groupby("procedure", observed=True)["unit"]:
        seen[members.to_numpy()] = seen[members.to_numpy()].any(axis=0)
    for key in keys.to_dict("records"):
        grade = None if pd.isna(key["grade"]) else int(key["grade"])
        for position, year in enumerate(coded.years):
            held[key["unit"], position] = seen[key["unit"], position] and (
                calendar.not_held_note(key["procedure"], year, grade, key["subject"]) is None
            )
    return held


def _named(keys: pd.DataFrame, rule: ResultsRule) -> pd.DataFrame:
    """Add ``grade`` and the group within which units count as one."""
    named = keys.copy()
    subject = named["counts_as"].fillna(named["subject"])
    group = named["procedure"] + "|" + subject
    if rule.criterion.count == "units" and rule.unit == "subject_grade":
        group = group + "|" + named["grade"].astype("string")
    named["group"] = pd.factorize(group)[0]
    return named[["procedure", "grade", "subject", "group"]]
