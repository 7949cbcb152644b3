"""Cells of an xlsx that look empty to a values-only reader but are not.

A formula whose result was never saved and an error value such as ``#REF!`` both read as an empty
cell. Reading them as «no data» would lose numbers in silence, so they are found in the sheet's
XML and reported.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from dataclasses import dataclass
from xml.etree import ElementTree

_CELL = re.compile(rb"<c\b([^>]*?)(?:/>|>(.*?)</c>)", re.DOTALL)
_FORMULA_TAGS = (b"<f>", b"<f ", b"<f/")
_REF = re.compile(rb'\br="([A-Z]+)(\d+)"')
_VALUE = re.compile(rb"<v>([^<]*)</v>")
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


@dataclass(frozen=True)
class Unreadable:
    """What stands in a cell instead of a value: ``formula`` without a result, or an error."""

    text: str

    def __str__(self) -> str:
        return self.text


FORMULA = "формула без сохранённого результата"


def unreadable_cells(data: bytes) -> dict[str, dict[tuple[int, int], Unreadable]]:
    """Sheet name → (row from 0, column from 0) → what stands there.

    Sheets without such cells are absent. Anything unexpected in the file's parts means «none»:
    the reader itself reports broken files.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            found = {}
            for name, part in _sheet_parts(archive):
                cells = _scan(archive.read(part))
                if cells:
                    found[name] = cells
            return found
    except (zipfile.BadZipFile, KeyError, ElementTree.ParseError, ValueError):
        return {}


def _sheet_parts(archive: zipfile.ZipFile) -> list[tuple[str, str]]:
    relations = {
        item.get("Id"): item.get("Target", "")
        for item in ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))
    }
    parts = []
    for item in ElementTree.fromstring(archive.read("xl/workbook.xml")).iter():
        if item.tag.endswith("}sheet"):
            target = relations.get(item.get(_RELATION), "")
            path = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            path = posixpath.normpath(path)
            if path in archive.NameToInfo:
                parts.append((item.get("name", ""), path))
    return parts


def _scan(xml: bytes) -> dict[tuple[int, int], Unreadable]:
    # Nearly all sheets have neither, and a search is far quicker than walking the cells.
    if not any(mark in xml for mark in (b't="e"', *_FORMULA_TAGS)):
        return {}
    cells = {}
    for match in _CELL.finditer(xml):
        attributes, body = match[1], match[2] or b""
        is_error = b't="e"' in attributes
        if not is_error and not any(tag in body for tag in _FORMULA_TAGS):
            continue
        value = _VALUE.search(body)
        if value is not None and value[1] and not is_error:
            continue
        where = _REF.search(attributes)
        if where is None:
            continue
        # An empty text result (`<v></v>` with t="str") is a saved result: nothing.
        if not is_error and value is not None and b't="str"' in attributes:
            continue
        text = value[1].decode() if value is not None and is_error else FORMULA
        cells[int(where[2]) - 1, _column_index(where[1])] = Unreadable(text)
    return cells


def _column_index(letters: bytes) -> int:
    index = 0
    for letter in letters:
        index = index * 26 + letter - 64
    return index - 1
