"""Which files under ``data/raw`` may hold data.

Nothing heavy is imported here: a build with nothing to do asks only this.
"""

from __future__ import annotations

from pathlib import Path

WORKBOOK_SUFFIXES = frozenset({".xlsx", ".xlsm", ".xls", ".xlsb", ".ods"})
_SILENT_SUFFIXES = frozenset(
    {".md", ".json", ".yml", ".yaml", ".tmp", ".bak", ".gitkeep", ".ini", ".db", ".py"}
)


def is_ignored(path: Path) -> bool:
    """Files that lie beside data in every folder: locks, system files, notes."""
    name = path.name
    return (
        name.startswith(("~$", ".", "._"))
        or (name.casefold().startswith("readme") and path.suffix not in WORKBOOK_SUFFIXES)
        or path.suffix.casefold() in _SILENT_SUFFIXES
    )


def input_files(raw_dir: Path) -> list[Path]:
    """Every file under ``raw_dir`` that may hold data, in one order on every machine."""
    files = [
        path
        for path in raw_dir.rglob("*")
        if path.is_file()
        and not is_ignored(path)
        and not any(part.startswith(".") for part in path.relative_to(raw_dir).parts)
    ]
    return sorted(files, key=lambda path: path.relative_to(raw_dir).as_posix())
