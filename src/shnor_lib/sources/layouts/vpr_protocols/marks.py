"""Marks of pupils: from the file, else by the scale; and the labels of their classes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from shnor_lib.faults import Severity
from shnor_lib.project import Calendar, MarkScale
from shnor_lib.sources.cells.problems import Problem
from shnor_lib.sources.layouts.vpr_protocols.cells import Flags, Floats, class_grades
from shnor_lib.sources.layouts.vpr_protocols.place import Place
from shnor_lib.sources.layouts.vpr_protocols.rows import Rows


def scales_of(
    calendar: Calendar, keys: pd.DataFrame, max_score: float | None
) -> list[MarkScale | None]:
    """The scale of every row, or None."""
    known: dict[tuple[Any, ...], MarkScale | None] = {}
    scales = []
    for key in keys[["year", "grade", "subject"]].itertuples(index=False, name=None):
        if key not in known:
            year, grade, subject = key
            known[key] = calendar.mark_scale("vpr", int(year), int(grade), subject, max_score)
        scales.append(known[key])
    return scales


def marks_of(
    rows: Rows, place: Place, scales: Sequence[MarkScale | None], keys: pd.DataFrame
) -> tuple[Floats, list[Problem]]:
    """Marks (NaN none) of those who wrote, and what is odd about them.

    Parameters
    ----------
    rows, place
        Pupils after all rules.
    scales
        Scale of each row's work.
    keys
        ``year``, ``grade``, ``subject`` of each row.
    """
    wrote = rows.writers
    marks = np.where(wrote, rows.mark, np.nan)
    problems = [
        _odd_marks(place, name, strange & wrote)
        for name, strange in rows.odd_marks.items()
        if (strange & wrote).any()
    ]
    lacking = wrote & np.isnan(marks) & ~np.isnan(rows.score)
    for scale in {id(s): s for s in scales if s is not None}.values():
        here = lacking & np.array([s is scale for s in scales], dtype=np.bool_)
        marks[here] = 2 + np.searchsorted(np.array(scale.upto), rows.score[here], side="left")
    bare = lacking & np.isnan(marks)
    if bare.any():
        problems.append(_no_scale(rows, place, bare, keys))
    return marks, problems


def _odd_marks(place: Place, name: str, where: Flags) -> Problem:
    col, found = place.col(name), np.flatnonzero(where).tolist()
    odd = Counter(place.shown(i, col) for i in found)
    listed = ", ".join(f"«{text}» ({count})" for text, count in odd.most_common(5))
    more = " и другое" if len(odd) > 5 else ""
    return Problem(
        place.row(found[0]),
        col,
        "odd-mark",
        f"в столбце {place.title(name)} стоит не отметка: {listed}{more}.",
        "2, 3, 4 или 5.",
        "Если эти отметки известны, впишите их; сейчас прочитано «отметка неизвестна».",
        Severity.WARNING,
        refuses=False,
    )


def _no_scale(rows: Rows, place: Place, bare: Flags, keys: pd.DataFrame) -> Problem:
    first = int(np.flatnonzero(bare)[0])
    works = keys.loc[bare, ["year", "grade", "subject"]].assign(highest=rows.max_score[bare])
    listed = []
    for year, grade, subject, highest in works.drop_duplicates().itertuples(index=False):
        maximum = "" if np.isnan(highest) else f", наибольший балл {highest:g}"
        listed.append(f"ВПР {year}, {grade} класс, {subject}{maximum}")
    shown = "; ".join(listed[:3]) + ("; …" if len(listed) > 3 else "")
    return Problem(
        place.row(first),
        place.col("score"),
        "no-mark-scale",
        f"отметок в протоколе нет, а шкала перевода баллов неизвестна ({shown}): отметки не "
        f"определены (учеников: {int(bare.sum())}).",
        "границы отметок «2», «3» и «4» в календаре.",
        "Впишите шкалу в shnor.yml: calendar → mark_scales.",
        Severity.WARNING,
        refuses=False,
    )


def classes_disagree(rows: Rows, place: Place, keys: pd.DataFrame) -> list[Problem]:
    """A question when labels of classes name another grade than the work's programme.

    In autumn a work on last year's programme is written one grade higher.
    """
    if not place.has("class"):
        return []
    grades = class_grades(place.column("class"))
    programme = keys["grade"].to_numpy(dtype=np.float64)
    autumn = (keys["season"] == "autumn").to_numpy(dtype=np.bool_)
    with np.errstate(invalid="ignore"):
        fits = (grades == programme) | (autumn & (grades == programme + 1))
    odd = rows.writers & ~np.isnan(grades) & ~fits
    if not odd.any():
        return []
    seen = Counter(int(grade) for grade in grades[odd])
    listed = ", ".join(f"{grade} класс ({count})" for grade, count in seen.most_common(4))
    first = int(np.flatnonzero(odd)[0])
    return [
        Problem(
            place.row(first),
            place.col("class"),
            "class-disagrees",
            f"работа по программе {int(programme[first])} класса, а в столбце "
            f"{place.title('class')} указаны: {listed}.",
            "класс, ученики которого писали работу.",
            "Проверьте, о той ли работе протокол; строки прочитаны.",
            Severity.QUESTION,
            refuses=False,
        )
    ]
