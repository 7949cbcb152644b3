"""What if: other thresholds, readings and weights, and what they do to the list.

From bottom to top: :mod:`.choice` (what the user moved), :mod:`.apply` (a rule set with it),
:mod:`.workbench` (results of a choice, quickly), :mod:`.moves`, :mod:`.funnel` (numbers),
:mod:`.words`, :mod:`.tables`, :mod:`.charts` (how they are shown), :mod:`.saving` (the choice
as files of the project), :mod:`.panel` (widgets, and nothing else).

A notebook needs one call::

    from shnor_lib.explore import explore
    explore()
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from shnor_lib.faults import ShnorError

if TYPE_CHECKING:
    from shnor_lib.explore.panel import Explorer

__all__ = ["explore"]


def explore(
    project: str | Path = ".", *, year: int | None = None, ruleset: str | None = None
) -> Explorer:
    """Open the explorer on a project.

    Parameters
    ----------
    project
        Any path inside the project.
    year
        Status year to begin with; default: the latest with results.
    ruleset
        Rule set to begin with; default: the one in force.

    Raises
    ------
    ShnorError
        No project, nothing read yet, no such rule set or year, or ipywidgets is not installed.
    """
    try:
        from shnor_lib.explore.panel import Explorer
    except ModuleNotFoundError as error:
        if error.name != "ipywidgets":
            raise
        raise ShnorError(
            "Для этой тетради нужен пакет ipywidgets. Установите его: pip install ipywidgets "
            "(команда «make lab» ставит его сама)."
        ) from None
    from shnor_lib.explore.workbench import Workbench

    bench = Workbench.open(project)
    return Explorer(bench, bench.start(year=year, ruleset=ruleset))
