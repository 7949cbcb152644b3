"""The second monitoring in a year that may not be compared with the one before."""

from __future__ import annotations

import pytest

from shnor_lib.methods.dynamics import dynamics
from shnor_lib.methods.identification import identify
from shnor_lib.project import Calendar, ScaleBreak
from shnor_lib.report.monitoring.dynamics import main_points, next_steps
from shnor_lib.store import Dataset
from tests.methods.builders import dataset, result, results_ruleset

BREAK = Calendar(scale_breaks=[ScaleBreak(procedure="vpr", year=2024, note="новые пороги")])
NAMES = {"a": "Школа А", "b": "Школа Б"}


def _said(data: Dataset, calendar: Calendar) -> tuple[str, str]:
    change = dynamics(data, calendar=calendar)
    found = identify(data, results_ruleset(), calendar=calendar)
    head = main_points(change, found, 2024)._repr_mimebundle_()
    steps = next_steps(change, found, 2024, NAMES, {})._repr_mimebundle_()
    return head["text/markdown"], steps["text/markdown"]


@pytest.fixture(scope="module")
def two_years() -> Dataset:
    return dataset(
        [result(school, year, 40, 10, 5) for school in ("a", "b") for year in (2023, 2024)]
    )


def test_a_change_of_scale_is_named_at_once(two_years: Dataset) -> None:
    head, steps = _said(two_years, BREAK)
    assert "Несопоставимы все пары результатов (2): новые пороги." in head
    assert "значимо лучше" not in head
    # More data would not help, so nobody is sent for them.
    assert "2\xa0школы сравнить нельзя — новые пороги." in steps
    assert "Дособрать" not in steps


def test_without_the_change_the_pairs_are_counted(two_years: Dataset) -> None:
    head, steps = _said(two_years, Calendar())
    assert "Несопоставимы" not in head
    assert "значимо лучше" in head
    assert "сравнить нельзя" not in steps


def test_a_gap_in_the_data_is_asked_for() -> None:
    rows = [result("a", year, 40, 10, 5) for year in (2019, 2024)]
    rows += [result("b", year, 40, 10, 5) for year in (2023, 2024)]
    _, steps = _said(dataset(rows), Calendar())
    assert "**Дособрать данные:** 1\xa0школа сравнить не с чем." in steps
    assert "Не делать выводов" not in steps
