"""Scores and points that cannot be."""

from __future__ import annotations

import numpy as np

from shnor_lib.sources.cells.problems import Problem
from shnor_lib.sources.layouts.vpr_protocols.place import Place
from shnor_lib.sources.layouts.vpr_protocols.rows import Rows, number, refuse
from shnor_lib.sources.layouts.vpr_protocols.tasks import Task

HIGHEST_SCORE = 200
"""No work of ВПР gives as many points; what is above is no score."""

MISFIT_ROWS, MISFIT_SHARE = 5, 0.02
"""More scores above the maximum of the known scale mean another work, not slips of the pen."""


def another_work(rows: Rows, place: Place) -> list[Problem]:
    """Many scores above the maximum of the scale: the sheet is about another work."""
    with np.errstate(invalid="ignore"):
        above = rows.writers & (rows.score > rows.max_score)
    count, writers = int(above.sum()), int(rows.writers.sum())
    if count < MISFIT_ROWS or count <= MISFIT_SHARE * writers:
        return []
    left = ~rows.refused
    first = int(np.flatnonzero(above)[0])
    rows.refused |= left
    return [
        Problem(
            place.row(first),
            place.col("score"),
            "another-work",
            f"у {count} из {writers} учеников первичный балл больше {number(rows.max_score[first])} — "
            "наибольшего для этой работы. Похоже, протокол о другой работе.",
            "предмет, класс и год, о которых этот протокол.",
            "Проверьте имя файла и папки; если работа та самая, впишите её шкалу в календарь "
            "(mark_scales в shnor.yml).",
            refuses=False,
            rows=int(left.sum()),
        )
    ]


def bounds(rows: Rows, place: Place) -> list[Problem]:
    """Points above a task's maximum, scores above the work's, below 0 or not whole."""
    problems: list[Problem] = []
    maxima = np.array([np.inf if t.max_score is None else t.max_score for t in place.tasks])
    over = np.nan_to_num(rows.points) > maxima if len(maxima) else np.zeros((len(rows.score), 0))
    above = rows.writers & over.any(axis=1)

    def first(i: int) -> Task:
        return place.tasks[int(np.argmax(over[i]))]

    problems += refuse(
        rows,
        place,
        above,
        lambda i: first(i).place,
        "task-above-maximum",
        lambda i: (
            f"за задание {first(i).code} стоит {number(rows.points[i, int(np.argmax(over[i]))])}, "
            f"а больше {number(first(i).max_score or 0)} за него не дают."
        ),
        "балл не больше указанного в заголовке.",
        "Исправьте балл по бланку ученика.",
    )
    col = place.col("score")
    expected = "целое число от 0 до наибольшего возможного балла."
    remedy = "Сверьте балл с бланком ученика."
    with np.errstate(invalid="ignore"):
        problems += refuse(
            rows,
            place,
            rows.writers & (rows.score > rows.max_score),
            col,
            "score-above-maximum",
            lambda i: (
                f"первичный балл {number(rows.score[i])}, а наибольший возможный — "
                f"{number(rows.max_score[i])}."
            ),
            expected,
            remedy,
        )
        fractional = ~np.isnan(rows.score) & (rows.score != np.floor(rows.score))
        beyond = rows.score > HIGHEST_SCORE
        problems += refuse(
            rows,
            place,
            rows.writers & ((rows.score < 0) | fractional | beyond),
            col,
            "impossible-score",
            lambda i: (
                f"первичный балл {number(rows.score[i])} "
                + (
                    "не целый."
                    if fractional[i]
                    else "меньше нуля."
                    if rows.score[i] < 0
                    else f"невозможен: работ, за которые дают больше {HIGHEST_SCORE}, нет."
                )
            ),
            expected,
            remedy,
        )
    return problems
