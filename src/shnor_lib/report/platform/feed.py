"""News as an Atom feed (RFC 4287): readers of feeds and other sites take them from there.

Atom and not RSS 2.0: an RSS link must be absolute, and a site that is carried about on a stick has
no address. With ``site-url`` in ``_quarto.yml`` all links are absolute, without it they lead from
the feed to the page beside it. No clock: every time is the day of a piece of news.
"""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from shnor_lib.yaml_source import load_yaml

PATH = "downloads/platform/news.xml"
"""Address of the feed below ``reports/``."""
MOST = 50
"""Pieces of news in the feed."""

_ATOM = "http://www.w3.org/2005/Atom"
_NAMES = uuid.UUID("6f0ad7a2-5b0e-5f0b-9d34-6c1d1b6c7a10")
# What XML 1.0 has no place for.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Entry:
    """One piece of news: title, its day, text, name of its place on the page."""

    title: str
    day: dt.date
    text: str
    anchor: str


def feed(
    title: str, entries: Sequence[Entry], *, organisation: str = "", site_url: str = ""
) -> bytes:
    """The feed of some entries, the newest first.

    Parameters
    ----------
    title
        Of the site.
    entries
        At least one.
    organisation
        Who writes; default: the site.
    site_url
        ``site-url`` of the site, or empty.

    Raises
    ------
    ValueError
        No entries: a feed must say when it was changed.
    """
    if not entries:
        raise ValueError("a feed needs an entry")
    ET.register_namespace("", _ATOM)
    page = f"{site_url.rstrip('/')}/reports/news.html" if site_url else "../../news.html"
    root = ET.Element(f"{{{_ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": "ru"})
    _add(root, "id", _urn("feed", title, site_url))
    _add(root, "title", f"{title}: новости")
    _add(root, "updated", _moment(max(entry.day for entry in entries)))
    author = _add(root, "author")
    _add(author, "name", organisation or title)
    _add(root, "link", rel="alternate", type="text/html", href=page)
    if site_url:
        own = f"{site_url.rstrip('/')}/reports/{PATH}"
        _add(root, "link", rel="self", type="application/atom+xml", href=own)
    for entry in entries[:MOST]:
        node = _add(root, "entry")
        _add(node, "id", _urn("news", entry.day.isoformat(), entry.title))
        _add(node, "title", entry.title)
        _add(node, "updated", _moment(entry.day))
        _add(node, "published", _moment(entry.day))
        _add(node, "link", rel="alternate", type="text/html", href=f"{page}#{entry.anchor}")
        if entry.text:
            _add(node, "content", entry.text, type="text")
    ET.indent(root, " ")
    text: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return text + b"\n"


def site_url(root: Path) -> str:
    """``website: site-url`` of the project's ``_quarto.yml``; empty when there is none."""
    path = root / "_quarto.yml"
    values: Any = load_yaml(path)[0] if path.is_file() else {}
    website = values.get("website") if isinstance(values, dict) else None
    found = website.get("site-url") if isinstance(website, dict) else None
    text = str(found or "").strip()
    return text if re.fullmatch(r"https?://[^\s<>\"]+", text) else ""


def _add(parent: ET.Element, name: str, text: str = "", **attributes: str) -> ET.Element:
    node = ET.SubElement(parent, f"{{{_ATOM}}}{name}", attributes)
    if text:
        node.text = _NOT_XML.sub("", text)
    return node


def _moment(day: dt.date) -> str:
    return f"{day.isoformat()}T00:00:00Z"


def _urn(*parts: str) -> str:
    return uuid.uuid5(_NAMES, _NOT_XML.sub("", "\n".join(parts))).urn
