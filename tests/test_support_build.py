"""A build with a tutor point and mentors: both monitorings are there, and no teacher is."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

from shnor_lib.pipeline import build
from shnor_lib.project import open_project
from tests.report import support_project as planted

NAMES = ("05_tutor_point", "06_mentor_centre")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = planted.write(tmp_path_factory.mktemp("support-build") / "project")
    report = build(
        open_project(root), only=list(NAMES), engine="embedded", documents="none", years=[2026]
    )
    assert not report.failures, report.failures
    return root


def _texts(root: Path) -> Iterator[tuple[Path, str]]:
    """Everything the site gives out as text, the parts of workbooks and documents too."""
    for path in sorted(root.rglob("*")):
        if path.suffix in {".xlsx", ".docx", ".zip"}:
            with zipfile.ZipFile(path) as book:
                yield (
                    path,
                    "\n".join(
                        book.read(name).decode("utf-8", "ignore") for name in book.namelist()
                    ),
                )
        elif path.is_file() and path.stat().st_size < 3_000_000:
            yield path, path.read_bytes().decode("utf-8", "ignore")


@pytest.mark.slow
def test_no_teacher_is_on_the_site_or_in_the_notebooks(built: Path) -> None:
    codes = sorted(planted.teacher_codes())
    read = 0
    for folder in (built / "_site", built / "reports/2026"):
        for path, text in _texts(folder):
            read += 1
            found = [code for code in codes if code in text]
            assert not found, (path, found)
    assert read > 20


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "said"),
    [
        (NAMES[0], ("12 обращений из 4 школ", "Из 3 школ списка 2024/25 учебного года")),
        (NAMES[1], ("Перегружен 1 наставник", "Мария Иванова (Н-02)")),
    ],
    ids=NAMES,
)
def test_monitoring_is_there_with_its_workbook(
    built: Path, name: str, said: tuple[str, ...]
) -> None:
    page = (built / f"_site/reports/2026/{name}.html").read_text("utf-8")
    plain = page.replace("\u00a0", " ").replace("\u202f", " ")
    for words in said:
        assert words in plain
    assert re.search(r'href="[^"]+\.xlsx', page), "its tables can be taken away"
    for cell in nbformat.read(built / f"reports/2026/{name}.ipynb", as_version=4).cells:
        for output in cell.get("outputs", []):
            assert output.output_type in {"display_data", "execute_result", "stream"}
            assert output.get("name") != "stderr"
