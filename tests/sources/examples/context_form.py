"""«Сбор контекстных данных об ОО»: two sheets about the same schools."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl

SECRETS = (
    "Образцов",
    "Примерович",
    "Выдуманова",
    "89000000001",
    "director@example.org",
    "Школьная, 17",
)
"""The director, his telephone, e-mail and address: nothing of it may leave the reader."""

BASE = ["Пользователь", "Код региона", "Регион", "Муниципалитет", "Школа", "Дата загрузки", "№"]
GENERAL = [
    *BASE,
    "1. Полное наименование ОО", "2. Сокращённое наименование ОО",
    "3. Фамилия, имя, отчество руководителя ОО (директора)", "4. Телефон", "5. E-mail", "6. ИНН",
    "7. Код ОГЭ", "8. Код ЕГЭ", "9. Статус организации", "10. У ОО есть филиалы?",
    "11. Организационно-правовая форма", "12. Почтовый индекс", "13. Адрес",
    "14. Где расположена ОО", "15. Размер населённого пункта",
    "16. Транспортная доступность крупного города (более 100 тыс. жителей)",
]  # fmt: skip
EDUCATION = [
    *BASE,
    "17.1. Реализуются ли АОП?", "18. Языки обучения", "19.1. Углублённое изучение предметов",
    "20. Число обучающихся в ОО", "21. Число обучающихся 2006 года рождения",
    "22. Из них обучающихся по АОП, с ОВЗ, инвалидов", "25. Всего учителей",
    "26. Число учителей 5–9 классов", "27. Число учителей первой и высшей категорий",
]  # fmt: skip


def base_row(login: str, name: str, number: int, home: str = "Приозёрный район") -> list[Any]:
    """The columns both sheets begin with."""
    return [login, 1, "Озёрный край", f"edu01_m001 | {home}", name, "14.03.2022", number]


def general_row(login: str, name: str, number: int, **more: Any) -> list[Any]:
    """A row of the first sheet with some answers changed."""
    answers = {
        "full": f"Муниципальное бюджетное общеобразовательное учреждение «{name}»", "short": name,
        "director": "Образцов Пример Примерович", "phone": "89000000001",
        "mail": "director@example.org", "inn": "0000000018", "oge": "101001", "ege": "101001",
        "status": "1) Самостоятельное юр. лицо (или головная ОО)", "branches": "Нет",
        "form": "2) Муниципальная", "index": 656000, "address": "с. Светлое, ул. Школьная, 17",
        "place": "4) Населенный пункт сельского типа", "size": "2) 1–5 тыс. человек",
        "access": "3) Более часа пути",
    } | more  # fmt: skip
    return [*base_row(login, name, number), *answers.values()]


def education_row(
    login: str, name: str, number: int, counts: Sequence[Any] = (214, 20, 2, 24, 15, 19)
) -> list[Any]:
    """A row of the second sheet: pupils, born 2006, of them with АОП, teachers, 5–9, qualified."""
    return [*base_row(login, name, number), "Нет", "русский", "да", *counts]


def write_rows(path: Path, general: list[list[Any]], education: list[list[Any]]) -> None:
    """Write both sheets with their headings."""
    book = openpyxl.Workbook()
    first = book.active
    first.title = "Общая информация об ОО"
    second = book.create_sheet("ОБРАЗОВАТЕЛЬНАЯ ДЕЯТЕЛЬНОСТЬ ОО")
    for sheet, rows in ((first, [GENERAL, *general]), (second, [EDUCATION, *education])):
        for row in rows:
            sheet.append(row)
    path.parent.mkdir(parents=True, exist_ok=True)
    book.save(path)


def write(path: Path) -> None:
    """Two schools; one has another code for ЕГЭ."""
    write_rows(
        path,
        [
            general_row("edu000001", "СОШ № 1 с. Светлое", 1),
            general_row(
                "edu000002",
                "СОШ № 2",
                2,
                director="Выдуманова Проба Пробовна",
                inn="0000000025",
                oge=101002,
                ege="102002",
                branches="да",
                access="1. Менее часа",
                size="1. Менее 1 тыс.",
                place="2. Город",
            ),  # fmt: skip
        ],
        [
            education_row("edu000001", "СОШ № 1 с. Светлое", 1),
            education_row("edu000002", "СОШ № 2", 2, (480, 51, 3, 36, 25, 30)),
        ],
    )
