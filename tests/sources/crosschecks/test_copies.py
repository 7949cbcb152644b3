"""Numbers that are there twice."""

from __future__ import annotations

from shnor_lib.sources.crosschecks.copies import copied_passports, copied_results
from tests.methods.builders import result

from .frames import joined, only, passport, schools_of, work

RU = "русский язык"


def sitting(school: str, year: int, **more):
    return [
        result(school, year, 24, 3, 4, good=9, **more),
        result(school, year, 25, 5, 2, good=7, subject=RU, **more),
    ]


def test_results_of_another_school() -> None:
    rows = [*sitting("А", 2024), *reversed(sitting("Б", 2024)), work("В", 2024, 24)]
    found = only(copied_results(joined(results=rows)))
    assert schools_of([found]) == [("Б", 2024)]
    assert "участий 49" in found.message
    assert "результаты школы «А» за этот же год: ячейка G2" in found.message


def test_results_of_last_year_and_of_another_season() -> None:
    rows = [*sitting("А", 2023), *sitting("А", 2024), *sitting("А", 2024, season="autumn")]
    found = list(copied_results(joined(results=rows)))
    assert len(found) == 2
    assert all("этой же школы за 2022/2023 (ВПР)" in one.message for one in found)


def test_one_number_off_is_no_copy() -> None:
    other = sitting("Б", 2024)
    other[0] = result("Б", 2024, 24, 3, 4, good=8)
    assert not list(copied_results(joined(results=[*sitting("А", 2024), *other])))


def test_one_work_more_is_no_copy() -> None:
    rows = [*sitting("А", 2024), *sitting("Б", 2024), work("Б", 2024, 24, grade=6)]
    assert not list(copied_results(joined(results=rows)))


def test_few_participants_agree_by_chance() -> None:
    small = [
        result(school, 2024, 3, 0, 1, good=1, subject=subject)
        for school in "АБВ"
        for subject in (RU, "математика")
    ]
    single = [result(school, 2024, 40, 4, 5, good=9) for school in "ГД"]
    assert not list(copied_results(joined(results=[*small, *single])))


def test_different_years_of_different_schools_are_not_compared() -> None:
    assert not list(copied_results(joined(results=[*sitting("А", 2023), *sitting("Б", 2024)])))


FILLED = dict.fromkeys(("incomplete", "many_children", "low_income", "disabled", "at_risk"), 7)


def test_passports() -> None:
    rows = [
        passport("А", 2023, 120, **FILLED),
        passport("А", 2024, 120, **FILLED),
        passport("Б", 2024, 121, **FILLED),
        passport("В", 2024, 121, **FILLED),
    ]
    own, alien = sorted(
        copied_passports(joined(social_passport=rows)), key=lambda one: str(one.row["school_id"])
    )
    assert schools_of([own, alien]) == [("А", 2024), ("В", 2024)]
    assert "этой же школы за 2022/2023 (ячейка G2)" in own.message
    assert "в паспорте школы «Б» (ячейка G4)" in alien.message


def test_nearly_empty_passports_are_no_copies() -> None:
    rows = [passport(school, 2024, 120, incomplete=3, disabled=0, at_risk=0) for school in "АБ"]
    assert not list(copied_passports(joined(social_passport=rows)))
    assert not list(copied_passports(joined())) + list(copied_results(joined()))
