"""Everything a user gave for the site, looked at once: files, pages, what is wrong with them."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from shnor_lib.faults import Fault, Severity
from shnor_lib.sources.given.files import files_of, names_under
from shnor_lib.sources.given.links import FOLDER, resolve
from shnor_lib.sources.given.pages import PAGES, SUFFIXES, OwnPage, own_page, repeated

_LINK = re.compile(
    r"\]\(\s*<?([^()\s<>]+)|\b(?:href|src)=\"([^\"]+)\"|^\s*\[[^\]]+\]:\s*<?([^\s>]+)"
)
_OUTSIDE = re.compile(r"[a-z][a-z0-9+.-]*:|//|#", re.IGNORECASE)


@dataclass(frozen=True)
class Given:
    """What lies in ``data/files`` and ``data/pages``.

    Parameters
    ----------
    files
        Path below ``data/files`` → bytes.
    pages
        The user's own pages, parts among them, in the order of the menu.
    beside
        Files that lie beside the pages (pictures): path below ``data/pages`` → bytes.
    faults
        What was left out and why; links of pages to files that are not there.
    """

    files: dict[str, int] = field(default_factory=dict)
    pages: tuple[OwnPage, ...] = ()
    beside: dict[str, int] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()

    @property
    def signature(self) -> str:
        """Changes with names, sizes and the text of pages."""
        pages = [[page.target, page.text, page.menu, page.order] for page in self.pages]
        faults = [fault.to_dict() for fault in self.faults]
        said = json.dumps([self.files, pages, self.beside, faults], sort_keys=True)
        return hashlib.sha256(said.encode()).hexdigest()

    def sources(self, root: Path) -> list[Path]:
        """All files to be copied or cleaned, as they lie in the project."""
        return [
            *(root / FOLDER / name for name in self.files),
            *(root / PAGES / name for name in self.beside),
            *(root / PAGES / page.source for page in self.pages),
        ]


def look(root: Path) -> Given:
    """Look at what the user gave for the site; folders that are not there hold nothing."""
    found = files_of(root)
    faults = list(found.faults)
    names = names_under(root / PAGES)
    pages: list[OwnPage] = []
    for name in names:
        if name.casefold().endswith(SUFFIXES):
            page, wrong = own_page(root, name, set(names))
            faults += wrong
            pages += [page] if page is not None else []
    pages, wrong = repeated(pages)
    faults += wrong
    beside = files_of(root, PAGES, [n for n in names if not n.casefold().endswith(SUFFIXES)])
    faults += beside.faults
    there = {page.target for page in pages} | set(beside.files)
    for page in pages:
        faults += _dead_links(page, there, found.files)
    pages.sort(key=lambda page: (page.order, page.title.casefold(), page.source))
    return Given(found.files, tuple(pages), beside.files, tuple(faults))


def _dead_links(page: OwnPage, there: set[str], files: dict[str, int]) -> list[Fault]:
    """Links to pages and files of the user that do not exist; others are judged on the site."""
    faults = []
    for line in page.text.split("\n"):
        for match in _LINK.finditer(line):
            link = next(part for part in match.groups() if part)
            if _OUTSIDE.match(link):
                continue
            path = unquote(re.split(r"[#?]", link)[0])
            parts: list[str] = ["pages", *PurePosixPath(page.target).parent.parts]
            for part in path.split("/"):
                if part == "..":
                    parts = parts[:-1]
                elif part not in (".", ""):
                    parts.append(part)
            place = "/".join(parts)
            if place.startswith("pages/"):
                missing = place.removeprefix("pages/") not in there
            elif place.startswith("files/"):
                missing = resolve(place.removeprefix("files/"), files) is None
            else:
                continue
            if missing:
                shown = path.removesuffix(".qmd")
                faults.append(
                    Fault(
                        f"{PAGES}/{page.source}", "", "", "no-such-file",
                        f"ссылка «{shown}» никуда не ведёт: такого файла нет.",
                        f"файл рядом со страницей или в папке {FOLDER}.",
                        "Положите файл на место или исправьте ссылку.",
                        Severity.WARNING,
                    )
                )  # fmt: skip
    return faults
