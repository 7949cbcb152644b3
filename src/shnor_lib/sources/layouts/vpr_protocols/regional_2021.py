"""The regional protocols of 2021, xlsx or csv with «;».

«Проведение работы по <предмету>, N класс. ВПР 2021»: «логин школы | регион | номер обучающегося |
код обучающегося | отметка за предыдущую четверть/триместр | пол | класс | вариант | всего баллов |
балл за 1 … балл за N | Учебник | Др.уч. автор | Др.уч. название», sometimes with empty headings
after them. «регион» holds the municipality. Highest points of tasks are not given.

Source of the form: shekeldini/Flask (public repository), vpr_analysis/vpr_analysis.py.
"""

from __future__ import annotations

import re

from shnor_lib.sources.cells.headings import Form, Match, Series
from shnor_lib.sources.files.grid import Sheet
from shnor_lib.sources.layouts.base import Context, SheetRead
from shnor_lib.sources.layouts.vpr_protocols.columns import (
    CLASS,
    JOURNAL,
    MUNICIPALITY,
    SCORE,
    VARIANT,
    pupil,
    school,
    titled,
)
from shnor_lib.sources.layouts.vpr_protocols.protocol import Protocol, read_protocol

TASK = re.compile(r"балл за (?:задание )?(?P<task>\d.{0,12})", re.IGNORECASE)

PROTOCOL = Protocol(
    Form(
        "vpr-protocol-2021",
        "региональные протоколы ВПР (2021)",
        (
            school("логин школы"),
            titled(MUNICIPALITY, "регион"),
            pupil("номер обучающегося"),
            titled(JOURNAL, "отметка за предыдущую четверть/триместр"),
            CLASS,
            VARIANT,
            titled(SCORE, "всего баллов"),
        ),
        series=(Series("tasks", TASK, 1),),
        personal=True,
    ),
    TASK,
)


def read(sheet: Sheet, match: Match, context: Context) -> SheetRead:
    """Read the sheet."""
    return read_protocol(PROTOCOL, sheet, match, context)
