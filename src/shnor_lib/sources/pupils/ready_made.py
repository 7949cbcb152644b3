"""Protocols against ready-made results of the same school and work: the protocol wins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from shnor_lib.faults import Fault, Severity
from shnor_lib.sources.cells.problems import Problem, to_faults
from shnor_lib.sources.cells.values import quoted
from shnor_lib.sources.pupils.sittings import KEY
from shnor_lib.sources.schools.school_names import Letters
from shnor_lib.tables import PROCEDURES, TABLES, Column

_COMPARED: dict[str, dict[str, float]] = {
    "results": dict.fromkeys(("n", "n2", "n3", "n4", "n5", "n_low", "n_high"), 0.0),
    "score_distribution": {"n_score": 0.0},
    "journal_comparison": dict.fromkeys(("n", "n_lower", "n_equal", "n_higher"), 0.0),
    "task_results": {"share": 0.006},
}
"""Table → columns compared and the difference that rounding explains."""


def protocols_win(
    made: Mapping[str, pd.DataFrame], ready: Mapping[str, pd.DataFrame], letters: Letters
) -> tuple[dict[str, pd.DataFrame], list[Fault]]:
    """Join tables made from protocols with those given ready-made; never two rows per key.

    Where a protocol gives a school's work, ready-made rows about the same work leave: in silence
    when the numbers agree, with a warning that names both places when they do not.

    Parameters
    ----------
    made
        Tables from pupils' rows, by name.
    ready
        Tables as files gave them, by name, without repeats.
    letters
        For naming cells.

    Returns
    -------
    tables, faults
        Only the tables of ``made``.
    """
    tables: dict[str, pd.DataFrame] = {}
    faults: list[Fault] = []
    for name, own in made.items():
        other = ready[name]
        if other.empty or own.empty:
            tables[name] = other if own.empty else own
            continue
        works = pd.MultiIndex.from_frame(own[list(KEY)]).unique()
        both = pd.MultiIndex.from_frame(other[list(KEY)]).isin(works)
        tables[name] = pd.concat([own, other[~both]], ignore_index=True)
        if name in _COMPARED:
            faults += _differences(name, own, other[both], letters)
    return tables, faults


def _differences(
    name: str, own: pd.DataFrame, ready: pd.DataFrame, letters: Letters
) -> list[Fault]:
    table = TABLES[name]
    key = list(table.key)
    at = pd.Series(np.arange(len(own)), index=pd.MultiIndex.from_frame(own[key]))
    found = at.reindex(pd.MultiIndex.from_frame(ready[key])).to_numpy(dtype=float)
    there = own.iloc[np.nan_to_num(found).astype(np.int64)].reset_index(drop=True)
    here = ready.reset_index(drop=True)
    # A score or a task the protocol does not have at all: another way of counting, no contradiction.
    other = pd.DataFrame(index=here.index)
    for column, tolerance in _COMPARED[name].items():
        gap = (here[column].astype("Float64") - there[column].astype("Float64")).abs()
        other[column] = ((gap > tolerance).fillna(value=False) & ~np.isnan(found)).astype(bool)
    sheets: dict[tuple[str, str], list[Problem]] = {}
    for position in np.flatnonzero(other.any(axis=1).to_numpy()).tolist():
        row, protocol = here.iloc[position], there.iloc[position]
        columns = [table.column(column) for column in other.columns if other[column].iloc[position]]
        file, sheet = str(row["source_file"]), str(row["source_sheet"])
        sheets.setdefault((file, sheet), []).append(
            Problem(
                int(row["source_row"]),
                None,
                "protocol-disagrees",
                f"{_describe(row)}: {_numbers(columns, row)}, а по протоколу — "
                f"{_numbers(columns, protocol, titles=False)} ({_place(protocol)}).",
                "одни и те же числа в протоколе и в готовых результатах.",
                "Проверьте, полон ли протокол и за тот ли год готовые результаты. Взяты числа "
                "протокола, эта строка не учтена.",
                Severity.WARNING,
                cell=letters.cell(file, sheet, int(row["source_row"]), columns[0].name),
            )
        )
    return [
        fault
        for (file, sheet), problems in sorted(sheets.items())
        for fault in to_faults(file, sheet, problems)
    ]


def _numbers(columns: list[Column], row: pd.Series[Any], *, titles: bool = True) -> str:
    shown = (f"{float(row[column.name]):.4g}".replace(".", ",") for column in columns)
    if not titles:
        return ", ".join(shown)
    return ", ".join(
        f"{quoted(column.title)} {value}" for column, value in zip(columns, shown, strict=True)
    )


def _describe(row: pd.Series[Any]) -> str:
    procedure = str(row["procedure"])
    parts = [
        str(row["school_id"]),
        str(row["year"]),
        PROCEDURES.get(procedure, procedure),
        f"{row['grade']} класс",
        str(row["subject"]),
    ]
    if "task" in row:
        parts.append(f"задание {row['task']}")
    if "score" in row:
        parts.append(f"балл {row['score']}")
    return ", ".join(parts)


def _place(row: pd.Series[Any]) -> str:
    sheet = f", лист «{row['source_sheet']}»" if row["source_sheet"] else ""
    rows = row["source_row"] if pd.isna(row["source_rows"]) else row["source_rows"]
    return f"файл «{row['source_file']}»{sheet}, строки {str(rows).replace('-', '–')}"
