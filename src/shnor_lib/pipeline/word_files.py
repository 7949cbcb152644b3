"""Tasks that make Word files from the analysis: forms, letters, personal cards."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from shnor_lib.pipeline.work import Work
from shnor_lib.project import Project

if TYPE_CHECKING:
    from shnor_lib.report.analysis import Analysis
    from shnor_lib.report.forms.model import Form

FORMS = "бланки школ"
"""Name of the step that makes forms to print and sign."""
LETTERS = "письма"
"""Name of the step that makes letters with recommendations."""
CARDS = "карты учителей"
"""Name of the step that makes personal cards of teachers, for ``reports/internal``."""


def forms_task(project: Project, analysis_file: Path, code: str, printing: str) -> Work:
    """Forms to print and sign: protocols, self-analysis cards."""

    def forms(analysis: Analysis) -> tuple[str, list[Form]]:
        from shnor_lib.report.forms import forms_of
        from shnor_lib.report.forms.model import FOLDER

        return FOLDER, forms_of(analysis)

    return _word_task(project, analysis_file, code, printing, FORMS, "forms", forms)


def letters_task(project: Project, analysis_file: Path, code: str, printing: str) -> Work:
    """Letters with addressed recommendations."""

    def letters(analysis: Analysis) -> tuple[str, list[Form]]:
        from shnor_lib.report.letters import letters_of
        from shnor_lib.report.letters.paths import FOLDER

        return FOLDER, letters_of(analysis)

    return _word_task(project, analysis_file, code, printing, LETTERS, "letters", letters)


def cards_task(project: Project, analysis_file: Path, code: str, printing: str) -> Work:
    """Personal cards of teachers; nothing of the site is made from them."""

    def cards(analysis: Analysis) -> tuple[str, list[Form]]:
        from shnor_lib.report.cards import FOLDER, cards_of

        return FOLDER, cards_of(analysis)

    return _word_task(project, analysis_file, code, printing, CARDS, "cards", cards)


def _word_task(
    project: Project,
    analysis_file: Path,
    code: str,
    printing: str,
    name: str,
    kind: str,
    files_of: Callable[[Analysis], tuple[str, list[Form]]],
) -> Work:
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
    return Work(name, run, inputs, [made], [code, printing])
