"""Tasks of a protocol: their columns, their highest points, and how a school did in each."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from shnor_lib.sources.cells.spans import spans_by_group
from shnor_lib.sources.cells.tasks import parse_task
from shnor_lib.sources.cells.values import clean_text
from shnor_lib.sources.layouts.base import with_provenance
from shnor_lib.sources.layouts.vpr_protocols.cells import Flags, Floats
from shnor_lib.tables import PROVENANCE, TABLES

WITH_MAXIMUM = re.compile(r"(?P<task>\d.{0,12}\(\s*\d{1,2}\s*б(?:алл\w*)?\.?\s*\))", re.IGNORECASE)
"""«1 (2б)», «9.1 (1б)», «4К1 (3б)», «1(1) (1б)»: forms of 2022 and later."""

LEVELS = ("Б", "П", "В")
"""Difficulty of a task, in the row above its heading: basic, raised, high."""

RARE = 0.001
"""A score reached by fewer of the pupils says nothing of what was possible."""


@dataclass(frozen=True)
class Task:
    """A column of points.

    Attributes
    ----------
    code
        Number of the task: «4», «9.1», «10К2».
    place
        Column from 0.
    max_score
        Highest points; None when the form does not say.
    level
        One of :data:`LEVELS` or empty.
    """

    code: str
    place: int
    max_score: float | None = None
    level: str = ""


def find_tasks(rows: Sequence[Sequence[Any]], head: int, pattern: re.Pattern[str]) -> list[Task]:
    """Columns whose heading (row ``head``, from 0) is a task, in the order of the sheet."""
    above = rows[head - 1] if head else [""] * len(rows[head])
    tasks = []
    for place, value in enumerate(rows[head]):
        match = pattern.fullmatch(clean_text(value))
        task = parse_task(match["task"]) if match else None
        if task is None:
            continue
        level = clean_text(above[place]).upper()
        tasks.append(Task(task.name, place, task.max_score, level if level in LEVELS else ""))
    return tasks


def total_maximum(tasks: Sequence[Task]) -> float | None:
    """Highest possible score, or None when a task's maximum is not known."""
    known = [task.max_score for task in tasks if task.max_score is not None]
    return float(sum(known)) if known and len(known) == len(tasks) else None


def maxima_from_points(points: Floats, whole: float | None) -> Floats | None:
    """Highest points of tasks where the form does not say: those reached by the pupils.

    Used only when they sum to the known maximum of the work (``whole``): in a region's file
    somebody reaches every maximum, and single mistyped cells are left out as :data:`RARE`.
    """
    if whole is None or not len(points):
        return None
    enough = max(1, int(np.ceil(RARE * len(points))))
    highest = np.zeros(points.shape[1])
    for place in range(points.shape[1]):
        column = np.sort(points[:, place][~np.isnan(points[:, place])])
        if len(column) >= enough:
            highest[place] = column[-enough]
    return highest if highest.sum() == whole else None


def task_results(
    tasks: Sequence[Task],
    maxima: Floats,
    points: Floats,
    keys: pd.DataFrame,
    numbers: npt.NDArray[np.int64],
    file: str,
    sheet: str,
) -> pd.DataFrame:
    """Share of possible points per school and task.

    Parameters
    ----------
    tasks, maxima
        Tasks and their highest points; those with 0 never occurred and are left out.
    points
        Pupils by tasks; NaN counts as no points.
    keys
        ``school_id``, ``year``, ``season``, ``grade``, ``subject`` of every pupil.
    numbers
        Rows of the sheet from 0, ascending.
    file, sheet
        Where they stand.

    Returns
    -------
    DataFrame
        Rows of ``task_results``.
    """
    table = TABLES["task_results"]
    used = [i for i in range(len(tasks)) if maxima[i] > 0]
    if not len(points) or not used:
        return table.empty()
    group = keys.groupby(list(keys.columns), sort=False, dropna=False).ngroup().to_numpy()
    count = int(group.max()) + 1
    pupils = np.bincount(group, minlength=count)
    earned = np.column_stack(
        [np.bincount(group, np.nan_to_num(points[:, i]), minlength=count) for i in used]
    )
    shares = np.minimum(earned / (pupils[:, None] * maxima[used]), 1.0)
    firsts = np.flatnonzero(~pd.Series(group).duplicated().to_numpy())
    sources = spans_by_group(group.astype(np.int64), numbers + 1)
    repeat = len(used)
    frame = keys.iloc[np.repeat(firsts, repeat)].reset_index(drop=True)
    frame["procedure"] = "vpr"
    frame["n"] = np.repeat(pupils, repeat)
    frame["task"] = [tasks[i].code for i in used] * count
    frame["level"] = [tasks[i].level or None for i in used] * count
    frame["max_score"] = np.tile(maxima[used], count)
    frame["share"] = shares.ravel()
    frame = with_provenance(frame, file, sheet, np.repeat(numbers[firsts], repeat).tolist())
    frame["source_rows"] = sources["source_rows"].repeat(repeat).array
    order_of_columns = [*(column.name for column in table.columns), *PROVENANCE]
    return frame[order_of_columns].astype(dict(table.empty().dtypes))


def without_repeats(tasks: Sequence[Task]) -> tuple[list[Task], list[Task]]:
    """Tasks with different codes, and those whose code has already been."""
    seen: set[str] = set()
    first: list[Task] = []
    again: list[Task] = []
    for task in tasks:
        (again if task.code in seen else first).append(task)
        seen.add(task.code)
    return first, again


def scored(points: Floats) -> Flags:
    """Pupils with points (0 too) for at least one task."""
    return np.asarray((~np.isnan(points)).any(axis=1), dtype=np.bool_)
