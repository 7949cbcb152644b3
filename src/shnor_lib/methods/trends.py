"""Direction of results over three years and more, comparing like with like.

A trend is sought in a run of results of one school × procedure × grade × subject × season in
which every two neighbours may be compared: near enough in time and on one scale. Nothing is
tested across a change of scale or a longer gap. Two questions are asked of every run and of
all runs of a school together: could chance between pupils alone look like this (Cochran–
Armitage, Mantel), and could it look like this when results also jump from year to year as they
do in this region (the tests widened by the measured correlation)? The second answer counts.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from shnor_lib.faults import ShnorError
from shnor_lib.methods.result_rows import Floats, ResultRows, nullable
from shnor_lib.methods.trend_runs import Runs, RunTable
from shnor_lib.project import Calendar, packaged_calendar
from shnor_lib.stats.arrays import Ints
from shnor_lib.stats.fdr import q_values
from shnor_lib.stats.stratified_trend import (
    StratifiedTrend,
    inflation,
    stratified_trend,
    year_correlation,
)
from shnor_lib.stats.trend import cochran_armitage, exact_trend
from shnor_lib.store import Dataset

TREND_VERDICTS: tuple[str, ...] = ("positive", "negative", "no_change")
"""Fewer low results, more, neither surely."""
UNTESTED: dict[str, str] = {
    "few_years": "сопоставимых лет меньше, чем нужно",
    "scale": "в эти годы менялась шкала или порядок работы",
    "gap": "между результатами слишком большой перерыв или другое время года",
    "flat": "низких результатов нет ни в одном году либо они у всех",
}
"""Why a run was not tested: code → Russian."""

_EXACT_BELOW = 0.25
"""Where the normal approximation gives more, the exact p-value changes no decision."""


@dataclass(frozen=True)
class TrendRule:
    """What is tested and what counts; all of it is the user's decision.

    Parameters
    ----------
    min_years, max_years
        Fewest results in a run; of a longer run only the last ``max_years`` count.
    max_gap
        How many years may lie between neighbours (2: a year without the procedure between), as
        in :class:`~.dynamics.DynamicsRule`.
    alpha
        Share of false finds the adjusted p-values allow, 0…1.
    level
        Coverage of the intervals.
    small
        With a smaller expected number of low or other results in a year the exact p-value is
        computed.
    """

    min_years: int = 3
    max_years: int = 5
    max_gap: int = 2
    alpha: float = 0.05
    level: float = 0.95
    small: float = 5.0


@dataclass
class TrendResult:
    """What :func:`trends` computed.

    Attributes
    ----------
    units
        One row per tested run: ``school_id``, ``procedure``, ``grade``, ``subject``,
        ``season``, ``year`` (in which it ends), ``year_from``, ``n_years``, ``n`` (all years),
        ``low_from``, ``low_to`` (shares 0…1), ``slope`` (change of the share of low results a
        year; below 0 is better) with ``slope_low``, ``slope_high``, ``slope_others`` (of the
        other schools in the same work), ``p_chance`` (chance between pupils only), ``exact``
        (whether that is the exact one), ``p_value`` (with jumps from year to year),
        ``p_adjusted`` (Benjamini–Hochberg over all runs of the year), ``verdict``
        (:data:`TREND_VERDICTS`, by ``p_adjusted``).
    schools
        All runs of a school together: ``school_id``, ``year``, ``n_units``, ``n_years``
        (longest run), ``n``, ``slope``, ``slope_low``, ``slope_high``, ``slope_others``,
        ``beyond`` (slope − slope_others), ``p_chance``, ``p_value``, ``p_adjusted``,
        ``verdict``, ``p_beyond`` and ``verdict_beyond`` (the same for ``beyond``; adjusted).
    works
        All schools together: ``procedure``, ``grade``, ``subject``, ``season``, ``year``,
        ``year_from``, ``n_schools``, ``n``, ``slope``.
    untested
        ``year``, ``reason`` (:data:`UNTESTED`), ``n_units``, ``n_schools``.
    correlation
        ``year``, ``of`` (``units``, ``schools``), ``rho`` (correlation of pupils of one year
        beyond the trend, 0…1), ``inflation`` (median factor by which errors grow).
    rule
        The rule applied.
    """

    units: pd.DataFrame
    schools: pd.DataFrame
    works: pd.DataFrame
    untested: pd.DataFrame
    correlation: pd.DataFrame
    rule: TrendRule


def trends(
    dataset: Dataset,
    *,
    calendar: Calendar | None = None,
    rule: TrendRule | None = None,
    years: Iterable[int] | None = None,
) -> TrendResult:
    """Test the runs of results that end in the given years.

    Parameters
    ----------
    dataset
        Tidy tables.
    calendar
        Changes of scale; the packaged calendar by default.
    rule
        What is tested and what counts.
    years
        In which the runs end; the last year with results by default.

    Raises
    ------
    ShnorError
        No run is long enough in any of the years, or the rule asks for fewer than 3 years.

    Notes
    -----
    The slope is Σ n (s − s̄)(x/n − p) / Σ n (s − s̄)². Its interval is slope ± z · error · f with
    the error under «no trend» and f = √(1 + (m − 1)ρ), see
    :mod:`shnor_lib.stats.stratified_trend`; the p-value is divided by f on the scale of z. The
    adjusted p-values say how many of the finds may be false; a school is judged by the runs of
    all its works together.
    """
    calendar = packaged_calendar() if calendar is None else calendar
    rule = TrendRule() if rule is None else rule
    if rule.min_years < 3 or rule.max_years < rule.min_years:
        raise ShnorError(
            "Направление за несколько лет: правило должно брать не меньше трёх лет "
            f"(min_years = {rule.min_years}, max_years = {rule.max_years})."
        )
    rows = ResultRows.of(dataset)
    known = sorted({int(year) for year in np.unique(rows.year)})
    wanted = known[-1:] if years is None else sorted({int(year) for year in years})
    runs = Runs.of(rows, calendar, max_gap=rule.max_gap)
    parts = [_year(runs, year, rule) for year in wanted]
    if not any(len(part.units) for part in parts):
        have = int(runs.longest(wanted))
        raise ShnorError(
            "Направление за три года и более не рассчитано: нужно не меньше "
            f"{rule.min_years} сопоставимых лет подряд, а самый длинный сопоставимый ряд — {have}."
        )
    frames = {
        name: pd.concat([getattr(part, name) for part in parts], ignore_index=True)
        for name in ("units", "schools", "works", "untested", "correlation")
    }
    return TrendResult(**frames, rule=rule)


def _year(runs: Runs, year: int, rule: TrendRule) -> TrendResult:
    table, begins = runs.table(year, most=rule.max_years)
    enough = table.n_years >= rule.min_years
    untested = _untested(table, begins, enough, year)
    table = table.take(np.flatnonzero(enough))
    size = len(table.last)
    alone = stratified_trend(table.x, table.n, np.arange(size), table.span, n_groups=size)
    others, works = _works(table, alone, year)
    doubt = _doubt_of_others(table, alone)
    units, rho = _units(table, alone, others, year, rule)
    schools, rho_school = _schools(table, alone, others, doubt, units, year, rule)
    correlation = pd.DataFrame(
        {
            "year": pd.array([year] * 2, dtype="Int64"),
            "of": pd.array(["units", "schools"], dtype="string"),
            "rho": pd.array([rho[0], rho_school[0]], dtype="Float64"),
            "inflation": pd.array([rho[1], rho_school[1]], dtype="Float64"),
        }
    )
    return TrendResult(units, schools, works, untested, correlation, rule)


def _units(
    table: RunTable, alone: StratifiedTrend, others: Floats, year: int, rule: TrendRule
) -> tuple[pd.DataFrame, tuple[float, float]]:
    rho = year_correlation(alone)
    keep = np.flatnonzero(~table.flat)
    table, others, size = table.take(keep), others[keep], len(keep)
    grow = inflation(alone.size[keep], rho)
    test = cochran_armitage(table.x, table.n, table.span)
    p_chance, exact = test.p_value.copy(), np.zeros(size, dtype=bool)
    total, low = table.total, np.nansum(table.x, axis=1)
    least = np.nanmin(table.n, axis=1) / total if size else total
    few = np.minimum(low, total - low) * least < rule.small
    for row in np.flatnonzero(few & (p_chance < _EXACT_BELOW)):
        p_chance[row] = exact_trend(table.x[row], table.n[row], table.span)
        exact[row] = True
    p_value = _widened(p_chance, grow)
    adjusted = q_values(p_value)
    # As the test has it, with N; a slope of exactly zero leaves no z to divide by.
    with np.errstate(invalid="ignore", divide="ignore"):
        error = np.where(test.z != 0, test.slope / test.z, alone.error[keep])
    reach = _normal(rule.level) * error * grow
    first, last = table.ends
    frame = table.names().assign(
        year=pd.array([year] * size, dtype="Int64"),
        year_from=pd.array(table.first_year, dtype="Int64"),
        n_years=pd.array(table.n_years, dtype="Int64"),
        n=pd.array(total.astype(np.int64), dtype="Int64"),
        low_from=nullable(first),
        low_to=nullable(last),
        slope=nullable(test.slope),
        slope_low=nullable(test.slope - reach),
        slope_high=nullable(test.slope + reach),
        slope_others=nullable(others),
        p_chance=nullable(p_chance),
        exact=exact,
        p_value=nullable(p_value),
        p_adjusted=nullable(adjusted),
        verdict=_verdict(test.slope, adjusted, rule),
    )
    return frame, (rho, float(np.median(grow)) if size else 1.0)


def _works(table: RunTable, alone: StratifiedTrend, year: int) -> tuple[Floats, pd.DataFrame]:
    """Slope of the other schools in the same work for each run; all schools by work."""
    work = table.work
    kinds = int(work.max()) + 1 if len(work) else 0
    weight = np.where(np.isnan(alone.slope), 0.0, alone.spread)
    top = weight * np.nan_to_num(alone.slope)
    tops, weights = np.bincount(work, top, kinds), np.bincount(work, weight, kinds)
    rest = weights[work] - weight
    with np.errstate(invalid="ignore", divide="ignore"):
        others = np.where(rest > 1e-9, (tops[work] - top) / rest, np.nan)
        slope = np.where(weights > 0, tops / weights, np.nan)
    one = np.zeros(kinds, dtype=np.intp)
    one[work] = np.arange(len(work))
    first = np.full(kinds, year, dtype=np.int64)
    np.minimum.at(first, work, table.first_year)
    frame = table.take(one).names().drop(columns="school_id")
    works = frame.assign(
        year=pd.array([year] * kinds, dtype="Int64"),
        year_from=pd.array(first, dtype="Int64"),
        n_schools=pd.array(np.bincount(work, minlength=kinds), dtype="Int64"),
        n=pd.array(np.bincount(work, table.total, kinds).astype(np.int64), dtype="Int64"),
        slope=nullable(slope),
    )
    # Works are numbered as the rows come; their names are not.
    by = ["procedure", "grade", "subject", "season"]
    return others, works.sort_values(by, ignore_index=True)


def _doubt_of_others(table: RunTable, alone: StratifiedTrend) -> Floats:
    """Standard error of the slope of the other schools in the same work, for each run."""
    work = table.work
    kinds = int(work.max()) + 1 if len(work) else 0
    known = ~np.isnan(alone.slope)
    weight = np.where(known, alone.spread, 0.0)
    part = np.where(known, weight * np.nan_to_num(alone.error), 0.0) ** 2
    rest = np.bincount(work, weight, kinds)[work] - weight
    left = np.maximum(np.bincount(work, part, kinds)[work] - part, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(rest > 1e-9, np.sqrt(left) / rest, np.nan)


def _schools(
    table: RunTable,
    alone: StratifiedTrend,
    others: Floats,
    doubt: Floats,
    units: pd.DataFrame,
    year: int,
    rule: TrendRule,
) -> tuple[pd.DataFrame, tuple[float, float]]:
    codes, group = np.unique(table.school, return_inverse=True)
    size = len(codes)
    both = stratified_trend(table.x, table.n, group, table.span, n_groups=size)
    rho = year_correlation(both)
    grow = inflation(both.size, rho)
    p_chance = both.p_value.copy()
    single = np.bincount(group, minlength=size) == 1
    # A school with one run is that run; its own p-value may be the exact one.
    own = np.full(len(group), np.nan)
    own[~table.flat] = units["p_chance"].to_numpy(dtype="float64", na_value=np.nan)
    mine = np.flatnonzero(single[group] & ~table.flat)
    p_chance[group[mine]] = own[mine]
    # All works without low results: there is nothing to test.
    known = both.error > 0
    p_chance = np.where(known, p_chance, np.nan)
    p_value = _widened(p_chance, grow)
    reach = _normal(rule.level) * both.error * grow
    expected, beyond, error = _against_others(table, alone, others, doubt, group, size)
    with np.errstate(invalid="ignore", divide="ignore"):
        p_beyond = np.where(error > 0, 2 * stats.norm.sf(np.abs(beyond) / (error * grow)), np.nan)
    adjusted, adjusted_beyond = q_values(p_value), q_values(p_beyond)
    most = np.zeros(size, dtype=np.int64)
    np.maximum.at(most, group, table.n_years)
    counted = np.bincount(group, table.total, size).astype(np.int64)
    frame = pd.DataFrame(
        {
            "school_id": table.rows.coded.schools.array.take(codes),
            "year": pd.array([year] * size, dtype="Int64"),
            "n_units": pd.array(np.bincount(group, minlength=size), dtype="Int64"),
            "n_years": pd.array(most, dtype="Int64"),
            "n": pd.array(counted, dtype="Int64"),
            "slope": nullable(both.slope),
            "slope_low": nullable(np.where(known, both.slope - reach, np.nan)),
            "slope_high": nullable(np.where(known, both.slope + reach, np.nan)),
            "slope_others": nullable(expected),
            "beyond": nullable(beyond),
            "p_chance": nullable(p_chance),
            "p_value": nullable(p_value),
            "p_adjusted": nullable(adjusted),
            "verdict": _verdict(both.slope, adjusted, rule),
            "p_beyond": nullable(p_beyond),
            "verdict_beyond": _verdict(beyond, adjusted_beyond, rule),
        }
    )
    return frame, (rho, float(np.median(grow)) if size else 1.0)


def _against_others(
    table: RunTable,
    alone: StratifiedTrend,
    others: Floats,
    doubt: Floats,
    group: Ints,
    size: int,
) -> tuple[Floats, Floats, Floats]:
    """Slope of a school's works in other schools, the school's distance from it, its error.

    Works that no other school has are left out on both sides.
    """
    shared = np.flatnonzero(~np.isnan(others) & ~np.isnan(alone.slope))
    part = table.take(shared)
    own = stratified_trend(part.x, part.n, group[shared], table.span, n_groups=size)
    weight = alone.spread[shared]
    with np.errstate(invalid="ignore", divide="ignore"):
        expected = np.bincount(group[shared], weight * others[shared], size) / own.spread
        unsure = np.bincount(group[shared], (weight * doubt[shared]) ** 2, size) / own.spread**2
    expected = np.where(np.isnan(own.slope), np.nan, expected)
    error = np.where(own.error > 0, np.sqrt(own.error**2 + unsure), 0.0)
    return expected, own.slope - expected, np.nan_to_num(error)


def _untested(
    table: RunTable, begins: Ints, enough: npt.NDArray[np.bool_], year: int
) -> pd.DataFrame:
    """How many runs say nothing, and why."""
    reason = np.select(
        [enough & table.flat, enough, begins == 1, begins == 2],
        ["flat", "", "scale", "gap"],
        "few_years",
    )
    frame = pd.DataFrame({"reason": reason, "school": table.school})
    counted = (
        frame[frame["reason"] != ""]
        .groupby("reason", sort=True)
        .agg(n_units=("school", "size"), n_schools=("school", "nunique"))
        .reset_index()
    )
    return pd.DataFrame(
        {
            "year": pd.array([year] * len(counted), dtype="Int64"),
            "reason": counted["reason"].astype("string"),
            "n_units": counted["n_units"].astype("Int64"),
            "n_schools": counted["n_schools"].astype("Int64"),
        }
    )


def _widened(p_value: Floats, factor: Floats) -> Floats:
    """The two-sided p-value of a z-score divided by ``factor``; as it was where that is 1."""
    z = stats.norm.isf(np.clip(p_value / 2, 1e-300, 0.5))
    return np.where(factor > 1, np.minimum(2 * stats.norm.sf(z / factor), 1.0), p_value)


def _verdict(slope: Floats, adjusted: Floats, rule: TrendRule) -> pd.api.extensions.ExtensionArray:
    with np.errstate(invalid="ignore"):
        firm = adjusted < rule.alpha
        code = np.select([firm & (slope < 0), firm & (slope > 0)], [0, 1], 2)
    return pd.array(TREND_VERDICTS, dtype="string").take(code)


def _normal(level: float) -> float:
    return float(stats.norm.ppf((1 + level) / 2))
