"""Reports of ФИС ОКО with nested groups, one workbook each."""

from __future__ import annotations

from pathlib import Path

from tests.sources import fis_oko_books as rows
from tests.sources.books import VPR_HEAD, book, vpr_row


def write_marks(path: Path) -> None:
    """«Статистика по отметкам»: two reports on one sheet."""
    book(
        path,
        [
            ["Статистика по отметкам"], [rows.TITLE], [], rows.MARKS_HEAD, *rows.MARKS, [],
            ["ВПР 2023 Русский язык 5 класс"], rows.MARKS_HEAD, *rows.MARKS,
        ],
    )  # fmt: skip


def write_scores(path: Path) -> None:
    """«Распределение первичных баллов»."""
    book(
        path,
        [["Распределение первичных баллов"], [rows.TITLE], [], rows.SCORES_HEAD, *rows.SCORES],
    )


def write_consolidated_scores(path: Path) -> None:
    """The regional form: scores 0–9 in 40 columns, two schools, two subjects."""
    head = [*VPR_HEAD[:7], *range(40)]

    def row(login: str, *counts: int, subject: str = "Математика") -> list[object]:
        shares = [*rows.percents(*counts), *[0] * (40 - len(counts))]
        return vpr_row(login, sum(counts), *shares, year=2023, subject=subject)

    book(
        path,
        [
            head,
            row("edu000001", 1, 0, 2, 5, 6, 4, 3, 2, 1, 1),
            row("edu000002", 0, 1, 3, 4, 6, 5, 3, 2, 0),
            row("edu000001", 0, 0, 1, 2, 3, 2, 2, 1, 1, subject="Русский язык"),
        ],
        sheet="2023",
    )


def write_tasks(path: Path) -> None:
    """«Выполнение заданий» with most points and levels."""
    book(
        path,
        [
            ["Выполнение заданий"], [rows.TITLE], [], rows.TASKS_HEAD, rows.TASKS_MAX,
            rows.TASKS_LEVEL, *rows.TASKS,
        ],
    )  # fmt: skip


def write_journal(path: Path) -> None:
    """«Сравнение отметок с отметками по журналу», groups as rows."""
    title = ["Сравнение отметок с отметками по журналу"]
    book(path, [title, [rows.TITLE], [], rows.LINES_HEAD, *rows.JOURNAL])


def write_journal_columns(path: Path) -> None:
    """The same with the groups as columns, in per cent."""
    values = rows.with_values(
        rows.percents(6, 15, 3), rows.percents(7, 15, 2), rows.percents(2, 9, 1)
    )
    head = [*rows.HEAD, "Понизили, %", "Подтвердили, %", "Повысили, %"]
    book(path, [["Сравнение отметок с отметками по журналу"], [rows.TITLE], head, *values])


def write_planned(path: Path) -> None:
    """«Достижение планируемых результатов» of one school."""
    counts = [None, None, None, "60 уч.", "48 уч.", "24 уч.", "1400000 уч."]
    title = ["Достижение планируемых результатов"]
    book(path, [title, [rows.TITLE], [], rows.PLANNED_HEAD, counts, *rows.PLANNED])


def write_groups(path: Path) -> None:
    """«Выполнение заданий группами участников»: recognised, not used."""
    groups = [[f"гр. баллов {mark}", 1, 6, *[10 * mark] * 5] for mark in (2, 3, 4, 5)]
    title = ["Выполнение заданий группами участников"]
    body = [[rows.SCHOOL_1, 1, 24, 87.5, 60.42, 33.33, 50, 0], *groups]
    book(path, [title, [rows.TITLE], rows.TASKS_HEAD, rows.TASKS_MAX, *body])
