"""Recognising a sheet by its headings, wherever they stand."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from openpyxl.utils import get_column_letter

from shnor_lib.sources.cells.privacy import PERSONAL_HEADINGS, names_somebody
from shnor_lib.sources.cells.values import clean_text, fold
from shnor_lib.tables import Column

HEADER_ROWS = 30
"""Rows from the top among which the headings are looked for."""


@dataclass(frozen=True)
class Series:
    """A family of headings nobody can list: tasks «1», «2.1», «4К2 (3б)»; scores «0», «1» ….

    Parameters
    ----------
    name
        Identifier.
    pattern
        What the whole heading (:func:`~.values.clean_text`) must look like.
    at_least
        Fewer of them are not the family.
    """

    name: str
    pattern: re.Pattern[str]
    at_least: int = 3


@dataclass(frozen=True)
class Form:
    """What a layout's headings look like.

    Parameters
    ----------
    name, title
        Identifier and Russian name of the layout.
    columns
        Columns with their headings; the required ones must be there.
    shared
        Columns many layouts have: they alone recognise nothing.
    never
        Headings that cannot stand in this layout.
    series
        Families of headings; all must be there.
    strict
        Whether a missing required column means «not this form», not a fault. For federal
        exports, which nobody types: they share many headings with each other.
    personal
        Whether its sheets name pupils (names, documents, telephones). Copies of such sheets
        show only the columns known to be harmless.
    settle
        Looks at the whole sheet once the row of headings is found and gives the match back, or
        None: for reports that only the rows around their headings tell apart.
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    shared: frozenset[str] = frozenset({"school_id", "year"})
    never: frozenset[str] = frozenset()
    series: tuple[Series, ...] = ()
    strict: bool = False
    personal: bool = False
    settle: Callable[[Sequence[Sequence[Any]], Match], Match | None] | None = None

    @cached_property
    def keys(self) -> dict[str, tuple[str, ...]]:
        """Folded heading → columns it may be, the column so titled first.

        In a register «Логин» is the school's code unless a column «Код школы» is there too.
        """
        found: dict[str, list[str]] = {}
        for column in self.columns:
            found.setdefault(fold(column.title), []).append(column.name)
        for column in self.columns:
            for alias in column.aliases:
                found.setdefault(fold(alias), []).append(column.name)
        return {key: tuple(names) for key, names in found.items()}

    @cached_property
    def words(self) -> frozenset[str]:
        """Folded words of all its headings."""
        return frozenset(word for key in self.keys for word in _words(key))

    @cached_property
    def titles(self) -> set[str]:
        """Folded titles, without aliases."""
        return {fold(column.title) for column in self.columns}


@dataclass(frozen=True)
class Match:
    """A form found on a sheet.

    Attributes
    ----------
    form
        The form.
    row
        Row of the headings, from 0.
    places
        Column name → column from 0.
    missing
        Required columns that are not there.
    repeated
        Column name → all its columns, when there are several.
    strange
        Headings nobody reads: column from 0 → text.
    series
        Series name → heading's text → column from 0, in the order of the sheet.
    """

    form: Form
    row: int
    places: dict[str, int]
    missing: tuple[Column, ...] = ()
    repeated: dict[str, tuple[int, ...]] = field(default_factory=dict)
    strange: dict[int, str] = field(default_factory=dict)
    series: dict[str, dict[str, int]] = field(default_factory=dict)

    @property
    def letters(self) -> dict[str, str]:
        """Column name → column letter."""
        return {name: get_column_letter(index + 1) for name, index in self.places.items()}

    @property
    def heading_cells(self) -> str:
        """Reference of the heading row, for faults."""
        used = [*self.places.values(), *self.strange] or [0]
        return (
            f"{get_column_letter(min(used) + 1)}{self.row + 1}:"
            f"{get_column_letter(max(used) + 1)}{self.row + 1}"
        )

    def nearest(self, column: Column) -> str | None:
        """A heading nobody reads that may be a misspelt ``column``."""
        wanted = {fold(heading) for heading in column.headings()}
        for index, text in self.strange.items():
            if difflib.get_close_matches(fold(text), wanted, n=1, cutoff=0.75):
                return f"«{text}» в {get_column_letter(index + 1)}{self.row + 1}"
        return None


def find_form(rows: Sequence[Sequence[Any]], forms: Iterable[Form]) -> Match | None:
    """The form whose headings fit a sheet best, or None when none fits.

    The row of headings is the one among the first :data:`HEADER_ROWS` where most columns of a
    form are found; between equals the form that misses no required column wins, then the
    earlier row. A form that misses required columns still counts when at least half of them are
    there and one heading is not common to many forms: its missing columns are then faults, not
    a reason to ignore the sheet.
    """
    best: tuple[tuple[int, bool, int], Match] | None = None
    forms = tuple(forms)
    for number, row in enumerate(rows[:HEADER_ROWS]):
        texts = {i: clean_text(v) for i, v in enumerate(row) if v != "" and v is not None}
        folded = {i: fold(text) for i, text in texts.items()}
        for form in forms:
            if form.never & set(folded.values()):
                continue
            match = _match(form, number, texts, folded)
            if match is not None and form.settle is not None:
                match = form.settle(rows, match)
            if match is None:
                continue
            rank = (len(match.places) + len(match.series), not match.missing, -number)
            if best is None or rank > best[0]:
                best = rank, match
    return best[1] if best else None


def _match(
    form: Form,
    number: int,
    texts: dict[int, str],
    folded: dict[int, str],
) -> Match | None:
    found: dict[str, list[int]] = {}
    keys, titles = form.keys, form.titles
    for index, key in sorted(folded.items(), key=lambda item: (item[1] not in titles, item[0])):
        if key in keys:
            free = (name for name in keys[key] if name not in found)
            found.setdefault(next(free, keys[key][0]), []).append(index)
    required = [column for column in form.columns if column.required]
    missing = tuple(column for column in required if column.name not in found)
    # «2», «3» … also stand in rows of data; only words tell a form.
    telling = sum(
        1
        for name, places in found.items()
        if name not in form.shared and not folded[places[0]].isdigit()
    )
    if telling < 1 or (missing and (len(found) < 2 or 2 * len(missing) > len(required))):
        return None
    if missing and form.strict:
        return None
    strange = {index: text for index, text in texts.items() if folded[index] not in keys}
    series: dict[str, dict[str, int]] = {}
    for family in form.series:
        members = {text: index for index, text in strange.items() if family.pattern.fullmatch(text)}
        if len(members) < family.at_least:
            return None
        series[family.name] = members
        strange = {index: text for index, text in strange.items() if text not in members}
    return Match(
        form,
        number,
        {name: places[0] for name, places in found.items()},
        missing,
        {name: tuple(places) for name, places in found.items() if len(places) > 1},
        strange,
        series,
    )


@dataclass(frozen=True)
class Described:
    """What may be said of a sheet nobody recognises.

    Attributes
    ----------
    headings
        Texts of the likely row of headings that may be shown.
    others
        Number of its texts that may not: they may be somebody's name.
    cells
        Reference of the row.
    nearest, common
        The form with most headings in common, and how many those are.
    """

    headings: list[str]
    others: int
    cells: str
    nearest: Form | None
    common: int


def describe_headings(rows: Sequence[Sequence[Any]], forms: Iterable[Form]) -> Described:
    """For a sheet nobody recognises: its likely headings and the nearest form.

    Where the headings are gone, the fullest row may be a pupil's. So the row taken is the one
    with most texts that share a word with a heading of a known form, and all its texts are shown
    only when at least half of them do; else only those that do.
    """
    forms = tuple(forms)
    known = {word for text in PERSONAL_HEADINGS for word in _words(text)}
    known.update(*(form.words for form in forms))
    best: tuple[int, int] = (0, 0)
    chosen: dict[int, str] = {}
    where = 0
    for number, row in enumerate(rows[:HEADER_ROWS]):
        texts = {i: clean_text(v) for i, v in enumerate(row) if isinstance(v, str)}
        texts = {i: text for i, text in texts.items() if text}
        rank = (sum(bool(_words(text) & known) for text in texts.values()), len(texts))
        if rank > best:
            best, chosen, where = rank, texts, number + 1
    heads = list(chosen.values())
    if 2 * best[0] < len(heads):
        heads = [text for text in heads if _words(text) & known]
    heads = [text for text in heads if not names_somebody(text)]
    cells = (
        f"{get_column_letter(min(chosen) + 1)}{where}:{get_column_letter(max(chosen) + 1)}{where}"
        if chosen
        else ""
    )
    # Names of people stand in lists of every kind.
    folded = {fold(text) for text in chosen.values()} - PERSONAL_HEADINGS
    # Plain numbers head tasks, scores and marks alike: they bring no form nearer.
    folded = {key for key in folded if not key.isdigit()}
    nearest: Form | None = None
    common = 0
    for form in forms:
        shared = len(folded & set(form.keys))
        if shared > common:
            nearest, common = form, shared
    return Described(heads, len(chosen) - len(heads), cells, nearest, common)


_WORD = re.compile(r"[а-яa-z]{3,}")
_SMALL_WORDS = frozenset({"для", "при", "или", "все", "всего", "они", "без", "что", "как", "его"})


def _words(text: str) -> set[str]:
    return set(_WORD.findall(fold(text))) - _SMALL_WORDS
