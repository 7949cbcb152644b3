"""Both forms of «ВПР. Статистика по отметкам»."""

from __future__ import annotations

from dataclasses import replace

import openpyxl
import pandas as pd
import pytest

from shnor_lib.faults import Severity
from shnor_lib.sources.layouts.fis_oko_rows import Line, levels
from tests.sources.books import VPR_HEAD, accounted, book, only, read_one, vpr_row

GOOD = (12.5, 37.5, 33.33, 16.67)  # 3, 9, 8, 4 of 24


def consolidated(path, *rows, **more):
    return read_one(book(path / "a.xlsx", [VPR_HEAD, *rows], **more))


def test_percents_become_pupils_with_their_cells(tmp_path):
    read = consolidated(tmp_path, vpr_row("edu000001", 24, *GOOD), sheet="2021")
    assert read.faults == [] and read.layouts == ["vpr-consolidated"]
    (record,) = read.tables["results"].to_dict("records")
    assert [record[f"n{mark}"] for mark in (2, 3, 4, 5)] == [3, 9, 8, 4]
    assert (record["n_low"], record["n_high"], record["n"]) == (3, 4, 24)
    assert (record["procedure"], record["season"], record["year"], record["grade"]) == (
        "vpr",
        "spring",
        2021,
        5,
    )
    assert (record["school_id"], record["subject"]) == ("edu000001", "математика")
    letters = dict(zip(read.cells["column"], read.cells["letter"], strict=True))
    assert (letters["n"], letters["n2"], letters["n5"], letters["school_id"]) == (
        "G",
        "H",
        "K",
        "F",
    )
    seen = read.seen.to_dict("records")
    assert [(s["school_id"], s["name"], s["municipality"]) for s in seen] == [
        ("edu000001", "СОШ № 1 с. Светлое", "Приозёрный район")
    ]


def test_the_season_is_the_calendars(tmp_path):
    read = consolidated(
        tmp_path, vpr_row("a", 24, *GOOD, year=2020), vpr_row("a", 24, *GOOD, year=2022, grade=11)
    )
    assert read.tables["results"]["season"].tolist() == ["autumn", "spring"]


@pytest.mark.parametrize(
    "percents",
    [
        ("12,5", "37,5", "33,33", "16,67"),
        ("12,50 %", "37,50 %", "33,33 %", "16,67 %"),
        (0.125, 0.375, 0.3333, 0.1667),  # cells in Excel's per cent format
        (12.5, 37.5, 33.3, 16.7),
    ],
)
def test_ways_to_write_percents(tmp_path, percents):
    read = consolidated(tmp_path, vpr_row("a", 24, *percents))
    assert read.faults == []
    assert read.tables["results"][["n2", "n3", "n4", "n5"]].to_numpy().tolist() == [[3, 9, 8, 4]]


def test_an_empty_percent_is_zero_when_the_others_make_a_hundred(tmp_path):
    read = consolidated(tmp_path, vpr_row("a", 4, None, 75, 25, None))
    assert read.tables["results"][["n2", "n3", "n4", "n5"]].to_numpy().tolist() == [[0, 3, 1, 0]]


def test_a_zero_of_nobody_is_not_a_zero(tmp_path):
    read = consolidated(tmp_path, vpr_row("a", 0, 0, 0, 0, 0))
    assert read.faults == []
    (record,) = read.tables["results"].to_dict("records")
    assert record["n"] == 0 and pd.isna(record["n2"]) and pd.isna(record["n_low"])


def test_no_marks_at_all_is_a_doubt_not_a_zero(tmp_path):
    read = consolidated(tmp_path, vpr_row("a", 24, None, None, None, None))
    assert only(read.faults, "no-marks").severity is Severity.WARNING
    assert read.tables["results"]["n2"].isna().all()


@pytest.mark.parametrize(
    ("cells", "code", "cell", "words"),
    [
        ((24, 12.5, 37.5, 33.33, 10), "percents-not-whole", "H2", "вместе они дают 93,33\u202f%"),
        ((24, 12.6, 37.4, 33.33, 16.67), "percents-not-whole", "H2", "целых чисел учеников с такими долями не получается"),
        ((24, 3, 9, 8, 4), "counts-for-percents", "H2", "похоже на числа учеников (вместе 24)"),
        ((24, 153, 0, 0, 0), "above-maximum", "H2", "153 — больше, чем 100"),
        ((2.5, 50, 50, 0, 0), "fractional-count", "G2", "дробное число 2,5"),
        ((None, 50, 50, 0, 0), "empty-required", "G2", "«Кол-во участников»"),
        ((0, 50, 50, 0, 0), "percents-of-nobody", "G2", "участников 0"),
        ((24, "много", 50, 0, 50), "text-for-number", "H2", "«много» — это не число"),
    ],
)  # fmt: skip
def test_refused_rows_say_why(tmp_path, cells, code, cell, words):
    read = consolidated(tmp_path, vpr_row("a", *cells), vpr_row("b", 24, *GOOD))
    (fault,) = read.faults
    assert (fault.code, fault.cell, fault.rows) == (code, cell, 1)
    assert words in fault.message
    assert read.tables["results"]["school_id"].tolist() == ["b"]
    assert accounted(read)


def test_missing_column_and_wrong_year(tmp_path):
    read = read_one(book(tmp_path / "b.xlsx", [VPR_HEAD[:-1], vpr_row("a", 24, *GOOD)[:-1]]))
    assert only(read.faults, "missing-column").message.startswith("нет столбца «5»")
    read = consolidated(tmp_path, vpr_row("a", 24, *GOOD, year="осень"), sheet="2023")
    assert only(read.faults, "not-a-year").cell == "A2"
    read = consolidated(tmp_path, vpr_row("a", 24, *GOOD, year=2021), sheet="2023")
    assert "лист называется «2023»" in only(read.faults, "year-disagrees").message
    assert len(read.tables["results"]) == 1


def test_schools_without_logins_are_known_by_name(tmp_path):
    read = consolidated(
        tmp_path,
        vpr_row(None, 24, *GOOD, name="СОШ № 1", municipality="Приозёрный район"),
        vpr_row(None, 24, *GOOD, name="СОШ № 1", municipality="Заречный округ"),
        vpr_row(None, 24, *GOOD, name="Лицей"),
    )
    assert read.tables["results"]["school_id"].tolist() == [
        "СОШ № 1 (Приозёрный район)", "СОШ № 1 (Заречный округ)", "Лицей",
    ]  # fmt: skip


def test_logins_in_capitals_and_municipalities_with_their_own_login(tmp_path):
    read = consolidated(
        tmp_path,
        vpr_row("EDU000001", 24, *GOOD, municipality="edu01_m002 | Приозёрный район"),
        vpr_row("ОО-1", 24, *GOOD),
    )
    assert read.tables["results"]["school_id"].tolist() == ["edu000001", "ОО-1"]
    assert set(read.seen["municipality"]) == {"Приозёрный район"}


def test_our_own_results_form_is_not_taken_for_percents(tmp_path):
    """Same «2»–«5», but «Процедура» stands there: these are pupils."""
    rows = [[*VPR_HEAD, "Процедура"], [*vpr_row("a", 24, 3, 9, 8, 4), "ВПР"]]
    read = read_one(book(tmp_path / "a.xlsx", rows))
    assert read.layouts == ["own:results"] and read.faults == []
    assert read.tables["results"]["n2"].tolist() == [3]


NATIVE_HEAD = ["Группы участников", "Кол-во ОО", "Кол-во участников", 2, 3, 4, 5]
NATIVE = [
    ["Вся выборка", 38000, 1400000, 14.8, 41.07, 32.22, 11.91],
    ["Озёрный край", 3, 60, 16.67, 37.5, 33.33, 12.5],
    ["  Приозёрный район", 2, 48, 12.5, 37.5, 33.33, 16.67],
    ["    МБОУ «СОШ № 1» (edu000001)", 1, 24, *GOOD],
    ["    МБОУ «СОШ № 2 Приозёрного района» (edu000002)", 1, 24, *GOOD],
    ["  г. Светлый", 1, 12, 33.33, 33.33, 33.33, 0],
    ["    Лицей № 1", 1, 12, 33.33, 33.33, 33.33, 0],
]


def native(path, *rows):
    return read_one(book(path / "native.xlsx", rows, sheet="Лист1"))


def test_the_native_report(tmp_path):
    read = native(
        tmp_path,
        ["Статистика по отметкам"],
        ["ВПР 2023 Математика 5 класс"],
        [],
        NATIVE_HEAD,
        *NATIVE,
    )
    assert read.layouts == ["vpr-native"]
    assert read.faults == [], [f.sentence() for f in read.faults]
    results = read.tables["results"]
    assert results["school_id"].tolist() == ["edu000001", "edu000002", "Лицей № 1"]
    assert results["source_row"].tolist() == [8, 9, 11]
    assert results[["n", "n2", "n3", "n4", "n5"]].to_numpy().tolist() == [
        [24, 3, 9, 8, 4], [24, 3, 9, 8, 4], [12, 4, 4, 4, 0],
    ]  # fmt: skip
    assert set(zip(results["year"], results["grade"], results["subject"], strict=True)) == {
        (2023, 5, "математика")
    }
    assert read.rows_in == 3 and accounted(read)
    assert read.seen["municipality"].tolist() == [
        "Приозёрный район",
        "Приозёрный район",
        "г. Светлый",
    ]
    assert read.seen["name"].tolist()[0] == "МБОУ «СОШ № 1»"
    letters = dict(zip(read.cells["column"], read.cells["letter"], strict=True))
    assert (letters["school_id"], letters["n"], letters["n2"]) == ("A", "C", "D")


def test_titles_in_label_cells_and_without_a_column_of_schools(tmp_path):
    head = [name for name in NATIVE_HEAD if name != "Кол-во ОО"]
    rows = [[row[0], *row[2:]] for row in NATIVE]
    read = native(
        tmp_path,
        ["Предмет:", "Русскому языку"],
        ["Класс:", 8],
        ["Учебный год:", "2022/2023"],
        head,
        *rows,
    )
    results = read.tables["results"]
    assert set(zip(results["year"], results["grade"], results["subject"], strict=True)) == {
        (2023, 8, "русский язык")
    }
    assert len(results) == 3


def test_several_reports_on_one_sheet(tmp_path):
    read = native(
        tmp_path,
        ["ВПР 2023 Математика 5 класс"], NATIVE_HEAD, *NATIVE, [],
        ["* по данным на июнь"], ["ВПР 2023 Биология 6 класс"], NATIVE_HEAD, *NATIVE,
    )  # fmt: skip
    results = read.tables["results"]
    assert results.groupby(["subject", "grade"]).size().to_dict() == {
        ("биология", 6): 3,
        ("математика", 5): 3,
    }
    sheet = openpyxl.load_workbook(tmp_path / "native.xlsx").active
    for record in results.itertuples():
        assert record.school_id in sheet.cell(record.source_row, 1).value


def test_a_report_without_its_title_is_refused(tmp_path):
    read = native(tmp_path, ["Статистика по отметкам"], ["Математика"], NATIVE_HEAD, *NATIVE)
    fault = only(read.faults, "title-incomplete")
    assert "не найдено: год, класс" in fault.message
    assert fault.rows == 3 and accounted(read)


def test_a_municipality_that_is_not_the_sum_of_its_schools_is_a_doubt(tmp_path):
    rows = [row for row in NATIVE if "edu000002" not in row[0]]
    read = native(tmp_path, ["ВПР 2023 Математика 5 класс"], NATIVE_HEAD, *rows)
    fault = only(read.faults, "sum-disagrees")
    assert (fault.severity, fault.cell) == (Severity.WARNING, "C5")
    assert "участников 48, а по школам под этой строкой вместе 24" in fault.message
    assert len(read.tables["results"]) == 2


def test_a_faulty_school_row_of_the_native_report(tmp_path):
    rows = [list(row) for row in NATIVE]
    rows[3][3] = 13.1
    read = native(tmp_path, ["ВПР 2023 Математика 5 класс"], NATIVE_HEAD, *rows)
    assert only(read.faults, "percents-not-whole").cell == "D6"
    assert accounted(read) and read.rows_in == 3


@pytest.mark.parametrize(
    ("name", "schools", "expected"),
    [
        ("Вся выборка", 38000, "sample"),
        ("РФ", 38000, "sample"),
        ("Озёрный край", 600, "region"),
        ("Республика Заречье", 600, "region"),
        ("Приозёрный муниципальный район", 1, "municipality"),
        ("Городской округ Светлый", None, "municipality"),
        ("г. Светлый", 1, "municipality"),
        ("Заречье", 12, "municipality"),
        ("МБОУ «СОШ № 3 Приозёрного района»", 1, "school"),
        ("МКОУ Дальняя ООШ г. Светлый", 1, "school"),
        ("Учреждение (sch012345)", None, "school"),
        ("Учреждение", 1, "school"),
    ],
)
def test_what_a_row_of_the_native_report_is(name, schools, expected):
    assert levels([Line(name, schools, 20)]) == [expected]


def test_a_municipality_of_one_school_is_told_by_the_next_row():
    lines = [Line("Заречье", 1, 20), Line("Учреждение", 1, 20), Line("Дальнее", 1, 5)]
    assert levels(lines) == ["municipality", "school", "school"]
    assert levels([replace(lines[0], n=21), *lines[1:]])[0] == "school"
