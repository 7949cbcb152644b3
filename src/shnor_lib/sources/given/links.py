"""What a person typed into a cell for a link: an address, a mail address, a file of the project.

Whatever can run a program in the reader's browser, or leads out of the folder of files, is no link.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Literal
from urllib.parse import quote, urlsplit

from shnor_lib.sources.given.kinds import SUFFIXES

FOLDER = "data/files"
"""Where the files stand that registers and pages point to."""

LINK_COLUMNS: dict[str, tuple[str, ...]] = {
    "documents": ("link",),
    "news": ("link",),
    "events": ("materials",),
    "library": ("link",),
    "questions": ("link",),
}
"""Table → columns that hold links and nothing else."""

MIXED_COLUMNS: dict[str, tuple[str, ...]] = {"events": ("signup",)}
"""Table → columns that hold a link or words."""

LinkKind = Literal["web", "mail", "file", "text", "refused"]

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_DRIVE = re.compile(r"[a-z]:([\\/]|$)", re.IGNORECASE)
_MAIL = re.compile(r"[^\s@<>\"'(),:;]+@[^\s@<>\"'(),:;]+\.[^\s@<>\"'(),:;.]{2,}")
_WWW = re.compile(r"www\.[^\s/]+\.[^\s/]{2,}", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")
_NOT_IN_NAMES = re.compile(r"[<>:\"|?*]")
_SUFFIX = re.compile(r"\.[A-Za-z0-9]{1,5}\Z")
_APART = re.compile(r"\s*;\s+|\s*[\r\n]+\s*|;\Z")


@dataclass(frozen=True)
class Link:
    """One link as it was understood.

    Parameters
    ----------
    kind
        ``web``, ``mail``; ``file`` below :data:`FOLDER`; ``text``: words, not a link; ``refused``:
        looks like a link but must not become one.
    target
        Address to open, mail address, file's path with forward slashes, or the words themselves.
    reason
        Russian: why it was refused.
    """

    kind: LinkKind
    target: str
    reason: str = ""


def link_of(value: Any) -> Link | None:
    r"""What stands in a cell; None when it is empty (a value that is no text is no link).

    Examples
    --------
    >>> link_of("https://example.org/a").kind, link_of("metod@example.org").kind
    ('web', 'mail')
    >>> link_of("docs\\466.pdf").target, link_of("javascript:alert(1)").kind
    ('docs/466.pdf', 'refused')
    >>> link_of("../секрет.xlsx").reason
    'путь ведёт за пределы папки data/files'
    """
    text = value.strip() if isinstance(value, str) else ""
    if not text:
        return None
    if _CONTROL.search(text):
        return Link("refused", text, "в адресе есть невидимые знаки")
    if _DRIVE.match(text) or text.startswith(("\\\\", "/", "\\", "~")):
        return Link("refused", text, "это путь на одном компьютере, у других он не откроется")
    if _WWW.match(text):
        text = f"https://{text}"
    scheme = _SCHEME.match(text)
    if scheme and not text[scheme.end() : scheme.end() + 1].isspace():
        return _with_scheme(text)
    if _MAIL.fullmatch(text):
        return Link("mail", text)
    path = text.replace("\\", "/").removeprefix("./").removeprefix(f"{FOLDER}/")
    if ".." in path.split("/"):
        return Link("refused", text, f"путь ведёт за пределы папки {FOLDER}")
    suffix = PurePosixPath(path).suffix
    if not _SUFFIX.search(path) or not PurePosixPath(path).stem:
        return Link("text", text)
    if suffix.casefold() not in SUFFIXES:
        if " " in path or suffix[1:].isdigit():
            return Link("text", text)
        return Link("refused", text, f"файлы «{suffix}» на сайт не выкладываются")
    if _NOT_IN_NAMES.search(path):
        return Link("refused", text, "в имени файла есть знаки, которых в именах не бывает")
    return Link("file", "/".join(part for part in path.split("/") if part not in ("", ".")))


def _with_scheme(text: str) -> Link:
    scheme = text.partition(":")[0].casefold()
    if scheme == "mailto":
        address = text.partition(":")[2].partition("?")[0]
        if _MAIL.fullmatch(address):
            return Link("mail", address)
        return Link("refused", text, "это не адрес почты")
    if scheme not in ("http", "https"):
        reason = "открываются только адреса, которые начинаются с https:// или http://"
        return Link("refused", text, reason)
    try:
        host = urlsplit(text).hostname
    except ValueError:
        host = None
    if not host or re.search(r"[\s<>\"'`\\]", text):
        return Link("refused", text, "в адресе ошибка")
    return Link("web", text)


def links_of(value: Any) -> list[Link]:
    """All links of a cell: several stand on lines of their own or are set apart by «;»."""
    if not isinstance(value, str):
        return []
    found = [link_of(part) for part in _APART.split(value)]
    return [link for link in found if link is not None]


def key_of(name: str) -> str:
    """How names of files are compared: people mix up large and small letters."""
    return unicodedata.normalize("NFC", name).casefold()


def resolve(name: str, files: Iterable[str]) -> str | None:
    """The file a name stands for, as it is called on disk; None if there is none."""
    known = list(files)
    if name in known:
        return name
    same = [file for file in known if key_of(file) == key_of(name)]
    return same[0] if len(same) == 1 else None


def address(name: str) -> str:
    """A file's path as an address: spaces and Russian letters escaped."""
    return quote(name, safe="/")
