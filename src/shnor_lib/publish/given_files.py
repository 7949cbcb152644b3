"""The user's files and pages on their way to the site: ``data/files`` → ``reports/files``,
``data/pages`` → ``reports/pages``.

Both lie beside each other in both places, so a link «../files/план.pdf» of a page is right where the
user writes it and where the site is made.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from shnor_lib.sources.given.links import FOLDER
from shnor_lib.sources.given.look import Given
from shnor_lib.sources.given.pages import PAGES

FILES_DIR, PAGES_DIR = "files", "pages"
"""Below ``reports/``."""


def targets(reports: Path, given: Given) -> list[Path]:
    """Files that :func:`copy_given` makes."""
    return [
        *(reports / FILES_DIR / name for name in given.files),
        *(reports / PAGES_DIR / name for name in given.beside),
        *(reports / PAGES_DIR / page.target for page in given.pages),
    ]


def leftovers(reports: Path, given: Given) -> list[Path]:
    """Copies of what the user has taken away."""
    wanted = set(targets(reports, given))
    return [
        path
        for folder in (FILES_DIR, PAGES_DIR)
        for path in sorted((reports / folder).rglob("*"))
        if path.is_file() and path not in wanted
    ]


def copy_given(root: Path, reports: Path, given: Given) -> None:
    """Bring the copies up to date; a file that is the same already is left alone."""
    from shnor_lib.store import write_atomically  # knows tables; every build asks what there is

    for path in leftovers(reports, given):
        path.unlink()
    for folder in (FILES_DIR, PAGES_DIR):
        for path in sorted((reports / folder).rglob("*"), reverse=True):
            if path.is_dir() and not any(path.iterdir()):
                path.rmdir()
    for name in given.files:
        _copy(root / FOLDER / name, reports / FILES_DIR / name)
    for name in given.beside:
        _copy(root / PAGES / name, reports / PAGES_DIR / name)
    for page in given.pages:
        write_atomically(reports / PAGES_DIR / page.target, page.text.encode("utf-8"))


def _copy(source: Path, target: Path) -> None:
    data = source.stat()
    if target.is_file():
        there = target.stat()
        if (there.st_size, there.st_mtime_ns) == (data.st_size, data.st_mtime_ns):
            return
        if there.st_size == data.st_size and target.read_bytes() == source.read_bytes():
            return
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(f".{target.name}.part")
    shutil.copy2(source, beside)
    beside.replace(target)
