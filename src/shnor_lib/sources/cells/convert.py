"""Cells under known headings turned into typed columns; what cannot be turned is a problem."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from shnor_lib.faults import Severity
from shnor_lib.sources.cells.problems import Problem
from shnor_lib.sources.cells.raw_cells import FORMULA, Unreadable
from shnor_lib.sources.cells.values import (
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
Quote = Callable[[str], str]
"""From a cell's text to what a message may say of it."""


@dataclass(frozen=True)
class _Cells:
    """The cells of one column: values, rows (from 0), place, and how they may be quoted."""

    column: Column
    values: list[Any]
    rows: Sequence[int]
    place: int
    quote: Quote

    def problem(self, index: int, code: str, message: str, expected: str, remedy: str) -> Problem:
        """A problem of the cell at ``index``; ``message`` goes on after the column's title."""
        title = quoted(self.column.title)
        return Problem(
            self.rows[index] + 1,
            self.place,
            code,
            f"в столбце {title} стоит {message}",
            expected,
            remedy,
        )

    def shown(self, value: Any) -> str:
        """A cell's content in a sentence: short, in quotes."""
        text = self.quote(clean_text(value))
        return f"«{text if len(text) <= 40 else text[:39] + '…'}»"


def data_rows(rows: Grid, first: int, used: Sequence[int]) -> list[int]:
    """Rows (from 0) at or below ``first`` with anything in the ``used`` columns.

    Two kinds of rows are no data: the row of column numbers (1, 2, 3 …) that Russian forms put
    under the headings, and headings that stand again on every printed page, with or without that
    row. A row is such a heading when all its used cells equal those of one of the three rows
    above ``first``, and two of them are words.
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
    numbering = found[0] if found and _is_numbering(rows[found[0]]) else None
    again = _headings_again(rows, first, used, found, numbering)
    return [number for number in found if number not in again] if again else found


def _headings_again(
    rows: Grid, first: int, used: Sequence[int], found: Sequence[int], numbering: int | None
) -> set[int]:
    """Rows of ``found`` that repeat the headings or their numbering."""
    heads = [[rows[number][index] for index in used] for number in range(max(first - 3, 0), first)]
    again = set() if numbering is None else {numbering}
    key = next((i for i in range(len(used)) if heads and _is_word(heads[-1][i])), None)
    if key is None:
        return again
    heads = [head for head in heads if any(value != "" for value in head)]
    # One look at one cell tells nearly every row of data from a heading.
    telling = {head[key] for head in heads if head[key] != ""}
    place = used[key]
    if numbering is not None:
        telling.add(rows[numbering][place])
    for number in found:
        if rows[number][place] not in telling and number - 1 not in again:
            continue
        follows = number - 1 in again
        cells = [rows[number][index] for index in used]
        words = sum(map(_is_word, cells))
        numbered = _is_numbering(rows[number]) and (
            follows or (numbering is not None and len(cells) >= _TELLING_NUMBERS)
        )
        if numbered or ((words >= 2 or follows) and cells in heads):
            again.add(number)
    return again


_TELLING_NUMBERS = 5
"""So many columns numbered from 1 on are no row of data."""


def _is_word(value: Any) -> bool:
    return isinstance(value, str) and any(letter.isalpha() for letter in value)


def _is_numbering(row: Sequence[Any]) -> bool:
    values = [parse_number(value) for value in row if not is_empty(value)]
    return len(values) >= 3 and values == [float(k) for k in range(1, len(values) + 1)]


def convert(
    rows: Grid,
    numbers: Sequence[int],
    columns: Sequence[Column],
    places: dict[str, int],
    quote: Quote = str,
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
    quote
        What a message may say of a cell's text; :func:`~.privacy.harmless` on sheets about
        people.

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
        cells = _Cells(column, values, numbers, place, quote)
        data[column.name] = _READERS[column.kind](cells, problems)
    return pd.DataFrame(data), problems


def _numbers(cells: _Cells, problems: list[Problem]) -> Any:
    column, values = cells.column, cells.values
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
            problems.append(_not_a_number(cells, i, value))
        else:
            out[i] = number
    for i in np.flatnonzero(~np.isfinite(out)).tolist():
        # What no spreadsheet writes, but some program did: «nan», «inf», 1e400.
        if type(values[i]) is float:
            problems.append(_not_a_number(cells, i, values[i]))
            out[i] = np.nan
    if column.kind == "float":
        return _with_gaps(out, "Float64")
    broken = ~np.isnan(out) & ((out != np.rint(out)) | (np.abs(out) > 1e15))
    problems += [
        _not_whole(cells, index, float(out[index])) for index in np.flatnonzero(broken).tolist()
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


def _years(cells: _Cells, problems: list[Problem]) -> Any:
    out = np.full(len(cells.values), np.nan)
    known: dict[Any, float | None] = {}
    for i, value in enumerate(cells.values):
        key = value if type(value) in (str, float, int) else repr(value)
        if key not in known:
            known[key] = np.nan if is_empty(value) else parse_year(value)
        year = known[key]
        if year is None:
            problems.append(
                _unreadable(cells, i, value)
                if isinstance(value, Unreadable)
                else cells.problem(
                    i,
                    "not-a-year",
                    f"{cells.shown(value)} — это не учебный год.",
                    "учебный год целиком (2023/2024) или год его окончания (2024).",
                    "Впишите учебный год, например 2023/2024.",
                )
            )
        else:
            out[i] = year
    return _with_gaps(out, "Int64")


def _texts(cells: _Cells, problems: list[Problem]) -> Any:
    column = cells.column
    codes = {fold(label): code for code, label in column.choices.items()}
    codes.update({fold(code): code for code in column.choices})
    known: dict[Any, Any] = {}
    too_long: dict[Any, int] = {}
    out: list[Any] = []
    for i, value in enumerate(cells.values):
        if isinstance(value, Unreadable):
            problems.append(_unreadable(cells, i, value))
            out.append(pd.NA)
            continue
        # 1, 1.0 and True are equal as keys but not as texts.
        key = (type(value), value)
        if key not in known:
            text: Any = pd.NA
            if not is_empty(value):
                text = clean_text(value)
                if len(text) > MAX_TEXT:
                    too_long[key] = len(text)
                    text = f"{text[: MAX_TEXT - 1]}…"
                text = codes.get(fold(text), text) if codes else text
            known[key] = text
        if too_long and key in too_long:
            problems.append(_too_long(cells, i, too_long[key]))
        out.append(known[key])
    return pd.array(out, dtype="string")


MAX_TEXT = 2_000
"""Letters of a text that are kept; the rest is cut off and said to be."""


def _too_long(cells: _Cells, index: int, length: int) -> Problem:
    return replace(
        cells.problem(
            index,
            "long-text",
            f"слишком длинный текст: {length} знаков; прочитаны первые {MAX_TEXT}.",
            f"не больше {MAX_TEXT} знаков.",
            "Сократите текст.",
        ),
        severity=Severity.WARNING,
        refuses=False,
    )


def _parsed(
    cells: _Cells,
    problems: list[Problem],
    parse: Callable[[Any], Any],
    fault: Callable[[int, Any], Problem],
) -> list[Any]:
    """Every cell parsed; None where it is empty or, with a problem, cannot be."""
    out: list[Any] = []
    for i, value in enumerate(cells.values):
        blank = is_empty(value)
        found = None if blank else parse(value)
        if found is None and not blank:
            unread = isinstance(value, Unreadable)
            problems.append(_unreadable(cells, i, value) if unread else fault(i, value))
        out.append(found)
    return out


def _dates(cells: _Cells, problems: list[Problem]) -> Any:
    def fault(i: int, value: Any) -> Problem:
        return cells.problem(
            i,
            "not-a-date",
            f"{cells.shown(value)} — это не дата.",
            "день, месяц и год, например 22.11.2026.",
            _date_remedy(value),
        )

    out = _parsed(cells, problems, _date, fault)
    return pd.Series(pd.to_datetime(out)).astype("datetime64[us]").array


def _date(value: Any) -> dt.date | None:
    found = parse_date(value)
    if found is None and type(value) is float and _FIRST_DAY <= value <= _LAST_DAY:
        # A date in a cell without a date format is the number of its day.
        return (_EXCEL_EPOCH + dt.timedelta(days=int(value))).date()
    return found


_EXCEL_EPOCH = dt.datetime(1899, 12, 30)
_FIRST_DAY, _LAST_DAY = 36526, 73050
"""1 January 2000 and 31 December 2099 as Excel counts days."""


def _date_remedy(value: Any) -> str:
    if isinstance(value, str) and parse_date(f"{clean_text(value)} 2000") is not None:
        return "Не хватает года: впишите дату цифрами, с годом, например 05.09.2025."
    return "Впишите дату цифрами, с годом, например 05.09.2025; срок — его последний день."


def _flags(cells: _Cells, problems: list[Problem]) -> Any:
    def fault(i: int, value: Any) -> Problem:
        return cells.problem(
            i,
            "not-a-flag",
            f"{cells.shown(value)}.",
            "«да» или «нет».",
            "Выберите «да» или «нет»; если неизвестно, оставьте ячейку пустой.",
        )

    out = _parsed(cells, problems, parse_flag, fault)
    return pd.array([pd.NA if found is None else found for found in out], dtype="boolean")


_READERS: dict[str, Callable[[_Cells, list[Problem]], Any]] = {
    "text": _texts,
    "int": _numbers,
    "float": _numbers,
    "year": _years,
    "date": _dates,
    "flag": _flags,
}


def _unreadable(cells: _Cells, index: int, value: Unreadable) -> Problem:
    if value.text == FORMULA:
        return cells.problem(
            index,
            "formula",
            "формула, результат которой в файле не сохранён.",
            "само значение.",
            "Откройте книгу в Excel и сохраните её; надёжнее вставить вместо формул значения.",
        )
    return cells.problem(
        index,
        "cell-error",
        f"ошибка Excel «{value.text}».",
        "само значение.",
        "Исправьте формулу или впишите значение.",
    )


_NO_WORDS = frozenset(fold(word) for word in ("нет", "отсутствует", "отсутствуют", "не было"))


def _not_a_number(cells: _Cells, index: int, value: Any) -> Problem:
    if isinstance(value, Unreadable):
        return _unreadable(cells, index, value)
    expected = "целое число." if cells.column.kind == "int" else "число."
    if isinstance(value, dt.date | dt.datetime | dt.time | dt.timedelta):
        return cells.problem(
            index,
            "date-for-number",
            f"дата {cells.shown(value)}: Excel принял введённое за дату.",
            expected,
            "Задайте ячейке числовой формат и впишите число заново.",
        )
    if isinstance(value, str) and fold(value) in _NO_WORDS and not cells.column.required:
        return cells.problem(
            index,
            "text-for-number",
            f"{cells.shown(value)} — непонятно, ноль это или данных нет.",
            expected,
            "Если таких нет, впишите 0; если данных нет, оставьте ячейку пустой.",
        )
    return cells.problem(
        index,
        "text-for-number",
        f"{cells.shown(value)} — это не число.",
        expected,
        "Впишите число цифрами; если данных нет, оставьте ячейку пустой."
        if not cells.column.required
        else "Впишите число цифрами.",
    )


def _not_whole(cells: _Cells, index: int, value: float) -> Problem:
    shown = f"{value:.6g}".replace(".", ",")
    return cells.problem(
        index,
        "fractional-count",
        f"дробное число {shown}.",
        "целое число, а не доля и не процент.",
        "Впишите количество целым числом: сколько человек, а не какая их часть."
        if 0 < value < 1
        else "Впишите количество целым числом.",
    )
