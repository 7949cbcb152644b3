"""The management cycle by municipality: what there is of the eight components, what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import pandas as pd

from shnor_lib.methods.management_cycle import COMPONENTS, management_cycle
from shnor_lib.report import format as fmt
from shnor_lib.report.analysis import Analysis
from shnor_lib.report.blocks import callout, capped, front_matter, page, show
from shnor_lib.report.cycle_words import (
    COMPONENT,
    SHORT,
    missing_words,
    not_needed_words,
    there_words,
)
from shnor_lib.report.display import Col, DataTable
from shnor_lib.report.labels import school_year
from shnor_lib.report.monitoring.lists import natural
from shnor_lib.report.pages.sections import Site, sections_of
from shnor_lib.report.rows import Row, records
from shnor_lib.report.slugs import slug

PAGES: dict[str, str] = {
    "acts": "documents.qmd",
    "rules": "method.qmd",
    "results": "data-quality.qmd",
    "passports": "data-quality.qmd",
    "rating": "rating.qmd",
    "statuses": "schools/index.qmd",
    "verification": "risks.qmd",
    "self_analysis": "risks.qmd",
    "issued": "recommendations.qmd",
    "interviews": "measures.qmd",
    "road_map": "measures.qmd",
    "support": "support.qmd",
    "agreements": "measures.qmd",
    "orders": "documents.qmd",
    "risk_decisions": "risks.qmd",
    "reserve": "support.qmd",
    "done": "measures.qmd",
    "reports": "documents.qmd",
}
"""Item → page that shows it."""
RUNS: dict[str, str] = {
    "identification": "01_identification",
    "dynamics": "02_dynamics",
    "teachers": "03_teacher_competence",
    "deficits": "03_teacher_competence",
    "courses": "03_teacher_competence",
    "risks": "04_risk_factors",
    "tutor_point": "05_tutor_point",
    "mentors": "06_mentor_centre",
    "half_1": "07_effectiveness-1",
    "half_2": "07_effectiveness-2",
}
"""Item → run of a notebook that shows it."""


def analyses_made(site: Site) -> tuple[str, ...]:
    """Which analyses of effectiveness were made for the latest year."""
    runs = set(site.years.get(site.analysis.year, ()))
    return tuple(code for code in ("half_1", "half_2") if RUNS[code] in runs)


@lru_cache(maxsize=1)
def cycle_of(analysis: Analysis, analyses: tuple[str, ...]) -> pd.DataFrame:
    """The cycle of every municipality in the latest year; computed once for all pages.

    Parameters
    ----------
    analysis
        Results of all methods.
    analyses
        From :func:`analyses_made`.
    """
    assert analysis.network is not None
    return management_cycle(
        analysis.dataset,
        analysis.identification,
        analysis.year,
        analysis.day,
        network=analysis.network,
        dynamics=analysis.dynamics,
        register=analysis.risk_register,
        analyses=analyses,
    )


def page_of_cycle(site: Site) -> bytes:
    """``cycle.qmd``."""
    analysis = site.analysis
    year = analysis.year
    runs = set(site.years.get(year, ()))
    rows = records(cycle_of(analysis, analyses_made(site)))
    places = sorted(
        {str(row["municipality"]) for row in rows}, key=lambda name: (not name, natural(name))
    )
    there = {section.path for section in sections_of(site)}
    links = _links(runs, there, year)
    workbooks = _workbooks()
    head = front_matter(
        "Управленческий цикл",
        subtitle="Восемь составных частей системы работы со школами: что есть и чего не хватает",
    )
    if not places:
        return page([head, "В реестре нет ни одной открытой школы: показать цикл не для кого."])
    blocks = [
        head,
        f"**{school_year(year)} учебный год**, состояние на{fmt.NBSP}{fmt.date_ru(analysis.day)}. "
        "Цикл замыкается: цели определяют показатели, мониторинг даёт данные, анализ — адресные "
        "рекомендации, за ними следуют меры и решения, а анализ эффективности говорит, помогло ли. "
        + _summary(rows, len(places)),
        _choice(places),
        show(_matrix(rows, places)),
        "В клетке — сколько слагаемых есть хотя бы частично и сколько их нужно.",
    ]
    for place in places:
        own = [row for row in rows if str(row["municipality"]) == place]
        blocks += [
            f"## {fmt.escape_md(_name(place))} {{#{cycle_anchor(place)}}}",
            show(_table(own, links, workbooks, place)),
            "[К выбору муниципалитета](#choice)" if len(places) > 1 else "",
        ]
    return page([*blocks, _notes()])


def _name(place: str) -> str:
    return place or "Муниципалитет не указан"


def cycle_anchor(place: str) -> str:
    """Place of a municipality on the page."""
    return f"mo-{slug(place) if place else 'none'}"


def _choice(places: list[str]) -> str:
    if len(places) < 2:
        return ""
    links = " · ".join(
        f"[{fmt.escape_md(_name(place))}](#{cycle_anchor(place)})" for place in places
    )
    return f"::: {{#choice}}\n**Выбрать:** {links}\n:::"


def _workbooks() -> dict[str, str]:
    """Table → workbook of the templates."""
    from shnor_lib.sources.templates import WORKBOOKS

    return {table: book for book, tables in WORKBOOKS.items() for table in tables}


def _links(runs: set[str], pages: set[str], year: int) -> dict[str, str]:
    """Item → address of the page or notebook that is there."""
    found = {code: path for code, path in PAGES.items() if path in pages}
    found |= {code: f"{year}/{run}.ipynb" for code, run in RUNS.items() if run in runs}
    return found


def _summary(rows: list[Row], places: int) -> str:
    needed = [row for row in rows if row["state"] != "not_needed"]
    missing = [row for row in needed if row["state"] == "missing"]
    partly = [row for row in needed if row["state"] == "partial"]
    n = len(needed)
    return (
        f"Нужно {fmt.count_phrase(n, 'слагаемое', 'слагаемых', 'слагаемых')}"
        + (
            f" по{fmt.NBSP}{fmt.count_phrase(places, 'муниципалитету', 'муниципалитетам', 'муниципалитетам')}"
            if places > 1
            else ""
        )
        + f": есть полностью — {fmt.number(n - len(missing) - len(partly))}, частично — "
        f"{fmt.number(len(partly))}, нет — {fmt.number(len(missing))}."
    )


def _matrix(rows: list[Row], places: list[str]) -> DataTable:
    lines = []
    for place in places:
        line: Row = {"place": _name(place), "href": f"#{cycle_anchor(place)}"}
        for component in COMPONENTS:
            own = [
                row
                for row in rows
                if str(row["municipality"]) == place
                and row["component"] == component
                and row["state"] != "not_needed"
            ]
            here = sum(row["state"] != "missing" for row in own)
            line[component] = fmt.of(here, len(own)) if own else "не нужно"
        lines.append(line)
    return capped(
        pd.DataFrame(lines),
        [
            Col("place", "Муниципалитет", "link", href="href"),
            *[Col(code, SHORT[code], help=COMPONENT[code]) for code in COMPONENTS],
        ],
        caption="Составные части цикла по муниципалитетам",
        most=len(lines),
        sortable=True,
    )


def _table(
    rows: list[Row], links: dict[str, str], workbooks: dict[str, str], place: str
) -> DataTable:
    lines = []
    for number, component in enumerate(COMPONENTS, 1):
        own = [row for row in rows if row["component"] == component]
        there = [row for row in own if row["state"] in ("present", "partial")]
        absent = [row for row in own if row["state"] in ("missing", "partial")]
        idle = [row for row in own if row["state"] == "not_needed"]
        have = [(there_words(row), links.get(str(row["item"]))) for row in there]
        have += [(not_needed_words(row), None) for row in idle]
        lack = [(missing_words(row, workbooks), None) for row in absent]
        lines.append(
            {
                "title": f"{number}. {COMPONENT[component]}",
                "have": _list(have) or "ничего",
                "have_text": "; ".join(words for words, _ in have) or "ничего",
                "lack": _list(lack) or "всё есть",
                "lack_text": "; ".join(words for words, _ in lack) or "всё есть",
            }
        )
    return DataTable(
        pd.DataFrame(lines),
        [
            Col("title", "Составная часть"),
            Col("have", "Что есть", "html", order="have_text"),
            Col(
                "lack",
                "Чего нет и что это восполнит",
                "html",
                order="lack_text",
                missing="всё есть",
            ),
        ],
        caption=f"Управленческий цикл: {_name(place)}",
    )


def _list(items: Sequence[tuple[str, str | None]]) -> str:
    if not items:
        return ""
    parts = []
    for words, href in items:
        said = fmt.escape(words)
        parts.append(
            f'<li><a href="{fmt.escape(href)}">{said}</a></li>' if href else f"<li>{said}</li>"
        )
    return f'<ul class="shnor-list">{"".join(parts)}</ul>'


def _notes() -> str:
    return callout(
        "note",
        "Откуда эти восемь частей",
        "Так построен Порядок системы работы со школами (Тбилисский район): цели → показатели, "
        "методы сбора и обработки → мониторинг → анализ → адресные рекомендации → меры → "
        "управленческие решения → анализ эффективности. Его оглавление повторяет управленческий "
        "цикл федеральной оценки механизмов управления качеством образования (вторичный источник). "
        "Критериев и баллов этой оценки в программе нет, поэтому ничего не оценивается: страница "
        "только показывает, что есть в данных.",
        "Из чего складывается каждая часть — **проект**: по разделам Порядка и пунктам Положения "
        "(Оленёк, 2021). У документов не указан муниципалитет, поэтому нормативные акты, приказы и "
        "отчёты показаны всем муниципалитетам одинаково.",
        "Названия книг — как у пустых шаблонов, которые даёт команда `shnor templates`.",
    )
