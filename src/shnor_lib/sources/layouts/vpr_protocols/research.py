"""Research tables of several works at once: «Класс, Код_предмета, ЛогинОО, Код_ученика, Балл,
Отметка, Year».

One row per pupil and work; there are no points for tasks. ``Year`` is the year in which the school
year of the programme ends. Subjects are codes: 1 and 2 are Russian and mathematics in every list
seen, 3–8 are taken from the federal list of exam subjects (вторичный источник: pikhaev1988/saascrm95,
uploads/parsers.py; its lists agree on 1–8 and differ from 9 on), so what was understood is always
said.

Source of the form: a public tool for sampling schools that reads ``pupils_ruma456_2019_2020.csv``.
"""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pandas as pd

from shnor_lib.faults import Severity
from shnor_lib.sources.cells.convert import convert
from shnor_lib.sources.cells.headings import Form, Match
from shnor_lib.sources.cells.problems import Problem
from shnor_lib.sources.cells.subjects import subject_in
from shnor_lib.sources.cells.values import clean_text
from shnor_lib.sources.files.grid import Sheet
from shnor_lib.sources.layouts.base import Context, SheetRead, no_data
from shnor_lib.sources.layouts.vpr_protocols.cells import shown
from shnor_lib.sources.layouts.vpr_protocols.columns import SCORE, pupil, school, titled
from shnor_lib.sources.layouts.vpr_protocols.heads import pupil_rows
from shnor_lib.sources.layouts.vpr_protocols.protocol import (
    Protocol,
    Work,
    nothing_read,
    read_pupils,
)
from shnor_lib.tables import Column

CODES: dict[str, str] = {
    "1": "русский язык",
    "2": "математика",
    "3": "физика",
    "4": "химия",
    "5": "информатика",
    "6": "биология",
    "7": "история",
    "8": "география",
}

GRADE = Column("grade", "Класс", "int", "класс программы.", required=True, minimum=1, maximum=11)
YEAR = Column(
    "year", "Year", "year", "год.", required=True, minimum=2000, maximum=2100, aliases=("Год",)
)
SUBJECT = Column(
    "subject", "Код_предмета", "text", "код предмета.", required=True, aliases=("Код предмета",)
)

PROTOCOL = Protocol(
    Form(
        "vpr-protocol-research",
        "исследовательская таблица результатов ВПР",
        (
            GRADE,
            SUBJECT,
            school("ЛогинОО", "Логин_ОО"),
            pupil("Код_ученика", "Код ученика"),
            titled(SCORE, "Балл"),
            Column("mark", "Отметка", "int", "отметка за работу."),
            YEAR,
        ),
        shared=frozenset({"grade", "year", "score", "mark"}),
        strict=True,
        personal=True,
    ),
    re.compile(r"(?!)(?P<task>)"),
)


def read(sheet: Sheet, match: Match, context: Context) -> SheetRead:
    """Read the table."""
    place, problems = pupil_rows(sheet, match, PROTOCOL.task)
    if problems or not place.size:
        return nothing_read(match, place.size, problems or [no_data(match)])
    keys, refused, problems = _keys(sheet, match, place.numbers.tolist(), context)
    if refused.all():
        found = nothing_read(match, 0, problems)
    else:
        kept = replace(place, numbers=place.numbers[~refused])
        keys = keys[~refused].reset_index(drop=True)
        found = read_pupils(PROTOCOL, kept, context, keys, Work(), problems)
    found.rows_in = place.size
    return found


def _keys(
    sheet: Sheet, match: Match, numbers: list[int], context: Context
) -> tuple[pd.DataFrame, np.ndarray[tuple[int], np.dtype[np.bool_]], list[Problem]]:
    """Year, grade, subject and season of every row; rows without them; why."""
    frame, problems = convert(sheet.rows, numbers, (YEAR, GRADE, SUBJECT), match.places)
    texts = frame["subject"].fillna("").astype(object)
    names = {text: _subject(text) for text in texts.unique()}
    frame["subject"] = texts.map(names)
    problems += _empty(sheet, match, frame, numbers, problems)
    faulty = {problem.row for problem in problems if problem.refuses}
    refused = np.array([number + 1 in faulty for number in numbers], dtype=np.bool_)
    good = frame[~refused]
    seasons = {
        key: context.calendar.season("vpr", int(key[0]), int(key[1]))
        for key in good[["year", "grade"]].drop_duplicates().itertuples(index=False, name=None)
    }
    frame["season"] = [
        seasons.get(key, "spring")
        for key in frame[["year", "grade"]].itertuples(index=False, name=None)
    ]
    used = {text: name for text, name in names.items() if name and subject_in(text) is None}
    if used and len(good):
        listed = ", ".join(f"{text} — {name}" for text, name in sorted(used.items()))
        problems.append(
            Problem(
                match.row + 1,
                match.places["subject"],
                "subject-codes",
                f"коды предметов прочитаны так: {listed}.",
                "названия предметов.",
                "Проверьте по описанию таблицы; если коды другие, замените их названиями.",
                Severity.QUESTION,
                refuses=False,
            )
        )
    return frame, refused, problems


def _subject(text: str) -> str | None:
    return CODES.get(text.removesuffix(".0").lstrip("0")) or subject_in(text)


def _empty(
    sheet: Sheet, match: Match, frame: pd.DataFrame, numbers: list[int], known: list[Problem]
) -> list[Problem]:
    """Rows whose year, grade or subject is empty or impossible."""
    done = {(problem.row, problem.col) for problem in known}
    problems = []
    for column in (YEAR, GRADE, SUBJECT):
        place = match.places[column.name]
        values = frame[column.name]
        bad = values.isna().to_numpy(dtype=bool)
        if column.minimum is not None:
            outside = (values < column.minimum) | (values > column.maximum)
            bad = bad | outside.fillna(value=False).to_numpy(dtype=bool)
        for i in np.flatnonzero(bad).tolist():
            if (numbers[i] + 1, place) in done:
                continue
            value = sheet.rows[numbers[i]][place]
            text = f"стоит «{shown(value)}»" if clean_text(value) else "пусто"
            problems.append(
                Problem(
                    numbers[i] + 1,
                    place,
                    "unknown-subject-code" if column is SUBJECT else "impossible-key",
                    f"в столбце «{clean_text(sheet.rows[match.row][place])}» {text}.",
                    "код предмета от 1 до 8 или название предмета."
                    if column is SUBJECT
                    else column.note,
                    "Впишите название предмета." if column is SUBJECT else "Исправьте ячейку.",
                )
            )
    return problems
