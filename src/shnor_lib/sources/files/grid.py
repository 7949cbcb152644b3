"""Files as grids of values: every sheet of a workbook, or the one table of a csv.

Row and column positions are exactly those of the file, so that ``rows[14][7]`` is cell H15.
Formulas are never evaluated: only saved values are read. Whatever a file holds, opening it takes
bounded time and memory (:mod:`.limits`).
"""

from __future__ import annotations

from pathlib import Path

from openpyxl.utils import get_column_letter

from shnor_lib.faults import Fault, Severity
from shnor_lib.sources.files.archive import Archive
from shnor_lib.sources.files.calamine import calamine_workbook, password, values
from shnor_lib.sources.files.folder import WORKBOOK_SUFFIXES
from shnor_lib.sources.files.limits import (
    MAX_CSV_BYTES,
    MAX_FILE_BYTES,
    MAX_TEXT,
    RefusalError,
    broken,
    check_size,
    grouped,
)
from shnor_lib.sources.files.ods_scan import scan_ods
from shnor_lib.sources.files.sheet import Sheet
from shnor_lib.sources.files.text_table import read_csv
from shnor_lib.sources.files.xls_scan import scan_xls
from shnor_lib.sources.files.xlsx import read_xlsx

__all__ = ["Sheet", "open_file"]

CSV_SUFFIXES = frozenset({".csv"})
_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


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
        No sheets and one fault when the file cannot be read at all. Hidden rows and columns are
        read like all others; of a hidden sheet only the first rows are given, marked as such.
    """
    suffix = path.suffix.casefold()
    try:
        check_size(path.stat().st_size, MAX_FILE_BYTES)
        sheets, notes = _open(path.read_bytes(), suffix)
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
    except RefusalError as refusal:
        return [], [refusal.fault(file)]
    return sheets, [note.fault(file) for note in notes]


def _open(data: bytes, suffix: str) -> tuple[list[Sheet], list[RefusalError]]:
    if not data:
        raise RefusalError(
            "empty-file",
            "файл пуст: в нём 0 байт.",
            "книга Excel или файл csv с данными.",
            "Скопируйте файл заново или удалите его из папки.",
        )
    if suffix in CSV_SUFFIXES and not data.startswith((_ZIP, _OLE)):
        check_size(len(data), MAX_CSV_BYTES)
        sheet, notes = read_csv(data)
        return [sheet], notes
    if suffix not in WORKBOOK_SUFFIXES | CSV_SUFFIXES:
        raise RefusalError(
            "foreign-file",
            f"файлы вида «{suffix or 'без расширения'}» программа не читает.",
            "книга Excel (.xlsx) или файл csv.",
            "Если в нём данные, сохраните их как книгу Excel; иначе уберите файл из папки.",
            severity=Severity.WARNING,
        )
    sheets, notes = _read_workbook(data)
    if not sheets and not notes:
        # The list of sheets is damaged: Excel would offer to repair the file.
        raise broken()
    for sheet in sheets:
        notes += _cap_texts(sheet)
    return sheets, notes


def _read_workbook(data: bytes) -> tuple[list[Sheet], list[RefusalError]]:
    if data.startswith(_OLE):
        if _ENCRYPTED in data:
            raise password()
        return _read_xls(data), []
    if not data.startswith(b"PK"):
        raise _not_a_workbook(_guess(data))
    archive = Archive(data)
    if "xl/workbook.bin" in archive:
        raise RefusalError(
            "binary-workbook",
            "двоичные книги (.xlsb) программа не читает.",
            "книга Excel (.xlsx).",
            "Откройте книгу в Excel и сохраните как «Книга Excel (.xlsx)».",
        )
    if "xl/workbook.xml" in archive:
        return read_xlsx(archive, data)
    if "content.xml" in archive:
        return _read_ods(archive, data), []
    if any(name.startswith("xl/") for name in archive.names):
        raise broken()
    raise _not_a_workbook("документ Word" if "word/document.xml" in archive else "архив zip")


def _read_xls(data: bytes) -> list[Sheet]:
    scanned = scan_xls(data)
    book = calamine_workbook(data)
    return [
        values(book, index, scanned[index].special if index < len(scanned) else {})
        for index in range(len(book.sheets_metadata))
    ]


def _read_ods(archive: Archive, data: bytes) -> list[Sheet]:
    tables = scan_ods(archive.pieces("content.xml"))
    archive.check_lengths({"content.xml"})
    book = calamine_workbook(data)
    if [item.name for item in book.sheets_metadata] != [table.name for table in tables]:
        raise broken()
    return [values(book, index, table.special, table.merged) for index, table in enumerate(tables)]


def _cap_texts(sheet: Sheet) -> list[RefusalError]:
    """Cut texts no cell of Excel can hold; say where."""
    notes = []
    for number, row in enumerate(sheet.rows, start=1):
        for column, value in enumerate(row):
            if type(value) is str and len(value) > MAX_TEXT:
                row[column] = value[:MAX_TEXT]
                notes.append(
                    RefusalError(
                        "long-text",
                        "текст в ячейке длиннее, чем бывает; прочитано только его начало.",
                        f"не больше {grouped(MAX_TEXT)} знаков.",
                        "Сократите текст или удалите его.",
                        sheet.name,
                        f"{get_column_letter(column + 1)}{number}",
                        Severity.WARNING,
                    )
                )
    return notes[:12]


def _not_a_workbook(inside: str) -> RefusalError:
    return RefusalError(
        "not-a-workbook",
        f"это не книга Excel: внутри — {inside}.",
        "книга Excel (.xlsx).",
        "Откройте файл в программе, в которой он сделан, и сохраните как «Книга Excel (.xlsx)»; "
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
