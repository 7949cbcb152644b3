"""«ВПР. Достижение планируемых результатов» as ФИС ОКО gives it.

«[Номер задания] | Блоки ПООП … / проверяемые требования (умения) | Макс балл | <регион> | <МО> |
<ОО> | РФ»: a row for every requirement, the percentage of possible points earned in the region, the
municipality, the school and the country. The columns are named by what they are about («Озёрный
край», «МБОУ «СОШ № 1» (edu000001)»); where the school's column says only «ОО», the title, the
sheet's or the file's name must name it. Below the headings may stand «24 уч.».
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Any

import numpy as np
import pandas as pd
from openpyxl.utils import get_column_letter

from shnor_lib.faults import Severity
from shnor_lib.sources.cells.headings import Form, Match, Series
from shnor_lib.sources.cells.problems import Problem, refused_rows
from shnor_lib.sources.cells.results_rules import complete_unit
from shnor_lib.sources.cells.tasks import parse_task
from shnor_lib.sources.cells.values import clean_text, is_empty, parse_number, quoted
from shnor_lib.sources.files.grid import Sheet
from shnor_lib.sources.layouts.base import Context, SheetRead, no_data, with_provenance
from shnor_lib.sources.layouts.fis_oko import (
    Report,
    joined,
    key_frame,
    title_problems,
)
from shnor_lib.sources.layouts.fis_oko_blocks import Grid, cell
from shnor_lib.sources.layouts.percent_rows import shown_number
from shnor_lib.sources.layouts.planned_blocks import (
    HEADING,
    MAXIMUM,
    NUMBERED,
    TASK,
    Block,
    planned_blocks,
)
from shnor_lib.sources.layouts.planned_roles import Role, Roles, roles_of, school_named
from shnor_lib.sources.layouts.vpr import NO_MUNICIPALITY, keys_of, seen_in, with_school_ids
from shnor_lib.sources.layouts.vpr_title import Title, read_title
from shnor_lib.tables import TABLES

FORM = Form(
    "vpr-planned",
    "отчёт ФИС ОКО «ВПР. Достижение планируемых результатов»",
    (MAXIMUM, TASK),
    shared=frozenset({"task"}),
    series=(Series("requirement", HEADING, at_least=1),),
)

_SHARES: dict[Role, str] = {
    "school": "share",
    "municipality": "share_municipality",
    "region": "share_region",
    "country": "share_country",
}


def read(sheet: Sheet, match: Match, context: Context) -> SheetRead:
    """Read one sheet: every report on it."""
    report = Report([], [], 0)
    reads: list[SheetRead] = []
    used = 0
    title: Title | None = None
    for block in planned_blocks(sheet.rows):
        title = read_title(block.title, sheet.name, context.file, title)
        rows = len(block.numbers)
        report.rows_in += rows
        report.problems += title_problems(title, block.title, block.head, block.requirement, rows)
        if title.missing or not rows:
            continue
        roles = roles_of(sheet.rows, block)
        schools, problem = _named(roles, block, sheet.name, context.file)
        if problem is not None:
            report.problems.append(problem)
            continue
        found, entered = _read_block(sheet, block, roles, schools, title, report, context)
        reads.append(found)
        used += entered
    if not report.rows_in and not report.problems:
        report.problems.append(no_data(match))
    whole = joined("planned_results", report, reads)
    whole.rows_used = used
    return whole


def _named(
    roles: Roles, block: Block, sheet: str, file: str
) -> tuple[dict[int, str], Problem | None]:
    """The schools by name; a problem when there is none or nobody says which it is."""
    rows = len(block.numbers)
    if not roles.schools:
        return {}, Problem(
            block.head + 1,
            block.requirement,
            "no-schools",
            f"в отчёте нет столбца школы (строк: {rows}).",
            "столбец с названием школы рядом со столбцами региона и РФ.",
            "Выгрузите из ФИС ОКО отчёт по школе; без неё строки не нужны.",
            Severity.WARNING,
            refuses=False,
            rows=rows,
        )
    path = PurePosixPath(file)
    texts = [*block.title, sheet, path.stem.replace("_", " "), *reversed(path.parts[:-1])]
    names = school_named(roles, texts)
    for place, name in names.items():
        if name is None:
            return {}, Problem(
                block.head + 1,
                place,
                "no-school-name",
                f"столбец школы называется {quoted(roles.schools[place])}; какая это школа, "
                "не сказано нигде.",
                "название или логин школы в заголовке столбца, над таблицей или в имени файла.",
                "Впишите название школы над таблицей.",
                refuses=False,
                rows=rows,
            )
    return {place: name for place, name in names.items() if name is not None}, None


def _read_block(
    sheet: Sheet,
    block: Block,
    roles: Roles,
    schools: dict[int, str],
    title: Title,
    report: Report,
    context: Context,
) -> tuple[SheetRead, int]:
    rows = sheet.rows
    texts, tasks, problems = _requirements(rows, block)
    places: dict[str, int] = {_SHARES[role]: place for role, place in roles.others.items()}
    columns = [block.maximum, *places.values(), *schools]
    numbers = {place: _numbers(rows, block, place, problems) for place in columns}
    for place in block.nobody & set(numbers):
        numbers[place][:] = np.nan
    shares = _are_shares([numbers[place] for place in columns[1:]])
    for place in columns[1:]:
        numbers[place] = _checked(numbers[place] / (1 if shares else 100), block, place, problems)
    report.problems += problems
    refused = refused_rows(problems)
    good = [i for i, number in enumerate(block.numbers) if number + 1 not in refused]
    table = TABLES["planned_results"]
    frames = []
    for place, name in schools.items():
        home = roles.municipality or NO_MUNICIPALITY
        frame = key_frame([name] * len(good), [home] * len(good), title)
        frame = with_provenance(frame, context.file, sheet.name, [block.numbers[i] for i in good])
        values = {
            "requirement": pd.array([texts[i] for i in good], dtype="string"),
            "task": pd.array([tasks[i] or pd.NA for i in good], dtype="string"),
            "max_score": pd.array(numbers[block.maximum][good], dtype="Float64"),
            "share": pd.array(numbers[place][good], dtype="Float64"),
            **{
                key: pd.array(numbers[other][good], dtype="Float64")
                for key, other in places.items()
            },
        }
        frames.append(frame.assign(**values))
    whole = with_school_ids(pd.concat(frames, ignore_index=True))
    tidy = keys_of(table, whole)
    report.problems += complete_unit(tidy, {}, context.calendar)
    for column in ("requirement", "task", "max_score", *_SHARES.values()):
        if column in whole:
            tidy[column] = whole[column].array
    letters = {"requirement": block.requirement, "max_score": block.maximum, **places}
    if len(schools) == 1:
        letters["share"] = letters["school_id"] = next(iter(schools))
    return (
        SheetRead(
            table.name,
            tidy,
            0,
            [],
            {name: get_column_letter(place + 1) for name, place in letters.items()},
            seen_in(whole),
        ),
        len(good),
    )


def _requirements(rows: Grid, block: Block) -> tuple[list[str], list[str | None], list[Problem]]:
    """Requirement and task of each row; two tasks for one requirement tell it apart."""
    texts: list[str] = []
    tasks: list[str | None] = []
    problems: list[Problem] = []
    above = ""
    for number in block.numbers:
        text = clean_text(cell(rows, number, block.requirement))
        written = cell(rows, number, block.task) if block.task is not None else ""
        task = parse_task(written) if not is_empty(written) else None
        numbered = NUMBERED.fullmatch(text)
        if numbered is not None:
            text = numbered[2]
            task = task or parse_task(numbered[1])
        if not text and task is not None:
            # Merged cells: one requirement for several tasks.
            text = above
        above = text
        texts.append(text)
        tasks.append(task.name if task is not None else None)
        if not text:
            problems.append(
                Problem(
                    number + 1,
                    block.requirement,
                    "no-name",
                    "в строке есть числа, но нет проверяемого требования.",
                    "текст требования.",
                    "Впишите требование; если ячейки объединены, повторите его в каждой строке.",
                )
            )
    often = Counter(texts)
    return (
        [
            f"{text} (задание {task})" if often[text] > 1 and task else text
            for text, task in zip(texts, tasks, strict=True)
        ],
        tasks,
        problems,
    )


Floats = np.ndarray[Any, np.dtype[np.float64]]


def _numbers(rows: Grid, block: Block, place: int, problems: list[Problem]) -> Floats:
    found = np.full(len(block.numbers), np.nan)
    for i, number in enumerate(block.numbers):
        written = cell(rows, number, place)
        if is_empty(written):
            continue
        value = parse_number(written)
        if value is None:
            problems.append(
                Problem(
                    number + 1,
                    place,
                    "text-for-number",
                    f"здесь стоит {quoted(clean_text(written)[:40])} — это не число.",
                    "число.",
                    "Впишите число цифрами; если данных нет, оставьте ячейку пустой.",
                )
            )
        else:
            found[i] = value
    if place == block.maximum:
        problems += [
            Problem(
                block.numbers[i] + 1,
                place,
                "not-a-maximum",
                f"максимальный балл за задание — {shown_number(found[i])}.",
                "число больше нуля.",
                "Сверьте число с описанием работы.",
            )
            for i in np.flatnonzero((found <= 0) | (found > 1000))
        ]
    return found


def _are_shares(columns: Sequence[Floats]) -> bool:
    values = np.concatenate(columns) if columns else np.array([])
    values = values[~np.isnan(values)]
    return bool((values > 0).any() and (values <= 1).all())


def _checked(values: Floats, block: Block, place: int, problems: list[Problem]) -> Floats:
    problems += [
        Problem(
            block.numbers[i] + 1,
            place,
            "percent-out-of-range",
            f"выполнение {shown_number(100 * values[i])}\u202f% — такого не бывает.",
            "процент от 0 до 100.",
            "Сверьте число с отчётом ФИС ОКО.",
        )
        for i in np.flatnonzero((values < 0) | (values > 1))
    ]
    return values
