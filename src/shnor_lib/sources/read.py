"""From files to tidy tables: read one, read a folder, join what was read."""

from __future__ import annotations

import traceback
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from shnor_lib.faults import Fault, Severity
from shnor_lib.project import Calendar
from shnor_lib.sources.assemble import assemble_parts
from shnor_lib.sources.convert import data_rows
from shnor_lib.sources.files import WORKBOOK_SUFFIXES, input_files, is_ignored
from shnor_lib.sources.grid import Sheet, open_file
from shnor_lib.sources.headings import Match, describe_headings, find_form
from shnor_lib.sources.layouts import FORMS, READERS
from shnor_lib.sources.layouts.base import Context, SheetRead, nothing_seen
from shnor_lib.sources.layouts.vpr_protocols import SERVICE_SHEETS
from shnor_lib.sources.privacy import coder, harmless_headings, holds_people
from shnor_lib.sources.problems import to_faults
from shnor_lib.sources.pupils import no_pupils
from shnor_lib.sources.templates import EXAMPLE_SHEET, HELP_SHEET, IGNORED_MARK
from shnor_lib.sources.values import clean_text, fold
from shnor_lib.store import Dataset
from shnor_lib.tables import CELLS_COLUMNS


@dataclass
class FileRead:
    """One file, read.

    Attributes
    ----------
    file
        Path relative to ``data/raw``, with ``/``.
    layouts
        Names of the layouts recognised, sheet by sheet.
    tables
        Table name → accepted tidy rows.
    cells
        Which tidy column stands in which column letter (``source_file``, ``source_sheet``,
        ``column``, ``letter``).
    faults
        Everything wrong with the file.
    rows_in
        Data rows in the file: accepted rows plus rows named in ``faults``.
    rows_used
        Data rows accepted (several of them may make one row of a table).
    seen
        Schools its reports mention, with names and municipalities; a register can be derived
        from them.
    pupils
        Rows about single pupils.
    personal
        Whether any of its sheets names pupils (:attr:`~.headings.Form.personal`).
    """

    file: str
    layouts: list[str] = field(default_factory=list)
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    cells: pd.DataFrame = field(
        default_factory=lambda: pd.DataFrame(columns=list(CELLS_COLUMNS), dtype="string")
    )
    faults: list[Fault] = field(default_factory=list)
    rows_in: int = 0
    rows_used: int = 0
    seen: pd.DataFrame = field(default_factory=nothing_seen)
    pupils: pd.DataFrame = field(default_factory=no_pupils)
    personal: bool = False


def read_file(
    path: Path, *, raw_dir: Path, calendar: Calendar, key: bytes | None = None
) -> FileRead:
    """Read one file; never raises on what is in it.

    Parameters
    ----------
    path
        Workbook or csv.
    raw_dir
        Folder that provenance and faults name it relative to.
    calendar
        When procedures were held.
    key
        Secret for the codes of pupils (:mod:`.privacy`); files read with one key can be joined.
    """
    file = path.relative_to(raw_dir).as_posix()
    if is_ignored(path):
        return FileRead(file)
    try:
        sheets, faults = open_file(path, file)
    except BaseException as error:
        if _must_pass(error):
            raise
        return FileRead(file, faults=[internal_fault(file, "", 0, error)])
    reads: list[tuple[Sheet, SheetRead]] = []
    unknown: list[Sheet] = []
    hidden: list[Fault] = []
    unused: list[Fault] = []
    crashed = False
    result = FileRead(file, faults=faults)
    context = Context(file, calendar, coder(key))
    for sheet in sheets:
        if _is_ours_to_skip(sheet) or not _has_content(sheet):
            continue
        match = None
        try:
            match = find_form(sheet.rows, FORMS)
            if sheet.hidden:
                if match is not None:
                    hidden.append(_hidden(file, sheet, match))
                continue
            if match is None:
                unknown.append(sheet)
                continue
            result.personal = result.personal or match.form.personal
            result.layouts.append(match.form.name)
            read = READERS[match.form.name][1](sheet, match, context)
            problems = to_faults(file, sheet.name, read.problems)
        except BaseException as error:
            if _must_pass(error):
                raise
            lost = _countable(sheet, match)
            result.rows_in += lost
            result.faults.append(internal_fault(file, sheet.name, lost, error))
            crashed = True
            continue
        reads.append((sheet, read))
        if read.rows_in or not match.form.name.startswith("own:"):
            result.faults += problems
        else:
            unused += problems
        result.rows_in += read.rows_in
        result.rows_used += read.used
    # A template has several sheets; beside a filled one the others may stay empty.
    result.faults += [] if result.rows_in else unused
    # Lists for drop-downs stand beside a protocol; alone they are a sheet like any other.
    beside = {fold(name) for name in SERVICE_SHEETS} if reads else set()
    unknown = [sheet for sheet in unknown if fold(sheet.name) not in beside]
    result.faults += [
        _unrecognised(file, sheet, path.suffix.casefold() in WORKBOOK_SUFFIXES and not reads)
        for sheet in unknown
    ]
    result.faults += hidden
    if sheets and not reads and not unknown and not hidden and not crashed:
        result.faults.append(_nothing_to_read(file))
    found: dict[str, list[pd.DataFrame]] = {}
    for _, read in reads:
        for name, frame in ((read.table, read.frame), *read.more.items()):
            found.setdefault(name, []).append(frame)
    for name, frames in found.items():
        result.tables[name] = pd.concat(frames, ignore_index=True) if len(frames) > 1 else frames[0]
    pupils = [read.pupils for _, read in reads if read.pupils is not None]
    if pupils:
        result.pupils = pd.concat(pupils, ignore_index=True)
    seen = [read.seen for _, read in reads if len(read.seen)]
    if seen:
        result.seen = pd.concat(seen, ignore_index=True)
    rows = [
        (file, sheet.name, column, letter)
        for sheet, read in reads
        for column, letter in read.letters.items()
    ]
    result.cells = pd.DataFrame(rows, columns=list(CELLS_COLUMNS), dtype="string")
    return result


def assemble(reads: Iterable[FileRead], *, calendar: Calendar) -> Dataset:
    """Join files into one data set.

    Schools are found by code, ФИС ОКО login, РИС code or name; those that are not in the
    register are errors. Without a register one is derived from the results. Rows that say the
    same twice are errors that name both places.

    Parameters
    ----------
    reads
        Files in any order; the outcome does not depend on it.
    calendar
        When procedures were held.

    Returns
    -------
    Dataset
        Its ``faults`` are all faults of all files.
    """
    return assemble_parts(sorted(reads, key=lambda read: read.file), calendar=calendar)


def read_folder(raw_dir: Path, *, calendar: Calendar) -> Dataset:
    """Read every file under ``raw_dir`` and join them; see :func:`assemble`."""
    reads = [read_file(path, raw_dir=raw_dir, calendar=calendar) for path in input_files(raw_dir)]
    return assemble(reads, calendar=calendar)


def internal_fault(file: str, sheet: str, rows: int, error: BaseException) -> Fault:
    """What is said when a reader itself fails: the kind of error and the place in the code.

    Neither the text of the error nor anything from the file is repeated: it may be a name.

    Parameters
    ----------
    file, sheet
        What was being read.
    rows
        Rows that did not enter.
    error
        With its traceback.
    """
    package = Path(__file__).parents[1]
    place = "место неизвестно"
    for frame in traceback.extract_tb(error.__traceback__):
        path = Path(frame.filename)
        if path.is_relative_to(package):
            place = f"{path.relative_to(package).as_posix()}, строка {frame.lineno}"
    return Fault(
        file,
        sheet,
        code="internal-error",
        message=f"внутренняя ошибка программы «{type(error).__name__}» ({place}). "
        f"{'Лист' if sheet else 'Файл'} не прочитан.",
        expected="программа читает любой файл или говорит, что в нём не так.",
        remedy="Сообщите разработчикам эту строку целиком: данных из файла в ней нет. До "
        "исправления перенесите данные в книгу проекта (команда shnor templates).",
        rows=rows,
    )


def _must_pass(error: BaseException) -> bool:
    """Ctrl+C and the like. A panic of the library that opens workbooks is no ``Exception``."""
    return not isinstance(error, Exception) and type(error).__name__ != "PanicException"


def _countable(sheet: Sheet, match: Match | None) -> int:
    """Rows of data on a sheet whose reader failed, as far as headings tell."""
    if match is None:
        return 0
    places = [place for place in match.places.values() if place >= 0]
    try:
        return len(data_rows(sheet.rows, match.row + 1, places))
    except Exception:  # noqa: BLE001 - nothing may fail here
        return 0


def _has_content(sheet: Sheet) -> bool:
    return any(clean_text(value) for row in sheet.rows for value in row)


def _is_ours_to_skip(sheet: Sheet) -> bool:
    """The example and help sheets of the project's own workbooks."""
    if fold(sheet.name) in (fold(EXAMPLE_SHEET), fold(HELP_SHEET)):
        return True
    first = clean_text(sheet.rows[0][0]) if sheet.rows and sheet.rows[0] else ""
    return first.startswith(IGNORED_MARK)


def _unrecognised(file: str, sheet: Sheet, whole_workbook: bool) -> Fault:
    found = describe_headings(sheet.rows, FORMS)
    heads, others, nearest = found.headings, found.others, found.nearest
    if holds_people(sheet.rows):
        known = harmless_headings(heads, {key for form in FORMS for key in form.keys})
        heads = [text for text in known if text != "…"]
        others += len(known) - len(heads)
    shown = "; ".join([*heads[:12], *["…"][: len(heads) > 12]])
    if others:
        shown += f"{'; ' if shown else ''}и ещё {others}"
    ours = whole_workbook and found.common > 0
    return Fault(
        file,
        sheet.name,
        found.cells,
        "not-recognised",
        f"не распознано: заголовки ({shown}) не подходят ни к одной известной форме."
        if heads
        else "не распознано: строки заголовков, известных программе, не найдено.",
        f"заголовки одной из известных форм; ближайшая — {nearest.title}."
        if nearest
        else "заголовки одной из известных форм.",
        "Перенесите данные в книгу проекта (команда shnor templates); если лист не для программы, "
        "ничего делать не нужно.",
        Severity.ERROR if ours else Severity.WARNING,
    )


def _hidden(file: str, sheet: Sheet, match: Match) -> Fault:
    return Fault(
        file,
        sheet.name,
        match.heading_cells,
        "hidden-sheet",
        f"лист скрыт и не прочитан, хотя похож на форму: {match.form.title}.",
        "все листы с данными видны.",
        "Если данные нужны, покажите лист: правый щелчок по ярлыку любого листа → «Показать…» "
        "(если его там нет — сохраните данные на новом листе); если нет — удалите его.",
        Severity.QUESTION,
    )


def _nothing_to_read(file: str) -> Fault:
    return Fault(
        file,
        code="no-data",
        message="в файле нет ни одного заполненного листа.",
        expected="хотя бы один лист с заголовками и данными.",
        remedy="Заполните файл или уберите его из папки.",
        severity=Severity.WARNING,
    )
