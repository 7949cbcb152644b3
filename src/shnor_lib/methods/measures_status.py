"""How the road map stands: what is done, done in time, overdue; interviews and agreements."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from shnor_lib.methods.as_of import school_year_end, school_year_start
from shnor_lib.methods.risk_register import OPEN_DEEDS
from shnor_lib.store import Dataset

TALLY: tuple[str, ...] = (
    "n", "planned", "in_work", "done", "dropped", "overdue", "counted", "share_done", "n_dated",
    "in_time", "share_in_time",
)  # fmt: skip
"""Columns of :func:`tally` besides the groups."""


@dataclass(frozen=True, eq=False)
class MeasuresStatus:
    """What :func:`measures_status` found.

    Attributes
    ----------
    day
        The day on which it is asked what is overdue.
    year
        School year.
    measures
        Rows of the year with ``overdue`` (planned or in work, deadline before the day),
        ``in_time`` (done, and not later than the deadline; NA without both dates) and
        ``days_late`` (of what is overdue).
    interviews
        Protocols of the school year up to the day with ``overdue`` (decision not carried out,
        deadline before the day).
    agreements
        All agreements with ``valid`` on the day.
    """

    day: dt.date
    year: int
    measures: pd.DataFrame = field(repr=False)
    interviews: pd.DataFrame = field(repr=False)
    agreements: pd.DataFrame = field(repr=False)


def measures_status(dataset: Dataset, year: int, day: dt.date) -> MeasuresStatus:
    """How measures, interviews and agreements stand on a day.

    Parameters
    ----------
    dataset
        Tables ``measures``, ``interviews``, ``agreements``.
    year
        School year.
    day
        From :func:`~.as_of.as_of`.
    """
    measures = dataset.measures
    measures = measures[measures["year"] == year].reset_index(drop=True)
    interviews = dataset.interviews
    first, last = pd.Timestamp(school_year_start(year)), pd.Timestamp(school_year_end(year))
    held = interviews["date"].between(first, min(last, pd.Timestamp(day)))
    interviews = interviews[held].sort_values(["date", "school_id"], kind="stable")
    pending = interviews["done"].isna()
    agreements = dataset.agreements.sort_values(["school_id", "date"], kind="stable")
    return MeasuresStatus(
        day,
        year,
        with_standing(measures, day),
        interviews.assign(overdue=pending & before(interviews["deadline"], day)).reset_index(
            drop=True
        ),
        agreements.assign(valid=valid_on(agreements, day)).reset_index(drop=True),
    )


def before(days: pd.Series, day: dt.date) -> pd.Series:
    """Whether each date is known and lies before the day."""
    return (days < pd.Timestamp(day)).fillna(value=False).astype(bool)


def valid_on(agreements: pd.DataFrame, day: dt.date) -> pd.Series:
    """Whether each agreement had begun and was not over on the day."""
    began = agreements["date"].isna() | (agreements["date"] <= pd.Timestamp(day))
    return began & ~before(agreements["last_date"], day)


def with_standing(deeds: pd.DataFrame, day: dt.date) -> pd.DataFrame:
    """Measures or recommendations with ``overdue``, ``in_time`` and ``days_late``.

    Parameters
    ----------
    deeds
        Has ``state``, ``deadline``, ``done``.
    day
        The day of the question. The last day of a deadline is still in time.
    """
    overdue = deeds["state"].isin(OPEN_DEEDS) & before(deeds["deadline"], day)
    dated = (deeds["state"] == "done") & deeds["done"].notna() & deeds["deadline"].notna()
    in_time = (deeds["done"] <= deeds["deadline"]).astype("boolean").where(dated)
    days = (pd.Timestamp(day) - deeds["deadline"]).dt.days.astype("Int64")
    return deeds.assign(
        overdue=overdue.astype(bool), in_time=in_time, days_late=days.where(overdue)
    )


def tally(deeds: pd.DataFrame, by: Sequence[str]) -> pd.DataFrame:
    """Measures or recommendations by state within groups.

    Parameters
    ----------
    deeds
        From :func:`with_standing`.
    by
        Columns to group by; none: one row for all. Missing values are a group of their own.

    Returns
    -------
    DataFrame
        ``by`` and :data:`TALLY`: ``n`` all rows, one column per state, ``overdue``, ``counted``
        (not dropped), ``share_done`` = done / counted (0…1, NA when nothing is counted),
        ``n_dated`` (done, with deadline and date), ``in_time``, ``share_in_time`` =
        in_time / n_dated. Empty when there are no rows.
    """
    if deeds.empty:
        return pd.DataFrame(columns=[*by, *TALLY])
    flags = pd.DataFrame(
        {
            **{name: deeds[name].array for name in by},
            "n": 1,
            **{
                state: (deeds["state"] == state).fillna(value=False).astype(int).array
                for state in ("planned", "in_work", "done", "dropped")
            },
            "overdue": deeds["overdue"].astype(int).array,
            "n_dated": deeds["in_time"].notna().astype(int).array,
            "in_time": deeds["in_time"].fillna(value=False).astype(int).array,
        }
    )
    counted = [name for name in flags.columns if name not in by]
    found = (
        flags.groupby(list(by), dropna=False, observed=True)[counted].sum().reset_index()
        if by
        else flags[counted].sum().to_frame().T
    )
    found["counted"] = found["n"] - found["dropped"]
    for share, part, whole in (
        ("share_done", "done", "counted"),
        ("share_in_time", "in_time", "n_dated"),
    ):
        top, bottom = found[part].astype(float), found[whole].astype(float)
        found[share] = (top / bottom.replace(0, np.nan)).astype("Float64")
    return found[[*by, *TALLY]]
