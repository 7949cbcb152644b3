"""The regional download of 2022: every school of a region, one work.

Sheets «Классы» and «Протокол»; on the second «Пользователь | Код региона | Регион | Муниципалитет
| Школа | Дата загрузки | Код | Вариант | 1 (1б) … | Наименование класса | Пол | Отметка за
предыдущий триместр/ четверть/полугодие | Итого баллов | Учебник …». Subject, grade and year stand
in the folders and the file's name only. Absent pupils have a total of 0. In a fifth of the schools
one column of points is missing from the totals, so these are recomputed.

Source of the form: shekeldini/Flask (public repository), vpr_analysis/vpr_2022.py.
"""

from __future__ import annotations

from shnor_lib.sources.cells.headings import Form, Match, Series
from shnor_lib.sources.files.grid import Sheet
from shnor_lib.sources.layouts.base import Context, SheetRead
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
from shnor_lib.sources.layouts.vpr_protocols.protocol import Protocol, read_protocol
from shnor_lib.sources.layouts.vpr_protocols.tasks import WITH_MAXIMUM
from shnor_lib.tables import Column

PROTOCOL = Protocol(
    Form(
        "vpr-protocol-2022",
        "региональная выгрузка протоколов ВПР (2022)",
        (
            school("Пользователь"),
            MUNICIPALITY,
            name("Школа"),
            Column("uploaded", "Дата загрузки", "date", "когда школа загрузила протокол."),
            pupil("Код"),
            VARIANT,
            titled(CLASS, "Наименование класса"),
            JOURNAL,
            SCORE,
        ),
        series=(Series("tasks", WITH_MAXIMUM, 1),),
        personal=True,
    ),
    WITH_MAXIMUM,
    zero_is_absent=True,
    tasks_win=True,
)


def read(sheet: Sheet, match: Match, context: Context) -> SheetRead:
    """Read the sheet «Протокол»."""
    return read_protocol(PROTOCOL, sheet, match, context)
