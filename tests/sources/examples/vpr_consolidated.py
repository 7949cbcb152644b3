"""The regional consolidated form of «Статистика по отметкам»."""

from __future__ import annotations

from pathlib import Path

from tests.sources.books import VPR_HEAD, book, vpr_row


def write(path: Path) -> None:
    """Two schools, two subjects."""
    rows = [
        VPR_HEAD,
        vpr_row("edu000001", 20, 10, 40, 40, 10, year=2023),
        vpr_row("edu000002", 25, 8, 40, 40, 12, year=2023, name="СОШ № 2"),
        vpr_row("edu000001", 16, 25, 50, 25, 0, year=2023, subject="Русский язык"),
    ]
    book(path, rows, sheet="2023")
