"""Names written beside codes: when they belong to another school, the rows have been shifted."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from shnor_lib.faults import Fault, Severity
from shnor_lib.sources.cells.values import quoted
from shnor_lib.sources.schools.school_names import Letters, SchoolNames

SCHOOL_NAME_COLUMN = "school_name"
"""How ``cells`` calls the column with the school's name beside its code."""


def names_of_others(
    seen: pd.DataFrame, cells: pd.DataFrame, names: SchoolNames, letters: Letters
) -> list[Fault]:
    """A warning per sheet where names beside codes are those of other schools of the register.

    A name the register does not know says nothing; neither does a code it does not know (that is
    reported elsewhere).

    Parameters
    ----------
    seen
        Schools by code as the files mention them, with the name beside the code.
    cells
        Which sheets have a column of names.
    names
        The register.
    letters
        For naming cells.
    """
    sheets = cells.loc[
        cells["column"] == SCHOOL_NAME_COLUMN, ["source_file", "source_sheet"]
    ].drop_duplicates()
    rows = seen[seen["name"].notna()].merge(sheets, on=["source_file", "source_sheet"])
    pairs = {
        pair: _other(names, *pair)
        for pair in rows[["school_id", "name"]].drop_duplicates().itertuples(index=False, name=None)
    }
    wrong = pd.Series(
        [
            pairs[pair] is not None
            for pair in rows[["school_id", "name"]].itertuples(index=False, name=None)
        ],
        index=rows.index,
        dtype=bool,
    )
    return [
        _fault(str(file), str(sheet), found, names, letters)
        for (file, sheet), found in _by_sheet(rows[wrong])
    ]


def _by_sheet(rows: pd.DataFrame) -> Iterable[tuple[tuple[str, str], pd.DataFrame]]:
    for key, found in rows.groupby(["source_file", "source_sheet"], sort=True):
        file, sheet = key
        yield (str(file), str(sheet)), found.sort_values("source_row")


def _other(names: SchoolNames, code: str, name: str) -> str | None:
    """The school the name belongs to, when that is plainly not the one of the code."""
    school, named = names.code(code), names.code(name)
    return named if school and named and school != named else None


def _fault(
    file: str, sheet: str, rows: pd.DataFrame, names: SchoolNames, letters: Letters
) -> Fault:
    first = rows.iloc[0]
    code, name = str(first["school_id"]), str(first["name"])
    school = names.titles[str(names.code(code))]
    several = (
        f" Так же в других строках (всего таких: {len(rows)}): похоже, строки или столбцы сдвинуты."
        if len(rows) > 1
        else ""
    )
    return Fault(
        file,
        sheet,
        letters.cell(file, sheet, int(first["source_row"]), SCHOOL_NAME_COLUMN),
        "other-school-beside",
        f"рядом с кодом «{code}» ({school}) стоит название другой школы — {quoted(name)}.{several}",
        f"название школы «{code}» — {quoted(school)}.",
        "Проверьте, чьи числа в этих строках. Если верен код, сотрите название; если верно "
        "название, исправьте код. Сейчас строки прочитаны по коду.",
        Severity.WARNING,
    )
