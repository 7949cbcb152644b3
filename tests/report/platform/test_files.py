"""The feed of news and the calendars of events, read as other programs read them."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import icalendar
import pytest

from shnor_lib.report.analysis import Analysis
from shnor_lib.report.pages.platform.events import event_files
from shnor_lib.report.pages.platform.news import news_feed, page_of_news
from shnor_lib.report.platform.feed import MOST, PATH, Entry, feed, site_url
from tests.report import platform_project as planted
from tests.report.platform.builder import COUNTS, DAY, Tags, at, raw_html, rows, site_of

ATOM = "{http://www.w3.org/2005/Atom}"


def check_feed(content: bytes, *, absolute: bool) -> ET.Element:
    """The rules of RFC 4287 a feed can break (4.1.1, 4.1.2, 4.2.6, 4.2.7, 3.3)."""
    root = ET.fromstring(content)
    assert root.tag == f"{ATOM}feed"
    assert content.startswith(b"<?xml version='1.0' encoding='utf-8'?>")
    for node in (root, *root.findall(f"{ATOM}entry")):
        for name in ("id", "title", "updated"):
            (found,) = node.findall(f"{ATOM}{name}")
            assert found.text
        assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", node.findtext(f"{ATOM}id") or "")
        moment = node.findtext(f"{ATOM}updated") or ""
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", moment)
        alternate = [link for link in node.findall(f"{ATOM}link") if link.get("rel") == "alternate"]
        assert len(alternate) == 1
        href = alternate[0].get("href") or ""
        assert href.startswith("https://") == absolute
    assert (root.find(f"{ATOM}author/{ATOM}name")) is not None
    ids = [node.text for node in root.iter(f"{ATOM}id")]
    assert len(ids) == len(set(ids))
    moments = [e.findtext(f"{ATOM}updated") or "" for e in root.findall(f"{ATOM}entry")]
    assert root.findtext(f"{ATOM}updated") == max(moments)
    assert moments == sorted(moments, reverse=True)
    return root


@pytest.mark.parametrize("n", COUNTS)
@pytest.mark.parametrize("url", ["", "https://example.org/shnor/"], ids=["stick", "server"])
def test_feed_of_any_number_of_news(analysis: Analysis, n: int, url: str) -> None:
    site = replace(site_of(analysis, news=rows("news", n)), site_url=url)
    found = news_feed(site)
    if not n:
        assert found == {}
        return
    assert list(found) == [PATH]
    root = check_feed(found[PATH], absolute=bool(url))
    entries = root.findall(f"{ATOM}entry")
    assert [e.findtext(f"{ATOM}title") for e in entries] == [f"Новость {i}" for i in range(n)]
    places = Tags(raw_html(page_of_news(site))).ids
    for entry in entries:
        link = entry.find(f"{ATOM}link")
        assert link is not None
        page, _, place = (link.get("href") or "").partition("#")
        assert place in places
        assert page == (f"{url}reports/news.html" if url else "../../news.html")
    own = [link.get("href") for link in root.findall(f"{ATOM}link") if link.get("rel") == "self"]
    assert own == ([f"{url}reports/{PATH}"] if url else [])


def test_feed_of_hostile_news(analysis: Analysis) -> None:
    news = [{**row, "year": 2026} for row in planted.NEWS]
    root = check_feed(news_feed(site_of(analysis, news=news))[PATH], absolute=False)
    titles = {e.findtext(f"{ATOM}title") for e in root.findall(f"{ATOM}entry")}
    assert planted.HOSTILE in titles
    assert all(c.get("type") == "text" for c in root.iter(f"{ATOM}content"))


def test_feed_is_short_and_the_same_every_time() -> None:
    entries = [Entry(f"\ud800\x07 {i}", dt.date(2026, 1, 1), "\ufffe&", str(i)) for i in range(60)]
    once = feed("Сайт", entries)
    assert once == feed("Сайт", entries)
    assert len(check_feed(once, absolute=False).findall(f"{ATOM}entry")) == MOST
    with pytest.raises(ValueError, match="needs an entry"):
        feed("Сайт", [])


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("website:\n  site-url: https://example.org/a/\n", "https://example.org/a/"),
        ("website:\n  site-url: example.org\n", ""),
        ("website:\n  site-url: javascript:x\n", ""),
        ("website: [1]\n", ""),
        ("project: {}\n", ""),
    ],
)
def test_address_of_the_site(tmp_path: Path, text: str, url: str) -> None:
    assert site_url(tmp_path) == ""
    (tmp_path / "_quarto.yml").write_text(text, "utf-8")
    assert site_url(tmp_path) == url


@pytest.mark.parametrize("n", COUNTS)
def test_calendars_of_any_number_of_events(analysis: Analysis, n: int) -> None:
    found = event_files(site_of(analysis, events=rows("events", n)))
    assert len(found) == (n + 1 if n else 0)
    uids = []
    for path, content in found.items():
        calendar = icalendar.Calendar.from_ical(content)
        events = calendar.walk("VEVENT")
        assert len(events) == (n if path.endswith("/events.ics") else 1)
        uids += [str(e["uid"]) for e in events if path.endswith("/events.ics")]
        for event in events:
            assert event["dtend"].dt - event["dtstart"].dt == dt.timedelta(1)
            assert event["dtstamp"].dt.date() == DAY
    assert len(set(uids)) == n


def test_calendar_knows_days_place_and_what_was_cancelled(analysis: Analysis) -> None:
    events = [
        {"date": at(-1), "last_date": at(2), "year": 2024, "title": "Сбор", "place": "Школа",
         "audience": "тьюторы", "signup": "https://example.org/f"},
        {"date": at(5), "year": 2024, "title": "Отменён", "cancelled": True},
        {"date": at(-9), "year": 2024, "title": "Прошёл"},
    ]  # fmt: skip
    found = event_files(site_of(analysis, events=events))
    assert len(found) == 2, "all of them, and one for the event that takes place"
    calendar = icalendar.Calendar.from_ical(found["downloads/platform/events.ics"])
    first, off = calendar.walk("VEVENT")
    assert (first["dtstart"].dt, first["dtend"].dt) == (at(-1).date(), at(3).date())
    assert (str(first["location"]), str(first["url"])) == ("Школа", "https://example.org/f")
    assert "Для кого: тьюторы" in str(first["description"])
    assert str(off["status"]) == "CANCELLED" and not off.walk("VALARM")


def test_an_event_that_is_moved_stays_the_same_event(analysis: Analysis) -> None:
    def uids(*days: int) -> list[str]:
        events = [{"date": at(d), "year": 2024, "title": "Семинар"} for d in days]
        content = event_files(site_of(analysis, events=events))["downloads/platform/events.ics"]
        return [str(e["uid"]) for e in icalendar.Calendar.from_ical(content).walk("VEVENT")]

    assert uids(3) == uids(8)
    assert len(set(uids(3, 8))) == 2
