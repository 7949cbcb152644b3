"""What the monitoring of the tutor point gives to the annual report: sums only."""

from __future__ import annotations

from shnor_lib.methods.support_network import support_network
from shnor_lib.report.annual.parts import Piece
from shnor_lib.report.annual.year import AnnualYear
from shnor_lib.report.monitoring import tutors as say


def main_points(about: AnnualYear) -> list[Piece]:
    """The year of the tutor point in a few lines."""
    said = say.main_points(about.tutors, about.tutor_outcomes, about.lists)
    return [type(said)(said.paragraphs, "Тьюторский консультационный пункт", said.kind)]


def chapter(about: AnnualYear) -> list[Piece]:
    """Indicators, subjects, coverage, deficits."""
    return [
        say.source_text("в мониторинге 5"),
        say.indicators_table(about.tutors),
        say.changes_text(about.tutors),
        say.subjects_chart(about.tutors),
        "### Охват школ и учителей",
        say.coverage_text(about.tutors, about.lists, about.names, about.links),
        "### Восполняются ли дефициты",
        say.outcomes_text(about.tutor_outcomes),
        say.outcomes_table(about.tutor_outcomes),
    ]


def limits(about: AnnualYear) -> list[Piece]:
    """What the journal cannot tell."""
    return [say.limits(about.tutors, about.tutor_outcomes)]


def next_steps(about: AnnualYear) -> list[Piece]:
    """What to do about the requests."""
    norm, lists = about.project.settings.support, about.lists
    network = support_network(about.data, lists.due, about.year, about.day, norm=norm)
    return [say.next_steps(about.tutors, network, lists, about.names, about.links)]
