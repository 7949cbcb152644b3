"""Rows about single pupils, and how they become results of schools.

Readers of protocols give rows of :data:`PUPILS`. They live only between reading and assembling:
no table of pupils is ever written. All files are needed first, because an appeal in one file
replaces a mark in another, and a pupil may sit twice.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import pandas as pd

from shnor_lib.faults import Fault
from shnor_lib.project import Calendar
from shnor_lib.sources.pupils.pupil_tables import sum_pupils
from shnor_lib.sources.pupils.sittings import one_result_each
from shnor_lib.sources.pupils.task_sums import sum_tasks
from shnor_lib.sources.schools.school_names import Letters
from shnor_lib.tables import PROVENANCE_DTYPES

PUPILS: dict[str, str] = {
    "school_id": "string",
    "year": "Int64",
    "season": "string",
    "procedure": "string",
    "grade": "Int64",
    "subject": "string",
    "date": "string",
    "pupil": "string",
    "person": "string",
    "present": "boolean",
    "score": "Float64",
    "max_score": "Float64",
    "test_score": "Float64",
    "mark": "Int64",
    "journal_mark": "Int64",
    "appeal": "boolean",
    **PROVENANCE_DTYPES,
}
"""Columns of a pupil's row.

``school_id`` as the file writes it (login, РИС code); ``grade`` of the programme; ``date`` ISO,
NA when the file has none; ``pupil`` a code, unique within school and procedure, never a name;
``person`` the code of the pupil's name where the file has names (two pupils may share it), else
NA: it joins rows of one pupil when only some of the files carry a document;
``present`` false for absent pupils (no score, no mark); ``score`` primary score out of
``max_score``; ``test_score`` 0–100 (ЕГЭ); ``mark`` 2–5; ``journal_mark`` 2–5 in the journal;
``appeal`` the row replaces an earlier one.
"""


def no_pupils() -> pd.DataFrame:
    """An empty frame of pupils."""
    return pd.DataFrame({name: pd.Series(dtype=dtype) for name, dtype in PUPILS.items()})


@dataclass
class PupilResults:
    """What pupils' rows became.

    Attributes
    ----------
    tables
        ``results``, ``score_distribution``, ``journal_comparison``, ``task_results`` and
        ``result_sources``, tidy, one row per key.
    faults
        Repeated pupils, appeals without a pupil, second sittings, missing minimum scores.
    """

    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


def results_of_pupils(
    pupils: pd.DataFrame, tasks: pd.DataFrame, calendar: Calendar, letters: Letters
) -> PupilResults:
    """Results of schools from the rows of all pupils of all files.

    Parameters
    ----------
    pupils
        Rows of :data:`PUPILS` in the order of files, sheets and rows; ``school_id`` is already
        the register's code, so that the РИС code and the ФИС ОКО login of a school meet.
    tasks
        Partial ``task_results`` of the same sheets, weighted by ``n``; schools as in ``pupils``.
    calendar
        Minimum scores, and which of two sittings counts.
    letters
        For naming cells.
    """
    if pupils.empty:
        return PupilResults()
    frame = pupils.reindex(columns=list(PUPILS)).astype(PUPILS).reset_index(drop=True)
    sat = one_result_each(frame, calendar.second_sitting, letters)
    summed = sum_pupils(sat.kept, sat.appeals, calendar, letters)
    tables = {**summed.tables, "task_results": sum_tasks(tasks, sat.kept)}
    return PupilResults(tables, [*sat.faults, *summed.faults])


def partial_tasks(tasks: pd.DataFrame, pupils: pd.DataFrame) -> pd.Series[bool]:
    """Which rows of ``task_results`` are parts of sums: those of sheets with pupils' rows."""
    place = ["source_file", "source_sheet"]
    sheets = set(map(tuple, pupils[place].drop_duplicates().astype(object).to_numpy()))
    here = zip(tasks[place[0]].tolist(), tasks[place[1]].tolist(), strict=True)
    return pd.Series([key in sheets for key in here], index=tasks.index, dtype=bool)
