"""The build as a whole, and the reading alone."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from shnor_lib.faults import ShnorError
from shnor_lib.pipeline.data import data_tasks, last_faults
from shnor_lib.pipeline.files import data_file, site_index, site_notes
from shnor_lib.pipeline.outcome import BuildReport, Documents, Engine, Reporter, Silent
from shnor_lib.pipeline.reports import report_tasks
from shnor_lib.pipeline.work import run_works
from shnor_lib.project import Project
from shnor_lib.runs import chosen_runs
from shnor_lib.sources.given.look import Given, look

if TYPE_CHECKING:
    from shnor_lib.publish.documents.steps import Printer


def build(
    project: Project,
    *,
    years: Iterable[int] | None = None,
    only: Iterable[str] | None = None,
    engine: Engine = "auto",
    documents: Documents | None = None,
    workers: int = 2,
    keep_good_rows: bool = False,
    dry_run: bool = False,
    reporter: Reporter | None = None,
) -> BuildReport:
    """Bring everything up to date: tidy tables, notebooks, pages, documents, site.

    Parameters
    ----------
    project
        The opened project.
    years
        Run the notebooks of these years only; the others keep their last state.
    only
        Run these only: notebooks or single runs (:mod:`shnor_lib.runs`).
    engine
        ``auto``, ``quarto`` or ``embedded``; see :func:`shnor_lib.publish.site.publish`.
    documents
        Which PDF and Word files are made; default: as ``shnor.yml`` says.
    workers
        Notebooks run at the same time.
    keep_good_rows
        Let a workbook with errors give its good rows instead of stopping the build.
    dry_run
        Only say what would be run.
    reporter
        Receives progress.

    Returns
    -------
    BuildReport
        Never raises for faults in the data or a failing notebook: they are in the report, and
        the last good site stays as it was.

    Raises
    ------
    ShnorError
        Wrong use: no such year or notebook, no input at all.
    """
    wanted = chosen_runs(only)
    say = reporter or Silent()
    given = look(project.root)
    report = _read_input(project, keep_good_rows, given, say, dry_run=dry_run)
    tables = data_file(project)
    if report.failures or not tables.is_file():
        report.site = site_index(project)
        return report
    known: list[int] = json.loads(tables.read_text(encoding="utf-8"))["years"]
    if project.settings.years:
        # Earlier years stay in the tables: criteria look back; only reports are left out.
        known = [year for year in known if year in project.settings.years]
    chosen = sorted(set(years)) if years is not None else known
    if missing := [year for year in chosen if year not in known]:
        raise ShnorError(
            f"Нет данных за {', '.join(map(str, missing))} год. "
            f"Есть: {', '.join(map(str, known)) or 'ни одного года'}."
        )
    mode = documents or project.settings.documents
    with _printer(project, mode) as printer:
        tasks = report_tasks(project, known, set(chosen), wanted, engine, printer, mode, given)
        run_works(project, tasks, report, say, workers, dry_run)
        report.notes += printer.notes()
    report.notes += site_notes(project)
    report.site = site_index(project)
    return report


def check(
    project: Project, *, keep_good_rows: bool = False, reporter: Reporter | None = None
) -> BuildReport:
    """Read and check the input, nothing else; see :func:`build`."""
    given = look(project.root)
    return _read_input(project, keep_good_rows, given, reporter or Silent(), dry_run=False)


def _read_input(
    project: Project, keep_good_rows: bool, given: Given, say: Reporter, *, dry_run: bool
) -> BuildReport:
    report = BuildReport()
    run_works(project, data_tasks(project, keep_good_rows, given), report, say, 1, dry_run)
    report.faults = last_faults(project)
    return report


@contextlib.contextmanager
def _printer(project: Project, mode: Documents) -> Iterator[Printer]:
    """What makes documents in this build, with one browser for all of them."""
    from shnor_lib.publish.documents.pictures import Artist, find_browser
    from shnor_lib.publish.documents.steps import Printer

    browser = find_browser(project.settings.browser) if mode != "none" else None
    with Artist(project.state_dir / "charts", browser) as artist:
        yield Printer(project, artist)
