"""Tasks of the annual reports, of the schools' PDF and Word files and of the user's own files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from shnor_lib.pipeline.files import processed_files, upto
from shnor_lib.pipeline.work import Work
from shnor_lib.project import Project
from shnor_lib.sources.given.look import Given

if TYPE_CHECKING:
    from shnor_lib.publish.documents.steps import Printer

GIVEN = "файлы и страницы платформы"
"""Name of the step that copies what the user gave for the site."""
SCHOOLS_DOCUMENTS = "документы школ"


def annual_tasks(
    project: Project,
    monitorings: Mapping[int, list[str]],
    years: set[int],
    printed: set[int],
    printer: Printer,
    definitions: list[Path],
    values: list[str],
) -> list[Work]:
    """Annual reports of the chosen years: the page, its workbook, its PDF and Word."""
    from shnor_lib.report import downloads

    processed, reports = processed_files(project), project.reports_dir
    works: list[Work] = []
    for year in sorted(set(monitorings) & years):
        page = f"{year}/annual.qmd"

        def run(year: int = year, page: str = page) -> None:
            from shnor_lib.report.annual.page import write_annual

            write_annual(project, year, monitorings[year], documents=year in printed)
            if year in printed:
                printer.print_report(page, year=year)

        files = [page, downloads.workbook(page)]
        if year in printed:
            files += [downloads.document(page, suffix) for suffix in (".pdf", ".docx")]
        works.append(
            Work(
                f"годовой отчёт: {year}",
                run,
                [*definitions, *upto(processed, year)],
                [reports / file for file in files],
                [*values, monitorings[year], printer.values() if year in printed else None],
            )
        )
    return works


def schools_task(
    project: Project, schools_file: Path, pages_file: Path, printer: Printer, version: str
) -> Work:
    """PDF and Word of profiles: one task, which remembers what each was made from."""
    done = project.state_dir / "documents-done.json"

    def run() -> None:
        wanted = json.loads(schools_file.read_text(encoding="utf-8"))
        printer.print_schools(
            wanted["pages"], year=int(wanted["year"]), memory=done, version=version
        )

    values = [version, printer.values(), printer.lost(done)]
    return Work(SCHOOLS_DOCUMENTS, run, [schools_file, pages_file], [done], values)


def given_task(project: Project, given: Given, printing: str) -> Work:
    """Copies of the user's files and pages."""
    from shnor_lib.publish.given_files import copy_given, targets

    done = project.state_dir / "given.json"

    def run() -> None:
        from shnor_lib.store import write_json

        copy_given(project.root, project.reports_dir, given)
        write_json(done, {"signature": given.signature})

    made = targets(project.reports_dir, given)
    return Work(GIVEN, run, given.sources(project.root), [done, *made], [printing, given.signature])


def has_documents(
    reports: Path, page: str, years: set[int], runs: set[str], printed: set[int]
) -> bool:
    """Whether a monitoring or an annual report has a PDF and a Word file after this build."""
    from shnor_lib.report import downloads

    folder, _, name = page.partition("/")
    stem = name.rpartition(".")[0]
    if int(folder) in years and (stem == "annual" or stem in runs):
        return int(folder) in printed
    return all((reports / downloads.document(page, s)).is_file() for s in (".pdf", ".docx"))
