"""Page texts (``.qmd``) as bytes, and the step of the build that writes them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import yaml

from shnor_lib.report.analysis import Analysis
from shnor_lib.store import write_atomically

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
    from shnor_lib.report.pages.method import method_page
    from shnor_lib.report.pages.monitorings import monitorings_page
    from shnor_lib.report.pages.quality import quality_page
    from shnor_lib.report.pages.school import school_page
    from shnor_lib.report.pages.schools import schools_page
    from shnor_lib.report.profile import frames_of
    from shnor_lib.report.slugs import slug

    names = frames_of(analysis).names
    slugs = {school: slug(school) for school in names}
    years = {year: [name for name in notebooks if is_there(year, name)] for year in analysis.years}
    from_root = {school: f"reports/schools/{name}.qmd" for school, name in slugs.items()}
    from_reports = {school: f"schools/{name}.qmd" for school, name in slugs.items()}
    yield HOME, home_page(analysis, names, from_root, years.get(analysis.year, []))
    yield WEBSITE, _yaml(website(analysis, years))
    yield "monitorings.qmd", monitorings_page(years)
    yield "method.qmd", method_page(analysis, names, from_reports)
    yield "data-quality.qmd", quality_page(analysis, from_reports)
    yield "schools/index.qmd", _bytes(schools_page(analysis))
    for school, name in slugs.items():
        yield f"schools/{name}.qmd", _bytes(school_page(analysis, school))


def website(analysis: Analysis, years: dict[int, list[str]]) -> dict[str, Any]:
    """What the project adds to ``_quarto.yml``: its title, its organisation, its side menu.

    Parameters
    ----------
    analysis
        Has the title and the organisation.
    years
        Year → names of the notebooks there are.
    """
    from shnor_lib.report.pages.monitorings import sidebar

    site: dict[str, Any] = {"title": analysis.title, "sidebar": [sidebar(years)]}
    if analysis.organisation:
        site["page-footer"] = {"right": analysis.organisation}
    return {"website": site}


def _yaml(value: dict[str, Any]) -> bytes:
    text = yaml.safe_dump(value, allow_unicode=True, sort_keys=False, width=10_000)
    return f"# Создано сборкой; правки будут потеряны.\n{text}".encode()


def _bytes(content: str | bytes) -> bytes:
    return content.encode("utf-8") if isinstance(content, str) else content
