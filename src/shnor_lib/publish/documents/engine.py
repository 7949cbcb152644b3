"""Documents from Markdown: one Pandoc process for all of them, Typst for the PDF.

Pandoc comes with ``pypandoc_binary`` and Typst with ``typst``, both from PyPI; the site's engine
makes no difference to documents.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from shnor_lib.faults import ShnorError
from shnor_lib.publish.documents.word import finished
from shnor_lib.publish.embedded import pandoc_path
from shnor_lib.publish.quarto_config import LANGUAGE
from shnor_lib.report.abbreviations import ABBREVIATIONS
from shnor_lib.store import write_atomically

WORK_DIR = ".shnor/documents"
_ASSETS = ("documents.lua", "html.lua", "tables.lua", "document.typ")
_LANGUAGE = {**LANGUAGE, "toc-title-document": "Содержание"}

NO_BROWSER = (
    "Диаграммы этого документа заменены таблицами их данных: при сборке не нашлось браузера "
    "(Chromium, Chrome или Edge), которым они рисуются."
)


@dataclass(frozen=True)
class Job:
    """One document to make.

    Parameters
    ----------
    name
        How it is called in messages.
    markdown
        Its text, from :mod:`.source`; pictures are named from the project's root.
    pdf, docx
        Where the two files go.
    compact
        A heading above the text instead of a title page.
    site, organisation, note
        Russian lines of the title page.
    """

    name: str
    markdown: str
    pdf: Path
    docx: Path
    compact: bool = False
    site: str = ""
    organisation: str = ""
    note: str = ""


@dataclass(frozen=True)
class Made:
    """What a document holds: its title, numbered tables and figures, charts given as tables."""

    name: str
    title: str
    tables: int
    figures: int
    replaced: int


def make_documents(
    root: Path,
    jobs: Iterable[Job],
    *,
    reference: bytes,
    language: Mapping[str, str] | None = None,
    delimiter: str = ".",
) -> list[Made]:
    """Write the PDF and the Word file of every job.

    Parameters
    ----------
    root
        The project's folder; pictures lie below it.
    jobs
        The documents.
    reference
        Styles of the Word files; see :func:`.reference.reference_of`.
    language
        Words of the engine by Quarto's keys, over the packaged ones.
    delimiter
        Between «Таблица 1» and the caption.

    Raises
    ------
    ShnorError
        Every document that could not be made, with the reason.
    """
    wanted = list(jobs)
    if not wanted:
        return []
    key = hashlib.sha256("\n".join(job.name for job in wanted).encode()).hexdigest()[:12]
    work = root / WORK_DIR / key
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    place = f"{WORK_DIR}/{key}"
    for name in _ASSETS:
        (work / name).write_text(document_asset(name), encoding="utf-8", newline="\n")
    (work / "reference.docx").write_bytes(reference)
    manifest: dict[str, Any] = {
        "style": f"/{place}/document.typ",
        "reference": f"{place}/reference.docx",
        "language": {**_LANGUAGE, **(language or {})},
        "delimiter": delimiter,
        "no_browser": NO_BROWSER,
        "abbreviations": list(ABBREVIATIONS.items()),
        "documents": [
            {
                "name": job.name,
                "input": f"{place}/{number}.md",
                "typst": f"{place}/{number}.typ",
                "docx": f"{place}/{number}.docx",
                "compact": job.compact,
                "site": job.site,
                "organisation": job.organisation,
                "note": job.note,
            }
            for number, job in enumerate(wanted)
        ],
    }
    for number, job in enumerate(wanted):
        (work / f"{number}.md").write_text(job.markdown, encoding="utf-8", newline="\n")
    (work / "manifest.json").write_text(
        json.dumps(manifest, ensure_ascii=False), encoding="utf-8", newline="\n"
    )
    made = _pandoc(root, place)
    _check(wanted, made)
    result = []
    for number, job in enumerate(wanted):
        answer = made[job.name]
        title = str(answer["title"])
        write_atomically(job.pdf, _pdf(work / f"{number}.typ", root, job.name))
        word = (work / f"{number}.docx").read_bytes()
        write_atomically(job.docx, finished(word, title=title, author=job.organisation))
        counts = (int(answer[name]) for name in ("tables", "figures", "replaced"))
        result.append(Made(job.name, title, *counts))
    shutil.rmtree(work, ignore_errors=True)
    return result


def document_asset(name: str) -> str:
    """Text of a packaged asset of this room."""
    folder = resources.files("shnor_lib.publish.documents") / "assets"
    return (folder / name).read_text(encoding="utf-8")


def _pandoc(root: Path, place: str) -> dict[str, Mapping[str, Any]]:
    done = subprocess.run(
        [pandoc_path(), "lua", f"{place}/documents.lua", f"{place}/manifest.json"],
        cwd=root,
        capture_output=True,
        check=False,
        env=_environment(),
    )
    if done.returncode != 0:
        said = done.stderr.decode("utf-8", "replace").strip()
        raise ShnorError(f"Pandoc завершился с ошибкой {done.returncode}: {said}")
    lines = done.stdout.decode("utf-8").splitlines()
    return {str(a["name"]): a for line in lines if line.startswith("{") for a in [json.loads(line)]}


def _environment() -> dict[str, str]:
    import os

    # Pandoc writes this time into a Word file instead of the present one.
    return {**os.environ, "SOURCE_DATE_EPOCH": "315532800"}


def _check(jobs: Sequence[Job], made: Mapping[str, Mapping[str, Any]]) -> None:
    faults = []
    for job in jobs:
        answer = made.get(job.name)
        if answer is None:
            faults.append(f"Документ «{job.name}» не собран: Pandoc о нём ничего не сказал.")
        elif "error" in answer:
            faults.append(f"Документ «{job.name}» не собран: {answer['error']}")
    if faults:
        raise ShnorError("\n".join(faults))


def _pdf(source: Path, root: Path, name: str) -> bytes:
    import typst

    try:
        pdf: bytes = typst.compile(
            str(source), root=str(root), ignore_system_fonts=True, format="pdf"
        )
    except RuntimeError as error:
        raise ShnorError(f"Документ «{name}»: Typst не собрал PDF: {error}") from None
    return pdf
