"""One school under many names: register codes, ФИС ОКО logins, РИС codes, ИНН, names in reports.

A spelling finds a school only when the register has exactly it (as codes: zeros before a number
aside; as names: case, quotes, kinds of spaces aside) or when a person has confirmed it in the
table «Ключи школ». Everything else is reported, with suggestions
(:mod:`~shnor_lib.sources.schools.school_suggestions`).
"""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import Any, Literal

import pandas as pd

from shnor_lib.faults import Fault
from shnor_lib.sources.cells.values import clean_text, fold
from shnor_lib.sources.schools.school_suggestions import Suggester
from shnor_lib.sources.schools.school_words import code_key, key_system, same_municipality
from shnor_lib.tables import CELLS_COLUMNS, TABLES

Exam = Literal["oge", "ege"]
"""Whose РИС code a file carries: a school may have one for ОГЭ and another for ЕГЭ."""

_CODES = ("school_id", "fis_login", "ris_code", "ris_code_ege", "inn")
_UNIQUE = ("fis_login", "ris_code", "ris_code_ege")
"""Codes of which every school has its own; branches may share the ИНН of their head school."""

_TRAILING_HOME = re.compile(r"(.*\S)\s*\(([^()]+)\)")
_NO_HOME = frozenset(map(fold, ("", "не указан", "не указано", "нет данных")))


class Letters:
    """Where tidy columns stand, for naming cells in faults."""

    def __init__(self, cells: pd.DataFrame) -> None:
        self._where = {
            (file, sheet, column): letter
            for file, sheet, column, letter in cells[list(CELLS_COLUMNS)].itertuples(
                index=False, name=None
            )
        }

    def cell(self, file: str, sheet: str, row: int, column: str) -> str:
        """``C7``; ``A7`` when the column does not stand on the sheet."""
        return f"{self._where.get((file, sheet, column), 'A')}{row}"

    def has(self, file: str, sheet: str, column: str) -> bool:
        """Whether the column stands on the sheet."""
        return (file, sheet, column) in self._where


class Miss(Enum):
    """Why a spelling joins no school."""

    UNKNOWN = "unknown"
    SHARED = "shared"
    ELSEWHERE = "elsewhere"
    NEW = "new"
    LEFT_OUT = "left-out"


@dataclass(frozen=True)
class Found:
    """What a spelling finds.

    Attributes
    ----------
    code
        The school's code in the register, or None.
    miss
        Why nothing was found.
    schools
        The schools a spelling cannot choose between, or those of the same name elsewhere.
    """

    code: str | None = None
    miss: Miss | None = None
    schools: tuple[str, ...] = ()


@dataclass(frozen=True)
class Key:
    """A row of the table «Ключи школ»."""

    school: str | None
    decision: bool | None
    home: str
    first: int | None
    last: int | None
    row: dict[str, Any]

    @property
    def dated(self) -> bool:
        """Whether it is valid in some years only."""
        return self.first is not None or self.last is not None

    def holds(self, year: int | None, home: str) -> bool:
        """Whether it speaks of this year and municipality; without a year, whether it does now."""
        if self.home and home and not same_municipality(self.home, home):
            return False
        if year is None:
            return self.last is None
        return (self.first is None or self.first <= year) and (
            self.last is None or year <= self.last
        )

    def meets(self, other: Key) -> bool:
        """Whether both can speak of one row."""
        if self.home and other.home and not same_municipality(self.home, other.home):
            return False
        return (self.first or 0) <= (other.last or 9999) and (other.first or 0) <= (
            self.last or 9999
        )


def key_text(text: str) -> str:
    """Key under which a spelling stands in the key table."""
    return code_key(text) if key_system(text) != "name" else fold(text)


class SchoolNames:
    """Finds schools of a register by whatever a file calls them.

    Parameters
    ----------
    register
        Tidy schools.
    keys
        Tidy «Ключи школ», their ``school_id`` codes of the register.
    """

    def __init__(self, register: pd.DataFrame, keys: pd.DataFrame | None = None) -> None:
        self.register = register
        self.titles: dict[str, str] = dict(
            zip(register["school_id"], register["name"], strict=True)
        )
        self.homes: dict[str, str] = {
            code: "" if pd.isna(home) else str(home)
            for code, home in zip(register["school_id"], register["municipality"], strict=True)
        }
        self._exact = {column: _index(register, column, clean_text) for column in _CODES}
        self._folded = {column: _index(register, column, code_key) for column in _CODES}
        self._names: defaultdict[str, set[str]] = defaultdict(set)
        for column in ("name", "full_name"):
            for key, codes in _index(register, column, fold).items():
                self._names[key] |= codes
        self.keys: defaultdict[str, list[Key]] = defaultdict(list)
        for values in keys.to_dict("records") if keys is not None else ():
            row = {str(name): None if pd.isna(value) else value for name, value in values.items()}
            self.keys[key_text(str(row["written"]))].append(
                Key(
                    row["school_id"],
                    row["decision"],
                    row["municipality"] or "",
                    row["first_year"],
                    row["last_year"],
                    row,
                )
            )
        self._areas: dict[str, str | None] = {}
        self._known: dict[tuple[str, str, int | None, Exam | None], Found] = {}

    @cached_property
    def suggester(self) -> Suggester:
        """Suggestions for what does not join."""
        return Suggester(self.register)

    def code(self, text: str) -> str | None:
        """The register's code for what a file says, or None; see :meth:`find`."""
        return self.find(text).code

    def dated(self, text: str) -> bool:
        """Whether what a spelling means depends on the year."""
        return any(key.dated for key in self.keys.get(key_text(text), ()))

    def is_plain(self, text: str) -> bool:
        """Whether the spelling is a register code and can mean nothing else."""
        return text in self.titles and self.find(text).code == text and not self.dated(text)

    def find(
        self,
        text: str,
        *,
        municipality: str = "",
        year: int | None = None,
        exam: Exam | None = None,
    ) -> Found:
        """Find the school a spelling means.

        A confirmed key of these very years wins (a code may have belonged to another school
        earlier), then the register, then a confirmed key without years. What belongs to two
        schools finds neither.

        Parameters
        ----------
        text
            Code, login, ИНН or name; a name may carry its municipality in brackets.
        municipality
            As the file says; empty when it does not.
        year
            Year of the row, None when it has none.
        exam
            Exam whose РИС code it may be.
        """
        home = "" if fold(municipality) in _NO_HOME else municipality
        asked = (text, home, year if self.dated(text) else None, exam)
        if asked not in self._known:
            self._known[asked] = self._find(text, home, year, exam)
        return self._known[asked]

    def refused(self, text: str, municipality: str = "") -> frozenset[str]:
        """Schools a person has said this spelling does not mean."""
        return frozenset(
            key.school
            for key in self.keys.get(key_text(text), ())
            if key.decision is False and key.school and key.holds(None, municipality)
        )

    def _find(self, text: str, home: str, year: int | None, exam: Exam | None) -> Found:
        rows = [key for key in self.keys.get(key_text(text), ()) if key.holds(year, home)]
        yes = [key for key in rows if key.decision]
        found = _one([key.school for key in yes if key.dated])
        if found is not None:
            return found
        codes = self._by_code(text, exam)
        if not codes:
            codes, elsewhere = self._by_name(text, home)
        else:
            elsewhere = set()
        if len(codes) == 1:
            return Found(next(iter(codes)))
        found = _one([key.school for key in yes if not key.dated])
        if found is not None:
            return found
        if codes:
            return Found(None, Miss.SHARED, tuple(sorted(codes)))
        if any(key.decision is False and key.school is None for key in rows):
            return Found(None, Miss.NEW)
        if elsewhere:
            return Found(None, Miss.ELSEWHERE, tuple(sorted(elsewhere)))
        return Found(None, Miss.UNKNOWN)

    def _by_code(self, text: str, exam: Exam | None) -> set[str]:
        """Schools with this code; the exact spelling wins over one that only looks the same."""
        for index, key in ((self._exact, clean_text(text)), (self._folded, code_key(text))):
            found = {column: index[column].get(key, set()) for column in _CODES}
            if exam == "ege" and found["ris_code_ege"]:
                found["ris_code"] = set()
            if exam == "oge" and found["ris_code"]:
                found["ris_code_ege"] = set()
            codes: set[str] = set().union(*found.values())
            if codes:
                return codes
        return set()

    def _by_name(self, text: str, home: str) -> tuple[set[str], set[str]]:
        """Schools so called in the municipality, and schools so called elsewhere."""
        codes = self._names.get(fold(text), set())
        if not codes:
            match = _TRAILING_HOME.fullmatch(clean_text(text))
            if match is None:
                return set(), set()
            codes, home = self._names.get(fold(match[1]), set()), match[2]
            if fold(home) in _NO_HOME:
                return codes, set()
        if not home:
            return codes, set()
        here = {
            code
            for code in codes
            if not self.homes[code] or same_municipality(home, self.homes[code])
        }
        # «Светлый» may be the town or the district; spelt in full it is one of them.
        exactly = {code for code in here if fold(self.homes[code]) == fold(home)}
        return exactly if len(exactly) == 1 else here, codes - here

    def area(self, text: str) -> str | None:
        """The municipality whose code («Код МСУ») a school's code seems to be, or None.

        РИС codes of schools begin with the code of their municipality.
        """
        digits = code_key(text)
        if digits not in self._areas:
            self._areas[digits] = self._area(digits)
        return self._areas[digits]

    def _area(self, digits: str) -> str | None:
        if not digits.isdecimal():
            return None
        homes: list[str] = [
            self.homes[code]
            for column in ("ris_code", "ris_code_ege")
            for known, codes in self._folded[column].items()
            if known.startswith(digits) and len(known) > len(digits)
            for code in codes
        ]
        if len(homes) < 2:
            return None
        home = max(set(homes), key=lambda name: (homes.count(name), name))
        return home if homes.count(home) >= 0.9 * len(homes) else None

    def faults(self, letters: Letters) -> list[Fault]:
        """Codes that two schools of the register share."""
        found = []
        owners: dict[str, pd.Series[Any]] = {
            code_key(str(row["school_id"])): row for _, row in self.register.iterrows()
        }
        for column in _UNIQUE:
            title = TABLES["schools"].column(column).title
            rows = self.register[self.register[column].notna()]
            firsts: dict[str, pd.Series[Any]] = {}
            for _, row in rows.iterrows():
                text = str(row[column])
                first = firsts.setdefault(code_key(text), row)
                where = (
                    f"так же записана школа «{first['school_id']}» (строка {first['source_row']})"
                )
                if first["school_id"] == row["school_id"]:
                    first = owners.get(code_key(text), row)
                    where = (
                        f"это код другой школы реестра, «{first['name']}» "
                        f"(строка {first['source_row']})"
                    )
                if first["school_id"] == row["school_id"]:
                    continue
                file, sheet = str(row["source_file"]), str(row["source_sheet"])
                found.append(
                    Fault(
                        file,
                        sheet,
                        letters.cell(file, sheet, int(str(row["source_row"])), column),
                        "shared-code",
                        f"в столбце «{title}» стоит «{text}», но {where}.",
                        "у каждой школы свой код.",
                        "Исправьте код у одной из двух школ: пока он общий, по нему не находится ни одна.",
                    )
                )
        return found


def _index(register: pd.DataFrame, column: str, key: Any) -> dict[str, set[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for code, text in zip(register["school_id"], register[column], strict=True):
        if not pd.isna(text):
            found[key(text)].add(str(code))
    return dict(found)


def _one(schools: list[str | None]) -> Found | None:
    """What confirmed keys say: a school, several, «not in the register», or nothing."""
    named = sorted({school for school in schools if school is not None})
    if len(named) == 1:
        return Found(named[0])
    if named:
        return Found(None, Miss.SHARED, tuple(named))
    return Found(None, Miss.LEFT_OUT) if schools else None
