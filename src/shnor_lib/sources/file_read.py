"""What reading one file gives."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pandas as pd

from shnor_lib.faults import Fault
from shnor_lib.sources.layouts.base import SheetRead, nothing_seen
from shnor_lib.sources.pupils.pupils import no_pupils
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
        Whether any of its sheets names pupils (:attr:`~.cells.headings.Form.personal`).
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

    def add(self, reads: Sequence[tuple[str, SheetRead]]) -> None:
        """Take in the tables of its sheets (name of the sheet, what was read from it)."""
        found: dict[str, list[pd.DataFrame]] = {}
        for _, read in reads:
            for name, frame in ((read.table, read.frame), *read.more.items()):
                found.setdefault(name, []).append(frame)
        self.tables = {name: _joined(frames) for name, frames in found.items()}
        pupils = [read.pupils for _, read in reads if read.pupils is not None]
        seen = [read.seen for _, read in reads if len(read.seen)]
        self.pupils = _joined(pupils) if pupils else self.pupils
        self.seen = _joined(seen) if seen else self.seen
        rows = [
            (self.file, sheet, column, letter)
            for sheet, read in reads
            for column, letter in read.letters.items()
        ]
        self.cells = pd.DataFrame(rows, columns=list(CELLS_COLUMNS), dtype="string")


def _joined(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat(frames, ignore_index=True) if len(frames) > 1 else frames[0]
