"""docs/coverage.md is true: what it names is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from shnor_lib.cli import app
from tests.conftest import ROOT

TEXT = (ROOT / "docs/coverage.md").read_text(encoding="utf-8")
YEAR = 2026
ROWS = re.findall(r"^\| (B?\d+) \| (.+) \| (.+) \| (.+) \|$", TEXT, re.MULTILINE)
NAMED = [each for *_, where, proof in ROWS for each in re.findall(r"`([^`]+)`", where + proof)]
TESTS = sorted({each for each in NAMED if each.startswith("tests/")})
COMMANDS = sorted({each for each in NAMED if each.startswith("shnor ")})
PAGES = sorted({each.replace("YYYY", str(YEAR)) for each in NAMED if each.endswith(".html")})


def test_every_row_of_the_mission_is_there() -> None:
    assert [number for number, *_ in ROWS] == [
        *(str(n) for n in range(1, 19)),
        *(f"B{n}" for n in range(1, 9)),
    ]
    for number, _, where, proof in ROWS:
        assert "`" in where and "tests/" in proof, number


@pytest.mark.parametrize("name", TESTS)
def test_every_test_exists(name: str) -> None:
    path, _, function = name.partition("::")
    source = (ROOT / path).read_text(encoding="utf-8")
    assert function and re.search(rf"^def {function}\(", source, re.MULTILINE), name


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_exists(command: str) -> None:
    names = {each.name or each.callback.__name__ for each in app.registered_commands}
    assert command.removeprefix("shnor ") in names


def test_every_page_exists(built_demo: Path) -> None:
    missing = [page for page in PAGES if not (built_demo / "_site" / page).is_file()]
    assert PAGES and not missing, missing


def test_nothing_is_named_that_nobody_checks() -> None:
    for each in NAMED:
        known = each.startswith(("tests/", "shnor ")) or each.endswith(".html")
        assert known or each in ("reports/internal/",), each
