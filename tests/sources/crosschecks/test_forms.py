"""Social passports and staff."""

from __future__ import annotations

import pytest

from shnor_lib.sources.crosschecks.forms import (
    parents_counted_twice,
    teachers_against_pupils,
    zero_passports,
)

from .frames import joined, only, passport, schools_of

ZEROS = dict.fromkeys(("incomplete", "many_children", "low_income", "disabled"), 0)
SOME = {**ZEROS, "incomplete": 5}


def test_nothing_but_zeros_where_the_others_have_something() -> None:
    rows = [
        passport("А", 2024, 80, **ZEROS),
        *(passport(f"Ш{i}", 2024, 80, **SOME) for i in range(4)),
        passport("мала", 2024, 20, **ZEROS),
        passport("другой год", 2023, 80, **ZEROS),
    ]
    found = only(zero_passports(joined(social_passport=rows)))
    assert schools_of([found]) == [("А", 2024)]
    assert "во всех заполненных категориях (4) — нули" in found.message


def test_empty_cells_are_no_zeros_and_common_zeros_are_true() -> None:
    others = [passport(f"Ш{i}", 2024, 80, **SOME) for i in range(4)]
    empty = passport("А", 2024, 80, incomplete=0, disabled=0)
    assert not list(zero_passports(joined(social_passport=[empty, *others])))
    all_zero = [passport(f"Н{i}", 2024, 80, **ZEROS) for i in range(4)]
    assert not list(zero_passports(joined(social_passport=[*all_zero, *others])))


def test_parents_counted_twice() -> None:
    rows = [
        passport("А", 2024, 100, higher_education_both=40, higher_education_one=61),
        passport("Б", 2024, 100, higher_education_both=40, higher_education_one=60),
        passport("В", 2024, 100, higher_education_both=40),
    ]
    found = only(parents_counted_twice(joined(social_passport=rows)))
    assert schools_of([found]) == [("А", 2024)]
    assert "40" in found.message and "61" in found.message and "(100)" in found.message


@pytest.mark.parametrize(
    ("teachers", "pupils", "asked"),
    [
        (0, 216, True), (3, 121, True), (3, 120, False), (36, 26, True), (8, 5, False),
        (20, 200, False), (0, 0, False),
    ],
)  # fmt: skip
def test_teachers_against_pupils(teachers: int, pupils: int, asked: bool) -> None:
    data = joined(
        staff=[{"school_id": "А", "year": 2024, "teachers": teachers}],
        social_passport=[passport("А", 2024, pupils), passport("А", 2023, 9999)],
    )
    found = list(teachers_against_pupils(data))
    assert bool(found) == asked
    if asked:
        assert f"учителей {teachers}, обучающихся {pupils} (файл «social_passport.xlsx»" in (
            found[0].message
        )


def test_unknown_numbers_are_not_asked_about() -> None:
    data = joined(
        staff=[{"school_id": "А", "year": 2024}, {"school_id": "Б", "year": 2024, "teachers": 0}],
        social_passport=[passport("А", 2024, 100), passport("Б", 2024, None)],
    )
    assert not list(teachers_against_pupils(data))
    assert not list(zero_passports(joined())) + list(teachers_against_pupils(joined()))
