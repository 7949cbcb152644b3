"""Early warning: honest on held-back years, better than «as this year», refused when it must be."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import special

from shnor_lib.faults import ShnorError
from shnor_lib.methods.early_warning import (
    PREDICTORS,
    WarningResult,
    WarningRule,
    early_warning,
)
from shnor_lib.methods.warning_predictors import Predictors
from shnor_lib.stats.beta_binomial import fit_beta_binomial
from shnor_lib.store import Dataset
from tests.methods.support_region import FIRST, World, identified, region

WORLD = World(schools=300, years=6, with_support_tables=False, given=0.0)


@pytest.fixture(scope="module")
def data() -> Dataset:
    return region(7, WORLD)


@pytest.fixture(scope="module")
def found(data: Dataset) -> WarningResult:
    return early_warning(data, identified(data))


def test_better_than_as_this_year(found: WarningResult) -> None:
    for group in ("all", "not_listed"):
        model, naive, base = (found.score(group, m) for m in ("model", "as_now", "base_rate"))
        assert model["brier"] < naive["brier"] <= base["brier"] + 1e-3
        assert model["log_score"] < naive["log_score"]
        assert model["auc"] > max(naive["auc"], 0.75)
    new, chance = (found.score("not_listed", m) for m in ("model", "base_rate"))
    assert new["recall"] > 2 * chance["recall"]


def test_probabilities_come_true_on_held_back_years() -> None:
    """Eight regions together: every tenth with 200 cases within 0.05 of what was said.

    A change common to all schools cannot be foreseen; here there is none.
    """
    calm = replace(WORLD, shock=0.0)
    parts = [
        early_warning(one, identified(one)).backtest
        for one in (region(seed, calm) for seed in range(20, 28))
    ]
    rows = pd.concat(parts)
    tenth = np.minimum((rows["probability"] * 10).astype(int), 9)
    checked = 0
    for _, part in rows.groupby(tenth):
        if len(part) >= 200:
            checked += 1
            assert part["happened"].mean() == pytest.approx(part["probability"].mean(), abs=0.05)
    assert checked >= 3


def test_years_to_come_are_not_seen(data: Dataset, found: WarningResult) -> None:
    """What was said of a held-back year does not change with later years."""
    last = FIRST + WORLD.years - 1
    earlier = data.until(last - 1)
    before = early_warning(earlier, identified(earlier)).backtest
    same = found.backtest[found.backtest["year"] < last].reset_index(drop=True)
    pd.testing.assert_frame_equal(before.reset_index(drop=True), same)
    # Nor does a forecast differ from what the back-test says of the same year.
    forecast = early_warning(earlier, identified(earlier)).forecast.set_index("school_id")
    held = found.backtest[found.backtest["year"] == last].set_index("school_id")
    then = forecast["probability"].reindex(held.index)
    np.testing.assert_allclose(held["probability"], then, atol=1e-6)


def test_happened_is_the_list(data: Dataset, found: WarningResult) -> None:
    statuses = identified(data).statuses.set_index(["school_id", "year"])
    for row in found.backtest.sample(60, random_state=1).itertuples():
        assert row.happened == bool(statuses.loc[(row.school_id, row.year), "low_results"])
        assert row.listed_before == bool(statuses.loc[(row.school_id, row.year - 1), "low_results"])


def test_naive_forecast_by_hand(found: WarningResult) -> None:
    """Shares of listed and not listed schools in the years before, one more of each."""
    rows = found.backtest
    years = sorted(rows["year"].unique())
    assert len(years) >= 2
    held = rows[rows["year"] == years[-1]]
    assert held["as_now"].nunique() == 2
    assert held.loc[held["listed_before"], "as_now"].iloc[0] > 0.4
    assert held.loc[~held["listed_before"], "as_now"].iloc[0] < 0.2


def test_scores_by_hand(found: WarningResult) -> None:
    rows = found.backtest
    p, y = rows["probability"].to_numpy(), rows["happened"].to_numpy(dtype=float)
    row = found.score("all", "model")
    assert row["n"] == len(rows) and row["events"] == y.sum()
    assert row["brier"] == pytest.approx(np.mean((p - y) ** 2))
    assert row["log_score"] == pytest.approx(-np.mean(np.log(np.where(y == 1, p, 1 - p))))
    top = np.argsort(-p)[: round(p.sum())]
    assert row["chosen"] == len(top)
    assert row["hits"] == pytest.approx(y[top].sum())
    assert row["precision"] == pytest.approx(y[top].mean())
    assert row["recall"] == pytest.approx(y[top].sum() / y.sum())


def test_forecast_is_of_the_next_year_and_explained(found: WarningResult) -> None:
    forecast = found.forecast
    assert found.year == FIRST + WORLD.years - 1
    assert set(forecast["year"]) == {found.year + 1}
    assert forecast["probability"].is_monotonic_decreasing
    assert forecast["probability"].between(0, 1).all()
    assert len(found.reasons) == len(forecast) * len(PREDICTORS)
    total = found.reasons.groupby("school_id")["contribution"].sum()
    odds = found.fit.intercept + total.reindex(forecast["school_id"]).to_numpy()
    np.testing.assert_allclose(special.expit(odds), forecast["probability"])
    # A school on the list, or beyond a threshold, is in greater danger, all else equal.
    weights = found.coefficients.set_index("predictor")["coefficient"]
    assert weights["distance"] > 0 and weights["listed"] + weights["beyond"] > 0


def test_distance_by_hand(data: Dataset) -> None:
    """Shrunk log-odds of maths (the rule's only unit) less those of 20 %."""
    identification = identified(data)
    known = Predictors(data, identification, None).known(FIRST + 3)
    maths = data.results[
        (data.results["subject"] == "математика") & (data.results["year"] == FIRST + 3)
    ]
    sums = maths.groupby("school_id")[["n_low", "n"]].sum().astype(float)
    prior = fit_beta_binomial(sums["n_low"], sums["n"])
    share = (sums["n_low"] + prior.alpha) / (sums["n"] + prior.precision)
    expected = special.logit(share) - special.logit(0.2)
    values = known.values["distance"].reindex(sums.index)
    np.testing.assert_allclose(values, expected, atol=1e-9)
    assert set(known.unit["subject"].dropna()) == {"математика"}
    assert np.isnan(known.values["index"]).all()
    size = maths.groupby("school_id")["n"].mean()
    assert (
        np.corrcoef(known.values["size"].reindex(size.index), np.log(size.astype(float)))[0, 1]
        > 0.9
    )


def test_closed_and_unknown_schools_are_left_out(data: Dataset) -> None:
    gone = "S0003"
    results = data.results[
        ~((data.results["school_id"] == gone) & (data.results["year"] == found_year()))
    ]
    changed = data.replace(results=results)
    forecast = early_warning(changed, identified(changed)).forecast
    assert gone not in set(forecast["school_id"])


def found_year() -> int:
    return FIRST + WORLD.years - 1


@pytest.mark.parametrize(
    ("world", "words"),
    [
        (World(schools=40, years=5), "школ с результатами двух лет подряд 40"),
        (World(schools=120, years=2), "нужно не меньше трёх"),
        (World(schools=60, years=4, lasting=0.5), "нужно не меньше 20"),
        (World(schools=300, years=3), "проверить прогноз не на чем"),
    ],
)
def test_refusals(world: World, words: str) -> None:
    data = region(1, world)
    with pytest.raises(ShnorError, match=words):
        early_warning(data, identified(data))


def test_nobody_ever_listed_is_refused() -> None:
    data = region(1, World(schools=80, years=4))
    data = data.replace(results=data.results.assign(n_low=data.results["n_low"] * 0))
    with pytest.raises(ShnorError, match="нет ни одной школы"):
        early_warning(data, identified(data))


def test_rule_is_kept(data: Dataset) -> None:
    with pytest.raises(ShnorError, match="не меньше 1000"):
        early_warning(data, identified(data), rule=WarningRule(min_schools=1000))
    with pytest.raises(ShnorError, match="проверить прогноз не на чем"):
        early_warning(data, identified(data), rule=WarningRule(min_checked=100_000))
