"""What a protocol gives: pupils, results of tasks, schools mentioned, letters of columns."""

from __future__ import annotations

import numpy as np
import pandas as pd
from openpyxl.utils import get_column_letter

from shnor_lib.faults import Severity
from shnor_lib.sources.cells.headings import Match
from shnor_lib.sources.cells.problems import Problem
from shnor_lib.sources.layouts.base import SEEN_COLUMNS, Context, nothing_seen, with_provenance
from shnor_lib.sources.layouts.vpr_protocols.cells import Floats, municipalities, names
from shnor_lib.sources.layouts.vpr_protocols.place import Place
from shnor_lib.sources.layouts.vpr_protocols.rows import Rows
from shnor_lib.sources.layouts.vpr_protocols.tasks import (
    maxima_from_points,
    scored,
    task_results,
    total_maximum,
)
from shnor_lib.sources.pupils.pupils import PUPILS
from shnor_lib.tables import TABLES


def pupils_frame(
    rows: Rows, place: Place, marks: Floats, keys: pd.DataFrame, date: str | None, context: Context
) -> pd.DataFrame:
    """Rows of :data:`~shnor_lib.sources.pupils.pupils.PUPILS` for everybody who was not refused.

    Parameters
    ----------
    rows, place
        Pupils after all rules.
    marks
        Their marks, NaN none.
    keys
        ``year``, ``grade``, ``subject``, ``season`` of each row.
    date
        When the work was written, ISO.
    context
        Turns participant codes into codes of pupils, school by school.
    """
    good = ~rows.refused
    size = int(good.sum())
    present = rows.writers[good]
    kept = keys[good].reset_index(drop=True)
    code = context.code
    frame = pd.DataFrame(
        {
            "school_id": rows.school[good],
            "year": kept["year"],
            "season": kept["season"],
            "procedure": "vpr",
            "grade": kept["grade"],
            "subject": kept["subject"],
            "date": date,
            "pupil": [
                code(f"{school}|{pupil}")
                for school, pupil in zip(rows.school[good], rows.code[good], strict=True)
            ],
            "present": present,
            "score": np.where(present, rows.score[good], np.nan),
            "max_score": rows.max_score[good],
            "test_score": np.nan,
            "mark": marks[good],
            "journal_mark": np.where(present, rows.journal[good], np.nan),
            "appeal": False,
        },
        index=range(size),
    )
    frame = with_provenance(frame, context.file, place.sheet.name, place.numbers[good].tolist())
    return frame.reindex(columns=list(PUPILS)).astype(PUPILS)


def tasks_frame(
    rows: Rows, place: Place, keys: pd.DataFrame, context: Context
) -> tuple[pd.DataFrame, list[Problem]]:
    """Rows of ``task_results`` for the pupils who wrote, and why there are none."""
    tasks, wrote = place.tasks, rows.writers
    # A pupil with a score but not one task typed in says nothing of tasks.
    used = wrote & (scored(rows.points) | (rows.score == 0))
    if not used.any() or not tasks:
        return TABLES["task_results"].empty(), []
    points = rows.points[used]
    maxima: Floats | None
    if total_maximum(tasks) is not None:
        maxima = np.array([task.max_score for task in tasks], dtype=np.float64)
    else:
        highest = rows.max_score[used][0]
        maxima = maxima_from_points(points, None if np.isnan(highest) else float(highest))
    if maxima is None:
        return TABLES["task_results"].empty(), [
            Problem(
                place.row(int(np.flatnonzero(used)[0])),
                tasks[0].place,
                "task-maxima-unknown",
                "в этой форме не указано, сколько баллов дают за каждое задание, и по баллам "
                "учеников этого не видно: выполнение заданий не посчитано.",
                "заголовки вида «1 (2б)».",
                "Ничего делать не нужно: баллы и отметки прочитаны.",
                Severity.WARNING,
                refuses=False,
            )
        ]
    kept = keys[used].reset_index(drop=True)
    kept.insert(0, "school_id", rows.school[used])
    found = task_results(
        tasks,
        maxima,
        points,
        kept[["school_id", "year", "season", "grade", "subject"]],
        place.numbers[used],
        context.file,
        place.sheet.name,
    )
    return found, []


def letters_of(match: Match) -> dict[str, str]:
    """Tidy columns of what pupils become → column letters of what they are made from."""
    letters = {name: get_column_letter(place + 1) for name, place in match.places.items()}
    sources = {
        "school_id": ("school", "name"),
        "n": ("score",),
        "score": ("score",),
        "n_score": ("score",),
        "mean_score": ("score",),
        "n_absent": ("variant", "score"),
        **dict.fromkeys(("n2", "n3", "n4", "n5", "n_low", "n_high"), ("mark", "score")),
        **dict.fromkeys(("n_lower", "n_equal", "n_higher", "spearman"), ("journal",)),
    }
    found = {
        tidy: next((letters[name] for name in names if name in letters), "")
        for tidy, names in sources.items()
    }
    return {tidy: letter for tidy, letter in found.items() if letter}


def schools_seen(rows: Rows, place: Place, name: str, context: Context) -> pd.DataFrame:
    """Every school once, with its name and municipality where the protocol gives them.

    ``name`` is what the title calls the only school.
    """
    called = names(place.column("name"))
    called[called == ""] = name
    home = municipalities(place.column("municipality"))
    frame = pd.DataFrame({"school_id": rows.school, "name": called, "municipality": home})
    frame = with_provenance(frame, context.file, place.sheet.name, place.numbers.tolist())
    frame = frame[~rows.refused].drop_duplicates("school_id").reset_index(drop=True)
    frame["name"] = frame["name"].mask(frame["name"] == "", frame["school_id"])
    frame["municipality"] = frame["municipality"].mask(frame["municipality"] == "")
    return frame[list(SEEN_COLUMNS)].astype(dict(nothing_seen().dtypes))
