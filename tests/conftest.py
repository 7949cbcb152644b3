"""Shared by all tests: where things are, the demonstration project read and built once."""

from __future__ import annotations

import os
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from filelock import FileLock

import shnor_lib  # noqa: F401 - before numpy: it keeps linear algebra to one thread

if TYPE_CHECKING:
    from shnor_lib.report.analysis import Analysis

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


def _once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """A folder of the whole test run: made by the process that wants it first, read by all."""
    base = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        base = base.parent
    # The folder's own name is long enough for no test to mistake it for its own.
    folder, made = base / f"shared-{name}" / "project", base / f"shared-{name}.made"
    with FileLock(base / f"shared-{name}.lock"):
        if not made.is_file():
            shutil.rmtree(folder.parent, ignore_errors=True)
            folder.parent.mkdir()
            make(folder)
            made.touch()
    return folder


@pytest.fixture(scope="session")
def read_demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demonstration project with its workbooks read, once per test run. Do not write into it."""
    from shnor_lib.pipeline import check
    from shnor_lib.project import open_project

    def make(root: Path) -> None:
        report = check(open_project(copy_project(root)))
        assert not report.failures, report.failures

    return _once(tmp_path_factory, "read", make)


@pytest.fixture(scope="session")
def _analysed_demo(read_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    from shnor_lib.project import open_project
    from shnor_lib.report.analysis import analyse
    from shnor_lib.store import load_dataset

    def make(folder: Path) -> None:
        project = open_project(read_demo)
        analysis = analyse(project, load_dataset(project.processed_dir))
        folder.mkdir()
        (folder / "analysis.pickle").write_bytes(pickle.dumps(analysis))

    return _once(tmp_path_factory, "analysed", make) / "analysis.pickle"


@pytest.fixture(scope="module")
def demo_analysis(_analysed_demo: Path) -> Analysis:
    """The analysis of the demonstration project; every module has its own."""
    found: Analysis = pickle.loads(_analysed_demo.read_bytes())
    return found


@pytest.fixture(scope="session")
def built_demo(read_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demonstration project, built once per test run. Do not write into it: copy it.

    A copy has nothing to do when it is built; only what is changed in it is made again.
    """
    from shnor_lib.pipeline import build
    from shnor_lib.project import open_project

    def make(root: Path) -> None:
        shutil.copytree(read_demo, root)
        report = build(open_project(root))
        assert not report.failures, report.failures

    return _once(tmp_path_factory, "built", make)


LONG = (
    "test_pipeline.py",
    "test_real_build.py",
    "validation/test_results.py",
    "mutation/test_readers.py",
    "test_documents_build.py",
    "test_nyc_build.py",
    "methods/test_properties.py",
    "test_cli.py",
    "test_site.py",
    "notebooks/test_committed_notebooks.py",
    "report/pages/test_generated_pages.py",
    "test_risk_build.py",
)
"""Files of minutes, begun first: at the end of a run on several processors none is left alone."""


def pytest_configure(config: pytest.Config) -> None:
    """Leave files in our order; pytest-xdist would begin those of many quick tests first."""
    if hasattr(config.option, "loadscopereorder"):
        config.option.loadscopereorder = False


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files first."""
    places = {ROOT / "tests" / name: place for place, name in enumerate(LONG)}
    items.sort(key=lambda item: places.get(item.path, len(LONG)))
