"""Rows of the demonstration's workbooks as openpyxl sees them: no line of the library is used."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

Row = dict[str, Any]
PROCEDURES = ("ВПР", "ОГЭ", "ЕГЭ")
BASIC = "математика (базовая)"


@dataclass(frozen=True)
class Sum:
    """Participants, low and high results added up; high None: there is no such thing."""

    n: int = 0
    low: int = 0
    high: int | None = 0


def sheet(path: Path, title: str | None = None) -> list[Row]:
    """Rows of one sheet by heading (the star of required columns left out)."""
    all_ = sheets(path)
    return all_[title] if title else next(iter(all_.values()))


@cache
def sheets(path: Path) -> dict[str, list[Row]]:
    """Rows of every visible sheet, read once: nobody changes them."""
    book = load_workbook(path, read_only=True, data_only=True)
    found = {}
    for each in book.worksheets:
        lines = list(each.iter_rows(values_only=True))
        if each.sheet_state != "visible" or not lines:
            continue
        heads = [str(head).removesuffix(" *") for head in lines[0]]
        # A row that ends early has nothing in its last columns.
        rows = [dict.fromkeys(heads) | dict(zip(heads, line, strict=False)) for line in lines[1:]]
        found[each.title] = [row for row in rows if any(v is not None for v in row.values())]
    book.close()
    return found


def years(raw: Path) -> list[int]:
    """School years that have a folder."""
    return sorted(int(folder.name) for folder in raw.iterdir() if folder.name.isdigit())


def register(raw: Path) -> list[Row]:
    return sheet(raw / "Реестр школ.xlsx")


@cache
def results(raw: Path) -> list[Row]:
    """Every result: school, year, procedure, grade, subject, n, low, high, good («4» and «5»)."""
    logins = {row["Логин ФИС ОКО"]: row["Код школы"] for row in register(raw)}
    found = []
    for year in years(raw):
        for row in sheet(raw / str(year) / f"ВПР статистика по отметкам {year}.xlsx"):
            n = row["Кол-во участников"]
            found.append(
                {
                    "school": logins[row["Логин"]],
                    "year": year,
                    "procedure": "ВПР",
                    "grade": row["Класс"],
                    "subject": row["Предмет"].lower(),
                    "n": n,
                    # The report of ФИС ОКО has per cent with two decimals.
                    "low": round(row["2"] * n / 100),
                    "high": round(row["5"] * n / 100),
                    "good": round(row["4"] * n / 100) + round(row["5"] * n / 100),
                }
            )
        for row in sheet(raw / str(year) / f"ГИА {year}.xlsx"):
            exam = row["Процедура"] == "ЕГЭ"
            basic = row["Предмет"] == BASIC
            low = row["Ниже минимума"] if row["«2»"] is None else row["«2»"]
            found.append(
                {
                    "school": row["Код школы"],
                    "year": year,
                    "procedure": row["Процедура"],
                    "grade": row["Класс"],
                    "subject": row["Предмет"],
                    "n": row["Участников"],
                    "low": low,
                    "high": None if basic else row["Высокие результаты" if exam else "«5»"],
                    "good": None if row["«4»"] is None else row["«4»"] + row["«5»"],
                }
            )
    return found


def yearly(raw: Path, stem: str, title: str | None = None) -> dict[int, list[Row]]:
    """Rows of the workbook «stem year» of every year that has one."""
    found = {}
    for year in years(raw):
        path = raw / str(year) / f"{stem} {year}.xlsx"
        if path.exists():
            found[year] = sheet(path, title)
    return found


def pooled(rows: list[Row], *by: str) -> dict[tuple[Any, ...], Sum]:
    """Sums of results by columns."""
    parts: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in rows:
        parts[tuple(row[name] for name in by)].append(row)
    return {
        key: Sum(
            sum(row["n"] for row in own),
            sum(row["low"] for row in own),
            None if any(row["high"] is None for row in own) else sum(row["high"] for row in own),
        )
        for key, own in parts.items()
    }
