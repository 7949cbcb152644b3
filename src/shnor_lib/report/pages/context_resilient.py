"""Resilient schools: the part of the page that needs no model."""

from __future__ import annotations

import pandas as pd

from shnor_lib.methods.resilient import ResilientResult
from shnor_lib.report import format as fmt
from shnor_lib.report.blocks import capped, show
from shnor_lib.report.context_words import resilient_words, third, years_words
from shnor_lib.report.display import Col, DataTable
from shnor_lib.report.labels import school_year
from shnor_lib.report.pages.sections import Site
from shnor_lib.report.rows import BySchool, records
from shnor_lib.report.words import probability_words

NEAR = 0.25
"""Below this probability a school that is not formally resilient is not shown."""


def resilient_section(site: Site) -> list[str]:
    """Who they are by the rule, how sure it is, what would come by chance."""
    head = "## Резильентные школы"
    found = site.analysis.resilient
    if found is None:
        reason = site.analysis.refusals.get("resilient", "Нет данных.")
        return [head, fmt.escape_md(reason)]
    rule, window = found.rule, found.window
    lower, upper = third(rule.index_share), third(rule.result_share)
    blocks = [
        head,
        f"Резильентная школа работает в{fmt.NBSP}трудных условиях и даёт высокие результаты. Правило: "
        f"индекс в{fmt.NBSP}нижней {lower}, результаты в{fmt.NBSP}верхней {upper} не меньше чем "
        f"в{fmt.NBSP}{fmt.count_phrase(rule.min_years, 'году', 'годах', 'годах')} из{fmt.NBSP}"
        f"{fmt.number(len(window))} ({years_words(window)}).",
    ]
    schools = found.schools
    formal = schools[schools["resilient"]]
    shown = schools[schools["resilient"] | (schools["probability"] >= NEAR).fillna(value=False)]
    if formal.empty:
        blocks.append("По этому правилу таких школ нет.")
    else:
        sure = int((formal["confidence"] == "certain").sum())
        blocks.append(
            f"По правилу таких школ {fmt.number(len(formal))}, из них уверенно — {fmt.number(sure)}. "
            f"В{fmt.NBSP}какую часть попадёт школа с{fmt.NBSP}малым числом участников, отчасти решает "
            "случай, поэтому рядом стоит вероятность, что **истинные** результаты были высокими в "
            f"стольких годах. По сумме вероятностей таких школ около {fmt.decimal(found.expected)} "
            f"из{fmt.NBSP}{fmt.count_of(len(schools), 'школы', 'школ')} с{fmt.NBSP}трудными условиями."
        )
    if len(shown):
        blocks.append(show(_table(site, found, shown)))
        blocks.append(
            "Опыт таких школ стоит изучить первым — но сначала убедиться, что у их результатов нет "
            "вопросов на странице [«Качество данных»](data-quality.qmd)."
        )
    if found.note:
        blocks.append(fmt.escape_md(found.note))
    return blocks


def _table(site: Site, found: ResilientResult, shown: pd.DataFrame) -> DataTable:
    years = BySchool(found.years)
    rows: list[dict[str, object]] = []
    for row in records(shown):
        school = str(row["school_id"])
        cells: dict[str, str | None] = {}
        for year in found.window:
            one = years.year(school, year)
            cells[str(year)] = (
                None
                if one is None
                else f"индекс {fmt.decimal(one['index'])}, результат {fmt.percent(one['value'])}"
            )
        rows.append(
            {
                **row,
                **cells,
                "name": site.names.get(school, school),
                "href": site.links.get(school),
                "formal": "да" if row["resilient"] else "нет",
                "chance": probability_words(row["probability"]),
                "words": resilient_words(row),
            }
        )
    return capped(
        pd.DataFrame(rows),
        [
            Col("name", "Школа", "link", href="href"),
            Col("formal", "По правилу", filter=True),
            Col("n_both", "Лет", "int", help="В скольких годах выполнены оба условия"),
            Col("chance", "Вероятность", order="probability"),
            Col("words", "Уверенность", filter=True),
            *[
                Col(str(year), school_year(year), help="Индекс и результат года")
                for year in found.window
            ],
            Col("n", "Участий", "int", help="Участий в работах за эти годы"),
        ],
        caption="Школы с высокими результатами в трудных условиях",
        nouns=("школы", "школ"),
        sortable=True,
    )
