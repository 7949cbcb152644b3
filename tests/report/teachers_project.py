"""A region of three districts whose teachers were diagnosed twice; planted truths.

ШК-01 (on the list) has 21 teachers, half of them better; ШК-02 (on the list) five, of whom four share
an overdue deficit nothing was offered against; ШК-03 two; ШК-04 (on the list) nobody; ШК-05 six, none
better. Codes of teachers are such that they can be looked for on every page.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from tests.conftest import copy_project_files
from tests.report import risk_project
from tests.report.risk_project import AS_OF, LISTED, SCHOOLS, YEAR, Row

SIZES = {"ШК-01": 21, "ШК-02": 5, "ШК-03": 2, "ШК-05": 6}
"""Teachers diagnosed."""
WORK = "Диагностика ИРО"
FIRST, SECOND = dt.datetime(2025, 10, 14), dt.datetime(2026, 4, 7)
SHARED = "задания с параметром"
CODE = "Ф7"
"""In every code of a teacher and nowhere else."""


def code(school: str, number: int) -> str:
    return f"{school}-{CODE}{number:02d}"


def first_score(number: int) -> int:
    return 45 + number % 5 * 10


def gain(school: str, number: int) -> int:
    """Half of the teachers of ШК-01 and all of ШК-02 and ШК-03 gain, those of ШК-05 lose."""
    if school == "ШК-05":
        return -5
    return 10 if school != "ШК-01" or number % 2 else 0


def subject(number: int) -> str:
    return "математика" if number % 3 else "русский язык"


def diagnostics() -> list[Row]:
    return [
        {"school_id": school, "teacher": code(school, i), "subject": subject(i), "instrument": WORK,
         "date": date, "subject_score": first_score(i) + change, "method_score": 90}
        for school, size in SIZES.items()
        for i in range(size)
        for date, change in ((FIRST, 0), (SECOND, gain(school, i)))
    ]  # fmt: skip


def deficits() -> list[Row]:
    shared = [
        {"school_id": "ШК-02", "teacher": code("ШК-02", i), "subject": "математика", "topic": SHARED,
         "found": FIRST, "due": dt.datetime(2026, 3, 1)}
        for i in range(4)
    ]  # fmt: skip
    closed = [
        {"school_id": "ШК-01", "teacher": code("ШК-01", i), "subject": subject(i), "topic": "критерии оценивания",
         "found": FIRST, "due": dt.datetime(2026, 5, 1), "offered": "курсы ИРО и тьютор",
         "closed": SECOND if i < 5 else None, "evidence": "повторная диагностика" if i < 5 else None}
        for i in range(7)
    ]  # fmt: skip
    return shared + closed


def courses() -> list[Row]:
    return [
        {"school_id": "ШК-01", "teacher": code("ШК-01", i), "programme": "Оценивание по критериям",
         "provider": "ИРО", "hours": 36, "date": dt.datetime(2026, 2, 20),
         "topic": "Критерии оценивания"}
        for i in range(6)
    ]  # fmt: skip


def staff() -> list[Row]:
    return [
        {"school_id": school, "year": YEAR, "teachers": SIZES.get(school, 0) + 3}
        for school in SCHOOLS
        if school != "ШК-05"
    ]


def write(root: Path) -> Path:
    """The project's folder."""
    root.mkdir(parents=True, exist_ok=True)
    copy_project_files(root)
    (root / "shnor.yml").write_text(
        "title: Педагоги трёх районов\norganisation: Управление образования\n"
        f"as_of: {AS_OF.isoformat()}\ncompare: []\n",
        encoding="utf-8",
    )
    books: dict[str, dict[str, list[Row]]] = {
        "Реестр школ": {"schools": risk_project.register()},
        "Результаты": {"results": risk_project.results()},
        "Кадры": {"staff": staff()},
        "Диагностика": {"teacher_diagnostics": diagnostics()},
        "Дефициты": {"teacher_deficits": deficits()},
        "Курсы": {"teacher_courses": courses()},
    }
    for name, tables in books.items():
        risk_project.write_book(root, name, tables)
    return root


__all__ = ["AS_OF", "LISTED", "SCHOOLS", "YEAR", "write"]
