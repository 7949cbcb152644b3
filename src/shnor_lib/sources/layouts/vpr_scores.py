"""What both forms of «ВПР. Распределение первичных баллов» share: percentages of scores by school."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
from openpyxl.utils import get_column_letter

from shnor_lib.faults import Severity
from shnor_lib.project import Calendar
from shnor_lib.sources.cells.problems import Problem, refused_rows
from shnor_lib.sources.cells.results_rules import complete_unit
from shnor_lib.sources.layouts.base import SheetRead, accepted
from shnor_lib.sources.layouts.percent_rows import Words, pupils
from shnor_lib.sources.layouts.vpr import keys_of, seen_in
from shnor_lib.tables import TABLES, Column

HIGHEST = 150
"""No test of ВПР has as many primary points."""

_WORDS = Words("баллов", "первичных баллов", "«Распределение первичных баллов»")


def score_column(score: int) -> Column:
    """The column of pupils with a score, in per cent."""
    return Column(
        f"s{score}",
        str(score),
        "float",
        "процент учеников с этим баллом.",
        minimum=0,
        maximum=100,
    )


def expected_scores(found: Sequence[int]) -> range:
    """Scores a report must have columns for: all from 0 to the highest, far strays left aside.

    Examples
    --------
    >>> expected_scores([0, 1, 2, 4, 99])
    range(0, 5)
    """
    near = [score for score in found if score <= 2 * len(found) + 1]
    return range(max(near, default=-1) + 1)


def to_distribution(
    frame: pd.DataFrame,
    values: pd.DataFrame,
    problems: list[Problem],
    places: dict[str, int],
    max_scores: npt.NDArray[np.float64],
    calendar: Calendar,
) -> SheetRead:
    """Turn typed report rows into rows of ``score_distribution``, one per score that pupils have.

    Parameters
    ----------
    frame
        School, work, participants and provenance, one row per school.
    values
        Percentages, columns ``s0`` … in the order of scores.
    problems
        What is wrong so far; returned with what is found here.
    places
        Column name → column of the sheet, from 0.
    max_scores
        Most points of the work by row, NaN where unknown.
    calendar
        When procedures were held.

    Returns
    -------
    SheetRead
        ``letters`` names the columns of single scores ``n_score:17``. Schools without
        participants give no rows: they have no distribution.
    """
    keep = ~frame["source_row"].isin(refused_rows(problems)).to_numpy()
    frame, values, max_scores = frame[keep], values[keep], max_scores[keep]
    names = list(values.columns)
    scores = np.array([int(name[1:]) for name in names], dtype=np.int64)
    n = frame["n"].to_numpy(dtype=float, na_value=np.nan)
    percent = values.to_numpy(dtype=float, na_value=np.nan)
    rows = frame["source_row"].to_numpy(dtype=np.int64)
    found = pupils(rows, n, percent, places.get("n"), [places[name] for name in names], _WORDS)
    first = places[names[0]]
    problems = [*problems, *found.problems]
    problems += [
        Problem(
            int(rows[i]),
            first,
            "no-scores",
            f"участников {n[i]:g}, но распределения баллов нет.",
            "процент учеников с каждым баллом.",
            "Выгрузите отчёт заново; без этих чисел строка ни на что не влияет.",
            Severity.WARNING,
            refuses=False,
        )
        for i in np.flatnonzero((n > 0) & np.isnan(percent).all(axis=1))
    ]
    problems += _above_maximum(rows, found.values * found.known[:, None], scores, max_scores, first)
    table = TABLES["score_distribution"]
    keys = keys_of(table, frame)
    problems += complete_unit(keys, places, calendar)
    keys["max_score"] = pd.array(max_scores, dtype="Float64").astype("Int64")
    by_row, by_score = np.nonzero(found.values * found.known[:, None])
    tidy = keys.iloc[by_row].reset_index(drop=True)
    tidy["score"] = pd.array(scores[by_score], dtype="Int64")
    tidy["n_score"] = pd.array(found.values[by_row, by_score], dtype="Int64")
    letters = {
        (f"n_score:{name[1:]}" if name in names else name): get_column_letter(place + 1)
        for name, place in places.items()
    }
    return SheetRead(
        table.name,
        tidy,
        len(frame),
        problems,
        letters,
        seen_in(accepted(frame.reset_index(drop=True), problems)),
    )


def _above_maximum(
    rows: npt.NDArray[np.int64],
    counts: npt.NDArray[np.int64],
    scores: npt.NDArray[np.int64],
    max_scores: npt.NDArray[np.float64],
    place: int,
) -> list[Problem]:
    """Doubts: somebody has more points than there are."""
    above = (counts > 0) & (scores[None, :] > max_scores[:, None])
    return [
        Problem(
            int(rows[i]),
            place,
            "score-above-maximum",
            f"у учеников есть {scores[above[i]].max()} баллов, а максимальный первичный балл — "
            f"{max_scores[i]:g}.",
            f"баллы не больше {max_scores[i]:g}.",
            "Сверьте максимальный балл с описанием работы и строку — с протоколом.",
            Severity.WARNING,
            refuses=False,
        )
        for i in np.flatnonzero(above.any(axis=1))
    ]
