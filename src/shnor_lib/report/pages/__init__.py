"""Page texts (``.qmd``) as bytes, and the step of the build that writes them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from shnor_lib.report import downloads
from shnor_lib.report.analysis import Analysis
from shnor_lib.store import write_atomically

if TYPE_CHECKING:
    from shnor_lib.report.pages.sections import OwnLink, Section, Site
    from shnor_lib.sources.given.look import Given

HOME = "_home.md"
WEBSITE = "_website.yml"


def write_pages(
    analysis: Analysis,
    reports_dir: Path,
    *,
    notebooks: Iterable[str],
    available: Callable[[int, str], bool] | None = None,
    documents: str = "none",
    annual: Iterable[int] = (),
    given: Given | None = None,
    site_url: str = "",
    documented: Iterable[str] = (),
) -> list[str]:
    """Write every generated page; files that come out the same are left alone.

    Parameters
    ----------
    analysis
        Results of all methods.
    reports_dir
        ``reports`` of the project.
    notebooks
        Names of the monitorings' notebooks, without extension.
    available
        Whether the executed notebook of a year and name is (or will be) there: only such ones
        are linked to. Default: all are.
    documents
        Which profiles have a PDF and a Word file to link to: ``none``, ``listed`` or ``all``.
    annual
        Years with an annual report.
    given
        Files and pages of the user.
    site_url
        Address at which the site will stand; empty: unknown.
    documented
        Monitorings and annual reports (paths below ``reports/``) that have a PDF and a Word file.

    Returns
    -------
    list of str
        Paths of all generated files relative to ``reports_dir``, sorted.
    """
    names = list(notebooks)
    is_there = available or (lambda _year, _name: True)
    written = []
    platform = {
        "files": {} if given is None else given.files,
        "own": [] if given is None else own_links(given),
        "site_url": site_url,
        "documented": frozenset(documented) | set(printed_pages(analysis, documents)),
    }
    for path, content in _pages(analysis, names, is_there, documents, sorted(annual), platform):
        write_atomically(reports_dir / path, content)
        written.append(path)
    return sorted(written)


def _pages(
    analysis: Analysis,
    notebooks: list[str],
    is_there: Callable[[int, str], bool],
    documents: str,
    annual: list[int],
    platform: Mapping[str, Any],
) -> Iterable[tuple[str, bytes]]:
    # Imported here: pages of schools are many, and so are the modules they are made of.
    from shnor_lib.report import search_index
    from shnor_lib.report.pages.home import home_page
    from shnor_lib.report.pages.municipalities import municipality_pages
    from shnor_lib.report.pages.municipality import municipality_page
    from shnor_lib.report.pages.platform.start import home_block
    from shnor_lib.report.pages.school import school_page
    from shnor_lib.report.pages.search import entries
    from shnor_lib.report.pages.sections import Site, make, own_sections, sections_of
    from shnor_lib.report.pages.sections import downloads as small_files
    from shnor_lib.report.profile import frames_of
    from shnor_lib.report.search_index import Entry, entry_of_page
    from shnor_lib.report.slugs import slug

    names = frames_of(analysis).names
    slugs = {school: slug(school) for school in names}
    years = {year: [name for name in notebooks if is_there(year, name)] for year in analysis.years}
    from_root = {school: f"reports/schools/{name}.qmd" for school, name in slugs.items()}
    from_reports = {school: f"schools/{name}.qmd" for school, name in slugs.items()}
    site = Site(analysis, names, from_reports, years, annual, **platform)
    sections = sections_of(site)
    printed = set(printed_pages(analysis, documents))
    latest = years.get(analysis.year, [])
    has_annual = analysis.year in annual
    yield from _with_tables(
        HOME,
        analysis,
        lambda: home_page(
            analysis, names, from_root, latest, annual=has_annual, platform=home_block(site)
        ),
        href=f"reports/{downloads.workbook('home.md')}",
        address=downloads.workbook("home.md"),
    )
    yield WEBSITE, _yaml(website(site, [*sections, *own_sections(site)]))
    made: list[str] = []
    to_find: dict[str, Entry] = {}

    def noted(pages: Iterable[tuple[str, bytes]]) -> Iterable[tuple[str, bytes]]:
        for path, content in pages:
            made.append(path)
            if path in of_menu:
                to_find[path] = entry_of_page(path, content, "раздел")
            yield path, content

    of_menu = {section.path for section in sections}
    for section in sections:
        if not section.last:
            yield from noted(_with_tables(section.path, analysis, partial(make, section, site)))
    yield from sorted(small_files(site).items())
    for school, name in slugs.items():
        path = f"schools/{name}.qmd"
        maker: Callable[[], str | bytes] = partial(school_page, analysis, school)
        yield from noted(_with_tables(path, analysis, maker, documents=path in printed))
    for place, path in municipality_pages(analysis).items():
        maker = partial(municipality_page, site, place)
        yield from noted(_with_tables(path, analysis, maker, documents=path in printed))
    whole = replace(site, made=frozenset(made))
    for section in sections:
        if section.last:
            yield from noted(_with_tables(section.path, analysis, partial(make, section, whole)))
    pages = [to_find[section.path] for section in sections]
    yield search_index.PATH, search_index.index_file(entries(site, pages))


def own_links(given: Given) -> list[OwnLink]:
    """Pages of the user as the menu and the platform's first page name them."""
    from shnor_lib.report.pages.sections import OwnLink

    return [
        OwnLink(f"pages/{page.target}", page.title, page.menu, page.words)
        for page in given.pages
        if not page.part
    ]


def printed_pages(analysis: Analysis, documents: str) -> list[str]:
    """Pages of schools and municipalities that are also given as PDF and Word.

    Parameters
    ----------
    analysis
        Results of all methods.
    documents
        ``none``; ``listed``: municipalities and schools on the list in the latest year; ``all``:
        every school, too.
    """
    from shnor_lib.report.labels import LISTED
    from shnor_lib.report.pages.municipalities import municipality_pages
    from shnor_lib.report.profile import frames_of
    from shnor_lib.report.slugs import slug

    if documents == "none":
        return []
    chosen = set(frames_of(analysis).names)
    if documents == "listed":
        statuses = analysis.identification.statuses
        rows = statuses[(statuses["year"] == analysis.year) & statuses["status"].isin(LISTED)]
        chosen &= set(rows["school_id"].astype(str))
    schools = sorted(f"schools/{slug(school)}.qmd" for school in chosen)
    return [*sorted(municipality_pages(analysis).values()), *schools]


def _with_tables(
    path: str,
    analysis: Analysis,
    make: Callable[[], str | bytes],
    *,
    documents: bool | None = None,
    href: str = "",
    address: str = "",
) -> Iterable[tuple[str, bytes]]:
    """A page and the workbook of its tables.

    ``documents``: whether the page has a PDF and a Word file; None: it has no line of links, only
    those beside its tables. ``href``, ``address``: of the workbook, if not under the page's path.
    """
    from shnor_lib.report import exports
    from shnor_lib.report.labels import school_year
    from shnor_lib.report.workbook import workbook_bytes

    address = address or downloads.workbook(path)
    with exports.gathering(href or downloads.seen_from(path, address)) as book:
        content = _bytes(make())
    if documents is not None:
        links = downloads.links_html(path, documents=documents, tables=bool(book.sheets))
        content = downloads.with_links(content, links)
    yield path, content
    if book.sheets:
        source = f"{analysis.title}, {school_year(analysis.year)} учебный год"
        yield address, workbook_bytes(book.sheets, source=source)


def website(site: Site, sections: Sequence[Section]) -> dict[str, Any]:
    """What the project adds to ``_quarto.yml``: its title, its organisation, its menus.

    Parameters
    ----------
    site
        Has the title, the organisation and the years with notebooks.
    sections
        Pages that are in the menu.
    """
    from shnor_lib.report.pages.monitorings import sidebar
    from shnor_lib.report.pages.sections import navbar

    analysis = site.analysis
    found: dict[str, Any] = {
        "title": analysis.title,
        "navbar": {"left": navbar(sections)},
        "sidebar": [sidebar(site.years, site.annual)],
    }
    if analysis.organisation:
        found["page-footer"] = {"right": analysis.organisation}
    return {"website": found}


def _yaml(value: dict[str, Any]) -> bytes:
    text = yaml.safe_dump(value, allow_unicode=True, sort_keys=False, width=10_000)
    return f"# Создано сборкой; правки будут потеряны.\n{text}".encode()


def _bytes(content: str | bytes) -> bytes:
    return content.encode("utf-8") if isinstance(content, str) else content
