"""Page texts (``.qmd``) as bytes, and the step of the build that writes them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from shnor_lib.report.analysis import Analysis
from shnor_lib.store import write_atomically

if TYPE_CHECKING:
    from shnor_lib.report.pages.sections import Section, Site

HOME = "_home.md"
WEBSITE = "_website.yml"


def write_pages(
    analysis: Analysis,
    reports_dir: Path,
    *,
    notebooks: Iterable[str],
    available: Callable[[int, str], bool] | None = None,
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

    Returns
    -------
    list of str
        Paths of all generated files relative to ``reports_dir``, sorted.
    """
    names = list(notebooks)
    is_there = available or (lambda _year, _name: True)
    written = []
    for path, content in _pages(analysis, names, is_there):
        write_atomically(reports_dir / path, content)
        written.append(path)
    return sorted(written)


def _pages(
    analysis: Analysis, notebooks: list[str], is_there: Callable[[int, str], bool]
) -> Iterable[tuple[str, bytes]]:
    # Imported here: pages of schools are many, and so are the modules they are made of.
    from shnor_lib.report.pages.home import home_page
    from shnor_lib.report.pages.school import school_page
    from shnor_lib.report.pages.sections import Site, make, sections_of
    from shnor_lib.report.profile import frames_of
    from shnor_lib.report.slugs import slug

    names = frames_of(analysis).names
    slugs = {school: slug(school) for school in names}
    years = {year: [name for name in notebooks if is_there(year, name)] for year in analysis.years}
    from_root = {school: f"reports/schools/{name}.qmd" for school, name in slugs.items()}
    from_reports = {school: f"schools/{name}.qmd" for school, name in slugs.items()}
    site = Site(analysis, names, from_reports, years)
    sections = sections_of(site)
    yield HOME, home_page(analysis, names, from_root, years.get(analysis.year, []))
    yield WEBSITE, _yaml(website(site, sections))
    for section in sections:
        yield section.path, make(section, site)
    for school, name in slugs.items():
        yield f"schools/{name}.qmd", _bytes(school_page(analysis, school))


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
        "sidebar": [sidebar(site.years)],
    }
    if analysis.organisation:
        found["page-footer"] = {"right": analysis.organisation}
    return {"website": found}


def _yaml(value: dict[str, Any]) -> bytes:
    text = yaml.safe_dump(value, allow_unicode=True, sort_keys=False, width=10_000)
    return f"# Создано сборкой; правки будут потеряны.\n{text}".encode()


def _bytes(content: str | bytes) -> bytes:
    return content.encode("utf-8") if isinstance(content, str) else content
