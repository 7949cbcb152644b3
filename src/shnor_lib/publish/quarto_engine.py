"""Rendering by Quarto, where it is installed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

from shnor_lib.faults import ShnorError

UNSHOWN = "Unable to display output for mime type(s)"
_CDN = re.compile(
    r"[ \t]*<script\b[^>]*\bsrc=\"https?://[^\"]*(?:require|jquery)[^\"]*\"[^>]*>\s*</script>[ \t]*\r?\n?"
    r"|[ \t]*<script\b[^>]*>\s*define\(\s*['\"]jquery['\"].*?</script>[ \t]*\r?\n?",
    re.S | re.I,
)


def quarto_path() -> str | None:
    """Where Quarto is, or None."""
    return shutil.which("quarto")


def render_with_quarto(root: Path, output: Path) -> None:
    """Render the whole project into ``output``.

    Parameters
    ----------
    root
        Folder of ``_quarto.yml``.
    output
        Folder of the new site; Quarto wants it inside the project.

    Raises
    ------
    ShnorError
        Quarto is not installed, failed, or left an output unshown (it exits with 0 then).
    """
    quarto = quarto_path()
    if quarto is None:
        raise ShnorError(
            "Quarto не найден. Установите его (conda install -c conda-forge quarto) или соберите "
            "сайт встроенными средствами: shnor build --engine embedded."
        )
    done = subprocess.run(
        [quarto, "render", "--output-dir", os.path.relpath(output, root)],
        cwd=root,
        capture_output=True,
        # A list of hundreds of pages does not fit into a variable on Windows.
        env={**os.environ, "QUARTO_USE_FILE_FOR_PROJECT_OUTPUT_FILES": "1"},
        check=False,
    )
    said = (done.stderr + done.stdout).decode("utf-8", "replace")
    if done.returncode != 0:
        tail = "\n".join(said.strip().splitlines()[-20:])
        raise ShnorError(f"Quarto завершился с ошибкой {done.returncode}:\n{tail}")
    pages = list(output.rglob("*.html"))
    if not pages:
        raise ShnorError(f"Quarto не создал ни одной страницы в «{output}».")
    unshown = [
        page.relative_to(output).as_posix()
        for page in pages
        if UNSHOWN in without_cdn_scripts(page)
    ]
    if unshown or UNSHOWN in said:
        where = f" Страницы: {', '.join(unshown)}." if unshown else ""
        raise ShnorError(
            "Quarto не смог показать часть результатов тетрадей: у них нет вида для страницы "
            f"(text/html, text/markdown или рисунка).{where}"
        )


def without_cdn_scripts(page: Path) -> str:
    """Take the scripts Quarto loads from the network out of a page; return its text.

    ``post-render.lua`` does the same; here it is made sure of for a project whose
    ``_quarto.yml`` has lost that step.
    """
    html = page.read_bytes().decode("utf-8")
    cleaned = _CDN.sub("", html)
    if cleaned != html:
        page.write_bytes(cleaned.encode("utf-8"))
    return cleaned
