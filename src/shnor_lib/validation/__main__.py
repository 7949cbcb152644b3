"""``python -m shnor_lib.validation [--small | --document] [--workers 2]``.

The full run writes ``results.json`` beside this file and ``docs/validation.md`` of the checkout,
prints the targets and exits with 1 if one is missed.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from shnor_lib.validation.document import document
from shnor_lib.validation.plan import FULL, SMALL
from shnor_lib.validation.results import RESULTS, results_of, stored, write
from shnor_lib.validation.run import run

DOCUMENT = Path(__file__).parents[3] / "docs" / "validation.md"


def main() -> int:
    """Run, write, print."""
    parser = argparse.ArgumentParser(prog="python -m shnor_lib.validation")
    parser.add_argument("--small", action="store_true", help="the run that tests repeat")
    parser.add_argument("--document", action="store_true", help="only write docs/validation.md")
    parser.add_argument("--workers", type=int, default=min(os.cpu_count() or 1, 8))
    arguments = parser.parse_args()
    screen = Console()
    if not arguments.document:
        plan = SMALL if arguments.small else FULL
        with Progress(
            TextColumn("Проверка методов на вымышленных регионах"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            console=screen,
        ) as bar:
            task = bar.add_task("", total=len(list(plan.cases())))
            tallies = run(plan, workers=arguments.workers, told=lambda: bar.advance(task))
        write(results_of(plan, tallies), small=arguments.small)
    if arguments.small:
        return 0
    results = stored()
    if DOCUMENT.parent.is_dir():
        DOCUMENT.write_text(document(results), encoding="utf-8")
    missed = [check for check in results["checks"] if not check["met"]]
    for check in missed:
        screen.print(
            f"{check['kind']} {check['what']}: {check['value']} ({check['low']}…{check['high']})"
        )
    screen.print(f"{RESULTS}: {len(results['checks']) - len(missed)} / {len(results['checks'])}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
