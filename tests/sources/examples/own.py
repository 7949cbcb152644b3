"""The project's own templates, one per table, filled from the examples of the data dictionary."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from shnor_lib.sources.cells.values import parse_date, parse_flag, parse_year
from shnor_lib.sources.templates import write_workbook
from shnor_lib.tables import TABLES, Column
from tests.sources.books import SCHOOLS, tidy

TEMPLATES = [name for name, table in TABLES.items() if table.template]
_OWN = ("name", "fis_login", "ris_code")
"""Of which every school has its own."""

SUPPORTERS = pd.DataFrame({"supporter": ["Н-01", "Н-02", "Н-03", "Т-01", "Т-02", "Т-03"]})


def rows(name: str, n: int = 3) -> pd.DataFrame:
    """Tidy rows of a table: the example, and variations of it with keys of their own."""
    table = TABLES[name]
    found = []
    for k in range(n):
        row = {column.name: _value(column, column.example) for column in table.template_columns}
        for column in table.template_columns:
            if column.name == "school_id" and row["school_id"] is not None:
                row["school_id"] = SCHOOLS["school_id"][k % len(SCHOOLS)]
            elif (column.name in table.key or column.name in _OWN) and _is_free(column):
                row[column.name] = _varied(row[column.name], k)
        found.append(row)
    frame = tidy(name, pd.DataFrame(found).astype(object))
    if table.year_from:
        dates = frame[table.year_from]
        frame["year"] = (dates.dt.year + (dates.dt.month >= 9)).astype("Int64")
    return frame


def write(name: str, path: Path) -> None:
    """A filled template of one table, with names beside the codes and control columns."""
    write_workbook(
        path, {name: rows(name)}, schools=SCHOOLS, supporters=SUPPORTERS, example=False, form=True
    )


def _is_free(column: Column) -> bool:
    """Whether any text may stand in a column."""
    return column.kind == "text" and not column.choices and column.name != "subject"


def _varied(value: Any, k: int) -> Any:
    """The same text with another number at its end."""
    if not isinstance(value, str) or not k:
        return value
    return f"{value[:-1]}{int(value[-1]) + k}" if value[-1].isdigit() else f"{value} {k + 1}"


def _value(column: Column, example: Any) -> Any:
    """An example as tidy value: codes for choices, dates, years, yes and no."""
    if not isinstance(example, str):
        return example
    if column.kind == "text":
        codes = {label: code for code, label in column.choices.items()}
        return codes.get(example, example)
    if column.kind == "date":
        return pd.Timestamp(parse_date(example))
    return parse_year(example) if column.kind == "year" else parse_flag(example)
