"""Coherence of an index, removal audit, strengths and weaknesses."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from shnor_lib.stats.composite import (
    Framework,
    Geometric,
    StepError,
    aggregate,
    correlation_flags,
    correlations,
    cronbach_alpha,
    cronbach_by_group,
    normalise,
    ranks,
    remove_each,
    strengths_and_weaknesses,
)

CODES = list("abcd")
OWN = Framework.from_table(
    pd.DataFrame(
        {
            "code": [*CODES, "A", "B", "index"],
            "level": [1, 1, 1, 1, 2, 2, 3],
            "parent": ["A", "A", "B", "B", "index", "index", None],
        }
    )
)


def noise(n: int = 60, seed: int = 0) -> pd.DataFrame:
    return pd.DataFrame(np.random.default_rng(seed).normal(size=(n, 4)), columns=CODES)


def test_alpha_by_the_textbook_formula() -> None:
    """k/(k−1) (1 − Σ s_i² / s_total²) where nothing is missing."""
    data = noise() + noise(seed=1)[["a"]].to_numpy()
    k, total = 4, data.sum(axis=1).var()
    assert cronbach_alpha(data) == pytest.approx(k / (k - 1) * (1 - data.var().sum() / total))


def test_alpha_impossible() -> None:
    with pytest.raises(StepError, match="по двум показателям"):
        cronbach_alpha(noise()[["a"]])
    with pytest.raises(StepError, match="по двум единицам"):
        cronbach_alpha(noise(1))
    apart = noise()
    apart.loc[:30, "a"], apart.loc[31:, "b"] = np.nan, np.nan
    with pytest.raises(StepError, match="вместе с «b»"):
        cronbach_alpha(apart)
    one = Framework.flat(["a"])
    assert np.isnan(cronbach_by_group(aggregate(noise(), one).data, one)["index"])


def test_alpha_of_columns_whose_sum_never_changes_is_unknown() -> None:
    data = noise()[["a"]].assign(b=lambda frame: -frame["a"])
    assert np.isnan(cronbach_alpha(data))
    assert np.isnan(cronbach_alpha(data * 0 + 3))


@pytest.mark.parametrize("method", ["pearson", "spearman"])
def test_correlations_are_scipys(method: str) -> None:
    data = noise()
    data.loc[:4, "a"] = np.nan
    table = correlations(data, method=method)
    assert len(table) == 6
    test = stats.pearsonr if method == "pearson" else stats.spearmanr
    for row in table.itertuples():
        both = data[[row.a, row.b]].dropna()
        r, p = test(both[row.a], both[row.b])
        assert (row.n, row.r, row.p) == (len(both), pytest.approx(r), pytest.approx(p))


def test_correlations_of_nothing_are_unknown() -> None:
    data = noise()
    data["a"] = 1.0
    data.loc[2:, "b"] = np.nan
    table = correlations(data, ["a", "b"], ["c"])
    assert table["r"].isna().all() and table["p"].isna().all()
    assert table["n"].tolist() == [60, 2]


def test_flags_find_what_was_planted() -> None:
    base = noise()
    planted = pd.DataFrame(
        {
            "a": base["a"],
            "b": base["a"] + 0.01 * base["b"],  # measures the same as a
            "c": base["c"],
            "d": base["a"] - 0.3 * base["c"],  # belongs to the other group
        }
    )
    scores = aggregate(planted, OWN).data
    flags = correlation_flags(scores, OWN)
    found = {(f.code, f.other, f.flag) for f in flags.itertuples()}
    assert ("a", "b", "collinear") in found
    assert ("d", "A", "elsewhere") in found
    assert not any(f.code in "ab" and f.flag in ("elsewhere", "weak") for f in flags.itertuples())
    against = planted.assign(d=-planted["c"] * 2)
    found = correlation_flags(aggregate(against, OWN).data, OWN)
    assert ("c", "d", "negative") in {(f.code, f.other, f.flag) for f in found.itertuples()}
    assert ("c", "B", "opposed") in {(f.code, f.other, f.flag) for f in found.itertuples()}


def test_removing_an_indicator_without_say_moves_nobody() -> None:
    points = normalise(noise(), OWN).data
    weights = {"a": 1.0, "b": 1e-12}
    audit = remove_each(points, OWN, arguments={"weights": weights})
    table = audit.table.set_index("code")
    assert table.loc["b", "mean_shift"] == 0 and table.loc["c", "mean_shift"] > 0
    assert list(audit.ranks.columns) == ["nominal", *CODES]


def test_removal_by_hand_also_of_groups_and_for_other_means() -> None:
    points = normalise(noise(), OWN).data + 1
    audit = remove_each(points, OWN, level=2, arguments={"how": Geometric()})
    only_b = np.sqrt(points["c"] * points["d"])
    expected = ranks(only_b.to_frame("s"))["s"]
    pd.testing.assert_series_equal(audit.ranks["A"], expected, check_names=False)
    shift = (expected - audit.ranks["nominal"]).abs()
    assert audit.table.loc[0, "mean_shift"] == pytest.approx(shift.mean())
    with pytest.raises(StepError, match="ничего не остаётся"):
        remove_each(points, OWN.without(["B"]), level=2)


def test_strengths_and_weaknesses() -> None:
    data = pd.DataFrame(
        {"a": [1.0, 2, 3, 4, 5], "b": [5.0, 4, 3, 2, 1], "c": [0, 0, 0, 0, 9.0],
         "d": [1.0, 3, 2, 5, np.nan]},
        index=list("vwxyz"),
    )  # fmt: skip
    table = strengths_and_weaknesses(data, OWN, best=2, worst=2)
    v = table[table["unit"] == "v"]
    assert v["kind"].tolist() == ["strength", "weakness", "weakness"]
    assert v["code"].tolist() == ["b", "a", "d"]
    assert v["rank"].tolist() == [1, 5, 4] and v["n"].tolist() == [5, 5, 4]
    z = table[table["unit"] == "z"].set_index("code")
    assert set(z.index[z["kind"] == "strength"]) == {"a", "c"}
    # Four of five at zero in c share rank 3.5: nobody's strength.
    assert table[(table["code"] == "c") & (table["kind"] == "strength")]["unit"].tolist() == ["z"]
    few = strengths_and_weaknesses(data, OWN, min_unique=0.5)
    assert "c" not in set(few["code"])


def test_strengths_of_a_panel_compare_within_the_time() -> None:
    index = pd.MultiIndex.from_product([["x", "y", "z"], [2023, 2024]])
    panel = pd.DataFrame({"a": [1.0, 9, 2, 8, 3, 7]}, index=index)
    own = Framework.flat(["a"])
    table = strengths_and_weaknesses(panel, own)
    best = table[table["kind"] == "strength"]
    assert best[["unit", "time"]].to_numpy().tolist() == [["x", 2024], ["z", 2023]]
    assert set(table["n"]) == {3}
