"""What the headings and the title of a protocol say, and which rows are pupils."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from shnor_lib.faults import Severity
from shnor_lib.sources.cells.convert import data_rows
from shnor_lib.sources.cells.headings import Match
from shnor_lib.sources.cells.problems import Problem
from shnor_lib.sources.cells.subjects import nearest_subject
from shnor_lib.sources.cells.values import clean_text, is_empty, parse_number, quoted
from shnor_lib.sources.files.grid import Sheet
from shnor_lib.sources.layouts.base import heading_problems
from shnor_lib.sources.layouts.protocol_title import doubts_sentence, unknown_subject
from shnor_lib.sources.layouts.vpr_protocols.cells import codes
from shnor_lib.sources.layouts.vpr_protocols.place import Place
from shnor_lib.sources.layouts.vpr_protocols.tasks import find_tasks, without_repeats
from shnor_lib.sources.layouts.vpr_title import Title

_SUMMARY = re.compile(
    r"итого|всего|средни[йе]|среднее|процент|выполн|максим|количество|кол-во", re.IGNORECASE
)
"""How a line of sums begins; «Средняя» begins names of schools."""


def pupil_rows(sheet: Sheet, match: Match, task: re.Pattern[str]) -> tuple[Place, list[Problem]]:
    """Rows that are pupils, tasks by their headings, and what is wrong with the headings.

    Forms are filled in beforehand for 1 500 pupils: a row without a participant code in which
    nothing but a total of 0 stands is nobody, and so is a line of sums.
    """
    rows, places = sheet.rows, match.places
    tasks, again = without_repeats(find_tasks(rows, match.row, task))
    telling = [places[name] for name in ("variant", "variant2") if name in places]
    telling += [task.place for task in tasks]
    pupil, score = places.get("pupil"), places.get("score")
    if pupil is None:
        found = data_rows(rows, match.row + 1, telling or [score or 0])
    else:
        used = [pupil, *telling, *([] if score is None else [score])]
        found = data_rows(rows, match.row + 1, used)
        coded = codes([rows[n][pupil] for n in found])
        found = [
            n
            for n, code in zip(found, coded, strict=True)
            if code or _is_lost(rows[n], telling, score)
        ]
    problems = heading_problems(match, len(found))
    if again:
        problems.append(
            Problem(
                match.row + 1,
                again[0].place,
                "repeated-column",
                f"задание {again[0].code} встречается в заголовках дважды.",
                "каждое задание один раз.",
                "Исправьте номер задания в одном из заголовков.",
                refuses=False,
                rows=len(found),
            )
        )
    return Place(sheet, match, np.array(found, dtype=np.int64), tasks), problems


def _is_lost(row: Sequence[Any], telling: Sequence[int], score: int | None) -> bool:
    """Whether a row without a code has results all the same, and is no line of sums."""
    filled = any(not is_empty(row[place]) for place in telling)
    total = parse_number(row[score]) if score is not None else None
    if not filled and not total:
        return False
    return not any(isinstance(value, str) and _SUMMARY.match(clean_text(value)) for value in row)


def title_problems(found: Title, match: Match, rows: int) -> list[Problem]:
    """What is missing or doubtful in subject, grade and year."""
    if found.missing:
        return [
            Problem(
                match.row + 1,
                None,
                "title-incomplete",
                f"ни над таблицей, ни в именах файла и папок не найдено: {', '.join(found.missing)}.",
                "имя вида «ВПР 2021 Математика 5 класс.xlsx» или папки «2021/5/Математика.xlsx».",
                "Переименуйте файл или положите его в такую папку.",
                refuses=False,
                rows=rows,
                cell=match.heading_cells,
            )
        ]
    problems = []
    if found.doubts:
        problems.append(
            Problem(
                match.row + 1,
                None,
                "title-disagrees",
                doubts_sentence(found.doubts),
                "одно и то же.",
                "Проверьте, в той ли папке лежит файл; прочитано первое из названного.",
                Severity.QUESTION,
                refuses=False,
                cell=match.heading_cells,
            )
        )
    if unknown_subject(found.subject):
        near = nearest_subject(str(found.subject))
        problems.append(
            Problem(
                match.row + 1,
                None,
                "unknown-subject",
                f"предмет {quoted(str(found.subject))} программе неизвестен.",
                f"название предмета, например «{near or 'математика'}».",
                "Если в названии опечатка, исправьте её; иначе предмет останется отдельным.",
                Severity.WARNING,
                refuses=False,
                cell=match.heading_cells,
            )
        )
    return problems


def no_school_at_all(match: Match, rows: int) -> Problem:
    """A form that names no school, in a folder that names none either."""
    return Problem(
        match.row + 1,
        None,
        "no-school",
        "в протоколе нет столбца со школой, а имена файла и папок её не называют.",
        "логин школы в ФИС ОКО (edu123456) или её код по реестру.",
        "Положите файл в папку с таким именем или допишите логин к имени файла.",
        refuses=False,
        rows=rows,
        cell=match.heading_cells,
    )
