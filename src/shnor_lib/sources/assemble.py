"""Joining what was read from the files: one register, known schools, no row twice."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd

from shnor_lib.faults import Fault, Severity
from shnor_lib.project import Calendar
from shnor_lib.sources.cells.problems import reading_order
from shnor_lib.sources.crosschecks import crosscheck
from shnor_lib.sources.file_read import FileRead
from shnor_lib.sources.files.folder import input_files
from shnor_lib.sources.given.look import Given
from shnor_lib.sources.pupils.pupils import no_pupils, partial_tasks, results_of_pupils
from shnor_lib.sources.pupils.ready_made import protocols_win
from shnor_lib.sources.read import read_file
from shnor_lib.sources.repeats import without_repeats
from shnor_lib.sources.schools.identity import identify_schools
from shnor_lib.sources.schools.mergers import move_histories
from shnor_lib.sources.schools.named_places import register_places
from shnor_lib.sources.schools.names_beside import names_of_others
from shnor_lib.sources.schools.school_names import Letters, SchoolNames
from shnor_lib.store import Dataset
from shnor_lib.tables import CELLS_COLUMNS, PROCEDURES, TABLES


def assemble(
    reads: Iterable[FileRead], *, calendar: Calendar, for_site: Given | None = None
) -> Dataset:
    """Join files into one data set.

    Schools are found by code, ФИС ОКО login, РИС code or name; those that are not in the
    register are errors. Without a register one is derived from the results. Rows that say the
    same twice are errors that name both places.

    Parameters
    ----------
    reads
        Files in any order; the outcome does not depend on it.
    calendar
        When procedures were held.
    for_site
        Files and pages the user gave for the site (:func:`~.given.look.look`); None: nobody has
        looked, and links to files are not looked after.

    Returns
    -------
    Dataset
        Its ``faults`` are all faults of all files.
    """
    reads = sorted(reads, key=lambda read: read.file)
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
    register, found = without_repeats(TABLES["schools"], tables["schools"], letters)
    faults += found
    tables["schools"] = register
    given = any("schools" in read.tables for read in reads)
    # Before anything is summed: the РИС code and the login of one school must meet.
    known = identify_schools(
        tables, {"pupils": pupils, "tasks": tasks}, seen, letters, register_given=given
    )
    tables, pupils, tasks = known.tables, known.rows["pupils"], known.rows["tasks"]
    faults += known.faults
    tables = register_places(tables)
    by_register = SchoolNames(tables["schools"], tables["school_keys"])
    faults += names_of_others(seen, cells, by_register, letters)
    for name, table in TABLES.items():
        # Keys have been checked by their years.
        if name not in ("schools", "school_keys"):
            tables[name], found = without_repeats(table, tables[name], letters)
            faults += found
    made = results_of_pupils(pupils, tasks, calendar, letters)
    joined, found = protocols_win(made.tables, tables, letters)
    tables.update(joined)
    faults += [*made.faults, *found]
    faults += _not_held(tables["results"], letters, calendar)
    # Each school is checked against its own years before histories move.
    faults += crosscheck(tables, letters, calendar, None if for_site is None else for_site.files)
    faults += () if for_site is None else for_site.faults
    merged = move_histories(tables, known.mergers, letters)
    faults += merged.faults
    return Dataset(
        **merged.tables,
        cells=cells,
        faults=sorted(faults, key=reading_order),
        open_schools=[question.to_dict() for question in known.open_schools],
    )


def read_folder(raw_dir: Path, *, calendar: Calendar) -> Dataset:
    """Read every file under ``raw_dir`` and join them; see :func:`assemble`."""
    reads = [read_file(path, raw_dir=raw_dir, calendar=calendar) for path in input_files(raw_dir)]
    return assemble(reads, calendar=calendar)


def _concat(frames: Sequence[pd.DataFrame], empty: pd.DataFrame) -> pd.DataFrame:
    filled = [frame for frame in frames if len(frame)]
    return pd.concat(filled, ignore_index=True) if filled else empty


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
