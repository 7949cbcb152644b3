"""«ВПР. Статистика по отметкам» as ФИС ОКО gives it: one report per subject and grade.

Lines of title name the subject, the grade and the year («ВПР 2023 Математика 5 класс», or
«Предмет: …», «Класс: …»); below stand «Группы участников | Кол-во ОО | Кол-во участников | 2 | 3
| 4 | 5» with nested rows: the whole sample, the region, municipalities, their schools. A sheet
may hold several such blocks.

Indentation is often lost on the way, so :func:`levels` tells the rows apart by what they say:

1. «Вся выборка» (or «РФ») is the whole sample;
2. a login in brackets, «(edu123456)», makes a school;
3. a name of a constituent entity (край, область, республика …) above the first municipality is
   the region;
4. more than one school in «Кол-во ОО» makes a municipality;
5. otherwise words decide: «СОШ», «лицей», «МБОУ» … a school; «район», «округ», «город» … a
   municipality;
6. and a row with neither is the municipality of a single school when the next row has the same
   number of participants, else a school.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import pandas as pd

from shnor_lib.faults import Severity
from shnor_lib.sources.checks import check_table
from shnor_lib.sources.convert import convert
from shnor_lib.sources.grid import Sheet
from shnor_lib.sources.headings import Form, Match
from shnor_lib.sources.layouts.base import (
    Context,
    SheetRead,
    heading_problems,
    no_data,
    with_provenance,
    year_disagrees,
)
from shnor_lib.sources.layouts.vpr import (
    N_COLUMN,
    PERCENTS,
    REPORT,
    has_word,
    required_marks,
    to_results,
)
from shnor_lib.sources.problems import Problem
from shnor_lib.sources.subjects import canonical_subject, subject_in
from shnor_lib.sources.values import clean_text, fold, parse_number
from shnor_lib.tables import PROVENANCE, TABLES, Column

Level = Literal["sample", "region", "municipality", "school"]

FORM = Form(
    "vpr-native",
    "отчёт ФИС ОКО «ВПР. Статистика по отметкам»",
    (
        Column("name", "Группы участников", "text", "название школы.", required=True),
        Column("schools", "Кол-во ОО", "int", "число школ.", aliases=("Количество ОО",)),
        N_COLUMN,
        *required_marks(),
    ),
    shared=frozenset(),
)

NO_MUNICIPALITY = "не указан"
_LOGIN = re.compile(r"\(\s*([A-Za-z]{2,5}\d{3,})\s*\)")
_SAMPLE = ("вся выборка", "российская федерация", "рф")
_REGION = (
    "край",
    "область",
    "республика",
    "автономный округ",
    "москва",
    "санкт-петербург",
    "севастополь",
)
_SCHOOL = (
    "школа", "сош", "оош", "нош", "сш", "лицей", "гимназия", "кадетский", "кадетская", "интернат",
    "прогимназия", "мбоу", "мкоу", "маоу", "моу", "гбоу", "гкоу", "гоу", "кгбоу", "кгкоу", "чоу",
    "ноу", "мбу", "мку", "центр образования", "колледж", "техникум", "филиал", "училище",
)  # fmt: skip
_MUNICIPALITY = (
    "район", "округ", "город", "г", "городской", "городское", "муниципальный", "муниципальное",
    "мр", "мо", "го", "зато", "улус", "поселение",
)  # fmt: skip


@dataclass(frozen=True)
class Line:
    """A row of the report: its name and two numbers, None where there is none."""

    name: str
    schools: float | None
    n: float | None


@dataclass
class Block:
    """One report on a sheet.

    Attributes
    ----------
    head
        Row of the headings, from 0.
    title
        Lines above it.
    numbers
        Rows of data, from 0.
    """

    head: int
    title: list[str]
    numbers: list[int] = field(default_factory=list)


def levels(lines: Sequence[Line]) -> list[Level]:
    """What each row of a report is; the rules stand at the top of this module."""
    found: list[Level] = []
    municipality_seen = False
    for index, line in enumerate(lines):
        level = _level(
            line, lines[index + 1] if index + 1 < len(lines) else None, municipality_seen
        )
        municipality_seen = municipality_seen or level == "municipality"
        found.append(level)
    return found


def _level(line: Line, after: Line | None, municipality_seen: bool) -> Level:
    key = fold(line.name)
    if key.startswith(tuple(fold(word) for word in _SAMPLE[:2])) or key == fold(_SAMPLE[2]):
        return "sample"
    if _LOGIN.search(line.name):
        return "school"
    is_school = has_word(line.name, _SCHOOL)
    if not municipality_seen and not is_school and has_word(line.name, _REGION):
        return "region"
    if line.schools is not None and line.schools > 1:
        return "municipality"
    if is_school:
        return "school"
    if has_word(line.name, _MUNICIPALITY):
        return "municipality"
    alone = after is not None and after.n == line.n and line.n is not None
    return "municipality" if alone and line.schools is not None else "school"


def read(sheet: Sheet, match: Match, context: Context) -> SheetRead:
    """Read one sheet: every block on it."""
    blocks = _blocks(sheet.rows, match)
    rows_seen = sum(len(block.numbers) for block in blocks)
    problems = heading_problems(match, rows_seen)
    if problems:
        return _nothing(match, rows_seen, problems)
    parts: list[pd.DataFrame] = []
    rows_in = 0
    for block in blocks:
        frame, found, schools = _read_block(sheet, match, block, context.file)
        parts.append(frame)
        problems += found
        rows_in += schools
    if not rows_in:
        return _nothing(match, 0, [*problems, no_data(match)])
    frame = pd.concat(parts, ignore_index=True)
    if frame.empty:
        return _nothing(match, rows_in, problems)
    problems += check_table(REPORT, frame, match.places, problems)
    problems += year_disagrees(frame, sheet.name, match.places["name"])
    places = {
        "school_id" if name == "name" else name: place
        for name, place in match.places.items()
        if name != "schools"
    }
    read_ = to_results(frame, problems, places, rows_in, context.calendar)
    read_.letters["name"] = match.letters["name"]
    return read_


def _nothing(match: Match, rows_in: int, problems: list[Problem]) -> SheetRead:
    return SheetRead("results", TABLES["results"].empty(), rows_in, problems, match.letters)


def _blocks(rows: list[list[Any]], match: Match) -> list[Block]:
    """Reports on the sheet: heading rows, the titles above them, the rows below."""
    name = match.places.get("name", 0)
    key = fold("Группы участников")
    heads = [match.row] + [
        number for number in range(match.row + 1, len(rows)) if fold(rows[number][name]) == key
    ]
    others = [match.places[p] for p in ("schools", "n", *PERCENTS) if p in match.places]

    def is_data(row: list[Any]) -> bool:
        numbers = sum(parse_number(row[place]) is not None for place in others)
        return numbers >= 2 or _LOGIN.search(clean_text(row[name])) is not None

    starts = [0]
    for position, head in enumerate(heads[1:]):
        start = head
        while start > heads[position] + 1 and not is_data(rows[start - 1]):
            start -= 1
        starts.append(start)
    blocks = []
    for position, head in enumerate(heads):
        title = [
            " ".join(text for text in map(clean_text, rows[number]) if text)
            for number in range(starts[position], head)
        ]
        block = Block(head, [line for line in title if line])
        end = starts[position + 1] if position + 1 < len(heads) else len(rows)
        for number in range(head + 1, end):
            row = rows[number]
            text = clean_text(row[name])
            # Notes below the table have words but no numbers.
            if (text and any(clean_text(row[place]) for place in others)) or _LOGIN.search(text):
                block.numbers.append(number)
        blocks.append(block)
    return blocks


def _read_block(
    sheet: Sheet, match: Match, block: Block, file: str
) -> tuple[pd.DataFrame, list[Problem], int]:
    """Typed school rows of a block (columns of ``REPORT``), problems, number of school rows."""
    rows, places = sheet.rows, match.places
    lines = [
        Line(
            clean_text(rows[number][places["name"]]),
            parse_number(rows[number][places["schools"]]) if "schools" in places else None,
            parse_number(rows[number][places["n"]]),
        )
        for number in block.numbers
    ]
    kinds = levels(lines)
    schools = [i for i, kind in enumerate(kinds) if kind == "school"]
    year, grade, subject, problems = _read_title(match, block, len(schools))
    if problems or not schools:
        return pd.DataFrame(), problems, len(schools)
    home: dict[int, str] = {}
    current = NO_MUNICIPALITY
    for i, kind in enumerate(kinds):
        if kind == "municipality":
            current = lines[i].name
        home[i] = current
    numbers = [block.numbers[i] for i in schools]
    columns = [column for column in REPORT.columns if column.name in ("n", *PERCENTS)]
    frame, found = convert(rows, numbers, columns, places)
    logins = [_LOGIN.search(lines[i].name) for i in schools]
    frame = frame.assign(
        year=pd.array([year] * len(frame), dtype="Int64"),
        grade=pd.array([grade] * len(frame), dtype="Int64"),
        subject=pd.array([subject] * len(frame), dtype="string"),
        municipality=pd.array([home[i] for i in schools], dtype="string"),
        name=pd.array(
            [_LOGIN.sub("", lines[i].name).strip(" ,") or lines[i].name for i in schools],
            dtype="string",
        ),
        school_id=pd.array(
            [login[1].lower() if login else pd.NA for login in logins], dtype="string"
        ),
    )
    frame = with_provenance(frame, file, sheet.name, numbers)
    order = [column.name for column in REPORT.columns]
    frame = frame[[*order, *PROVENANCE]]
    return frame, found + _sums(match, block, lines, kinds), len(schools)


def _sums(match: Match, block: Block, lines: list[Line], kinds: list[Level]) -> list[Problem]:
    """Warnings: a municipality whose schools do not sum to it (a row missing or misread)."""
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
                    match.places["n"],
                    "sum-disagrees",
                    f"«{lines[i].name}»: участников {lines[i].n:g}, а по школам под этой строкой "
                    f"вместе {sum(children):g}.",
                    "одно и то же число.",
                    "Проверьте, все ли школы есть в отчёте; строки школ прочитаны.",
                    Severity.WARNING,
                    refuses=False,
                )
            )
    return problems


def _read_title(
    match: Match, block: Block, rows: int
) -> tuple[int | None, int | None, str | None, list[Problem]]:
    year, grade, subject = (
        title_year(block.title),
        title_grade(block.title),
        title_subject(block.title),
    )
    missing = [
        word
        for word, value in (("год", year), ("класс", grade), ("предмет", subject))
        if value is None
    ]
    if not missing:
        return year, grade, subject, []
    shown = "; ".join(block.title) or "строк нет"
    problem = Problem(
        block.head + 1,
        match.places["name"],
        "title-incomplete",
        f"над таблицей не найдено: {', '.join(missing)} (прочитано: {shown[:160]}).",
        "строка вида «ВПР 2023 Математика 5 класс».",
        "Впишите такую строку над таблицей.",
        refuses=False,
        rows=rows,
    )
    return year, grade, subject, [problem]


def title_year(lines: Sequence[str]) -> int | None:
    """Year in the lines of title: «ВПР 2023», «2022/2023 учебный год», «Год: 2023».

    Examples
    --------
    >>> title_year(["Статистика по отметкам", "ВПР 2023 Математика 5 класс"])
    2023
    """
    text = " ; ".join(lines)
    match = re.search(r"\bВПР\W{0,3}(20\d\d)(?![/-]?\d)", text, re.IGNORECASE)
    if match:
        return int(match[1])
    match = re.search(r"(?<![\d.])(20\d\d)\s*[/–-]\s*(20\d\d|\d\d)(?!\d)", text)
    if match and int(match[1]) % 100 + 1 == int(match[2]) % 100:
        return int(match[1]) + 1
    match = re.search(r"\bгод\W{0,3}(20\d\d)\b|(?<![\d.])(20\d\d)(?![.\d])", text, re.IGNORECASE)
    return int(match[1] or match[2]) if match else None


def title_grade(lines: Sequence[str]) -> int | None:
    """Grade of the programme: «(по программе 5 класса)» wins over «6 класс».

    Examples
    --------
    >>> title_grade(["ВПР 2020 Математика 6 класс (по программе 5 класса)"]), title_grade(["Класс: 8"])
    (5, 8)
    """
    text = " ; ".join(lines)
    for pattern in (
        r"программ\w*\s+(?:за\s+)?(\d{1,2})(?:-?го)?\s*класс",
        r"\bкласс\s*:?\s*(\d{1,2})\b",
        r"\b(\d{1,2})(?:-?й)?\s*класс",
        r"\b(\d{1,2})\s*кл\b",
    ):
        match = re.search(pattern, text, re.IGNORECASE)
        if match:
            return int(match[1])
    return None


def title_subject(lines: Sequence[str]) -> str | None:
    """Subject in the lines of title: after «Предмет:», else any known subject.

    Examples
    --------
    >>> title_subject(["Предмет: Русскому языку"]), title_subject(["ВПР 2023 Математика 5 класс"])
    ('русский язык', 'математика')
    """
    for line in lines:
        match = re.search(r"\bпредмет\s*:?\s*(.+)", line, re.IGNORECASE)
        if match:
            return subject_in(match[1]) or canonical_subject(match[1].split(";")[0])
    return next((name for name in map(subject_in, lines) if name is not None), None)
