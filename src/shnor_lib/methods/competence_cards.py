"""What stands on a teacher's personal card (S2, 17): measured, lacking, offered, done, measured again.

The only place where rows of a single teacher are put together. Cards are Word files for the school;
no page of the site is made from them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from shnor_lib.methods.competence_pairs import WHO, levels
from shnor_lib.methods.teacher_competence import TeacherCompetence
from shnor_lib.store import Dataset

Row = dict[str, Any]


@dataclass(frozen=True)
class TeacherCard:
    """One teacher.

    Attributes
    ----------
    school_id, teacher
        The school and the code of the teacher.
    measurements
        By date: ``date``, ``subject``, ``instrument``, ``subject_score``, ``method_score``,
        ``overall_score`` (per cent), ``level``.
    deficits
        Rows of :func:`~.competence_deficits.deficit_states` with ``before`` and ``after``: results
        of the last measurement not later than the deficit was found and of the first one after
        it, in its subject (None: there is none).
    courses
        By date: ``date``, ``programme``, ``provider``, ``hours``, ``topic``.
    """

    school_id: str
    teacher: str
    measurements: tuple[Row, ...]
    deficits: tuple[Row, ...]
    courses: tuple[Row, ...]


def teacher_cards(found: TeacherCompetence, dataset: Dataset) -> list[TeacherCard]:
    """Cards of teachers with a deficit of the year, or with a low level and no deficit named.

    Parameters
    ----------
    found
        The monitoring of the year.
    dataset
        Gives the courses of all years up to ``found.day``.

    Returns
    -------
    list of TeacherCard
        By school and code.
    """
    low = levels(found.latest["overall_score"], found.rules) == "low"
    weak = found.latest[low.fillna(value=False).to_numpy(dtype=bool)]
    wanted = {*_whose(found.deficits), *_whose(weak)}
    tests = found.measurements.assign(
        level=levels(found.measurements["overall_score"], found.rules)
    )
    courses = dataset.teacher_courses
    courses = courses[courses["date"] <= pd.Timestamp(found.day)]
    held = _by_teacher(tests, ["date", "subject", "instrument"])
    lacking = _by_teacher(found.deficits, ["found", "topic"])
    taken = _by_teacher(courses, ["date", "programme"])
    cards = []
    for school, teacher in sorted(wanted):
        own = held.get((school, teacher), [])
        deficits = [
            {**row, "before": _before(row, own), "after": _after(row, own)}
            for row in lacking.get((school, teacher), [])
        ]
        cards.append(
            TeacherCard(
                school,
                teacher,
                tuple(own),
                tuple(deficits),
                tuple(taken.get((school, teacher), [])),
            )
        )
    return cards


def _whose(rows: pd.DataFrame) -> Iterator[tuple[str, str]]:
    for school, teacher in rows[WHO].itertuples(index=False, name=None):
        yield str(school), str(teacher)


def _by_teacher(rows: pd.DataFrame, order: list[str]) -> dict[tuple[str, str], list[Row]]:
    found: dict[tuple[str, str], list[Row]] = {}
    ordered = rows.sort_values([*WHO, *order], kind="stable")
    names = [str(name) for name in ordered.columns]
    for values in ordered.astype(object).itertuples(index=False, name=None):
        row = {
            name: None if pd.isna(value) else value
            for name, value in zip(names, values, strict=True)
        }
        found.setdefault((str(row["school_id"]), str(row["teacher"])), []).append(row)
    return found


def _fits(deficit: Row, test: Row) -> bool:
    return deficit["subject"] is None or deficit["subject"] == test["subject"]


def _before(deficit: Row, tests: list[Row]) -> Row | None:
    found = [t for t in tests if _fits(deficit, t) and t["date"] <= deficit["found"]]
    return found[-1] if found else None


def _after(deficit: Row, tests: list[Row]) -> Row | None:
    return next((t for t in tests if _fits(deficit, t) and t["date"] > deficit["found"]), None)
