"""Results pooled into the units a criterion speaks of, as dense arrays.

A unit is procedure × subject, or procedure × subject × grade. Everything a results criterion
asks («how many of how many in which year») stands in arrays of shape schools × units × years,
so that a region of 40 000 schools takes seconds.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from shnor_lib.methods.coded import Coded, which_scope
from shnor_lib.methods.priors import fit_prior
from shnor_lib.methods.ruleset import ResultsShare, RuleSet
from shnor_lib.project import Calendar
from shnor_lib.stats.beta_binomial import BetaPrior, posterior_at_least
from shnor_lib.tables import PROCEDURES

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
    held
        Units × years: the procedure was held.
    season, seasons
        Code of the season of each unit-year, flattened (−1 where absent or where two were
        pooled), and what the codes stand for.
    among
        Schools the priors are fitted on.
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
    held: Flags
    season: npt.NDArray[np.int8]
    seasons: list[Any]
    among: Flags
    _priors: dict[tuple[int, tuple[int, ...]], BetaPrior] = field(
        default_factory=dict, repr=False, compare=False
    )

    @cached_property
    def probability(self) -> Floats:
        """Schools × units × years: probability, from the year alone, that the true share of low
        results is beyond the threshold; ``nan`` where the share is not known.
        """
        found = np.full(self.n.shape, np.nan)
        for unit, year in np.argwhere(self.present.any(axis=0)).tolist():
            found[:, unit, year] = self.chance(unit, (year,))
        return found

    @cached_property
    def formal(self) -> Floats:
        """:attr:`probability` with the formal part («no high results») taken as a fact."""
        return formal_part(self.rule.combine, self.probability, self.no_high)

    def pooled(self, unit: int, years: tuple[int, ...]) -> tuple[Floats, Floats]:
        """Low results and participants by school, added up over positions of years.

        ``nan`` for schools that lack one of the years: a sum over other years than those of
        the other schools would not be comparable.
        """
        chosen = list(years)
        n = self.n[:, unit, chosen].sum(axis=1)
        low = self.low[:, unit, chosen].sum(axis=1)
        whole = self.present[:, unit, chosen].all(axis=1)
        return np.where(whole, low, np.nan), np.where(whole, n, np.nan)

    def prior(self, unit: int, years: tuple[int, ...]) -> BetaPrior:
        """Distribution of the true shares of a unit over schools.

        Fitted on the counts pooled over the given positions of years, of the schools that have
        all of them.

        Raises
        ------
        ShnorError
            The search for the estimate did not converge.
        """
        key = (unit, years)
        if key not in self._priors:
            low, n = self.pooled(unit, years)
            self._priors[key] = fit_prior(
                low[self.among], n[self.among], what=self.title(unit, years)
            )
        return self._priors[key]

    def chance(self, unit: int, years: tuple[int, ...]) -> Floats:
        """Probability, by school, that the true share over the years is beyond the threshold.

        The share meant is that of all participants of the years together.
        """
        low, n = self.pooled(unit, years)
        threshold = self.rule.criterion.low.threshold
        return posterior_at_least(low, n, threshold, self.prior(unit, years))

    def title(self, unit: int, years: tuple[int, ...]) -> str:
        """A unit and its years in words for messages."""
        key = self.keys.iloc[unit]
        grade = "" if pd.isna(key["grade"]) else f", {key['grade']} класс"
        shown = ", ".join(str(self.years[year]) for year in years)
        procedure = PROCEDURES.get(key["procedure"], key["procedure"])
        return f"{procedure}, {key['subject']}{grade}, {shown}"

    def __getstate__(self) -> dict[str, Any]:
        # arrays that can be made again are not worth storing
        lazy = ("probability", "formal")
        return {name: value for name, value in self.__dict__.items() if name not in lazy}

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


def pool(
    coded: Coded, rule: ResultsRule, calendar: Calendar, *, among: Flags | None = None
) -> Units:
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
    among
        Schools the priors are fitted on; all if not given.
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
        held=held,
        season=_season(coded.season[inside], flat, shape),
        seasons=coded.seasons,
        among=np.ones(shape[0], dtype=np.bool_) if among is None else among,
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


def formal_part(how: str, probability: Floats, no_high: Flags) -> Floats:
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
