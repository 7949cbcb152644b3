"""Charts as PNG: one browser for the whole build, and only for charts never drawn before.

Kaleido drives a Chromium that is already there; nothing is downloaded. Where there is none, a
chart is replaced by the table of its data and the document says so.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import json
import logging
import os
import re
import shutil
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from shnor_lib.report.theme import template_dict

BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
    "microsoft-edge-stable",
    "msedge",
)
"""Names of programs looked for on PATH, in this order."""

PLACES = (
    r"%PROGRAMFILES%\Google\Chrome\Application\chrome.exe",
    r"%PROGRAMFILES(X86)%\Google\Chrome\Application\chrome.exe",
    r"%LOCALAPPDATA%\Google\Chrome\Application\chrome.exe",
    r"%PROGRAMFILES(X86)%\Microsoft\Edge\Application\msedge.exe",
    r"%PROGRAMFILES%\Microsoft\Edge\Application\msedge.exe",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
)
"""Where browsers lie that do not stand on PATH: every Windows has Edge."""

WIDTH, HEIGHT, SCALE = 720, 360, 1.5
"""Pixels of a chart as on a page of the site, drawn finer for paper: 160 dots an inch."""
TALLEST = 868
"""Pixels of height with which a picture of this width still fits a page with its caption."""
CLOSER = 0.72
"""How much closer the rows of a taller picture stand on paper than on a phone."""
SHAPE = 2
"""Raised when figures are put into another shape for paper: those drawn before are drawn again."""
TABS = 2

CHART = re.compile(
    r'<figure class="shnor-figure"><div class="shnor-chart"[^>]*aria-label="([^"]*)"[^>]*>'
    r'<script type="application/json">(.*?)</script>.*?</div>'
    r"(?:<figcaption>(.*?)</figcaption>)?</figure>",
    re.S,
)
"""A chart of a page or of a notebook: its words, its figure, its caption."""


def find_browser(setting: str = "") -> str | None:
    """Path of a Chromium, Chrome or Edge; None when there is none.

    Parameters
    ----------
    setting
        ``browser`` of ``shnor.yml``: a path or a name; ``none`` means: draw nothing.
    """
    if setting:
        return None if setting.lower() == "none" else shutil.which(setting)
    for name in BROWSERS:
        if found := shutil.which(name):
            return found
    for place in PLACES:
        path = os.path.expandvars(place)
        if "%" not in path and os.access(path, os.X_OK):
            return path
    return None


def key_of(figure: str) -> str:
    """Name of a figure's files: hash of its JSON as it stands in the page."""
    return hashlib.sha1(figure.encode("utf-8"), usedforsecurity=False).hexdigest()


def figures_of(html: str) -> dict[str, str]:
    """Key → JSON of every chart in a page's text."""
    return {key_of(figure): figure for _, figure, _ in CHART.findall(html)}


def drawing_version() -> str:
    """What, besides the figure, a drawing depends on."""
    parts = [version("plotly"), version("kaleido"), WIDTH, HEIGHT, SCALE]
    parts += [TALLEST, CLOSER, SHAPE, template_dict("light")]
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]


@dataclass
class Artist:
    """Draws charts and remembers them in a folder.

    Parameters
    ----------
    folder
        ``.shnor/charts`` of the project: ``<key>.png``.
    browser
        From :func:`find_browser`; None: nothing can be drawn.

    Attributes
    ----------
    drawn, failed
        Charts drawn now, and charts the browser could not draw.
    fault
        Why the browser does not work, if it does not.
    """

    folder: Path
    browser: str | None
    drawn: int = 0
    failed: int = 0
    fault: str = ""
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)
    _loop: asyncio.AbstractEventLoop | None = field(default=None, repr=False)
    _kaleido: Any = field(default=None, repr=False)

    @property
    def able(self) -> bool:
        """Whether there is a browser that works."""
        return self.browser is not None and not self.fault

    def draw(self, figures: Mapping[str, str]) -> dict[str, Path]:
        """Draw the figures that are not there yet.

        Parameters
        ----------
        figures
            Key → JSON (see :func:`figures_of`).

        Returns
        -------
        dict
            Key → PNG; without the figures that could not be drawn. May be called from several
            threads.
        """
        self._forget_other_versions()
        missing = {k: v for k, v in figures.items() if not self.path(k).is_file()}
        if missing and self.able:
            with self._lock:
                missing = {k: v for k, v in missing.items() if not self.path(k).is_file()}
                self._draw(missing)
        return {key: self.path(key) for key in figures if self.path(key).is_file()}

    @property
    def _fault_file(self) -> Path:
        return self.folder / "fault.txt"

    @property
    def last_fault(self) -> str:
        """Why the browser did not start in the latest build that wanted it; empty: it did."""
        file = self._fault_file
        return file.read_text(encoding="utf-8") if file.is_file() else ""

    def path(self, key: str) -> Path:
        """Where the drawing of a figure is (or would be)."""
        return self.folder / f"{key}.png"

    def close(self) -> None:
        """Close the browser; a new one is started when it is needed again."""
        loop, opened = self._loop, self._kaleido
        self._loop = self._kaleido = None
        if loop is None:
            return
        if opened is not None:
            with contextlib.suppress(Exception):
                asyncio.run_coroutine_threadsafe(_close(opened), loop).result(30)
        loop.call_soon_threadsafe(loop.stop)

    def __enter__(self) -> Artist:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _forget_other_versions(self) -> None:
        stamp, wanted = self.folder / "version", drawing_version()
        with self._lock:
            if stamp.is_file() and stamp.read_text(encoding="ascii") == wanted:
                return
            from shnor_lib.store import write_atomically

            for path in self.folder.glob("*.png"):
                path.unlink(missing_ok=True)
            write_atomically(stamp, wanted.encode("ascii"))

    def _draw(self, figures: Mapping[str, str]) -> None:
        if not figures:
            return
        loop = self._running()
        if loop is None:
            return
        from shnor_lib.store import write_atomically

        names = list(figures)
        specs = [_printable(json.loads(figures[name])) for name in names]
        future = asyncio.run_coroutine_threadsafe(_all(self._kaleido, specs), loop)
        for name, made in zip(names, future.result(), strict=True):
            if isinstance(made, bytes):
                write_atomically(self.path(name), made)
                self.drawn += 1
            else:
                self.failed += 1

    def _running(self) -> asyncio.AbstractEventLoop | None:
        """The loop of the open browser; None, and the reason in ``fault``, if it cannot open."""
        if self._loop is None:
            loop = asyncio.new_event_loop()
            threading.Thread(target=loop.run_forever, daemon=True, name="charts").start()
            self._loop = loop
            assert self.browser is not None
            try:
                opening = asyncio.run_coroutine_threadsafe(_open(self.browser), loop)
                self._kaleido = opening.result(120)
            except Exception as error:  # noqa: BLE001 - a browser fails in its own ways
                self.fault = f"{type(error).__name__}: {error}".strip().splitlines()[0]
                self.close()
                self._fault_file.write_text(self.fault, encoding="utf-8")
                return None
            self._fault_file.unlink(missing_ok=True)
        return self._loop


def _printable(spec: dict[str, Any]) -> dict[str, Any]:
    """The figure on white ground with the light template, of a shape that fits a page."""
    layout = {
        **spec.get("layout", {}),
        "template": template_dict("light"),
        "paper_bgcolor": "#FFFFFF",
        "plot_bgcolor": "#FFFFFF",
        "width": WIDTH,
    }
    layout.setdefault("height", HEIGHT)
    if layout["height"] > TALLEST:
        _fit(layout)
    return {"data": spec.get("data", []), "layout": layout}


def _fit(layout: dict[str, Any]) -> None:
    """Draw a tall figure broader and its rows closer: shrunk as it is, nobody could read it.

    Labels above rows are broken into lines for the width of a phone; here one line is enough.
    """
    notes = layout.get("annotations") or []
    usual = layout["template"]["layout"].get("annotationdefaults") or {}
    above = [
        note
        for note in notes
        for place in [{**usual, **note}]
        if place.get("yanchor") == "bottom" and place.get("x") == 0
    ]
    if above:
        layout["annotations"] = [
            {**note, "text": str(note.get("text", "")).replace("<br>", " ")}
            if note in above
            else note
            for note in notes
        ]
        layout["height"] = max(round(layout["height"] * CLOSER), TALLEST)
    layout["width"] = max(WIDTH, round(layout["height"] * WIDTH / TALLEST))


async def _open(browser: str) -> Any:
    import kaleido
    import plotly

    logging.getLogger("choreographer").setLevel(logging.CRITICAL)
    logging.getLogger("kaleido").setLevel(logging.CRITICAL)

    class Drawer(kaleido.Kaleido):  # type: ignore[misc]
        """Kaleido loads its page anew after every figure; ours do not disturb each other."""

        async def _return_kaleido_tab(self, tab: Any) -> None:
            await self.tabs_ready.put(tab)

    script = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
    drawer = Drawer(n=TABS, path=browser, plotlyjs=str(script), mathjax=False)
    await drawer.open()
    return drawer


async def _close(drawer: Any) -> None:
    await drawer.close()


async def _all(drawer: Any, specs: Iterable[dict[str, Any]]) -> list[Any]:
    options = {"format": "png", "scale": SCALE}

    async def one(spec: dict[str, Any]) -> Any:
        size = {name: int(spec["layout"][name]) for name in ("width", "height")}
        return await drawer.calc_fig(spec, opts={**options, **size})

    return await asyncio.gather(*map(one, specs), return_exceptions=True)


def add_pictures(notebook: Any, artist: Artist) -> None:
    """Give every chart among a notebook's outputs its ``image/png``.

    Quarto prints ``text/markdown`` rather than a picture, so the words and the table that stand
    in for a chart go when there is a picture.
    """
    places: list[tuple[dict[str, Any], str]] = []
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            data = output.get("data")
            if not data or "text/html" not in data:
                continue
            found = CHART.search("".join(data["text/html"]))
            if found:
                places.append((data, found.group(2)))
    made = artist.draw({key_of(figure): figure for _, figure in places})
    for data, figure in places:
        path = made.get(key_of(figure))
        if path is not None:
            data["image/png"] = base64.b64encode(path.read_bytes()).decode("ascii") + "\n"
            data.pop("text/markdown", None)
