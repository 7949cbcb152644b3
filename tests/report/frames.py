"""Small hand-made frames with the columns the methods promise."""

from __future__ import annotations

from typing import Any

import pandas as pd

NASTY = "СОШ «<script>alert(1)</script>» | *1* =HYPERLINK(1) {{< meta x >}} `a` [b](c) & $x$"


def frame(columns: str, rows: list[tuple[Any, ...]]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=columns.split()).convert_dtypes()


def statuses() -> pd.DataFrame:
    plan = {
        "A": ["low_results", "both", "both"],
        "B": ["none", "risk_zone", "low_results"],
        "C": ["none", "none", "none"],
        "D": ["insufficient", "insufficient", "difficult"],
        "E": ["none", "low_results", "none"],
    }
    return frame(
        "school_id year status",
        [(s, 2022 + i, code) for s, codes in plan.items() for i, code in enumerate(codes)],
    )


def series() -> pd.DataFrame:
    return frame(
        "year season n n_low share low high",
        [
            (2020, "autumn", 24, 9, 0.375, 0.212, 0.573),
            (2021, "spring", 25, 6, 0.24, 0.115, 0.434),
            (2022, "autumn", 29, 10, 0.345, 0.199, 0.527),
            (2023, "spring", 29, 10, 0.345, 0.199, 0.527),
            (2024, "spring", 29, 9, 0.310, 0.173, 0.492),
        ],
    )


def median() -> pd.DataFrame:
    return frame(
        "year season share",
        [
            (2021, "spring", 0.12),
            (2022, "autumn", 0.15),
            (2023, "spring", 0.14),
            (2024, "spring", 0.13),
        ],
    )


def marks() -> pd.DataFrame:
    return frame(
        "label n n2 n3 n4 n5",
        [
            ("ВПР, математика, 5 класс", 29, 10, 9, 10, 0),
            ("ВПР, русский язык, 6 класс", 31, 2, 12, 12, 5),
            ("ОГЭ, математика, 9 класс", 1, 0, 0, 1, 0),
            ("ЕГЭ, математика (профильная)", 12, None, None, None, None),
        ],
    )


def pairs() -> pd.DataFrame:
    columns = (
        "school_id procedure grade subject season_from season_to year_from year_to n_from n_to "
        "low_from low_to delta_low delta_low_ci_low delta_low_ci_high quality_from quality_to "
        "delta_quality p_value verdict note"
    )
    return frame(
        columns,
        [
            ("A", "vpr", 5, "математика", "spring", "spring", 2023, 2024, 29, 30, 0.345, 0.10,
             -0.245, -0.43, -0.03, 0.3, 0.5, 0.2, 0.02, "positive", ""),
            ("A", "vpr", 6, "русский язык", "spring", "spring", 2023, 2024, 31, 28, 0.10, 0.32,
             0.22, 0.02, 0.41, 0.5, 0.4, -0.1, 0.03, "negative", ""),
            ("A", "oge", 9, "математика", "spring", "spring", 2023, 2024, 20, 21, 0.10, 0.14,
             0.04, -0.16, 0.24, 0.5, 0.5, 0.0, 0.7, "no_change", ""),
            ("A", "vpr", 7, "математика", "autumn", "spring", 2023, 2024, 20, 21, 0.10, 0.14,
             None, None, None, 0.5, 0.5, None, None, "incomparable", "разные сезоны"),
        ],
    )  # fmt: skip


def scores(count: int = 12) -> pd.DataFrame:
    return frame(
        "school_id year score points points_max share_of_max rank n_rated rank_low rank_high p_lowest_quarter",
        [
            (f"S{i}", 2024, 1 - i / count, 10.0, 20.0, round(0.9 - i * 0.7 / count, 3), i + 1.0,
             count, max(1, i - 2), min(count, i + 4), 0.1)
            for i in range(count)
        ],
    )  # fmt: skip


def readings() -> pd.DataFrame:
    return frame(
        "switch label question note is_default n_low_results n_difficult n_listed n_schools",
        [
            ("combine", "and", "«и/или» между долей «2» и отсутствием «5»?", "", True, 3, 1, 4, 12),
            ("combine", "or", "«и/или» между долей «2» и отсутствием «5»?", "", False, 10, 1, 10, 12),
            ("min_subjects", "1", "Достаточно ли одного предмета?", "", True, 3, 1, 4, 12),
            ("min_subjects", "2", "Достаточно ли одного предмета?", "", False, 1, 1, 2, 12),
        ],
    )  # fmt: skip


def passport() -> pd.DataFrame:
    return frame(
        "title share part whole threshold median beyond",
        [
            ("Из неполных семей", 0.36, 77, 214, 0.3, 0.22, True),
            ("В неблагоустроенном жилье", 0.10, 21, 214, 0.2, 0.12, False),
            ("Родители не работают", 0.15, 32, 214, None, 0.12, False),
            ("«Группа риска»: охвачены сопровождением", 0.857, 12, 14, None, 0.9, False),
        ],
    )
