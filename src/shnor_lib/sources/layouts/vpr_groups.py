"""«ВПР. Выполнение заданий группами участников»: recognised, said to be of no use here.

Under each school stand «гр. баллов 2», «гр. баллов 3» …: how pupils with each mark did each task.
No rule, rating or page asks for it, and small groups of pupils are easy to recognise, so nothing
of it is kept.
"""

from __future__ import annotations

from shnor_lib.faults import Severity
from shnor_lib.sources.cells.headings import Match
from shnor_lib.sources.cells.problems import Problem
from shnor_lib.sources.files.grid import Sheet
from shnor_lib.sources.layouts.base import Context, SheetRead, no_data
from shnor_lib.sources.layouts.fis_oko_blocks import blocks, form
from shnor_lib.tables import TABLES

FORM = form("groups", "vpr-groups", "отчёт ФИС ОКО «ВПР. Выполнение заданий группами участников»")


def read(sheet: Sheet, match: Match, _context: Context) -> SheetRead:
    """Count the rows and say that they are not used."""
    rows = sum(block.rows for block in blocks(sheet.rows, match))
    problem = Problem(
        match.row + 1,
        match.places.get("name"),
        "not-used",
        f"{FORM.title}: программе он не нужен и не прочитан (строк: {rows}).",
        "отчёт «ВПР. Выполнение заданий» — в нём те же задания по школам.",
        "Ничего делать не нужно; файл можно убрать из папки.",
        Severity.QUESTION,
        refuses=False,
        rows=rows,
    )
    table = TABLES["task_results"]
    return SheetRead(table.name, table.empty(), rows, [problem if rows else no_data(match)], {})
