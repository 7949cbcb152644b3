"""The register against what is reported."""

from __future__ import annotations

import pytest

from shnor_lib.faults import Severity
from shnor_lib.sources.crosschecks.register import grade_not_taught, outside_its_life

from .frames import joined, only, passport, schools_of, work


def test_ege_in_a_nine_year_school() -> None:
    data = joined(
        results=[
            work("А", 2024, 12, procedure="ege", grade=11, subject="химия"),
            work("А", 2024, 5, procedure="ege", grade=11, subject="физика"),
            work("А", 2024, 20, procedure="oge", grade=9),
            work("Б", 2024, 12, procedure="ege", grade=11, subject="химия"),
            work("В", 2024, 12, procedure="ege", grade=11, subject="химия"),
        ],
        schools=[
            {"school_id": "А", "name": "ООШ с. Дальнее", "last_grade": 9},
            {"school_id": "Б", "name": "СОШ № 1", "last_grade": 11},
            {"school_id": "В", "name": "СОШ № 2"},
        ],
    )
    found = only(grade_not_taught(data))
    assert schools_of([found]) == [("А", 2024)]
    assert found.severity is Severity.QUESTION
    assert "ЕГЭ" in found.message and "последний класс школы по реестру — 9" in found.message
    assert "файл «schools.xlsx»" in found.message and found.message.endswith("ещё: 1.")


def life(**dates: int):
    return [{"school_id": "А", "name": "СОШ № 1", **dates}]


@pytest.mark.parametrize(
    ("year", "season", "dates", "impossible"),
    [
        (2024, "spring", {"closed": 2023}, True),
        (2023, "spring", {"closed": 2023}, False),
        (2024, "autumn", {"closed": 2023}, False),
        (2025, "autumn", {"closed": 2023}, True),
        (2022, "spring", {"opened": 2023}, True),
        (2023, "spring", {"opened": 2023}, False),
        (2023, "autumn", {"opened": 2023}, False),
        (2024, "spring", {}, False),
    ],
)
def test_results_of_a_year_without_the_school_are_an_error(
    year: int, season: str, dates: dict[str, int], impossible: bool
) -> None:
    data = joined(results=[work("А", year, 20, season=season)], schools=life(**dates))
    found = list(outside_its_life(data))
    assert bool(found) == impossible
    if impossible:
        word = "закрыта" if "closed" in dates else "открыта"
        assert found[0].severity is Severity.ERROR
        assert f"а школа {word} в 2023 году (файл «schools.xlsx»" in found[0].message


def test_a_form_is_only_asked_about() -> None:
    data = joined(
        social_passport=[passport("А", 2024, 90), passport("А", 2025, 90), passport("А", 2026, 90)],
        schools=life(closed=2023),
    )
    found = only(outside_its_life(data))
    # Sent in at the start of 2023/24, in the year of the closing.
    assert "«Социальный паспорт» за 2024/2025, 2025/2026" in found.message
    assert found.severity is Severity.QUESTION


def test_nobody_wrote_nothing_is_said() -> None:
    data = joined(results=[work("А", 2025, 0)], schools=life(closed=2023, last_grade=4))
    assert not list(outside_its_life(data)) + list(grade_not_taught(data))
    assert not list(outside_its_life(joined())) + list(grade_not_taught(joined()))
