"""The regional protocols of autumn 2020.

«groups | user | id | code | otc | gender | klass | var-1 | var-2 | sum | a-1-grade …
a-40-grade | Учебник …»: forty columns of points whatever the work, two columns of variants
because some works have two parts (русский язык 4). Subject, grade and year stand in the folders
and the file's name only: «2020/4/Русский язык.xlsx», the folder being the grade of the programme;
the pupils were one grade higher by then. Absent: «отсутствовал» in ``var-1``.

Source of the form: shekeldini/Flask (public repository), vpr_analysis/vpr_2020.py.
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
from shnor_lib.tables import Column

TASK = re.compile(r"[aа]-(?P<task>\d{1,2})-grade", re.IGNORECASE)

PROTOCOL = Protocol(
    Form(
        "vpr-protocol-2020",
        "региональные протоколы ВПР (2020)",
        (
            titled(MUNICIPALITY, "groups"),
            school("user"),
            pupil("code"),
            titled(JOURNAL, "otc"),
            titled(CLASS, "klass"),
            titled(VARIANT, "var-1"),
            Column("variant2", "var-2", "text", "вариант второй части."),
            titled(SCORE, "sum"),
        ),
        series=(Series("tasks", TASK, 1),),
        personal=True,
    ),
    TASK,
)


def read(sheet: Sheet, match: Match, context: Context) -> SheetRead:
    """Read the sheet."""
    return read_protocol(PROTOCOL, sheet, match, context)
