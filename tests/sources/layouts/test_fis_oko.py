"""Reports of ФИС ОКО with nested groups: what they share, whatever their columns."""

from __future__ import annotations

import openpyxl
import pytest

from shnor_lib.faults import Severity
from shnor_lib.sources.assemble import assemble
from shnor_lib.sources.cells.tasks import Task, parse_task
from shnor_lib.sources.layouts.fis_oko_rows import Line, bare_name, levels, login_of
from shnor_lib.sources.layouts.vpr_title import read_title
from shnor_lib.sources.schools.municipalities import (
    municipality_key,
    municipality_name,
    one_name_each,
)
from tests.sources.books import CALENDAR, accounted, book, only, read_one
from tests.sources.examples import EXAMPLES
from tests.sources.fis_oko_books import (
    HEAD,
    JOURNAL,
    LINES_HEAD,
    MARKS,
    MARKS_HEAD,
    SCHOOL_1,
    SCHOOLS,
    SCORES,
    SCORES_HEAD,
    TASKS,
    TASKS_HEAD,
    TASKS_MAX,
    TITLE,
    percents,
    report,
)

NATIVE = [
    name
    for name in EXAMPLES
    if name.startswith(("vpr-native", "vpr-planned", "vpr-consolidated-scores"))
]


@pytest.mark.parametrize("layout", NATIVE)
def test_the_example_of_each_layout_is_read_wholly(layout, tmp_path):
    file, write = EXAMPLES[layout]
    write(tmp_path / file)
    read = read_one(tmp_path / file)
    assert read.layouts == [layout.split(" ")[0]]
    assert read.faults == [], [fault.sentence() for fault in read.faults]
    assert read.rows_in == read.rows_used > 0
    data = assemble([read], calendar=CALENDAR)
    assert [fault.code for fault in data.faults if fault.severity is Severity.ERROR] == []
    assert {"edu000001"} <= set(data.schools["school_id"])


# --- what the title, the sheet, the file and its folders say


@pytest.mark.parametrize(
    ("lines", "sheet", "file", "expected"),
    [
        ([TITLE], "Лист1", "a.xlsx", (2023, 5, "математика")),
        (["Статистика по отметкам"], "Лист1", "2020/4/Русскому языку.xlsx", (2020, 4, "русский язык")),
        ([], "Лист1", "ВПР 2021/5 класс/Математика.xlsx", (2021, 5, "математика")),
        ([], "5 класс", "2021/Биология.xlsx", (2021, 5, "биология")),
        ([], "2023", "Химия_8_класс.xlsx", (2023, 8, "химия")),
        (["Предмет: Физике", "Класс: 8", "Учебный год: 2022/2023"], "", "a.xlsx", (2023, 8, "физика")),
        (["ВПР 2020 Математика 6 класс (по программе 5 класса)"], "", "a.xlsx", (2020, 5, "математика")),
        (["ВПР 2021 Русский язык 5"], "", "a.xlsx", (2021, 5, "русский язык")),
        ([], "", "ВПР 2021 Математика_8.xlsx", (2021, 8, "математика")),
        ([], "", "ВПР 2021 Математика (8).xlsx", (2021, None, "математика")),  # a copy
        (["ВПР 2025 Математика (углублённый уровень) 8 класс"], "", "a.xlsx", (2025, 8, "математика (углублённая)")),
        (["Дата: 20.05.2024", "ВПР 2023"], "", "a.xlsx", (2023, None, None)),
        (["Дата: 20.05.2024"], "", "a.xlsx", (None, None, None)),
        (["Предмет: Черчение", "5-й класс"], "", "a.xlsx", (None, 5, "черчение")),
        # Written in autumn on the programme of the year before.
        (["Осень 2020/2021 уч. г."], "", "5/Математика.xlsx", (2020, 5, "математика")),
        (["ВПР осень 2020 (2020/2021 уч. г.)"], "", "5/Математика.xlsx", (2020, 5, "математика")),
    ],
)  # fmt: skip
def test_what_a_report_is_about(lines, sheet, file, expected):
    title = read_title(lines, sheet, file)
    assert (title.year, title.grade, title.subject) == expected
    assert title.doubts == ()


def test_words_on_the_sheet_win_and_a_disagreement_is_a_question(tmp_path):
    path = tmp_path / "2021" / "6 класс" / "Русский язык.xlsx"
    book(path, [[TITLE], MARKS_HEAD, *MARKS])
    from shnor_lib.sources.read import read_file

    read = read_file(path, raw_dir=tmp_path, calendar=CALENDAR)
    fault = only(read.faults, "title-disagrees")
    assert fault.severity is Severity.QUESTION and fault.rows == 0
    for words in ("2023", "2021", "5", "6", "математика", "русский язык"):
        assert words in fault.message
    results = read.tables["results"]
    assert set(results[["year", "grade", "subject"]].itertuples(index=False, name=None)) == {
        (2023, 5, "математика")
    }
    assert accounted(read)


def test_the_season_in_words_wins_over_the_calendar(tmp_path):
    read = report(tmp_path / "ВПР осень 2023 Математика 5 класс.xlsx", MARKS_HEAD, *MARKS)
    assert set(read.tables["results"]["season"]) == {"autumn"}
    read = report(tmp_path / "ВПР 2020 Математика 5 класс.xlsx", MARKS_HEAD, *MARKS)
    assert set(read.tables["results"]["season"]) == {"autumn"}  # by the calendar
    read = report(tmp_path / "ВПР 2023 Математика 5 класс.xlsx", MARKS_HEAD, *MARKS)
    assert set(read.tables["results"]["season"]) == {"spring"}


def test_a_title_holds_on_for_the_reports_below_it(tmp_path):
    read = report(
        tmp_path / "a.xlsx",
        ["ВПР 2023 5 класс"],
        ["Предмет: Математика"], MARKS_HEAD, *MARKS, [],
        ["Предмет: Биология"], MARKS_HEAD, *MARKS,
    )  # fmt: skip
    assert read.faults == []
    results = read.tables["results"]
    assert results.groupby(["year", "grade", "subject"]).size().to_dict() == {
        (2023, 5, "математика"): 3,
        (2023, 5, "биология"): 3,
    }


# --- which report it is: «2», «3», «4», «5» are marks, scores or tasks


@pytest.mark.parametrize("title", [[], ["Отчёт"]])
@pytest.mark.parametrize(
    ("head", "rows", "layout"),
    [
        (MARKS_HEAD, MARKS, "vpr-native"),
        (SCORES_HEAD, SCORES, "vpr-native-scores"),
        ([*HEAD, None, *range(1, 9)], SCORES, "vpr-native-scores"),  # the heading «0» is lost
        (TASKS_HEAD, [TASKS_MAX, *TASKS], "vpr-native-tasks"),
        ([*HEAD, 1, 2, 3, 4, 5], [["Макс. балл", None, None, 1, 1, 2, 1, 2], *TASKS], "vpr-native-tasks"),
        ([*HEAD, "1К1", "1К2", 2, 3, 4, 5], [TASKS_MAX, *TASKS], "vpr-native-tasks"),
        (LINES_HEAD, JOURNAL, "vpr-native-journal"),
    ],
)  # fmt: skip
def test_a_report_is_known_without_its_title(tmp_path, title, head, rows, layout):
    read = report(tmp_path / "2023" / "5" / "Математика.xlsx", title, head, *rows)
    assert read.layouts == [layout]


@pytest.mark.parametrize(
    ("title", "layout"),
    [
        ("Распределение первичных баллов", "vpr-native-scores"),
        ("Выполнение заданий", "vpr-native-tasks"),
        ("Статистика по отметкам", "vpr-native"),
        ("Общая гистограмма отметок", "vpr-native"),
    ],
)
def test_the_title_decides_where_headings_cannot(tmp_path, title, layout):
    read = report(tmp_path / "a.xlsx", [title], [TITLE], MARKS_HEAD, *MARKS)
    assert read.layouts == [layout]


def test_scores_named_as_marks_never_become_marks(tmp_path):
    """A distribution whose first columns are lost keeps «2» … «5»: nothing of it may enter."""
    head = [*HEAD, *range(2, 9)]
    rows = [[*row[:3], *row[5:]] for row in SCORES]
    read = report(tmp_path / "a.xlsx", ["Распределение первичных баллов"], [TITLE], head, *rows)
    assert read.layouts == ["vpr-native-scores"] and not len(read.tables["score_distribution"])
    assert [f.code for f in read.faults] == ["missing-column", "missing-column"]
    assert "нет столбца «0»" in read.faults[0].message and accounted(read)


def test_two_kinds_of_report_on_one_sheet(tmp_path):
    read = report(
        tmp_path / "a.xlsx",
        [TITLE], MARKS_HEAD, *MARKS, [],
        ["Выполнение заданий"], [TITLE], TASKS_HEAD, TASKS_MAX, *TASKS,
    )  # fmt: skip
    assert read.layouts == ["vpr-native"]
    fault = only(read.faults, "other-report")
    assert (fault.severity, fault.rows) == (Severity.WARNING, 7)
    assert len(read.tables["results"]) == 3 and accounted(read)


def test_group_tasks_are_recognised_and_politely_left_aside(tmp_path):
    file, write = EXAMPLES["vpr-groups"]
    write(tmp_path / file)
    read = read_one(tmp_path / file)
    assert read.layouts == ["vpr-groups"]
    (fault,) = read.faults
    assert fault.code == "not-used" and fault.severity is Severity.QUESTION
    assert "не нужен" in fault.message and (read.rows_in, fault.rows) == (5, 5)
    assert not any(len(frame) for frame in read.tables.values())
    data = assemble([read], calendar=CALENDAR)
    assert not any(fault.severity is Severity.ERROR for fault in data.faults)


# --- which rows are schools


@pytest.mark.parametrize(
    ("text", "login", "name"),
    [
        ("МБОУ «СОШ № 1» (EDU000001)", "edu000001", "МБОУ «СОШ № 1»"),
        ("МБОУ СОШ № 1(sch010203)", "sch010203", "МБОУ СОШ № 1"),
        ("ksh010203 Колледж", "ksh010203", "Колледж"),
        ("spo000777", "spo000777", "spo000777"),
        ("Лицей № 1", None, "Лицей № 1"),
        ("edu01_m002 | Приозёрный район", None, "edu01_m002 | Приозёрный район"),
    ],
)
def test_logins(text, login, name):
    assert (login_of(text), bare_name(text)) == (login, name)


def test_old_and_new_logins_stay_two_schools(tmp_path):
    """«sch…» and «edu…» of equal digits are for the identity table to join, not for a reader."""
    rows = [[TITLE], MARKS_HEAD, ["СОШ № 1 (SCH000001)", 1, *MARKS[3][2:]], MARKS[3]]
    read = report(tmp_path / "a.xlsx", *rows)
    assert read.tables["results"]["school_id"].tolist() == ["sch000001", "edu000001"]


def test_where_schools_have_logins_a_bare_name_is_a_municipality():
    lines = [Line("Озёрный край", None, 60), Line("Светлый", None, 5000), Line(SCHOOL_1, None, 24)]
    assert levels(lines) == ["region", "municipality", "school"]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        # Participants of the rows below, together.
        ([("Заречье", None, 30), ("СОШ № 1", None, 20), ("СОШ № 2", None, 10)], "municipality"),
        ([("Заречье", 1, 20), ("Учреждение", 1, 20)], "municipality"),
        ([("Заречье", None, 500), ("СОШ № 1", None, 20)], "municipality"),
        # Two schools of one size, nothing else known.
        ([("Заречье", None, 20), ("Учреждение", None, 20)], "school"),
        ([("edu01_m002 | Заречье", None, 20)], "municipality"),
        ([("Итого", None, 20)], "sample"),
        ([("Все муниципалитеты", None, 20)], "sample"),
    ],
)
def test_what_a_bare_name_is(lines, expected):
    assert levels([Line(*line) for line in lines])[0] == expected


def test_only_the_region(tmp_path):
    read = report(tmp_path / "a.xlsx", [TITLE], MARKS_HEAD, *MARKS[:3])
    (fault,) = read.faults
    assert (fault.code, fault.severity) == ("no-schools", Severity.WARNING)
    assert "нет школ" in fault.message and read.rows_in == 0
    assert not len(read.tables["results"])


def test_nothing_under_the_headings(tmp_path):
    read = report(tmp_path / "a.xlsx", [TITLE], MARKS_HEAD)
    assert [fault.code for fault in read.faults] == ["no-data"]


def test_one_pupil_and_nobody(tmp_path):
    rows = [
        ["СОШ № 1 (edu000001)", 1, 1, 0, 100, 0, 0],
        ["СОШ № 2 (edu000002)", 1, 0, 0, 0, 0, 0],
        ["СОШ № 3 (edu000003)", 1, 0, None, None, None, None],
    ]
    read = report(tmp_path / "a.xlsx", [TITLE], MARKS_HEAD, *rows)
    assert read.faults == [] and read.rows_used == 3
    results = read.tables["results"]
    assert results["n"].tolist() == [1, 0, 0]
    assert results["n3"].fillna(-1).tolist() == [1, -1, -1]  # a zero of nobody is no zero


def test_a_row_without_a_name_is_refused(tmp_path):
    rows = [*MARKS, [None, 1, 24, *percents(3, 9, 8, 4)]]
    read = report(tmp_path / "a.xlsx", [TITLE], MARKS_HEAD, *rows)
    fault = only(read.faults, "no-name")
    assert (fault.cell, fault.rows) == ("A10", 1)
    assert (read.rows_in, read.rows_used) == (4, 3) and accounted(read)


def test_a_school_above_the_headings_is_not_lost(tmp_path):
    read = report(tmp_path / "a.xlsx", [TITLE], MARKS[3], MARKS_HEAD, *MARKS[4:])
    fault = only(read.faults, "row-above-headings")
    assert (fault.cell, fault.rows) == ("A2", 1) and accounted(read)
    assert read.tables["results"]["school_id"].tolist() == [SCHOOLS[1], SCHOOLS[2]]


def test_a_school_without_numbers_is_refused_and_a_note_is_not(tmp_path):
    rows = [*MARKS, ["    МБОУ СОШ № 9"], MARKS[-1]]
    rows[-1] = ["    Лицей № 2", *rows[-1][1:]]
    note = ["* Участвовали все школы, в том числе школа № 5"]
    read = report(tmp_path / "a.xlsx", [TITLE], MARKS_HEAD, *rows, [], note)
    assert only(read.faults, "empty-required").cell == "C10"
    assert read.rows_in == 5 and accounted(read)


# --- how it is laid out


def test_headings_repeated_on_every_printed_page(tmp_path):
    rows = [[TITLE], MARKS_HEAD, *MARKS[:4], ["Страница 1 из 2"], MARKS_HEAD, *MARKS[4:]]
    read = report(tmp_path / "a.xlsx", *rows)
    assert read.faults == [] and read.rows_used == 3
    # The second page goes on with the municipality of the first.
    assert read.seen["municipality"].tolist() == [
        "Приозёрный район",
        "Приозёрный район",
        "г. Светлый",
    ]


def test_the_wanted_sheet_is_the_second(tmp_path):
    path = book(tmp_path / "a.xlsx", [["Содержание"], ["1. Статистика по отметкам"]], sheet="Титул")
    workbook = openpyxl.load_workbook(path)
    sheet = workbook.create_sheet("Отчёт")
    for row in ([TITLE], MARKS_HEAD, *MARKS):
        sheet.append(row)
    workbook.save(path)
    read = read_one(path)
    assert read.layouts == ["vpr-native"] and len(read.tables["results"]) == 3
    assert [(f.code, f.sheet) for f in read.faults] == [("not-recognised", "Титул")]


def test_empty_headings_and_a_table_that_stands_elsewhere(tmp_path):
    head = [*MARKS_HEAD, None, None, "Качество, %", None]
    path = book(tmp_path / "a.xlsx", [[TITLE], head, *MARKS], top=4, left=3)
    read = read_one(path)
    assert read.faults == [] and len(read.tables["results"]) == 3
    letters = dict(zip(read.cells["column"], read.cells["letter"], strict=True))
    assert (letters["school_id"], letters["n"], letters["n2"]) == ("C", "E", "F")


@pytest.mark.parametrize("merge", [True, False])
def test_headings_in_two_rows(tmp_path, merge):
    rows = [
        [TITLE],
        [*HEAD, "Распределение отметок участников, %"],
        [None, None, None, 2, 3, 4, 5],
        *MARKS,
    ]
    path = book(tmp_path / "a.xlsx", rows)
    if merge:
        workbook = openpyxl.load_workbook(path)
        sheet = workbook.active
        sheet.merge_cells("D2:G2")
        for column in "ABC":
            sheet.merge_cells(f"{column}2:{column}3")
        workbook.save(path)
    read = read_one(path)
    assert read.layouts == ["vpr-native"] and read.faults == []
    assert read.tables["results"]["n2"].tolist() == [3, 3, 4]


def test_a_second_report_shifted_by_a_column(tmp_path):
    shifted = [[None, *row] for row in ([*MARKS_HEAD], *MARKS)]
    read = report(
        tmp_path / "a.xlsx",
        [TITLE],
        MARKS_HEAD,
        *MARKS,
        [],
        ["ВПР 2023 Биология 6 класс"],
        *shifted,
    )
    assert read.faults == []
    results = read.tables["results"]
    assert results.groupby("subject").size().to_dict() == {"биология": 3, "математика": 3}
    # A column that stands in two places has no letter.
    assert "n2" not in set(read.cells["column"])


def test_a_missing_or_repeated_column_refuses_the_report(tmp_path):
    read = report(tmp_path / "a.xlsx", [TITLE], MARKS_HEAD[:-1], *[row[:-1] for row in MARKS])
    assert "нет столбца «5»" in only(read.faults, "missing-column").message
    assert accounted(read) and not len(read.tables["results"])
    head = [*MARKS_HEAD, 5]
    read = report(tmp_path / "a.xlsx", [TITLE], head, *[[*row, row[-1]] for row in MARKS])
    assert "«5»" in only(read.faults, "repeated-column").message and accounted(read)
    read = report(tmp_path / "a.xlsx", [TITLE], [*HEAD[:2], "Всего чел.", 2, 3, 4, 5], *MARKS)
    assert "«Кол-во участников»" in only(read.faults, "missing-column").message and accounted(read)


def test_logins_in_a_column_of_their_own(tmp_path):
    head = ["Группы участников", "Логин ОО", "Кол-во участников", 2, 3, 4, 5]
    rows = [
        ["Озёрный край", None, 24, *MARKS[3][3:]],
        ["Светлый", None, 24, *MARKS[3][3:]],
        ["СОШ № 1", "EDU000001", *MARKS[3][2:]],
    ]
    read = report(tmp_path / "a.xlsx", [TITLE], head, *rows)
    assert read.tables["results"]["school_id"].tolist() == ["edu000001"]
    assert read.seen[["name", "municipality"]].to_numpy().tolist() == [["СОШ № 1", "Светлый"]]


# --- municipalities and tasks


@pytest.mark.parametrize(
    "name",
    ["Приозёрный район", "Приозёрный муниципальный район", "Приозёрный муниципальный округ",
     "муниципальный округ Приозёрный", "edu01_m002 | Приозерный  р-н"],
)  # fmt: skip
def test_a_district_under_its_names(name):
    assert municipality_key(name) == ("приозерный", "district")


def test_municipalities_that_are_not_one():
    names = ["Светлый район", "г. Светлый", "городской округ город Светлый", "Светлый", "Дальнее"]
    found = one_name_each(names)
    assert found["г. Светлый"] == found["городской округ город Светлый"] == names[2]
    assert found["Светлый район"] == "Светлый район"
    assert found["Светлый"] == "Светлый"  # town or district: nobody knows
    assert one_name_each(["Дальнее", "Дальнее"]) == {"Дальнее": "Дальнее"}
    assert one_name_each(["Заречный", "Заречный округ", "Заречный"])["Заречный"] == "Заречный округ"
    assert municipality_name("edu01_m002 | Заречный округ") == "Заречный округ"


@pytest.mark.parametrize(
    ("text", "name", "points"),
    [
        ("1", "1", None), (1.0, "1", None), ("2.1", "2.1", None), ("2,1", "2.1", None),
        ("4K1", "4К1", None), ("4к1", "4К1", None), ("10К2 (2б)", "10К2", 2), ("9 (1)", "9(1)", None),
        ("1(1) (1б)", "1(1)", 1), ("№ 3", "3", None), ("Задание 3", "3", None), ("балл за 12", "12", None),
        ("6.1К2", "6.1К2", None), ("13.1.", "13.1", None),
    ],
)  # fmt: skip
def test_numbers_of_tasks(text, name, points):
    assert parse_task(text) == Task(name, points)


@pytest.mark.parametrize("text", ["", "Сумма", "1 класс", "К1", "2023", "5%"])
def test_what_is_no_task(text):
    assert parse_task(text) is None


def test_a_renamed_municipality_is_one_in_the_derived_register(tmp_path):
    rows = [list(row) for row in MARKS]
    rows[2][0] = "Приозёрный муниципальный округ"
    old = report(tmp_path / "2022.xlsx", ["ВПР 2022 Математика 5 класс"], MARKS_HEAD, *MARKS)
    new = report(tmp_path / "2023.xlsx", [TITLE], MARKS_HEAD, *rows[:4])
    data = assemble([old, new], calendar=CALENDAR)
    assert dict(zip(data.schools["school_id"], data.schools["municipality"], strict=True)) == {
        SCHOOLS[0]: "Приозёрный муниципальный округ",
        SCHOOLS[1]: "Приозёрный муниципальный округ",  # only in the file of 2022
        SCHOOLS[2]: "г. Светлый",
    }


def test_an_unknown_municipality_does_not_replace_a_known_one(tmp_path):
    old = report(tmp_path / "2022.xlsx", ["ВПР 2022 Математика 5 класс"], MARKS_HEAD, *MARKS)
    new = report(tmp_path / "2023.xlsx", [TITLE], MARKS_HEAD, *MARKS[3:4])
    assert new.seen["municipality"].isna().all()
    data = assemble([old, new], calendar=CALENDAR)
    assert data.schools["municipality"].tolist() == ["Приозёрный район"] * 2 + ["г. Светлый"]
