"""One school under many names: register codes, ФИС ОКО logins, РИС codes, names in reports."""

from __future__ import annotations

import difflib
from typing import Any

import pandas as pd

from shnor_lib.faults import Fault
from shnor_lib.sources.values import fold
from shnor_lib.tables import CELLS_COLUMNS, TABLES

_CODES = ("school_id", "fis_login", "ris_code")


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


class SchoolNames:
    """Finds schools of a register by whatever a file calls them.

    A code wins over a name, the register's own code over those of other systems, and an exact
    spelling over one that only looks the same. A key that belongs to two schools finds neither.

    Parameters
    ----------
    register
        Tidy schools.
    """

    def __init__(self, register: pd.DataFrame) -> None:
        self._register = register
        self._exact: dict[str, str] = {}
        self._folded: dict[str, str | None] = {}
        self._titles = dict(zip(register["school_id"], register["name"], strict=True))
        self._by_name: dict[str, str | None] = {}
        ids = register["school_id"].tolist()
        for column in _CODES:
            for code, text in zip(ids, register[column].tolist(), strict=True):
                if pd.isna(text):
                    continue
                self._exact.setdefault(text, code)
                self._put(self._folded, fold(text), code)
        homes = register["municipality"].tolist()
        for column in ("name", "full_name"):
            for code, home, text in zip(ids, homes, register[column].tolist(), strict=True):
                if pd.isna(text):
                    continue
                self._put(self._by_name, fold(text), code)
                if not pd.isna(home):
                    self._put(self._by_name, fold(f"{text} ({home})"), code)

    @staticmethod
    def _put(index: dict[str, str | None], key: str, code: str) -> None:
        index[key] = code if index.get(key, code) == code else None

    def code(self, text: str) -> str | None:
        """The register's code for what a file says, or None."""
        if text in self._exact:
            return self._exact[text]
        key = fold(text)
        if self._folded.get(key):
            return self._folded[key]
        return self._by_name.get(key)

    def advice(self, text: str, title: str) -> str:
        """What to do about an unknown school, naming the nearest known one.

        Parameters
        ----------
        text
            What the file calls it.
        title
            Its name in the same report, or nothing.
        """
        by_title = self._by_name.get(fold(title)) if title else None
        if by_title:
            return (
                f"Школа с таким названием есть в реестре под кодом «{by_title}»: впишите ей "
                f"в реестре логин или код «{text}»."
            )
        key = fold(text)
        near = difflib.get_close_matches(key, self._folded, n=1, cutoff=0.75)
        code = self._folded[near[0]] if near else None
        if code is None:
            close = difflib.get_close_matches(fold(title) or key, self._by_name, n=1, cutoff=0.75)
            code = self._by_name[close[0]] if close else None
        if code is None:
            return "Добавьте школу в реестр или исправьте код."
        return (
            f"Ближайшая по написанию — «{code}» ({self._titles[code]}): исправьте код "
            "или добавьте школу в реестр."
        )

    def faults(self, letters: Letters) -> list[Fault]:
        """Codes that two schools of the register share."""
        found = []
        for column in ("fis_login", "ris_code"):
            title = TABLES["schools"].column(column).title
            rows = self._register[self._register[column].notna()]
            firsts: dict[str, pd.Series[Any]] = {}
            for _, row in rows.iterrows():
                text = str(row[column])
                first = firsts.setdefault(fold(text), row)
                if first["school_id"] == row["school_id"]:
                    continue
                file, sheet = str(row["source_file"]), str(row["source_sheet"])
                found.append(
                    Fault(
                        file,
                        sheet,
                        letters.cell(file, sheet, int(str(row["source_row"])), column),
                        "shared-code",
                        f"в столбце «{title}» стоит «{text}», но так же записана школа "
                        f"«{first['school_id']}» (строка {first['source_row']}).",
                        "у каждой школы свой код.",
                        "Исправьте код у одной из двух школ.",
                    )
                )
        return found
