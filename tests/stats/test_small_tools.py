"""False discovery rate, normal shrinkage, calibration."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from shnor_lib.stats.calibration import brier, log_score, reliability
from shnor_lib.stats.fdr import q_values
from shnor_lib.stats.shrinkage import james_stein, normal_shrinkage

# Benjamini and Hochberg (1995), table of 15 p-values: 4 rejected at 0.05, Bonferroni 3.
BH = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262,
    0.5719, 0.6528, 0.7590, 1.0000,
]  # fmt: skip


class TestFalseDiscovery:
    def test_published_case(self) -> None:
        assert (q_values(BH) <= 0.05).sum() == 4
        assert (np.array(BH) * 15 <= 0.05).sum() == 3

    @pytest.mark.real
    def test_equal_to_r(self, shared) -> None:
        oracle = pd.read_csv(shared / "data" / "stat_oracles" / "bh1995_r.csv")
        np.testing.assert_allclose(q_values(oracle["p"]), oracle["bh"], rtol=1e-12)

    def test_missing_ones_are_no_tests(self) -> None:
        with_gaps = [BH[0], np.nan, *BH[1:], np.nan]
        q = q_values(with_gaps)
        assert np.isnan(q[[1, 16]]).all()
        np.testing.assert_array_equal(q[[0, *range(2, 16)]], q_values(BH))
        assert np.isnan(q_values([np.nan])).all() and q_values([]).size == 0

    def test_shape_is_kept(self) -> None:
        assert q_values(np.full((2, 3), 0.5)).shape == (2, 3)


# Efron and Morris (1975): batting averages of 18 players after 45 at bats.
BATTING = [
    0.400, 0.378, 0.356, 0.333, 0.311, 0.311, 0.289, 0.267, 0.244, 0.244, 0.222, 0.222, 0.222,
    0.222, 0.222, 0.200, 0.178, 0.156,
]  # fmt: skip


class TestShrinkage:
    def test_efron_and_morris(self) -> None:
        mean = float(np.mean(BATTING))
        grand, factor, shrunk = james_stein(BATTING, mean * (1 - mean) / 45)
        assert grand == pytest.approx(0.2654, abs=5e-5)
        assert factor == pytest.approx(0.212, abs=5e-4)
        assert shrunk[0] == pytest.approx(0.294, abs=5e-4)  # Clemente, published .294
        assert shrunk[-1] == pytest.approx(0.242, abs=5e-4)  # Alvis, published .242
        with pytest.raises(ValueError, match="не меньше четырёх"):
            james_stein([1, 2, 3], 1.0)
        assert james_stein([1.0, 1.01, 0.99, 1.0], 5.0)[1] == 0

    def test_the_factor_is_that_of_a_random_intercept_model(self) -> None:
        """τ²/(τ² + σ²/n) with the published variances of the Exam data, .092 and .566."""
        rng = np.random.default_rng(0)
        n = np.repeat([2, 8, 22], 400)
        errors = np.sqrt(0.566 / n)
        y = rng.normal(0, np.sqrt(0.092), 1200) + rng.normal(0, errors)
        result = normal_shrinkage(y, errors)
        assert result.tau2 == pytest.approx(0.092, rel=0.1)
        factor = result.tau2 / (result.tau2 + 0.566 / n)
        np.testing.assert_allclose(result.table["factor"], factor)
        published = 0.092 / (0.092 + 0.566 / np.array([2, 8, 22]))
        np.testing.assert_allclose(published, [0.246, 0.566, 0.782], atol=2e-3)
        np.testing.assert_allclose(result.table["factor"][[0, 400, 800]], published, atol=0.03)
        np.testing.assert_allclose(result.table["shrunk"], result.mean + factor * (y - result.mean))

    def test_paule_and_mandel_solve_their_equation(self) -> None:
        rng = np.random.default_rng(1)
        s = rng.uniform(0.5, 2, 30)
        y = rng.normal(3, np.sqrt(2 + s**2))
        result = normal_shrinkage(y, s)
        w = 1 / (result.tau2 + s**2)
        assert (w * (y - result.mean) ** 2).sum() == pytest.approx(29, rel=1e-3)
        assert result.mean == pytest.approx((w * y).sum() / w.sum())

    def test_intervals_hold_the_true_values(self) -> None:
        rng = np.random.default_rng(2)
        hits = []
        for _ in range(60):
            s = rng.uniform(0.3, 2, 40)
            truth = rng.normal(1, 1, 40)
            table = normal_shrinkage(rng.normal(truth, s), s).table
            hits.append(((table["low"] <= truth) & (truth <= table["high"])).mean())
        assert np.mean(hits) == pytest.approx(0.95, abs=0.02)

    def test_gaps_and_impossible(self) -> None:
        table = normal_shrinkage([1.0, 2, 4, 3, np.nan], [1.0] * 5).table
        assert table.iloc[4].isna().all() and table.iloc[:4].notna().all().all()
        with pytest.raises(ValueError, match="не меньше четырёх"):
            normal_shrinkage([1.0, 2, 3, np.nan], [1.0] * 4)
        with pytest.raises(ValueError, match="больше нуля"):
            normal_shrinkage([1.0, 2, 3, 4], [1.0, 0, 1, 1])

    def test_no_spread_between_groups(self) -> None:
        table = normal_shrinkage([1.0, 1.1, 0.9, 1.0], [1.0] * 4).table
        assert (table["factor"] == 0).all()
        np.testing.assert_allclose(table["shrunk"], 1.0)


class TestCalibration:
    def test_scores_by_hand(self) -> None:
        p, happened = [0.9, 0.2, 0.5], [1, 0, 0]
        assert brier(p, happened) == pytest.approx((0.01 + 0.04 + 0.25) / 3)
        expected = -(np.log(0.9) + np.log(0.8) + np.log(0.5)) / 3
        assert log_score(p, happened) == pytest.approx(expected)
        assert brier([0.5] * 9, [1, 0, 1, 0, 1, 0, 1, 0, 1]) == 0.25

    def test_counts_are_single_cases(self) -> None:
        p, x, n = [0.3, 0.6], [2, 3], [5, 4]
        single_p = [0.3] * 5 + [0.6] * 4
        single = [1, 1, 0, 0, 0, 1, 1, 1, 0]
        assert brier(p, x, n) == pytest.approx(brier(single_p, single))
        assert log_score(p, x, n) == pytest.approx(log_score(single_p, single))

    def test_the_truth_scores_best(self) -> None:
        rng = np.random.default_rng(0)
        truth = rng.uniform(0.02, 0.98, 5000)
        happened = rng.binomial(1, truth)
        for score in (brier, log_score):
            for wrong in (truth**2, np.sqrt(truth), np.full(5000, 0.5)):
                assert score(truth, happened) < score(wrong, happened)

    def test_what_was_declared_impossible(self) -> None:
        assert log_score([0.0], [1]) == np.inf
        assert log_score([0.0, 1.0], [0, 1]) == 0

    def test_reliability(self) -> None:
        rng = np.random.default_rng(0)
        truth = rng.beta(2, 3, 4000)
        happened = rng.binomial(1, truth)
        good = reliability(truth, happened)
        assert len(good) == 10 and good["n"].sum() == 4000
        np.testing.assert_allclose(good["n"], 400, atol=1)
        inside = (good["low"] <= good["predicted"]) & (good["predicted"] <= good["high"])
        assert inside.sum() >= 8
        sure = reliability(np.clip(truth * 1.6 - 0.3, 0.01, 0.99), happened)
        outside = (sure["low"] > sure["predicted"]) | (sure["predicted"] > sure["high"])
        assert outside.sum() >= 6
        first = np.argsort(truth)[:400]
        assert good.loc[0, "observed"] == pytest.approx(happened[first].mean(), abs=0.005)
        assert good.loc[0, "to"] <= good.loc[1, "from"]

    def test_reliability_counts_cases_not_groups(self) -> None:
        table = reliability([0.1, 0.2, 0.8, 0.9], [1, 0, 30, 2], [9, 1, 40, 2], bins=2)
        assert table["n"].tolist() == [10, 42]
        np.testing.assert_allclose(table["predicted"], [(0.9 + 0.2) / 10, (32 + 1.8) / 42])
        np.testing.assert_allclose(table["observed"], [1 / 10, 32 / 42])

    def test_equal_probabilities_stay_together(self) -> None:
        table = reliability([0.1] * 30 + [0.8] * 10, [0] * 30 + [1] * 10)
        assert table["n"].tolist() == [30, 10] or table["n"].tolist() == [40]
        one = reliability([0.3] * 5, [1, 0, 0, 0, 1])
        assert one["n"].tolist() == [5] and one["observed"].tolist() == [0.4]

    def test_gaps_and_impossible(self) -> None:
        assert brier([0.9, np.nan, 0.2], [1, 1, np.nan]) == pytest.approx(0.01)
        for p, x, words in (
            ([np.nan], [1], "Нет ни одной"),
            ([1.2], [1], "от 0 до 1"),
            ([0.2], [2], "Исходов"),
        ):
            with pytest.raises(ValueError, match=words):
                brier(p, x)


def test_normal_quantiles_are_not_typed_in() -> None:
    """The reach of an interval follows its level."""
    wide = normal_shrinkage([1.0, 2, 4, 9], [1.0] * 4, level=0.99).table
    narrow = normal_shrinkage([1.0, 2, 4, 9], [1.0] * 4, level=0.5).table
    ratio = (wide["high"] - wide["low"]) / (narrow["high"] - narrow["low"])
    np.testing.assert_allclose(ratio, stats.norm.ppf(0.995) / stats.norm.ppf(0.75))
