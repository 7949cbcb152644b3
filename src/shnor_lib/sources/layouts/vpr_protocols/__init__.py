"""Protocols of ВПР: one row per pupil, six forms of 2020–2026, one way of reading them."""

from __future__ import annotations

from collections.abc import Callable

from shnor_lib.sources.cells.headings import Form, Match
from shnor_lib.sources.files.grid import Sheet
from shnor_lib.sources.layouts.base import Context, SheetRead
from shnor_lib.sources.layouts.vpr_protocols import (
    f1,
    form_2026,
    regional_2020,
    regional_2021,
    regional_2022,
    research,
)

PROTOCOL_READERS: tuple[tuple[Form, Callable[[Sheet, Match, Context], SheetRead]], ...] = tuple(
    (module.PROTOCOL.form, module.read)
    for module in (f1, form_2026, regional_2022, regional_2021, regional_2020, research)
)
"""Every form with its reader."""

SERVICE_SHEETS: tuple[str, ...] = ("Служебный", "Порядковый номер класса", "Классы")
"""Sheets that stand beside a protocol in the same workbook and hold nothing to read."""
