"""«Ф1 Индивидуальные результаты»: what ФИС ОКО gives a school back (2025 and later).

Above the table stand «ВПР 2026 Математика 5 класс», lines with a label and its value («Предмет»,
«Максимальный первичный балл», «Дата проведения»), the school («…(edu123456) | Кол-во участников:
25») and a row of difficulty (Б, П); then «ОО | Муниципалитет | Название ОО | Код участника | Класс
| Вариант | 1 (2б) | 9.1 (1б) | 4К1 (3б) … | Первичный балл | Отметка | Отметка по журналу».

Source of the form: pikhaev1988/saascrm95 (public repository), apps/vpr/parsers/f1_individual.py,
which its authors tried on 138 real protocols.
"""

from __future__ import annotations

import datetime as dt
import re

from shnor_lib.faults import Severity
from shnor_lib.sources.cells.headings import Form, Match, Series
from shnor_lib.sources.cells.problems import Problem
from shnor_lib.sources.cells.values import clean_text, fold, parse_date
from shnor_lib.sources.files.grid import Sheet
from shnor_lib.sources.layouts.base import Context, SheetRead
from shnor_lib.sources.layouts.protocol_title import login_in, title_lines
from shnor_lib.sources.layouts.vpr_protocols.columns import (
    CLASS,
    JOURNAL,
    MUNICIPALITY,
    SCORE,
    VARIANT,
    name,
    pupil,
    school,
    titled,
)
from shnor_lib.sources.layouts.vpr_protocols.protocol import (
    Protocol,
    Work,
    read_protocol,
    school_of_line,
)
from shnor_lib.sources.layouts.vpr_protocols.tasks import (
    WITH_MAXIMUM,
    find_tasks,
    total_maximum,
)
from shnor_lib.sources.layouts.vpr_title import read_title
from shnor_lib.tables import Column

PROTOCOL = Protocol(
    Form(
        "vpr-protocol-f1",
        "«Ф1 Индивидуальные результаты» ВПР",
        (
            school("ОО", required=False),
            MUNICIPALITY,
            name("Название ОО"),
            pupil("Код участника"),
            CLASS,
            VARIANT,
            titled(SCORE, "Первичный балл"),
            Column("mark", "Отметка", "int", "отметка за работу."),
            titled(JOURNAL, "Отметка по журналу"),
        ),
        series=(Series("tasks", WITH_MAXIMUM, 1),),
        personal=True,
    ),
    WITH_MAXIMUM,
    zero_is_absent=True,
)

_DECLARED = re.compile(r"(?:кол-во|количество)\s+участников\s*:?\s*(\d+)", re.IGNORECASE)


def read(sheet: Sheet, match: Match, context: Context) -> SheetRead:
    """Read the sheet «… Индивидуальные результаты»."""
    lines = title_lines(sheet.rows, match.row)
    title = read_title(lines, sheet.name, context.file)
    line = next((line for line in lines if login_in(line)), "")
    login, called = school_of_line(line) if line else ("", "")
    found = read_protocol(
        PROTOCOL, sheet, match, context, Work(title, _date(sheet, match), login, called)
    )
    by_tasks = total_maximum(find_tasks(sheet.rows, match.row, PROTOCOL.task))
    if title.max_score is not None and by_tasks is not None and title.max_score != by_tasks:
        found.problems.append(_maxima_differ(match, title.max_score, by_tasks))
    found.problems += _declared(lines, found, match)
    return found


def _date(sheet: Sheet, match: Match) -> dt.date | None:
    """The date after «Дата…» above the table."""
    for row in sheet.rows[: match.row]:
        values = [value for value in row if clean_text(value)]
        for here, after in zip(values, values[1:], strict=False):
            if fold(here).startswith("дата") and (date := parse_date(after)):
                return date
    return None


def _maxima_differ(match: Match, highest: float, by_tasks: float) -> Problem:
    return Problem(
        match.row + 1,
        None,
        "maxima-disagree",
        f"максимальный первичный балл указан как {highest:g}, а за задания вместе дают "
        f"{by_tasks:g}.",
        "одно и то же число.",
        f"Проверьте, все ли задания есть в таблице; прочитано {by_tasks:g}.",
        Severity.WARNING,
        refuses=False,
        cell=match.heading_cells,
    )


def _declared(title: list[str], found: SheetRead, match: Match) -> list[Problem]:
    """A warning when the number of participants above the table is another."""
    numbers = [int(m[1]) for line in title if (m := _DECLARED.search(line))]
    if len(numbers) != 1 or not found.rows_in or found.pupils is None:
        return []
    wrote = int(found.pupils["present"].sum())
    if numbers[0] in (found.rows_in, wrote):
        return []
    return [
        Problem(
            match.row + 1,
            None,
            "sum-disagrees",
            f"над таблицей участников {numbers[0]}, а строк с участниками {found.rows_in} "
            f"(с баллом — {wrote}).",
            "одно и то же число.",
            "Проверьте, не удалены ли строки; прочитаны те, что есть.",
            Severity.WARNING,
            refuses=False,
            cell=match.heading_cells,
        )
    ]
