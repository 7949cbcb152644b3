"""What is taken out of an executed notebook so that the same data give the same bytes."""

from __future__ import annotations

from typing import Any

import nbformat
import pytest
from nbformat import v4

from shnor_lib.execute import reproducible


def _stream(text: str, name: str = "stdout") -> Any:
    return v4.new_output("stream", name=name, text=text)


def _executed(*outputs: Any) -> Any:
    cell = v4.new_code_cell("print()", outputs=list(outputs), id="one")
    return v4.new_notebook(cells=[v4.new_markdown_cell("слово", id="zero"), cell])


def _outputs(notebook: Any) -> list[tuple[str, str]]:
    found = reproducible(notebook).cells[1].outputs
    return [(o.get("name", o.output_type), o.get("text", "")) for o in found]


@pytest.mark.parametrize("cut", range(1, 12))
def test_a_text_sent_in_pieces_is_the_text_sent_at_once(cut: int) -> None:
    text = "школ: 12\n2 из"
    once, twice = (
        nbformat.writes(reproducible(notebook))
        for notebook in (
            _executed(_stream(text)),
            _executed(_stream(text[:cut]), _stream(text[cut:])),
        )
    )
    assert once == twice


def test_other_outputs_and_streams_keep_their_places() -> None:
    shown = v4.new_output("display_data", data={"text/plain": "x"})
    outputs = [
        _stream("а"),
        _stream("б", "stderr"),
        _stream("в"),
        _stream("г"),
        shown,
        _stream("д"),
    ]
    assert _outputs(_executed(*outputs)) == [
        ("stdout", "а"), ("stderr", "б"), ("stdout", "вг"), ("display_data", ""), ("stdout", "д"),
    ]  # fmt: skip
    assert _outputs(_executed()) == []
