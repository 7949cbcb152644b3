"""What the monitoring of the mentor centre gives to the annual report."""

from __future__ import annotations

from shnor_lib.methods.mentor_centre import MentorCentre, mentor_centre
from shnor_lib.methods.status_exit import status_exit
from shnor_lib.report.annual.parts import Piece
from shnor_lib.report.annual.year import AnnualYear
from shnor_lib.report.monitoring import mentors as say
from shnor_lib.report.monitoring.support_lists import SupportLists, support_lists


def main_points(about: AnnualYear) -> list[Piece]:
    """The year of the mentor centre in a few lines."""
    centre, lists = _centre(about)
    leavers = status_exit(about.data, about.found, about.year)
    said = say.main_points(centre, leavers, lists)
    return [type(said)(said.paragraphs, "Муниципальный наставнический центр", said.kind)]


def chapter(about: AnnualYear) -> list[Piece]:
    """Indicators, coverage, plans, load, schools that left the list."""
    centre, lists = _centre(about)
    leavers = status_exit(about.data, about.found, about.year)
    return [
        say.source_text("в мониторинге 6"),
        say.indicators_table(centre),
        say.changes_text(centre),
        "### У кого есть наставник и план",
        say.coverage_text(centre, lists, about.names, about.links),
        say.plans_chart(centre, about.names),
        "### Нагрузка и отчёты",
        say.load_text(centre),
        "### Кто вышел из списка",
        say.exit_text(leavers, about.names, about.links),
        say.exit_table(leavers),
    ]


def limits(about: AnnualYear) -> list[Piece]:
    """What plans and feedback cannot tell."""
    centre, _ = _centre(about)
    return [say.limits(centre, status_exit(about.data, about.found, about.year))]


def next_steps(about: AnnualYear) -> list[Piece]:
    """What to do about mentors and plans."""
    centre, lists = _centre(about)
    return [say.next_steps(centre, lists, about.names, about.links)]


def _centre(about: AnnualYear) -> tuple[MentorCentre, SupportLists]:
    lists = support_lists(about.found, about.year)
    centre = mentor_centre(
        about.data,
        about.year,
        about.day,
        due=lists.due,
        now_listed=lists.now,
        due_before=lists.before,
        norm=about.project.settings.support,
    )
    return centre, lists
