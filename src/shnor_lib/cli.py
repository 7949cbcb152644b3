"""The command ``shnor``: everything a methodologist does outside a notebook.

Exit status: 0 done; 1 faults in the data (list printed, workbook written); 2 wrong use;
3 build failed.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, cast

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from typer.core import TyperCommand, TyperGroup

from shnor_lib.faults import DataFaultsError, Fault, Severity, ShnorError

if TYPE_CHECKING:
    from shnor_lib.pipeline import BuildReport
    from shnor_lib.project import Project
    from shnor_lib.sources.feedback.marked_copy import Copies
    from shnor_lib.store import Dataset

OK, FAULTS, WRONG_USE, FAILED = 0, 1, 2, 3


class _RussianHelp:
    """Typer's own words for ``--help`` are English."""

    def get_help_option(self, ctx: Any) -> Any:
        option = super().get_help_option(ctx)  # type: ignore[misc]
        if option is not None:
            option.help = "Показать эту справку."
        return option


class _Group(_RussianHelp, TyperGroup):
    pass


class _Command(_RussianHelp, TyperCommand):
    pass


app = typer.Typer(
    name="shnor",
    cls=_Group,
    help="Выявление, поддержка и сопровождение ШНОР и ШССУ: от рабочих книг до сайта.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)
out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)

ProjectOption = Annotated[
    Path | None, typer.Option("--project", "-p", help="Папка проекта. По умолчанию — текущая.")
]
YearOption = Annotated[
    int | None,
    typer.Option("--year", help="Год окончания учебного года. По умолчанию — последний."),
]
RulesetOption = Annotated[
    str | None, typer.Option("--ruleset", help="Свод правил. По умолчанию — из shnor.yml.")
]


def main() -> None:
    """Entry point: run the command and turn our errors into messages and exit statuses."""
    _speak_russian()
    try:
        app()
    except ShnorError as error:
        err.print(f"[bold red]Ошибка.[/] {escape(str(error))}")
        sys.exit(WRONG_USE)
    except KeyboardInterrupt:
        err.print("Прервано. Прежний сайт на месте.")
        sys.exit(FAILED)


def _speak_russian() -> None:
    """Typer's own words are English constants; the interface is Russian."""
    from typer import rich_utils

    for name, text in {
        "ARGUMENTS_PANEL_TITLE": "Аргументы",
        "OPTIONS_PANEL_TITLE": "Параметры",
        "COMMANDS_PANEL_TITLE": "Команды",
        "ERRORS_PANEL_TITLE": "Ошибка",
        "ABORTED_TEXT": "Прервано.",
        "DEFAULT_STRING": "[по умолчанию: {}]",
        "REQUIRED_LONG_STRING": "[обязательно]",
        "RICH_HELP": "Справка: [blue]'{command_path} {help_option}'[/]",
    }.items():
        if hasattr(rich_utils, name):
            setattr(rich_utils, name, text)


def _open(path: Path | None) -> Project:
    from shnor_lib.project import open_project

    return open_project(path)


class _Screen:
    """Shows the build's progress; the bar appears with the first task that really runs."""

    def __init__(self) -> None:
        self.progress = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TextColumn("{task.completed}/{task.total}"),
            TimeElapsedColumn(),
            console=err,
            transient=True,
        )
        self._task = self.progress.add_task("Проверяю, что изменилось", total=0)
        self._running: list[str] = []

    def started(self, total: int) -> None:
        known = self.progress.tasks[0].total or 0
        self.progress.update(self._task, total=known + total)

    def running(self, name: str) -> None:
        self._running.append(name)
        self._show()

    def finished(self, name: str) -> None:
        self._running.remove(name)
        self.progress.advance(self._task)
        self._show()

    def _show(self) -> None:
        self.progress.update(self._task, description=escape("; ".join(self._running) or "готово"))


def _print_faults(faults: Iterable[Fault], *, limit: int = 40) -> None:
    colours = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.QUESTION: "cyan"}
    shown = list(faults)
    for fault in shown[:limit]:
        err.print(
            f"[bold {colours[fault.severity]}]{str(fault.severity).capitalize()}.[/] {escape(fault.sentence())}"
        )
    if len(shown) > limit:
        err.print(f"… и ещё {len(shown) - limit}; все — в рабочей книге ошибок.")


def _faults_workbook(project: Project, faults: list[Fault]) -> Path | None:
    """Write the workbook of faults and the marked copies; those of an earlier run go.

    Nothing of them stays when all is well.
    """
    path = project.root / "faults.xlsx"
    copies = _marked_copies(project, faults)
    if not faults:
        path.unlink(missing_ok=True)
        return None
    from shnor_lib.sources.feedback.faults_workbook import write_faults_workbook

    try:
        write_faults_workbook(path, faults, raw_dir=project.raw_dir, copies=copies)
    except PermissionError:
        err.print(f"Закройте «{path}» в Excel: новый список ошибок записать не удалось.")
    return path


def _marked_copies(project: Project, faults: list[Fault]) -> Copies | None:
    """Bring the marked copies in ``faults/`` up to date and say where they lie."""
    folder = project.root / "faults"
    if not faults and not folder.is_dir():
        return None
    from shnor_lib.pipeline import library_fingerprint
    from shnor_lib.report.format import count_phrase
    from shnor_lib.sources.feedback.marked_copy import write_marked_copies

    with Progress(
        SpinnerColumn(), TextColumn("{task.description}"), BarColumn(bar_width=24),
        TextColumn("{task.completed}/{task.total}"), console=err, transient=True,
    ) as bar:  # fmt: skip
        task = bar.add_task("Помечаю ошибки в копиях книг", total=None)

        def show(done: int, total: int, file: str) -> None:
            bar.update(task, completed=done, total=total, description=f"Пометки: {escape(file)}")

        copies = write_marked_copies(
            faults,
            raw_dir=project.raw_dir,
            folder=folder,
            calendar=project.calendar,
            state_file=project.state_dir / "marked.json",
            version=library_fingerprint(),
            progress=show,
        )
    if copies.found:
        words = count_phrase(len(copies.found), "копия", "копии", "копий")
        rest = count_phrase(len(copies.left_out), "книги", "книг", "книг")
        more = f" Ещё для {rest} копии не сделаны." if copies.left_out else ""
        err.print(f"Книги с пометками ({words}) — в папке «{folder}».{more}", markup=False)
    for path in copies.locked:
        err.print(f"Закройте «{path}» в Excel: новые пометки записать не удалось.", markup=False)
    return copies


def _schools_workbook(project: Project) -> None:
    """Write the workbook that asks about schools that were not found, and say where it lies."""
    from shnor_lib.pipeline import open_schools

    found = open_schools(project)
    if not found:
        return
    from shnor_lib.report.format import count_phrase
    from shnor_lib.sources.feedback.schools_workbook import write_schools_workbook
    from shnor_lib.sources.schools.open_schools import OpenSchool

    questions = [OpenSchool.from_dict(item) for item in found["questions"]]
    decided = {(text, home) for text, home in found["decided"]}
    schools = [(code, name, home or "") for code, name, home in found["schools"]]
    try:
        written = write_schools_workbook(project.root, questions, schools, decided=decided)
    except PermissionError as error:
        err.print(
            f"Закройте «{error.filename}» в Excel: новую сверку школ записать не удалось.",
            markup=False,
        )
        return
    if written.path is None:
        return
    if written.questions:
        words = count_phrase(
            written.questions,
            "запись школы не присоединилась",
            "записи школ не присоединились",
            "записей школ не присоединились",
        )
        err.print(f"{words}: примите решения в книге «{written.path}».", markup=False)
    if written.typed:
        err.print(
            f"В книге «{written.path}» есть ваши решения ({written.typed}): положите её в папку "
            "data/raw, иначе программа их не увидит.",
            markup=False,
        )


def _summary(faults: list[Fault]) -> str:
    from shnor_lib.report.format import count_phrase

    words = {
        Severity.ERROR: ("ошибка", "ошибки", "ошибок"),
        Severity.WARNING: ("предупреждение", "предупреждения", "предупреждений"),
        Severity.QUESTION: ("вопрос", "вопроса", "вопросов"),
    }
    parts = [
        count_phrase(n, *forms)
        for severity, forms in words.items()
        if (n := sum(fault.severity is severity for fault in faults))
    ]
    return ", ".join(parts) or "замечаний нет"


def _after_reading(project: Project, report: BuildReport) -> None:
    """Print what was found in the input and where the list lies."""
    errors = [f for f in report.faults if f.severity is Severity.ERROR]
    others = [f for f in report.faults if f.severity is not Severity.ERROR]
    _print_faults(errors)
    _print_faults(others, limit=12)
    workbook = _faults_workbook(project, report.faults)
    if report.faults:
        err.print(f"Проверка входных данных: {_summary(report.faults)}. Полный список: {workbook}")
    _schools_workbook(project)


@app.command(cls=_Command)
def new(
    folder: Annotated[Path, typer.Argument(help="Папка нового проекта.")],
    title: Annotated[
        str, typer.Option(help="Название, которое будет на сайте.")
    ] = "Мониторинг ШНОР и ШССУ",
) -> None:
    """Создать проект: настройки, тетради, страницы и пустые шаблоны."""
    from shnor_lib.scaffold import new_project

    made = new_project(folder, title=title)
    out.print(f"Проект создан: {made}")
    out.print(
        "Дальше: заполните «templates/Реестр школ.xlsx», положите его в «data/raw» и выполните "
        "shnor templates --year ГОД: остальные книги придут с кодами школ. Заполненные книги и "
        "выгрузки федеральных систем тоже кладите в «data/raw», затем — shnor check и shnor build."
    )


@app.command(cls=_Command)
def templates(
    project: ProjectOption = None,
    year: Annotated[
        int | None,
        typer.Option(
            "--year",
            min=2000,
            max=2100,
            help="Год окончания учебного года, для которого нужны книги: 2026 — это 2025/2026.",
        ),
    ] = None,
    target: Annotated[
        Path | None, typer.Option("--to", help="Куда записать. По умолчанию — templates/.")
    ] = None,
) -> None:
    """Записать рабочие книги для заполнения; что уже известно из данных, в них подставлено."""
    from shnor_lib.sources.templates import write_templates

    opened = _open(project)
    known = _known_data(opened)
    folder = target or opened.root / "templates"
    written = write_templates(folder, known=known, year=year)
    for path in written:
        out.print(str(path), markup=False)
    if not written:
        out.print(
            f"Все книги уже лежат в «{folder}»; заполненные не перезаписываются. Чтобы получить "
            "их заново, укажите другую папку: --to ПАПКА.",
            markup=False,
        )
    elif known is None or known.schools.empty:
        out.print(
            "Школы пока неизвестны. Заполните «Реестр школ.xlsx», положите его в data/raw и "
            "выполните эту команду ещё раз с другой папкой (--to): коды и названия школ будут "
            "подставлены во все книги."
        )


def _known_data(project: Project) -> Dataset | None:
    """The tables of the last good build; before the first one, what the files themselves say."""
    from shnor_lib.sources.files.folder import input_files
    from shnor_lib.store import load_dataset

    if (project.processed_dir / "faults.json").is_file():
        return load_dataset(project.processed_dir)
    if not input_files(project.raw_dir):
        return None
    from shnor_lib.sources.assemble import read_folder

    return read_folder(project.raw_dir, calendar=project.calendar)


@app.command(cls=_Command)
def check(
    project: ProjectOption = None,
    keep_good_rows: Annotated[
        bool,
        typer.Option(
            "--keep-good-rows", help="Принять верные строки, даже если в книге есть ошибки."
        ),
    ] = False,
) -> None:
    """Проверить входные данные и больше ничего: все ошибки сразу, с ячейками."""
    from shnor_lib.pipeline import check as run_check

    opened = _open(project)
    screen = _Screen()
    with screen.progress:
        report = run_check(opened, keep_good_rows=keep_good_rows, reporter=screen)
    _after_reading(opened, report)
    for error in report.failures.values():
        if not isinstance(error, DataFaultsError):
            err.print(f"[bold red]Ошибка.[/] {escape(str(error))}")
    if not report.faults and not report.failures:
        out.print("Замечаний нет.")
    raise typer.Exit(FAULTS if report.failures else OK)


@app.command(cls=_Command)
def build(
    project: ProjectOption = None,
    year: Annotated[
        list[int] | None,
        typer.Option("--year", help="Только тетради этого года (можно несколько раз)."),
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(
            "--only",
            help="Только эта тетрадь, например 02_dynamics, или один её выпуск: 07_effectiveness-1.",
        ),
    ] = None,
    engine: Annotated[str, typer.Option(help="auto, quarto или embedded.")] = "auto",
    documents: Annotated[
        str | None,
        typer.Option(
            help="Какие PDF и Word делать: none — никаких, listed — последнего года и школ списка, "
            "all — все. По умолчанию — как в shnor.yml."
        ),
    ] = None,
    workers: Annotated[
        int,
        typer.Option(
            "--workers", "-n", min=1, max=64, help="Сколько тетрадей выполнять одновременно."
        ),
    ] = 2,
    keep_good_rows: Annotated[
        bool,
        typer.Option(
            "--keep-good-rows", help="Принять верные строки, даже если в книге есть ошибки."
        ),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Показать, что будет сделано, и ничего не делать.")
    ] = False,
) -> None:
    """Собрать всё: таблицы, тетради по годам, профили школ, сайт. Готовое не повторяется."""
    from shnor_lib.pipeline import Documents, Engine
    from shnor_lib.pipeline import build as run_build

    if engine not in ("auto", "quarto", "embedded"):
        raise ShnorError(f"Движка «{engine}» нет. Есть: auto, quarto, embedded.")
    if documents not in (None, "none", "listed", "all"):
        raise ShnorError(f"Вида документов «{documents}» нет. Есть: none, listed, all.")
    opened = _open(project)
    screen = _Screen()
    with screen.progress:
        report = run_build(
            opened,
            years=year or None,
            only=only or None,
            engine=cast(Engine, engine),
            documents=cast("Documents | None", documents),
            workers=workers,
            keep_good_rows=keep_good_rows,
            dry_run=dry_run,
            reporter=screen,
        )
    if dry_run:
        out.print("Будет выполнено: " + (escape("; ".join(report.ran)) or "ничего, всё готово"))
        raise typer.Exit(OK)
    if report.ran or report.failures:
        _after_reading(opened, report)
    for name, error in report.failures.items():
        if isinstance(error, DataFaultsError):
            err.print("[bold red]Сборка остановлена:[/] во входных данных есть ошибки (см. выше).")
        else:
            err.print(f"[bold red]{escape(name)}:[/] {escape(str(error) or type(error).__name__)}")
    if report.failures:
        if report.site:
            err.print(f"Прежний сайт на месте: {report.site}")
        raise typer.Exit(report.exit_code)
    for note in report.notes:
        err.print(note, markup=False)
    if report.ran:
        out.print(f"Выполнено шагов: {len(report.ran)}, без изменений: {len(report.skipped)}.")
    else:
        out.print("Ничего не изменилось, повторять нечего.")
    out.print(f"Сайт: {report.site}")


@app.command(cls=_Command)
def reference(project: ProjectOption = None) -> None:
    """Записать reference.docx: оформление файлов Word, которое можно изменить в самом Word."""
    from shnor_lib.publish.documents.reference import FILE, reference_docx

    path = _open(project).root / FILE
    if path.exists():
        raise ShnorError(f"Файл «{path}» уже есть: это ваше оформление, оно не перезаписывается.")
    path.write_bytes(reference_docx())
    out.print(
        f"Записано: {path}. Измените в Word стили (Заголовок, Основной текст, Table Caption …) и "
        "выполните shnor build: файлы Word получат ваше оформление.",
        markup=False,
    )


@app.command(cls=_Command)
def serve(
    project: ProjectOption = None,
    port: Annotated[int, typer.Option(help="Порт.")] = 8000,
) -> None:
    """Показать сайт на этом компьютере по адресу http://localhost:ПОРТ/ (Ctrl+C — закончить)."""
    from functools import partial
    from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

    opened = _open(project)
    if not (opened.site_dir / "index.html").is_file():
        raise ShnorError("Сайта ещё нет. Сначала — shnor build.")
    handler = partial(SimpleHTTPRequestHandler, directory=str(opened.site_dir))
    try:
        server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    except OSError as error:
        raise ShnorError(
            f"Порт {port} занят ({error.strerror}). Укажите другой: --port 8001."
        ) from None
    out.print(f"http://localhost:{port}/")
    with server:
        server.serve_forever()


@app.command(cls=_Command)
def status(
    project: ProjectOption = None,
    year: YearOption = None,
    ruleset: RulesetOption = None,
    everyone: Annotated[bool, typer.Option("--all", help="Показать и школы без статуса.")] = False,
) -> None:
    """Кто в списке и почему: для каждой школы — причина словами и ячейки, из которых она взята."""
    from shnor_lib.report.console import print_status

    print_status(out, _open(project), year=year, ruleset=ruleset, everyone=everyone)


@app.command(cls=_Command)
def explain(
    school: Annotated[str, typer.Argument(help="Код школы или часть названия.")],
    project: ProjectOption = None,
    year: YearOption = None,
    ruleset: RulesetOption = None,
) -> None:
    """Объяснить статус одной школы: все критерии, числа, пороги, исходные ячейки."""
    from shnor_lib.report.console import print_explanation

    print_explanation(out, _open(project), school, year=year, ruleset=ruleset)


@app.command(cls=_Command)
def compare(
    first: Annotated[str, typer.Argument(help="Свод правил.")],
    second: Annotated[str, typer.Argument(help="Другой свод правил.")],
    project: ProjectOption = None,
    year: YearOption = None,
) -> None:
    """Сравнить два свода правил: кого добавляет и кого убирает каждый."""
    from shnor_lib.report.console import print_comparison

    print_comparison(out, _open(project), first, second, year=year)


@app.command(cls=_Command)
def demo(
    folder: Annotated[Path, typer.Argument(help="Папка нового демонстрационного проекта.")] = Path(
        "demo"
    ),
    schools: Annotated[int, typer.Option(min=8, help="Сколько школ.")] = 12,
    municipalities: Annotated[int, typer.Option(min=1, help="Сколько муниципалитетов.")] = 1,
    years: Annotated[int, typer.Option(min=2, max=10, help="Сколько лет.")] = 4,
    seed: Annotated[
        int | None,
        typer.Option(help="Начальное число генератора: одно и то же даёт одни и те же файлы."),
    ] = None,
) -> None:
    """Создать проект с вымышленным регионом, похожим на настоящий по распределениям."""
    from shnor_lib.demo import DEFAULT_SEED, generate_demo
    from shnor_lib.scaffold import new_project

    made = new_project(
        folder,
        title="Мониторинг ШНОР и ШССУ",
        subtitle="Демонстрационный регион (данные и названия вымышлены)",
        templates=False,
    )
    with Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        TimeElapsedColumn(),
        console=err,
        transient=True,
    ) as bar:
        task = bar.add_task("Создаю регион")
        generate_demo(
            made,
            schools=schools,
            municipalities=municipalities,
            years=years,
            seed=DEFAULT_SEED if seed is None else seed,
            progress=lambda what: bar.update(task, description=escape(what)),
        )
    out.print(f"Демонстрационный проект: {made}")
    out.print(f"Дальше: shnor build --project {made}")


if __name__ == "__main__":
    main()
