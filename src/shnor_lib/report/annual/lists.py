"""What the monitorings of the list and of the dynamics give to the annual report."""

from __future__ import annotations

from shnor_lib.report import format as fmt
from shnor_lib.report.annual.parts import Piece
from shnor_lib.report.annual.year import AnnualYear
from shnor_lib.report.blocks import capped
from shnor_lib.report.charts import status_counts
from shnor_lib.report.display import Col
from shnor_lib.report.labels import school_year
from shnor_lib.report.monitoring import dynamics as changes
from shnor_lib.report.monitoring import identification as say
from shnor_lib.report.monitoring.dynamics_pairs import has_past
from shnor_lib.report.monitoring.lists import listed_frame

REASONS = 200
"""Listed schools whose reasons are written out."""


def main_points(about: AnnualYear) -> list[Piece]:
    """The year of the list in a few lines."""
    said = say.main_points(about.found, about.year, about.names, about.links)
    return [type(said)(said.paragraphs, "Список школ", said.kind)]


def dynamics_points(about: AnnualYear) -> list[Piece]:
    """The year of the results in a few lines."""
    said = changes.main_points(about.change, about.found, about.year)
    return [type(said)(said.paragraphs, "Динамика результатов", said.kind)]


def schools(about: AnnualYear) -> list[Piece]:
    """The list with how sure each entry is, then the reasons of every school."""
    table = listed_frame(about.found.statuses, about.year, about.data.schools, about.links)
    if table.empty:
        return [f"В {school_year(about.year)} учебном году в списке нет ни одной школы."]
    columns = [
        Col("name", "Школа", "link", href="href"),
        Col("status", "Статус", "status", help="По правилам, применённым к числам"),
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
    n = len(table)
    return [
        f"Поддержка нужна {fmt.number(n)}{fmt.NBSP}{fmt.plural(n, 'школе', 'школам', 'школам')}. "
        "Сначала названы школы с самым серьёзным и самым надёжным статусом.",
        capped(
            table,
            columns,
            caption=f"Школы списка, {school_year(about.year)} учебный год",
            most=REASONS,
            nouns=("школы", "школ"),
            sortable=True,
        ),
        "### Причины по школам",
        say.reasons_list(about.found, about.data, about.year, about.links, most=REASONS),
    ]


def list_changes(about: AnnualYear) -> list[Piece]:
    """Who entered and who left; statuses by year."""
    return [
        say.year_changes(about.found, about.year, about.names, about.links),
        status_counts(about.found.statuses),
    ]


def result_changes(about: AnnualYear) -> list[Piece]:
    """Verdicts on the results of schools, and of those that were supported."""
    if not has_past(about.change, about.year):
        return [changes.first_year(about.change, about.year)]
    return [
        "### Результаты школ",
        changes.verdict_counts(about.change, about.year),
        "### Школы прошлогоднего списка",
        changes.support_text(about.change, about.found, about.year),
    ]


def reliability(about: AnnualYear) -> list[Piece]:
    """Formal status against statistical confidence."""
    return [
        say.confidence_text(about.found, about.year, about.names, about.links),
        say.confidence_table(about.found, about.year),
    ]


def places(about: AnnualYear) -> list[Piece]:
    """Schools of the list by municipality."""
    return [say.municipalities_table(about.found, about.data, about.year)]


def limits(about: AnnualYear) -> list[Piece]:
    """What the list cannot tell."""
    return [say.limits(about.found, about.data, about.year, about.project.calendar)]


def dynamics_limits(about: AnnualYear) -> list[Piece]:
    """What the comparison of years cannot tell."""
    return [changes.limits(about.change, about.year)]


def next_steps(about: AnnualYear) -> list[Piece]:
    """What to do with the list."""
    return [say.next_steps(about.found, about.year, about.names, about.links)]


def dynamics_next(about: AnnualYear) -> list[Piece]:
    """What to do about the changes."""
    return [changes.next_steps(about.change, about.found, about.year, about.names, about.links)]
