"""What the analysis of effectiveness gives to the annual report: its later half, if there are two."""

from __future__ import annotations

from shnor_lib.report.annual.parts import Piece
from shnor_lib.report.annual.year import AnnualYear
from shnor_lib.report.monitoring import effectiveness as say


def main_points(about: AnnualYear) -> list[Piece]:
    """The effect in a few lines."""
    now, _ = about.effectiveness
    said = say.main_points(now)
    return [type(said)(said.paragraphs, "Эффективность принятых мер", said.kind)]


def first_half_main(about: AnnualYear) -> list[Piece]:
    """The same of the first half, while there is no second one."""
    return [] if about.second_half else main_points(about)


def chapter(about: AnnualYear) -> list[Piece]:
    """Numbers of the half-year beside those before, who moved, what came of support."""
    now, earlier = about.effectiveness
    return [
        say.comparison_text(now, earlier),
        say.numbers_table(now, earlier),
        say.moves_table(now, about.names, about.links),
        say.access_text(now, about.names, about.links),
        say.deeds_text(now),
        say.effect_text(now),
        say.effect_table(now, about.names, about.links),
    ]


def first_half_chapter(about: AnnualYear) -> list[Piece]:
    """The same of the first half, while there is no second one."""
    return [] if about.second_half else chapter(about)


def limits(about: AnnualYear) -> list[Piece]:
    """What the analysis cannot tell."""
    return [say.limits(about.effectiveness[0])]


def next_steps(about: AnnualYear) -> list[Piece]:
    """What to do after the half-year."""
    return [say.next_steps(about.effectiveness[0], about.names, about.links)]
