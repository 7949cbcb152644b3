"""What a regression of results on conditions takes and gives; see :mod:`~.contextual`."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class ContextRule:
    """What is needed and what counts; all of it is the user's decision.

    Parameters
    ----------
    min_schools
        Fewer schools do not carry a regression.
    pool_years
        How many years, the last included, are taken together.
    min_of_type
        A type of settlement with fewer schools is joined with the other rare ones.
    level
        Coverage of the intervals.
    certain, likely
        From these probabilities a deviation is «уверенно» or «вероятно».
    """

    min_schools: int = 30
    pool_years: int = 3
    min_of_type: int = 5
    level: float = 0.95
    certain: float = 0.95
    likely: float = 0.75


@dataclass
class ContextModel:
    """What :func:`~.contextual_fit.fit_context` computed. Results are in the unit of the composite (0…1).

    Attributes
    ----------
    years
        Years in the model, ascending.
    schools
        ``school_id``, ``n_years``, ``n`` (participations), ``index`` (mean of the years),
        ``settlement`` (group in the model), ``value``, ``expected``, ``residual`` = value −
        expected, ``error`` (standard error of the residual as a measure of the school's true
        deviation in these years), ``low``, ``high`` (its interval), ``factor`` (share of its own residual in
        the shrunk one), ``shrunk``, ``shrunk_low``, ``shrunk_high``, ``p_better`` (probability
        that the true deviation is above 0), ``verdict`` (``better``, ``worse``,
        ``as_expected``), ``confidence`` (``certain``, ``likely``, ``borderline``),
        ``leverage`` (0…1, of the school's rows together), ``studentised`` (residual in
        standard errors of its model spread), ``at_mean`` (value put right for settlement and
        year: what is drawn against the line). Sorted by ``shrunk``, best first.
    coefficients
        ``term`` (``const``, ``index``, ``settlement``, ``year``), ``level`` (type or year),
        ``estimate`` (index: per :data:`~.contextual_fit.INDEX_STEP` points), ``error``, ``low``, ``high``,
        ``p_value``, ``n_schools``.
    curve
        ``index``, ``expected``, ``low``, ``high`` (interval of the line), ``band_low``,
        ``band_high`` (where the true results of such schools lie with probability ``level``).
    n_schools, n_rows
        Schools, and school-years.
    r2
        Share of the differences between schools (within a year) the conditions explain.
    spread
        Standard deviation of the true deviations between schools (τ).
    year_sd
        Standard deviation by which a school's true results jump from year to year; ``nan``
        with one year. Told beside: deviations are those of the years of the model and say nothing
        of later ones.
    curvature_p
        p-value of a bend of the line (index squared); small: a straight line is a poor picture.
    base
        Settlement type the others are compared with; empty when there is one type only.
    note
        Russian: which types were joined; may be empty.
    rule
        The rule applied.
    """

    years: list[int]
    schools: pd.DataFrame
    coefficients: pd.DataFrame
    curve: pd.DataFrame
    n_schools: int
    n_rows: int
    r2: float
    spread: float
    year_sd: float
    curvature_p: float
    base: str
    note: str
    rule: ContextRule
