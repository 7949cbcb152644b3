"""Risks in Russian: names of kinds, levels and states, and the sentences made of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from shnor_lib.methods.risk_definition import Day, RiskRules
from shnor_lib.report import format as fmt
from shnor_lib.report.labels import label, school_year
from shnor_lib.report.recommendation_words import low_first
from shnor_lib.tables import RISK_FACTORS, RISK_LEVELS, RISK_STATES
from shnor_lib.tables.codes import RISK_DECISIONS

KIND: dict[str, str] = {
    "staff": "кадровые",
    "equipment": "материально-технические",
    "failure": "образовательной неуспешности",
    "social": "социальные",
}
"""Kinds of risks (S0 4.3.3): code → name after «риски»."""

KIND_ONE: dict[str, str] = {
    "staff": "кадровый",
    "equipment": "материально-технический",
    "failure": "образовательной неуспешности",
    "social": "социальный",
}
"""The same of one risk."""

MANAGEABILITY: dict[str, str] = {
    "managed": "управляемый",
    "weak": "слабоуправляемый",
    "unmanaged": "неуправляемый",
}
"""Manageability (S0 4.3.2): code → name."""

WHO: dict[str, str] = {"school": "школа", "municipality": "МОУО", "region": "регион"}
"""Levels of management: code → who acts there."""

WHOSE: dict[str, str] = {"school": "школы", "municipality": "МОУО", "region": "региона"}
"""The same in the genitive."""

VERIFIED: dict[str, str] = {
    "both": "школа и куратор",
    "school": "только школа",
    "curator": "только куратор",
    "none": "не проверен",
}
"""Who has decided on a factor."""

FACTOR_SHORT: dict[str, str] = {
    "equipment": "Оснащение",
    "staff_shortage": "Нехватка кадров",
    "competence": "Компетентность",
    "adaptability": "Адаптивность",
    "training": "Внутренняя учёба",
    "special_needs": "Дети с ОВЗ",
    "language": "Язык и культура",
    "wellbeing": "Благополучие",
    "motivation": "Мотивация",
    "failure": "Неуспешность",
    "parents": "Родители",
}
"""Names of factors for the axis of a map."""

CONTRADICTION: dict[str, str] = {
    "curator_rejects": "школа подтверждает, куратор отклоняет",
    "school_rejects": "школа отклоняет, куратор подтверждает",
    "school_no_reason": "школа отклонила без обоснования",
    "curator_no_reason": "куратор отклонил без обоснования",
    "unverified_in_work": "работа начата или окончена, а верификация не завершена",
    "rejected_in_work": "оба отклонили, а фактор подтверждён или в работе",
    "accepted_rejected": "оба подтвердили, а фактор значится отклонённым",
    "state_behind": "решения обеих сторон есть, а фактор всё ещё «заявлен»",
    "not_in_profile": "фактор есть в протоколе, но не в профиле",
    "high_no_measure": "высокая значимость, а мер против риска нет",
    "in_work_no_measure": "фактор «в работе», а мер против риска нет",
    "level_differs": "значимость по числам школы не такая, как в профиле",
    "zone_not_claimed": "результаты за порогом, а риск неуспешности не признан",
}
"""What does not fit together: code → name."""

TO_DO: dict[str, str] = {
    "curator_rejects": "обсудить фактор на встрече куратора со школой и записать общее решение",
    "school_rejects": "обсудить фактор на встрече куратора со школой и записать общее решение",
    "school_no_reason": "попросить у школы обоснование",
    "curator_no_reason": "вписать обоснование куратора",
    "unverified_in_work": "завершить верификацию: нужны решения школы и куратора",
    "rejected_in_work": "исправить состояние или решения в листе «Верификация рисков»",
    "accepted_rejected": "исправить состояние или решения в листе «Верификация рисков»",
    "state_behind": "записать итог верификации: подтверждён или отклонён",
    "not_in_profile": "сверить протокол с рисковым профилем",
    "high_no_measure": "внести в дорожную карту меру против этого фактора или указать фактор у меры",
    "in_work_no_measure": "внести в дорожную карту меру против этого фактора или указать фактор у меры",
    "level_differs": "сверить профиль с данными школы",
    "zone_not_claimed": "вернуться к анкетам и самоанализу: результаты говорят о риске",
}
"""What to do about it."""

BASIS: dict[str, str] = {
    "cyclic": "до следующего проявления (п. 4.3.5)",
    "new_year": "риск нового учебного года (п. 4.3.6)",
}
"""Why the decision is due on that day."""

FACTORS_FORMS = ("фактор", "фактора", "факторов")
RISKS_FORMS = ("риск", "риска", "рисков")


def factor(code: Any) -> str:
    """Full name of a factor."""
    return label(RISK_FACTORS, code)


def level(code: Any) -> str:
    """Significance; what its absence means where there is none."""
    return label(RISK_LEVELS, code, "нет в профиле")


def state(code: Any) -> str:
    """Where a factor stands."""
    return label(RISK_STATES, code)


def decision(code: Any, reason: Any = None) -> str:
    """What the school or the curator said: «отклоняет: вакансия закрыта»."""
    if fmt.is_missing(code):
        return "решения нет"
    said = label(RISK_DECISIONS, code)
    why = fmt.one_line(reason, "")
    return f"{said}: {low_first(why)}" if why else said


def kind_of(row: Mapping[str, Any]) -> str:
    """Kind and manageability of a risk: «кадровый, слабоуправляемый»."""
    return f"{KIND_ONE[str(row['kind'])]}, {MANAGEABILITY[str(row['manageability'])]}"


def who_may(entitled: Any) -> str:
    """Levels that may act: «МОУО, регион»."""
    return ", ".join(label(WHO, code) for code in str(entitled).split(", ") if code)


def due(row: Mapping[str, Any]) -> str:
    """By when a decision is due, as of the day of the register: «до 31.07.2026 (91 день)».

    Parameters
    ----------
    row
        Of ``RiskRegister.decisions``.
    """
    day = fmt.date_ru(row["decide_by"])
    left = int(row["days_left"])
    days = fmt.count_phrase(abs(left), "день", "дня", "дней")
    if row["decided"]:
        return f"решение есть (срок {day})"
    if row["note_only"]:
        return f"до {day}: передать региону или принять к сведению"
    if row["overdue"]:
        return f"просрочено на {days} (срок {day})"
    return f"до {day} (сегодня последний день)" if left == 0 else f"до {day} ({days})"


def decide_sentence(row: Mapping[str, Any], rules: RiskRules) -> str:
    """Who decides what by when and why, in a sentence."""
    rule = rules.rule(str(row["factor"]))
    who = label(WHO, row["decides"])
    others = [label(WHO, code) for code in rule.entitled if code != row["decides"]]
    may = f"; вправе также {fmt.join_ru(others)}" if others else ""
    when = fmt.date_ru(row["decide_by"])
    if row["note_only"]:
        text = f"Неуправляемый риск: до {when} передать решение региону или принять к сведению"
    else:
        text = f"Решает {who}{may}; срок — {when}"
    if rule.cycle is not None and not fmt.is_missing(row["occurs"]):
        text += f"; проявится {fmt.date_ru(row['occurs'])} ({rule.cycle.event})"
    return f"{text}. Основание: {BASIS[str(row['basis'])]}."


def year_words(year: int) -> str:
    """«2025/26 учебный год»."""
    return f"{school_year(year)} учебный год"


_MONTHS = (
    "января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября",
    "октября", "ноября", "декабря",
)  # fmt: skip


def every_year(day: Day) -> str:
    """A day of every year: «31 июля»."""
    return f"{day.day}{fmt.NBSP}{_MONTHS[day.month - 1]}"


def day_words(day: dt.date) -> str:
    """«на 01.05.2026»."""
    return f"на{fmt.NBSP}{fmt.date_ru(day)}"


def counted_levels(counts: Mapping[str, int]) -> str:
    """«высокой значимости — 3, средней — 5»; levels nobody has are left out."""
    names = {"high": "высокой", "medium": "средней", "low": "низкой"}
    parts = [(names[code], counts.get(code, 0)) for code in names if counts.get(code, 0)]
    shown = [f"{name} — {fmt.number(n)}" for name, n in parts]
    if not shown:
        return ""
    first, *rest = shown
    return ", ".join([first.replace(" — ", " значимости — ", 1), *rest])
