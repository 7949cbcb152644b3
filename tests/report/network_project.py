"""The region of measures with support: an overloaded mentor, a school nobody helps, late papers.

Lists (by Tbilissky's thresholds on the planted results): ШК-01, ШК-02, ШК-04 in 2026.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from tests.report import measures_project, risk_project
from tests.report.risk_project import AS_OF, SCHOOLS, YEAR, Row

at = dt.datetime

SUPPORTERS: list[Row] = [
    {"supporter": "Н-01", "role": "mentor", "home_school_id": "ШК-03", "position": "директор",
     "first_date": at(2025, 9, 1)},
    {"supporter": "Н-02", "role": "mentor", "home_school_id": "ШК-02", "position": "директор",
     "first_date": at(2025, 9, 1), "last_date": at(2026, 1, 31)},
    {"supporter": "Н-03", "role": "mentor", "home_school_id": "ШК-09", "position": "директор",
     "first_date": at(2025, 9, 1)},
    {"supporter": "Т-01", "role": "tutor", "home_school_id": "ШК-01", "position": "учитель",
     "subject": "математика"},
    {"supporter": "К-01", "role": "curator", "organisation": "ИРО", "position": "методист",
     "display_name": "А. Б. Вымышленная"},
]  # fmt: skip

LINKS: list[Row] = [
    *[
        {"supporter": "Н-01", "school_id": school, "first_date": at(2025, 10, 1), "plan": True,
         "reports": 2, "feedback": 4.5, "feedback_n": 2}
        for school in ("ШК-01", "ШК-05", "ШК-06", "ШК-07")
    ],
    {"supporter": "Н-01", "school_id": "ШК-08", "first_date": at(2026, 5, 1)},
    {"supporter": "Н-02", "school_id": "ШК-08", "first_date": at(2025, 10, 1), "plan": False,
     "reports": 0},
    {"supporter": "Т-01", "school_id": "ШК-01", "teacher": "ШК-01-У01", "plan": True, "reports": 1,
     "feedback": 5.0, "feedback_n": 1, "first_date": at(2025, 11, 1), "last_date": at(2026, 2, 28)},
    {"supporter": "Т-01", "school_id": "ШК-01", "teacher": "ШК-01-У02", "first_date": at(2025, 11, 1)},
    {"supporter": "К-01", "school_id": "ШК-02", "first_date": at(2026, 1, 15), "plan": True,
     "reports": 1, "feedback": 4.0},
]  # fmt: skip
"""Nobody helps ШК-04, which is on the list."""

PLANS: list[Row] = [
    {"supporter": "Н-01", "school_id": "ШК-01", "planned": 10, "done": 7, "in_time": 6,
     "feedback": 4.0, "feedback_n": 3},
    {"supporter": "Н-02", "school_id": "ШК-08", "planned": 6, "done": 1, "in_time": 1},
    {"supporter": "Н-03", "school_id": "ШК-02", "planned": 8, "done": 4, "in_time": 4},
]  # fmt: skip

RESERVE: list[Row] = [
    {"person": "Р-01", "home_school_id": "ШК-01", "position": "заместитель директора",
     "target": "директор", "first_date": at(2025, 9, 1), "training": "школа резерва",
     "state": "in_reserve"},
    {"person": "Р-02", "home_school_id": "ШК-05", "position": "учитель", "target": "заместитель директора",
     "first_date": at(2024, 9, 1), "state": "appointed", "last_date": at(2026, 8, 20)},
    {"person": "Р-03", "home_school_id": "ШК-05", "position": "учитель", "target": "директор",
     "first_date": at(2023, 9, 1), "state": "left", "last_date": at(2025, 12, 1)},
    {"person": "Р-04", "target": "директор", "first_date": at(2026, 6, 1), "state": "in_reserve"},
]  # fmt: skip


def write(root: Path, *, settings: str = "") -> Path:
    """The project's folder."""
    measures_project.write(root)
    if settings:
        path = root / "shnor.yml"
        path.write_text(path.read_text("utf-8") + settings, encoding="utf-8")
    books: dict[str, dict[str, list[Row]]] = {
        "Сопровождение": {
            "supporters": SUPPORTERS,
            "support_links": [{"year": YEAR, **row} for row in LINKS],
            "mentor_centre": [{"year": YEAR, **row} for row in PLANS],
        },
        "Резерв": {"management_reserve": RESERVE},
    }
    for name, tables in books.items():
        risk_project.write_book(root, name, tables)
    return root


__all__ = ["AS_OF", "LINKS", "PLANS", "RESERVE", "SCHOOLS", "SUPPORTERS", "YEAR", "write"]
