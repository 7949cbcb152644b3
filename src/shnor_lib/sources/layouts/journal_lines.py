"""«Сравнение отметок с отметками по журналу» with its three groups as rows under each school.

::

    Группы участников                              Кол-во участников    %
    МБОУ «СОШ № 1» (edu000001)
      Понизили (Отметка < Отметка по журналу)             6            25
      Подтвердили (Отметка = Отметка по журналу)         15            62,5
      Повысили (Отметка > Отметка по журналу)             3            12,5
      Всего                                              24           100

The data rows of this report are the lines under the schools: four give one row of the table.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from openpyxl.utils import get_column_letter

from shnor_lib.faults import Severity
from shnor_lib.sources.cells.checks import check_table
from shnor_lib.sources.cells.headings import Match
from shnor_lib.sources.cells.problems import Problem
from shnor_lib.sources.cells.results_rules import complete_unit
from shnor_lib.sources.cells.values import clean_text, is_empty, parse_number, quoted
from shnor_lib.sources.files.grid import Sheet
from shnor_lib.sources.layouts.base import (
    Context,
    SheetRead,
    no_data,
    with_provenance,
    year_disagrees,
)
from shnor_lib.sources.layouts.fis_oko import (
    Report,
    another_report,
    homes,
    joined,
    key_frame,
    no_schools,
    row_name,
    stray_rows,
    title_problems,
    unusable,
)
from shnor_lib.sources.layouts.fis_oko_blocks import (
    Block,
    Change,
    Grid,
    blocks,
    cell,
    change_of,
)
from shnor_lib.sources.layouts.fis_oko_rows import Line, levels, names_a_school
from shnor_lib.sources.layouts.percent_rows import Words, pupils, shown_number
from shnor_lib.sources.layouts.vpr import KEYS, keys_of, seen_in, with_school_ids
from shnor_lib.sources.layouts.vpr_title import Title, read_title
from shnor_lib.tables import PROVENANCE, TABLES

_CHANGES: tuple[Change, ...] = ("lower", "equal", "higher")
_TITLES: dict[Change, str] = {
    "lower": "Понизили",
    "equal": "Подтвердили",
    "higher": "Повысили",
    "total": "Всего",
}
_ROUNDING = 0.51
"""Percentages beside numbers of pupils may be rounded to whole ones."""


@dataclass
class Group:
    """A school (municipality, region …) with its lines.

    Attributes
    ----------
    name
        What stands above the lines; empty when nothing does.
    head
        Row of the name, from 0.
    lines
        Which line stands in which row, from 0.
    others
        Further rows with numbers among them.
    """

    name: str
    head: int
    lines: dict[Change, int] = field(default_factory=dict)
    others: list[int] = field(default_factory=list)

    @property
    def rows(self) -> list[int]:
        """Data rows of the group; its head when it has no others."""
        return sorted([*self.lines.values(), *self.others]) or [self.head]


def read_lines(sheet: Sheet, match: Match, context: Context, words: Words) -> SheetRead:
    """Read one sheet: every report on it."""
    report = Report([], [], 0)
    frames: list[pd.DataFrame] = []
    used = groups_seen = 0
    title: Title | None = None
    places: set[tuple[int, int]] = set()
    for block in blocks(sheet.rows, match):
        title = read_title(block.title, sheet.name, context.file, title)
        refusal = (
            unusable(match, block, ()) if block.kind == "journal" else another_report(match, block)
        )
        if refusal:
            report.problems += refusal
            report.rows_in += block.rows
            continue
        groups = groups_of(sheet.rows, block)
        schools, home = _schools(sheet.rows, block, groups)
        groups_seen += len(groups) - len(schools)
        rows = sum(len(group.rows) for group in schools)
        report.rows_in += rows + len(block.above)
        report.problems += [p for p in stray_rows(block) if p.code != "no-name"]
        report.problems += title_problems(title, block.title, block.head, block.name, rows)
        if title.missing or not schools:
            continue
        places.add((block.name, block.places["n"]))
        frame, entered = _part(sheet, block, schools, home, title, report, context, words)
        frames.append(frame)
        used += entered
    if not report.rows_in and not report.problems:
        report.problems.append(no_schools(match, groups_seen) if groups_seen else no_data(match))
    table = TABLES["journal_comparison"]
    reads = []
    if frames:
        frame = with_school_ids(pd.concat(frames, ignore_index=True))
        keys = keys_of(table, frame)
        report.problems += complete_unit(keys, {}, context.calendar)
        for name in ("n_lower", "n_equal", "n_higher", "source_rows"):
            keys[name] = frame[name].array
        reads.append(SheetRead(table.name, keys, 0, [], _letters(places), seen_in(frame)))
    found = joined(table.name, report, reads)
    found.rows_used = used
    return found


def _letters(places: set[tuple[int, int]]) -> dict[str, str]:
    """Columns of names and of numbers, where they are the same in all reports of the sheet."""
    if len(places) != 1:
        return {}
    name, n = (get_column_letter(place + 1) for place in next(iter(places)))
    return {
        "school_id": name,
        "name": name,
        **dict.fromkeys(("n", "n_lower", "n_equal", "n_higher"), n),
    }


def groups_of(rows: Grid, block: Block) -> list[Group]:
    """Groups with their lines, in the order of the sheet."""
    label = _label_column(rows, block)
    found: list[Group] = []
    body = block.body
    for i, number in enumerate(body):
        change = change_of(cell(rows, number, label))
        name = row_name(rows, number, block)
        counted = any(
            parse_number(cell(rows, number, place)) is not None for place in block.counted
        )
        if label != block.name and name and change is not None:
            # Merged cells: the name stands beside its lines.
            if not found or found[-1].name != name or change in found[-1].lines:
                found.append(Group(name, number))
            found[-1].lines[change] = number
            continue
        if change is not None:
            if not found or change in found[-1].lines:
                found.append(Group("", number))
            found[-1].lines[change] = number
            continue
        after = change_of(cell(rows, body[i + 1], label)) if i + 1 < len(body) else None
        if name and (after == "lower" or not counted):
            if after is not None or names_a_school(name):
                found.append(Group(name, number))
        elif counted and found:
            found[-1].others.append(number)
        elif counted:
            found.append(Group("", number, {}, [number]))
    return found


def _label_column(rows: Grid, block: Block) -> int:
    """Where «Понизили» … stand: under the names, or in a column of their own."""
    hits: Counter[int] = Counter()
    for number in block.body:
        for place, value in enumerate(rows[number]):
            if change_of(value) is not None:
                hits[place] += 1
    return max(hits, key=lambda place: (hits[place], place == block.name), default=block.name)


def _schools(rows: Grid, block: Block, groups: Sequence[Group]) -> tuple[list[Group], list[str]]:
    """Groups that are schools or nobody's, and their municipalities."""
    named = [group for group in groups if group.name]
    lines = [Line(group.name, None, _total(rows, block, group)) for group in named]
    kinds = levels(lines)
    home = dict(zip(map(id, named), homes(lines, kinds), strict=True))
    schools = {id(group) for group, kind in zip(named, kinds, strict=True) if kind == "school"}
    chosen = [group for group in groups if not group.name or id(group) in schools]
    return chosen, [home.get(id(group), "") for group in chosen]


def _total(rows: Grid, block: Block, group: Group) -> float | None:
    """Participants of a group: «Всего», else what stands beside the name, else the sum."""
    place = block.places["n"]
    if "total" in group.lines:
        return parse_number(cell(rows, group.lines["total"], place))
    if group.head not in group.lines.values():
        beside = parse_number(cell(rows, group.head, place))
        if beside is not None:
            return beside
    counts = [parse_number(cell(rows, group.lines[c], place)) for c in _CHANGES if c in group.lines]
    known = [count for count in counts if count is not None]
    return sum(known) if len(known) == len(_CHANGES) else None


def _part(
    sheet: Sheet,
    block: Block,
    groups: Sequence[Group],
    home: Sequence[str],
    title: Title,
    report: Report,
    context: Context,
    words: Words,
) -> tuple[pd.DataFrame, int]:
    """Accepted schools of one report (keys, counts, provenance), and how many rows they took."""
    problems: dict[int, Problem] = {}
    n = np.full(len(groups), np.nan)
    counts = np.full((len(groups), 3), np.nan)
    for i, group in enumerate(groups):
        found = _counts(sheet.rows, block, group, words)
        if isinstance(found, Problem):
            problems[i] = found
            continue
        (n[i], counts[i]), doubts = found
        report.problems += doubts
    frame = key_frame([group.name for group in groups], list(home), title)
    frame["n"] = pd.array(n, dtype="Float64").astype("Int64")
    firsts = [group.rows[0] for group in groups]
    frame = with_provenance(frame, context.file, sheet.name, firsts)
    good = [i for i in range(len(groups)) if i not in problems]
    key_columns = [*(column.name for column in KEYS.columns), *PROVENANCE]
    places = {"school_id": block.name, "name": block.name, "n": block.places["n"]}
    checked = frame.iloc[good].reset_index(drop=True)
    rows = {first + 1: i for i, first in enumerate(firsts)}
    for problem in check_table(KEYS, checked[key_columns], places, []):
        problems.setdefault(rows[problem.row], problem)
    report.problems += [
        Problem(**{**vars(problem), "refuses": False, "rows": len(groups[i].rows)})
        for i, problem in problems.items()
    ]
    good = [i for i in range(len(groups)) if i not in problems]
    for k, change in enumerate(_CHANGES):
        frame[f"n_{change}"] = pd.array(
            np.where(n > 0, counts[:, k], np.nan), dtype="Float64"
        ).astype("Int64")
    frame["source_rows"] = pd.array([_span(group.rows) for group in groups], dtype="string")
    entered = frame.iloc[good].reset_index(drop=True)
    report.problems += year_disagrees(entered, sheet.name, block.name)
    return entered, sum(len(groups[i].rows) for i in good)


def _span(rows: Sequence[int]) -> str:
    """Rows from 0 as «12-14,16» counted from 1."""
    spans: list[list[int]] = []
    for row in rows:
        if spans and spans[-1][1] == row - 1:
            spans[-1][1] = row
        else:
            spans.append([row, row])
    return ",".join(f"{a + 1}-{b + 1}" if b > a else str(a + 1) for a, b in spans)


Found = tuple[tuple[float, list[float]], list[Problem]]


def _counts(rows: Grid, block: Block, group: Group, words: Words) -> Found | Problem:
    """Pupils compared, and lower, equal, higher; doubts. Or why the group cannot enter."""
    place = block.places["n"]
    row = group.rows[0] + 1
    if not group.name:
        return Problem(
            row,
            block.name,
            "no-name",
            "над строками «Понизили», «Подтвердили», «Повысили» не сказано, чьи они.",
            "название школы над строками.",
            "Впишите название школы.",
        )
    absent = [_TITLES[change] for change in _CHANGES if change not in group.lines]
    if absent:
        return Problem(
            row,
            block.name,
            "incomplete-group",
            f"{quoted(group.name)}: нет строк {', '.join(f'«{title}»' for title in absent)}.",
            "строки «Понизили», «Подтвердили», «Повысили», «Всего».",
            "Выгрузите отчёт заново.",
        )
    total = _total(rows, block, group)
    values: list[float | None] = []
    for change in _CHANGES:
        written = cell(rows, group.lines[change], place)
        number = parse_number(written)
        if not is_empty(written) and (number is None or number < 0 or not number.is_integer()):
            return Problem(
                group.lines[change] + 1,
                place,
                "not-a-count",
                f"{quoted(group.name)}: в строке «{_TITLES[change]}» стоит "
                f"{quoted(clean_text(written)[:40])} — это не число учеников.",
                "целое число учеников.",
                "Сверьте строку с отчётом ФИС ОКО.",
            )
        values.append(number)
    if all(value is None for value in values):
        return _from_percents(rows, block, group, total, words)
    whole = [value or 0.0 for value in values]
    others = [parse_number(cell(rows, number, place)) or 0 for number in group.others]
    if others and sum(whole) + sum(others) == total:
        # «Нет отметки в журнале»: they are compared with nothing.
        total = sum(whole)
    if total is None or sum(whole) != total:
        shown = "не число" if total is None else f"{total:g}"
        return Problem(
            group.lines.get("total", group.rows[0]) + 1,
            place,
            "groups-not-total",
            f"{quoted(group.name)}: понизили, подтвердили и повысили вместе {sum(whole):g}, "
            f"а «Всего» — {shown}.",
            "«Всего» равно сумме трёх строк.",
            "Сверьте строки с отчётом ФИС ОКО и выгрузите его заново.",
        )
    return (total, whole), _against_percents(rows, block, group, whole, total)


def _percent_place(block: Block) -> int | None:
    return next((place for place, head in block.heads.items() if "%" in head.text), None)


def _from_percents(
    rows: Grid, block: Block, group: Group, total: float | None, words: Words
) -> Found | Problem:
    place = _percent_place(block)
    row = group.rows[0] + 1
    given = [
        parse_number(cell(rows, group.lines[change], place)) if place is not None else None
        for change in _CHANGES
    ]
    if total == 0 and not any(given):
        return (0.0, [np.nan] * 3), []
    if total is None or total < 0 or not total.is_integer() or all(v is None for v in given):
        return Problem(
            row,
            block.places["n"],
            "incomplete-group",
            f"{quoted(group.name)}: нет чисел учеников.",
            "числа учеников в строках «Понизили», «Подтвердили», «Повысили», «Всего».",
            "Выгрузите отчёт заново.",
        )
    percent = np.array([[np.nan if value is None else value for value in given]])
    places = [place if place is not None else block.name] * 3
    found = pupils(np.array([row]), np.array([total]), percent, block.places["n"], places, words)
    if found.problems:
        return found.problems[0]
    return (total, [float(value) for value in found.values[0]]), []


def _against_percents(
    rows: Grid, block: Block, group: Group, counts: Sequence[float], total: float
) -> list[Problem]:
    """Doubts: the percentage beside a number is not its share."""
    place = _percent_place(block)
    if place is None or total <= 0:
        return []
    for change, count in zip(_CHANGES, counts, strict=True):
        given = parse_number(cell(rows, group.lines[change], place))
        if given is None:
            continue
        share = 100 * count / total
        if abs(given - share) > _ROUNDING and abs(100 * given - share) > _ROUNDING:
            return [
                Problem(
                    group.lines[change] + 1,
                    place,
                    "percent-disagrees",
                    f"{quoted(group.name)}: {count:g} из {total:g} — это {shown_number(share)}\u202f%, "
                    f"а стоит {shown_number(given)}\u202f%.",
                    "доля этого числа учеников.",
                    "Сверьте числа с отчётом ФИС ОКО; прочитаны числа учеников.",
                    Severity.WARNING,
                    refuses=False,
                )
            ]
    return []
