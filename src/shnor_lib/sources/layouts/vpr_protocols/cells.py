"""What stands in the cells of a ВПР protocol, column by column.

Protocols are typed by thousands of schools: numbers as text, non-breaking spaces, a dozen signs
for «not attempted». A regional file has a million cells, so every distinct value is understood
once and the column is filled from that.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from shnor_lib.sources.cells.privacy import harmless
from shnor_lib.sources.cells.raw_cells import Unreadable
from shnor_lib.sources.cells.values import clean_text, fold, is_empty, parse_number
from shnor_lib.sources.layouts.protocol_title import login_in
from shnor_lib.sources.schools.municipalities import municipality_name

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Objects = npt.NDArray[np.object_]
T = TypeVar("T")

ABSENT_WORDS = ("отсутств", "не участв", "не писал", "не явил")
"""How «absent» begins in the column of variants."""

NOT_SCORED = frozenset({"", "х", "н", "ч", "?", "б", "ж", "м", "-1", "-2", "-", "н/а"})
"""Folded signs that stand for a task without points (:func:`~shnor_lib.sources.cells.values.fold` makes
Latin X and H Cyrillic and drops «*»), as met in regional files of 2020–2022."""

_NOT_SCORED_WORDS = ("не пройд", "не приступ", "не выполн", "нет отметки", *ABSENT_WORDS)
_NO_MARK = frozenset({"", "х", "-", "--", "---", "н/а", "на", "нет", "нет отметки", "н/о", "н/д"})
_HIGHEST_POINTS = 1000.0
_REGION = re.compile(
    r"(?<![^\W_])(?:край|область|республика|автономный округ)(?![^\W_])", re.IGNORECASE
)


@dataclass(frozen=True)
class Numbers:
    """A column of numbers.

    Attributes
    ----------
    values
        Numbers; NaN where there is none.
    strange
        Cells that are neither numbers nor known signs of «none».
    """

    values: Floats
    strange: Flags


def each(values: Sequence[Any], understand: Callable[[Any], T]) -> list[T]:
    """``understand`` applied to a column, once per distinct value."""
    known: dict[Any, T] = {}
    out: list[T] = []
    for value in values:
        # True equals 1 as a key, but not in a protocol.
        key = value if type(value) is not bool else (value,)
        if key not in known:
            known[key] = understand(value)
        out.append(known[key])
    return out


def _numbers(values: Sequence[Any], understand: Callable[[Any], float]) -> Numbers:
    """A column through a function that gives −∞ for what it does not understand."""
    found = np.array(each(values, understand), dtype=np.float64)
    strange = np.isneginf(found)
    found[strange] = np.nan
    return Numbers(found, strange)


def shown(value: Any) -> str:
    """A cell's content as far as a message may quote it: protocols may hold names."""
    return value.text if isinstance(value, Unreadable) else harmless(clean_text(value)[:40])


def points(values: Sequence[Any]) -> Numbers:
    """Points for one task: whole numbers from 0; signs of «not scored» are NaN."""
    return _numbers(values, _points)


def _points(value: Any) -> float:
    """Points, NaN when not scored, −∞ when it is neither."""
    number = parse_number(value)
    if number is not None and 0 <= number <= _HIGHEST_POINTS and number.is_integer():
        return number
    sign = fold(value)
    if sign in NOT_SCORED or sign.startswith(_NOT_SCORED_WORDS):
        return np.nan
    return -np.inf


def totals(values: Sequence[Any]) -> Numbers:
    """Primary scores; empty cells and signs of «not scored» are NaN. Negative ones stay."""
    return _numbers(values, _total)


def _total(value: Any) -> float:
    sign = fold(value)
    if is_empty(value) or sign in NOT_SCORED or sign.startswith(_NOT_SCORED_WORDS):
        return np.nan
    number = parse_number(value)
    return -np.inf if number is None or abs(number) > 1e9 else number


def marks(values: Sequence[Any]) -> Numbers:
    """Marks 2–5 (the letter «З» is a 3); «нет отметки» and the like are NaN, the rest strange.

    Examples
    --------
    >>> found = marks(["4\u00a0", "З", "нет отметки", 8])
    >>> found.values.tolist(), found.strange.tolist()
    ([4.0, 3.0, nan, nan], [False, False, False, True])
    """
    return _numbers(values, _mark)


def _mark(value: Any) -> float:
    text = fold(value)
    if is_empty(value) or text in _NO_MARK:
        return np.nan
    if text == "з":
        return 3.0
    number = parse_number(value)
    return number if number in (2.0, 3.0, 4.0, 5.0) else -np.inf


def absent(values: Sequence[Any]) -> Flags:
    """Where the column of variants says that the pupil was not there."""
    return np.array(each(values, lambda v: fold(v).startswith(ABSENT_WORDS)), dtype=np.bool_)


def codes(values: Sequence[Any]) -> Objects:
    """Participant codes; empty where there is none. A text without a digit is no code."""
    out = np.empty(len(values), dtype=object)
    out[:] = each(values, code)
    return out


def code(value: Any) -> str:
    """A participant's code, empty when there is none."""
    text = "" if is_empty(value) else clean_text(value)
    return text if any(letter.isdigit() for letter in text) else ""


def given(values: Sequence[Any]) -> Flags:
    """Where something stands."""
    return np.array(each(values, lambda v: not is_empty(v)), dtype=np.bool_)


def schools(values: Sequence[Any]) -> Objects:
    """Logins of schools, lower case; other codes as written; else empty.

    A cell with words and no login in it may hold somebody's name and is not taken.
    """
    out = np.empty(len(values), dtype=object)
    out[:] = each(values, _school)
    return out


def _school(value: Any) -> str:
    text = "" if is_empty(value) else clean_text(value)
    login = login_in(text)
    if login is not None:
        return login
    is_code = " " not in text and len(text) <= 20 and any(letter.isdigit() for letter in text)
    return text if is_code else ""


def names(values: Sequence[Any]) -> Objects:
    """Names of schools without the login in brackets."""
    out = np.empty(len(values), dtype=object)
    out[:] = each(values, school_name)
    return out


def school_name(value: Any) -> str:
    """A school's name without the login in brackets.

    Examples
    --------
    >>> school_name("МБОУ «СОШ № 1 с. Светлое»(edu000001)")
    'МБОУ «СОШ № 1 с. Светлое»'
    """
    text = "" if is_empty(value) else clean_text(value)
    return re.sub(r"\s*\(\s*[A-Za-z]{3}\d+\s*\)", "", text).strip(" |,")


def municipalities(values: Sequence[Any]) -> Objects:
    """Municipalities without the code in front: «edu00_m001 | Приозёрный район».

    A bare code and the name of a region are no municipalities.
    """
    out = np.empty(len(values), dtype=object)
    out[:] = each(values, _municipality)
    return out


def _municipality(value: Any) -> str:
    text = "" if is_empty(value) else municipality_name(clean_text(value))
    return "" if re.fullmatch(r"[A-Za-z]+\d+_\w*", text) or _REGION.search(text) else text


def class_grades(values: Sequence[Any]) -> Floats:
    """Grade in a class's label («5А», «5 «Б»», «5-В»); NaN when the label has none («А(1)»)."""
    return np.array(each(values, _class_grade), dtype=np.float64)


def _class_grade(value: Any) -> float:
    match = re.match(r"\D{0,2}?(\d{1,2})(?!\d)", clean_text(value))
    if match is None or not 1 <= int(match[1]) <= 11:
        return np.nan
    before = clean_text(value)[: match.start(1)]
    return float(match[1]) if not any(letter.isalpha() for letter in before) else np.nan
