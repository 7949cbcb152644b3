"""The results criterion once more, in plain loops and fractions, to check the arrays against.

Written from the description of the rule, not from the code under test.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any


@dataclass(frozen=True)
class Reading:
    """One reading of the rule."""

    threshold: Fraction = Fraction(1, 5)
    years: int = 2
    combine: str = "and"
    unit: str = "subject"
    same_subject: bool = True
    consecutive: bool = True
    min_subjects: int = 1
    min_participants: int = 10
    window: int = 3


def unit_years(
    rows: Iterable[Mapping[str, Any]], unit: str
) -> dict[str, dict[tuple[Any, ...], dict[int, list[int | None]]]]:
    """School → unit → year → [n, low, high] summed over grades and seasons."""
    found: dict[str, dict[tuple[Any, ...], dict[int, list[int | None]]]] = defaultdict(
        lambda: defaultdict(dict)
    )
    for row in rows:
        if not row["n"]:
            continue
        grade = (row["grade"],) if unit == "subject_grade" else ()
        key = (row["procedure"], row["subject"], *grade)
        cell = found[row["school_id"]][key].setdefault(row["year"], [0, 0, 0])
        for position, name in enumerate(("n", "n_low", "n_high")):
            value, sofar = row[name], cell[position]
            cell[position] = None if value is None or sofar is None else sofar + int(value)
    return found


def speaks(cell: list[int | None], reading: Reading) -> bool | None:
    """Whether a unit-year speaks for the criterion; None when it cannot be told."""
    n, low, high = cell
    assert n is not None
    beyond = None if low is None else Fraction(low, n) >= reading.threshold
    none_high = None if high is None else high == 0
    if reading.combine == "low_only":
        return beyond
    if reading.combine == "no_high_only":
        return none_high
    pair = (beyond, none_high)
    if reading.combine == "and":
        return False if False in pair else None if None in pair else True
    return True if True in pair else None if None in pair else False


def outcome(
    units: Mapping[tuple[Any, ...], Mapping[int, list[int | None]]],
    held: Mapping[str, set[int]],
    year: int,
    reading: Reading,
) -> str:
    """Outcome of the criterion for one school in one status year."""
    if reading.same_subject:
        return _same(units, held, year, reading)
    years = sorted({y for some in held.values() for y in some if y <= year})
    length = reading.years if reading.consecutive else reading.window
    window = years[-length:]
    if year not in window:
        return "no_data"
    met = seen = there = 0
    for y in window:
        cells = [by_year[y] for by_year in units.values() if y in by_year]
        usable = [c for c in cells if c[0] >= reading.min_participants]
        answers = [speaks(c, reading) for c in usable]
        subjects = {
            key[:2]
            for key, by_year in units.items()
            if y in by_year
            and by_year[y][0] >= reading.min_participants
            and speaks(by_year[y], reading)
        }
        met += len(subjects) >= reading.min_subjects
        seen += any(answer is not None for answer in answers)
        there += bool(cells)
    needed = reading.years
    return (
        "met" if met >= needed else "not_met" if seen >= needed else "few"
        if there >= needed else "no_data"
    )  # fmt: skip


def _same(
    units: Mapping[tuple[Any, ...], Mapping[int, list[int | None]]],
    held: Mapping[str, set[int]],
    year: int,
    reading: Reading,
) -> str:
    found: dict[str, set[tuple[Any, ...]]] = defaultdict(set)
    for key, by_year in units.items():
        years = sorted(y for y in held[key[0]] if y <= year)
        if year not in years:
            continue
        length = reading.years if reading.consecutive else reading.window
        window = years[-length:]
        there = [y for y in window if y in by_year]
        enough = [y for y in there if by_year[y][0] >= reading.min_participants]
        answers = [speaks(by_year[y], reading) for y in enough]
        if reading.consecutive:
            if len(there) < reading.years:
                kind = "no_data"
            elif len(enough) < reading.years:
                kind = "few"
            elif all(answers):
                kind = "met"
            else:
                kind = "not_met" if False in answers else "no_data"
        elif answers.count(True) >= reading.years:
            kind = "met"
        elif len([a for a in answers if a is not None]) >= reading.years:
            kind = "not_met"
        else:
            short = len(there) >= reading.years > len(enough)
            kind = "few" if short else "no_data"
        found[kind].add(key)
    if len({key[:2] for key in found["met"]}) >= reading.min_subjects:
        return "met"
    if found["met"] or found["not_met"]:
        return "not_met"
    return "few" if found["few"] else "no_data"
