"""«ВПР. Статистика по отметкам» as ФИС ОКО gives it: one report per subject and grade.

«Группы участников | Кол-во ОО | Кол-во участников | 2 | 3 | 4 | 5», the last four in per cent; a
sheet may hold several such reports, each under its title. See :mod:`.fis_oko`.
"""

from __future__ import annotations

import pandas as pd

from shnor_lib.sources.cells.headings import Match
from shnor_lib.sources.files.grid import Sheet
from shnor_lib.sources.layouts.base import Context, SheetRead
from shnor_lib.sources.layouts.fis_oko import Found, joined, schools_of, values_of
from shnor_lib.sources.layouts.fis_oko_blocks import Block, form, mark_of
from shnor_lib.sources.layouts.vpr import percent_columns, to_results

FORM = form("marks", "vpr-native", "отчёт ФИС ОКО «ВПР. Статистика по отметкам»")


def read(sheet: Sheet, match: Match, context: Context) -> SheetRead:
    """Read one sheet: every report on it."""
    report = schools_of(sheet, match, context, "marks", _columns)
    reads = []
    for part in report.parts:
        values, places, problems = values_of(sheet, part)
        frame = pd.concat([part.frame, values], axis=1)
        found = to_results(
            frame, [*report.problems, *problems], {**part.places, **places}, 0, context.calendar
        )
        report.problems = found.problems
        found.letters["name"] = found.letters["school_id"]
        reads.append(found)
    return joined("results", report, reads)


def _columns(block: Block) -> Found:
    return [
        (
            column,
            [
                place
                for place, head in block.heads.items()
                if (mark := mark_of(head.text)) is not None and column.name == f"p{mark}"
            ],
        )
        for column in percent_columns()
    ]
