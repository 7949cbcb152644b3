"""The page of monitorings, and the side menu that leads to them by year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from shnor_lib.report import format as fmt
from shnor_lib.report.blocks import callout, front_matter, page, show
from shnor_lib.report.display import Col, DataTable
from shnor_lib.report.labels import school_year
from shnor_lib.report.pages.sections import Site

REGULATION = (
    "Положение о муниципальной системе работы со школами с низкими образовательными "
    "результатами и школами, функционирующими в сложных социальных условиях (Оленёк, 2021)"
)
PROCEDURE_DOCUMENT = (
    "Порядок системы работы со школами с низкими результатами обучения и (или) школами, "
    "функционирующими в неблагоприятных социальных условиях (Тбилисский район)"
)


@dataclass(frozen=True)
class Monitoring:
    """One monitoring of the regulations.

    Parameters
    ----------
    number
        Its number in the regulation's list (п. 5.4); 0: not one of that list.
    title
        Russian title.
    question
        Russian: the question it answers.
    data
        Russian: what it is made of (п. 5.12).
    responsible
        Who answers for it (п. 5.9–5.11).
    points
        Points of the regulation.
    notebook
        Name of its notebook's run without extension (:mod:`shnor_lib.runs`); empty when the
        project holds no data for it.
    """

    number: int
    title: str
    question: str
    data: str
    responsible: str
    points: str
    notebook: str = ""

    @property
    def heading(self) -> str:
        """«4. Рисковые факторы»; the title alone outside the regulation's list."""
        return f"{self.number}. {self.title}" if self.number else self.title


MONITORINGS: tuple[Monitoring, ...] = (
    Monitoring(
        1,
        "Выявление ШНОР и ШССУ",
        "Какие школы показывают низкие результаты, какие работают в сложных социальных "
        "условиях, почему — и насколько это надёжно?",
        "ВПР, ОГЭ и ЕГЭ за три предыдущих учебных года, социальный паспорт, самоанализ школ",
        "ЦМКО",
        "п. 5.4 (1), 5.9, 5.12",
        "01_identification",
    ),
    Monitoring(
        2,
        "Динамика образовательных результатов",
        "Изменились ли результаты по сравнению с прошлым годом, и больше ли это изменение, "
        "чем случайные колебания?",
        "ВПР, ОГЭ и ЕГЭ за два предыдущих учебных года, индекс социального благополучия",
        "ЦМКО",
        "п. 5.4 (2), 5.9, 5.12",
        "02_dynamics",
    ),
    Monitoring(
        3,
        "Предметные компетенции педагогов",
        "Какие профессиональные дефициты есть у учителей и восполняются ли они?",
        "диагностические карты, опросы, наблюдения, результаты оценочных работ обучающихся",
        "ИРОиПК",
        "п. 5.4 (3), 5.10, 5.12",
        "03_teacher_competence",
    ),
    Monitoring(
        4,
        "Рисковые факторы",
        "Какие риски проявляются в школах и подтверждены ли они проверкой?",
        "анализ «зон риска», карточки самоанализа, рисковые профили школ, протоколы кураторов",
        "ЦМКО",
        "п. 5.4 (4), 5.9, 5.12",
        "04_risk_factors",
    ),
    Monitoring(
        5,
        "Эффективность тьюторского консультационного пункта",
        "Получают ли учителя нужные консультации и помогают ли они?",
        "самоанализ школ, отчёты, отзывы учителей-предметников",
        "муниципалитет",
        "п. 5.4 (5), 5.11, 5.12",
        "05_tutor_point",
    ),
    Monitoring(
        6,
        "Эффективность муниципального наставнического центра",
        "Выполняются ли планы наставников и что меняется в школах?",
        "самоанализ школ, отчёты, отзывы руководителей ШНОР и ШССУ",
        "муниципалитет",
        "п. 5.4 (6), 5.11, 5.12",
        "06_mentor_centre",
    ),
)
"""The system of monitorings, in the order of the regulation."""

ANALYSES: tuple[Monitoring, ...] = tuple(
    Monitoring(
        0,
        f"Анализ эффективности на {day}",
        question,
        "список, динамика результатов, диагностика педагогов, сопровождение, меры и рекомендации — "
        f"как они были известны на {day}",
        "МОУО и ЦМКО",
        "раздел VIII (п. 8.1: не реже двух раз в год; п. 8.2)",
        f"07_effectiveness-{half}",
    )
    for half, day, question in (
        (
            1,
            "31 декабря",
            "Дошла ли помощь до школ списка и что сделано за первое полугодие, пока новых "
            "результатов ещё нет?",
        ),
        (
            2,
            "31 августа",
            "Стало ли школ со статусом меньше, улучшились ли результаты и показывают ли данные "
            "эффект помощи сверх того, что произошло бы и без неё?",
        ),
    )
)
"""The analysis of effectiveness, twice a year."""


def conducted(notebooks: Sequence[str]) -> list[Monitoring]:
    """The monitorings that have one of the given notebooks, in the order of the regulation.

    A notebook the regulation does not know (a project's own) comes after them, under its name.
    """
    names = list(dict.fromkeys(notebooks))
    known = [m for m in (*MONITORINGS, *ANALYSES) if m.notebook in names]
    of_regulation = {m.notebook for m in (*MONITORINGS, *ANALYSES) if m.notebook}
    own = [
        Monitoring(len(MONITORINGS) + i, name, "", "", "", "", name)
        for i, name in enumerate((n for n in names if n not in of_regulation), 1)
    ]
    return known + own


def monitorings_page(years: Mapping[int, Sequence[str]], annual: Sequence[int] = ()) -> bytes:
    """``monitorings.qmd``: years × monitorings with links, and what each of them is.

    Parameters
    ----------
    years
        Year → names of the notebooks there are; the latest year is shown first.
    annual
        Years with an annual report.
    """
    here = conducted([name for names in years.values() for name in names])
    absent = [m for m in MONITORINGS if m not in here]
    return page(
        [
            front_matter(
                "Мониторинги",
                subtitle="Какой вопрос задан, кто отвечает, за какие годы есть ответ",
            ),
            _years_table(years, here),
            _annual(annual),
            "## О чём каждый мониторинг",
            *[_described(monitoring) for monitoring in here],
            _absent(absent),
            "## Основание",
            f"Система мониторингов установлена документом «{REGULATION}»: перечень — п. 5.4, "
            "ответственные — п. 5.9–5.11, источники данных — п. 5.12. Показатели с порогами взяты "
            f"из документа «{PROCEDURE_DOCUMENT}», разделы «Показатели» и «Мониторинг». "
            "Какие пороги действуют и насколько твёрдо каждый установлен — на странице "
            "[«Методика»](method.qmd).",
            callout(
                "note",
                "Для чего эти списки",
                "Мониторинги ведутся, чтобы вовремя помочь школе, а не чтобы её наказать. "
                "Рособрнадзор предостерегает от рейтингов, построенных на результатах ВПР: "
                "место школы и её статус здесь — повод разобраться и поддержать.",
            ),
        ]
    )


def _years_table(years: Mapping[int, Sequence[str]], here: Sequence[Monitoring]) -> str:
    if not here:
        return "Ни один мониторинг ещё не проведён."
    order = sorted(years, reverse=True)
    rows = []
    for m in here:
        row: dict[str, object] = {"title": m.heading}
        for year in order:
            there = m.notebook in years[year]
            row[str(year)] = school_year(year) if there else "не проведён"
            row[f"href_{year}"] = f"{year}/{m.notebook}.ipynb" if there else None
        rows.append(row)
    columns = [
        Col("title", "Мониторинг"),
        *[Col(str(year), school_year(year), "link", href=f"href_{year}") for year in order],
    ]
    table = DataTable(pd.DataFrame(rows), columns, caption="Мониторинги по годам", export=False)
    return show(table)


def _annual(years: Sequence[int]) -> str:
    if not years:
        return ""
    links = ", ".join(
        f"[{school_year(year)}]({year}/annual.qmd)" for year in sorted(years, reverse=True)
    )
    return (
        "**Годовой отчёт для министерства** собран из мониторингов: главное, список школ с "
        f"причинами, динамика, надёжность выводов, что делать дальше. За учебный год: {links}."
    )


def _described(monitoring: Monitoring) -> str:
    if not monitoring.question:
        return f"### {fmt.escape_md(monitoring.heading)}"
    return (
        f"### {monitoring.heading}\n\n"
        f"{monitoring.question}\n\n"
        f"**Из чего складывается:** {monitoring.data}.\n\n"
        f"**Отвечает:** {monitoring.responsible}. **Основание:** {monitoring.points} Положения."
    )


def _absent(absent: Sequence[Monitoring]) -> str:
    if not absent:
        return ""
    rows = pd.DataFrame(
        [
            {
                "title": m.heading,
                "question": m.question,
                "responsible": m.responsible,
            }
            for m in absent
        ]
    )
    table = DataTable(
        rows,
        [Col("title", "Мониторинг"), Col("question", "Вопрос"), Col("responsible", "Отвечает")],
        caption="Предусмотрены Положением",
    )
    return (
        "## Мониторинги, для которых в проекте нет данных\n\n"
        "Положение предусматривает ещё "
        f"{fmt.count_phrase(len(absent), 'мониторинг', 'мониторинга', 'мониторингов')}. "
        "В проект их исходные данные не передаются, поэтому здесь они только названы.\n\n"
        + show(table)
    )


def sidebar(years: Mapping[int, Sequence[str]], annual: Sequence[int] = ()) -> dict[str, Any]:
    """Side menu of the monitorings by year, the latest first.

    Addresses are source paths from the project's root, as both engines expect them.

    Parameters
    ----------
    years
        Year → names of the notebooks there are.
    annual
        Years with an annual report.
    """
    contents: list[dict[str, Any]] = [
        {"text": "Все мониторинги", "href": "reports/monitorings.qmd"}
    ]
    for year, names in sorted(years.items(), reverse=True):
        entries = [
            {"text": m.heading, "href": f"reports/{year}/{m.notebook}.ipynb"}
            for m in conducted(names)
        ]
        if year in annual:
            report = {"text": "Годовой отчёт", "href": f"reports/{year}/annual.qmd"}
            entries.insert(0, report)
        if entries:
            contents.append({"section": school_year(year), "contents": entries})
    return {"id": "monitorings", "title": "Мониторинги", "contents": contents}


def page_of_monitorings(site: Site) -> bytes:
    """See :func:`monitorings_page`."""
    return monitorings_page(site.years, site.annual)
