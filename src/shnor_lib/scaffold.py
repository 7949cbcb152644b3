"""Make a new project: settings, notebooks, site configuration, empty templates."""

from __future__ import annotations

import json
import shutil
from importlib import resources
from pathlib import Path

from shnor_lib.faults import ShnorError
from shnor_lib.project import SETTINGS_FILE


def project_files() -> Path:
    """Folder with the notebooks, ``_quarto.yml`` and ``index.qmd`` that projects start from.

    In an installed package it lies inside it; in a checkout it is the repository's root.
    """
    packaged = Path(str(resources.files("shnor_lib") / "_project"))
    if packaged.is_dir():
        return packaged
    root = Path(__file__).resolve().parents[2]
    if (root / "notebooks").is_dir() and (root / "_quarto.yml").is_file():
        return root
    raise ShnorError("Установка неполная: нет тетрадей. Переустановите пакет shnor.")


IGNORED_BY_GIT = """\
# Что программа делает сама и что не должно попасть в репозиторий.
.shnor/
.pytask/
.quarto/
.ipynb_checkpoints/
__pycache__/
/_site*/
/site_libs/
/data/processed/
/reports/
/faults*.xlsx
/faults/
/Сверка школ*.xlsx
~$*
"""
"""``.gitignore`` of a new project: workbooks of faults may quote the input."""


def new_project(folder: Path, *, title: str, subtitle: str = "", templates: bool = True) -> Path:
    """Create a project in ``folder``; nothing that exists is overwritten.

    Parameters
    ----------
    folder
        New or empty folder, or a folder with data only.
    title, subtitle
        Printed on every page of the site.
    templates
        Also write the empty workbook templates to ``templates/``.

    Returns
    -------
    Path
        Absolute path of the project.

    Raises
    ------
    ShnorError
        The folder already is a project.
    """
    root = folder.resolve()
    if (root / SETTINGS_FILE).exists():
        raise ShnorError(f"В папке «{root}» уже есть проект ({SETTINGS_FILE}).")
    for part in ("data/raw", "data/processed", "data/files", "data/pages", "reports", "notebooks"):
        (root / part).mkdir(parents=True, exist_ok=True)
    source = project_files()
    for path in [
        *sorted((source / "notebooks").glob("*.ipynb")),
        source / "_quarto.yml",
        source / "index.qmd",
    ]:
        target = root / path.relative_to(source)
        if not target.exists():
            shutil.copyfile(path, target)
    # JSON strings are YAML strings: a title with a colon or a quote stays a title.
    text = f"title: {json.dumps(title, ensure_ascii=False)}\n"
    if subtitle:
        text += f"subtitle: {json.dumps(subtitle, ensure_ascii=False)}\n"
    text += "ruleset: tbilissky-2021\ncompare: [olenek-2021, rosobrnadzor-847]\n"
    (root / SETTINGS_FILE).write_text(text, encoding="utf-8")
    ignored = root / ".gitignore"
    if not ignored.exists():
        ignored.write_text(IGNORED_BY_GIT, encoding="utf-8")
    if templates:
        from shnor_lib.sources.templates import write_templates

        write_templates(root / "templates")
    return root
