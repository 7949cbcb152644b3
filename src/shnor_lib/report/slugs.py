"""File names for schools: ASCII, stable, one for each id."""

from __future__ import annotations

import hashlib
import re

_LETTERS = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
        ("a b v g d e e zh z i y k l m n o p r s t u f kh ts ch sh shch _ y _ e yu ya")
        .replace("_", "")
        .split(" "),
        strict=True,
    )
)
_RESERVED = re.compile(r"index|con|prn|aux|nul|(com|lpt)\d")
_LONGEST = 48


def slug(school_id: str) -> str:
    """File-safe name of a school's page.

    An id that is already a file name stays as it is (``edu000001``). Anything else is written
    in Latin letters and gets six hexadecimal digits of its own, because transliteration may
    give two ids the same letters and Windows does not tell ``A`` from ``a``.

    Examples
    --------
    >>> slug("edu000001"), slug("ШК-01")[:6]
    ('edu000001', 'shk-01')
    """
    own = str(school_id)
    latin = "".join(_LETTERS.get(char, char) for char in own.lower())
    plain = re.sub(r"[^a-z0-9]+", "-", latin).strip("-")[:_LONGEST].strip("-")
    if plain == own and not _RESERVED.fullmatch(plain):
        return plain
    mark = hashlib.sha256(own.encode("utf-8")).hexdigest()[:6]
    return f"{plain}-{mark}" if plain else mark
