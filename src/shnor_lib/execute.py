"""Run one parameterised notebook with papermill and keep its result reproducible."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
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
    source: Path,
    target: Path,
    parameters: dict[str, Any],
    *,
    cwd: Path,
    label: str,
    period: str = "",
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
    period
        School year, added to the title of the browser's tab: pages of different years are
        told apart there too.

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

    from shnor_lib.kernels import manager

    for attempt in range(1, _TRIES + 1):
        try:
            with _own_transport() as engine:
                notebook = papermill.execute_notebook(
                    str(source),
                    None,
                    parameters=parameters,
                    cwd=str(cwd),
                    progress_bar=False,
                    log_output=False,
                    # A kernel says on stderr that it was told to stop; that is not news.
                    extra_arguments=["--log-level=CRITICAL"],
                    **manager.options(),
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
    if period:
        _name_period(notebook, period)
    return write_atomically(target, nbformat.writes(reproducible(notebook)).encode("utf-8"))


def _name_period(notebook: Any, period: str) -> None:
    """Add ``pagetitle`` with the period to the YAML block of the first cell, if it has one."""
    import json

    import yaml

    first = notebook.cells[0]
    text = first.source.strip()
    if first.cell_type != "raw" or not text.startswith("---") or not text.endswith("---"):
        return
    body = text.strip("-").strip("\n")
    title = (yaml.safe_load(body) or {}).get("title")
    if title:
        page_title = json.dumps(f"{title}, {period}", ensure_ascii=False)
        first.source = f"---\n{body}\npagetitle: {page_title}\n---"


@contextmanager
def _own_transport() -> Iterator[dict[str, Any]]:
    """Options for a kernel that shares no address with another one.

    Kernels started side by side can be given the same TCP port (nteract/papermill#511), and
    jupyter_client names local sockets alike too unless told where to put them. So each kernel
    gets sockets in a folder of its own. Windows has no such sockets; there a kernel that died
    is started again.
    """
    if os.name != "posix":
        yield {}
        return
    from traitlets.config import Config

    with TemporaryDirectory(prefix="shnor-", ignore_cleanup_errors=True) as folder:
        manager = {"transport": "ipc", "ip": str(Path(folder) / "kernel")}
        yield {"config": Config({"KernelManager": manager})}


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
        if "outputs" in cell:
            cell.outputs = _joined(cell.outputs)
    return notebook


def _joined(outputs: list[Any]) -> list[Any]:
    """Outputs with neighbouring pieces of one stream in one.

    A kernel sends what is printed by the clock: on a busy machine one text comes in two pieces.
    """
    found: list[Any] = []
    for output in outputs:
        last = found[-1] if found else output
        streams = last is not output and output.output_type == last.output_type == "stream"
        if streams and output.name == last.name:
            last.text += output.text
        else:
            found.append(output)
    return found
