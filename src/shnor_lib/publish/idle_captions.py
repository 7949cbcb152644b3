"""Captions of figures that a notebook did not draw this time.

A cell says in its options what its chart is called. Where there is nothing to draw it shows a
sentence instead («все школы — одного муниципалитета»), and a sentence is no «Рисунок 3».
"""

from __future__ import annotations

import re
from typing import Any

from shnor_lib.publish.documents.pictures import CHART

_OPTION = re.compile(r"#\|\s*(?:label:\s*[\"']?fig-|fig-)")


def drop_idle_captions(notebook: Any) -> None:
    """Take label and caption of a figure out of the cells that show no chart.

    Parameters
    ----------
    notebook
        An executed notebook; changed in place.
    """
    for cell in notebook.cells:
        if cell.cell_type != "code" or any(map(_draws, cell.outputs)):
            continue
        lines = cell.source.splitlines(keepends=True)
        cell.source = "".join(line for line in lines if not _OPTION.match(line))


def _draws(output: Any) -> bool:
    data = output.get("data") or {}
    page = "".join(data.get("text/html") or "")
    return CHART.search(page) is not None or any(kind.startswith("image/") for kind in data)
