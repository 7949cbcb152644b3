"""Diagnostics of teachers. A teacher is a code, never a name."""

from __future__ import annotations

from dataclasses import replace

from shnor_lib.tables.common import (
    SCHOOL,
    SUBJECT,
    TEACHER,
    YEAR_OF_DATE,
    count,
    date,
    per_cent,
    text,
)
from shnor_lib.tables.model import Table

_TEACHER = replace(TEACHER, required=True)

TEACHER_DIAGNOSTICS = Table(
    "teacher_diagnostics",
    "Диагностика учителей",
    "Независимая диагностика предметных и методических компетенций: строка — учитель, предмет, "
    "работа и дата. Динамика видна, если учитель проходил диагностику дважды.",
    ("teacher", "subject", "instrument", "date"),
    (
        SCHOOL,
        YEAR_OF_DATE,
        _TEACHER,
        replace(SUBJECT, required=True),
        text(
            "instrument",
            "Диагностическая работа",
            "Название работы или методики; одна и та же работа — одно и то же название.",
            required=True,
            example="Диагностика ИРО",
        ),
        date("date", "Дата диагностики", "Когда проведена.", required=True, example="14.10.2025"),
        per_cent("subject_score", "Предметные, %", "Выполнение предметной части.", example=72),
        per_cent("method_score", "Методические, %", "Выполнение методической части.", example=64),
    ),
    computed=("year",),
    given=("school_id", "teacher", "subject", "instrument"),
    year_from="date",
)

TEACHER_DEFICITS = Table(
    "teacher_deficits",
    "Дефициты учителей",
    "Строка — один дефицит одного учителя: когда выявлен, что сделано, когда восполнен. Из этих "
    "строк складывается персонифицированная карта.",
    ("teacher", "subject", "topic", "found"),
    (
        SCHOOL,
        _TEACHER,
        SUBJECT,
        text(
            "topic",
            "Дефицит",
            "Тема или умение, короткими словами.",
            required=True,
            example="задания с параметром",
        ),
        date("found", "Дефицит выявлен", "Дата.", required=True, example="14.10.2025"),
        text(
            "offered",
            "Что предложено",
            "Курсы, тьютор, самообразование.",
            example="консультации тьютора",
        ),
        date("due", "Срок восполнения", "До какой даты.", not_before="found", example="31.03.2026"),
        date("closed", "Дефицит восполнен", "Дата. Пусто — ещё не восполнен.", not_before="found"),
        text(
            "evidence",
            "Чем подтверждено",
            "Повторная диагностика, открытый урок, удостоверение.",
        ),
    ),
    given=("school_id", "teacher"),
    lasting=True,
    since="found",
)

TEACHER_COURSES = Table(
    "teacher_courses",
    "Курсы учителей",
    "Повышение квалификации: строка — учитель и программа.",
    ("teacher", "programme", "date"),
    (
        SCHOOL,
        YEAR_OF_DATE,
        _TEACHER,
        text(
            "programme",
            "Программа курсов",
            "Название программы.",
            required=True,
            example="Подготовка к ОГЭ по математике",
        ),
        text("provider", "Кто проводил курсы", "Организация.", example="ИРО"),
        count("hours", "Часов", "Объём программы.", maximum=2000, example=36),
        date(
            "date",
            "Дата окончания курсов",
            "По удостоверению.",
            required=True,
            example="20.02.2026",
        ),
        text("topic", "Какой дефицит восполняли", "Как в листе «Дефициты учителей»."),
    ),
    computed=("year",),
    given=("school_id", "teacher"),
    year_from="date",
)
