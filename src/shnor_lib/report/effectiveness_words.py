"""Titles, definitions and absent numbers of the analysis of effectiveness, in Russian."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from shnor_lib.methods.effectiveness import INDICATORS, Indicator
from shnor_lib.methods.half_year import HalfYear
from shnor_lib.report import format as fmt
from shnor_lib.report.labels import school_year

TITLE: dict[str, str] = {
    "listed": "Школ в списке",
    "entered": "Вошли в список за год",
    "left": "Вышли из списка за год",
    "positive": "Школы прошлого списка с положительной динамикой",
    "teachers": "Педагоги школ списка с положительной динамикой компетенций",
    "anybody": "Школы списка, за которыми кто-нибудь закреплён",
    "mentor": "Школы списка с наставником",
    "tutor": "Школы списка с тьютором",
    "plan": "Закрепления с планом работы",
    "at_risk": "Охват учеников «группы риска» сопровождением",
    "measures_done": "Меры, выполненные к сроку отчёта",
    "measures_overdue": "Просроченные меры",
    "recommendations_done": "Рекомендации, исполненные к сроку отчёта",
    "recommendations_overdue": "Просроченные рекомендации",
    "effect": "Эффект сопровождения сверх ожидаемого",
}
"""Indicator → title."""

DEFINITION: dict[str, str] = {
    "listed": "число школ со статусом ШНОР, ШССУ или обоими по последнему списку, который известен на "
    "день отчёта; из школ, к которым правила применяются",
    "entered": "школы последнего списка, которых в списке годом раньше не было; из школ последнего "
    "списка",
    "left": "школы списка годом раньше, у которых теперь зона риска или признаков нет; из школ "
    "прежнего списка. Школа, у которой данных стало недостаточно, вышедшей не считается",
    "positive": "доля школ списка годом раньше, у которых вывод о динамике положительный; из тех, где "
    "есть что сравнить",
    "teachers": "доля учителей школ прошлогоднего списка, у которых повторная диагностика той же работы "
    "лучше; из измеренных дважды, по день отчёта",
    "anybody": "школы прошлогоднего списка, за которыми в этом учебном году закреплён наставник, "
    "тьютор или куратор",
    "mentor": "школы прошлогоднего списка, за которыми в этом учебном году закреплён наставник",
    "tutor": "школы прошлогоднего списка, за которыми (или за учителями которых) закреплён тьютор",
    "plan": "начатые закрепления, у которых есть план; из всех начатых",
    "at_risk": "ученики «группы риска», охваченные сопровождением, из всех учеников «группы риска» "
    "школ прошлогоднего списка; по социальным паспортам этого учебного года",
    "measures_done": "меры дорожной карты учебного года, которые выполнены; из тех, чей срок наступил. "
    "Снятые меры и меры без срока не считаются",
    "measures_overdue": "запланированы или выполняются, а последний день срока прошёл; из всех мер "
    "учебного года",
    "recommendations_done": "рекомендации учебного года, которые исполнены; из тех, чей срок наступил",
    "recommendations_overdue": "не исполнены, а последний день срока прошёл; из выданных ко дню отчёта",
    "effect": "доля низких результатов сопровождаемых школ минус доля, которой следовало ждать и без "
    "помощи; меньше нуля — лучше",
}
"""Indicator → how it is counted."""

ABSENT: dict[str, str] = {
    "no_list": "списка за этот год нет",
    "no_list_before": "списка годом раньше нет",
    "no_due_list": "прошлогоднего списка нет",
    "nobody_listed": "тот список был пуст",
    "nothing_comparable": "сопоставимых результатов нет",
    "no_pairs": "учителей, измеренных дважды, нет",
    "few_teachers": "учителей слишком мало, чтобы называть долю",
    "no_rules": "диагностика учителей не рассматривалась",
    "no_links": "сведений о сопровождении нет",
    "no_passports": "в социальных паспортах этих чисел нет",
    "no_deeds": "записей нет",
    "nothing_due": "ни один срок ещё не наступил",
    "no_effect": "оценить нельзя",
    "no_effect_year": "оценить не на ком",
}
"""Why there is no number."""

_OF_HALF = {1: "первое полугодие", 2: "второе полугодие"}
_IN_HALF = {1: f"в{fmt.NBSP}первом полугодии", 2: f"во{fmt.NBSP}втором полугодии"}


def indicator(name: str) -> Indicator:
    """The indicator of a code."""
    return next(each for each in INDICATORS if each.id == name)


def half_title(half: HalfYear) -> str:
    """«первое полугодие 2025/26 учебного года»."""
    return f"{_OF_HALF[half.half]} {school_year(half.year)} учебного года"


def in_half(half: HalfYear) -> str:
    """«в первом полугодии 2025/26 учебного года», «во втором полугодии …»."""
    return f"{_IN_HALF[half.half]} {school_year(half.year)} учебного года"


def on_day(day: dt.date) -> str:
    """«на 31.12.2025»."""
    return f"на{fmt.NBSP}{fmt.date_ru(day)}"


def value_words(row: Mapping[str, Any], suffix: str = "") -> str:
    """A number with what stands behind it: «60,0 % (3 из 5)», «3 (из 9)», «−2,1 п. п. (школ 4)».

    Parameters
    ----------
    row
        Of ``Effectiveness.numbers`` or of ``compare_halves``.
    suffix
        ``_before`` for the half before.
    """
    value, n = row[f"value{suffix}"], row[f"n{suffix}"]
    if fmt.is_missing(value):
        return ""
    kind = indicator(str(row["id"])).kind
    if kind == "points":
        return f"{fmt.points(value)} (школ {fmt.number(n)})"
    numerator = row[f"numerator{suffix}"]
    if kind == "share":
        return f"{fmt.percent(value)} ({fmt.of(numerator, n)})"
    return f"{fmt.number(value)} (из{fmt.NBSP}{fmt.number(n)})"


def absent_words(code: Any) -> str:
    """Why there is no number; empty when there is one or nobody has asked."""
    return "" if fmt.is_missing(code) else ABSENT.get(str(code), "")


def interval_words(row: Mapping[str, Any]) -> str:
    """95 % interval of a number; empty for complete counts, which have none."""
    if fmt.is_missing(row["value"]) or fmt.is_missing(row["low"]):
        return ""
    if indicator(str(row["id"])).kind == "points":
        return fmt.points_interval(row["low"], row["high"])
    return fmt.interval(row["low"], row["high"])


def change_words(row: Mapping[str, Any]) -> str:
    """Change against the half before with its direction; empty when there is nothing to compare."""
    if fmt.is_missing(row["change"]):
        return ""
    which, change = indicator(str(row["id"])), float(row["change"])
    if which.kind == "count":
        whole = fmt.number(abs(change))
        said = "без изменений" if change == 0 else f"{'+' if change > 0 else fmt.MINUS}{whole}"
    else:
        said = "без изменений" if abs(change) < 5e-4 else fmt.points(change)
    return said
