"""What stands in the cells of a protocol; nothing that says who somebody is leaves this module."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from typing import Any

from shnor_lib.sources.cells.raw_cells import Unreadable
from shnor_lib.sources.cells.values import clean_text, fold, parse_number

HIDDEN = "…"

_ABSENT = re.compile(
    r"не\s*яв|неяв|отсутств|удал|аннул|не\s*заверш|незаверш|не\s*законч|не\s*участв"
)
_ABSENT_SIGNS = frozenset({"н", "ня", "н/я", "нб", "н/б"})
_CODE = re.compile(r"[^\W_][\w.\-/]{0,19}")
_DATE = re.compile(r"\d{1,2}\.\d{1,2}\.\d{2,4}")
_CLASS = re.compile(r"\D{0,2}?(\d{1,2})(?!\d)")


def is_absent(value: Any) -> bool:
    """Whether a cell says that there is no result: «не явился», «удалён», «аннулирован», «н».

    Examples
    --------
    >>> [is_absent(text) for text in ("Не явился", "удалён", "27", "Н")]
    [True, True, False, True]
    """
    if not isinstance(value, str):
        return False
    key = fold(value)
    return key in _ABSENT_SIGNS or _ABSENT.search(key) is not None


def quotable(value: Any) -> Any:
    """A cell as far as a message may repeat it: numbers of at most three digits, else «…».

    A name, a document number or a date of birth may have slipped under any heading.

    Examples
    --------
    >>> quotable("27"), quotable(4.0), quotable("Образцов"), quotable("654321"), quotable("")
    ('27', 4.0, '…', '…', '')
    """
    if isinstance(value, Unreadable) or value is None:
        return value
    if isinstance(value, dt.date | dt.datetime | dt.time | dt.timedelta | bool):
        return HIDDEN
    text = clean_text(value)
    if not text:
        return ""
    number = parse_number(value)
    whole = number is not None and abs(number) < 1000
    if whole and (isinstance(value, float) or sum(letter.isdigit() for letter in text) <= 5):
        return value if isinstance(value, float) else text
    return text if text in ("-", "--", "---") else HIDDEN


def school_code(value: Any) -> str | None:
    """Code of a school as text, empty where there is none; None for what cannot be a code.

    Codes have a digit and neither spaces nor words; so no name and no date ends up as one.

    Examples
    --------
    >>> school_code(101001.0), school_code("ШК-01"), school_code(""), school_code("Образцов")
    ('101001', 'ШК-01', '', None)
    """
    if isinstance(value, Unreadable | dt.date | dt.datetime | dt.time | dt.timedelta | bool):
        return None
    text = clean_text(value)
    if not text:
        return ""
    digits = sum(letter.isdigit() for letter in text)
    letters = sum(letter.isalpha() for letter in text)
    fits = _CODE.fullmatch(text) is not None and 1 <= digits <= 8 and letters <= 8
    return text if fits and not _DATE.fullmatch(text) else None


def class_grade(value: Any) -> int | None:
    """Grade in the label of a class: «9А» → 9; «А» → None.

    Examples
    --------
    >>> class_grade("9А"), class_grade(11.0), class_grade("А"), class_grade("11 «Б»")
    (9, 11, None, 11)
    """
    match = _CLASS.match(clean_text(value))
    return int(match[1]) if match and 1 <= int(match[1]) <= 12 else None


def identities(
    rows: Sequence[Sequence[Any]],
    numbers: Sequence[int],
    places: dict[str, int],
    code: Callable[[str], str],
    nobody: str,
) -> tuple[list[str], list[str | None]]:
    """Codes of the pupils: ``pupil`` (document, else name, else participant), ``person`` (name).

    Parameters
    ----------
    rows, numbers, places
        The sheet, its rows of data, where columns stand.
    code
        See :class:`~shnor_lib.sources.layouts.base.Context`.
    nobody
        What makes rows without any of these different from those of other sheets.
    """
    known: dict[str, str] = {}

    def coded(text: str) -> str:
        if text not in known:
            known[text] = code(text)
        return known[text]

    def column(name: str) -> list[str]:
        if name not in places:
            return [""] * len(numbers)
        place = places[name]
        values = (rows[number][place] for number in numbers)
        # A formula without a result names nobody, above all not everybody alike.
        return ["" if isinstance(value, Unreadable) else clean_text(value) for value in values]

    full = zip(
        *(column(n) for n in ("surname", "first_name", "patronymic", "full_name")), strict=True
    )
    document = zip(column("series"), column("number"), strict=True)
    other = zip(column("participant"), column("registration"), strict=True)
    pupils: list[str] = []
    persons: list[str | None] = []
    for row, parts, (series, number), (participant, registration) in zip(
        numbers, full, document, other, strict=True
    ):
        name = " ".join(part for part in parts if part)
        person = coded(f"имя {name}") if name else None
        digits = number.replace(" ", "").lstrip("0")
        if digits and any(letter.isdigit() for letter in digits):
            pupil = coded(f"документ {series.replace(' ', '').lstrip('0')} {digits}")
        elif person is not None:
            pupil = person
        elif participant or registration:
            pupil = coded(f"участник {participant or registration}")
        else:
            pupil = coded(f"строка {nobody} {row}")
        pupils.append(pupil)
        persons.append(person)
    return pupils, persons
