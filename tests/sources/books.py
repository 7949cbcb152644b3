"""Small workbooks for the tests of readers; all names are invented."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd

from shnor_lib.faults import Fault
from shnor_lib.project import Calendar, packaged_calendar
from shnor_lib.sources.file_read import FileRead
from shnor_lib.sources.files.folder import input_files
from shnor_lib.sources.read import read_file
from shnor_lib.sources.templates import write_workbook
from shnor_lib.tables import TABLES

CALENDAR = packaged_calendar()

RESULTS_HEAD = [
    "Код школы", "Учебный год", "Сезон", "Процедура", "Класс", "Предмет", "Участников",
    "«2»", "«3»", "«4»", "«5»",
]  # fmt: skip
GOOD_ROW = ["ШК-01", "2023/2024", "весна", "ОГЭ", 9, "математика", 24, 3, 9, 8, 4]
VPR_HEAD = [
    "Год", "Класс", "Предмет", "Муниципалитет", "ОО", "Логин", "Кол-во участников", 2, 3, 4, 5,
]  # fmt: skip

SCHOOLS = pd.DataFrame(
    {
        "school_id": ["ШК-01", "ШК-02", "ШК-03"],
        "name": ["СОШ № 1 с. Светлое", "СОШ № 2", "ООШ с. Дальнее"],
        "municipality": ["Приозёрный район", "Приозёрный район", "Заречный округ"],
        "fis_login": ["edu000001", "edu000002", None],
        "ris_code": ["101001", None, None],
    }
)

_PLACES = {
    "school_id": 0, "year": 1, "season": 2, "procedure": 3, "grade": 4, "subject": 5, "n": 6,
    "n2": 7, "n3": 8, "n4": 9, "n5": 10,
}  # fmt: skip


def row(**changes: Any) -> list[Any]:
    """A good row of results with some cells changed."""
    cells = list(GOOD_ROW)
    for name, value in changes.items():
        cells[_PLACES[name]] = value
    return cells


def vpr_row(login: str | None, n: Any, *percents: Any, **more: Any) -> list[Any]:
    """A row of the consolidated ВПР report."""
    return [
        more.get("year", 2021), more.get("grade", 5), more.get("subject", "Математика"),
        more.get("municipality", "Приозёрный район"), more.get("name", "СОШ № 1 с. Светлое"),
        login, n, *percents,
    ]  # fmt: skip


def book(
    path: Path, rows: Sequence[Sequence[Any]], *, sheet: str = "Лист1", top: int = 1, left: int = 1
) -> Path:
    """Write rows as they are into one sheet, its first cell at row ``top``, column ``left``."""
    workbook = openpyxl.Workbook()
    target = workbook.active
    target.title = sheet
    for i, values in enumerate(rows):
        for j, value in enumerate(values):
            if value is not None:
                target.cell(top + i, left + j, value)
    path.parent.mkdir(parents=True, exist_ok=True)
    workbook.save(path)
    return path


def write_register(folder: Path) -> Path:
    """The register of :data:`SCHOOLS` as «Реестр школ.xlsx»."""
    path = folder / "Реестр школ.xlsx"
    write_workbook(path, {"schools": SCHOOLS}, example=False)
    return path


def read_one(path: Path, calendar: Calendar = CALENDAR) -> FileRead:
    """Read a file lying directly in its ``data/raw``."""
    return read_file(path, raw_dir=path.parent, calendar=calendar)


def read_all(folder: Path) -> list[FileRead]:
    """Read every file of a folder."""
    return [read_file(p, raw_dir=folder, calendar=CALENDAR) for p in input_files(folder)]


def accounted(read: FileRead) -> bool:
    """Rows read = rows accepted + rows named in faults."""
    return read.rows_in == read.rows_used + sum(fault.rows for fault in read.faults)


def only(faults: Sequence[Fault], code: str) -> Fault:
    """The one fault with a code."""
    found = [fault for fault in faults if fault.code == code]
    assert len(found) == 1, [fault.sentence() for fault in faults]
    return found[0]


def tidy(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """A frame with all columns of a table, in its dtypes, without provenance."""
    columns = {column.name: column.dtype for column in TABLES[name].columns}
    return frame.reindex(columns=list(columns)).astype(columns)
