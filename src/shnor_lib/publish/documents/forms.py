"""Forms to print and sign as Word files: one Pandoc process for all, then the finishing touches.

The styles are those of the project's ``reference.docx``; those a form needs beside them
(``Form Text``, ``Form Grid`` …) are added when the reference does not have them, so an office may
restyle them, too.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import shutil
import subprocess
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from shnor_lib.faults import ShnorError
from shnor_lib.publish.documents.engine import document_asset
from shnor_lib.publish.documents.reference import FONT, SIDEWAYS, packed
from shnor_lib.publish.documents.word import finished
from shnor_lib.publish.embedded import pandoc_path
from shnor_lib.report.forms.model import FOLDER, Form
from shnor_lib.store import write_atomically, write_json

WORK_DIR = ".shnor/forms"
_MILLIMETRE = 56.7
"""Twentieths of a point."""
_EPOCH = "315532800"


def make_forms(
    root: Path, forms: Sequence[Form], *, reference: bytes, organisation: str = ""
) -> list[Path]:
    """Write the Word file of every form; files that come out the same are left alone.

    Parameters
    ----------
    root
        The project's folder; files go below its ``reports/``.
    forms
        The forms.
    reference
        Styles; see :func:`.reference.reference_of`.
    organisation
        Author in the files' properties.

    Returns
    -------
    list of Path
        All files, in the order of the forms. The same form gives the same bytes.

    Raises
    ------
    ShnorError
        Every form that could not be made, with the reason.
    """
    if not forms:
        return []
    key = hashlib.sha256("\n".join(form.path for form in forms).encode()).hexdigest()[:12]
    place = f"{WORK_DIR}/{key}"
    work = root / place
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    (work / "forms.lua").write_text(document_asset("forms.lua"), encoding="utf-8", newline="\n")
    (work / "reference.docx").write_bytes(with_form_styles(reference))
    entries = []
    for number, form in enumerate(forms):
        (work / f"{number}.md").write_text(form.markdown, encoding="utf-8", newline="\n")
        entries.append(
            {
                "name": form.title,
                "input": f"{place}/{number}.md",
                "output": f"{place}/{number}.docx",
            }
        )
    manifest = {"reference": f"{place}/reference.docx", "forms": entries}
    text = json.dumps(manifest, ensure_ascii=False)
    (work / "manifest.json").write_text(text, encoding="utf-8", newline="\n")
    _pandoc(root, place)
    written = []
    for number, form in enumerate(forms):
        path = root / "reports" / form.path
        data = _laid_out((work / f"{number}.docx").read_bytes(), form)
        write_atomically(path, finished(data, title=form.title, author=organisation))
        written.append(path)
    shutil.rmtree(work, ignore_errors=True)
    return written


def update_forms(
    root: Path,
    forms: Sequence[Form],
    *,
    reference: bytes,
    organisation: str,
    memory: Path,
    version: str,
    folder: str = FOLDER,
) -> list[Path]:
    """Make the forms whose text or styles have changed; take away those that are gone.

    Parameters
    ----------
    root, forms, reference, organisation
        As in :func:`make_forms`.
    memory
        JSON file that remembers what each form was made from.
    version
        Hash of the program that makes them.
    folder
        Where all of them lie below ``reports/``; other Word files there are taken away.

    Returns
    -------
    list of Path
        The files made now.
    """
    known: dict[str, str] = {}
    if memory.is_file():
        known = json.loads(memory.read_text(encoding="utf-8"))
    common = hashlib.sha256(reference).hexdigest() + organisation + version
    now = {
        form.path: hashlib.sha256(
            "\0".join(
                (common, form.title, form.markdown, repr((form.sideways, form.dense)))
            ).encode()
        ).hexdigest()
        for form in forms
    }
    reports = root / "reports"
    for path in (reports / folder).glob("*.docx"):
        if path.relative_to(reports).as_posix() not in now:
            path.unlink()
    stale = [
        form
        for form in forms
        if known.get(form.path) != now[form.path] or not (reports / form.path).is_file()
    ]
    made = make_forms(root, stale, reference=reference, organisation=organisation)
    write_json(memory, now)
    return made


def _pandoc(root: Path, place: str) -> None:
    import os

    done = subprocess.run(
        [pandoc_path(), "lua", f"{place}/forms.lua", f"{place}/manifest.json"],
        cwd=root,
        capture_output=True,
        check=False,
        env={**os.environ, "SOURCE_DATE_EPOCH": _EPOCH},
    )
    if done.returncode != 0:
        said = done.stderr.decode("utf-8", "replace").strip()
        raise ShnorError(f"Pandoc завершился с ошибкой {done.returncode}: {said}")
    answers: list[Mapping[str, Any]] = [
        json.loads(line)
        for line in done.stdout.decode("utf-8").splitlines()
        if line.startswith("{")
    ]
    faults = [
        f"Бланк «{answer['name']}» не собран: {answer['error']}"
        for answer in answers
        if "error" in answer
    ]
    if faults:
        raise ShnorError("\n".join(faults))


_ROWS = re.compile(r"<!--form:(grid|sign):(\d+)-->.*?</w:tbl>", re.S)
_TABLE = re.compile(r"<w:tblPr>.*?</w:tblPr>", re.S)
_MARGINS = re.compile(r"<w:pgMar [^>]*/>")
_PAGE = re.compile(r"<w:pgSz [^>]*/>\s*<w:pgMar [^>]*/>")


def _laid_out(data: bytes, form: Form) -> bytes:
    """Heights of rows and the page's direction, which Markdown has no words for."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    document = parts["word/document.xml"].decode("utf-8")

    def with_lines(found: re.Match[str]) -> str:
        kind, millimetres = found.groups()
        height = f'<w:trHeight w:val="{round(int(millimetres) * _MILLIMETRE)}" w:hRule="atLeast"/>'
        # the head row has properties of its own and stays as high as its words
        table = re.sub(r"<w:tr>(?!\s*<w:trPr>)", f"<w:tr><w:trPr>{height}</w:trPr>", found.group())
        table = table.partition("-->")[2]
        return _TABLE.sub(lambda own: _table(kind, own.group()), table, count=1)

    document = _ROWS.sub(with_lines, document)
    if form.sideways:
        document = _PAGE.sub(_dense(SIDEWAYS) if form.dense else SIDEWAYS, document)
    elif form.dense:
        document = _MARGINS.sub(lambda own: _dense(own.group()), document)
    parts["word/document.xml"] = document.encode("utf-8")
    return packed(parts)


def _dense(page: str) -> str:
    """The packaged margins above and below made smaller; an office's own stay."""
    return re.sub(r'w:(top|bottom)="1134"', r'w:\1="850"', page)


def with_form_styles(reference: bytes) -> bytes:
    """The reference document with the styles of forms it does not have yet."""
    with zipfile.ZipFile(io.BytesIO(reference)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    styles = parts["word/styles.xml"].decode("utf-8")
    missing = [xml for name, xml in _STYLES.items() if f'w:val="{name}"' not in styles]
    parts["word/styles.xml"] = styles.replace(
        "</w:styles>", "".join(missing) + "</w:styles>"
    ).encode()
    return packed(parts)


def _style(name: str, *, size: float = 12, bold: bool = False, after: int = 4, align: str = "left",
           indent: int = 0, hanging: int = 0, keep: bool = False) -> str:  # fmt: skip
    style_id = name.replace(" ", "")
    return (
        f'<w:style w:type="paragraph" w:customStyle="1" w:styleId="{style_id}">'
        f'<w:name w:val="{name}"/><w:basedOn w:val="Normal"/><w:qFormat/><w:pPr>'
        + ("<w:keepNext/>" if keep else "")
        + f'<w:spacing w:before="0" w:after="{after * 20}" w:line="240" w:lineRule="auto"/>'
        + (f'<w:ind w:left="{indent}" w:hanging="{hanging}"/>' if indent else "")
        + f'<w:jc w:val="{align}"/></w:pPr><w:rPr><w:rFonts w:ascii="{FONT}" w:hAnsi="{FONT}" '
        f'w:cs="{FONT}"/>'
        + ("<w:b/><w:bCs/>" if bold else "")
        + f'<w:color w:val="000000"/><w:sz w:val="{int(size * 2)}"/>'
        f'<w:szCs w:val="{int(size * 2)}"/></w:rPr></w:style>'
    )


_LINES = "".join(
    f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
    for side in ("top", "left", "bottom", "right", "insideH", "insideV")
)


def _table(kind: str, properties: str) -> str:
    """Properties of a form's table: its own borders, widths that hold, the head on every page."""
    width = re.search(r"<w:tblW [^>]*/>", properties)
    above = 30 if kind == "grid" else 60
    return (
        "<w:tblPr>"
        + (width.group() if width else '<w:tblW w:type="pct" w:w="5000"/>')
        + (f"<w:tblBorders>{_LINES}</w:tblBorders>" if kind == "grid" else "")
        + f'<w:tblLayout w:type="fixed"/><w:tblCellMar><w:top w:w="{above}" w:type="dxa"/>'
        '<w:left w:w="70" w:type="dxa"/><w:bottom w:w="30" w:type="dxa"/>'
        '<w:right w:w="70" w:type="dxa"/></w:tblCellMar></w:tblPr>'
    )


_STYLES: dict[str, str] = {
    "Form Text": _style("Form Text"),
    "Form Item": _style("Form Item", after=2, indent=454, hanging=182),
    "Form Centre": _style("Form Centre", align="center", after=10),
    "Form Title": _style("Form Title", size=13, bold=True, align="center", after=8, keep=True),
    "Form Right": _style("Form Right", align="right", after=8),
    "Form Addressee": _style("Form Addressee", after=10, indent=4820),
    "Form Kept": _style("Form Kept", keep=True),
    "Form Small": _style("Form Small", size=9, after=8),
    "Form Gap": _style("Form Gap", size=4, after=2),
    "Form Grid": _style("Form Grid", size=9.5, after=0),
    "Form Grid Head": _style("Form Grid Head", size=9.5, bold=True, after=0, align="center", keep=True),
    "Form Grid Whole": _style("Form Grid Whole", size=9.5, after=0, keep=True),
    "Form Grid Whole Head": _style("Form Grid Whole Head", size=9.5, bold=True, after=0,
                                   align="center", keep=True),
    "Form Sign": _style("Form Sign", size=10.5, after=0, keep=True),
    "Form Sign Head": _style("Form Sign Head", size=4, after=0),
    "Form Head": _style("Form Head", bold=True, keep=True),
}  # fmt: skip
"""Name of a style → its XML: black on white, as official papers are."""
