"""School subjects under one name, however the report spells them."""

from __future__ import annotations

import difflib
import re

from shnor_lib.sources.values import clean_text, fold

SUBJECTS: tuple[str, ...] = (
    "русский язык",
    "математика",
    "математика (профильная)",
    "математика (базовая)",
    "окружающий мир",
    "история",
    "биология",
    "география",
    "обществознание",
    "физика",
    "химия",
    "английский язык",
    "немецкий язык",
    "французский язык",
    "испанский язык",
    "китайский язык",
    "иностранный язык",
    "информатика",
    "литература",
    "литературное чтение",
)
"""Canonical names: nominative, lower case."""

_VARIANTS: dict[str, str] = {
    "русскому языку": "русский язык",
    "русский": "русский язык",
    "русс. язык": "русский язык",
    "рус. язык": "русский язык",
    "математике": "математика",
    "математика профильная": "математика (профильная)",
    "математика профиль": "математика (профильная)",
    "математика профильного уровня": "математика (профильная)",
    "математика профильный уровень": "математика (профильная)",
    "профильная математика": "математика (профильная)",
    "математике профильной": "математика (профильная)",
    "математике профильного уровня": "математика (профильная)",
    "профильной математике": "математика (профильная)",
    "математика базовая": "математика (базовая)",
    "математика база": "математика (базовая)",
    "математика базового уровня": "математика (базовая)",
    "математика базовый уровень": "математика (базовая)",
    "базовая математика": "математика (базовая)",
    "математике базовой": "математика (базовая)",
    "математике базового уровня": "математика (базовая)",
    "базовой математике": "математика (базовая)",
    "окружающему миру": "окружающий мир",
    "истории": "история",
    "биологии": "биология",
    "географии": "география",
    "обществознанию": "обществознание",
    "физике": "физика",
    "химии": "химия",
    "английскому языку": "английский язык",
    "английский": "английский язык",
    "немецкому языку": "немецкий язык",
    "немецкий": "немецкий язык",
    "французскому языку": "французский язык",
    "французский": "французский язык",
    "испанскому языку": "испанский язык",
    "испанский": "испанский язык",
    "китайскому языку": "китайский язык",
    "китайский": "китайский язык",
    "иностранному языку": "иностранный язык",
    "информатике": "информатика",
    "информатика и икт": "информатика",
    "информатике и икт": "информатика",
    "литературе": "литература",
    "литературному чтению": "литературное чтение",
}


def _key(text: str) -> str:
    return re.sub(r"[\s().,:;-]+", " ", fold(text)).strip()


_KNOWN: dict[str, str] = {
    **{_key(name): name for name in SUBJECTS},
    **{_key(variant): name for variant, name in _VARIANTS.items()},
}
_LONGEST_FIRST = sorted(_KNOWN, key=lambda key: (-len(key), key))


def canonical_subject(text: str) -> str:
    """The subject's one name; an unknown subject stays as written, in lower case.

    Examples
    --------
    >>> canonical_subject("Русскому языку"), canonical_subject("МАТЕМАТИКА. Профильный уровень")
    ('русский язык', 'математика (профильная)')
    """
    return _KNOWN.get(_key(text), clean_text(text).lower())


def is_known_subject(name: str) -> bool:
    """Whether the canonical name is one of :data:`SUBJECTS`."""
    return name in SUBJECTS


def nearest_subject(name: str) -> str | None:
    """The known subject a misspelt name is closest to, or None when none is close."""
    close = difflib.get_close_matches(_key(name), _KNOWN, n=1, cutoff=0.8)
    return _KNOWN[close[0]] if close else None


def subject_in(text: str) -> str | None:
    """The known subject named anywhere in a line of text (the longest one wins)."""
    words = f" {_key(text)} "
    return next((_KNOWN[key] for key in _LONGEST_FIRST if f" {key} " in words), None)
