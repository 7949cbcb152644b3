"""What must hold for whatever file is read."""

from __future__ import annotations

import contextlib
import io
import pickle
import re
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from shnor_lib.faults import Severity
from shnor_lib.project import packaged_calendar
from shnor_lib.sources.assemble import assemble
from shnor_lib.sources.file_read import FileRead
from shnor_lib.sources.read import read_file
from shnor_lib.store import Dataset
from shnor_lib.tables import TABLES

CALENDAR = packaged_calendar()
_TECHNICAL = re.compile(r"Traceback|Error\b|Exception|\bnan\b|\bNone\b|<NA>|0x[0-9a-f]{6}")


@dataclass
class Outcome:
    """What became of one damaged file."""

    rows_in: int = 0
    rows_used: int = 0
    faults: int = 0
    errors: int = 0
    recognised: bool = False
    violations: list[str] = field(default_factory=list)


def examine(
    folder: Path, name: str, data: bytes, secrets: Collection[str], *, join: bool = True
) -> Outcome:
    """Read a file and say which invariants it breaks.

    1. Reading raises nothing; neither does assembling (``join``; it costs more than reading).
    2. Data rows = rows accepted + rows named in faults; no row is lost in silence.
    3. A file gives rows or at least one fault.
    4. None of ``secrets`` is in the tables, the faults, the pickled read or what was printed.
    5. Every accepted row keeps to the schema of its table.
    6. Every fault is a Russian sentence with something to do, without technical words.
    """
    path = folder / name
    path.write_bytes(data)
    outcome = Outcome()
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
            read = read_file(path, raw_dir=folder, calendar=CALENDAR, key=b"mutation")
            dataset = assemble([read], calendar=CALENDAR) if join else Dataset(faults=read.faults)
    except Exception as error:  # noqa: BLE001 - the very thing looked for
        outcome.violations.append(f"raised {type(error).__name__}: {error}")
        return outcome
    finally:
        path.unlink()
    outcome.rows_in, outcome.rows_used = read.rows_in, read.rows_used
    outcome.faults = len(read.faults)
    outcome.errors = sum(fault.severity is Severity.ERROR for fault in dataset.faults)
    outcome.recognised = bool(read.layouts)
    if any(fault.code == "internal-error" for fault in read.faults):
        outcome.violations.append("internal error")
    named = sum(fault.rows for fault in read.faults)
    if read.rows_in != read.rows_used + named:
        outcome.violations.append(f"rows {read.rows_in} ≠ {read.rows_used} + {named}")
    if not read.rows_in and not read.faults:
        outcome.violations.append("neither rows nor faults")
    outcome.violations += _secrets(read, dataset.tables, printed.getvalue(), secrets)
    outcome.violations += _schemas(read.tables)
    outcome.violations += _sentences(read)
    return outcome


def _secrets(
    read: FileRead, tables: dict[str, pd.DataFrame], printed: str, secrets: Collection[str]
) -> list[str]:
    if not secrets:
        return []
    parts = [printed, repr(pickle.dumps(read).decode("utf-8", "ignore"))]
    parts += [fault.sentence() for fault in read.faults]
    parts += [frame.to_csv() for frame in (*tables.values(), read.pupils) if len(frame)]
    text = "\n".join(parts).casefold()
    return [f"leaked {secret!r}" for secret in secrets if secret.casefold() in text]


def _schemas(tables: dict[str, pd.DataFrame]) -> list[str]:
    found = []
    for name, frame in tables.items():
        try:
            TABLES[name].schema().validate(frame, lazy=True)
        except Exception as error:  # noqa: BLE001 - any breach counts
            found.append(f"schema of {name}: {str(error)[:200]}")
    return found


def _sentences(read: FileRead) -> list[str]:
    found = []
    for fault in read.faults:
        text = f"{fault.message} {fault.expected} {fault.remedy}"
        if not fault.message or not re.search("[а-я]", fault.message):
            found.append(f"no Russian sentence: {fault.code}")
        if fault.severity is Severity.ERROR and not fault.remedy:
            found.append(f"nothing to do: {fault.code}")
        if _TECHNICAL.search(re.sub(r"«[^»]*»", "", text)):
            found.append(f"technical words: {fault.sentence()[:160]}")
    return found
