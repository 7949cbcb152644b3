"""A build with the analysis of effectiveness: two runs a year, their menus, nothing to do again."""

from __future__ import annotations

import json
import re
from pathlib import Path

import nbformat
import pandas as pd
import pytest

from shnor_lib.pipeline import BuildReport, build
from shnor_lib.project import open_project
from tests.report import network_project as planted
from tests.report.executed import shown

NAME = "07_effectiveness"
pytestmark = pytest.mark.slow


def _build(root: Path, *only: str) -> BuildReport:
    report = build(open_project(root), engine="embedded", documents="none", only=only or (NAME,))
    assert not report.failures, report.failures
    return report


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = planted.write(tmp_path_factory.mktemp("effect-build") / "project")
    _build(root)
    return root


def test_runs_of_every_half_that_has_a_list(built: Path) -> None:
    made = {f"{path.parent.name}/{path.stem}" for path in (built / "reports").glob("*/*.ipynb")}
    assert made == {f"2025/{NAME}-2", f"2026/{NAME}-1", f"2026/{NAME}-2"}
    december, august = (shown(built / f"reports/2026/{NAME}-{half}.ipynb") for half in (1, 2))
    assert "состояние на 31.12.2025" in december
    assert "состояние на 15.04.2026, полугодие не закончено" in august
    assert "0 из 9 школ" in december
    assert "3 из 9 школ" in august
    for text in (december, august):
        assert not re.search(r">nan<|>None<|<NA>|NaT|\bnan\b|Traceback|Warning", text)
    one, two = (
        nbformat.read(built / f"reports/2026/{NAME}-{half}.ipynb", as_version=4) for half in (1, 2)
    )
    titles = [
        " ".join(cell.source for cell in book.cells if cell.cell_type == "raw")
        for book in (one, two)
    ]
    assert "1-е полугодие" in titles[0].replace("\u00a0", " ")
    assert "2-е полугодие" in titles[1].replace("\u00a0", " ")


def test_menus_pages_and_annual_report_know_both_runs(built: Path) -> None:
    for half, day in ((1, "31 декабря"), (2, "31 августа")):
        page = built / f"_site/reports/2026/{NAME}-{half}.html"
        assert page.is_file()
        for other in (
            "reports/monitorings.html",
            "index.html",
            "reports/2026/01_identification.html",
        ):
            path = built / "_site" / other
            if path.is_file():
                text = path.read_text("utf-8")
                assert f"{NAME}-{half}.html" in text, other
        assert (
            f"Анализ эффективности на {day}"
            in (built / "_site/reports/monitorings.html").read_text()
        )
    annual = (built / "reports/2026/annual.qmd").read_text("utf-8")
    assert annual.count("## Что дала поддержка") == 1
    assert annual.count("<caption>Показатели эффективности, второе полугодие") == 1
    assert "первое полугодие 2025/26 учебного года</caption>" not in annual


def test_no_code_of_a_teacher_leaves_the_data(built: Path) -> None:
    codes = {row["teacher"] for row in planted.LINKS if "teacher" in row}
    assert codes
    for path in [*(built / "reports").rglob("*"), *(built / "_site").rglob("*")]:
        if path.suffix in {".qmd", ".ipynb", ".html", ".json", ".ics", ".md"}:
            text = path.read_text("utf-8")
            assert not [code for code in codes if code in text], path


def test_tables_of_the_pages_are_offered_as_workbooks(built: Path) -> None:
    for page in ("support", "cycle", f"2026/{NAME}-2"):
        book = built / f"_site/reports/downloads/tables/{page}.xlsx"
        sheets = pd.read_excel(book, sheet_name=None, header=None, engine="openpyxl")
        assert sheets
        text = " ".join(frame.to_csv() for frame in sheets.values())
        assert "ШК-01-У0" not in text


def test_nothing_to_do_stays_nothing_to_do_and_one_run_can_be_asked_for(built: Path) -> None:
    assert _build(built).ran == []
    assert _build(built, f"{NAME}-1").ran == [], "the other half keeps its last state"
    settings = built / "shnor.yml"
    settings.write_text(settings.read_text("utf-8") + "support: {schools: {mentor: 9}}\n", "utf-8")
    ran = _build(built, f"{NAME}-1").ran
    notebooks = [name for name in ran if name.startswith("тетрадь")]
    assert notebooks == [f"тетрадь: {NAME}-1, 2026"]
    page = (built / "reports/support.qmd").read_text("utf-8").replace("\u00a0", " ")
    assert "Перегруженных сопровождающих нет" in page
    assert "решение пользователя" in page
    state = json.loads((built / ".shnor/data.json").read_text("utf-8"))
    assert state["years"] == [2025, 2026]
