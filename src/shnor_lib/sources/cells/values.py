"""What people and systems type into cells, brought to one form.

Comparison keys (:func:`fold`) forgive what the eye cannot see: kinds of spaces, quotes and
dashes, letter case, «ё», and Latin letters that look like Cyrillic ones. The text kept in the
data is only tidied (:func:`clean_text`), never folded.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from typing import Any

_SPACES = re.compile(r"[\s\u00a0\u2000-\u200b\u202f\u205f\u2060\u3000\ufeff]+")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
_MARKS = re.compile(r"[\u00ad\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Soft hyphens and marks of writing direction: they take no place, also inside a word."""
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−", "-"))
_EMPTY = frozenset({"", "-", "--", "---", "н/д", "нд", "н.д.", "нет данных", "n/a"})

_LATIN = str.maketrans("abcehkmoptxy", "авсенкмортху")
"""Lower-case Latin letters by the Cyrillic letters they are mistaken for."""


def clean_text(value: Any) -> str:
    """Text of a cell: one kind of space, no control characters, nothing around it.

    Whole numbers lose the «.0» that Excel's single number type gives them (a code ``101001``
    stays ``101001``); dates are written as ``дд.мм.гггг``.
    """
    if value is None or value is False:
        return ""
    if isinstance(value, str):
        return _SPACES.sub(" ", _CONTROL.sub(" ", _MARKS.sub("", value))).strip()
    if isinstance(value, bool):
        return "да"
    if isinstance(value, float):
        if math.isnan(value):
            return ""
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, dt.datetime | dt.date):
        return f"{value:%d.%m.%Y}"
    return str(value).strip()


def quoted(text: str) -> str:
    """Text in Russian quotes; quotes inside become „inner“ ones, doubled ones are not doubled.

    Examples
    --------
    >>> quoted("«2»"), quoted("«Группа риска»: охвачены")
    ('«2»', '«„Группа риска“: охвачены»')
    """
    if re.fullmatch(r"«[^«»]*»", text):
        return text
    return "«" + text.replace("«", "„").replace("»", "“") + "»"


def is_empty(value: Any) -> bool:
    """Whether a cell says «nothing here»: empty, a dash, «н/д»."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return True
    return isinstance(value, str) and clean_text(value).translate(_DASHES).casefold() in _EMPTY


def fold(text: Any) -> str:
    """Key for comparing words: case, «ё», spaces, quotes, dashes and look-alikes do not count.

    Examples
    --------
    >>> fold("Kол‑во  участников *") == fold("КОЛ-ВО УЧАСТНИКОВ")
    True
    >>> fold("«2»") == fold("2")
    True
    """
    key = clean_text(text).casefold().replace("ё", "е").translate(_DASHES).translate(_LATIN)
    key = re.sub(r"[«»\"'“”„’`*]", "", key)
    key = key.replace("кол-во", "количество")
    return re.sub(r" ?([-/]) ?", r"\1", key).strip(" .:;,")


def parse_number(value: Any) -> float | None:
    """Number in a cell, or None when it is not one (text, a date, yes/no).

    Understands the decimal comma, spaces and apostrophes between thousands, the apostrophe with
    which Excel marks a number kept as text, and a closing per cent sign (which changes nothing:
    «3,5 %» is 3.5).

    Examples
    --------
    >>> parse_number("1 384,5"), parse_number("12 %"), parse_number("двенадцать")
    (1384.5, 12.0, None)
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, int | float):
        return float(value) if math.isfinite(value) else None
    if not isinstance(value, str):
        return None
    text = clean_text(value).translate(_DASHES).removesuffix("%").strip()
    if "'" in text or "’" in text:
        text = re.sub(r"(?<=\d)['’](?=\d{3})", " ", text.lstrip("'’"))
    if not re.fullmatch(r"[+-]?\d{1,3}( \d{3})+([.,]\d+)?|[+-]?\d+([.,]\d*)?|[+-]?[.,]\d+", text):
        return None
    return float(text.replace(" ", "").replace(",", "."))


_SCHOOL_YEAR = re.compile(r"(\d{4})\s*[-/]\s*(\d{2}|\d{4})")
_YEAR_WORDS = re.compile(r"\s*(учебный год|уч\.?\s*г(од)?\.?|год|г\.?)$", re.IGNORECASE)


def parse_year(value: Any) -> int | None:
    """Year in which the school year ends, or None when the cell is not a year.

    Examples
    --------
    >>> [parse_year(text) for text in (2024, "2024", "2023/24", "2023–2024 уч. г.")]
    [2024, 2024, 2024, 2024]
    >>> parse_year("2023/2025") is None
    True
    """
    number = parse_number(value)
    if number is not None:
        return int(number) if number.is_integer() else None
    if not isinstance(value, str):
        return None
    text = _YEAR_WORDS.sub("", clean_text(value).translate(_DASHES))
    if re.fullmatch(r"\d{4}", text):
        return int(text)
    match = _SCHOOL_YEAR.fullmatch(text)
    if not match:
        return None
    first = int(match[1])
    last = int(match[2]) if len(match[2]) == 4 else first // 100 * 100 + int(match[2])
    if first % 100 == 99 and len(match[2]) == 2:
        last += 100
    return last if last == first + 1 else None


_MONTHS = {
    name: number
    for number, name in enumerate(
        (
            "января", "февраля", "марта", "апреля", "мая", "июня",
            "июля", "августа", "сентября", "октября", "ноября", "декабря",
        ),
        start=1,
    )
}  # fmt: skip
_DATES = ("%d.%m.%Y", "%d.%m.%y", "%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%Y.%m.%d")


def parse_date(value: Any) -> dt.date | None:
    """Date in a cell, or None when it is not one.

    Examples
    --------
    >>> parse_date("22.11.2026"), parse_date("2026-11-22 10:30"), parse_date("завтра")
    (datetime.date(2026, 11, 22), datetime.date(2026, 11, 22), None)
    >>> parse_date("5 сентября 2025 г."), parse_date("5 сентября")
    (datetime.date(2025, 9, 5), None)
    """
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    if not isinstance(value, str):
        return None
    match = re.fullmatch(r"(\d{1,2}) ([а-я]+) (\d{4})( ?г(\.|ода)?)?", clean_text(value).casefold())
    if match and match[2] in _MONTHS:
        try:
            return dt.date(int(match[3]), _MONTHS[match[2]], int(match[1]))
        except ValueError:
            return None
    words = clean_text(value).removesuffix(" г.").removesuffix("г.").replace("T", " ").split(" ")
    if len(words) > 2 or (len(words) == 2 and ":" not in words[1]):
        return None
    for form in _DATES:
        try:
            found = dt.datetime.strptime(words[0], form).date()
        except ValueError:
            continue
        return found if 1900 <= found.year <= 2200 else None
    return None


_YES = frozenset({"да", "есть", "1", "+", "v", "true", "истина"})
_NO = frozenset({"нет", "0", "false", "ложь"})


def parse_flag(value: Any) -> bool | None:
    """Yes or no in a cell, or None when it is neither.

    Examples
    --------
    >>> parse_flag("Да "), parse_flag("нет"), parse_flag("может быть")
    (True, False, None)
    """
    if isinstance(value, bool):
        return value
    text = clean_text(value).casefold()
    return True if text in _YES else False if text in _NO else None


def school_year(year: int) -> str:
    """``2024`` as people write it in the workbooks: ``2023/2024``."""
    return f"{year - 1}/{year}"
