"""Calendar files (``.ics``, RFC 5545): deadlines and events for Outlook, a phone, Яндекс Календарь.

The same entries give the same bytes: identifiers are the caller's own, and the time stamp the
format asks for is a day of the data, not the clock.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import icalendar

PRODUCT = "-//shnor//Мониторинг ШНОР и ШССУ//RU"
DOMAIN = "shnor.local"
"""Right-hand side of identifiers; RFC 7986 only asks that they be unique."""


@dataclass(frozen=True)
class Entry:
    """One entry of a calendar; days, not hours.

    Parameters
    ----------
    uid
        What makes the entry the same one next time (Latin letters, digits, hyphens): a calendar
        that gets the file again replaces the entry instead of adding another.
    title
        Russian line shown in the calendar.
    first, last
        First and last day, both inclusive; ``last`` None: one day.
    text
        Russian: what it is about; may have several lines.
    place, link
        Where it takes place; an address to open.
    categories
        Russian labels.
    remind_days
        Days before the first day on which to remind; empty: no reminder.
    """

    uid: str
    title: str
    first: dt.date
    last: dt.date | None = None
    text: str = ""
    place: str = ""
    link: str = ""
    categories: tuple[str, ...] = ()
    remind_days: tuple[int, ...] = ()
    cancelled: bool = False
    """It does not take place: a calendar that had it shows it struck out."""


def calendar_file(title: str, entries: Iterable[Entry], *, stamp: dt.date) -> bytes:
    """Entries as the bytes of an ``.ics`` file.

    Parameters
    ----------
    title
        Name of the calendar.
    entries
        In the order of the file.
    stamp
        The day of the data (:func:`shnor_lib.methods.as_of.as_of`); written as the time stamp.

    Returns
    -------
    bytes
        UTF-8, lines folded at 75 octets, CRLF. A calendar without entries is not valid: there
        must be one at least.

    Raises
    ------
    ValueError
        No entries, or two with the same identifier.
    """
    import icalendar

    wanted = list(entries)
    if not wanted:
        raise ValueError("a calendar needs an entry")
    if len({entry.uid for entry in wanted}) < len(wanted):
        raise ValueError("entries of a calendar have identifiers of their own")
    calendar = icalendar.Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("name", title)
    calendar.add("x-wr-calname", title)
    moment = dt.datetime.combine(stamp, dt.time(), tzinfo=dt.UTC)
    for entry in wanted:
        calendar.add_component(_event(entry, moment))
    return bytes(calendar.to_ical())


def _event(entry: Entry, stamp: dt.datetime) -> icalendar.Event:
    import icalendar

    event = icalendar.Event()
    event.add("uid", f"{entry.uid}@{DOMAIN}")
    event.add("dtstamp", stamp)
    event.add("dtstart", entry.first)
    # The end of a day-long entry is the day after its last one (RFC 5545, 3.6.1).
    event.add("dtend", (entry.last or entry.first) + dt.timedelta(days=1))
    event.add("summary", entry.title)
    if entry.text:
        event.add("description", entry.text)
    if entry.place:
        event.add("location", entry.place)
    if entry.link:
        event.add("url", entry.link)
    if entry.categories:
        event.add("categories", list(entry.categories))
    event.add("transp", "TRANSPARENT")
    if entry.cancelled:
        event.add("status", "CANCELLED")
    for days in entry.remind_days:
        alarm = icalendar.Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", entry.title)
        alarm.add("trigger", dt.timedelta(days=-days))
        event.add_component(alarm)
    return event
