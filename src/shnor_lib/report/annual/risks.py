"""What the monitoring of risk factors gives to the annual report."""

from __future__ import annotations

from shnor_lib.report.annual.parts import Piece
from shnor_lib.report.annual.year import AnnualYear
from shnor_lib.report.monitoring import risks as say


def main_points(about: AnnualYear) -> list[Piece]:
    """The year's risks in a few lines."""
    said = say.main_points(about.risks, about.decisions, about.year, _listed(about))
    return [type(said)(said.paragraphs, "Рисковые факторы", said.kind)]


def chapter(about: AnnualYear) -> list[Piece]:
    """Which factors there are, whether both sides agree on them, who decides and by when."""
    found, year = about.risks, about.year
    return [
        say.changes_text(found, year, about.names, about.links),
        say.school_map(found, year, _listed(about), about.names),
        say.factors_table(found, year),
        "### Верификация и противоречия",
        say.agreement_text(found, year),
        say.contradictions_text(found, year, about.names, about.links),
        "### Решения по срокам",
        say.kinds_text(about.decisions),
        say.decisions_text(about.decisions),
        say.levels_table(about.decisions),
    ]


def limits(about: AnnualYear) -> list[Piece]:
    """What risk profiles cannot tell."""
    return [say.limits(about.risks, about.data, about.year)]


def next_steps(about: AnnualYear) -> list[Piece]:
    """What to decide on."""
    return [
        say.next_steps(
            about.risks, about.decisions, about.year, _listed(about), about.names, about.links
        )
    ]


def _listed(about: AnnualYear) -> list[str]:
    return say.listed(about.found, about.year)
