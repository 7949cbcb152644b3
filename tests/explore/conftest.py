"""A workbench on the demonstration district."""

from __future__ import annotations

from pathlib import Path

import pytest

from shnor_lib.explore.workbench import Workbench
from shnor_lib.pipeline import check
from shnor_lib.project import open_project
from tests.conftest import copy_project


@pytest.fixture(scope="session")
def explore_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demonstration project with its workbooks read. Do not write into it."""
    root = copy_project(tmp_path_factory.mktemp("explore") / "project")
    report = check(open_project(root))
    assert not report.failures, report.failures
    return root


@pytest.fixture(scope="session")
def bench(explore_root: Path) -> Workbench:
    """A workbench that only remembers: tests may share it."""
    return Workbench.open(explore_root)
