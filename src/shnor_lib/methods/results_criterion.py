"""The results criterion: shares of low results by unit over years.

Formal outcome of a unit over its window of years:

* met – in every year (or, if years need not be consecutive, in enough of them) there were
  enough participants and the unit was flagged;
* not met – enough participants, but at least one of those years speaks against it;
* few – the unit has the years, but not enough participants in all of them;
* no data – the unit does not have the years.

The criterion is met when enough different units are. Its deciding unit is the weakest among
the strongest ``min_subjects`` units: the one on which the outcome hangs. With one subject
asked for, that is simply the best unit.

Probability of a unit: that its true share of low results over the years used together (all
participants of these years) is beyond the threshold, from the counts pooled over the years and
the distribution of such pooled shares over the schools of the region
(:class:`~shnor_lib.methods.units.Units`). Years need not be consecutive: the best of them are
pooled. When subjects may differ between years there is no common share; then the probability is
that of the least sure year.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from shnor_lib.methods.outcomes import (
    FEW,
    MET,
    NO_DATA,
    NOT_MET,
    Flags,
    Floats,
    Outcome,
    unit_rows,
    years_text,
)
from shnor_lib.methods.priors import Priors
from shnor_lib.methods.share_over_years import Asked, best_years, formal_chance, pooled_shares
from shnor_lib.methods.units import Units, formal_part

Codes = npt.NDArray[np.int8]


@dataclass(frozen=True)
class UnitOutcomes:
    """Outcome of every unit (schools × units) and the years it was judged by.

    Attributes
    ----------
    outcome
        Position in :data:`~.outcomes.OUTCOMES`.
    probability, formal
        Of the share over the years used; the same with formal parts as facts.
    pooled_low, pooled_n, prior
        Counts over the years used and the prior they met; ``nan`` and None where nothing was
        pooled (the prior also where it is the weak one).
    windows
        Positions of the years, by unit.
    year_by_year
        Units may differ between years.
    asked
        Units and positions of the years whose shares were judged, the status year alone
        included: each has a prior of its own.
    """

    outcome: Codes
    formal: Floats
    probability: Floats
    pooled_low: Floats
    pooled_n: Floats
    prior: Priors
    windows: list[tuple[int, ...]]
    year_by_year: bool
    asked: set[Asked]


def evaluate(units: Units, year: int) -> Outcome:
    """Outcome of a results criterion in one status year for all schools."""
    by_unit = _units_over_window(units, year)
    if units.rule.same_subject:
        found = _same_units(units, by_unit)
    else:
        found, by_unit = _any_units(units, by_unit, year)
    outcome, formal, best = found
    schools = np.arange(len(outcome))
    last = units.years.index(year) if year in units.years else -1
    few = np.where(
        (by_unit.outcome == FEW) & units.present[:, :, last], units.n[:, :, last], -np.inf
    )
    best = np.where((outcome == FEW) & (best < 0), _argmax(few), best)
    known = (best >= 0) & (outcome != NO_DATA)
    chosen = np.where(known, best, 0)
    latest, beyond_latest, alone = _latest(units, last)
    by_unit.asked.update(alone)

    def take(values: Floats) -> Floats:
        if not values.shape[1]:
            return np.full(len(outcome), np.nan)
        return np.where(known, values[schools, chosen], np.nan)

    of_best = np.full(len(outcome), None)
    if by_unit.prior.shape[1]:
        of_best[known] = by_unit.prior[schools, chosen][known]
    with np.errstate(invalid="ignore", divide="ignore"):
        share = units.low[:, :, last] / units.n[:, :, last]
    window_text = [years_text([units.years[y] for y in window]) for window in by_unit.windows]
    keys: list[dict[Any, Any]] = units.keys[["procedure", "grade", "subject"]].to_dict("records")
    return Outcome(
        criterion=units.rule.criterion,
        year=year,
        outcome=outcome,
        value=take(share),
        n=take(units.n[:, :, last]),
        numerator=take(units.low[:, :, last]),
        probability=take(by_unit.probability),
        formal=formal,
        beyond_latest=beyond_latest,
        latest=latest,
        unit=np.where(known, best, -1),
        units=unit_rows(
            [{**key, "years_used": text} for key, text in zip(keys, window_text, strict=True)]
        ),
        units_met=(by_unit.outcome == MET).sum(axis=1),
        units_seen=((by_unit.outcome == MET) | (by_unit.outcome == NOT_MET)).sum(axis=1),
        threshold=units.rule.criterion.low.threshold,
        operator=units.rule.criterion.low.operator,
        interval=True,
        pooled_n=take(by_unit.pooled_n),
        pooled_numerator=take(by_unit.pooled_low),
        prior=of_best,
        detail=by_unit,
    )


def _units_over_window(units: Units, year: int) -> UnitOutcomes:
    criterion = units.rule.criterion
    shape = units.n.shape[:2]
    outcome = np.full(shape, NO_DATA, dtype=np.int8)
    formal, probability, low, n = (np.full(shape, np.nan) for _ in range(4))
    prior = np.full(shape, None)
    windows: list[tuple[int, ...]] = [()] * shape[1]
    asked: set[Asked] = set()
    for window, members in units.windows(year).items():
        for unit in members:
            windows[unit] = window
        block = np.ix_(np.arange(shape[0]), members, np.asarray(window))
        enough, present = units.enough[block], units.present[block]
        usable = enough & (units.flagged[block] | units.clear[block])
        flagged = enough & units.flagged[block]
        against = enough & units.clear[block]
        years = criterion.years
        if units.rule.consecutive:
            complete = len(window) == years
            whole = complete & enough.all(axis=2)
            met = whole & flagged.all(axis=2)
            # A year that speaks against settles it even if another year's counts are missing.
            not_met = whole & against.any(axis=2)
            few = complete & present.all(axis=2) & ~whole
            used = np.broadcast_to(whole[:, :, None], enough.shape)
        else:
            met = flagged.sum(axis=2) >= years
            not_met = (usable.sum(axis=2) >= years) & ~met
            few = (present.sum(axis=2) >= years) & (enough.sum(axis=2) < years)
            used = best_years(units, block, usable, flagged, years)
        part = np.full(met.shape, NO_DATA, dtype=np.int8)
        part[few], part[not_met], part[met] = FEW, NOT_MET, MET
        outcome[:, members] = part
        used = used & (met | not_met)[:, :, None]
        share = pooled_shares(units, members, window, used)
        low[:, members], n[:, members] = share.low, share.n
        prior[:, members] = share.prior
        probability[:, members] = share.probability
        formal[:, members] = formal_chance(units, members, window, used, share.probability)
        asked |= share.asked
    return UnitOutcomes(outcome, formal, probability, low, n, prior, windows, False, asked)


def _same_units(units: Units, by_unit: UnitOutcomes) -> tuple[Codes, Floats, npt.NDArray[np.intp]]:
    """The same unit in all years: enough of the units have to be met."""
    groups = Groups(units)
    asked = units.rule.min_subjects
    met = by_unit.outcome == MET
    judged = met | (by_unit.outcome == NOT_MET)
    outcome = _codes(
        groups.count(met) >= asked,
        judged.any(axis=1),
        (by_unit.outcome == FEW).any(axis=1),
    )
    best, sure = groups.decide(_score(met, by_unit.formal, by_unit.probability, judged), asked)
    formal = np.where(judged.any(axis=1), 0.0, np.nan)
    if best.size and by_unit.formal.shape[1]:
        of_best = by_unit.formal[np.arange(len(best)), np.maximum(best, 0)]
        formal = np.where(sure, of_best, formal)
    return outcome, formal, best


def _any_units(
    units: Units, by_unit: UnitOutcomes, year: int
) -> tuple[tuple[Codes, Floats, npt.NDArray[np.intp]], UnitOutcomes]:
    """Units may differ between years: in each year enough of them have to be flagged."""
    schools, number = units.n.shape[:2]
    window = units.common_window(year)
    groups = Groups(units)
    criterion, asked = units.rule.criterion, units.rule.min_subjects
    reached, seen, present, formal = (np.zeros((schools, len(window))) for _ in range(4))
    best = np.full(schools, -1, dtype=np.intp)
    latest = np.full((schools, number), NO_DATA, dtype=np.int8)
    for position, y in enumerate(window):
        held = units.held[:, y]
        enough = units.enough[:, :, y] & held
        flagged = enough & units.flagged[:, :, y]
        usable = enough & (units.flagged[:, :, y] | units.clear[:, :, y])
        score = _score(flagged, units.formal[:, :, y], units.probability[:, :, y], usable)
        best, sure = groups.decide(score, asked)
        of_best = units.formal[np.arange(schools), np.maximum(best, 0), y]
        reached[:, position] = groups.count(flagged) >= asked
        seen[:, position] = usable.any(axis=1)
        present[:, position] = (units.present[:, :, y] & held).any(axis=1)
        formal[:, position] = np.where(sure, of_best, 0.0)
        latest = np.full((schools, number), NO_DATA, dtype=np.int8)
        latest[units.present[:, :, y] & held & ~enough] = FEW
        latest[usable] = NOT_MET
        latest[flagged] = MET
    needed = criterion.years
    complete = len(window) >= needed

    def settled(flags: Floats) -> Flags:
        return np.asarray(complete & (flags.sum(axis=1) >= needed), dtype=np.bool_)

    outcome = _codes(settled(reached), settled(seen), settled(present))
    lowest = _kth(formal[:, None, :], needed)[:, 0] if complete else np.full(schools, np.nan)
    changed = UnitOutcomes(
        outcome=latest,
        formal=by_unit.formal,
        probability=units.probability[:, :, window[-1]] if window else by_unit.probability,
        pooled_low=np.full((schools, number), np.nan),
        pooled_n=np.full((schools, number), np.nan),
        prior=np.full((schools, number), None),
        windows=[window] * number,
        year_by_year=True,
        asked={
            (unit, (y,))
            for y in window
            for unit in np.flatnonzero(
                units.present[:, :, y].any(axis=0) & units.held[:, y]
            ).tolist()
        },
    )
    formal_all = np.where((outcome == MET) | (outcome == NOT_MET), lowest, np.nan)
    return (outcome, formal_all, best), changed


def _latest(units: Units, last: int) -> tuple[Floats, Flags, set[Asked]]:
    """The status year alone: probability, outcome, and the units it was asked of."""
    schools = units.n.shape[0]
    if last < 0:
        return np.full(schools, np.nan), np.zeros(schools, dtype=np.bool_), set()
    groups = Groups(units)
    held = units.held[:, last]
    enough = units.enough[:, :, last] & held
    flagged = enough & units.flagged[:, :, last]
    usable = enough & (units.flagged[:, :, last] | units.clear[:, :, last])
    chance = np.full(usable.shape, np.nan)
    asked: set[Asked] = {(unit, (last,)) for unit in np.flatnonzero(usable.any(axis=0)).tolist()}
    for unit, _ in asked:
        chance[:, unit] = units.chance(unit, (last,))
    formal = formal_part(units.rule.combine, chance, units.no_high[:, :, last])
    best, sure = groups.decide(_score(flagged, formal, chance, usable), units.rule.min_subjects)
    probability = np.full(schools, np.nan)
    if units.n.shape[1]:
        of_best = formal[np.arange(schools), np.maximum(best, 0)]
        probability = np.where(sure, of_best, np.nan)
    return probability, groups.count(flagged) >= units.rule.min_subjects, asked


def _score(met: Flags, formal: Floats, probability: Floats, judged: Flags) -> Floats:
    """How near a unit is to being met; met ones first, then by probability."""
    score = 10.0 * met + np.nan_to_num(formal) + 1e-6 * np.nan_to_num(probability)
    return np.where(judged, score, -np.inf)


def _codes(met: Flags, judged: Flags, few: Flags) -> Codes:
    return np.select([met, judged, few], [MET, NOT_MET, FEW], NO_DATA).astype(np.int8)


def _kth(values: Floats, k: int) -> Floats:
    """The k-th largest along the last axis; ``nan`` when there are fewer or it is below 0."""
    if values.shape[-1] < k:
        return np.full(values.shape[:-1], np.nan)
    found = np.partition(values, values.shape[-1] - k, axis=-1)[..., values.shape[-1] - k]
    return np.where(found >= 0, found, np.nan)


def _argmax(score: Floats) -> npt.NDArray[np.intp]:
    """Position of the largest; −1 where there is none."""
    if not score.shape[1]:
        return np.full(score.shape[0], -1, dtype=np.intp)
    best = score.argmax(axis=1)
    return np.where(np.isfinite(score[np.arange(len(best)), best]), best, -1)


class Groups:
    """Units that count as one."""

    def __init__(self, units: Units) -> None:
        codes = units.keys["group"].to_numpy(dtype=np.intp)
        self.number = int(codes.max()) + 1 if len(codes) else 0
        self.order = np.argsort(codes, kind="stable")
        self.starts = np.searchsorted(codes[self.order], np.arange(self.number))
        self.single = self.number == len(codes)

    def count(self, flags: Flags) -> npt.NDArray[np.int64]:
        """How many groups have a unit with the flag."""
        if self.single:
            return np.asarray(flags.sum(axis=1))
        by_group = np.logical_or.reduceat(flags[:, self.order], self.starts, axis=1)
        return np.asarray(by_group.sum(axis=1))

    def decide(self, score: Floats, k: int) -> tuple[npt.NDArray[np.intp], Flags]:
        """The best unit of the k-th best group, and whether there are k groups at all."""
        if not self.number:
            return (
                np.full(len(score), -1, dtype=np.intp),
                np.zeros(len(score), dtype=np.bool_),
            )
        best = _argmax(score)
        if k == 1:
            return best, best >= 0
        if k > self.number:
            return best, np.zeros(len(score), dtype=np.bool_)
        by_group = np.maximum.reduceat(score[:, self.order], self.starts, axis=1)
        kth = np.partition(by_group, self.number - k, axis=1)[:, self.number - k]
        there = np.isfinite(kth)
        return np.where(there, (score == kth[:, None]).argmax(axis=1), best), there
