"""Priors: against scipy, published numbers and plain arithmetic."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, stats

from shnor_lib.faults import ShnorError
from shnor_lib.methods.identification import identify
from shnor_lib.methods.priors import fit_prior, same, shrunk
from shnor_lib.stats.beta_binomial import BetaPrior, posterior_at_least
from tests.methods.builders import NO_CALENDAR, dataset, result, results_ruleset


def _region(schools: int = 60, seed: int = 3) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    n = rng.integers(4, 80, schools).astype(float)
    return rng.binomial(n.astype(int), rng.beta(1.5, 6.0, schools)).astype(float), n


def by_search(low: np.ndarray, n: np.ndarray) -> tuple[float, float]:
    """Maximum likelihood by a search that knows no derivatives."""

    def minus(point: np.ndarray) -> float:
        return -float(stats.betabinom.logpmf(low, n, *np.exp(point)).sum())

    options = {"xatol": 1e-8, "fatol": 1e-10, "maxiter": 4000}
    found = optimize.minimize(minus, [0.0, 1.0], method="Nelder-Mead", options=options)
    return tuple(np.exp(found.x))


def test_the_fit_is_the_maximum_of_scipys_likelihood() -> None:
    low, n = _region()
    prior = fit_prior(low, n, what="ВПР")
    assert (prior.alpha, prior.beta) == pytest.approx(by_search(low, n), rel=1e-4)


@pytest.mark.real
def test_moscow_as_r_fitted_it(shared: Path) -> None:
    """VGAM in R 4.2.2 on results of 626 schools (research/anchors.md, section 3)."""
    path = shared / "data" / "stat_oracles" / "betabinom_moscow_vgam.csv"
    if not path.is_file():
        pytest.skip("нет betabinom_moscow_vgam.csv")
    rows = pd.read_csv(path)
    low, n = (rows[name].to_numpy(dtype=float) for name in ("low", "n"))
    prior = fit_prior(low, n, what="ЕГЭ")
    assert (prior.mu, prior.rho) == pytest.approx((0.4728868, 0.1643735), abs=2e-6)
    # R fitted one distribution; these schools are of two kinds, and the product takes two
    assert len(prior.parts) == 2
    mean, first, last = shrunk(low, n, same(replace(prior, parts=()), len(n)))
    for ours, theirs in ((mean, "shrunk"), (first, "lo95"), (last, "hi95")):
        np.testing.assert_allclose(ours, rows[theirs], atol=2e-6)


def test_order_of_schools_changes_not_a_digit() -> None:
    low, n = _region()
    back = np.random.default_rng(1).permutation(len(low))
    assert fit_prior(low, n, what="") == fit_prior(low[back], n[back], what="")


def test_schools_without_a_share_are_left_out() -> None:
    low, n = _region()
    more = fit_prior(np.append(low, [np.nan, 3.0]), np.append(n, [20.0, 0.0]), what="")
    assert more == fit_prior(low, n, what="")
    assert more.n_groups == len(low)


def test_few_schools_give_the_weak_prior_and_say_so() -> None:
    low, n = _region(9)
    prior = fit_prior(low, n, what="")
    assert (prior.source, prior.alpha, prior.beta) == ("weak", 0.5, 0.5)
    assert "9" in prior.note
    assert fit_prior(*_region(10), what="").source == "fitted"


def test_parts_of_pupils_are_refused_by_name() -> None:
    low, n = _region()
    with pytest.raises(ShnorError, match="ВПР, химия, 2024: .* целые числа"):
        fit_prior(low + 0.5, n + 1, what="ВПР, химия, 2024")


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=1, max_size=12),
    st.floats(0.05, 30),
    st.floats(0.05, 30),
    st.sampled_from([0.1, 0.2, 0.3, 0.5]),
)
def test_posteriors_are_those_of_scipy(
    pairs: list[tuple[int, int]], alpha: float, beta: float, threshold: float
) -> None:
    low = np.array([float(x) for x, _ in pairs])
    n = low + np.array([float(rest) for _, rest in pairs])
    prior = BetaPrior(alpha, beta)
    chance = posterior_at_least(low, n, threshold, prior)
    mean, first, last = shrunk(low, n, same(prior, len(n)))
    for i in range(len(n)):
        if n[i] == 0:
            assert np.isnan([chance[i], mean[i], first[i], last[i]]).all()
            continue
        own = stats.beta(alpha + low[i], beta + n[i] - low[i])
        assert chance[i] == pytest.approx(own.sf(threshold), abs=1e-9)
        assert mean[i] == pytest.approx(own.mean(), abs=1e-12)
        assert (first[i], last[i]) == pytest.approx(own.ppf([0.025, 0.975]), abs=1e-8)
        between = sorted((low[i] / n[i], alpha / (alpha + beta)))
        assert between[0] - 1e-12 <= mean[i] <= between[1] + 1e-12


# --- in the identification ---------------------------------------------------------------------


def _many(schools: int = 30) -> tuple[list[dict], np.ndarray, np.ndarray]:
    rng = np.random.default_rng(8)
    n = rng.integers(8, 70, (schools, 2))
    low = rng.binomial(n, rng.beta(1.2, 4.0, schools)[:, None])
    rows = [
        result(f"S{i:02d}", year, int(n[i, y]), int(low[i, y]), 0)
        for i in range(schools)
        for y, year in enumerate((2023, 2024))
    ]
    return rows, low.astype(float), n.astype(float)


def test_a_criterion_is_judged_by_the_share_of_its_years_together() -> None:
    rows, low, n = _many()
    # one school lacks a year: it is no part of the distribution of the two years together
    rows.append(result("Z", 2024, 40, 40, 0))
    found = identify(dataset(rows), results_ruleset(), calendar=NO_CALENDAR)
    both = fit_prior(low.sum(axis=1), n.sum(axis=1), what="")
    alone = fit_prior(np.append(low[:, 1], 40.0), np.append(n[:, 1], 40.0), what="")
    priors = found.priors.set_index("years")
    assert list(priors.index) == ["2023", "2023, 2024", "2024"]
    assert priors.loc["2023, 2024", "alpha"] == pytest.approx(both.alpha)
    assert priors.loc["2024", "beta"] == pytest.approx(alone.beta)
    assert priors.loc["2023, 2024", "n_schools"] == 30
    assert priors.loc["2024", "n_schools"] == 31
    assert priors.loc["2023, 2024", "rho"] == pytest.approx(1 / (both.alpha + both.beta + 1))
    assert set(priors["source"]) == {"fitted"}
    criteria = found.criteria[found.criteria["year"] == 2024].set_index("school_id")
    judged = 0
    for i in range(30):
        row = criteria.loc[f"S{i:02d}"]
        if row["outcome"] == "few":
            continue
        judged += 1
        x, m = low[i].sum(), n[i].sum()
        own = stats.beta(both.alpha + x, both.beta + m - x)
        assert (row["pooled_numerator"], row["pooled_n"]) == (x, m)
        assert row["probability"] == pytest.approx(own.sf(0.2), abs=1e-9)
        assert row["shrunk"] == pytest.approx(own.mean())
        assert (row["shrunk_low"], row["shrunk_high"]) == pytest.approx(own.ppf([0.025, 0.975]))
    assert judged > 20
    # the risk zone looks at the year alone
    zone = found.statuses[(found.statuses["year"] == 2024) & (found.statuses["school_id"] == "Z")]
    chance = stats.beta.sf(0.2, alone.alpha + 40, alone.beta)
    assert (zone["status"].iloc[0], zone["probability"].iloc[0]) == (
        "risk_zone", pytest.approx(chance),
    )  # fmt: skip


def test_any_two_of_three_years_pool_the_two_that_speak_most() -> None:
    rng = np.random.default_rng(5)
    lows = {2022: 15, 2023: 0, 2024: 12}
    rows = [result("A", year, 30, low, 0) for year, low in lows.items()]
    rows += [
        result(f"S{i}", year, 30, int(rng.binomial(30, 0.15)), 1)
        for i in range(25)
        for year in lows
    ]
    rules = results_ruleset(consecutive=False)
    found = identify(dataset(rows), rules, calendar=NO_CALENDAR)
    row = found.criteria.query("school_id == 'A' and year == 2024").iloc[0]
    assert (row["outcome"], row["pooled_n"], row["pooled_numerator"]) == ("met", 60, 27)
    assert "2022, 2024" in set(found.priors["years"])


def test_where_either_part_is_enough_only_years_with_fives_need_the_share() -> None:
    """«или»: 2023 had no «5», so that only the share of 2024 has to be beyond the threshold."""
    rows, low, n = _many()
    for row in rows:
        row["n_high"] = 0 if row["year"] == 2023 else min(1, row["n"] - row["n_low"])
    found = identify(dataset(rows), results_ruleset(combine="or"), calendar=NO_CALENDAR)
    alone = fit_prior(low[:, 1], n[:, 1], what="")
    statuses = found.statuses[found.statuses["year"] == 2024].set_index("school_id")
    seen = 0
    for i in range(30):
        row = statuses.loc[f"S{i:02d}"]
        with_fives = n[i, 1] > low[i, 1]
        if row["low_results"] and with_fives:
            expected = stats.beta.sf(0.2, alone.alpha + low[i, 1], alone.beta + n[i, 1] - low[i, 1])
            assert row["probability"] == pytest.approx(expected, abs=1e-9)
            seen += 1
    assert seen > 3


def test_schools_the_rules_leave_out_do_not_shape_the_prior() -> None:
    rows, low, n = _many()
    for grade in (5, 6):
        rows += [result(f"К{i}", 2024, 30, 29, 0, grade=grade) for i in range(5)]
    schools = [{"school_id": f"К{i}", "name": "К", "kind": "коррекционная"} for i in range(5)]
    schools += [{"school_id": f"S{i:02d}", "name": "С"} for i in range(30)]
    rules = results_ruleset().model_copy(update={"exclude_kinds": ["коррекционная"]})
    found = identify(dataset(rows, schools=schools), rules, calendar=NO_CALENDAR)
    alone = found.priors.set_index("years").loc["2024"]
    assert alone["n_schools"] == 30
    assert alone["alpha"] == pytest.approx(fit_prior(low[:, 1], n[:, 1], what="").alpha)


def test_priors_do_not_depend_on_what_was_looked_at_first() -> None:
    rows, _, _ = _many()
    data = dataset(rows)
    one = identify(data, results_ruleset(), calendar=NO_CALENDAR, years=[2024])
    other = identify(data, results_ruleset(), calendar=NO_CALENDAR, years=[2024])
    assert len(other.evidence) > 0
    pd.testing.assert_frame_equal(one.priors, other.priors)
    assert list(one.priors["years"]) == ["2023, 2024", "2024"]


def test_no_formal_outcome_hangs_on_a_prior(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the distribution, only confidence and probability may move."""
    rows, _, _ = _many()
    rules = [
        results_ruleset(), results_ruleset(combine="or"), results_ruleset(consecutive=False),
        results_ruleset(same_subject=False), results_ruleset(min_participants=1),
    ]  # fmt: skip
    before = [identify(dataset(rows), rule, calendar=NO_CALENDAR) for rule in rules]
    monkeypatch.setattr(
        "shnor_lib.methods.units.fit_prior", lambda *_, **__: BetaPrior(900.0, 1.0, "fitted")
    )
    moved = 0
    for rule, old in zip(rules, before, strict=True):
        new = identify(dataset(rows), rule, calendar=NO_CALENDAR)
        same = ["school_id", "year", "status", "low_results", "n_met", "criteria_met"]
        pd.testing.assert_frame_equal(new.statuses[same], old.statuses[same])
        same = ["outcome", "beyond_latest", "units_met", "units_seen"]
        pd.testing.assert_frame_equal(new.criteria[same], old.criteria[same])
        moved += int((new.statuses["probability"] != old.statuses["probability"]).sum())
    assert moved > 50
