"""Documents of a whole build: there for whom they are promised, true to their pages, and no more."""

from __future__ import annotations

import html
import json
import re
import shutil
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from pypdf import PdfReader

from shnor_lib.pipeline import BuildReport, build
from shnor_lib.project import open_project
from shnor_lib.publish.documents.engine import NO_BROWSER
from shnor_lib.publish.documents.pictures import CHART, find_browser
from shnor_lib.report.labels import LISTED
from shnor_lib.report.slugs import slug
from tests.report import risk_project as planted

LATEST = 2026


def squeezed(text: str) -> str:
    """Text without anything a line break may add or take away."""
    return re.sub(r"[\s\u00a0\u202f\u00ad\u2010-]", "", text)


def pdf_text(path: Path) -> str:
    return squeezed("".join(page.extract_text() for page in PdfReader(path).pages))


def docx_text(path: Path) -> str:
    with zipfile.ZipFile(path) as archive:
        word = archive.read("word/document.xml").decode()
    return squeezed(html.unescape(re.sub(r"<[^>]+>", "", word)))


def documents(root: Path) -> set[str]:
    top = root / "reports/downloads/documents"
    return {p.relative_to(top).as_posix() for p in top.rglob("*") if p.is_file()}


def notebooks_of(root: Path, year: int) -> list[Path]:
    return sorted((root / f"reports/{year}").glob("*.ipynb"))


def outputs(path: Path) -> list[dict[str, str]]:
    cells = json.loads(path.read_text("utf-8"))["cells"]
    return [
        {k: "".join(v) if isinstance(v, list) else v for k, v in o["data"].items()}
        for cell in cells
        for o in cell.get("outputs", [])
        if "data" in o
    ]


def listed_pages(root: Path) -> set[str]:
    statuses = pd.read_parquet(root / "data/processed/analysis/statuses.parquet")
    rows = statuses[(statuses["year"] == LATEST) & statuses["status"].isin(LISTED)]
    return {f"schools/{slug(key)}" for key in rows["school_id"]}


def municipality_pages(root: Path) -> set[str]:
    pages = {p.stem for p in (root / "reports/municipalities").glob("*.qmd")} - {"index"}
    assert len(pages) == 1
    return {f"municipalities/{name}" for name in pages}


def test_the_latest_year_and_the_listed_schools_have_documents(built_demo: Path) -> None:
    pages = {f"{LATEST}/{p.stem}" for p in notebooks_of(built_demo, LATEST)}
    pages |= {f"{LATEST}/annual"} | listed_pages(built_demo) | municipality_pages(built_demo)
    assert len(pages) >= 6
    wanted = {f"{page}{suffix}" for page in pages for suffix in (".pdf", ".docx")}
    assert wanted <= documents(built_demo)
    mine = {d for d in documents(built_demo) if re.match(r"\d{4}/(\d\d_|annual)|[a-z]+/", d)}
    assert mine == wanted


def test_links_are_on_pages_that_have_documents_and_on_no_others(built_demo: Path) -> None:
    site = built_demo / "_site/reports"
    with_documents = {d.rpartition(".")[0] for d in documents(built_demo)}
    pages = [
        page
        for name in ("20*", "schools", "municipalities")
        for page in site.glob(f"{name}/*.html")
    ]
    assert len(pages) > 12
    for page in pages:
        name = page.relative_to(site).with_suffix("").as_posix()
        if page.stem == "index":
            continue
        links = re.findall(r'href="([^"]+\.(?:pdf|docx))"', page.read_text("utf-8"))
        own = [link for link in links if link.rpartition("/")[2].startswith(f"{page.stem}.")]
        assert len(own) == (2 if name in with_documents else 0), name
        for link in own:
            assert (page.parent / link).is_file(), link


def test_every_table_on_the_site_can_be_taken_away(built_demo: Path) -> None:
    site = built_demo / "_site"
    tables = checked = 0
    for page in site.rglob("*.html"):
        text = page.read_text("utf-8")
        found = len(re.findall(r'<table class="shnor-table', text))
        links = re.findall(r'class="shnor-download"><a href="([^"]+)"', text)
        tables += found
        for link in set(links):
            checked += 1
            with zipfile.ZipFile(page.parent / link) as book:
                sheets = [n for n in book.namelist() if n.startswith("xl/worksheets/")]
            assert len(sheets) >= 2, link
        # lists of links only are not data
        assert found - len(links) <= (page.name in {"monitorings.html", "reports.html"}), page
    assert tables > 60 and checked > 20


def test_printed_words_and_numbers_are_those_of_the_notebook(built_demo: Path) -> None:
    top = built_demo / f"reports/downloads/documents/{LATEST}"
    for path in notebooks_of(built_demo, LATEST):
        pdf, word = pdf_text(top / f"{path.stem}.pdf"), docx_text(top / f"{path.stem}.docx")
        checked = 0
        for data in outputs(path):
            text = data.get("text/markdown", "")
            if CHART.search(data.get("text/html", "")) or "|" not in text:
                continue
            for line in text.splitlines():
                if not line.startswith("|") or set(line) <= set("|:- "):
                    continue
                for cell in re.split(r"(?<!\\)\|", line)[1:-1]:
                    plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", cell)
                    plain = squeezed(re.sub(r"\\(.)", r"\1", plain))
                    assert plain in pdf, (path.stem, cell)
                    assert plain in word, (path.stem, cell)
                    checked += 1
        assert checked > 10, path.stem


def test_every_chart_has_its_picture_or_its_table(built_demo: Path) -> None:
    top = built_demo / f"reports/downloads/documents/{LATEST}"
    able = find_browser() is not None
    seen = 0
    for path in notebooks_of(built_demo, LATEST):
        # of one half-year there may be nothing to draw
        charts = [d for d in outputs(path) if CHART.search(d.get("text/html", ""))]
        seen += len(charts)
        for data in charts:
            # Quarto prints Markdown rather than a picture: there is exactly one of the two
            assert ("image/png" in data) == able
            assert ("text/markdown" in data) != able
            assert "application/vnd.plotly.v1+json" in data
        text = pdf_text(top / f"{path.stem}.pdf")
        assert len(re.findall(r"Рисунок\d+\.", text)) == (len(charts) if able else 0)
        assert (squeezed(NO_BROWSER) in text) == (not able and bool(charts))
        assert "Unabletodisplay" not in text
    assert seen > 20


def test_profiles_are_printed_whole(built_demo: Path) -> None:
    for name in sorted(listed_pages(built_demo) | municipality_pages(built_demo)):
        source = (built_demo / f"reports/{name}.qmd").read_text("utf-8")
        text = pdf_text(built_demo / f"reports/downloads/documents/{name}.pdf")
        for heading in re.findall(r"^##+ (.+?)(?: \{#.+\})?$", source, re.M):
            assert squeezed(re.sub(r"\\(.)", r"\1", heading)) in text, (name, heading)
        cells = re.findall(r"<t[dh][^>]*>([^<]+)</t[dh]>", source)
        assert len(cells) > 100
        for cell in cells:
            assert squeezed(html.unescape(cell)) in text, (name, cell)
        if find_browser():
            assert len(re.findall(r"Рисунок\d+\.", text)) == len(CHART.findall(source))


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project of this module's own, small: two years, no browser."""
    root = tmp_path_factory.mktemp("documents") / "project"
    return planted.write(root, settings="browser: none\n")


def run(root: Path, **options: object) -> BuildReport:
    # One monitoring is enough here, beside the annual reports and the profiles.
    report = build(open_project(root), only=["01_identification"], **options)
    assert not report.failures, report.failures
    return report


def test_without_a_browser_the_build_says_so_and_does_the_rest(project: Path) -> None:
    report = run(project)
    (note,) = report.notes
    assert "не найден браузер" in note and "таблицы" in note
    text = pdf_text(project / "reports/downloads/documents/2026/01_identification.pdf")
    assert squeezed(NO_BROWSER) in text and "Рисунок1." not in text
    assert run(project).ran == []


@pytest.mark.slow
def test_all_adds_earlier_years_and_every_school_and_none_takes_all_away(project: Path) -> None:
    before = {
        p: p.stat().st_mtime_ns for p in (project / "reports/downloads/documents").rglob("*.pdf")
    }
    run(project, documents="all")
    names = documents(project)
    assert {f"{y}/{n}.pdf" for y in (2025, 2026) for n in ("annual", "01_identification")} <= names
    assert len([n for n in names if n.startswith("schools/") and n.endswith(".pdf")]) == len(
        planted.SCHOOLS
    )
    untouched = [p for p, time in before.items() if p.stat().st_mtime_ns == time]
    assert len(untouched) == len(before), "documents made already are not made again"
    report = run(project, documents="none")
    assert report.notes == []
    assert not [n for n in documents(project) if re.match(r"\d{4}/(\d\d_|annual)|schools/", n)]
    assert not list((project / "_site/reports/downloads/documents").rglob("*.pdf"))
    assert (project / "reports/downloads/tables/2026/01_identification.xlsx").is_file()


@pytest.mark.slow
def test_a_lost_document_comes_back_with_the_same_bytes(project: Path) -> None:
    run(project)
    top = project / "reports/downloads/documents"
    chosen = [top / "2026/annual.docx", sorted(top.glob("schools/*.pdf"))[0]]
    kept = {path: path.read_bytes() for path in chosen}
    for path in chosen:
        path.unlink()
    run(project)
    assert {path: path.read_bytes() for path in chosen} == kept
    shutil.rmtree(project / ".shnor")
    run(project)
    assert {path: path.read_bytes() for path in chosen} == kept
