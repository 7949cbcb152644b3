"""Files and pages of the demonstration's platform: what its registers point to."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from importlib import resources
from pathlib import Path
from xml.sax.saxutils import escape

from shnor_lib.demo.scene import words
from shnor_lib.sources.files.excel import (
    head_cell,
    new_workbook,
    print_to_width,
    reproducible,
    save,
)
from shnor_lib.store import write_atomically

_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-'
    'officedocument.wordprocessingml.document.main+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
    'Target="word/document.xml"/></Relationships>',
}


def write_files(data: Path) -> list[Path]:
    """Write ``files`` and ``pages`` of the platform.

    Parameters
    ----------
    data
        ``data`` of the project.

    Returns
    -------
    list of Path
        In the order written. The same bytes every time.
    """
    written = []
    for name, lines in words("files").items():
        path = data / "files" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".xlsx":
            _table(path, lines)
        else:
            write_atomically(path, _document(lines))
        written.append(path)
    folder = resources.files("shnor_lib.demo") / "words" / "pages"
    for page in sorted(folder.iterdir(), key=lambda each: each.name):
        path = data / "pages" / page.name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(path, page.read_bytes())
        written.append(path)
    return written


def _table(path: Path, rows: Sequence[Sequence[str]]) -> None:
    book = new_workbook(path.stem)
    sheet = book.create_sheet("Лист1")
    sheet.freeze_panes = "A2"
    print_to_width(sheet)
    for index in range(len(rows[0])):
        longest = max(len(row[index]) for row in rows)
        sheet.column_dimensions["ABCDEFGH"[index]].width = min(longest + 4, 60)
    sheet.append([head_cell(sheet, heading) for heading in rows[0]])
    for row in rows[1:]:
        sheet.append(list(row))
    save(book, path)


def _document(paragraphs: Sequence[str]) -> bytes:
    """A Word document of plain paragraphs, the first of them its title."""
    title, *rest = paragraphs
    body = _paragraph(title, size=32, bold=True) + "".join(_paragraph(text) for text in rest)
    page = (
        '<w:sectPr><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1134" w:right="850" '
        'w:bottom="1134" w:left="1701" w:header="708" w:footer="708" w:gutter="0"/></w:sectPr>'
    )
    parts = {
        **_PARTS,
        "word/document.xml": f'<w:document xmlns:w="{_WORD}"><w:body>{body}{page}</w:body>'
        "</w:document>",
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in parts.items():
            head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
            archive.writestr(name, (head + text).encode())
    return reproducible(out.getvalue())


def _paragraph(text: str, *, size: int = 24, bold: bool = False) -> str:
    font = '<w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:cs="Times New Roman"/>'
    look = font + ("<w:b/>" if bold else "") + f'<w:sz w:val="{size}"/><w:lang w:val="ru-RU"/>'
    return (
        '<w:p><w:pPr><w:spacing w:after="160"/></w:pPr>'
        f'<w:r><w:rPr>{look}</w:rPr><w:t xml:space="preserve">{escape(text)}</w:t></w:r></w:p>'
    )
