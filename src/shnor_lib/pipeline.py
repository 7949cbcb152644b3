"""The build: what depends on what, and nothing done twice.

Two pytask sessions, because the years are known only after the workbooks are read::

    data      raw file → read (one task per file) → assemble → data/processed/<table>/<year>.parquet
    reports   parquet → analysis → pages ──────────→ documents of schools ┐
              parquet → annual report × year ──────→ its PDF, Word ───────┤
              parquet → notebook × year ───────────→ its PDF, Word, Excel ┴→ site (built beside,
                                                                           swapped in at the end)

pytask compares contents, not times: a touched file costs nothing, and a task whose inputs come
out byte-equal is not run. The library's own code is an input too.

Modules that cost time to import (pandas, plotly, papermill) are imported inside the tasks, so
that a build with nothing to do stays under a second or two.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import pickle
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

from shnor_lib.faults import DataFaultsError, Fault, ShnorError, has_errors
from shnor_lib.project import SETTINGS_FILE, Project
from shnor_lib.runs import (
    NEEDS,
    NOTEBOOKS,
    all_runs,
    chosen_runs,
    conducted,
    half_of,
    notebook_of,
)
from shnor_lib.sources.cells.privacy import project_key
from shnor_lib.sources.files.folder import input_files
from shnor_lib.sources.given.look import Given, look

if TYPE_CHECKING:
    from shnor_lib.publish.documents.steps import Printer
    from shnor_lib.report.analysis import Analysis
    from shnor_lib.report.forms.model import Form

OPEN_SCHOOLS = "open_schools.json"
"""What the latest reading asks about schools, in the state folder."""

Engine = Literal["auto", "quarto", "embedded"]
Documents = Literal["none", "listed", "all"]
"""Which PDF and Word files are made: none; those of the latest year's monitorings and of the
schools on the list; those of all years and all schools."""


class Reporter(Protocol):
    """Receives the progress of a build; called from several threads."""

    def started(self, total: int) -> None:
        """``total`` tasks will be looked at."""

    def running(self, name: str) -> None:
        """Task ``name`` really runs (it was not up to date)."""

    def finished(self, name: str) -> None:
        """Task ``name`` has ended."""


class Silent:
    """A reporter that says nothing."""

    def started(self, total: int) -> None:
        """Ignore."""

    def running(self, name: str) -> None:
        """Ignore."""

    def finished(self, name: str) -> None:
        """Ignore."""


@dataclass
class BuildReport:
    """What a build did.

    Attributes
    ----------
    ran, skipped
        Names of the tasks that were run and of those found up to date.
    failures
        Errors by task name; empty when all went well.
    faults
        Faults of the input: errors, warnings and questions.
    site
        The site's first page, if a site stands.
    notes
        What the user should know though nothing failed (Russian).
    """

    ran: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    failures: dict[str, BaseException] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    site: Path | None = None
    notes: list[str] = field(default_factory=list)

    @property
    def data_faults(self) -> bool:
        """Whether faults of the input stopped the build."""
        return any(isinstance(error, DataFaultsError) for error in self.failures.values())

    @property
    def exit_code(self) -> int:
        """0 done, 1 faults in the data, 3 build failed."""
        if not self.failures:
            return 0
        return 1 if self.data_faults else 3


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
    report = _read_input(project, keep_good_rows, say, dry_run=dry_run)
    data_file = _data_file(project)
    if report.failures or not data_file.is_file():
        report.site = _site_index(project)
        return report
    known: list[int] = json.loads(data_file.read_text(encoding="utf-8"))["years"]
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
        tasks = _report_tasks(project, known, set(chosen), wanted, engine, printer, mode)
        _run(project, tasks, report, say, workers, dry_run)
        report.notes += printer.notes()
    report.notes += _site_notes(project)
    report.site = _site_index(project)
    return report


@contextlib.contextmanager
def _printer(project: Project, mode: Documents) -> Iterator[Printer]:
    """What makes documents in this build, with one browser for all of them."""
    from shnor_lib.publish.documents.pictures import Artist, find_browser
    from shnor_lib.publish.documents.steps import Printer

    browser = find_browser(project.settings.browser) if mode != "none" else None
    with Artist(project.state_dir / "charts", browser) as artist:
        yield Printer(project, artist)


def check(
    project: Project, *, keep_good_rows: bool = False, reporter: Reporter | None = None
) -> BuildReport:
    """Read and check the input, nothing else; see :func:`build`."""
    return _read_input(project, keep_good_rows, reporter or Silent(), dry_run=False)


def _read_input(
    project: Project, keep_good_rows: bool, say: Reporter, *, dry_run: bool
) -> BuildReport:
    report = BuildReport()
    _run(project, _data_tasks(project, keep_good_rows), report, say, 1, dry_run)
    report.faults = last_faults(project)
    return report


def open_schools(project: Project) -> dict[str, Any]:
    """Schools the latest reading of the input did not find.

    Returns
    -------
    dict
        ``questions`` (:class:`shnor_lib.sources.schools.open_schools.OpenSchool` as dictionaries),
        ``schools`` (code, name and municipality of every school of the register), ``decided``
        (spellings there are decisions on); empty before the first reading.
    """
    path = project.state_dir / OPEN_SCHOOLS
    if not path.is_file():
        return {}
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def last_faults(project: Project) -> list[Fault]:
    """Faults found by the latest reading of the input."""
    path = project.state_dir / "faults.json"
    if not path.is_file():
        return []
    return [Fault.from_dict(item) for item in json.loads(path.read_text(encoding="utf-8"))]


# --- the graph ---------------------------------------------------------------------------------


@dataclass
class _Work:
    """One task before it is handed to pytask."""

    name: str
    run: Callable[[], None]
    inputs: list[Path]
    outputs: list[Path]
    values: Any = None


def _data_tasks(project: Project, keep_good_rows: bool) -> list[_Work]:
    files = input_files(project.raw_dir)
    if not files:
        raise ShnorError(
            f"В папке «{project.raw_dir}» нет ни одного файла с данными. "
            "Положите туда выгрузки ФИС ОКО или заполненные шаблоны (shnor templates)."
        )
    calendar = project.calendar.model_dump_json()
    code = library_fingerprint()
    key = project_key(project.state_dir / "key")
    reads_dir = project.state_dir / "reads"
    works: list[_Work] = []
    reads: list[Path] = []
    for path in files:
        name = path.relative_to(project.raw_dir).as_posix()
        target = reads_dir / f"{hashlib.sha256(name.encode()).hexdigest()[:16]}.pickle"
        reads.append(target)

        def read(path: Path = path, target: Path = target) -> None:
            from shnor_lib.sources.read import read_file
            from shnor_lib.store import write_atomically

            found = read_file(path, raw_dir=project.raw_dir, calendar=project.calendar, key=key)
            write_atomically(target, pickle.dumps(found))

        works.append(_Work(f"чтение: {name}", read, [path], [target], [code, calendar, _sha(key)]))

    data_file = _data_file(project)
    for_site = look(project.root)

    def assemble_all() -> None:
        from shnor_lib.sources.assemble import assemble
        from shnor_lib.sources.schools.open_schools import decided_keys
        from shnor_lib.store import save_dataset, write_json

        found = [pickle.loads(path.read_bytes()) for path in reads]  # noqa: S301 - our own cache
        dataset = assemble(found, calendar=project.calendar, for_site=for_site)
        write_json(project.state_dir / "faults.json", [f.to_dict() for f in dataset.faults])
        write_json(
            project.state_dir / OPEN_SCHOOLS,
            {
                "questions": dataset.open_schools,
                "schools": dataset.schools[["school_id", "name", "municipality"]]
                .fillna("")
                .to_numpy()
                .tolist(),
                "decided": decided_keys(dataset.school_keys),
            },
        )
        if has_errors(dataset.faults) and not keep_good_rows:
            raise DataFaultsError(dataset.faults)
        if not len(dataset.results) and not len(dataset.social_passport):
            raise ShnorError(
                "Во входных файлах нет ни результатов, ни социальных паспортов: "
                "строить отчёты не из чего. Если пока готов только реестр школ, остальные книги "
                "с кодами школ даёт команда shnor templates."
            )
        written = save_dataset(project.processed_dir, dataset)
        state = {
            "years": dataset.years,
            "files": {
                path.relative_to(project.root).as_posix(): _sha(path.read_bytes())
                for path in written
            },
        }
        write_json(data_file, state)

    names = [path.relative_to(project.raw_dir).as_posix() for path in files]
    works.append(
        _Work(
            "сборка таблиц",
            assemble_all,
            reads,
            [data_file],
            [code, calendar, names, keep_good_rows, for_site.signature],
        )
    )
    return works


def _report_tasks(
    project: Project,
    known: list[int],
    years: set[int],
    runs: set[str],
    engine: Engine,
    printer: Printer,
    mode: Documents,
) -> list[_Work]:
    from shnor_lib.publish.given_files import leftovers
    from shnor_lib.report import downloads
    from shnor_lib.report.platform.feed import site_url

    code, printing = library_fingerprint(), publish_fingerprint()
    reports = project.reports_dir
    settings = project.root / SETTINGS_FILE
    definitions = _definition_files(project)
    processed = _processed_files(project)
    works: list[_Work] = []

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
        _Work(
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
    given, address = look(project.root), site_url(project.root)
    documented = sorted(
        page
        for page in (*(f"{each}.ipynb" for each in linked), *(f"{y}/annual.qmd" for y in annual))
        if _has_documents(reports, page, years, runs, printed)
    )

    def pages() -> None:
        from shnor_lib.report.pages import printed_schools, write_pages
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
        schools = printed_schools(analysis, mode)
        write_json(schools_file, {"year": analysis.year, "pages": schools})
        index = {path: _sha((project.reports_dir / path).read_bytes()) for path in sorted(written)}
        write_json(pages_file, index)

    works.append(
        _Work(
            "страницы",
            pages,
            [analysis_file],
            [pages_file, schools_file],
            [code, sorted(linked), annual, mode, given.signature, address, documented],
        )
    )
    works += _annual_tasks(
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
                *_upto(processed, year),
            ]
            works.append(_Work(f"тетрадь: {label}", run, inputs, [target], [code, parameters]))
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
                _Work(
                    f"оформление: {label}",
                    finish,
                    [target],
                    [reports / file for file in files],
                    [code, printing, with_documents, printer.values() if with_documents else None],
                )
            )

    with_risks = any(path.parent.name in NEEDS["04_risk_factors"] for path in processed)
    if with_risks or (reports / "downloads/forms").is_dir():
        works.append(_forms_task(project, analysis_file, printing))
    works.append(_letters_task(project, analysis_file, printing))
    works.append(_cards_task(project, analysis_file, printing))
    if mode != "none":
        works.append(_schools_task(project, schools_file, pages_file, printer, printing))

    if given.files or given.pages or given.beside or leftovers(reports, given):
        works.append(_given_task(project, given, printing))

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
        _Work(
            "сайт",
            site,
            [pages_file, *sorted(made), *config],
            [site_file, project.site_dir / "index.html"],
            # The theme of the charts comes from the report room: all code counts here.
            [code, printing, engine],
        )
    )
    return works


def _given_task(project: Project, given: Given, printing: str) -> _Work:
    """Copies of the user's files and pages."""
    from shnor_lib.publish.given_files import copy_given, targets

    done = project.state_dir / "given.json"

    def run() -> None:
        from shnor_lib.store import write_json

        copy_given(project.root, project.reports_dir, given)
        write_json(done, {"signature": given.signature})

    made = targets(project.reports_dir, given)
    return _Work(
        GIVEN, run, given.sources(project.root), [done, *made], [printing, given.signature]
    )


def _has_documents(
    reports: Path, page: str, years: set[int], runs: set[str], printed: set[int]
) -> bool:
    """Whether a monitoring or an annual report has a PDF and a Word file after this build."""
    from shnor_lib.report import downloads

    folder, _, name = page.partition("/")
    stem = name.rpartition(".")[0]
    if int(folder) in years and (stem == "annual" or stem in runs):
        return int(folder) in printed
    return all((reports / downloads.document(page, s)).is_file() for s in (".pdf", ".docx"))


def _forms_task(project: Project, analysis_file: Path, printing: str) -> _Work:
    """Forms to print and sign: protocols, self-analysis cards."""

    def forms(analysis: Analysis) -> tuple[str, list[Form]]:
        from shnor_lib.report.forms import forms_of
        from shnor_lib.report.forms.model import FOLDER

        return FOLDER, forms_of(analysis)

    return _word_task(project, analysis_file, printing, FORMS, "forms", forms)


def _letters_task(project: Project, analysis_file: Path, printing: str) -> _Work:
    """Letters with addressed recommendations."""

    def letters(analysis: Analysis) -> tuple[str, list[Form]]:
        from shnor_lib.report.letters import letters_of
        from shnor_lib.report.letters.paths import FOLDER

        return FOLDER, letters_of(analysis)

    return _word_task(project, analysis_file, printing, LETTERS, "letters", letters)


def _cards_task(project: Project, analysis_file: Path, printing: str) -> _Work:
    """Personal cards of teachers; nothing of the site is made from them."""

    def cards(analysis: Analysis) -> tuple[str, list[Form]]:
        from shnor_lib.report.cards import FOLDER, cards_of

        return FOLDER, cards_of(analysis)

    return _word_task(project, analysis_file, printing, CARDS, "cards", cards)


def _word_task(
    project: Project,
    analysis_file: Path,
    printing: str,
    name: str,
    kind: str,
    files_of: Callable[[Analysis], tuple[str, list[Form]]],
) -> _Work:
    """Word files of one kind in a folder of their own; only changed ones are made again."""
    made = project.state_dir / f"{kind}.json"
    own = project.root / "reference.docx"

    def run() -> None:
        from shnor_lib.publish.documents.forms import update_forms
        from shnor_lib.publish.documents.reference import reference_of

        analysis = pickle.loads(analysis_file.read_bytes())  # noqa: S301 - our own cache
        folder, files = files_of(analysis)
        update_forms(
            project.root,
            files,
            reference=reference_of(project.root),
            organisation=project.settings.organisation,
            memory=made,
            version=printing,
            folder=folder,
        )

    inputs = [analysis_file, *([own] if own.is_file() else [])]
    return _Work(name, run, inputs, [made], [library_fingerprint(), printing])


def _annual_tasks(
    project: Project,
    monitorings: Mapping[int, list[str]],
    years: set[int],
    printed: set[int],
    printer: Printer,
    definitions: list[Path],
    values: list[str],
) -> list[_Work]:
    """Annual reports of the chosen years: the page, its workbook, its PDF and Word."""
    from shnor_lib.report import downloads

    processed, reports = _processed_files(project), project.reports_dir
    works: list[_Work] = []
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
            _Work(
                f"годовой отчёт: {year}",
                run,
                [*definitions, *_upto(processed, year)],
                [reports / file for file in files],
                [*values, monitorings[year], printer.values() if year in printed else None],
            )
        )
    return works


FORMS = "бланки школ"
"""Name of the step that makes forms to print and sign."""
GIVEN = "файлы и страницы платформы"
"""Name of the step that copies what the user gave for the site."""
CARDS = "карты учителей"
"""Name of the step that makes personal cards of teachers, for ``reports/internal``."""
LETTERS = "письма"
"""Name of the step that makes letters with recommendations."""
SCHOOLS_DOCUMENTS = "документы школ"


def _schools_task(
    project: Project, schools_file: Path, pages_file: Path, printer: Printer, version: str
) -> _Work:
    """PDF and Word of profiles: one task, which remembers what each was made from."""
    done = project.state_dir / "documents-done.json"

    def run() -> None:
        wanted = json.loads(schools_file.read_text(encoding="utf-8"))
        printer.print_schools(
            wanted["pages"], year=int(wanted["year"]), memory=done, version=version
        )

    values = [version, printer.values(), printer.lost(done)]
    return _Work(SCHOOLS_DOCUMENTS, run, [schools_file, pages_file], [done], values)


def _upto(processed: Iterable[Path], year: int) -> list[Path]:
    """Files of tidy tables without later years."""
    return [path for path in processed if not path.stem.isdigit() or int(path.stem) <= year]


def _run(
    project: Project,
    works: list[_Work],
    report: BuildReport,
    say: Reporter,
    workers: int,
    dry_run: bool,
) -> None:
    """Hand the works to pytask and take its outcome into ``report``."""
    import pytask

    say.started(len(works))

    def body(work: _Work) -> Callable[..., None]:
        def task(**_: Any) -> None:
            say.running(work.name)
            try:
                for output in work.outputs:
                    output.parent.mkdir(parents=True, exist_ok=True)
                work.run()
                for output in work.outputs:
                    if not output.exists():
                        raise ShnorError(f"Шаг «{work.name}» не создал файл «{output}».")
            finally:
                say.finished(work.name)

        return task

    def node(path: Path) -> pytask.PathNode:
        return pytask.PathNode(path=path, name=path.as_posix())

    class Values(pytask.PythonNode):  # type: ignore[misc]
        """Values of one task; pytask takes all nodes that come from no module for the same one."""

        @property
        def signature(self) -> str:
            return _sha(self.name.encode())

    tasks = [
        pytask.TaskWithoutPath(
            name=work.name,
            function=body(work),
            depends_on={
                **{f"i{n}": node(path) for n, path in enumerate(work.inputs)},
                "values": Values(
                    name=f"{work.name}::values",
                    value=json.dumps(work.values, ensure_ascii=False, sort_keys=True),
                    hash=True,
                ),
            },
            produces={f"o{n}": node(path) for n, path in enumerate(work.outputs)},
            attributes={
                "collection_id": None,
                "after": [],
                "is_generator": False,
                "duration": None,
            },
        )
        for work in works
    ]
    project.state_dir.mkdir(parents=True, exist_ok=True)
    config = project.state_dir / "pytask.toml"
    if not config.is_file():
        config.write_text("[tool.pytask.ini_options]\n", encoding="utf-8")
    options: dict[str, Any] = {}
    if workers > 1:
        options = {"n_workers": workers, "parallel_backend": "threads"}
    with _quiet():
        session = pytask.build(
            tasks=tasks,
            paths=(project.state_dir,),
            config=config,
            capture="no",
            verbose=0,
            dry_run=dry_run,
            **options,
        )
    for collected in getattr(session, "collection_reports", []):
        if collected.exc_info:
            raise ShnorError(f"Граф сборки не собран: {collected.exc_info[1]}")
    outcomes = pytask.TaskOutcome
    for item in session.execution_reports:
        name = item.task.name
        if item.outcome in (outcomes.SUCCESS, outcomes.WOULD_BE_EXECUTED):
            report.ran.append(name)
        elif item.outcome is outcomes.FAIL:
            report.failures[name] = _cause(item.exc_info[1])
        elif item.outcome in (outcomes.SKIP_UNCHANGED, outcomes.PERSISTENCE):
            report.skipped.append(name)
    if session.exit_code and not report.failures:
        raise ShnorError("Сборка остановилась до начала работы; запустите её ещё раз.")


def _cause(error: BaseException) -> BaseException:
    """The innermost error of ours, or the error itself."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, ShnorError):
            return seen
        seen = seen.__cause__ or seen.__context__
    return error


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Pytask prints a report of its own in English; ours is printed instead."""
    with contextlib.redirect_stdout(io.StringIO()):
        yield


# --- files and fingerprints --------------------------------------------------------------------


def _sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _fingerprint(root: Path, paths: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(path.relative_to(root).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def library_fingerprint() -> str:
    """Hash of the library's code and definitions, publishing aside."""
    root = Path(str(resources.files("shnor_lib")))
    return _fingerprint(
        root,
        (
            path
            for path in root.rglob("*")
            if path.suffix in {".py", ".yml", ".csv", ".json"}
            and path.relative_to(root).parts[0] not in {"publish", "_project", "cli.py"}
        ),
    )


def publish_fingerprint() -> str:
    """Hash of the publishing code and assets."""
    root = Path(str(resources.files("shnor_lib") / "publish"))
    return _fingerprint(
        root, (p for p in root.rglob("*") if p.is_file() and "__pycache__" not in p.parts)
    )


def _data_file(project: Project) -> Path:
    return project.state_dir / "data.json"


def _site_notes(project: Project) -> list[str]:
    """What the latest publication found on the user's own pages."""
    path = project.state_dir / "site.json"
    if not path.is_file():
        return []
    return [str(note) for note in json.loads(path.read_text("utf-8")).get("notes", [])]


def _site_index(project: Project) -> Path | None:
    path = project.site_dir / "index.html"
    return path if path.is_file() else None


def _processed_files(project: Project) -> list[Path]:
    state = json.loads(_data_file(project).read_text(encoding="utf-8"))
    return [project.root / name for name in state["files"]]


def _definition_files(project: Project) -> list[Path]:
    chosen = project.settings
    files = [project.definition_path("rulesets", n) for n in (chosen.ruleset, *chosen.compare)]
    files.append(project.definition_path("ratings", chosen.rating))
    files.append(project.definition_path("indices", chosen.wellbeing_index))
    files.append(project.definition_path("risks", chosen.risks))
    files.append(project.definition_path("recommendations", chosen.recommendations))
    files.append(project.definition_path("competence", chosen.competence))
    # Definitions may refer to other definitions of the project.
    for kind in ("rulesets", "ratings", "indices", "risks", "recommendations", "competence"):
        files.extend(sorted((project.root / kind).glob("*.yml")))
    return sorted(set(files))


def _remove_stale_reports(
    project: Project, known: list[int], linked: set[str], pages_file: Path
) -> None:
    """Take away generated pages of schools, years and monitorings that are gone."""
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
    made += (project.reports_dir / "downloads").rglob("*.ics")
    made += (project.reports_dir / "downloads/platform").glob("*")
    # a page of the menu whose registers have no rows any more
    made += [project.reports_dir / section.path for section in SECTIONS]
    for path in made:
        if path not in kept:
            path.unlink(missing_ok=True)
