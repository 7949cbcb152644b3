"""Names and documents become codes that lead nowhere.

Protocols of ГИА carry pupils' names and passport numbers. A reader needs them for one purpose
only: to know that two rows are about the same pupil (an appeal, a second sitting). It turns them
into a keyed code at once and forgets the text. The key is random, stays in the project's
``.shnor`` folder and is never published; without it the code cannot be recomputed from a name.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
from collections.abc import Callable, Collection, Iterable, Sequence
from pathlib import Path
from typing import Any

from shnor_lib.sources.cells.values import fold

KEY_BYTES = 32
_SESSION_KEY = secrets.token_bytes(KEY_BYTES)


def coder(key: bytes | None = None) -> Callable[[str], str]:
    """A function from text that identifies a person to a code.

    Parameters
    ----------
    key
        Secret; the same key gives the same codes. Default: a random key of this process.

    Returns
    -------
    callable
        Spelling that the eye cannot see (case, «ё», spaces, look-alike letters) gives the same
        code.

    Examples
    --------
    >>> code = coder(b"secret")
    >>> code("Петров  Пётр") == code("петров петр"), len(code("Петров Пётр"))
    (True, 20)
    """
    secret = key or _SESSION_KEY

    def code(text: str) -> str:
        return hmac.new(secret, fold(text).encode(), hashlib.sha256).hexdigest()[:20]

    return code


def project_key(path: Path) -> bytes:
    """The project's secret; made on first use, readable by its owner only."""
    if path.is_file() and len(path.read_bytes()) == KEY_BYTES:
        return path.read_bytes()
    path.parent.mkdir(parents=True, exist_ok=True)
    key = secrets.token_bytes(KEY_BYTES)
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(key)
    beside.replace(path)
    return key


def harmless(value: str) -> str:
    """What a message about a sheet with names may quote: short codes and numbers, else «…».

    Six digits may be a passport's number.

    Examples
    --------
    >>> harmless("12,5"), harmless("5А"), harmless("Петров"), harmless("123456")
    ('12,5', '5А', '…', '…')
    """
    text = value.strip()
    short = len(text) <= 3 or not any(letter.isalpha() for letter in text)
    digits = sum(letter.isdigit() for letter in text)
    return text if short and digits <= 5 else "…"


PERSONAL_HEADINGS = frozenset(
    fold(text)
    for text in (
        "Фамилия", "Имя", "Отчество", "ФИО", "Ф.И.О.", "ФИО участника", "ФИО учителя", "ФИО педагога",
        "ФИО обучающегося", "Фамилия, имя, отчество", "Фамилия Имя Отчество", "Серия", "Паспорт",
        "Серия документа", "Номер документа", "СНИЛС", "Телефон", "Дата рождения", "E-mail",
        "Электронная почта", "Адрес", "SurnameCell", "NameCell", "SecondNameCell",
        "DocumentNumberCode",
    )
)  # fmt: skip
"""Folded headings of columns that name people."""
_PATRONYMIC = re.compile(r"(?<![а-яё])[а-яё]{3,}(?:вич|вна|чна|оглы|кызы|гызы|улы)(?![а-яё])", re.I)
_LOOKED_AT = 100


def names_somebody(text: str) -> bool:
    """Whether a text holds a patronymic.

    Examples
    --------
    >>> names_somebody("Образцов Пример Примерович"), names_somebody("Балл")
    (True, False)
    """
    return _PATRONYMIC.search(text) is not None


def holds_people(rows: Sequence[Sequence[Any]]) -> bool:
    """Whether a sheet looks as if it had people in it: columns of names, patronymics.

    Examples
    --------
    >>> holds_people([["Показатель", "Значение"]]), holds_people([[1, "Образцов Пример Примерович"]])
    (False, True)
    """
    return any(
        fold(value) in PERSONAL_HEADINGS or names_somebody(value)
        for row in rows[:_LOOKED_AT]
        for value in row
        if isinstance(value, str) and value
    )


def harmless_headings(texts: Iterable[str], known: Collection[str]) -> list[str]:
    """Headings a message about a sheet with people may quote: words of known forms, else «…».

    Where the row of headings is gone, the fullest row is somebody's.

    Parameters
    ----------
    texts
        What stands in the row taken for headings.
    known
        Folded headings of all forms.
    """
    return [
        text if fold(text) in known or fold(text) in PERSONAL_HEADINGS else "…" for text in texts
    ]
