"""Whom the columns of «Достижение планируемых результатов» are about."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from shnor_lib.sources.cells.values import clean_text, fold, parse_number
from shnor_lib.sources.layouts.fis_oko_blocks import Grid, cell
from shnor_lib.sources.layouts.fis_oko_rows import (
    login_of,
    names_a_municipality,
    names_a_region,
    names_a_school,
    names_the_sample,
)
from shnor_lib.sources.layouts.planned_blocks import Block
from shnor_lib.sources.schools.municipalities import municipality_name

Role = Literal["school", "municipality", "region", "country"]

_COUNTRY = frozenset(fold(text) for text in ("РФ", "По РФ", "Россия", "По России", "В РФ"))
_REGION = frozenset(
    fold(text) for text in ("Регион", "По региону", "Субъект РФ", "Все муниципалитеты")
)
_MUNICIPALITY = frozenset(
    fold(text)
    for text in ("МО", "По МО", "Муниципалитет", "По муниципалитету", "Район", "По району")
)
_SCHOOL = frozenset(
    fold(text)
    for text in ("ОО", "По ОО", "Школа", "По школе", "Наша школа", "Образовательная организация")
)
_SCHOOL_LABEL = re.compile(
    r"^(?:оо|школа|образовательная организация|название оо|логин(?: оо)?)\s*[:–—-]\s*", re.I
)


@dataclass(frozen=True)
class Roles:
    """Whom the columns of a report are about.

    Attributes
    ----------
    schools
        Columns of schools with the heading of each.
    others
        Column of the municipality, region and country, where there is one.
    municipality
        Its name, or nothing.
    """

    schools: dict[int, str]
    others: dict[Role, int]
    municipality: str


def role_of(text: str) -> Role | None:
    """Whom a column is about by its heading, or None where the words do not say.

    Examples
    --------
    >>> [role_of(t) for t in ("Озёрный край", "Приозёрный район", "МБОУ СОШ № 1", "РФ", "Светлый")]
    ['region', 'municipality', 'school', 'country', None]
    """
    key = fold(text)
    if key in _REGION:
        return "region"
    if key in _COUNTRY or names_the_sample(text):
        return "country"
    if key in _SCHOOL or login_of(text) or names_a_school(text):
        return "school"
    if key in _MUNICIPALITY:
        return "municipality"
    if names_a_region(text):
        return "region"
    return "municipality" if names_a_municipality(text) else None


def roles_of(rows: Grid, block: Block) -> Roles:
    """Whom each column is about; a name without telling words is the municipality's, or the next."""
    schools: dict[int, str] = {}
    others: dict[Role, int] = {}
    names: dict[Role, str] = {}
    strange: list[int] = []
    for place, text in sorted(block.heads.items()):
        role = role_of(text)
        numeric = any(parse_number(cell(rows, n, place)) is not None for n in block.numbers)
        if role == "school":
            schools[place] = text
        elif role is not None:
            others.setdefault(role, place)
            names.setdefault(role, text)
        elif numeric and place > block.maximum:
            strange.append(place)
    order: list[Role] = ["region", "municipality"] if len(strange) > 1 else ["municipality"]
    for place in strange:
        free = next((role for role in order if role not in others), None)
        if free is None:
            schools[place] = block.heads[place]
        else:
            others[free] = place
            names[free] = block.heads[place]
    home = names.get("municipality", "")
    return Roles(schools, others, "" if fold(home) in _MUNICIPALITY else municipality_name(home))


def school_named(roles: Roles, texts: Sequence[str]) -> dict[int, str | None]:
    """Names (with logins) of the schools in the columns; None where nobody names one.

    Parameters
    ----------
    roles
        Columns.
    texts
        Where to look when a column says only «ОО»: title, sheet, file, folders. A login anywhere
        wins over a name.
    """
    around = next(
        (text for text in texts if login_of(text)),
        next((text for text in texts if names_a_school(text)), None),
    )
    names = {
        place: around if fold(text) in _SCHOOL else text for place, text in roles.schools.items()
    }
    return {
        place: None if name is None else _SCHOOL_LABEL.sub("", clean_text(name))
        for place, name in names.items()
    }
