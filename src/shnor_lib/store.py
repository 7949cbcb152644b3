"""Tidy tables on disk: parquet by table and year, and the data set a notebook works with."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd

from shnor_lib.faults import Fault, ShnorError
from shnor_lib.tables import CELLS_COLUMNS, TABLES

NO_YEAR = "all"
"""File stem of a table whose rows belong to no year."""


class Dataset:
    """All tidy tables of a project, each an attribute; an absent one is an empty frame.

    Parameters
    ----------
    cells
        Which tidy column stands in which column letter: ``source_file``, ``source_sheet``,
        ``column``, ``letter``.
    faults
        Warnings and questions found while reading (errors never reach a data set unless the
        user asked to keep good rows).
    open_schools
        Spellings that joined no school, each a plain dictionary
        (:class:`shnor_lib.sources.schools.open_schools.OpenSchool`). They live from reading to the
        workbook that asks about them and are not stored with the tables.
    **tables
        Tidy frames by table name; see :mod:`shnor_lib.tables`.

    Raises
    ------
    TypeError
        A name that is no table.
    """

    def __init__(
        self,
        *,
        cells: pd.DataFrame | None = None,
        faults: Iterable[Fault] = (),
        open_schools: Iterable[dict[str, Any]] = (),
        **tables: pd.DataFrame,
    ) -> None:
        if unknown := set(tables) - set(TABLES):
            raise TypeError(f"no such tables: {', '.join(sorted(unknown))}")
        self.tables: dict[str, pd.DataFrame] = {
            name: tables[name] if name in tables else table.empty()
            for name, table in TABLES.items()
        }
        self.cells: pd.DataFrame = (
            cells
            if cells is not None
            else pd.DataFrame(columns=list(CELLS_COLUMNS), dtype="string")
        )
        self.faults: list[Fault] = list(faults)
        self.open_schools: list[dict[str, Any]] = list(open_schools)
        self._letters: dict[tuple[str, str, str], str] | None = None

    def __getattr__(self, name: str) -> pd.DataFrame:
        # Called only for what is no attribute of its own; «tables» is missing while unpickling.
        if name in TABLES and "tables" in self.__dict__:
            return self.tables[name]
        raise AttributeError(name)

    @property
    def years(self) -> list[int]:
        """Years that have results or a social passport, ascending."""
        found: set[int] = set()
        for frame in (self.results, self.social_passport, self.rating_points):
            found.update(int(year) for year in frame["year"].dropna().unique())
        return sorted(found)

    def replace(self, *, faults: Iterable[Fault] | None = None, **tables: pd.DataFrame) -> Dataset:
        """The same data with other faults or some other tables."""
        return Dataset(
            cells=self.cells,
            faults=self.faults if faults is None else faults,
            open_schools=self.open_schools,
            **{**self.tables, **tables},
        )

    def until(self, year: int) -> Dataset:
        """The same data as they stood when ``year`` ended: nothing later is visible."""
        return Dataset(
            cells=self.cells,
            faults=self.faults,
            open_schools=self.open_schools,
            **{name: TABLES[name].until(frame, year) for name, frame in self.tables.items()},
        )

    def cell(
        self,
        source_file: str,
        source_sheet: str,
        source_row: int,
        *columns: str,
        source_rows: str | None = None,
    ) -> str:
        """Cell references such as ``G15, H15`` for tidy columns of one row of a table.

        Parameters
        ----------
        source_file, source_sheet, source_row
            Where the row comes from.
        *columns
            Tidy columns; those that are not on the sheet are left out.
        source_rows
            «12-37,40» where the row sums up several rows of the file: ``H12:H37, H40``.
        """
        index = self._letter_index()
        letters = [index.get((source_file, source_sheet, column)) for column in columns]
        known = list(dict.fromkeys(letter for letter in letters if letter))
        if not source_rows:
            return ", ".join(f"{letter}{source_row}" for letter in known)
        return ", ".join(
            f"{letter}{span.replace('-', f':{letter}')}"
            for letter in known
            for span in source_rows.split(",")
        )

    def _letter_index(self) -> dict[tuple[str, str, str], str]:
        if self._letters is None:
            self._letters = {
                (file, sheet, column): letter
                for file, sheet, column, letter in self.cells[list(CELLS_COLUMNS)].itertuples(
                    index=False
                )
            }
        return self._letters


def write_atomically(path: Path, data: bytes) -> bool:
    """Write ``data`` unless the file already holds it; return whether it changed.

    The file appears complete or not at all.
    """
    if path.is_file() and path.read_bytes() == data:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    beside.write_bytes(data)
    beside.replace(path)
    return True


def write_json(path: Path, value: Any) -> bool:
    """Write a value as JSON people can read; return whether the file changed."""
    return write_atomically(path, json.dumps(value, ensure_ascii=False, indent=1).encode())


def write_frame(path: Path, frame: pd.DataFrame) -> bool:
    """Write a frame as parquet with reproducible bytes; return whether the file changed."""
    buffer = io.BytesIO()
    frame.reset_index(drop=True).to_parquet(buffer, index=False, compression="zstd")
    return write_atomically(path, buffer.getvalue())


def table_files(processed: Path, name: str, years: Iterable[int] | None = None) -> list[Path]:
    """Parquet files of a table, all years or the given ones."""
    folder = processed / name
    if years is None:
        return sorted(folder.glob("*.parquet"))
    return [p for year in years if (p := folder / f"{year}.parquet").is_file()]


def load_dataset(processed: Path, *, until: int | None = None) -> Dataset:
    """Read the tidy tables.

    Parameters
    ----------
    processed
        ``data/processed`` of a project.
    until
        Last year to read; later years are not opened at all.

    Raises
    ------
    ShnorError
        Nothing has been processed yet.
    """
    marker = processed / "faults.json"
    if not marker.is_file():
        raise ShnorError(
            f"В «{processed}» нет обработанных данных. Запустите «shnor build» (или «shnor check»)."
        )
    frames: dict[str, pd.DataFrame] = {}
    for name, table in TABLES.items():
        files = table_files(processed, name)
        if until is not None and table.by_year:
            files = [path for path in files if int(path.stem) <= until]
        parts = [pd.read_parquet(path) for path in files]
        frame = pd.concat(parts, ignore_index=True) if parts else table.empty()
        frames[name] = frame if until is None else table.until(frame, until)
    cells_path = processed / "cells" / f"{NO_YEAR}.parquet"
    cells = pd.read_parquet(cells_path) if cells_path.is_file() else None
    faults = [Fault.from_dict(item) for item in json.loads(marker.read_text(encoding="utf-8"))]
    dataset = Dataset(**frames, faults=faults, open_schools=())
    if cells is not None:
        dataset.cells = cells
    return dataset


def save_dataset(processed: Path, dataset: Dataset) -> list[Path]:
    """Write the tidy tables by year; files of years that are gone are removed.

    Returns
    -------
    list of Path
        Every file of the data set, whether or not it changed.
    """
    written: list[Path] = []
    for name, table in TABLES.items():
        frame: pd.DataFrame = getattr(dataset, name)
        keep: set[Path] = set()
        if table.by_year:
            for year, part in frame.groupby("year", sort=True):
                path = processed / name / f"{int(str(year))}.parquet"
                write_frame(path, part)
                keep.add(path)
        elif len(frame):
            path = processed / name / f"{NO_YEAR}.parquet"
            write_frame(path, frame)
            keep.add(path)
        for stale in set(table_files(processed, name)) - keep:
            stale.unlink()
        written.extend(sorted(keep))
    cells_path = processed / "cells" / f"{NO_YEAR}.parquet"
    write_frame(cells_path, dataset.cells)
    marker = processed / "faults.json"
    write_json(marker, [fault.to_dict() for fault in dataset.faults])
    return [*written, cells_path, marker]
