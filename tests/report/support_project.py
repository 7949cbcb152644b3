"""Three districts with a tutor point and mentors: every kind of row the monitorings must get right."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from shnor_lib.store import Dataset
from tests.conftest import copy_project_files
from tests.methods.builders import table
from tests.report import risk_project

YEAR = 2026
AS_OF = dt.date(2026, 4, 15)
SCHOOLS = risk_project.SCHOOLS
DUE = ("ШК-01", "ШК-02", "ШК-04")
"""Schools on the list of both years (``risk_project.LISTED``)."""

Row = dict[str, Any]

SUPPORTERS: list[Row] = [
    {"supporter": "Н-01", "role": "mentor", "position": "директор", "home_school_id": "ШК-09"},
    {"supporter": "Н-02", "role": "mentor", "display_name": "Мария Иванова"},
    {"supporter": "Н-03", "role": "mentor", "position": "директор"},
    {"supporter": "Т-01", "role": "tutor", "position": "учитель", "subject": "математика"},
    {"supporter": "Т-02", "role": "tutor", "position": "учитель", "subject": "русский язык"},
    {"supporter": "К-01", "role": "curator", "organisation": "ИРО"},
]
TEACHERS = {school: 4 + 3 * place for place, school in enumerate(SCHOOLS)}
"""Teachers of a school by the table of staff; ШК-04 has handed in none."""


def code(school: str, number: int) -> str:
    """Code of a teacher."""
    return f"{school}-У{number:02d}"


def day(year: int, month: int, number: int) -> dt.datetime:
    """A day of a school year that ends in ``year``."""
    return dt.datetime(year - (month >= 9), month, number)


# school, month, day, teacher, people, subject, topic, form, tutor, days to help, in time, mark
_JOURNAL: list[tuple[Any, ...]] = [
    ("ШК-01", 10, 1, 1, None, "математика", "Проценты", "in_person", "Т-01", 3, True, 5),
    ("ШК-01", 10, 5, 1, None, "математика", "проценты ", "remote", "Т-01", 5, True, 4),
    ("ШК-01", 11, 9, 2, None, "математика", "функции", "lesson", "Т-01", 30, False, 2.5),
    ("ШК-01", 12, 1, None, 6, "русский язык", "сочинение", "workshop", "Т-02", 10, True, 4),
    ("ШК-01", 1, 15, None, 3, None, "проценты", "workshop", "Т-01", 12, None, None),
    ("ШК-02", 9, 20, 1, None, "русский язык", "орфография", "materials", "Т-02", 0, True, 5),
    ("ШК-02", 2, 2, 2, None, "русский язык", "сочинение", None, None, 45, False, 3),
    ("ШК-02", 4, 1, 3, None, "математика", "графики", None, "Т-01", None, None, None),
    ("ШК-02", 3, 3, 4, None, "математика", "графики", None, "Т-01", None, True, None),
    ("ШК-02", 4, 10, 1, None, "математика", "функции", "remote", "Т-01", 20, True, 5),
    ("ШК-02", 5, 5, 1, None, "математика", "после дня", "remote", "Т-01", 1, True, 1),
    ("ШК-05", 11, 3, 1, None, "история", "карта", "in_person", "Т-02", 7, True, 4.5),
    ("ШК-06", 12, 24, 1, None, "физика", "опыты", "in_person", "Т-09", 8, True, None),
]


def tutor_point() -> list[Row]:
    """The journal of 2026 and a shorter one of 2025."""
    names = (
        "school_id", "month", "day", "teacher", "people", "subject", "topic", "form", "supporter",
        "days", "in_time", "mark",
    )  # fmt: skip
    rows = []
    for year, journal in ((YEAR, _JOURNAL), (YEAR - 1, _JOURNAL[::2])):
        for number, entry in enumerate(journal, start=1):
            row: Row = dict(zip(names, entry, strict=True))
            asked = day(year, row.pop("month"), row.pop("day"))
            days, teacher = row.pop("days"), row.pop("teacher")
            rows.append(
                {
                    **row,
                    "number": str(number),
                    "date": asked,
                    "done": None if days is None else asked + dt.timedelta(days=days),
                    "teacher": None if teacher is None else code(row["school_id"], teacher),
                }
            )
    return rows


def support_links() -> list[Row]:
    """Mentors, tutors and a curator; Н-01 has four schools at a time, ШК-04 nobody."""
    rows: list[Row] = []
    for year in (YEAR - 1, YEAR):
        for school in ("ШК-01", "ШК-02", "ШК-05", "ШК-06")[: 4 if year == YEAR else 2]:
            rows.append(
                {"supporter": "Н-01", "school_id": school, "year": year, "plan": school != "ШК-06",
                 "reports": 2 if school == "ШК-01" else 0, "first_date": day(year, 11, 1)}
            )  # fmt: skip
        rows.append(
            {"supporter": "Т-01", "school_id": "ШК-01", "year": year, "teacher": code("ШК-01", 1)}
        )
        rows.append(
            {"supporter": "Т-01", "school_id": "ШК-02", "year": year, "teacher": code("ШК-02", 3)}
        )
    rows.append(
        {"supporter": "Н-02", "school_id": "ШК-07", "year": YEAR, "first_date": day(YEAR, 3, 10)}
    )
    rows.append(
        {"supporter": "Н-02", "school_id": "ШК-08", "year": YEAR, "first_date": day(YEAR, 5, 10)}
    )
    return rows


# supporter, school, teacher, planned, done, in time, feedback, answers
_PLANS: list[tuple[Any, ...]] = [
    ("Н-01", "ШК-01", None, 12, 9, 8, 4.5, 4),
    ("Н-01", "ШК-02", None, 10, 4, None, 3.8, 2),
    ("Н-01", "ШК-05", None, 8, None, None, None, None),
    ("Н-01", "ШК-05", 1, 4, 4, 4, 5.0, 1),
    ("Н-02", "ШК-07", None, 6, 6, 5, 4.0, None),
]


def mentor_centre() -> list[Row]:
    """Plans of both years."""
    names = (
        "supporter", "school_id", "teacher", "planned", "done", "in_time", "feedback", "feedback_n",
    )  # fmt: skip
    rows = []
    for year, plans in ((YEAR, _PLANS), (YEAR - 1, _PLANS[:2])):
        for entry in plans:
            row: Row = dict(zip(names, entry, strict=True))
            if row["teacher"] is not None:
                row["teacher"] = code(row["school_id"], row["teacher"])
            rows.append({**row, "year": year})
    return rows


def staff() -> list[Row]:
    """Teachers of every school but one, both years."""
    return [
        {"school_id": school, "year": year, "teachers": n}
        for year in (YEAR - 1, YEAR)
        for school, n in TEACHERS.items()
        if school != "ШК-04"
    ]


def teacher_deficits() -> list[Row]:
    """Deficits of teachers with and without help, closed and open, some of long ago."""
    rows = []
    for place, school in enumerate(SCHOOLS):
        for number in (1, 2, 3):
            for topic in ("проценты", "графики")[: 1 + (place + number) % 2]:
                found = day(YEAR, 10, 3 + place)
                late = (place * 3 + number) % 4
                closed = None if late == 0 else found + dt.timedelta(days=20 * late + 5 * number)
                rows.append(
                    {"school_id": school, "teacher": code(school, number), "subject": "математика",
                     "topic": topic, "found": found, "closed": closed}
                )  # fmt: skip
    rows.append(
        {"school_id": "ШК-01", "teacher": code("ШК-01", 1), "subject": "математика",
         "topic": "давний", "found": day(YEAR - 2, 10, 1), "closed": day(YEAR - 1, 5, 1)}
    )  # fmt: skip
    return rows


def teacher_diagnostics() -> list[Row]:
    """Two measurements of most teachers."""
    rows = []
    for place, school in enumerate(SCHOOLS):
        for number in (1, 2):
            for held, gain in (
                (day(YEAR, 9, 25), 0),
                (day(YEAR, 3, 20), 4 * ((place + number) % 3) - 3),
            ):
                rows.append(
                    {"school_id": school, "teacher": code(school, number), "subject": "математика",
                     "instrument": "Диагностика", "date": held,
                     "subject_score": 60 + place + gain, "method_score": 55 + number + gain}
                )  # fmt: skip
    return rows


def results() -> list[Row]:
    """Those of the risk project, and a year before them: there is a list in both years."""
    rows = risk_project.results()
    return [*({**row, "year": YEAR - 2} for row in rows if row["year"] == YEAR - 1), *rows]


def teacher_codes() -> set[str]:
    """Every code of a teacher in the data."""
    tables = (
        tutor_point(), support_links(), mentor_centre(), teacher_deficits(), teacher_diagnostics(),
    )  # fmt: skip
    return {row["teacher"] for rows in tables for row in rows if row.get("teacher")}


def _of_year(rows: list[Row]) -> list[Row]:
    return [
        {**row, "year": row["date"].year + (row["date"].month >= 9)} if "date" in row else row
        for row in rows
    ]


def data(**tables: list[Row]) -> Dataset:
    """Everything as tidy tables; ``tables`` take the place of some."""
    found: dict[str, list[Row]] = {
        "schools": risk_project.register(),
        "results": [{**row, "n_low": row["n2"], "n_high": row["n5"]} for row in results()],
        "supporters": SUPPORTERS,
        "support_links": support_links(),
        "mentor_centre": mentor_centre(),
        "tutor_point": tutor_point(),
        "staff": staff(),
        "teacher_deficits": teacher_deficits(),
        "teacher_diagnostics": teacher_diagnostics(),
        **tables,
    }
    return Dataset(**{name: table(name, _of_year(rows)) for name, rows in found.items()})


def write(root: Path) -> Path:
    """The project's folder: settings, site configuration, workbooks."""
    root.mkdir(parents=True, exist_ok=True)
    copy_project_files(root)
    (root / "shnor.yml").write_text(
        "title: Сопровождение трёх районов\norganisation: Управление образования\n"
        f"as_of: {AS_OF.isoformat()}\ncompare: []\n",
        encoding="utf-8",
    )
    known = [*SUPPORTERS, {"supporter": "Т-09", "role": "tutor"}]
    books: dict[str, dict[str, list[Row]]] = {
        "Реестр школ": {"schools": risk_project.register()},
        "Результаты": {"results": results()},
        "Кадры": {"staff": staff()},
        "Сопровождающие": {"supporters": known},
        "Сопровождение": {
            "support_links": support_links(),
            "mentor_centre": mentor_centre(),
            "tutor_point": tutor_point(),
        },
        "Учителя": {
            "teacher_diagnostics": teacher_diagnostics(),
            "teacher_deficits": teacher_deficits(),
        },
    }
    for name, tables in books.items():
        risk_project.write_book(root, name, tables)
    return root
