"""Closed lists of values: code → what people write."""

from __future__ import annotations

PROCEDURES: dict[str, str] = {
    "vpr": "ВПР",
    "oge": "ОГЭ",
    "ege": "ЕГЭ",
    "gve": "ГВЭ",
    "niko": "НИКО",
    "municipal": "Муниципальный мониторинг",
    "functional_literacy": "Функциональная грамотность",
}
"""Assessment procedures: code → name for people."""

SEASONS: dict[str, str] = {"spring": "весна", "autumn": "осень"}
"""Season in which a procedure was held: code → name for people."""

SCHOOL_KINDS: tuple[str, ...] = (
    "общеобразовательная",
    "коррекционная",
    "вечерняя",
    "закрытого типа",
    "санаторная или при больнице",
)
SETTLEMENT_TYPES: tuple[str, ...] = (
    "административный центр субъекта",
    "город",
    "посёлок городского типа",
    "село",
)

HISTORIES: dict[str, str] = {
    "stays": "остаются у прежней школы",
    "moves": "переходят к правопреемнику",
}
"""Whose are the earlier results of a school merged into another."""

KEY_SYSTEMS: dict[str, str] = {
    "fis_oko": "ФИС ОКО",
    "ris_gia": "РИС ГИА",
    "inn": "ИНН",
    "name": "название",
}
"""Systems that write schools in their own way: code → name for people."""

RISK_FACTORS: dict[str, str] = {
    "equipment": "Низкий уровень оснащения школы",
    "staff_shortage": "Дефицит педагогических кадров",
    "competence": "Недостаточная предметная и методическая компетентность педагогических работников",
    "adaptability": "Риски низкой адаптивности учебного процесса",
    "training": "Несформированность внутришкольной системы повышения квалификации",
    "special_needs": "Высокая доля обучающихся с ОВЗ",
    "language": "Низкое качество преодоления языковых и культурных барьеров",
    "wellbeing": "Пониженный уровень школьного благополучия",
    "motivation": "Низкая учебная мотивация обучающихся",
    "failure": "Высокая доля обучающихся с рисками учебной неуспешности",
    "parents": "Низкий уровень вовлечённости родителей",
}
"""The eleven factors of the school's risk profile («500+»); names from memory, not from a
document: code → name for people."""

RISK_LEVELS: dict[str, str] = {"high": "высокая", "medium": "средняя", "low": "низкая"}
"""Significance of a risk factor: code → name for people."""

RISK_DECISIONS: dict[str, str] = {"accepts": "подтверждает", "rejects": "отклоняет"}
"""What the school or its curator says of a factor: code → name for people."""

RISK_STATES: dict[str, str] = {
    "claimed": "заявлен",
    "confirmed": "подтверждён",
    "rejected": "отклонён",
    "in_work": "в работе",
    "removed": "снят",
}
"""Where a factor stands: code → name for people."""

SUPPORT_ROLES: dict[str, str] = {"mentor": "наставник", "tutor": "тьютор", "curator": "куратор"}
"""Who supports: a mentor the management, a tutor the teachers, a curator comes from the region."""

CONSULTATION_FORMS: dict[str, str] = {
    "in_person": "очная консультация",
    "remote": "дистанционная консультация",
    "lesson": "посещение и разбор урока",
    "workshop": "мастер-класс или практикум",
    "materials": "подбор материалов",
}
"""Forms of help of the tutor consultation point: code → name for people."""

DEED_STATES: dict[str, str] = {
    "planned": "запланировано",
    "in_work": "выполняется",
    "done": "выполнено",
    "dropped": "снято",
}
"""Where a measure or a recommendation stands: code → name for people."""

ADDRESSEES: dict[str, str] = {
    "school": "школа",
    "teachers": "педагоги",
    "municipality": "МОУО",
    "institute": "институт развития образования",
    "assessment": "центр оценки качества",
}
"""To whom a recommendation goes: code → name for people."""

RECOMMENDATION_FORMS: dict[str, str] = {
    "letter": "информационное письмо",
    "regulation": "регламент",
    "guidelines": "методические рекомендации",
    "programme": "программа",
    "collection": "тематическая подборка",
}
"""In what form a recommendation is given (S0 6.3): code → name for people."""

RESERVE_STATES: dict[str, str] = {
    "in_reserve": "в резерве",
    "appointed": "назначен",
    "left": "выбыл",
}
"""Where a person of the management reserve stands: code → name for people."""

LEVELS: dict[str, str] = {
    "region": "регион",
    "municipality": "муниципалитет",
    "school": "школа",
}
"""Level of management: code → name for people."""

DOCUMENT_KINDS: dict[str, str] = {
    "order": "приказ или распоряжение",
    "statute": "положение",
    "road_map": "дорожная карта",
    "programme": "программа работы",
    "plan": "план работы или календарный график",
    "report": "отчёт",
    "other": "другой документ",
}
"""Kinds of documents of the information platform (S0 4.6.1): code → name for people."""

LIBRARY_KINDS: dict[str, str] = {
    "guidelines": "методические рекомендации",
    "book": "электронная библиотека",
    "experience": "опыт школ",
    "video": "видео",
}
"""Shelves of the library: code → name for people."""

REQUEST_STATES: dict[str, str] = {
    "new": "подана",
    "accepted": "принята",
    "done": "исполнена",
    "declined": "отклонена",
}
"""Where a request stands: code → name for people."""
