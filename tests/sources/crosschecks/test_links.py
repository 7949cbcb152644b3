"""Links of the platform's registers against the files there are, through real workbooks."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from shnor_lib.faults import Fault, Severity, has_errors
from shnor_lib.sources.assemble import assemble
from shnor_lib.sources.files.folder import input_files
from shnor_lib.sources.given.look import Given
from shnor_lib.sources.read import read_file
from shnor_lib.sources.templates import write_workbook

from ..books import CALENDAR, SCHOOLS, only

DAY = pd.Timestamp(2025, 11, 27)


def faults(folder: Path, given: Given | None, **tables: list[dict[str, object]]) -> list[Fault]:
    write_workbook(folder / "r.xlsx", {"schools": SCHOOLS}, example=False)
    for name, rows in tables.items():
        write_workbook(folder / f"{name}.xlsx", {name: pd.DataFrame(rows)}, example=False)
    reads = [read_file(p, raw_dir=folder, calendar=CALENDAR) for p in input_files(folder)]
    return assemble(reads, calendar=CALENDAR, for_site=given).faults


def document(title: str, link: str | None) -> dict[str, object]:
    return {"kind": "order", "title": title, "number": title, "date": DAY, "link": link}


def test_a_file_that_is_not_there_names_file_sheet_cell_and_remedy(tmp_path: Path) -> None:
    rows = [document("а", "docs/1.pdf"), document("б", "docs/2.pdf"), document("в", "DOCS\\1.PDF")]
    given = Given(files={"docs/1.pdf": 10})
    found = faults(tmp_path, given, documents=rows)
    fault = only(found, "no-such-file")
    assert (fault.file, fault.sheet, fault.cell) == ("documents.xlsx", "Нормативные акты", "H3")
    assert fault.severity is Severity.WARNING and not has_errors(found)
    assert "«docs/2.pdf»" in fault.message and "data/files/docs/2.pdf" in fault.remedy
    assert len(found) == 1


def test_nobody_has_looked_nothing_is_said(tmp_path: Path) -> None:
    assert faults(tmp_path, None, documents=[document("а", "docs/1.pdf")]) == []


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "../raw/тайна.xlsx", "C:\\a.pdf", "/etc/passwd", "a.exe"]
)
def test_refused_links_stay_out_and_the_row_stays(tmp_path: Path, link: str) -> None:
    found = faults(tmp_path, Given(), documents=[document("а", link)])
    fault = only(found, "refused-link")
    assert fault.cell == "H2" and fault.rows == 0 and len(found) == 1


def test_words_where_a_link_should_be(tmp_path: Path) -> None:
    events = [
        {"date": DAY, "title": "а", "signup": "спросите секретаря", "materials": "позже"},
        {"date": DAY, "title": "б", "signup": "форма.docx", "materials": "a.pdf; b.pdf"},
    ]
    found = faults(tmp_path, Given(files={"a.pdf": 1}), events=events)
    words = only(found, "words-for-link")
    assert "«позже»" in words.message and words.severity is Severity.QUESTION
    missing = [fault for fault in found if fault.code == "no-such-file"]
    assert sorted(fault.message.split("»")[0] for fault in missing) == [
        "файла «b.pdf",
        "файла «форма.docx",
    ]


def test_a_person_who_answers(tmp_path: Path) -> None:
    rows = [
        {"date": DAY, "question": "а?", "answered_by": "методическая служба"},
        {"date": DAY, "question": "б?", "answered_by": "Образцова П. П."},
    ]
    fault = only(faults(tmp_path, Given(), questions=rows), "person-answers")
    assert fault.cell == "E3" and "Образцова" not in fault.message


def test_faults_of_files_and_pages_are_among_them(tmp_path: Path) -> None:
    own = Fault("data/files/a.exe", "", "", "file-not-published", "м", "о", "р", Severity.WARNING)
    assert faults(tmp_path, Given(faults=(own,))) == [own]
