"""Workbooks written byte by byte: what no library would write."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def cell(reference: str, value: object) -> str:
    """A cell of an xlsx with a number, or an inline text."""
    if isinstance(value, str):
        return f'<c r="{reference}" t="inlineStr"><is><t xml:space="preserve">{value}</t></is></c>'
    return f'<c r="{reference}"><v>{value}</v></c>'


def grid_xml(rows: Sequence[Sequence[object]], top: int = 1) -> str:
    """Rows of an xlsx from A``top`` on."""
    return "".join(
        f'<row r="{top + i}">'
        + "".join(
            cell(f"{chr(65 + j)}{top + i}", value)
            for j, value in enumerate(values)
            if value is not None
        )
        + "</row>"
        for i, values in enumerate(rows)
    )


def xlsx(
    path: Path,
    sheets: Mapping[str, str],
    *,
    shared: str = "",
    states: Mapping[str, str] | None = None,
    workbook_head: str = "",
    tail: str = "",
) -> Path:
    """An xlsx whose sheets are given as rows in XML.

    Parameters
    ----------
    sheets
        Name (escaped) → what stands inside ``sheetData``; text that begins with ``<?xml`` or
        ``<worksheet`` is the whole part.
    shared
        What stands inside ``sst``.
    states
        Name → ``hidden`` or ``veryHidden``.
    workbook_head
        What stands before ``sheets`` in the workbook.
    tail
        What stands after ``sheetData``.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    numbers = range(1, len(sheets) + 1)
    states = states or {}
    entries = "".join(
        f'<sheet name="{name}" sheetId="{i}" r:id="r{i}"'
        + (f' state="{states[name]}"' if name in states else "")
        + "/>"
        for i, name in zip(numbers, sheets, strict=True)
    )
    relations = "".join(
        f'<Relationship Id="r{i}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{i}.xml"/>'
        for i in numbers
    )
    if shared:
        relations += (
            f'<Relationship Id="s" Type="{_OFFICE}/sharedStrings" Target="sharedStrings.xml"/>'
        )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "[Content_Types].xml",
            f'<?xml version="1.0"?><Types xmlns="{_PACKAGE}/content-types">'
            '<Default Extension="xml" ContentType="application/xml"/>'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            '<Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-'
            'officedocument.spreadsheetml.sheet.main+xml"/></Types>',
        )
        archive.writestr(
            "_rels/.rels",
            f'<?xml version="1.0"?><Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r" '
            f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        archive.writestr(
            "xl/workbook.xml",
            f'<?xml version="1.0"?><workbook xmlns="{MAIN}" xmlns:r="{_OFFICE}">{workbook_head}'
            f"<sheets>{entries}</sheets></workbook>",
        )
        archive.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<?xml version="1.0"?><Relationships xmlns="{_PACKAGE}/relationships">{relations}</Relationships>',
        )
        for i, body in zip(numbers, sheets.values(), strict=True):
            whole = body.startswith(("<?xml", "<worksheet", "<x:worksheet"))
            archive.writestr(
                f"xl/worksheets/sheet{i}.xml",
                body
                if whole
                else f'<?xml version="1.0"?><worksheet xmlns="{MAIN}"><sheetData>{body}</sheetData>{tail}</worksheet>',
            )
        if shared:
            archive.writestr(
                "xl/sharedStrings.xml", f'<?xml version="1.0"?><sst xmlns="{MAIN}">{shared}</sst>'
            )
    return path


def ods(path: Path, tables: Mapping[str, str], styles: str = "") -> Path:
    """An ods whose tables are given as rows in XML."""
    spaces = "".join(
        f' xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{prefix}:1.0"'
        for prefix in ("office", "table", "text", "style")
    )
    body = "".join(
        f'<table:table table:name="{name}" table:style-name="ta1">{rows}</table:table>'
        for name, rows in tables.items()
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "mimetype", "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED
        )
        archive.writestr(
            "content.xml",
            f'<?xml version="1.0"?><office:document-content{spaces} xmlns:calcext="urn:calcext">{styles}'
            f"<office:body><office:spreadsheet>{body}</office:spreadsheet></office:body>"
            "</office:document-content>",
        )
        archive.writestr("META-INF/manifest.xml", "<?xml version='1.0'?><manifest/>")
    return path


def ods_cell(text: str, more: str = "") -> str:
    """A cell of an ods with a text."""
    return f'<table:table-cell office:value-type="string" {more}><text:p>{text}</text:p></table:table-cell>'


def ods_row(cells: str, repeated: int = 1) -> str:
    """A row of an ods."""
    return f'<table:table-row table:number-rows-repeated="{repeated}">{cells}</table:table-row>'


def record(kind: int, body: bytes = b"") -> bytes:
    """A record of an .xls."""
    return struct.pack("<HH", kind, len(body)) + body


def number_record(row: int, column: int, value: float) -> bytes:
    """A number in a cell of an .xls; row and column from 0."""
    return record(0x203, struct.pack("<HHHd", row, column, 0, value))


def xls(
    path: Path,
    sheets: Mapping[str, bytes],
    *,
    dimensions: tuple[int, int] = (1, 1),
    texts: Iterable[str] = (),
    hidden: Iterable[str] = (),
) -> Path:
    """An .xls (BIFF8) whose sheets are given as records.

    Parameters
    ----------
    dimensions
        What every sheet says of its rows and columns.
    texts
        Shared texts.
    """
    hidden = set(hidden)
    shared = [struct.pack("<HB", len(text), 1) + text.encode("utf-16-le") for text in texts]
    head = record(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 0))
    # Each in a record of its own, as it must be when they are long.
    table = b""
    for number, text in enumerate(shared):
        start = struct.pack("<II", len(shared), len(shared)) if number == 0 else b""
        table += record(0xFC if number == 0 else 0x3C, start + text)
    bounds = [
        struct.pack("<BBBB", name in hidden, 0, len(name), 1) + name.encode("utf-16-le")
        for name in sheets
    ]
    place = len(head) + sum(8 + len(bound) for bound in bounds) + len(table) + 4
    globals_, bodies = head, b""
    for bound, cells in zip(bounds, sheets.values(), strict=True):
        globals_ += record(0x85, struct.pack("<I", place + len(bodies)) + bound)
        bodies += record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 0))
        bodies += record(0x200, struct.pack("<IIHHH", 0, dimensions[0], 0, dimensions[1], 0))
        bodies += cells + record(0x0A)
    path.write_bytes(compound_file(globals_ + table + record(0x0A) + bodies))
    return path


def compound_file(stream: bytes) -> bytes:
    """A compound file with one stream «Workbook»."""
    length = max(len(stream), 4096)
    stream = stream.ljust(-(-length // 512) * 512, b"\0")
    count = len(stream) // 512
    tables = 1
    while tables * 128 < tables + 1 + count:
        tables += 1
    links = [0xFFFFFFFD] * tables + [0xFFFFFFFE]
    links += [tables + 1 + i + 1 for i in range(count - 1)] + [0xFFFFFFFE]
    links += [0xFFFFFFFF] * (tables * 128 - len(links))

    def entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
        raw = (name + "\0").encode("utf-16-le")
        return (
            raw.ljust(64, b"\0")
            + struct.pack("<HBBIII", len(raw), kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, child)
            + bytes(36)
            + struct.pack("<III", start, size, 0)
        )

    directory = entry("Root Entry", 5, 1, 0xFFFFFFFE, 0)
    directory += entry("Workbook", 2, 0xFFFFFFFF, tables + 1, length)
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    header += struct.pack("<IIIIIIIII", 0, tables, tables, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    header += struct.pack("<109I", *range(tables), *[0xFFFFFFFF] * (109 - tables))
    return header + struct.pack(f"<{len(links)}I", *links) + directory.ljust(512, b"\0") + stream
