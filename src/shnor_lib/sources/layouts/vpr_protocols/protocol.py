"""How every ВПР protocol is read: headings, cells, rules, marks, then pupils and tasks.

The forms differ in headings and in what they fill in beforehand; each has a module of its own
that says so in a :class:`Protocol`.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from shnor_lib.project import Calendar
from shnor_lib.sources.cells.headings import Form, Match
from shnor_lib.sources.cells.problems import Problem
from shnor_lib.sources.cells.values import parse_date
from shnor_lib.sources.files.grid import Sheet
from shnor_lib.sources.layouts.base import Context, SheetRead, no_data
from shnor_lib.sources.layouts.protocol_title import login_in, school_in_path, title_lines
from shnor_lib.sources.layouts.vpr_protocols import cells
from shnor_lib.sources.layouts.vpr_protocols.cells import Flags
from shnor_lib.sources.layouts.vpr_protocols.heads import (
    no_school_at_all,
    pupil_rows,
    title_problems,
)
from shnor_lib.sources.layouts.vpr_protocols.marks import classes_disagree, marks_of, scales_of
from shnor_lib.sources.layouts.vpr_protocols.output import (
    letters_of,
    pupils_frame,
    schools_seen,
    tasks_frame,
)
from shnor_lib.sources.layouts.vpr_protocols.place import Place
from shnor_lib.sources.layouts.vpr_protocols.rows import Rows
from shnor_lib.sources.layouts.vpr_protocols.rules import judge
from shnor_lib.sources.layouts.vpr_protocols.tasks import total_maximum
from shnor_lib.sources.layouts.vpr_title import Title, read_title
from shnor_lib.sources.pupils.pupils import no_pupils
from shnor_lib.tables import TABLES

_TWO_PARTS = 0.1
"""Variants of a second part given to fewer of the pupils are slips of the pen."""


@dataclass(frozen=True)
class Protocol:
    """What is particular to one form.

    Parameters
    ----------
    form
        Its headings. Columns are called ``school``, ``name``, ``municipality``, ``pupil``,
        ``class``, ``variant``, ``variant2``, ``score``, ``mark``, ``journal``, ``uploaded``.
    task
        What headings of tasks look like; its group ``task`` is for
        :func:`shnor_lib.sources.cells.tasks.parse_task`.
    zero_is_absent
        Whether the form fills the total of absent pupils with 0.
    tasks_win
        Whether totals that disagree with the points are always recomputed.
    """

    form: Form
    task: re.Pattern[str]
    zero_is_absent: bool = False
    tasks_win: bool = False


@dataclass(frozen=True)
class Work:
    """What a sheet says of itself as a whole; empty where it does not.

    Attributes
    ----------
    title
        Subject, grade, year, season, highest possible score.
    date
        When it was written.
    school, name
        The school all rows belong to when they name none.
    """

    title: Title = field(default_factory=Title)
    date: dt.date | None = None
    school: str = ""
    name: str = ""


def read_protocol(
    protocol: Protocol, sheet: Sheet, match: Match, context: Context, work: Work | None = None
) -> SheetRead:
    """Read a sheet about one work.

    Parameters
    ----------
    protocol
        The form.
    sheet, match, context
        As every reader gets them.
    work
        What the sheet is about; by default what stands above the table and in the path.
    """
    place, problems = pupil_rows(sheet, match, protocol.task)
    if work is None:
        lines = title_lines(sheet.rows, match.row)
        work = Work(read_title(lines, sheet.name, context.file))
    if not work.school and not (place.has("school") or place.has("name")):
        work = replace(work, school=school_in_path(context.file) or "")
        if not work.school:
            problems.append(no_school_at_all(match, place.size))
    if not problems and not place.size:
        problems.append(no_data(match))
    problems += title_problems(work.title, match, place.size)
    if not place.size or any(problem.rows for problem in problems):
        return nothing_read(match, place.size, problems)
    keys = pd.DataFrame(
        {
            "year": work.title.year,
            "grade": work.title.grade,
            "subject": work.title.subject,
            "season": season_of(context.calendar, work, place.column("uploaded")),
        },
        index=range(place.size),
    )
    return read_pupils(protocol, place, context, keys, work, problems)


def nothing_read(match: Match, rows_in: int, problems: list[Problem]) -> SheetRead:
    """No row enters; several faults may say why, and the rows are counted in the first."""
    counted = False
    for i, problem in enumerate(problems):
        if problem.rows:
            problems[i] = replace(problem, rows=0 if counted else rows_in)
            counted = True
    empty = TABLES["results"].empty()
    return SheetRead("results", empty, rows_in, problems, letters_of(match), pupils=no_pupils())


def season_of(calendar: Calendar, work: Work, uploaded: Sequence[Any]) -> str:
    """Spring or autumn: as the title says, by the date of the work or of the upload, by the calendar.

    A work uploaded by July of its year was written in spring, whatever was planned.
    """
    year, grade = int(work.title.year or 0), work.title.grade
    if work.title.season is not None:
        return work.title.season
    dates = [date for value in dict.fromkeys(uploaded) if (date := parse_date(value))]
    for date in (work.date, max(dates, default=None)):
        if date is not None and date.year == year:
            return "autumn" if date.month >= 8 else "spring"
    return calendar.season("vpr", year, grade)


def read_pupils(
    protocol: Protocol,
    place: Place,
    context: Context,
    keys: pd.DataFrame,
    work: Work,
    problems: list[Problem],
) -> SheetRead:
    """Read the pupils once it is known what they wrote.

    Parameters
    ----------
    protocol
        The form.
    place
        Where everything stands.
    context
        As every reader gets it.
    keys
        ``year``, ``grade``, ``subject``, ``season`` of each row, index 0….
    work
        What the sheet says of itself.
    problems
        Found so far.
    """
    by_tasks = total_maximum(place.tasks)
    highest = by_tasks if by_tasks is not None else work.title.max_score
    scales = scales_of(context.calendar, keys, highest)
    rows = _rows(place, work)
    rows.max_score[:] = (
        highest
        if highest is not None
        else [float(scale.max_score) if scale else np.nan for scale in scales]
    )
    problems += judge(
        rows,
        place,
        zero_is_absent=protocol.zero_is_absent,
        tasks_win=protocol.tasks_win,
        scale_maximum=highest is None,
    )
    marks, found = marks_of(rows, place, scales, keys)
    problems += [*found, *classes_disagree(rows, place, keys)]
    by_task, found = tasks_frame(rows, place, keys, context)
    problems += found
    date = work.date.isoformat() if work.date else None
    return SheetRead(
        "results",
        TABLES["results"].empty(),
        place.size,
        problems,
        letters_of(place.match),
        schools_seen(rows, place, work.name, context),
        pupils=pupils_frame(rows, place, marks, keys, date, context),
        more={"task_results": by_task},
        rows_used=int((~rows.refused).sum()),
    )


def _rows(place: Place, work: Work) -> Rows:
    """The cells, understood; nothing is decided yet."""
    size = place.size
    points = [cells.points(place.cells(task.place)) for task in place.tasks]
    score = cells.totals(place.column("score"))
    mark, journal = (cells.marks(place.column(name)) for name in ("mark", "journal"))
    school = cells.schools(place.column("school"))
    names = place.column("name")
    of_the_sheet = np.full(size, work.school or work.name, dtype=object)
    for spare in (cells.schools(names), of_the_sheet, cells.names(names)):
        empty = np.asarray(school == "")
        school[empty] = spare[empty]
    absent, part_missing = _absent(place)
    nothing = np.zeros((size, 0))
    return Rows(
        school=school,
        code=cells.codes(place.column("pupil")),
        absent_word=absent,
        part_missing=part_missing,
        points=np.column_stack([p.values for p in points]) if points else nothing,
        strange_points=np.column_stack([p.strange for p in points]) if points else nothing > 0,
        score=score.values,
        strange_score=score.strange,
        mark=mark.values,
        journal=journal.values,
        odd_marks={"mark": mark.strange, "journal": journal.strange},
        max_score=np.full(size, np.nan),
        absent=np.zeros(size, dtype=np.bool_),
        refused=np.zeros(size, dtype=np.bool_),
    )


def _absent(place: Place) -> tuple[Flags, Flags]:
    """Who was absent from the whole of a work, and who from one of its two parts.

    A column for a second part stands in every file of 2020; the work has two parts when variants
    of it were given out.
    """
    one, two = place.column("variant"), place.column("variant2")
    absent_one, absent_two = cells.absent(one), cells.absent(two)
    there_one = cells.given(one) & ~absent_one
    there_two = cells.given(two) & ~absent_two
    if there_two.sum() <= _TWO_PARTS * there_one.sum():
        return absent_one, np.zeros(place.size, dtype=np.bool_)
    missing = (absent_one & there_two) | (absent_two & there_one)
    return (absent_one | absent_two) & ~missing, missing


def school_of_line(line: str) -> tuple[str, str]:
    """Login and name in a line of title: «МБОУ «СОШ № 1»(edu000001) | Кол-во участников: 25».

    Examples
    --------
    >>> school_of_line("МБОУ «СОШ № 1»(edu000001) | Кол-во участников: 25")
    ('edu000001', 'МБОУ «СОШ № 1»')
    """
    return login_in(line) or "", cells.school_name(line.split("|")[0])
