"""The committed notebooks: clean, whole, and giving the numbers they say they give."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from shnor_lib.execute import run_notebook
from shnor_lib.pipeline import NOTEBOOKS
from tests.conftest import ROOT
from tests.refresh_notebooks import MARK

PATHS = [ROOT / "notebooks" / f"{name}.ipynb" for name in NOTEBOOKS]


@pytest.fixture(scope="module")
def project(read_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("notebooks") / "project"
    return Path(shutil.copytree(read_demo, root))


@pytest.mark.parametrize("path", PATHS, ids=lambda p: p.stem)
def test_committed_notebook_is_clean(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    stored = [cell for cell in code if cell.outputs]
    assert all(cell.execution_count is None for cell in code if cell not in stored)
    assert [MARK in cell.source for cell in stored] == [True]
    assert stored[0] is code[-1]
    assert sum(MARK in cell.source for cell in code) == 1
    tagged = [cell for cell in code if "parameters" in cell.metadata.get("tags", [])]
    assert len(tagged) == 1
    values: dict[str, object] = {}
    exec(tagged[0].source, values)
    assert {"project", "year", "ruleset", "audience"} <= set(values)
    assert not any("warnings" in cell.source for cell in code), "warnings stay on"
    ids = [cell.id for cell in notebook.cells]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("path", PATHS, ids=lambda p: p.stem)
def test_cells_only_call_the_library(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code" and MARK not in cell.source:
            for word in ("import pandas", "import plotly", "def ", "for ", "try:", "groupby("):
                assert word not in cell.source, (cell.id, word)


@pytest.mark.slow
def test_notebooks_run_and_their_control_numbers_hold(project: Path) -> None:
    done = subprocess.run(
        [
            sys.executable, "-m", "pytest", "--nbval-lax", "--nbval-current-env", "-q",
            "-p", "no:cacheprovider", "--rootdir", str(project), str(project / "notebooks"),
        ],
        cwd=project,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTEST_ADDOPTS": ""},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-4000:]
    assert "passed" in done.stdout


@pytest.mark.slow
@pytest.mark.parametrize("name", NOTEBOOKS)
def test_first_year_says_that_there_is_nothing_before_it(project: Path, name: str) -> None:
    first = min(int(path.stem) for path in (project / "data/processed/results").glob("*.parquet"))
    target = project / f"reports/{first}/{name}.ipynb"
    run_notebook(
        project / f"notebooks/{name}.ipynb",
        target,
        {"project": ".", "year": first, "ruleset": "tbilissky-2021", "audience": "ministry"},
        cwd=project,
        label=name,
    )
    shown = _shown(target)
    assert "не с чем" in shown
    if name == "02_dynamics":
        assert "shnor-chart" not in shown, "no empty charts"


@pytest.mark.slow
@pytest.mark.parametrize("name", NOTEBOOKS)
def test_executed_notebook_shows_nothing_technical_and_is_reproducible(
    project: Path, name: str
) -> None:
    target = project / f"reports/again/{name}.ipynb"
    parameters = {
        "project": ".", "year": 2026, "ruleset": "tbilissky-2021", "audience": "ministry",
    }  # fmt: skip
    source = project / f"notebooks/{name}.ipynb"
    assert run_notebook(source, target, parameters, cwd=project, label=name)
    assert not run_notebook(source, target, parameters, cwd=project, label=name)
    shown = _shown(target)
    for word in (">nan<", ">None<", "<NA>", "NaN", " nan", "Warning", "Traceback"):
        assert word not in shown, word
    assert "2025/26" in shown


def _shown(path: Path) -> str:
    """Everything the outputs of a notebook show, errors and warnings included."""
    parts: list[str] = []
    for cell in nbformat.read(path, as_version=4).cells:
        for output in cell.get("outputs", []):
            if output.output_type == "stream":
                parts.append(output.text)
            elif output.output_type == "error":
                parts.append("Traceback")
            else:
                parts += [text for mime, text in output.data.items() if mime.startswith("text/")]
    return "\n".join(parts)
