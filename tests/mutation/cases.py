"""The correct workbooks that are damaged, as bytes."""

from __future__ import annotations

import random
import tempfile
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path

from tests.mutation.damage import damage
from tests.mutation.invariants import Outcome, examine
from tests.sources.examples import EXAMPLES

JOINED = 4
"""Every so many-th damaged file is also assembled."""


@dataclass(frozen=True)
class Case:
    """A correct file of one layout."""

    layout: str
    file: str
    data: bytes
    secrets: tuple[str, ...]


@cache
def case(layout: str) -> Case:
    """The example of a layout, written once."""
    file, write = EXAMPLES[layout]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / Path(file).name
        write(path)
        data = path.read_bytes()
    secrets = getattr(import_module(write.__module__), "SECRETS", ())
    return Case(layout, Path(file).name, data, tuple(secrets))


def damaged(layout: str, seed: int, folder: Path) -> Outcome:
    """Damage the example of a layout and examine what the readers make of it."""
    correct = case(layout)
    name, data = damage(correct.file, correct.data, random.Random(f"{layout}/{seed}"))
    return examine(folder, name, data, correct.secrets, join=seed % JOINED == 0)
