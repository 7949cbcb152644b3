"""A school called like a command: its name arrives everywhere as what it is, a text."""

from __future__ import annotations

import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from shnor_lib.pipeline import check
from shnor_lib.project import Project, open_project
from shnor_lib.publish.embedded import pandoc_path
from shnor_lib.report.analysis import Analysis, analyse
from shnor_lib.report.pages.school import school_page
from shnor_lib.report.pages.schools import schools_page
from shnor_lib.sources.feedback.faults_workbook import write_faults_workbook
from shnor_lib.sources.feedback.marked_copy import Copies, write_marked_copies
from shnor_lib.sources.templates import write_templates
from shnor_lib.store import load_dataset
from shnor_lib.tables import TABLES

NAMES = (
    '=HYPERLINK("http://example.invalid","СОШ № 1")',
    "СОШ <script>alert(1)</script> {{< meta x >}} [b](c)",
    "@СОШ +7 | `код` $x$ *1*",
)


def places(sheet: Any, heads: dict[str, str]) -> dict[str, int]:
    """Columns of some headings, asterisks aside."""
    texts = {cell.column: str(cell.value).rstrip(" *") for cell in sheet[1] if cell.value}
    return {heads[text]: column for column, text in texts.items() if text in heads}


@pytest.fixture(scope="module")
def project(read_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The demonstration project; three schools of its register have other names."""
    root = shutil.copytree(read_demo, tmp_path_factory.mktemp("names") / "project")
    opened = open_project(Path(root))
    path = opened.raw_dir / "Реестр школ.xlsx"
    book = openpyxl.load_workbook(path)
    heads = {TABLES["schools"].column(name).title: name for name in ("name", "last_grade")}
    sheet = next(s for s in book if {"name", "last_grade"} <= set(places(s, heads)))
    found = places(sheet, heads)
    column, grade = found["name"], found["last_grade"]
    for number, name in enumerate(NAMES, start=2):
        cell = sheet.cell(number, column)
        cell.value, cell.data_type = name, "s"
    # No number, so that it gets into the list of faults and into a marked copy.
    sheet.cell(5, grade).value, sheet.cell(5, grade).data_type = NAMES[0], "s"
    book.save(path)
    check(opened, keep_good_rows=True)
    return opened


@pytest.fixture(scope="module")
def analysis(project: Project) -> Analysis:
    return analyse(project, load_dataset(project.processed_dir))


@pytest.fixture(scope="module")
def codes(analysis: Analysis) -> list[str]:
    schools = analysis.dataset.schools.set_index("name")["school_id"]
    return [str(schools[name]) for name in NAMES]


def cells(path: Path) -> list[tuple[object, str]]:
    """Every value of a workbook with its type."""
    book = openpyxl.load_workbook(path)
    return [(c.value, c.data_type) for s in book for row in s.iter_rows() for c in row if c.value]


def assert_no_commands(path: Path) -> None:
    for value, kind in cells(path):
        text = str(value)
        if any(name in text for name in NAMES):
            assert kind == "s", text
    with zipfile.ZipFile(path) as archive:
        for part in archive.namelist():
            text = archive.read(part).decode("utf-8", "replace")
            assert "<f>HYPERLINK" not in text and "<f>=HYPERLINK" not in text, part
            assert "<script>" not in text, part


def test_names_are_read_as_they_are(analysis: Analysis) -> None:
    assert set(NAMES) <= set(analysis.dataset.schools["name"])


def test_templates_hold_texts(analysis: Analysis, tmp_path: Path) -> None:
    shown = 0
    for path in write_templates(tmp_path, known=analysis.dataset):
        assert_no_commands(path)
        shown += any(value == NAMES[0] for value, _ in cells(path))
    assert shown


def test_the_list_of_faults_and_marked_copies_hold_texts(project: Project) -> None:
    from shnor_lib.pipeline import last_faults

    faults = last_faults(project)
    assert any("HYPERLINK" in fault.message for fault in faults)
    copies: Copies = write_marked_copies(
        faults,
        raw_dir=project.raw_dir,
        folder=project.root / "faults",
        calendar=project.calendar,
        state_file=project.state_dir / "marked.json",
    )
    path = project.root / "faults.xlsx"
    write_faults_workbook(path, faults, raw_dir=project.raw_dir, copies=copies)
    assert_no_commands(path)
    marked = copies.folder / copies.found["Реестр школ.xlsx"]
    assert_no_commands(marked)
    assert {(name, "s") for name in NAMES} <= set(cells(marked))


def test_pages_show_texts(analysis: Analysis, codes: list[str]) -> None:
    pages = [*(school_page(analysis, code) for code in codes), schools_page(analysis)]
    for page in pages:
        assert "<script>alert" not in page and "{{<" not in page
        html = subprocess.run(
            [pandoc_path(), "-s", "-f", "markdown", "-t", "html", "--metadata", "lang=ru"],
            input=page, capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip
        assert "<script>alert" not in html and 'href="c"' not in html
    assert "HYPERLINK" in pages[0] and "alert(1)" in pages[1]
