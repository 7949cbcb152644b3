"""A project made of real ВПР results, for tests only; nothing of it ever enters the project.

The three «Статистика по отметкам» workbooks are copied as they are. What the questionnaire of
2022 says about the schools is written into the project's own forms; what it does not say stays
empty.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd

from shnor_lib.sources.templates import write_workbook

HALF = Path("data/vpr_real/half_A")
WORKBOOKS = tuple(f"statistics_by_marks_{year}.xlsx" for year in (2020, 2021, 2022))
CONTEXT_YEAR = 2022

SETTINGS = """\
title: Проверка на настоящих результатах
calendar:
  seasons:
    # This upload is of spring 2022, before the ВПР of grades 4–8 were moved to autumn.
    - {procedure: vpr, year: 2022, season: spring, note: "выгрузка марта 2022 года"}
"""

_SETTLEMENT_TYPES = {
    "административный центр региона": "административный центр субъекта",
    "город": "город",
    "пгт": "посёлок городского типа",
    "село": "село",
}
# Middle of the band, thousand people; the open band has only its lower end.
_SETTLEMENT_SIZES = {
    "<1": 0.5,
    "1-5": 3.0,
    "5-10": 7.5,
    "10-50": 30.0,
    "50-100": 75.0,
    "100-450": 275.0,
    "450-680": 565.0,
    ">680": 680.0,
}


def half_a_dir(shared: Path) -> Path:
    """Folder of the real data."""
    return shared / HALF


def build_project(root: Path, shared: Path) -> Path:
    """Make a project folder of the real data under ``root`` and return it."""
    source = half_a_dir(shared)
    raw = root / "data" / "raw"
    raw.mkdir(parents=True, exist_ok=True)
    (root / "shnor.yml").write_text(SETTINGS, encoding="utf-8")
    for name in WORKBOOKS:
        shutil.copyfile(source / name, raw / name)
    context = pd.read_csv(source / "context.csv")
    write_workbook(raw / "Реестр школ.xlsx", {"schools": register(context, raw)}, example=False)
    write_workbook(
        raw / "Социальный паспорт.xlsx",
        {"social_passport": social_passport(context)},
        example=False,
    )
    write_workbook(raw / "Кадры.xlsx", {"staff": staff(context)}, example=False)
    return root


def register(context: pd.DataFrame, raw: Path) -> pd.DataFrame:
    """Schools of the questionnaire, then those that only the results know."""
    schools = pd.DataFrame(
        {
            "school_id": context["school"],
            "name": context["school"],
            "municipality": context["municipality"],
            "settlement_type": context["settlement_type"].map(_SETTLEMENT_TYPES),
            "settlement_size": context["settlement_size_band"].map(_SETTLEMENT_SIZES),
            "remoteness": context["transport_access"],
        }
    )
    reported = pd.concat(
        [
            pd.read_excel(raw / name, engine="calamine", usecols=["Логин", "Муниципалитет"])
            for name in WORKBOOKS
        ]
    ).drop_duplicates("Логин", keep="last")
    missing = reported[~reported["Логин"].isin(schools["school_id"])].sort_values("Логин")
    extra = pd.DataFrame(
        {
            "school_id": missing["Логин"],
            "name": missing["Логин"],
            "municipality": missing["Муниципалитет"],
        }
    )
    return pd.concat([schools, extra], ignore_index=True)


def social_passport(context: pd.DataFrame) -> pd.DataFrame:
    """The questionnaire counts all pupils and nothing else of a social passport."""
    return pd.DataFrame(
        {"school_id": context["school"], "year": CONTEXT_YEAR, "total": context["n_pupils"]}
    )


def staff(context: pd.DataFrame) -> pd.DataFrame:
    """Teachers; where more are qualified than there are, the part is left empty."""
    qualified = context["n_teachers_qualified"]
    return pd.DataFrame(
        {
            "school_id": context["school"],
            "year": CONTEXT_YEAR,
            "teachers": context["n_teachers"],
            "teachers_qualified": qualified.where(qualified <= context["n_teachers"]),
        }
    )
