from __future__ import annotations

import json
import re
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from shnor_lib.report import theme
from shnor_lib.report.display import Chart, Col, DataTable, badge, html_json, plain
from shnor_lib.report.labels import STATUS
from tests.report.frames import NASTY


class Elements(HTMLParser):
    """Names of elements, and the text outside scripts."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""
        self.depth: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.append(tag)
        self.depth.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.depth.pop() == tag

    def handle_data(self, data: str) -> None:
        if not self.depth or self.depth[-1] not in {"script", "style"}:
            self.text += data


def spec_of(chart: Chart) -> dict:
    (text,) = re.findall(r'<script type="application/json">(.*?)</script>', chart.html())
    return json.loads(text)


def test_chart_of_a_plotly_figure() -> None:
    figure = go.Figure(go.Scatter(x=np.arange(3), y=np.array([0.1234567891, np.nan, 2.0])))
    chart = Chart(figure, "Три точки", "Подпись")
    spec = spec_of(chart)
    assert spec["data"][0]["x"] == [0, 1, 2]
    assert spec["data"][0]["y"] == [0.123457, None, 2]
    assert "template" not in spec["layout"]
    assert "bdata" not in chart.html()
    assert chart.html() == Chart(figure, "Три точки", "Подпись").html()
    bundle = chart._repr_mimebundle_()
    assert bundle["text/plain"] == "Три точки"
    lab = bundle["application/vnd.plotly.v1+json"]
    assert lab["layout"]["template"] == theme.template_dict("light")
    assert chart.to_figure().layout.font.family is None  # from the template, not the layout


def test_chart_escapes_its_words() -> None:
    chart = Chart({"data": [{"type": "bar", "hovertext": [NASTY]}], "layout": {}}, NASTY, NASTY)
    elements = Elements(chart.html())
    assert elements.tags.count("script") == 1
    assert "{{<" not in chart.html()
    assert "```" not in chart.html()
    assert "alert(1)" in elements.text  # shown as text
    assert json.loads(html_json(NASTY)) == NASTY


@pytest.mark.parametrize("text", ["</script>", "<!--", "<script>", "{{< meta x >}}", "```"])
def test_json_cannot_leave_its_element(text: str) -> None:
    dumped = html_json({"a": text})
    assert text not in dumped
    assert json.loads(dumped) == {"a": text}


def test_plain_values() -> None:
    assert plain(pd.NA) is None
    assert plain(float("nan")) is None
    assert plain(np.float64(1 / 3)) == 0.333333
    assert plain(pd.Series([1, None], dtype="Int64")) == [1, None]
    assert plain({"a": (1.0, np.int64(2))}) == {"a": [1, 2]}


@pytest.fixture
def table() -> DataTable:
    frame = pd.DataFrame(
        {
            "name": [NASTY, "Школа"],
            "href": ["a.qmd", None],
            "n": pd.array([12345, None], dtype="Int64"),
            "share": [0.153, np.nan],
            "delta": [-0.034, np.nan],
            "year": pd.array([2024, None], dtype="Int64"),
            "status": ["both", None],
        }
    )
    return DataTable(
        frame,
        [
            Col("name", "Школа", "link", href="href"),
            Col("n", "Учеников", "int", help="Всего"),
            Col("share", "Доля", "percent", missing="мало участников"),
            Col("delta", "Изменение", "points"),
            Col("year", "Год", "year"),
            Col("status", "Статус", "status", filter=True),
        ],
        caption="Школы <и> доли",
        sortable=True,
    )


def test_table_html(table: DataTable) -> None:
    html = table.html()
    elements = Elements(html)
    assert "script" not in elements.tags
    assert elements.tags.count("a") == 1
    assert elements.tags.count("tr") == 3
    assert 'class="shnor-table sortable"' in html
    assert 'data-order="12345"' in html
    assert "12\u202f345" in html
    assert "15,3\u202f%" in html
    assert "−3,4" in html
    assert "2023/24" in html
    assert '<abbr title="мало участников">—</abbr>' in html
    assert 'data-filter="select"' in html
    assert html.count('scope="col"') == 6
    assert html.count('scope="row"') == 2
    assert not re.search(r"\bnan\b|None|&lt;NA&gt;", html)


def test_table_markdown(table: DataTable) -> None:
    lines = table.markdown().splitlines()
    assert lines[1] == "|:---|---:|---:|---:|:---|:---|"
    for line in lines[:4]:
        assert len(re.findall(r"(?<!\\)\|", line)) == 7
    assert "{{<" not in table.markdown()
    bundle = table._repr_mimebundle_()
    assert bundle["text/markdown"] == table.markdown()


def test_rows_and_frame_give_the_same_table(table: DataTable) -> None:
    rows = [
        {key: (None if pd.isna(value) else value) for key, value in row.items()}
        for row in table.frame.to_dict("records")
    ]
    again = DataTable(rows, table.columns, caption=table.caption, sortable=True)
    assert again.html() == table.html()


def test_empty_table_says_so() -> None:
    assert "Нет данных." in DataTable(pd.DataFrame({"a": []})).html()
    assert "<table" not in DataTable([], empty="Пусто").html()


def test_every_status_has_a_badge_and_a_colour() -> None:
    for code, name in STATUS.items():
        assert name in badge(code)
        assert code in theme.STATUS_COLOURS
    assert "status-insufficient" in badge(None)


def test_theme_json() -> None:
    themes = json.loads(theme.theme_json())
    assert set(themes) == {"light", "dark", "onDark"}
    assert theme.LIMIT in themes["onDark"]
    for name in ("light", "dark"):
        assert themes[name]["layout"]["separators"] == ",\u202f"
    assert themes["light"] != themes["dark"]
    with pytest.raises(ValueError):
        theme.template_dict("grey")


def test_template_is_known_to_plotly() -> None:
    import plotly.io as pio

    before = pio.templates.default
    try:
        theme.register()
        assert pio.templates.default == "shnor"
        assert pio.templates["shnor_dark"].layout.separators == ",\u202f"
    finally:
        pio.templates.default = before
