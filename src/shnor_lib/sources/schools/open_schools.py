"""Spellings of schools that joined nothing: what «Сверка школ.xlsx» asks the user."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import pandas as pd

from shnor_lib.sources.cells.values import fold
from shnor_lib.sources.schools.school_names import key_text
from shnor_lib.sources.schools.school_suggestions import Suggestion


@dataclass(frozen=True)
class OpenSchool:
    """One spelling that joined no school.

    Attributes
    ----------
    system
        Code of :data:`shnor_lib.tables.codes.KEY_SYSTEMS`.
    written
        As the files write it.
    title
        Name beside a code or login, if the files give one.
    municipality
        As the files write it; empty when they do not.
    file, sheet, cell
        The first place where it stands.
    rows
        Data rows that did not enter because of it.
    places
        In how many sheets it stands.
    suggestions
        Each ``{"school_id", "name", "municipality", "full_name", "why"}``, the likest first.
    """

    system: str
    written: str
    title: str
    municipality: str
    file: str
    sheet: str
    cell: str
    rows: int
    places: int = 1
    suggestions: tuple[dict[str, str], ...] = field(default=())

    @property
    def key(self) -> tuple[str, str]:
        """Spellings that look the same are one question; a code is one in every municipality."""
        return key_text(self.written), fold(self.municipality) if self.system == "name" else ""

    def to_dict(self) -> dict[str, Any]:
        """Plain dictionary for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> OpenSchool:
        """Inverse of :meth:`to_dict`."""
        return cls(**{**values, "suggestions": tuple(values["suggestions"])})


def plain(suggestion: Suggestion) -> dict[str, str]:
    """A suggestion as a plain dictionary."""
    return {
        "school_id": suggestion.school_id,
        "name": suggestion.name,
        "municipality": suggestion.municipality,
        "full_name": suggestion.full_name,
        "why": str(suggestion.why),
    }


def decided_keys(keys: pd.DataFrame) -> list[tuple[str, str]]:
    """Keys (:attr:`OpenSchool.key`) of the spellings the table «Ключи школ» has decisions on.

    Parameters
    ----------
    keys
        Tidy «Ключи школ».
    """
    found = {
        (key_text(written), fold(home) if system == "name" and not pd.isna(home) else "")
        for system, written, home, decision in keys[
            ["system", "written", "municipality", "decision"]
        ].itertuples(index=False, name=None)
        if not pd.isna(decision)
    }
    return sorted(found)


def one_question_each(found: Iterable[OpenSchool]) -> list[OpenSchool]:
    """Join equal spellings of several sheets; rows and places add up.

    Returns
    -------
    list of OpenSchool
        By system, municipality and spelling.
    """
    groups: dict[tuple[str, str], list[OpenSchool]] = {}
    keys: dict[tuple[str, str, str], tuple[str, str]] = {}
    for item in found:
        spelt = item.system, item.written, item.municipality
        if spelt not in keys:
            keys[spelt] = item.key
        groups.setdefault(keys[spelt], []).append(item)
    joined = [
        replace(
            items[0],
            rows=sum(item.rows for item in items),
            places=sum(item.places for item in items),
            title=next((item.title for item in items if item.title), ""),
            municipality=next((item.municipality for item in items if item.municipality), ""),
        )
        for items in groups.values()
    ]
    return sorted(joined, key=lambda item: (item.system, item.municipality, item.written))
