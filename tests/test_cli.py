"""The command line as a methodologist meets it."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
import urllib.request
from pathlib import Path

import openpyxl
import pytest

from shnor_lib.pipeline import NOTEBOOKS
from shnor_lib.sources.templates import WORKBOOKS, write_workbook
from tests.sources.books import SCHOOLS


@pytest.fixture(scope="module")
def demo(built_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built demonstration project of this module: commands write notes of their own."""
    root = tmp_path_factory.mktemp("commands") / "project"
    return Path(shutil.copytree(built_demo, root))


def shnor(*arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "shnor_lib.cli", *arguments],
        capture_output=True,
        text=True,
        cwd=cwd,
        env=None,
    )


def test_help_is_russian() -> None:
    done = shnor("--help")
    assert done.returncode == 0
    assert "Показать эту справку" in done.stdout
    assert "Show this message" not in done.stdout
    for name in (
        "new",
        "templates",
        "check",
        "build",
        "serve",
        "status",
        "compare",
        "explain",
        "demo",
    ):
        assert name in done.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("build",), "нет файла shnor.yml"),
        (("status",), "нет файла shnor.yml"),
    ],
)
def test_outside_a_project(tmp_path: Path, arguments: tuple[str, ...], words: str) -> None:
    done = shnor(*arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_a_new_project_says_what_to_do_next(tmp_path: Path) -> None:
    root = tmp_path / "region"
    assert shnor("new", str(root), "--title", "Край: «Проба»").returncode == 0
    assert len(list((root / "templates").glob("*.xlsx"))) == len(WORKBOOKS)
    notebooks = {p.name for p in (root / "notebooks").iterdir()}
    assert notebooks == {f"{name}.ipynb" for name in (*NOTEBOOKS, "explore")}
    again = shnor("new", str(root))
    assert again.returncode == 2 and "уже есть проект" in again.stderr
    empty = shnor("build", "-p", str(root))
    assert empty.returncode == 2 and "нет ни одного файла с данными" in empty.stderr
    once_more = shnor("templates", "-p", str(root))
    assert once_more.returncode == 0 and "не перезаписываются" in once_more.stdout


def test_wrong_setting_is_refused_with_its_line(demo_copy: Path) -> None:
    path = demo_copy / "shnor.yml"
    lines = len(path.read_text("utf-8").splitlines())
    path.write_text(path.read_text("utf-8") + "rulset: x\n", encoding="utf-8")
    done = shnor("build", "-p", str(demo_copy))
    assert done.returncode == 2
    assert f"строка {lines + 1}" in done.stderr and "rulset" in done.stderr


def test_wrong_engine_year_and_notebook(demo: Path) -> None:
    for arguments, words in (
        (("--engine", "latex"), "Движка «latex» нет"),
        (("--year", "1999"), "Нет данных за 1999"),
        (("--only", "99_x"), "Нет тетради «99_x»"),
    ):
        done = shnor("build", "-p", str(demo), *arguments)
        assert done.returncode == 2, done.stderr
        assert words in done.stderr


def test_status_says_why_and_where(demo: Path) -> None:
    done = shnor("status", "-p", str(demo))
    assert done.returncode == 0
    assert "отметку «2» получили" in done.stdout
    assert ".xlsx · лист «" in done.stdout
    everyone = shnor("status", "-p", str(demo), "--all").stdout
    assert everyone.count("ШК-0") > done.stdout.count("ШК-0")


def test_explain_one_school(demo: Path) -> None:
    done = shnor("explain", "ШК-004", "-p", str(demo))
    assert done.returncode == 0
    assert "выполнен" in done.stdout and "порог" in done.stdout
    unknown = shnor("explain", "ШК-044", "-p", str(demo))
    assert unknown.returncode == 2 and "ШК-004" in unknown.stderr


def test_compare_two_rule_sets(demo: Path) -> None:
    done = shnor("compare", "tbilissky-2021", "rosobrnadzor-847", "-p", str(demo))
    assert done.returncode == 0 and "Только по «tbilissky-2021»" in done.stdout
    unknown = shnor("compare", "tbilissky-2021", "нет-таких", "-p", str(demo))
    assert unknown.returncode == 2 and "olenek-2021" in unknown.stderr


def test_dry_run_does_nothing(demo_copy: Path) -> None:
    done = shnor("build", "-p", str(demo_copy), "--dry-run")
    assert done.returncode == 0 and "Будет выполнено" in done.stdout
    assert not (demo_copy / "_site").exists()


def test_demo_and_serve(tmp_path: Path, demo: Path) -> None:
    done = shnor("demo", str(tmp_path / "d"), "--schools", "8", "--years", "2")
    assert done.returncode == 0, done.stderr
    assert len(list((tmp_path / "d/data/raw").rglob("*.xlsx"))) > 6
    server = subprocess.Popen(
        [
            sys.executable,
            "-u",
            "-m",
            "shnor_lib.cli",
            "serve",
            "-p",
            str(demo),
            "--port",
            "8765",
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    timer = threading.Timer(30, server.kill)
    timer.start()
    try:
        assert server.stdout is not None
        assert "http://localhost:8765/" in server.stdout.readline()
        for _ in range(50):
            try:
                page = urllib.request.urlopen("http://localhost:8765/index.html", timeout=5).read()
                break
            except OSError:
                continue
        assert b'<html lang="ru"' in page
    finally:
        timer.cancel()
        server.kill()
        server.wait()


def test_check_writes_marked_copies_and_removes_them(tmp_path: Path) -> None:
    from tests.sources.books import RESULTS_HEAD, book, row

    (tmp_path / "shnor.yml").write_text("title: Проба\n", "utf-8")
    path = tmp_path / "data" / "raw" / "Результаты.xlsx"
    book(path, [RESULTS_HEAD, row(n="двадцать")])
    done = shnor("check", "-p", str(tmp_path))
    assert done.returncode == 1 and "Книги с пометками (1\u00a0копия)" in done.stderr
    assert (tmp_path / "faults" / "Результаты (с пометками).xlsx").is_file()
    assert (tmp_path / "faults.xlsx").is_file()
    path.unlink()
    (path.parent / "Реестр школ.csv").write_text(
        "Код школы;Краткое наименование;Муниципалитет\nШК-01;СОШ № 1;Приозёрный район\n", "utf-8"
    )
    done = shnor("check", "-p", str(tmp_path))
    assert "с пометками" not in done.stderr
    assert not (tmp_path / "faults").exists()


def test_a_new_project_keeps_what_is_made_out_of_git(tmp_path: Path) -> None:
    root = tmp_path / "region"
    assert shnor("new", str(root)).returncode == 0
    ignored = (root / ".gitignore").read_text("utf-8").splitlines()
    assert {"/faults/", "/faults*.xlsx", "/Сверка школ*.xlsx", ".shnor/"} <= set(ignored)
    here = (Path(__file__).parents[1] / ".gitignore").read_text("utf-8").splitlines()
    assert {"/faults/", "/faults*.xlsx", "/Сверка школ*.xlsx", ".shnor/"} <= set(here)


def test_templates_of_a_year_know_the_schools_of_the_register(tmp_path: Path) -> None:
    root = tmp_path / "region"
    assert shnor("new", str(root)).returncode == 0
    done = shnor("templates", "--year", "2027", "--to", str(tmp_path / "пусто"), cwd=root)
    assert "Школы пока неизвестны" in done.stdout
    write_workbook(root / "data" / "raw" / "Реестр школ.xlsx", {"schools": SCHOOLS})
    done = shnor("templates", "--year", "2027", cwd=root)
    assert (done.returncode, done.stderr) == (0, "")
    # The empty register of the new project is left alone; the forms of the year are new.
    assert "Реестр школ.xlsx" not in done.stdout
    path = root / "templates" / "Кадры 2026-2027.xlsx"
    assert str(path) in done.stdout
    row = next(openpyxl.load_workbook(path)["Кадры"].iter_rows(min_row=2, values_only=True))
    assert row[:3] == ("ШК-01", "СОШ № 1 с. Светлое", "2026/2027")
    again = shnor("templates", "--year", "2027", cwd=root)
    assert "Все книги уже лежат" in again.stdout
    assert shnor("templates", "--year", "27", cwd=root).returncode == 2
