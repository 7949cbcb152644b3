"""A region of three districts whose risk profiles hold planted contradictions and cyclic risks.

Written through the project's own templates and read back, as a user's workbooks would be.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pandas as pd

from shnor_lib.sources.templates import write_workbook
from shnor_lib.tables import TABLES
from tests.conftest import copy_project_files

DISTRICTS = ("Приозёрный район", "Заречный район", "Лесной район")
SCHOOLS = [f"ШК-{n:02d}" for n in range(1, 10)]
LISTED = ("ШК-01", "ШК-02", "ШК-04")
YEAR = 2026
AS_OF = dt.date(2026, 4, 15)
FACTORS = list(TABLES["risk_profile"].column("factor").choices)
PROTOCOL = dt.datetime(2025, 11, 12)

Row = dict[str, Any]


def register() -> list[Row]:
    names = ("МБОУ «СОШ № 1 с. Светлое»", "МБОУ «СОШ № 2 с. Дальнее»", "МБОУ «ООШ д. Заречная»")
    return [
        {
            "school_id": code,
            "name": names[i % 3].replace("№ 1", f"№ {i + 1}").replace("№ 2", f"№ {i + 1}"),
            "municipality": DISTRICTS[i // 3],
            "last_grade": 11,
        }
        for i, code in enumerate(SCHOOLS)
    ]


def results() -> list[Row]:
    rows = []
    for year in (2025, 2026):
        for i, code in enumerate(SCHOOLS):
            for subject in ("математика", "русский язык"):
                n = 30 + i
                low = 12 + year % 2 if code in LISTED and subject == "математика" else 2 + year % 2
                rows.append(
                    {
                        "school_id": code, "year": year, "procedure": "vpr", "grade": 5,
                        "season": "spring", "subject": subject, "n": n, "n2": low,
                        "n3": n - low - 8 - (0 if low > 9 else 4), "n4": 8, "n5": 0 if low > 9 else 4,
                    }
                )  # fmt: skip
    return rows


# school → factor → (level in 2025, level in 2026); None: not in the profile of that year
LEVELS: dict[str, dict[str, tuple[str | None, str | None]]] = {
    "ШК-01": {
        "staff_shortage": ("medium", "high"),
        "failure": ("high", "high"),
        "motivation": ("low", "low"),
        "special_needs": (None, "high"),
        "equipment": ("high", None),
    },
    "ШК-02": {
        "competence": ("medium", "medium"),
        "failure": (None, "low"),
        "parents": ("high", "medium"),
        "training": (None, "high"),
    },
    "ШК-03": {"staff_shortage": (None, "low"), "language": (None, "medium")},
    "ШК-04": {
        "staff_shortage": (None, "high"),
        "failure": (None, "medium"),
        "wellbeing": (None, "medium"),
    },
    "ШК-05": {"equipment": (None, "high"), "parents": (None, "low")},
    "ШК-06": {"motivation": (None, "medium")},
    "ШК-07": {"staff_shortage": (None, "medium"), "failure": (None, "high")},
    "ШК-08": {"wellbeing": (None, "high")},
}
"""ШК-09 has no profile."""

# school, factor → school's decision, its reason, the curator's, its reason, state, dated
CHECKS: dict[tuple[str, str], tuple[str | None, str | None, str | None, str | None, str, bool]] = {
    ("ШК-01", "staff_shortage"): ("accepts", None, "accepts", None, "confirmed", True),
    ("ШК-01", "failure"): ("accepts", None, "rejects", "охват занятиями полный", "claimed", True),
    ("ШК-01", "motivation"): (
        "rejects",
        None,
        "rejects",
        "анкета не показательна",
        "rejected",
        True,
    ),
    ("ШК-02", "competence"): ("accepts", None, None, None, "in_work", True),
    ("ШК-02", "parents"): ("accepts", None, "accepts", None, "in_work", True),
    ("ШК-02", "training"): ("rejects", "план есть", "accepts", None, "claimed", False),
    ("ШК-04", "staff_shortage"): ("accepts", None, "accepts", None, "in_work", True),
    ("ШК-04", "failure"): ("accepts", None, "accepts", None, "rejected", True),
    ("ШК-04", "adaptability"): ("accepts", None, "accepts", None, "confirmed", True),
    ("ШК-05", "equipment"): (None, None, None, None, "removed", False),
    ("ШК-07", "failure"): ("rejects", "нет подтверждения", "rejects", None, "confirmed", False),
}

MEASURES: list[Row] = [
    {"number": "1.1", "school_id": "ШК-04", "factor": "staff_shortage", "state": "in_work",
     "measure": "Целевой договор с педагогическим колледжем", "deadline": dt.datetime(2026, 3, 1)},
    {"number": "1.2", "municipality": "Приозёрный район", "factor": "parents", "state": "planned",
     "measure": "Родительский клуб района", "deadline": dt.datetime(2026, 6, 1)},
    {"number": "1.3", "school_id": "ШК-08", "factor": "wellbeing", "state": "dropped",
     "measure": "Служба медиации"},
    {"number": "1.4", "municipality": "Приозёрный район", "factor": "language", "state": "done",
     "measure": "Курсы по русскому языку как неродному", "deadline": dt.datetime(2026, 2, 1), "done": dt.datetime(2026, 1, 20)},
    {"number": "1.5", "school_id": "ШК-01", "state": "planned", "measure": "Мера без фактора"},
]  # fmt: skip

ANALYSIS: list[Row] = [
    {"school_id": "ШК-01", "section": "Качество преподавания", "question": "Взаимопосещение уроков",
     "answer": "раз в четверть"},
    {"school_id": "ШК-01", "section": "Качество преподавания", "question": "Доля уроков с разбором",
     "value": 0.4},
    {"school_id": "ШК-01", "section": "Кадры", "question": "Вакансий", "value": 2},
]  # fmt: skip


def profiles() -> list[Row]:
    return [
        {"school_id": school, "year": year, "factor": factor, "level": level,
         "source": "анкетирование"}
        for school, factors in LEVELS.items()
        for factor, levels in factors.items()
        for year, level in zip((2025, 2026), levels, strict=True)
        if level
    ]  # fmt: skip


def checks() -> list[Row]:
    names = ["school_decision", "school_reason", "curator_decision", "curator_reason", "state"]
    return [
        {"school_id": school, "year": YEAR, "factor": factor,
         **dict(zip(names, found[:5], strict=True)), "date": PROTOCOL if found[5] else None}
        for (school, factor), found in CHECKS.items()
    ]  # fmt: skip


def measures() -> list[Row]:
    return [{"year": YEAR, "responsible": "заместитель директора", **row} for row in MEASURES]


def write(root: Path, *, settings: str = "") -> Path:
    """The project's folder: settings, site configuration, workbooks."""
    root.mkdir(parents=True, exist_ok=True)
    copy_project_files(root)
    (root / "shnor.yml").write_text(
        "title: Риски трёх районов\norganisation: Управление образования\n"
        f"as_of: {AS_OF.isoformat()}\ncompare: []\n{settings}",
        encoding="utf-8",
    )
    books: dict[str, dict[str, list[Row]]] = {
        "Реестр школ": {"schools": register()},
        "Результаты": {"results": results()},
        "Социальный паспорт": {
            "social_passport": [
                {"school_id": code, "year": YEAR, "total": 200, "incomplete": 30}
                for code in SCHOOLS
            ]
        },
        "Рисковые профили": {"risk_profile": profiles(), "risk_verification": checks()},
        "Самоанализ": {"self_analysis": [{"year": YEAR, **row} for row in ANALYSIS]},
        "Дорожная карта": {"measures": measures()},
    }
    for name, tables in books.items():
        write_book(root, name, tables)
    return root


def write_book(root: Path, name: str, tables: dict[str, list[Row]]) -> None:
    """One workbook of the project."""
    path = root / "data/raw" / f"{name}.xlsx"
    path.parent.mkdir(parents=True, exist_ok=True)
    write_workbook(path, {key: _frame(key, rows) for key, rows in tables.items()}, example=False)


def _frame(name: str, rows: list[Row]) -> pd.DataFrame:
    table = TABLES[name]
    return pd.DataFrame(rows).astype(
        {c.name: c.dtype for c in table.columns if c.name in {key for row in rows for key in row}}
    )
