"""Where the reports «Достижение планируемых результатов» of a sheet begin, their columns and rows."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from shnor_lib.sources.cells.tasks import parse_task
from shnor_lib.sources.cells.values import clean_text, fold, is_empty, parse_number
from shnor_lib.sources.layouts.fis_oko_blocks import Grid, cell
from shnor_lib.sources.layouts.protocol_title import about
from shnor_lib.tables import Column

HEADING = re.compile(
    r"(?:блоки пооп|проверяемые (?:требования|умения|элементы)|планируемые результаты).*", re.I
)
MAXIMUM = Column(
    "max_score",
    "Макс балл",
    "float",
    "наибольший балл за задание.",
    required=True,
    aliases=("Макс. балл", "Макс.балл", "Максимальный балл", "Максимальный балл за задание"),
)
TASK = Column(
    "task", "Номер задания", "text", "номер.", aliases=("№ задания", "Задание", "№", "№ п/п")
)
_PLACES = {fold(text): column.name for column in (MAXIMUM, TASK) for text in column.headings()}
_COUNT = re.compile(r"[\d\s]+(?:уч|чел)\w*\.?", re.I)
NUMBERED = re.compile(
    r"(?:№\s*)?(\d{1,2}(?:[.,]\d{1,2}){0,2}\s*(?:[кk]\s*\d{1,2})?\s*(?:\(\s*\d{1,2}\s*\))?)"
    r"(?:[.)]\s*|\s+)(?=\D)(.+)",
    re.I,
)


@dataclass
class Block:
    """One report on a sheet.

    Attributes
    ----------
    head
        Row of the headings, from 0.
    requirement, maximum, task
        Columns from 0; no column of tasks where ``task`` is None.
    heads
        Column → heading, for all others.
    nobody
        Columns under whose heading «0 уч.» stands: their zeros are no zeros.
    title
        Lines above the headings.
    numbers
        Rows of requirements, from 0.
    """

    head: int
    requirement: int
    maximum: int
    task: int | None
    heads: dict[int, str]
    nobody: set[int] = field(default_factory=set)
    title: list[str] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)


def planned_blocks(rows: Grid) -> list[Block]:
    """The reports on a sheet; headings repeated on every page go on with the report before."""
    found: list[Block] = []
    opened: list[tuple[Block, int]] = []
    for number in range(len(rows)):
        # Headings merged over two rows stand in both.
        if not opened or number >= opened[-1][1]:
            here = _opened(rows, number)
            if here is not None:
                opened.append(here)
    for i, (block, below) in enumerate(opened):
        start = 0
        if i:
            before, first = opened[i - 1]
            start = block.head
            while start > first and not _has_numbers(rows, start - 1, before):
                start -= 1
            found[-1].numbers = [row for row in found[-1].numbers if row < start]
        lines = (
            " ".join(text for text in map(clean_text, rows[row]) if text)
            for row in range(start, block.head)
        )
        block.title = [line for line in lines if line]
        end = opened[i + 1][0].head if i + 1 < len(opened) else len(rows)
        block.numbers = [row for row in range(below, end) if _is_requirement(rows, row, block)]
        if found and _goes_on(found[-1], block):
            found[-1].numbers += block.numbers
        else:
            found.append(block)
    return found


def _opened(rows: Grid, number: int) -> tuple[Block, int] | None:
    """A report whose headings stand in a row, and the first row of data; None for other rows."""
    texts = {i: clean_text(v) for i, v in enumerate(rows[number]) if isinstance(v, str)}
    requirement = next((i for i, text in texts.items() if HEADING.fullmatch(text)), None)
    places = {_PLACES[fold(text)]: i for i, text in texts.items() if fold(text) in _PLACES}
    if requirement is None or "max_score" not in places:
        return None
    used = {requirement, *places.values()}
    heads = {i: text for i, text in texts.items() if text and i not in used}
    block = Block(number, requirement, places["max_score"], places.get("task"), heads)
    below = number + 1
    while below < min(len(rows), number + 4) and _is_more_headings(rows, below, block, used):
        for i, value in enumerate(rows[below]):
            text = clean_text(value)
            count = _COUNT.fullmatch(text)
            if count is not None and not int(re.sub(r"\D", "", text)):
                block.nobody.add(i)
            elif i not in used and text and count is None:
                # «По школе» under «Средний % выполнения» says more than what stands above it.
                block.heads[i] = text
        below += 1
    return block, below


def _is_more_headings(rows: Grid, number: int, block: Block, used: set[int]) -> bool:
    """Rows under the headings with «24 уч.» or further words, but no numbers."""
    for place in used:
        text = fold(cell(rows, number, place))
        if text not in ("", fold(cell(rows, block.head, place))):
            return False
    values = [value for i, value in enumerate(rows[number]) if i not in used]
    values = [value for value in values if not is_empty(value)]
    return bool(values) and all(
        isinstance(value, str) and parse_number(value) is None for value in values
    )


def _has_numbers(rows: Grid, number: int, block: Block) -> bool:
    places = [block.maximum, *block.heads]
    return sum(parse_number(cell(rows, number, place)) is not None for place in places) >= 2


def _is_requirement(rows: Grid, number: int, block: Block) -> bool:
    """Rows with numbers, and numbered requirements without; other words are sections and notes."""
    places = [block.maximum, *block.heads]
    if any(not is_empty(cell(rows, number, place)) for place in places):
        return True
    text = clean_text(cell(rows, number, block.requirement))
    numbered = block.task is not None and parse_task(cell(rows, number, block.task)) is not None
    return bool(text) and (numbered or NUMBERED.fullmatch(text) is not None)


def _goes_on(before: Block, block: Block) -> bool:
    said = about(block.title, "")
    silent = all(value is None for value in (said.year, said.grade, said.subject))
    return silent and (before.requirement, before.maximum, before.task, before.heads) == (
        block.requirement,
        block.maximum,
        block.task,
        block.heads,
    )
