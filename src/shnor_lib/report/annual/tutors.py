"""What the monitoring of the tutor point gives to the annual report: sums only."""

from __future__ import annotations

from shnor_lib.methods.competence_definition import load_competence_rules
from shnor_lib.methods.support_network import support_network
from shnor_lib.methods.tutor_outcomes import TutorOutcomes, tutor_outcomes
from shnor_lib.methods.tutor_point import TutorPoint, tutor_point
from shnor_lib.report.annual.parts import Piece
from shnor_lib.report.annual.year import AnnualYear
from shnor_lib.report.monitoring import tutors as say
from shnor_lib.report.monitoring.support_lists import SupportLists, support_lists


def main_points(about: AnnualYear) -> list[Piece]:
    """The year of the tutor point in a few lines."""
    point, lists = _point(about)
    said = say.main_points(point, _outcomes(about), lists)
    return [type(said)(said.paragraphs, "Тьюторский консультационный пункт", said.kind)]


def chapter(about: AnnualYear) -> list[Piece]:
    """Indicators, subjects, coverage, deficits."""
    point, lists = _point(about)
    outcomes = _outcomes(about)
    return [
        say.source_text("в мониторинге 5"),
        say.indicators_table(point),
        say.changes_text(point),
        say.subjects_chart(point),
        "### Охват школ и учителей",
        say.coverage_text(point, lists, about.names, about.links),
        "### Восполняются ли дефициты",
        say.outcomes_text(outcomes),
        say.outcomes_table(outcomes),
    ]


def limits(about: AnnualYear) -> list[Piece]:
    """What the journal cannot tell."""
    return [say.limits(_point(about)[0], _outcomes(about))]


def next_steps(about: AnnualYear) -> list[Piece]:
    """What to do about the requests."""
    point, lists = _point(about)
    norm = about.project.settings.support
    network = support_network(about.data, lists.due, about.year, about.day, norm=norm)
    return [say.next_steps(point, network, lists, about.names, about.links)]


def _point(about: AnnualYear) -> tuple[TutorPoint, SupportLists]:
    lists = support_lists(about.found, about.year)
    point = tutor_point(
        about.data,
        about.year,
        about.day,
        due=lists.due,
        now_listed=lists.now,
        due_before=lists.before,
    )
    return point, lists


def _outcomes(about: AnnualYear) -> TutorOutcomes:
    rules = load_competence_rules(about.project.settings.competence, about.project)
    return tutor_outcomes(about.data, rules, about.year, about.day)
