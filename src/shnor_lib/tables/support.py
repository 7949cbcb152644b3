"""Who supports whom: mentors, tutors, curators; tutor point, mentor centre, management reserve.

People are codes. A supporter may also have a display name: mentors and tutors are appointed by
order and often wish to be known. The column is empty unless the user fills it.
"""

from __future__ import annotations

from dataclasses import replace

from shnor_lib.tables.codes import CONSULTATION_FORMS, RESERVE_STATES, SUPPORT_ROLES
from shnor_lib.tables.common import (
    SCHOOL,
    SUBJECT,
    SUPPORTER,
    TEACHER,
    YEAR,
    YEAR_OF_DATE,
    count,
    date,
    feedback,
    text,
)
from shnor_lib.tables.model import Column, Table

_SUPPORTER = replace(SUPPORTER, required=True)
_HOME = replace(
    SCHOOL,
    required=False,
    note="Школа, в которой этот человек работает. Пусто — он не из школы реестра.",
    aliases=(),
    title="Код его школы",
    name="home_school_id",
)

SUPPORTERS = Table(
    "supporters",
    "Сопровождающие",
    "Наставники (руководители, помогающие управленческим командам), тьюторы (учителя, помогающие "
    "учителям) и кураторы. Ведёт методическая служба.",
    ("supporter",),
    (
        replace(
            SUPPORTER,
            required=True,
            note="Условный код, без фамилии: «Н-01», «Т-07». Один и тот же во всех книгах.",
            refers_to=None,
        ),
        text(
            "role",
            "Роль",
            "Выберите из списка.",
            required=True,
            choices=SUPPORT_ROLES,
            example="наставник",
        ),
        _HOME,
        text("organisation", "Организация", "Если это не школа реестра.", example="ИРО"),
        text("position", "Должность", "Без фамилии.", example="директор"),
        SUBJECT,
        text(
            "display_name",
            "Имя на страницах",
            "Необязательно и только с согласия человека: так его назовут на страницах. Пусто — "
            "на страницах стоят код и должность.",
            personal=True,
        ),
        text("order", "Приказ о назначении", "Номер и дата.", example="№ 466 от 27.11.2025"),
        date("first_date", "Назначен", "Дата.", example="27.11.2025"),
        date("last_date", "Освобождён", "Дата. Пусто — работает.", not_before="first_date"),
    ),
    lasting=True,
    since="first_date",
)

SUPPORT_LINKS = Table(
    "support_links",
    "Кто кого сопровождает",
    "Строка — сопровождающий и школа (или учитель этой школы) в учебном году.",
    ("supporter", "school_id", "teacher", "year"),
    (
        _SUPPORTER,
        replace(SCHOOL, note="Код школы, которой помогают."),
        replace(TEACHER, note="Если помогают одному учителю. " + TEACHER.note),
        YEAR,
        date("first_date", "Сопровождение с", "Дата.", example="01.12.2025"),
        date(
            "last_date", "Сопровождение по", "Дата. Пусто — продолжается.", not_before="first_date"
        ),
        Column("plan", "План утверждён", "flag", "Есть ли план работы.", example="да"),
        count("reports", "Отчётов сдано", "За учебный год.", example=2),
        *feedback("те, кому помогали"),
    ),
    given=(),
)

TUTOR_POINT = Table(
    "tutor_point",
    "Обращения в тьюторский пункт",
    "Журнал тьюторского консультационного пункта (ТКП): строка — обращение.",
    ("school_id", "number", "date"),
    (
        text("number", "Номер обращения", "По журналу.", required=True, example="1"),
        date("date", "Дата обращения", "Когда обратились.", required=True, example="03.12.2025"),
        YEAR_OF_DATE,
        replace(SCHOOL, note="Код школы, из которой обратились."),
        replace(TEACHER, note="Если обратился один учитель. " + TEACHER.note),
        Column(
            "people",
            "Учителей получили помощь",
            "int",
            "Если обратилась группа. Пусто — один.",
            minimum=1,
            example=1,
        ),
        SUBJECT,
        text("topic", "Тема обращения", "Коротко.", required=True, example="задания с параметром"),
        text(
            "form",
            "Форма помощи",
            "Выберите из списка.",
            choices=CONSULTATION_FORMS,
            example="очная консультация",
        ),
        replace(SUPPORTER, note="Код тьютора из листа «Сопровождающие».", example="Т-01"),
        date(
            "done",
            "Помощь оказана",
            "Дата. Пусто — ещё нет.",
            not_before="date",
            example="10.12.2025",
        ),
        Column(
            "in_time", "Оказана в срок", "flag", "Уложились ли в срок по положению.", example="да"
        ),
        Column(
            "mark",
            "Оценка обратившегося",
            "float",
            "По шкале от 1 до 5, если есть отзыв.",
            minimum=1,
            maximum=5,
            example=5,
        ),
    ),
    computed=("year",),
    year_from="date",
)

MENTOR_CENTRE = Table(
    "mentor_centre",
    "Планы наставников",
    "Муниципальный наставнический центр: план работы наставника со школой и его выполнение за "
    "учебный год.",
    ("supporter", "school_id", "teacher", "year"),
    (
        replace(_SUPPORTER, note="Код наставника из листа «Сопровождающие»."),
        replace(SCHOOL, note="Код школы, которой помогает наставник."),
        replace(TEACHER, note="Если план — для одного учителя. " + TEACHER.note),
        YEAR,
        count("planned", "Пунктов в плане", "За учебный год.", required=True, example=12),
        count("done", "Пунктов выполнено", "Из них.", part_of="planned", example=9),
        count("in_time", "Выполнено в срок", "Из выполненных.", part_of="done", example=8),
        *feedback("руководители школ"),
    ),
    given=("supporter", "school_id", "teacher", "year"),
)

MANAGEMENT_RESERVE = Table(
    "management_reserve",
    "Управленческий резерв",
    "Реестр кадрового управленческого резерва муниципалитета.",
    ("person", "target"),
    (
        text(
            "person",
            "Код в резерве",
            "Условный код, без фамилии: «Р-01».",
            required=True,
            example="Р-01",
            person_code=True,
        ),
        _HOME,
        text("position", "Должность сейчас", "Без фамилии.", example="заместитель директора"),
        text(
            "target",
            "На какую должность",
            "Должность, на которую готовят.",
            required=True,
            example="директор",
        ),
        date("first_date", "В резерве с", "Дата.", example="01.09.2025"),
        text(
            "training",
            "Подготовка",
            "Программы, стажировки.",
            example="школа управленческого резерва",
        ),
        text(
            "state",
            "Состояние в резерве",
            "Выберите из списка.",
            required=True,
            choices=RESERVE_STATES,
            example="в резерве",
        ),
        date("last_date", "Назначен или выбыл", "Дата.", not_before="first_date"),
    ),
    lasting=True,
    since="first_date",
)
