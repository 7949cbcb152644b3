"""Columns many tables share."""

from __future__ import annotations

from dataclasses import replace
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
    "Учебный год целиком (2023/2024); одно число — год его окончания (2024).",
    required=True,
    minimum=2000,
    maximum=2100,
    aliases=("Год",),
    example="2023/2024",
)


YEAR_OF_DATE = replace(
    YEAR,
    note="Учебный год даты: он начинается 1 сентября.",
    required=True,
    aliases=(),
    example=None,
)
"""The year of tables whose rows have a date: derived, never typed."""

TEACHER = Column(
    "teacher",
    "Код учителя",
    "text",
    "Условный код, по которому учителя узнают только в школе: без фамилии, телефона и номера "
    "документа. У одного учителя один и тот же код во всех книгах и годах.",
    example="ШК-01-У03",
    person_code=True,
)
SUBJECT = Column(
    "subject",
    "Предмет",
    "text",
    "Именительный падеж: «русский язык».",
    example="математика",
)
SUPPORTER = Column(
    "supporter",
    "Код сопровождающего",
    "text",
    "Код наставника, тьютора или куратора из листа «Сопровождающие».",
    example="Н-01",
    refers_to="supporters",
    person_code=True,
)


def text(name: str, title: str, note: str, **more: Any) -> Column:
    """Return a column of text."""
    return Column(name, title, "text", note, **more)


def date(name: str, title: str, note: str, **more: Any) -> Column:
    """Return a column of dates."""
    return Column(name, title, "date", note, **more)


def per_cent(name: str, title: str, note: str, **more: Any) -> Column:
    """Return a number from 0 to 100."""
    return Column(name, title, "float", note, minimum=0, maximum=100, **more)


def feedback(who: str) -> tuple[Column, Column]:
    """Return mean mark and number of answers of a feedback form; ``who`` gave them (Russian)."""
    return (
        Column(
            "feedback",
            "Средняя оценка в отзывах",
            "float",
            f"По шкале от 1 до 5; отзывы дают {who}.",
            minimum=1,
            maximum=5,
            example=4.6,
        ),
        count("feedback_n", "Отзывов", "Сколько человек поставили оценку.", example=7),
    )


def count(name: str, title: str, note: str, **more: Any) -> Column:
    """Return a whole number ≥ 0."""
    return Column(name, title, "int", note, minimum=0, **more)
