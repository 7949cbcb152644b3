"""The steps of the build that make documents: of a notebook, of a page, of many schools.

What costs time to import is imported where it is used: every build makes a :class:`Printer`, most
builds print nothing.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from shnor_lib.project import Project
from shnor_lib.publish.documents.pictures import Artist, add_pictures, figures_of
from shnor_lib.report import downloads
from shnor_lib.runs import half_of

if TYPE_CHECKING:
    from shnor_lib.publish.documents.engine import Job, Made

BATCH = 12
"""Schools printed by one Pandoc process."""
THREADS = 2
REFERENCE = "reference.docx"
"""See :data:`shnor_lib.publish.documents.reference.FILE`."""


@dataclass
class Printer:
    """Makes the documents of one build.

    Parameters
    ----------
    project
        Gives the title page its words.
    artist
        Draws the charts.

    Attributes
    ----------
    made
        What was made now.
    """

    project: Project
    artist: Artist
    made: list[Made] = field(default_factory=list)

    def notes(self) -> list[str]:
        """What to tell the user: why charts of the documents made now are tables."""
        replaced = sum(each.replaced for each in self.made)
        if not replaced:
            return []
        from shnor_lib.report.format import count_phrase

        tables = count_phrase(replaced, "диаграмма", "диаграммы", "диаграмм")
        why = (
            f"браузер «{self.artist.browser}» не запустился ({self.artist.fault})"
            if self.artist.fault
            else "браузер не смог их нарисовать"
            if self.artist.browser
            else "не найден браузер (Chromium, Chrome или Edge); путь к нему можно указать в "
            "shnor.yml: browser"
        )
        return [f"В PDF и Word вместо диаграмм — таблицы их данных ({tables}): {why}."]

    def values(self) -> dict[str, Any]:
        """What, besides the page, every document depends on."""
        settings = self.project.settings
        own = self.project.root / REFERENCE
        return {
            # documents made while the browser was out of order are made again
            "pictures": [self.artist.able, self.artist.last_fault if self.artist.able else ""],
            "site": [settings.title, settings.subtitle, settings.organisation],
            "reference": hashlib.sha256(own.read_bytes()).hexdigest() if own.is_file() else "",
            "words": _file_hash(self.project.root / "_quarto.yml"),
        }

    # --- notebooks ------------------------------------------------------------------------------

    def finish_notebook(self, executed: Path, page: str, *, year: int, documents: bool) -> None:
        """From the executed notebook to the published one, its workbook and its documents.

        Parameters
        ----------
        executed
            As papermill left it.
        page
            Path of the published notebook below ``reports/``.
        year
            Its year.
        documents
            Whether it gets a PDF and a Word file (and its charts pictures).
        """
        import nbformat

        from shnor_lib.publish.documents.source import picture_folder, print_notebook
        from shnor_lib.publish.idle_captions import drop_idle_captions
        from shnor_lib.report.exports import workbook_of_notebook
        from shnor_lib.report.workbook import workbook_bytes
        from shnor_lib.store import write_atomically

        reports = self.project.reports_dir
        notebook = nbformat.read(executed, as_version=4)
        drop_idle_captions(notebook)
        href = downloads.seen_from(page, downloads.workbook(page))
        book = workbook_of_notebook(notebook, href)
        if documents:
            add_pictures(notebook, self.artist)
        links = downloads.links_html(page, documents=documents, tables=bool(book.sheets))
        if links:
            # Quarto, too, leaves this out when it prints the notebook
            shown = f'<div class="content-visible" when-format="html">\n{links}\n</div>'
            cell = nbformat.v4.new_markdown_cell(shown)
            cell.id = "downloads"
            notebook.cells.insert(1, cell)
        target = reports / page
        write_atomically(target, nbformat.writes(notebook).encode("utf-8"))
        title = f"{self.project.settings.title}, {_period(page, year)}"
        write_atomically(
            reports / downloads.workbook(page), workbook_bytes(book.sheets, source=title)
        )
        if documents:
            folder = ".shnor/charts/printed"
            text = print_notebook(target, picture_folder(self.project.root / folder, folder))
            self._make([self._job(page, text, year, compact=False)])

    # --- pages ----------------------------------------------------------------------------------

    def print_report(self, page: str, *, year: int) -> None:
        """PDF and Word of a generated page with a title page of its own (the annual report)."""
        self._make([self._page_job(page, year, compact=False)])

    def print_schools(self, pages: Iterable[str], *, year: int, memory: Path, version: str) -> None:
        """PDF and Word of profiles; those whose page did not change are left alone.

        Parameters
        ----------
        pages
            Paths of the profiles below ``reports/``.
        year
            The year they speak of.
        memory
            File in which it is remembered what each document was made from.
        version
            Hash of the program that makes documents.
        """
        from shnor_lib.store import write_json

        wanted = sorted(pages)
        known: dict[str, str] = {}
        if memory.is_file():
            known = json.loads(memory.read_text(encoding="utf-8"))
        common = json.dumps([version, self.values()], sort_keys=True, ensure_ascii=False)
        now = {page: self._digest(page, common) for page in wanted}
        stale = [page for page in wanted if known.get(page) != now[page] or not self._there(page)]
        batches = [stale[i : i + BATCH] for i in range(0, len(stale), BATCH)]

        def one(batch: Sequence[str]) -> None:
            self._make([self._page_job(page, year, compact=True) for page in batch])

        with ThreadPoolExecutor(THREADS) as pool:
            list(pool.map(one, batches))
        write_json(memory, now)

    def lost(self, memory: Path) -> list[str]:
        """Profiles printed before whose files somebody has taken away."""
        if not memory.is_file():
            return []
        known: dict[str, str] = json.loads(memory.read_text(encoding="utf-8"))
        return sorted(page for page in known if not self._there(page))

    def _digest(self, page: str, common: str) -> str:
        data = (self.project.reports_dir / page).read_bytes()
        return hashlib.sha256(common.encode() + data).hexdigest()

    def _there(self, page: str) -> bool:
        reports = self.project.reports_dir
        return all((reports / downloads.document(page, s)).is_file() for s in (".pdf", ".docx"))

    def _page_job(self, page: str, year: int, *, compact: bool) -> Job:
        from shnor_lib.publish.documents.source import print_page

        text = (self.project.reports_dir / page).read_text(encoding="utf-8")
        figures = figures_of(text)
        drawn = self.artist.draw(figures)
        root = self.project.root
        pictures = {figures[key]: path.relative_to(root).as_posix() for key, path in drawn.items()}
        return self._job(page, print_page(text, pictures), year, compact=compact)

    def _job(self, page: str, text: str, year: int, *, compact: bool) -> Job:
        from shnor_lib.publish.documents.engine import Job

        settings, reports = self.project.settings, self.project.reports_dir
        site = ". ".join(part for part in (settings.title, settings.subtitle) if part)
        return Job(
            name=page,
            markdown=text,
            pdf=reports / downloads.document(page, ".pdf"),
            docx=reports / downloads.document(page, ".docx"),
            compact=compact,
            site=site,
            organisation=settings.organisation,
            # a generated page says its year itself, under the title
            note=_period(page, year) if page.endswith(".ipynb") else "",
        )

    def _make(self, jobs: Sequence[Job]) -> None:
        from shnor_lib.publish.documents.engine import make_documents
        from shnor_lib.publish.documents.reference import reference_of

        language, delimiter = _words(self.project.root)
        self.made += make_documents(
            self.project.root,
            jobs,
            reference=reference_of(self.project.root),
            language=language,
            delimiter=delimiter,
        )


def remove_unlinked(reports: Path) -> list[Path]:
    """Take away documents and workbooks their pages do not link to any more.

    Parameters
    ----------
    reports
        The project's ``reports`` folder.
    """
    gone = []
    pages: dict[Path, str] = {}
    for kind in ("documents", "tables"):
        top = reports / "downloads" / kind
        for path in sorted(top.rglob("*")) if top.is_dir() else ():
            if not path.is_file():
                continue
            stem = reports / path.relative_to(top).with_suffix("")
            by_year = kind == "tables" and path.relative_to(top).parts[0].isdigit()
            if stem not in pages:
                sources = [stem.with_suffix(s) for s in (".qmd", ".ipynb")]
                sources.append(stem.with_name(f"_{stem.name}.md"))
                pages[stem] = "".join(s.read_text("utf-8") for s in sources if s.is_file())
            # a year's notebook always has its workbook, even one without a table
            if by_year and pages[stem]:
                continue
            if f"downloads/{path.relative_to(reports / 'downloads').as_posix()}" not in pages[stem]:
                path.unlink()
                gone.append(path)
    return gone


def _period(page: str, year: int) -> str:
    """What a run of a notebook is about: «2025/26 учебный год», with its half if it has one.

    Examples
    --------
    >>> _period("2026/07_effectiveness-1.ipynb", 2026)
    '2025/26 учебный год, сентябрь — декабрь'
    """
    from shnor_lib.report.labels import school_year

    half = half_of(PurePosixPath(page).stem)
    part = {1: ", сентябрь — декабрь", 2: ", январь — август"}.get(half or 0, "")
    return f"{school_year(year)} учебный год{part}"


def _words(root: Path) -> tuple[dict[str, str], str]:
    """Words and delimiter of the project's ``_quarto.yml``, as the site's engine takes them."""
    from shnor_lib.yaml_source import load_yaml

    path = root / "_quarto.yml"
    values: Any = load_yaml(path)[0] if path.is_file() else {}
    values = values if isinstance(values, dict) else {}
    language = values.get("language") or {}
    crossref = values.get("crossref") or {}
    return (
        {str(key): str(value) for key, value in language.items()},
        str(crossref.get("title-delim", ".")),
    )


def _file_hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
