"""Codes that stand for persons, and how a name typed in their place is noticed.

Teachers, mentors and persons of the reserve are known by codes their school gives them. A name,
a phone or a document number in such a column must not enter the data, nor be repeated in a
message. Where the two cannot be told apart for certain, the cell is refused: a school can always
choose another code.
"""

from __future__ import annotations

import re

from shnor_lib.sources.cells.values import clean_text

_CAPITALISED = re.compile(r"[А-ЯЁA-Z][а-яёa-z]{2,}")
_LONG_WORD = re.compile(r"[^\W\d_]{4,}")
_ENDING = re.compile(
    r"[^\W\d_]+(ова|ева|ёва|ина|ына|ская|цкая|ский|цкий|ович|евич|овна|евна|ична|енко|швили|дзе|"
    r"оглы|кызы)(?![^\W\d_])",
    re.IGNORECASE,
)
_INITIALS = re.compile(r"(?<![^\W\d_])[А-ЯЁ]\. ?[А-ЯЁ]\.")
_PATRONYMIC = re.compile(r"(ович|евич|ьич|овна|евна|ична|инична|оглы|кызы)$", re.IGNORECASE)
_NAME_WORD = re.compile(r"[А-ЯЁ][а-яё]+(-[А-ЯЁ][а-яё]+)?")


def why_no_code(text: str) -> str | None:
    """Why a text cannot be the code of a person, in Russian; None when it can.

    Parameters
    ----------
    text
        Contents of the cell.

    Examples
    --------
    >>> why_no_code("ШК-01-У03"), why_no_code("Т-07"), why_no_code("15")
    (None, None, None)
    >>> why_no_code("Образцова П. П."), why_no_code("образцова2"), why_no_code("112-233-445 95")
    ('похоже на фамилию', 'похоже на фамилию', 'похоже на телефон или номер документа')
    >>> why_no_code("учитель математики")
    'нет ни одной цифры'
    """
    text = clean_text(text)
    digits = sum(letter.isdigit() for letter in text)
    if any(pattern.search(text) for pattern in (_INITIALS, _CAPITALISED, _ENDING)):
        return "похоже на фамилию"
    if not digits:
        return "нет ни одной цифры"
    if len(_LONG_WORD.findall(text)) > 1:
        return "похоже на фамилию и имя"
    return "похоже на телефон или номер документа" if digits >= 9 else None


def is_full_name(text: str) -> bool:
    """Whether a whole text is a person's name: surname with initials, or with a patronymic.

    Examples
    --------
    >>> is_full_name("Образцова П. П."), is_full_name("Образцов Пример Примерович")
    (True, True)
    >>> is_full_name("СОШ № 1 с. Светлое"), is_full_name("Диагностика ИРО")
    (False, False)
    """
    text = clean_text(text)
    rest = _INITIALS.sub("", text).strip(" .,")
    if rest != text.strip(" .,") and _NAME_WORD.fullmatch(rest):
        return True
    words = text.split()
    return (
        len(words) in (2, 3)
        and all(_NAME_WORD.fullmatch(word) for word in words)
        and bool(_PATRONYMIC.search(words[-1]))
    )
