"""Paired changes against published numbers and plain formulas."""

from __future__ import annotations

import math
from itertools import product

import pytest
from scipy import stats

from shnor_lib.stats.paired import LEAST, paired_change

SLEEP = [1.2, 2.4, 1.3, 1.3, 0, 1.0, 1.8, 0.8, 4.6, 1.4]
"""Student (1908): hours of sleep gained with the second drug against the first."""


def test_student_sleep_data() -> None:
    """R: t.test(paired) gives 1.58, 0.7001142 … 2.4598858."""
    found = paired_change(SLEEP)
    assert found.n == 10
    assert found.mean == pytest.approx(1.58)
    assert found.low == pytest.approx(0.7001142, abs=1e-7)
    assert found.high == pytest.approx(2.4598858, abs=1e-7)


def signed_ranks(changes: list[float]) -> float:
    """Exact two-sided p by going through all signs; ties share the mean rank."""
    moved = [each for each in changes if each]
    sizes = sorted(abs(each) for each in moved)
    rank = {s: (sizes.index(s) + 1 + len(sizes) - sizes[::-1].index(s)) / 2 for s in set(sizes)}
    ranks = [rank[abs(each)] for each in moved]
    half = sum(ranks) / 2
    seen = abs(sum(r for r, each in zip(ranks, moved, strict=True) if each > 0) - half)
    every = [sum(r for r, up in zip(ranks, signs, strict=True) if up) for signs in product((0, 1), repeat=len(ranks))]  # fmt: skip
    return sum(abs(total - half) >= seen - 1e-9 for total in every) / len(every)


@pytest.mark.parametrize(
    "changes",
    [
        SLEEP,
        [1, 2, 3, 4, 5, -6],
        [3, -1, 4, -1.5, 5, 9, -2, 6],
        [2, 2, -2, 2, 2, -1, 3],
    ],
    ids=["sleep", "six", "eight", "ties"],
)
def test_small_samples_have_the_exact_p(changes: list[float]) -> None:
    assert paired_change(changes).p_value == pytest.approx(signed_ranks(changes))


def test_large_samples_have_the_normal_approximation() -> None:
    changes = [(i * 37 % 101) - 40 for i in range(60)]
    wanted = stats.wilcoxon([c for c in changes if c], correction=True).pvalue
    assert paired_change(changes).p_value == pytest.approx(wanted)


def test_a_symmetrical_sample_shows_nothing() -> None:
    found = paired_change([5, -5, 3, -3, 1, -1, 8, -8])
    assert found.mean == 0
    assert found.p_value == pytest.approx(1)
    assert found.low < 0 < found.high


@pytest.mark.parametrize(
    ("changes", "n", "mean"),
    [([], 0, math.nan), ([None], 0, math.nan), ([4], 1, 4.0), ([4, None, 4], 2, 4.0)],
    ids=["none", "missing", "one", "two-equal"],
)
def test_too_little_gives_no_interval_and_no_test(changes: list[float | None], n: int, mean: float) -> None:  # fmt: skip
    found = paired_change(changes)
    assert found.n == n
    assert found.mean == pytest.approx(mean, nan_ok=True)
    assert math.isnan(found.low)
    assert math.isnan(found.high)
    assert math.isnan(found.p_value)


def test_with_fewer_moves_than_could_ever_be_sure_there_is_no_test() -> None:
    assert math.isnan(paired_change([1.0] * (LEAST - 1) + [0.0] * 9).p_value)
    assert paired_change([1.0] * LEAST).p_value == pytest.approx(2 * 0.5**LEAST)
