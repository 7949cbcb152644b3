"""The Quarto engine, with a stand-in for Quarto on PATH: the real one is not on every machine."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pypandoc
import pytest

from shnor_lib.faults import ShnorError
from shnor_lib.publish import quarto_engine
from shnor_lib.publish.assets_install import install_assets
from shnor_lib.publish.site import publish

from .conftest import read, write

CDN = """\
<head>
<script src="https://cdnjs.cloudflare.com/ajax/libs/require.js/2.3.6/require.min.js" integrity="x" crossorigin="anonymous"></script>
<script src="https://cdnjs.cloudflare.com/ajax/libs/jquery/3.5.1/jquery.min.js" integrity="y" crossorigin="anonymous" data-relocate-top="true"></script>
<script type="application/javascript">define('jquery', [],function() {return window.jQuery;})</script>
<script src="../site_libs/quarto-nav/quarto-nav.js"></script>
</head>
"""
CLEAN = '<head>\n<script src="../site_libs/quarto-nav/quarto-nav.js"></script>\n</head>\n'

pytestmark = pytest.mark.skipif(os.name == "nt", reason="the stand-in is a shell script")


def stand_in(
    folder: Path, monkeypatch: pytest.MonkeyPatch, page: str, *, code: int = 0, say: str = ""
) -> None:
    """Put a `quarto` on PATH that writes one page and one script."""
    (folder / "page.html").parent.mkdir(parents=True, exist_ok=True)
    write(folder, "page.html", page)
    script = write(
        folder,
        "quarto",
        "#!/bin/sh\n"
        '[ "$1" = render ] && [ "$2" = --output-dir ] || exit 9\n'
        'mkdir -p "$3/site_libs/quarto-nav" "$3/reports"\n'
        f'cp "{folder}/page.html" "$3/index.html"\n'
        f'cp "{folder}/page.html" "$3/reports/a.html"\n'
        'touch "$3/site_libs/quarto-nav/quarto-nav.js"\n'
        f'echo "{say}" >&2\nexit {code}\n',
    )
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


PAGE = '<p><a href="#x">а</a><i id="x"></i></p>'


def test_auto_takes_quarto_when_it_is_there(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in(tmp_path / "bin", monkeypatch, PAGE)
    result = publish(project)
    assert result.engine == "quarto"
    assert read(result.output, "index.html") == PAGE
    assert not (project / "_site.new").exists()
    # over an older site, and into a folder outside the project
    assert publish(project).engine == "quarto"
    other = publish(project, output=tmp_path / "сайт")
    assert read(other.output, "reports/a.html") == PAGE


def test_auto_does_without(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shnor_lib.publish.site.quarto_path", lambda: None)
    assert publish(project).engine == "embedded"


def test_quarto_asked_for_but_absent(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quarto_engine, "quarto_path", lambda: None)
    with pytest.raises(ShnorError, match="Quarto не найден"):
        publish(project, engine="quarto")


@pytest.mark.parametrize(
    ("page", "code", "say", "message"),
    [
        (PAGE, 1, "ERROR: bad", "Quarto завершился с ошибкой 1:\nERROR: bad"),
        (PAGE + quarto_engine.UNSHOWN + ": x", 0, "", "reports/a.html"),
        ('<a href="нет.html">а</a>', 0, "", "никуда не ведут"),
    ],
)
def test_faults_leave_the_old_site(
    project: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    page: str,
    code: int,
    say: str,
    message: str,
) -> None:
    before = publish(project, engine="embedded").index.read_bytes()
    stand_in(tmp_path / "bin", monkeypatch, page, code=code, say=say)
    with pytest.raises(ShnorError, match=message):
        publish(project, engine="quarto")
    assert (project / "_site/index.html").read_bytes() == before
    assert not (project / "_site.new").exists()


def test_cdn_scripts_are_taken_out(tmp_path: Path) -> None:
    page = write(tmp_path, "a.html", CDN)
    assert quarto_engine.without_cdn_scripts(page) == CLEAN
    assert page.read_text("utf-8") == CLEAN


def test_post_render_script_does_the_same(tmp_path: Path) -> None:
    """Quarto runs Lua scripts as Pandoc filters over an empty document."""
    install_assets(tmp_path / "reports")
    write(tmp_path, "_site/reports/2024.1/a.html", CDN)
    write(tmp_path, "_site/site_libs/x/b.html", CDN)
    command = [
        pypandoc.get_pandoc_path(),
        "--from=markdown",
        "--to=plain",
        "--lua-filter=reports/assets/post-render.lua",
    ]
    subprocess.run(
        command,
        cwd=tmp_path,
        env={**os.environ, "QUARTO_PROJECT_OUTPUT_DIR": "_site"},
        input=b"",
        check=True,
    )
    assert read(tmp_path, "_site/reports/2024.1/a.html") == CLEAN
    assert read(tmp_path, "_site/site_libs/x/b.html") == CDN
