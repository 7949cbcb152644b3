"""What can be found on the site: one small file the page «Поиск» loads, made while pages are written.

No server and no request out of the site's folder: the file is a script, which a browser also loads
from a disk. It holds titles, headings and a few words, never whole pages.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

import yaml

PATH = "downloads/search/index.js"
"""Address of the file below ``reports/``."""
VARIABLE = "shnorSearch"

_FRONT = re.compile(r"\A---\n(.*?)\n---\n", re.S)
_HEADING = re.compile(r"^#{2,4} +(.+?) *$", re.M)
_RAW = re.compile(r"^(`{3,}|~{3,}).*?^\1[ \t]*$", re.M | re.S)
_ESCAPED = re.compile(r"\\([^\w\s])")
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True)
class Entry:
    """One thing that can be found.

    Parameters
    ----------
    href
        Source path below ``reports/``, with a place of the page behind «#» if need be.
    title
        Plain text.
    kind
        Russian: what it is («школа», «новость»).
    words
        Plain text that finds it, too: headings, a municipality, a first sentence.
    """

    href: str
    title: str
    kind: str
    words: str = ""


def entry_of_page(path: str, content: bytes, kind: str) -> Entry:
    """A page by its title, subtitle and headings."""
    text = content.decode("utf-8")
    front = _FRONT.match(text)
    head: Any = yaml.safe_load(front.group(1)) if front else {}
    head = head if isinstance(head, dict) else {}
    body = _RAW.sub("", text[front.end() :] if front else text)
    headings = [plain(found) for found in _HEADING.findall(body)]
    words = [plain(str(head.get("subtitle") or "")), *headings]
    return Entry(path, plain(str(head.get("title") or "")), kind, " · ".join(w for w in words if w))


def plain(markdown: str) -> str:
    r"""Markdown of a title without its marks.

    Examples
    --------
    >>> plain(r"СОШ \*1\* «А» {#id}"), plain("**Итоги** года")
    ('СОШ *1* «А»', 'Итоги года')
    """
    text = re.sub(r"\s*\{[^{}]*\}\s*$", "", markdown)
    text = re.sub(r"(?<!\\)[*_`]", "", text)
    return _SPACES.sub(" ", _ESCAPED.sub(r"\1", text)).strip()


def index_file(entries: Iterable[Entry]) -> bytes:
    """The script with all entries, in their order."""
    lines = [
        json.dumps(
            [_address(entry.href), entry.title, entry.kind, entry.words],
            ensure_ascii=False,
            separators=(",", ":"),
        )
        for entry in entries
    ]
    # a line for each entry: a changed title is a changed line
    said = ",\n".join(lines)
    for char in "<\u2028\u2029":
        said = said.replace(char, f"\\u{ord(char):04x}")
    return f"window.{VARIABLE} = [\n{said}\n];\n".encode()


def _address(href: str) -> str:
    """Address of the page in the site."""
    path, mark, place = href.partition("#")
    if path.endswith((".qmd", ".ipynb", ".md")):
        path = str(PurePosixPath(path).with_suffix(".html"))
    return path + mark + place
