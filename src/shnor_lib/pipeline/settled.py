"""Is everything as the last build left it? Asked before pytask, which takes seconds to find out.

Sizes and times of change of all files of a group of tasks, with the tasks' values, are remembered
when pytask has brought them up to date. Equal ones mean that nothing was touched; anything else is
left to pytask, which compares contents.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from shnor_lib.pipeline.files import sha

if TYPE_CHECKING:
    from shnor_lib.pipeline.work import Work

MEMORY = "settled.json"
"""In the state folder: last task of a group → fingerprint."""


class Settled:
    """What a group of tasks looks like before they run.

    Parameters
    ----------
    root, state_dir
        The project and its folder for what builds remember.
    works
        The tasks, all of the group.
    """

    def __init__(self, root: Path, state_dir: Path, works: Sequence[Work]) -> None:
        self._root = root
        self._memory = state_dir / MEMORY
        self._group = works[-1].name if works else ""
        self._values = [[work.name, work.values] for work in works]
        self._made = sorted({path for work in works for path in work.outputs})
        given = {path for work in works for path in work.inputs}.difference(self._made)
        # Taken now: a file changed while the tasks run is not the one they have read.
        self._given = self._stats(sorted(given))

    def holds(self) -> bool:
        """Whether nothing has been touched since :meth:`remember`."""
        return self._remembered().get(self._group) == self._fingerprint()

    def remember(self) -> None:
        """The tasks are up to date."""
        from shnor_lib.store import write_json

        write_json(self._memory, {**self._remembered(), self._group: self._fingerprint()})

    def _remembered(self) -> dict[str, str]:
        try:
            found: dict[str, str] = json.loads(self._memory.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return found

    def _fingerprint(self) -> str:
        told = [self._values, self._given, self._stats(self._made)]
        return sha(json.dumps(told, ensure_ascii=False, sort_keys=True).encode())

    def _stats(self, paths: Iterable[Path]) -> list[list[object]]:
        found: list[list[object]] = []
        for path in paths:
            # a site may be told to stand outside the project
            name = os.path.relpath(path, self._root)
            try:
                stat = path.stat()
            except OSError:
                found.append([name])
            else:
                found.append([name, stat.st_size, stat.st_mtime_ns])
        return found
