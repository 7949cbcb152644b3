"""The information platform on a day (S0 4.6.1): what comes, what has passed, what waits."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

import pandas as pd

from shnor_lib.methods.as_of import school_year_end
from shnor_lib.store import Dataset

OPEN_REQUESTS: tuple[str, ...] = ("new", "accepted")
"""States of a request that is waited for; one without a state was handed in and no more."""


@dataclass(frozen=True, eq=False)
class Platform:
    """What :func:`platform` found; frames keep the columns of their tables.

    Attributes
    ----------
    day
        The day on which it is asked what comes next.
    documents
        Those dated up to the day or not dated, with ``in_force`` (empty means yes); newest first.
    news
        Newest first.
    coming
        Events whose last day is not before the day, cancelled ones among them (``cancelled``
        filled in), with ``last`` (their last day) and ``now`` (has begun); the next one first.
    past
        Events that are over and were not cancelled, with ``last``; newest first: the archive.
    library
        By title.
    requests
        With ``open`` (still waited for) and ``waits`` (days from the date to the day; only of open
        ones that are not dated later); newest first.
    questions
        Published rows that have an answer; newest first.
    contacts
        As they stand.
    unpublished
        Questions that are not shown: not answered or not allowed.
    """

    day: dt.date
    documents: pd.DataFrame = field(repr=False)
    news: pd.DataFrame = field(repr=False)
    coming: pd.DataFrame = field(repr=False)
    past: pd.DataFrame = field(repr=False)
    library: pd.DataFrame = field(repr=False)
    requests: pd.DataFrame = field(repr=False)
    questions: pd.DataFrame = field(repr=False)
    contacts: pd.DataFrame = field(repr=False)
    unpublished: int = 0


def platform(dataset: Dataset, day: dt.date) -> Platform:
    """The platform's registers as they stand on a day.

    Parameters
    ----------
    dataset
        Tables ``documents``, ``news``, ``events``, ``library``, ``requests``, ``questions``,
        ``contacts``.
    day
        From :func:`~.as_of.as_of`.
    """
    now = pd.Timestamp(day)
    documents = dataset.documents
    documents = documents[~(documents["date"] > now).fillna(value=False).astype(bool)]
    documents = documents.assign(in_force=documents["valid"].fillna(value=True).astype(bool))
    events = dataset.events
    events = events.assign(
        last=events["last_date"].fillna(events["date"]),
        cancelled=events["cancelled"].fillna(value=False).astype(bool),
    )
    over = (events["last"] < now).astype(bool)
    coming = events[~over]
    requests = dataset.requests
    waited = requests["state"].isna() | requests["state"].isin(OPEN_REQUESTS)
    days = (now - requests["date"]).dt.days
    requests = requests.assign(
        open=waited.astype(bool), waits=days.where(waited & (days >= 0)).astype("Int64")
    )
    questions = dataset.questions
    answered = questions["answer"].fillna("").str.strip() != ""
    shown = (questions["published"].fillna(value=False) & answered).astype(bool)
    return Platform(
        day=day,
        documents=_newest(documents, "title"),
        news=_newest(dataset.news, "title"),
        coming=coming.assign(now=(coming["date"] <= now).astype(bool))
        .sort_values(["date", "title"], kind="stable")
        .reset_index(drop=True),
        past=_newest(events[over & ~events["cancelled"]], "title"),
        library=dataset.library.sort_values("title", kind="stable").reset_index(drop=True),
        requests=_newest(requests, "number"),
        questions=_newest(questions[shown], "question"),
        contacts=dataset.contacts.reset_index(drop=True),
        unpublished=int((~shown).sum()),
    )


def school_year_of(day: dt.date | pd.Timestamp) -> int:
    """The school year (its end) a day belongs to: it begins on 1 September.

    Examples
    --------
    >>> school_year_of(dt.date(2025, 8, 31)), school_year_of(dt.date(2025, 9, 1))
    (2025, 2026)
    """
    found = dt.date(day.year, day.month, day.day)
    return found.year if found <= school_year_end(found.year) else found.year + 1


def _newest(frame: pd.DataFrame, then: str) -> pd.DataFrame:
    ordered = frame.sort_values(then, kind="stable")
    ordered = ordered.sort_values("date", ascending=False, kind="stable", na_position="last")
    return ordered.reset_index(drop=True)
