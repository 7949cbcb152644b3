"""What a row of the project's own forms says against itself though every cell is in order."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pandas as pd

from shnor_lib.faults import Severity
from shnor_lib.sources.cells.problems import Problem
from shnor_lib.sources.cells.values import parse_number, parse_year, school_year
from shnor_lib.tables import Table

Doubts = Iterator[tuple["pd.Series[bool]", str, str, str, str]]
"""Rows concerned, column, message, expectation, remedy."""


def row_doubts(table: Table, frame: pd.DataFrame, places: dict[str, int]) -> list[Problem]:
    """Warnings about accepted rows.

    Parameters
    ----------
    table
        Whose rows.
    frame
        Typed rows with provenance.
    places
        Column name → column of the sheet, from 0.
    """
    problems = []
    for code, doubt in _DOUBTS.get(table.name, {}).items():
        for rows, column, message, expected, remedy in doubt(frame):
            problems += [
                Problem(
                    int(row),
                    places.get(column),
                    code,
                    message,
                    expected,
                    remedy,
                    Severity.WARNING,
                    refuses=False,
                )
                for row in frame.loc[rows.fillna(value=False).astype(bool), "source_row"]
            ]
    return problems


def single_years(
    written: list[object], rows: list[int], place: int, named: int | None
) -> list[Problem]:
    """A single year where another is expected: «2025» beside «2025/2026», or in its workbook.

    Parameters
    ----------
    written
        Cells of the column of years.
    rows
        Their rows as Excel counts them.
    place
        The column, from 0.
    named
        Year the workbook is named after, if any.
    """
    whole = {year for text in written if parse_number(text) is None and (year := parse_year(text))}
    whole |= {named} if named else set()
    single = [
        (row, int(number))
        for row, text in zip(rows, written, strict=True)
        if (number := parse_number(text)) is not None
        and int(number) not in whole
        and int(number) + 1 in whole
    ]
    if not single:
        return []
    row, year = single[0]
    return [
        Problem(
            row,
            place,
            "one-year",
            f"стоит {year}, и программа понимает это как {school_year(year)} учебный год (по году "
            f"окончания), а {'книга — за' if year + 1 == named else 'рядом стоит'} "
            f"{school_year(year + 1)} (таких строк: {len(single)}).",
            f"учебный год целиком: {school_year(year + 1)} или {school_year(year)}.",
            f"Если имелся в виду {school_year(year + 1)}, впишите его целиком; сейчас строки "
            f"отнесены к {school_year(year)} году.",
            Severity.WARNING,
            refuses=False,
        )
    ]


def _reasons_missing(frame: pd.DataFrame) -> Doubts:
    for who, whose in (("school", "школы"), ("curator", "куратора")):
        yield (
            (frame[f"{who}_decision"] == "rejects") & frame[f"{who}_reason"].isna(),
            f"{who}_decision",
            "риск отклонён, а почему — не сказано.",
            f"заполненный столбец «Обоснование {whose}».",
            f"Впишите в столбец «Обоснование {whose}», почему риск отклонён.",
        )


def _state_against_decisions(frame: pd.DataFrame) -> Doubts:
    both = (frame["school_decision"] == "rejects") & (frame["curator_decision"] == "rejects")
    yield (
        both & frame["state"].isin(["confirmed", "in_work"]),
        "state",
        "школа и куратор отклонили риск, а в состоянии он подтверждён или в работе.",
        "состояние «отклонён» или другое решение.",
        "Исправьте состояние или решение.",
    )


def _mark_of_nobody(frame: pd.DataFrame) -> Doubts:
    yield (
        frame["feedback"].notna() & frame["feedback_n"].fillna(0).eq(0),
        "feedback",
        "есть средняя оценка, а числа отзывов нет.",
        "число отзывов в столбце «Отзывов».",
        "Впишите, сколько человек поставили оценку: без этого среднее ничего не говорит.",
    )


def _in_time_but_not_done(frame: pd.DataFrame) -> Doubts:
    yield (
        frame["in_time"].notna() & frame["done"].isna(),
        "in_time",
        "отмечено, в срок ли оказана помощь, а даты, когда она оказана, нет.",
        "дата в столбце «Помощь оказана».",
        "Впишите дату или очистите ячейку «Оказана в срок».",
    )


def _done_and_state(frame: pd.DataFrame) -> Doubts:
    yield (
        frame["done"].notna() & frame["state"].isin(["planned", "in_work"]),
        "state",
        "дата выполнения есть, а состояние — «запланировано» или «выполняется».",
        "состояние «выполнено» или пустая дата.",
        "Исправьте состояние или очистите дату.",
    )
    yield (
        frame["done"].isna() & frame["state"].eq("done"),
        "done",
        "состояние — «выполнено», а даты выполнения нет.",
        "дата выполнения.",
        "Впишите дату: без неё не видно, выполнено ли в срок.",
    )


def _nothing_measured(frame: pd.DataFrame) -> Doubts:
    yield (
        frame["subject_score"].isna() & frame["method_score"].isna(),
        "subject_score",
        "дата диагностики есть, а результата нет ни в одном из двух столбцов.",
        "процент в столбце «Предметные, %» или «Методические, %».",
        "Впишите результат; без него строка ни на что не влияет.",
    )


def _for_whom(frame: pd.DataFrame) -> Doubts:
    yield (
        frame["school_id"].isna() & frame["municipality"].isna(),
        "municipality",
        "не сказано, чья это мера: нет ни школы, ни муниципалитета.",
        "код школы, муниципалитет или «все муниципалитеты».",
        "Впишите код школы, а если мера общая — муниципалитет или «все муниципалитеты». Сейчас "
        "мера понята как общая для всех.",
    )


_DOUBTS: dict[str, dict[str, Callable[[pd.DataFrame], Doubts]]] = {
    "risk_verification": {
        "reason-missing": _reasons_missing,
        "state-disagrees": _state_against_decisions,
    },
    "support_links": {"mark-of-nobody": _mark_of_nobody},
    "mentor_centre": {"mark-of-nobody": _mark_of_nobody},
    "tutor_point": {"not-done-in-time": _in_time_but_not_done},
    "measures": {"state-disagrees": _done_and_state, "for-whom": _for_whom},
    "recommendations": {"state-disagrees": _done_and_state},
    "teacher_diagnostics": {"nothing-measured": _nothing_measured},
}
