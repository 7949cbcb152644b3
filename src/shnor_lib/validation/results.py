"""The stored figures: ``results.json`` (full run) and ``small.json`` (what tests repeat)."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from shnor_lib.validation.figures import figures
from shnor_lib.validation.plan import Plan
from shnor_lib.validation.tallies import Tallies
from shnor_lib.validation.targets import checks
from shnor_lib.validation.worlds import WORLDS

RESULTS = Path(__file__).with_name("results.json")
SMALL_RESULTS = Path(__file__).with_name("small.json")


def results_of(plan: Plan, tallies: Tallies) -> dict[str, Any]:
    """Figures of a run with what the run was.

    Returns
    -------
    dict
        ``about`` (sizes, seed), ``worlds`` (``id``, ``title``, ``note``, ``english``), and the
        kinds of :func:`.figures.figures`.
    """
    return {
        "about": plan.about(),
        "worlds": [
            {"id": w.id, "title": w.title, "note": w.note, "english": w.english} for w in WORLDS
        ],
        **figures(tallies),
    }


def with_checks(results: dict[str, Any]) -> dict[str, Any]:
    """The same with ``checks``: every target, what was found and whether it is met."""
    found = [{**asdict(check), "met": check.met} for check in checks(results)]
    for check in found:
        check["value"] = round(float(check["value"]), 4)
    return {**results, "checks": found}


def write(results: dict[str, Any], *, small: bool = False) -> None:
    """Store a run."""
    whole = results if small else with_checks(results)
    lines = [f'"{kind}": {_lines(rows)}' for kind, rows in whole.items()]
    target = SMALL_RESULTS if small else RESULTS
    target.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def stored(*, small: bool = False) -> dict[str, Any]:
    """The stored run."""
    text = (SMALL_RESULTS if small else RESULTS).read_text("utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def _lines(rows: Any) -> str:
    """One row on one line: differences between runs can be read."""
    if isinstance(rows, dict):
        return json.dumps(rows, ensure_ascii=False)
    return "[\n" + ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n]"
