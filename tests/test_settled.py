"""What counts as untouched since the last build."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from shnor_lib.pipeline.settled import MEMORY, Settled
from shnor_lib.pipeline.work import Work


def works(root: Path, value: str = "a") -> list[Work]:
    """Raw file → table → page."""
    raw, table, page = root / "raw.xlsx", root / "table.parquet", root / "page.html"
    return [
        Work("чтение", lambda: None, [raw], [table], value),
        Work("сайт", lambda: None, [table], [page], None),
    ]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    for name in ("raw.xlsx", "table.parquet", "page.html"):
        (folder / name).write_text(name)
    state(folder).mkdir()
    now(folder).remember()
    return folder


def state(root: Path) -> Path:
    return root / ".shnor"


def now(root: Path, value: str = "a") -> Settled:
    return Settled(root, state(root), works(root, value))


def test_untouched_files_are_settled_in_another_folder_too(root: Path, tmp_path: Path) -> None:
    assert now(root).holds()
    moved = tmp_path / "elsewhere"
    shutil.copytree(root, moved)
    assert now(moved).holds()


def touch(path: Path) -> None:
    os.utime(path, ns=(1, 1))


def grow(path: Path) -> None:
    stat = path.stat()
    path.write_text(path.read_text() + "!")
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))


@pytest.mark.parametrize("name", ["raw.xlsx", "table.parquet", "page.html"])
@pytest.mark.parametrize("change", [touch, grow, Path.unlink], ids=["touched", "grown", "gone"])
def test_any_file_counts(root: Path, name: str, change: Callable[[Path], None]) -> None:
    change(root / name)
    assert not now(root).holds()


def test_values_and_the_set_of_tasks_count(root: Path) -> None:
    assert not now(root, "b").holds()
    fewer = Settled(root, state(root), works(root)[1:])
    assert not fewer.holds()
    assert now(root).holds()


def test_a_file_changed_while_the_tasks_run_is_not_forgotten(root: Path) -> None:
    before = now(root)
    touch(root / "raw.xlsx")
    before.remember()
    assert not now(root).holds()


def test_what_the_tasks_make_is_looked_at_after_them(root: Path) -> None:
    before = now(root)
    touch(root / "table.parquet")
    before.remember()
    assert now(root).holds()


def test_groups_do_not_disturb_one_another_and_a_broken_memory_is_no_memory(root: Path) -> None:
    other = Settled(root, state(root), works(root)[:1])
    assert not other.holds()
    other.remember()
    assert other.holds()
    assert now(root).holds()
    (state(root) / MEMORY).write_text("{", encoding="utf-8")
    assert not now(root).holds()
