"""Calendar files: read back by the library, and by plain rules of RFC 5545."""

from __future__ import annotations

import datetime as dt

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shnor_lib.report.calendar_file import Entry, calendar_file

STAMP = dt.date(2026, 4, 15)
LONG = (
    "Решение о риске: «дефицит кадров»; сроки, уровни \\ и ещё много слов, чтобы строка сложилась"
)


def entry(**more: object) -> Entry:
    values: dict = {"uid": "risk-1", "title": LONG, "first": dt.date(2026, 7, 31), **more}
    return Entry(**values)


def unfolded(data: bytes) -> list[str]:
    """Lines of the file as RFC 5545, 3.1 puts them together."""
    assert data.endswith(b"\r\n")
    lines: list[bytes] = []
    for line in data[:-2].split(b"\r\n"):
        assert len(line) <= 75, line
        assert b"\n" not in line
        if line.startswith(b" "):
            lines[-1] += line[1:]
        else:
            lines.append(line)
    return [line.decode("utf-8") for line in lines]


def test_by_the_letter_of_the_format() -> None:
    data = calendar_file(
        "Сроки",
        [
            entry(
                text="Первая строка\nВторая; и, ещё",
                categories=("Риски", "МОУО"),
                remind_days=(14, 3),
                place="Районо",
                link="https://example.org/а",
            )
        ],
        stamp=STAMP,
    )
    lines = unfolded(data)
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-1] == "END:VCALENDAR"
    assert "VERSION:2.0" in lines
    assert any(line.startswith("PRODID:") for line in lines)
    assert "UID:risk-1@shnor.local" in lines
    assert "DTSTAMP:20260415T000000Z" in lines, "a day of the data, not the clock"
    assert "DTSTART;VALUE=DATE:20260731" in lines
    assert "DTEND;VALUE=DATE:20260801" in lines, "the end of a day is the next day"
    assert r"DESCRIPTION:Первая строка\nВторая\; и\, ещё" in lines
    assert "TRIGGER:-P14D" in lines
    assert lines.count("BEGIN:VALARM") == lines.count("END:VALARM") == 2


def test_read_back() -> None:
    days = (dt.date(2026, 7, 31), dt.date(2026, 8, 2))
    data = calendar_file(
        "Сроки", [entry(first=days[0], last=days[1]), entry(uid="b", cancelled=True)], stamp=STAMP
    )
    calendar = icalendar.Calendar.from_ical(data)
    one, two = calendar.walk("VEVENT")
    assert str(one["SUMMARY"]) == LONG
    assert (one.decoded("DTSTART"), one.decoded("DTEND")) == (days[0], dt.date(2026, 8, 3))
    assert "STATUS" not in one
    assert str(two["STATUS"]) == "CANCELLED"


def test_same_entries_same_bytes() -> None:
    assert calendar_file("Сроки", [entry()], stamp=STAMP) == calendar_file(
        "Сроки", [entry()], stamp=STAMP
    )


def test_refuses_what_is_no_calendar() -> None:
    with pytest.raises(ValueError, match="an entry"):
        calendar_file("Сроки", [], stamp=STAMP)
    with pytest.raises(ValueError, match="identifiers"):
        calendar_file("Сроки", [entry(), entry(title="x")], stamp=STAMP)


TEXT = st.text(
    st.characters(blacklist_categories=("Cs", "Cc"), blacklist_characters="\u2028\u2029\u0085"),
    min_size=1, max_size=200,
).map(str.strip).filter(bool)  # fmt: skip


@given(title=TEXT, text=TEXT)
def test_any_text_survives(title: str, text: str) -> None:
    data = calendar_file("Сроки", [entry(title=title, text=text)], stamp=STAMP)
    unfolded(data)
    (event,) = icalendar.Calendar.from_ical(data).walk("VEVENT")
    assert str(event["SUMMARY"]) == title
    assert str(event["DESCRIPTION"]) == text
