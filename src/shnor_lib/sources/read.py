"""From a file to tidy tables."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from shnor_lib.faults import Fault
from shnor_lib.project import Calendar
from shnor_lib.sources.cells.convert import data_rows
from shnor_lib.sources.cells.headings import Match, find_form
from shnor_lib.sources.cells.privacy import coder
from shnor_lib.sources.cells.problems import to_faults
from shnor_lib.sources.cells.values import clean_text, fold
from shnor_lib.sources.file_read import FileRead
from shnor_lib.sources.files.folder import WORKBOOK_SUFFIXES, is_ignored
from shnor_lib.sources.files.grid import Sheet, open_file
from shnor_lib.sources.layouts import FORMS, READERS
from shnor_lib.sources.layouts.base import Context, SheetRead
from shnor_lib.sources.layouts.vpr_protocols import SERVICE_SHEETS
from shnor_lib.sources.not_read import hidden_form, internal_fault, nothing_to_read, unrecognised
from shnor_lib.sources.templates import EXAMPLE_SHEET, HELP_SHEET, IGNORED_MARK


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
        Secret for the codes of pupils (:mod:`.cells.privacy`); files read with one key can be joined.
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
    reading = _Reading(FileRead(file, faults=faults), Context(file, calendar, coder(key)))
    for sheet in sheets:
        if not _is_ours_to_skip(sheet) and _has_content(sheet):
            reading.take(sheet)
    reading.finish(workbook=path.suffix.casefold() in WORKBOOK_SUFFIXES, empty=not sheets)
    return reading.result


@dataclass
class _Reading:
    """What is known of a file while its sheets are read one after the other."""

    result: FileRead
    context: Context
    reads: list[tuple[str, SheetRead]] = field(default_factory=list)
    unknown: list[Sheet] = field(default_factory=list)
    hidden: list[Fault] = field(default_factory=list)
    unused: list[Fault] = field(default_factory=list)
    crashed: bool = False

    def take(self, sheet: Sheet) -> None:
        """Read one sheet; whatever its reader does, the rows are accounted for."""
        match = None
        try:
            match = find_form(sheet.rows, FORMS)
            if sheet.hidden:
                if match is not None:
                    self.hidden.append(hidden_form(self.result.file, sheet, match))
            elif match is None:
                self.unknown.append(sheet)
            else:
                self._read(sheet, match)
        except BaseException as error:
            if _must_pass(error):
                raise
            lost = _countable(sheet, match)
            self.result.rows_in += lost
            self.result.faults.append(internal_fault(self.result.file, sheet.name, lost, error))
            self.crashed = True

    def _read(self, sheet: Sheet, match: Match) -> None:
        result = self.result
        result.personal = result.personal or match.form.personal
        result.layouts.append(match.form.name)
        read = READERS[match.form.name][1](sheet, match, self.context)
        problems = to_faults(result.file, sheet.name, read.problems)
        self.reads.append((sheet.name, read))
        if read.rows_in or not match.form.name.startswith("own:"):
            result.faults += problems
        else:
            self.unused += problems
        result.rows_in += read.rows_in
        result.rows_used += read.used

    def finish(self, *, workbook: bool, empty: bool) -> None:
        """What can be said only when all sheets were seen."""
        result, file = self.result, self.result.file
        # A template has several sheets; beside a filled one the others may stay empty.
        result.faults += [] if result.rows_in else self.unused
        # Lists for drop-downs stand beside a protocol; alone they are a sheet like any other.
        beside = {fold(name) for name in SERVICE_SHEETS} if self.reads else set()
        unknown = [sheet for sheet in self.unknown if fold(sheet.name) not in beside]
        whole = workbook and not self.reads
        result.faults += [unrecognised(file, sheet, whole_workbook=whole) for sheet in unknown]
        result.faults += self.hidden
        if not (empty or self.reads or unknown or self.hidden or self.crashed):
            result.faults.append(nothing_to_read(file))
        result.add(self.reads)


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
