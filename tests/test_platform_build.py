"""A built site with the whole platform: links, files, the user's own pages, what must not be there."""

from __future__ import annotations

import json
import posixpath
import re
import shutil
import zipfile
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import icalendar
import pytest

from shnor_lib.pipeline import BuildReport, build
from shnor_lib.project import open_project
from tests.publish.browser import chromium, open_page, open_site
from tests.report import platform_project as planted

pytestmark = pytest.mark.slow

PAGES = ("platform", "documents", "news", "events", "library", "requests", "reports", "questions", "contacts")  # fmt: skip
ROUGH = "reports/pages/грубая.html"
"""A page of the user with links that lead nowhere."""


def _build(root: Path) -> BuildReport:
    return build(
        open_project(root),
        engine="embedded",
        documents="none",
        years=[2026],
        only=["01_identification"],
    )


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, BuildReport]:
    root = planted.write(tmp_path_factory.mktemp("platform") / "Проект района")
    planted.write_given(root)
    report = _build(root)
    assert not report.failures, report.failures
    return root, report


class Page(HTMLParser):
    """Addresses and names of places of a page; scripts the page brings itself."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: set[str] = set()
        self.handlers: list[str] = []
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in ("href", "src") and value:
                self.links.append(value)
            elif name == "id" and value:
                self.ids.add(value)
            elif name.startswith("on"):
                self.handlers.append(name)


def test_every_link_of_the_site_leads_somewhere(built: tuple[Path, BuildReport]) -> None:
    site = built[0] / "_site"
    pages = {p.relative_to(site).as_posix(): Page(p) for p in site.rglob("*.html")}
    assert len(pages) > len(PAGES)
    dead = []
    for name, page in pages.items():
        for link in page.links:
            if re.match(r"[a-z]+:", link):
                allowed = ("https:", "http:", "mailto:", "tel:", "data:image/svg+xml,")
                assert link.startswith(allowed), (name, link)
                continue
            path, _, place = link.partition("#")
            target = posixpath.normpath(posixpath.join(posixpath.dirname(name), unquote(path)))
            target = target if path else name
            lost = place and target in pages and unquote(place) not in pages[target].ids
            if lost or not (site / target).is_file():
                dead.append((name, link))
    assert {name for name, _ in dead} <= {ROUGH}, dead
    assert dead, "the rough page keeps its dead links, and only it"
    assert not [name for name, page in pages.items() if page.handlers and name != ROUGH]


def test_pages_stand_in_the_menu(built: tuple[Path, BuildReport]) -> None:
    home = Page(built[0] / "_site/index.html").links
    for name in (*PAGES, "pages/о школе", "pages/опыт", "pages/грубая"):
        assert f"reports/{name}.html" in [unquote(link) for link in home], name
    assert not [link for link in home if "черновик" in unquote(link) or "_часть" in unquote(link)]
    text = (built[0] / "_site/index.html").read_text("utf-8")
    assert "Ближайшие события и новости" in text


def test_files_come_as_they_are_and_refused_ones_do_not(built: tuple[Path, BuildReport]) -> None:
    folder = built[0] / "_site/reports/files"
    there = {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()
    }
    assert there == planted.FILES
    names = {path.name for path in (built[0] / "_site").rglob("*")}
    assert not names & set(planted.REFUSED)
    assert not names & {"_часть.html", "_часть.md", "черновик.html", "сломанная.html"}


def test_faults_name_what_is_wrong(built: tuple[Path, BuildReport]) -> None:
    found = {(fault.file.split("/")[-1], fault.cell, fault.code) for fault in built[1].faults}
    assert found >= {
        ("вирус.exe", "", "file-not-published"),
        ("страница.html", "", "file-not-published"),
        ("макрос.xlsm", "", "file-not-published"),
        ("сломанная.md", "строка 1", "page-not-read"),
        ("опыт.md", "строка 14", "page-code"),
        ("Платформа documents.xlsx", "H4", "refused-link"),
        ("Платформа documents.xlsx", "H5", "no-such-file"),
        ("Платформа library.xlsx", "G4", "no-such-file"),
        ("Платформа news.xlsx", "D3", "refused-link"),
        ("Платформа questions.xlsx", "E3", "person-answers"),
    }
    notes = [note for note in built[1].notes if "Своя страница" in note]
    assert any("../нигде.qmd" in note for note in notes) and any(
        "@fig-нет" in note for note in notes
    )
    quality = (built[0] / "_site/reports/data-quality.html").read_text("utf-8")
    assert "data/files/вирус.exe" in quality


def test_own_pages_are_whole(built: tuple[Path, BuildReport]) -> None:
    site = built[0] / "_site/reports/pages"
    school = (site / "о школе.html").read_text("utf-8")
    assert school.count("О нашей работе</h1>") == 1 and "Вставленный текст." in school
    assert "<hr" in school and "Текст после черты." in school
    assert (site / "img/вид.png").read_bytes() == planted.FILES["фото 1.png"]
    practice = (site / "опыт.html").read_text("utf-8")
    assert "Опыт: школы | &lt;b&gt;" in practice and "callout-note" in practice
    assert re.search(r"import\b.{0,40}\bos\b", practice) and "<table" in practice
    assert "Поддержка" in (built[0] / "_site" / ROUGH).read_text("utf-8"), "the menu is there"


def test_feed_and_calendars_on_the_site(built: tuple[Path, BuildReport]) -> None:
    site = built[0] / "_site"
    feed = site / "reports/downloads/platform/news.xml"
    atom = "{http://www.w3.org/2005/Atom}"
    root = ET.parse(feed).getroot()
    entries = root.findall(f"{atom}entry")
    assert len(entries) == len(planted.NEWS)
    for entry in entries:
        link = entry.find(f"{atom}link")
        assert link is not None
        path, _, place = (link.get("href") or "").partition("#")
        assert place in Page(feed.parent / path).ids
    for path in site.rglob("downloads/platform/*.ics"):
        assert icalendar.Calendar.from_ical(path.read_bytes()).walk("VEVENT")
    assert len(list(site.rglob("downloads/platform/event-*.ics"))) == 4


def test_what_the_search_finds_is_there(built: tuple[Path, BuildReport]) -> None:
    site = built[0] / "_site/reports"
    text = (site / "downloads/search/index.js").read_text("utf-8")
    rows = json.loads(text.partition(" = ")[2].rstrip(";\n"))
    for href, title, *_ in rows:
        path, _, place = href.partition("#")
        assert (site / path).is_file() and title, (href, title)
        assert not place or place in Page(site / path).ids
    hrefs = {href.partition("#")[0] for href, *_ in rows}
    assert {f"{name}.html" for name in PAGES} <= hrefs
    assert "pages/опыт.html" in hrefs and "2026/01_identification.html" in hrefs


def test_search_in_a_browser_from_a_disk(built: tuple[Path, BuildReport]) -> None:
    queries = ("о сообществе тьюторов", "СОШ № 2", "<script>", "консультациям", "нет такого")
    with (
        chromium() as browser,
        open_page(browser, built[0] / "_site", "reports/search.html", width=390) as tab,
    ):
        answers = {}
        for query in queries:
            tab.fill("#shnor-query", query)
            tab.wait_for_function("document.querySelector('.said').textContent !== ''")
            answers[query] = (tab.inner_text(".said"), tab.locator(".found a").all_inner_texts())
        tab.fill("#shnor-query", "тьюторы")
        tab.reload()
        tab.wait_for_selector(".found li")
        assert tab.input_value("#shnor-query") == "тьюторы", "the address remembers the question"
        assert tab.seen == {"errors": [], "outside": []}
        width = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert tab.evaluate(width) == 0
    assert answers["о сообществе тьюторов"] == (
        "Найдена 1\u00a0запись.",
        ["О сообществе тьюторов"],
    )
    assert answers["СОШ № 2"][1] == ["МБОУ «СОШ № 2 с. Дальнее»"]
    assert answers["нет такого"] == (
        "Ничего не нашлось. Попробуйте другое слово или его начало.",
        [],
    )
    assert "Тьюторы начали работу" in answers["консультациям"][1], "endings do not matter"
    assert answers["<script>"][1], "texts of titles are found as texts"


def test_new_pages_fit_every_screen(built: tuple[Path, BuildReport]) -> None:
    site = built[0] / "_site"
    pages = [f"reports/{name}.html" for name in PAGES]
    for scheme in ("light", "dark"):
        widths = (1280, 390) if scheme == "light" else (390,)
        for report in open_site(site, pages, widths=widths, color_scheme=scheme):
            assert report.is_clean, report.sentence()


def test_what_is_not_published_is_nowhere(built: tuple[Path, BuildReport]) -> None:
    for path in (built[0] / "_site").rglob("*"):
        if path.suffix in {".html", ".xml", ".ics", ".js"}:
            text = path.read_text("utf-8")
        elif path.suffix == ".xlsx":
            with zipfile.ZipFile(path) as book:
                text = "".join(book.read(name).decode("utf-8") for name in book.namelist())
        else:
            continue
        words = ["СКРЫТЫЙ", "Образцова", "ЧЕРНОВИК"]
        if path.suffix in {".html", ".xml"}:
            words.append("<script>alert")
        for word in words:
            assert word not in text, (path.name, word)


def test_nothing_to_do_the_second_time_and_all_gone_with_the_registers(
    built: tuple[Path, BuildReport], tmp_path: Path
) -> None:
    root = tmp_path / "project"
    shutil.copytree(built[0], root)
    again = _build(root)
    assert again.ran == [] and any("Своя страница" in note for note in again.notes)
    for path in (root / "data/raw").glob("Платформа *.xlsx"):
        path.unlink()
    shutil.rmtree(root / "data/files")
    shutil.rmtree(root / "data/pages")
    settings = (root / "shnor.yml").read_text("utf-8")
    (root / "shnor.yml").write_text(settings.replace("forum:", "# forum:"), "utf-8")
    report = _build(root)
    assert not report.failures and not report.notes
    site = root / "_site"
    here = {path.stem for path in (site / "reports").glob("*.html")} & set(PAGES)
    assert here == {"platform", "reports"}
    for gone in ("files", "pages", "downloads/platform"):
        assert not [p for p in (root / "reports" / gone).rglob("*") if p.is_file()], gone
        assert not (site / "reports" / gone).exists(), gone
    assert "Ближайшие события" not in (site / "index.html").read_text("utf-8")
