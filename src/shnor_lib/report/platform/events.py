"""Events as cards, as calendar files and as sign-up forms."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from shnor_lib.methods.platform import Platform, school_year_of
from shnor_lib.report import format as fmt
from shnor_lib.report.calendar_file import Entry, calendar_file
from shnor_lib.report.platform.items import Item, day_of
from shnor_lib.report.platform.links import Files, each_link, mail_href, titled
from shnor_lib.report.rows import Row, records
from shnor_lib.report.slugs import slug
from shnor_lib.sources.given.links import link_of

FOLDER = "downloads/platform"
ALL = f"{FOLDER}/events.ics"
"""Every event ahead."""
REMIND = (3,)
"""Days before an event on which a calendar reminds."""
FORMS_MOST = 20
"""Events with a sign-up form of their own; the others use the common one."""
REQUESTS_PAGE = "requests.qmd"


def event_keys(platform: Platform) -> dict[tuple[dt.date, str], str]:
    """First day and title of every event ahead → its name in addresses.

    A day that is moved does not change the name, so a calendar that has the event moves it, too;
    only events with the same title in one school year are told apart by their order.
    """
    seen: dict[str, int] = {}
    found = {}
    for row in records(platform.coming):
        day = day_of(row["date"])
        assert day is not None  # a date is required
        base = f"{school_year_of(day)} {fmt.one_line(row['title'])}"
        seen[base] = seen.get(base, 0) + 1
        more = f" {seen[base]}" if seen[base] > 1 else ""
        found[day, str(row["title"])] = f"event-{slug(base + more)}"
    return found


def calendars(platform: Platform) -> dict[str, bytes]:
    """Address below ``reports/`` → calendar file: all events ahead, and every one that takes place."""
    keys = event_keys(platform)
    entries = [(row, _entry(row, keys)) for row in records(platform.coming)]
    if not entries:
        return {}
    found = {ALL: calendar_file("Мероприятия", [entry for _, entry in entries], stamp=platform.day)}
    for row, entry in entries:
        if not row["cancelled"]:
            found[f"{FOLDER}/{entry.uid}.ics"] = calendar_file(
                entry.title, [entry], stamp=platform.day
            )
    return found


def coming_item(
    row: Row, keys: Mapping[tuple[dt.date, str], str], files: Files, *, forms: frozenset[str]
) -> Item:
    """An event ahead: what, for whom, where, how to sign up.

    Parameters
    ----------
    row
        Of :attr:`~shnor_lib.methods.platform.Platform.coming`.
    keys
        From :func:`event_keys`.
    files
        Files of the user.
    forms
        Names of events that have a sign-up form.
    """
    day = day_of(row["date"])
    key = keys[day, str(row["title"])] if day is not None else ""
    badge, kind = ("идёт", "good") if row["now"] else ("", "quiet")
    if row["cancelled"]:
        badge, kind = "отменено", "off"
    links: list[str] = []
    if not row["cancelled"]:
        links = [
            signup_html(row["signup"], str(row["title"]), files),
            form_link(key) if key in forms else "",
            f'<a href="{FOLDER}/{key}.ics" download>В календарь (.ics)</a>',
        ]
    return Item(
        title=fmt.escape(fmt.nice(row["title"])),
        day=day,
        last=day_of(row["last_date"]),
        anchor=key,
        badge=badge,
        kind=kind,
        about=_about(row),
        links=[*links, *each_link(row["materials"], files, "Материалы")],
    )


def past_item(row: Row, files: Files) -> Item:
    """An event of the archive: with its materials."""
    found = link_of(row["materials"])
    several = each_link(row["materials"], files, "Материалы")
    title = titled(None, row["title"], files)
    return Item(
        title=title,
        day=day_of(row["date"]),
        last=day_of(row["last_date"]),
        about=_about(row),
        links=several if found is not None else (),
    )


def signup_html(value: object, title: str, files: Files) -> str:
    """How to sign up: a link, a letter, a form, or words (those about «Заявки» lead there)."""
    link = link_of(value)
    if link is None:
        return ""
    if link.kind == "mail":
        href = fmt.escape(mail_href(link.target, f"Запись: {fmt.one_line(title)}"))
        return f'<a href="{href}">Записаться письмом</a> <span class="note">{fmt.escape(link.target)}</span>'
    if link.kind == "text":
        words = fmt.escape(fmt.nice(value))
        return "Запись: " + words.replace("«Заявки»", f'<a href="{REQUESTS_PAGE}">«Заявки»</a>')
    words = "Форма записи" if link.kind == "file" else "Записаться"
    return "".join(each_link(value, files, words))


def form_path(key: str) -> str:
    """Address of an event's sign-up form below ``reports/``."""
    return f"{FOLDER}/{key}.xlsx"


def form_link(key: str) -> str:
    """Link to the sign-up form of an event."""
    return f'<a href="{form_path(key)}" download>Заявка на участие (xlsx)</a>'


def with_form(platform: Platform) -> dict[str, Row]:
    """Name → row of the events people sign up for with a request."""
    keys = event_keys(platform)
    found: dict[str, Row] = {}
    for row in records(platform.coming):
        day = day_of(row["date"])
        link = link_of(row["signup"])
        asks = link is not None and link.kind == "text" and "заявк" in link.target.casefold()
        if asks and not row["cancelled"] and day is not None and len(found) < FORMS_MOST:
            found[keys[day, str(row["title"])]] = row
    return found


def _about(row: Row) -> list[str]:
    parts = []
    if not fmt.is_missing(row["audience"]):
        parts.append(f"Для кого: {fmt.escape(fmt.nice(row['audience']))}")
    if not fmt.is_missing(row["place"]):
        parts.append(f"Где: {fmt.escape(fmt.nice(row['place']))}")
    return parts


def _entry(row: Row, keys: Mapping[tuple[dt.date, str], str]) -> Entry:
    day = day_of(row["date"])
    assert day is not None
    link = link_of(row["signup"])
    said = [
        f"Для кого: {fmt.one_line(row['audience'])}" if not fmt.is_missing(row["audience"]) else "",
        f"Запись: {fmt.one_line(row['signup'])}" if link is not None else "",
    ]
    return Entry(
        uid=keys[day, str(row["title"])],
        title=fmt.one_line(row["title"]),
        first=day,
        last=day_of(row["last_date"]),
        text="\n".join(part for part in said if part),
        place=fmt.one_line(row["place"], ""),
        link=link.target if link is not None and link.kind == "web" else "",
        categories=("Мероприятия",),
        remind_days=() if row["cancelled"] else REMIND,
        cancelled=bool(row["cancelled"]),
    )
