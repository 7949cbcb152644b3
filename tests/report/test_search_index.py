"""What the search finds: pages by headings, schools, the platform; nothing that is not published."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from shnor_lib.report.analysis import Analysis
from shnor_lib.report.pages.search import entries, page_of_search
from shnor_lib.report.pages.sections import OwnLink
from shnor_lib.report.search_index import Entry, entry_of_page, index_file, plain
from tests.report import platform_project as planted
from tests.report.platform.builder import COUNTS, rows, said, site_of


def loaded(content: bytes) -> list[list[str]]:
    """The index as a browser has it."""
    text = content.decode("utf-8")
    assert text.startswith("window.shnorSearch = [") and text.endswith("];\n")
    found: list[list[str]] = json.loads(text.partition(" = ")[2].rstrip(";\n"))
    return found


@pytest.mark.parametrize("n", COUNTS)
def test_index_of_any_length(n: int) -> None:
    found = loaded(index_file([Entry(f"a{i}.qmd#b", f"т {i}", "вид", "слова") for i in range(n)]))
    assert found == [[f"a{i}.html#b", f"т {i}", "вид", "слова"] for i in range(n)]


@pytest.mark.parametrize(
    "title",
    [planted.HOSTILE, "</script><b>", "a],[b", 'кавычка " и \\', "\u2028\u2029", "строка\nвторая"],
    ids=["all", "script", "brackets", "quote", "separators", "lines"],
)
def test_hostile_titles_stay_titles(title: str) -> None:
    content = index_file([Entry("a.qmd", title, title, title)])
    assert loaded(content) == [["a.html", title, title, title]]
    assert b"<" not in content and "\u2028".encode() not in content


def test_a_page_is_found_by_its_headings() -> None:
    page = (
        '---\ntitle: "Дома \\\\*1\\\\*"\nsubtitle: "под"\n---\n\n## Итоги **года** {#id}\n\nтекст\n\n'
        "```{=html}\n## не заголовок\n```\n\n### Ещё\n"
    )
    found = entry_of_page("a.qmd", page.encode(), "раздел")
    assert found == Entry("a.qmd", "Дома *1*", "раздел", "под · Итоги года · Ещё")
    assert entry_of_page("b.qmd", b"no head\n", "x") == Entry("b.qmd", "", "x", "")
    assert plain(r"\<b\> *курсив*") == "<b> курсив"


def found_in(site: Any) -> list[Entry]:
    return entries(site, [Entry("news.qmd", "Новости", "раздел")])


@pytest.mark.parametrize("name", ["documents", "news", "events", "library", "questions"])
@pytest.mark.parametrize("n", COUNTS)
def test_every_row_of_the_platform_is_found(analysis: Analysis, name: str, n: int) -> None:
    found = found_in(site_of(analysis, **{name: rows(name, n)}))
    assert (
        sum(entry.href.startswith(f"{name}.qmd") and entry.kind != "раздел" for entry in found) == n
    )


def test_schools_reports_and_own_pages_are_found(analysis: Analysis) -> None:
    own = [OwnLink("pages/а.qmd", "Моя", menu=False, words="слово " * 1000)]
    site = replace(site_of(analysis), own=own, annual=[2024])
    found = {entry.href: entry for entry in found_in(site)}
    assert set(site.links.values()) <= set(found)
    assert "B · Район" in found[site.links["B"]].words
    assert {
        "2024/annual.qmd",
        "2024/01_identification.ipynb",
        "2023/01_identification.ipynb",
    } <= set(found)
    assert len(found["pages/а.qmd"].words) == 300


def test_nothing_unpublished_is_found(analysis: Analysis) -> None:
    site = site_of(
        analysis, day=planted.DAY, questions=planted.QUESTIONS, contacts=planted.CONTACTS
    )
    content = index_file(found_in(site)).decode()
    assert "СКРЫТЫЙ" not in content and "Образцова" not in content


def test_the_page_says_what_to_do_without_scripts(analysis: Analysis) -> None:
    text = said(page_of_search(site_of(analysis)))
    assert "<noscript>" in text and 'data-index="downloads/search/index.js"' in text
