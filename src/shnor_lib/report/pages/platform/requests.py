"""Requests of schools: the form to fill in, the register, how long they wait (S0 4.6.1, 5)."""

from __future__ import annotations

import statistics

import pandas as pd

from shnor_lib.methods.platform import Platform
from shnor_lib.report import format as fmt
from shnor_lib.report.analysis import Analysis
from shnor_lib.report.blocks import Card, callout, capped, cards, front_matter, page, raw, show
from shnor_lib.report.display import Col, DataTable
from shnor_lib.report.labels import label
from shnor_lib.report.pages.platform.common import DAY, REQUEST, platform_of
from shnor_lib.report.pages.sections import Site
from shnor_lib.report.platform.forms import REQUEST as FORM
from shnor_lib.report.platform.forms import request_forms
from shnor_lib.report.rows import Row, records
from shnor_lib.tables.codes import REQUEST_STATES

NO_STATE = "подана"
"""A request without a state was handed in, and no more is known of it."""


def has_requests(analysis: Analysis) -> bool:
    """Whether there are requests, or events one may ask to take part in."""
    found = platform_of(analysis)
    return not (found.requests.empty and found.coming.empty and found.past.empty)


def page_of_requests(site: Site) -> bytes:
    """``requests.qmd``: the school, the topic, the state; no people."""
    found = platform_of(site.analysis)
    blocks = [
        front_matter("Заявки", subtitle="Как попросить о помощи и что стало с заявкой"),
        callout(
            "tip",
            "Как подать заявку",
            "Скачайте форму, впишите код школы, тему и число участников и отправьте её в "
            "организацию, которая указана в разделе [«Контакты»](contacts.qmd)."
            if len(found.contacts)
            else "Скачайте форму, впишите код школы, тему и число участников и отправьте её "
            "организатору.",
            "Имена участников вписывать не нужно.",
        ),
        raw(
            f'<div class="shnor-documents"><a href="{FORM}" download>Форма заявки (xlsx)</a></div>'
        ),
        "## Реестр заявок",
        summary(found),
    ]
    if len(found.requests):
        blocks += [_cards(found), show(_table(found, site))]
    return page(blocks)


def request_files(site: Site) -> dict[str, bytes]:
    """Forms of requests; only with the page."""
    if not has_requests(site.analysis):
        return {}
    analysis = site.analysis
    return request_forms(platform_of(analysis), analysis.dataset, analysis.year)


def summary(found: Platform) -> str:
    """How many requests there are, how many wait and how long."""
    n = len(found.requests)
    if not n:
        return "Заявок пока нет."
    verb = fmt.plural(n, "Подана", "Поданы", "Подано")
    schools = found.requests["school_id"].nunique()
    text = (
        f"{verb} {fmt.count_phrase(n, *REQUEST)} от{fmt.NBSP}"
        f"{fmt.count_of(schools, 'школы', 'школ')}."
    )
    open_ = int(found.requests["open"].sum())
    day = f"На{fmt.NBSP}{fmt.date_ru(found.day)}"
    if not open_:
        return f"{text} {day} ожидающих заявок нет."
    waits = _waits(found)
    text += (
        f" {day} {fmt.plural(open_, 'ждёт', 'ждут', 'ждут')} {fmt.count_phrase(open_, *REQUEST)}"
    )
    if waits:
        text += f"; дольше всех — {fmt.count_phrase(max(waits), *DAY)}"
    return text + "."


def _waits(found: Platform) -> list[int]:
    return [int(days) for days in found.requests["waits"].dropna()]


def _cards(found: Platform) -> str:
    rows = records(found.requests)
    states = [_state(row) for row in rows]
    waits = _waits(found)
    shown = [
        Card(fmt.number(states.count(NO_STATE)), "подано", "ещё не рассмотрены"),
        Card(fmt.number(states.count(REQUEST_STATES["accepted"])), "принято", "ждут исполнения"),
        Card(fmt.number(states.count(REQUEST_STATES["done"])), "исполнено"),
        Card(fmt.number(states.count(REQUEST_STATES["declined"])), "отклонено"),
    ]
    if waits:
        middle = statistics.median(waits)
        shown.append(
            Card(
                fmt.number(middle),
                fmt.plural(middle, *DAY) + " ожидания",
                f"медиана; заявок, которые ждут: {fmt.number(len(waits))}",
            )
        )
    return cards(shown)


def _state(row: Row) -> str:
    return label(REQUEST_STATES, row["state"], NO_STATE)


def _table(found: Platform, site: Site) -> DataTable:
    lines = []
    for row in records(found.requests):
        school = str(row["school_id"])
        waits = row["waits"]
        lines.append(
            {
                "name": site.names.get(school, school),
                "href": site.links.get(school),
                "number": fmt.text(row["number"]),
                "date": fmt.date_ru(row["date"]),
                "order": str(row["date"]),
                "topic": fmt.nice(row["topic"]),
                "state": _state(row),
                "waits": None if waits is None else fmt.count_phrase(int(waits), *DAY),
                "waits_order": -1 if waits is None else int(waits),
                "answer": fmt.text(row["answer"], ""),
            }
        )
    return capped(
        pd.DataFrame(lines),
        [
            Col("name", "Школа", "link", href="href"),
            Col("number", "№"),
            Col("date", "Подана", order="order"),
            Col("topic", "Что нужно"),
            Col("state", "Состояние", filter=True),
            Col("waits", "Ждёт", order="waits_order", missing="не ждёт"),
            Col("answer", "Ответ", missing="ответа нет"),
        ],
        caption="Заявки школ",
        nouns=("заявки", "заявок"),
        sortable=True,
    )
