"""Cards of the platform: a day, a title, a few lines, links. They read well on a phone and on paper."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from shnor_lib.report import format as fmt
from shnor_lib.report.blocks import raw
from shnor_lib.report.recommendation_words import MONTHS


@dataclass(frozen=True)
class Item:
    """One card.

    Parameters
    ----------
    title
        HTML made by this package.
    day, last
        First and last day; None: the card has no day.
    anchor
        Name of the place on the page.
    badge, kind
        A word in a frame beside the title; ``kind`` is its look: ``good``, ``quiet``, ``off``.
    about
        HTML of short facts, shown in one line.
    body
        Paragraphs of plain text.
    links
        HTML of links.
    """

    title: str
    day: dt.date | None = None
    last: dt.date | None = None
    anchor: str = ""
    badge: str = ""
    kind: str = "quiet"
    about: Sequence[str] = ()
    body: Sequence[str] = ()
    links: Sequence[str] = ()

    def html(self, level: int = 3) -> str:
        """The card; ``level`` is that of its heading."""
        own = f' id="{fmt.escape(self.anchor)}"' if self.anchor else ""
        badge = (
            f' <span class="tag {self.kind}">{fmt.escape(self.badge)}</span>' if self.badge else ""
        )
        about = "".join(f"<li>{part}</li>" for part in self.about if part)
        links = "".join(f"<li>{part}</li>" for part in self.links if part)
        return (
            f'<article class="shnor-item"{own}>{_when(self.day, self.last)}<div class="what">'
            f"<h{level}>{self.title}{badge}</h{level}>"
            + (f'<ul class="about">{about}</ul>' if about else "")
            + "".join(f"<p>{fmt.escape(part)}</p>" for part in self.body if part.strip())
            + (f'<ul class="links">{links}</ul>' if links else "")
            + "</div></article>"
        )


Look = Literal["", "compact", "grid", "compact rows"]
"""``compact``: lines between the cards instead of frames; ``rows``: links beside the title."""


def items(found: Iterable[Item], *, level: int = 3, look: Look = "") -> str:
    """Cards one below the other (``grid``: side by side); empty string without any."""
    inner = "\n".join(item.html(level) for item in found)
    if not inner:
        return ""
    look_ = f"shnor-items {look}".strip()
    return raw(f'<div class="{look_}">\n{inner}\n</div>')


def paragraphs(value: Any) -> tuple[str, ...]:
    """A cell's text split at its line breaks."""
    lines = fmt.text(value, "").splitlines()
    return tuple(fmt.nice(line) for line in lines if line.strip())


def day_of(value: Any) -> dt.date | None:
    """A cell's date; None when it has none."""
    return None if fmt.is_missing(value) else dt.date(value.year, value.month, value.day)


def _when(day: dt.date | None, last: dt.date | None) -> str:
    if day is None:
        return ""
    if last is None or last <= day:
        number, month = str(day.day), MONTHS[day.month - 1]
    elif (last.year, last.month) == (day.year, day.month):
        number, month = f"{day.day}–{last.day}", MONTHS[day.month - 1]
    else:
        number = f"{day:%d.%m}–{last:%d.%m}"
        month = ""
    year = (last or day).year
    tail = f'<span class="month">{month}{fmt.NBSP if month else ""}{year}</span>'
    return (
        f'<div class="when"><time datetime="{day.isoformat()}">'
        f'<span class="day{" long" if len(number) > 2 else ""}">{number}</span> {tail}</time></div>'
    )
