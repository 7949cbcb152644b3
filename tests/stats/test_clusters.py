"""The design effect of clustered shares."""

from __future__ import annotations

import math

import pytest

from shnor_lib.stats.clusters import design_effect


@pytest.mark.parametrize("size", [2, 3, 10], ids=lambda n: f"{n}-clusters")
def test_single_units_are_as_good_as_simple_sampling(size: int) -> None:
    assert design_effect([i % 2 for i in range(size)], [1] * size) == pytest.approx(1)


def test_ratio_estimate_by_hand() -> None:
    x, n = [2, 0, 1, 3, 1], [3, 1, 2, 3, 4]
    total, share = sum(n), sum(x) / sum(n)
    between = 5 / 4 * sum((a - share * b) ** 2 for a, b in zip(x, n, strict=True)) / total**2
    simple = share * (1 - share) / (total - 1)
    assert design_effect(x, n) == pytest.approx(max(between / simple, 1))


@pytest.mark.parametrize(
    ("x", "n"), [([0, 0], [2, 4]), ([2, 4], [2, 4]), ([1], [3])], ids=["none", "all", "one"]
)
def test_unseen_variance_is_taken_as_large_as_it_can_be(x: list[int], n: list[int]) -> None:
    assert design_effect(x, n) == pytest.approx(sum(k * k for k in n) / sum(n))


def test_never_below_one_and_unknown_without_units() -> None:
    assert design_effect([1, 1, 1, 1], [2, 2, 2, 2]) == 1
    assert math.isnan(design_effect([], []))
