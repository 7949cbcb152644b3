"""Effects of one set of works: of every supported school, and of all of them together."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import stats

from shnor_lib.methods.deviations import Works
from shnor_lib.methods.effect_cases import Cases, cases_of, expect, with_index
from shnor_lib.methods.effect_matching import Matching
from shnor_lib.methods.frames import empty
from shnor_lib.methods.supported import Supported
from shnor_lib.methods.wellbeing import IndexResult
from shnor_lib.project import Calendar
from shnor_lib.stats.persistence import Persistence, fit_lasting, fit_persistence

Floats = npt.NDArray[np.float64]

EFFECT_VERDICTS: tuple[str, ...] = ("shown", "not_shown", "worse")
"""Whole interval below zero; zero inside; whole interval above zero."""

SCHOOL_DTYPES: dict[str, str] = {
    "school_id": "string", "year": "Int64", "support_year": "Int64", "first_year": "Int64",
    "procedure": "string", "subject": "string", "n_before": "Int64", "before": "Float64",
    "n": "Int64", "observed": "Float64", "expected": "Float64", "expected_low": "Float64",
    "expected_high": "Float64", "naive": "Float64", "effect": "Float64", "low": "Float64",
    "high": "Float64", "p_value": "Float64", "p_adjusted": "Float64", "probability": "Float64",
    "lasting_share": "Float64", "verdict": "string",
}  # fmt: skip
SUMMARY_DTYPES: dict[str, str] = {
    "year": "Int64", "n_schools": "Int64", "n": "Int64", "before": "Float64",
    "observed": "Float64", "expected": "Float64", "effect": "Float64", "low": "Float64",
    "high": "Float64", "probability": "Float64", "naive": "Float64", "n_alone": "Int64",
    "n_shown": "Int64", "n_worse": "Int64", "verdict": "string",
}  # fmt: skip


@dataclass(frozen=True)
class EffectRule:
    """What is compared with what; all of it is the user's decision.

    Parameters
    ----------
    level
        Coverage of intervals.
    history
        Years before support that count as a school's past.
    late_month
        Support begun on the first of this month or later does not count in that year.
    min_alone
        Schools without support in the later year, at least; they show the common change.
    min_subject_share
        Part of all school-years that have results in a subject for it to be judged on its own.
    matching
        Rules of the matched comparison.
    """

    level: float = 0.95
    history: int = 3
    late_month: int = 3
    min_alone: int = 8
    min_subject_share: float = 0.5
    matching: Matching = field(default_factory=Matching)


@dataclass(frozen=True)
class Estimate:
    """Effects of one set of works.

    Attributes
    ----------
    rows
        One row per supported school and later year; see
        :attr:`shnor_lib.methods.effect.EffectResult.schools`.
    cases
        Past and later years they come from.
    fit
        What schools without support taught; None when nothing can be estimated.
    level
        Coverage of intervals.
    refusal
        Russian: why it cannot be estimated.
    """

    rows: pd.DataFrame
    cases: Cases
    fit: Persistence | None
    level: float
    refusal: str = ""


def estimate(
    found: Works,
    who: Supported,
    calendar: Calendar,
    rule: EffectRule,
    *,
    index: IndexResult | None = None,
    coarse: bool = False,
) -> Estimate:
    """Compare every supported school with what was to be expected of it.

    Parameters
    ----------
    found, who, calendar
        As for :func:`~shnor_lib.methods.effect_cases.cases_of`.
    rule
        What is compared with what.
    index
        Wellbeing index, a covariate of what is to be expected.
    coarse
        For a single subject, see :func:`~shnor_lib.stats.persistence.fit_lasting`.
    """
    cases = cases_of(found, who, calendar, history=rule.history, min_alone=rule.min_alone)
    cases = with_index(cases, index, who.schools)
    nothing = empty(SCHOOL_DTYPES)
    if not cases.treated.any():
        return Estimate(nothing, cases, None, rule.level)
    alone = cases.take(~cases.treated)
    try:
        model = fit_lasting(*_left_alone(found, who), coarse=coarse)
        fit = fit_persistence(
            model, alone.past, alone.later, alone.year, covariates=alone.covariates
        )
    except ValueError as error:
        return Estimate(nothing, cases, None, rule.level, str(error))
    rows = _rows(cases.take(cases.treated), fit, who.schools, rule.level)
    rows = rows.sort_values(["year", "school_id"], ignore_index=True)
    return Estimate(rows, cases, fit, rule.level)


def _left_alone(found: Works, who: Supported) -> tuple[Floats, Floats, Floats]:
    """Results of all schools in the years before any support."""
    low, n, level = found.yearly
    touched = np.cumsum(who.supported | who.apart, axis=1) > 0
    return np.where(touched, np.nan, low), np.where(touched, np.nan, n), level


def _rows(cases: Cases, fit: Persistence, schools: pd.Index, level: float) -> pd.DataFrame:
    expected, frame = expect(cases, fit), cases.frame
    gradient = expected.gradient
    common = np.einsum("ij,jk,ik->i", gradient, fit.covariance, gradient)
    variance = (expected.own + common) * _small_sample(fit, level) ** 2
    observed, before, (counted, n, _) = cases.observed, cases.before, cases.later
    predicted = _predicted(expected.mean, variance, n)
    low_end, high_end = (predicted.ppf(tail) / n for tail in ((1 - level) / 2, (1 + level) / 2))
    # Counts are whole: half of the chance of exactly this count lies on either side.
    below = predicted.sf(counted) + predicted.pmf(counted) / 2
    low, high = observed - high_end, observed - low_end
    years = cases.year
    support_year = frame["support_year"].to_numpy(dtype=np.int64)
    return pd.DataFrame(
        {
            "school_id": schools.array.take(frame["school"].to_numpy()),
            "year": years,
            "support_year": support_year,
            "first_year": years - support_year + 1,
            "procedure": pd.NA,
            "subject": pd.NA,
            "n_before": frame["n_before"].to_numpy(),
            "before": before,
            "n": n,
            "observed": observed,
            "expected": expected.mean,
            "expected_low": low_end,
            "expected_high": high_end,
            "naive": observed - before,
            "effect": observed - expected.mean,
            "low": low,
            "high": high,
            "p_value": np.minimum(2 * np.minimum(below, 1 - below), 1.0),
            "p_adjusted": np.nan,
            "probability": below,
            "lasting_share": np.clip(fit.slope, 0, 1) * expected.reliability,
            "verdict": _verdicts(low, high),
        }
    ).astype(SCHOOL_DTYPES)


def _predicted(mean: Floats, variance: Floats, n: Floats) -> Any:
    """Beta-binomial distribution of the count of a later year.

    Its share has this mean and variance, or the binomial variance if that is larger.
    """
    middle = np.clip(mean, 1e-6, 1 - 1e-6)
    inflated = n * variance / (middle * (1 - middle))
    rho = np.clip((inflated - 1) / np.maximum(n - 1, 1), 1e-6, 0.9)
    size = 1 / rho - 1
    return stats.betabinom(n, middle * size, (1 - middle) * size)


def _small_sample(fit: Persistence, level: float) -> float:
    """How much wider an interval is because the variance itself was estimated."""
    tail = (1 + level) / 2
    return float(stats.t.ppf(tail, fit.degrees) / stats.norm.ppf(tail))


def _verdicts(low: Floats, high: Floats) -> pd.api.extensions.ExtensionArray:
    code = np.select([high < 0, low > 0], [0, 2], 1)
    return pd.array(EFFECT_VERDICTS, dtype="string").take(code)


def summarise(found: Estimate) -> pd.DataFrame:
    """All supported schools together, by year and over all years.

    See :attr:`shnor_lib.methods.effect.EffectResult.summary`. Schools are weighted by 1/variance
    of their own chance. The variance of the mean adds what all schools share (the estimated
    common change and slope) and what two years of one school share.
    """
    years = sorted(int(year) for year in found.rows["year"].unique())
    rows = [_summary_row(found, year) for year in years]
    rows.append(_summary_row(found, None))
    return pd.DataFrame(rows).astype(SUMMARY_DTYPES)


def _summary_row(found: Estimate, year: int | None) -> dict[str, object]:
    fit, chosen = found.fit, np.ones(len(found.cases), dtype=np.bool_)
    assert fit is not None
    if year is not None:
        chosen = found.cases.year == year
    cases = found.cases.take(chosen & found.cases.treated)
    alone = found.cases.take(chosen & ~found.cases.treated)
    each = expect(cases, fit)
    weight = (1 / each.own) / (1 / each.own).sum()
    schools = cases.frame["school"].to_numpy()
    same = (schools[:, None] == schools) & ~np.eye(len(schools), dtype=np.bool_)
    in_common = weight * np.sqrt(each.shared)
    chance = (weight**2 * each.own).sum() + (in_common[:, None] * in_common * same).sum()
    row = weight @ each.gradient
    error = float(np.sqrt(chance + row @ fit.covariance @ row))
    past, later, due = (float(weight @ v) for v in (cases.before, cases.observed, each.mean))
    mean = later - due
    reach = float(stats.t.ppf((1 + found.level) / 2, fit.degrees)) * error
    rows = found.rows if year is None else found.rows[found.rows["year"] == year]
    return {
        "year": pd.NA if year is None else year,
        "n_schools": len(np.unique(schools)),
        "n": cases.later[1].sum(),
        "before": past,
        "observed": later,
        "expected": due,
        "effect": mean,
        "low": mean - reach,
        "high": mean + reach,
        "probability": float(stats.t.cdf(-mean / error, fit.degrees)),
        "naive": later - past,
        "n_alone": alone.frame["school"].nunique(),
        "n_shown": int((rows["verdict"] == "shown").sum()),
        "n_worse": int((rows["verdict"] == "worse").sum()),
        "verdict": EFFECT_VERDICTS[0 if mean + reach < 0 else 2 if mean - reach > 0 else 1],
    }
