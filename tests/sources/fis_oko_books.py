"""Invented reports of ФИС ОКО with nested groups, for tests and examples."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from shnor_lib.sources.file_read import FileRead

from .books import book, read_one

TITLE = "ВПР 2023 Математика 5 класс"
HEAD = ["Группы участников", "Кол-во ОО", "Кол-во участников"]
SCHOOL_1 = "    МБОУ «СОШ № 1» (edu000001)"
SCHOOL_2 = "    МБОУ «СОШ № 2 Приозёрного района» (edu000002)"
SCHOOL_3 = "    Лицей № 1"
GROUPS = (
    ("Вся выборка", 38000, 1400000),
    ("Озёрный край", 3, 60),
    ("  Приозёрный район", 2, 48),
    (SCHOOL_1, 1, 24),
    (SCHOOL_2, 1, 24),
    ("  г. Светлый", 1, 12),
    (SCHOOL_3, 1, 12),
)
"""Names, schools and participants: of seven rows the fourth, fifth and last are schools."""
SCHOOLS = ("edu000001", "edu000002", "Лицей № 1")


def percents(*counts: int) -> list[float]:
    """Counts as the reports print them."""
    total = sum(counts)
    return [round(100 * count / total, 2) for count in counts]


def with_values(*values: list[Any]) -> list[list[Any]]:
    """:data:`GROUPS` with the values of the three schools (and the first's for the sums)."""
    one, two, three = values
    rows = (one, one, one, one, two, three, three)
    return [[*group, *row] for group, row in zip(GROUPS, rows, strict=True)]


def report(path: Path, *rows: list[Any], sheet: str = "Лист1") -> FileRead:
    """Write rows into one sheet of ``path`` and read the file."""
    return read_one(book(path, rows, sheet=sheet))


MARKS_HEAD = [*HEAD, 2, 3, 4, 5]
MARKS = with_values(percents(3, 9, 8, 4), percents(3, 9, 8, 4), percents(4, 4, 4, 0))

SCORES_HEAD = [*HEAD, *range(9)]
SCORES = with_values(
    percents(0, 2, 1, 5, 6, 4, 3, 2, 1),
    percents(1, 0, 3, 4, 6, 5, 3, 2, 0),
    percents(0, 0, 1, 2, 3, 2, 2, 1, 1),
)

TASKS_HEAD = [*HEAD, "1", "2.1", "2.2", "4K1 (3б)", "9 (1)"]
TASKS_MAX = ["Макс. балл", None, None, 1, 2, 1, 3, 2]
TASKS_LEVEL = [None, None, None, "Б", "Б", "П", "П", "Б"]
TASKS = with_values(
    [87.5, 60.42, 33.33, 50, 0], [75, 50, 29.17, 44.44, 100], [100, 62.5, 0, 41.67, 25]
)

LINES = (
    "Понизили (Отметка < Отметка по журналу)",
    "Подтвердили (Отметка = Отметка по журналу)",
    "Повысили (Отметка > Отметка по журналу)",
)
LINES_HEAD = ["Группы участников", "Кол-во участников", "%"]


def lines(name: str, *counts: int) -> list[list[Any]]:
    """A group of «Сравнение отметок с отметками по журналу»: its name and four rows."""
    shares = percents(*counts) if sum(counts) else [0.0] * 3
    return [
        [name],
        *(
            [f"  {text}", count, share]
            for text, count, share in zip(LINES, counts, shares, strict=True)
        ),
        ["  Всего", sum(counts), 100],
    ]


JOURNAL = [
    *lines("Озёрный край", 15, 39, 6),
    *lines("Приозёрный район", 13, 30, 5),
    *lines(SCHOOL_1, 6, 15, 3),
    *lines(SCHOOL_2, 7, 15, 2),
    *lines("г. Светлый", 2, 9, 1),
    *lines(SCHOOL_3, 2, 9, 1),
]

PLANNED_HEAD = [
    "Номер задания",
    "Блоки ПООП обучающийся научится / получит возможность научиться или проверяемые требования "
    "(умения) в соответствии с ФГОС (ФК ГОС)",
    "Макс балл",
    "Озёрный край",
    "Приозёрный район",
    "МБОУ «СОШ № 1» (edu000001)",
    "РФ",
]
PLANNED = [
    ["1", "Умение выполнять действия с дробями", 1, 71.2, 70.83, 87.5, 72.1],
    ["2.1", "Умение решать задачи на покупки", 2, 55.1, 54.17, 60.42, 56],
    ["2.2", "Умение решать задачи на покупки", 1, 40, 31.25, 33.33, 41.5],
    ["4К1", "Умение читать таблицы", 3, 61, 47.2, 50, 60.9],
]
