"""Numbers of tasks under one name: «4K2 (3б)», «4к2», «№ 4К2» are task «4К2» of 3 points."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Any

from shnor_lib.sources.cells.values import clean_text

_TASK = re.compile(
    r"(?:(?:№|задани[ея]|зад|балл(?:ы)? за(?: задание)?)\.?\s*)?"
    r"(?P<number>\d{1,2}(?:[.,]\d{1,2}){0,2})\.?\s*"
    r"(?P<criterion>[кk]\s*\d{1,2})?\s*"
    r"(?P<part>\(\s*\d{1,2}\s*\))?\s*"
    r"(?:\(\s*(?:макс\w*\.?\s*)?(?P<max>\d{1,2})\s*б(?:алл\w*)?\.?\s*\))?",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Task:
    """A task of a test.

    Attributes
    ----------
    name
        «4», «9.1», «10К2» (Cyrillic К), «9(1)».
    max_score
        Most points for it, None where the heading does not say.
    """

    name: str
    max_score: float | None = None


def parse_task(value: Any) -> Task | None:
    """The task a heading names, or None when it names none.

    Parameters
    ----------
    value
        Cell of the heading. A date is what Excel makes of «2.1».

    Examples
    --------
    >>> parse_task("4K1 (3б)"), parse_task("9 (1)"), parse_task("2,1")
    (Task(name='4К1', max_score=3.0), Task(name='9(1)', max_score=None), Task(name='2.1', max_score=None))
    >>> parse_task("Сумма баллов") is None
    True
    """
    if isinstance(value, dt.datetime | dt.date):
        return Task(f"{value.day}.{value.month}")
    match = _TASK.fullmatch(clean_text(value))
    if match is None:
        return None
    number = ".".join(str(int(part)) for part in re.split("[.,]", match["number"]))
    criterion = re.sub(r"[кk]\s*", "К", match["criterion"] or "", flags=re.IGNORECASE)
    part = re.sub(r"\s", "", match["part"] or "")
    points = float(match["max"]) if match["max"] else None
    return Task(f"{number}{criterion}{part}", points)
