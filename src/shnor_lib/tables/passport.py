"""The social passport."""

from __future__ import annotations

from shnor_lib.tables.common import SCHOOL, YEAR, count
from shnor_lib.tables.model import Table

SOCIAL_PASSPORT = Table(
    "social_passport",
    "Социальный паспорт",
    "Числа учеников по категориям на начало учебного года. Числа, не доли: доли программа "
    "считает сама, от «Всего обучающихся» этой же формы.",
    ("school_id", "year"),
    (
        SCHOOL,
        YEAR,
        count("total", "Всего обучающихся", "Численность школы.", required=True, example=214),
        count("incomplete", "Из неполных семей", "Учеников.", part_of="total", example=51),
        count("many_children", "Из многодетных семей", "Учеников.", part_of="total", example=60),
        count("low_income", "Из малообеспеченных семей", "Учеников.", part_of="total", example=38),
        count("guardianship", "Под опекой, сироты", "Учеников.", part_of="total", example=5),
        count("disabled", "Дети-инвалиды", "Учеников.", part_of="total", example=4),
        count(
            "special_needs",
            "С ОВЗ",
            "Учеников с ограниченными возможностями здоровья.",
            part_of="total",
            example=12,
        ),
        count("non_native", "Русский язык — неродной", "Учеников.", part_of="total", example=9),
        count(
            "higher_education_both",
            "Оба родителя с высшим образованием",
            "Учеников.",
            part_of="total",
            example=31,
        ),
        count(
            "higher_education_one",
            "Один родитель с высшим образованием",
            "Учеников.",
            part_of="total",
            example=49,
        ),
        count(
            "unemployed",
            "Родители не работают",
            "Учеников, у которых хотя бы один из родителей безработный.",
            part_of="total",
            example=27,
        ),
        count(
            "poor_housing", "В неблагоустроенном жилье", "Учеников.", part_of="total", example=33
        ),
        count(
            "school_register", "На внутришкольном учёте", "Учеников.", part_of="total", example=6
        ),
        count("police_register", "На учёте в ПДН", "Учеников.", part_of="total", example=2),
        count("commission_register", "На учёте в КДНиЗП", "Учеников.", part_of="total", example=1),
        count(
            "dangerous_situation",
            "В социально опасном положении",
            "Учеников.",
            part_of="total",
            example=2,
        ),
        count("offences", "Правонарушений за год", "Случаев, не учеников.", example=1),
        count("at_risk", "«Группа риска»", "Учеников.", part_of="total", example=14),
        count(
            "at_risk_covered",
            "«Группа риска»: охвачены сопровождением",
            "Учеников.",
            part_of="at_risk",
            example=12,
        ),
        count(
            "lessons_planned", "Уроков по учебному плану", "Ученико-уроков за год.", example=218000
        ),
        count(
            "lessons_attended",
            "Уроков посещено",
            "Ученико-уроков за год.",
            part_of="lessons_planned",
            example=199000,
        ),
        count("transported", "На подвозе", "Учеников.", part_of="total", example=41),
        count("boarding", "В интернате при школе", "Учеников.", part_of="total", example=0),
    ),
)
