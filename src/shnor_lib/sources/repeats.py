"""Rows that say the same twice: one row per key of a table."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd

from shnor_lib.faults import Fault
from shnor_lib.sources.cells.problems import SHOWN
from shnor_lib.sources.cells.values import quoted
from shnor_lib.sources.schools.school_names import Letters
from shnor_lib.tables import Table


def without_repeats(
    table: Table, frame: pd.DataFrame, letters: Letters
) -> tuple[pd.DataFrame, list[Fault]]:
    """Keep the first of rows with one key; name every other together with the first.

    Parameters
    ----------
    table
        Whose key it is.
    frame
        Its rows from all files.
    letters
        For the cells in the faults.

    Returns
    -------
    tuple
        Rows with different keys, and an error for each row left out (rows beyond the first few of
        two sheets are counted in one).
    """
    key = list(table.key)
    repeated = frame.duplicated(key, keep="first")
    if not repeated.any():
        return frame, []
    group = frame.groupby(key, sort=False, dropna=False).ngroup()
    firsts = frame[~repeated].set_axis(group[~repeated], axis=0)
    later = frame[repeated]
    earlier = firsts.loc[group[repeated]].reset_index(drop=True)
    places = pd.DataFrame(
        {
            "file": later["source_file"].to_numpy(),
            "sheet": later["source_sheet"].to_numpy(),
            "other_file": earlier["source_file"].to_numpy(),
            "other_sheet": earlier["source_sheet"].to_numpy(),
        }
    )
    faults: list[Fault] = []
    for _, rows in places.groupby(list(places.columns), sort=True):
        found = [
            _repeat(table, later.iloc[i], earlier.iloc[i], letters) for i in rows.index[: SHOWN + 1]
        ]
        faults += found[:SHOWN]
        more = len(rows) - SHOWN
        if more == 1:
            faults += found[SHOWN:]
        elif more > 1:
            last = later.iloc[rows.index[-1]]
            first = found[SHOWN]
            faults.append(
                replace(
                    first,
                    cell=f"{first.cell}:{_cell(last, table.key[0], letters)}",
                    message=f"ещё повторных строк: {more}. Первая из них: {first.message}",
                    remedy="Если один и тот же файл лежит в папке дважды, уберите лишний.",
                    rows=more,
                )
            )
    return frame[~repeated].reset_index(drop=True), faults


_OF_KEY = {
    "school_id": "школу",
    "year": "учебный год",
    "season": "сезон",
    "procedure": "процедуру",
    "grade": "класс",
    "subject": "предмет",
    "indicator": "показатель",
}


def _repeat(table: Table, row: pd.Series[Any], first: pd.Series[Any], letters: Letters) -> Fault:
    values = [column.name for column in table.columns if column.name not in table.key]
    same = row[values].astype("string").equals(first[values].astype("string"))
    what = "числа" if any(column.kind in ("int", "float") for column in table.columns) else "записи"
    words = [_OF_KEY.get(name) or quoted(table.column(name).title) for name in table.key]
    once = " и ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else words[0]
    return Fault(
        str(row["source_file"]),
        str(row["source_sheet"]),
        _cell(row, table.key[0], letters),
        "duplicate-row",
        f"эта строка уже есть: {_other_place(row, first)}строка {first['source_row']} "
        f"({_describe(table, row)}); {what} {'те же' if same else 'разные'}.",
        f"одна строка на {once}.",
        "Оставьте одну из двух строк."
        if same
        else "Выясните, какая из двух строк верна, и удалите другую.",
        rows=1,
    )


def _cell(row: pd.Series[Any], column: str, letters: Letters) -> str:
    return letters.cell(
        str(row["source_file"]), str(row["source_sheet"]), int(row["source_row"]), column
    )


def _other_place(row: pd.Series[Any], first: pd.Series[Any]) -> str:
    """The first row's place, as far as it differs from this row's."""
    file, sheet = str(first["source_file"]), str(first["source_sheet"])
    if file != row["source_file"]:
        return f"файл «{file}», " + (f"лист «{sheet}», " if sheet else "")
    return f"лист «{sheet}», " if sheet != row["source_sheet"] else ""


def _describe(table: Table, row: pd.Series[Any]) -> str:
    """Key of a row in words: «ШК-01, 2024, весна, ОГЭ, 9 класс, математика»."""
    parts = []
    for name in table.key:
        value = row[name]
        if pd.isna(value):
            continue
        date = isinstance(value, pd.Timestamp)
        choices = table.column(name).choices
        text = f"{value:%d.%m.%Y}" if date else choices.get(str(value), str(value))
        parts.append(f"{text} класс" if name == "grade" else text)
    return ", ".join(parts)
