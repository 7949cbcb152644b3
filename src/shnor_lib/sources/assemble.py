"""Joining what was read from the files: one register, known schools, no row twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from shnor_lib.faults import Fault, Severity
from shnor_lib.project import Calendar
from shnor_lib.sources.problems import SHOWN, reading_order
from shnor_lib.sources.school_names import Letters, SchoolNames
from shnor_lib.store import Dataset
from shnor_lib.tables import CELLS_COLUMNS, PROCEDURES, PROVENANCE, SEASONS, TABLES, Table

if TYPE_CHECKING:
    from shnor_lib.sources.read import FileRead

NO_MUNICIPALITY = "не указан"


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
    register, found = _without_repeats(TABLES["schools"], tables["schools"], letters)
    faults += found
    tables["schools"] = register
    given = any("schools" in read.tables for read in reads)
    if len(register):
        names = SchoolNames(register)
        faults += names.faults(letters)
        for name, table in TABLES.items():
            for column in table.school_columns:
                tables[name], found = _known_schools(tables[name], column, names, seen, letters)
                faults += found
    else:
        tables["schools"], found = _derived_register(tables, seen)
        # A register that is there but full of faults has been reported already.
        faults += [] if given else found
    for name, table in TABLES.items():
        if table is not TABLES["schools"]:
            tables[name], found = _without_repeats(table, tables[name], letters)
            faults += found
    faults += _not_held(tables["results"], letters, calendar)
    return Dataset(**tables, cells=cells, faults=sorted(faults, key=reading_order))


def _concat(frames: Sequence[pd.DataFrame], empty: pd.DataFrame) -> pd.DataFrame:
    filled = [frame for frame in frames if len(frame)]
    return pd.concat(filled, ignore_index=True) if filled else empty


def _known_schools(
    frame: pd.DataFrame, column: str, names: SchoolNames, seen: pd.DataFrame, letters: Letters
) -> tuple[pd.DataFrame, list[Fault]]:
    """Codes of the register instead of logins and names; rows of unknown schools are faults."""
    written = frame[column]
    codes = {text: names.code(text) for text in written.dropna().unique()}
    if all(code == text for text, code in codes.items()):
        return frame, []
    unknown = written.notna() & ~written.isin([t for t, code in codes.items() if code is not None])
    faults = []
    lost = frame[unknown]
    for (file, sheet, text), rows in lost.groupby(
        ["source_file", "source_sheet", column], sort=True
    ):
        first = int(rows["source_row"].iloc[0])
        mentioned = seen[seen["school_id"] == text]
        title = "" if mentioned.empty else str(mentioned["name"].iloc[0])
        named = f" ({title})" if title and title != text else ""
        faults.append(
            Fault(
                str(file),
                str(sheet),
                letters.cell(str(file), str(sheet), first, column),
                "unknown-school",
                f"школы «{text}»{named} нет в реестре школ (строк: {len(rows)}).",
                "код школы, логин ФИС ОКО или код ОО в РИС ГИА из реестра школ.",
                names.advice(str(text), title),
                rows=len(rows),
            )
        )
    frame = frame[~unknown].reset_index(drop=True)
    frame[column] = frame[column].map(codes).astype("string")
    return frame, faults


def _derived_register(
    tables: dict[str, pd.DataFrame], seen: pd.DataFrame
) -> tuple[pd.DataFrame, list[Fault]]:
    """A register of every school the files mention; names and municipalities from the reports."""
    table = TABLES["schools"]
    codes = sorted(
        {
            str(code)
            for name, table in TABLES.items()
            for column in table.school_columns
            for code in tables[name][column].dropna().unique()
        }
    )
    if not codes:
        return table.empty(), []
    # The last file wins: municipalities are renamed now and then.
    known = seen.drop_duplicates("school_id", keep="last").set_index("school_id")
    known = known.reindex(codes)
    register = table.empty().reindex(range(len(codes)))
    register["school_id"] = codes
    register["name"] = known["name"].fillna(pd.Series(codes, index=codes)).to_numpy()
    register["municipality"] = known["municipality"].fillna(NO_MUNICIPALITY).to_numpy()
    for name in PROVENANCE:
        register[name] = known[name].to_numpy()
    register = register.astype(dict(table.empty().dtypes))
    fault = Fault(
        "data/raw",
        code="no-register",
        message=f"реестра школ нет: он составлен по самим данным (школ: {len(codes)}).",
        expected="книга «Реестр школ.xlsx».",
        remedy="Заполните реестр (команда shnor templates даёт пустую книгу): без него нельзя "
        "отличить опечатку в коде от новой школы и соединить коды разных систем.",
        severity=Severity.WARNING,
    )
    return register, [fault]


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
    words = [_OF_KEY[name] for name in table.key]
    once = " и ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else words[0]
    return Fault(
        str(row["source_file"]),
        str(row["source_sheet"]),
        _cell(row, table.key[0], letters),
        "duplicate-row",
        f"эта строка уже есть: {_other_place(row, first)}строка {first['source_row']} "
        f"({_describe(table, row)}); {'числа те же' if same else 'числа разные'}.",
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
        text = {**SEASONS, **PROCEDURES}.get(str(value), str(value))
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
