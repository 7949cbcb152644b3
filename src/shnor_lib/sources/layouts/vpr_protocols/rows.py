"""The pupils of a protocol while it is read, and how rows are refused or talked about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from shnor_lib.faults import Severity
from shnor_lib.sources.cells.problems import Problem
from shnor_lib.sources.layouts.vpr_protocols.cells import Flags, Floats, Objects
from shnor_lib.sources.layouts.vpr_protocols.place import Place


@dataclass
class Rows:
    """The pupils of a sheet, one array each.

    Attributes
    ----------
    school
        Login or name; empty where it is not known.
    code
        Participant code; empty where there is none.
    absent_word
        «отсутствовал» in every part of the work.
    part_missing
        «отсутствовал» in one part of two.
    points, strange_points
        Pupils by tasks: points (NaN not scored); cells nobody understands.
    score, strange_score
        Stored total (NaN none), later the score; cells nobody understands.
    mark, journal
        Marks 2–5, NaN none.
    odd_marks
        By these two names: cells that are no mark and do not say «none» either.
    max_score
        Highest possible score, NaN unknown.
    absent, refused
        What the rules decide.
    """

    school: Objects
    code: Objects
    absent_word: Flags
    part_missing: Flags
    points: Floats
    strange_points: Flags
    score: Floats
    strange_score: Flags
    mark: Floats
    journal: Floats
    odd_marks: dict[str, Flags]
    max_score: Floats
    absent: Flags
    refused: Flags

    @property
    def writers(self) -> Flags:
        """Pupils who wrote and whom no rule has refused so far."""
        return ~self.absent & ~self.refused


def refuse(
    rows: Rows,
    place: Place,
    where: Flags,
    col: int | None | Callable[[int], int],
    code: str,
    message: Callable[[int], str],
    expected: str,
    remedy: str,
    severity: Severity = Severity.ERROR,
) -> list[Problem]:
    """Refuse rows, each with its own problem; ``message`` gets the position of the row."""
    where = where & ~rows.refused
    rows.refused |= where
    return [
        Problem(
            place.row(i),
            col(i) if callable(col) else col,
            code,
            message(i),
            expected,
            remedy,
            severity,
        )
        for i in np.flatnonzero(where).tolist()
    ]


def say(
    place: Place,
    where: Flags,
    col: int | None,
    code: str,
    message: str,
    expected: str,
    remedy: str,
    severity: Severity = Severity.WARNING,
) -> list[Problem]:
    """Say something once, at the first of the rows it is about; nothing when there are none."""
    found = np.flatnonzero(where)
    if not len(found):
        return []
    row = place.row(int(found[0]))
    return [Problem(row, col, code, message, expected, remedy, severity, refuses=False)]


def number(value: float, digits: int | None = None) -> str:
    """A number in a sentence, with the decimal comma."""
    text = f"{value:g}" if digits is None else f"{value:.{digits}f}"
    return text.replace(".", ",")
