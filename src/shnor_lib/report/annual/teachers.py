"""What the monitoring of teachers' competence gives to the annual report: sums only."""

from __future__ import annotations

from shnor_lib.report.annual.parts import Piece
from shnor_lib.report.annual.year import AnnualYear
from shnor_lib.report.monitoring import competence as say


def main_points(about: AnnualYear) -> list[Piece]:
    """The year of the teachers in a few lines."""
    said = say.main_points(about.teachers)
    return [type(said)(said.paragraphs, "Компетенции педагогов", said.kind)]


def chapter(about: AnnualYear) -> list[Piece]:
    """Levels, the list against the others, dynamics, deficits, courses."""
    found = about.teachers
    return [
        say.coverage_text(found, about.names, about.links),
        say.levels_text(found),
        say.levels_table(found),
        say.listed_table(found),
        "### Динамика компетенций",
        say.dynamics_text(found),
        say.dynamics_table(found),
        say.regression_text(found),
        "### Дефициты и курсы",
        say.deficits_text(found),
        say.topics_table(found),
        say.shared_text(found, about.names, about.links),
        say.courses_text(found),
    ]


def limits(about: AnnualYear) -> list[Piece]:
    """What the diagnoses cannot tell."""
    return [say.limits(about.teachers)]


def next_steps(about: AnnualYear) -> list[Piece]:
    """What to do about the deficits."""
    return [say.next_steps(about.teachers, about.names, about.links)]
