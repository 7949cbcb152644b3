"""Protocols of every form, written row by row; all names and codes are invented."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl

from tests.sources.books import book

POINTS = [2, 1, 2, 2, 1, 2, 1, 0, 1, 0]
"""Ten tasks of at most two points, as many as mathematics 5 has; together 12."""
WORK_2020 = "2020/5/Математика.xlsx"
WORK_2021 = "Проведение работы по математике, 5 класс. ВПР 2021.xlsx"
WORK_2022 = "2022/5/Математика.xlsx"

MAX_TASKS = [f"{i} (2б)" for i in range(1, 9)] + ["9.1 (2б)", "10К2 (2б)"]

HEAD_2021 = [
    "логин школы", "регион", "номер обучающегося", "код обучающегося",
    "отметка за предыдущую четверть/триместр", "пол", "класс", "вариант", "всего баллов",
    *(f"балл за {i}" for i in range(1, 11)), "Учебник", "Др.уч. автор", "Др.уч. название",
]  # fmt: skip
HEAD_2020 = [
    "groups", "user", "id", "code", "otc", "gender", "klass", "var-1", "var-2", "sum",
    *(f"a-{i}-grade" for i in range(1, 41)), "Учебник",
]  # fmt: skip
HEAD_2022 = [
    "Пользователь", "Код региона", "Регион", "Муниципалитет", "Школа", "Дата загрузки", "Код",
    "Вариант", *MAX_TASKS, "Наименование класса", "Пол",
    "Отметка за предыдущий триместр/ четверть/полугодие", "Итого баллов",
]  # fmt: skip
HEAD_FORM = [
    "Код участника", "Вариант", *MAX_TASKS, "Порядковый номер класса",
    "Отметка за предыдущий триместр/ четверть/полугодие", "Итого баллов",
]  # fmt: skip
HEAD_F1 = [
    "ОО", "Муниципалитет", "Название ОО", "Код участника", "Класс", "Вариант", *MAX_TASKS,
    "Первичный балл", "Отметка", "Отметка по журналу",
]  # fmt: skip
HEAD_RESEARCH = ["Класс", "Код_предмета", "ЛогинОО", "Код_ученика", "Балл", "Отметка", "Year"]


def row_2021(code: Any, points: Sequence[Any] = POINTS, **more: Any) -> list[Any]:
    """A pupil of the regional protocol of 2021; ``total`` defaults to the sum of points."""
    return [
        more.get("login", "sch000001"), more.get("home", "Приозёрный район"), code,
        more.get("id", 900000), more.get("journal", 4), "ж", more.get("label", "5А"),
        more.get("variant", 1), more.get("total", _sum(points)), *points, "Образцов П. П.", None, None,
    ]  # fmt: skip


def row_2020(code: Any, points: Sequence[Any] = POINTS, **more: Any) -> list[Any]:
    """A pupil of the regional protocol of 2020, forty tasks whatever the work."""
    return [
        more.get("groups", "edu00_m001 | Приозёрный район"), more.get("login", "sch000001"), 700001,
        code, more.get("journal", 4), "м", more.get("label", "6А"), more.get("variant", "1"),
        more.get("variant2"), more.get("total", _sum(points)), *points,
        *[None] * (40 - len(points)), "Образцов П. П.",
    ]  # fmt: skip


def row_2022(code: Any, points: Sequence[Any] = POINTS, **more: Any) -> list[Any]:
    """A pupil of the regional download of 2022."""
    return [
        more.get("login", "edu000001"), "00", "Край", "edu00_m001 | Приозёрный район",
        more.get("school", "СОШ № 1 с. Светлое"), more.get("uploaded", "02.03.2022 10:15"), code,
        more.get("variant", 1), *points, more.get("label", "5А"), "ж", more.get("journal", 4),
        more.get("total", _sum(points)),
    ]  # fmt: skip


def row_form(code: Any, points: Sequence[Any] = POINTS, **more: Any) -> list[Any]:
    """A pupil of the form schools fill in."""
    return [
        code,
        more.get("variant", 1),
        *points,
        1,
        more.get("journal", 4),
        more.get("total", _sum(points)),
    ]


def row_f1(code: Any, points: Sequence[Any] = POINTS, **more: Any) -> list[Any]:
    """A pupil of «Ф1 Индивидуальные результаты»."""
    return [
        more.get("login", "edu000001"), "Приозёрный муниципальный район",
        "МБОУ «СОШ № 1 с. Светлое»(edu000001)", code, more.get("label", "5А"),
        more.get("variant", 1), *points, more.get("total", _sum(points)), more.get("mark", 4),
        more.get("journal", 4),
    ]  # fmt: skip


def _sum(points: Sequence[Any]) -> float:
    return sum(p for p in points if isinstance(p, int | float) and p > 0)


def write_2021(path: Path, rows: Sequence[Sequence[Any]], head: Sequence[Any] = HEAD_2021) -> Path:
    """A regional protocol of 2021."""
    return book(path, [head, *rows])


def write_2020(path: Path, rows: Sequence[Sequence[Any]]) -> Path:
    """A regional protocol of 2020."""
    return book(path, [HEAD_2020, *rows])


def write_2022(path: Path, rows: Sequence[Sequence[Any]]) -> Path:
    """A regional download of 2022: «Классы» before «Протокол»."""
    return _write(
        path,
        {"Классы": [["Класс", "Учебник"], ["5А", "Математика"]], "Протокол": [HEAD_2022, *rows]},
    )


def write_form(path: Path, rows: Sequence[Sequence[Any]], prefilled: int = 20) -> Path:
    """The form of 2026 with its service sheets, prefilled with totals of 0."""
    empty = [[None] * (len(HEAD_FORM) - 1) + [0]] * prefilled
    return _write(
        path,
        {
            "Протокол": [HEAD_FORM, *rows, *empty],
            "Служебный": [[1, 2, 5], [2, 1, 4], ["отсутствовал", 0, "нет отметки"], [None, "X"]],
            "Порядковый номер класса": [[i] for i in range(1, 51)],
        },
    )


def write_f1(path: Path, rows: Sequence[Sequence[Any]], **more: Any) -> Path:
    """«Ф1 Индивидуальные результаты» with its title and the row of difficulty."""
    tasks = len(MAX_TASKS)
    levels = [None] * 6 + ["Б"] * (tasks - 2) + ["П"] * 2
    title = [
        [more.get("title", "ВПР 2026 Математика 5 класс")],
        ["Индивидуальные результаты"],
        ["Предмет", more.get("subject", "Математика")],
        ["Максимальный первичный балл", more.get("highest", 20)],
        ["Дата проведения", more.get("date", "21.04.2026")],
        [f"МБОУ «СОШ № 1 с. Светлое»(edu000001) | Кол-во участников: {more.get('n', len(rows))}"],
        [],
    ]
    return _write(
        path, {"Ф1 Индивидуальные результаты": [*title, levels, more.get("head", HEAD_F1), *rows]}
    )


def write_csv(path: Path, head: Sequence[Any], rows: Sequence[Sequence[Any]], mark: str) -> Path:
    """A csv with ``mark`` between the cells."""
    lines = [mark.join("" if cell is None else str(cell) for cell in row) for row in (head, *rows)]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def _write(path: Path, sheets: dict[str, Sequence[Sequence[Any]]]) -> Path:
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for name, rows in sheets.items():
        sheet = workbook.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    path.parent.mkdir(parents=True, exist_ok=True)
    workbook.save(path)
    return path
