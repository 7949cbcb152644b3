"""Teachers and vacancies."""

from __future__ import annotations

from shnor_lib.tables.common import SCHOOL, YEAR, count
from shnor_lib.tables.model import Table

STAFF = Table(
    "staff",
    "Кадры",
    "Учителя и вакансии по школам и годам.",
    ("school_id", "year"),
    (
        SCHOOL,
        YEAR,
        count("teachers", "Учителей", "Без совместителей.", required=True, example=24),
        count(
            "teachers_qualified",
            "Первой и высшей категории",
            "Учителей.",
            part_of="teachers",
            example=19,
        ),
        count("vacancies", "Вакансий", "Открытых ставок учителей.", example=1),
    ),
)
