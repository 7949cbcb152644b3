"""The hidden sheet «Списки»: schools, supporters and long lists of choices for drop-downs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd
from openpyxl import Workbook
from openpyxl.utils import get_column_letter

from shnor_lib.sources.files.excel import head_cell, text_cell
from shnor_lib.sources.templates.marks import IGNORED_MARK, LISTS_SHEET
from shnor_lib.tables import Table

_LONGEST = 255
"""Characters of a list that Excel keeps inside a drop-down itself."""

_FIRST = 3
"""Row where the lists begin: under the mark and the headings."""


class Lists:
    """Lists by heading, and where each stands on the sheet.

    Parameters
    ----------
    schools
        The register, or None.
    supporters
        Tidy supporters, or None.
    tables
        Tables whose long choices are needed.
    """

    def __init__(
        self,
        schools: pd.DataFrame | None,
        supporters: pd.DataFrame | None,
        tables: Iterable[Table],
    ) -> None:
        self._columns: dict[str, list[str]] = {}
        self._names: dict[str, str] = {}
        self.schools = 0 if schools is None else len(schools)
        if schools is not None and len(schools):
            self._columns["Код школы"] = schools["school_id"].astype(str).tolist()
            self._columns["Школа"] = schools["name"].fillna("").astype(str).tolist()
            self._names = dict(zip(*self._columns.values(), strict=True))
        if supporters is not None and len(supporters):
            codes = supporters["supporter"].astype(str)
            self._columns["Код сопровождающего"] = codes.tolist()
        for table in tables:
            for column in table.template_columns:
                if is_long(column.choices):
                    self._columns[column.title] = list(column.choices.values())

    def name_of(self, school_id: str) -> str | None:
        """Name of a school, or None when it is not known."""
        return self._names.get(school_id)

    def range_of(self, heading: str) -> str | None:
        """Absolute reference of a list, or None when there is no such list."""
        if heading not in self._columns:
            return None
        letter = get_column_letter(list(self._columns).index(heading) + 1)
        last = _FIRST + len(self._columns[heading]) - 1
        return f"'{LISTS_SHEET}'!${letter}${_FIRST}:${letter}${last}"

    def names_range(self) -> str | None:
        """Codes and names of the schools side by side, for looking a name up."""
        codes, names = self.range_of("Код школы"), self.range_of("Школа")
        if codes is None or names is None:
            return None
        return codes.split(":")[0] + ":" + names.split(":")[1]

    def write(self, book: Workbook) -> None:
        """Add the hidden sheet; nothing when there are no lists."""
        if not self._columns:
            return
        sheet = book.create_sheet(LISTS_SHEET)
        sheet.sheet_state = "hidden"
        sheet.append([text_cell(sheet, f"{IGNORED_MARK}: из него берутся списки для выбора.")])
        sheet.append([head_cell(sheet, heading) for heading in self._columns])
        for index in range(max(map(len, self._columns.values()))):
            sheet.append(
                [
                    text_cell(sheet, values[index]) if index < len(values) else None
                    for values in self._columns.values()
                ]
            )


def is_long(choices: Mapping[str, Any]) -> bool:
    """Whether a list must stand on the hidden sheet: too long, or with commas in its values."""
    values = [str(value) for value in choices.values()]
    return len(",".join(values)) > _LONGEST or any("," in value for value in values)
