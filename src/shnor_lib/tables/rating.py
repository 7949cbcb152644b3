"""Points of the municipal rating."""

from __future__ import annotations

from shnor_lib.tables.common import SCHOOL, YEAR
from shnor_lib.tables.model import Column, Table

RATING_POINTS = Table(
    "rating_points",
    "Показатели рейтинга",
    "Баллы школы в муниципальной системе рейтингования: показатель, набрано, максимум. "
    "Показатель, который к школе не относится, не заполняется: максимум не растёт.",
    ("school_id", "year", "indicator"),
    (
        SCHOOL,
        YEAR,
        Column(
            "indicator",
            "Показатель",
            "text",
            "Название показателя рейтинга.",
            required=True,
            example="Участие в олимпиадах",
        ),
        Column(
            "points",
            "Набрано баллов",
            "float",
            "Сколько баллов получила школа.",
            required=True,
            minimum=0,
            part_of="points_max",
            example=3.5,
        ),
        Column(
            "points_max",
            "Максимум баллов",
            "float",
            "Сколько можно было получить.",
            required=True,
            minimum=0,
            example=5,
        ),
    ),
    given=("school_id", "year", "indicator", "points_max"),
)
