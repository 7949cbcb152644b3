"""What a copy of a sheet about people may show: little, and only what says nothing about anyone.

Every cell is masked unless its column is known to be harmless *and* the cell looks like what that
column should hold. Rows shifted by one column must not bring a name or a document number out.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from shnor_lib.sources.cells.headings import Match
from shnor_lib.sources.cells.privacy import PERSONAL_HEADINGS, harmless, holds_people
from shnor_lib.sources.cells.subjects import canonical_subject, is_known_subject
from shnor_lib.sources.cells.values import clean_text, fold
from shnor_lib.sources.files.sheet import Sheet
from shnor_lib.tables import Column

HIDDEN = "скрыто"
"""What stands in the place of everything else."""

_CODES = frozenset({"school_id", "school", "home_school_id", "login"})
_SUBJECTS = frozenset({"subject", "exam"})
_SHORT = frozenset(
    {
        "order", "grade", "class", "class_number", "variant", "variant2", "score", "test_score",
        "mark", "journal", "written_score", "oral_score", "season", "procedure",
    }
)  # fmt: skip
_CODE = re.compile(r"[A-Za-zА-Яа-я]{0,5}[- ]?\d{1,6}")
_SCHOOL_YEAR = re.compile(r"(?:19|20)\d\d(?:[/–-]\d{2,4})?")
_SHORT_LENGTH = 3
"""A passport's series has four digits."""
_HEADING_LENGTH = 12
_SHARE = re.compile(r"\d{1,3}[.,]\d{1,2}")


def is_personal(sheet: Sheet, match: Match | None) -> bool:
    """Whether a sheet may name people; of one that no form fits nothing is known."""
    return (
        match is None
        or match.form.personal
        or any(column.personal or column.person_code for column in match.form.columns)
        or holds_people(sheet.rows)
    )


def shown_cells(sheet: Sheet, match: Match | None) -> dict[int, Callable[[Any], str]]:
    """Columns (from 0) of a sheet about people that may be shown, and how.

    Parameters
    ----------
    sheet
        The sheet.
    match
        Its form; without one nothing is shown.
    """
    if match is None:
        return {}
    found: dict[int, Callable[[Any], str]] = {}
    columns = {column.name: column for column in match.form.columns}
    for name, place in match.places.items():
        column = columns.get(name)
        if place < 0 or column is None or column.personal or column.person_code:
            continue
        if name in _CODES:
            found[place] = _code
        elif name in _SUBJECTS:
            found[place] = _subject
        elif column.kind == "year":
            found[place] = _year
        elif column.choices:
            found[place] = _one_of(column)
        elif column.kind in ("int", "float", "flag") or name in _SHORT:
            found[place] = _short
    for members in match.series.values():
        for place in members.values():
            found.setdefault(place, _short)
    heads = sheet.rows[match.row]
    return {
        place: show
        for place, show in found.items()
        if place < len(heads) and fold(heads[place]) not in PERSONAL_HEADINGS
    }


def shown_heading(value: Any, match: Match | None) -> str:
    """A heading, if it is one of the form's or names a kind of personal data; else masked."""
    text = clean_text(value)
    if not text or match is None:
        return HIDDEN if text else ""
    known = fold(text) in match.form.keys or fold(text) in PERSONAL_HEADINGS
    in_series = any(
        family.pattern.fullmatch(text) and len(text) <= _HEADING_LENGTH
        for family in match.form.series
    )
    return text if known or in_series else HIDDEN


def hide(value: Any) -> str:
    """What stands for a cell of any other column."""
    return HIDDEN if clean_text(value) else ""


def _short(value: Any) -> str:
    text = clean_text(value)
    short = len(text) <= _SHORT_LENGTH or _SHARE.fullmatch(text) is not None
    return text if short and harmless(text) == text else HIDDEN


def _one_of(column: Column) -> Callable[[Any], str]:
    labels = {fold(text) for pair in column.choices.items() for text in pair}

    def show(value: Any) -> str:
        text = clean_text(value)
        return text if not text or fold(text) in labels else HIDDEN

    return show


def _code(value: Any) -> str:
    text = clean_text(value)
    return text if not text or _CODE.fullmatch(text) else HIDDEN


def _subject(value: Any) -> str:
    text = clean_text(value)
    return text if not text or is_known_subject(canonical_subject(text)) else HIDDEN


def _year(value: Any) -> str:
    text = clean_text(value)
    return text if _SCHOOL_YEAR.fullmatch(text) else _short(value)
