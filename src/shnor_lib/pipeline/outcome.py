"""What a build is told to do, whom it tells of its progress, and what it says at the end."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

from shnor_lib.faults import DataFaultsError, Fault

Engine = Literal["auto", "quarto", "embedded"]
Documents = Literal["none", "listed", "all"]
"""Which PDF and Word files are made: none; those of the latest year's monitorings and of the
schools on the list; those of all years and all schools."""


class Reporter(Protocol):
    """Receives the progress of a build; called from several threads."""

    def started(self, total: int) -> None:
        """``total`` tasks will be looked at."""

    def running(self, name: str) -> None:
        """Task ``name`` really runs (it was not up to date)."""

    def finished(self, name: str) -> None:
        """Task ``name`` has ended."""


class Silent:
    """A reporter that says nothing."""

    def started(self, total: int) -> None:
        """Ignore."""

    def running(self, name: str) -> None:
        """Ignore."""

    def finished(self, name: str) -> None:
        """Ignore."""


@dataclass
class BuildReport:
    """What a build did.

    Attributes
    ----------
    ran, skipped
        Names of the tasks that were run and of those found up to date.
    failures
        Errors by task name; empty when all went well.
    faults
        Faults of the input: errors, warnings and questions.
    site
        The site's first page, if a site stands.
    notes
        What the user should know though nothing failed (Russian).
    """

    ran: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    failures: dict[str, BaseException] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    site: Path | None = None
    notes: list[str] = field(default_factory=list)

    @property
    def data_faults(self) -> bool:
        """Whether faults of the input stopped the build."""
        return any(isinstance(error, DataFaultsError) for error in self.failures.values())

    @property
    def exit_code(self) -> int:
        """0 done, 1 faults in the data, 3 build failed."""
        if not self.failures:
            return 0
        return 1 if self.data_faults else 3
