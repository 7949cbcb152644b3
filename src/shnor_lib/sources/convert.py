"""Cells under known headings turned into typed columns; what cannot be turned is a problem."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from shnor_lib.sources.problems import Problem
from shnor_lib.sources.raw_cells import FORMULA, Unreadable
from shnor_lib.sources.values import (
    clean_text,
    fold,
    is_empty,
    parse_date,
    parse_flag,
    parse_number,
    parse_year,
    quoted,
)
from shnor_lib.tables import Column

Grid = Sequence[Sequence[Any]]


def data_rows(rows: Grid, first: int, used: Sequence[int]) -> list[int]:
    """Rows (from 0) at or below ``first`` with anything in the ``used`` columns.

    The row of column numbers (1, 2, 3 …) that Russian forms put under the headings is no data.
    """
    found = []
    for number in range(first, len(rows)):
        row = rows[number]
        for index in used:
            value = row[index]
            if (
                value != ""
                and value is not None
                and not (isinstance(value, str) and not value.strip())
            ):
                found.append(number)
                break
    if found and _is_numbering(rows[found[0]]):
        del found[0]
    return found


def _is_numbering(row: Sequence[Any]) -> bool:
    values = [parse_number(value) for value in row if not is_empty(value)]
    return len(values) >= 3 and values == [float(k) for k in range(1, len(values) + 1)]


def convert(
    rows: Grid, numbers: Sequence[int], columns: Sequence[Column], places: dict[str, int]
) -> tuple[pd.DataFrame, list[Problem]]:
    """Typed columns of a sheet's data rows.

    Parameters
    ----------
    rows
        The sheet.
    numbers
        Its data rows, from 0.
    columns
        Columns to make; one that is not on the sheet is empty.
    places
        Column name → column of the sheet, from 0.

    Returns
    -------
    frame, problems
        One row per data row and one typed column per ``columns``. A cell that cannot be turned
        is empty in the frame and named in the problems. Text that is none of a column's choices
        stays: the schema reports it.
    """
    data: dict[str, Any] = {}
    problems: list[Problem] = []
    for column in columns:
        if column.name not in places:
            data[column.name] = pd.Series([pd.NA] * len(numbers), dtype=column.dtype)
            continue
        place = places[column.name]
        values = [rows[number][place] for number in numbers]
        data[column.name] = _READERS[column.kind](column, values, numbers, place, problems)
    return pd.DataFrame(data), problems


def _numbers(
    column: Column, values: list[Any], rows: Sequence[int], place: int, problems: list[Problem]
) -> Any:
    out = np.full(len(values), np.nan)
    known: dict[str, float | None] = {}
    for i, value in enumerate(values):
        if type(value) is float:
            out[i] = value
            continue
        if type(value) is str:
            if value == "":
                continue
            if value not in known:
                known[value] = np.nan if is_empty(value) else _number(column, value)
            number = known[value]
        else:
            number = np.nan if is_empty(value) else _number(column, value)
        if number is None:
            problems.append(_not_a_number(column, value, rows[i] + 1, place))
        else:
            out[i] = number
    if column.kind == "float":
        return _with_gaps(out, "Float64")
    broken = ~np.isnan(out) & ((out != np.rint(out)) | (np.abs(out) > 1e15))
    problems += [
        _not_whole(column, float(out[index]), rows[index] + 1, place)
        for index in np.flatnonzero(broken).tolist()
    ]
    out[broken] = np.nan
    return _with_gaps(out, "Int64")


def _with_gaps(values: np.ndarray[Any, Any], dtype: str) -> Any:
    gaps = np.isnan(values)
    if dtype == "Int64":
        return pd.arrays.IntegerArray(np.where(gaps, 0, values).astype(np.int64), gaps)
    return pd.arrays.FloatingArray(np.where(gaps, 0.0, values), gaps)


def _number(column: Column, value: Any) -> float | None:
    if column.name == "grade" and isinstance(value, str):
        # «5 класс», «5-й класс»
        words = fold(value).replace("классы", "").replace("класс", "").strip()
        value = words.removesuffix("-й").removesuffix("-и").strip()
    return parse_number(value)


def _years(
    column: Column, values: list[Any], rows: Sequence[int], place: int, problems: list[Problem]
) -> Any:
    out = np.full(len(values), np.nan)
    known: dict[Any, float | None] = {}
    for i, value in enumerate(values):
        key = value if type(value) in (str, float, int) else repr(value)
        if key not in known:
            known[key] = np.nan if is_empty(value) else parse_year(value)
        year = known[key]
        if year is None:
            problems.append(
                Problem(
                    rows[i] + 1,
                    place,
                    "not-a-year",
                    f"в столбце {quoted(column.title)} стоит {_shown(value)} — это не учебный год.",
                    "год окончания учебного года (2024) или весь учебный год (2023/2024).",
                    "Исправьте год.",
                )
            )
        else:
            out[i] = year
    return _with_gaps(out, "Int64")


def _texts(
    column: Column, values: list[Any], rows: Sequence[int], place: int, problems: list[Problem]
) -> Any:
    codes = {fold(label): code for code, label in column.choices.items()}
    codes.update({fold(code): code for code in column.choices})
    known: dict[Any, Any] = {}
    out: list[Any] = []
    for i, value in enumerate(values):
        if isinstance(value, Unreadable):
            problems.append(_unreadable(column, value, rows[i] + 1, place))
            out.append(pd.NA)
            continue
        # 1, 1.0 and True are equal as keys but not as texts.
        key = (type(value), value)
        if key not in known:
            text = pd.NA if is_empty(value) else clean_text(value)
            if codes and text is not pd.NA:
                text = codes.get(fold(text), text)
            known[key] = text
        out.append(known[key])
    return pd.array(out, dtype="string")


def _dates(
    column: Column, values: list[Any], rows: Sequence[int], place: int, problems: list[Problem]
) -> Any:
    out: list[Any] = []
    for i, value in enumerate(values):
        found = None if is_empty(value) else parse_date(value)
        if found is None and not is_empty(value):
            problems.append(
                _unreadable(column, value, rows[i] + 1, place)
                if isinstance(value, Unreadable)
                else Problem(
                    rows[i] + 1,
                    place,
                    "not-a-date",
                    f"в столбце {quoted(column.title)} стоит {_shown(value)} — это не дата.",
                    "дата вида 22.11.2026.",
                    "Исправьте дату.",
                )
            )
        out.append(found)
    return pd.Series(pd.to_datetime(out)).astype("datetime64[us]").array


def _flags(
    column: Column, values: list[Any], rows: Sequence[int], place: int, problems: list[Problem]
) -> Any:
    out: list[Any] = []
    for i, value in enumerate(values):
        found = None if is_empty(value) else parse_flag(value)
        if found is None and not is_empty(value):
            problems.append(
                _unreadable(column, value, rows[i] + 1, place)
                if isinstance(value, Unreadable)
                else Problem(
                    rows[i] + 1,
                    place,
                    "not-a-flag",
                    f"в столбце {quoted(column.title)} стоит {_shown(value)}.",
                    "«да» или «нет».",
                    "Выберите «да» или «нет».",
                )
            )
        out.append(pd.NA if found is None else found)
    return pd.array(out, dtype="boolean")


_READERS: dict[str, Callable[[Column, list[Any], Sequence[int], int, list[Problem]], Any]] = {
    "text": _texts,
    "int": _numbers,
    "float": _numbers,
    "year": _years,
    "date": _dates,
    "flag": _flags,
}


def _shown(value: Any) -> str:
    """A cell's content in a sentence: short, in quotes."""
    text = clean_text(value)
    return f"«{text if len(text) <= 40 else text[:39] + '…'}»"


def _unreadable(column: Column, value: Unreadable, row: int, place: int) -> Problem:
    if value.text == FORMULA:
        return Problem(
            row,
            place,
            "formula",
            f"в столбце {quoted(column.title)} стоит формула, результат которой в файле не сохранён.",
            "само значение.",
            "Откройте книгу в Excel и сохраните её; надёжнее вставить вместо формул значения.",
        )
    return Problem(
        row,
        place,
        "cell-error",
        f"в столбце {quoted(column.title)} стоит ошибка Excel «{value.text}».",
        "само значение.",
        "Исправьте формулу или впишите значение.",
    )


def _not_a_number(column: Column, value: Any, row: int, place: int) -> Problem:
    if isinstance(value, Unreadable):
        return _unreadable(column, value, row, place)
    expected = "целое число." if column.kind == "int" else "число."
    if isinstance(value, dt.date | dt.datetime | dt.time | dt.timedelta):
        return Problem(
            row,
            place,
            "date-for-number",
            f"в столбце {quoted(column.title)} стоит дата {_shown(value)}: Excel принял введённое за дату.",
            expected,
            "Задайте ячейке числовой формат и впишите число заново.",
        )
    return Problem(
        row,
        place,
        "text-for-number",
        f"в столбце {quoted(column.title)} стоит {_shown(value)} — это не число.",
        expected,
        "Впишите число цифрами; если данных нет, оставьте ячейку пустой."
        if not column.required
        else "Впишите число цифрами.",
    )


def _not_whole(column: Column, value: float, row: int, place: int) -> Problem:
    shown = f"{value:.6g}".replace(".", ",")
    return Problem(
        row,
        place,
        "fractional-count",
        f"в столбце {quoted(column.title)} стоит дробное число {shown}.",
        "целое число, а не доля и не процент.",
        "Впишите количество целым числом.",
    )
