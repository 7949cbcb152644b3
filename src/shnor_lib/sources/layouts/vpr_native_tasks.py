"""«ВПР. Выполнение заданий» as ФИС ОКО gives it.

«Группы участников | Кол-во ОО | Кол-во участников | 1 | 2.1 | 4К1 | …»: for every task the percentage
of the possible points that was earned. Below the headings stands «Макс. балл» with the most
points for each task; sometimes a row says which tasks are basic (Б) and which advanced (П). The
number of columns may be that of the longest test: those nobody uses are left aside. See
:mod:`.fis_oko`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from openpyxl.utils import get_column_letter

from shnor_lib.faults import Severity
from shnor_lib.project import Calendar
from shnor_lib.sources.cells.headings import Match
from shnor_lib.sources.cells.problems import Problem, refused_rows
from shnor_lib.sources.cells.results_rules import complete_unit
from shnor_lib.sources.cells.tasks import Task, parse_task
from shnor_lib.sources.cells.values import clean_text, is_empty, parse_number, quoted
from shnor_lib.sources.files.grid import Sheet
from shnor_lib.sources.layouts.base import Context, SheetRead, accepted
from shnor_lib.sources.layouts.fis_oko import Found, Part, Report, joined, schools_of, values_of
from shnor_lib.sources.layouts.fis_oko_blocks import Block, Grid, cell, form, level_of
from shnor_lib.sources.layouts.vpr import keys_of, seen_in
from shnor_lib.tables import TABLES, Column

FORM = form("tasks", "vpr-native-tasks", "отчёт ФИС ОКО «ВПР. Выполнение заданий»")
_PREFIX = "task:"


def read(sheet: Sheet, match: Match, context: Context) -> SheetRead:
    """Read one sheet: every report on it."""
    report = schools_of(sheet, match, context, "tasks", lambda block: _columns(sheet.rows, block))
    reads = []
    for part in report.parts:
        values, places, problems = values_of(sheet, part)
        report.problems += problems
        reads.append(
            _read_part(sheet, part, values, {**part.places, **places}, report, context.calendar)
        )
    return joined("task_results", report, reads)


def _read_part(
    sheet: Sheet,
    part: Part,
    values: pd.DataFrame,
    places: dict[str, int],
    report: Report,
    calendar: Calendar,
) -> SheetRead:
    percent = values.to_numpy(dtype=float, na_value=np.nan)
    n = part.frame["n"].to_numpy(dtype=float, na_value=np.nan)
    rows = part.frame["source_row"].to_numpy(dtype=np.int64)
    columns = [place for _, place in part.columns]
    refused = refused_rows(report.problems)
    report.problems += [
        problem
        for problem in _doubts(rows, n, percent, columns, part)
        if problem.row not in refused
    ]
    maxima, levels, problems = _about_tasks(sheet.rows, part)
    report.problems += problems
    table = TABLES["task_results"]
    keys = keys_of(table, part.frame)
    report.problems += complete_unit(keys, places, calendar)
    good = ~part.frame["source_row"].isin(refused_rows(report.problems)).to_numpy() & (n > 0)
    by_row, by_task = np.nonzero(good[:, None] & ~np.isnan(percent))
    tidy = keys.iloc[by_row].reset_index(drop=True)
    names = np.array(
        [column.name.removeprefix(_PREFIX) for column, _ in part.columns], dtype=object
    )
    whole = 1.0 if _are_shares(sheet.rows, part) else 100.0
    tidy["task"] = pd.array(names[by_task], dtype="string")
    tidy["level"] = pd.array(np.array(levels, dtype=object)[by_task], dtype="string")
    tidy["max_score"] = pd.array(np.array(maxima)[by_task], dtype="Float64")
    tidy["share"] = pd.array(percent[by_row, by_task] / whole, dtype="Float64")
    letters = {
        (f"share:{name.removeprefix(_PREFIX)}" if name.startswith(_PREFIX) else name): (
            get_column_letter(place + 1)
        )
        for name, place in places.items()
    }
    letters["name"] = letters["school_id"]
    seen = seen_in(accepted(part.frame, report.problems))
    return SheetRead(table.name, tidy, 0, [], letters, seen)


def _columns(rows: Grid, block: Block) -> Found:
    """Tasks in the order of the sheet; columns nobody uses are left out."""
    places: dict[str, list[int]] = {}
    titles: dict[str, str] = {}
    before: Task | None = None
    for place, head in sorted(block.heads.items()):
        task = parse_task(head.value)
        if task is None or not _is_used(rows, block, place):
            continue
        task = _after(before, task) if isinstance(head.value, float) else task
        places.setdefault(task.name, []).append(place)
        titles.setdefault(task.name, head.text)
        before = task
    return [
        (
            Column(
                f"{_PREFIX}{name}",
                titles[name],
                "float",
                "процент набранных баллов.",
                minimum=0,
                maximum=100,
            ),
            found,
        )
        for name, found in places.items()
    ]


def _is_used(rows: Grid, block: Block, place: int) -> bool:
    if block.maxima is not None:
        points = parse_number(cell(rows, block.maxima, place))
        others = any(
            not is_empty(cell(rows, block.maxima, other)) for other in block.heads if other != place
        )
        if points is None and others and is_empty(cell(rows, block.maxima, place)):
            return any(
                parse_number(cell(rows, number, place)) != 0
                and not is_empty(cell(rows, number, place))
                for number in block.numbers
            )
    return any(not is_empty(cell(rows, number, place)) for number in block.numbers)


def _after(before: Task | None, task: Task) -> Task:
    """Task 2.10, which Excel keeps as the number 2.1: the one after 2.9."""
    pieces = re.fullmatch(r"(\d+)\.(\d+)", task.name)
    earlier = re.fullmatch(r"(\d+)\.(\d*)9", before.name) if before is not None else None
    if pieces is None or earlier is None or pieces[1] != earlier[1]:
        return task
    following = int(f"{earlier[2]}9") + 1
    return (
        Task(f"{pieces[1]}.{following}", task.max_score)
        if int(pieces[2]) * 10 == following
        else task
    )


def _are_shares(rows: Grid, part: Part) -> bool:
    """Whether the cells hold shares of one, as Excel's per cent format does."""
    values = [
        value
        for number in part.block.numbers
        for _, place in part.columns
        if (value := parse_number(cell(rows, number, place))) is not None
    ]
    return any(value > 0 for value in values) and all(value <= 1 for value in values)


def _about_tasks(rows: Grid, part: Part) -> tuple[list[float], list[object], list[Problem]]:
    """Most points and level of each task, and cells of «Макс. балл» that are no numbers."""
    maxima: list[float] = []
    levels: list[object] = []
    problems = []
    block = part.block
    for column, place in part.columns:
        task = parse_task(block.heads[place].value)
        points = task.max_score if task is not None else None
        if block.maxima is not None and not is_empty(cell(rows, block.maxima, place)):
            written = cell(rows, block.maxima, place)
            number = parse_number(written)
            if number is None or not 0 < number < 1000:
                problems.append(
                    Problem(
                        block.maxima + 1,
                        place,
                        "not-a-maximum",
                        f"максимальный балл за задание {quoted(column.title)} — "
                        f"{quoted(clean_text(written)[:40])}.",
                        "число баллов.",
                        "Впишите число; доли выполнения прочитаны.",
                        Severity.WARNING,
                        refuses=False,
                    )
                )
            else:
                points = number
        maxima.append(np.nan if points is None else points)
        level = level_of(cell(rows, block.levels, place)) if block.levels is not None else None
        levels.append(level if level is not None else pd.NA)
    return maxima, levels, problems


def _doubts(
    rows: npt.NDArray[np.int64],
    n: npt.NDArray[np.float64],
    percent: npt.NDArray[np.float64],
    places: Sequence[int],
    part: Part,
) -> list[Problem]:
    nobody = (n == 0) & (np.nan_to_num(percent) > 0).any(axis=1)
    bare = (n > 0) & np.isnan(percent).all(axis=1)
    problems = [
        Problem(
            int(rows[i]),
            part.places.get("n"),
            "percents-of-nobody",
            "участников 0, а выполнение заданий не нулевое.",
            "число участников, от которого посчитаны проценты.",
            "Сверьте число участников с протоколом.",
        )
        for i in np.flatnonzero(nobody)
    ]
    problems += [
        Problem(
            int(rows[i]),
            places[0],
            "no-tasks",
            f"участников {n[i]:g}, но выполнения заданий нет.",
            "процент выполнения каждого задания.",
            "Выгрузите отчёт заново; без этих чисел строка ни на что не влияет.",
            Severity.WARNING,
            refuses=False,
        )
        for i in np.flatnonzero(bare)
    ]
    return problems
