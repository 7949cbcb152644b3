"""Reports: PDF, Word and Excel of everything that was published (S0 4.6.1, 7)."""

from __future__ import annotations

import pandas as pd

from shnor_lib.report import downloads
from shnor_lib.report import format as fmt
from shnor_lib.report.blocks import front_matter, page, show
from shnor_lib.report.display import Col, DataTable
from shnor_lib.report.labels import school_year
from shnor_lib.report.monitoring.lists import natural
from shnor_lib.report.municipality.paths import shown_name
from shnor_lib.report.pages.monitorings import conducted
from shnor_lib.report.pages.municipalities import municipality_pages
from shnor_lib.report.pages.sections import SECTIONS, Site
from shnor_lib.report.platform.items import Item, items

FORMATS: tuple[tuple[str, str], ...] = ((".pdf", "PDF"), (".docx", "Word"))


def page_of_reports(site: Site) -> bytes:
    """``reports.qmd``; made after all other pages, whose workbooks it links to."""
    blocks = [
        front_matter(
            "Отчёты", subtitle="Годовые отчёты, мониторинги, муниципалитеты и профили школ: скачать"
        ),
        "Всё, что есть на сайте, можно скачать: PDF — чтобы читать и печатать, Word — чтобы "
        "править, Excel — чтобы считать.",
    ]
    for year in sorted({*site.years, *site.annual}, reverse=True):
        shown = _year(site, year)
        if shown:
            blocks += [f"## {school_year(year)} учебный год", items(shown, look="compact rows")]
    tables = [
        Item(
            title=f'<a href="{section.path}">{fmt.escape(section.title)}</a>',
            links=[_excel(downloads.workbook(section.path))],
        )
        for section in SECTIONS
        if downloads.workbook(section.path) in site.made
    ]
    if tables:
        blocks += ["## Таблицы других страниц", items(tables, look="compact rows")]
    return page([*blocks, *_municipalities(site), *_profiles(site)])


def _year(site: Site, year: int) -> list[Item]:
    found = []
    if year in site.annual:
        found.append(_report(site, f"{year}/annual.qmd", "Годовой отчёт"))
    for monitoring in conducted(site.years.get(year, ())):
        title = monitoring.heading
        found.append(_report(site, f"{year}/{monitoring.notebook}.ipynb", title))
    return found


def _report(site: Site, path: str, title: str) -> Item:
    return Item(
        title=f'<a href="{fmt.escape(path)}">{fmt.escape(title)}</a>',
        links=[*_documents(site, path), _excel(downloads.workbook(path))],
    )


def _documents(site: Site, path: str) -> list[str]:
    if path not in site.documented:
        return []
    return [
        f'<a href="{fmt.escape(downloads.document(path, suffix))}" download>{name}</a>'
        for suffix, name in FORMATS
    ]


def _excel(address: str) -> str:
    return f'<a href="{fmt.escape(address)}" download>Excel</a>'


def _municipalities(site: Site) -> list[str]:
    shown = [
        _report(site, path, shown_name(place))
        for place, path in sorted(
            municipality_pages(site.analysis).items(),
            key=lambda pair: (not pair[0], natural(pair[0])),
        )
        if downloads.workbook(path) in site.made
    ]
    return ["## Муниципалитеты", items(shown, look="compact rows")] if shown else []


def _profiles(site: Site) -> list[str]:
    rows = []
    for school, name in sorted(site.names.items(), key=lambda pair: natural(pair[1])):
        path = site.links.get(school)
        if path is None:
            continue
        links = _documents(site, path)
        if downloads.workbook(path) in site.made:
            links.append(_excel(downloads.workbook(path)))
        if links:
            rows.append({"name": name, "href": path, "files": " · ".join(links)})
    if not rows:
        return []
    table = DataTable(
        pd.DataFrame(rows),
        [Col("name", "Школа", "link", href="href"), Col("files", "Скачать профиль", "html")],
        caption="Профили школ",
        sortable=len(rows) > 12,
        export=False,
    )
    with_documents = any(path in site.documented for path in site.links.values())
    without = any(path not in site.documented for path in site.links.values())
    said = (
        "PDF и Word делаются для школ, которые в этом году в списке; остальные профили читают на "
        "сайте и печатают из браузера."
        if with_documents and without
        else ""
    )
    return ["## Профили школ", said, show(table)]
