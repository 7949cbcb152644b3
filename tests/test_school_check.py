"""A school nobody knows, from the command line: asked about, decided, joined."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

from shnor_lib.scaffold import new_project
from tests.sources.books import VPR_HEAD, book, vpr_row, write_register
from tests.sources.examples.school_check import fill


def _check(root: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "shnor_lib.cli", "check", "--project", str(root)],
        capture_output=True,
        text=True,
    )


def test_from_question_to_answer(tmp_path: Path) -> None:
    root = new_project(tmp_path / "p", title="Проба", templates=False)
    raw = root / "data" / "raw"
    write_register(raw)
    book(raw / "ВПР.xlsx", [VPR_HEAD, vpr_row("sch000001", 24, 12.5, 37.5, 33.33, 16.67)])
    asked = _check(root)
    path = root / "Сверка школ.xlsx"
    assert asked.returncode == 1 and path.is_file()
    said = re.sub(r"\s+", " ", asked.stderr)
    assert "1 запись школы не присоединилась" in said and "Сверка" in said
    # Decided, but still lying where the program wrote it.
    fill(path, {"sch000001": {"Решение": "да"}})
    again = _check(root)
    assert again.returncode == 1 and "ваши решения (1)" in re.sub(r"\s+", " ", again.stderr)
    shutil.move(path, raw / path.name)
    done = _check(root)
    assert done.returncode == 0, done.stderr
    assert not list(root.glob("Сверка*.xlsx")) and (raw / path.name).is_file()
    assert "не присоедин" not in done.stderr
