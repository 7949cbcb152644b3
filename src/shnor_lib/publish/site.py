"""Publish: from pages in ``reports`` to a site in ``_site``.

The new site grows beside the old one and takes its place only when it is whole and every link
in it leads somewhere; until then readers have the previous site.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from shnor_lib.faults import ShnorError
from shnor_lib.publish import embedded, links, swap
from shnor_lib.publish.assets_install import asset_text, install_assets
from shnor_lib.publish.embedded import Progress, Rendered
from shnor_lib.publish.page_source import PageSource, read_page
from shnor_lib.publish.quarto_config import SiteConfig, output_path, read_config
from shnor_lib.publish.quarto_engine import quarto_path, render_with_quarto
from shnor_lib.publish.state import PageState, SiteState, load_state, save_state, state_file

Engine = Literal["auto", "quarto", "embedded"]
_SHOWN_FAULTS = 50
OWN_PAGES = "reports/pages/"
"""Pages the user wrote: a mistake there must not hold up everybody's reports."""


@dataclass(frozen=True)
class SiteResult:
    """What was published.

    Parameters
    ----------
    output
        Folder of the site.
    engine
        ``quarto`` or ``embedded``.
    pages
        Number of pages of the site.
    rendered
        Source paths of pages rendered now.
    removed
        Output paths of pages that are gone.
    changed
        Whether anything in the folder changed.
    """

    output: Path
    engine: str
    pages: int
    rendered: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    changed: bool = True
    notes: list[str] = field(default_factory=list)
    """Russian: what does not hold on the user's own pages; it keeps no site from being published."""

    @property
    def index(self) -> Path:
        """The page to open first."""
        return self.output / "index.html"


class BrokenLinksError(ShnorError):
    """Links that lead nowhere; carries them all."""

    def __init__(self, broken: list[links.BrokenLink]) -> None:
        self.broken = broken
        shown = [item.sentence() for item in broken[:_SHOWN_FAULTS]]
        if len(broken) > len(shown):
            shown.append(f"… и ещё {len(broken) - len(shown)}.")
        super().__init__(
            "На сайте есть ссылки, которые никуда не ведут; прежний сайт не изменён.\n"
            + "\n".join(shown)
        )


def publish(
    root: Path,
    *,
    engine: Engine = "auto",
    output: Path | None = None,
    progress: Progress | None = None,
) -> SiteResult:
    """Render the site and put it in place of the previous one.

    Parameters
    ----------
    root
        The project: the folder of ``_quarto.yml``.
    engine
        ``quarto``, ``embedded``, or ``auto``: Quarto if it is installed.
    output
        Folder of the site; default as ``_quarto.yml`` says.
    progress
        Called with pages done, pages to render, source path (embedded engine).

    Returns
    -------
    SiteResult

    Raises
    ------
    ShnorError
        Anything that keeps the site from being whole: a page that cannot be rendered, a broken
        link, a notebook with an error. The previous site stays as it was.
    """
    root = root.resolve()
    install_assets(root / "reports")
    config = read_config(root)
    place = _place(config, output)
    sources = config.pages()
    if not sources:
        raise ShnorError("Публиковать нечего: нет ни одной страницы. Запустите shnor build.")
    use_quarto = engine == "quarto" or (engine == "auto" and quarto_path() is not None)
    if use_quarto:
        return _publish_quarto(config, place, sources)
    return _publish_embedded(config, place, sources, progress)


def _place(config: SiteConfig, output: Path | None) -> Path:
    place = (config.root / config.output_dir if output is None else output).resolve()
    if place == config.root or place in config.root.parents:
        raise ShnorError(f"Сайт нельзя собрать в «{place}»: в этой папке лежит сам проект.")
    return place


def _publish_quarto(config: SiteConfig, output: Path, sources: list[str]) -> SiteResult:
    staging = swap.prepare(output)
    inside = config.root / f"{config.output_dir}.new"
    try:
        if staging != inside:
            swap.remove_tree(inside)
        render_with_quarto(config.root, inside)
        if staging != inside:
            swap.remove_tree(staging)
            shutil.move(inside, staging)
        (staging / "site_libs").mkdir(exist_ok=True)
        scanned = links.scan_site(staging)
        notes = _check(scanned, _files_under(staging), sources)
        old = {p.relative_to(output).as_posix() for p in output.rglob("*.html")}
        swap.swap_in(staging, output)
    finally:
        swap.remove_tree(staging)
        swap.remove_tree(inside)
    return SiteResult(
        output,
        "quarto",
        len(sources),
        rendered=sources,
        removed=sorted(old - set(scanned)),
        notes=notes,
    )


def _publish_embedded(
    config: SiteConfig, output: Path, sources: list[str], progress: Progress | None
) -> SiteResult:
    memory = state_file(config.root, output)
    before = load_state(memory)
    common = embedded.common_fingerprint(config, sources)
    pages = {source: read_page(config.root, source) for source in sources}
    prints = {source: embedded.fingerprint(config, page, common) for source, page in pages.items()}
    stale = [
        page for source, page in pages.items() if not _is_fresh(before, source, prints, output)
    ]
    if not stale and set(before.pages) == set(sources):
        files = _shared_files(config, {s: before.pages[s].rendered for s in sources})
        files |= _referenced(config, {s: before.pages[s].scanned for s in sources}, files)
        if _digests(files) == before.files and all((output / name).is_file() for name in files):
            return SiteResult(output, "embedded", len(sources), changed=False, notes=before.notes)
    staging = swap.prepare(output)
    try:
        after = _build(config, before, pages, prints, stale, output, staging, progress)
        gone = {output_path(s) for s in before.pages} - {output_path(s) for s in sources}
        removed = sorted(name for name in gone if (output / name).is_file())
        swap.swap_in(staging, output)
    finally:
        swap.remove_tree(staging)
    save_state(memory, after)
    return SiteResult(
        output,
        "embedded",
        len(sources),
        rendered=[page.source for page in stale],
        removed=removed,
        notes=after.notes,
    )


def _is_fresh(before: SiteState, source: str, prints: Mapping[str, str], output: Path) -> bool:
    known = before.pages.get(source)
    return (
        known is not None
        and known.fingerprint == prints[source]
        and known.is_left_at(output / output_path(source))
    )


def _build(
    config: SiteConfig,
    before: SiteState,
    pages: Mapping[str, PageSource],
    prints: Mapping[str, str],
    stale: list[PageSource],
    output: Path,
    staging: Path,
    progress: Progress | None,
) -> SiteState:
    """Fill the staging folder and check it; the state it was left in."""
    fresh = embedded.render(config, stale, staging, known=list(pages), progress=progress)
    rendered: dict[str, Rendered] = {}
    scanned: dict[str, links.PageLinks] = {}
    for source in pages:
        file = staging / output_path(source)
        if source in fresh:
            rendered[source] = fresh[source]
            scanned[source] = links.scan(file.read_text(encoding="utf-8"))
        else:
            swap.link_or_copy(output / output_path(source), file)
            rendered[source] = before.pages[source].rendered
            scanned[source] = before.pages[source].scanned
    files = _shared_files(config, rendered)
    files |= _referenced(config, scanned, files)
    digests = _digests(files)
    for name, origin in files.items():
        old = output / name
        if before.files.get(name) == digests[name] and old.is_file():
            swap.link_or_copy(old, staging / name)
        else:
            _put(origin, staging / name)
    broken = [
        links.BrokenLink(source, reference, "на странице нет такого рисунка или таблицы")
        for source, page in rendered.items()
        for reference in page.unresolved
    ]
    notes = _check(
        {output_path(source): found for source, found in scanned.items()},
        _files_under(staging),
        list(pages),
        broken,
    )
    state = SiteState(files=digests, notes=notes)
    for source in pages:
        stat = (staging / output_path(source)).stat()
        state.pages[source] = PageState(
            prints[source], stat.st_size, stat.st_mtime_ns, rendered[source], scanned[source]
        )
    return state


Origin = Path | str
"""A file to copy, or the text of a file to write."""


def _shared_files(config: SiteConfig, rendered: Mapping[str, Rendered]) -> dict[str, Origin]:
    """Files of the site that are not pages: style, scripts, the project's resources."""
    files: dict[str, Origin] = {
        "site_libs/shnor-site/site.css": asset_text("site.css"),
    }
    for path in (*config.css, *config.resource_files()):
        files[path] = _existing(config, path)
    for dependency in {d for page in rendered.values() for d in page.dependencies}:
        for name in dependency.files:
            origin = _existing(config, f"{dependency.folder}/{name}")
            files[f"site_libs/{dependency.id}/{name}"] = origin
    return files


def _existing(config: SiteConfig, path: str) -> Path:
    file = config.root / path
    if not file.is_file():
        raise ShnorError(f"Нет файла «{path}», который нужен сайту.")
    return file


def _referenced(
    config: SiteConfig, scanned: Mapping[str, links.PageLinks], have: Mapping[str, Origin]
) -> dict[str, Origin]:
    """Files of the project that pages link to (pictures, workbooks): they come along."""
    pages = {output_path(source) for source in scanned}
    found: dict[str, Origin] = {}
    for source, page in scanned.items():
        for link in page.links:
            path, _ = links.target(output_path(source), link)
            if path in pages or path in have or path in found or path.startswith(("..", "/")):
                continue
            file = config.root / path
            if file.is_file():
                found[path] = file
    return found


def _digests(files: Mapping[str, Origin]) -> dict[str, str]:
    """Whether a file has changed is told by its text, or by its size and time."""
    digests = {}
    for name, origin in sorted(files.items()):
        if isinstance(origin, str):
            digests[name] = hashlib.sha256(origin.encode()).hexdigest()
        else:
            stat = origin.stat()
            digests[name] = f"{origin}|{stat.st_size}|{stat.st_mtime_ns}"
    return digests


def _put(origin: Origin, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(origin, str):
        target.write_text(origin, encoding="utf-8", newline="\n")
    else:
        shutil.copyfile(origin, target)


def _files_under(folder: Path) -> list[str]:
    return [p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()]


def _check(
    scanned: Mapping[str, links.PageLinks],
    files: list[str],
    sources: list[str],
    more: list[links.BrokenLink] | None = None,
) -> list[str]:
    """Raise if a link leads nowhere; on a page the user wrote it is only noted."""
    names = {output_path(source): source for source in sources}
    broken = sorted([*(more or []), *links.broken_links(scanned, files, names)])
    if ours := [item for item in broken if not item.page.startswith(OWN_PAGES)]:
        raise BrokenLinksError(ours)
    return [f"Своя страница: {item.sentence()[0].lower()}{item.sentence()[1:]}" for item in broken]
