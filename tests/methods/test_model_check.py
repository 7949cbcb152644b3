"""The check of the model: right when the model is right, loud when it is not."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from shnor_lib.faults import ShnorError
from shnor_lib.methods.identification import Identification, identify
from shnor_lib.methods.model_check import SIZE_BANDS, model_check, pit_histogram
from tests.methods.builders import NO_CALENDAR, dataset, result, results_ruleset


def _found(schools: int, seed: int, *, small_share: float | None = None) -> Identification:
    """Schools of one distribution; ``small_share`` gives small ones a share of their own."""
    rng = np.random.default_rng(seed)
    rows = []
    for i in range(schools):
        n = int(rng.choice([5, 8, 15, 30, 70, 140]))
        true = rng.beta(2.0, 7.0)
        if small_share is not None and n < 10:
            true = small_share
        rows.append(result(f"S{i:03d}", 2024, n, int(rng.binomial(n, true)), 1))
    return identify(dataset(rows), results_ruleset(), calendar=NO_CALENDAR)


def test_expected_numbers_by_plain_loops() -> None:
    found = _found(60, 1)
    check = model_check(found, 2024)
    units = found.units["results"]
    prior = units.prior(0, (0,))
    low, n = units.pooled(0, (0,))
    beyond = check.beyond.set_index("size_from")
    for band, start in enumerate(SIZE_BANDS):
        end = SIZE_BANDS[band + 1] if band + 1 < len(SIZE_BANDS) else 10**9
        own = [(x, m) for x, m in zip(low, n, strict=True) if start <= m < end]
        expected = sum(
            sum(
                stats.betabinom.pmf(k, m, prior.alpha, prior.beta)
                for k in range(int(m) + 1)
                if 5 * k >= m
            )
            for _, m in own
        )
        assert beyond.loc[start, "expected"] == pytest.approx(expected, abs=1e-9)
        assert beyond.loc[start, "observed"] == sum(5 * x >= m for x, m in own)
        assert beyond.loc[start, "n"] == len(own)
    cells = check.shares
    assert cells["observed"].sum() == check.n_shares == 60
    assert cells["expected"].sum() == pytest.approx(60)
    per_band = cells.groupby("size_from")["expected"].sum()
    assert per_band.to_numpy() == pytest.approx(beyond["n"].to_numpy(dtype=float))


def test_a_share_at_the_end_of_a_band_belongs_above() -> None:
    rows = [result(f"S{i}", 2024, 10, i % 4, 0) for i in range(40)]
    check = model_check(identify(dataset(rows), results_ruleset(), calendar=NO_CALENDAR), 2024)
    own = check.shares[check.shares["size_from"] == 10].set_index("share_from")["observed"]
    assert own.to_dict() == {0.0: 10, 0.1: 10, 0.2: 10, 0.3: 10, 0.5: 0}


def test_the_right_model_is_not_doubted() -> None:
    check = model_check(_found(800, 2), 2024)
    assert (check.beyond["z"].abs() < 2.58).all()
    assert check.pit["density"].to_numpy() == pytest.approx(np.ones(10), abs=0.2)


def test_small_schools_that_differ_are_found() -> None:
    check = model_check(_found(800, 3, small_share=0.02), 2024)
    z = check.beyond.set_index("size_from")["z"]
    assert z[1] < -4


def test_subjects_of_one_school_do_not_count_as_independent() -> None:
    """The same results four times under other names: four times the number, not twice the z."""
    rng = np.random.default_rng(5)
    rows, single = [], []
    for i in range(300):
        n = int(rng.integers(10, 25))
        low = int(rng.binomial(n, rng.beta(1.0, 4.0)))
        single.append(result(f"S{i:03d}", 2024, n, low, 0))
        rows += [{**single[-1], "subject": name} for name in ("а", "б", "в", "г")]
    once, four = (
        model_check(identify(dataset(r), results_ruleset(), calendar=NO_CALENDAR), 2024)
        .beyond.set_index("size_from").loc[10]
        for r in (single, rows)
    )  # fmt: skip
    assert four["observed"] == 4 * once["observed"]
    assert four["z"] == pytest.approx(once["z"])


def test_too_few_schools_are_refused() -> None:
    with pytest.raises(ShnorError, match="2024 год: ни одну процедуру"):
        model_check(_found(9, 1), 2024)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=30))
def test_the_histogram_keeps_its_area(pairs: list[tuple[float, float]]) -> None:
    below = np.array([min(pair) for pair in pairs])
    upto = np.array([max(pair) for pair in pairs])
    table = pit_histogram(below, upto)
    assert (table["density"] >= -1e-9).all()
    # points of no width at the very end have nowhere to go
    inside = upto - below > 1e-9
    assert table["density"].mean() >= inside.mean() - 1e-6
    assert table["density"].mean() <= 1 + 1e-6
