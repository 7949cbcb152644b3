"""«ВПР. Распределение первичных баллов», the regional consolidated form: one row per school.

Год | Класс | Предмет | Муниципалитет | ОО | Логин | Кол-во участников | 0 | 1 | 2 | …, percentages
of the participants; there are forty columns of scores whatever the test.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from shnor_lib.sources.cells.checks import check_ranges, check_table
from shnor_lib.sources.cells.convert import convert, data_rows
from shnor_lib.sources.cells.headings import Form, Match
from shnor_lib.sources.cells.problems import refused_rows
from shnor_lib.sources.cells.values import fold
from shnor_lib.sources.files.grid import Sheet
from shnor_lib.sources.layouts.base import (
    Context,
    SheetRead,
    heading_problems,
    no_data,
    with_provenance,
    year_disagrees,
)
from shnor_lib.sources.layouts.vpr import KEYS, tidy_logins, with_school_ids
from shnor_lib.sources.layouts.vpr_scores import (
    HIGHEST,
    expected_scores,
    score_column,
    to_distribution,
)
from shnor_lib.tables import PROVENANCE, TABLES

_KEYS = KEYS.columns
_SCORES = {f"s{score}": score_column(score) for score in range(HIGHEST)}


def _settle(_rows: Sequence[Sequence[Any]], match: Match) -> Match | None:
    """Not «Статистика по отметкам»: there is «0» or «1» and there are more than marks."""
    found = [int(name[1:]) for name in match.places if name in _SCORES]
    if len(found) < 6 or not {0, 1} & set(found):
        return None
    gaps = [score for score in expected_scores(found) if score not in found]
    missing = (*match.missing, *(_SCORES[f"s{score}"] for score in gaps))
    return replace(match, missing=missing)


FORM = Form(
    "vpr-consolidated-scores",
    "сводный отчёт «ВПР. Распределение первичных баллов»",
    (*_KEYS, *_SCORES.values()),
    never=frozenset({fold("Процедура"), fold("Группы участников")}),
    settle=_settle,
)


def read(sheet: Sheet, match: Match, context: Context) -> SheetRead:
    """Read one sheet of the consolidated form."""
    table = TABLES["score_distribution"]
    numbers = data_rows(sheet.rows, match.row + 1, list(match.places.values()))
    problems = heading_problems(match, len(numbers))
    if not numbers:
        problems.append(no_data(match))
    if problems:
        return SheetRead(table.name, table.empty(), len(numbers), problems, match.letters)
    there = sorted(
        (name for name in match.places if name in _SCORES), key=lambda name: int(name[1:])
    )
    columns = (*_KEYS, *(_SCORES[name] for name in there))
    frame, problems = convert(sheet.rows, numbers, columns, match.places)
    frame = tidy_logins(with_provenance(frame, context.file, sheet.name, numbers))
    keys = frame[[*(column.name for column in _KEYS), *PROVENANCE]]
    problems += check_table(KEYS, keys, match.places, problems)
    problems += check_ranges([_SCORES[name] for name in there], frame, match.places)
    problems += year_disagrees(frame, sheet.name, match.places.get("year"))
    found = to_distribution(
        with_school_ids(keys),
        frame[there],
        problems,
        match.places,
        _maxima(frame, there),
        context.calendar,
    )
    found.rows_in = len(numbers)
    found.rows_used = len(numbers) - len(refused_rows(found.problems))
    return found


def _maxima(frame: pd.DataFrame, names: Sequence[str]) -> npt.NDArray[np.float64]:
    """Most points by row: the last score any school of the work has a value for.

    Unknown where that is the last column: the form may go on as far for every test.
    """
    used = frame[list(names)].notna().to_numpy()
    last = np.where(used.any(axis=1), used.shape[1] - 1 - np.argmax(used[:, ::-1], axis=1), -1)
    works = frame.groupby(["year", "grade", "subject"], sort=False, dropna=False).ngroup()
    highest = pd.Series(last).groupby(works.to_numpy()).transform("max").to_numpy(dtype=float)
    return np.where((highest < 0) | (highest == used.shape[1] - 1), np.nan, highest)
