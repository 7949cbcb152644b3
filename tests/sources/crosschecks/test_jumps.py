"""Jumps of the share of low results."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.stats.proportion import proportions_ztest

from shnor_lib.project import Calendar, ScaleBreak
from shnor_lib.sources.crosschecks.jumps import JUMP_P, _beyond_others, _pairs, results_jump
from tests.methods.builders import result

from .frames import joined, only, schools_of


def year_pair(school: str, before: tuple[int, int], after: tuple[int, int], **more):
    return [
        result(school, 2023, before[1], before[0], 1, **more),
        result(school, 2024, after[1], after[0], 1, **more),
    ]


def test_a_jump_names_numbers_years_and_places() -> None:
    found = only(results_jump(joined(results=year_pair("А", (2, 50), (30, 50)))))
    assert schools_of([found]) == [("А", 2024)]
    for part in (
        "4\u202f% (2 из 50, 2022/2023: ячейка G2)", "60\u202f% (30 из 50, 2023/2024)",
        "Изменение у других школ за это время: 0",
    ):  # fmt: skip
        assert part in found.message
    assert found.column == "n2"


def test_a_fall_is_a_jump_too() -> None:
    assert list(results_jump(joined(results=year_pair("А", (30, 50), (2, 50)))))


@pytest.mark.parametrize(
    "rows",
    [
        year_pair("А", (5, 50), (20, 50)),  # thirty points
        year_pair("А", (1, 14), (13, 14)),  # fourteen pupils
        year_pair("А", (0, 16), (7, 16)),  # beyond 35 points, but not beyond chance
    ],
)
def test_what_may_be_chance_is_not_asked(rows) -> None:
    assert not list(results_jump(joined(results=rows)))


def test_like_is_compared_with_like() -> None:
    low, high = (2, 50), (30, 50)
    rows = [
        result("А", 2023, 50, 2, 1, season="autumn"), result("А", 2024, 50, 30, 1),
        result("Б", 2023, 50, 2, 1, grade=5), result("Б", 2024, 50, 30, 1, grade=6),
        result("В", 2022, 50, 2, 1), result("В", 2024, 50, 30, 1),
        *year_pair("Г", low, high)[:1], *year_pair("Г", low, high, subject="химия")[1:],
    ]  # fmt: skip
    assert not list(results_jump(joined(results=rows)))


@pytest.mark.parametrize(
    ("entry", "asked"),
    [
        ({"year": 2024}, False),
        ({"year": 2024, "grades": [5], "subjects": ["математика"]}, False),
        ({"year": 2024, "grades": [6]}, True),
        ({"year": 2023}, True),
        ({"year": 2024, "subjects": ["химия"]}, True),
    ],
)
def test_nothing_is_compared_across_a_change_of_scale(entry: dict, asked: bool) -> None:
    calendar = Calendar(scale_breaks=[ScaleBreak(procedure="vpr", **entry)])
    data = joined(results=year_pair("А", (2, 50), (30, 50)), calendar=calendar)
    assert bool(list(results_jump(data))) == asked


def test_a_harder_test_moves_all_schools() -> None:
    rows = [row for i in range(7) for row in year_pair(f"Ш{i}", (2, 50), (30, 50))]
    assert not list(results_jump(joined(results=rows)))
    # A school the wave has passed by is the odd one.
    odd = only(results_jump(joined(results=rows + year_pair("А", (2, 50), (2, 50)))))
    assert odd.row["school_id"] == "А"
    assert "у других школ за это время: +56\u00a0п.\u00a0п." in odd.message


def test_probability_is_that_of_the_pooled_test() -> None:
    pairs = _pairs(joined(results=year_pair("А", (5, 40), (22, 45))))
    excess, p_value = _beyond_others(pairs)
    assert excess[0] == pytest.approx(22 / 45 - 5 / 40)
    _, expected = proportions_ztest([22, 5], [45, 40])
    assert p_value[0] == pytest.approx(expected)
    assert expected > JUMP_P


def test_equal_certainties_are_no_jump() -> None:
    pairs = _pairs(joined(results=year_pair("А", (0, 40), (0, 45))))
    assert np.array_equal(_beyond_others(pairs)[1], [1.0])
    assert not list(results_jump(joined()))


def test_several_works_are_one_question() -> None:
    rows = year_pair("А", (2, 50), (30, 50)) + year_pair("А", (2, 50), (40, 50), subject="химия")
    found = only(results_jump(joined(results=rows)))
    assert "химия" in found.message and found.message.endswith("ещё: 1.")
