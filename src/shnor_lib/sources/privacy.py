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
import secrets
from collections.abc import Callable
from pathlib import Path

from shnor_lib.sources.values import fold

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

    Examples
    --------
    >>> harmless("12,5"), harmless("5А"), harmless("Петров")
    ('12,5', '5А', '…')
    """
    text = value.strip()
    short = len(text) <= 3 or not any(letter.isalpha() for letter in text)
    digits = sum(letter.isdigit() for letter in text)
    return text if short and digits <= 6 else "…"
