"""Which rows of a protocol are pupils with a score, which are absent, which cannot be trusted.

Every rule takes the :class:`~.rows.Rows` of a sheet, marks what follows from it and returns what
there is to say. A row refused by one rule is left alone by the following. What touches many rows
is said once per sheet or school, with numbers.
"""

from __future__ import annotations

from shnor_lib.sources.cells.problems import Problem
from shnor_lib.sources.layouts.vpr_protocols.bounds import another_work, bounds
from shnor_lib.sources.layouts.vpr_protocols.place import Place
from shnor_lib.sources.layouts.vpr_protocols.presence import (
    part_missing,
    presence,
    without_school_or_code,
)
from shnor_lib.sources.layouts.vpr_protocols.rows import Rows
from shnor_lib.sources.layouts.vpr_protocols.signs import strange_points, strange_score
from shnor_lib.sources.layouts.vpr_protocols.totals import totals_against_points


def judge(
    rows: Rows, place: Place, *, zero_is_absent: bool, tasks_win: bool, scale_maximum: bool
) -> list[Problem]:
    """Apply all rules.

    Parameters
    ----------
    rows
        Changed in place: ``score``, ``absent``, ``refused``.
    place
        Where things stand.
    zero_is_absent
        Whether the form fills the total of absent pupils with 0.
    tasks_win
        Whether a total that disagrees with the points is always recomputed; otherwise only where
        the difference is explained.
    scale_maximum
        Whether the highest score is not in the file but that of the scale in the calendar.
    """
    return [
        *without_school_or_code(rows, place),
        *part_missing(rows, place),
        *presence(rows, place, zero_is_absent),
        *strange_points(rows, place),
        *strange_score(rows, place),
        *totals_against_points(rows, place, tasks_win),
        *(another_work(rows, place) if scale_maximum else []),
        *bounds(rows, place),
    ]
