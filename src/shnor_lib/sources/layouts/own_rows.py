"""Rows of the project's own forms that are no data: not filled in, totals, copied headings.

Each is set aside and counted in a warning, so that nothing is lost in silence; numbers merged over
several rows are an error, because nobody can tell which row they are meant for.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from shnor_lib.faults import Severity
from shnor_lib.sources.cells.headings import Match
from shnor_lib.sources.cells.problems import Problem
from shnor_lib.sources.cells.values import clean_text, fold, is_empty, quoted
from shnor_lib.sources.files.grid import Sheet
from shnor_lib.tables import Table

_TOTALS = frozenset(
    fold(text)
    for text in ("Итого", "Всего", "Итог", "Сумма", "Итого по району", "Всего по району", "В целом")
)


@dataclass(frozen=True)
class _Rows:
    """Data rows of a sheet (from 0) under their headings."""

    sheet: Sheet
    match: Match
    table: Table
    numbers: list[int]

    def blank(self, number: int, places: Iterable[int]) -> bool:
        """Whether a row holds nothing in some columns."""
        return all(blank(self.sheet.rows[number][place]) for place in places)


def set_aside(
    sheet: Sheet, match: Match, table: Table, numbers: list[int]
) -> tuple[list[int], list[Problem]]:
    """Data rows without those that are none, and what is to be said of them.

    Parameters
    ----------
    sheet, match, table
        The sheet, its headings and what it holds.
    numbers
        Rows (from 0) with anything under the headings.
    """
    rows = _Rows(sheet, match, table, numbers)
    problems: list[Problem] = []
    for look in (_merged, _headings_again, _totals, _unfilled):
        found, problem = look(rows)
        if problem is not None:
            problems.append(problem)
            rows = replace(rows, numbers=[n for n in rows.numbers if n not in found])
    return rows.numbers, problems


def blank(value: Any) -> bool:
    """Whether a cell holds nothing, or says so («—», «н/д»)."""
    return value == "" or is_empty(value)


def row_list(numbers: Iterable[int]) -> str:
    """«строки 2–5, 9» for row numbers as Excel counts them, shortened after six ranges.

    Examples
    --------
    >>> row_list([2, 3, 4, 9]), row_list([7])
    ('строки 2–4, 9', 'строка 7')
    """
    ordered = sorted(numbers)
    ranges: list[list[int]] = []
    for number in ordered:
        if ranges and ranges[-1][1] == number - 1:
            ranges[-1][1] = number
        else:
            ranges.append([number, number])
    shown = [f"{a}–{b}" if b > a else str(a) for a, b in ranges[:6]]
    more = " и другие" if len(ranges) > 6 else ""
    return f"{'строка' if len(ordered) == 1 else 'строки'} {', '.join(shown)}{more}"


def _merged(rows: _Rows) -> tuple[set[int], Problem | None]:
    """Numbers merged over several rows: a school's name may be meant for all, a count never."""
    counts = {
        place: name
        for name, place in rows.match.places.items()
        if rows.table.column(name).kind in ("int", "float")
    }
    wanted = set(rows.numbers)
    cells = [(n, place) for n, place in rows.sheet.filled if n in wanted and place in counts]
    if not cells:
        return set(), None
    lost = {number for number, _ in cells}
    first, place = min(cells)
    title = quoted(rows.table.column(counts[place]).title)
    return lost, Problem(
        first + 1,
        place,
        "merged-cells",
        f"в столбце {title} объединены ячейки нескольких строк: число стоит в первой из них, "
        f"остальным его не видно ({row_list(n + 1 for n in lost)}).",
        "своё число в каждой строке.",
        "Выделите эти ячейки, снимите объединение («Главная» → «Объединить и поместить в центре») "
        "и впишите число в каждую строку.",
        refuses=False,
        rows=len(lost),
    )


def _headings_again(rows: _Rows) -> tuple[set[int], Problem | None]:
    grid, match = rows.sheet.rows, rows.match
    headings = {place: fold(grid[match.row][place]) for place in match.places.values()}
    again = set()
    for number in rows.numbers:
        filled = [place for place in headings if not blank(grid[number][place])]
        same = sum(fold(grid[number][place]) == headings[place] for place in filled)
        if same >= 2 and 2 * same > len(filled):
            again.add(number)
    if not again:
        return again, None
    return again, Problem(
        min(again) + 1,
        None,
        "repeated-heading",
        f"среди строк с данными снова стоят заголовки ({row_list(n + 1 for n in again)}).",
        "заголовки один раз, над данными.",
        "Удалите лишнюю строку заголовков; сейчас она пропущена, остальные строки прочитаны.",
        Severity.WARNING,
        refuses=False,
        rows=len(again),
    )


def _totals(rows: _Rows) -> tuple[set[int], Problem | None]:
    place = rows.match.places.get("school_id")
    if place is None:
        return set(), None
    totals = {n for n in rows.numbers if fold(clean_text(rows.sheet.rows[n][place])) in _TOTALS}
    if not totals:
        return totals, None
    return totals, Problem(
        min(totals) + 1,
        place,
        "total-row",
        f"это строка итогов, а не школа ({row_list(n + 1 for n in totals)}).",
        "в каждой строке — одна школа.",
        "Ничего делать не нужно: итоги программа считает сама, строка пропущена.",
        Severity.WARNING,
        refuses=False,
        rows=len(totals),
    )


def _unfilled(rows: _Rows) -> tuple[set[int], Problem | None]:
    """Rows where only what the template fills in beforehand stands."""
    match, table = rows.match, rows.table
    given = [match.places[name] for name in table.given if name in match.places]
    others = [place for place in match.places.values() if place not in given]
    if not given or not others:
        return set(), None
    bare = {number for number in rows.numbers if rows.blank(number, others)}
    if not bare:
        return bare, None
    filled = [
        name
        for name in table.given
        if name in match.places
        and any(not rows.blank(number, [match.places[name]]) for number in bare)
    ]
    only = (
        "заполнен только код школы"
        if filled in (["school_id"], [])
        else "заполнены только столбцы "
        + ", ".join(quoted(table.column(name).title) for name in filled)
    )
    return bare, Problem(
        min(bare) + 1,
        match.places.get("school_id", min(given)),
        "unfilled-row",
        f"{only} (строк: {len(bare)}; {row_list(number + 1 for number in bare)}).",
        f"данные для таблицы {quoted(table.title)}.",
        "Заполните строки или удалите их; сейчас они не прочитаны.",
        Severity.WARNING,
        refuses=False,
        rows=len(bare),
    )
