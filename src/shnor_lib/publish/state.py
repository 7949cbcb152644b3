"""What the embedded engine remembers between builds, so that only changed pages are rendered.

The memory may be deleted at any time: everything is rendered again. An entry counts only
while the file it describes is still as it was left.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import Path

from shnor_lib.publish.embedded import Dependency, Rendered
from shnor_lib.publish.links import PageLinks

_VERSION = 1


@dataclass(frozen=True)
class PageState:
    """One page of the site as it was left.

    Parameters
    ----------
    fingerprint
        :func:`shnor_lib.publish.embedded.fingerprint` it was rendered from.
    size, modified
        Of the output file: bytes, nanoseconds.
    rendered
        What the engine said.
    scanned
        Links and anchors of the output.
    """

    fingerprint: str
    size: int
    modified: int
    rendered: Rendered
    scanned: PageLinks

    def is_left_at(self, file: Path) -> bool:
        """Whether the file is there and nobody has touched it since."""
        try:
            found = file.stat()
        except OSError:
            return False
        return (found.st_size, found.st_mtime_ns) == (self.size, self.modified)


@dataclass
class SiteState:
    """All pages of a site (by source path), its other files (output path → digest), its notes."""

    pages: dict[str, PageState] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def state_file(root: Path, output: Path) -> Path:
    """Where the memory of the site in ``output`` is kept."""
    name = hashlib.sha256(str(output.resolve()).encode()).hexdigest()[:12]
    return root / ".shnor" / f"site-{name}.json"


def load_state(path: Path) -> SiteState:
    """Read the memory; an unreadable or older one is as good as none."""
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        if values["version"] != _VERSION:
            return SiteState()
        pages = {
            source: PageState(
                fingerprint=entry["fingerprint"],
                size=entry["size"],
                modified=entry["modified"],
                rendered=Rendered(
                    source=source,
                    title=entry["title"],
                    dependencies=tuple(
                        Dependency(d["id"], d["folder"], tuple(d["files"]))
                        for d in entry["dependencies"]
                    ),
                    unresolved=tuple(entry["unresolved"]),
                ),
                scanned=PageLinks(tuple(entry["links"]), frozenset(entry["ids"])),
            )
            for source, entry in values["pages"].items()
        }
        return SiteState(pages, dict(values["files"]), list(values.get("notes", [])))
    except (OSError, ValueError, KeyError, TypeError):
        return SiteState()


def save_state(path: Path, state: SiteState) -> None:
    """Write the memory."""
    values = {
        "version": _VERSION,
        "pages": {
            source: {
                "fingerprint": page.fingerprint,
                "size": page.size,
                "modified": page.modified,
                "title": page.rendered.title,
                "dependencies": [asdict(d) for d in page.rendered.dependencies],
                "unresolved": list(page.rendered.unresolved),
                "links": list(page.scanned.links),
                "ids": sorted(page.scanned.ids),
            }
            for source, page in sorted(state.pages.items())
        },
        "files": state.files,
        "notes": state.notes,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".part")
    partial.write_text(json.dumps(values, ensure_ascii=False), encoding="utf-8")
    partial.replace(path)
