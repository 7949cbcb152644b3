"""Risk profile, its verification and the self-analysis of schools."""

from __future__ import annotations

from shnor_lib.tables.codes import RISK_DECISIONS, RISK_FACTORS, RISK_LEVELS, RISK_STATES
from shnor_lib.tables.common import SCHOOL, YEAR, date, text
from shnor_lib.tables.model import Column, Table

FACTOR = Column(
    "factor",
    "Фактор риска",
    "text",
    "Один из одиннадцати факторов рискового профиля. Выберите из списка.",
    required=True,
    choices=RISK_FACTORS,
    example="Дефицит педагогических кадров",
)
"""A factor of the risk profile."""

RISK_PROFILE = Table(
    "risk_profile",
    "Рисковый профиль школы",
    "Значимость факторов риска из рискового профиля школы (РПШ): переносится из профиля, "
    "программа её не вычисляет.",
    ("school_id", "year", "factor"),
    (
        SCHOOL,
        YEAR,
        FACTOR,
        text(
            "level",
            "Значимость",
            "Как в профиле школы.",
            required=True,
            choices=RISK_LEVELS,
            example="высокая",
        ),
        text("source", "Откуда значимость", "Анкетирование, самоанализ.", example="анкетирование"),
    ),
    given=("school_id", "year", "factor"),
)

RISK_VERIFICATION = Table(
    "risk_verification",
    "Верификация рисков",
    "Согласны ли школа и куратор с каждым фактором профиля, и что с ним стало. Отклоняя фактор, "
    "назовите причину.",
    ("school_id", "year", "factor"),
    (
        SCHOOL,
        YEAR,
        FACTOR,
        text(
            "school_decision",
            "Решение школы",
            "Подтверждает школа этот риск или отклоняет.",
            choices=RISK_DECISIONS,
            example="подтверждает",
        ),
        text("school_reason", "Обоснование школы", "Почему; нужно, если отклоняет."),
        text(
            "curator_decision",
            "Решение куратора",
            "Подтверждает куратор этот риск или отклоняет.",
            choices=RISK_DECISIONS,
            example="подтверждает",
        ),
        text("curator_reason", "Обоснование куратора", "Почему; нужно, если отклоняет."),
        text(
            "state",
            "Состояние риска",
            "Заявлен → подтверждён или отклонён → в работе → снят.",
            required=True,
            choices=RISK_STATES,
            example="в работе",
        ),
        date("date", "Дата протокола", "Протокол куратора.", example="12.11.2025"),
    ),
    given=("school_id", "year", "factor"),
)

SELF_ANALYSIS = Table(
    "self_analysis",
    "Самоанализ школы",
    "Карточка самоанализа: строка — вопрос или показатель карточки.",
    ("school_id", "year", "section", "question"),
    (
        SCHOOL,
        YEAR,
        text(
            "section",
            "Раздел карточки",
            "Как в карточке.",
            required=True,
            example="Качество преподавания",
        ),
        text(
            "question",
            "Вопрос или показатель",
            "Как в карточке.",
            required=True,
            example="Взаимопосещение уроков",
        ),
        Column("value", "Число или балл", "float", "Если ответ — число.", example=3),
        text("answer", "Ответ словами", "Если ответ — слова.", example="раз в четверть"),
    ),
    given=("school_id", "year", "section", "question"),
)
