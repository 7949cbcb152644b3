"""Which files tasks rest on, and the fingerprints of what is no file of the project."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from importlib import resources
from pathlib import Path

from shnor_lib.project import Project


def sha(data: bytes) -> str:
    """SHA-256, hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def _fingerprint(root: Path, paths: Iterable[Path]) -> str:
    digest = hashlib.sha256()
    for path in sorted(paths):
        digest.update(path.relative_to(root).as_posix().encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def library_fingerprint() -> str:
    """Hash of the library's code and definitions, publishing aside."""
    root = Path(str(resources.files("shnor_lib")))
    return _fingerprint(
        root,
        (
            path
            for path in root.rglob("*")
            if path.suffix in {".py", ".yml", ".csv", ".json"}
            and path.relative_to(root).parts[0] not in {"publish", "_project", "cli.py"}
        ),
    )


def publish_fingerprint() -> str:
    """Hash of the publishing code and assets."""
    root = Path(str(resources.files("shnor_lib") / "publish"))
    return _fingerprint(
        root, (p for p in root.rglob("*") if p.is_file() and "__pycache__" not in p.parts)
    )


def data_file(project: Project) -> Path:
    """What the latest reading made: years, and tables with their hashes."""
    return project.state_dir / "data.json"


def site_notes(project: Project) -> list[str]:
    """What the latest publication found on the user's own pages."""
    path = project.state_dir / "site.json"
    if not path.is_file():
        return []
    return [str(note) for note in json.loads(path.read_text("utf-8")).get("notes", [])]


def site_index(project: Project) -> Path | None:
    """First page of the site, if one stands."""
    path = project.site_dir / "index.html"
    return path if path.is_file() else None


def processed_files(project: Project) -> list[Path]:
    """Tidy tables of the latest reading."""
    state = json.loads(data_file(project).read_text(encoding="utf-8"))
    return [project.root / name for name in state["files"]]


def upto(processed: Iterable[Path], year: int) -> list[Path]:
    """Files of tidy tables without later years."""
    return [path for path in processed if not path.stem.isdigit() or int(path.stem) <= year]


def definition_files(project: Project) -> list[Path]:
    """The project's own rule sets, ratings and other definitions.

    Packaged ones are part of :func:`library_fingerprint`: so no task rests on a path outside the
    project, and a project that was moved has nothing to do.

    Raises
    ------
    ShnorError
        The settings name a definition there is not.
    """
    chosen = project.settings
    for name in (chosen.ruleset, *chosen.compare):
        project.definition_path("rulesets", name)
    project.definition_path("ratings", chosen.rating)
    project.definition_path("indices", chosen.wellbeing_index)
    project.definition_path("risks", chosen.risks)
    project.definition_path("recommendations", chosen.recommendations)
    project.definition_path("competence", chosen.competence)
    # Definitions may refer to other definitions of the project.
    kinds = ("rulesets", "ratings", "indices", "risks", "recommendations", "competence")
    return sorted(path for kind in kinds for path in (project.root / kind).glob("*.yml"))
