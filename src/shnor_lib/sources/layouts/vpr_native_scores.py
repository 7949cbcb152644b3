"""«ВПР. Распределение первичных баллов» as ФИС ОКО gives it.

«Группы участников | Кол-во ОО | Кол-во участников | 0 | 1 | 2 | …», percentages of the participants
for every primary score up to the highest. See :mod:`.fis_oko`.
"""

from __future__ import annotations

import numpy as np

from shnor_lib.sources.cells.headings import Match
from shnor_lib.sources.cells.values import is_empty
from shnor_lib.sources.files.grid import Sheet
from shnor_lib.sources.layouts.base import Context, SheetRead
from shnor_lib.sources.layouts.fis_oko import Found, Part, joined, schools_of, values_of
from shnor_lib.sources.layouts.fis_oko_blocks import Block, cell, form, score_of
from shnor_lib.sources.layouts.vpr_scores import expected_scores, score_column, to_distribution

FORM = form("scores", "vpr-native-scores", "отчёт ФИС ОКО «ВПР. Распределение первичных баллов»")


def read(sheet: Sheet, match: Match, context: Context) -> SheetRead:
    """Read one sheet: every report on it."""
    report = schools_of(sheet, match, context, "scores", _columns)
    reads = []
    for part in report.parts:
        values, places, problems = values_of(sheet, part)
        maximum = part.title.max_score or _last_used(sheet, part)
        found = to_distribution(
            part.frame,
            values,
            [*report.problems, *problems],
            {**part.places, **places},
            np.full(len(part.frame), float(maximum)),
            context.calendar,
        )
        report.problems = found.problems
        found.letters["name"] = found.letters["school_id"]
        reads.append(found)
    return joined("score_distribution", report, reads)


def _columns(block: Block) -> Found:
    places: dict[int, list[int]] = {}
    for place, head in block.heads.items():
        score = score_of(head.text)
        if score is not None:
            places.setdefault(score, []).append(place)
    return [(score_column(score), places.get(score, [])) for score in expected_scores(list(places))]


def _last_used(sheet: Sheet, part: Part) -> int:
    """The highest score with a column in use: the report goes up to the most points."""
    used = [
        int(column.title)
        for column, place in part.columns
        if any(not is_empty(cell(sheet.rows, number, place)) for number in part.block.numbers)
    ]
    return max(used, default=0)
