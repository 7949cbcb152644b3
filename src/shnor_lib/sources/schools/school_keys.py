"""The table «Ключи школ»: what people have confirmed or refused, checked against the register."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import pandas as pd

from shnor_lib.faults import Fault, Severity
from shnor_lib.sources.cells.values import fold, school_year
from shnor_lib.sources.schools.school_names import Key, Letters, SchoolNames

_SAME = ("system", "written", "municipality", "school_id", "decision", "first_year", "last_year")


def checked_keys(
    keys: pd.DataFrame, names: SchoolNames, letters: Letters
) -> tuple[pd.DataFrame, list[Fault]]:
    """Rows of the key table with codes of the register, and what is wrong with them.

    Parameters
    ----------
    keys
        Tidy «Ключи школ» of all files.
    names
        The register alone.
    letters
        For naming cells.

    Returns
    -------
    keys, faults
        Rows that name an unknown school, end before they begin or stand there twice are left out.
    """
    faults: list[Fault] = []
    kept: list[dict[str, Any]] = []
    seen: dict[tuple[Any, ...], dict[str, Any]] = {}
    for values in keys.to_dict("records"):
        row = {str(name): None if pd.isna(value) else value for name, value in values.items()}
        if row["school_id"] is not None:
            code = names.code(row["school_id"])
            if code is None:
                faults.append(_unknown(row, names, letters))
                continue
            row["school_id"] = code
        if row["first_year"] and row["last_year"] and row["first_year"] > row["last_year"]:
            faults.append(_backwards(row, letters))
            continue
        same = tuple(fold(row[name]) if isinstance(row[name], str) else row[name] for name in _SAME)
        if same in seen:
            faults.append(_twice(row, seen[same], letters))
            continue
        seen[same] = row
        kept.append(row)
    frame = pd.DataFrame(kept, columns=keys.columns).astype(dict(keys.dtypes))
    faults += _contradictions(SchoolNames(names.register, frame), names, letters)
    return frame, faults


def _contradictions(names: SchoolNames, register: SchoolNames, letters: Letters) -> list[Fault]:
    faults = []
    for rows in names.keys.values():
        for one, other in combinations(rows, 2):
            if one.meets(other) and _contradict(one, other):
                faults.append(_conflict(one, other, letters))
        for key in rows:
            if key.decision is None:
                faults.append(_undecided(key, letters))
            elif key.decision and not key.dated:
                known = register.find(key.row["written"], municipality=key.home).code
                if known is not None and known != key.school:
                    faults.append(_against_register(key, known, register, letters))
    return faults


def _contradict(one: Key, other: Key) -> bool:
    if one.decision and other.decision:
        # A key with years is an exception from one without them.
        return one.school != other.school and one.dated == other.dated
    return (
        one.decision is not None
        and other.decision is not None
        and one.decision != other.decision
        and one.school == other.school
    )


def _place(row: dict[str, Any], letters: Letters, column: str) -> tuple[str, str, str]:
    file, sheet = str(row["source_file"]), str(row["source_sheet"])
    return file, sheet, letters.cell(file, sheet, int(row["source_row"]), column)


def _elsewhere(row: dict[str, Any], other: dict[str, Any]) -> str:
    parts = []
    if row["source_file"] != other["source_file"]:
        parts.append(f"файл «{row['source_file']}»")
    if parts or row["source_sheet"] != other["source_sheet"]:
        parts.append(f"лист «{row['source_sheet']}»")
    return ", ".join([*parts, f"строка {row['source_row']}"])


def _who(school: str | None) -> str:
    return f"школа «{school}»" if school else "не школа реестра"


def _years(key: Key) -> str:
    first = f"с {school_year(int(key.first))} " if key.first else ""
    last = f"по {school_year(int(key.last))} " if key.last else ""
    return f" ({(first + last).strip()})" if key.dated else ""


def _unknown(row: dict[str, Any], names: SchoolNames, letters: Letters) -> Fault:
    near = names.suggester.suggest(str(row["school_id"]))
    return Fault(
        *_place(row, letters, "school_id"),
        "unknown-school",
        f"запись «{row['written']}» отнесена к школе «{row['school_id']}», а такой школы в реестре "
        "нет.",
        "код школы из реестра.",
        f"Исправьте код. Похожа {near[0].sentence}."
        if near
        else "Исправьте код или добавьте школу в реестр.",
        rows=1,
    )


def _backwards(row: dict[str, Any], letters: Letters) -> Fault:
    return Fault(
        *_place(row, letters, "last_year"),
        "key-years",
        f"запись «{row['written']}» верна с {school_year(int(row['first_year']))} по "
        f"{school_year(int(row['last_year']))} учебный год: конец раньше начала.",
        "первый год не позже последнего.",
        "Исправьте годы.",
        rows=1,
    )


def _twice(row: dict[str, Any], first: dict[str, Any], letters: Letters) -> Fault:
    return Fault(
        *_place(row, letters, "written"),
        "repeated-key",
        f"решение о записи «{row['written']}» уже есть: {_elsewhere(first, row)}. Оно то же самое.",
        "одно решение о записи.",
        "Лишнюю строку можно удалить.",
        Severity.WARNING,
        rows=1,
    )


def _conflict(one: Key, other: Key, letters: Letters) -> Fault:
    first, second = (
        f"{_who(key.school)} — {'да' if key.decision else 'нет'}{_years(key)}"
        for key in (one, other)
    )
    return Fault(
        *_place(other.row, letters, "school_id"),
        "key-conflict",
        f"о записи «{other.row['written']}» есть два решения: здесь {second}, а "
        f"{_elsewhere(one.row, other.row)} — {first}.",
        "одно решение о записи в каждом учебном году.",
        "Удалите неверную строку или укажите годы: с какого и по какой запись относится к школе.",
    )


def _undecided(key: Key, letters: Letters) -> Fault:
    return Fault(
        *_place(key.row, letters, "decision"),
        "key-undecided",
        f"о записи «{key.row['written']}» ещё не решено: столбец «Это она» пуст.",
        "«да» или «нет».",
        "Впишите решение; пока его нет, программа эту строку не учитывает.",
        Severity.WARNING,
    )


def _against_register(key: Key, known: str, register: SchoolNames, letters: Letters) -> Fault:
    return Fault(
        *_place(key.row, letters, "school_id"),
        "key-against-register",
        f"запись «{key.row['written']}» отнесена сюда: {_who(key.school)}, а по реестру это школа "
        f"«{known}» ({register.titles[known]}).",
        "одно и то же в ключах и в реестре.",
        "Исправьте реестр или эту строку. Если код раньше принадлежал другой школе, укажите в "
        "этой строке годы.",
    )
