"""The eight components of the management cycle and what they are made of, in Russian."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shnor_lib.methods.management_cycle import item
from shnor_lib.report import format as fmt
from shnor_lib.tables import TABLES

COMPONENT: dict[str, str] = {
    "goals": "Цели",
    "indicators": "Показатели, методы сбора и обработки информации",
    "monitoring": "Мониторинг",
    "analysis": "Анализ результатов мониторинга",
    "recommendations": "Адресные рекомендации",
    "measures": "Меры, мероприятия",
    "decisions": "Управленческие решения",
    "effectiveness": "Анализ эффективности принятых мер",
}
"""Component → its title in S2."""
SHORT: dict[str, str] = {
    "goals": "Цели",
    "indicators": "Показатели",
    "monitoring": "Мониторинг",
    "analysis": "Анализ",
    "recommendations": "Рекомендации",
    "measures": "Меры",
    "decisions": "Решения",
    "effectiveness": "Эффективность",
}
"""Component → heading of a narrow column."""

ITEM: dict[str, str] = {
    "acts": "положения, программы, планы, дорожные карты",
    "rules": "свод правил с показателями и порогами",
    "results": "школы с результатами за год",
    "passports": "школы с социальным паспортом за год",
    "rating": "школы с показателями рейтинга за год",
    "identification": "мониторинг 1: школы, о статусе которых можно судить",
    "dynamics": "мониторинг 2: школы, результаты которых можно сравнить с прошлым годом",
    "teachers": "мониторинг 3: школы списка с диагностикой учителей",
    "risks": "мониторинг 4: школы списка с рисковым профилем",
    "tutor_point": "мониторинг 5: обращения в тьюторский пункт",
    "mentors": "мониторинг 6: школы списка с наставником",
    "statuses": "статусы школ с причинами и надёжностью",
    "verification": "школы с верификацией рискового профиля",
    "self_analysis": "школы списка с карточкой самоанализа",
    "deficits": "школы списка с картами дефицитов учителей",
    "issued": "выданные рекомендации",
    "interviews": "школы списка с протоколом собеседования",
    "road_map": "меры дорожной карты",
    "support": "школы списка с сопровождением",
    "courses": "школы списка, учителя которых прошли курсы в этом году",
    "agreements": "действующие сетевые договоры",
    "orders": "приказы и распоряжения",
    "risk_decisions": "риски, по которым есть решение",
    "reserve": "люди в реестре управленческого резерва",
    "done": "меры, выполненные к сроку",
    "half_1": "анализ на 31 декабря",
    "half_2": "анализ на 31 августа",
    "reports": "отчёты среди документов",
}
"""Item → what it is."""
_NOT_NEEDED: dict[str, str] = {
    "verification": "рисковых профилей нет",
    "risk_decisions": "рисков, по которым нужно решение, нет",
    "done": "ни один срок ещё не наступил",
}
_LACKING: dict[str, str] = {"risk_decisions": "нет по {}", "done": "не выполнено {}"}
_MADE_BY_BUILD: dict[str, str] = {
    "half_1": "появится, когда будут результаты прошлого года",
    "half_2": "появится, когда будут результаты этого года",
}


def there_words(row: Mapping[str, Any]) -> str:
    """What there is: «школы с результатами за год: 11 из 12»."""
    name = ITEM[str(row["item"])]
    if str(row["item"]) in ("half_1", "half_2"):
        return name
    if row["total"] is None:
        return f"{name}: {fmt.number(row['n'])}"
    return f"{name}: {fmt.of(row['n'], row['total'])}"


def not_needed_words(row: Mapping[str, Any]) -> str:
    """Why nothing is asked for."""
    code = str(row["item"])
    return f"{ITEM[code]}: {_NOT_NEEDED.get(code, 'школ в списке нет')}"


def missing_words(row: Mapping[str, Any], workbooks: Mapping[str, str]) -> str:
    """What is missing, and which workbook and sheet would fill it.

    Parameters
    ----------
    row
        Of ``management_cycle``.
    workbooks
        Table → name of the workbook it stands in.
    """
    code = str(row["item"])
    name = ITEM[code]
    if row["total"] is not None:
        rest = fmt.of(int(row["total"]) - int(row["n"]), row["total"])
        name += f": {_LACKING.get(code, f'нет у{fmt.NBSP}{{}}').format(rest)}"
    if code in _MADE_BY_BUILD:
        return f"{name}: {_MADE_BY_BUILD[code]}"
    if code == "done":
        return f"{name}; отметить выполнение: {books(code, workbooks)}"
    return f"{name}; {books(code, workbooks)}"


def books(code: str, workbooks: Mapping[str, str]) -> str:
    """«книга «Дорожная карта», лист «Меры дорожной карты»»."""
    parts = []
    for table in item(code).tables:
        book = workbooks.get(table, "")
        sheet = TABLES[table].title
        parts.append(
            f"книга «{book}»" if book == sheet or not book else f"книга «{book}», лист «{sheet}»"
        )
    return " или ".join(dict.fromkeys(parts))
