"""The page «Поиск» and what it finds: pages, schools, municipalities, monitorings, the platform."""

from __future__ import annotations

from collections.abc import Iterable

from shnor_lib.report import format as fmt
from shnor_lib.report.blocks import front_matter, page, raw
from shnor_lib.report.labels import school_year
from shnor_lib.report.pages.monitorings import conducted
from shnor_lib.report.pages.municipalities import municipality_pages
from shnor_lib.report.pages.platform.common import platform_of
from shnor_lib.report.pages.platform.news import anchor
from shnor_lib.report.pages.platform.questions import anchor as question_anchor
from shnor_lib.report.pages.sections import Site
from shnor_lib.report.platform.events import event_keys
from shnor_lib.report.platform.items import day_of
from shnor_lib.report.rows import Row, records
from shnor_lib.report.search_index import PATH, Entry

WORDS = 300
"""Characters of a longer text that find an entry."""


def page_of_search(_site: Site) -> bytes:
    """``search.qmd``; ``search.js`` does the rest."""
    return page(
        [
            front_matter("Поиск", subtitle="По страницам, школам, документам и новостям"),
            raw(
                f'<form class="shnor-search" role="search" data-index="{PATH}">'
                '<label for="shnor-query">Что найти</label>'
                '<input id="shnor-query" type="search" autocomplete="off" spellcheck="false" '
                'placeholder="школа, слово из названия, номер приказа">'
                '<p class="said" role="status"></p><ol class="found"></ol></form>'
                "<noscript><p>Поиск работает, если в браузере включён JavaScript. Без него откройте "
                "раздел через меню.</p></noscript>"
            ),
        ]
    )


def entries(site: Site, pages: Iterable[Entry]) -> list[Entry]:
    """All that can be found.

    Parameters
    ----------
    site
        Schools, monitorings, registers of the platform, pages of the user.
    pages
        Pages of the menu, already read.
    """
    return [
        *pages,
        *(Entry(each.href, each.title, "страница", each.words[:WORDS]) for each in site.own),
        *_reports(site),
        *_schools(site),
        *_municipalities(site),
        *_platform(site),
    ]


def _reports(site: Site) -> Iterable[Entry]:
    for year in sorted({*site.years, *site.annual}, reverse=True):
        when = f"{school_year(year)} учебный год"
        if year in site.annual:
            yield Entry(f"{year}/annual.qmd", f"Годовой отчёт, {school_year(year)}", "отчёт", when)
        for one in conducted(site.years.get(year, ())):
            title = f"{one.title}, {school_year(year)}"
            yield Entry(
                f"{year}/{one.notebook}.ipynb", title, "мониторинг", f"{when}. {one.question}"
            )


def _schools(site: Site) -> Iterable[Entry]:
    rows = site.analysis.dataset.schools.drop_duplicates("school_id")
    places = dict(zip(rows["school_id"].astype(str), rows["municipality"], strict=True))
    for school, name in sorted(site.names.items(), key=lambda pair: (pair[1], pair[0])):
        if school in site.links:
            words = f"{school} · {fmt.one_line(places.get(school), '')}"
            yield Entry(site.links[school], fmt.one_line(name), "школа", words)


def _municipalities(site: Site) -> Iterable[Entry]:
    """Municipalities by name; their pages hold the schools, which have entries of their own."""
    for place, path in municipality_pages(site.analysis).items():
        if place:
            yield Entry(path, place, "муниципалитет")


def _platform(site: Site) -> Iterable[Entry]:
    found = platform_of(site.analysis)
    for row in records(found.documents):
        words = " ".join(
            part
            for part in (
                "" if fmt.is_missing(row["number"]) else f"№ {fmt.one_line(row['number'])}",
                "" if fmt.is_missing(row["date"]) else f"от {fmt.date_ru(row['date'])}",
            )
            if part
        )
        yield Entry("documents.qmd", _title(row), "документ", words)
    for row in records(found.news):
        yield Entry(f"news.qmd#{anchor(row)}", _title(row), "новость", _words(row["text"]))
    keys = event_keys(found)
    for row in records(found.coming):
        day = day_of(row["date"])
        if day is not None:
            href = f"events.qmd#{keys[day, str(row['title'])]}"
            yield Entry(href, _title(row), "мероприятие", _about(row))
    for row in records(found.past):
        yield Entry("events.qmd", _title(row), "мероприятие", _about(row))
    for row in records(found.library):
        words = f"{_words(row['subject'])} {_words(row['note'])}".strip()
        yield Entry("library.qmd", _title(row), "библиотека", words)
    for row in records(found.questions):
        href = f"questions.qmd#{question_anchor(row)}"
        yield Entry(href, fmt.one_line(row["question"]), "вопрос", _words(row["answer"]))


def _title(row: Row) -> str:
    return fmt.one_line(row["title"])


def _words(value: object) -> str:
    return fmt.one_line(value, "")[:WORDS]


def _about(row: Row) -> str:
    return f"{fmt.date_ru(row['date'])} {_words(row['place'])} {_words(row['audience'])}".strip()
