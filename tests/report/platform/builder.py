"""Sites whose registers hold a chosen number of rows."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from html.parser import HTMLParser
from typing import Any

import pandas as pd

from shnor_lib.report.analysis import Analysis
from shnor_lib.report.pages.sections import Site
from shnor_lib.report.slugs import slug
from tests.methods.builders import table

DAY = dt.date(2024, 4, 15)
SCHOOLS = ("A", "B", "C", "D", "E")
COUNTS = [0, 1, 2, 5, 21]


def at(days: int) -> pd.Timestamp:
    return pd.Timestamp(DAY + dt.timedelta(days))


def rows(name: str, n: int) -> list[dict[str, Any]]:
    """``n`` rows of a register, all ahead of the day or before it as the register asks."""
    makers = {
        "documents": lambda i: {"kind": "order", "title": f"Акт {i}", "number": str(i), "date": at(-i)},
        "news": lambda i: {"date": at(-i), "year": 2024, "title": f"Новость {i}"},
        "events": lambda i: {"date": at(i + 1), "year": 2024, "title": f"Встреча {i}"},
        "library": lambda i: {"shelf": "guidelines", "title": f"Книга {i}", "link": f"к{i}.pdf"},
        "requests": lambda i: {"school_id": SCHOOLS[i % 5], "number": str(i), "date": at(-i - 1),
                               "year": 2024, "topic": f"Тема {i}"},
        "questions": lambda i: {"date": at(-i), "question": f"Вопрос {i}?", "answer": "Да.", "published": True},
        "contacts": lambda i: {"organisation": f"Служба {i}", "topic": "всё"},
    }  # fmt: skip
    return [makers[name](i) for i in range(n)]


def site_of(
    analysis: Analysis,
    *,
    forum: str = "",
    day: dt.date = DAY,
    **registers: list[dict[str, Any]],
) -> Site:
    """A site of the small data set with these registers; more of the site with ``replace``."""
    tables = {name: table(name, found) for name, found in registers.items()}
    changed = replace(analysis, dataset=analysis.dataset.replace(**tables), day=day, forum=forum)
    names = dict(zip(SCHOOLS, (f"Школа {s}" for s in SCHOOLS), strict=True))
    links = {school: f"schools/{slug(school)}.qmd" for school in SCHOOLS}
    return Site(changed, names, links, {2023: ["01_identification"], 2024: ["01_identification"]})


def said(page: bytes) -> str:
    """A page with plain spaces."""
    return page.decode("utf-8").replace("\u00a0", " ").replace("\u202f", " ")


class Tags(HTMLParser):
    """Tags of a page: what is open, what is used, addresses, names of places."""

    VOID = frozenset({"br", "img", "hr", "link", "meta", "input"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.stack: list[str] = []
        self.used: list[str] = []
        self.hrefs: list[str] = []
        self.ids: list[str] = []
        self.handlers: list[str] = []
        self.wrong: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.used.append(tag)
        for name, value in attrs:
            if name == "href":
                self.hrefs.append(value or "")
            if name == "id":
                self.ids.append(value or "")
            if name.startswith("on"):
                self.handlers.append(name)
        if tag not in self.VOID:
            self.stack.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.stack or self.stack.pop() != tag:
            self.wrong.append(tag)


def raw_html(page: bytes) -> str:
    """All raw HTML of a page."""
    text, inside, found = page.decode("utf-8"), "", []
    for line in text.splitlines():
        if not inside and line.startswith("```") and line.endswith("{=html}"):
            inside = line.partition("{")[0]
        elif inside and line == inside:
            inside = ""
        elif inside:
            found.append(line)
    return "\n".join(found)
