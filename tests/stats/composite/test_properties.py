"""What must hold for any data."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from shnor_lib.stats.composite import (
    Arithmetic,
    Borda,
    Chain,
    Copeland,
    DistanceToMaximum,
    Framework,
    Geometric,
    Harmonic,
    MazziottaPareto,
    MiddlePercentile,
    MinMax,
    PercentileRank,
    Power,
    Rank,
    Scale,
    Treatment,
    ZScore,
)
from shnor_lib.stats.composite.scales import Column
from shnor_lib.stats.composite.treat import treat_arrays

CODES = ["a", "b", "c"]
FLAT = Framework.flat(CODES)

# Values on a grid: what is different is different enough to stay so under rescaling.
columns = hnp.arrays(
    np.float64, (8, 3), elements=st.integers(-1000, 1000).map(lambda k: k / 8)
).filter(lambda x: (x.min(axis=0) < x.max(axis=0)).all())
positive = hnp.arrays(np.float64, (8, 3), elements=st.integers(1, 1000).map(lambda k: k / 8))
weights = hnp.arrays(np.float64, 3, elements=st.integers(1, 50).map(float))

LINEAR = [MinMax(), ZScore(), DistanceToMaximum()]
ORDINAL = [Rank(), Borda(), PercentileRank(), MiddlePercentile()]
MEANS = [Arithmetic(), Geometric(), Harmonic(), Power(0.5), Power(-2.0), Copeland()]


few = settings(max_examples=25, deadline=None)
UP, DOWN = Column("x", 1), Column("x", -1)


def own(scale: Scale, values: np.ndarray, about: Column = UP) -> np.ndarray:
    return scale.own(values.T, about).T


@few
@given(columns, st.floats(0.01, 100), st.floats(-1000, 1000))
@pytest.mark.parametrize("scale", LINEAR, ids=repr)
def test_units_of_measurement_do_not_matter(scale, values, factor, shift) -> None:
    np.testing.assert_allclose(own(scale, values), own(scale, values * factor + shift), atol=1e-6)


@few
@given(columns)
@pytest.mark.parametrize("scale", ORDINAL, ids=repr)
def test_ranks_only_know_the_order(scale, values) -> None:
    np.testing.assert_array_equal(own(scale, values), own(scale, np.arctan(values / 100)))


@few
@given(columns)
@pytest.mark.parametrize("scale", [*LINEAR, *ORDINAL], ids=repr)
def test_direction_turns_the_indicator_round(scale, values) -> None:
    """Less is better on x is the same as more is better on −x."""
    np.testing.assert_array_equal(own(scale, values, DOWN), own(scale, -values))


@few
@given(columns)
@pytest.mark.parametrize("scale", [*LINEAR, *ORDINAL], ids=repr)
def test_more_never_gets_fewer_points(scale, values) -> None:
    for x, y in zip(values.T, own(scale, values).T, strict=True):
        order = np.argsort(x, kind="stable")
        assert (np.diff(y[order]) >= 0).all()


@few
@given(columns, st.permutations(range(8)))
@pytest.mark.parametrize("scale", [*LINEAR, *ORDINAL], ids=repr)
def test_the_order_of_units_does_not_matter(scale, values, order) -> None:
    np.testing.assert_allclose(own(scale, values)[order], own(scale, values[order]), atol=1e-9)


@few
@given(positive, weights, st.floats(0.01, 100))
@pytest.mark.parametrize("how", [*MEANS, MazziottaPareto()], ids=repr)
def test_only_the_ratios_of_weights_matter(how, values, shares, factor) -> None:
    np.testing.assert_allclose(
        how.combine(values, shares), how.combine(values, shares * factor), rtol=1e-9
    )


@few
@given(positive, weights)
@pytest.mark.parametrize("how", MEANS, ids=repr)
def test_a_better_indicator_never_lowers_the_index(how, values, shares) -> None:
    better = values.copy()
    better[0, 1] += 5
    before, after = how.combine(values, shares), how.combine(better, shares)
    assert after[0] >= before[0] - 1e-9
    if not how.compares_units:
        np.testing.assert_allclose(after[1:], before[1:])


@few
@given(positive, weights, st.permutations(range(3)), st.permutations(range(8)))
@pytest.mark.parametrize("how", [*MEANS, MazziottaPareto()], ids=repr)
def test_the_order_of_members_and_units_does_not_matter(how, values, shares, c, r) -> None:
    turned = how.combine(values[r][:, c], shares[c])
    np.testing.assert_allclose(turned, how.combine(values, shares)[r], rtol=1e-9)


@few
@given(positive, weights)
@pytest.mark.parametrize("how", [h for h in MEANS if not h.compares_units], ids=repr)
def test_a_mean_lies_between_its_members(how, values, shares) -> None:
    index = how.combine(values, shares)
    assert (index >= values.min(axis=1) - 1e-9).all()
    assert (index <= values.max(axis=1) + 1e-9).all()


@few
@given(positive, weights)
def test_means_are_in_their_order(values, shares) -> None:
    harmonic, geometric, arithmetic = (
        how.combine(values, shares) for how in (Harmonic(), Geometric(), Arithmetic())
    )
    assert (harmonic <= geometric + 1e-9).all() and (geometric <= arithmetic + 1e-9).all()


@few
@given(columns, st.permutations(range(8)), st.permutations(range(3)))
def test_the_order_of_rows_and_columns_of_a_table_does_not_matter(values, order, across) -> None:
    table = pd.DataFrame(values, columns=CODES)
    shuffled = table.iloc[order, across]
    one, other = (Chain.start(t, FLAT).normalise().aggregate().index for t in (table, shuffled))
    np.testing.assert_allclose(one.loc[order], other, atol=1e-9)


@settings(max_examples=25, deadline=None)
@given(hnp.arrays(np.float64, 30, elements=st.integers(-1000, 1000).map(lambda k: float(k) ** 3)))
def test_treatment_keeps_the_order(values) -> None:
    """Winsorising and logarithms may make units equal but never change places."""
    assume(values.min() < values.max())
    for rule in (Treatment(), Treatment(max_points=0), Treatment(then=None)):
        after = treat_arrays(values, rule, "a")
        order = np.argsort(values, kind="stable")
        assert (np.diff(after[order]) >= -1e-12).all()
