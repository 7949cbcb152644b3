"""Registers of the platform on a day, recomputed row by row."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import pytest

from shnor_lib.methods.platform import platform, school_year_of
from shnor_lib.store import Dataset
from tests.methods.builders import table

DAY = dt.date(2026, 4, 15)


def at(day: dt.date) -> pd.Timestamp:
    return pd.Timestamp(day)


def event(first: int, last: int | None = None, **more: Any) -> dict[str, Any]:
    """An event that begins ``first`` days after the day and ends ``last`` days after it."""
    row = {"date": at(DAY + dt.timedelta(first)), "title": f"{first} {last}", "year": 2026, **more}
    if last is not None:
        row["last_date"] = at(DAY + dt.timedelta(last))
    return row


EVENTS = [
    event(-10),
    event(-1),
    event(0),
    event(1),
    event(-3, -1),
    event(-3, 0),
    event(-3, 3),
    event(2, 4),
    event(-5, cancelled=True),
    event(5, cancelled=True),
    event(6, cancelled=False),
]


def test_what_is_over_and_what_is_ahead() -> None:
    found = platform(Dataset(events=table("events", EVENTS)), DAY)
    ahead, past, now = set(), set(), set()
    for row in EVENTS:
        last = (row.get("last_date") or row["date"]).date()
        if last >= DAY:
            ahead.add(row["title"])
            if row["date"].date() <= DAY:
                now.add(row["title"])
        elif not row.get("cancelled"):
            past.add(row["title"])
    assert set(found.coming["title"]) == ahead and set(found.past["title"]) == past
    assert set(found.coming.loc[found.coming["now"], "title"]) == now
    assert found.coming["date"].is_monotonic_increasing
    assert found.past["date"].is_monotonic_decreasing
    assert set(found.coming.loc[found.coming["cancelled"], "title"]) == {"5 None"}


@pytest.mark.parametrize("shift", [-30, -1, 0, 1, 30])
def test_an_event_is_in_one_place_on_every_day(shift: int) -> None:
    day = DAY + dt.timedelta(shift)
    found = platform(Dataset(events=table("events", EVENTS)), day)
    held = [row["title"] for row in EVENTS if not row.get("cancelled")]
    shown = [*found.coming.loc[~found.coming["cancelled"], "title"], *found.past["title"]]
    assert sorted(shown) == sorted(held)


def test_waiting_of_requests() -> None:
    rows = [
        {"school_id": "A", "number": str(i), "date": at(DAY - dt.timedelta(days)), "year": 2026,
         "topic": "т", "state": state}
        for i, (days, state) in enumerate(
            [(10, None), (3, "new"), (40, "accepted"), (5, "done"), (6, "declined"), (-2, "new"), (0, "new")]
        )
    ]  # fmt: skip
    found = platform(Dataset(requests=table("requests", rows)), DAY).requests
    waits = dict(zip(found["number"], found["waits"], strict=True))
    opened = dict(zip(found["number"], found["open"], strict=True))
    for row in rows:
        waited = row["state"] in (None, "new", "accepted")
        days = (DAY - row["date"].date()).days
        assert opened[row["number"]] == waited
        if waited and days >= 0:
            assert waits[row["number"]] == days
        else:
            assert pd.isna(waits[row["number"]])


def test_only_answered_and_allowed_questions() -> None:
    rows = [
        {"date": at(DAY), "question": f"{answer}-{allowed}", "answer": answer, "published": allowed}
        for answer in ("да", " ", None)
        for allowed in (True, False, None)
    ]
    found = platform(Dataset(questions=table("questions", rows)), DAY)
    assert list(found.questions["question"]) == ["да-True"]
    assert found.unpublished == 8


def test_documents_of_the_future_are_not_there_yet() -> None:
    rows = [
        {"kind": "order", "title": "завтра", "date": at(DAY + dt.timedelta(1))},
        {"kind": "order", "title": "сегодня", "date": at(DAY), "valid": False},
        {"kind": "order", "title": "вчера", "date": at(DAY - dt.timedelta(1)), "valid": True},
        {"kind": "order", "title": "когда-то"},
    ]
    found = platform(Dataset(documents=table("documents", rows)), DAY).documents
    assert list(found["title"]) == ["сегодня", "вчера", "когда-то"]
    assert list(found["in_force"]) == [False, True, True]


def test_nothing_at_all() -> None:
    found = platform(Dataset(), DAY)
    for name in (
        "documents",
        "news",
        "coming",
        "past",
        "library",
        "requests",
        "questions",
        "contacts",
    ):
        assert getattr(found, name).empty, name
    assert found.unpublished == 0


@pytest.mark.parametrize("month", range(1, 13))
def test_school_year(month: int) -> None:
    assert school_year_of(dt.date(2025, month, 1)) == (2025 if month < 9 else 2026)
    assert school_year_of(pd.Timestamp(2025, month, 1)) == (2025 if month < 9 else 2026)
