from __future__ import annotations

from pathlib import Path

import pytest

from shnor_lib.faults import ShnorError
from shnor_lib.publish.page_source import read_page

from .conftest import write


def test_include_is_relative_to_its_file_and_nested(tmp_path: Path) -> None:
    write(tmp_path, "reports/a.qmd", "до\n\n{{< include parts/_one.md >}}\n\nпосле\n")
    write(tmp_path, "reports/parts/_one.md", "один\n\n{{< include _two.md >}}\n")
    write(tmp_path, "reports/parts/_two.md", "два\n")
    page = read_page(tmp_path, "reports/a.qmd")
    assert page.text is not None
    assert page.text.split() == ["до", "один", "два", "после"]
    assert not page.verbatim


def test_digest_covers_included_files(tmp_path: Path) -> None:
    write(tmp_path, "a.qmd", "{{< include /_b.md >}}\n")
    write(tmp_path, "_b.md", "раз\n")
    before = read_page(tmp_path, "a.qmd").digest
    write(tmp_path, "_b.md", "два\n")
    assert read_page(tmp_path, "a.qmd").digest != before


def test_short_codes_inside_code_stay(tmp_path: Path) -> None:
    text = "```\n{{< include нет.md >}}\n```\n"
    write(tmp_path, "a.qmd", text)
    page = read_page(tmp_path, "a.qmd")
    assert page.text == text
    assert page.verbatim


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{{< include нет.md >}}", "a.qmd, строка 3: нет включаемого файла «нет.md»"),
        ("{{< include a.qmd >}}", "включает сам себя"),
        ("{{< video x.mp4 >}}", "неизвестная вставка «video»"),
    ],
)
def test_faulty_includes(tmp_path: Path, line: str, message: str) -> None:
    write(tmp_path, "a.qmd", f"текст\n\n{line}\n")
    with pytest.raises(ShnorError, match=message):
        read_page(tmp_path, "a.qmd")
