"""News and their feed (S0 4.6.1, 2)."""

from __future__ import annotations

from collections.abc import Iterable

from shnor_lib.report import format as fmt
from shnor_lib.report.analysis import Analysis
from shnor_lib.report.blocks import front_matter, page, raw
from shnor_lib.report.pages.platform.common import NEWS, by_school_year, platform_of
from shnor_lib.report.pages.sections import Site
from shnor_lib.report.platform import feed as atom
from shnor_lib.report.platform.items import Item, day_of, items, paragraphs
from shnor_lib.report.platform.links import each_link
from shnor_lib.report.rows import Row, records
from shnor_lib.report.slugs import slug


def has_news(analysis: Analysis) -> bool:
    """Whether the register has rows."""
    return not platform_of(analysis).news.empty


def page_of_news(site: Site) -> bytes:
    """``news.qmd``."""
    news = platform_of(site.analysis).news
    blocks = [
        front_matter("Новости", subtitle="Что происходит в системе поддержки школ"),
        _head(len(news)),
    ]
    for heading, rows in by_school_year(news):
        blocks += [f"## {heading}", items(news_item(row, site) for row in records(rows))]
    return page(blocks)


def anchor(row: Row) -> str:
    """Name of a piece of news on the page: its day and its title."""
    return "news-" + slug(f"{row['date']:%Y-%m-%d} {fmt.one_line(row['title'])}")


def news_item(row: Row, site: Site, *, short: bool = False) -> Item:
    """A piece of news as a card; ``short``: without its text, the title leads to the page."""
    title = fmt.escape(fmt.nice(row["title"]))
    if short:
        return Item(title=f'<a href="news.qmd#{anchor(row)}">{title}</a>', day=day_of(row["date"]))
    return Item(
        title=title,
        day=day_of(row["date"]),
        anchor=anchor(row),
        body=paragraphs(row["text"]),
        links=each_link(row["link"], site.files, "Подробнее"),
    )


def news_feed(site: Site) -> dict[str, bytes]:
    """Address below ``reports/`` → feed; nothing without news."""
    rows = records(platform_of(site.analysis).news)
    if not rows:
        return {}
    content = atom.feed(
        site.analysis.title,
        list(_entries(rows)),
        organisation=site.analysis.organisation,
        site_url=site.site_url,
    )
    return {atom.PATH: content}


def _entries(rows: Iterable[Row]) -> Iterable[atom.Entry]:
    for row in rows:
        day = day_of(row["date"])
        if day is not None:
            text = "\n".join(paragraphs(row["text"]))
            yield atom.Entry(fmt.one_line(row["title"]), day, text, anchor(row))


def _head(n: int) -> str:
    if not n:
        return "Новостей пока нет."
    verb = fmt.plural(n, "Опубликована", "Опубликованы", "Опубликовано")
    order = "; последние стоят первыми" if n > 1 else ""
    return f"{verb} {fmt.count_phrase(n, *NEWS)}{order}.\n\n" + raw(
        f'<div class="shnor-documents"><a href="{atom.PATH}" type="application/atom+xml">'
        "Лента новостей (Atom)</a> <span>для программ, которые собирают новости с сайтов</span>"
        "</div>"
    )
