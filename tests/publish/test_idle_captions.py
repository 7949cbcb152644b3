"""A cell that drew no chart this time has no caption of a figure."""

from __future__ import annotations

import nbformat
import pytest
from nbformat import v4

from shnor_lib.publish.idle_captions import drop_idle_captions
from shnor_lib.report.blocks import text
from shnor_lib.report.charts.measures import measures_chart

OPTIONS = '#| label: fig-a\n#| fig-cap: "Меры"\n#| echo: false\n'
TALLY = {
    "group": "кадры", "n": 2, "done": 1, "planned": 1, "in_work": 0, "overdue": 0, "dropped": 0,
}  # fmt: skip


def notebook(data: dict[str, object]) -> nbformat.NotebookNode:
    output = v4.new_output("execute_result", data=data)
    return v4.new_notebook(cells=[v4.new_code_cell(f"{OPTIONS}show()", outputs=[output])])


@pytest.mark.parametrize("kind", ["sentence", "nothing"])
def test_a_sentence_is_no_figure(kind: str) -> None:
    made = notebook(text("Все школы одного муниципалитета.")._repr_mimebundle_())
    if kind == "nothing":
        made.cells[0].outputs = []
    drop_idle_captions(made)
    assert made.cells[0].source == "#| echo: false\nshow()"


@pytest.mark.parametrize("kind", ["chart", "picture"])
def test_a_chart_keeps_its_caption(kind: str) -> None:
    chart = measures_chart([TALLY], "group")
    data = chart._repr_mimebundle_() if kind == "chart" else {"image/png": "AAAA"}
    made = notebook(dict(data))
    drop_idle_captions(made)
    assert made.cells[0].source == f"{OPTIONS}show()"
