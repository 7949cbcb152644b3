"""Files as grids of values: every sheet of a workbook, or the one table of a csv.

Row and column positions are exactly those of the file, so that ``rows[14][7]`` is cell H15.
Formulas are never evaluated: only saved values are read.
"""

from __future__ import annotations

import csv
import io
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from shnor_lib.faults import Fault, Severity
from shnor_lib.sources.files import WORKBOOK_SUFFIXES
from shnor_lib.sources.raw_cells import Unreadable, unreadable_cells

CSV_SUFFIXES = frozenset({".csv"})
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


@dataclass
class Sheet:
    """One grid; ``name`` is empty for a csv."""

    name: str
    rows: list[list[Any]]


def open_file(path: Path, file: str) -> tuple[list[Sheet], list[Fault]]:
    """Read a file into grids.

    Parameters
    ----------
    path
        The file.
    file
        How faults call it: its path relative to ``data/raw``.

    Returns
    -------
    sheets, faults
        No sheets and one fault when the file cannot be read at all.
    """
    suffix = path.suffix.casefold()
    try:
        data = path.read_bytes()
    except OSError as error:
        return [], [
            Fault(
                file,
                code="unreadable-file",
                message=f"файл не открывается ({error.strerror}).",
                expected="файл, доступный для чтения.",
                remedy="Закройте его в других программах и проверьте права доступа.",
            )
        ]
    if not data:
        return [], [
            Fault(
                file,
                code="empty-file",
                message="файл пуст: в нём 0 байт.",
                expected="книга Excel или файл csv с данными.",
                remedy="Скопируйте файл заново или удалите его из папки.",
            )
        ]
    if suffix in CSV_SUFFIXES and not data.startswith((b"PK\x03\x04", _OLE)):
        return _read_csv(data), []
    if suffix not in WORKBOOK_SUFFIXES | CSV_SUFFIXES:
        return [], [
            Fault(
                file,
                code="foreign-file",
                message=f"файлы вида «{suffix or 'без расширения'}» программа не читает.",
                expected="книга Excel (.xlsx) или файл csv.",
                remedy="Если в нём данные, сохраните их как книгу Excel; иначе уберите файл из папки.",
                severity=Severity.WARNING,
            )
        ]
    return _read_workbook(data, file)


def _read_workbook(data: bytes, file: str) -> tuple[list[Sheet], list[Fault]]:
    fault = _why_not_a_workbook(data, file)
    if fault is not None:
        return [], [fault]
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        grids = [
            Sheet(name, book.get_sheet_by_name(name).to_python(skip_empty_area=False))
            for name in book.sheet_names
        ]
    except PasswordError:
        return [], [_password(file)]
    except CalamineError:
        return [], [_broken(file)]
    special = unreadable_cells(data) if data.startswith(b"PK") else {}
    for sheet in grids:
        _put_in(sheet, special.get(sheet.name, {}))
    return grids, []


def _put_in(sheet: Sheet, special: dict[tuple[int, int], Unreadable]) -> None:
    """Put what a values-only reader leaves empty into its cells."""
    if not special:
        return
    height = max([len(sheet.rows), *(row + 1 for row, _ in special)])
    width = max([*map(len, sheet.rows), *(col + 1 for _, col in special)])
    sheet.rows.extend([] for _ in range(height - len(sheet.rows)))
    for line in sheet.rows:
        line.extend([""] * (width - len(line)))
    for (row, col), value in special.items():
        sheet.rows[row][col] = value


def _why_not_a_workbook(data: bytes, file: str) -> Fault | None:
    if data.startswith(_OLE):
        return _password(file) if _ENCRYPTED in data else None
    if data.startswith(b"PK"):
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                names = set(archive.namelist())
        except zipfile.BadZipFile:
            return _broken(file)
        if any(name.startswith("xl/") for name in names) or "content.xml" in names:
            return None
        inside = "документ Word" if "word/document.xml" in names else "архив zip"
    else:
        inside = _guess(data)
    return Fault(
        file,
        code="not-a-workbook",
        message=f"это не книга Excel: внутри — {inside}.",
        expected="книга Excel (.xlsx).",
        remedy="Откройте файл в программе, в которой он сделан, и сохраните как «Книга Excel (.xlsx)»; "
        "менять расширение в имени недостаточно.",
    )


def _guess(data: bytes) -> str:
    start = data[:512].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if start.startswith(b"%pdf"):
        return "документ PDF"
    if start.startswith((b"<!doctype html", b"<html", b"<table")):
        return "веб-страница (HTML)"
    if start.startswith(b"<?xml"):
        return "XML"
    if b"\0" not in data[:4096]:
        return "текст"
    return "данные неизвестного вида"


def _password(file: str) -> Fault:
    return Fault(
        file,
        code="password",
        message="книга защищена паролем.",
        expected="книга без пароля.",
        remedy="Откройте её в Excel и снимите пароль: «Файл» → «Сведения» → «Защита книги» → "
        "«Зашифровать с использованием пароля», оставьте поле пустым и сохраните.",
    )


def _broken(file: str) -> Fault:
    return Fault(
        file,
        code="broken-file",
        message="книга повреждена или скопирована не целиком.",
        expected="целая книга Excel (.xlsx).",
        remedy="Скопируйте её заново из источника; если она открывается в Excel, сохраните её ещё раз.",
    )


def _read_csv(data: bytes) -> list[Sheet]:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = data.decode("utf-16", errors="replace")
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode("cp1251", errors="replace")
    head = "\n".join(text.splitlines()[:40])
    delimiter = max(";\t,", key=head.count)
    rows: list[list[Any]] = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    width = max((len(row) for row in rows), default=0)
    return [Sheet("", [row + [""] * (width - len(row)) for row in rows])]
