"""Checks of typed columns: pandera finds the rows, this module names the cells in Russian."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
import pandas as pd
from pandera.errors import SchemaErrors

from shnor_lib.sources.cells.convert import Quote
from shnor_lib.sources.cells.problems import Problem
from shnor_lib.sources.cells.values import fold, quoted
from shnor_lib.tables import Column, Table


def check_table(
    table: Table,
    frame: pd.DataFrame,
    places: dict[str, int],
    known: Iterable[Problem],
    quote: Quote = str,
) -> list[Problem]:
    """Every breach of the table's schema, each at its cell.

    Parameters
    ----------
    table
        Whose schema.
    frame
        Typed rows with provenance, index 0…; ``source_row`` is the row as Excel counts it.
    places
        Column name → column of the sheet, from 0.
    known
        Problems found before; an empty cell that is one of them is not reported again.
    quote
        What a message may say of a cell's text.
    """
    try:
        table.schema().validate(frame, lazy=True)
    except SchemaErrors as errors:
        done = {(problem.row, problem.col) for problem in known}
        found = {}
        for error in errors.schema_errors:
            for problem in _explain(table, error, frame, places, quote):
                if problem.code == "empty-required" and (problem.row, problem.col) in done:
                    continue
                found[problem.row, problem.col, problem.code, problem.message] = problem
        return list(found.values())
    return []


def check_ranges(
    columns: Iterable[Column], frame: pd.DataFrame, places: dict[str, int]
) -> list[Problem]:
    """Numbers outside the range of their column, each at its cell.

    The same problems as :func:`check_table` finds, for reports with dozens of columns of numbers,
    where a schema of each would take longer than reading.

    Parameters
    ----------
    columns
        Columns of numbers.
    frame
        Their values, typed, and ``source_row``.
    places
        Column name → column of the sheet, from 0.
    """
    rows = frame["source_row"].to_numpy(dtype=np.int64)
    problems = []
    for column in columns:
        values = frame[column.name].to_numpy(dtype=float, na_value=np.nan)
        low = -np.inf if column.minimum is None else column.minimum
        high = np.inf if column.maximum is None else column.maximum
        problems += [
            _outside(column, values[i], int(rows[i]), places.get(column.name), str)
            for i in np.flatnonzero((values < low) | (values > high))
        ]
    return problems


def _explain(
    table: Table, error: Any, frame: pd.DataFrame, places: dict[str, int], quote: Quote
) -> Iterator[Problem]:
    cases = error.failure_cases
    if not isinstance(cases, pd.DataFrame) or "index" not in cases:
        raise error
    name = getattr(error.check, "name", None) or str(error.check)
    failed = frame.iloc[sorted(set(cases["index"].dropna().astype(int)))]
    rows = failed["source_row"].astype(int).tolist()
    if name.startswith("part:"):
        _, part, whole = name.split(":")
        for row, less, more in zip(rows, failed[part], failed[whole], strict=True):
            yield _part_above_whole(
                table.column(part),
                float(less),
                table.column(whole),
                float(more),
                row,
                places.get(part),
            )
        return
    if name.startswith("after:"):
        _, later, earlier = name.split(":")
        for row, late, early in zip(rows, failed[later], failed[earlier], strict=True):
            yield _dates_reversed(
                table.column(later), late, table.column(earlier), early, row, places.get(later)
            )
        return
    column = table.column(error.schema.name)
    place = places.get(column.name)
    for row, value in zip(rows, failed[column.name], strict=True):
        if pd.isna(value):
            yield _empty(column, row, place)
        else:
            yield _outside(column, value, row, place, quote)


def _empty(column: Column, row: int, place: int | None) -> Problem:
    return Problem(
        row,
        place,
        "empty-required",
        f"пустая ячейка в обязательном столбце {quoted(column.title)}.",
        _wanted(column),
        "Заполните ячейку; если данных нет или строка лишняя, удалите её целиком.",
    )


def _wanted(column: Column) -> str:
    """What an empty cell should hold: «целое число (без совместителей).»."""
    note = column.note.removesuffix(".")
    if column.choices:
        return f"одно из: {', '.join(column.choices.values())}."
    kind = {"int": "целое число", "float": "число", "date": "дата", "flag": "«да» или «нет»"}.get(
        column.kind
    )
    if kind is None:
        return (note[:1].lower() + note[1:] or "значение") + "."
    return f"{kind} ({note[:1].lower()}{note[1:]})." if note else f"{kind}."


def _outside(column: Column, value: Any, row: int, place: int | None, quote: Quote) -> Problem:
    if column.choices:
        labels = list(column.choices.values())
        near = difflib.get_close_matches(
            fold(value), [fold(label) for label in labels], n=1, cutoff=0.6
        )
        hint = next((label for label in labels if near and fold(label) == near[0]), None)
        return Problem(
            row,
            place,
            "not-in-list",
            f"в столбце {quoted(column.title)} стоит «{quote(str(value))}» — такого значения нет в списке.",
            f"одно из: {', '.join(labels)}.",
            f"Возможно, имелось в виду «{hint}»." if hint else "Выберите значение из списка.",
        )
    shown = _number(float(value))
    if column.kind == "year":
        return Problem(
            row,
            place,
            "year-out-of-range",
            f"в столбце {quoted(column.title)} стоит {shown} — такого учебного года быть не может.",
            f"год от {column.minimum:g} до {column.maximum:g}.",
            "Исправьте год.",
        )
    low = column.minimum is not None and float(value) < column.minimum
    bound = column.minimum if low else column.maximum
    limit = _number(float(bound or 0))
    return Problem(
        row,
        place,
        "below-minimum" if low else "above-maximum",
        f"в столбце {quoted(column.title)} стоит {shown} — {'меньше' if low else 'больше'}, чем {limit}.",
        f"число не {'меньше' if low else 'больше'} {limit}.",
        "Сверьте число с первичным документом и исправьте его.",
    )


def _part_above_whole(
    part: Column, less: float, whole: Column, more: float, row: int, place: int | None
) -> Problem:
    return Problem(
        row,
        place,
        "part-above-whole",
        f"часть больше целого: в столбце {quoted(part.title)} стоит {_number(less)}, "
        f"а в столбце {quoted(whole.title)} — {_number(more)}.",
        f"число в столбце {quoted(part.title)} не больше числа в столбце {quoted(whole.title)}.",
        "Сверьте оба числа и исправьте неверное.",
    )


def _dates_reversed(
    later: Column, late: Any, earlier: Column, early: Any, row: int, place: int | None
) -> Problem:
    return Problem(
        row,
        place,
        "dates-reversed",
        f"в столбце {quoted(later.title)} стоит {late:%d.%m.%Y} — раньше, чем {early:%d.%m.%Y} в "
        f"столбце {quoted(earlier.title)}.",
        f"дата не раньше, чем в столбце {quoted(earlier.title)}.",
        "Исправьте одну из двух дат.",
    )


def _number(value: float) -> str:
    """A number in a sentence, with the decimal comma."""
    return f"{value:.12g}".replace(".", ",")
