"""The second session: tidy tables → analysis, notebooks, pages, documents, site."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shnor_lib.faults import ShnorError
from shnor_lib.pipeline.documents import (
    GIVEN,
    SCHOOLS_DOCUMENTS,
    annual_tasks,
    given_task,
    has_documents,
    schools_task,
)
from shnor_lib.pipeline.files import (
    definition_files,
    library_fingerprint,
    processed_files,
    publish_fingerprint,
    sha,
    upto,
)
from shnor_lib.pipeline.outcome import Documents, Engine
from shnor_lib.pipeline.word_files import FORMS, LETTERS, cards_task, forms_task, letters_task
from shnor_lib.pipeline.work import Work
from shnor_lib.project import SETTINGS_FILE, Project
from shnor_lib.runs import NEEDS, NOTEBOOKS, all_runs, conducted, half_of, notebook_of
from shnor_lib.sources.given.look import Given

if TYPE_CHECKING:
    from shnor_lib.publish.documents.steps import Printer


def report_tasks(
    project: Project,
    known: list[int],
    years: set[int],
    runs: set[str],
    engine: Engine,
    printer: Printer,
    mode: Documents,
    given: Given,
) -> list[Work]:
    """Everything after the reading, for the chosen years and runs of notebooks.

    Parameters
    ----------
    project
        The opened project.
    known, years
        Years with data; those to be made now.
    runs
        Names of the runs to be made now.
    engine, printer, mode
        How the site and its documents are made.
    given
        The user's own files and pages.
    """
    from shnor_lib.publish.given_files import leftovers
    from shnor_lib.report import downloads
    from shnor_lib.report.platform.feed import site_url

    printing = publish_fingerprint()
    reports = project.reports_dir
    settings = project.root / SETTINGS_FILE
    definitions = definition_files(project)
    # A definition taken away is no input any more: that it is gone must be seen, too.
    own = [path.relative_to(project.root).as_posix() for path in definitions]
    code = sha("\n".join([library_fingerprint(), *own]).encode())
    processed = processed_files(project)
    works: list[Work] = []

    analysis_file = project.state_dir / "analysis.pickle"

    def analyse_all() -> None:
        from shnor_lib.report.analysis import analyse
        from shnor_lib.store import load_dataset, write_atomically, write_frame

        analysis = analyse(project, load_dataset(project.processed_dir))
        folder = project.processed_dir / "analysis"
        write_frame(folder / "statuses.parquet", analysis.identification.statuses)
        write_frame(folder / "criteria.parquet", analysis.identification.criteria)
        write_atomically(analysis_file, pickle.dumps(analysis))

    works.append(
        Work(
            "расчёт статусов",
            analyse_all,
            [*processed, settings, *definitions],
            [analysis_file],
            code,
        )
    )

    pages_file = project.state_dir / "pages.json"
    held = {(year, run) for year in known for run in all_runs() if conducted(processed, year, run)}
    # Pages link to notebooks that this build makes or an earlier one left.
    linked = {
        f"{year}/{run}"
        for year, run in held
        if (year in years and run in runs)
        or (project.reports_dir / str(year) / f"{run}.ipynb").is_file()
    }
    annual = [year for year in known if year in years or (reports / f"{year}/annual.qmd").is_file()]
    # Documents of earlier years are read seldom; the option «all» makes them too.
    printed = {year for year in known if mode == "all" or (mode == "listed" and year == known[-1])}
    schools_file = project.state_dir / "documents.json"
    address = site_url(project.root)
    documented = sorted(
        page
        for page in (*(f"{each}.ipynb" for each in linked), *(f"{y}/annual.qmd" for y in annual))
        if has_documents(reports, page, years, runs, printed)
    )

    def pages() -> None:
        from shnor_lib.report.pages import printed_pages, write_pages
        from shnor_lib.store import write_json

        analysis = pickle.loads(analysis_file.read_bytes())  # noqa: S301 - our own cache
        written = write_pages(
            analysis,
            project.reports_dir,
            notebooks=all_runs(),
            available=lambda year, run: f"{year}/{run}" in linked,
            documents=mode,
            annual=annual,
            given=given,
            site_url=address,
            documented=documented,
        )
        to_print = printed_pages(analysis, mode)
        write_json(schools_file, {"year": analysis.year, "pages": to_print})
        index = {path: sha((project.reports_dir / path).read_bytes()) for path in sorted(written)}
        write_json(pages_file, index)

    works.append(
        Work(
            "страницы",
            pages,
            [analysis_file],
            [pages_file, schools_file],
            [code, sorted(linked), annual, mode, given.signature, address, documented],
        )
    )
    works += annual_tasks(
        project,
        {year: [run for run in all_runs() if (year, run) in held] for year in annual},
        years,
        printed,
        printer,
        [settings, *definitions],
        [code, printing],
    )

    for name in all_runs():
        source = project.notebooks_dir / f"{notebook_of(name)}.ipynb"
        if not source.is_file() and any(name == each for _, each in held):
            raise ShnorError(f"Нет тетради «{source}». Создайте её заново: shnor new ПАПКА.")
        half = half_of(name)
        for year in known:
            if name not in runs or year not in years or (year, name) not in held:
                continue
            target = project.state_dir / "executed" / str(year) / f"{name}.ipynb"
            parameters = {
                "project": ".",
                "year": year,
                "ruleset": project.settings.ruleset,
                "audience": project.settings.audience,
            }
            if half is not None:
                parameters["half"] = half
            label = f"{name}, {year}"

            def run(
                source: Path = source,
                target: Path = target,
                parameters: dict[str, Any] = parameters,
                label: str = label,
            ) -> None:
                from shnor_lib.execute import run_notebook
                from shnor_lib.report.labels import period_label

                run_notebook(
                    source,
                    target,
                    parameters,
                    cwd=project.root,
                    label=label,
                    period=period_label(parameters["year"], parameters.get("half")),
                )

            inputs = [
                source,
                settings,
                *definitions,
                *upto(processed, year),
            ]
            works.append(Work(f"тетрадь: {label}", run, inputs, [target], [code, parameters]))
            page, with_documents = f"{year}/{name}.ipynb", year in printed

            def finish(
                executed: Path = target,
                page: str = page,
                year: int = year,
                documents: bool = with_documents,
            ) -> None:
                printer.finish_notebook(executed, page, year=year, documents=documents)

            files = [page, downloads.workbook(page)]
            if with_documents:
                files += [downloads.document(page, suffix) for suffix in (".pdf", ".docx")]
            works.append(
                Work(
                    f"оформление: {label}",
                    finish,
                    [target],
                    [reports / file for file in files],
                    [code, printing, with_documents, printer.values() if with_documents else None],
                )
            )

    with_risks = any(path.parent.name in NEEDS["04_risk_factors"] for path in processed)
    if with_risks or (reports / "downloads/forms").is_dir():
        works.append(forms_task(project, analysis_file, code, printing))
    works.append(letters_task(project, analysis_file, code, printing))
    works.append(cards_task(project, analysis_file, code, printing))
    if mode != "none":
        works.append(schools_task(project, schools_file, pages_file, printer, printing))

    if given.files or given.pages or given.beside or leftovers(reports, given):
        works.append(given_task(project, given, printing))

    site_file = project.state_dir / "site.json"
    made = {path for work in works for path in work.outputs if reports in path.parents}
    made |= {reports / f"{name}.ipynb" for name in linked}
    alone = {SCHOOLS_DOCUMENTS, FORMS, LETTERS, GIVEN}
    made |= {work.outputs[0] for work in works if work.name in alone}
    config = [p for p in (project.root / "_quarto.yml", project.root / "index.qmd") if p.is_file()]

    def site() -> None:
        from shnor_lib.publish.documents.steps import remove_unlinked
        from shnor_lib.publish.site import publish
        from shnor_lib.store import write_json

        _remove_stale_reports(project, known, linked, pages_file)
        remove_unlinked(reports)
        result = publish(project.root, engine=engine, output=project.site_dir)
        write_json(site_file, {"engine": result.engine, "notes": result.notes})

    works.append(
        Work(
            "сайт",
            site,
            [pages_file, *sorted(made), *config],
            [site_file, project.site_dir / "index.html"],
            # The theme of the charts comes from the report room: all code counts here.
            [code, printing, engine],
        )
    )
    return works


def _remove_stale_reports(
    project: Project, known: list[int], linked: set[str], pages_file: Path
) -> None:
    """Take away generated pages of schools, municipalities, years and monitorings that are gone."""
    from shnor_lib.report.pages.sections import SECTIONS

    kept = {project.reports_dir / name for name in json.loads(pages_file.read_text("utf-8"))}
    known_runs = {*all_runs(), *NOTEBOOKS}
    for folder in project.reports_dir.iterdir() if project.reports_dir.is_dir() else ():
        if folder.is_dir() and folder.name.isdigit():
            for path in folder.glob("*.ipynb"):
                ours = path.stem in known_runs and f"{folder.name}/{path.stem}" not in linked
                if ours or int(folder.name) not in known:
                    path.unlink()
            if int(folder.name) not in known:
                (folder / "annual.qmd").unlink(missing_ok=True)
    made = [*(project.reports_dir / "schools").glob("*.qmd")]
    made += (project.reports_dir / "municipalities").glob("*.qmd")
    made += (project.reports_dir / "downloads").rglob("*.ics")
    made += (project.reports_dir / "downloads/platform").glob("*")
    # a page of the menu whose registers have no rows any more
    made += [project.reports_dir / section.path for section in SECTIONS]
    for path in made:
        if path not in kept:
            path.unlink(missing_ok=True)
