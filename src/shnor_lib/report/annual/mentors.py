"""What the monitoring of the mentor centre gives to the annual report."""

from __future__ import annotations

from shnor_lib.report.annual.parts import Piece
from shnor_lib.report.annual.year import AnnualYear
from shnor_lib.report.monitoring import mentors as say


def main_points(about: AnnualYear) -> list[Piece]:
    """The year of the mentor centre in a few lines."""
    said = say.main_points(about.mentors, about.leavers, about.lists)
    return [type(said)(said.paragraphs, "Муниципальный наставнический центр", said.kind)]


def chapter(about: AnnualYear) -> list[Piece]:
    """Indicators, coverage, plans, load, schools that left the list."""
    centre = about.mentors
    return [
        say.source_text("в мониторинге 6"),
        say.indicators_table(centre),
        say.changes_text(centre),
        "### У кого есть наставник и план",
        say.coverage_text(centre, about.lists, about.names, about.links),
        say.plans_chart(centre, about.names),
        "### Нагрузка и отчёты",
        say.load_text(centre),
        "### Кто вышел из списка",
        say.exit_text(about.leavers, about.names, about.links),
        say.exit_table(about.leavers),
    ]


def limits(about: AnnualYear) -> list[Piece]:
    """What plans and feedback cannot tell."""
    return [say.limits(about.mentors, about.leavers)]


def next_steps(about: AnnualYear) -> list[Piece]:
    """What to do about mentors and plans."""
    return [say.next_steps(about.mentors, about.lists, about.names, about.links)]
