"""Styles of Word documents: Pandoc's own reference document with an office's look.

The office restyles the documents in Word: it opens ``reference.docx`` (``shnor reference``),
changes the styles and puts the file into the project's folder, where it wins over this one.
"""

from __future__ import annotations

import io
import re
import subprocess
import zipfile
from functools import cache
from pathlib import Path

from shnor_lib.faults import ShnorError
from shnor_lib.publish.embedded import pandoc_path

FILE = "reference.docx"
"""Name of the project's own styles, at its root."""
ZIP_TIME = (1980, 1, 1, 0, 0, 0)
FONT = "Times New Roman"
"""What official letters are set in; where it is missing Word and LibreOffice take their own."""
ACCENT, QUIET, RULE = "0B3A66", "52606D", "C3CAD3"

PAGE = (
    '<w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1134" w:right="850" w:bottom="1134" '
    'w:left="1417" w:header="567" w:footer="567" w:gutter="0"/>'
)
"""A4 upright: 25 mm on the left for the binder, 15 on the right, 20 above and below."""
SIDEWAYS = (
    '<w:pgSz w:w="16838" w:h="11906" w:orient="landscape"/><w:pgMar w:top="1134" w:right="850" '
    'w:bottom="850" w:left="1134" w:header="567" w:footer="567" w:gutter="0"/>'
)

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def reference_docx() -> bytes:
    """The packaged styles: made from the reference document of the Pandoc in use.

    Raises
    ------
    ShnorError
        Pandoc is missing or does not give its reference document.
    """
    parts = _unpacked(_default_reference())
    styles = parts["word/styles.xml"].decode("utf-8")
    for style_id, xml in _styles().items():
        own = re.search(rf'<w:style [^>]*w:styleId="{style_id}".*?</w:style>', styles, re.S)
        if own:
            styles = styles.replace(own.group(), xml, 1)
        else:
            styles = styles.replace("</w:styles>", xml + "</w:styles>")
    styles = re.sub(r"<w:rPrDefault>.*?</w:rPrDefault>", _DEFAULTS, styles, count=1, flags=re.S)
    parts["word/styles.xml"] = styles.encode("utf-8")
    parts["word/footer1.xml"] = _FOOTER.encode("utf-8")
    relations = parts["word/_rels/document.xml.rels"].decode("utf-8")
    parts["word/_rels/document.xml.rels"] = relations.replace(
        "</Relationships>",
        f'<Relationship Type="{_R}/footer" Id="rId90" Target="footer1.xml"/></Relationships>',
    ).encode("utf-8")
    types = parts["[Content_Types].xml"].decode("utf-8")
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.footer+xml"
    parts["[Content_Types].xml"] = types.replace(
        "</Types>", f'<Override PartName="/word/footer1.xml" ContentType="{kind}"/></Types>'
    ).encode("utf-8")
    document = parts["word/document.xml"].decode("utf-8")
    document = re.sub(r"<w:sectPr>.*?</w:sectPr>\s*</w:body>", _SECTION, document, flags=re.S)
    if f'xmlns:r="{_R}"' not in document:
        document = document.replace("<w:document ", f'<w:document xmlns:r="{_R}" ', 1)
    parts["word/document.xml"] = document.encode("utf-8")
    return packed(parts)


def reference_of(project: Path) -> bytes:
    """The project's own ``reference.docx``, or the packaged one.

    Raises
    ------
    ShnorError
        The project's file is not a Word document.
    """
    own = project / FILE
    if not own.is_file():
        return reference_docx()
    data = own.read_bytes()
    try:
        if "word/styles.xml" in zipfile.ZipFile(io.BytesIO(data)).namelist():
            return data
    except zipfile.BadZipFile:
        pass
    raise ShnorError(
        f"Файл «{own}» не читается как документ Word (.docx). Замените его или удалите: тогда "
        "документы получат обычное оформление."
    )


def packed(parts: dict[str, bytes]) -> bytes:
    """A zip file of parts in their order; times inside are fixed."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            info = zipfile.ZipInfo(name, ZIP_TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o600 << 16
            archive.writestr(info, data)
    return out.getvalue()


def _unpacked(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@cache
def _default_reference() -> bytes:
    done = subprocess.run(
        [pandoc_path(), "--print-default-data-file", "reference.docx"],
        capture_output=True,
        check=False,
    )
    if done.returncode != 0 or not done.stdout:
        raise ShnorError(
            "Pandoc не отдал образец документа Word: " + done.stderr.decode("utf-8", "replace")
        )
    return done.stdout


_DEFAULTS = (
    f'<w:rPrDefault><w:rPr><w:rFonts w:ascii="{FONT}" w:hAnsi="{FONT}" w:cs="{FONT}" '
    f'w:eastAsia="{FONT}"/><w:sz w:val="24"/><w:szCs w:val="24"/>'
    '<w:lang w:val="ru-RU" w:eastAsia="ru-RU" w:bidi="ar-SA"/></w:rPr></w:rPrDefault>'
)

_FOOTER = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    f'<w:ftr xmlns:w="{_W}"><w:p><w:pPr><w:pStyle w:val="Footer"/><w:jc w:val="center"/></w:pPr>'
    '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> PAGE '
    '</w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>1</w:t></w:r>'
    '<w:r><w:fldChar w:fldCharType="end"/></w:r></w:p></w:ftr>'
)

_SECTION = (
    f'<w:sectPr><w:footerReference w:type="default" r:id="rId90"/>{PAGE}<w:titlePg/></w:sectPr>'
    "</w:body>"
)


def _paragraph(
    style_id: str,
    name: str,
    *,
    based: str = "Normal",
    following: str = "",
    layout: str = "",
    text: str = "",
    custom: bool = False,
) -> str:
    kind = ' w:customStyle="1"' if custom else ""
    following = f'<w:next w:val="{following}"/>' if following else ""
    return (
        f'<w:style w:type="paragraph"{kind} w:styleId="{style_id}"><w:name w:val="{name}"/>'
        f'<w:basedOn w:val="{based}"/>{following}<w:qFormat/>'
        f"<w:pPr>{layout}</w:pPr><w:rPr>{text}</w:rPr></w:style>"
    )


def _space(before: int = 0, after: int = 0, line: int = 0) -> str:
    """Space in points before and after; line in per cent."""
    height = f' w:line="{int(line * 2.4)}" w:lineRule="auto"' if line else ""
    return f'<w:spacing w:before="{before * 20}" w:after="{after * 20}"{height}/>'


def _type(size: float, *, bold: bool = False, colour: str = "") -> str:
    half = int(size * 2)
    return (
        ("<w:b/><w:bCs/>" if bold else "")
        + (f'<w:color w:val="{colour}"/>' if colour else "")
        + f'<w:sz w:val="{half}"/><w:szCs w:val="{half}"/>'
    )


def _styles() -> dict[str, str]:
    """Style id → its XML; those of Pandoc restyled, those of our documents added."""
    keep, lines, centre = "<w:keepNext/>", "<w:keepLines/>", '<w:jc w:val="center"/>'
    left, both = '<w:jc w:val="left"/>', '<w:jc w:val="both"/>'
    shade = '<w:shd w:val="clear" w:color="auto" w:fill="F4F7FA"/>'
    bar = f'<w:pBdr><w:left w:val="single" w:sz="18" w:space="6" w:color="{ACCENT}"/></w:pBdr>'
    found = {
        "BodyText": _paragraph(
            "BodyText", "Body Text", layout=_space(0, 6, 110) + both, text=_type(12)
        ),
        "FirstParagraph": _paragraph(
            "FirstParagraph", "First Paragraph", based="BodyText", following="BodyText", custom=True
        ),
        "LeadIn": _paragraph(
            "LeadIn", "Lead In", based="BodyText", following="BodyText", layout=keep, custom=True
        ),
        "Compact": _paragraph(
            "Compact", "Compact", based="BodyText", layout=_space(1, 1) + left, custom=True
        ),
        "Title": _paragraph(
            "Title", "Title", following="Subtitle", layout=_space(24, 12) + centre,
            text=_type(26, bold=True, colour=ACCENT),
        ),
        "Subtitle": _paragraph(
            "Subtitle", "Subtitle", layout=_space(0, 60) + centre, text=_type(15)
        ),
        "Caption": _paragraph("Caption", "caption", layout=_space(6, 4) + left, text=_type(11)),
        "TableCaption": _paragraph(
            "TableCaption", "Table Caption", based="Caption", layout=keep + _space(10, 4) + left,
            custom=True,
        ),
        "ImageCaption": _paragraph(
            "ImageCaption", "Image Caption", based="Caption", layout=_space(2, 12) + left,
            custom=True,
        ),
        "CaptionedFigure": _paragraph(
            "CaptionedFigure", "Captioned Figure", layout=keep + _space(6, 2), custom=True
        ),
        "TOCHeading": _paragraph(
            "TOCHeading", "TOC Heading", layout=keep + _space(0, 8),
            text=_type(16, bold=True, colour=ACCENT),
        ),
        "TOC1": _paragraph("TOC1", "toc 1", layout=_toc(0) + _space(3, 2), text=_type(12)),
        "TOC2": _paragraph("TOC2", "toc 2", layout=_toc(280) + _space(0, 1), text=_type(11)),
        "Footer": _paragraph("Footer", "footer", text=_type(10, colour=QUIET)),
        "CoverOrganisation": _paragraph(
            "CoverOrganisation", "Cover Organisation", layout=_space(0, 180) + centre,
            text=_type(14), custom=True,
        ),
        "CoverSite": _paragraph(
            "CoverSite", "Cover Site", layout=_space(0, 6) + centre,
            text=_type(14, colour=QUIET), custom=True,
        ),
        "CoverNote": _paragraph(
            "CoverNote", "Cover Note", layout=_space(120, 0) + centre,
            text=_type(11, colour=QUIET), custom=True,
        ),
        "DocumentSite": _paragraph(
            "DocumentSite", "Document Site", layout=_space(0, 2) + left,
            text=_type(10.5, colour=QUIET), custom=True,
        ),
        "DocumentTitle": _paragraph(
            "DocumentTitle", "Document Title", layout=keep + _space(4, 4) + left,
            text=_type(20, bold=True, colour=ACCENT), custom=True,
        ),
        "DocumentSubtitle": _paragraph(
            "DocumentSubtitle", "Document Subtitle", layout=_space(0, 8) + left,
            text=_type(12), custom=True,
        ),
        "DocumentNote": _paragraph(
            "DocumentNote", "Document Note", layout=_space(0, 8) + left,
            text=_type(10.5, colour=QUIET), custom=True,
        ),
        "CalloutTitle": _paragraph(
            "CalloutTitle", "Callout Title", layout=keep + bar + shade + _space(8, 0) + left,
            text=_type(12, bold=True), custom=True,
        ),
        "Callout": _paragraph(
            "Callout", "Callout", layout=bar + shade + _space(0, 6, 110), text=_type(12),
            custom=True,
        ),
        "KeyFigure": _paragraph(
            "KeyFigure", "Key Figure", layout=keep + _space(1, 1) + left, text=_type(9),
            custom=True,
        ),
        "TableEnd": _paragraph(
            "TableEnd", "Table End", layout=_space(0, 4), text=_type(4), custom=True
        ),
        "Fine": (
            '<w:style w:type="character" w:customStyle="1" w:styleId="Fine"><w:name w:val="Fine"/>'
            f"<w:qFormat/><w:rPr>{_type(10, colour=QUIET)}</w:rPr></w:style>"
        ),
        "Hyperlink": (
            '<w:style w:type="character" w:styleId="Hyperlink"><w:name w:val="Hyperlink"/>'
            f'<w:rPr><w:color w:val="{ACCENT}"/></w:rPr></w:style>'
        ),
        "Table": _TABLE,
    }  # fmt: skip
    for level, size, before in ((1, 17, 20), (2, 14, 14), (3, 12.5, 10), (4, 12, 8)):
        outline = f'<w:outlineLvl w:val="{level - 1}"/>'
        found[f"Heading{level}"] = _paragraph(
            f"Heading{level}",
            f"heading {level}",
            following="BodyText",
            layout=keep + lines + _space(before, 6) + left + outline,
            text=_type(size, bold=True, colour=ACCENT),
        )
    for size in (9, 8, 7):
        name = f"TableText{size}"
        found[name] = _paragraph(
            name, f"Table Text {size}", layout=_space(1, 1) + left, text=_type(size), custom=True
        )
        found[f"{name}Head"] = _paragraph(
            f"{name}Head",
            f"Table Text {size} Head",
            layout=keep + _space(1, 1) + left,
            text=_type(size, bold=True),
            custom=True,
        )
    return found


def _toc(indent: int) -> str:
    return (
        '<w:tabs><w:tab w:val="right" w:leader="dot" w:pos="9638"/></w:tabs>'
        f'<w:ind w:left="{indent}" w:right="400"/>'
    )


_SIDE = '<w:{0} w:val="single" w:sz="{1}" w:space="0" w:color="{2}"/>'
_TABLE = (
    '<w:style w:type="table" w:customStyle="1" w:styleId="Table"><w:name w:val="Table"/>'
    '<w:basedOn w:val="TableNormal"/><w:qFormat/><w:tblPr><w:tblBorders>'
    + _SIDE.format("top", 8, ACCENT)
    + _SIDE.format("bottom", 4, RULE)
    + _SIDE.format("insideH", 4, RULE)
    + '</w:tblBorders><w:tblCellMar><w:left w:w="70" w:type="dxa"/><w:right w:w="70" w:type="dxa"/>'
    '</w:tblCellMar></w:tblPr><w:tblStylePr w:type="firstRow"><w:tcPr>'
    '<w:shd w:val="clear" w:color="auto" w:fill="EEF2F7"/></w:tcPr></w:tblStylePr></w:style>'
)
