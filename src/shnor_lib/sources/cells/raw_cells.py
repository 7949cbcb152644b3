"""Cells that look empty to a values-only reader but are not.

A formula whose result was never saved and an error value such as ``#REF!`` both read as an empty
cell. Reading them as «no data» would lose numbers in silence, so they are found before the sheet
is read (``xlsx_scan``, ``ods_scan`` and ``xls_scan`` of ``sources.files``) and reported.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Unreadable:
    """What stands in a cell instead of a value: ``formula`` without a result, or an error."""

    text: str

    def __str__(self) -> str:
        return self.text


FORMULA = "формула без сохранённого результата"
