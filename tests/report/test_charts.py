from __future__ import annotations

import json

import pandas as pd
import plotly.graph_objects as go
import pytest

from shnor_lib.faults import Severity
from shnor_lib.report import charts
from shnor_lib.report.charts.base import school_labels
from shnor_lib.report.display import PLOT_ALT_EMPTY, Chart
from tests.report import frames
from tests.report.frames import NASTY

NAMES = {**{f"S{i}": f"Школа {i}" for i in range(400)}, **{c: f"Школа {c}" for c in "ABCDE"}}
NAMES["S8"] = NAMES["A"] = NASTY


def index_points() -> pd.DataFrame:
    return frames.frame(
        "school_id index result", [("S8", 40.0, 0.5), ("S1", 61.0, 0.7), ("S2", None, 0.1)]
    )


def low_share(**more: object) -> Chart:
    return charts.low_share(
        frames.series(), title="математика", years=range(2020, 2025), threshold=0.2,
        threshold_label="порог 20 %", median=frames.median(), **more,
    )  # type: ignore[arg-type]  # fmt: skip


def fault_counts(files: int = 1) -> pd.DataFrame:
    return pd.DataFrame(
        [
            (NASTY, Severity.ERROR, 2),
            (NASTY, Severity.QUESTION, 1),
            *((f"Файл {i}.xlsx", Severity.WARNING, 1) for i in range(files)),
        ],
        columns=["label", "severity", "n"],
    )


ALL = {
    "status_counts": lambda: charts.status_counts(frames.statuses()),
    "status_timeline": lambda: charts.status_timeline(frames.statuses(), NAMES),
    "low_share": low_share,
    "mark_distribution": lambda: charts.mark_distribution(frames.marks()),
    "share_map": lambda: charts.share_map(
        frames.frame("row column n n_low", [(NASTY, "химия", 20, 3), ("Б", "физика", 0, 0)])
    ),
    "change_plot": lambda: charts.change_plot(frames.pairs()),
    "dumbbell": lambda: charts.dumbbell(
        frames.frame("label share_from n_from share_to n_to", [(NASTY, 0.3, 20, 0.1, 21)])
    ),
    "positive_share": lambda: charts.positive_share(
        frames.frame(
            "year n_schools n_positive share_positive low high", [(2024, 5, 3, 0.6, 0.23, 0.88)]
        )
    ),
    "rank_plot": lambda: charts.rank_plot(frames.scores(), NAMES, highlight="S8"),
    "rank_plot_region": lambda: charts.rank_plot(frames.scores(300), NAMES, highlight="S8"),
    "index_results": lambda: charts.index_results(index_points(), NAMES, highlight="S8"),
    "passport_bars": lambda: charts.passport_bars(frames.passport()),
    "contribution_bars": lambda: charts.contribution_bars(
        frames.frame("title earned possible note", [(NASTY, 1.5, 2.0, ""), ("ЕГЭ", 0.0, 0.0, "")]),
        title="баллы",
    ),
    "readings_bars": lambda: charts.readings_bars(frames.readings()),
    "agreement_map": lambda: charts.agreement_map(
        {"a": pd.Series({"A": "both", "B": "none"}), "b": pd.Series({"A": "low_results"})}
    ),
    "status_by_ruleset": lambda: charts.status_by_ruleset({"a": pd.Series({"A": "both"})}),
    "fault_bars": lambda: charts.fault_bars(fault_counts(), of="по видам"),
}


@pytest.mark.parametrize("name", ALL)
def test_chart_is_sound(name: str) -> None:
    chart = ALL[name]()
    spec = chart.spec()
    go.Figure(spec)  # plotly knows every property of it
    text = json.dumps(spec, ensure_ascii=False)
    assert "NaN" not in text and "None" not in text and "<NA>" not in text
    assert "<script" not in text
    assert spec["layout"]["height"] >= 150
    assert len(chart.alt) > 20
    assert "nan" not in chart.alt and "None" not in chart.alt
    assert chart.html() == ALL[name]().html()


EMPTY = {
    "status_counts": lambda: charts.status_counts(frames.statuses().head(0)),
    "low_share": lambda: charts.low_share([], title="математика", years=[2024]),
    "mark_distribution": lambda: charts.mark_distribution([]),
    "share_map": lambda: charts.share_map([]),
    "change_plot": lambda: charts.change_plot(frames.pairs().head(0)),
    "dumbbell": lambda: charts.dumbbell([]),
    "positive_share": lambda: charts.positive_share([]),
    "rank_plot": lambda: charts.rank_plot(frames.scores().head(0), NAMES),
    "index_results": lambda: charts.index_results([], NAMES),
    "passport_bars": lambda: charts.passport_bars([]),
    "contribution_bars": lambda: charts.contribution_bars([], title="баллы"),
    "readings_bars": lambda: charts.readings_bars([]),
    "agreement_map": lambda: charts.agreement_map({}),
    "status_by_ruleset": lambda: charts.status_by_ruleset({}),
    "status_timeline": lambda: charts.status_timeline(frames.statuses().head(0), NAMES),
}


@pytest.mark.parametrize("name", EMPTY)
def test_no_data_no_crash(name: str) -> None:
    chart = EMPTY[name]()
    go.Figure(chart.spec())
    assert chart.alt


def test_words_for_no_data() -> None:
    assert EMPTY["change_plot"]().alt == PLOT_ALT_EMPTY
    assert EMPTY["mark_distribution"]().alt == PLOT_ALT_EMPTY


def test_status_counts_numbers() -> None:
    chart = charts.status_counts(frames.statuses())
    assert "2023/24 — 3\u00a0из\u00a05" in chart.alt
    by_name = {trace["name"]: trace["y"] for trace in chart.spec()["data"]}
    assert by_name["ШНОР"] == [1, 1, 1]
    assert by_name["ШНОР и ШССУ"] == [0, 1, 1]
    assert sum(trace["y"][2] for trace in chart.spec()["data"]) == 5


def lines(chart: Chart) -> list[list[int | None]]:
    """Pieces of the school's line: years joined with one another."""
    (trace,) = [t for t in chart.spec()["data"] if t["mode"] == "lines"]
    pieces: list[list[int | None]] = [[]]
    for year in trace["x"]:
        if year is None:
            pieces.append([])
        else:
            pieces[-1].append(year)
    return pieces


def test_autumn_and_spring_are_never_joined() -> None:
    assert lines(low_share()) == [[2020], [2021], [2022], [2023, 2024]]
    symbols = next(t for t in low_share().spec()["data"] if t.get("name") == "школа")["marker"]
    assert symbols["symbol"] == ["diamond", "circle", "diamond", "circle", "circle"]


def test_nothing_is_joined_across_a_change_of_scale() -> None:
    chart = low_share(breaks={2024: "новая шкала"})
    assert lines(chart) == [[2020], [2021], [2022], [2023], [2024]]
    assert any(a["text"] == "смена шкалы" for a in chart.spec()["layout"]["annotations"])
    said = "Смена шкалы: 2023/24 — новая шкала."
    assert said in chart.caption
    assert said in chart.alt
    assert not low_share().caption
    assert not low_share(breaks={2030: "ещё не было"}).caption


def test_intervals_and_n_stand_with_every_share() -> None:
    (school,) = [t for t in low_share().spec()["data"] if t.get("name") == "школа"]
    assert school["error_y"]["array"][3] == pytest.approx(52.7 - 34.5)
    assert school["error_y"]["arrayminus"][3] == pytest.approx(34.5 - 19.9)
    for text, (n, low) in zip(
        school["hovertext"], frames.series()[["n", "n_low"]].itertuples(index=False), strict=True
    ):
        assert f"{low}\u00a0из\u00a0{n}" in text
        assert "с вероятностью 95" in text


def test_incomparable_changes_are_not_drawn() -> None:
    chart = charts.change_plot(frames.pairs())
    drawn = sum(len(trace["x"]) for trace in chart.spec()["data"])
    assert drawn == 3
    assert "7" not in "".join(a["text"] for a in chart.spec()["layout"]["annotations"])


def test_rank_never_stands_without_its_interval() -> None:
    chart = charts.rank_plot(frames.scores(), NAMES, highlight="S8")
    assert (
        "место 9\u00a0из\u00a012 (с\u00a0вероятностью 95\u202f% от\u00a06 до\u00a012)" in chart.alt
    )
    own = next(t for t in chart.spec()["data"] if t.get("name") == "эта школа")
    assert own["y"] == [9]


def test_charts_of_a_region_stay_small() -> None:
    assert len(ALL["rank_plot_region"]().html()) < 8_000
    caption = ALL["rank_plot_region"]().caption
    assert caption == "Из других школ показана каждая 5-я."


def test_readings_mark_what_is_in_force() -> None:
    chart = charts.readings_bars(frames.readings())
    chosen = next(t for t in chart.spec()["data"] if t.get("name") == "принято в правилах")
    assert chosen["x"] == [4, 4]
    assert "10\u00a0из\u00a012" in chart.alt


def test_agreement_counts_schools_on_both_lists() -> None:
    codes = {"a": pd.Series({"A": "both", "B": "none"}), "b": pd.Series({"A": "low_results"})}
    assert charts.agreement_map(codes).spec()["data"][0]["z"] == [[1, 1], [1, 1]]


def test_fault_bars_are_the_longest_and_say_what_is_left_out() -> None:
    chart = charts.fault_bars(fault_counts(20), of="по файлам", most=12)
    bars = {bar["name"]: bar["x"] for bar in chart.spec()["data"]}
    assert bars == {
        "ошибки": [2, *[0] * 11],
        "предупреждения": [0, *[1] * 11],
        "вопросы": [1, *[0] * 11],
    }
    assert "ещё 9\u00a0строк" in chart.caption
    assert "Число замечаний по файлам:" in chart.alt and "и ещё 6" in chart.alt
    empty = charts.fault_bars(fault_counts().head(0), of="по видам")
    assert empty.alt == PLOT_ALT_EMPTY


def test_schools_on_an_axis_can_be_told_apart() -> None:
    names = {
        "1": "СОШ № 11 с. Нижнемеждуречное",
        "2": "СОШ № 9 с. Дальнеостровное",
        "3": "СОШ № 3 с. Светлое",
        "4": "Лицей",
        "5": "Лицей",
    }
    labels = school_labels(list(names), names)
    assert list(labels.values()) == [
        "СОШ № 11 Нижнемежду…", "СОШ № 9 Дальнеостро…", "СОШ № 3 Светлое", "4 Лицей", "5 Лицей",
    ]  # fmt: skip
    assert max(map(len, labels.values())) == 20
    same = {key: f"Основная школа имени героя {key}" for key in ("а", "б")}
    assert school_labels(list(same), same) == {"а": "а", "б": "б"}, "the cut names are the same"
    assert school_labels([], {}) == {}
