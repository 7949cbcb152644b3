"""Ratings: points, share of the maximum, ranks on unrounded scores, intervals of ranks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy import stats

from shnor_lib.faults import ShnorError
from shnor_lib.methods.ranking import RatingResult, rate
from shnor_lib.methods.rating_definition import Rating, load_rating
from tests.methods.builders import SOURCE, dataset, result

GOALPOSTS = {"method": "goalposts", "low": 0.0, "high": 0.4}


def _indicator(**values: Any) -> dict[str, Any]:
    return {
        "id": "low", "title": "Низкие", "measure": "share_low", "scopes": [{"procedure": "vpr"}],
        "direction": -1, "weight": 1, "normalisation": GOALPOSTS, **values,
    }  # fmt: skip


def _rating(*indicators: dict[str, Any], **values: Any) -> Rating:
    return Rating.model_validate(
        {
            "id": "test", "title": "Проверка", "source": SOURCE,
            "groups": [{"id": "g", "title": "Группа", "indicators": list(indicators)}], **values,
        }
    )  # fmt: skip


def _scores(result_: RatingResult, year: int = 2024) -> pd.DataFrame:
    rows = result_.scores[result_.scores["year"] == year]
    return rows.set_index("school_id")


def test_share_of_the_maximum_by_hand() -> None:
    data = dataset(
        [
            result("A", 2024, 40, 4, 4, good=16),
            result("B", 2024, 40, 12, 0, good=4),
            result("A", 2024, 20, 2, 1, procedure="ege", grade=11),
        ]
    )
    rating = _rating(
        _indicator(weight=3),
        _indicator(id="good", measure="quality", direction=1, weight=2,
                   normalisation={"method": "goalposts", "low": 0.1, "high": 0.7}),
        _indicator(id="ege", scopes=[{"procedure": "ege"}], weight=5),
    )  # fmt: skip
    rows = _scores(rate(data, rating, draws=0))
    # A: low 10 % → 0.75, quality 50 % → 2/3, ЕГЭ 10 % → 0.75.
    assert rows.loc["A", "points"] == pytest.approx(3 * 0.75 + 2 * (2 / 3) + 5 * 0.75)
    assert rows.loc["A", "points_max"] == 10
    # B has no grade 11 and loses nothing for it: low 30 % → 0.25, quality 10 % → 0.
    assert rows.loc["B", "points_max"] == 5
    assert rows.loc["B", "share_of_max"] == pytest.approx(3 * 0.25 / 5)
    assert rows["rank"].to_dict() == {"A": 1, "B": 2}
    assert rows["n_rated"].tolist() == [2, 2]
    assert rows[["rank_low", "rank_high", "p_lowest_quarter"]].isna().all(axis=None)


def test_ranks_use_unrounded_scores_and_share_ties() -> None:
    lows = {"A": 100, "B": 101, "C": 102, "D": 102, "E": 200}
    data = dataset([result(s, 2024, 1000, low, 0) for s, low in lows.items()])
    rows = _scores(rate(data, _rating(_indicator()), draws=0))
    assert rows["rank"].to_dict() == {"A": 1, "B": 2, "C": 3.5, "D": 3.5, "E": 5}
    assert len(set(rows["share_of_max"].round(2))) < 4


def test_loaded_points_are_summed_over_what_applies() -> None:
    data = dataset(
        points=[
            {"school_id": s, "year": y, "indicator": i, "points": p, "points_max": m}
            for s, y, i, p, m in [
                ("A", 2024, "Олимпиады", 3, 10),
                ("A", 2024, "ГИА", 4, 5),
                ("B", 2024, "Олимпиады", 9, 10),
                ("B", 2023, "Олимпиады", 2, 10),
                ("C", 2024, "ГИА", 0, 0),
            ]
        ]
    )
    result_ = rate(data, load_rating("loaded-points"))
    rows = _scores(result_)
    assert rows.loc["A", ["points", "points_max", "share_of_max"]].tolist() == [
        7, 15, pytest.approx(7 / 15),
    ]  # fmt: skip
    assert rows["rank"].to_dict() == {"A": 2, "B": 1}
    assert rows["rank_low"].isna().all()
    assert "внесены готовыми" in result_.note
    one = result_.indicators.set_index(["school_id", "year", "title"])
    assert one.loc[("A", 2024, "ГИА"), ["value", "weight", "normalised"]].tolist() == [4, 5, 0.8]
    assert not one.loc[("B", 2024, "ГИА"), "applies"]
    only = _rating({"id": "p", "title": "Баллы", "measure": "rating_points", "weight": 1,
                    "indicators": ["Олимпиады"]})  # fmt: skip
    assert _scores(rate(data, only)).loc["A", "points_max"] == 10


def test_more_points_than_possible_stop_the_rating() -> None:
    row = {"school_id": "A", "year": 2024, "indicator": "ГИА", "points": 6, "points_max": 5}
    with pytest.raises(ShnorError, match="«ГИА», школа «A», 2024 год: набрано больше максимума"):
        rate(dataset(points=[row]), load_rating("loaded-points"))


def test_more_marks_than_pupils_stop_the_rating() -> None:
    both = _rating(_indicator(), _indicator(id="good", measure="quality", direction=1))
    with pytest.raises(ShnorError, match="«good», школа «B»: отметок больше, чем участников"):
        rate(dataset([result("A", 2024, 40, 4, 0), result("B", 2024, 40, 30, 0, good=12)]), both)
    with pytest.raises(ShnorError, match="«low», школа «A»"):
        rate(dataset([result("A", 2024, 40, 41, 0)]), _rating(_indicator()), draws=0)


def test_years_are_pooled_by_counts() -> None:
    data = dataset(
        [result("A", y, n, low, 0) for y, n, low in [(2022, 50, 20), (2023, 10, 0), (2024, 20, 1)]]
    )
    rating = _rating(_indicator(), pool_years=2)
    scores = rate(data, rating, draws=0).scores.set_index("year")["share_of_max"]
    assert scores[2024] == pytest.approx(1 - (1 / 30) / 0.4)
    assert scores[2023] == pytest.approx(1 - (20 / 60) / 0.4)
    assert scores[2022] == pytest.approx(0.0)


def test_indicator_without_enough_participants_does_not_apply() -> None:
    data = dataset([result("A", 2024, 9, 5, 0), result("B", 2024, 10, 1, 0)])
    rows = _scores(rate(data, _rating(_indicator(), min_participants=10)))
    assert list(rows.index) == ["B"]


@pytest.mark.parametrize("method", ["minmax", "zscore", "percentile"])
def test_normalisations_by_hand(method: str) -> None:
    lows = {"A": 4, "B": 8, "C": 8, "D": 20}
    data = dataset([result(s, 2024, 40, low, 0) for s, low in lows.items()])
    rating = _rating(_indicator(normalisation={"method": method}))
    rows = _scores(rate(data, rating, draws=0))
    share = np.array([0.1, 0.2, 0.2, 0.5])
    expected = {
        "minmax": 1 - (share - 0.1) / 0.4,
        "zscore": -(share - share.mean()) / share.std(ddof=1),
        "percentile": 1 - np.array([0.5, 2, 2, 3.5]) / 4,
    }[method]
    np.testing.assert_allclose(rows["score"].to_numpy(float), expected)
    assert rows["share_of_max"].isna().all() == (method == "zscore")


def test_reference_of_one_year_or_of_all() -> None:
    rows = [result(s, y, 40, low, 0) for s, y, low in
            [("A", 2023, 4), ("B", 2023, 12), ("A", 2024, 8), ("B", 2024, 20)]]  # fmt: skip
    one = _rating(_indicator(normalisation={"method": "minmax"}), reference="year")
    both = _rating(_indicator(normalisation={"method": "minmax"}), reference="pooled")
    by_year = rate(dataset(rows), one).scores.set_index(["school_id", "year"])["score"]
    pooled = rate(dataset(rows), both).scores.set_index(["school_id", "year"])["score"]
    assert by_year["B", 2023] == 0
    assert pooled["B", 2023] == pytest.approx(0.5)
    assert pooled["A", 2024] == pytest.approx(0.75)


def test_impossible_steps_are_named() -> None:
    data = dataset([result(s, 2024, 40, 4, 0) for s in "AB"])
    for method, word in (("minmax", "размах"), ("zscore", "z-оценку")):
        rating = _rating(_indicator(normalisation={"method": method}))
        with pytest.raises(ShnorError, match=f"«test», показатель «low».*{word}"):
            rate(data, rating)
    with pytest.raises(ValueError, match="z-оценки нельзя складывать"):
        _rating(_indicator(), _indicator(id="z", normalisation={"method": "zscore"}))
    with pytest.raises(ValueError, match="все веса равны нулю"):
        _rating(_indicator(weight=0))


def _spread_of_schools(n: int) -> Any:
    lows = [2, 4, 5, 6, 7, 8, 10, 12]
    return dataset([result(f"S{i}", 2024, n, low * n // 40, 0) for i, low in enumerate(lows)])


def test_rank_intervals_hold_the_rank_and_shrink_with_participants() -> None:
    small = _scores(rate(_spread_of_schools(40), _rating(_indicator()), draws=2000))
    large = _scores(rate(_spread_of_schools(4000), _rating(_indicator()), draws=2000))
    for rows in (small, large):
        assert (rows["rank_low"] <= rows["rank"]).all()
        assert (rows["rank"] <= rows["rank_high"]).all()
        assert (rows["share_low"] <= rows["share_of_max"]).all()
        assert (rows["share_of_max"] <= rows["share_high"]).all()
    width = (small["rank_high"] - small["rank_low"]).mean()
    assert width > 3 * (large["rank_high"] - large["rank_low"]).mean()
    # Two of eight places are the lowest quarter: the chances of all add up to two.
    assert small["p_lowest_quarter"].sum() == pytest.approx(2, abs=1e-9)
    assert large.loc["S7", "p_lowest_quarter"] > 0.99


def test_chance_of_two_schools_against_the_exact_one() -> None:
    data = dataset([result("A", 2024, 30, 6, 0), result("B", 2024, 30, 9, 0)])
    wide = _indicator(normalisation={"method": "goalposts", "low": 0.0, "high": 1.0})
    rows = _scores(rate(data, _rating(wide), draws=20000))
    grid = np.linspace(0, 1, 20001)
    first = stats.beta(6.5, 24.5)
    second = stats.beta(9.5, 21.5)
    exact = np.trapezoid(first.pdf(grid) * second.cdf(grid), grid)
    # With two schools the lowest quarter is the second place.
    assert rows.loc["A", "p_lowest_quarter"] == pytest.approx(exact, abs=0.012)
    sd = rows.loc["A", "share_sd"]
    assert sd == pytest.approx(first.std(), rel=0.03)


def test_low_and_high_results_of_a_scope_exclude_one_another() -> None:
    data = dataset([result("A", 2024, 20, 8, 0, good=8), result("B", 2024, 20, 5, 0, good=10)])
    wide = {"method": "goalposts", "low": 0.0, "high": 1.0}
    both = _rating(
        _indicator(normalisation=wide),
        _indicator(id="good", measure="quality", direction=1, normalisation=wide),
    )
    low, good = (
        _scores(rate(data, _rating(one), draws=4000))["share_sd"]
        for one in (
            _indicator(normalisation=wide),
            _indicator(id="good", measure="quality", direction=1, normalisation=wide),
        )
    )
    together = _scores(rate(data, both, draws=4000))["share_sd"]
    # Fewer low results leave more room for good ones: their errors add up, not cancel.
    independent = np.hypot(low["A"], good["A"]) / 2
    assert together["A"] > 1.15 * independent


def test_the_same_seed_gives_the_same_intervals() -> None:
    data = _spread_of_schools(40)
    one, other = (rate(data, _rating(_indicator()), draws=300).scores for _ in range(2))
    pd.testing.assert_frame_equal(one, other)
    third = rate(data, _rating(_indicator()), draws=300, seed=1).scores
    assert not one["p_lowest_quarter"].equals(third["p_lowest_quarter"])


def test_six_hundred_schools_have_intervals() -> None:
    rng = np.random.default_rng(5)
    data = dataset(
        [
            result(f"S{i:03d}", 2024, 60, int(low), 2, procedure=procedure, good=10)
            for procedure in ("vpr", "oge", "ege")
            for i, low in enumerate(rng.binomial(40, 0.3, 640))
        ]
    )
    rating = load_rating("proposal")
    rows = rate(data, rating, years=[2024], draws=1000).scores
    assert len(rows) == 640
    assert rows["rank_low"].notna().all()


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 10)), min_size=1, max_size=12))
def test_shares_and_ranks_are_sound(counts: list[tuple[int, int]]) -> None:
    data = dataset(
        [result(f"S{i:02d}", 2024, 30, low, min(high, 30 - low))
         for i, (low, high) in enumerate(counts)]
    )  # fmt: skip
    rating = _rating(
        _indicator(), _indicator(id="high", measure="share_high", direction=1, weight=2)
    )
    rows = _scores(rate(data, rating, draws=50))
    assert rows["share_of_max"].between(0, 1).all()
    assert rows["rank"].sum() == pytest.approx(len(counts) * (len(counts) + 1) / 2)
    better = rows.sort_values("share_of_max", ascending=False)["rank"]
    assert better.is_monotonic_increasing
    assert rows["rank_low"].ge(1).all()
    assert rows["rank_high"].le(len(counts)).all()
