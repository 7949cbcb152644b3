"""The packaged figures of the validation run, and their Russian names.

The run itself is above this room (:mod:`shnor_lib.validation`); only its stored figures are read.
"""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import Any

from shnor_lib.report.rows import Row

BANDS: tuple[str, ...] = ("1–9", "10–14", "15–29", "30–59", "60+")
"""Bands of size in the figures; «all» stands for all of them together."""

BAND_WORDS: dict[str, str] = {
    "1–9": "до 9",
    "10–14": "10–14",
    "15–29": "15–29",
    "30–59": "30–59",
    "60+": "60 и более",
    "all": "все",
}

INTERVALS: dict[str, str] = {
    "wilson": "доля низких результатов",
    "shrunk": "доля с поправкой на случайность",
    "difference": "изменение доли за год",
    "rank": "место в рейтинге",
    "rating": "доля от максимума рейтинга",
    "residual": "отклонение от условий за год",
    "residual_shrunk": "отклонение от условий за год, с поправкой",
    "residual_years": "отклонение от условий за три года вместе",
    "residual_years_shrunk": "отклонение от условий за три года, с поправкой",
    "residual_lasting": "те же интервалы трёх лет: что сохранится надолго (не цель)",
    "residual_lasting_shrunk": "то же, с поправкой (не цель)",
    "effect_nothing": "эффект у одной школы, помощь бесполезна",
    "effect_helps": "эффект у одной школы, помощь действует",
}
"""Intervals of the figures in the order of the page; the first five by number of participants or
pupils."""

PROBABILITIES: dict[str, str] = {
    "share": "истинная доля за порогом (один год)",
    "criterion": "критерий выполнен на деле хотя бы по одному предмету",
    "low_results": "школа из списка на деле за порогом хотя бы по одному предмету",
    "subject": "школа из списка на деле за порогом по названному предмету (не цель)",
    "none": "у школы без признаков их нет и на деле",
    "lowest_quarter": "школа в нижней четверти рейтинга",
    "residual": "школа лучше своих условий (один год)",
    "residual_years": "школа лучше своих условий (три года вместе)",
    "residual_lasting": "школа лучше своих условий надолго (не цель)",
    "early_warning": "школа через год окажется в списке",
    "newcomers": "школа не из списка через год окажется в нём",
}

CHECKS: dict[str, str] = {
    "coverage": "95-процентный интервал содержит истину",
    "smallest": "то же, меньше 10 учеников",
    "error": "ошибка доли при n < 15 уменьшена поправкой",
    "bias": "эффект там, где помощи нет: ошибка",
    "naive": "«было — стало» там, где помощи нет: ошибка",
    "calibration": "вероятность сбывается: наибольшее расхождение",
}
SCENARIOS: dict[str, str] = {
    "nothing": "помощь ничего не даёт",
    "helps": "помощь убирает 3 низких результата из 10",
    "no_tables": "школы прошлого списка, им никто не помогал",
}


@cache
def validation_figures() -> dict[str, Any]:
    """What the last full run stored (``results.json`` of the package)."""
    text = resources.files("shnor_lib").joinpath("validation/results.json").read_text("utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def rows_of(figures: dict[str, Any], kind: str, *, world: str = "all", **wanted: str) -> list[Row]:
    """Rows of a kind of figure in one world with the given keys."""
    return [
        row
        for row in figures[kind]
        if row["world"] == world and all(row[name] == value for name, value in wanted.items())
    ]


def row_of(figures: dict[str, Any], kind: str, *, world: str = "all", **wanted: str) -> Row:
    """The only such row; ``KeyError`` if there is none."""
    rows = rows_of(figures, kind, world=world, **wanted)
    if not rows:
        raise KeyError((kind, wanted))
    return rows[0]
