"""Results of ОГЭ after appeal."""

from __future__ import annotations

from pathlib import Path

from tests.sources import gia

SECRETS = gia.SECRETS


def write(path: Path) -> None:
    """Two appeals."""
    rows = [gia.appeal(1, gia.pupil(0)), gia.appeal(2, gia.pupil(1), score=12, mark=3)]
    gia.appeals(path, rows)
