"""Two groups beside each other."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from shnor_lib.methods.group_shares import GroupShare, TwoGroups, group_share
from shnor_lib.stats.intervals import newcombe, wilson


def rows(counts: list[tuple[int, int]]) -> pd.DataFrame:
    """(closed, all) by teacher as single units."""
    return pd.DataFrame(
        [
            {"teacher": f"У{who}", "yes": number < closed}
            for who, (closed, all_) in enumerate(counts)
            for number in range(all_)
        ]
    )


def test_counts_units_and_what_they_belong_to() -> None:
    found = group_share(rows([(1, 2), (0, 1), (3, 3)]), "yes", ["teacher"])
    assert (found.n, found.x, found.clusters) == (6, 4, 3)
    assert found.share == pytest.approx(4 / 6)
    assert group_share(rows([(1, 1)]).head(0), "yes", ["teacher"]) == GroupShare(0, 0, 0)


def test_single_units_give_the_intervals_of_the_library() -> None:
    first = group_share(rows([(1, 1)] * 6 + [(0, 1)] * 4), "yes", ["teacher"])
    second = group_share(rows([(1, 1)] * 3 + [(0, 1)] * 9), "yes", ["teacher"])
    both = TwoGroups(first, second)
    assert first.interval == pytest.approx([float(end) for end in wilson(6, 10)])
    assert both.interval == pytest.approx([float(end) for end in newcombe(3, 12, 6, 10)])
    assert both.difference == pytest.approx(0.35)


def test_alike_units_of_one_teacher_make_the_interval_wider() -> None:
    apart = group_share(rows([(1, 1)] * 6 + [(0, 1)] * 6), "yes", ["teacher"])
    alike = group_share(rows([(3, 3), (3, 3), (0, 3), (0, 3)]), "yes", ["teacher"])
    assert alike.share == apart.share
    assert alike.interval[0] < apart.interval[0] < apart.interval[1] < alike.interval[1]


@pytest.mark.parametrize(
    ("helped", "others", "verdict"),
    [
        ((38, 40), (4, 40), "more"),
        ((4, 40), (38, 40), "less"),
        ((21, 40), (20, 40), "unclear"),
        ((4, 4), (0, 40), "few"),
        ((0, 0), (0, 0), "few"),
    ],
    ids=["more", "less", "unclear", "few", "empty"],
)
def test_verdicts(helped: tuple[int, int], others: tuple[int, int], verdict: str) -> None:
    groups = TwoGroups(
        *(GroupShare(n, x, n) for x, n in (helped, others))  # every unit on its own
    )
    assert groups.verdict == verdict


def test_nothing_is_unknown_not_zero() -> None:
    nothing = GroupShare(0, 0, 0)
    assert nothing.share is None
    assert math.isnan(nothing.interval[0])
    assert TwoGroups(nothing, GroupShare(5, 1, 5)).difference is None
