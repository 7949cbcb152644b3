"""One record for everything that is wrong with the input.

A fault names the place (file, sheet, cell), what is wrong, what was expected and what to
do about it, in Russian, because the people who fill the workbooks read it. Readers never
raise on a faulty cell: they collect faults, so that the user sees all of them in one run.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    """How much a fault matters: an error stops the build, the others are shown."""

    ERROR = "ошибка"
    WARNING = "предупреждение"
    QUESTION = "вопрос"


@dataclass(frozen=True, order=True)
class Fault:
    """One thing wrong with the input.

    Parameters
    ----------
    file
        Path relative to ``data/raw`` (or a settings file's name).
    sheet, cell
        Sheet name and cell reference such as ``H15`` or ``G2:K2`` (in YAML files «строка 12»);
        empty when the whole file or sheet is meant.
    code
        Short stable identifier of the kind of fault, e.g. ``missing-column``.
    message, expected, remedy
        Russian: what is wrong; what was expected; what to do.
    severity
        See :class:`Severity`.
    rows
        Number of data rows that did not enter because of this fault.
    """

    file: str
    sheet: str = ""
    cell: str = ""
    code: str = ""
    message: str = ""
    expected: str = ""
    remedy: str = ""
    severity: Severity = Severity.ERROR
    rows: int = 0

    @property
    def place(self) -> str:
        """File, sheet and cell in one line of Russian."""
        parts = [self.file]
        if self.sheet:
            parts.append(f"лист «{self.sheet}»")
        if self.cell.startswith("строк"):
            parts.append(self.cell)
        elif self.cell:
            parts.append(f"ячейка {self.cell}" if ":" not in self.cell else f"ячейки {self.cell}")
        return ", ".join(parts)

    def sentence(self) -> str:
        """The whole fault as the user reads it on the screen."""
        text = f"{self.place}: {self.message}"
        if self.expected:
            text += f" Ожидалось: {self.expected}"
        if self.remedy:
            text += f" Что сделать: {self.remedy}"
        return text

    def to_dict(self) -> dict[str, Any]:
        """Plain dictionary for JSON and workbooks."""
        return {**asdict(self), "severity": str(self.severity)}

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Fault:
        """Inverse of :meth:`to_dict`."""
        return cls(**{**values, "severity": Severity(values["severity"])})


class ShnorError(Exception):
    """Base of every error this library raises on purpose; the text is for the user."""


class DataFaultsError(ShnorError):
    """The input has faults; carries them all."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = sorted(faults)
        super().__init__("\n".join(fault.sentence() for fault in self.faults))


def has_errors(faults: Iterable[Fault]) -> bool:
    """True when at least one fault stops the build."""
    return any(fault.severity is Severity.ERROR for fault in faults)
