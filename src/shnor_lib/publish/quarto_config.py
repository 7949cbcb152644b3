"""What ``_quarto.yml`` says, for the embedded engine: the same file Quarto itself reads.

Only what this project uses is understood; a key the embedded engine has no use for is left to
Quarto. ``metadata-files`` are merged the way Quarto does it: mappings deeply, lists joined
without repeats, other values taken from the file that comes later.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from shnor_lib.faults import ShnorError
from shnor_lib.yaml_source import load_yaml

CONFIG_FILE = "_quarto.yml"
PAGE_SUFFIXES = (".qmd", ".ipynb")

LANGUAGE: dict[str, str] = {
    "toc-title-website": "На этой странице",
    "callout-note-title": "Примечание",
    "callout-tip-title": "Подсказка",
    "callout-warning-title": "Внимание",
    "callout-important-title": "Важно",
    "callout-caution-title": "Осторожно",
    "crossref-fig-title": "Рисунок",
    "crossref-tbl-title": "Таблица",
    "crossref-fig-prefix": "рис.",
    "crossref-tbl-prefix": "табл.",
}
"""Words of the engine; keys are Quarto's, ``language:`` in the project wins."""


@dataclass(frozen=True)
class NavItem:
    """One entry of a menu.

    Parameters
    ----------
    text
        What the reader sees; empty means the page's own title is unknown here and its file
        name is shown.
    href
        Source path of a page from the project's root, an external address, or empty for a
        heading.
    children
        Entries below it.
    """

    text: str
    href: str = ""
    children: tuple[NavItem, ...] = ()

    def hrefs(self) -> list[str]:
        """Every address in the entry and below it, in order."""
        own = [self.href] if self.href else []
        return own + [href for child in self.children for href in child.hrefs()]


@dataclass(frozen=True)
class Sidebar:
    """A side menu; shown on the pages it names, or everywhere when it has no ``id``."""

    items: tuple[NavItem, ...]
    title: str = ""
    id: str = ""

    def hrefs(self) -> list[str]:
        """Every address in the menu, in order."""
        return [href for item in self.items for href in item.hrefs()]


@dataclass(frozen=True)
class SiteConfig:
    """The part of the configuration both engines share.

    Parameters
    ----------
    root
        Folder of ``_quarto.yml``.
    title, lang, output_dir
        Site title, language code, name of the output folder.
    render, resources
        Glob patterns from the root; a leading ``!`` takes files out again.
    css, filters
        Paths from the root.
    navbar, sidebars, footer
        Menus; footer has keys left, center, right.
    language
        Words of the engine by Quarto's keys.
    toc, toc_depth, echo
        Defaults for pages; a page's own front matter wins.
    values
        Everything, merged.
    files
        Files the configuration was read from.
    """

    root: Path
    title: str
    lang: str
    output_dir: str
    render: tuple[str, ...]
    resources: tuple[str, ...]
    css: tuple[str, ...]
    filters: tuple[str, ...]
    navbar: tuple[NavItem, ...]
    sidebars: tuple[Sidebar, ...]
    footer: dict[str, str]
    language: dict[str, str]
    toc: bool = True
    toc_depth: int = 3
    echo: bool = True
    values: dict[str, Any] = field(default_factory=dict, repr=False)
    files: tuple[Path, ...] = ()

    def pages(self) -> list[str]:
        """Source paths of all pages, with forward slashes, sorted.

        Files and folders whose names start with ``_`` or ``.`` are never pages.
        """
        found = _globs(self.root, self.render)
        return sorted(
            path
            for path in found
            if path.endswith(PAGE_SUFFIXES)
            and not any(part.startswith(("_", ".")) for part in PurePosixPath(path).parts)
        )

    def resource_files(self) -> list[str]:
        """Files copied to the site as they are, with forward slashes, sorted."""
        return sorted(
            path
            for path in _globs(self.root, self.resources)
            if not path.endswith(PAGE_SUFFIXES) and PurePosixPath(path).parts[0] != self.output_dir
        )


def read_config(root: Path) -> SiteConfig:
    """Read ``_quarto.yml`` and the files it names in ``metadata-files``.

    Parameters
    ----------
    root
        Folder of the project.

    Raises
    ------
    ShnorError
        No such file, not YAML (with the line), or not a website.
    """
    path = root / CONFIG_FILE
    values, files = _merged(path, root)
    project = _mapping(values.get("project"))
    website = _mapping(values.get("website"))
    if project.get("type") != "website":
        raise ShnorError(f"{CONFIG_FILE}: в project.type ожидалось website.")
    formats = values.get("format")
    html = _mapping(formats.get("html")) if isinstance(formats, dict) else {}
    navbar = _mapping(website.get("navbar"))
    return SiteConfig(
        root=root,
        title=str(website.get("title") or values.get("title") or ""),
        lang=str(values.get("lang") or "ru"),
        output_dir=str(project.get("output-dir") or "_site"),
        render=tuple(_strings(project.get("render")) or ["**/*.qmd", "**/*.ipynb"]),
        resources=tuple(_strings(project.get("resources"))),
        css=tuple(_strings(html.get("css") or values.get("css"))),
        filters=tuple(_strings(values.get("filters"))),
        navbar=tuple(
            _item(entry) for side in ("left", "right") for entry in _sequence(navbar.get(side))
        ),
        sidebars=_sidebars(website.get("sidebar")),
        footer=_footer(website.get("page-footer")),
        language={**LANGUAGE, **{k: str(v) for k, v in _mapping(values.get("language")).items()}},
        toc=bool(html.get("toc", values.get("toc", False))),
        toc_depth=int(html.get("toc-depth", values.get("toc-depth", 3))),
        echo=bool(_mapping(values.get("execute")).get("echo", True)),
        values=values,
        files=tuple(files),
    )


def output_path(source: str) -> str:
    """Path of a page in the site: ``reports/a.qmd`` gives ``reports/a.html``."""
    return str(PurePosixPath(source).with_suffix(".html"))


def _merged(path: Path, root: Path) -> tuple[dict[str, Any], list[Path]]:
    if not path.is_file():
        where = path.relative_to(root).as_posix()
        raise ShnorError(
            f"Нет файла «{where}», а без него сайт не собрать. "
            + (
                "Он создаётся сборкой: запустите shnor build."
                if path.name != CONFIG_FILE
                else f"Ожидался в папке проекта «{root}»."
            )
        )
    values, _ = load_yaml(path)
    if values is None:
        values = {}
    if not isinstance(values, dict):
        raise ShnorError(f"{path.name}: ожидались строки «ключ: значение».")
    files = [path]
    for name in _strings(values.get("metadata-files")):
        more, more_files = _merged(path.parent / name, root)
        values = merge(values, more)
        files += more_files
    return values, files


def merge(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """Merge two configurations the way Quarto merges metadata files.

    Examples
    --------
    >>> merge({"a": {"b": 1, "c": [1]}}, {"a": {"b": 2, "c": [1, 3]}})
    {'a': {'b': 2, 'c': [1, 3]}}
    """
    result = dict(base)
    for key, value in over.items():
        mine = result.get(key)
        if isinstance(mine, dict) and isinstance(value, dict):
            result[key] = merge(mine, value)
        elif isinstance(mine, list) and isinstance(value, list):
            result[key] = mine + [item for item in value if item not in mine]
        else:
            result[key] = value
    return result


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _sequence(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _strings(value: Any) -> list[str]:
    return [str(item) for item in _sequence(value)]


def _item(entry: Any) -> NavItem:
    if isinstance(entry, str):
        return NavItem("", _posix(entry))
    entry = _mapping(entry)
    below = entry.get("contents", entry.get("menu"))
    return NavItem(
        text=str(entry.get("text") or entry.get("section") or ""),
        href=_posix(str(entry.get("href") or entry.get("file") or "")),
        children=tuple(_item(child) for child in _sequence(below)),
    )


def _posix(href: str) -> str:
    return href.removeprefix("./")


def _sidebars(value: Any) -> tuple[Sidebar, ...]:
    return tuple(
        Sidebar(
            items=tuple(_item(item) for item in _sequence(entry.get("contents"))),
            title=str(entry.get("title") or ""),
            id=str(entry.get("id") or ""),
        )
        for entry in map(_mapping, _sequence(value))
    )


def _footer(value: Any) -> dict[str, str]:
    if isinstance(value, str):
        return {"center": value}
    return {side: str(text) for side, text in _mapping(value).items() if isinstance(text, str)}


def _globs(root: Path, patterns: tuple[str, ...]) -> set[str]:
    chosen: set[str] = set()
    for pattern in patterns:
        if pattern.startswith("!"):
            out = _matcher(pattern[1:])
            chosen = {path for path in chosen if not out.match(path)}
            continue
        if (root / pattern).is_dir():
            pattern = pattern.rstrip("/") + "/**/*"
        elif pattern.endswith("**"):
            # Before Python 3.13 a bare ** at the end means folders only.
            pattern += "/*"
        chosen |= {p.relative_to(root).as_posix() for p in root.glob(pattern) if p.is_file()}
    return chosen


_GLOB = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}


def _matcher(pattern: str) -> re.Pattern[str]:
    """Regular expression of a glob in which ``**/`` stands for any number of folders."""
    parts = re.split(r"(\*\*/|\*\*|\*|\?)", pattern)
    return re.compile("".join(_GLOB.get(part) or re.escape(part) for part in parts) + r"\Z")
