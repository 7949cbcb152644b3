"""Tasks, and how pytask is asked to run those that are out of date."""

from __future__ import annotations

import contextlib
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from shnor_lib.faults import ShnorError
from shnor_lib.pipeline.files import sha
from shnor_lib.pipeline.outcome import BuildReport, Reporter
from shnor_lib.pipeline.settled import Settled
from shnor_lib.project import Project


@dataclass
class Work:
    """One task before it is handed to pytask."""

    name: str
    run: Callable[[], None]
    inputs: list[Path]
    outputs: list[Path]
    values: Any = None


def run_works(
    project: Project,
    works: list[Work],
    report: BuildReport,
    say: Reporter,
    workers: int,
    dry_run: bool,
) -> None:
    """Hand the works to pytask and take its outcome into ``report``."""
    say.started(len(works))
    settled = Settled(project.root, project.state_dir, works)
    if settled.holds():
        report.skipped += [work.name for work in works]
        return
    import pytask

    def body(work: Work) -> Callable[..., None]:
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
            return sha(self.name.encode())

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
    if not report.failures and not dry_run:
        settled.remember()


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
