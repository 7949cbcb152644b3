"""What the tables of indicators of monitorings 5 and 6 share."""

from __future__ import annotations

from typing import Any

from shnor_lib.report import format as fmt

STANDING = "проект"
"""Standing of every indicator: S0 5.12 fixes only where the data come from."""

LEAST_ANSWERS = 3
"""Answers a mean mark is shown of: with fewer it would be the opinion of single people."""

FEW = "мало отзывов"


def part_of(part: Any, whole: Any, *, missing: str = fmt.NO_DATA) -> str:
    """«92,3 % (12 из 13)»; ``missing`` when nothing was counted.

    Examples
    --------
    >>> part_of(0, 0)
    'нет данных'
    """
    if not whole:
        return missing
    return f"{fmt.percent(int(part) / int(whole))} ({fmt.of(part, whole)})"


def mark_of(mark: Any, n: Any) -> str:
    """«4,6 (n = 12)»; no mean of fewer answers than :data:`LEAST_ANSWERS`."""
    if not n or n < LEAST_ANSWERS:
        return FEW if n else fmt.NO_DATA
    return f"{fmt.decimal(mark)} (n{fmt.NBSP}={fmt.NBSP}{fmt.number(n)})"


def then_and_now(parts: list[tuple[str, str, str]]) -> str:
    """«обращений — 15, сейчас — 27; медиана — 7 дней, сейчас — 6 дней»."""
    return "; ".join(f"{title} — {then}, сейчас — {now}" for title, then, now in parts)
