"""From a status back to the numbers it rests on; :mod:`.trace` leads on to their cells."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from shnor_lib.methods.by_school import as_objects
from shnor_lib.methods.indicator_criteria import YearTable, window_of
from shnor_lib.methods.outcomes import (
    FEW,
    MET,
    NO_DATA,
    NOT_MET,
    OUTCOMES,
    Outcome,
    compare,
)
from shnor_lib.methods.results_criterion import UnitOutcomes
from shnor_lib.methods.ruleset import IndexBelow, RatingBelow
from shnor_lib.methods.units import Units
from shnor_lib.stats.intervals import wilson

if TYPE_CHECKING:
    from shnor_lib.methods.identification import Identification

EVIDENCE_DTYPES: dict[str, str] = {
    "school_id": "string",
    "year": "Int64",
    "criterion": "string",
    "procedure": "string",
    "season": "string",
    "grade": "Int64",
    "subject": "string",
    "indicator": "string",
    "used_year": "Int64",
    "n": "Int64",
    "numerator": "Int64",
    "value": "Float64",
    "threshold": "Float64",
    "n_high": "Int64",
    "beyond": "boolean",
    "no_high": "boolean",
    "flagged": "boolean",
    "outcome": "string",
    "low": "Float64",
    "high": "Float64",
    "probability": "Float64",
    "pooled_probability": "Float64",
}

Chosen = npt.NDArray[np.intp]
Columns = dict[str, Any]
"""Columns of some rows of evidence: arrays of one length, single values, or left out."""

_OUTCOMES = np.array(OUTCOMES, dtype=object)


def evidence(
    identification: Identification,
    *,
    school_id: str | None = None,
    year: int | None = None,
    criteria: Collection[str] | None = None,
) -> pd.DataFrame:
    """What each criterion rests on.

    Parameters
    ----------
    identification
        From :func:`~.identification.identify`.
    school_id, year, criteria
        Only this school, only this status year, only these criteria.

    Returns
    -------
    DataFrame
        One row per school × status ``year`` × ``criterion`` × unit × ``used_year``:
        ``procedure``, ``season`` (NA when two seasons were pooled), ``grade`` (NA when grades
        are pooled), ``subject``; ``indicator`` (column of the social passport, or id of the
        rating or index) for the other criteria; ``n``, ``numerator``, ``value``,
        ``threshold``, ``n_high``; ``beyond`` (the value is beyond the threshold), ``no_high``
        (no high results), ``flagged`` (the unit-year speaks for the criterion); ``outcome``
        of the unit over its years; ``low``, ``high`` (95 % Wilson interval), ``probability``
        (that the true share of this year is beyond the threshold), ``pooled_probability`` (that
        the share of all years the unit was judged by together is; NA when it was not judged).

    Raises
    ------
    ShnorError
        No such school, or its status was not asked for in this year.
    """
    years = identification.years if year is None else [year]
    position = None if school_id is None else identification.position(school_id)
    parts: list[Columns] = []
    for status_year in years:
        outcomes = identification.outcomes_of(status_year)
        judged = identification.judged[status_year]
        if position is None:
            chosen: Chosen = np.flatnonzero(judged)
        else:
            chosen = np.array([position] if judged[position] else [], dtype=np.intp)
        for outcome in outcomes:
            if criteria is not None and outcome.criterion.id not in criteria:
                continue
            units = identification.units.get(outcome.criterion.id)
            if units is not None:
                part = _results_rows(outcome, units, chosen)
            elif isinstance(outcome.criterion, RatingBelow):
                scores = identification.rating_scores[outcome.criterion.rating]
                part = _rating_rows(outcome, outcome.criterion, scores, chosen)
            else:
                part = _indicator_rows(outcome, chosen)
            part["year"] = status_year
            part["criterion"] = outcome.criterion.id
            part["threshold"] = outcome.threshold
            parts.append(part)
    return _frame(parts, identification.schools)


def _frame(parts: list[Columns], schools: pd.Index) -> pd.DataFrame:
    """Parts one under another. Frames are slow to make and to join: only one is made."""
    school = _stacked(parts, "school", np.intp, 0)
    columns: Columns = {"school_id": schools.array.take(school)}
    dtype: Any
    for name, dtype in EVIDENCE_DTYPES.items():
        if dtype in {"Int64", "Float64"}:
            columns[name] = pd.array(_stacked(parts, name, np.float64, np.nan), dtype=dtype)
        elif name != "school_id":
            columns[name] = pd.array(_stacked(parts, name, object, None), dtype=dtype)
    return pd.DataFrame(columns)


def _stacked(parts: list[Columns], name: str, kind: Any, blank: Any) -> npt.NDArray[Any]:
    """A column of all parts; ``blank`` where a part does not have it."""
    found: list[npt.NDArray[Any]] = [np.empty(0, dtype=kind)]
    for part in parts:
        values: npt.NDArray[Any] = np.asarray(part.get(name, blank), dtype=kind)
        found.append(np.broadcast_to(values, part["school"].shape))
    return np.concatenate(found)


def _results_rows(outcome: Outcome, units: Units, chosen: Chosen) -> Columns:
    detail: UnitOutcomes = outcome.detail
    used = np.zeros((units.n.shape[1], units.n.shape[2]), dtype=np.bool_)
    for unit, window in enumerate(detail.windows):
        used[unit, list(window)] = True
    there = units.present[chosen] & used
    s, u, y = np.nonzero(there)
    at = (chosen[s], u, y)
    n, numerator = units.n[at], units.low[at]
    low, high = wilson(numerator, n)
    with np.errstate(invalid="ignore"):
        value = numerator / n
    code = detail.outcome[chosen[s], u]
    if detail.year_by_year:
        code = np.select(
            [~units.enough[at], units.flagged[at], units.clear[at]], [FEW, MET, NOT_MET], NO_DATA
        )
    # the code of a season that is not known is −1: it takes the last place
    seasons = np.array([*units.seasons, None], dtype=object)
    procedures, subjects = (
        np.array(as_objects(units.keys[name].array), dtype=object)
        for name in ("procedure", "subject")
    )
    grades = units.keys["grade"].to_numpy(dtype=np.float64, na_value=np.nan)
    return {
        "school": chosen[s],
        "procedure": procedures[u],
        "season": seasons[units.season[np.ravel_multi_index(at, units.n.shape)]],
        "grade": grades[u],
        "subject": subjects[u],
        "used_year": np.asarray(units.years)[y],
        "n": n,
        "numerator": numerator,
        "value": value,
        "n_high": units.high[at],
        "beyond": units.beyond[at],
        "no_high": units.no_high[at],
        "flagged": units.flagged[at] & units.enough[at],
        "outcome": _OUTCOMES[code],
        "low": low,
        "high": high,
        "probability": units.probability[at],
        "pooled_probability": units.probability[at]
        if detail.year_by_year
        else detail.probability[chosen[s], u],
    }


def _indicator_rows(outcome: Outcome, chosen: Chosen) -> Columns:
    known = chosen[outcome.unit[chosen] >= 0]
    found = {
        "school": known,
        "indicator": outcome.units["indicator"].iloc[0],
        "used_year": outcome.year,
        "n": outcome.n[known],
        "value": outcome.value[known],
        "beyond": outcome.beyond_latest[known],
        "flagged": outcome.beyond_latest[known],
        "outcome": _OUTCOMES[outcome.outcome[known]],
        "probability": outcome.probability[known],
    }
    if not isinstance(outcome.criterion, IndexBelow):
        found["numerator"] = outcome.numerator[known]
    return found


def _rating_rows(
    outcome: Outcome, criterion: RatingBelow, scores: YearTable, chosen: Chosen
) -> Columns:
    window = window_of(outcome)
    shares = np.empty((len(window), len(chosen)))
    for row, year in enumerate(window):
        shares[row] = scores.column("share_of_max", year)[chosen]
    y, s = np.nonzero(~np.isnan(shares))
    share = shares[y, s]
    below = compare(share, criterion.operator, criterion.cutoff)
    return {
        "school": chosen[s],
        "indicator": criterion.rating,
        "used_year": np.array(window, dtype=np.intp)[y],
        "value": share,
        "beyond": below,
        "flagged": below,
        "outcome": _OUTCOMES[outcome.outcome[chosen[s]]],
    }
