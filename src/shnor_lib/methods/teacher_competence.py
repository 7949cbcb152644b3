"""Monitoring 3: what teachers' diagnoses show (S0 5.4(3), 5.10, 5.12; S2 «Показатели», 3)).

A row of the data is one teacher, known by a code, one subject, one work and one date. Everything
published is a sum over teachers; rows of single teachers go only into the cards the school keeps.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

import pandas as pd

from shnor_lib.methods.competence_deficits import courses_of, deficit_states
from shnor_lib.methods.competence_definition import CompetenceRules
from shnor_lib.methods.competence_pairs import WHO, measured_twice, not_better, whole
from shnor_lib.store import Dataset
from shnor_lib.tables.life import open_in

SCORES: tuple[str, ...] = ("overall_score", "subject_score", "method_score")


@dataclass(frozen=True, eq=False)
class TeacherCompetence:
    """What :func:`teacher_competence` found in one school year.

    Attributes
    ----------
    rules, year, day
        Cut-offs; the school year; the day on which it is asked what is overdue.
    measurements
        Every measurement up to the day; see :func:`measurements`.
    latest
        Level of each teacher in each subject in the year: ``school_id``, ``teacher``,
        ``subject``, ``date``, ``overall_score``, ``subject_score``, ``method_score``,
        ``municipality``, ``listed``.
    pairs
        Rows of :func:`~.competence_pairs.measured_twice` with ``municipality``, ``listed``.
    deficits, courses
        Rows of :func:`~.competence_deficits.deficit_states` and
        :func:`~.competence_deficits.courses_of` with ``municipality``, ``listed``; deficits also
        with ``not_better`` (:func:`~.competence_pairs.not_better`).
    coverage
        One row per school: ``school_id``, ``municipality``, ``listed``, ``staff`` (teachers; NA
        when not given), ``measured`` (teachers diagnosed in the year), ``doubtful`` (more
        measured than there are).
    """

    rules: CompetenceRules
    year: int
    day: dt.date
    measurements: pd.DataFrame = field(repr=False)
    latest: pd.DataFrame = field(repr=False)
    pairs: pd.DataFrame = field(repr=False)
    deficits: pd.DataFrame = field(repr=False)
    courses: pd.DataFrame = field(repr=False)
    coverage: pd.DataFrame = field(repr=False)

    @property
    def empty(self) -> bool:
        """Whether the year has neither diagnoses nor deficits nor courses."""
        return self.latest.empty and self.deficits.empty and self.courses.empty


def teacher_competence(
    dataset: Dataset,
    rules: CompetenceRules,
    *,
    year: int,
    day: dt.date,
    listed: Iterable[str] = (),
) -> TeacherCompetence:
    """Everything the monitoring of a year is made of.

    Parameters
    ----------
    dataset
        Tables ``teacher_diagnostics``, ``teacher_deficits``, ``teacher_courses``, ``staff``,
        ``schools``.
    rules
        From :func:`~.competence_definition.load_competence_rules`.
    year
        School year.
    day
        The day of the questions «overdue», «closed» (:func:`~.as_of.as_of`); nothing later counts.
    listed
        Schools on the list of the year.
    """
    wanted = {str(school) for school in listed}
    places = dataset.schools.drop_duplicates("school_id").set_index("school_id")["municipality"]

    def placed(frame: pd.DataFrame) -> pd.DataFrame:
        return frame.assign(
            municipality=frame["school_id"].map(places).astype("string").fillna(""),
            listed=frame["school_id"].isin(wanted).astype(bool),
        )

    known = measurements(dataset, rules, day)
    deficits = deficit_states(dataset, year, day)
    deficits["not_better"] = not_better(deficits, known, rules)
    latest = latest_of(known, year)
    return TeacherCompetence(
        rules=rules,
        year=year,
        day=day,
        measurements=known,
        latest=placed(latest),
        pairs=placed(measured_twice(known, rules, year=year)),
        deficits=placed(deficits),
        courses=placed(courses_of(dataset, year, day)),
        coverage=placed(_coverage(dataset, latest, year)),
    )


def measurements(dataset: Dataset, rules: CompetenceRules, day: dt.date) -> pd.DataFrame:
    """Measurements with a result, up to a day.

    Returns
    -------
    DataFrame
        ``school_id``, ``year``, ``teacher``, ``subject``, ``instrument``, ``date``,
        ``subject_score``, ``method_score`` (per cent, NA when not measured) and
        ``overall_score`` by the rules; ordered by teacher and date. Rows without any result are
        left out: the teacher was not measured.
    """
    rows = dataset.teacher_diagnostics
    names = [*WHO, "year", "subject", "instrument", "date", "subject_score", "method_score"]
    rows = rows.loc[rows["date"] <= pd.Timestamp(day), names]
    rows = rows[rows["subject_score"].notna() | rows["method_score"].notna()]
    rows = rows.assign(overall_score=whole(rows["subject_score"], rows["method_score"], rules))
    return rows.sort_values([*WHO, "subject", "date", "instrument"], ignore_index=True)


def latest_of(measurements: pd.DataFrame, year: int) -> pd.DataFrame:
    """The last measurement of each teacher in each subject in a year.

    Parameters
    ----------
    measurements
        From :func:`measurements`.
    year
        School year.

    Returns
    -------
    DataFrame
        ``school_id``, ``teacher``, ``subject``, ``date`` and the three results, per cent; works
        of one day are averaged.
    """
    key = [*WHO, "subject"]
    rows = measurements[measurements["year"] == year]
    newest = rows["date"] == rows.groupby(key, observed=True)["date"].transform("max")
    found = rows[newest].groupby([*key, "date"], observed=True, sort=True)[list(SCORES)].mean()
    return found.round(9).reset_index()


def _coverage(dataset: Dataset, latest: pd.DataFrame, year: int) -> pd.DataFrame:
    register = dataset.schools.drop_duplicates("school_id")
    there = register.loc[open_in(register, year).to_numpy(dtype=bool), "school_id"]
    staff = dataset.staff[dataset.staff["year"] == year].drop_duplicates("school_id")
    measured = latest.drop_duplicates(WHO).groupby("school_id", observed=True).size()
    keys = sorted(
        {str(key) for part in (there, staff["school_id"], measured.index) for key in part}
    )
    found = pd.DataFrame({"school_id": pd.array(keys, dtype="string")})
    found["staff"] = (
        found["school_id"].map(staff.set_index("school_id")["teachers"]).astype("Int64")
    )
    found["measured"] = found["school_id"].map(measured).fillna(0).astype("Int64")
    found["doubtful"] = (found["measured"] > found["staff"]).fillna(value=False).astype(bool)
    return found
