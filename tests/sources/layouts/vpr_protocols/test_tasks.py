"""Headings of tasks, and highest points where the headings do not say."""

import numpy as np
import pytest

from shnor_lib.sources.layouts.vpr_protocols import regional_2020, regional_2021
from shnor_lib.sources.layouts.vpr_protocols.tasks import (
    WITH_MAXIMUM,
    find_tasks,
    maxima_from_points,
    total_maximum,
    without_repeats,
)


def found(pattern, *headings):
    return find_tasks([list(headings)], 0, pattern)


@pytest.mark.parametrize(
    ("heading", "code", "highest"),
    [
        ("1 (2б)", "1", 2),
        ("9.1 (1б)", "9.1", 1),
        ("9,1 (1 балл)", "9.1", 1),
        ("4К1 (3б)", "4К1", 3),
        ("10K2\u00a0(2б.)", "10К2", 2),
        ("1(1) (1б)", "1(1)", 1),
    ],
)
def test_headings_with_maxima(heading, code, highest):
    (task,) = found(WITH_MAXIMUM, heading)
    assert (task.code, task.max_score, task.place, task.level) == (code, highest, 0, "")


@pytest.mark.parametrize("heading", ["Код", "1", "1 (2)", "(2б)", "Итого (20б)", "Вариант 1 (2б)"])
def test_other_headings_are_no_tasks(heading):
    assert found(WITH_MAXIMUM, heading) == []


def test_headings_of_2020_and_2021():
    tasks = found(regional_2020.TASK, "code", "a-1-grade", "а-40-grade", "b-1-grade", "a-1")
    assert [(task.code, task.place) for task in tasks] == [("1", 1), ("40", 2)]
    tasks = found(
        regional_2021.TASK, "балл за 1", "Балл за задание 2.1", "балл за 4К1", "балл за всё"
    )
    assert [task.code for task in tasks] == ["1", "2.1", "4К1"]


def test_levels_stand_above_the_headings():
    rows = [["Б", " п ", "?"], ["1 (2б)", "2 (2б)", "3 (1б)"]]
    tasks = find_tasks(rows, 1, WITH_MAXIMUM)
    assert [task.level for task in tasks] == ["Б", "П", ""]
    assert total_maximum(tasks) == 5
    assert total_maximum([*tasks, *found(regional_2020.TASK, "a-1-grade")]) is None
    assert total_maximum([]) is None


def test_repeated_tasks():
    first, again = without_repeats(found(WITH_MAXIMUM, "1 (1б)", "2 (1б)", "1 (2б)"))
    assert [task.code for task in first] == ["1", "2"] and [task.place for task in again] == [2]


def test_maxima_from_points():
    points = np.zeros((2000, 3))
    points[:50, 0], points[:50, 1] = 2, 1
    # The third column belongs to no task of this work.
    points[:, 2] = np.nan
    assert maxima_from_points(points, 3).tolist() == [2, 1, 0]
    # Mistyped once or twice in two thousand: rare.
    points[0, 0] = 9
    assert maxima_from_points(points, 3).tolist() == [2, 1, 0]
    assert maxima_from_points(points, 4) is None
    assert maxima_from_points(points, None) is None
    assert maxima_from_points(points[:0], 3) is None
