"""Files to take away from a page: where they lie and the line of links to them.

No heavy module is needed here: the graph of the build is made with it. Documents lie in ``downloads/documents``, workbooks of tables in ``downloads/tables``, both below
``reports/`` and under the page's own path.
"""

from __future__ import annotations

import posixpath
import re
from html import escape
from pathlib import PurePosixPath

_FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.S)


def document(page: str, suffix: str) -> str:
    """Address of a page's document below ``reports/``.

    Examples
    --------
    >>> document("2026/annual.qmd", ".pdf")
    'downloads/documents/2026/annual.pdf'
    """
    return f"downloads/documents/{PurePosixPath(page).with_suffix(suffix)}"


def workbook(page: str) -> str:
    """Address of the workbook with a page's tables below ``reports/``."""
    return f"downloads/tables/{PurePosixPath(page).with_suffix('.xlsx')}"


def seen_from(page: str, address: str) -> str:
    """An address below ``reports/`` as the page links to it.

    Examples
    --------
    >>> seen_from("schools/a.qmd", "downloads/tables/schools/a.xlsx")
    '../downloads/tables/schools/a.xlsx'
    """
    return posixpath.relpath(address, posixpath.dirname(page) or ".")


def links_html(page: str, *, documents: bool, tables: bool) -> str:
    """The line «Скачать: PDF, Word, таблицы»; empty when there is nothing to take away.

    Parameters
    ----------
    page
        Path below ``reports/``.
    documents, tables
        Whether the page has a PDF and a Word file, and a workbook.
    """
    links = []
    if documents:
        links += [("PDF", document(page, ".pdf")), ("Word", document(page, ".docx"))]
    if tables:
        links.append(("Все таблицы (xlsx)", workbook(page)))
    if not links:
        return ""
    inner = " ".join(
        f'<a href="{escape(seen_from(page, address))}" download>{title}</a>'
        for title, address in links
    )
    return f'<div class="shnor-documents"><span>Скачать:</span> {inner}</div>'


def with_links(content: bytes, html: str) -> bytes:
    """The page with the line of links under its title."""
    if not html:
        return content
    text = content.decode("utf-8")
    head = _FRONT_MATTER.match(text)
    end = head.end() if head else 0
    return f"{text[:end]}\n```{{=html}}\n{html}\n```\n{text[end:]}".encode()
