"""Notebooks run in forks of one process: fresh, alike to ordinary kernels, and gone afterwards."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import pytest

from shnor_lib.execute import NotebookError, run_notebook
from shnor_lib.kernels import client, manager

pytestmark = pytest.mark.skipif(
    not manager.available(), reason="на этой системе процессы не ответвляются: обычные ядра"
)


@pytest.fixture(autouse=True, scope="module")
def _stopped() -> Iterator[None]:
    yield
    manager.stop()


def notebook(path: Path, *cells: str) -> Path:
    first = nbformat.v4.new_code_cell("x = 1", metadata={"tags": ["parameters"]}, id="parameters")
    rest = [nbformat.v4.new_code_cell(text, id=f"c{n}") for n, text in enumerate(cells)]
    book = nbformat.v4.new_notebook(cells=[first, *rest])
    book.metadata["kernelspec"] = {
        "name": "python3", "display_name": "Python 3", "language": "python",
    }  # fmt: skip
    nbformat.write(book, path)
    return path


def run(source: Path, target: Path, **parameters: object) -> list[str]:
    run_notebook(source, target, parameters, cwd=source.parent, label=source.stem)
    cells = nbformat.read(target, as_version=4).cells
    return ["".join(o.get("text", "") for o in cell.get("outputs", [])).strip() for cell in cells]


def wait(what: Callable[[], bool]) -> bool:
    for _ in range(200):
        if what():
            return True
        time.sleep(0.05)
    return False


def alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return b"Z" not in Path(f"/proc/{process}/stat").read_bytes().split()[2:3]


def test_the_same_bytes_as_from_an_ordinary_kernel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = notebook(
        tmp_path / "n.ipynb",
        "import pandas as pd\npd.DataFrame({'a': [x, 2]})",
        "import sys\nprint('слово'); print('ошибка', file=sys.stderr)",
        "print(pd.read_parquet('t.parquet')['b'].sum())",
        "from shnor_lib import identify\nidentify.__name__",
    )
    import pandas as pd

    pd.DataFrame({"b": range(1000)}).to_parquet(tmp_path / "t.parquet")
    run(source, tmp_path / "warm.ipynb", x=7)
    monkeypatch.setattr(manager, "available", lambda: False)
    run(source, tmp_path / "cold.ipynb", x=7)
    warm = (tmp_path / "warm.ipynb").read_bytes()
    assert warm == (tmp_path / "cold.ipynb").read_bytes()
    assert "499500" in warm.decode() and "слово" in warm.decode()


def test_a_notebook_leaves_nothing_to_the_next_one(tmp_path: Path) -> None:
    source = notebook(
        tmp_path / "n.ipynb",
        "import builtins, os, shnor_lib\n"
        "print(hasattr(builtins, 'mark'), os.environ.get('MARK'), hasattr(shnor_lib, 'mark'))\n"
        "builtins.mark = shnor_lib.mark = 1; os.environ['MARK'] = '1'; os.chdir('/')",
        "print('pandas' in __import__('sys').modules)",
    )
    for name in ("a", "b"):
        assert run(source, tmp_path / f"{name}.ipynb")[-2:] == ["False None False", "True"]


def test_folder_and_environment_are_those_of_the_caller(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = notebook(
        tmp_path / "n.ipynb", "import os\nprint(os.getcwd()); print(os.environ.get('SHNOR_TRIED'))"
    )
    run(source, tmp_path / "before.ipynb")
    monkeypatch.setenv("SHNOR_TRIED", "да")
    assert run(source, tmp_path / "after.ipynb")[-1].split() == [str(tmp_path), "да"]


def test_several_at_once(tmp_path: Path) -> None:
    sources = [
        notebook(tmp_path / f"{n}.ipynb", f"import time\ntime.sleep(0.2)\nprint({n})")
        for n in range(6)
    ]
    with ThreadPoolExecutor(4) as pool:
        texts = list(pool.map(lambda s: run(s, tmp_path / f"out-{s.name}")[-1], sources))
    assert texts == [str(n) for n in range(6)]


def test_a_failing_cell_and_a_dying_kernel_are_told_of(tmp_path: Path) -> None:
    with pytest.raises(NotebookError, match="ZeroDivisionError"):
        run(notebook(tmp_path / "a.ipynb", "1 / 0"), tmp_path / "x.ipynb")
    with pytest.raises(NotebookError, match="DeadKernelError"):
        run(notebook(tmp_path / "b.ipynb", "import os\nos._exit(3)"), tmp_path / "x.ipynb")
    assert not (tmp_path / "x.ipynb").exists()
    assert run(notebook(tmp_path / "c.ipynb", "print('да')"), tmp_path / "x.ipynb")[-1] == "да"


def test_a_killed_client_takes_its_kernel_along(tmp_path: Path) -> None:
    address = manager._SERVER.address()
    connection = tmp_path / "kernel.json"
    process = subprocess.Popen(
        [sys.executable, "-I", "-S", client.__file__, address, "-f", str(connection)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    assert wait(connection.is_file)
    server = manager._SERVER._process
    assert server is not None
    children = Path(f"/proc/{server.pid}/task/{server.pid}/children")
    (kernel,) = map(int, children.read_text().split())
    process.kill()
    process.wait()
    assert wait(lambda: not alive(kernel))


def test_the_server_ends_with_its_owner(tmp_path: Path) -> None:
    code = (
        "from shnor_lib.kernels import manager; import os\n"
        "manager._SERVER.address(); print(manager._SERVER._process.pid, flush=True)\n"
        "os._exit(0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert wait(lambda: not alive(int(done.stdout)))


def test_a_server_that_died_is_replaced(tmp_path: Path) -> None:
    manager._SERVER.address()
    server = manager._SERVER._process
    assert server is not None
    server.kill()
    server.wait()
    source = notebook(tmp_path / "n.ipynb", "print(1)")
    assert run(source, tmp_path / "x.ipynb")[-1] == "1"


def test_without_forking_kernels_start_as_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    manager.stop()
    monkeypatch.setattr(manager, "available", lambda: False)
    assert manager.options() == {}
    source = notebook(tmp_path / "n.ipynb", "print(x)")
    assert run(source, tmp_path / "x.ipynb", x=5)[-1] == "5"
    assert manager._SERVER._process is None
