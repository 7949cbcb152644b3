"""Finish a Word document Pandoc made: sections, widths, rows that do not break, fixed times."""

from __future__ import annotations

import io
import re
import zipfile
from xml.sax.saxutils import escape

from shnor_lib.publish.documents.reference import PAGE, SIDEWAYS, packed

UPRIGHT, TURNED = "<!--shnor-upright-->", "<!--shnor-sideways-->"
"""Before and after a table that stands on a page turned sideways (written by ``documents.lua``)."""

_CREATED = "1980-01-01T00:00:00Z"
_LAST = re.compile(r"<w:sectPr\b(?:(?!<w:sectPr\b).)*?</w:sectPr>(?=\s*</w:body>)", re.S)
_FOOTERS = re.compile(r"<w:(?:header|footer)Reference [^>]*/>")
_FIRST_PAGE = re.compile(r"<w:titlePg\s*/>")
_TABLE = re.compile(r"<w:tbl>.*?</w:tbl>", re.S)
_WIDTH = re.compile(r'<w:tblW w:type="pct" w:w="(\d+)" ?/>')
_COLUMN = re.compile(r'<w:gridCol w:w="(\d+)" ?/>')


def finished(data: bytes, *, title: str, author: str) -> bytes:
    """The document as it is given away; the same content gives the same bytes.

    Parameters
    ----------
    data
        What Pandoc wrote.
    title, author
        For the document's properties.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist() if not name.endswith("/")}
    document = parts["word/document.xml"].decode("utf-8")
    # two such tables in a row stand in one section
    document = re.sub(rf"{TURNED}\s*{UPRIGHT}", "", document)
    document = _sections(_widths(document))
    parts["word/document.xml"] = _rows_whole(document).encode("utf-8")
    parts["docProps/core.xml"] = _properties(title, author).encode("utf-8")
    first = "[Content_Types].xml"
    return packed({name: parts[name] for name in sorted(parts, key=lambda n: (n != first, n))})


def _widths(document: str) -> str:
    """Give every table its width on the page it stands on; Pandoc supposes a page of its own."""
    last = _LAST.search(document)
    upright = _room(last.group() if last else "") or _room(PAGE)
    turned = _room(SIDEWAYS)
    done = []
    for i, part in enumerate(re.split(f"({UPRIGHT}.*?{TURNED})", document, flags=re.S)):
        room = turned if i % 2 else upright
        done.append(_TABLE.sub(lambda match, room=room: _scaled(match.group(), room), part))
    return "".join(done)


def _room(section: str) -> int:
    """Width between the margins of a section, in twentieths of a point."""
    size = re.search(r"<w:pgSz [^>]*>", section)
    margins = re.search(r"<w:pgMar [^>]*>", section)
    if not size or not margins:
        return 0
    width, left, right = (
        re.search(rf'w:{name}="(\d+)"', text)
        for name, text in (
            ("w", size.group()),
            ("left", margins.group()),
            ("right", margins.group()),
        )
    )
    if not width or not left or not right:
        return 0
    return int(width.group(1)) - int(left.group(1)) - int(right.group(1))


def _scaled(table: str, room: int) -> str:
    found = _WIDTH.search(table)
    columns = [int(width) for width in _COLUMN.findall(table)]
    if not found or not sum(columns):
        return table
    total = room * int(found.group(1)) // 5000
    scale = total / sum(columns)
    table = _COLUMN.sub(lambda m: f'<w:gridCol w:w="{round(int(m.group(1)) * scale)}"/>', table)
    table = _WIDTH.sub(f'<w:tblW w:type="dxa" w:w="{total}"/>', table, count=1)
    # Pandoc repeats the caption for screen readers without its number, which is a field.
    return re.sub(r'(<w:tblCaption w:val=")\w+\s*\.?\s*\. ', r"\1", table)


def _sections(document: str) -> str:
    """Put section breaks around tables that stand on a page turned sideways."""
    last = _LAST.search(document)
    if UPRIGHT not in document or last is None:
        return document
    footers = "".join(_FOOTERS.findall(last.group()))
    own = re.search(r"<w:pgSz [^>]*>\s*<w:pgMar [^>]*>", last.group())
    page = own.group() if own else PAGE
    # only the very first page goes without a number
    first = "".join(_FIRST_PAGE.findall(last.group()))
    document = document[: last.start()] + _FIRST_PAGE.sub("", document[last.start() :])

    def end(size: str, more: str = "") -> str:
        return f"<w:p><w:pPr><w:sectPr>{footers}{size}{more}</w:sectPr></w:pPr></w:p>"

    document = document.replace(UPRIGHT, end(page, first), 1)
    return document.replace(UPRIGHT, end(page)).replace(TURNED, end(SIDEWAYS))


def _rows_whole(document: str) -> str:
    """No row of a table is broken between two pages."""
    whole = "<w:cantSplit/>"
    document = re.sub(r"<w:tr>(\s*)<w:trPr>", rf"<w:tr>\1<w:trPr>{whole}", document)
    return re.sub(r"<w:tr>(?!\s*<w:trPr>)", f"<w:tr><w:trPr>{whole}</w:trPr>", document)


def _properties(title: str, author: str) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/'
        'core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:dcterms="http://purl.org/dc/terms/" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"<dc:title>{escape(title)}</dc:title><dc:creator>{escape(author)}</dc:creator>"
        "<dc:language>ru-RU</dc:language>"
        f'<dcterms:created xsi:type="dcterms:W3CDTF">{_CREATED}</dcterms:created>'
        f'<dcterms:modified xsi:type="dcterms:W3CDTF">{_CREATED}</dcterms:modified>'
        "</cp:coreProperties>"
    )
