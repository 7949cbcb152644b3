"""Criteria that are not about marks: place in a rating, social passport, wellbeing index.

What was counted over all pupils of a school (families, offences) or loaded as points carries
no sampling error: such a criterion has the probability 1 or 0 by its formal rule, and no
interval. A rating computed from results does carry one; its probability comes from the drawn
shares of the maximum (``share_mean``, ``share_sd`` of :class:`~.ranking.RatingResult`), taken as
normal.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from shnor_lib.methods.index_definition import IndexCutoff
from shnor_lib.methods.outcomes import (
    MET,
    NO_DATA,
    NO_THRESHOLD,
    NOT_MET,
    Flags,
    Floats,
    Outcome,
    compare,
    nothing,
    unit_rows,
    years_text,
)
from shnor_lib.methods.ruleset import IndexBelow, RatingBelow, SocialCount, SocialShare


class YearTable:
    """Columns of a table by school and year as arrays in the order of the schools.

    Parameters
    ----------
    frame
        At most one row per ``school_id`` and ``year``; of several the last one counts.
    schools
        The order of the arrays; other schools are left out.
    """

    def __init__(self, frame: pd.DataFrame, schools: pd.Index) -> None:
        self.frame = frame
        self.size = len(schools)
        codes, known = pd.factorize(frame["school_id"])
        position = np.append(schools.get_indexer(pd.Index(known)), -1)[codes]
        year = frame["year"].to_numpy(dtype="float64", na_value=np.nan)
        self._rows: dict[int, tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]] = {}
        for each in np.unique(year[~np.isnan(year)]):
            rows = np.flatnonzero((year == each) & (position >= 0))
            self._rows[int(each)] = (rows, position[rows])
        self._columns: dict[str, Floats] = {}

    @property
    def years(self) -> list[int]:
        """Years the table has rows for, ascending."""
        return sorted(self._rows)

    def column(self, name: str, year: int) -> Floats:
        """One column of one year; unknown where a school has no row."""
        if name not in self._columns:
            numbers = self.frame[name].to_numpy(dtype="float64", na_value=np.nan)
            self._columns[name] = np.asarray(numbers, dtype=np.float64)
        values = nothing(self.size)
        if year in self._rows:
            rows, positions = self._rows[year]
            values[positions] = self._columns[name][rows]
        return values


def social(criterion: SocialShare | SocialCount, passport: YearTable, year: int) -> Outcome:
    """A share or a count of the social passport of one year."""
    if isinstance(criterion, SocialShare):
        numerator = passport.column(criterion.numerator, year)
        n = passport.column(criterion.denominator, year)
        with np.errstate(invalid="ignore", divide="ignore"):
            value = np.where(n > 0, numerator / n, np.nan)
        indicator = criterion.numerator
    else:
        numerator = value = passport.column(criterion.column, year)
        n = nothing(passport.size)
        indicator = criterion.column
    return _formal_outcome(
        criterion, year, value, n, numerator, indicator, criterion.threshold, criterion.operator
    )


def index_below(criterion: IndexBelow, scores: YearTable, year: int) -> Outcome:
    """The wellbeing index of one year against its cut-off."""
    value = scores.column("index", year)
    unknown = nothing(scores.size)
    threshold = cutoff_value(pd.Series(value), criterion.cutoff)
    if threshold is None:
        value = unknown
    return _formal_outcome(
        criterion, year, value, unknown, unknown, criterion.index, threshold, "<="
    )


def cutoff_value(values: pd.Series, cutoff: IndexCutoff) -> float | None:
    """Value of the index at or below which a school counts; None without any school.

    Parameters
    ----------
    values
        Index of the schools of one year, 0…100.
    cutoff
        ``lower_quartile`` (linear interpolation), ``mean_minus_sd`` (n − 1) or ``number``.
    """
    if cutoff.rule == "number":
        return cutoff.value
    known = values.dropna()
    if known.empty:
        return None
    if cutoff.rule == "lower_quartile":
        return float(known.quantile(0.25))
    return float(known.mean() - known.std()) if len(known) > 1 else None


def rating_below(criterion: RatingBelow, scores: YearTable, year: int) -> Outcome:
    """Share of the maximum below the cut-off in the last ``years`` years with a rating.

    A year for which no school has a rating does not break the sequence; the status year
    itself must have one.
    """
    size = scores.size
    known_years = [
        y
        for y in scores.years
        if y <= year and not np.isnan(scores.column("share_of_max", y)).all()
    ]
    window = known_years[-criterion.years :] if year in known_years else []
    shares = [scores.column("share_of_max", y) for y in window]
    centres = [scores.column("share_mean", y) for y in window]
    spreads = [scores.column("share_sd", y) for y in window]
    outcome = np.full(size, NO_DATA, dtype=np.int8)
    formal = nothing(size)
    latest, beyond = nothing(size), np.zeros(size, dtype=np.bool_)
    value = shares[-1] if shares else nothing(size)
    if window:
        below = [compare(share, criterion.operator, criterion.cutoff) for share in shares]
        chances = [
            np.where(np.isnan(share), np.nan, _chance_below(centre, spread, flag, criterion.cutoff))
            for share, centre, spread, flag in zip(shares, centres, spreads, below, strict=True)
        ]
        latest, beyond = chances[-1], below[-1]
        if len(window) == criterion.years:
            judged = ~np.isnan(np.array(shares)).any(axis=0)
            met = judged & np.logical_and.reduce(below)
            outcome[judged] = NOT_MET
            outcome[met] = MET
            formal = np.where(judged, np.min(chances, axis=0), np.nan)
    return Outcome(
        criterion=criterion,
        year=year,
        outcome=outcome,
        value=value,
        n=nothing(size),
        numerator=nothing(size),
        probability=formal,
        formal=formal,
        beyond_latest=beyond,
        latest=latest,
        unit=np.where(np.isnan(value), -1, 0),
        units=unit_rows([{"indicator": criterion.rating, "years_used": years_text(window)}]),
        units_met=(outcome == MET).astype(np.int64),
        units_seen=((outcome == MET) | (outcome == NOT_MET)).astype(np.int64),
        threshold=criterion.cutoff,
        operator=criterion.operator,
        detail=window,
    )


def _chance_below(centre: Floats, spread: Floats, below: Flags, cutoff: float) -> Floats:
    """Probability that the true share of the maximum is below the cut-off."""
    with np.errstate(invalid="ignore", divide="ignore"):
        chance = special.ndtr((cutoff - centre) / spread)
    # Without a drawn spread (loaded points) the formal rule is all there is.
    return np.where(np.nan_to_num(spread) > 0, chance, below.astype(np.float64))


def _formal_outcome(
    criterion: SocialShare | SocialCount | IndexBelow,
    year: int,
    value: Floats,
    n: Floats,
    numerator: Floats,
    indicator: str,
    threshold: float | None,
    operator: str,
) -> Outcome:
    known = ~np.isnan(value)
    outcome = np.full(len(value), NO_DATA, dtype=np.int8)
    beyond = np.zeros(len(value), dtype=np.bool_)
    formal = nothing(len(value))
    if not criterion.counts:
        outcome[known] = NO_THRESHOLD
    elif threshold is not None:
        beyond = known & compare(value, operator, threshold)
        outcome[known] = NOT_MET
        outcome[beyond] = MET
        formal = np.where(known, beyond.astype(np.float64), np.nan)
    return Outcome(
        criterion=criterion,
        year=year,
        outcome=outcome,
        value=value,
        n=n,
        numerator=numerator,
        probability=formal,
        formal=formal,
        beyond_latest=beyond,
        latest=formal,
        unit=np.where(known, 0, -1),
        units=unit_rows([{"indicator": indicator, "years_used": years_text([year])}]),
        units_met=beyond.astype(np.int64),
        units_seen=(known & criterion.counts).astype(np.int64),
        threshold=threshold,
        operator=operator,
        detail=[year],
    )


def window_of(outcome: Outcome) -> Sequence[int]:
    """Years an indicator criterion was judged by."""
    years: Sequence[int] = outcome.detail
    return years
