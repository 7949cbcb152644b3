"""The home page: the latest year at a glance, for a reader who has one minute."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from shnor_lib.faults import Severity
from shnor_lib.report import format as fmt
from shnor_lib.report.analysis import Analysis
from shnor_lib.report.blocks import Card, callout, capped, cards, page, show
from shnor_lib.report.charts import status_counts
from shnor_lib.report.display import Col
from shnor_lib.report.labels import STATUS, school_year
from shnor_lib.report.monitoring.lists import (
    SCHOOLS,
    change_blocks,
    confidence_sentence,
    count_statuses,
    listed_frame,
)
from shnor_lib.report.pages.method import standing_badge
from shnor_lib.report.pages.monitorings import conducted
from shnor_lib.report.pages.quality import fault_counts, fault_phrase
from shnor_lib.report.words import year_summary

LIST_SHOWN = 40
"""Schools of the list shown on the home page at most."""

_MEANING = {
    "low_results": "низкие результаты",
    "difficult": "сложные социальные условия",
    "both": "и то и другое",
    "risk_zone": "за порогом только в этом году",
    "insufficient": "судить нельзя",
}
"""Statuses on the cards and what they are, in a word or two."""


def home_page(
    analysis: Analysis,
    names: Mapping[str, str],
    links: Mapping[str, str],
    notebooks: Sequence[str],
    *,
    annual: bool = False,
    platform: str = "",
) -> bytes:
    """``_home.md``, included by ``index.qmd`` at the root.

    Parameters
    ----------
    analysis
        Results of all methods.
    names, links
        School's id → name and → source path of its page from the project's root.
    notebooks
        Names of the monitorings that have a notebook for the latest year.
    annual
        Whether the latest year has an annual report.
    platform
        What comes next and what is new on the information platform; empty: nothing.
    """
    year = analysis.year
    statuses = analysis.identification.statuses
    return page(
        [
            f"[{fmt.escape_md(analysis.subtitle)}]{{.subtitle}}" if analysis.subtitle else "",
            f"**{school_year(year)} учебный год.** " + fmt.escape_md(year_summary(statuses, year)),
            confidence_sentence(statuses, year),
            _cards(analysis),
            callout(
                "tip",
                "Зачем этот список",
                "Школа попадает в список, чтобы получить помощь: наставника, курсы, кадры, "
                "ресурсы. Это не оценка работы учителей и не место в соревновании: Рособрнадзор "
                "прямо предостерегает от рейтингов, построенных на результатах ВПР.",
            ),
            f"## Кто в списке в {school_year(year)} учебном году",
            *_list(analysis, links),
            "## Что изменилось за год",
            *change_blocks(statuses, year, names, links),
            "## Статусы школ по годам",
            show(status_counts(statuses)),
            platform,
            f"## Мониторинги {school_year(year)} учебного года",
            _monitorings(year, notebooks, annual=annual),
            "## По каким правилам",
            _rules(analysis),
            "## Насколько полны данные",
            *_data(analysis),
        ]
    )


def _cards(analysis: Analysis) -> str:
    counts = count_statuses(analysis.identification.statuses, analysis.year)
    excluded = counts.by_status["excluded"]
    items = [
        Card(
            fmt.number(counts.total),
            fmt.plural(counts.total, *SCHOOLS) + " всего",
            f"ещё на {fmt.number(excluded)} правила не распространяются" if excluded else "",
        )
    ]
    items += [
        Card(
            fmt.number(counts.by_status[code]),
            STATUS[code],
            f"{_MEANING[code]} — {counts.share(counts.by_status[code])} школ",
            status=code,
        )
        for code in _MEANING
    ]
    return cards(items)


def _list(analysis: Analysis, links: Mapping[str, str]) -> list[str]:
    table = listed_frame(
        analysis.identification.statuses, analysis.year, analysis.dataset.schools, links
    )
    columns = [
        Col("name", "Школа", "link", href="href"),
        Col("status", "Статус", "status"),
        Col(
            "confidence",
            "Насколько надёжно",
            "confidence",
            help="Насколько вероятно, что дело не в случайном составе учеников",
        ),
        Col("years_listed", "Лет в списке", "int", help="Вместе с этим годом"),
    ]
    if table["municipality"].nunique() > 1:
        columns.insert(1, Col("municipality", "Муниципалитет"))
    shown = capped(
        table,
        columns,
        caption="Школы, которым в этом году нужна поддержка",
        most=LIST_SHOWN,
        nouns=("школы", "школ"),
        sortable=True,
        empty="В списке нет ни одной школы.",
    )
    return [
        show(shown),
        "Причина каждого статуса, числа и исходные ячейки — на странице школы. "
        "[Все школы](reports/schools/index.qmd). "
        "[Муниципалитеты](reports/municipalities/index.qmd).",
    ]


def _monitorings(year: int, notebooks: Sequence[str], *, annual: bool) -> str:
    here = conducted(notebooks)
    lines = (
        [f"- [Годовой отчёт](reports/{year}/annual.qmd) — всё главное одним документом"]
        if annual
        else []
    )
    lines += [
        f"- [{fmt.escape_md(m.heading)}](reports/{year}/{m.notebook}.ipynb)"
        + (f" — {m.question[0].lower()}{m.question[1:]}" if m.question else "")
        for m in here
    ]
    lines.append("- [Все мониторинги и годы](reports/monitorings.qmd)")
    return "\n".join(lines)


def _rules(analysis: Analysis) -> str:
    ruleset = analysis.ruleset
    text = (
        f"Действует свод правил **{fmt.escape_md(ruleset.title)}** "
        f"`{standing_badge(ruleset.source.standing)}`{{=html}}. "
    )
    others = []
    counts = count_statuses(analysis.identification.statuses, analysis.year)
    for found in analysis.others.values():
        other = count_statuses(found.statuses, analysis.year)
        others.append(
            f"{fmt.escape_md(found.ruleset.title)} — {fmt.number(other.listed)}"
            f"{fmt.NBSP}из{fmt.NBSP}{fmt.number(other.total)}"
        )
    if others:
        text += (
            f"По нему в списке {fmt.number(counts.listed)}{fmt.NBSP}из{fmt.NBSP}"
            f"{fmt.number(counts.total)}; по другим сводам правил: {'; '.join(others)}. "
        )
    return (
        text + "Пороги, цитаты и открытые вопросы — на странице [«Методика»](reports/method.qmd)."
    )


def _data(analysis: Analysis) -> list[str]:
    dataset, year = analysis.dataset, analysis.year
    counts = fault_counts(dataset.faults)
    total = dataset.schools["school_id"].nunique()
    with_results = dataset.results.loc[dataset.results["year"] == year, "school_id"].nunique()
    found = fault_phrase(dataset.faults)
    text = (
        f"Результаты за {school_year(year)} учебный год есть у {fmt.number(with_results)} из "
        f"{fmt.count_of(total, 'школы', 'школ')}. "
        + (f"Замечания к исходным данным: {found}. " if found else "Замечаний к данным нет. ")
        + "Подробно — на странице [«Качество данных»](reports/data-quality.qmd)."
    )
    if counts[Severity.ERROR] or counts[Severity.WARNING]:
        return [callout("warning", "О данных", text, level=3)]
    return [text]
