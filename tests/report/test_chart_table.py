"""A chart as a table says what the chart shows: names, figures, n; no more and no less."""

from __future__ import annotations

import pandas as pd

from shnor_lib.report import charts
from shnor_lib.report.chart_table import ROWS, chart_markdown, chart_table
from shnor_lib.report.display import Chart, first_sentence


def cells(chart: Chart) -> tuple[list[str], dict[str, list[str]]]:
    head, rows = chart_table(chart.spec())
    assert all(len(row) == len(head) for row in rows)
    return head, {
        row[0].replace("\u00a0", " "): [
            c.replace("\u00a0", " ").replace("\u202f", " ") for c in row[1:]
        ]
        for row in rows
    }


def test_stacked_columns_by_year() -> None:
    statuses = pd.DataFrame(
        {
            "school_id": list("abcabc"),
            "year": [2025] * 3 + [2026] * 3,
            "status": ["both", "none", "none", "both", "both", "none"],
        }
    )
    head, rows = cells(charts.status_counts(statuses))
    assert head[1:] == ["ШНОР и ШССУ", "нет признаков"]
    assert list(rows) == ["2024/25", "2025/26"]
    assert rows["2024/25"][0].startswith("1 из 3") and rows["2025/26"][0].startswith("2 из 3")
    assert rows["2024/25"][1].startswith("2 из 3") and rows["2025/26"][1].startswith("1 из 3")


def test_bars_with_labels_above_keep_their_names_and_order() -> None:
    items = [
        {"label": "математика", "n": 40, "n2": 10, "n3": 10, "n4": 10, "n5": 10},
        {"label": "русский язык", "n": 20, "n2": 1, "n3": 9, "n4": 9, "n5": 1},
    ]
    head, rows = cells(charts.mark_distribution(items))
    assert head[1:] == ["«2»", "«3»", "«4»", "«5»"]
    assert [name.split(" · ")[0] for name in rows] == ["математика", "русский язык"]
    assert list(rows.values())[0][0] == "25,0 % (10 из 40)"
    assert list(rows.values())[1][3] == "5,0 % (1 из 20)"


def test_a_map_gives_every_cell_with_n() -> None:
    found = [
        {"row": "СОШ № 1", "column": "ВПР", "n": 29, "n_low": 10},
        {"row": "СОШ № 2", "column": "ОГЭ", "n": 4, "n_low": 0},
    ]
    head, rows = cells(charts.share_map(found))
    assert head[1:] == ["ВПР", "ОГЭ"]
    assert rows["СОШ № 1"] == ["34,5 % (10 из 29)", "нет данных"]
    assert rows["СОШ № 2"] == ["нет данных", "0,0 % (0 из 4)"]


def test_points_with_intervals_and_no_joining_lines() -> None:
    series = [
        {
            "year": y,
            "season": "spring",
            "n": 20,
            "n_low": k,
            "share": k / 20,
            "low": 0.1,
            "high": 0.6,
        }
        for y, k in ((2025, 4), (2026, 6))
    ]
    head, rows = cells(charts.low_share(series, title="Математика", years=[2025, 2026]))
    assert head[1:] == ["школа"]
    assert "20,0 % (4 из 20)" in rows["2024/25"][0] and "от 10 до 60 %" in rows["2024/25"][0]
    assert "30,0 % (6 из 20)" in rows["2025/26"][0]


def test_schools_on_a_chart_of_places_are_named() -> None:
    scores = [
        {
            "school_id": k,
            "rank": r,
            "rank_low": 1,
            "rank_high": 3,
            "n_rated": 3,
            "share_of_max": 0.5,
        }
        for k, r in (("a", 1), ("b", 2), ("c", 3))
    ]
    names = {"a": "Первая", "b": "Вторая", "c": "Третья"}
    _, rows = cells(charts.rank_plot(scores, names))
    assert list(rows) == ["Первая", "Вторая", "Третья"]


def test_long_tables_are_cut_and_say_so_and_empty_charts_are_words() -> None:
    spec = {"data": [{"type": "bar", "x": list(range(100)), "y": [1] * 100}], "layout": {}}
    text = chart_markdown(spec, "Столбцы")
    assert text.count("\n|") == ROWS + 1
    assert f"показаны первые {ROWS} из\u00a0100\u00a0строк" in text
    assert chart_markdown({"data": [], "layout": {}}, "Пусто") == ""
    assert Chart({"data": [], "layout": {}}, "Данных нет.").markdown() == "Данных нет."


def test_a_caption_is_made_of_the_first_sentence() -> None:
    assert first_sentence("Число школ. В списке: 3") == "Число школ"
    assert first_sentence("Места: 12 школ; полоса …") == "Места"
    assert first_sentence("Без точки") == "Без точки"
