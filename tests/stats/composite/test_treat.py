"""Outliers: winsorising and transforming, point by point."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from shnor_lib.stats.composite import Framework, StepError, Treatment, treat
from shnor_lib.stats.composite.moments import kurtosis, skewness
from shnor_lib.stats.composite.treat import boxcox, log_ct, log_gii, treat_arrays, winsorise

FLAT = Framework.flat(["a"])
SMOOTH = np.arange(1.0, 31.0)
ONE_OUT = np.append(SMOOTH, 500.0)
WILD = np.exp(np.linspace(0, 14, 100))


def frame(values: object) -> pd.DataFrame:
    return pd.DataFrame({"a": np.asarray(values, dtype=float)})


@pytest.mark.parametrize("values", [SMOOTH, ONE_OUT, WILD, [1.0, 2, 2, 9]])
def test_moments_are_scipys_unbiased_ones(values: np.ndarray) -> None:
    assert skewness(values) == pytest.approx(stats.skew(values, bias=False))
    assert kurtosis(values) == pytest.approx(stats.kurtosis(values, bias=False))
    with_gap = np.append(values, np.nan)
    assert skewness(with_gap) == pytest.approx(float(skewness(values)))
    block = np.stack([values, values])
    np.testing.assert_array_equal(skewness(block), [skewness(values)] * 2)


def test_moments_without_spread_or_data_are_unknown() -> None:
    assert np.isnan(skewness([0.1] * 7)) and np.isnan(kurtosis([0.1] * 7))
    assert np.isnan(skewness([1, 2])) and np.isnan(kurtosis([1, 2, 4]))
    assert np.isnan(skewness([np.nan] * 5))


def test_who_passes_is_left_alone() -> None:
    result = treat(frame(SMOOTH), FLAT)
    np.testing.assert_array_equal(result.data["a"], SMOOTH)
    assert result.points.empty
    details = result.details.iloc[0]
    assert details["passed"] and pd.isna(details["n_winsorised"])


def test_one_outlier_takes_the_next_value() -> None:
    result = treat(frame(ONE_OUT), FLAT)
    np.testing.assert_array_equal(result.data["a"], np.append(SMOOTH, 30.0))
    (point,) = result.points.to_dict("records")
    assert (point["unit"], point["before"], point["after"], point["how"]) == (30, 500, 30, "high")
    details = result.details.iloc[0]
    assert details["n_winsorised"] == 1 and details["passed_1"] and not details["passed_0"]


def test_low_outlier() -> None:
    mirrored = -ONE_OUT
    result = treat(frame(mirrored), FLAT)
    assert result.data["a"].min() == -30
    assert result.points["how"].tolist() == ["low"]


def test_points_are_counted_as_in_coinr() -> None:
    """Two points one after the other: the first moves twice, both are counted."""
    values = np.concatenate([SMOOTH, [400.0, 500.0]])
    new, high, low, counted = winsorise(values)
    assert counted == 2 and high.tolist() == [30, 31] and not len(low)
    assert new[-2:].tolist() == [30, 30]


def test_points_that_share_the_extreme_move_and_count_together() -> None:
    values = np.concatenate([SMOOTH, [500.0, 500.0]])
    new, high, _, counted = winsorise(values)
    assert counted == 2 and high.tolist() == [30, 31] and new.max() == 30
    # Both ends: after the high ones the skewness turns and low ones follow.
    both = np.concatenate([[-300.0], SMOOTH, [2000.0, 2000.0]])
    new, high, low, counted = winsorise(both)
    assert (high.tolist(), low.tolist(), counted) == ([31, 32], [0], 3)
    assert new.min() == 1 and new.max() == 30


def test_who_still_fails_is_transformed_from_the_original() -> None:
    result = treat(frame(WILD), FLAT)
    np.testing.assert_allclose(result.data["a"], log_ct(WILD))
    details = result.details.iloc[0]
    assert details["transform"] == "log_ct" and details["n_winsorised"] == 5
    assert not details["passed_1"] and details["passed_2"] and details["passed"]
    assert set(result.points["how"]) == {"log_ct"} and len(result.points) == 100


def test_combined_treatment_transforms_the_winsorised_values() -> None:
    rule = Treatment(combine=True)
    result = treat(frame(WILD), FLAT, default=rule)
    expected, high, _, _ = winsorise(WILD)
    np.testing.assert_allclose(result.data["a"], log_ct(expected))
    how = result.points.set_index("unit")["how"]
    assert set(how[high]) == {"high+log_ct"}


def test_without_second_step_the_details_say_it_still_fails() -> None:
    result = treat(frame(WILD), FLAT, default=Treatment(then=None))
    assert not result.details.iloc[0]["passed"]
    assert result.data["a"].max() < WILD.max()


def test_no_points_may_be_winsorised() -> None:
    result = treat(frame(ONE_OUT), FLAT, default=Treatment(max_points=0, then=None))
    np.testing.assert_array_equal(result.data["a"], ONE_OUT)
    unlimited = treat(frame(WILD), FLAT, default=Treatment(max_points=None))
    assert unlimited.details.iloc[0]["n_winsorised"] > 5
    assert unlimited.details.iloc[0]["passed_1"]


def test_winsorising_stops_before_all_are_equal() -> None:
    """Almost all zero, as with offences: nothing sensible can be pulled in."""
    values = np.array([0.0] * 30 + [7.0])
    new, _, _, counted = winsorise(values)
    np.testing.assert_array_equal(new, values)
    assert counted == 0


def test_forced_winsorising() -> None:
    result = treat(frame(SMOOTH), FLAT, default=Treatment(max_points=2, force=True, then=None))
    assert result.details.iloc[0]["n_winsorised"] == 2
    with pytest.raises(StepError, match="задайте число точек"):
        treat(frame(SMOOTH), FLAT, default=Treatment(max_points=None, force=True))


def test_equal_values_pass() -> None:
    result = treat(frame([0.3] * 9), FLAT)
    assert result.details.iloc[0]["passed"] and (result.data["a"] == 0.3).all()


def test_special_treatment_and_none() -> None:
    two = Framework.flat(["a", "b"])
    data = pd.DataFrame({"a": WILD, "b": WILD})
    result = treat(data, two, special={"b": None})
    assert (result.data["b"] == WILD).all() and (result.data["a"] != WILD).any()
    assert result.details["code"].tolist() == ["a"]
    nothing = treat(data, two, default=None)
    assert nothing.details.empty and nothing.points.empty
    pd.testing.assert_frame_equal(nothing.data, data)
    with pytest.raises(StepError, match="«z»: такого показателя нет"):
        treat(data, two, special={"z": None})


def test_a_panel_is_treated_as_one_unless_asked_otherwise() -> None:
    index = pd.MultiIndex.from_product([[2023, 2024], range(31)]).swaplevel()
    panel = pd.DataFrame({"a": np.concatenate([SMOOTH[:30], [31], ONE_OUT])}, index=index)
    together = treat(panel, FLAT)
    assert len(together.details) == 1
    apart = treat(panel, FLAT, by_time=True)
    assert apart.details["time"].tolist() == [2023, 2024]
    assert apart.points[["unit", "time"]].to_dict("records") == [{"unit": 30, "time": 2024}]


def test_transformations_by_hand() -> None:
    values = np.array([2.0, 3.0, 7.0])
    np.testing.assert_allclose(log_ct(values), np.log(values - 2 + 0.05))
    np.testing.assert_allclose(log_gii(values), np.log(6 * (values - 2) / 5 + 1))
    np.testing.assert_allclose(boxcox(values, 2.0), ((values - 1) ** 2 - 1) / 2)
    np.testing.assert_allclose(boxcox(values, 0.0), np.log(values - 1))


def test_impossible_transformations_are_errors() -> None:
    plain = Treatment(max_points=0, then="log")
    with pytest.raises(StepError, match="показатель «a»: логарифм берётся только от полож"):
        treat(frame(WILD - 5), FLAT, default=plain)
    with pytest.raises(StepError, match="перевернёт порядок"):
        treat(frame(WILD / WILD.max()), FLAT, default=Treatment(max_points=0, then="log_gii"))
    with pytest.raises(StepError, match="показатель степени"):
        treat(frame(WILD), FLAT, default=Treatment(max_points=0, then="boxcox"))
    with pytest.raises(StepError, match="значений 3"):
        treat(frame([1, 2, 3]), FLAT)
    with pytest.raises(StepError, match="все значения равны"):
        log_ct(np.array([1.0, 1.0]), "a")


def test_simulated_columns_are_treated_one_by_one() -> None:
    rng = np.random.default_rng(0)
    block = np.exp(rng.normal(0, 1.4, (20, 60)))
    block[3] = rng.normal(size=60)
    treated = treat_arrays(block, Treatment(), "a")
    for row in range(20):
        np.testing.assert_array_equal(treated[row], treat(frame(block[row]), FLAT).data["a"])
    assert not np.array_equal(treated, block)
