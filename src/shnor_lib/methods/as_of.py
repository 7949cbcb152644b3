"""The day on which it is asked what is overdue.

A build has no clock: the same input must give the same bytes. «Today» is what ``shnor.yml`` says
or, without it, the latest day of which the data tell something that has happened.
"""

from __future__ import annotations

import datetime as dt

import pandas as pd

from shnor_lib.store import Dataset
from shnor_lib.tables import TABLES

PLANNED: frozenset[tuple[str, str]] = frozenset(
    {
        ("measures", "deadline"),
        ("recommendations", "deadline"),
        ("interviews", "deadline"),
        ("agreements", "last_date"),
        ("support_links", "last_date"),
        ("teacher_deficits", "due"),
        ("events", "date"),
        ("events", "last_date"),
    }
)
"""Dates that lie ahead when they are written down: a deadline in May does not make it May."""


def as_of(
    dataset: Dataset, settings_date: dt.date | None = None, year: int | None = None
) -> dt.date:
    """The day of the questions «what is overdue» and «what comes next».

    Parameters
    ----------
    dataset
        Tidy tables.
    settings_date
        ``as_of`` of ``shnor.yml``; wins over the data.
    year
        Look from this school year: the day is never later than its end (31 August). Default: the
        latest year of the data, which a day set by hand may pass.

    Returns
    -------
    date
        The day set by hand; else the latest date of something that has happened (a measure done,
        a consultation, a protocol; not a deadline), not later than 31 August of the latest year.
        Data without dates are looked at from the first day of their school year, on which nothing
        is overdue yet.

    Examples
    --------
    >>> as_of(Dataset(), dt.date(2026, 11, 22))
    datetime.date(2026, 11, 22)
    >>> as_of(Dataset(), dt.date(2026, 11, 22), year=2025)
    datetime.date(2025, 8, 31)
    """
    if settings_date is not None:
        return settings_date if year is None else min(settings_date, school_year_end(year))
    latest = year if year is not None else _latest_year(dataset)
    end = school_year_end(latest) if latest is not None else dt.date.max
    known = [day for frame_dates in _happened(dataset) for day in frame_dates if day <= end]
    if known:
        return max(known)
    return dt.date(2000, 9, 1) if latest is None else school_year_start(latest)


def school_year_start(year: int) -> dt.date:
    """1 September: the school year's first day."""
    return dt.date(year - 1, 9, 1)


def school_year_end(year: int) -> dt.date:
    """31 August: the school year's last day."""
    return dt.date(year, 8, 31)


def _happened(dataset: Dataset) -> list[list[dt.date]]:
    found = []
    for name, table in TABLES.items():
        frame = dataset.tables[name]
        for column in table.columns:
            if column.kind == "date" and (name, column.name) not in PLANNED:
                days = pd.to_datetime(frame[column.name]).dropna().unique()
                found.append([day.date() for day in pd.DatetimeIndex(days)])
    return found


def _latest_year(dataset: Dataset) -> int | None:
    """The last year with results or a passport; of any table if there is none."""
    years = dataset.years
    if not years:
        years = sorted(
            {
                int(year)
                for name, table in TABLES.items()
                if table.by_year
                for year in dataset.tables[name]["year"].dropna().unique()
            }
        )
    return years[-1] if years else None
