"""The library by shelves (S0 4.6.1, 4)."""

from __future__ import annotations

import pandas as pd

from shnor_lib.report import format as fmt
from shnor_lib.report.analysis import Analysis
from shnor_lib.report.blocks import front_matter, page
from shnor_lib.report.display import Col, DataTable
from shnor_lib.report.labels import label
from shnor_lib.report.pages.platform.common import MATERIAL, platform_of
from shnor_lib.report.pages.platform.documents import download
from shnor_lib.report.pages.sections import Site
from shnor_lib.report.platform.items import Item, items, paragraphs
from shnor_lib.report.platform.links import titled
from shnor_lib.report.rows import Row, records
from shnor_lib.tables.codes import LIBRARY_KINDS


def has_library(analysis: Analysis) -> bool:
    """Whether the register has rows."""
    return not platform_of(analysis).library.empty


def page_of_library(site: Site) -> bytes:
    """``library.qmd``."""
    rows = records(platform_of(site.analysis).library)
    blocks = [
        front_matter(
            "Библиотека", subtitle="Методические рекомендации, электронная библиотека, опыт школ"
        ),
        summary(rows),
    ]
    for shelf, title in LIBRARY_KINDS.items():
        own = [row for row in rows if row["shelf"] == shelf]
        if own:
            shown = (_item(row, site) for row in sorted(own, key=_order))
            blocks += [f"## {fmt.sentence_case(title)}", items(shown, look="compact")]
    blocks.append(_workbook(rows))
    return page(blocks)


def summary(rows: list[Row]) -> str:
    """How many materials there are and for which subjects."""
    if not rows:
        return "Материалов пока нет."
    text = f"В{fmt.NBSP}библиотеке {fmt.count_phrase(len(rows), *MATERIAL)}."
    subjects = sorted(
        {fmt.one_line(r["subject"]) for r in rows if not fmt.is_missing(r["subject"])}
    )
    if subjects:
        word = "Предмет" if len(subjects) == 1 else "Предметы"
        text += f" {word}: {fmt.escape_md(', '.join(subjects))}."
    return text


def _order(row: Row) -> tuple[str, int, str]:
    """By subject (those without one last), the newest first, by title."""
    subject = "\uffff" if fmt.is_missing(row["subject"]) else str(row["subject"]).casefold()
    year = 0 if fmt.is_missing(row["published"]) else -int(row["published"])
    return subject, year, str(row["title"]).casefold()


def _item(row: Row, site: Site) -> Item:
    year = "" if fmt.is_missing(row["published"]) else f"{int(row['published'])}{fmt.NBSP}год"
    author = "" if fmt.is_missing(row["author"]) else fmt.escape(row["author"])
    return Item(
        title=titled(row["link"], row["title"], site.files),
        about=[author, year],
        badge="" if fmt.is_missing(row["subject"]) else fmt.one_line(row["subject"]),
        body=paragraphs(row["note"]),
    )


def _workbook(rows: list[Row]) -> str:
    said = [
        {
            "title": fmt.nice(row["title"]),
            "shelf": label(LIBRARY_KINDS, row["shelf"]),
            "subject": fmt.text(row["subject"], ""),
            "author": fmt.text(row["author"], ""),
            "published": None if fmt.is_missing(row["published"]) else str(int(row["published"])),
            "note": fmt.text(row["note"], ""),
            "link": fmt.text(row["link"], ""),
        }
        for row in rows
    ]
    columns = [
        Col("title", "Название материала"),
        Col("shelf", "Полка"),
        Col("subject", "Предмет", missing="не об одном предмете"),
        Col("author", "Автор", missing="не указан"),
        Col("published", "Год издания", missing="не указан"),
        Col("note", "О чём материал", missing="не указано"),
        Col("link", "Ссылка или файл"),
    ]
    return download(DataTable(pd.DataFrame(said), columns, caption="Библиотека"))
