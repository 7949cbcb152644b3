"""Reports on a sheet: where each begins, which columns and rows it has, which report it is.

Most reports of ФИС ОКО begin with «Группы участников | Кол-во ОО | Кол-во участников»; only the
headings after these, the words above and the rows below tell them apart. «2», «3», «4», «5» are
marks in one report, primary scores in another and tasks in a third: which report it is, is
therefore decided from everything around the headings, in :func:`kind_of` and nowhere else.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import Any, Literal

from shnor_lib.sources.cells.headings import Form, Match
from shnor_lib.sources.cells.tasks import parse_task
from shnor_lib.sources.cells.values import clean_text, fold, is_empty, parse_number
from shnor_lib.sources.layouts.fis_oko_rows import login_of, names_a_school
from shnor_lib.sources.layouts.protocol_title import about
from shnor_lib.sources.layouts.vpr import N_COLUMN
from shnor_lib.tables import Column

Grid = Sequence[Sequence[Any]]
Kind = Literal["marks", "scores", "tasks", "journal", "groups"]
Change = Literal["lower", "equal", "higher", "total"]

NAME_COLUMN = Column(
    "name",
    "Группы участников",
    "text",
    "название школы.",
    required=True,
    aliases=("Группа участников",),
)
GROUP_COLUMNS = (
    NAME_COLUMN,
    Column("schools", "Кол-во ОО", "int", "число школ.", aliases=("Количество ОО",)),
    Column("login", "Логин", "text", "логин школы.", aliases=("Логин ОО",)),
    N_COLUMN,
)
"""What every report begins with."""

_NAME_KEYS = frozenset(fold(text) for text in NAME_COLUMN.headings())
_PLACES = {fold(text): column.name for column in GROUP_COLUMNS for text in column.headings()}
_LOOKED_AT = 60
_SERVICE_ROWS = 4
_MAXIMUM = re.compile(r"макс\w*\.? (?:возможн\w* )?(?:первичн\w* )?балл\w*.{0,20}")
_MARK = re.compile(r"(?:отметка|оценка)? ?([2-5])(?: ?,? ?%)?")
_SCORE_GROUP = re.compile(
    r"гр(?:уппа|уппы)?\.? ?(?:балл|отмет).*|(?:отметка|оценка|получ\w*(?: отметку)?)\W*[2-5]"
)
_CHANGES: dict[str, Change] = {
    fold("Понизили"): "lower",
    fold("Подтвердили"): "equal",
    fold("Повысили"): "higher",
    fold("Всего"): "total",
    fold("Итого"): "total",
}
_LEVELS = {
    fold(text): letter
    for letter, texts in (
        ("Б", ("Б", "Базовый", "Баз")),
        ("П", ("П", "Повышенный", "Пов")),
        ("В", ("В", "Высокий", "Выс")),
    )
    for text in texts
}


@dataclass(frozen=True)
class Heading:
    """A heading right of the first columns.

    Attributes
    ----------
    text
        What stands lowest.
    above
        The heading it stands under, or nothing.
    value
        The cell as it is.
    """

    text: str
    above: str
    value: Any


@dataclass
class Block:
    """One report on a sheet.

    Attributes
    ----------
    head
        Row of the headings, from 0.
    places
        ``name``, ``schools``, ``login``, ``n`` → column from 0.
    repeated
        Those that stand there more than once → all their columns.
    heads
        Column → heading, for all others.
    title
        Lines above the headings.
    kind
        Which report it is, None when nobody knows.
    body
        Rows below the headings that are not empty and no service rows, from 0.
    numbers
        Those that have a name and a number.
    nameless
        Those that have numbers but no name.
    above
        Rows above the headings that look like rows of schools, from 0.
    maxima, levels
        Rows with the most points and with the level («Б», «П») of each task.
    """

    head: int
    places: dict[str, int]
    repeated: dict[str, tuple[int, ...]]
    heads: dict[int, Heading]
    title: list[str] = field(default_factory=list)
    kind: Kind | None = None
    body: list[int] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    nameless: list[int] = field(default_factory=list)
    above: list[int] = field(default_factory=list)
    maxima: int | None = None
    levels: int | None = None

    @property
    def name(self) -> int:
        """Column of names (the first one when its heading is not there)."""
        return self.places.get("name", 0)

    @property
    def rows(self) -> int:
        """Number of rows that are data."""
        return len(self.numbers) + len(self.nameless) + len(self.above)

    @property
    def counted(self) -> list[int]:
        """Columns with numbers."""
        found = [self.places[name] for name in ("schools", "n") if name in self.places]
        return [*found, *self.heads]


def form(kind: Kind, name: str, title: str) -> Form:
    """The form of one of the reports; several of one kind may stand on a sheet."""
    return Form(name, title, GROUP_COLUMNS, shared=frozenset(), settle=partial(_settle, kind))


def _settle(kind: Kind, rows: Grid, match: Match) -> Match | None:
    if not {"name", "schools"} & set(match.places):
        return None
    # The first rows tell; there may be thousands, and every form asks.
    near = blocks(rows[: match.row + _LOOKED_AT + 2 * _SERVICE_ROWS], match)
    here = next((block for block in near if match.row == block.head), None)
    return match if here is not None and here.kind == kind else None


def cell(rows: Grid, number: int, place: int) -> Any:
    """A cell, empty beyond the end of its row."""
    row = rows[number]
    return row[place] if place < len(row) else ""


def level_of(value: Any) -> str | None:
    """«Б», «П» or «В» for the level of a task, however written."""
    return _LEVELS.get(fold(value))


def change_of(text: Any) -> Change | None:
    """What a row or heading of «Сравнение отметок …» counts, or None.

    Examples
    --------
    >>> change_of("Понизили (Отметка < Отметка по журналу)"), change_of("Подтвердли %")
    ('lower', 'equal')
    >>> change_of("Лицей") is None
    True
    """
    return _change_of(text) if isinstance(text, str) and len(text) <= 90 else None


@lru_cache(maxsize=4096)
def _change_of(text: str) -> Change | None:
    words = re.findall(r"[^\W\d_]+", fold(text))
    if not words:
        return None
    near = difflib.get_close_matches(words[0], _CHANGES, n=1, cutoff=0.8)
    return _CHANGES[near[0]] if near else None


def mark_of(text: str) -> int | None:
    """The mark a heading is about («2», «Отметка 2», «2, %»), or None."""
    match = _MARK.fullmatch(fold(text))
    return int(match[1]) if match else None


def score_of(text: str) -> int | None:
    """The primary score a heading is about, or None."""
    return int(text) if re.fullmatch(r"\d{1,3}", text) else None


def blocks(rows: Grid, match: Match) -> list[Block]:
    """All reports on a sheet, of whatever kind.

    Headings repeated on every printed page, with nothing said above them, go on with the report
    before.
    """
    found: list[Block] = []
    opened: list[tuple[Block, int]] = []
    for number in sorted({match.row, *_heading_rows(rows)}):
        # Headings merged over two rows stand in both.
        if not opened or number >= opened[-1][1]:
            opened.append(_opened(rows, number))
    starts = [_title_start(rows, opened, i) for i in range(len(opened))]
    for i, (block, below) in enumerate(opened):
        end = starts[i + 1] if i + 1 < len(opened) else len(rows)
        above = range(starts[i], block.head)
        _read_above(rows, block, above)
        _sort_rows(rows, block, below, end)
        block.kind = kind_of(rows, block)
        before = found[-1] if found else None
        if before is not None and _goes_on(before, block):
            before.body += block.body
            before.numbers += block.numbers
            before.nameless += block.nameless
            before.above += block.above
        else:
            found.append(block)
    return found


def _heading_rows(rows: Grid) -> Iterator[int]:
    for number, row in enumerate(rows):
        for value in row:
            if isinstance(value, str) and len(value) < 40 and fold(value) in _NAME_KEYS:
                yield number
                break


def _opened(rows: Grid, number: int) -> tuple[Block, int]:
    """A report with its headings, and the first row below them."""
    texts = {i: clean_text(v) for i, v in enumerate(rows[number]) if not is_empty(v)}
    places: dict[str, list[int]] = {}
    for place, text in texts.items():
        name = _PLACES.get(fold(text))
        if name:
            places.setdefault(name, []).append(place)
    used = {place for found in places.values() for place in found}
    heads = {
        place: Heading(text, "", rows[number][place])
        for place, text in texts.items()
        if place not in used and text
    }
    below = number + 1
    if below < len(rows) and _is_second_row(rows, number, used, heads):
        heads, below = _two_rows(rows, number, used, heads), number + 2
    return (
        Block(
            number,
            {name: found[0] for name, found in places.items()},
            {name: tuple(found) for name, found in places.items() if len(found) > 1},
            heads,
        ),
        below,
    )


def _is_second_row(rows: Grid, number: int, used: set[int], heads: dict[int, Heading]) -> bool:
    """Whether the row below has headings too: nothing new under the first columns."""
    below = rows[number + 1]
    new = (
        place
        for place in used
        if fold(cell(rows, number + 1, place)) not in ("", fold(cell(rows, number, place)))
    )
    if not used or next(new, None) is not None:
        return False
    texts = [
        value for place, value in enumerate(below) if place not in used and not is_empty(value)
    ]
    if not texts or not heads or all(level_of(value) for value in texts):
        return False
    if any(change_of(head.text) for head in heads.values()):
        return all(parse_number(value) is None for value in texts)
    return not any(parse_task(head.value) or mark_of(head.text) for head in heads.values())


def _two_rows(
    rows: Grid, number: int, used: set[int], heads: dict[int, Heading]
) -> dict[int, Heading]:
    found: dict[int, Heading] = {}
    above = ""
    width = max(len(rows[number]), len(rows[number + 1]))
    for place in range(width):
        if place in used:
            above = ""
            continue
        # A merged heading stands in its first cell only.
        above = heads[place].text if place in heads else above
        value = cell(rows, number + 1, place)
        text = clean_text(value)
        if text:
            found[place] = Heading(text, above, value)
        elif place in heads:
            found[place] = Heading(above, "", heads[place].value)
    return found


def _is_data(rows: Grid, number: int, block: Block) -> bool:
    row = rows[number]
    counts = sum(parse_number(cell(rows, number, place)) is not None for place in block.counted)
    if counts >= 1 and login_of(clean_text(cell(rows, number, block.name))) is not None:
        return True
    return counts >= 2 or (counts >= 1 and any(change_of(value) for value in row))


def _title_start(rows: Grid, opened: list[tuple[Block, int]], index: int) -> int:
    """First row of the lines above a report."""
    if index == 0:
        return 0
    before, below = opened[index - 1]
    start = opened[index][0].head
    while start > below and not _is_data(rows, start - 1, before):
        start -= 1
    return start


def _read_above(rows: Grid, block: Block, above: range) -> None:
    """Lines of title; the row of levels and rows of schools, if they stand among them."""
    for number in above:
        texts = [text for text in map(clean_text, rows[number]) if text]
        cells = [text for text in texts if not fold(text).startswith("уровень")]
        if cells and all(level_of(text) for text in cells):
            block.levels = number
        elif _is_data(rows, number, block) and names_a_school(
            clean_text(cell(rows, number, block.name))
        ):
            block.above.append(number)
        elif texts:
            block.title.append(" ".join(texts))


def _sort_rows(rows: Grid, block: Block, below: int, end: int) -> None:
    """Rows below the headings: data, rows without a name, service rows."""
    last = below
    waiting: list[int] = []
    for number in range(below, end):
        row = rows[number]
        name = clean_text(cell(rows, number, block.name))
        if not any(not is_empty(value) for value in row):
            continue
        if (
            not block.numbers
            and number < below + _SERVICE_ROWS
            and _is_service(rows, number, block)
        ):
            continue
        block.body.append(number)
        numbers = [place for place in block.counted if not is_empty(cell(rows, number, place))]
        if name and (numbers or login_of(name)):
            block.numbers.append(number)
            last = number
        elif name and names_a_school(name):
            waiting.append(number)
        elif not name and len(numbers) >= 2:
            block.nameless.append(number)
            last = number
    # A note below the table may name schools; a school without numbers stands among the others.
    block.numbers = sorted([*block.numbers, *(n for n in waiting if n <= last)])


def _is_service(rows: Grid, number: int, block: Block) -> bool:
    """Rows of most points, of levels, of column numbers; remembered in the block."""
    row = rows[number]
    firsts = [clean_text(cell(rows, number, place)) for place in block.places.values()]
    values = [cell(rows, number, place) for place in block.heads]
    values = [value for value in values if not is_empty(value)]
    given = [value for value in row if not is_empty(value)]
    if any(_MAXIMUM.fullmatch(fold(text)) for text in map(clean_text, row[:6]) if text):
        block.maxima = number
        return True
    words = [text for text in firsts if text and not fold(text).startswith("уровень")]
    if values and not words and all(level_of(value) for value in values):
        block.levels = number
        return True
    counts = [parse_number(value) for value in given]
    if len(counts) >= 3 and counts == [float(k) for k in range(1, len(counts) + 1)]:
        return True
    if values and not any(firsts) and block.maxima is None:
        points = [parse_number(value) for value in values]
        # The label «Макс. балл» is lost where cells are merged.
        if all(p is not None and p.is_integer() and 0 < p <= 30 for p in points):
            block.maxima = number
            return True
    return False


def _goes_on(before: Block, block: Block) -> bool:
    said = about(block.title, "")
    if any(value is not None for value in (said.year, said.grade, said.subject)):
        return False
    return before.places == block.places and {
        place: head.text for place, head in before.heads.items()
    } == {place: head.text for place, head in block.heads.items()}


def kind_of(rows: Grid, block: Block) -> Kind | None:
    """Which report a block is, or None.

    The rows below speak first («Понизили …», «гр. баллов 2»), then headings only one report can
    have («0» and «1»: scores), then the title, then all headings together. Plain numbers without
    a row of most points whose values make no more than a hundred are scores, not tasks.
    """
    body = block.body[:_LOOKED_AT]
    words = [value for number in body for value in rows[number] if isinstance(value, str)]
    words += [text for head in block.heads.values() for text in (head.text, head.above)]
    if len({change_of(text) for text in words} - {None, "total"}) >= 2:
        return "journal"
    title = fold(" ; ".join(block.title))
    names = [fold(cell(rows, number, block.name)) for number in body]
    if "группами участников" in title or any(_SCORE_GROUP.fullmatch(name) for name in names):
        return "groups"
    texts = [head.text for head in block.heads.values()]
    scores = {score for text in texts if (score := score_of(text)) is not None}
    if {0, 1} <= scores:
        return "scores"
    for phrase, kind in _TITLES.items():
        if phrase in title:
            return kind
    tasks = [head for head in block.heads.values() if parse_task(head.value) is not None]
    marks = {mark for text in texts if (mark := mark_of(text)) is not None}
    if marks and all(mark_of(head.text) is not None for head in tasks):
        return "marks"
    if block.maxima is None and len(scores) == len(tasks) > 5 and _make_hundreds(rows, block):
        return "scores"
    return "tasks" if len(tasks) >= 3 else None


_TITLES: dict[str, Kind] = {
    fold("сравнение отметок"): "journal",
    fold("распределение первичных баллов"): "scores",
    fold("выполнение заданий"): "tasks",
    fold("статистика по отметкам"): "marks",
    fold("гистограмма отметок"): "marks",
}


def _make_hundreds(rows: Grid, block: Block) -> bool:
    """Whether the values of most rows make a hundred or less: shares of tasks make far more."""
    values = [
        [parse_number(cell(rows, number, place)) or 0.0 for place in block.heads]
        for number in block.numbers[:20]
    ]
    whole = 1.0 if all(value <= 1 for row in values for value in row) else 100.0
    totals = [total for row in values if (total := sum(row)) > 0]
    return bool(totals) and 5 * sum(t <= 1.02 * whole for t in totals) >= 4 * len(totals)
