"""The region of risk profiles with what was done: recommendations, measures, interviews, agreements."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from tests.report import risk_project
from tests.report.risk_project import Row

at = dt.datetime

RECOMMENDATIONS: list[Row] = [
    {"number": "1", "date": at(2025, 12, 15), "addressee": "school", "school_id": "ШК-01",
     "form": "programme", "recommendation": "Разработать программу перехода", "state": "in_work",
     "deadline": at(2026, 4, 14), "controller": "методический кабинет", "rule": "transition-programme"},
    {"number": "2", "date": at(2025, 12, 15), "addressee": "municipality",
     "municipality": "Приозёрный район", "recommendation": "Обновить дорожную карту",
     "state": "done", "deadline": at(2026, 2, 1), "done": at(2026, 2, 3), "rule": "municipal-road-map"},
    {"number": "3", "date": at(2026, 1, 20), "addressee": "school", "school_id": "ШК-02",
     "recommendation": "Провести опрос родителей", "state": "planned", "deadline": at(2026, 4, 15)},
]  # fmt: skip

MEASURES: list[Row] = [
    {"number": "2.1", "school_id": "ШК-01", "direction": "Методическая помощь",
     "measure": "Посещение и разбор уроков", "state": "done", "deadline": at(2026, 1, 31),
     "done": at(2026, 1, 31)},
    {"number": "2.2", "school_id": "ШК-01", "direction": "Методическая помощь",
     "measure": "Пробная работа", "state": "done", "deadline": at(2026, 1, 31), "done": at(2026, 2, 5)},
    {"number": "2.3", "school_id": "ШК-02", "direction": "Работа с родителями",
     "measure": "День открытых дверей", "state": "planned", "deadline": at(2026, 4, 1)},
]  # fmt: skip

INTERVIEWS: list[Row] = [
    {"number": "1", "school_id": "ШК-01", "date": at(2025, 11, 19), "topic": "дорожная карта",
     "decision": "Пересмотреть план контроля", "deadline": at(2025, 12, 20), "done": at(2025, 12, 18)},
    {"number": "2", "school_id": "ШК-02", "date": at(2025, 11, 20), "decision": "Закрепить тьютора",
     "deadline": at(2026, 3, 1)},
]  # fmt: skip

AGREEMENTS: list[Row] = [
    {"school_id": "ШК-01", "partner": "Лицей № 7", "date": at(2025, 9, 10),
     "subject_matter": "методические дни"},
    {"school_id": "ШК-02", "partner": "Колледж", "date": at(2024, 9, 10),
     "last_date": at(2025, 9, 10), "subject_matter": "пробы"},
]  # fmt: skip


def write(root: Path) -> Path:
    """The project's folder."""
    risk_project.write(root)
    risk_project.write_book(root, "Адресные рекомендации", {"recommendations": RECOMMENDATIONS})
    measures = [{"year": risk_project.YEAR, **row} for row in MEASURES]
    risk_project.write_book(root, "Меры школ", {"measures": measures})
    risk_project.write_book(root, "Собеседования", {"interviews": INTERVIEWS})
    risk_project.write_book(root, "Договоры", {"agreements": AGREEMENTS})
    return root
