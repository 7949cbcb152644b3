"""The embedded engine: all changed pages through one Pandoc process.

Pandoc comes with the ``pypandoc_binary`` package; its Lua interpreter runs ``render.lua``,
which reads each page, applies the project's filters and writes the HTML. Starting Pandoc once
is what makes hundreds of pages a matter of seconds.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import pypandoc

from shnor_lib.faults import ShnorError
from shnor_lib.publish.assets_install import asset_text
from shnor_lib.publish.chrome import chrome
from shnor_lib.publish.page_source import PageSource
from shnor_lib.publish.quarto_config import SiteConfig, output_path

Progress = Callable[[int, int, str], None]
"""Called with pages done, pages in all, the page's source path."""

WORK_DIR = ".shnor/site"
_OWN = ("render.lua", "template.html")


@dataclass(frozen=True)
class Dependency:
    """Files a page loads from ``site_libs/<id>/``; ``folder`` is where they come from."""

    id: str
    folder: str
    files: tuple[str, ...]


@dataclass(frozen=True)
class Rendered:
    """One page as the engine left it.

    Parameters
    ----------
    source
        Source path.
    title
        Plain title.
    dependencies
        Scripts and styles it loads.
    unresolved
        References to figures and tables that are not on the page.
    """

    source: str
    title: str
    dependencies: tuple[Dependency, ...]
    unresolved: tuple[str, ...]


def context(config: SiteConfig, source: str) -> dict[str, Any]:
    """Values of ``template.html`` for one page, except those only Pandoc knows."""
    around = chrome(config, source)
    depth = output_path(source).count("/")
    root = "../" * depth
    values: dict[str, Any] = {
        "lang": config.lang,
        "root": root,
        "site_title": _escape(config.title),
        "css": [root + path for path in ("site_libs/shnor-site/site.css", *config.css)],
        "toc_title": config.language["toc-title-website"],
        **{key: value for key, value in asdict(around).items() if value},
    }
    values["is_home" if source == "index.qmd" else "is_inner"] = True
    return values


def fingerprint(config: SiteConfig, page: PageSource, common: str) -> str:
    """Hash of everything a page's HTML depends on.

    Parameters
    ----------
    config
        The site.
    page
        The source, with its includes.
    common
        :func:`common_fingerprint` of the site.
    """
    maker = hashlib.sha256(common.encode())
    maker.update(page.digest.encode())
    maker.update(json.dumps(context(config, page.source), sort_keys=True).encode())
    return maker.hexdigest()


def common_fingerprint(config: SiteConfig, pages: list[str]) -> str:
    """Hash of what all pages share: program, template, filters, words, names of pages."""
    maker = hashlib.sha256()
    for name in _OWN:
        maker.update(asset_text(name).encode())
    for path in config.filters:
        maker.update(_filter_path(config, path).read_bytes())
    maker.update(json.dumps(_shared(config, pages), sort_keys=True).encode())
    # The converter of notebooks is part of the engine, too.
    for module in ("notebook_page", "page_source"):
        maker.update((Path(__file__).with_name(f"{module}.py")).read_bytes())
    return maker.hexdigest()


def render(
    config: SiteConfig,
    pages: list[PageSource],
    output: Path,
    *,
    known: list[str],
    progress: Progress | None = None,
) -> dict[str, Rendered]:
    """Render pages into ``output``.

    Parameters
    ----------
    config
        The site.
    pages
        Pages to render.
    output
        Folder of the new site.
    known
        Source paths of all pages of the site, for rewriting links.
    progress
        Told about every finished page.

    Returns
    -------
    dict
        Source path → :class:`Rendered`.

    Raises
    ------
    ShnorError
        Pages that could not be rendered, all of them.
    """
    if not pages:
        return {}
    work = config.root / WORK_DIR
    shutil.rmtree(work / "pages", ignore_errors=True)
    (work / "pages").mkdir(parents=True)
    for name in _OWN:
        (work / name).write_text(asset_text(name), encoding="utf-8", newline="\n")
    target = _from_root(output, config.root)
    manifest = {
        **_shared(config, known),
        "template": f"{WORK_DIR}/template.html",
        "filters": list(config.filters),
        "pages": [
            {
                "source": page.source,
                "input": _input(config, page, number),
                "output": f"{target}/{output_path(page.source)}",
                "home": page.source == "index.qmd",
                "context": context(config, page.source),
            }
            for number, page in enumerate(pages)
        ],
    }
    path = work / "manifest.json"
    path.write_text(json.dumps(manifest, ensure_ascii=False), encoding="utf-8")
    rendered: dict[str, Rendered] = {}
    faults: list[str] = []
    for answer in _pandoc(config.root):
        source = str(answer["source"])
        if "error" in answer:
            faults.append(f"Страница «{source}» не собрана: {answer['error']}")
            continue
        rendered[source] = Rendered(
            source=source,
            title=str(answer["title"]),
            dependencies=_dependencies(answer),
            unresolved=tuple(answer["unresolved"] or ()),
        )
        if progress is not None:
            progress(len(rendered), len(pages), source)
    if faults:
        raise ShnorError("\n".join(faults))
    missing = [page.source for page in pages if page.source not in rendered]
    if missing:
        raise ShnorError(f"Pandoc не собрал страницы: {', '.join(missing)}.")
    shutil.rmtree(work, ignore_errors=True)
    return rendered


def _shared(config: SiteConfig, known: list[str]) -> dict[str, Any]:
    crossref = config.values.get("crossref")
    delimiter = crossref.get("title-delim", ":") if isinstance(crossref, dict) else ":"
    return {
        "language": config.language,
        "delimiter": delimiter,
        "site_title": config.title,
        "toc": config.toc,
        "toc_depth": config.toc_depth,
        "echo": config.echo,
        "known": dict.fromkeys(known, True),
    }


def _input(config: SiteConfig, page: PageSource, number: int) -> str:
    """Path, from the root, of the Markdown to read; the source itself when it is that."""
    if page.verbatim:
        return page.source
    text = page.markdown(config.root, echo=config.echo)
    name = f"{WORK_DIR}/pages/{number}.md"
    (config.root / name).write_text(text, encoding="utf-8", newline="\n")
    return name


def _filter_path(config: SiteConfig, path: str) -> Path:
    file = config.root / path
    if not file.is_file():
        raise ShnorError(f"Нет файла фильтра «{path}», указанного в _quarto.yml.")
    return file


def _from_root(path: Path, root: Path) -> str:
    """Path for the Pandoc process, whose current folder is the root."""
    try:
        return path.relative_to(root).as_posix()
    except ValueError:
        return path.as_posix()


def pandoc_path() -> str:
    """Where Pandoc is: the one that comes with the package, or a newer one on PATH.

    Raises
    ------
    ShnorError
        There is none.
    """
    try:
        found = str(pypandoc.get_pandoc_path())
    except OSError:
        raise ShnorError(
            "Pandoc не найден. Переустановите пакет: pip install --force-reinstall pypandoc_binary."
        ) from None
    # On Windows the name comes without .exe, and a bare name means PATH.
    return shutil.which(found) or found


def _pandoc(root: Path) -> Iterator[Mapping[str, Any]]:
    """Run Pandoc; yield its answers as they come."""
    command = [
        pandoc_path(),
        "lua",
        f"{WORK_DIR}/render.lua",
        f"{WORK_DIR}/manifest.json",
    ]
    # Errors go to a file: a full pipe nobody reads would stop Pandoc.
    with (
        TemporaryFile() as errors,
        subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, stderr=errors) as process,
    ):
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith(b"{"):
                yield json.loads(line.decode("utf-8"))
        if process.wait() != 0:
            errors.seek(0)
            said = errors.read().decode("utf-8", "replace").strip()
            raise ShnorError(f"Pandoc завершился с ошибкой {process.returncode}: {said}")


def _dependencies(answer: Mapping[str, Any]) -> tuple[Dependency, ...]:
    return tuple(
        Dependency(
            id=str(item["id"]),
            folder=str(item["folder"]),
            files=tuple(str(file["name"]) for file in item["files"]),
        )
        for item in answer["dependencies"] or ()
    )


def _escape(text: str) -> str:
    return (
        text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    )
