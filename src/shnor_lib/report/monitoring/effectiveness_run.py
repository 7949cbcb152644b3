"""The analysis of a half-year with the settings of a project, beside the half before."""

from __future__ import annotations

from shnor_lib.faults import ShnorError
from shnor_lib.methods.competence_definition import CompetenceRules, load_competence_rules
from shnor_lib.methods.effectiveness import Effectiveness, effectiveness
from shnor_lib.methods.half_year import HalfYear
from shnor_lib.methods.index_definition import Index, load_index
from shnor_lib.methods.ruleset import load_ruleset
from shnor_lib.project import Project
from shnor_lib.store import Dataset


def half_year(
    project: Project, data: Dataset, half: HalfYear, *, ruleset: str = ""
) -> Effectiveness:
    """The analysis of one half-year.

    Parameters
    ----------
    project
        Gives the norm of support, the day, the definitions.
    data
        Tidy tables; what came after the half is not looked at.
    half
        Which half.
    ruleset
        Name of the rules of the list; default: those in force.
    """
    settings = project.settings
    seen = data.until(half.year)
    return effectiveness(
        seen,
        half,
        half.day(seen, settings.as_of),
        ruleset=load_ruleset(ruleset or settings.ruleset, project),
        calendar=project.calendar,
        norm=settings.support,
        competence=_competence(project),
        index=_index(project),
    )


def two_halves(
    project: Project, data: Dataset, year: int, half: int, *, ruleset: str = ""
) -> tuple[Effectiveness, Effectiveness | None]:
    """A half-year and the one before it; None when nothing is known of that one.

    Parameters
    ----------
    project, data, ruleset
        As in :func:`half_year`.
    year, half
        Which half.
    """
    now = HalfYear(year, half)
    found = half_year(project, data, now, ruleset=ruleset)
    earlier = now.previous
    if not any(known <= earlier.list_year for known in data.years):
        return found, None
    return found, half_year(project, data, earlier, ruleset=ruleset)


def _competence(project: Project) -> CompetenceRules | None:
    try:
        return load_competence_rules(project.settings.competence, project)
    except ShnorError:
        return None


def _index(project: Project) -> Index | None:
    try:
        return load_index(project.settings.wellbeing_index, project)
    except ShnorError:
        return None
