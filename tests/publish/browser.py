"""Open built pages in a real Chromium and say what is wrong with them.

Used by the tests of publishing and by the tests of the whole site::

    from tests.publish.browser import open_site
    for report in open_site(Path("_site")):
        assert report.is_clean, report.sentence()
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "msedge")

_READY = """() => [...document.querySelectorAll('.shnor-chart')].every(
    (box) => box.matches('.is-drawn, .is-failed') || box.clientWidth < 40)"""

_LOOK = """() => {
  const width = document.documentElement.clientWidth;
  const wide = [];
  if (document.documentElement.scrollWidth > width) {
    for (const element of document.querySelectorAll('body *')) {
      const box = element.getBoundingClientRect();
      if (box.right > width + 1 && box.width > 0) {
        wide.push(element.tagName.toLowerCase() + '.' + [...element.classList].join('.'));
      }
    }
  }
  return {
    overflow: document.documentElement.scrollWidth - width,
    wide: wide.slice(0, 5),
    charts: document.querySelectorAll('.shnor-chart').length,
    drawn: document.querySelectorAll('.shnor-chart.is-drawn .main-svg').length > 0
      ? document.querySelectorAll('.shnor-chart.is-drawn').length : 0,
    hidden: [...document.querySelectorAll('.shnor-chart')].filter((b) => b.clientWidth < 40).length,
    sortable: document.querySelectorAll('table.shnor-table.sortable').length,
    alive: document.querySelectorAll('table.shnor-table.sortable.dataTable').length,
    chartOverflow: [...document.querySelectorAll('.shnor-chart.is-drawn')].filter(
      (b) => b.querySelector('.shnor-plot').scrollWidth > b.clientWidth + 1).length,
  };
}"""


@dataclass(frozen=True)
class PageReport:
    """What the browser saw on one page at one width.

    Parameters
    ----------
    page
        Path from the site's root.
    width
        Width of the window in CSS pixels.
    errors
        Errors and warnings of the console, uncaught exceptions.
    outside
        Addresses asked for outside the site's folder.
    overflow
        Pixels by which the page is wider than the window.
    wide
        Elements that stick out.
    charts, drawn, sortable, alive
        Charts on the page and those drawn; sortable tables and those brought to life.
    """

    page: str
    width: int
    errors: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    overflow: int = 0
    wide: list[str] = field(default_factory=list)
    charts: int = 0
    drawn: int = 0
    sortable: int = 0
    alive: int = 0
    chart_overflow: int = 0

    @property
    def is_clean(self) -> bool:
        """Nothing is wrong."""
        return not (
            self.errors
            or self.outside
            or self.overflow > 0
            or self.chart_overflow
            or self.drawn != self.charts
            or self.alive != self.sortable
        )

    def sentence(self) -> str:
        """What is wrong, for the message of an assertion."""
        return (
            f"{self.page} at {self.width} px: errors {self.errors}, outside {self.outside}, "
            f"{self.overflow} px too wide ({', '.join(self.wide)}), charts {self.drawn} of "
            f"{self.charts}, of them too wide {self.chart_overflow}, "
            f"tables {self.alive} of {self.sortable}"
        )


def find_chromium() -> str | None:
    """Path of an installed Chromium or Chrome, or None. Nothing is downloaded."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


@contextmanager
def chromium() -> Iterator[Any]:
    """A running browser; skips the test where there is none."""
    path = find_chromium()
    if path is None:
        pytest.skip("Chromium is not installed: apt-get install chromium")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=path, args=["--no-sandbox"])
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def open_tab(browser: Any, site: Path, *, width: int = 1280, **options: Any) -> Iterator[Any]:
    """An empty tab; ``tab.seen`` collects console errors and requests outside ``site``."""
    root = site.resolve().as_uri() + "/"
    context = browser.new_context(viewport={"width": width, "height": 900}, **options)
    try:
        tab = context.new_page()
        tab.seen = {"errors": [], "outside": []}

        def note(kind: str, text: str) -> None:
            tab.seen[kind].append(text)

        tab.on(
            "console",
            lambda m: note("errors", m.text) if m.type in ("error", "warning") else None,
        )
        tab.on("pageerror", lambda e: note("errors", str(e)))
        tab.on("requestfailed", lambda r: note("errors", f"failed: {r.url}"))
        tab.on(
            "request",
            lambda r: (
                None if r.url.startswith((root, "data:", "blob:")) else note("outside", r.url)
            ),
        )
        yield tab
    finally:
        context.close()


def go(tab: Any, site: Path, page: str, *, scripts: bool = True) -> None:
    """Open a page from the disk and wait until its charts are drawn."""
    tab.seen = {"errors": [], "outside": []}
    tab.goto(site.resolve().as_uri() + "/" + page)
    if scripts:
        tab.wait_for_function(_READY, timeout=20_000)


@contextmanager
def open_page(
    browser: Any, site: Path, page: str, *, width: int = 1280, **options: Any
) -> Iterator[Any]:
    """A tab with one page in it."""
    with open_tab(browser, site, width=width, **options) as tab:
        go(tab, site, page, scripts=options.get("java_script_enabled", True))
        yield tab


def open_site(
    site: Path,
    pages: Iterable[str] | None = None,
    *,
    widths: Iterable[int] = (1280, 390),
    color_scheme: str = "light",
) -> list[PageReport]:
    """Open every page of a site at every width.

    Parameters
    ----------
    site
        Folder of the site.
    pages
        Paths from it; default all HTML files.
    widths
        Window widths in CSS pixels.
    color_scheme
        ``light`` or ``dark``.
    """
    if pages is None:
        pages = sorted(
            path.relative_to(site).as_posix()
            for path in site.rglob("*.html")
            if "site_libs" not in path.parts
        )
    pages = list(pages)
    reports = []
    with chromium() as browser:
        for width in widths:
            with open_tab(browser, site, width=width, color_scheme=color_scheme) as tab:
                for page in pages:
                    go(tab, site, page)
                    reports.append(look(tab, page, width))
    return reports


def look(tab: Any, page: str, width: int) -> PageReport:
    """Report on an open page."""
    seen = tab.evaluate(_LOOK)
    return PageReport(
        page=page,
        width=width,
        errors=list(tab.seen["errors"]),
        outside=list(tab.seen["outside"]),
        overflow=seen["overflow"],
        wide=seen["wide"],
        # a chart in a folded section is drawn when it is opened
        charts=seen["charts"] - seen["hidden"],
        drawn=seen["drawn"],
        sortable=seen["sortable"],
        alive=seen["alive"],
        chart_overflow=seen["chartOverflow"],
    )
