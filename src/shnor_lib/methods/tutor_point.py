"""The tutor consultation point (ТКП): requests, help in time, coverage of schools and teachers.

S0 5.4(5) asks for the monitoring, 5.11 makes the municipality responsible, 5.12 names its sources
(self-analysis tables, reports, feedback of teachers); S2 27–28 name the statute and the programme
of the point. No document says which indicators are counted: these stand as a proposal («проект»).

The journal tells when a teacher turned to the point and when help was given. Everything is seen
on a day: what comes later has not happened yet, also if it stands in the journal already.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from shnor_lib.methods.as_of import school_year_end
from shnor_lib.methods.competence_deficits import topic_key
from shnor_lib.methods.frames import empty
from shnor_lib.methods.tutor_coverage import Coverage, coverage
from shnor_lib.store import Dataset

REQUEST_DTYPES: dict[str, str] = {
    "school_id": "string", "number": "string", "date": "datetime64[us]", "month": "Int64",
    "teacher": "string", "people": "Int64", "subject": "string", "topic": "string",
    "form": "string", "supporter": "string", "fulfilled": "bool", "days": "Int64",
    "waiting_days": "Int64", "in_time": "boolean", "undated": "bool", "mark": "Float64",
}  # fmt: skip
TALLY_DTYPES: dict[str, str] = {
    "n": "Int64", "fulfilled": "Int64", "waiting": "Int64", "n_timed": "Int64", "in_time": "Int64",
    "late": "Int64", "untimed": "Int64", "share_fulfilled": "Float64", "share_in_time": "Float64",
    "median_days": "Float64", "longest_wait": "Int64", "people": "Int64", "n_schools": "Int64",
    "n_marks": "Int64", "mark": "Float64",
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class TutorPoint:
    """What :func:`tutor_point` found.

    Attributes
    ----------
    year, day
        School year; the day on which it is looked at.
    requests
        The journal of the year up to the day (:func:`requests_of`). It knows single teachers by
        their codes and is never shown.
    total
        One row of :func:`tally`.
    same_day, whole
        The same of the year before: up to the same day a year earlier, and all of it. Rows with
        ``n`` = 0 when there is no journal of that year.
    coverage, coverage_now
        Of ``due`` and of ``now_listed``.
    coverage_same_day, coverage_whole
        Of ``due_before`` in the year before, as ``same_day`` and ``whole``.
    """

    year: int
    day: dt.date
    requests: pd.DataFrame = field(repr=False)
    total: dict[str, Any] = field(repr=False)
    same_day: dict[str, Any] = field(repr=False)
    whole: dict[str, Any] = field(repr=False)
    coverage: Coverage = field(repr=False)
    coverage_now: Coverage = field(repr=False)
    coverage_same_day: Coverage = field(repr=False)
    coverage_whole: Coverage = field(repr=False)

    @property
    def marks(self) -> dict[int, int]:
        """Mark 1…5 → answers; a mark between two counts with the nearer, a half with the upper."""
        rounded = [int(float(mark) + 0.5) for mark in self.requests["mark"].dropna()]
        return {mark: rounded.count(mark) for mark in range(1, 6)}

    def by(self, *names: str) -> pd.DataFrame:
        """:func:`tally` of the year within groups, the largest group first."""
        found = tally(self.requests, names)
        return found.sort_values(
            ["n", *names], ascending=[False, *[True] * len(names)], kind="stable", ignore_index=True
        )


def tutor_point(
    dataset: Dataset,
    year: int,
    day: dt.date,
    *,
    due: Iterable[str] = (),
    now_listed: Iterable[str] = (),
    due_before: Iterable[str] = (),
) -> TutorPoint:
    """How the tutor consultation point worked in a school year.

    Parameters
    ----------
    dataset
        Tables ``tutor_point``, ``staff``.
    year
        School year.
    day
        From :func:`~.as_of.as_of`: requests made later are left out, help given later counts as
        still waited for.
    due
        Schools of the list with which the year began: help in it was meant for them.
    now_listed
        Schools of the list the year ended with.
    due_before
        Schools of the list with which the year before began.
    """
    requests = requests_of(dataset, year, day)
    same_day = requests_of(dataset, year - 1, year_earlier(day))
    whole = requests_of(dataset, year - 1, school_year_end(year - 1))
    before = sorted(due_before)
    return TutorPoint(
        year,
        day,
        requests,
        _one(requests),
        _one(same_day),
        _one(whole),
        coverage(requests, dataset.staff, year, due),
        coverage(requests, dataset.staff, year, now_listed),
        coverage(same_day, dataset.staff, year - 1, before),
        coverage(whole, dataset.staff, year - 1, before),
    )


def year_earlier(day: dt.date) -> dt.date:
    """The same day a year before; 28 February for the 29th.

    Examples
    --------
    >>> year_earlier(dt.date(2024, 2, 29))
    datetime.date(2023, 2, 28)
    """
    if (day.month, day.day) == (2, 29):
        return dt.date(day.year - 1, 2, 28)
    return day.replace(year=day.year - 1)


def requests_of(dataset: Dataset, year: int, day: dt.date) -> pd.DataFrame:
    """The journal of a school year as it stood on a day.

    Parameters
    ----------
    dataset
        Table ``tutor_point``.
    year, day
        School year; requests after the day are left out.

    Returns
    -------
    DataFrame
        ``school_id``, ``number``, ``date``, ``month`` (1…12), ``teacher`` (NA: a group),
        ``people`` (who got or will get help; one where nothing is said), ``subject``, ``topic``,
        ``form``, ``supporter``; ``fulfilled`` (help given by the day), ``days`` from request to
        help (calendar days, NA while waiting), ``waiting_days`` up to the day (NA when
        fulfilled), ``in_time`` (as the journal says, of fulfilled requests only), ``undated``
        (the journal says whether help came in time, but not when: counted as waiting), ``mark``
        (1…5, of fulfilled requests only). In order of date.
    """
    rows = dataset.tutor_point
    today = pd.Timestamp(day)
    kept = (rows["year"] == year) & rows["date"].notna() & (rows["date"] <= today)
    rows = rows[kept.fillna(value=False)].sort_values(["date", "school_id", "number"])
    if rows.empty:
        return empty(REQUEST_DTYPES)
    fulfilled = (rows["done"] <= today).fillna(value=False).astype(bool)
    days = (rows["done"] - rows["date"]).dt.days.where(fulfilled)
    waited = (today - rows["date"]).dt.days.where(~fulfilled)
    found = rows.assign(
        month=rows["date"].dt.month,
        people=rows["people"].fillna(1),
        fulfilled=fulfilled,
        days=days,
        waiting_days=waited,
        undated=rows["done"].isna() & rows["in_time"].notna(),
        in_time=rows["in_time"].where(fulfilled),
        mark=rows["mark"].where(fulfilled),
    )
    for name in ("subject", "topic"):
        said = found[name].str.strip()
        found[name] = said.mask((said == "").fillna(value=False))
    return found[list(REQUEST_DTYPES)].astype(REQUEST_DTYPES).reset_index(drop=True)


def topics(requests: pd.DataFrame) -> pd.DataFrame:
    """What teachers asked about.

    Parameters
    ----------
    requests
        From :func:`requests_of`.

    Returns
    -------
    DataFrame
        :func:`tally` by ``topic``, the most frequent first; spellings that differ in case and
        spaces are one topic and go by the one written most often.
    """
    keys = topic_key(requests["topic"])
    names = requests["topic"].groupby(keys).agg(lambda said: said.mode().iloc[0])
    kept = requests.assign(topic=keys.map(names).astype("string"))[(keys != "").to_numpy()]
    found = tally(kept, ["topic"])
    return found.sort_values(["n", "topic"], ascending=[False, True], ignore_index=True)


def tally(requests: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Requests counted within groups.

    Parameters
    ----------
    requests
        From :func:`requests_of`.
    by
        Columns to group by; none: one row for all. Missing values are a group of their own.

    Returns
    -------
    DataFrame
        ``by``; ``n`` requests, ``fulfilled``, ``waiting``; of those fulfilled ``in_time``,
        ``late``, ``untimed`` (the journal does not say), ``n_timed`` = in_time + late;
        ``share_fulfilled`` = fulfilled / n, ``share_in_time`` = in_time / n_timed (0…1, NA
        without any); ``median_days`` from request to help, ``longest_wait`` of those waiting
        (days); ``people`` who got help (the same person every time anew), ``n_schools``; ``mark``
        the mean of ``n_marks`` marks (1…5).
    """
    names = list(by)
    if requests.empty:
        return empty({**dict.fromkeys(names, "string"), **TALLY_DTYPES})
    done = requests["fulfilled"]
    timed = requests["in_time"]
    parts = requests[names].assign(
        n=1,
        fulfilled=done.astype(int),
        waiting=(~done).astype(int),
        n_timed=timed.notna().astype(int),
        in_time=timed.fillna(value=False).astype(int),
        people=requests["people"].where(done, 0).astype(int),
        n_marks=requests["mark"].notna().astype(int),
        _all=0,
    )
    shown = requests[["days", "waiting_days", "mark", "school_id"]].add_prefix("_")
    groups = pd.concat([parts, shown], axis=1).groupby(
        names or "_all", dropna=False, observed=True, sort=True
    )
    counted = ["n", "fulfilled", "waiting", "n_timed", "in_time", "people", "n_marks"]
    found = groups[counted].sum()
    found["late"] = found["n_timed"] - found["in_time"]
    found["untimed"] = found["fulfilled"] - found["n_timed"]
    found["share_fulfilled"] = _share(found["fulfilled"], found["n"])
    found["share_in_time"] = _share(found["in_time"], found["n_timed"])
    found["median_days"] = groups["_days"].median()
    found["longest_wait"] = groups["_waiting_days"].max()
    found["n_schools"] = groups["_school_id"].nunique()
    found["mark"] = groups["_mark"].mean()
    found = found.reset_index(drop=not names)
    return found[[*names, *TALLY_DTYPES]].astype(TALLY_DTYPES)


def _one(requests: pd.DataFrame) -> dict[str, Any]:
    """:func:`tally` of all requests as a dictionary; None where there is nothing."""
    rows = tally(requests, ())
    if rows.empty:
        nothing = {name: 0 if dtype == "Int64" else None for name, dtype in TALLY_DTYPES.items()}
        return {**nothing, "longest_wait": None}
    values = {name: rows[name].iloc[0] for name in TALLY_DTYPES}
    return {
        name: None if pd.isna(value) else (int if TALLY_DTYPES[name] == "Int64" else float)(value)
        for name, value in values.items()
    }


def _share(part: pd.Series, whole: pd.Series) -> pd.Series:
    bottom = whole.astype(float).replace(0, np.nan)
    return (part.astype(float) / bottom).astype("Float64")
