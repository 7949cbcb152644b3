"""An Excel workbook of tables: formats, frozen headings, notes; the same tables, the same bytes.

Written directly, not through openpyxl: the profiles of a region have thousands of tables, and
their numbers must stay numbers. A text cell is never a formula.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from html import escape
from typing import Any

from shnor_lib.report import format as fmt
from shnor_lib.report.exports import Sheet, SheetColumn, Value

_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_MAIN = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
_RELS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_BAD_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_BAD_NAME = re.compile(r"[\[\]:*?/\\']")
WIDEST, NARROWEST = 60, 8
"""Width of a column in characters."""
FIRST_ROW = 3
"""Row of the headings; above it stand the table's title and where it comes from."""
NOTES = "Пояснения"

# Cell styles, in the order of ``cellXfs`` below.
_TITLE, _SOURCE, _HEADING, _TEXT, _WHOLE = range(5)
_MAX_DIGITS = 4


def workbook_bytes(sheets: Sequence[Sheet], *, source: str) -> bytes:
    """The workbook of a page.

    Parameters
    ----------
    sheets
        Its tables, in the order of the page; at least one.
    source
        Russian line under every table's title: the site, the page, the year.

    Returns
    -------
    bytes
        ``.xlsx``: one sheet per table and a sheet of notes; times inside are fixed.
    """
    names = _names(sheets)
    parts = {
        "[Content_Types].xml": _content_types(len(sheets) + 1),
        "_rels/.rels": _package_rels(),
        "xl/workbook.xml": _workbook([*names, NOTES], sheets),
        "xl/_rels/workbook.xml.rels": _workbook_rels(len(sheets) + 1),
        "xl/styles.xml": _styles(),
    }
    for number, sheet in enumerate(sheets, 1):
        parts[f"xl/worksheets/sheet{number}.xml"] = _sheet(sheet, source)
    parts[f"xl/worksheets/sheet{len(sheets) + 1}.xml"] = _sheet(_notes(sheets, names), source)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            info = zipfile.ZipInfo(name, _ZIP_TIME)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o600 << 16
            archive.writestr(info, text.encode("utf-8"))
    return out.getvalue()


def _names(sheets: Sequence[Sheet]) -> list[str]:
    """«1 Проверенные показатели»: at most 31 characters, none that Excel forbids."""
    names = []
    for number, sheet in enumerate(sheets, 1):
        title = fmt.one_line(sheet.title, "Таблица").replace("/", "-")
        title = _BAD_NAME.sub(" ", title)
        name = f"{number} {title}"
        names.append(name if len(name) <= 31 else name[:30].rstrip(" ,.;(«") + "…")
    return names


def _notes(sheets: Sequence[Sheet], names: Sequence[str]) -> Sheet:
    units = {"percent": "доля, показана в процентах", "points": "процентные пункты"}
    rows: list[list[Value]] = [
        [name, column.title, column.help or None, units.get(column.kind), column.missing or None]
        for sheet, name in zip(sheets, names, strict=True)
        for column in sheet.columns
    ]
    titles = ("Лист", "Столбец", "Что означает", "Единица", "Что значит пустая клетка")
    return Sheet("Пояснения к столбцам", [SheetColumn(t) for t in titles], rows)


def _sheet(sheet: Sheet, source: str) -> str:
    columns = sheet.columns
    last = _letter(len(columns) - 1)
    widths = "".join(
        f'<col min="{i}" max="{i}" width="{_width(column, sheet.rows, i - 1)}" customWidth="1"/>'
        for i, column in enumerate(columns, 1)
    )
    head = "".join(
        _cell(f"{_letter(i)}{FIRST_ROW}", column.title + _unit(column), _HEADING)
        for i, column in enumerate(columns)
    )
    styles = [_style(column) for column in columns]
    body = "".join(
        f'<row r="{number}">'
        + "".join(
            _cell(f"{_letter(i)}{number}", _stored(value, columns[i]), styles[i])
            for i, value in enumerate(row)
        )
        + "</row>"
        for number, row in enumerate(sheet.rows, FIRST_ROW + 1)
    )
    end = FIRST_ROW + len(sheet.rows)
    return (
        f'{_HEAD}<worksheet {_MAIN}><sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>'
        f'<dimension ref="A1:{last}{end}"/>'
        f'<sheetViews><sheetView workbookViewId="0"><pane xSplit="1" ySplit="{FIRST_ROW}" '
        f'topLeftCell="B{FIRST_ROW + 1}" activePane="bottomRight" state="frozen"/>'
        f'<selection pane="bottomRight" activeCell="B{FIRST_ROW + 1}" sqref="B{FIRST_ROW + 1}"/>'
        f'</sheetView></sheetViews><sheetFormatPr defaultRowHeight="15"/><cols>{widths}</cols>'
        f'<sheetData><row r="1" ht="20" customHeight="1">{_cell("A1", sheet.title, _TITLE)}</row>'
        f'<row r="2">{_cell("A2", source, _SOURCE)}</row>'
        f'<row r="{FIRST_ROW}">{head}</row>{body}</sheetData>'
        f'<autoFilter ref="A{FIRST_ROW}:{last}{end}"/>{_prompts(columns)}'
        '<pageMargins left="0.5" right="0.5" top="0.6" bottom="0.6" header="0.3" footer="0.3"/>'
        '<pageSetup paperSize="9" orientation="landscape" fitToWidth="1" fitToHeight="0"/>'
        "</worksheet>"
    )


def _prompts(columns: Sequence[SheetColumn]) -> str:
    """A note that appears when a heading is chosen: what the column means."""
    notes = [
        f'<dataValidation type="none" allowBlank="1" showInputMessage="1" promptTitle="Пояснение" '
        f'prompt="{_xml(column.help[:255])}" sqref="{_letter(i)}{FIRST_ROW}"/>'
        for i, column in enumerate(columns)
        if column.help
    ]
    return (
        f'<dataValidations count="{len(notes)}">{"".join(notes)}</dataValidations>' if notes else ""
    )


def _unit(column: SheetColumn) -> str:
    return ", п. п." if column.kind == "points" and "п. п." not in column.title else ""


def _stored(value: Value, column: SheetColumn) -> Value:
    """Shares stay shares; percentage points are stored as points."""
    if column.kind == "points" and isinstance(value, int | float):
        return value * 100
    return value


def _cell(place: str, value: Value, style: int) -> str:
    if value is None or value == "":
        return f'<c r="{place}" s="{style}"/>'
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f'<c r="{place}" s="{style}"><v>{value!r}</v></c>'
    text = _xml(str(value)[:32_767])
    return (
        f'<c r="{place}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{text}</t></is></c>'
    )


def _xml(text: str) -> str:
    return escape(_BAD_XML.sub("", text), quote=True)


def _letter(position: int) -> str:
    letters = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _width(column: SheetColumn, rows: Sequence[Sequence[Value]], position: int) -> int:
    longest = max((len(word) for word in column.title.split()), default=0) + 4
    for row in rows:
        value = row[position]
        if isinstance(value, str):
            longest = max(longest, len(value) + 2)
        elif value is not None:
            longest = max(longest, 10)
    return max(NARROWEST, min(WIDEST, longest))


def _style(column: SheetColumn) -> int:
    digits = max(0, min(column.digits, _MAX_DIGITS))
    first = _WHOLE + 1
    if column.kind == "int":
        return _WHOLE
    kinds = ("decimal", "percent", "points")
    if column.kind in kinds:
        return first + kinds.index(column.kind) * (_MAX_DIGITS + 1) + digits
    return _TEXT


def _styles() -> str:
    codes = ["#,##0"]
    for kind in ("decimal", "percent", "points"):
        for digits in range(_MAX_DIGITS + 1):
            zeros = "." + "0" * digits if digits else ""
            codes.append(
                {
                    "decimal": f"#,##0{zeros}",
                    "percent": f"0{zeros}%",
                    "points": f"+0{zeros};\u22120{zeros};0{zeros}",
                }[kind]
            )
    formats = "".join(
        f'<numFmt numFmtId="{164 + i}" formatCode="{_xml(code)}"/>' for i, code in enumerate(codes)
    )
    plain = '<xf numFmtId="0" fontId="{font}" fillId="{fill}" borderId="{border}" xfId="0" applyFont="1" applyFill="1" applyBorder="1" applyAlignment="1"><alignment vertical="{v}" wrapText="{wrap}"/></xf>'
    styles = [
        plain.format(font=1, fill=0, border=0, v="center", wrap=0),
        plain.format(font=2, fill=0, border=0, v="top", wrap=0),
        plain.format(font=3, fill=2, border=1, v="center", wrap=1),
        plain.format(font=0, fill=0, border=1, v="top", wrap=1),
    ]
    styles += [
        f'<xf numFmtId="{164 + i}" fontId="0" fillId="0" borderId="1" xfId="0" '
        'applyNumberFormat="1" applyBorder="1" applyAlignment="1"><alignment vertical="top"/></xf>'
        for i in range(len(codes))
    ]
    side = '<{0} style="thin"><color rgb="FFC3CAD3"/></{0}>'
    border = "".join(side.format(name) for name in ("left", "right", "top", "bottom"))
    name = '<name val="Calibri"/><family val="2"/>'
    return (
        f'{_HEAD}<styleSheet {_MAIN}><numFmts count="{len(codes)}">{formats}</numFmts>'
        f'<fonts count="4"><font><sz val="11"/>{name}</font>'
        f'<font><b/><sz val="14"/>{name}</font>'
        f'<font><sz val="10"/><color rgb="FF52606D"/>{name}</font>'
        f'<font><b/><sz val="11"/>{name}</font></fonts>'
        '<fills count="3"><fill><patternFill patternType="none"/></fill>'
        '<fill><patternFill patternType="gray125"/></fill><fill><patternFill patternType="solid">'
        '<fgColor rgb="FFE8EEF5"/><bgColor indexed="64"/></patternFill></fill></fills>'
        f'<borders count="2"><border/><border>{border}<diagonal/></border></borders>'
        '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
        f'<cellXfs count="{len(styles)}">{"".join(styles)}</cellXfs>'
        '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
        "</styleSheet>"
    )


def _workbook(names: Sequence[str], sheets: Sequence[Sheet]) -> str:
    entries = "".join(
        f'<sheet name="{_xml(name)}" sheetId="{i}" r:id="rId{i}"/>'
        for i, name in enumerate(names, 1)
    )
    defined: list[str] = []
    for i, sheet in enumerate(sheets):
        place = "'" + names[i].replace("'", "''") + "'"
        end = FIRST_ROW + len(sheet.rows)
        last = _letter(len(sheet.columns) - 1)
        defined += [
            f'<definedName name="_xlnm._FilterDatabase" localSheetId="{i}" hidden="1">'
            f"{_xml(place)}!$A${FIRST_ROW}:${last}${end}</definedName>",
            f'<definedName name="_xlnm.Print_Titles" localSheetId="{i}">'
            f"{_xml(place)}!${FIRST_ROW}:${FIRST_ROW}</definedName>",
        ]
    return (
        f'{_HEAD}<workbook {_MAIN} xmlns:r="{_RELS}"><bookViews><workbookView/></bookViews>'
        f"<sheets>{entries}</sheets><definedNames>{''.join(defined)}</definedNames></workbook>"
    )


def _workbook_rels(count: int) -> str:
    entries = [(f"{_RELS}/worksheet", f"worksheets/sheet{i}.xml") for i in range(1, count + 1)]
    entries.append((f"{_RELS}/styles", "styles.xml"))
    return _relationships(entries)


def _package_rels() -> str:
    return _relationships([(f"{_RELS}/officeDocument", "xl/workbook.xml")])


def _relationships(entries: Sequence[tuple[str, str]]) -> str:
    inner = "".join(
        f'<Relationship Id="rId{i}" Type="{kind}" Target="{target}"/>'
        for i, (kind, target) in enumerate(entries, 1)
    )
    space = "http://schemas.openxmlformats.org/package/2006/relationships"
    return f'{_HEAD}<Relationships xmlns="{space}">{inner}</Relationships>'


def _content_types(count: int) -> str:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts: list[Any] = [("/xl/workbook.xml", "sheet.main"), ("/xl/styles.xml", "styles")]
    parts += [(f"/xl/worksheets/sheet{i}.xml", "worksheet") for i in range(1, count + 1)]
    inner = "".join(
        f'<Override PartName="{name}" ContentType="{kind}.{what}+xml"/>' for name, what in parts
    )
    return (
        f'{_HEAD}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" '
        'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{inner}</Types>'
    )
