"""Links of built pages: find them, and find those that lead nowhere.

Works on the HTML files, so it judges the pages of either engine by what the reader gets.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from urllib.parse import unquote

_SCRIPT = re.compile(r"<(script|style)\b[^>]*>.*?</\1\s*>|<!--.*?-->", re.S | re.I)
_SCRIPT_SRC = re.compile(r"<script\b[^>]*?\ssrc=\"([^\"]*)\"", re.I)
_TAG = re.compile(r"<[a-z][^>]*>", re.I)
_ATTRIBUTE = re.compile(r"\s(href|src|id|name)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", re.I)
_EXTERNAL = re.compile(r"^(?:[a-z][a-z0-9+.-]*:|//)", re.I)


@dataclass(frozen=True)
class PageLinks:
    """What a page points at and what can be pointed at in it.

    Parameters
    ----------
    links
        Addresses inside the site as they stand in the page, without repeats.
    ids
        Names of places in the page.
    """

    links: tuple[str, ...]
    ids: frozenset[str]


@dataclass(frozen=True, order=True)
class BrokenLink:
    """A link that leads nowhere: the page, the address in it, why (Russian)."""

    page: str
    link: str
    reason: str

    def sentence(self) -> str:
        """The fault as the user reads it."""
        return f"Страница «{self.page}», ссылка «{self.link}»: {self.reason}."


def scan(html: str) -> PageLinks:
    """Internal links and anchors of a page.

    Addresses with a scheme (``https:``, ``mailto:``, ``data:``) are left out. Text of scripts
    is not looked into.
    """
    links: dict[str, None] = dict.fromkeys(_SCRIPT_SRC.findall(html))
    ids: set[str] = set()
    for tag in _TAG.findall(_SCRIPT.sub("", html)):
        for name, double, single in _ATTRIBUTE.findall(tag):
            value = unescape(double or single)
            kind = name.lower()
            if kind == "id":
                ids.add(value)
            elif kind in ("href", "src"):
                links[value] = None
            elif kind == "name" and tag.lower().startswith("<a"):
                ids.add(value)
    inside = tuple(link for link in links if link and not _EXTERNAL.match(link))
    return PageLinks(inside, frozenset(ids))


def target(page: str, link: str) -> tuple[str, str]:
    """File and anchor a link on ``page`` leads to, both from the site's root.

    Examples
    --------
    >>> target("reports/schools/a.html", "../method.html#porog")
    ('reports/method.html', 'porog')
    """
    path, _, anchor = link.partition("#")
    path = unquote(path.partition("?")[0])
    if not path:
        return page, unquote(anchor)
    joined = posixpath.normpath(posixpath.join(posixpath.dirname(page), path))
    if path.endswith("/"):
        joined = posixpath.join(joined, "index.html")
    return joined, unquote(anchor)


def broken_links(
    pages: Mapping[str, PageLinks], files: Iterable[str], sources: Mapping[str, str] | None = None
) -> list[BrokenLink]:
    """Links that lead nowhere.

    Parameters
    ----------
    pages
        Output path of each page → what :func:`scan` found.
    files
        All files of the site, from its root, forward slashes.
    sources
        Output path → source path, to name pages the way people know them.

    Returns
    -------
    list of BrokenLink
        Sorted; one per page and address.
    """
    there = set(files) | set(pages)
    found: set[BrokenLink] = set()
    for page, scanned in pages.items():
        name = (sources or {}).get(page, page)
        for link in scanned.links:
            if link.startswith("/"):
                reason = "адрес от корня сервера не работает в папке на диске"
                found.add(BrokenLink(name, link, reason))
                continue
            path, anchor = target(page, link)
            if path.startswith(".."):
                found.add(BrokenLink(name, link, "ведёт за пределы сайта"))
            elif path not in there:
                found.add(BrokenLink(name, link, "такого файла на сайте нет"))
            elif anchor and path in pages and anchor != "top" and anchor not in pages[path].ids:
                found.add(BrokenLink(name, link, f"на странице нет места «{anchor}»"))
    return sorted(found)


def scan_site(site: Path) -> dict[str, PageLinks]:
    """:func:`scan` of every HTML file under ``site``, by path from it."""
    return {
        path.relative_to(site).as_posix(): scan(path.read_text(encoding="utf-8"))
        for path in sorted(site.rglob("*.html"))
    }
