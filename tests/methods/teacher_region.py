"""Rows about teachers for the tests of the third monitoring: a region drawn by chance."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterable, Mapping
from typing import Any

from shnor_lib.methods.competence_definition import CompetenceRules, load_competence_rules
from shnor_lib.store import Dataset
from tests.methods.builders import dataset, table

Row = dict[str, Any]
YEAR = 2026
DAY = dt.date(2026, 5, 1)
LISTED = ("S1", "S3")
DATES = (
    (dt.datetime(2023, 10, 2), 2024), (dt.datetime(2024, 4, 2), 2024),
    (dt.datetime(2024, 10, 2), 2025), (dt.datetime(2025, 10, 2), 2026),
    (dt.datetime(2026, 4, 2), 2026), (dt.datetime(2026, 5, 20), 2026),
)  # fmt: skip
"""The last lies after the day."""
SUBJECTS = ("математика", "русский язык", "химия")
TOPICS = ("Дроби", "дроби ", "Углы.", "углы", "Орфография", "Ёмкость", "емкость")


def rules_with(**change: Any) -> CompetenceRules:
    """The packaged rules with other values; ``dynamics`` takes a dictionary."""
    rules = load_competence_rules("proposal")
    dynamics = rules.dynamics.model_copy(update=change.pop("dynamics", {}))
    return rules.model_copy(update={**change, "dynamics": dynamics})


def teachers_dataset(
    tests: Iterable[Mapping[str, Any]] = (),
    deficits: Iterable[Mapping[str, Any]] = (),
    courses: Iterable[Mapping[str, Any]] = (),
    *,
    schools: Iterable[Mapping[str, Any]] = (),
    staff: Iterable[Mapping[str, Any]] = (),
) -> Dataset:
    """A data set of the three tables about teachers."""
    return dataset(schools=schools, staff=staff).replace(
        teacher_diagnostics=table("teacher_diagnostics", tests),
        teacher_deficits=table("teacher_deficits", deficits),
        teacher_courses=table("teacher_courses", courses),
    )


def measured(school: str, teacher: str, date: dt.datetime, subject_score: float | None,
             method_score: float | None = None, *, subject: str = "математика",
             instrument: str = "ИРО") -> Row:  # fmt: skip
    """One diagnosis; the school year begins on 1 September."""
    return {
        "school_id": school, "teacher": teacher, "subject": subject, "instrument": instrument,
        "date": date, "year": date.year + (date.month >= 9), "subject_score": subject_score,
        "method_score": method_score,
    }  # fmt: skip


def lacking(school: str, teacher: str, found: dt.datetime, **more: Any) -> Row:
    """One deficit."""
    return {"school_id": school, "teacher": teacher, "topic": "дроби", "found": found,
            "subject": "математика", **more}  # fmt: skip


def drawn(seed: int) -> tuple[Dataset, list[Row], list[Row], list[Row], list[Row]]:
    """A region of eight schools: the data set and its plain rows (tests, deficits, courses, staff)."""
    luck = random.Random(seed)
    tests: list[Row] = []
    deficits: list[Row] = []
    courses: list[Row] = []
    staff: list[Row] = []
    schools = [
        {"school_id": f"S{i}", "name": f"Школа {i}", "municipality": "Район А" if i < 4 else "Район Б"}
        for i in range(8)
    ]  # fmt: skip
    for i in range(8):
        size = (0, 2, 5, 6, 9, 12, 15, 21)[i]
        if i != 5:
            staff.append(
                {"school_id": f"S{i}", "year": YEAR, "teachers": 3 if i == 4 else size + 2}
            )
        for t in range(size):
            code = f"У{t:02d}"  # the same codes in every school
            for subject in luck.sample(SUBJECTS, 1 + (luck.random() < 0.2)):
                for date, _ in DATES:
                    if luck.random() < 0.45:
                        tests.append(
                            measured(
                                f"S{i}", code, date,
                                luck.choice([None, *range(30, 100, 5)]),
                                luck.choice([None, *range(30, 100, 5)]),
                                subject=subject,
                                instrument=luck.choice(["ИРО", "ИРО", "Лига"]),
                            )
                        )  # fmt: skip
            for _ in range(luck.randint(0, 2)):
                found = dt.datetime(2024, 9, 15) + dt.timedelta(days=luck.randint(0, 640))
                row = lacking(
                    f"S{i}", code, found,
                    subject=luck.choice([None, *SUBJECTS]),
                    topic=luck.choice(TOPICS),
                    offered=luck.choice([None, " ", "курсы ИРО", "Консультации тьютора", "беседа"]),
                    due=luck.choice([None, found + dt.timedelta(days=luck.randint(1, 300))]),
                    closed=luck.choice([None, found + dt.timedelta(days=luck.randint(1, 400))]),
                )  # fmt: skip
                key = (row["school_id"], row["teacher"], row["subject"], row["topic"], found)
                if key not in {(r["school_id"], r["teacher"], r["subject"], r["topic"], r["found"]) for r in deficits}:  # fmt: skip
                    deficits.append(row)
            if luck.random() < 0.5:
                date = dt.datetime(2025, 7, 1) + dt.timedelta(days=luck.randint(0, 350))
                courses.append(
                    {"school_id": f"S{i}", "teacher": code, "programme": luck.choice(["П1", "П2"]),
                     "hours": luck.choice([None, 16, 36]), "date": date,
                     "year": date.year + (date.month >= 9), "topic": luck.choice([None, *TOPICS])}
                )  # fmt: skip
    data = teachers_dataset(tests, deficits, courses, schools=schools, staff=staff)
    return data, tests, deficits, courses, staff
