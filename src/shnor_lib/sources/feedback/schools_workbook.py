"""«Сверка школ.xlsx»: one row per spelling that joined no school, for the user to decide.

The user chooses in «Решение», puts the file into ``data/raw`` and builds again; the sheet is read
by :mod:`shnor_lib.sources.layouts.school_check`. Decisions typed into a workbook that was not put
into ``data/raw`` are carried over when it is written again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from shnor_lib.sources.cells.headings import find_form
from shnor_lib.sources.cells.values import clean_text, fold
from shnor_lib.sources.feedback.faults_workbook import link_cell
from shnor_lib.sources.files.excel import (
    head_cell,
    new_workbook,
    save,
    text_cell,
    wrapped_cell,
)
from shnor_lib.sources.files.grid import open_file
from shnor_lib.sources.layouts.school_check import (
    CHOSEN,
    DECISION,
    DECISIONS,
    FORM,
    KEYS,
    SEPARATOR,
    SUGGESTED,
    WRITTEN,
    school_code,
)
from shnor_lib.sources.schools.open_schools import OpenSchool
from shnor_lib.sources.schools.resolve import BOOK
from shnor_lib.sources.schools.school_words import key_system
from shnor_lib.sources.templates import HELP_SHEET, IGNORED_MARK
from shnor_lib.tables.codes import KEY_SYSTEMS

SHEET = "Сверка школ"
SCHOOLS_SHEET = "Школы реестра"

_TYPED = ("answer", "chosen", "first_year", "last_year", "note")
_ENTRY = PatternFill("solid", start_color="FFF7E0")

_COLUMNS: tuple[tuple[str, str, float], ...] = (
    ("system", KEYS.column("system").title, 12),
    ("written", WRITTEN.title, 34),
    ("title", "Название в файле", 30),
    ("municipality", KEYS.column("municipality").title, 22),
    ("file", "Файл", 30),
    ("sheet", "Лист", 16),
    ("cell", "Ячейка", 10),
    ("rows", "Строк", 8),
    ("suggested_1", SUGGESTED[0].title, 44),
    ("why", "Почему похожа", 30),
    ("suggested_2", SUGGESTED[1].title, 36),
    ("suggested_3", SUGGESTED[2].title, 36),
    ("answer", DECISION.title, 18),
    ("chosen", CHOSEN.title, 44),
    ("first_year", KEYS.column("first_year").title, 14),
    ("last_year", KEYS.column("last_year").title, 14),
    ("note", KEYS.column("note").title, 26),
)
"""Name, heading and width of every column."""

_HELP: tuple[tuple[str, str], ...] = (
    (
        "Что это",
        "Здесь перечислены школы, которые программа не смогла узнать: так, как они записаны в файлах, "
        "их в реестре нет. Сама она школы по похожему написанию не соединяет.",
    ),
    (
        "Что сделать",
        "В каждой строке выберите «Решение». Затем сохраните книгу, положите её в папку data/raw "
        "(в любую вложенную папку) и запустите сборку снова. Решать всё сразу не обязательно: "
        "пустые строки программа предложит ещё раз.",
    ),
    ("да", "Это школа из столбца «Похожая школа 1»."),
    (
        "другая школа",
        "Это другая школа реестра: выберите её в столбце «Школа из реестра».",
    ),
    ("нет", "Ни одна из похожих школ не подходит; больше они предложены не будут."),
    (
        "новая школа",
        "Школы ещё нет в реестре, её нужно туда вписать. Пока её там нет, строки не читаются.",
    ),
    (
        "не из реестра",
        "Это не школа вашего реестра (колледж, другой регион): её строки читать не нужно.",
    ),
    (
        "Годы",
        "Заполняйте «С учебного года» и «По учебный год», только если запись относится к школе не "
        "всегда: например, раньше этот код был у другой школы. Учебный год — 2023/2024 или год его "
        "окончания, 2024.",
    ),
    (
        "Много одинаковых решений",
        "Выберите ответ в одной ячейке и протяните её вниз за правый нижний угол. Логины sch… и "
        "edu… с одним номером — на деле одна и та же школа.",
    ),
    (
        "Если книга с таким именем уже лежит в data/raw",
        "Не заменяйте её: в ней прежние решения. Положите новую рядом под другим именем.",
    ),
)


@dataclass(frozen=True)
class Written:
    """What became of the workbook.

    Attributes
    ----------
    path
        Where it lies; None when there is nothing to ask.
    questions
        Spellings it asks about.
    typed
        Decisions in it that are not in ``data/raw`` yet.
    """

    path: Path | None
    questions: int = 0
    typed: int = 0


@dataclass
class _Row:
    """One row of the workbook: the question and what the user has typed."""

    question: OpenSchool
    typed: dict[str, str] = field(default_factory=dict)


def write_schools_workbook(
    root: Path,
    questions: Sequence[OpenSchool],
    schools: Iterable[tuple[str, str, str]],
    *,
    decided: Collection[tuple[str, str]] = (),
    raw_dir: Path | None = None,
) -> Written:
    """Write, rewrite or remove the workbook at the root of a project.

    Parameters
    ----------
    root
        Folder it lies in.
    questions
        Spellings that joined nothing.
    schools
        Code, name and municipality of every school of the register.
    decided
        Keys (:attr:`OpenSchool.key`) of the spellings ``data/raw`` has decisions on.
    raw_dir
        Default ``data/raw`` beside the workbook. When a workbook of this name lies there (an
        earlier one, filled in), the new one gets a number, so that nobody replaces it.

    Returns
    -------
    Written
        A workbook with decisions the user has not put into ``data/raw`` is never removed.
    """
    raw = raw_dir if raw_dir is not None else root / "data" / "raw"
    path = root / _free_name(raw)
    earlier = [old for old in _workbooks(root) if old.is_file()]
    rows = [_Row(question) for question in questions]
    typed = _carry_over(rows, earlier, decided)
    if rows:
        save(_book(rows, list(schools), raw, root), path)
    for old in earlier:
        if old != path or not rows:
            old.unlink()
    return Written(path if rows else None, len(questions), typed)


def _workbooks(root: Path) -> list[Path]:
    stem, suffix = BOOK.rsplit(".", 1)
    return sorted(root.glob(f"{stem}*.{suffix}"))


def _free_name(raw: Path) -> str:
    """«Сверка школ.xlsx», or with the first number no workbook in ``data/raw`` has."""
    stem, suffix = BOOK.rsplit(".", 1)
    taken = {path.name.casefold() for path in raw.rglob(f"*.{suffix}")} if raw.is_dir() else set()
    name, number = BOOK, 2
    while name.casefold() in taken:
        name, number = f"{stem} {number}.{suffix}", number + 1
    return name


def _carry_over(
    rows: list[_Row], earlier: Iterable[Path], decided: Collection[tuple[str, str]]
) -> int:
    """Put what the user typed into earlier workbooks into the new rows; return how much."""
    by_key = {row.question.key: row for row in rows}
    known = set(decided)
    for old in (row for path in earlier for row in _typed_rows(path)):
        row = by_key.get(old.question.key)
        if row is None:
            if old.question.key not in known:
                rows.append(old)
                by_key[old.question.key] = old
        # An answer to other suggestions is no answer to these.
        elif _codes(row.question) == _codes(old.question) and not row.typed:
            row.typed = old.typed
    return sum(bool(row.typed) for row in rows)


def _codes(question: OpenSchool) -> list[str]:
    return [suggestion["school_id"] for suggestion in question.suggestions]


def _typed_rows(path: Path) -> list[_Row]:
    """Rows of a workbook in which the user has typed something."""
    found = []
    for sheet in open_file(path, path.name)[0]:
        match = find_form(sheet.rows, [FORM])
        if match is None:
            continue
        places = {
            name: index
            for name, title, _ in _COLUMNS
            for index, text in enumerate(sheet.rows[match.row])
            if fold(text) == fold(title)
        }
        for line in sheet.rows[match.row + 1 :]:
            cells = {name: clean_text(line[index]) for name, index in places.items()}
            typed = {name: cells[name] for name in _TYPED if cells.get(name)}
            if typed and cells.get("written"):
                found.append(_Row(_question(cells), typed))
    return found


def _question(cells: dict[str, str]) -> OpenSchool:
    suggestions = []
    for column in SUGGESTED:
        code = school_code(cells.get(column.name))
        if code:
            names = cells[column.name].split(SEPARATOR)[1:]
            name, home, full = [*names, "", "", ""][:3]
            suggestions.append(
                {
                    "school_id": code,
                    "name": name,
                    "municipality": home,
                    "full_name": full,
                    "why": cells.get("why", "") if column is SUGGESTED[0] else "",
                }
            )
    return OpenSchool(
        key_system(cells["written"]),
        cells["written"],
        cells.get("title", ""),
        cells.get("municipality", ""),
        cells.get("file", ""),
        cells.get("sheet", ""),
        cells.get("cell", ""),
        int(cells["rows"]) if cells.get("rows", "").isdecimal() else 0,
        suggestions=tuple(suggestions),
    )


def _book(
    rows: Sequence[_Row], schools: Sequence[tuple[str, str, str]], raw: Path, root: Path
) -> Workbook:
    book = new_workbook(SHEET)
    sheet = book.create_sheet(SHEET)
    sheet.freeze_panes = "C2"
    last = get_column_letter(len(_COLUMNS))
    sheet.auto_filter.ref = f"A1:{last}{len(rows) + 1}"
    sheet.print_title_rows = "1:1"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    letters = {}
    for index, (name, _, width) in enumerate(_COLUMNS, start=1):
        letters[name] = get_column_letter(index)
        sheet.column_dimensions[letters[name]].width = width
    for rule, name in (
        (_list(f'"{",".join(DECISIONS)}"', "Решение", "Выберите ответ из списка."), "answer"),
        (
            _list(
                f"'{SCHOOLS_SHEET}'!$A$2:$A${max(len(schools), 1) + 1}",
                "Школа из реестра",
                "Выберите школу из списка.",
            ),
            "chosen",
        ),
    ):
        rule.add(f"{letters[name]}2:{letters[name]}{len(rows) + 1}")
        sheet.data_validations.append(rule)
    notes = {"answer": DECISION.note, "chosen": CHOSEN.note}
    sheet.append(
        [
            head_cell(sheet, title, required=name == "answer", note=notes.get(name, ""))
            for name, title, _ in _COLUMNS
        ]
    )
    for number, row in enumerate(rows, start=2):
        sheet.append(_line(sheet, row, number, letters["cell"], raw, root))
    _write_schools(book, schools)
    _write_help(book)
    return book


def _list(formula: str, title: str, error: str) -> DataValidation:
    rule = DataValidation("list", formula1=formula)
    rule.errorTitle, rule.error = title, error
    rule.showErrorMessage = True
    rule.allow_blank = True
    return rule


def _line(
    sheet: Any, row: _Row, number: int, letter: str, raw: Path, root: Path
) -> list[WriteOnlyCell]:
    question = row.question
    more = f" (и ещё листов: {question.places - 1})" if question.places > 1 else ""
    texts = {
        "system": KEY_SYSTEMS[question.system],
        "written": question.written,
        "title": question.title,
        "municipality": question.municipality,
        "file": question.file + more,
        "sheet": question.sheet,
        "why": question.suggestions[0]["why"] if question.suggestions else "",
        **row.typed,
    }
    for column, suggestion in zip(SUGGESTED, question.suggestions, strict=False):
        shown = [suggestion[part] for part in ("school_id", "name", "municipality", "full_name")]
        while not shown[-1]:
            shown.pop()
        texts[column.name] = SEPARATOR.join(shown)
    cells = []
    for name, _, _ in _COLUMNS:
        if name == "rows":
            cell = WriteOnlyCell(sheet, question.rows)
        elif name == "cell":
            cell = link_cell(
                sheet, f"{letter}{number}", question.file, question.sheet, question.cell, raw, root
            )
        elif name in _TYPED or name == "written":
            # Codes keep their zeros.
            cell = text_cell(sheet, texts.get(name, ""))
        else:
            cell = wrapped_cell(sheet, texts.get(name, ""))
        if name in _TYPED:
            cell.fill = _ENTRY
        cells.append(cell)
    return cells


def _write_schools(book: Workbook, schools: Sequence[tuple[str, str, str]]) -> None:
    sheet = book.create_sheet(SCHOOLS_SHEET)
    sheet.column_dimensions["A"].width = 100
    sheet.append(
        [text_cell(sheet, f"{IGNORED_MARK}: из него берётся список школ.", keep_text=False)]
    )
    for school in schools:
        sheet.append([text_cell(sheet, SEPARATOR.join(part for part in school if part))])


def _write_help(book: Workbook) -> None:
    sheet = book.create_sheet(HELP_SHEET)
    sheet.column_dimensions["A"].width = 28
    sheet.column_dimensions["B"].width = 96
    sheet.append([text_cell(sheet, f"{IGNORED_MARK}: в нём объяснено, как заполнять сверку.")])
    for title, text in _HELP:
        sheet.append([wrapped_cell(sheet, title, bold=True), wrapped_cell(sheet, text)])
