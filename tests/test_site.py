"""The whole demonstration site in a real browser, opened from the disk."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path

import pytest

from tests.publish.browser import open_site

# Text that must never reach a reader.
LEAKS = ("nan", "None", "NaN", "<NA>", "NaT", "inf")


def _pages(site: Path) -> list[Path]:
    return sorted(p for p in site.rglob("*.html") if "site_libs" not in p.parts)


def _visible(page: Path) -> str:
    text = re.sub(r"<(script|style)\b.*?</\1>", " ", page.read_text("utf-8"), flags=re.S)
    return html.unescape(re.sub(r"<[^>]+>", " ", text))


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_opens_clean_from_the_disk(built_demo: Path, scheme: str) -> None:
    widths = (1280, 390) if scheme == "light" else (390,)
    reports = open_site(built_demo / "_site", widths=widths, color_scheme=scheme)
    assert len({report.page for report in reports}) == len(_pages(built_demo / "_site"))
    faults = [report.sentence() for report in reports if not report.is_clean]
    assert not faults, "\n".join(faults)
    assert sum(report.charts for report in reports) > 50
    assert sum(report.sortable for report in reports) > 2


def test_no_page_shows_a_missing_value_or_english(built_demo: Path) -> None:
    for page in _pages(built_demo / "_site"):
        words = set(re.findall(r"[A-Za-z<>]+", _visible(page)))
        assert not words & set(LEAKS), (page, words & set(LEAKS))
        assert "Traceback" not in words and "Warning" not in words, page


def test_every_page_is_russian_titled_and_described(built_demo: Path) -> None:
    for page in _pages(built_demo / "_site"):
        text = page.read_text("utf-8")
        assert '<html lang="ru"' in text, page
        title = re.search(r"<title>(.*?)</title>", text, re.S)
        assert title and re.search("[А-Яа-я]", title.group(1)), page
        assert len(re.findall(r"<h1\b", text)) == 1, page


def test_school_pages_are_light(built_demo: Path) -> None:
    """150 KB is the target; profiles of schools with every register and grade are above it."""
    sizes = sorted(p.stat().st_size for p in (built_demo / "_site/reports/schools").glob("*.html"))
    assert sizes[len(sizes) // 2] <= 150 * 1024
    assert sizes[-1] <= 165 * 1024


def test_nothing_of_this_machine_is_published(built_demo: Path) -> None:
    for path in (built_demo / "_site").rglob("*"):
        if path.suffix in {".html", ".json", ".ipynb"}:
            text = path.read_text("utf-8")
            assert str(built_demo) not in text and "/home/" not in text, path


def test_planted_truth_is_told(built_demo: Path) -> None:
    """What the generator planted stands on the pages of the planted schools."""
    from tests.conftest import ROOT

    truth = json.loads((ROOT / "data/demo_truth.json").read_text("utf-8"))
    planted = {item["kind"]: item["school_id"] for item in truth["planted"]}
    pages = {p.stem: _visible(p) for p in (built_demo / "_site/reports/schools").glob("*.html")}

    def page_of(kind: str) -> str:
        (found,) = [text for text in pages.values() if f"код\u00a0{planted[kind]}" in text]
        return found

    low = page_of("low")
    assert "ШНОР" in low and "уверенно" in low.lower()
    assert "математика" in low
    chance = page_of("small_chance")
    assert "на границе" in chance.lower()
    assert "ШССУ" in page_of("resilient")
    assert "недостаточно данных" in page_of("missing").lower()
