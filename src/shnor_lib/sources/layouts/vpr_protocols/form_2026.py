"""«Форма сбора результатов <предмет> N класс ВПР 2026.xlsx»: what a school fills in.

Sheets «Протокол», «Служебный» (lists for the drop-downs), «Порядковый номер класса»; on the first
«Код участника | Вариант | 1 (5б) … | Порядковый номер класса | Отметка за предыдущий триместр/
четверть/полугодие | Итого баллов», filled in beforehand with totals of 0 for 1 500 pupils. The
school is named by the file's name or folder only; marks come from the scale.

Source of the form: an empty one of 2026 described in a public repository
(pikhaev1988/saascrm95, apps/vpr/fixtures).
"""

from __future__ import annotations

from shnor_lib.sources.cells.headings import Form, Match, Series
from shnor_lib.sources.files.grid import Sheet
from shnor_lib.sources.layouts.base import Context, SheetRead
from shnor_lib.sources.layouts.vpr_protocols.columns import (
    CLASS_NUMBER,
    JOURNAL,
    SCORE,
    VARIANT,
    pupil,
)
from shnor_lib.sources.layouts.vpr_protocols.protocol import Protocol, read_protocol
from shnor_lib.sources.layouts.vpr_protocols.tasks import WITH_MAXIMUM

PROTOCOL = Protocol(
    Form(
        "vpr-protocol-form",
        "форма сбора результатов ВПР",
        (pupil("Код участника"), VARIANT, CLASS_NUMBER, JOURNAL, SCORE),
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
