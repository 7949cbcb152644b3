"""Store the checked outputs in the notebooks again: ``python -m tests.refresh_notebooks``.

Every notebook is executed on a copy of the project; only the outputs of cells marked
``NBVAL_CHECK_OUTPUT`` are kept, all others stay empty, so that the committed notebooks are
clean and the diff of a change shows the numbers that moved.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

from shnor_lib.pipeline import check
from shnor_lib.project import open_project
from shnor_lib.store import write_atomically
from tests.conftest import ROOT, copy_project

MARK = "# NBVAL_CHECK_OUTPUT"


def clean(notebook: Any, executed: Any) -> Any:
    """The notebook with the outputs of its checked cells taken from its executed copy."""
    for cell, run in zip(notebook.cells, executed.cells, strict=True):
        if cell.cell_type != "code":
            continue
        cell.outputs = run.outputs if MARK in cell.source else []
        # nbval compares only cells that have been run: the checked one is always number 1.
        cell.execution_count = 1 if cell.outputs else None
    return notebook


def refresh(path: Path, root: Path) -> bool:
    """Execute one notebook in the project at ``root``; return whether its file changed."""
    notebook = nbformat.read(path, as_version=4)
    executed = nbformat.read(path, as_version=4)
    NotebookClient(
        executed, kernel_name="python3", resources={"metadata": {"path": str(root / "notebooks")}}
    ).execute()
    text = nbformat.writes(clean(notebook, executed)).rstrip("\n") + "\n"
    return write_atomically(path, text.encode("utf-8"))


def main() -> int:
    """Refresh every notebook of the repository."""
    with tempfile.TemporaryDirectory() as folder:
        root = copy_project(Path(folder) / "project")
        report = check(open_project(root))
        if report.failures:
            print(*report.failures.values(), sep="\n", file=sys.stderr)
            return 1
        for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
            print(path.name, "changed" if refresh(path, root) else "unchanged")
    return 0


if __name__ == "__main__":
    sys.exit(main())
