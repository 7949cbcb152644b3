"""The build as its user meets it: complete, incremental, safe."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
import yaml

from shnor_lib.pipeline import BuildReport, build
from shnor_lib.project import open_project
from shnor_lib.sources.files.folder import input_files
from tests.conftest import conducted, copy_project


def _build(root: Path, **options: object) -> BuildReport:
    return build(open_project(root), **options)


def _site_bytes(root: Path) -> dict[str, bytes]:
    return {
        p.relative_to(root).as_posix(): p.read_bytes()
        for p in sorted((root / "_site").rglob("*"))
        if p.is_file()
    }


@pytest.fixture(scope="module")
def project(built_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A built project, moved; each test puts back what it changed."""
    root = tmp_path_factory.mktemp("pipeline") / "project"
    shutil.copytree(built_demo, root)
    return root


@pytest.fixture(scope="module")
def one_year(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, BuildReport]:
    """A project never built before: one notebook of one year."""
    root = copy_project(tmp_path_factory.mktemp("one-year") / "project")
    return root, _build(root, years=[2026], only=["01_identification"], documents="none")


@pytest.fixture
def own_copy(built_demo: Path, tmp_path: Path) -> Path:
    """A built project, moved, for one test that changes it for good."""
    return Path(shutil.copytree(built_demo, tmp_path / "project"))


def test_everything_is_there(built_demo: Path) -> None:
    years = json.loads((built_demo / ".shnor/data.json").read_text())["years"]
    assert len(years) == 4
    for year in years:
        for name in conducted(built_demo, year):
            assert (built_demo / f"reports/{year}/{name}.ipynb").is_file()
            assert (built_demo / f"_site/reports/{year}/{name}.html").is_file()
    pages = list((built_demo / "_site/reports/schools").glob("*.html"))
    assert len(pages) == 12 + 1, "twelve profiles and the list"
    for name in ("index", "reports/method", "reports/data-quality", "reports/monitorings"):
        assert (built_demo / f"_site/{name}.html").is_file()


def test_second_build_does_nothing(project: Path) -> None:
    """Nor does the first one in another folder."""
    done = subprocess.run(
        [sys.executable, "-m", "shnor_lib.cli", "build", "--project", str(project)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "повторять нечего" in done.stdout
    report = _build(project)
    assert report.ran == []


def test_touching_a_file_costs_nothing(project: Path) -> None:
    for path in input_files(project / "data/raw"):
        path.touch()
    assert _build(project).ran == []


def test_one_year_of_a_fresh_project(one_year: tuple[Path, BuildReport]) -> None:
    """``--year`` and ``--only`` on a project never built: links lead to what there is."""
    root, report = one_year
    assert not report.failures, report.failures
    assert (root / "_site/reports/2026/01_identification.html").is_file()
    assert not (root / "_site/reports/2025").exists()
    assert [name for name in report.ran if name.startswith("тетрадь")] == [
        "тетрадь: 01_identification, 2026"
    ]


def test_same_input_same_bytes(built_demo: Path, one_year: tuple[Path, BuildReport]) -> None:
    """A year built again from the workbooks, in another folder: notebooks, Excel, tables."""
    root, _ = one_year
    assert not _build(root, years=[2026], documents="none").failures
    made = [
        path.relative_to(root)
        for folder in (".shnor/executed/2026", "reports/downloads/tables", "data/processed")
        for path in (root / folder).rglob("*")
        if path.is_file() and ("2026" in path.as_posix() or path.suffix == ".parquet")
    ]
    assert {path.suffix for path in made} == {".ipynb", ".xlsx", ".parquet"}
    for path in made:
        assert (root / path).read_bytes() == (built_demo / path).read_bytes(), path


def test_one_changed_cell_runs_only_what_it_touches(own_copy: Path) -> None:
    path = next(
        p
        for p in input_files(own_copy / "data/raw")
        if "Кадры" in p.name and "2026" in p.as_posix()
    )
    book = openpyxl.load_workbook(path)
    sheet = book["Кадры"]
    column = next(c.column for c in sheet[1] if c.value == "Вакансий")
    sheet.cell(2, column).value = (sheet.cell(2, column).value or 0) + 1
    book.save(path)
    report = _build(own_copy, documents="none")
    assert not report.failures
    notebooks = [name for name in report.ran if name.startswith("тетрадь")]
    # Staff of 2026 is invisible to earlier years.
    assert sorted(notebooks) == [f"тетрадь: {name}, 2026" for name in conducted(own_copy, 2026)]
    assert [name for name in report.ran if name.startswith("чтение")] == [
        f"чтение: {path.relative_to(own_copy / 'data/raw').as_posix()}"
    ]


def test_failing_notebook_is_named_with_its_cell_and_the_site_stays(project: Path) -> None:
    path = project / "notebooks/02_dynamics.ipynb"
    before, site = path.read_bytes(), _site_bytes(project)
    notebook = json.loads(before)
    cell = [c for c in notebook["cells"] if c["cell_type"] == "code"][-1]
    cell["source"] = "raise ValueError('нарочно')"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    try:
        report = _build(project)
        assert report.exit_code == 3
        assert len(report.failures) == 4
        text = str(next(iter(report.failures.values())))
        assert "02_dynamics" in text and "ячейка" in text and "ValueError: нарочно" in text
        assert _site_bytes(project) == site
    finally:
        path.write_bytes(before)
        assert not _build(project).failures


def test_faulty_workbook_stops_the_build_and_the_site_stays(project: Path) -> None:
    site = _site_bytes(project)
    broken = project / "data/raw/сломано.xlsx"
    broken.write_bytes(b"this is not a workbook")
    try:
        done = subprocess.run(
            [sys.executable, "-m", "shnor_lib.cli", "build", "--project", str(project)],
            capture_output=True,
            text=True,
        )
        assert done.returncode == 1
        assert "сломано.xlsx" in done.stderr and "Что сделать" in done.stderr
        assert "Прежний сайт на месте" in done.stderr
        assert "Traceback" not in done.stderr
        assert (project / "faults.xlsx").is_file()
        assert _site_bytes(project) == site
    finally:
        broken.unlink()
        assert not _build(project).failures


def test_threshold_in_the_projects_own_rule_set_counts(own_copy: Path) -> None:
    from shnor_lib import load_dataset

    opened = open_project(own_copy)
    packaged = opened.definition_path("rulesets", "tbilissky-2021")
    values = yaml.safe_load(packaged.read_text("utf-8"))
    criterion = next(c for c in values["criteria"] if c["kind"] == "results_share")
    (own_copy / "rulesets").mkdir()
    own = own_copy / "rulesets/tbilissky-2021.yml"

    def statuses() -> pd.DataFrame:
        return pd.read_parquet(own_copy / "data/processed/analysis/statuses.parquet")

    before = statuses()
    assert load_dataset(opened.processed_dir).years
    criterion["low"]["threshold"] = 1.0
    own.write_text(yaml.safe_dump(values, allow_unicode=True), encoding="utf-8")
    # One notebook is enough here: what counts is the list.
    quick = {"years": [2023], "only": ["02_dynamics"], "documents": "none"}
    assert not _build(own_copy, **quick).failures
    after = statuses()
    assert after["low_results"].sum() < before["low_results"].sum()
    # 130 % is refused with its line, and the site stays.
    site = _site_bytes(own_copy)
    criterion["low"]["threshold"] = 1.3
    own.write_text(yaml.safe_dump(values, allow_unicode=True), encoding="utf-8")
    report = _build(own_copy, **quick)
    assert report.failures
    assert "строка" in str(next(iter(report.failures.values())))
    assert _site_bytes(own_copy) == site
    # Taken away again: the packaged rule set speaks as before.
    own.unlink()
    assert not _build(own_copy, **quick).failures
    pd.testing.assert_frame_equal(statuses(), before)


def test_settings_may_leave_years_out(read_demo: Path, tmp_path: Path) -> None:
    """Reports of the chosen years only; the years before are still looked back on."""
    root = Path(shutil.copytree(read_demo, tmp_path / "project"))
    path = root / "shnor.yml"
    path.write_text(path.read_text("utf-8") + "years: [2025]\n", encoding="utf-8")
    report = _build(root, only=["02_dynamics"], documents="none")
    assert not report.failures, report.failures
    assert {p.name for p in (root / "_site/reports").glob("20*")} == {"2025"}
    frame = pd.read_parquet(root / "data/processed/analysis/statuses.parquet")
    assert set(frame["year"]) == {2025}
    assert frame["low_results"].any(), "two-year criteria need 2024, which has no report"


def test_removed_year_disappears_with_its_reports(own_copy: Path) -> None:
    for path in (own_copy / "data/raw").rglob("*.xlsx"):
        if "2026" in path.as_posix():
            path.unlink()
    assert (own_copy / "_site/reports/2026").is_dir()
    report = _build(own_copy, years=[2025], only=["01_identification"], documents="none")
    assert not report.failures
    assert not (own_copy / "_site/reports/2026").exists()
    assert (own_copy / "_site/reports/2025/01_identification.html").is_file()
