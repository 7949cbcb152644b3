"""A workbench on the demonstration district."""

from __future__ import annotations

from pathlib import Path

import pytest

from shnor_lib.explore.workbench import Workbench


@pytest.fixture(scope="session")
def bench(read_demo: Path) -> Workbench:
    """A workbench that only remembers: tests may share it."""
    return Workbench.open(read_demo)
