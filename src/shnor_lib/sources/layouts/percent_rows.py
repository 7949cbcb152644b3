"""Rows of published percentages turned back into whole pupils, or refused with the reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from shnor_lib.sources.cells.percents import Floats, Ints, counts_from_percents
from shnor_lib.sources.cells.problems import Problem

Flags = npt.NDArray[np.bool_]

SHARES = 0.005
"""How far shares of one, as cells in Excel's per cent format give them, may miss one together."""
HUNDRED = 2.5
"""How far percentages may miss a hundred together and still be all there (rounding, gaps)."""


@dataclass(frozen=True)
class Words:
    """Words of a report for its faults.

    Attributes
    ----------
    columns
        Its columns of percentages: «2»–«5».
    things
        What the percentages are of, genitive plural: отметок.
    report
        Its name in quotes.
    instead
        Where numbers of pupils can go; empty when nowhere.
    """

    columns: str
    things: str
    report: str
    instead: str = ""


@dataclass(frozen=True)
class Pupils:
    """Numbers of pupils by row.

    Attributes
    ----------
    values
        Rows × columns; meaningless where ``known`` is false.
    known
        Rows with whole numbers of pupils. The others are refused (see ``problems``), have no
        participants, or no percentages at all.
    problems
        Refusals.
    """

    values: Ints
    known: Flags
    problems: list[Problem]


def shown_number(value: float) -> str:
    """A number in a sentence, with the decimal comma.

    Examples
    --------
    >>> shown_number(12.5), shown_number(24.0)
    ('12,5', '24')
    """
    return f"{value:.6g}".replace(".", ",")


def pupils(
    rows: npt.NDArray[np.int64],
    n: Floats,
    percent: Floats,
    place_of_n: int | None,
    places: Sequence[int],
    words: Words,
) -> Pupils:
    """Whole numbers of pupils behind the percentages of each row.

    Parameters
    ----------
    rows
        Rows as Excel counts them, for the problems.
    n
        Participants, NaN where unknown.
    percent
        Rows × columns, NaN where the cell is empty. An empty cell is zero when the others make a
        hundred; shares of one (cells in Excel's per cent format) are understood.
    place_of_n, places
        Columns of the sheet from 0.
    words
        For the messages.
    """
    percent = percent.copy()
    given = ~np.isnan(percent)
    total = np.nansum(percent, axis=1)
    shares = given.any(axis=1) & (np.abs(total - 1) <= SHARES) & (n > 0)
    percent[shares] *= 100
    total = np.nansum(percent, axis=1)
    # Some reports leave a cell empty instead of writing 0.
    full = np.abs(total - 100) <= HUNDRED
    percent[full] = np.nan_to_num(percent[full])
    asked = (n > 0) & given.any(axis=1)
    problems = [
        Problem(
            int(rows[i]),
            place_of_n,
            "percents-of-nobody",
            f"участников 0, а доли {words.things} не нулевые.",
            "число участников, от которого посчитаны доли.",
            "Сверьте число участников с протоколом.",
        )
        for i in np.flatnonzero((n == 0) & (total > 0))
    ]
    values = np.zeros(percent.shape, dtype=np.int64)
    known = np.zeros(len(percent), dtype=bool)
    if asked.any():
        found = counts_from_percents(n[asked], percent[asked])
        good = np.flatnonzero(asked)[found.whole]
        values[good] = found.values[found.whole]
        known[good] = True
        problems += [
            _not_pupils(int(rows[i]), places, float(n[i]), percent[i], float(total[i]), words)
            for i in np.flatnonzero(asked)[~found.whole]
        ]
    return Pupils(values, known, problems)


def _not_pupils(
    row: int,
    places: Sequence[int],
    n: float,
    percent: Floats,
    total: float,
    words: Words,
) -> Problem:
    shown = _shown(percent)
    if abs(total - n) < 1e-9 and abs(total - 100) > HUNDRED:
        return Problem(
            row,
            places[0],
            "counts-for-percents",
            f"в столбцах {words.columns} стоят {shown}: похоже на числа учеников (вместе {n:g}), "
            "а не проценты.",
            "проценты, вместе 100.",
            f"Выгрузите отчёт {words.report} заново{words.instead}.",
        )
    if abs(total - 100) > HUNDRED:
        reason = f"вместе они дают {shown_number(total)}\u202f%"
    else:
        reason = f"из {n:g} участников целых чисел учеников с такими долями не получается"
    return Problem(
        row,
        places[0],
        "percents-not-whole",
        f"проценты {words.things} ({shown}) не переводятся в числа учеников: {reason}.",
        "проценты, которые вместе дают 100 и соответствуют числу участников.",
        "Сверьте строку с отчётом ФИС ОКО и выгрузите его заново.",
    )


def _shown(percent: Floats) -> str:
    """Percentages in a sentence: all of a few, the first that are not zero of many."""
    many = len(percent) > 6
    values = percent[percent > 0] if many else percent
    texts = ["пусто" if np.isnan(p) else shown_number(p) for p in values[:6]]
    if many and len(values) > 6:
        texts.append("…")
    return "; ".join(texts) or "одни нули"
