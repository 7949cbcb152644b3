"""Recommendations, measures of the road map, interviews and network agreements."""

from __future__ import annotations

from dataclasses import replace

from shnor_lib.tables.codes import ADDRESSEES, DEED_STATES, RECOMMENDATION_FORMS, RISK_FACTORS
from shnor_lib.tables.common import SCHOOL, YEAR, YEAR_OF_DATE, date, text
from shnor_lib.tables.model import Table

_ANY_SCHOOL = replace(
    SCHOOL, required=False, note="Если касается одной школы. Пусто — всех школ муниципалитета."
)
_MUNICIPALITY = text(
    "municipality",
    "Муниципалитет",
    "Если касается всех школ муниципалитета; «все муниципалитеты» — если всех школ региона.",
    aliases=("МО", "Муниципальное образование"),
)
_STATE = text(
    "state",
    "Состояние",
    "Выберите из списка.",
    required=True,
    choices=DEED_STATES,
    example="выполняется",
)

MEASURES = Table(
    "measures",
    "Меры дорожной карты",
    "Что, кто, когда, сделано ли. Незавершённые меры переходят в книгу следующего года.",
    ("year", "municipality", "school_id", "number"),
    (
        text("number", "Номер меры", "По дорожной карте: «2.1».", required=True, example="2.1"),
        YEAR,
        replace(_ANY_SCHOOL, example="ШК-01"),
        _MUNICIPALITY,
        text("direction", "Направление", "Раздел дорожной карты.", example="методическая помощь"),
        text(
            "factor",
            "Фактор риска",
            "Против какого риска мера, если она из антирисковой программы.",
            choices=RISK_FACTORS,
        ),
        text(
            "measure",
            "Мера",
            "Что будет сделано.",
            required=True,
            example="Посещение и разбор уроков математики",
        ),
        text(
            "responsible",
            "Ответственный",
            "Должность; фамилия не нужна.",
            example="заместитель директора",
            personal=True,
        ),
        date("deadline", "Срок", "Последний день срока.", example="25.12.2025"),
        _STATE,
        date("done", "Дата выполнения", "Если выполнено."),
        text("evidence", "Подтверждение", "Документ, ссылка или результат."),
    ),
)

RECOMMENDATIONS = Table(
    "recommendations",
    "Адресные рекомендации",
    "Выданные рекомендации и контроль их исполнения.",
    ("year", "number"),
    (
        text(
            "number",
            "Номер рекомендации",
            "Номер письма или порядковый номер.",
            required=True,
            example="14",
        ),
        YEAR_OF_DATE,
        date("date", "Дата рекомендации", "Когда выдана.", required=True, example="15.12.2025"),
        text(
            "addressee",
            "Кому адресована",
            "Выберите из списка.",
            required=True,
            choices=ADDRESSEES,
            example="школа",
        ),
        replace(_ANY_SCHOOL, example="ШК-01"),
        _MUNICIPALITY,
        text(
            "form",
            "Форма рекомендации",
            "Выберите из списка.",
            choices=RECOMMENDATION_FORMS,
            example="информационное письмо",
        ),
        text(
            "recommendation",
            "Рекомендация",
            "Что рекомендовано.",
            required=True,
            example="Закрепить тьютора за учителями математики",
        ),
        date(
            "deadline",
            "Срок исполнения",
            "Последний день срока.",
            not_before="date",
            example="01.03.2026",
        ),
        text(
            "controller",
            "Кто контролирует",
            "Должность или организация; фамилия не нужна.",
            example="методическая служба",
            personal=True,
        ),
        replace(_STATE, title="Исполнение", example="выполняется"),
        date("done", "Дата исполнения", "Если исполнено.", not_before="date"),
        text("evidence", "Подтверждение", "Документ, ссылка или результат."),
        text("rule", "Правило", "Каким правилом программы предложена; заполняет программа."),
    ),
    computed=("year",),
    year_from="date",
)

INTERVIEWS = Table(
    "interviews",
    "Собеседования",
    "Протоколы собеседований с управленческими командами школ.",
    ("school_id", "number", "date"),
    (
        text("number", "Номер протокола", "По журналу.", required=True, example="3"),
        date("date", "Дата собеседования", "Дата.", required=True, example="19.11.2025"),
        YEAR_OF_DATE,
        SCHOOL,
        text(
            "participants",
            "Участники собеседования",
            "Должности; фамилии не нужны.",
            example="директор, два заместителя",
            personal=True,
        ),
        text("topic", "О чём говорили", "Коротко.", example="выполнение дорожной карты"),
        text(
            "decision",
            "Что решили",
            "Решение протокола.",
            required=True,
            example="Пересмотреть план внутреннего контроля",
        ),
        date(
            "deadline",
            "Срок решения",
            "Последний день срока.",
            not_before="date",
            example="20.12.2025",
        ),
        date("done", "Решение выполнено", "Дата. Пусто — ещё нет.", not_before="date"),
        text("link", "Ссылка на протокол", "Адрес или имя файла."),
    ),
    computed=("year",),
    year_from="date",
)

AGREEMENTS = Table(
    "agreements",
    "Сетевые договоры",
    "Договоры школ и муниципалитета о сетевом взаимодействии.",
    ("school_id", "municipality", "partner", "date"),
    (
        replace(_ANY_SCHOOL, example="ШК-01"),
        _MUNICIPALITY,
        text(
            "partner",
            "Партнёр",
            "С кем договор: школа, вуз, учреждение, предприятие.",
            required=True,
            example="Педагогический университет",
        ),
        text("number", "Номер договора", "Если есть.", example="7"),
        date("date", "Дата договора", "Дата.", required=True, example="10.09.2025"),
        date("last_date", "Договор действует до", "Дата. Пусто — бессрочно.", not_before="date"),
        text(
            "subject_matter",
            "О чём договор",
            "Коротко.",
            required=True,
            example="курсы для учителей математики",
        ),
        text("results", "Что сделано по договору", "Коротко."),
        text("link", "Ссылка на договор", "Адрес или имя файла."),
    ),
    lasting=True,
    since="date",
)
