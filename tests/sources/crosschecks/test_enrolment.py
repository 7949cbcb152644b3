"""Numbers of writers against numbers of pupils."""

from __future__ import annotations

import pytest

from shnor_lib.faults import Severity
from shnor_lib.sources.crosschecks.enrolment import (
    all_writers_above_enrolment,
    cohort_grown,
    enrolment_jump,
    writers_above_enrolment,
)

from .frames import joined, only, passport, schools_of, work

GRADES = range(4, 10)


def ordinary(school: str, year: int, n: int = 20, **more):
    """Six grades of n."""
    return [work(school, year, n, grade=grade, **more) for grade in GRADES]


def test_an_ordinary_school_is_not_asked() -> None:
    data = joined(results=ordinary("А", 2024), social_passport=[passport("А", 2024, 220)])
    assert not list(writers_above_enrolment(data)) + list(all_writers_above_enrolment(data))


def test_a_grade_larger_than_the_school_names_both_cells() -> None:
    rows = [*ordinary("А", 2024, 9), work("А", 2024, 150, grade=5, subject="биология")]
    data = joined(
        results=rows,
        social_passport=[passport("А", 2024, 120)],
        schools=[{"school_id": "А", "name": "СОШ № 1 с. Светлое"}],
    )
    found = only(writers_above_enrolment(data))
    assert found.severity is Severity.QUESTION and found.column == "n"
    assert found.row["source_row"] == 8
    for part in (
        "«СОШ № 1 с. Светлое» (А)", "ВПР, 5 класс, биология", "участников 150", "120",
        "файл «social_passport.xlsx», лист «Лист», ячейка G2",
    ):  # fmt: skip
        assert part in found.message
    assert "% школы" not in found.message
    # Whoever asks about one grade does not ask about all of them.
    assert not list(all_writers_above_enrolment(data))


@pytest.mark.parametrize(("n", "asked"), [(41, False), (43, True)])
def test_too_large_a_part_of_the_school(n: int, asked: bool) -> None:
    rows = [*ordinary("А", 2024, 9), work("А", 2024, n, grade=5, subject="биология")]
    data = joined(results=rows, social_passport=[passport("А", 2024, 120)])
    found = list(writers_above_enrolment(data))
    assert bool(found) == asked
    if asked:
        assert "это 36\u202f% школы" in found[0].message


def test_a_lyceum_of_two_grades_may_have_half_of_it_in_one() -> None:
    rows = [work("А", 2024, 60, grade=10), work("А", 2024, 55, grade=11)]
    data = joined(results=rows, social_passport=[passport("А", 2024, 118)])
    assert not list(writers_above_enrolment(data))


def test_tiny_schools_are_only_asked_when_a_grade_is_above_them() -> None:
    few = joined(
        results=ordinary("А", 2024, 2) + [work("А", 2024, 9, grade=5, subject="химия")],
        social_passport=[passport("А", 2024, 14)],
    )
    assert not list(writers_above_enrolment(few))


def test_several_odd_results_of_a_school_are_one_question() -> None:
    rows = [work("А", 2024, n, grade=5, subject=s) for n, s in ((50, "химия"), (70, "физика"))]
    data = joined(results=rows, social_passport=[passport("А", 2024, 30)])
    found = only(writers_above_enrolment(data))
    assert "участников 70" in found.message
    assert "Таких результатов школы за этот год ещё: 1." in found.message


def test_autumn_works_are_held_against_the_school_year_they_were_written_in() -> None:
    rows = [work("А", 2020, 50, season="autumn")]
    assert not list(
        writers_above_enrolment(joined(results=rows, social_passport=[passport("А", 2020, 10)]))
    )
    found = only(
        writers_above_enrolment(joined(results=rows, social_passport=[passport("А", 2021, 10)]))
    )
    assert "2020/2021" in found.message


def test_all_grades_together_above_the_school() -> None:
    data = joined(results=ordinary("А", 2024, 20), social_passport=[passport("А", 2024, 108)])
    found = only(all_writers_above_enrolment(data))
    assert (found.row["total"], found.column) == (108, "total")
    assert "работы писали 120 (классы 4, 5, 6, 7, 8, 9; «results.xlsx»)" in found.message
    # A tenth more is the coming and going of a year.
    few = joined(results=ordinary("А", 2024, 20), social_passport=[passport("А", 2024, 110)])
    assert not list(all_writers_above_enrolment(few))


def test_subjects_of_a_grade_are_not_added_up() -> None:
    rows = ordinary("А", 2024) + ordinary("А", 2024, subject="русский язык")
    data = joined(results=rows, social_passport=[passport("А", 2024, 121)])
    assert not list(all_writers_above_enrolment(data))


@pytest.mark.parametrize(
    ("before", "after", "asked"),
    [(100, 151, True), (100, 150, False), (150, 99, True), (10, 29, False), (10, 30, True)],
)
def test_enrolment_jump(before: int, after: int, asked: bool) -> None:
    data = joined(social_passport=[passport("А", 2023, before), passport("А", 2024, after)])
    found = list(enrolment_jump(data))
    assert bool(found) == asked
    if asked:
        assert f"{after}, а годом раньше было {before} (ячейка G2)" in found[0].message
        assert found[0].row["source_row"] == 3


def test_a_year_without_a_passport_is_not_jumped_over() -> None:
    data = joined(
        social_passport=[passport("А", 2022, 100), passport("А", 2024, 300), passport("Б", 2023, 1)]
    )
    assert not list(enrolment_jump(data))


def test_a_parallel_that_doubles() -> None:
    rows = [
        work("А", 2023, 6, grade=6, subject="биология"),
        work("А", 2024, 37, grade=7),
        work("А", 2024, 30, grade=7, subject="русский язык"),
        # A small class joined by another.
        work("Б", 2023, 5, grade=6),
        work("Б", 2024, 19, grade=7),
        # A grade that takes pupils from other schools.
        work("В", 2023, 20, grade=4),
        work("В", 2024, 90, grade=5),
    ]
    found = only(cohort_grown(joined(results=rows)))
    assert schools_of([found]) == [("А", 2024)]
    assert "участников 37" in found.message
    assert "в этой же параллели — 6 (ВПР, 6 класс, биология; ячейка G2)" in found.message


def test_no_rows_no_findings() -> None:
    data = joined()
    for check in (
        writers_above_enrolment, all_writers_above_enrolment, enrolment_jump, cohort_grown
    ):  # fmt: skip
        assert list(check(data)) == []
