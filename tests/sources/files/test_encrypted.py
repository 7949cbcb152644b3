"""A workbook locked by Excel's own encryption (not constructed bytes)."""

from __future__ import annotations

import io
from pathlib import Path

import msoffcrypto.format.ooxml
import openpyxl

from shnor_lib.faults import Severity
from shnor_lib.project import packaged_calendar
from shnor_lib.sources.read import read_file


def test_encrypted_workbook_is_named_as_such(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["Код школы", "Учебный год", "Всего обучающихся"])
    plain = io.BytesIO()
    book.save(plain)
    plain.seek(0)
    path = tmp_path / "паспорт.xlsx"
    with path.open("wb") as target:
        msoffcrypto.format.ooxml.OOXMLFile(plain).encrypt("секрет", target)
    found = read_file(path, raw_dir=tmp_path, calendar=packaged_calendar())
    assert not found.tables
    (fault,) = found.faults
    assert fault.severity is Severity.ERROR
    assert "парол" in fault.message and fault.remedy
