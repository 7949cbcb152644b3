"""The Markdown of one page: included files put in, notebooks converted.

Includes are resolved on the text before Pandoc sees it, as Quarto does, so an included file
may hold anything a page may.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from shnor_lib.faults import ShnorError
from shnor_lib.publish.notebook_page import notebook_to_markdown

_SHORTCODE = re.compile(r"^[ \t]*\{\{<[ \t]*(\S+)[ \t]*(.*?)[ \t]*>\}\}[ \t]*$")
_FENCE = re.compile(r"^[ \t]*(`{3,}|~{3,})")
_PAGE_BREAK = '```{=html}\n<div class="page-break"></div>\n```'


@dataclass(frozen=True)
class PageSource:
    """A page before it is rendered.

    Parameters
    ----------
    source
        Path from the project's root, forward slashes.
    text
        Markdown with includes resolved; ``None`` for a notebook not converted yet.
    digest
        Hash of the bytes the page is made of: the source and everything it includes.
    verbatim
        The text is the file's own, nothing was put in: the file itself may be read.
    """

    source: str
    text: str | None
    digest: str
    verbatim: bool = False

    def markdown(self, root: Path, *, echo: bool) -> str:
        """The Markdown; converts a notebook."""
        if self.text is not None:
            return self.text
        return notebook_to_markdown(root / self.source, echo=echo, name=self.source)


def read_page(root: Path, source: str) -> PageSource:
    """Read a page and the files it includes.

    Parameters
    ----------
    root
        The project's root.
    source
        Path from the root.

    Raises
    ------
    ShnorError
        An included file is missing or includes itself; an unknown short code.
    """
    path = root / source
    if source.endswith(".ipynb"):
        return PageSource(source, None, hashlib.sha256(path.read_bytes()).hexdigest())
    data = path.read_bytes()
    own = data.decode("utf-8-sig")
    text = resolve_includes(own, path, root)
    digest = hashlib.sha256(text.encode("utf-8")).hexdigest()
    return PageSource(source, text, digest, verbatim=text == own and not data.startswith(b"\xef"))


def resolve_includes(text: str, path: Path, root: Path, above: tuple[Path, ...] = ()) -> str:
    """Put the files named by ``{{< include … >}}`` lines in their place.

    Parameters
    ----------
    text
        Markdown of ``path``.
    path
        File the text comes from; includes are relative to it, or to the root if they start
        with a slash.
    root
        The project's root.
    above
        Files being included around this one.

    Raises
    ------
    ShnorError
        See :func:`read_page`.
    """
    if "{{<" not in text:
        return text
    lines: list[str] = []
    fence = ""
    for number, line in enumerate(text.splitlines(), 1):
        mark = _FENCE.match(line)
        if mark and not fence:
            fence = mark.group(1)
        elif mark and mark.group(1).startswith(fence) and not line.strip().strip(fence[0]):
            fence = ""
        code = None if fence else _SHORTCODE.match(line)
        lines.append(_replaced(code, path, root, above, number) if code else line)
    return "\n".join(lines) + "\n"


def _replaced(
    code: re.Match[str], path: Path, root: Path, above: tuple[Path, ...], number: int
) -> str:
    where = f"{path.relative_to(root).as_posix()}, строка {number}"
    name, argument = code.group(1), code.group(2).strip("\"'")
    if name == "pagebreak":
        return _PAGE_BREAK
    if name != "include":
        raise ShnorError(
            f"{where}: неизвестная вставка «{name}». Поддерживаются include и pagebreak."
        )
    target = root / argument[1:] if argument.startswith("/") else path.parent / argument
    if not target.is_file():
        raise ShnorError(f"{where}: нет включаемого файла «{argument}».")
    if target.resolve() in {p.resolve() for p in (*above, path)}:
        raise ShnorError(f"{where}: файл «{argument}» включает сам себя.")
    text = target.read_text(encoding="utf-8-sig")
    return resolve_includes(text, target, root, (*above, path))
