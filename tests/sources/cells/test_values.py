from __future__ import annotations

import datetime as dt

import pytest

from shnor_lib.sources.cells.subjects import (
    SUBJECTS,
    canonical_subject,
    nearest_subject,
    subject_in,
)
from shnor_lib.sources.cells.values import (
    clean_text,
    fold,
    is_empty,
    parse_number,
    parse_year,
    quoted,
    school_year,
)


@pytest.mark.parametrize(
    "value", ["", " ", "\u00a0", "—", "–", "-", "н/д", "Н/Д", "нет данных", None]
)
def test_empty_markers_mean_nothing(value):
    assert is_empty(value)


@pytest.mark.parametrize("value", ["0", 0, 0.0, "нет", False])
def test_zero_and_words_are_not_empty(value):
    assert not is_empty(value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("1 384", 1384),
        ("1\u00a0384", 1384),
        ("1\u202f384,5", 1384.5),
        ("12,5", 12.5),
        ("12.5", 12.5),
        ("−3", -3),
        ("33,33 %", 33.33),
        (7, 7),
        (0.5, 0.5),
    ],
)
def test_numbers_as_people_write_them(value, expected):
    assert parse_number(value) == expected


@pytest.mark.parametrize(
    "value", ["двадцать", "12 человек", "1 38", "12,5,1", True, dt.date(2024, 5, 6), "1e5", "nan"]
)
def test_what_is_not_a_number(value):
    assert parse_number(value) is None


@pytest.mark.parametrize(
    "value",
    [2024, 2024.0, "2024", "2023/24", "2023/2024", "2023-2024", "2023–2024", "2023/2024 уч. г.",
     "2024 год", "2023/2024 учебный год", " 2023 / 24 "],
)  # fmt: skip
def test_forms_of_one_school_year(value):
    assert parse_year(value) == 2024


@pytest.mark.parametrize(
    "value", ["2023/2025", "2024/2023", "весна", 2023.5, "23/24", dt.date(2024, 1, 1)]
)
def test_what_is_not_a_year(value):
    assert parse_year(value) is None


def test_century_turns():
    assert parse_year("1999/00") == 2000
    assert parse_year(school_year(2000)) == 2000


def test_latin_lookalikes_do_not_matter_in_headings():
    # The whole heading typed in Latin letters where they look the same.
    assert fold("OO") == fold("ОО")
    assert fold("Kлacc") == fold("Класс")
    assert fold("Кол‑во  участников") == fold("Количество участников")
    assert fold("Код школы *") == fold("код школы")
    assert fold("Класс") != fold("Классы")


def test_codes_keep_their_digits():
    assert clean_text(101001.0) == "101001"
    assert clean_text("001") == "001"
    assert clean_text(dt.date(2024, 5, 6)) == "06.05.2024"


def test_quotes_are_nested_the_russian_way():
    assert quoted("Класс") == "«Класс»"
    assert quoted("«2»") == "«2»"
    assert quoted("«Группа риска»: охвачены") == "«„Группа риска“: охвачены»"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("Математика", "математика"),
        ("РУССКОМУ ЯЗЫКУ", "русский язык"),
        ("Русский  язык ", "русский язык"),
        ("Математика профильная", "математика (профильная)"),
        ("Математика (профильный уровень)", "математика (профильная)"),
        ("математике базовой", "математика (базовая)"),
        ("Окружающему миру", "окружающий мир"),
        ("Информатика и ИКТ", "информатика"),
        ("Пpиpoда", "пpиpoда"),  # unknown: kept as written, lower case
        ("Мaтемaтика", "математика"),  # Latin «a»
    ],
)
def test_subject_names(written, expected):
    assert canonical_subject(written) == expected


def test_canonical_names_are_their_own():
    assert [canonical_subject(name) for name in SUBJECTS] == list(SUBJECTS)


def test_subjects_in_running_text_and_misspelt():
    assert subject_in("ВПР 2023 Математика 5 класс") == "математика"
    assert subject_in("Результаты по английскому языку") == "английский язык"
    assert subject_in("Предыстория вопроса") is None
    assert nearest_subject("матиматика") == "математика"
    assert nearest_subject("шахматы и вязание") is None
