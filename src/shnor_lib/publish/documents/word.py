"""Finish a Word document Pandoc made: sections, rows that do not break, fixed times."""

from __future__ import annotations

import io
import re
import zipfile
from xml.sax.saxutils import escape

from shnor_lib.publish.documents.reference import PAGE, SIDEWAYS, packed

_CREATED = "1980-01-01T00:00:00Z"
_LAST = re.compile(r"<w:sectPr.*?</w:sectPr>(?=\s*</w:body>)", re.S)
_FOOTERS = re.compile(r"<w:(?:header|footer)Reference [^>]*/>")


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
    parts["word/document.xml"] = _rows_whole(_sections(document)).encode("utf-8")
    parts["docProps/core.xml"] = _properties(title, author).encode("utf-8")
    return packed(
        dict(sorted(parts.items(), key=lambda item: (item[0] != "[Content_Types].xml", item[0])))
    )


def _sections(document: str) -> str:
    """Put the section breaks of tables that stand on a page turned sideways."""
    upright, turned = "<!--shnor-upright-->", "<!--shnor-sideways-->"
    if upright not in document:
        return document
    last = _LAST.search(document)
    footers = "".join(_FOOTERS.findall(last.group())) if last else ""
    own = re.search(r"<w:pgSz .*?/>\s*<w:pgMar .*?/>", last.group(), re.S) if last else None
    first = "<w:titlePg/>" if last and "<w:titlePg" in last.group() else ""

    def end(page: str, more: str = "") -> str:
        return f"<w:p><w:pPr><w:sectPr>{footers}{page}{more}</w:sectPr></w:pPr></w:p>"

    page = own.group() if own else PAGE
    head, _, rest = document.partition(upright)
    # only the very first page goes without a number
    rest = rest.replace(upright, end(page)).replace(turned, end(SIDEWAYS))
    if last and first:
        rest = (
            re.sub(r"<w:titlePg\s*/>(?=[^<]*(?:<[^<]*)*?</w:body>)", "", rest, count=1)
            if rest.count("<w:titlePg") == 1
            else rest
        )
    return head + end(page, first) + rest


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
