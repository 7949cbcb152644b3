"""What is known of a school and its risk profile, gathered for its forms."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field

from shnor_lib.methods.risk_definition import RiskRules
from shnor_lib.report import format as fmt
from shnor_lib.report.analysis import Analysis
from shnor_lib.report.forms.model import FOLDER
from shnor_lib.report.labels import LISTED, unit_label
from shnor_lib.report.profile import frames_of
from shnor_lib.report.risks import words as say
from shnor_lib.report.rows import BySchool, Row, records
from shnor_lib.report.slugs import slug
from shnor_lib.report.words import reason_sentences, status_sentence

REASONS = 5
"""Reasons of the status printed on a form at most."""


@dataclass(frozen=True)
class SchoolFacts:
    """One school, for its forms.

    Attributes
    ----------
    school_id, name, full_name, municipality, organisation
        Of the register and of ``shnor.yml``.
    year, day
        School year of the profile; the day of the data.
    rules
        Kind, manageability, questions of the factors.
    status, reasons
        The status of the latest year and its grounds, in sentences.
    factors, decisions, contradictions
        Rows of the profile, of the register by factor, of what does not fit.
    zones
        Results beyond a threshold in the year, in words.
    asked, answers
        Questions of all self-analysis cards of the year; this school's answers.
    """

    school_id: str
    name: str
    full_name: str
    municipality: str
    organisation: str
    year: int
    day: dt.date
    rules: RiskRules
    status: str = ""
    reasons: tuple[str, ...] = ()
    factors: tuple[Row, ...] = ()
    decisions: dict[str, Row] = field(default_factory=dict)
    contradictions: tuple[Row, ...] = ()
    zones: tuple[str, ...] = ()
    asked: tuple[tuple[str, str], ...] = ()
    answers: tuple[Row, ...] = ()

    @property
    def year_words(self) -> str:
        """«2025/26 учебный год»."""
        return say.year_words(self.year)

    def path(self, kind: str) -> str:
        """Address of a form below ``reports/``."""
        return form_path(self.school_id, kind)


def form_path(school_id: str, kind: str) -> str:
    """Address below ``reports/`` of a school's form: ``protocol`` or ``self-analysis``."""
    return f"{FOLDER}/{slug(school_id)}-{kind}.docx"


def schools_with_forms(analysis: Analysis) -> list[str]:
    """Schools that get forms: those on the list and those with a profile of the year.

    Empty when the project has no risk profiles at all.
    """
    profiles, register = analysis.risks, analysis.risk_register
    if profiles is None or register is None or profiles.factors.empty:
        return []
    rows = profiles.factors
    found = {str(key) for key in rows.loc[rows["year"] == register.year, "school_id"]}
    statuses = analysis.identification.statuses
    on_list = statuses[(statuses["year"] == analysis.year) & statuses["status"].isin(LISTED)]
    found |= {str(key) for key in on_list["school_id"]}
    return sorted(found & set(frames_of(analysis).register))


def facts_of(analysis: Analysis) -> Iterator[SchoolFacts]:
    """What is known of every school that gets forms."""
    wanted = schools_with_forms(analysis)
    profiles, register = analysis.risks, analysis.risk_register
    if not wanted or profiles is None or register is None:
        return
    year, frames = register.year, frames_of(analysis)
    factors = BySchool(profiles.factors[profiles.factors["year"] == year])
    decisions = BySchool(register.decisions[register.decisions["year"] == year])
    wrong = BySchool(profiles.contradictions[profiles.contradictions["year"] == year])
    zones = BySchool(profiles.zones[profiles.zones["year"] == year])
    cards = analysis.dataset.self_analysis
    cards = cards[cards["year"] == year]
    asked = tuple(
        dict.fromkeys((str(row["section"]), str(row["question"])) for row in records(cards))
    )
    answers = BySchool(cards)
    for school in wanted:
        row = frames.register[school]
        status = frames.statuses.year(school, analysis.year)
        code = str(status["status"]) if status else ""
        listed = status is not None and code in LISTED
        yield SchoolFacts(
            school_id=school,
            name=frames.names[school],
            full_name=fmt.one_line(row.get("full_name"), frames.names[school]),
            municipality=frames.municipalities.get(school, ""),
            organisation=analysis.organisation,
            year=year,
            day=register.day,
            rules=profiles.rules,
            status=status_sentence(code, analysis.year, analysis.ruleset.title, status["n_met"])
            if status
            else "",
            reasons=tuple(_reasons(analysis, school)) if listed else (),
            factors=tuple(factors[school]),
            decisions={str(each["factor"]): each for each in decisions[school]},
            contradictions=tuple(wrong[school]),
            zones=tuple(_zone(each) for each in zones[school]),
            asked=asked,
            answers=tuple(answers[school]),
        )


def _reasons(analysis: Analysis, school: str) -> list[str]:
    found = reason_sentences(analysis.identification, analysis.dataset, school, analysis.year)
    return [reason.text for reason in found[:REASONS]]


def _zone(row: Row) -> str:
    unit = unit_label(row["procedure"], row["grade"], row["subject"])
    return f"{unit} — {fmt.percent(row['value'])} ({fmt.of(row['numerator'], row['n'])})"
