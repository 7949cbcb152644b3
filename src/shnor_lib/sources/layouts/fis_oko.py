"""Reports of ФИС ОКО with nested groups, read as rows of schools.

Every such report is read alike: :func:`~.fis_oko_blocks.blocks` finds the reports on a sheet,
:func:`~.vpr_title.read_title` what each is about, :func:`~.fis_oko_rows.levels` which rows are
schools. A layout only turns the columns after these into its own table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import pandas as pd

from shnor_lib.faults import Severity
from shnor_lib.sources.cells.checks import check_ranges, check_table
from shnor_lib.sources.cells.convert import convert
from shnor_lib.sources.cells.headings import Match
from shnor_lib.sources.cells.problems import Problem, refused_rows
from shnor_lib.sources.cells.values import clean_text, is_empty, parse_number, quoted
from shnor_lib.sources.files.grid import Sheet
from shnor_lib.sources.layouts.base import (
    Context,
    SheetRead,
    heading_problems,
    no_data,
    nothing_seen,
    with_provenance,
    year_disagrees,
)
from shnor_lib.sources.layouts.fis_oko_blocks import (
    GROUP_COLUMNS,
    Block,
    Grid,
    Kind,
    blocks,
    cell,
)
from shnor_lib.sources.layouts.fis_oko_rows import Level, Line, bare_name, levels, login_of
from shnor_lib.sources.layouts.vpr import KEYS, N_COLUMN, NO_MUNICIPALITY, with_school_ids
from shnor_lib.sources.layouts.vpr_title import Title, read_title
from shnor_lib.sources.schools.municipalities import municipality_name
from shnor_lib.tables import PROVENANCE, TABLES, Column

Found = Sequence[tuple[Column, Sequence[int]]]
"""Columns a report must have, each with all places on the sheet where such a heading stands."""


@dataclass
class Part:
    """The schools of one report.

    Attributes
    ----------
    block
        The report.
    title
        What it is about.
    numbers
        Rows of its schools, from 0.
    frame
        One row per school: columns of :data:`KEYS`, ``season``, provenance.
    places
        Tidy column → column of the sheet.
    columns
        The report's own columns, each with its place.
    """

    block: Block
    title: Title
    numbers: list[int]
    frame: pd.DataFrame
    places: dict[str, int]
    columns: list[tuple[Column, int]]


@dataclass
class Report:
    """The reports of one kind on a sheet.

    Attributes
    ----------
    parts
        Report by report.
    problems
        What is wrong so far.
    rows_in
        Rows of schools, and rows nobody can tell whose they are.
    """

    parts: list[Part]
    problems: list[Problem]
    rows_in: int

    @property
    def rows_used(self) -> int:
        """Rows of schools that no problem refuses."""
        refused = refused_rows(self.problems)
        return sum(number + 1 not in refused for part in self.parts for number in part.numbers)


def schools_of(
    sheet: Sheet, match: Match, context: Context, kind: Kind, find: Callable[[Block], Found]
) -> Report:
    """The schools of every report of ``kind`` on a sheet.

    What is refused here: reports without year, grade or subject, without a needed column, rows
    without a name or number of participants, reports of another kind on the same sheet.

    Parameters
    ----------
    sheet, match, context
        As every reader gets them.
    kind
        Reports to read.
    find
        The columns a report has beside those of :data:`~.fis_oko_blocks.GROUP_COLUMNS`.
    """
    parts: list[Part] = []
    problems: list[Problem] = []
    rows_in = groups = 0
    title: Title | None = None
    for block in blocks(sheet.rows, match):
        title = read_title(block.title, sheet.name, context.file, title)
        columns = find(block) if block.kind == kind else ()
        refusal = (
            unusable(match, block, columns) if block.kind == kind else another_report(match, block)
        )
        if refusal:
            problems += refusal
            rows_in += block.rows
            continue
        lines = _lines(sheet.rows, block)
        kinds = levels(lines)
        schools = [i for i, level in enumerate(kinds) if level == "school"]
        groups += len(lines) - len(schools)
        rows_in += len(schools) + len(block.nameless) + len(block.above)
        problems += stray_rows(block)
        untitled = title_problems(title, block.title, block.head, block.name, len(schools))
        problems += untitled
        if not schools or title.missing:
            continue
        part, found = _part(sheet, block, title, lines, kinds, context.file)
        part.columns = [(column, places[0]) for column, places in columns]
        problems += found + _sums(block, lines, kinds)
        parts.append(part)
    if not rows_in and not problems:
        problems.append(no_schools(match, groups) if groups else no_data(match))
    _name_schools(parts)
    for part in parts:
        problems += check_table(KEYS, part.frame[_key_columns()], part.places, problems)
        problems += year_disagrees(part.frame, sheet.name, part.block.name)
    return Report(parts, problems, rows_in)


def _key_columns() -> list[str]:
    return [*(column.name for column in KEYS.columns), *PROVENANCE]


def _lines(rows: Grid, block: Block) -> list[Line]:
    """Names and numbers of the rows."""
    lines = []
    for number in block.numbers:
        name = row_name(rows, number, block)
        counts = {
            key: parse_number(cell(rows, number, block.places[key]))
            if key in block.places
            else None
            for key in ("schools", "n")
        }
        lines.append(Line(name, counts["schools"], counts["n"]))
    return lines


def row_name(rows: Grid, number: int, block: Block) -> str:
    """Name in a row, with the login of a column of its own in brackets behind it."""
    name = clean_text(cell(rows, number, block.name))
    if "login" in block.places:
        login = cell(rows, number, block.places["login"])
        if not is_empty(login) and login_of(clean_text(login)) and not login_of(name):
            return f"{name} ({clean_text(login)})"
    return name


def homes(lines: Sequence[Line], kinds: Sequence[Level]) -> list[str]:
    """Municipality of each row: the nearest one above it."""
    found = []
    current = NO_MUNICIPALITY
    for line, kind in zip(lines, kinds, strict=True):
        if kind == "municipality":
            current = municipality_name(line.name)
        elif kind != "school":
            current = NO_MUNICIPALITY
        found.append(current)
    return found


def _part(
    sheet: Sheet,
    block: Block,
    title: Title,
    lines: Sequence[Line],
    kinds: Sequence[Level],
    file: str,
) -> tuple[Part, list[Problem]]:
    schools = [i for i, kind in enumerate(kinds) if kind == "school"]
    numbers = [block.numbers[i] for i in schools]
    home = homes(lines, kinds)
    counted, problems = convert(sheet.rows, numbers, [N_COLUMN], block.places)
    frame = key_frame([lines[i].name for i in schools], [home[i] for i in schools], title).assign(
        n=counted["n"].array
    )
    frame = with_provenance(frame, file, sheet.name, numbers)
    places = {
        "school_id" if name == "name" else name: place
        for name, place in block.places.items()
        if name in ("name", "n")
    }
    return Part(block, title, numbers, frame, places, []), problems


def key_frame(names: Sequence[str], home: Sequence[str], title: Title) -> pd.DataFrame:
    """Schools (names with logins in brackets) and the work they wrote, without ``n``."""
    size = len(names)
    return pd.DataFrame(
        {
            "year": pd.array([title.year] * size, dtype="Int64"),
            "season": pd.array([title.season or pd.NA] * size, dtype="string"),
            "grade": pd.array([title.grade] * size, dtype="Int64"),
            "subject": pd.array([title.subject] * size, dtype="string"),
            "municipality": pd.array(list(home), dtype="string"),
            "name": pd.array([bare_name(name) for name in names], dtype="string"),
            "school_id": pd.array([login_of(name) or pd.NA for name in names], dtype="string"),
        }
    )


def _name_schools(parts: Iterable[Part]) -> None:
    """Schools without logins are known by name, alike in all reports of the sheet."""
    parts = list(parts)
    if not parts:
        return
    whole = with_school_ids(
        pd.concat(
            [part.frame[["school_id", "name", "municipality"]] for part in parts], ignore_index=True
        )
    )
    starts = [0]
    for part in parts:
        starts.append(starts[-1] + len(part.frame))
    for part, (start, end) in zip(parts, pairwise(starts), strict=True):
        part.frame["school_id"] = whole["school_id"].iloc[start:end].array


def values_of(sheet: Sheet, part: Part) -> tuple[pd.DataFrame, dict[str, int], list[Problem]]:
    """A report's own columns: typed, their places, what is wrong with their cells."""
    places = {column.name: place for column, place in part.columns}
    wanted = tuple(column for column, _ in part.columns)
    frame, problems = convert(sheet.rows, part.numbers, wanted, places)
    checked = frame.assign(source_row=part.frame["source_row"].array)
    return frame, places, problems + check_ranges(wanted, checked, places)


def percent(name: str, title: str) -> Column:
    """A column of percentages."""
    return Column(name, title, "float", "процент.", minimum=0, maximum=100)


def joined(table: str, report: Report, reads: Sequence[SheetRead]) -> SheetRead:
    """One read of a sheet from those of its reports, with the problems of ``report``.

    ``letters`` keeps the columns that stand in the same place in all of them.
    """
    frames = [read.frame for read in reads if len(read.frame)]
    seen = [read.seen for read in reads if len(read.seen)]
    letters: dict[str, str] = {}
    strays: set[str] = set()
    for read in reads:
        for name, letter in read.letters.items():
            if letters.setdefault(name, letter) != letter:
                strays.add(name)
    return SheetRead(
        table,
        pd.concat(frames, ignore_index=True) if frames else TABLES[table].empty(),
        report.rows_in,
        report.problems,
        {name: letter for name, letter in letters.items() if name not in strays},
        pd.concat(seen, ignore_index=True).drop_duplicates("school_id").reset_index(drop=True)
        if seen
        else nothing_seen(),
        rows_used=report.rows_used,
    )


def unusable(match: Match, block: Block, columns: Found) -> list[Problem]:
    """Columns that are not there or there twice; with them no row of the report enters."""
    places = {
        name: list(block.repeated.get(name, (place,))) for name, place in block.places.items()
    }
    places.update({column.name: list(found) for column, found in columns})
    needed = [column for column in GROUP_COLUMNS if column.required]
    needed += [column for column, _ in columns]
    own = Match(
        replace(match.form, columns=(*GROUP_COLUMNS, *(column for column, _ in columns))),
        block.head,
        {name: found[0] for name, found in places.items() if found},
        tuple(column for column in needed if not places.get(column.name)),
        {name: tuple(found) for name, found in places.items() if len(found) > 1},
        {place: head.text for place, head in block.heads.items()},
    )
    return heading_problems(own, block.rows)


def another_report(match: Match, block: Block) -> list[Problem]:
    """A second report on the sheet that is of another kind than the first."""
    rows = block.rows
    if not rows:
        return []
    return [
        Problem(
            block.head + 1,
            block.name,
            "other-report",
            f"на листе есть ещё один отчёт, другого вида (строк: {rows}); прочитан только "
            f"{match.form.title}.",
            "отчёты одного вида на листе.",
            "Перенесите второй отчёт на отдельный лист или в отдельный файл.",
            Severity.WARNING,
            refuses=False,
            rows=rows,
        )
    ]


def stray_rows(block: Block) -> list[Problem]:
    """Rows that cannot be read: without a name, or above the headings."""
    nameless = [
        Problem(
            number + 1,
            block.name,
            "no-name",
            "в строке есть числа, но не сказано, чьи они.",
            "название школы или муниципалитета.",
            "Впишите название; если ячейки объединены, повторите его в каждой строке.",
        )
        for number in block.nameless
    ]
    above = [
        Problem(
            number + 1,
            block.name,
            "row-above-headings",
            "строка школы стоит выше заголовков столбцов.",
            "строки школ под заголовками.",
            "Перенесите строку под заголовки.",
        )
        for number in block.above
    ]
    return [*nameless, *above]


def no_schools(match: Match, groups: int) -> Problem:
    """A report of regions and municipalities only."""
    return Problem(
        match.row + 1,
        match.places.get("name"),
        "no-schools",
        f"в отчёте нет школ, только сводные строки (вся выборка, регион, муниципалитеты): {groups}.",
        "строки школ под строками муниципалитетов.",
        "Выгрузите из ФИС ОКО отчёт со школами; сводные строки программа считает сама.",
        Severity.WARNING,
        refuses=False,
    )


def title_problems(
    title: Title, lines: Sequence[str], head: int, place: int, rows: int
) -> list[Problem]:
    """A report that does not say what it is about, or says it twice and differently."""
    problems = []
    if title.missing and rows:
        shown = "; ".join(lines) or "строк нет"
        problems.append(
            Problem(
                head + 1,
                place,
                "title-incomplete",
                f"над таблицей и в имени файла не найдено: {', '.join(title.missing)} "
                f"(над таблицей прочитано: {quoted(shown[:160])}).",
                "строка вида «ВПР 2023 Математика 5 класс».",
                "Впишите такую строку над таблицей.",
                refuses=False,
                rows=rows,
            )
        )
    if title.doubts:
        problems.append(
            Problem(
                head + 1,
                place,
                "title-disagrees",
                f"название, имя файла и папки говорят об отчёте разное: {'; '.join(title.doubts)}.",
                "одно и то же на листе, в имени файла и папки.",
                "Проверьте, на своём ли месте файл; сказанное на листе важнее имени файла, "
                "имя файла — важнее папки.",
                Severity.QUESTION,
                refuses=False,
            )
        )
    return problems


def _sums(block: Block, lines: Sequence[Line], kinds: Sequence[Level]) -> list[Problem]:
    """Doubts: a municipality whose schools do not sum to it (a row missing or misread)."""
    problems = []
    for i, kind in enumerate(kinds):
        if kind != "municipality" or lines[i].n is None:
            continue
        children = []
        for j in range(i + 1, len(lines)):
            if kinds[j] != "school":
                break
            children.append(lines[j].n or 0)
        if children and sum(children) != lines[i].n:
            problems.append(
                Problem(
                    block.numbers[i] + 1,
                    block.places["n"],
                    "sum-disagrees",
                    f"{quoted(municipality_name(lines[i].name))}: участников {lines[i].n:g}, а по "
                    f"школам под этой строкой вместе {sum(children):g}.",
                    "одно и то же число.",
                    "Проверьте, все ли школы есть в отчёте; строки школ прочитаны.",
                    Severity.WARNING,
                    refuses=False,
                )
            )
    return problems
