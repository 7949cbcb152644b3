"""Subject, grade, year and school of a protocol from its title, file name and folders."""

import pytest

from shnor_lib.sources.layouts.protocol_title import (
    About,
    about,
    grade_in,
    login_in,
    school_in_path,
    subject_of,
    title_lines,
    unknown_subject,
    year_in,
)


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("2020/4/Русский язык.xlsx", (2020, 4, "русский язык")),
        ("vpr/2022/6/Русскому языку.xlsx", (2022, 6, "русский язык")),
        ("2022/11 класс/История.xlsx", (2022, 11, "история")),
        ("Проведение работы по математике, 4 класс. ВПР 2021.xlsx", (2021, 4, "математика")),
        ("2021/Проведение работы по английскому языку, 11 класс. ВПР 2021.csv", (2021, 11, "английский язык")),
        ("Проведение работы по биологии, 7 класс (по образцу 8 класса). ВПР 2021.xlsx", (2021, 8, "биология")),
        ("Проведение работы по биологии, 7 класс (по образцу 7 класса). ВПР 2021.xlsx", (2021, 7, "биология")),
        ("ВПР осень 2020/6 класс/Математика (по программе 5 класса).xlsx", (2020, 5, "математика")),
        ("Форма сбора результатов Английский язык 8 класс ВПР 2026.xlsx", (2026, 8, "английский язык")),
        ("2022-2023 учебный год/Окружающий_мир_4_класс.xlsx", (2023, 4, "окружающий мир")),
        ("ВПР_2021_5_класс/математике.xlsx", (2021, 5, "математика")),
        ("протокол 3.xlsx", (None, None, None)),
        ("2021/12/Математика.xlsx", (2021, None, "математика")),
    ],
)  # fmt: skip
def test_names_of_files_and_folders(file, expected):
    found = about([], file)
    assert (found.year, found.grade, found.subject) == expected
    assert found.doubts == ()


def test_the_title_speaks_first_and_disagreement_is_a_doubt():
    found = about(["ВПР 2026 Математика 5 класс", "Предмет Математика"], "2025/6/История.xlsx")
    assert found == About(2026, 5, "математика", found.doubts)
    assert [doubt.split(":")[0] for doubt in found.doubts] == ["год", "класс", "предмет"]
    assert "в имени папки «2025» — 2025" in found.doubts[0]


def test_lines_of_title():
    rows = [["ВПР 2026", None, ""], [], ["Предмет", "Химия"], ["Код"]]
    assert title_lines(rows, 3) == ["ВПР 2026", "Предмет Химия"]
    assert subject_of(title_lines(rows, 3)) == "химия"


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("ВПР 2021 5 класс", 2021),
        ("ВПР-2023. 6 класс", 2023),
        ("ВПР 2022/2023", 2023),
        ("2020/21 уч. год", 2021),
        ("2020/2023", 2020),
        ("до 12.04.2023", None),
        ("кабинет 20210", None),
        ("осень", None),
    ],
)
def test_years(text, year):
    assert year_in(text) == year


@pytest.mark.parametrize(
    ("text", "grade"),
    [
        ("5", 5),
        ("10 кл", 10),
        ("5-й класс", 5),
        ("Класс: 8", 8),
        ("12 класс", None),
        ("2021", None),
    ],
)
def test_grades(text, grade):
    assert grade_in(text) == grade


def test_unknown_subjects():
    assert subject_of(["ВПР 2026 Родной язык 5 класс"]) == "родной язык"
    assert unknown_subject("родной язык") and not unknown_subject("физика")
    assert not unknown_subject(None)


@pytest.mark.parametrize(
    ("text", "login"),
    [
        ("МБОУ «СОШ № 1»(edu000001)", "edu000001"),
        ("SCH123456", "sch123456"),
        ("ksh01_1", None),
        ("spo000123, колледж", "spo000123"),
        ("schedule123", None),
        ("Образцов", None),
    ],
)
def test_logins(text, login):
    assert login_in(text) == login


@pytest.mark.parametrize(
    ("file", "school"),
    [
        ("ВПР 2026/edu000001/Математика 5 класс.xlsx", "edu000001"),
        ("ВПР 2026/5 класс/Математика edu000001.xlsx", "edu000001"),
        ("ВПР 2026/СОШ № 2/Математика.xlsx", "СОШ № 2"),
        ("ВПР 2026/СОШ № 3 Приозёрного района/5 класс/Математика.xlsx", "СОШ № 3 Приозёрного района"),
        ("Приозёрный район/ШК-01/Формы/Математика.xlsx", "ШК-01"),
        ("Гимназия № 1/Математика.xlsx", "Гимназия № 1"),
        ("Приозёрный район/2026/Математика.xlsx", None),
        ("Математика 5 класс ВПР 2026.xlsx", None),
    ],
)  # fmt: skip
def test_schools_in_paths(file, school):
    assert school_in_path(file) == school
