"""Stored totals against the points for tasks.

In a regional download of 2022 a quarter of the totals lacked a column of points, school by school;
the means of these schools fit in only after the totals are recomputed.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd

from shnor_lib.sources.cells.problems import Problem
from shnor_lib.sources.layouts.vpr_protocols.cells import Flags, Floats
from shnor_lib.sources.layouts.vpr_protocols.place import Place
from shnor_lib.sources.layouts.vpr_protocols.rows import Rows, number, say
from shnor_lib.sources.layouts.vpr_protocols.tasks import scored


def totals_against_points(rows: Rows, place: Place, tasks_win: bool) -> list[Problem]:
    """Totals that are missing, leave tasks out or otherwise differ from the sum of the points.

    Where a school's totals all lack the same task (or, with ``tasks_win``, two), they are
    recomputed and the school is named. Other differences are recomputed with ``tasks_win``;
    without it only totals of 0 beside points are, the others stay.
    """
    if not rows.points.shape[1]:
        return []
    sums = np.nansum(rows.points, axis=1)
    known = rows.writers & scored(rows.points)
    missing = known & np.isnan(rows.score)
    rows.score[missing] = sums[missing]
    problems = say(
        place,
        missing,
        place.col("score"),
        "total-missing",
        f"в столбце {place.title('score')} нет балла, хотя задания оценены (строк: "
        f"{int(missing.sum())}). Балл посчитан по заданиям.",
        "сумма баллов за задания.",
        "Если это верно, ничего делать не нужно.",
    )
    differ = known & (rows.score != sums)
    if not differ.any():
        return problems
    kept = differ.copy()
    codes, schools = pd.factorize(rows.school)
    for which in np.unique(codes[differ]).tolist():
        here = known & (codes == which)
        left_out = _left_out(rows.points[here], rows.score[here], 2 if tasks_win else 1)
        if left_out and (tasks_win or int((here & differ).sum()) > 1):
            problems += _left_out_problem(
                rows, here, differ, sums, left_out, place, str(schools[which])
            )
            kept &= ~here
    # A total of 0 beside points is no total.
    recomputed = kept if tasks_win else kept & (rows.score == 0)
    kept = kept & ~recomputed
    for where, code, what in (
        (recomputed, "total-recomputed", "Баллы пересчитаны по заданиям."),
        (kept, "total-disagrees", "Прочитан балл из столбца."),
    ):
        if not where.any():
            continue
        i = int(np.flatnonzero(where)[0])
        problems += say(
            place,
            where,
            place.col("score"),
            code,
            f"столбец {place.title('score')} не равен сумме баллов за задания (строк: "
            f"{int(where.sum())} из {int(known.sum())}; например, {number(rows.score[i])}, а сумма "
            f"{number(sums[i])}). {what}",
            "сумма баллов за задания.",
            "Сверьте протокол с выгрузкой ФИС ОКО.",
        )
    rows.score[recomputed] = sums[recomputed]
    return problems


def _left_out(points: Floats, score: Floats, most: int) -> list[tuple[int, ...]]:
    """Tasks whose points are what every total of a school lacks.

    Returns
    -------
    list
        Sets of one task (or, with ``most`` 2 and no such one, of two) that explain the totals;
        several where the pupils are too few to tell them apart.
    """
    points = np.nan_to_num(points)
    lacking = points.sum(axis=1) - score
    fits = (points <= lacking[:, None]).all(axis=0) & points.any(axis=0)
    candidates = np.flatnonzero(fits).tolist()
    for size in range(1, most + 1):
        found = [
            chosen
            for chosen in combinations(candidates, size)
            if (points[:, chosen].sum(axis=1) == lacking).all()
        ]
        if found:
            return found
    return []


def _left_out_problem(
    rows: Rows,
    here: Flags,
    differ: Flags,
    sums: Floats,
    left_out: list[tuple[int, ...]],
    place: Place,
    school: str,
) -> list[Problem]:
    before, after = number(rows.score[here].mean(), 1), number(sums[here].mean(), 1)
    found = say(
        place,
        here & differ,
        place.col("score"),
        "total-omits-task",
        f"школа {school}: в столбце {place.title('score')} {_which(left_out, place)} (строк: "
        f"{int((here & differ).sum())} из {int(here.sum())}). Баллы пересчитаны по заданиям: "
        f"средний балл {after} вместо {before}.",
        "сумма баллов за все задания.",
        "Ничего делать не нужно: прочитаны пересчитанные баллы.",
    )
    rows.score[here] = sums[here]
    return found


def _which(left_out: list[tuple[int, ...]], place: Place) -> str:
    """«не учтено задание 10К2», or as much of it as can be said."""
    one = len(left_out[0]) == 1
    codes = [[place.tasks[k].code for k in chosen] for chosen in left_out]
    if len(codes) == 1:
        return f"{'не учтено задание' if one else 'не учтены задания'} {' и '.join(codes[0])}"
    if not one:
        return "не учтены два задания"
    singles = [chosen[0] for chosen in codes]
    return f"не учтено одно задание ({', '.join(singles[:-1])} или {singles[-1]})"
