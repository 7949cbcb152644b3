"""Events: announcements, sign-up, materials, archive (S0 4.6.1, 3)."""

from __future__ import annotations

import pandas as pd

from shnor_lib.methods.platform import Platform
from shnor_lib.report import format as fmt
from shnor_lib.report.analysis import Analysis
from shnor_lib.report.blocks import front_matter, page, raw
from shnor_lib.report.display import Col, DataTable
from shnor_lib.report.pages.platform.common import EVENT, by_school_year, platform_of
from shnor_lib.report.pages.platform.documents import download
from shnor_lib.report.pages.sections import Site
from shnor_lib.report.platform import events as cards
from shnor_lib.report.platform.items import Item, items
from shnor_lib.report.rows import records


def has_events(analysis: Analysis) -> bool:
    """Whether there is an event ahead or in the archive."""
    found = platform_of(analysis)
    return not (found.coming.empty and found.past.empty)


def page_of_events(site: Site) -> bytes:
    """``events.qmd``."""
    found = platform_of(site.analysis)
    blocks = [
        front_matter("Мероприятия", subtitle="Анонсы, запись, материалы и архив"),
        summary(found),
    ]
    if len(found.coming):
        blocks += [
            "## Ближайшие мероприятия",
            items(coming_items(found, site)),
            raw(
                f'<div class="shnor-documents"><a href="{cards.ALL}" download>'
                "Все ближайшие — в календарь (.ics)</a> <span>для Outlook, телефона, Яндекс Календаря"
                "</span></div>"
            ),
        ]
    if len(found.past):
        blocks += ["## Архив"]
        for heading, rows in by_school_year(found.past):
            shown = (cards.past_item(row, site.files) for row in records(rows))
            blocks += [f"### {heading}", items(shown, level=4, look="compact")]
    blocks.append(_workbook(found))
    return page(blocks)


def coming_items(found: Platform, site: Site) -> list[Item]:
    """Cards of the events ahead, the next one first."""
    keys, forms = cards.event_keys(found), frozenset(cards.with_form(found))
    return [cards.coming_item(row, keys, site.files, forms=forms) for row in records(found.coming)]


def summary(found: Platform) -> str:
    """How many events are ahead on the day and how many are in the archive."""
    off = int(found.coming["cancelled"].sum())
    ahead, past = len(found.coming) - off, len(found.past)
    day = f"На{fmt.NBSP}{fmt.date_ru(found.day)}"
    if ahead:
        verb = fmt.plural(ahead, "запланировано", "запланированы", "запланировано")
        text = f"{day} {verb} {fmt.count_phrase(ahead, *EVENT)}"
        begun = int((found.coming["now"] & ~found.coming["cancelled"]).sum())
        if begun:
            text += f" (уже {fmt.plural(begun, 'идёт', 'идут', 'идёт')}: {fmt.number(begun)})"
    else:
        text = f"{day} запланированных мероприятий нет"
    if off:
        text += f"; {fmt.plural(off, 'отменено', 'отменены', 'отменено')}: {fmt.number(off)}"
    text += "."
    if past:
        text += f" В{fmt.NBSP}архиве {fmt.count_phrase(past, *EVENT)}."
    return text


def event_files(site: Site) -> dict[str, bytes]:
    """Calendars of the events ahead."""
    return cards.calendars(platform_of(site.analysis))


def _workbook(found: Platform) -> str:
    """All events as a sheet of the page's workbook."""
    whole = pd.concat([found.coming.drop(columns="now"), found.past], ignore_index=True)
    said = [
        {
            "title": fmt.nice(row["title"]),
            "date": fmt.date_ru(row["date"]),
            "last": fmt.date_ru(row["last"]),
            "audience": fmt.text(row["audience"], ""),
            "place": fmt.text(row["place"], ""),
            "signup": fmt.text(row["signup"], ""),
            "materials": fmt.text(row["materials"], ""),
            "cancelled": "отменено" if row["cancelled"] else "",
        }
        for row in records(whole)
    ]
    columns = [
        Col("title", "Название мероприятия"),
        Col("date", "Первый день"),
        Col("last", "Последний день"),
        Col("audience", "Для кого", missing="не указано"),
        Col("place", "Где проходит", missing="не указано"),
        Col("signup", "Запись", missing="не нужна"),
        Col("materials", "Материалы", missing="нет"),
        Col("cancelled", "Отменено", missing=""),
    ]
    return download(DataTable(pd.DataFrame(said), columns, caption="Мероприятия"))
