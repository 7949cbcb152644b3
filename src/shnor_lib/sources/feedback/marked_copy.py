"""Copies of the workbooks with faults, in which every faulty cell is coloured and explained.

An original is never touched. Sheets that name people, and sheets no form fits, are never copied
as they are: see :mod:`shnor_lib.sources.feedback.mask`.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from openpyxl import Workbook

from shnor_lib.faults import Fault
from shnor_lib.project import Calendar
from shnor_lib.sources.cells.headings import Match, find_form
from shnor_lib.sources.cells.privacy import coder
from shnor_lib.sources.cells.problems import Problem
from shnor_lib.sources.cells.values import clean_text, fold
from shnor_lib.sources.feedback.marked_look import can_be_loaded, load_marked
from shnor_lib.sources.feedback.marked_sheets import (
    LIST_SHEET,
    Target,
    free_title,
    write_extract,
    write_list,
    write_values,
)
from shnor_lib.sources.feedback.marks import IMPORTANCE, Mark, marks_of
from shnor_lib.sources.feedback.mask import is_personal
from shnor_lib.sources.files.excel import new_workbook, save
from shnor_lib.sources.files.grid import open_file
from shnor_lib.sources.files.sheet import Sheet
from shnor_lib.sources.layouts import FORMS, READERS
from shnor_lib.sources.layouts.base import Context
from shnor_lib.sources.templates.marks import EXAMPLE_SHEET, HELP_SHEET, IGNORED_MARK
from shnor_lib.store import write_json

FOLDER = "faults"
"""Folder of the copies in a project."""
SUFFIX = " (с пометками).xlsx"
MAX_COPIES = 40
"""Workbooks copied at one time."""
MAX_COPIED_BYTES = 100 * 1024**2
"""Their originals together."""
MAX_COPIED_CELLS = 100_000
"""A sheet with more cells is copied as an extract."""


@dataclass
class Copies:
    """What was made.

    Attributes
    ----------
    folder
        Where.
    found
        File with faults → its copy, relative to ``folder``.
    targets
        File → sheet → where its marks stand.
    left_out
        Files with faults for which there was no room (:data:`MAX_COPIES`) or no way.
    locked
        Copies that could not be replaced: they are open in another program.
    """

    folder: Path
    found: dict[str, str] = field(default_factory=dict)
    targets: dict[str, dict[str, Target]] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)
    locked: list[Path] = field(default_factory=list)


def write_marked_copies(
    faults: Iterable[Fault],
    *,
    raw_dir: Path,
    folder: Path,
    calendar: Calendar,
    state_file: Path,
    version: str = "",
    progress: Callable[[int, int, str], None] | None = None,
) -> Copies:
    """Bring the marked copies up to date; copies of workbooks without faults go.

    Parameters
    ----------
    faults
        Of all files.
    raw_dir
        Folder of the originals.
    folder
        Where the copies go, in the same sub-folders.
    calendar
        When procedures were held (the workbooks are read once more to find every faulty cell).
    state_file
        What the copies were made from: one whose original and faults are the same is not made
        again.
    version
        Of the program; another one makes all copies again.
    progress
        Called with the number of copies done, of all, and the file's name.

    Returns
    -------
    Copies
        Files that cannot be opened at all (a password, damage) have none.
    """
    per_file: defaultdict[str, list[Fault]] = defaultdict(list)
    for fault in faults:
        if (raw_dir / fault.file).is_file():
            per_file[fault.file].append(fault)
    copies = Copies(folder)
    chosen = _chosen(per_file, raw_dir, copies)
    state = _state(state_file)
    fresh: dict[str, dict[str, Any]] = {}
    names = _names(per_file)
    for number, file in enumerate(chosen):
        if progress is not None:
            progress(number, len(chosen), file)
        target = folder / names[file]
        data = (raw_dir / file).read_bytes()
        digest = _digest(version, data, per_file[file], names[file])
        known = state.get(file)
        if known and known.get("digest") == digest and (target.is_file() or not known["targets"]):
            found = {name: Target(*where) for name, where in known["targets"].items()}
        else:
            try:
                found = _write(target, raw_dir / file, file, data, per_file[file], calendar)
            except PermissionError:
                copies.locked.append(target)
                continue
            except Exception:  # noqa: BLE001 - a copy is a help; without it the list remains
                copies.left_out.append(file)
                continue
        fresh[file] = {
            "digest": digest,
            "targets": {name: [where.sheet, where.exact] for name, where in found.items()},
        }
        if found:
            copies.found[file] = names[file]
            copies.targets[file] = found
    _remove_others(folder, {folder / name for name in copies.found.values()}, copies.locked)
    write_json(state_file, fresh)
    _remove_empty(folder)
    return copies


def _chosen(per_file: Mapping[str, Sequence[Fault]], raw_dir: Path, copies: Copies) -> list[str]:
    """Files to copy, those with errors first; the others are said to be left out."""
    chosen: list[str] = []
    size = 0
    for file in sorted(
        per_file, key=lambda f: (min(IMPORTANCE[x.severity] for x in per_file[f]), f)
    ):
        size += (raw_dir / file).stat().st_size
        if len(chosen) < MAX_COPIES and size <= MAX_COPIED_BYTES:
            chosen.append(file)
        else:
            copies.left_out.append(file)
    return chosen


def _names(files: Iterable[str]) -> dict[str, str]:
    """File → its copy; two files of one name keep their endings."""
    stems = defaultdict(list)
    for file in files:
        stems[PurePosixPath(file).with_suffix("").as_posix().casefold()].append(file)
    return {
        file: (PurePosixPath(file).with_suffix("").as_posix() if len(same) == 1 else file) + SUFFIX
        for same in stems.values()
        for file in same
    }


def _write(
    target: Path,
    path: Path,
    file: str,
    data: bytes,
    faults: Sequence[Fault],
    calendar: Calendar,
) -> dict[str, Target]:
    sheets = [sheet for sheet in open_file(path, file)[0] if any(map(any, sheet.rows))]
    if not sheets:
        return {}
    matches = {sheet.name: find_form(sheet.rows, FORMS) for sheet in sheets}
    marks = {
        sheet.name: marks_of(
            [fault for fault in faults if fault.sheet == sheet.name],
            _problems(sheet, matches[sheet.name], Context(file, calendar, coder())),
        )
        for sheet in sheets
    }
    visible = [sheet for sheet in sheets if not sheet.hidden]
    # A fault of the whole file is shown on its first sheet.
    names = {sheet.name for sheet in sheets}
    of_file = marks_of(fault for fault in faults if fault.sheet not in names)
    if of_file:
        first = (visible or sheets)[0].name
        marks[first] = [*of_file, *marks[first]]
    secret = {
        sheet.name
        for sheet in sheets
        if not _is_ours(sheet) and is_personal(sheet, matches[sheet.name])
    }
    book, targets = _with_look(path, data, sheets, marks) if not secret else (None, {})
    if book is None:
        book, targets = _values_only(sheets, matches, marks, secret)
    lines = [
        (mark, sheet.name, targets.get(sheet.name))
        for sheet in sheets
        for mark in marks[sheet.name]
    ]
    write_list(book, PurePosixPath(file).name, lines)
    book.active = 0
    target.parent.mkdir(parents=True, exist_ok=True)
    save(book, target)
    return targets


def _problems(sheet: Sheet, match: Match | None, context: Context) -> list[Problem]:
    """Every place a reader finds fault with; none where it fails, which is a fault already."""
    if match is None or sheet.hidden or _is_ours(sheet):
        return []
    try:
        return READERS[match.form.name][1](sheet, match, context).problems
    except Exception:  # noqa: BLE001 - reported by the reading itself
        return []


def _is_ours(sheet: Sheet) -> bool:
    first = clean_text(sheet.rows[0][0]) if sheet.rows and sheet.rows[0] else ""
    return first.startswith(IGNORED_MARK) or fold(sheet.name) in (
        fold(EXAMPLE_SHEET),
        fold(HELP_SHEET),
    )


def _with_look(
    path: Path, data: bytes, sheets: Sequence[Sheet], marks: Mapping[str, Sequence[Mark]]
) -> tuple[Workbook | None, dict[str, Target]]:
    if path.suffix.casefold() not in (".xlsx", ".xlsm") or not can_be_loaded(data):
        return None, {}
    try:
        return load_marked(data, {sheet.name: sheet for sheet in sheets}, marks)
    except Exception:  # noqa: BLE001 - what openpyxl cannot load is copied as values
        return None, {}


def _values_only(
    sheets: Sequence[Sheet],
    matches: Mapping[str, Match | None],
    marks: Mapping[str, Sequence[Mark]],
    secret: set[str],
) -> tuple[Workbook, dict[str, Target]]:
    book = new_workbook("Копия с пометками")
    targets: dict[str, Target] = {}
    for sheet in sheets:
        here = marks[sheet.name]
        if _is_ours(sheet) or (sheet.hidden and not here):
            continue
        title = free_title(sheet.name, [LIST_SHEET, *(item.sheet for item in targets.values())])
        area = len(sheet.rows) * max(map(len, sheet.rows))
        if sheet.name in secret or area > MAX_COPIED_CELLS or sheet.hidden:
            targets[sheet.name] = write_extract(
                book, title, sheet, matches[sheet.name], here, masked=sheet.name in secret
            )
        else:
            targets[sheet.name] = write_values(book, title, sheet, matches[sheet.name], here)
    return book, targets


# --- what is already there ------------------------------------------------------------------


def _digest(version: str, data: bytes, faults: Sequence[Fault], name: str) -> str:
    digest = hashlib.sha256(data)
    for text in (version, name, *sorted(repr(fault) for fault in faults)):
        digest.update(text.encode())
    return digest.hexdigest()


def _state(path: Path) -> dict[str, dict[str, Any]]:
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _remove_others(folder: Path, wanted: set[Path], locked: list[Path]) -> None:
    """Remove copies of workbooks that have no faults any more; nothing else in the folder."""
    if not folder.is_dir():
        return
    for path in folder.rglob(f"*{SUFFIX}"):
        if path not in wanted and path not in locked:
            try:
                path.unlink()
            except PermissionError:
                locked.append(path)


def _remove_empty(folder: Path) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir() and not any(path.iterdir()):
            path.rmdir()
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
