"""From a status back to the numbers it rests on, and from those to the source cells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from shnor_lib.faults import ShnorError
from shnor_lib.methods.coded import which_scope
from shnor_lib.methods.indicator_criteria import window_of
from shnor_lib.methods.outcomes import FEW, MET, NO_DATA, NOT_MET, OUTCOMES, Outcome
from shnor_lib.methods.rating_definition import (
    PassportIndicator,
    PointsIndicator,
    Rating,
    ResultsIndicator,
)
from shnor_lib.methods.results_criterion import UnitOutcomes
from shnor_lib.methods.ruleset import (
    IndexBelow,
    RatingBelow,
    ResultsShare,
    SocialCount,
    SocialShare,
)
from shnor_lib.methods.units import Units
from shnor_lib.stats.intervals import wilson
from shnor_lib.store import Dataset

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
}
TRACE_DTYPES: dict[str, str] = {
    "source_grade": "Int64",
    "source_season": "string",
    "source_file": "string",
    "source_sheet": "string",
    "source_row": "Int64",
    "source_columns": "object",
    "cells": "string",
}

Chosen = npt.NDArray[np.intp]


def evidence(
    identification: Identification, *, school_id: str | None = None, year: int | None = None
) -> pd.DataFrame:
    """What each criterion rests on.

    Parameters
    ----------
    identification
        From :func:`~.identification.identify`.
    school_id, year
        Only this school, only this status year.

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
        (that the true share is beyond the threshold).

    Raises
    ------
    ShnorError
        No such school.
    """
    parts: list[pd.DataFrame] = []
    years = identification.years if year is None else [year]
    position: int | None = None
    if school_id is not None:
        found = identification.schools.get_indexer(pd.Index([school_id], dtype="string"))[0]
        if found < 0:
            raise ShnorError(f"Школы «{school_id}» нет в данных.")
        position = int(found)
    for status_year in years:
        if status_year not in identification.outcomes:
            raise ShnorError(f"За {status_year} год статусы не определялись.")
        chosen: Chosen = np.flatnonzero(identification.judged[status_year])
        if position is not None:
            chosen = chosen[chosen == position]
        for outcome in identification.outcomes[status_year]:
            units = identification.units.get(outcome.criterion.id)
            if units is not None:
                parts.append(_results_rows(outcome, units, identification.schools, chosen))
            else:
                parts.append(_indicator_rows(outcome, identification, chosen))
    parts = [part for part in parts if len(part)]
    if not parts:
        return _typed(pd.DataFrame(columns=list(EVIDENCE_DTYPES)))
    return _typed(pd.concat(parts, ignore_index=True))


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.reindex(columns=list(EVIDENCE_DTYPES)).astype(EVIDENCE_DTYPES)


def _results_rows(
    outcome: Outcome, units: Units, schools: pd.Index, chosen: Chosen
) -> pd.DataFrame:
    detail: UnitOutcomes = outcome.detail
    used = np.zeros((units.n.shape[1], units.n.shape[2]), dtype=np.bool_)
    for unit, window in enumerate(detail.windows):
        used[unit, list(window)] = True
    there = units.present[chosen] & used
    s, u, y = np.nonzero(there)
    if not len(s):
        return pd.DataFrame()
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
    keys = units.keys
    return pd.DataFrame(
        {
            "school_id": schools.array.take(chosen[s]),
            "year": outcome.year,
            "criterion": outcome.criterion.id,
            "procedure": keys["procedure"].array.take(u),
            "season": pd.array(units.seasons, dtype="string").take(
                units.season[np.ravel_multi_index(at, units.n.shape)], allow_fill=True
            ),
            "grade": keys["grade"].array.take(u),
            "subject": keys["subject"].array.take(u),
            "used_year": np.asarray(units.years)[y],
            "n": n,
            "numerator": numerator,
            "value": value,
            "threshold": outcome.threshold,
            "n_high": units.high[at],
            "beyond": units.beyond[at],
            "no_high": units.no_high[at],
            "flagged": units.flagged[at] & units.enough[at],
            "outcome": np.asarray(OUTCOMES, dtype=object)[code],
            "low": low,
            "high": high,
            "probability": units.probability[at],
        }
    )


def _indicator_rows(
    outcome: Outcome, identification: Identification, chosen: Chosen
) -> pd.DataFrame:
    criterion = outcome.criterion
    indicator = outcome.units["indicator"].iloc[0]
    base = {
        "year": outcome.year,
        "criterion": criterion.id,
        "indicator": indicator,
        "threshold": outcome.threshold,
    }
    schools = identification.schools
    if not isinstance(criterion, RatingBelow):
        known = chosen[outcome.unit[chosen] >= 0]
        return pd.DataFrame(
            {
                **base,
                "school_id": schools.array.take(known),
                "used_year": outcome.year,
                "n": outcome.n[known],
                "numerator": outcome.numerator[known]
                if not isinstance(criterion, IndexBelow)
                else np.nan,
                "value": outcome.value[known],
                "beyond": outcome.beyond_latest[known],
                "flagged": outcome.beyond_latest[known],
                "outcome": np.asarray(OUTCOMES, dtype=object)[outcome.outcome[known]],
                "probability": outcome.probability[known],
            }
        )
    scores = identification.ratings[criterion.rating].scores
    rows = scores[
        scores["year"].isin(list(window_of(outcome)))
        & scores["school_id"].isin(schools[chosen])
        & scores["share_of_max"].notna()
    ]
    codes = outcome.outcome[schools.get_indexer(pd.Index(rows["school_id"]))]
    share = rows["share_of_max"].to_numpy(dtype="float64")
    below = share < criterion.cutoff if criterion.operator == "<" else share <= criterion.cutoff
    return pd.DataFrame(
        {
            **base,
            "school_id": rows["school_id"].array,
            "used_year": rows["year"].array,
            "value": share,
            "beyond": below,
            "flagged": below,
            "outcome": np.asarray(OUTCOMES, dtype=object)[codes],
        }
    )


def trace(
    identification: Identification, school_id: str, year: int, dataset: Dataset
) -> pd.DataFrame:
    """The evidence of one school in one year down to its cells.

    Parameters
    ----------
    identification, school_id, year
        As in :func:`evidence`.
    dataset
        The data set the identification was made from.

    Returns
    -------
    DataFrame
        The rows of :func:`evidence`, each repeated for every source row it was pooled from,
        with ``source_grade``, ``source_season``, ``source_file``, ``source_sheet``,
        ``source_row`` (as Excel counts), ``source_columns`` (list of tidy columns) and
        ``cells`` («G15, H15»; empty when the file's columns are not known).
    """
    rows = evidence(identification, school_id=school_id, year=year)
    parts: list[pd.DataFrame] = []
    own = {
        name: frame[frame["school_id"] == school_id]
        for name in ("schools", "results", "social_passport", "staff", "rating_points")
        for frame in (getattr(dataset, name),)
    }
    for criterion_id, part in rows.groupby("criterion", sort=False, observed=True):
        criterion = identification.ruleset.criterion(str(criterion_id))
        if isinstance(criterion, ResultsShare):
            sources = _results_sources(own["results"], criterion)
            by = ["procedure", "subject", "used_year"]
            if part["grade"].notna().any():
                sources["grade"] = sources["source_grade"]
                by.append("grade")
            parts.append(part.merge(sources, on=by, how="left"))
        else:
            sources = _indicator_sources(own, criterion, identification)
            parts.append(part.merge(sources, on="used_year", how="left"))
    columns = [*EVIDENCE_DTYPES, *TRACE_DTYPES]
    if not parts:
        return rows.reindex(columns=columns)
    traced = pd.concat(parts, ignore_index=True).reindex(columns=columns)
    traced = traced.astype({k: v for k, v in TRACE_DTYPES.items() if k != "cells"})
    traced["cells"] = pd.array(
        [
            dataset.cell(file, sheet, int(row), *columns) if isinstance(columns, list) else ""
            for file, sheet, row, columns in traced[
                ["source_file", "source_sheet", "source_row", "source_columns"]
            ].itertuples(index=False)
        ],
        dtype="string",
    )
    return traced


def _results_sources(results: pd.DataFrame, criterion: ResultsShare) -> pd.DataFrame:
    rows = results[(which_scope(results, criterion.scopes) >= 0) & (results["n"] > 0)]
    return _source_frame(
        rows,
        [
            _result_columns(*marks)
            for marks in zip(rows["n2"].notna(), rows["n5"].notna(), strict=True)
        ],
    )


def _result_columns(mark_2: bool, mark_5: bool) -> list[str]:
    return ["n", "n2" if mark_2 else "n_low", "n5" if mark_5 else "n_high"]


def _source_frame(rows: pd.DataFrame, columns: list[list[str]]) -> pd.DataFrame:
    blank = pd.Series(pd.NA, index=rows.index)
    return pd.DataFrame(
        {
            **{name: rows.get(name, blank) for name in ("procedure", "subject")},
            "used_year": rows.get("year", blank),
            "source_grade": rows.get("grade", blank),
            "source_season": rows.get("season", blank),
            "source_file": rows["source_file"],
            "source_sheet": rows["source_sheet"],
            "source_row": rows["source_row"],
            "source_columns": pd.Series(columns, index=rows.index, dtype="object"),
        }
    )


def _indicator_sources(
    own: dict[str, pd.DataFrame], criterion: Any, identification: Identification
) -> pd.DataFrame:
    parts: list[pd.DataFrame] = []
    if isinstance(criterion, SocialShare):
        rows = own["social_passport"]
        parts.append(
            _source_frame(rows, [[criterion.numerator, criterion.denominator]] * len(rows))
        )
    elif isinstance(criterion, SocialCount):
        rows = own["social_passport"]
        parts.append(_source_frame(rows, [[criterion.column]] * len(rows)))
    elif isinstance(criterion, RatingBelow):
        definition = identification.ratings[criterion.rating].definition
        parts.extend(_rating_sources(own, definition))
    elif isinstance(criterion, IndexBelow) and identification.index is not None:
        for component in identification.index.definition.components:
            rows = own[component.table]
            if component.table != "schools":
                columns = [c for c in (component.numerator, component.denominator) if c]
                parts.append(_source_frame(rows, [columns] * len(rows)))
    if not parts:
        return _source_frame(own["social_passport"].head(0), [])[_SOURCE_KEYS]
    sources = pd.concat(parts, ignore_index=True)[_SOURCE_KEYS]
    # Several components stand in one row of the same form: one line for them all.
    place = ["used_year", "source_file", "source_sheet", "source_row"]
    merged = sources.groupby(place, sort=False, dropna=False, as_index=False).agg(
        source_grade=("source_grade", "first"),
        source_season=("source_season", "first"),
        source_columns=("source_columns", _together),
    )
    return merged[_SOURCE_KEYS]


_SOURCE_KEYS = ["used_year", *(name for name in TRACE_DTYPES if name != "cells")]


def _together(lists: pd.Series) -> list[str]:
    return list(dict.fromkeys(name for names in lists for name in names))


def _rating_sources(own: dict[str, pd.DataFrame], definition: Rating) -> list[pd.DataFrame]:
    """Source rows of every indicator; with pooled years each row serves several of them."""
    parts: list[pd.DataFrame] = []
    for _, item in definition.indicators:
        if isinstance(item, PointsIndicator):
            rows = own["rating_points"]
            if item.indicators:
                rows = rows[rows["indicator"].isin(item.indicators)]
            parts.append(_source_frame(rows, [["points", "points_max"]] * len(rows)))
        elif isinstance(item, PassportIndicator):
            rows = own[item.table]
            parts.append(_source_frame(rows, [[item.numerator, item.denominator]] * len(rows)))
        elif isinstance(item, ResultsIndicator):
            rows = own["results"]
            rows = rows[which_scope(rows, item.scopes) >= 0]
            columns = [_measure_columns(item.measure, mark) for mark in rows["n2"].notna().tolist()]
            frame = _source_frame(rows, columns)
            parts.extend(
                frame.assign(used_year=frame["used_year"] + back)
                for back in range(definition.pool_years)
            )
    return parts


def _measure_columns(measure: str, marks: bool) -> list[str]:
    if measure == "mean":
        return ["n", "mean_score"]
    if measure == "quality":
        return ["n", "n4", "n5"]
    if measure == "share_low":
        return ["n", "n2" if marks else "n_low"]
    return ["n", "n5" if marks else "n_high"]
