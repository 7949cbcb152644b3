"""The list with its reasons: every school, why it is there, and the cells behind each number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from shnor_lib.methods.identification import Identification
from shnor_lib.report import format as fmt
from shnor_lib.report.blocks import Html, Text, text
from shnor_lib.report.display import badge
from shnor_lib.report.labels import (
    CONFIDENCE,
    STATUS,
    label,
)
from shnor_lib.report.monitoring.lists import (
    listed_frame,
    school_links,
)
from shnor_lib.report.words import (
    Reason,
    reason_sentences,
)
from shnor_lib.store import Dataset

REASONS_SHOWN = 40
"""Listed schools whose reasons are written out in the notebook; all have them on their pages."""
PER_SCHOOL = 3
"""Reasons written out per school."""


def reasons_list(
    found: Identification,
    data: Dataset,
    year: int,
    links: Mapping[str, str],
    *,
    most: int = REASONS_SHOWN,
) -> Html | Text:
    """The list: every school with its status, how sure it is, the reasons and their cells.

    Reasons are written out for the first ``most`` schools (gravest and surest first).
    """
    table = listed_frame(found.statuses, year, data.schools, links)
    if table.empty:
        return text("В списке нет ни одной школы.")
    shown = cast(list[dict[str, Any]], table.head(most).to_dict("records"))
    html, said = [], []
    for row in shown:
        reasons = reason_sentences(found, data, str(row["school_id"]), year)
        html.append(_school_html(row, reasons))
        sure = label(CONFIDENCE, row["confidence"])
        grounds = " ".join(fmt.escape_md(reason.text) for reason in reasons[:PER_SCHOOL])
        named = school_links([row["school_id"]], {row["school_id"]: row["name"]}, links)
        said.append(f"- {named} — {label(STATUS, row['status'])}, {sure}. {grounds}")
    rest = len(table) - len(shown)
    end = "</ol>"
    if rest > 0:
        total = fmt.count_of(len(table), "школы", "школ")
        more = f"Показаны первые {fmt.number(most)} из{fmt.NBSP}{total}; остальные — на странице "
        end += f'<p>{more}<a href="../schools/index.qmd">«Школы»</a>.</p>'
        said.append(f"\n{more}[«Школы»](../schools/index.qmd).")
    return Html(f'<ol class="shnor-reasons">{"".join(html)}{end}', "\n".join(said))


def _school_html(row: Mapping[str, Any], reasons: list[Reason]) -> str:
    """One school of the list."""
    name = fmt.escape(row["name"])
    if not fmt.is_missing(row["href"]):
        name = f'<a href="{fmt.escape(row["href"])}">{name}</a>'
    items = []
    for reason in reasons[:PER_SCHOOL]:
        cells = "".join(
            f'<span class="shnor-source">{fmt.escape(source.line())}</span>'
            for source in reason.sources
        )
        if cells:
            cells = f"<details><summary>исходные ячейки</summary>{cells}</details>"
        items.append(f"<li>{fmt.escape(reason.text)}{cells}</li>")
    rest = len(reasons) - PER_SCHOOL
    if rest > 0:
        more = fmt.count_phrase(rest, "причина", "причины", "причин")
        items.append(f"<li>ещё {more} — на странице школы</li>")
    sure = f"надёжность: {fmt.escape(label(CONFIDENCE, row['confidence']))}"
    grounds = f"<ul>{''.join(items)}</ul>" if items else ""
    return (
        f'<li class="shnor-reason"><p><strong>{name}</strong> {badge(row["status"])} {sure}</p>'
        f"{grounds}</li>"
    )
