"""Every layout the product recognises, and how its sheets are read."""

from __future__ import annotations

from collections.abc import Callable

from shnor_lib.sources.grid import Sheet
from shnor_lib.sources.headings import Form, Match
from shnor_lib.sources.layouts import own, vpr_consolidated, vpr_native
from shnor_lib.sources.layouts.base import Context, SheetRead

Reader = Callable[[Sheet, Match, Context], SheetRead]

READERS: dict[str, tuple[Form, Reader]] = {
    vpr_consolidated.FORM.name: (vpr_consolidated.FORM, vpr_consolidated.read),
    vpr_native.FORM.name: (vpr_native.FORM, vpr_native.read),
    **{form.name: (form, own.read) for form in own.FORMS},
}
"""Layout name → its form and reader. Between equally good matches the earlier one wins."""

FORMS: tuple[Form, ...] = tuple(form for form, _ in READERS.values())
