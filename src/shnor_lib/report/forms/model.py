"""What a form is: a Word file people print, fill in by hand and sign.

The text is Markdown; what office layout needs beyond it are a few kinds of boxes::

    ::: right          a block at the right edge («УТВЕРЖДАЮ», a date)
    ::: addressee      to whom a letter goes: lines in the right half of the page
    ::: kept           a paragraph that stays on one page with what follows
    ::: centre         centred lines; ``.title`` also bold
    ::: {.grid widths="5,45,50" high="9"}   a table with all its lines drawn

A ``¶`` in a cell begins a new line. ``widths`` are per cents of the page, ``high`` the least height of a row in millimetres: there is
something to write in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shnor_lib.report import format as fmt

FOLDER = "downloads/forms"
"""Where forms lie below ``reports/``."""
BLANK = "\u00a0"
"""What an empty cell holds: a place to write."""


@dataclass(frozen=True)
class Form:
    """One Word file.

    Parameters
    ----------
    path
        Below ``reports/``, ends with ``.docx``.
    title
        Russian; the document's property and its name in messages.
    markdown
        Its text.
    sideways
        On a page turned sideways, for wide tables.
    dense
        Margins of 15 mm above and below where the office's styles set none of their own: a form
        should not begin a page for its signatures.
    """

    path: str
    title: str
    markdown: str
    sideways: bool = False
    dense: bool = False


def line(length: int = 30) -> str:
    """A line to write on, of so many characters."""
    return r"\_" * length


def right(*lines: str) -> str:
    """Lines in a block at the right edge."""
    return _box(".right", lines)


def addressee(*lines: str) -> str:
    """To whom a letter goes: lines in the right half of the page."""
    return _box(".addressee", lines)


def kept(text: str) -> str:
    """A paragraph that stays on one page with what follows it."""
    return _box(".kept", [text])


def centre(*lines: str) -> str:
    """Centred lines."""
    return _box(".centre", lines)


def title(*lines: str) -> str:
    """The name of the document: centred, bold."""
    return _box(".centre .title", lines)


def small(*lines: str) -> str:
    """Fine print: what is meant, where it comes from."""
    return _box(".small", lines)


def grid(
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    widths: Sequence[int],
    *,
    high: int = 7,
    whole: bool = False,
) -> str:
    """A table with all its lines drawn.

    Parameters
    ----------
    head, rows
        Markdown of the cells; an empty one becomes a place to write.
    widths
        Per cent of the page for every column.
    high
        Least height of a row, millimetres.
    whole
        On one page with what follows (the signatures); for short tables.
    """
    table = [
        "| " + " | ".join(cell or BLANK for cell in head) + " |",
        "|" + "|".join(":--" for _ in head) + "|",
        *("| " + " | ".join(cell or BLANK for cell in row) + " |" for row in rows),
    ]
    spans = ",".join(str(width) for width in widths)
    body = "\n".join(table)
    classes = ".grid .whole" if whole else ".grid"
    return f'::: {{{classes} widths="{spans}" high="{high}"}}\n{body}\n:::'


def signatures(*who: str, dated: bool = True) -> str:
    """Lines to sign on, with what stands under them.

    Parameters
    ----------
    *who
        Positions.
    dated
        With the day of signing; a letter has its date at its head.
    """
    rows = [
        f"| {person} | {line(15)} ¶ (подпись) | {line(21)} ¶ (расшифровка подписи) "
        + (f"| «{line(2)}» {line(8)} 20{line(2)} г. |" if dated else f"| {BLANK} |")
        for person in who
    ]
    body = "\n".join(["| | | | |", "|:--|:--|:--|:--|", *rows])
    return f'::: {{.sign widths="24,21,30,25"}}\n{body}\n:::'


def new_page() -> str:
    """What follows begins on a new page."""
    gap = '<w:p><w:pPr><w:pStyle w:val="FormGap"/><w:pageBreakBefore/></w:pPr></w:p>'
    return f"```{{=openxml}}\n{gap}\n```"


def said(value: object) -> str:
    """Text from data for a cell or a line."""
    return fmt.escape_md(value, "")


def _box(classes: str, lines: Sequence[str]) -> str:
    body = "\\\n".join(each for each in lines if each)
    return f"::: {{{classes}}}\n{body}\n:::" if body else ""
