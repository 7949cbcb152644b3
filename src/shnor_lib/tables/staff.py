"""Teachers, vacancies and what a school has to work with."""

from __future__ import annotations

from shnor_lib.tables.common import SCHOOL, YEAR, count
from shnor_lib.tables.model import Column, Table

STAFF = Table(
    "staff",
    "Кадры",
    "Учителя, вакансии и оснащение по школам и годам. Заполняет школа на начало учебного года.",
    ("school_id", "year"),
    (
        SCHOOL,
        YEAR,
        count("teachers", "Учителей", "Без совместителей.", required=True, example=24),
        count(
            "teachers_qualified",
            "Первой и высшей категории",
            "Учителей, вместе.",
            part_of="teachers",
            example=19,
        ),
        count(
            "teachers_highest",
            "Высшей категории",
            "Учителей; из них же, кто посчитан в первой и высшей вместе.",
            part_of="teachers_qualified",
            example=8,
        ),
        count("teachers_young", "Молодых учителей", "До 35 лет.", part_of="teachers", example=3),
        count(
            "teachers_pension",
            "Пенсионного возраста",
            "Учителей, достигших пенсионного возраста.",
            part_of="teachers",
            example=6,
        ),
        count(
            "teachers_courses",
            "Прошли курсы за три года",
            "Учителей, прошедших повышение квалификации за последние три года.",
            part_of="teachers",
            example=22,
        ),
        count(
            "teachers_off_profile",
            "Ведут предмет не по диплому",
            "Учителей без базового образования хотя бы по одному из своих предметов.",
            part_of="teachers",
            example=4,
        ),
        count("vacancies", "Вакансий", "Открытых ставок учителей.", example=1),
        count(
            "computers",
            "Компьютеров для учеников",
            "Исправных, не старше семи лет, вместе с ноутбуками и планшетами.",
            example=36,
        ),
        Column(
            "internet",
            "Интернет, Мбит/с",
            "float",
            "Скорость по договору. Нет интернета — ноль.",
            minimum=0,
            maximum=100000,
            example=50,
        ),
    ),
)
