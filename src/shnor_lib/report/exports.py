"""Tables of a page gathered for its Excel workbook, while the page is being made.

A page is made inside :func:`gathering`; every table shown in it becomes a sheet, and its HTML
gets a link to the workbook. A notebook runs in a process of its own: there a table travels in the
output's bundle under :data:`MIME`, and :func:`workbook_of_notebook` gathers it afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from shnor_lib.report import format as fmt

MIME = "application/vnd.shnor.table+json"
"""A table's values in the bundle of a notebook's output."""

Value = str | float | int | None


@dataclass(frozen=True)
class SheetColumn:
    """One column of a sheet.

    Parameters
    ----------
    title
        Russian heading.
    kind
        ``text``, ``int``, ``decimal``, ``percent`` (shares 0…1) or ``points`` (percentage
        points as shares).
    digits
        Decimals shown.
    help
        What the column means.
    missing
        What an empty cell means.
    """

    title: str
    kind: str = "text"
    digits: int = 1
    help: str = ""
    missing: str = ""


@dataclass(frozen=True)
class Sheet:
    """One table: its heading, columns and rows of plain values (None: empty cell)."""

    title: str
    columns: Sequence[SheetColumn]
    rows: Sequence[Sequence[Value]]

    def to_json(self) -> dict[str, Any]:
        """Plain values for a notebook's output."""
        return {
            "title": self.title,
            "columns": [[c.title, c.kind, c.digits, c.help, c.missing] for c in self.columns],
            "rows": [list(row) for row in self.rows],
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Sheet:
        """What :meth:`to_json` gave."""
        return cls(values["title"], [SheetColumn(*c) for c in values["columns"]], values["rows"])


@dataclass
class Book:
    """Tables of one page.

    Parameters
    ----------
    href
        Address of the workbook from the page.
    """

    href: str
    sheets: list[Sheet] = field(default_factory=list)

    def add(self, sheet: Sheet) -> str:
        """Take a table in; HTML of the link to it. The same table twice is one sheet."""
        for number, known in enumerate(self.sheets, 1):
            if known.title == sheet.title and known.rows == sheet.rows:
                return link(self.href, number)
        self.sheets.append(sheet)
        return link(self.href, len(self.sheets))


def link(href: str, number: int) -> str:
    """Link to a page's workbook, naming the sheet."""
    return (
        f'<div class="shnor-download"><a href="{fmt.escape(href)}" download>'
        f"Скачать таблицу (xlsx, лист{fmt.NBSP}{number})</a></div>"
    )


_CURRENT: ContextVar[Book | None] = ContextVar("tables of the page", default=None)


def current() -> Book | None:
    """The workbook of the page being made; None outside :func:`gathering`."""
    return _CURRENT.get()


@contextmanager
def gathering(href: str) -> Iterator[Book]:
    """Gather the tables shown while the block runs.

    Parameters
    ----------
    href
        Address of the workbook from the page.
    """
    book = Book(href)
    token = _CURRENT.set(book)
    try:
        yield book
    finally:
        _CURRENT.reset(token)


def workbook_of_notebook(notebook: Any, href: str) -> Book:
    """Take the tables out of a notebook's outputs and put links to the workbook in.

    Parameters
    ----------
    notebook
        An executed notebook; changed in place.
    href
        Address of the workbook from the notebook's page.
    """
    book = Book(href)
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            data = output.get("data") or {}
            values = data.pop(MIME, None)
            if values is not None and "text/html" in data:
                tail = book.add(Sheet.from_json(values))
                data["text/html"] = "".join(data["text/html"]) + tail
    return book
