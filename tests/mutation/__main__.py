"""The whole mutation run: ``python -m tests.mutation [--files 10000] [--workers 2]``.

Prints what happened per layout and writes ``docs/reliability.md``. Exit status 1 when an
invariant is broken; the seeds to repeat the case are printed.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from tests.mutation.cases import damaged
from tests.sources.examples import EXAMPLES

TARGET = Path(__file__).parents[2] / "docs" / "reliability.md"
CHUNK = 50


def run(job: tuple[str, int, int]) -> tuple[str, Counter[str], list[str]]:
    """Examine the damaged files of one layout with seeds from ``first`` to ``last``."""
    layout, first, last = job
    counts: Counter[str] = Counter()
    broken: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(first, last):
            outcome = damaged(layout, seed, Path(folder))
            counts["files"] += 1
            counts["rows"] += outcome.rows_in
            counts["used"] += outcome.rows_used
            counts["faults"] += outcome.faults
            counts[
                "unread" if not outcome.recognised else "whole" if not outcome.errors else "faulty"
            ] += 1
            broken += [f"{layout}/{seed}: {text}" for text in outcome.violations]
    return layout, counts, broken


def main() -> int:
    """Run, print, write."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--files", type=int, default=10_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--only", nargs="*", default=None)
    arguments = parser.parse_args()
    layouts = arguments.only or list(EXAMPLES)
    each = -(-arguments.files // len(layouts))
    jobs = [
        (layout, first, min(first + CHUNK, each))
        for first in range(0, each, CHUNK)
        for layout in layouts
    ]
    totals: dict[str, Counter[str]] = {layout: Counter() for layout in layouts}
    broken: list[str] = []
    started = time.perf_counter()
    with ProcessPoolExecutor(arguments.workers) as pool:
        for done, (layout, counts, bad) in enumerate(pool.map(run, jobs), start=1):
            totals[layout] += counts
            broken += bad
            print(f"\r{done}/{len(jobs)}, broken: {len(broken)}", end="", file=sys.stderr)
    seconds = time.perf_counter() - started
    print(file=sys.stderr)
    text = report(totals, len(broken))
    print(text)
    print(f"{seconds:.0f} s")
    for line in broken[:60]:
        print(line)
    if not arguments.only:
        TARGET.write_text(text, encoding="utf-8")
    return bool(broken)


def report(totals: dict[str, Counter[str]], broken: int) -> str:
    """The page ``docs/reliability.md``."""
    whole = sum(totals.values(), Counter())
    lines = [
        "# Reliability of the readers",
        "",
        "Written by `python -m tests.mutation` (`make mutation`). Correct workbooks of every layout",
        "(`tests/sources/examples`) are damaged at random: cells, rows, columns, headings, merged",
        "ranges, sheets, archive parts, bytes, file names (`tests/mutation/damage.py`; every file is",
        "repeatable by its layout and number). For each file these must hold",
        "(`tests/mutation/invariants.py`): nothing is raised (every fourth is also assembled); data rows = rows accepted + rows named",
        "in faults; a file with content gives rows or a fault; no invented name or document number",
        "that stands in the file reaches tables, faults, caches or the screen; accepted rows keep to",
        "the data dictionary; every fault is a Russian sentence without technical words.",
        "",
        f"Damaged files: **{whole['files']}**. Broken invariants: **{broken}**.",
        f"Data rows met: {whole['rows']}; accepted {whole['used']}, the others named in faults.",
        "",
        "| layout | files | read without errors | with errors | not recognised or unreadable | faults |",
        "|---|---|---|---|---|---|",
    ]
    for layout, counts in totals.items():
        lines.append(
            f"| {layout} | {counts['files']} | {counts['whole']} | {counts['faulty']} | "
            f"{counts['unread']} | {counts['faults']} |"
        )
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    sys.exit(main())
