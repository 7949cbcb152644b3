"""What the first monitoring and the school page say of small schools."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from shnor_lib.methods.funnels import funnel_of
from shnor_lib.methods.identification import Identification, identify
from shnor_lib.methods.listed_shares import listed_shares
from shnor_lib.methods.model_check import model_check
from shnor_lib.methods.small_schools import chance_summary, probably_beyond, subject_shares
from shnor_lib.report.analysis import Analysis
from shnor_lib.report.charts import small_schools as charts
from shnor_lib.report.display import Chart
from shnor_lib.report.monitoring import identification as say
from shnor_lib.report.profile import Frames
from shnor_lib.report.school.results import results_section
from shnor_lib.store import Dataset
from tests.methods.builders import NO_CALENDAR, dataset, result, results_ruleset
from tests.report.frames import NASTY

NAMES = {f"S{i:03d}": f"Школа {i}" for i in range(400)} | {"S000": NASTY}


def rows_of(schools: int, *, small_share: float | None = None) -> list[dict[str, Any]]:
    rng = np.random.default_rng(12)
    rows = []
    for i in range(schools):
        size = int(rng.choice([6, 12, 30, 80]))
        true = rng.beta(1.5, 7.0) if small_share is None or size > 9 else small_share
        rows += [
            result(f"S{i:03d}", year, size, int(rng.binomial(size, true)), 0)
            for year in (2023, 2024)
        ]
    return rows


def found_in(rows: list[dict[str, Any]]) -> tuple[Identification, Dataset]:
    schools = [
        {"school_id": key, "name": NAMES[key]} for key in sorted({r["school_id"] for r in rows})
    ]
    data = dataset(rows, schools=schools)
    return identify(data, results_ruleset(), calendar=NO_CALENDAR), data


@pytest.fixture(scope="module")
def region() -> tuple[Identification, Dataset]:
    return found_in(rows_of(200))


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ").replace("\\", "")


def test_the_text_says_how_many_statuses_are_within_chance(region) -> None:
    found, _ = region
    (row,) = chance_summary(found).query("year == 2024").to_dict("records")
    text = plain(say.chance_text(found, 2024).markdown())
    assert f"у {row['n_listed']} школ" in text
    assert f"(на границе) — {row['n_borderline']} из {row['n_listed']}" in text
    assert f"Сумма вероятностей — {row['expected_true']:.1f}".replace(".", ",") in text
    few = int((probably_beyond(found, 2024)["why"] == "few").sum())
    assert few > 0
    assert f"у {few} из них участников меньше" in text
    first = plain(say.chance_text(found, 2023).markdown())
    assert first.startswith("Статуса ШНОР в этом году нет ни у одной школы")


def test_formal_status_and_confidence_stand_in_one_row(region) -> None:
    found, data = region
    table = say.side_by_side(found, data, 2024, {})
    rows = listed_shares(found, 2024)
    shown = table.frame
    assert len(shown) == min(len(rows), 40)
    first, said = rows.iloc[0], shown.iloc[0]
    assert plain(said["counted"]).endswith(f"({first['n_low']} из {first['n']})")
    assert plain(said["corrected"]).startswith(f"{first['shrunk'] * 100:.1f} %".replace(".", ","))
    assert plain(said["chance"]).startswith("на границе (")
    html = table.html()
    assert NASTY not in html
    assert "nan" not in html and "None" not in html
    unlisted = say.unlisted_table(found, data, 2024, {})
    assert "в одном из лет мало участников" in unlisted.html()


def every_chart(found: Identification) -> dict[str, Chart]:
    return {
        "funnel": charts.funnel_chart(funnel_of(found, "results", 0, 2024), NAMES),
        "shrinkage": say.shrinkage_chart(found, 2024, NAMES),
        "model": charts.model_bars(model_check(found, 2024)),
    }  # type: ignore[dict-item]


@pytest.mark.parametrize("name", ["funnel", "shrinkage", "model"])
def test_charts_are_sound(region, name: str) -> None:
    chart = every_chart(region[0])[name]
    spec = chart.spec()
    go.Figure(spec)
    text = json.dumps(spec, ensure_ascii=False)
    assert "NaN" not in text and "None" not in text and "<NA>" not in text
    assert "<script" not in text
    assert "nan" not in chart.alt and len(chart.alt) > 40
    assert chart.html() == every_chart(region[0])[name].html()


def test_the_funnel_shows_every_school_once(region) -> None:
    found, _ = region
    spec = every_chart(found)["funnel"].spec()
    points = [t for t in spec["data"] if t["mode"] == "markers"]
    assert sum(len(t["x"]) for t in points) == 200
    met = [t for t in points if t["name"].startswith("правило выполнено")]
    assert sum(len(t["x"]) for t in met) == len(listed_shares(found, 2024))
    lines = [t for t in spec["data"] if t["mode"] == "lines"]
    assert len(lines) == 4


def test_the_model_is_praised_or_doubted_by_its_numbers(region) -> None:
    good = plain(say.model_text(region[0], 2024).markdown())
    assert "не расходится" in good
    found, _ = found_in(rows_of(400, small_share=0.01))
    bad = plain(say.model_text(found, 2024).markdown())
    row = model_check(found, 2024).beyond.to_dict("records")[0]
    assert f"при числе участников 1–9 за порогом {row['observed']} из {row['n']} долей" in bad
    assert "завышены" in bad
    assert say.model_chart(found, 2024) is not None


def test_few_schools_say_so_instead(region) -> None:
    found, data = found_in(rows_of(6))
    assert "слабому исходному" in say.model_text(found, 2024).markdown()
    assert say.model_chart(found, 2024) is None
    assert "не построена" in say.funnel_view(found, 2024, NAMES).markdown()
    assert "десяти школах" in plain(say.priors_table(found, 2024).html())
    assert say.unlisted_table(found, data, 2024, {}).frame.empty


def test_usual_shares_name_their_years(region) -> None:
    shown = say.priors_table(region[0], 2024).frame
    assert shown["when"].tolist() == ["2022/23, 2023/24"]
    row = shown.iloc[0]
    assert row["spread"] == pytest.approx((row["mu"] * (1 - row["mu"]) * row["rho"]) ** 0.5)
    assert row["worth"] == pytest.approx(1 / row["rho"] - 1)


def test_the_school_page_shows_the_corrected_share(analysis: Analysis) -> None:
    text = plain("\n".join(results_section(Frames(analysis), "A")))
    assert "### С поправкой на численность, 2023/24" in text
    # three schools wrote it: there is nothing to correct by, and the page says so
    assert "Без поправки — 3 предмета: их писали меньше чем в десяти школах" in text


def test_the_school_page_corrects_where_ten_schools_wrote(
    analysis: Analysis, monkeypatch: pytest.MonkeyPatch, region
) -> None:
    shares = subject_shares(region[1].results)
    frames = Frames(analysis)
    row = shares[shares["year"] == 2024].iloc[0].to_dict()
    monkeypatch.setattr(frames, "corrected", {"A": [row]}, raising=False)
    text = plain("\n".join(results_section(frames, "A")))
    assert f"({row['n_low']} из {row['n']})" in text
    assert f"{row['shrunk'] * 100:.1f} % (от".replace(".", ",") in text
    assert "Без поправки" not in text
