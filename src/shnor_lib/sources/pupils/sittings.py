"""One result for every pupil and exam: repeats, appeals, second sittings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from shnor_lib.faults import Fault, Severity
from shnor_lib.sources.cells.problems import SHOWN, Problem, to_faults
from shnor_lib.sources.schools.school_names import Letters
from shnor_lib.tables import PROCEDURES, SEASONS

KEY: tuple[str, ...] = ("school_id", "year", "season", "procedure", "grade", "subject")
"""What one result of a school is about."""

EXAMS = frozenset({"oge", "ege", "gve"})
"""Procedures one may sit again on another day; of the others a pupil has one work."""

VALUES: tuple[str, ...] = ("present", "score", "test_score", "mark", "journal_mark")
_APPEALED = ("score", "test_score", "mark")

Row = Mapping[Any, Any]
Flags = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.integer[Any]]


@dataclass(frozen=True)
class Sittings:
    """Pupils with one result each.

    Attributes
    ----------
    kept
        One row per pupil and exam, in the order given.
    appeals
        Rows of appeals that were applied (key and provenance): results rest on them too.
    faults
        What was left out and why.
    """

    kept: pd.DataFrame
    appeals: pd.DataFrame
    faults: list[Fault]


def one_result_each(
    pupils: pd.DataFrame, second_sitting: Literal["first", "last"], letters: Letters
) -> Sittings:
    """Leave every pupil one result per exam.

    1. Rows of one pupil are found by code; where a file has names only, by name, if the school
       has no namesakes in this exam.
    2. The same pupil twice on one date: the first row stays, the other is an error.
    3. An appeal replaces score and mark of the row it is about. It never adds a pupil.
    4. Of two sittings on different dates the first or the last counts. Absent on one day and
       present on another is present.

    Parameters
    ----------
    pupils
        Rows of :data:`~shnor_lib.sources.pupils.pupils.PUPILS`, index 0….
    second_sitting
        Which sitting counts.
    letters
        For naming cells.
    """
    frame = pupils.assign(exam=pupils.groupby(list(KEY), sort=True, dropna=False).ngroup())
    frame["pupil"], namesake = _identities(frame)
    frame["who"] = frame.groupby(["exam", "pupil"], sort=False, dropna=False).ngroup()
    is_appeal = frame["appeal"].fillna(value=False).to_numpy(dtype=bool)
    rows, appeals = frame[~is_appeal], frame[is_appeal]
    faults: list[Fault] = []
    rows, found = _without_repeats(rows, letters)
    faults += found
    rows, applied, found = _with_appeals(rows, appeals, namesake, letters)
    faults += found
    rows, found = _one_sitting(rows, second_sitting, letters)
    faults += found
    return Sittings(rows.reset_index(drop=True), applied, faults)


def _identities(frame: pd.DataFrame) -> tuple[pd.Series[str], Flags]:
    """Codes of pupils with names resolved to documents; rows of which one cannot say whose."""
    pupil, person = frame["pupil"], frame["person"]
    namesake = np.zeros(len(frame), dtype=bool)
    named_only = (pupil == person).fillna(value=False)
    with_document = person.notna() & ~named_only
    if not (named_only.any() and with_document.any()):
        return pupil, namesake
    known = frame.loc[with_document, ["exam", "person", "pupil"]].drop_duplicates()
    several = known.duplicated(["exam", "person"], keep=False)
    place = ["exam", "person"]
    asked = frame.loc[named_only, place]
    of_one = asked.merge(known[~several], on=place, how="left")["pupil"]
    of_one.index = asked.index
    pupil = pupil.copy()
    found = of_one.dropna()
    pupil[found.index] = found
    doubtful = known.loc[several, place].drop_duplicates().assign(doubtful=True)
    marked = asked.merge(doubtful, on=place, how="left")["doubtful"].notna().to_numpy()
    namesake[asked.index.to_numpy()[marked]] = True
    return pupil, namesake


def _sitting(frame: pd.DataFrame) -> Ints:
    """Number of the sitting: pupil and date; the date counts for exams only."""
    date = frame["date"].where(frame["procedure"].isin(EXAMS), pd.NA)
    sitting = pd.DataFrame({"who": frame["who"], "date": date})
    return sitting.groupby(["who", "date"], sort=False, dropna=False).ngroup().to_numpy(np.int64)


def _without_repeats(rows: pd.DataFrame, letters: Letters) -> tuple[pd.DataFrame, list[Fault]]:
    sitting = _sitting(rows)
    later = pd.Series(sitting).duplicated().to_numpy()
    if not later.any():
        return rows, []
    firsts = pd.Series(np.arange(len(rows))[~later], index=sitting[~later])
    there = rows.iloc[firsts.reindex(sitting[later]).to_numpy()]
    here = rows[later]
    same = np.ones(len(here), dtype=bool)
    for name in VALUES:
        one, other = here[name].reset_index(drop=True), there[name].reset_index(drop=True)
        equal = (one == other).fillna(value=False) | (one.isna() & other.isna())
        same &= equal.to_numpy(dtype=bool)

    def problem(row: Row, position: int) -> Problem:
        first = there.iloc[position].to_dict()
        return Problem(
            int(row["source_row"]),
            None,
            "duplicate-row",
            f"этот участник уже есть: {_place(first, row)} ({_describe(row)}); "
            f"{'результат тот же' if same[position] else 'результаты разные'}.",
            "одна строка на участника и экзамен.",
            _remedy(
                equal=bool(same[position]),
                by_name=pd.notna(row["person"]) and row["pupil"] == row["person"],
            ),
            cell=_cell(row, letters),
        )

    return rows[~later], _by_sheet(here, problem)


def _remedy(*, equal: bool, by_name: bool) -> str:
    advice = (
        "Если один и тот же протокол лежит в папке дважды, уберите лишний."
        if equal
        else "Выясните, какая из двух строк верна, и удалите другую; результаты апелляций "
        "кладите отдельным файлом со столбцом «Апелляция»."
    )
    namesakes = " Если это полные тёзки, допишите к имени одного из них цифру." if by_name else ""
    return advice + namesakes


def _with_appeals(
    rows: pd.DataFrame, appeals: pd.DataFrame, namesake: Flags, letters: Letters
) -> tuple[pd.DataFrame, pd.DataFrame, list[Fault]]:
    """Results after appeal, the appeals applied, and those that found nobody."""
    if appeals.empty:
        return rows, appeals, []
    row_at = pd.Series(rows.index, index=_who_and_date(rows))
    dated = row_at.reindex(_who_and_date(appeals)).to_numpy(float)
    alone = rows.drop_duplicates("who", keep=False)
    sole = pd.Series(alone.index, index=alone["who"]).reindex(appeals["who"])
    # A result of another date is not the one appealed against; one without a date may be.
    bare = alone["date"].isna().reindex(sole.to_numpy(), fill_value=False).to_numpy(bool)
    undated = np.where(bare | appeals["date"].isna().to_numpy(), sole.to_numpy(float), np.nan)
    target = np.where(np.isnan(dated), undated, dated)
    unclear = namesake[appeals.index.to_numpy()]
    lost = np.isnan(target) | unclear
    doubtful = unclear[lost].tolist()

    def problem(row: Row, position: int) -> Problem:
        return _no_pupil(row, doubtful[position], _cell(row, letters))

    faults = _by_sheet(appeals[lost], problem)
    applied = appeals[~lost].assign(target=target[~lost].astype(np.int64))
    # Of several appeals about one result the last one has the last word.
    final = applied.drop_duplicates("target", keep="last").set_index("target")
    rows = rows.copy()
    for name in _APPEALED:
        new = final[name].dropna()
        rows.loc[new.index, name] = new
    rows.loc[final.index, "present"] = True
    return rows, applied.drop(columns="target"), faults


def _who_and_date(frame: pd.DataFrame) -> pd.MultiIndex:
    return pd.MultiIndex.from_arrays([frame["who"], frame["date"].fillna("")])


def _no_pupil(row: Row, doubtful: bool, cell: str) -> Problem:
    if doubtful:
        message = (
            f"апелляция ({_describe(row)}): в этой школе экзамен сдавали полные тёзки, и по одной "
            "фамилии не понять, чей результат изменён."
        )
        remedy = "Впишите новый результат прямо в протокол этого экзамена. Апелляция не учтена."
    else:
        message = (
            f"апелляция ({_describe(row)}), а участника с таким именем в протоколах этой школы "
            "по этому экзамену нет."
        )
        remedy = (
            "Положите в папку протокол этого экзамена или проверьте код школы, фамилию и дату. "
            "Апелляция не учтена: она меняет результат, но не добавляет участника."
        )
    return Problem(
        int(row["source_row"]),
        None,
        "appeal-without-pupil",
        message,
        "участник, результат которого изменён, есть в протоколе экзамена.",
        remedy,
        Severity.WARNING,
        cell=cell,
    )


def _one_sitting(
    rows: pd.DataFrame, second_sitting: Literal["first", "last"], letters: Letters
) -> tuple[pd.DataFrame, list[Fault]]:
    several = rows["who"].duplicated(keep=False)
    if not several.any():
        return rows, []
    asked = rows[several]
    present = asked["present"].fillna(value=False)
    # The present come first, then the date that counts; rows without a date come last.
    order = asked.assign(missed=~present).sort_values(
        ["who", "missed", "date"],
        ascending=[True, True, second_sitting == "first"],
        na_position="last",
        kind="stable",
    )
    out = order[order["who"].duplicated()]
    chosen = order[~order["who"].duplicated()].set_index("who")
    again = out[~out["missed"]]
    faults = [
        _sat_twice(part, chosen.loc[part["who"]], second_sitting, letters)
        for _, part in again.groupby("source_file", sort=True)
    ]
    return rows.drop(index=out.index), faults


def _sat_twice(
    out: pd.DataFrame,
    counted: pd.DataFrame,
    second_sitting: Literal["first", "last"],
    letters: Letters,
) -> Fault:
    ordered = out.sort_values(["source_sheet", "source_row"], kind="stable")
    row = ordered.iloc[0].to_dict()
    other = counted.loc[row["who"]].to_dict()
    which = "первый" if second_sitting == "first" else "последний"
    change = "last" if second_sitting == "first" else "first"
    days = f" ({_day(row['date'])} и {_day(other['date'])})" if pd.notna(row["date"]) else ""
    return Fault(
        str(row["source_file"]),
        str(row["source_sheet"]),
        _cell(row, letters),
        "second-sitting",
        f"участников, которые сдавали один и тот же предмет в этом году ещё раз: {len(out)}. Первый "
        f"из них: {_describe(row)}{days}; другой результат: {_place(other, row)}. "
        f"Засчитан {which} по дате результат, остальные строки не учтены.",
        "один результат участника по предмету за год.",
        "Если должен считаться другой результат, впишите в shnor.yml: "
        f"calendar: {{second_sitting: {change}}}.",
        Severity.QUESTION,
        rows=len(out),
    )


def _day(date: Any) -> str:
    """«2026-06-02» as people write it."""
    return ".".join(reversed(str(date).split("-"))) if pd.notna(date) else "без даты"


def _describe(row: Row) -> str:
    """«ШК-01, 2026, ОГЭ, 9 класс, математика»."""
    autumn = [SEASONS["autumn"]] if row["season"] == "autumn" else []
    procedure = str(row["procedure"])
    return ", ".join(
        [
            str(row["school_id"]),
            str(row["year"]),
            *autumn,
            PROCEDURES.get(procedure, procedure),
            f"{row['grade']} класс",
            str(row["subject"]),
        ]
    )


def _place(row: Row, seen_from: Row) -> str:
    """Where a row stands, as far as it differs from the place of the other row."""
    parts = []
    if row["source_file"] != seen_from["source_file"]:
        parts.append(f"файл «{row['source_file']}»")
    if row["source_sheet"] and (parts or row["source_sheet"] != seen_from["source_sheet"]):
        parts.append(f"лист «{row['source_sheet']}»")
    return ", ".join([*parts, f"строка {row['source_row']}"])


def _cell(row: Row, letters: Letters) -> str:
    return letters.cell(
        str(row["source_file"]), str(row["source_sheet"]), int(row["source_row"]), "school_id"
    )


def _by_sheet(frame: pd.DataFrame, problem: Callable[[Row, int], Problem]) -> list[Fault]:
    """A fault for every row; of a flood on one sheet only the first ones get their text.

    ``problem`` is called with a row and its position in ``frame``.
    """
    faults: list[Fault] = []
    places = frame.reset_index(drop=True)
    for (file, sheet), rows in places.groupby(["source_file", "source_sheet"], sort=True):
        rows = rows.sort_values("source_row", kind="stable")
        shown = rows.head(SHOWN + 1)
        problems = [
            problem(row, int(position))
            for position, row in zip(shown.index, shown.to_dict("records"), strict=True)
        ]
        last = problems[-1]
        problems += [
            replace(last, row=int(number), cell="")
            for number in rows["source_row"].iloc[SHOWN + 1 :].tolist()
        ]
        faults += to_faults(str(file), str(sheet), problems)
    return faults
