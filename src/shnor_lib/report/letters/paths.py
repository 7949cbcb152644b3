"""Which letters there are and where they lie."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from shnor_lib.report.recommendation_rows import Proposals
from shnor_lib.report.slugs import slug

FOLDER = "downloads/letters"
"""Where letters lie below ``reports/``."""
INSTITUTIONS = ("institute", "assessment")
"""Addressees that get one letter for the whole region."""


@dataclass(frozen=True)
class LetterPaths:
    """Addresses of letters below ``reports/``.

    Attributes
    ----------
    schools
        School's id → letter.
    municipalities
        Municipality (empty: not known) → letter.
    institutions
        ``institute``, ``assessment`` → letter.
    """

    schools: dict[str, str]
    municipalities: dict[str, str]
    institutions: dict[str, str]

    def __len__(self) -> int:
        return len(self.schools) + len(self.municipalities) + len(self.institutions)


@lru_cache(maxsize=1)
def letter_paths(found: Proposals) -> LetterPaths:
    """The letters: to whom something is proposed that was not issued yet.

    Schools get a letter when they are on the list.
    """
    waiting = [row for row in found.rows if row["number"] is None]
    schools = {
        str(row["school_id"])
        for row in waiting
        if row["scope"] == "school" and str(row["school_id"]) in found.listed
    }
    places = {
        str(row["municipality"] or "") for row in waiting if row["addressee"] == "municipality"
    }
    others = {str(row["addressee"]) for row in waiting} & set(INSTITUTIONS)
    return LetterPaths(
        {school: f"{FOLDER}/school-{slug(school)}.docx" for school in sorted(schools)},
        {
            place: f"{FOLDER}/municipality-{slug(place) if place else 'none'}.docx"
            for place in sorted(places)
        },
        {code: f"{FOLDER}/{code}.docx" for code in sorted(others)},
    )
