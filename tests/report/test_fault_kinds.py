"""Every kind of fault has a name for people."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from shnor_lib import sources
from shnor_lib.report.fault_kinds import CROSSCHECKS, FAMILIES, OTHER, TOGETHER, family
from shnor_lib.sources.crosschecks import CHECKS

SOURCES = Path(str(sources.__file__)).parent


def _codes() -> set[str]:
    """Codes given to ``Fault(…)`` and ``Problem(…)`` in the readers."""
    found = set()
    for path in SOURCES.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            name = getattr(getattr(node, "func", None), "id", "")
            if isinstance(node, ast.Call) and name in ("Fault", "Problem"):
                given = [*node.args, *(k.value for k in node.keywords if k.arg == "code")]
                found |= {
                    value.value
                    for value in given
                    if isinstance(value, ast.Constant)
                    and isinstance(value.value, str)
                    and re.fullmatch(r"[a-z]+(-[a-z]+)+", value.value)
                }
    return found


def test_every_cross_check_has_a_name() -> None:
    assert CROSSCHECKS.keys() == CHECKS.keys()
    assert len(set(CROSSCHECKS.values())) == len(CROSSCHECKS)
    assert {family(code) for code in CHECKS} == {TOGETHER}


def test_nearly_every_code_of_the_readers_has_a_family() -> None:
    codes = _codes()
    unnamed = {code for code in codes if family(code) == OTHER}
    assert len(codes) > 30
    # A new reader may bring a code or two; many of them would make the chart say nothing.
    assert len(unnamed) <= len(codes) / 10, sorted(unnamed)


def test_a_code_has_one_family() -> None:
    codes = [code for codes in FAMILIES.values() for code in codes]
    assert len(codes) == len(set(codes))
    assert family("нет такого") == OTHER
