"""Every layout the product recognises, and how its sheets are read."""

from __future__ import annotations

from collections.abc import Callable

from shnor_lib.sources.cells.headings import Form, Match
from shnor_lib.sources.files.grid import Sheet
from shnor_lib.sources.layouts import (
    context_form,
    gia_protocols,
    own,
    school_check,
    vpr_consolidated,
    vpr_consolidated_scores,
    vpr_groups,
    vpr_native,
    vpr_native_journal,
    vpr_native_scores,
    vpr_native_tasks,
    vpr_planned,
)
from shnor_lib.sources.layouts.base import Context, SheetRead
from shnor_lib.sources.layouts.vpr_protocols import PROTOCOL_READERS

Reader = Callable[[Sheet, Match, Context], SheetRead]

READERS: dict[str, tuple[Form, Reader]] = {
    vpr_consolidated.FORM.name: (vpr_consolidated.FORM, vpr_consolidated.read),
    **{
        layout.FORM.name: (layout.FORM, layout.read)
        for layout in (
            vpr_consolidated_scores,
            vpr_native,
            vpr_native_scores,
            vpr_native_tasks,
            vpr_native_journal,
            vpr_planned,
            vpr_groups,
        )
    },
    **{form.name: (form, read) for form, read in PROTOCOL_READERS},
    gia_protocols.FORM.name: (gia_protocols.FORM, gia_protocols.read),
    gia_protocols.APPEALS.name: (gia_protocols.APPEALS, gia_protocols.read),
    context_form.FORM.name: (context_form.FORM, context_form.read),
    school_check.FORM.name: (school_check.FORM, school_check.read),
    **{form.name: (form, own.read) for form in own.FORMS},
}
"""Layout name → its form and reader. Between equally good matches the earlier one wins."""

FORMS: tuple[Form, ...] = tuple(form for form, _ in READERS.values())
