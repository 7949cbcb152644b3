"""What the parts of an annual report are made from: the data up to its year and nothing later."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cached_property

from shnor_lib.methods.as_of import as_of
from shnor_lib.methods.competence_definition import load_competence_rules
from shnor_lib.methods.dynamics import DynamicsResult, dynamics
from shnor_lib.methods.effectiveness import Effectiveness
from shnor_lib.methods.identification import Identification, identify
from shnor_lib.methods.list_changes import listed_schools
from shnor_lib.methods.mentor_centre import MentorCentre, mentor_centre
from shnor_lib.methods.risk_definition import load_risk_rules
from shnor_lib.methods.risk_profile import RiskProfiles, risk_profile
from shnor_lib.methods.risk_register import RiskRegister, risk_register
from shnor_lib.methods.ruleset import load_ruleset
from shnor_lib.methods.status_exit import StatusExit, status_exit
from shnor_lib.methods.teacher_competence import TeacherCompetence, teacher_competence
from shnor_lib.methods.tutor_outcomes import TutorOutcomes, tutor_outcomes
from shnor_lib.methods.tutor_point import TutorPoint, tutor_point
from shnor_lib.project import Project
from shnor_lib.report.monitoring.effectiveness_run import two_halves
from shnor_lib.report.monitoring.lists import page_links, school_names
from shnor_lib.report.monitoring.support_lists import SupportLists, support_lists
from shnor_lib.store import Dataset


@dataclass
class AnnualYear:
    """One year of a project, as its notebooks see it; results are computed on first use.

    Parameters
    ----------
    project
        Says which rules are in force.
    data
        Tidy tables without later years (``load_dataset(…, until=year)``).
    year
        The report's year.
    notebooks
        Names of the monitorings held in this year.
    """

    project: Project
    data: Dataset = field(repr=False)
    year: int
    notebooks: Collection[str] = ()

    @cached_property
    def found(self) -> Identification:
        """Statuses by the rules in force."""
        rules = load_ruleset(self.project.settings.ruleset, self.project)
        return identify(self.data, rules, calendar=self.project.calendar)

    @cached_property
    def change(self) -> DynamicsResult:
        """Changes between comparable years."""
        return dynamics(self.data, calendar=self.project.calendar)

    @property
    def second_half(self) -> bool:
        """Whether the second half of the year has been analysed."""
        return "07_effectiveness-2" in self.notebooks

    @cached_property
    def effectiveness(self) -> tuple[Effectiveness, Effectiveness | None]:
        """The later half that was analysed, and the half before it."""
        return two_halves(self.project, self.data, self.year, 2 if self.second_half else 1)

    @cached_property
    def names(self) -> dict[str, str]:
        """School's id → name."""
        return school_names(self.data.schools)

    @cached_property
    def links(self) -> dict[str, str]:
        """School's id → address of its page."""
        return page_links(self.data.schools["school_id"])

    @cached_property
    def day(self) -> dt.date:
        """The day on which it is asked what is overdue, seen from the year."""
        return as_of(self.data, self.project.settings.as_of, year=self.year)

    @cached_property
    def teachers(self) -> TeacherCompetence:
        """Competence of teachers in the year."""
        return teacher_competence(
            self.data,
            load_competence_rules(self.project.settings.competence, self.project),
            year=self.year,
            day=self.day,
            listed=listed_schools(self.found.statuses, self.year),
        )

    @cached_property
    def risks(self) -> RiskProfiles:
        """Risk profiles of the schools and their verification."""
        rules = load_risk_rules(self.project.settings.risks, self.project)
        return risk_profile(self.data, rules, identification=self.found)

    @cached_property
    def decisions(self) -> RiskRegister:
        """Decisions about the year's risks by deadline."""
        return risk_register(self.risks, self.data, self.day, year=self.year)

    @cached_property
    def lists(self) -> SupportLists:
        """Whom support is due to in the year."""
        return support_lists(self.found, self.year)

    @cached_property
    def tutors(self) -> TutorPoint:
        """Indicators of the tutor point in the year."""
        return tutor_point(
            self.data,
            self.year,
            self.day,
            due=self.lists.due,
            now_listed=self.lists.now,
            due_before=self.lists.before,
        )

    @cached_property
    def tutor_outcomes(self) -> TutorOutcomes:
        """Whether deficits of those who were consulted were made good."""
        rules = load_competence_rules(self.project.settings.competence, self.project)
        return tutor_outcomes(self.data, rules, self.year, self.day)

    @cached_property
    def mentors(self) -> MentorCentre:
        """Indicators of the mentor centre in the year."""
        return mentor_centre(
            self.data,
            self.year,
            self.day,
            due=self.lists.due,
            now_listed=self.lists.now,
            due_before=self.lists.before,
            norm=self.project.settings.support,
        )

    @cached_property
    def leavers(self) -> StatusExit:
        """Schools that left the list by the year."""
        return status_exit(self.data, self.found, self.year)
