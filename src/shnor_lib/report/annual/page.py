"""The page of an annual report."""

from __future__ import annotations

from collections.abc import Sequence

from shnor_lib.project import Project
from shnor_lib.report import downloads, exports
from shnor_lib.report import format as fmt
from shnor_lib.report.annual.parts import CHAPTERS, PARTS, Piece, pieces_of
from shnor_lib.report.annual.year import AnnualYear
from shnor_lib.report.blocks import Box, Html, callout, front_matter, page, raw
from shnor_lib.report.display import Chart, DataTable
from shnor_lib.report.labels import school_year
from shnor_lib.report.workbook import workbook_bytes
from shnor_lib.store import load_dataset, write_atomically

TITLE = (
    "Годовой отчёт: школы с низкими образовательными результатами и школы, функционирующие "
    "в сложных социальных условиях"
)


def annual_page(about: AnnualYear) -> bytes:
    """``<year>/annual.qmd``: the year's monitorings in one document.

    Parameters
    ----------
    about
        The year.
    """
    period = f"{school_year(about.year)} учебный год"
    found = pieces_of(about, PARTS)
    blocks = [
        front_matter(TITLE, subtitle=period),
        f"Отчёт составлен по данным, поступившим за {period} и прежние годы. Действует свод правил "
        f"«{fmt.escape_md(about.found.ruleset.title)}» "
        f"({about.found.ruleset.source.standing}). Список служит тому, чтобы вовремя помочь школе: "
        "Рособрнадзор предостерегает от рейтингов и наказаний по итогам ВПР.",
    ]
    for chapter, pieces in found.items():
        blocks.append(f"## {CHAPTERS[chapter]}")
        blocks += [as_block(piece) for piece in pieces]
    blocks.append(
        "Пороги, их источники и формулы — на странице [«Методика»](../method.qmd); замечания к "
        "исходным данным — на странице [«Качество данных»](../data-quality.qmd)."
    )
    return page(blocks)


def write_annual(project: Project, year: int, notebooks: Sequence[str], *, documents: bool) -> None:
    """Write the page of a year and the workbook of its tables.

    Parameters
    ----------
    project, year
        Whose report.
    notebooks
        Monitorings held in the year.
    documents
        Whether the page is also given as PDF and Word.
    """
    page_path = f"{year}/annual.qmd"
    data = load_dataset(project.processed_dir, until=year)
    address = downloads.workbook(page_path)
    with exports.gathering(downloads.seen_from(page_path, address)) as book:
        content = annual_page(AnnualYear(project, data, year, notebooks))
    links = downloads.links_html(page_path, documents=documents, tables=bool(book.sheets))
    source = f"{project.settings.title}, годовой отчёт, {school_year(year)} учебный год"
    reports = project.reports_dir
    write_atomically(reports / address, workbook_bytes(book.sheets, source=source))
    write_atomically(reports / page_path, downloads.with_links(content, links))


def as_block(piece: Piece) -> str:
    """What a notebook's cell shows, as a block of a page."""
    if piece is None or isinstance(piece, str):
        return piece or ""
    if isinstance(piece, Chart | DataTable | Html):
        return raw(piece.html())
    if isinstance(piece, Box):
        return callout(piece.kind, piece.title, *piece.paragraphs, level=3)
    return piece.markdown()
