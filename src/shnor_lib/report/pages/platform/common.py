"""What the pages of the platform share."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

import pandas as pd

from shnor_lib.methods.platform import Platform, platform, school_year_of
from shnor_lib.report.analysis import Analysis
from shnor_lib.report.labels import school_year
from shnor_lib.store import Dataset

SOURCE = (
    "Положение о муниципальной системе работы со школами с низкими образовательными результатами и "
    "школами, функционирующими в сложных социальных условиях (Оленёк, 2021)"
)

DOCUMENT = ("документ", "документа", "документов")
NEWS = ("новость", "новости", "новостей")
EVENT = ("мероприятие", "мероприятия", "мероприятий")
MATERIAL = ("материал", "материала", "материалов")
REQUEST = ("заявка", "заявки", "заявок")
ANSWER = ("ответ", "ответа", "ответов")
ORGANISATION = ("организация", "организации", "организаций")
DAY = ("день", "дня", "дней")


def platform_of(analysis: Analysis) -> Platform:
    """The registers on the day of the analysis."""
    return _of(analysis.dataset, analysis.day)


@lru_cache(maxsize=1)
def _of(dataset: Dataset, day: dt.date) -> Platform:
    # every page of the platform asks, and so does the menu
    return platform(dataset, day)


def by_school_year(frame: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    """Dated rows by school year, «2025/26 учебный год», the latest first; order within stays."""
    years = frame["date"].map(school_year_of)
    return [
        (f"{school_year(year)} учебный год", frame[years == year])
        for year in sorted(set(years), reverse=True)
    ]
