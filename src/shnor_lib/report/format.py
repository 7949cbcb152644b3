"""Numbers, dates and counted nouns as Russian typography writes them; escaping.

Everything that reaches a page passes through here, so that no page ever shows a decimal
point, a bare ``nan`` or an unescaped school name. Values are taken as they stand in the data
(shares 0…1); rounding happens only here, and half is rounded away from zero as people expect
(15,25 % → 15,3 %), not to even.
"""

from __future__ import annotations

import datetime as dt
import html
import math
import re
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any

import pandas as pd

NBSP = "\u00a0"
"""No-break space: between a number and its noun."""
NNBSP = "\u202f"
"""Narrow no-break space: before % and between groups of three digits."""
MINUS = "\u2212"
DASH = "—"
"""Shown in place of a value there is none of."""
NO_DATA = "нет данных"

_REMEMBERED = 2**15
"""The pages of a region show the same few thousand numbers and words over and over."""

_GROUP_FROM = 5  # Russian typography groups digits from five figures on: 1234, but 12 345


def is_missing(value: Any) -> bool:
    """Whether a value is None, NaN, NaT or ``<NA>`` (a string never is, even an empty one)."""
    # asked hundreds of thousands of times in a build: plain types are answered at once
    kind = type(value)
    if value is None:
        return True
    if kind is str or kind is int or kind is bool:
        return False
    if kind is float:
        return bool(value != value)
    if isinstance(value, str | list | tuple | dict | set):
        return False
    return bool(pd.isna(value))


def is_finite(value: Any) -> bool:
    """Whether a number can be shown: neither missing nor infinite."""
    kind = type(value)
    if kind is float or kind is int:
        return math.isfinite(value)
    return not is_missing(value) and math.isfinite(float(value))


def text(value: Any, missing: str = DASH) -> str:
    """The value as text; ``missing`` for a missing or blank one."""
    if is_missing(value):
        return missing
    shown = str(value).strip()
    return shown or missing


def decimal(value: Any, digits: int = 1, *, missing: str = DASH, signed: bool = False) -> str:
    """A number with exactly ``digits`` decimals, a comma and grouped thousands.

    Parameters
    ----------
    value
        Number or a missing value.
    digits
        Decimals shown, ≥ 0.
    missing
        Text for a missing value.
    signed
        Write a plus before a positive number.

    Examples
    --------
    >>> decimal(12345.678, 2).replace(NNBSP, " ")
    '12 345,68'
    >>> decimal(-0.04), decimal(1.5, signed=True), decimal(None)
    ('0,0', '+1,5', '—')
    """
    if not is_finite(value):
        return missing
    return _decimal(float(value), digits, signed)


@lru_cache(maxsize=_REMEMBERED)
def _decimal(value: float, digits: int, signed: bool) -> str:
    rounded = Decimal(str(value)).quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP)
    whole, _, fraction = f"{abs(rounded):f}".partition(".")
    if len(whole) >= _GROUP_FROM:
        whole = f"{int(whole):,}".replace(",", NNBSP)
    sign = ""
    if rounded < 0:
        sign = MINUS
    elif signed and rounded > 0:
        sign = "+"
    return sign + whole + ("," + fraction if fraction else "")


def number(value: Any, *, missing: str = DASH) -> str:
    """A whole number; a fraction is shown with one decimal."""
    if not is_finite(value):
        return missing
    exact = float(value)
    return _decimal(exact, 0 if exact.is_integer() else 1, False)


def percent(share: Any, digits: int = 1, *, missing: str = DASH) -> str:
    """A share 0…1 as per cent.

    Examples
    --------
    >>> percent(0.153).replace(NNBSP, " ")
    '15,3 %'
    """
    if not is_finite(share):
        return missing
    return _percent(float(share), digits)


@lru_cache(maxsize=_REMEMBERED)
def _percent(share: float, digits: int) -> str:
    # repr keeps 0.285 * 100 from becoming 28.499999999999996 before it is rounded
    return decimal(Decimal(str(share)) * 100, digits) + NNBSP + "%"


def points(delta: Any, digits: int = 1, *, missing: str = DASH) -> str:
    """A difference of shares in percentage points, always with its sign: «+3,4 п. п.»."""
    if not is_finite(delta):
        return missing
    shown = decimal(Decimal(str(float(delta))) * 100, digits, missing=missing, signed=True)
    return f"{shown}{NBSP}п.{NNBSP}п."


def interval(low: Any, high: Any, digits: int = 0, *, missing: str = DASH) -> str:
    """Two shares 0…1 as «от 12 до 31 %».

    Examples
    --------
    >>> interval(0.12, 0.31).replace(NNBSP, " ").replace(NBSP, " ")
    'от 12 до 31 %'
    """
    if is_missing(low) or is_missing(high):
        return missing
    first = percent(low, digits).removesuffix(NNBSP + "%")
    return f"от{NBSP}{first} до{NBSP}{percent(high, digits)}"


def points_interval(low: Any, high: Any, digits: int = 1, *, missing: str = DASH) -> str:
    """Two differences of shares as «от −12,0 до +3,1 п. п.»."""
    if is_missing(low) or is_missing(high):
        return missing
    tail = f"{NBSP}п.{NNBSP}п."
    first = points(low, digits).removesuffix(tail)
    return f"от{NBSP}{first} до{NBSP}{points(high, digits)}"


def number_range(low: Any, high: Any, digits: int = 0, *, missing: str = DASH) -> str:
    """Two numbers as «от 6 до 12»; one number when both are the same."""
    if is_missing(low) or is_missing(high):
        return missing
    return range_words(decimal(low, digits), decimal(high, digits))


def range_words(first: str, last: str) -> str:
    """Two numbers already written as «от 6 до 12»; one when both are the same."""
    return first if first == last else f"от{NBSP}{first} до{NBSP}{last}"


def date_ru(value: dt.date | dt.datetime | pd.Timestamp | None, *, missing: str = DASH) -> str:
    """A date as 22.11.2026."""
    if is_missing(value) or value is None:
        return missing
    return f"{value:%d.%m.%Y}"


def plural(n: float, one: str, few: str, many: str) -> str:
    """The form of a noun (or any word) that goes with the number ``n``.

    Parameters
    ----------
    n
        Number counted; its sign does not matter; a fraction takes ``few``.
    one, few, many
        Forms after 1, 2 and 5: «школа», «школы», «школ».

    Examples
    --------
    >>> [plural(n, "школа", "школы", "школ") for n in (0, 1, 2, 5, 11, 21)]
    ['школ', 'школа', 'школы', 'школ', 'школ', 'школа']
    """
    if float(n) != int(n):
        return few
    rest = abs(int(n)) % 100
    if 11 <= rest <= 14:
        return many
    rest %= 10
    if rest == 1:
        return one
    return few if 2 <= rest <= 4 else many


def count_phrase(n: float, one: str, few: str, many: str) -> str:
    """A number with its noun, joined by a no-break space: «21 школа»."""
    return f"{number(n)}{NBSP}{plural(n, one, few, many)}"


def count_of(n: float, one: str, many: str) -> str:
    """A number with its noun in the genitive, as after «из»: «21 школы», «12 школ»."""
    return f"{number(n)}{NBSP}{plural(n, one, many, many)}"


def of(part: Any, whole: Any) -> str:
    """«10 из 29», never broken across lines."""
    return f"{number(part)}{NBSP}из{NBSP}{number(whole)}"


_LOOSE_PERCENT = re.compile(r"(?<=\d)[ \u00a0]?%")


def nice(value: Any) -> str:
    """Text written by a person (a title in a rule set) with its «20 %» kept together."""
    return _LOOSE_PERCENT.sub(NNBSP + "%", text(value, ""))


def join_ru(items: list[str], last: str = "и") -> str:
    """Items joined as in a sentence: «а, б и в»."""
    if len(items) < 2:
        return "".join(items)
    return ", ".join(items[:-1]) + f" {last} " + items[-1]


def listed(titles: list[str]) -> str:
    """Titles in one line: the first keeps its capital, the others only if they begin with one.

    >>> listed(["Неполные семьи", "Правонарушения", "ВПР"])
    'Неполные семьи, правонарушения, ВПР'
    """
    rest = [t if t[:2].isupper() else t[:1].lower() + t[1:] for t in titles[1:]]
    return ", ".join([*titles[:1], *rest])


def sentence_case(value: str) -> str:
    """The text with its first letter large and all others as they were."""
    return value[:1].upper() + value[1:]


_SPACES = re.compile(r"[\x00-\x20\x7f\u0085\u2028\u2029]+")
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|~^$@\"'&:=!])")
# What starts a list, a quotation, a heading or a title block at the beginning of a line.
_LINE_START = re.compile(r"^(?:([-+%.)(])|(\(?\w+)([.)]))")


def one_line(value: Any, missing: str = DASH) -> str:
    """The value as one line: control characters and runs of spaces become one space."""
    return _one_line(value if type(value) is str else text(value, ""), missing)


@lru_cache(maxsize=_REMEMBERED)
def _one_line(value: str, missing: str) -> str:
    return _SPACES.sub(" ", text(value, missing)).strip() or missing


def escape(value: Any, missing: str = DASH) -> str:
    """Text from data made safe for HTML, in element content and in quoted attributes.

    A back quote is escaped too: raw HTML stands in fenced blocks of ``.qmd`` pages.
    """
    return _escape(value if type(value) is str else text(value, ""), missing)


@lru_cache(maxsize=_REMEMBERED)
def _escape(value: str, missing: str) -> str:
    return html.escape(one_line(value, missing), quote=True).replace("`", "&#96;")


def escape_md(value: Any, missing: str = DASH) -> str:
    r"""Text from data made safe for Pandoc Markdown: it shows exactly as it is in the data.

    Also keeps Quarto from seeing a short code (``{{<``) in it.

    Examples
    --------
    >>> print(escape_md("СОШ *1* <b> | {{< meta >}}"))
    СОШ \*1\* \<b\> \| \{\{\< meta \>\}\}
    """
    shown = _MARKDOWN.sub(r"\\\1", one_line(value, missing))
    return _LINE_START.sub(
        lambda m: "\\" + m.group(1) if m.group(1) else f"{m.group(2)}\\{m.group(3)}", shown
    )


def yaml_text(value: Any, missing: str = DASH) -> str:
    """Text from data as a quoted YAML value of a page's front matter.

    Pandoc reads such values as Markdown, so they are escaped for it first.
    """
    import json

    return json.dumps(escape_md(value, missing), ensure_ascii=False)
