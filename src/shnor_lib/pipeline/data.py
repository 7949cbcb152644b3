"""The first session: workbooks → tidy tables, and what the latest reading found."""

from __future__ import annotations

import hashlib
import json
import pickle
from pathlib import Path
from typing import Any

from shnor_lib.faults import DataFaultsError, Fault, ShnorError, has_errors
from shnor_lib.pipeline.files import data_file, library_fingerprint, sha
from shnor_lib.pipeline.work import Work
from shnor_lib.project import Project
from shnor_lib.sources.cells.privacy import project_key
from shnor_lib.sources.files.folder import input_files
from shnor_lib.sources.given.look import Given

OPEN_SCHOOLS = "open_schools.json"
"""What the latest reading asks about schools, in the state folder."""


def data_tasks(project: Project, keep_good_rows: bool, given: Given) -> list[Work]:
    """One task per raw file, and one that joins them all."""
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
    works: list[Work] = []
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

        works.append(Work(f"чтение: {name}", read, [path], [target], [code, calendar, sha(key)]))

    made = data_file(project)

    def assemble_all() -> None:
        from shnor_lib.sources.assemble import assemble
        from shnor_lib.sources.schools.open_schools import decided_keys
        from shnor_lib.store import save_dataset, write_json

        found = [pickle.loads(path.read_bytes()) for path in reads]  # noqa: S301 - our own cache
        dataset = assemble(found, calendar=project.calendar, for_site=given)
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
                path.relative_to(project.root).as_posix(): sha(path.read_bytes())
                for path in written
            },
        }
        write_json(made, state)

    names = [path.relative_to(project.raw_dir).as_posix() for path in files]
    works.append(
        Work(
            "сборка таблиц",
            assemble_all,
            reads,
            [made],
            [code, calendar, names, keep_good_rows, given.signature],
        )
    )
    return works


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
