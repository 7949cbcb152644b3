"""Joining what was read from the files: one register, known schools, no row twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from shnor_lib.faults import Fault, Severity
from shnor_lib.project import Calendar
from shnor_lib.sources.crosschecks import crosscheck
from shnor_lib.sources.identity import identify_schools
from shnor_lib.sources.mergers import move_histories
from shnor_lib.sources.names_beside import names_of_others
from shnor_lib.sources.problems import SHOWN, reading_order
from shnor_lib.sources.pupils import no_pupils, partial_tasks, results_of_pupils
from shnor_lib.sources.ready_made import protocols_win
from shnor_lib.sources.school_names import Letters, SchoolNames
from shnor_lib.sources.values import quoted
from shnor_lib.store import Dataset
from shnor_lib.tables import CELLS_COLUMNS, PROCEDURES, TABLES, Table

if TYPE_CHECKING:
    from shnor_lib.sources.read import FileRead


def assemble_parts(reads: Sequence[FileRead], *, calendar: Calendar) -> Dataset:
    """See :func:`shnor_lib.sources.read.assemble`; ``reads`` in the order of their files."""
    faults = [fault for read in reads for fault in read.faults]
    cells = _concat(
        [read.cells for read in reads], pd.DataFrame(columns=list(CELLS_COLUMNS), dtype="string")
    )
    letters = Letters(cells)
    tables = {
        name: _concat([read.tables[name] for read in reads if name in read.tables], table.empty())
        for name, table in TABLES.items()
    }
    seen = _concat([read.seen for read in reads], TABLES["schools"].empty())
    pupils = _concat([read.pupils for read in reads], no_pupils())
    summed = partial_tasks(tables["task_results"], pupils)
    tasks = tables["task_results"][summed]
    tables["task_results"] = tables["task_results"][~summed].reset_index(drop=True)
    register, found = _without_repeats(TABLES["schools"], tables["schools"], letters)
    faults += found
    tables["schools"] = register
    given = any("schools" in read.tables for read in reads)
    # Before anything is summed: the РИС code and the login of one school must meet.
    known = identify_schools(
        tables, {"pupils": pupils, "tasks": tasks}, seen, letters, register_given=given
    )
    tables, pupils, tasks = known.tables, known.rows["pupils"], known.rows["tasks"]
    faults += known.faults
    by_register = SchoolNames(tables["schools"], tables["school_keys"])
    faults += names_of_others(seen, cells, by_register, letters)
    for name, table in TABLES.items():
        # Keys have been checked by their years.
        if name not in ("schools", "school_keys"):
            tables[name], found = _without_repeats(table, tables[name], letters)
            faults += found
    made = results_of_pupils(pupils, tasks, calendar, letters)
    joined, found = protocols_win(made.tables, tables, letters)
    tables.update(joined)
    faults += [*made.faults, *found]
    faults += _not_held(tables["results"], letters, calendar)
    # Each school is checked against its own years before histories move.
    faults += crosscheck(tables, letters, calendar)
    merged = move_histories(tables, known.mergers, letters)
    faults += merged.faults
    return Dataset(
        **merged.tables,
        cells=cells,
        faults=sorted(faults, key=reading_order),
        open_schools=[question.to_dict() for question in known.open_schools],
    )


def _concat(frames: Sequence[pd.DataFrame], empty: pd.DataFrame) -> pd.DataFrame:
    filled = [frame for frame in frames if len(frame)]
    return pd.concat(filled, ignore_index=True) if filled else empty


def _without_repeats(
    table: Table, frame: pd.DataFrame, letters: Letters
) -> tuple[pd.DataFrame, list[Fault]]:
    """Keep the first of rows with one key; name every other together with the first."""
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


def _not_held(results: pd.DataFrame, letters: Letters, calendar: Calendar) -> list[Fault]:
    """Questions: results of procedures which, by the calendar, were not held."""
    keys = ["source_file", "source_sheet", "procedure", "year", "grade", "subject"]
    rows = results[(results["n"] > 0).fillna(value=False)]
    found: dict[tuple[str, str, str, int, str], list[int]] = {}
    counted = rows.groupby(keys, sort=True)["source_row"].agg(["min", "size"])
    for key, first, size in zip(counted.index, counted["min"], counted["size"], strict=True):
        file, sheet, procedure, year, grade, subject = key
        note = calendar.not_held_note(str(procedure), int(year), int(grade), str(subject))
        if note is None:
            continue
        place = found.setdefault(
            (str(file), str(sheet), str(procedure), int(year), note), [int(first), 0]
        )
        place[0] = min(place[0], int(first))
        place[1] += int(size)
    return [
        Fault(
            file,
            sheet,
            letters.cell(file, sheet, first, "procedure"),
            "not-held",
            f"в календаре процедур сказано: «{note}», а здесь есть результаты "
            f"({PROCEDURES.get(procedure, procedure)}, {year} год, строк: {size}).",
            "результаты только тех процедур, которые проводились.",
            "Проверьте процедуру и год; если процедура проводилась, поправьте календарь в shnor.yml. "
            "Строки прочитаны.",
            Severity.QUESTION,
        )
        for (file, sheet, procedure, year, note), (first, size) in found.items()
    ]
