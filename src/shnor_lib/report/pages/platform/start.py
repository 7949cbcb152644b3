"""The platform's first page, and its block on the home page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import replace

from shnor_lib.methods.platform import Platform
from shnor_lib.report import format as fmt
from shnor_lib.report.blocks import callout, front_matter, page, raw
from shnor_lib.report.labels import school_year
from shnor_lib.report.pages.platform import common
from shnor_lib.report.pages.platform.common import platform_of
from shnor_lib.report.pages.platform.contacts import has_contacts
from shnor_lib.report.pages.platform.documents import has_documents
from shnor_lib.report.pages.platform.events import has_events
from shnor_lib.report.pages.platform.library import has_library
from shnor_lib.report.pages.platform.news import has_news, news_item
from shnor_lib.report.pages.platform.questions import has_questions
from shnor_lib.report.pages.platform.requests import has_requests
from shnor_lib.report.pages.sections import Site
from shnor_lib.report.platform.events import event_keys
from shnor_lib.report.platform.items import Item, day_of, items
from shnor_lib.report.rows import Row, records

SHOWN = 3
"""Events and pieces of news on the first page."""


def page_of_platform(site: Site) -> bytes:
    """``platform.qmd``: the sections there are, what comes next, what is new."""
    found = platform_of(site.analysis)
    sections = _sections(found, site)
    here = [(title, href, words) for title, href, words in sections if words]
    absent = [title for title, _, words in sections if not words]
    return page(
        [
            front_matter(
                "Информационная платформа",
                subtitle="Документы, новости, мероприятия и опыт работы со школами",
            ),
            items(
                (
                    Item(title=f'<a href="{href}">{title}</a>', body=[words])
                    for title, href, words in here
                ),
                level=2,
                look="grid",
            ),
            *_block(found, site, "", "##"),
            *_own(site),
            callout(
                "note",
                "Зачем это и на каком основании",
                "«Аккумулирование данных на информационной площадке призвано систематизировать "
                "сведения о реализации муниципальной системы работы со ШНОР/ШССУ и накопленном "
                f"продуктивном опыте» — {common.SOURCE}, п. 4.6; перечень разделов — п. 4.6.1.",
                _absent(absent),
            ),
        ]
    )


def home_block(site: Site) -> str:
    """«Ближайшие события и новости» for the home page; empty when there are none."""
    found = platform_of(site.analysis)
    blocks = _block(found, site, "reports/", "###")
    if not blocks:
        return ""
    more = "[Информационная платформа](reports/platform.qmd)"
    return "\n\n".join(["## Ближайшие события и новости", *blocks, more])


def _block(found: Platform, site: Site, prefix: str, level: str) -> list[str]:
    """The next events and the latest news as short cards."""
    coming = [row for row in records(found.coming) if not row["cancelled"]]
    keys = event_keys(found)
    news = records(found.news)[:SHOWN]
    deep = len(level) + 1
    blocks: list[str] = []
    if coming:
        shown = [_short(row, keys) for row in coming[:SHOWN]]
        blocks += [f"{level} Ближайшие мероприятия", _cards(shown, prefix, deep)]
    if news:
        shown = [news_item(row, site, short=True) for row in news]
        blocks += [f"{level} Последние новости", _cards(shown, prefix, deep)]
    return blocks


def _cards(found: Iterable[Item], prefix: str, level: int) -> str:
    moved = (
        replace(item, title=item.title.replace('<a href="', f'<a href="{prefix}', 1))
        for item in found
    )
    return items(moved, level=level, look="compact")


def _short(row: Row, keys: Mapping[tuple[dt.date, str], str]) -> Item:
    day = day_of(row["date"])
    key = "" if day is None else keys[day, str(row["title"])]
    return Item(
        title=f'<a href="events.qmd#{key}">{fmt.escape(fmt.nice(row["title"]))}</a>',
        day=day,
        last=day_of(row["last_date"]),
        badge="идёт" if row["now"] else "",
        kind="good",
        about=[fmt.escape(fmt.nice(row["place"]), "") if not fmt.is_missing(row["place"]) else ""],
    )


def _sections(found: Platform, site: Site) -> list[tuple[str, str, str]]:
    """Title, page and a few words (empty: nothing there) of the nine sections, in their order."""
    analysis = site.analysis
    return [
        ("Нормативные акты", "documents.qmd", _documents(found) if has_documents(analysis) else ""),
        ("Новости", "news.qmd", _news(found) if has_news(analysis) else ""),
        ("Мероприятия", "events.qmd", _events(found) if has_events(analysis) else ""),
        (
            "Библиотека",
            "library.qmd",
            _count(len(found.library), common.MATERIAL) if has_library(analysis) else "",
        ),
        ("Заявки", "requests.qmd", _requests(found) if has_requests(analysis) else ""),
        ("Мониторинги", "monitorings.qmd", _monitorings(site)),
        ("Отчёты", "reports.qmd", "Годовые отчёты, мониторинги, профили школ: PDF, Word, Excel"),
        (
            "Вопросы и ответы",
            "questions.qmd",
            _questions(found, site) if has_questions(analysis) else "",
        ),
        (
            "Контакты",
            "contacts.qmd",
            _count(found.contacts["organisation"].nunique(), common.ORGANISATION)
            if has_contacts(analysis)
            else "",
        ),
    ]


def _count(n: int, words: tuple[str, str, str]) -> str:
    return fmt.count_phrase(n, *words)


def _documents(found: Platform) -> str:
    text = _count(len(found.documents), common.DOCUMENT)
    gone = int((~found.documents["in_force"]).sum())
    return text + (f", утратили силу: {fmt.number(gone)}" if gone else "")


def _news(found: Platform) -> str:
    newest = fmt.date_ru(found.news["date"].max())
    return f"{_count(len(found.news), common.NEWS)}, последняя — {newest}"


def _events(found: Platform) -> str:
    ahead = int((~found.coming["cancelled"]).sum())
    parts = [f"впереди: {fmt.number(ahead)}" if ahead else "новых анонсов нет"]
    if len(found.past):
        parts.append(f"в архиве: {fmt.number(len(found.past))}")
    return fmt.sentence_case(", ".join(parts))


def _requests(found: Platform) -> str:
    if found.requests.empty:
        return "Форма заявки"
    waiting = int(found.requests["open"].sum())
    tail = f", ждут: {fmt.number(waiting)}" if waiting else ", ожидающих нет"
    return _count(len(found.requests), common.REQUEST) + tail


def _questions(found: Platform, site: Site) -> str:
    parts = [_count(len(found.questions), common.ANSWER)] if len(found.questions) else []
    parts += ["ссылка на форум"] if site.analysis.forum else []
    return fmt.sentence_case(", ".join(parts))


def _monitorings(site: Site) -> str:
    years = [year for year, names in site.years.items() if names]
    if not years:
        return "Перечень мониторингов"
    first, last = school_year(min(years)), school_year(max(years))
    return f"За{fmt.NBSP}{last}" if first == last else f"За{fmt.NBSP}{first}–{last}"


def _own(site: Site) -> list[str]:
    if not site.own:
        return []
    lines = (
        f'<li><a href="{fmt.escape(page_.href)}">{fmt.escape(page_.title)}</a></li>'
        for page_ in site.own
    )
    return ["## Другие страницы", raw(f'<ul class="shnor-own">{"".join(lines)}</ul>')]


def _absent(titles: list[str]) -> str:
    if not titles:
        return ""
    word = "Раздел, в котором" if len(titles) == 1 else "Разделы, в которых"
    return (
        f"{word} пока ничего нет: {fmt.join_ru([f'«{title}»' for title in titles])}. "
        f"{'Он появится' if len(titles) == 1 else 'Они появятся'} в{fmt.NBSP}меню, как только "
        "в реестрах будут строки."
    )
