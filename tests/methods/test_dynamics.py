"""Dynamics: like with like, the interval decides, and reasons are given."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from shnor_lib.methods.dynamics import DynamicsResult, DynamicsRule, dynamics, municipal_indicator
from shnor_lib.project import Calendar, NotHeldEntry, ScaleBreak
from shnor_lib.stats.intervals import newcombe, wilson
from tests.methods.builders import NO_CALENDAR, dataset, result


def _one(rows: list[dict[str, Any]], calendar: Calendar = NO_CALENDAR, **rule: Any) -> pd.Series:
    pairs = dynamics(dataset(rows), calendar=calendar, rule=DynamicsRule(**rule)).pairs
    assert len(pairs) == 1
    return pairs.iloc[0]


@pytest.mark.parametrize(
    ("before", "after", "verdict"),
    [(20, 5, "positive"), (5, 20, "negative"), (10, 9, "no_change"), (0, 0, "no_change")],
)
def test_the_interval_decides(before: int, after: int, verdict: str) -> None:
    row = _one([result("A", 2023, 40, before, 0), result("A", 2024, 50, after, 0, good=10)])
    assert row["verdict"] == verdict
    low, high = newcombe(before, 40, after, 50)
    assert row["delta_low"] == pytest.approx(after / 50 - before / 40)
    assert (row["delta_low_ci_low"], row["delta_low_ci_high"]) == (
        pytest.approx(float(low)), pytest.approx(float(high)),
    )  # fmt: skip
    assert (row["quality_from"], row["quality_to"]) == (0, 0.2)
    assert row["delta_quality"] == pytest.approx(0.2)
    assert row["note"] == ""


def test_ten_points_more_are_a_jump() -> None:
    rows = [result("A", 2023, 30, 3, 0), result("A", 2024, 30, 6, 0)]
    assert _one(rows)["jump"]
    assert not _one([rows[0], result("A", 2024, 31, 6, 0)])["jump"]
    assert not _one(rows, jump=0.2)["jump"]


def test_another_season_is_not_comparable() -> None:
    row = _one([result("A", 2023, 40, 20, 0, season="autumn"), result("A", 2024, 40, 2, 0)])
    assert row["verdict"] == "incomparable"
    assert row["note"] == "работа проводилась в разное время года: осень и весна"
    assert (row["season_from"], row["season_to"]) == ("autumn", "spring")
    assert row[["p_value", "delta_low", "delta_quality", "delta_low_ci_low"]].isna().all()
    assert (row["low_from"], row["low_to"]) == (0.5, 0.05)


def test_the_nearest_earlier_year_of_the_season() -> None:
    rows = [
        result("A", 2021, 40, 20, 0),
        result("A", 2022, 40, 30, 0, season="autumn"),
        result("A", 2023, 40, 10, 0),
    ]
    pairs = dynamics(dataset(rows), calendar=NO_CALENDAR).pairs
    assert pairs["year_to"].tolist() == [2022, 2023]
    assert pairs["verdict"].tolist() == ["incomparable", "positive"]
    assert pairs["year_from"].tolist() == [2021, 2021]
    assert pairs["note"].iloc[1] == "сравнение с 2021 годом"
    near = dynamics(dataset(rows), calendar=NO_CALENDAR, rule=DynamicsRule(max_gap=1)).pairs
    assert near["verdict"].tolist() == ["incomparable", "incomparable"]


def test_too_long_ago() -> None:
    row = _one([result("A", 2020, 40, 20, 0), result("A", 2024, 40, 2, 0)])
    assert row["verdict"] == "incomparable"
    assert "2020 года, слишком давно" in row["note"]


def test_nothing_across_a_change_of_scale() -> None:
    calendar = Calendar(
        scale_breaks=[ScaleBreak(procedure="vpr", year=2024, subjects=["математика"], note="шкала")]
    )
    rows = [
        result("A", year, 40, low, 0, subject=subject)
        for subject in ("математика", "биология")
        for year, low in ((2023, 20), (2024, 2), (2025, 20))
    ]
    pairs = dynamics(dataset(rows), calendar=calendar).pairs.set_index(["subject", "year_to"])
    assert pairs.loc[("математика", 2024), "verdict"] == "incomparable"
    assert pairs.loc[("математика", 2024), "note"] == "шкала"
    assert pairs.loc[("математика", 2025), "verdict"] == "negative"
    assert pairs.loc[("биология", 2024), "verdict"] == "positive"


def test_a_year_not_held_has_its_row_and_its_reason() -> None:
    calendar = Calendar(not_held=[NotHeldEntry(procedure="oge", year=2020, note="отменён")])
    rows = [
        result("A", y, 40, low, 0, procedure="oge", grade=9) for y, low in ((2019, 20), (2021, 2))
    ]
    pairs = dynamics(dataset(rows), calendar=calendar).pairs
    assert pairs["year_to"].tolist() == [2020, 2021]
    assert pairs["verdict"].tolist() == ["incomparable", "positive"]
    assert pairs["note"].tolist() == ["отменён", "сравнение с 2019 годом"]
    assert pd.isna(pairs["n_to"].iloc[0])
    # Written after all, whatever the calendar says.
    more = dynamics(
        dataset([*rows, result("A", 2020, 40, 5, 0, procedure="oge", grade=9)]), calendar=calendar
    ).pairs
    assert more["verdict"].tolist() == ["positive", "no_change"]


def _mixed() -> DynamicsResult:
    rows = []
    for school, after in (
        ("A", (2, 2, 20, 20)), ("B", (38, 38, 20, 2)), ("C", (20, 20, 20, 20)), ("D", (2, 38, 20, 20)),
    ):  # fmt: skip
        for subject, low in zip(("а", "б", "в", "г"), after, strict=True):
            rows += [result(school, 2023, 40, 20, 0, subject=subject)]
            rows += [result(school, 2024, 40, low, 0, subject=subject)]
    return dynamics(dataset(rows), calendar=NO_CALENDAR)


def test_verdict_of_a_school() -> None:
    rows = _mixed().schools.set_index("school_id")
    assert rows["verdict"].to_dict() == {
        "A": "positive", "B": "negative", "C": "no_change", "D": "no_change",
    }  # fmt: skip
    assert rows.loc["B", ["n_comparable", "n_improved", "n_worsened", "n_no_change"]].tolist() == [
        4, 1, 2, 1,
    ]  # fmt: skip
    assert rows.loc["B", "net_share"] == -0.25


def test_rule_of_the_school_is_editable() -> None:
    rows = [
        result("A", year, 40, 2 if (year, k) == (2024, 0) else 20, 0, subject=f"п{k}")
        for k in range(12)
        for year in (2023, 2024)
    ]
    data = dataset(rows)
    assert dynamics(data).schools["verdict"].tolist() == ["no_change"]
    loose = dynamics(data, rule=DynamicsRule(net_share=0.05))
    assert loose.schools["verdict"].tolist() == ["positive"]
    exact = dynamics(data, rule=DynamicsRule(net_share=1 / 12))
    assert exact.schools["verdict"].tolist() == ["positive"]
    # However small the share asked for, as many up as down is no change.
    level = dataset([r for r in rows if r["subject"] != "п0"])
    assert dynamics(level, rule=DynamicsRule(net_share=0)).schools["verdict"].tolist() == [
        "no_change"
    ]


def test_municipal_indicator() -> None:
    result_ = _mixed()
    row = result_.summary.iloc[0]
    assert (row["year"], row["n_schools"], row["n_positive"], row["n_negative"]) == (2024, 4, 1, 1)
    low, high = wilson(1, 4)
    assert row["share_positive"] == 0.25
    assert (row["low"], row["high"]) == (pytest.approx(float(low)), pytest.approx(float(high)))
    statuses = pd.DataFrame(
        {
            "school_id": pd.array(["A", "B", "C"], dtype="string"),
            "year": pd.array([2024] * 3, dtype="Int64"),
            "status": ["low_results", "both", "none"],
        }
    )
    rows = [
        result(s, y, 40, low, 0) for s, low in (("A", 2), ("B", 38), ("C", 20))
        for y, low in ((2023, 20), (2024, low))
    ]  # fmt: skip
    of_listed = dynamics(dataset(rows), calendar=NO_CALENDAR, listed=statuses).summary.iloc[0]
    assert (of_listed["n_schools"], of_listed["n_positive"]) == (2, 1)
    again = municipal_indicator(result_.schools, statuses.drop(columns="status"))
    assert again["n_schools"].tolist() == [3]


def test_p_values_are_adjusted_within_a_year() -> None:
    rng = np.random.default_rng(2)
    rows = [
        result(f"S{i}", year, 40, int(rng.integers(2, 38)), 0)
        for i in range(20)
        for year in (2022, 2023, 2024)
    ]
    pairs = dynamics(dataset(rows), calendar=NO_CALENDAR).pairs
    assert len(pairs) == 40
    for _, part in pairs.groupby("year_to"):
        expected = multipletests(part["p_value"].astype(float), method="fdr_bh")[1]
        np.testing.assert_allclose(part["p_adjusted"].astype(float), expected)


@pytest.mark.real
def test_adjustment_equals_benjamini_and_hochberg_in_r(shared: Any) -> None:
    from scipy.stats import false_discovery_control

    oracle = pd.read_csv(shared / "data" / "stat_oracles" / "bh1995_r.csv")
    np.testing.assert_allclose(
        false_discovery_control(oracle["p"], method="bh"), oracle["bh"], rtol=1e-12
    )


def test_nothing_to_compare() -> None:
    for rows in ([], [result("A", 2024, 40, 2, 0)]):
        empty = dynamics(dataset(rows))
        assert empty.pairs.empty
        assert empty.schools.empty
        assert empty.summary.empty
    full = _mixed()
    for name in ("pairs", "schools", "summary"):
        pd.testing.assert_series_equal(
            getattr(empty, name).dtypes, getattr(full, name).dtypes, obj=name
        )


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.dictionaries(
        st.tuples(
            st.sampled_from("AB"), st.integers(2019, 2024), st.sampled_from(["spring", "autumn"])
        ),
        st.integers(0, 30),
        min_size=2,
    )
)
def test_pairs_are_sound(found: dict[tuple[str, int, str], int]) -> None:
    rows = [result(s, y, 30, low, 0, season=season) for (s, y, season), low in found.items()]
    pairs = dynamics(dataset(rows), calendar=NO_CALENDAR).pairs
    assert (pairs["year_from"] < pairs["year_to"]).all()
    tested = pairs[pairs["verdict"] != "incomparable"]
    assert (tested["season_from"] == tested["season_to"]).all()
    assert (tested["delta_low_ci_low"] <= tested["delta_low"]).all()
    assert (tested["delta_low"] <= tested["delta_low_ci_high"]).all()
    assert (tested["p_adjusted"] >= tested["p_value"]).all()
    # A row for every result that is not the school's first year.
    first = {s: min(y for t, y, _ in found if t == s) for s, *_ in found}
    assert len(pairs) == sum(y > first[s] for s, y, _ in found)
    turned = dynamics(dataset(rows[::-1]), calendar=NO_CALENDAR).pairs
    pd.testing.assert_frame_equal(pairs, turned)
