"""Blocks of a sheet of protocols: one exam each, under headings that may change and repeat."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from shnor_lib.sources.cells.headings import Match, find_form
from shnor_lib.sources.cells.values import clean_text, fold, parse_number
from shnor_lib.sources.layouts.gia_protocols.exam import Exam, exam_in_cell, exam_in_line
from shnor_lib.sources.layouts.gia_protocols.forms import place_strange

_LINE_CELLS = 4
"""Filled cells a line between tables has at most."""
_SUMS = ("средн", "итого", "всего")
_TELLING = (
    "school_id", "score", "test_score", "mark", "surname", "full_name", "participant", "short",
    "exam",
)  # fmt: skip


@dataclass
class Block:
    """Rows of one exam under one row of headings.

    Attributes
    ----------
    exam
        What the line above says; None when there is none.
    head
        Row of the headings, from 0.
    places
        Column name → column from 0.
    title
        Lines above the table.
    numbers
        Rows of data, from 0.
    """

    exam: Exam | None
    head: int
    places: dict[str, int]
    title: list[str]
    numbers: list[int] = field(default_factory=list)


def blocks_of(rows: Sequence[Sequence[Any]], match: Match) -> list[Block]:
    """Every block of a sheet, from top to bottom; blocks without rows are left out.

    A line «12 - Обществознание 2026.07.03» begins an exam, a row of headings a table (the same
    headings on the next printed page continue it). Rows «Средние» and lines of text are no data.
    With a column «Экзамен» every exam named in it is a block of its own.

    Parameters
    ----------
    rows
        The sheet.
    match
        Its first row of headings.
    """
    title: list[str] = []
    exam: Exam | None = None
    for row in rows[: match.row]:
        line = _line(row)
        if line:
            title.append(line)
            exam = exam_in_line(line) or exam
    places, number = _with_second_row(rows, match)
    found = [Block(exam, match.row, places, title)]
    while number < len(rows):
        row = rows[number]
        current = found[-1]
        line = _line(row)
        named = exam_in_line(line) if line else None
        if named is not None:
            found.append(Block(named, current.head, current.places, title))
        elif not line and _may_be_headings(row):
            again = find_form([row], [match.form])
            if again is not None and len(again.places) >= 3:
                again = Match(again.form, number, again.places, strange=again.strange)
                places, number = _with_second_row(rows, again)
                found.append(Block(current.exam, again.row, places, title))
                continue
        elif _is_data(row, current.places):
            current.numbers.append(number)
        number += 1
    blocks = [block for block in found if block.numbers]
    for block in blocks:
        _to_filled_columns(rows, block)
    return [part for block in blocks for part in _by_exam(rows, block)]


def _line(row: Sequence[Any]) -> str:
    """Text of a row with few filled cells; nothing for rows of tables."""
    texts: list[str] = []
    for value in row:
        text = "" if value == "" else clean_text(value)
        if text:
            texts.append(text)
            if len(texts) > _LINE_CELLS:
                return ""
    return " ".join(texts)


def _may_be_headings(row: Sequence[Any]) -> bool:
    """Headings are words: no number stands in their row."""
    return not any(
        isinstance(value, int | float) or (isinstance(value, str) and value.strip()[:1].isdigit())
        for value in row
    )


def _with_second_row(rows: Sequence[Sequence[Any]], match: Match) -> tuple[dict[str, int], int]:
    """Columns with those of a second row of headings, and the first row below them.

    A second row stands under «Текущие»: «Первичный балл | Оценка». The row of column numbers
    1, 2, 3 … is skipped.
    """
    places = place_strange(match.places, match.strange)
    number = match.row + 1
    if number < len(rows) and _may_be_headings(rows[number]):
        keys = match.form.keys
        taken = set(places.values())
        below = {
            name: index
            for index, value in enumerate(rows[number])
            if index not in taken
            for name in keys.get(fold(value), ())[:1]
            if name not in places
        }
        if below and len(set(below.values())) == len(below):
            places = {**places, **below}
            number += 1
    if number < len(rows):
        values = [parse_number(value) for value in rows[number] if clean_text(value)]
        if len(values) >= 3 and values == [float(k) for k in range(1, len(values) + 1)]:
            number += 1
    return places, number


def _is_data(row: Sequence[Any], places: dict[str, int]) -> bool:
    first = next((text for value in row if value != "" and (text := clean_text(value))), "")
    if not first or first.casefold().startswith(_SUMS):
        return False
    order = places.get("order")
    if order is not None and parse_number(row[order]) is not None:
        others = (value for index, value in enumerate(row) if index != order)
        return any(value != "" and clean_text(value) for value in others)
    telling = sum(clean_text(row[places[name]]) != "" for name in _TELLING if name in places)
    return telling >= 2


def _to_filled_columns(rows: Sequence[Sequence[Any]], block: Block) -> None:
    """Print layouts merge cells: where nothing stands under a heading, take the column beside it.

    Only columns between the neighbouring headings come into question.
    """
    used = sorted(set(block.places.values()))
    width = max(len(rows[number]) for number in block.numbers)

    def filled(index: int) -> bool:
        return any(clean_text(rows[number][index]) for number in block.numbers)

    moved = dict(block.places)
    for name, place in block.places.items():
        if filled(place):
            continue
        right = next((other for other in used if other > place), width)
        left = next((other for other in reversed(used) if other < place), -1)
        near = [*range(place + 1, right), *range(place - 1, left, -1)]
        moved[name] = next(
            (index for index in near if index not in moved.values() and filled(index)), place
        )
    block.places = moved


def _by_exam(rows: Sequence[Sequence[Any]], block: Block) -> list[Block]:
    """The block, or one for every exam its column «Экзамен» names."""
    place = block.places.get("exam")
    if place is None:
        return [block]
    parts: dict[str, Block] = {}
    for number in block.numbers:
        text = clean_text(rows[number][place])
        if text not in parts:
            exam = exam_in_cell(text) if text else block.exam
            parts[text] = Block(exam, block.head, block.places, block.title)
        parts[text].numbers.append(number)
    return list(parts.values())
