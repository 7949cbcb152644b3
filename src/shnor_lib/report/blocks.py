"""Building blocks of pages: front matter, callouts, cards, charts and tables in raw HTML.

A page is a list of blocks joined by empty lines; a block that has nothing to say is an empty
string and leaves no trace.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from shnor_lib.report import format as fmt
from shnor_lib.report.display import Chart, Col, DataTable

CalloutKind = Literal["note", "tip", "warning", "important"]

ROWS_SHOWN = 200
"""Rows a table on a page shows at most; the rest is counted in a sentence."""
SORTABLE_FROM = 13
"""A shorter table is taken in at a glance and needs no search box."""


def page(blocks: Iterable[str]) -> bytes:
    """Blocks as the bytes of a page; empty ones are left out."""
    text = "\n\n".join(block.strip("\n") for block in blocks if block.strip())
    return (text + "\n").encode("utf-8")


def front_matter(title: str, *, subtitle: str = "", description: str = "") -> str:
    """YAML title block; every value is escaped for Markdown and for YAML."""
    lines = [f"title: {fmt.yaml_text(title)}"]
    if subtitle:
        lines.append(f"subtitle: {fmt.yaml_text(subtitle)}")
    if description:
        lines.append(f"description: {fmt.yaml_text(description)}")
    return "---\n" + "\n".join(lines) + "\n---"


def raw(html: str) -> str:
    """HTML as a raw block of Markdown; the fence is longer than any inside."""
    # a page's charts and tables are long and have no fence inside, as a rule
    longest = max(map(len, re.findall(r"`{3,}", html))) if "```" in html else 2
    fence = "`" * max(3, longest + 1)
    body = html.strip("\n")
    return f"{fence}{{=html}}\n{body}\n{fence}"


def show(item: Chart | DataTable) -> str:
    """A chart or a table as a block of a page."""
    return raw(item.html())


def callout(
    kind: CalloutKind, title: str, *paragraphs: str, level: int = 2, folded: bool = False
) -> str:
    """A box with a title; paragraphs are Markdown, empty ones are left out.

    ``folded``: only the title is seen until the reader opens it.
    """
    body = "\n\n".join(part.strip("\n") for part in paragraphs if part.strip())
    if not body:
        return ""
    attributes = f".callout-{kind}" + (' collapse="true"' if folded else "")
    return f"::: {{{attributes}}}\n{'#' * level} {title}\n\n{body}\n:::"


@dataclass(frozen=True)
class Text:
    """Markdown shown by a notebook cell; paragraphs that are empty leave no trace."""

    paragraphs: tuple[str, ...]

    def markdown(self) -> str:
        """Paragraphs separated by empty lines."""
        return "\n\n".join(part.strip("\n") for part in self.paragraphs if part.strip())

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        del include, exclude
        return {"text/markdown": self.markdown(), "text/plain": self.markdown()}


@dataclass(frozen=True)
class Box(Text):
    """A box with a title in a notebook: looks the same in JupyterLab and on the site.

    A fenced ``:::`` block would be shown by JupyterLab as it is written, so the box is HTML in
    the shape both engines of the site style.
    """

    title: str = ""
    kind: CalloutKind = "important"

    def html(self) -> str:
        """The box; its Markdown is CommonMark, which Pandoc's escapes are part of."""
        from markdown_it import MarkdownIt

        body = MarkdownIt("commonmark", {"html": False}).render(self.markdown())
        return (
            f'<div class="callout callout-style-default callout-titled callout-{self.kind}">'
            '<div class="callout-header"><div class="callout-icon-container"></div>'
            f'<div class="callout-title-container"><strong>{fmt.escape(self.title)}</strong></div>'
            f'</div><div class="callout-body-container callout-body">\n{body}</div></div>'
        )

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        del include, exclude
        said = f"**{self.title}**\n\n{self.markdown()}"
        return {"text/html": self.html(), "text/markdown": said, "text/plain": said}


@dataclass(frozen=True)
class Html:
    """HTML made by this package, with the Markdown that replaces it in other media."""

    content: str
    said: str

    def html(self) -> str:
        """The HTML."""
        return self.content

    def markdown(self) -> str:
        """The same in Markdown."""
        return self.said

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        del include, exclude
        return {"text/html": self.content, "text/markdown": self.said, "text/plain": self.said}


def text(*paragraphs: str) -> Text:
    """Paragraphs of Markdown as the output of a notebook cell."""
    return Text(paragraphs)


def box(title: str, *paragraphs: str, kind: CalloutKind = "important") -> Box:
    """Paragraphs of Markdown in a box as the output of a notebook cell."""
    return Box(paragraphs, title, kind)


def bullets(items: Iterable[str]) -> str:
    """A Markdown list; empty string when there is nothing to list."""
    return "\n".join(f"- {item}" for item in items)


@dataclass(frozen=True)
class Card:
    """One key figure: the figure, what it is, what to know about it.

    ``status`` gives the colour of a status to the card.
    """

    value: str
    label: str
    hint: str = ""
    status: str = ""


def cards(items: Iterable[Card]) -> str:
    """Key figures side by side, as a list for screen readers."""
    parts = []
    for card in items:
        kind = f" status-{card.status}" if card.status else ""
        hint = f'<span class="hint">{fmt.escape(card.hint)}</span>' if card.hint else ""
        parts.append(
            f'<div class="shnor-card{kind}" role="listitem">'
            f'<span class="value">{fmt.escape(card.value)}</span>'
            f'<span class="label">{fmt.escape(card.label)}</span>{hint}</div>'
        )
    # Six figures fit one row of a wide page and two columns of a phone.
    narrow = ' style="grid-template-columns:repeat(auto-fit,minmax(min(100%,9.5rem),1fr))"'
    style = narrow if len(parts) > 5 else ""
    return raw(f'<div class="shnor-cards" role="list"{style}>{"".join(parts)}</div>')


def capped(
    frame: pd.DataFrame,
    columns: Sequence[Col],
    *,
    caption: str,
    most: int = ROWS_SHOWN,
    nouns: tuple[str, str] = ("строки", "строк"),
    sortable: bool = False,
    empty: str = "Нет данных.",
) -> DataTable:
    """A table of the first ``most`` rows; its caption says how many there are in all.

    ``nouns``: what the rows are, in the genitive, singular and plural: «школы», «школ».
    """
    if len(frame) > most:
        total = fmt.count_of(len(frame), *nouns)
        caption = f"{caption} (показаны первые {fmt.number(most)} из{fmt.NBSP}{total})"
    return DataTable(
        frame.head(most),
        columns,
        caption=caption,
        sortable=sortable and len(frame) >= SORTABLE_FROM,
        empty=empty,
    )
