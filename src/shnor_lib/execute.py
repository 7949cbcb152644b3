"""Run one parameterised notebook with papermill and keep its result reproducible."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from shnor_lib.faults import ShnorError
from shnor_lib.store import write_atomically

_TRIES = 3


class NotebookError(ShnorError):
    """A cell of a notebook failed; names the notebook, the cell and the reason."""

    def __init__(self, notebook: str, cell: int | None, name: str, value: str, source: str) -> None:
        self.notebook, self.cell, self.name, self.value = notebook, cell, name, value
        where = f", ячейка {cell}" if cell is not None else ""
        first = next((line for line in source.splitlines() if line.strip()), "")
        text = f"Тетрадь «{notebook}»{where}: {name}: {value}"
        if first:
            text += f"\n    код ячейки начинается так: {first.strip()}"
        super().__init__(text)


def run_notebook(
    source: Path, target: Path, parameters: dict[str, Any], *, cwd: Path, label: str
) -> bool:
    """Execute ``source`` with ``parameters`` and write the executed notebook to ``target``.

    The target is replaced only when the run succeeds, and holds nothing that differs between
    two runs on the same data: papermill's times and host details are taken out.

    Parameters
    ----------
    source, target
        Notebook to run and where its executed copy goes.
    parameters
        Values for the cell tagged ``parameters``.
    cwd
        Folder the kernel starts in (the project's root).
    label
        How the notebook is called in messages.

    Returns
    -------
    bool
        Whether the target's bytes changed.

    Raises
    ------
    NotebookError
        A cell failed, or the kernel died three times in a row.
    """
    import nbformat
    import papermill
    from nbclient.exceptions import DeadKernelError
    from papermill.exceptions import PapermillExecutionError

    # Kernels started side by side can be given the same TCP port (nteract/papermill#511);
    # local sockets have none. Windows has no ipc transport, there a dead kernel is retried.
    engine: dict[str, Any] = {}
    if os.name == "posix":
        from traitlets.config import Config

        engine["config"] = Config({"KernelManager": {"transport": "ipc"}})
    for attempt in range(1, _TRIES + 1):
        try:
            notebook = papermill.execute_notebook(
                str(source),
                None,
                parameters=parameters,
                cwd=str(cwd),
                progress_bar=False,
                log_output=False,
                **engine,
            )
            break
        except PapermillExecutionError as error:
            raise NotebookError(
                label, error.exec_count or error.cell_index, error.ename, error.evalue, error.source
            ) from None
        except (DeadKernelError, RuntimeError) as error:
            if attempt == _TRIES:
                raise NotebookError(label, None, type(error).__name__, str(error), "") from error
    return write_atomically(target, nbformat.writes(reproducible(notebook)).encode("utf-8"))


def reproducible(notebook: Any) -> Any:
    """Take out of an executed notebook what differs from run to run."""
    keep = notebook.metadata.get("papermill", {}).get("parameters", {})
    notebook.metadata["papermill"] = {"parameters": keep}
    for cell in notebook.cells:
        cell.metadata.pop("papermill", None)
        cell.metadata.pop("execution", None)
        # nbformat gives papermill's injected cell a random id.
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell.id = "injected-parameters"
    return notebook
