from __future__ import annotations

import base64
from pathlib import Path

import pytest

from shnor_lib.faults import ShnorError
from shnor_lib.publish.notebook_page import notebook_to_markdown, parse_options, raw_html

from .conftest import code, display, markdown, notebook, write

STREAM = {"output_type": "stream", "name": "stdout", "text": "a < b\n"}


def convert(tmp_path: Path, *cells: dict[str, object], echo: bool = True) -> str:
    return notebook_to_markdown(write(tmp_path, "n.ipynb", notebook(*cells)), echo=echo)


def test_front_matter_of_a_raw_or_markdown_cell(tmp_path: Path) -> None:
    text = convert(tmp_path, markdown('---\ntitle: "«Раз»: два"\n---', "raw"), markdown("тело"))
    assert text.startswith("---\ntitle: '«Раз»: два'\n---\n\nтело")
    text = convert(tmp_path, markdown("---\ntitle: Раз\n---\n\nдва"))
    assert text.startswith("---\ntitle: Раз\n---\n\nдва")


def test_richest_form_wins(tmp_path: Path) -> None:
    text = convert(
        tmp_path,
        code("x", display(text_plain="PLAIN", text_markdown="MARK", text_html="<b>HTML</b>")),
        code("y", display(text_plain="PLAIN", text_markdown="*MARK*")),
        code("z", display(text_plain="ONLY <PLAIN>")),
        echo=False,
    )
    assert "```{=html}\n<b>HTML</b>\n```" in text
    assert "*MARK*" in text
    assert "ONLY &lt;PLAIN&gt;</pre>" in text
    assert text.count("PLAIN") == 1


def test_picture_becomes_part_of_the_page(tmp_path: Path) -> None:
    data = base64.b64encode(b"picture").decode()
    cell = code('#| fig-alt: "Доля «2»"\nx', display(image_png=data + "\n", text_plain="Figure"))
    text = convert(tmp_path, cell, echo=False)
    assert f'<img src="data:image/png;base64,{data}" alt="Доля «2»">' in text


@pytest.mark.parametrize(
    ("option", "default", "shown"),
    [
        ("", True, True),
        ("", False, False),
        ("echo: false", True, False),
        ("echo: true", False, True),
    ],
)
def test_echo(tmp_path: Path, option: str, default: bool, shown: bool) -> None:
    source = f"#| {option}\nsecret_code()" if option else "secret_code()"
    text = convert(tmp_path, code(source, STREAM), echo=default)
    assert ("secret_code()" in text) is shown
    assert "#|" not in text
    assert "a &lt; b" in text


def test_front_matter_sets_echo(tmp_path: Path) -> None:
    head = markdown("---\ntitle: Т\nexecute:\n  echo: false\n---", "raw")
    assert "secret" not in convert(tmp_path, head, code("secret()", STREAM))


def test_include_false_and_remove_cell(tmp_path: Path) -> None:
    text = convert(
        tmp_path,
        code("#| include: false\none()", STREAM),
        code("two()", STREAM, tags=("remove-cell",)),
        code("#| output: false\nthree()", STREAM),
    )
    assert "one()" not in text
    assert "two()" not in text
    assert "three()" in text
    assert "a &lt; b" not in text


def test_output_asis_is_markdown(tmp_path: Path) -> None:
    stream = {**STREAM, "text": "## Раздел\n"}
    assert "\n## Раздел\n" in convert(tmp_path, code("#| output: asis\nx", stream), echo=False)


def test_label_and_caption_make_a_reference(tmp_path: Path) -> None:
    source = '#| label: tbl-list\n#| tbl-cap: "Школы: все"\nx'
    text = convert(tmp_path, code(source, display(text_html="<table></table>")), echo=False)
    assert ":::: {#tbl-list .shnor-tbl}" in text
    assert text.rstrip().endswith("Школы: все\n::::")


def test_stored_error_stops_the_publication(tmp_path: Path) -> None:
    error = {"output_type": "error", "ename": "ValueError", "evalue": "плохо", "traceback": []}
    with pytest.raises(ShnorError, match=r"n\.ipynb, ячейка 2.*ValueError: плохо"):
        convert(tmp_path, markdown("а"), code("#| include: false\nx", error))


def test_not_a_notebook(tmp_path: Path) -> None:
    with pytest.raises(ShnorError, match="не читается"):
        notebook_to_markdown(write(tmp_path, "n.ipynb", "{"))


def test_bad_options_name_the_cell(tmp_path: Path) -> None:
    with pytest.raises(ShnorError, match="ячейка 1"):
        convert(tmp_path, code("#| echo: [\nx"))


def test_options_end_at_the_first_line_of_code() -> None:
    options, body = parse_options("#| echo: false\nx = 1\n#| label: no")
    assert options.echo is False
    assert options.label == ""
    assert body == "x = 1\n#| label: no"


def test_raw_html_cannot_be_closed_from_inside() -> None:
    html = raw_html("<p>\n```\nтекст\n````\n</p>")
    assert html.startswith("`````{=html}\n")
    assert html.endswith("\n`````")
