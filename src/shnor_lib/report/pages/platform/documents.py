"""Normative acts: orders, statutes, road maps, programmes, plans (S0 4.6.1, 1)."""

from __future__ import annotations

import pandas as pd

from shnor_lib.report import exports
from shnor_lib.report import format as fmt
from shnor_lib.report.analysis import Analysis
from shnor_lib.report.blocks import front_matter, page, raw
from shnor_lib.report.display import Col, DataTable
from shnor_lib.report.labels import label
from shnor_lib.report.pages.platform.common import DOCUMENT, platform_of
from shnor_lib.report.pages.sections import Site
from shnor_lib.report.platform.items import Item, day_of, items
from shnor_lib.report.platform.links import titled
from shnor_lib.report.rows import Row, records
from shnor_lib.tables.codes import DOCUMENT_KINDS, LEVELS

HEADINGS: dict[str, str] = {
    "order": "Приказы и распоряжения",
    "statute": "Положения",
    "road_map": "Дорожные карты",
    "programme": "Программы работы",
    "plan": "Планы работы и календарные графики",
    "report": "Отчёты",
    "other": "Другие документы",
}
"""Kind of a document → heading, in the order of S0 4.6.1."""


def has_documents(analysis: Analysis) -> bool:
    """Whether the register has rows."""
    return not platform_of(analysis).documents.empty


def page_of_documents(site: Site) -> bytes:
    """``documents.qmd``."""
    rows = records(platform_of(site.analysis).documents)
    valid = [row for row in rows if row["in_force"]]
    blocks = [
        front_matter(
            "Нормативные акты",
            subtitle="Приказы, положения, дорожные карты, программы и планы",
        ),
        summary(len(rows), len(valid)),
    ]
    for kind, heading in HEADINGS.items():
        own = [row for row in valid if row["kind"] == kind]
        if own:
            blocks += [f"## {heading}", items((_item(row, site) for row in own), look="compact")]
    gone = [row for row in rows if not row["in_force"]]
    if gone:
        blocks += [
            "## Утратили силу",
            items((_item(row, site) for row in gone), look="compact"),
        ]
    blocks.append(_workbook(rows, site))
    return page(blocks)


def summary(n: int, valid: int) -> str:
    """How many documents there are and how many are in force."""
    if not n:
        return "Документов пока нет."
    text = f"В{fmt.NBSP}разделе {fmt.count_phrase(n, *DOCUMENT)}"
    if valid == n:
        return text + (", действует." if n == 1 else "; все действуют.")
    if not valid:
        return text + (", утратил силу." if n == 1 else "; все утратили силу.")
    return text + f": действуют — {fmt.number(valid)}, утратили силу — {fmt.number(n - valid)}."


def _item(row: Row, site: Site) -> Item:
    school = None if fmt.is_missing(row["school_id"]) else str(row["school_id"])
    number = "" if fmt.is_missing(row["number"]) else f"№{fmt.NBSP}{fmt.escape(row['number'])}"
    day = day_of(row["date"])
    dated = f"от{fmt.NBSP}{fmt.date_ru(day)}" if day is not None else ""
    about = [
        " ".join(part for part in (number, dated) if part),
        fmt.escape(label(LEVELS, row["level"], ""), ""),
    ]
    if not row["in_force"]:
        about.append(fmt.escape(label(DOCUMENT_KINDS, row["kind"])))
    if school is not None:
        name = fmt.escape(site.names.get(school, school))
        href = site.links.get(school)
        about.append(f'<a href="{fmt.escape(href)}">{name}</a>' if href else name)
    return Item(
        title=titled(row["link"], row["title"], site.files),
        about=about,
        badge="" if row["in_force"] else "утратил силу",
        kind="off",
    )


def _workbook(rows: list[Row], site: Site) -> str:
    """The register as a sheet of the page's workbook."""
    said = [
        {
            "kind": label(DOCUMENT_KINDS, row["kind"]),
            "title": fmt.nice(row["title"]),
            "number": fmt.text(row["number"], ""),
            "date": fmt.date_ru(row["date"], missing=""),
            "level": label(LEVELS, row["level"], ""),
            "school": ""
            if fmt.is_missing(row["school_id"])
            else site.names.get(str(row["school_id"]), str(row["school_id"])),
            "valid": "да" if row["in_force"] else "нет",
            "link": fmt.text(row["link"], ""),
        }
        for row in rows
    ]
    table = DataTable(
        pd.DataFrame(said),
        [
            Col("title", "Название документа"),
            Col("kind", "Вид документа"),
            Col("number", "Номер", missing="без номера"),
            Col("date", "Дата", missing="не указана"),
            Col("level", "Чей документ", missing="не указано"),
            Col("school", "Школа", missing="не об одной школе"),
            Col("valid", "Действует"),
            Col("link", "Ссылка или файл", missing="нет"),
        ],
        caption="Нормативные акты",
    )
    return download(table)


def download(table: DataTable) -> str:
    """Link to the workbook of the page with a table that the page shows as cards."""
    book = exports.current()
    return raw(book.add(table.sheet())) if book is not None and len(table.frame) else ""
