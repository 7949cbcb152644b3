"""Cells that are neither points nor a known sign of «not scored»."""

from __future__ import annotations

from collections import Counter

import numpy as np

from shnor_lib.sources.cells.problems import Problem
from shnor_lib.sources.layouts.vpr_protocols.place import Place
from shnor_lib.sources.layouts.vpr_protocols.rows import Rows, refuse, say
from shnor_lib.sources.layouts.vpr_protocols.tasks import Task, scored


def strange_points(rows: Rows, place: Place) -> list[Problem]:
    """Signs nobody knows: 0 points when the total agrees, else the row cannot be trusted."""
    strange = rows.writers & rows.strange_points.any(axis=1)
    if not strange.any():
        return []
    agrees = strange & (np.nansum(rows.points, axis=1) == rows.score)

    def first(i: int) -> Task:
        return place.tasks[int(np.argmax(rows.strange_points[i]))]

    signs = Counter(
        place.shown(i, task.place)
        for i in np.flatnonzero(agrees).tolist()
        for k, task in enumerate(place.tasks)
        if rows.strange_points[i, k]
    )
    listed = ", ".join(f"«{text}» ({count})" for text, count in signs.most_common(6))
    example = first(int(np.flatnonzero(strange)[0]))
    return [
        *say(
            place,
            agrees,
            example.place,
            "unknown-sign",
            f"вместо баллов за задания стоят незнакомые знаки: {listed}. Прочитано как 0 баллов: "
            f"сумма остальных баллов равна столбцу {place.title('score')} "
            f"(строк: {int(agrees.sum())}).",
            "балл или «X».",
            "Если это верно, ничего делать не нужно.",
        ),
        *refuse(
            rows,
            place,
            strange & ~agrees,
            lambda i: first(i).place,
            "unknown-points",
            lambda i: (
                f"в задании {first(i).code} стоит «{place.shown(i, first(i).place)}», и без него сумма "
                f"баллов не равна столбцу {place.title('score')}."
            ),
            "балл или «X».",
            "Впишите балл за задание по бланку ученика.",
        ),
    ]


def strange_score(rows: Rows, place: Place) -> list[Problem]:
    """A total nobody can read is recomputed from the points, or the row is refused."""
    col = place.col("score")
    return refuse(
        rows,
        place,
        rows.writers & rows.strange_score & ~scored(rows.points),
        col,
        "text-for-number",
        lambda i: f"в столбце {place.title('score')} стоит «{place.shown(i, col)}» — это не число.",
        "первичный балл, целое число.",
        "Впишите балл цифрами.",
    )
