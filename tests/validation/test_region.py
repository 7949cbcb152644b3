"""The simulated regions: known truth, real sizes, the same every time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from shnor_lib.stats.beta_binomial import fit_beta_binomial
from shnor_lib.tables import TABLES
from shnor_lib.validation import tables
from shnor_lib.validation.region import CELLS, PARTS, Region
from shnor_lib.validation.worlds import RHO, WORLDS, World, world_of

YEARS = (2023, 2024, 2025)


def region(world: str = "beta", *, number: int = 0, size: int = 120) -> Region:
    return Region(world_of(world), 7, number, size, YEARS)


def test_parts_of_the_variance_add_up_to_one() -> None:
    assert sum(PARTS.values()) == pytest.approx(1)


@pytest.mark.parametrize("world", WORLDS, ids=lambda w: w.id)
def test_worlds_give_shares_that_grow_with_the_score(world: World) -> None:
    z = np.linspace(-4, 4, 200)
    for size in (3.0, 100.0):
        shares = world.shares(z, 0.15, np.full(200, size))
        assert ((shares >= 0) & (shares <= 1)).all()
        assert (np.diff(shares) >= 0).all()


@pytest.mark.parametrize(
    ("world", "mean"), [("beta", 0.15), ("logit_normal", 0.15), ("two_groups", 0.15)]
)
def test_worlds_have_the_mean_they_are_asked_for(world: str, mean: float) -> None:
    # middle points of equal probability: an integral over the scores
    z = stats.norm.ppf((np.arange(20_000) + 0.5) / 20_000)
    shares = world_of(world).shares(z, mean, np.full(20_000, 40.0))
    assert shares.mean() == pytest.approx(mean, abs=0.012)


def test_the_world_of_the_model_is_a_beta_distribution() -> None:
    p = np.array([0.05, 0.5, 0.95])
    shares = world_of("beta").shares(stats.norm.ppf(p), 0.2, np.ones(3))
    precision = 1 / RHO - 1
    assert shares == pytest.approx(stats.beta.ppf(p, 0.2 * precision, 0.8 * precision))


def test_two_groups_have_a_gap_and_one_school_in_eight_is_behind_it() -> None:
    z = stats.norm.ppf((np.arange(20_000) + 0.5) / 20_000)
    shares = world_of("two_groups").shares(z, 0.15, np.ones(20_000))
    density, edges = np.histogram(shares, bins=40, range=(0, 0.8))
    valley = 5 + density[5:16].argmin()
    assert density[valley] < 0.5 * density[valley:].max()
    assert (shares > edges[valley]).mean() == pytest.approx(1 / 8, abs=0.03)


def test_small_schools_do_better_and_differ_more_in_the_world_of_sizes() -> None:
    z = np.random.default_rng(1).standard_normal(20_000)
    world = world_of("by_size")
    small, large = (world.shares(z, 0.15, np.full(20_000, n)) for n in (5.0, 60.0))
    assert np.median(small) < np.median(large)
    logit = [np.log(x / (1 - x)).std() for x in (small, large)]
    assert logit[0] > 1.2 * logit[1]


def test_same_arguments_same_region_other_number_other_region() -> None:
    one, two, other = region(), region(), region(number=1)
    assert (one.low == two.low).all()
    assert (one.n == two.n).all()
    assert not np.array_equal(one.low, other.low)


def test_a_later_year_changes_no_earlier_one() -> None:
    longer = replace(region(), years=(*YEARS, 2026))
    assert (longer.low[:, :, :3] == region().low).all()


def test_sizes_are_those_of_a_real_region() -> None:
    """Quantiles of the demonstration's calibration: half of the schools have fewer than 215 pupils."""
    pupils = region(size=400).pupils
    assert np.median(pupils) == pytest.approx(214, abs=8)
    assert (region(size=400).n[:, 0, 0] < 15).mean() > 0.3


def test_counts_are_binomial_draws_of_the_true_shares() -> None:
    found = region(size=400)
    n, p = found.n, found.shares
    z = (found.low - n * p)[n > 0] / np.sqrt((n * p * (1 - p))[n > 0])
    assert abs(z.mean()) < 4 / np.sqrt(z.size)
    assert z.var() == pytest.approx(1, abs=0.06)


def test_spread_of_schools_is_near_the_real_one() -> None:
    """Correlation of pupils of one class in the real region: 0.10–0.20."""
    found = region(size=400)
    prior = fit_beta_binomial(found.low[:, 0, 0], found.n[:, 0, 0])
    assert 0.08 < prior.rho < 0.2


def test_neighbouring_years_are_alike_but_not_equal() -> None:
    found = region(size=400).scores
    near = np.corrcoef(found[:, 0, 0], found[:, 0, 1])[0, 1]
    expected = PARTS["lasting"] + PARTS["subject"] + 0.7 * PARTS["drifting"]
    assert near == pytest.approx(expected, abs=0.12)


def test_help_changes_only_the_helped_and_only_later() -> None:
    alone = region()
    helped = alone.supported([3, 5], after=2024, removed=0.3)
    assert (helped.unhelped == alone.shares).all()
    later = np.array(YEARS) > 2024
    assert helped.shares[3][:, later] == pytest.approx(0.7 * alone.shares[3][:, later])
    assert (helped.shares[:, :, ~later] == alone.shares[:, :, ~later]).all()
    others = np.ones(alone.size, dtype=bool)
    others[[3, 5]] = False
    assert (helped.low[others] == alone.low[others]).all()
    assert (helped.low[[3, 5]] <= alone.low[[3, 5]]).all()
    links = tables.observed(helped).support_links
    assert sorted(links["school_id"]) == ["Ш0003", "Ш0005"]
    assert set(links["year"]) == {2025}


def test_observed_tables_fit_the_data_dictionary() -> None:
    data = tables.observed(region(size=30).supported([1], after=2023, removed=0.0))
    for name in ("results", "schools", "social_passport", "support_links"):
        TABLES[name].schema().validate(data.tables[name], lazy=True)
    results = data.results
    marked = results[results["procedure"] != "ege"]
    assert (marked[["n2", "n3", "n4", "n5"]].sum(axis=1) == marked["n"]).all()
    assert (marked["n2"] == marked["n_low"]).all()
    assert results.loc[results["procedure"] == "ege", "n2"].isna().all()


def test_endless_classes_show_the_truth() -> None:
    found = region(size=30)
    data, true = tables.endless(found).results, tables.truth(found)
    key = ["school_id", "year", "procedure", "grade", "subject"]
    both = data.merge(true, on=key, suffixes=("", "_true"))
    assert len(both) == len(data) == len(true)
    assert (both["n"] == tables.MANY * both["n_true"]).all()
    share = (both["n_low"] / both["n"]).astype(float)
    assert np.abs(share - both["share"]).max() <= 0.5 / tables.MANY + 1e-12


def test_every_school_writes_what_its_classes_write() -> None:
    found = region(size=60)
    truth = tables.truth(found)
    assert set(truth["procedure"]) == {cell.procedure for cell in CELLS}
    cell = CELLS[0]
    rows = truth[
        (truth["procedure"] == cell.procedure)
        & (truth["grade"] == cell.grade)
        & (truth["subject"] == cell.subject)
    ]
    assert len(rows) == (found.n[:, 0] > 0).sum()
