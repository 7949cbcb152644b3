from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shnor_lib.sources.cells.percents import counts_from_percents, published_decimals

marks = st.lists(st.integers(0, 120), min_size=4, max_size=4).filter(lambda m: sum(m) > 0)


@pytest.mark.parametrize("decimals", [1, 2])
@given(rows=st.lists(marks, min_size=1, max_size=20))
def test_rounded_percents_give_back_the_pupils(decimals, rows):
    # Up to 480 participants one pupil is at least 0.2 %, more than any rounding here.
    counts = np.array(rows, float)
    n = counts.sum(axis=1)
    found = counts_from_percents(n, np.round(100 * counts / n[:, None], decimals))
    assert found.whole.all()
    assert (found.values == counts).all()


@given(
    rows=st.lists(
        st.lists(st.integers(0, 9000), min_size=4, max_size=4).filter(any), min_size=1, max_size=5
    )
)
def test_large_n_keeps_sum_and_tolerance(rows):
    counts = np.array(rows, float)
    n = counts.sum(axis=1)
    percent = np.round(100 * counts / n[:, None], 2)
    found = counts_from_percents(n, percent)
    assert (found.values.sum(axis=1)[found.whole] == n[found.whole]).all()
    shares = 100 * found.values / n[:, None]
    tolerance = 0.5 * 10.0**-found.decimals + 2e-6
    assert (np.abs(shares - percent)[found.whole] <= tolerance).all()


def test_percents_of_no_pupils_are_refused():
    n = np.array([24.0, 24, 3, 7])
    percent = np.array(
        [[12.5, 37.5, 33.33, 16.67], [12.5, 37.5, 33.33, 10], [50, 50, 0, 0], [0, 0, 0, 0]]
    )
    assert counts_from_percents(n, percent).whole.tolist() == [True, False, False, False]


def test_decimals_are_those_of_the_whole_sheet():
    assert published_decimals(np.array([[50.0, 50, 0, 0]])) == 0
    assert published_decimals(np.array([[50.0, 33.3, 0, np.nan]])) == 1
    assert published_decimals(np.array([[50.0, 33.33, 0, 0]])) == 2


def test_one_decimal_is_looser_than_two():
    # 13 of 24 is 54.17 %; 54.2 is right with one decimal and wrong with two.
    good = np.array([[54.2, 45.8, 0, 0]])
    assert counts_from_percents(np.array([24.0]), good).whole.all()
    mixed = np.array([[54.2, 45.8, 0, 0], [54.17, 45.83, 0, 0]])
    assert counts_from_percents(np.array([24.0, 24]), mixed).whole.tolist() == [False, True]
