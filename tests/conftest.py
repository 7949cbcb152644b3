"""Shared by all tests: where things are, a built demonstration project."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared"


def copy_project_files(target: Path) -> None:
    """Copy what every project has besides settings and data: notebooks, site configuration."""
    shutil.copytree(ROOT / "notebooks", target / "notebooks", ignore=shutil.ignore_patterns(".*"))
    for name in ("_quarto.yml", "index.qmd"):
        shutil.copyfile(ROOT / name, target / name)


def copy_project(target: Path) -> Path:
    """Copy the committed demonstration project (inputs only) to ``target``."""
    shutil.copytree(ROOT / "data/raw", target / "data/raw", ignore=shutil.ignore_patterns(".*"))
    for name in ("files", "pages"):
        if (ROOT / "data" / name).is_dir():
            shutil.copytree(ROOT / "data" / name, target / "data" / name)
    shutil.copyfile(ROOT / "shnor.yml", target / "shnor.yml")
    copy_project_files(target)
    return target


def conducted(root: Path, year: int) -> list[str]:
    """Runs of notebooks of a built project that have something to be about in a year."""
    from shnor_lib import runs

    files = list((root / "data/processed").glob("*/*.parquet"))
    return [run for run in runs.all_runs() if runs.conducted(files, year, run)]


@pytest.fixture(scope="session")
def shared() -> Path:
    """Folder with real data and reference results; skip where it is not there."""
    if not (SHARED / "data").is_dir():
        pytest.skip("нет ../shared/data: настоящие данные есть только у разработчиков")
    return SHARED


@pytest.fixture
def demo_copy(tmp_path: Path) -> Path:
    """A private copy of the demonstration project, nothing built."""
    return copy_project(tmp_path / "project")


@pytest.fixture(scope="session")
def built_demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demonstration project, built once per test process. Do not write into it."""
    from shnor_lib.pipeline import build
    from shnor_lib.project import open_project

    root = copy_project(tmp_path_factory.mktemp("demo") / "project")
    report = build(open_project(root))
    assert not report.failures, report.failures
    return root
