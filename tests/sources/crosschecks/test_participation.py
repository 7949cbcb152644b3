"""Participants by subject, and absence."""

from __future__ import annotations

import pytest

from shnor_lib.sources.crosschecks.participation import mass_absence, uneven_subjects

from .frames import joined, only, schools_of, work

RU = "русский язык"


@pytest.mark.parametrize(
    ("maths", "russian", "asked"), [(60, 31, False), (60, 30, True), (20, 6, False)]
)
def test_compulsory_subjects(maths: int, russian: int, asked: bool) -> None:
    rows = [work("А", 2024, maths), work("А", 2024, russian, subject=RU)]
    found = list(uneven_subjects(joined(results=rows)))
    assert bool(found) == asked
    if asked:
        assert "«русский язык» — участников 30, «математика» — 60 (ячейка G2)" in found[0].message
        assert found[0].row["subject"] == RU


def test_other_subjects_may_be_written_by_some_classes_only() -> None:
    rows = [
        work("А", 2024, 60),
        work("А", 2024, 60, subject=RU),
        work("А", 2024, 9, subject="химия"),
    ]
    assert not list(uneven_subjects(joined(results=rows)))


def test_no_subject_has_far_more_than_the_compulsory_ones() -> None:
    rows = [work("А", 2024, 40), work("А", 2024, 60, subject="химия")]
    found = only(uneven_subjects(joined(results=rows)))
    assert "«химия» — участников 60, «математика» — 40" in found.message
    assert not list(
        uneven_subjects(joined(results=[rows[0], work("А", 2024, 59, subject="химия")]))
    )


def test_grades_procedures_and_seasons_are_not_mixed() -> None:
    rows = [
        work("А", 2024, 60, grade=5), work("А", 2024, 20, grade=6, subject=RU),
        work("Б", 2024, 60), work("Б", 2024, 20, season="autumn", subject=RU),
        work("В", 2024, 60, grade=9), work("В", 2024, 20, grade=9, procedure="oge", subject=RU),
        work("Г", 2024, 60, procedure="ege", grade=11),
        work("Г", 2024, 20, procedure="ege", grade=11, subject=RU),
    ]  # fmt: skip
    assert not list(uneven_subjects(joined(results=rows)))


def test_one_question_for_a_school_and_a_year() -> None:
    rows = [
        row
        for grade, russian in ((5, 20), (6, 5), (7, 25))
        for row in (
            work("А", 2024, 60, grade=grade),
            work("А", 2024, russian, grade=grade, subject=RU),
        )
    ]
    found = only(uneven_subjects(joined(results=rows)))
    assert "ВПР, 6 класс" in found.message and found.message.endswith("ещё: 2.")


def absent(school: str, n: int, away: int, **more):
    return {**work(school, 2024, n, **more), "n_absent": away}


def test_mass_absence() -> None:
    rows = [
        absent("А", 20, 12),
        absent("А", 24, 8, subject=RU),
        absent("А", 30, 1, grade=6),
        absent("Б", 20, 8),  # 28.6 %
        absent("В", 8, 4),  # a third, but four pupils
        work("Г", 2024, 20),  # not known
        absent("Д", 10, 6),  # twelve in two works are six pupils
        absent("Д", 10, 6, subject=RU),
    ]
    found = only(mass_absence(joined(results=rows)))
    assert schools_of([found]) == [("А", 2024)]
    assert found.column == "n_absent" and found.row["n_absent"] == 12
    assert "5 класс: отсутствовали 31\u202f%" in found.message
    assert "«математика»: отсутствовали 12, писали 20" in found.message


def test_one_subject_missed_by_many_is_no_mass_absence() -> None:
    rows = [
        absent("А", 20, 20),
        absent("А", 40, 2, subject=RU),
        absent("А", 40, 0, subject="химия"),
    ]
    assert not list(mass_absence(joined(results=rows)))


def test_no_rows_no_findings() -> None:
    assert not list(mass_absence(joined())) + list(uneven_subjects(joined()))
