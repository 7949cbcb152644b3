"""Aggregations by hand, over levels, with gaps, and what is impossible."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from shnor_lib.stats.composite import (
    Aggregation,
    Ampi,
    Arithmetic,
    Copeland,
    Framework,
    Geometric,
    Harmonic,
    MazziottaPareto,
    Power,
    StepError,
    ZScore,
    aggregate,
    normalise,
    outranking,
)

NA = np.nan
W = {"a": 1.0, "b": 3.0, "c": 2.0}
FLAT = Framework.flat(["a", "b", "c"], weights=W)
TREE = Framework.from_table(
    pd.DataFrame(
        {
            "code": ["a", "b", "c", "A", "B", "index"],
            "level": [1, 1, 1, 2, 2, 3],
            "parent": ["A", "A", "B", "index", "index", None],
            "weight": [1, 3, 1, 1, 2, 1],
        }
    )
)
DATA = pd.DataFrame(
    [[10, 20, 60], [50, 50, 50], [90, 5, 30.0]], columns=["a", "b", "c"], index=["x", "y", "z"]
)


def index(how: Aggregation, data: pd.DataFrame = DATA, own: Framework = FLAT, **more: object):
    return aggregate(data, own, how=how, **more).data["index"].to_numpy()


@pytest.mark.parametrize(
    ("how", "function"),
    [
        (Arithmetic(), lambda x, w: np.average(x, weights=w)),
        (Geometric(), lambda x, w: stats.gmean(x, weights=w)),
        (Harmonic(), lambda x, w: stats.hmean(x, weights=w)),
        (Power(2.0), lambda x, w: stats.pmean(x, 2, weights=w)),
        (Power(-1.0), lambda x, w: stats.hmean(x, weights=w)),
        (Power(0.0), lambda x, w: stats.gmean(x, weights=w)),
        (Power(1.0), lambda x, w: np.average(x, weights=w)),
    ],
    ids=["arithmetic", "geometric", "harmonic", "power 2", "power -1", "power 0", "power 1"],
)
def test_means_are_scipys(how: Aggregation, function) -> None:
    by_hand = [function(row, list(W.values())) for row in DATA.to_numpy()]
    np.testing.assert_allclose(index(how), by_hand, rtol=1e-12)
    gap = DATA.copy()
    gap.loc["x", "b"] = NA
    np.testing.assert_allclose(
        index(how, gap)[0], function(np.array([10.0, 60.0]), [1, 2]), rtol=1e-12
    )
    gap.loc["x"] = NA
    assert np.isnan(index(how, gap)[0]) and not np.isnan(index(how, gap)[1])


def test_mazziotta_pareto_by_the_formula_of_the_authors() -> None:
    """M − S·cv with the population deviation of the unit's own values."""
    equal = Framework.flat(["a", "b", "c"])
    for penalty in (-1, 1):
        got = index(MazziottaPareto(penalty), own=equal)
        for row, value in zip(DATA.to_numpy(), got, strict=True):
            mean, deviation = row.mean(), row.std()
            assert value == pytest.approx(mean + penalty * deviation * (deviation / mean))
    assert index(MazziottaPareto(), own=equal)[1] == 50  # balanced: no penalty


def test_weighted_mazziotta_pareto() -> None:
    """A weight of 3 is the same as being there three times."""
    wide = DATA[["a", "b", "b", "b", "c", "c"]].set_axis(list("abcdef"), axis=1)
    np.testing.assert_allclose(
        index(MazziottaPareto()), index(MazziottaPareto(), wide, Framework.flat(list("abcdef")))
    )


def test_mpi_and_ampi_from_raw_data() -> None:
    own = Framework.flat(["a", "b"], directions={"b": -1})
    raw = pd.DataFrame({"a": [1.0, 2, 6], "b": [30.0, 10, 20]})
    mpi = aggregate(normalise(raw, own, scale=ZScore(100, 10)).data, own, how=MazziottaPareto())
    ampi = aggregate(normalise(raw, own, scale=Ampi()).data, own, how=MazziottaPareto())
    for unit in range(3):
        z = [
            100 + 10 * (raw.a[unit] - raw.a.mean()) / raw.a.std(),
            100 - 10 * (raw.b[unit] - raw.b.mean()) / raw.b.std(),
        ]
        assert mpi.data["index"][unit] == pytest.approx(np.mean(z) - np.var(z) / np.mean(z))
        r = [70 + 60 * (raw.a[unit] - 1) / 5, 70 + 60 * (30 - raw.b[unit]) / 20]
        assert ampi.data["index"][unit] == pytest.approx(np.mean(r) - np.var(r) / np.mean(r))


def test_copeland_is_the_row_sum_of_the_outranking_matrix() -> None:
    rng = np.random.default_rng(0)
    values = rng.integers(0, 5, (12, 3)).astype(float)
    weights = np.array([1.0, 3.0, 2.0])
    matrix = outranking(values, weights)
    for i in range(12):
        for j in range(12):
            if i != j:
                above = weights[values[i] > values[j]].sum()
                equal = weights[values[i] == values[j]].sum()
                assert matrix[i, j] == pytest.approx((above + equal / 2) / 6)
                assert matrix[i, j] + matrix[j, i] == pytest.approx(1)
    np.testing.assert_allclose(Copeland().combine(values, weights), matrix.sum(axis=1))
    wins = (matrix > 0.5).sum(axis=1) - ((matrix < 0.5).sum(axis=1) - 1)
    np.testing.assert_array_equal(Copeland("wins").combine(values, weights), wins)
    assert Copeland("wins").combine(values, weights).sum() == 0


def test_copeland_in_a_panel_compares_all_times_unless_asked() -> None:
    index_ = pd.MultiIndex.from_product([["x", "y"], [2023, 2024]])
    panel = pd.DataFrame({"a": [1.0, 4, 2, 3]}, index=index_)
    own = Framework.flat(["a"])
    assert aggregate(panel, own, how=Copeland()).data["index"].tolist() == [0, 3, 1, 2]
    apart = aggregate(panel, own, how=Copeland(), by_time=True)
    assert apart.data["index"].tolist() == [0, 1, 1, 0]


def test_levels_follow_weights_and_structure() -> None:
    result = aggregate(DATA, TREE).data
    assert list(result.columns) == ["a", "b", "c", "A", "B", "index"]
    for unit in DATA.index:
        a = (DATA.at[unit, "a"] + 3 * DATA.at[unit, "b"]) / 4
        assert result.at[unit, "A"] == pytest.approx(a)
        assert result.at[unit, "index"] == pytest.approx((a + 2 * DATA.at[unit, "c"]) / 3)


def test_another_way_at_each_level() -> None:
    result = aggregate(DATA, TREE, how={2: Geometric(), 3: Harmonic()}).data
    a = stats.gmean([10, 20], weights=[1, 3])
    assert result.at["x", "A"] == pytest.approx(a)
    assert result.at["x", "index"] == pytest.approx(stats.hmean([a, 60], weights=[1, 2]))
    with pytest.raises(StepError, match="для уровня 3 не задано: способ"):
        aggregate(DATA, TREE, how={2: Geometric()})


def test_weights_are_assigned_by_code_not_by_position() -> None:
    """COINr once gave the weights to the wrong members (NEWS 0.6.2)."""
    turned = DATA[["c", "a", "b"]]
    np.testing.assert_array_equal(index(Arithmetic(), turned), index(Arithmetic()))
    other = aggregate(DATA, TREE, weights={"b": 1.0, "B": 1.0}).data
    assert other.at["x", "A"] == 15 and other.at["x", "index"] == 37.5
    with pytest.raises(StepError, match="неизвестного показателя"):
        aggregate(DATA, TREE, weights={"zz": 1.0})
    with pytest.raises(StepError, match="«A»: все веса группы"):
        aggregate(DATA, TREE, weights={"a": 0.0, "b": 0.0})


def test_minimum_share_of_data() -> None:
    gap = DATA.copy()
    gap.loc["x", "a"] = NA
    result = aggregate(gap, TREE, min_share=0.6)
    assert np.isnan(result.data.at["x", "A"]) and np.isnan(result.data.at["x", "index"])
    assert result.available.loc["x"].tolist() == [0.5, 1.0, 0.5]
    enough = aggregate(gap, TREE, min_share=0.6, share_of="weight")
    assert enough.data.at["x", "A"] == 20 and enough.available.at["x", "A"] == 0.75
    by_level = aggregate(gap, TREE, min_share={2: 0.6, 3: 0.0})
    assert by_level.data.at["x", "index"] == 60
    exactly = aggregate(gap, TREE, min_share=0.5)
    assert exactly.data.at["x", "A"] == 20


def test_an_aggregate_of_opposite_direction_is_turned_at_the_centre() -> None:
    table = TREE.table.reset_index()
    table.loc[table["code"] == "B", "direction"] = -1
    own = Framework.from_table(table)
    result = aggregate(DATA, own, centre=50).data
    a = (10 + 3 * 20) / 4
    assert result.at["x", "B"] == 60  # shown as it is
    assert result.at["x", "index"] == pytest.approx((a + 2 * (100 - 60)) / 3)
    with pytest.raises(StepError, match="показатель «B»: у группы обратное направление"):
        aggregate(DATA, own)


class TestRowWeights:
    points = pd.DataFrame(
        {"a": [1.0, 2.0, NA], "b": [4.0, NA, 1.0], "c": [3.0, 2.0, 0.0]}, index=["x", "y", "z"]
    )

    def test_a_factor_of_its_own_for_every_row(self) -> None:
        known = DATA.where(self.points.notna())
        got = index(Arithmetic(), known, row_weights=self.points)
        for row, factors, value in zip(known.to_numpy(), self.points.to_numpy(), got, strict=True):
            w = factors * list(W.values())
            assert value == pytest.approx(np.nansum(row * w) / np.nansum(w))
        nothing = index(Arithmetic(), row_weights=DATA * 0)
        assert np.isnan(nothing).all()  # no indicator applies: no score

    @pytest.mark.parametrize("how", [Arithmetic(), Geometric(), Power(2.0), MazziottaPareto()])
    def test_equal_factors_change_nothing(self, how: Aggregation) -> None:
        sevens = DATA * 0 + 7
        np.testing.assert_allclose(index(how, row_weights=sevens), index(how))
        gap = DATA.copy()
        gap.loc["x", "b"] = NA
        np.testing.assert_allclose(index(how, gap, row_weights=sevens), index(how, gap))

    def test_impossible(self) -> None:
        negative = DATA * 0 - 1
        with pytest.raises(StepError, match="показатель «a», единица «x»: вес строки"):
            index(Arithmetic(), row_weights=negative)
        with pytest.raises(StepError, match="показатель «b», единица «y»: вес строки"):
            index(Arithmetic(), row_weights=self.points[["b"]])
        with pytest.raises(StepError, match="«q»"):
            index(Arithmetic(), row_weights=self.points.rename(columns={"a": "q"}))
        with pytest.raises(StepError, match="попарно не сравнить"):
            index(Copeland(), row_weights=DATA)


def test_share_of_what_could_be_earned() -> None:
    """Σ w p / Σ w over the indicators that apply, whatever group they stand in."""
    own = TREE.with_summed_weights()
    assert own.weights[["A", "B", "index"]].tolist() == [4, 1, 5]
    gap = DATA / 100
    gap.loc["x", "b"] = NA
    gap.loc["y", ["a", "b"]] = NA
    maximum = pd.DataFrame({"b": [NA, 7, 2]}, index=DATA.index)
    for row_weights in (None, maximum):
        got = aggregate(gap, own, missing="shrink", row_weights=row_weights).data["index"]
        for unit in DATA.index:
            w = own.weights[["a", "b", "c"]].copy()
            if row_weights is not None:
                w["b"] *= np.nan_to_num(maximum.at[unit, "b"])
            there = gap.loc[unit].notna()
            assert got[unit] == pytest.approx((gap.loc[unit] * w)[there].sum() / w[there].sum())
    spread = aggregate(gap, own).data["index"]
    assert spread["x"] == pytest.approx((4 * 0.1 + 1 * 0.6) / 5)  # a stands for all of A


@pytest.mark.parametrize(
    ("how", "value", "words"),
    [
        (Geometric(), 0.0, "показатель «b», единица «y»: группа «index»: среднее геометрическое"),
        (Geometric(), -1.0, "здесь −1"),
        (Harmonic(), 0.0, "среднее гармоническое"),
        (Power(-2.0), 0.0, "степенное среднее"),
        (Power(0.5), -1.0, "степенное среднее"),
        (Copeland(), NA, "показатель «b», единица «y»: группа «index»: попарное сравнение"),
        (MazziottaPareto(), -1000.0, "показатель «index»: индекс Маццотты"),
    ],
)
def test_impossible_values_are_errors_that_name_the_place(
    how: Aggregation, value: float, words: str
) -> None:
    broken = DATA.copy()
    broken.loc["y", "b"] = value
    with pytest.raises(StepError, match=words):
        index(how, broken)


def test_missing_indicators_are_errors() -> None:
    with pytest.raises(StepError, match="«c»: такого показателя нет"):
        aggregate(DATA[["a", "b"]], FLAT)
    with pytest.raises(StepError, match="геометрическое"):
        Geometric().combine(np.array([[0.0, 1.0]]), np.ones(2))


@pytest.mark.parametrize(
    "how",
    [Arithmetic(), Geometric(), Harmonic(), Power(2.0), MazziottaPareto(), Copeland(),
     Copeland("wins")],
    ids=repr,
)  # fmt: skip
def test_blocks_of_values_and_weights_are_computed_run_by_run(how: Aggregation) -> None:
    rng = np.random.default_rng(0)
    values, weights = rng.uniform(1, 100, (4, 6, 3)), rng.uniform(0.5, 2, (4, 1, 3))
    both = how.combine(values, weights)
    assert both.shape == (4, 6)
    for run in range(4):
        np.testing.assert_allclose(both[run], how.combine(values[run], weights[run]))
        np.testing.assert_allclose(
            how.combine(values[0], weights)[run], how.combine(values[0], weights[run])
        )
        np.testing.assert_allclose(
            how.combine(values, weights[0])[run], how.combine(values[run], weights[0])
        )
