"""The notebook of the explorer: clean in the repository, and running in a real kernel."""

from __future__ import annotations

import ast
import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from traitlets.config import Config

from shnor_lib import identify, load_dataset, load_ruleset, open_project
from shnor_lib.report.labels import LISTED
from shnor_lib.scaffold import new_project
from tests.conftest import ROOT
from tests.refresh_notebooks import MARK

PATH = ROOT / "notebooks/explore.ipynb"

DRIVEN = """
explorer.controls.thresholds["vpr"].slider.value = {percent}
explorer.controls.minimum.value = 5
print(sorted(explorer.result.listed["school_id"]))
"""


def _run(notebook: Any, folder: Path, **more: Any) -> Any:
    with TemporaryDirectory(prefix="shnor-", ignore_cleanup_errors=True) as sockets:
        # Kernels started side by side can be given the same TCP port.
        own = {"transport": "ipc", "ip": f"{sockets}/kernel"} if os.name == "posix" else {}
        return NotebookClient(
            notebook,
            kernel_name="python3",
            resources={"metadata": {"path": str(folder)}},
            config=Config({"KernelManager": own}),
            **more,
        ).execute()


def _driven(percent: int) -> Any:
    """The notebook with a cell at its end that moves the widgets and prints the list."""
    notebook = nbformat.read(PATH, as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell(DRIVEN.format(percent=percent)))
    return notebook


def _expected(root: Path, year: int, share: float) -> list[str]:
    """The same list by identify in this process."""
    project = open_project(root)
    data = load_dataset(project.processed_dir)
    rules = load_ruleset("tbilissky-2021").with_threshold("vpr", share)
    rules = rules.with_switch("min_participants", 5)
    statuses = identify(data, rules, calendar=project.calendar, years=[year]).statuses
    return sorted(statuses[statuses["status"].isin(LISTED)]["school_id"])


def test_the_committed_notebook_is_clean() -> None:
    notebook = nbformat.read(PATH, as_version=4)
    nbformat.validate(notebook)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert [bool(cell.outputs) for cell in code] == [False] * (len(code) - 1) + [True]
    assert MARK in code[-1].source
    assert "widgets" not in notebook.metadata
    tagged = [cell for cell in code if "parameters" in cell.metadata.get("tags", [])]
    assert len(tagged) == 1
    values: dict[str, object] = {}
    exec(tagged[0].source, values)
    assert {"project", "year", "ruleset"} <= set(values)
    for cell in code:
        for word in ("import pandas", "import plotly", "import ipywidgets", "def ", "for ", "try:"):
            assert word not in cell.source, (cell.id, word)


@pytest.mark.slow
def test_it_runs_and_the_list_moves_with_the_widgets(read_demo: Path) -> None:
    stored = nbformat.read(PATH, as_version=4).cells[-1].outputs[0].text
    executed = _run(_driven(30), read_demo / "notebooks")
    shown = {cell.id: cell.outputs for cell in executed.cells if cell.cell_type == "code"}
    assert "application/vnd.jupyter.widget-view+json" in shown["explorer"][0].data
    assert executed.cells[-2].outputs[0].text == stored
    assert "Список: 4\u00a0школы" in shown["list"][0].data["text/html"]
    found = ast.literal_eval(executed.cells[-1].outputs[-1].text)
    assert found == _expected(read_demo, 2026, 0.30)


@pytest.mark.slow
def test_a_new_project_has_it_and_is_told_to_read_its_data_first(tmp_path: Path) -> None:
    root = new_project(tmp_path / "region", title="Регион", templates=False)
    notebook = nbformat.read(root / "notebooks/explore.ipynb", as_version=4)
    executed = _run(notebook, root / "notebooks", allow_errors=True)
    (error,) = [o for o in executed.cells[2].outputs if o.output_type == "error"]
    assert error.ename == "ShnorError"
    assert "shnor build" in error.evalue


@pytest.mark.real
@pytest.mark.slow
def test_it_runs_on_real_results(tmp_path: Path, shared: Path) -> None:
    from shnor_lib.pipeline import check
    from tests.adapters.half_a import build_project
    from tests.conftest import copy_project_files

    root = build_project(tmp_path / "project", shared)
    copy_project_files(root)
    opened = open_project(root)
    assert not check(opened).failures
    executed = _run(_driven(15), root / "notebooks")
    found = ast.literal_eval(executed.cells[-1].outputs[-1].text)
    assert found == _expected(root, 2022, 0.15)
    assert len(found) > 5
