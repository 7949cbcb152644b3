"""What holds for every row of results, whichever form it came in."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from shnor_lib.faults import Severity
from shnor_lib.project import Calendar
from shnor_lib.sources.cells.problems import Problem
from shnor_lib.sources.cells.subjects import canonical_subject, is_known_subject, nearest_subject
from shnor_lib.sources.cells.values import quoted
from shnor_lib.tables import TABLES

MARKS = ("n2", "n3", "n4", "n5")
ROW_WARNINGS = frozenset({"n-above-marks", "no-marks"})
"""Codes of the doubts about a single row; a refused row raises none."""


def complete_results(
    frame: pd.DataFrame, places: dict[str, int], calendar: Calendar
) -> tuple[pd.DataFrame, list[Problem]]:
    """Fill in what follows from the row itself, and report what contradicts itself.

    Subjects get their canonical name; an empty season is the calendar's; for procedures with
    marks ``n_low`` is ``n2`` and ``n_high`` is ``n5``. With no participants there are no counts:
    a zero of nobody is not a zero.

    Parameters
    ----------
    frame
        Typed rows of results with provenance, index 0….
    places
        Column name → column of the sheet, from 0.
    calendar
        When procedures were held.
    """
    frame = frame.copy()
    problems = [*complete_unit(frame, places, calendar), *_contradictions(frame, places)]
    marks_procedure = (frame["procedure"] != "ege").fillna(value=True)
    for count, mark in (("n_low", "n2"), ("n_high", "n5")):
        frame[count] = frame[count].mask(frame[count].isna() & marks_procedure, frame[mark])
    nobody = (frame["n"] == 0).fillna(value=False)
    for count in (*MARKS, "n_low", "n_high"):
        frame.loc[nobody, count] = pd.NA
    problems += _without_marks(frame, places, nobody)
    return frame, problems


def complete_unit(frame: pd.DataFrame, places: dict[str, int], calendar: Calendar) -> list[Problem]:
    """Canonical subjects and the calendar's seasons, filled into ``frame``; unknown subjects.

    For every table whose rows are about a procedure, a grade and a subject.
    """
    problems = canonical_subjects(frame, places)
    _seasons(frame, calendar)
    return problems


def canonical_subjects(frame: pd.DataFrame, places: dict[str, int]) -> list[Problem]:
    """Canonical names of subjects, filled into ``frame``; unknown ones are doubts."""
    names = {text: canonical_subject(text) for text in frame["subject"].dropna().unique()}
    frame["subject"] = frame["subject"].map(names).astype("string")
    problems = []
    for written, name in names.items():
        near = nearest_subject(name)
        if is_known_subject(name) or near is None:
            continue
        rows = frame.loc[(frame["subject"] == name).fillna(value=False), "source_row"]
        problems.append(
            Problem(
                int(rows.iloc[0]),
                places.get("subject"),
                "unknown-subject",
                f"предмет «{written}» программе неизвестен (строк: {len(rows)}).",
                f"название предмета в именительном падеже, например «{near}».",
                f"Если это «{near}», исправьте название; иначе предмет останется отдельным.",
                Severity.WARNING,
                refuses=False,
            )
        )
    return problems


def _seasons(frame: pd.DataFrame, calendar: Calendar) -> None:
    empty = frame["season"].isna()
    if not empty.any():
        return
    keys = frame.loc[empty, ["procedure", "year", "grade"]]
    known = {
        key: calendar.season(str(key[0]), int(key[1]), None if pd.isna(key[2]) else int(key[2]))
        for key in keys.drop_duplicates().itertuples(index=False, name=None)
        if not pd.isna(key[0]) and not pd.isna(key[1])
    }
    frame.loc[empty, "season"] = pd.array(
        [known.get(key, "spring") for key in keys.itertuples(index=False, name=None)],
        dtype="string",
    )


def _contradictions(frame: pd.DataFrame, places: dict[str, int]) -> list[Problem]:
    return [*_marks_against_n(frame, places), *_low_high(frame, places)]


def _marks_against_n(frame: pd.DataFrame, places: dict[str, int]) -> Iterator[Problem]:
    marks = frame[list(MARKS)]
    total = marks.fillna(0).sum(axis=1)
    # A single mark above n has already been reported as a part above its whole.
    single = marks.gt(frame["n"], axis=0).fillna(value=False).any(axis=1)
    for i in _where((total > frame["n"]) & ~single):
        yield _at(
            frame,
            i,
            places.get("n"),
            "n-below-marks",
            f"участников {frame['n'].iloc[i]}, а отметок вместе — {total.iloc[i]}.",
            "участников не меньше, чем отметок «2», «3», «4» и «5» вместе.",
            "Сверьте число участников и отметки с протоколом.",
        )
    for i in _where(marks.notna().all(axis=1) & (total < frame["n"])):
        yield _at(
            frame,
            i,
            places.get("n"),
            "n-above-marks",
            f"участников {frame['n'].iloc[i]}, а отметок вместе — {total.iloc[i]}.",
            "столько же отметок, сколько участников.",
            "Проверьте строку; доли посчитаны от числа участников.",
            Severity.WARNING,
        )


def _low_high(frame: pd.DataFrame, places: dict[str, int]) -> Iterator[Problem]:
    both = frame["n_low"].fillna(0) + frame["n_high"].fillna(0)
    fits = (frame["n_low"] <= frame["n"]) & (frame["n_high"] <= frame["n"])
    for i in _where((both > frame["n"]) & fits):
        yield _at(
            frame,
            i,
            places.get("n"),
            "n-below-marks",
            f"участников {frame['n'].iloc[i]}, а «Ниже минимума» и «Высокие результаты» "
            f"вместе — {both.iloc[i]}.",
            "участников не меньше, чем в этих двух столбцах вместе.",
            "Сверьте числа с протоколом.",
        )
    with_marks = frame["procedure"] != "ege"
    for count, mark in (("n_low", "n2"), ("n_high", "n5")):
        title = quoted(TABLES["results"].column(count).title)
        name = quoted(TABLES["results"].column(mark).title)
        for i in _where(with_marks & (frame[count] != frame[mark])):
            yield _at(
                frame,
                i,
                places.get(count),
                "low-high-disagree",
                f"в столбце {title} стоит {frame[count].iloc[i]}, а отметок {name} — "
                f"{frame[mark].iloc[i]}.",
                f"для процедур с отметками — пусто или столько же, сколько отметок {name}.",
                f"Очистите ячейку в столбце {title}.",
            )


def _without_marks(
    frame: pd.DataFrame, places: dict[str, int], nobody: pd.Series[bool]
) -> list[Problem]:
    bare = _where(frame["n_low"].isna() & frame["n_high"].isna() & ~nobody & frame["n"].notna())
    return [
        _at(
            frame,
            i,
            places.get("n2", places.get("n")),
            "no-marks",
            f"участников {frame['n'].iloc[i]}, но нет ни отметок, ни чисел «Ниже минимума» и "
            "«Высокие результаты».",
            "числа учеников с отметками «2»–«5» (для ЕГЭ — ниже минимума и 81 балл и выше).",
            "Заполните числа; без них строка ни на что не влияет.",
            Severity.WARNING,
        )
        for i in bare
    ]


def _where(flags: pd.Series[bool]) -> list[int]:
    """Positions where a condition certainly holds."""
    return [int(i) for i in flags.fillna(value=False).to_numpy(dtype=bool).nonzero()[0]]


def _at(
    frame: pd.DataFrame,
    index: int,
    place: int | None,
    code: str,
    message: str,
    expected: str,
    remedy: str,
    severity: Severity = Severity.ERROR,
) -> Problem:
    return Problem(
        int(frame["source_row"].iloc[index]),
        place,
        code,
        message,
        expected,
        remedy,
        severity,
        refuses=severity is Severity.ERROR,
    )
