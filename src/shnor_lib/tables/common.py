"""Columns many tables share."""

from __future__ import annotations

from typing import Any

from shnor_lib.tables.model import Column

SCHOOL = Column(
    "school_id",
    "Код школы",
    "text",
    "Код, под которым школа стоит в реестре школ. Один и тот же во всех таблицах.",
    required=True,
    aliases=("Код ОО", "Логин", "Логин ОО"),
    example="ШК-01",
    refers_to="schools",
)
YEAR = Column(
    "year",
    "Учебный год",
    "year",
    "Год окончания учебного года (2024) или весь учебный год (2023/2024).",
    required=True,
    minimum=2000,
    maximum=2100,
    aliases=("Год",),
    example="2023/2024",
)


def count(name: str, title: str, note: str, **more: Any) -> Column:
    """Return a whole number ≥ 0."""
    return Column(name, title, "int", note, minimum=0, **more)
