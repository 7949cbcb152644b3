"""The wellbeing index on the page of the rating: schools, components, coherence."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from shnor_lib.methods.strengths import component_gaps
from shnor_lib.methods.wellbeing import IndexResult
from shnor_lib.report import format as fmt
from shnor_lib.report.analysis import Analysis
from shnor_lib.report.blocks import capped, show
from shnor_lib.report.charts.rating import component_bars
from shnor_lib.report.display import Col, DataTable
from shnor_lib.report.labels import school_year
from shnor_lib.report.pages.rating_checks import coherence_section
from shnor_lib.report.rows import records


def index_section(
    analysis: Analysis, names: Mapping[str, str], links: Mapping[str, str]
) -> list[str]:
    """What the index is, who is where, what it is made of and whether that holds together."""
    index, year = analysis.index, analysis.year
    if index is None:
        reason = analysis.refusals.get(f"index:{analysis.index_id}", "")
        return [f"Индекс не рассчитан. {fmt.escape_md(reason, '')}".strip()]
    scores = index.scores[index.scores["year"] == year]
    known = scores[scores["index"].notna()]
    if known.empty:
        return [
            f"За {school_year(year)} учебный год индекс рассчитать не для кого: социальных "
            "паспортов нет или они заполнены меньше, чем нужно."
        ]
    gaps = component_gaps(index, year)
    blocks = [
        f"**{fmt.escape_md(fmt.nice(index.definition.title))}**: от 0 до 100, чем больше, тем "
        "благополучнее условия. Индекс описывает, с какими детьми и в каких условиях работает "
        "школа, а не как она работает. Рассчитан для "
        f"{fmt.number(len(known))} из{fmt.NBSP}{fmt.count_of(len(scores), 'школы', 'школ')} "
        "с социальным паспортом; состав и веса — "
        f"{fmt.escape_md(index.definition.source.standing)}."
    ]
    if index.explained is not None:
        blocks.append(
            f"Веса дали сами данные: первая главная компонента объясняет "
            f"{fmt.percent(index.explained, 0)} различий между школами."
        )
    if len(gaps):
        rows = records(gaps.assign(gap=gaps["all"] - gaps["lowest"]).sort_values("gap"))[::-1]
        n_low = max(int(row["n_lowest"]) for row in rows)
        blocks += [
            "Чем отличаются школы с самым низким индексом: сколько набрано по каждой составляющей "
            f"от возможного в среднем у всех школ и у {fmt.count_of(n_low, 'школы', 'школ')} с "
            "индексом не выше нижней четверти. Сверху — где разрыв больше всего.",
            show(component_bars(rows)),
        ]
    blocks += [
        show(_table(index, known, year, names, links)),
        "### Веса и согласованность составляющих индекса",
        *coherence_section(
            analysis.index_coherence,
            analysis.refusals.get("index_coherence", ""),
            what="индекс",
        ),
        "Результаты школ с учётом индекса — на странице "
        "[«Результаты с учётом условий»](context.qmd)."
        if analysis.contextual is not None
        else "",
    ]
    return blocks


def _table(
    index: IndexResult,
    known: pd.DataFrame,
    year: int,
    names: Mapping[str, str],
    links: Mapping[str, str],
) -> DataTable:
    total = len(index.definition.components)
    ordered = known.sort_values(["index", "school_id"])
    before = index.scores[index.scores["year"] == year - 1].set_index("school_id")["index"]
    shown = ordered.assign(
        name=[names.get(key, key) for key in ordered["school_id"]],
        href=ordered["school_id"].map(dict(links)),
        parts=[fmt.of(n, total) for n in ordered["n_components"]],
        before=ordered["school_id"].map(before),
    )
    return capped(
        shown,
        [
            Col("name", "Школа", "link", href="href"),
            Col("index", "Индекс", "decimal"),
            Col("before", f"Индекс за {school_year(year - 1)}", "decimal", missing="не рассчитан"),
            Col(
                "z",
                "Отклонение от среднего",
                "decimal",
                digits=2,
                help="В стандартных отклонениях по всем школам и годам",
            ),
            Col("parts", "Составляющих известно", order="n_components"),
        ],
        caption=f"Индекс социального благополучия, {school_year(year)}: сначала труднее всего",
        most=1000,
        nouns=("школы", "школ"),
        sortable=True,
    )
