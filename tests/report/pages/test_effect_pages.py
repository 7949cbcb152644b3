"""Pages of the effect of support and of the early warning: true to the numbers, plain, safe."""

from __future__ import annotations

import dataclasses
import re

import numpy as np
import pandas as pd
import pytest

from shnor_lib.methods.early_warning import early_warning
from shnor_lib.methods.effect import effect_of_support
from shnor_lib.report import format as fmt
from shnor_lib.report.analysis import Analysis
from shnor_lib.report.charts.early_warning import forecast_check, weight_bars
from shnor_lib.report.charts.effect import effect_plot
from shnor_lib.report.effect_words import (
    below_short,
    below_words,
    forecast_short,
    forecast_words,
    refusal_words,
    verdict_words,
)
from shnor_lib.report.pages.early_warning import page_of_warning
from shnor_lib.report.pages.effect import page_of_effect
from shnor_lib.report.pages.sections import Site
from shnor_lib.report.profile import Frames
from shnor_lib.report.school.outlook import effect_section, forecast_section
from tests.methods.builders import NO_CALENDAR
from tests.methods.support_region import World, identified, region
from tests.report.frames import NASTY


def site_of(analysis: Analysis) -> Site:
    names = {school: f"Школа {school}" for school in analysis.identification.schools}
    first = next(iter(names))
    return Site(analysis, {**names, first: NASTY}, {s: f"schools/{s}.qmd" for s in names})


@pytest.fixture(scope="module")
def analysis(tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    """A region in which support takes eight points off."""
    data = region(3, World(schools=150, years=6, effect=-0.08))
    found = identified(data)
    return Analysis(
        title="Проба", subtitle="", organisation="", year=found.years[-1], dataset=data,
        calendar=NO_CALENDAR, ruleset=found.ruleset, identification=found,
        effect=effect_of_support(data, identification=found, calendar=NO_CALENDAR),
        warning=early_warning(data, found),
    )  # fmt: skip


def plain(page: bytes | list[str]) -> str:
    text = page.decode() if isinstance(page, bytes) else "\n".join(page)
    text = re.sub(r"<[^>]+>", " ", text)
    return re.sub(r"\s+", " ", text.replace(fmt.NNBSP, " ").replace(fmt.NBSP, " "))


def spaced(text: str) -> str:
    return text.replace(fmt.NNBSP, " ").replace(fmt.NBSP, " ")


def test_effect_page_says_what_was_found(analysis: Analysis) -> None:
    page = plain(page_of_effect(site_of(analysis)))
    found = analysis.effect
    assert found is not None
    row = found.summary[found.summary["year"].isna()].iloc[0]
    for value in (row["naive"], row["effect"]):
        assert spaced(fmt.points(value)) in page
    assert spaced(fmt.points_interval(row["low"], row["high"])) in page
    assert spaced(fmt.percent(row["expected"])) in page
    assert f"(всего {row['n_schools']})" in page
    assert ("Эффект показан." in page) == (row["verdict"] == "shown")
    assert "Чего отсюда заключить нельзя" in page and "Как это посчитано" in page
    for school in found.schools["school_id"].unique()[1:]:
        assert f"Школа {school}" in page
    assert "nan" not in page and "None" not in page and "<NA>" not in page
    assert "<script>alert" not in page_of_effect(site_of(analysis)).decode()


def test_effect_page_without_support_tables_speaks_of_the_list(analysis: Analysis) -> None:
    found = dataclasses.replace(analysis.effect, basis="listed", notes=("Листы пусты.",))
    page = plain(page_of_effect(site_of(dataclasses.replace(analysis, effect=found))))
    assert "школах прошлогоднего списка" in page
    assert "эффект показан" not in page.lower() and "Листы пусты." in page


def test_effect_page_names_the_reason_of_a_refusal(analysis: Analysis) -> None:
    without = dataclasses.replace(
        analysis, effect=None, refusals={"effect": "Эффект поддержки: нет *ни одной* школы."}
    )
    page = page_of_effect(site_of(without)).decode()
    assert r"Нет \*ни одной\* школы" in page
    assert "Чего отсюда заключить нельзя" in page


def test_refused_matching_is_said(analysis: Analysis) -> None:
    found = dataclasses.replace(
        analysis.effect,
        matched=None,
        refusals={"matched": "Сравнение с похожими школами: мало школ."},
    )
    page = plain(page_of_effect(site_of(dataclasses.replace(analysis, effect=found))))
    assert "Такое сравнение не проведено. Мало школ." in page


def test_warning_page_says_what_was_found(analysis: Analysis) -> None:
    found = analysis.warning
    assert found is not None
    page = plain(page_of_warning(site_of(analysis)))
    model, naive = (found.score("all", name) for name in ("model", "as_now"))
    assert spaced(fmt.decimal(model["brier"], 3)) in page
    assert spaced(fmt.decimal(naive["brier"], 3)) in page
    better = model["brier"] < naive["brier"] and model["log_score"] < naive["log_score"]
    assert ("прогноз точнее этого простого правила" in page) == better
    top = found.forecast[~found.forecast["listed"]].iloc[0]
    assert spaced(fmt.percent(top["probability"], 0)) in page
    assert "к июлю" in page
    assert "nan" not in page and "None" not in page and "<NA>" not in page


def test_warning_page_without_forecast_names_schools_near_the_list(analysis: Analysis) -> None:
    without = dataclasses.replace(analysis, warning=None, refusals={"warning": "Рано: мало школ."})
    page = plain(page_of_warning(site_of(without)))
    assert "Мало школ." in page
    statuses = analysis.identification.statuses
    now = statuses[(statuses["year"] == analysis.year) & (statuses["status"] == "risk_zone")]
    assert len(now)
    for school in now["school_id"].head(3):
        assert f"Школа {school}" in page
    listed = statuses[(statuses["year"] == analysis.year) & statuses["low_results"]]
    assert not any(f"Школа {s} " in page for s in listed["school_id"])


def test_profile_blocks(analysis: Analysis) -> None:
    frames = Frames(analysis)
    found, forecast = analysis.effect, analysis.warning
    assert found is not None and forecast is not None
    helped = found.schools.iloc[-1]
    text = plain(effect_section(frames, helped["school_id"]))
    assert spaced(fmt.percent(helped["expected"])) in text
    assert spaced(fmt.points(helped["effect"])) in text
    assert verdict_words(helped["verdict"], "support") in text
    never = set(analysis.identification.schools) - set(found.schools["school_id"])
    assert effect_section(frames, sorted(never)[0]) == []
    top = forecast.forecast.iloc[0]
    said = plain(forecast_section(frames, top["school_id"]))
    assert forecast_words(top["probability"]) in said and "early-warning.qmd" in said
    nothing = Frames(dataclasses.replace(analysis, effect=None, warning=None))
    assert effect_section(nothing, helped["school_id"]) == []
    assert forecast_section(nothing, top["school_id"]) == []


@pytest.mark.parametrize(
    ("p", "long", "short"),
    [(0.97, "уверенно: будет в списке", "уверенно"),
     (0.80, "вероятно, будет в списке", "вероятно"),
     (0.50, "на границе", "на границе"),
     (0.20, "вероятно, в список не попадёт", "вероятно, нет"),
     (0.01, "уверенно: в список не попадёт", "уверенно, нет")],
)  # fmt: skip
def test_words_of_a_forecast(p: float, long: str, short: str) -> None:
    assert (forecast_words(p), forecast_short(p)) == (long, short)


def test_words_of_an_effect() -> None:
    assert below_short(0.96) == "уверенно ниже" and below_short(0.04) == "уверенно выше"
    assert below_short(0.8) == "вероятно, ниже" and below_short(0.5) == "на границе"
    assert "выше" in below_words(0.1) and "ниже" in below_words(0.9)
    assert verdict_words("not_shown", "support") == "эффект показать нельзя"
    assert verdict_words("not_shown", "listed") == "как и ожидалось"
    assert refusal_words("Раннее предупреждение: школ мало.") == "Школ мало."
    assert refusal_words("Без имени.") == "Без имени."


def test_charts_say_their_numbers(analysis: Analysis) -> None:
    found, forecast = analysis.effect, analysis.warning
    assert found is not None and forecast is not None
    latest = found.schools[found.schools["year"] == found.schools["year"].max()]
    chart = effect_plot(latest, basis="support", names={})
    drawn = sum(len(t["x"]) for t in chart.spec()["data"] if t["name"].startswith("стало"))
    assert drawn == min(len(latest), 30)
    best = latest.sort_values("effect").iloc[0]
    assert fmt.percent(best["observed"]) in chart.alt
    check = forecast_check(forecast.reliability)
    assert len(check.spec()["data"][1]["x"]) == len(forecast.reliability)
    assert "прогноз" in check.alt
    bars = weight_bars(forecast.coefficients)
    values = bars.spec()["data"][0]["x"]
    assert np.abs(values).tolist() == sorted(np.abs(values), reverse=True)
    empty = effect_plot(pd.DataFrame(columns=found.schools.columns), basis="support")
    assert empty.alt == "Данных для диаграммы нет."
