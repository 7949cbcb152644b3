"""«ВПР. Достижение планируемых результатов»."""

from __future__ import annotations

import openpyxl
import pytest

from shnor_lib.faults import Severity
from shnor_lib.sources.assemble import assemble
from shnor_lib.sources.layouts.planned_roles import role_of
from tests.sources.books import CALENDAR, accounted, book, only, read_one
from tests.sources.fis_oko_books import PLANNED, PLANNED_HEAD, TITLE, report

SHARES = ["share", "share_municipality", "share_region", "share_country"]


def native(path, *rows, head=PLANNED_HEAD, title=TITLE, file="a.xlsx"):
    return report(path / file, ["Достижение планируемых результатов"], [title], head, *rows)


def test_percents_become_shares_by_requirement(tmp_path):
    read = native(tmp_path, *PLANNED)
    assert read.faults == [] and read.layouts == ["vpr-planned"]
    frame = read.tables["planned_results"]
    assert frame["requirement"].tolist() == [
        "Умение выполнять действия с дробями",
        "Умение решать задачи на покупки (задание 2.1)",
        "Умение решать задачи на покупки (задание 2.2)",
        "Умение читать таблицы",
    ]
    assert frame["task"].tolist() == ["1", "2.1", "2.2", "4К1"]
    assert frame["max_score"].tolist() == [1, 2, 1, 3]
    assert frame[SHARES].iloc[0].round(4).tolist() == [0.875, 0.7083, 0.712, 0.721]
    assert set(
        frame[["school_id", "procedure", "year", "season", "grade", "subject"]].itertuples(
            index=False, name=None
        )
    ) == {("edu000001", "vpr", 2023, "spring", 5, "математика")}
    assert read.seen[["name", "municipality"]].to_numpy().tolist() == [
        ["МБОУ «СОШ № 1»", "Приозёрный район"]
    ]
    letters = dict(zip(read.cells["column"], read.cells["letter"], strict=True))
    assert [letters[name] for name in SHARES] == ["F", "E", "D", "G"]
    assert frame["source_row"].tolist() == [4, 5, 6, 7] and read.rows_used == 4
    assert len(assemble([read], calendar=CALENDAR).planned_results) == 4


def test_numbers_inside_the_requirements_and_no_column_of_them(tmp_path):
    head = PLANNED_HEAD[1:]
    rows = [[f"{row[0]}. {row[1]}", *row[2:]] for row in PLANNED]
    rows[0][0] = "Умение работать с 5 классами"
    read = native(tmp_path, *rows, head=head)
    frame = read.tables["planned_results"]
    assert read.faults == [] and frame["task"].fillna("").tolist() == ["", "2.1", "2.2", "4К1"]
    assert frame["requirement"].tolist()[0] == "Умение работать с 5 классами"
    assert frame["requirement"].tolist()[3] == "Умение читать таблицы"


@pytest.mark.parametrize(
    ("title", "file", "name", "code"),
    [
        (f"{TITLE}; МБОУ «СОШ № 7» (edu000007)", "a.xlsx", "МБОУ «СОШ № 7»", "edu000007"),
        (TITLE, "edu000007 Математика.xlsx", None, "edu000007"),
        (TITLE, "СОШ № 7/Математика.xlsx", "СОШ № 7", "СОШ № 7"),
    ],
)
def test_the_school_stands_elsewhere(tmp_path, title, file, name, code):
    head = [*PLANNED_HEAD[:3], "Регион", "МО", "ОО", "РФ"]
    path = book(tmp_path / file, [*([text] for text in title.split("; ")), head, *PLANNED])
    from shnor_lib.sources.read import read_file

    read = read_file(path, raw_dir=tmp_path, calendar=CALENDAR)
    assert read.faults == []
    assert set(read.tables["planned_results"]["school_id"]) == {code}
    assert name is None or read.seen["name"].tolist() == [name]


def test_a_school_nobody_names(tmp_path):
    head = [*PLANNED_HEAD[:3], "Регион", "МО", "ОО", "РФ"]
    read = native(tmp_path, *PLANNED, head=head)
    fault = only(read.faults, "no-school-name")
    assert (fault.cell, fault.rows) == ("F3", 4) and accounted(read)


def test_no_column_of_a_school(tmp_path):
    head = [*PLANNED_HEAD[:5], "РФ"]
    read = native(tmp_path, *[[*row[:5], row[6]] for row in PLANNED], head=head)
    fault = only(read.faults, "no-schools")
    assert (fault.severity, fault.rows) == (Severity.WARNING, 4) and accounted(read)


def test_two_schools_side_by_side(tmp_path):
    head = [*PLANNED_HEAD[:6], "Лицей № 1", "РФ"]
    read = native(tmp_path, *[[*row[:6], 50, row[6]] for row in PLANNED], head=head)
    frame = read.tables["planned_results"]
    assert read.faults == [] and (read.rows_in, read.rows_used, len(frame)) == (4, 4, 8)
    assert frame.groupby("school_id")["share"].first().to_dict() == {
        "edu000001": 0.875,
        "Лицей № 1": 0.5,
    }
    assert set(frame["share_country"].dropna().round(3)) == {0.721, 0.56, 0.415, 0.609}


def test_participants_below_the_headings(tmp_path):
    counts = [None, None, None, "60 уч.", "48 уч.", "24 уч.", "1 400 000 уч."]
    assert (
        native(tmp_path, counts, *PLANNED).tables["planned_results"]["share"].tolist()[0] == 0.875
    )
    counts[5] = "0 уч."
    zeros = [[*row[:5], 0, row[6]] for row in PLANNED]
    read = native(tmp_path, counts, *zeros)
    assert read.faults == [] and read.tables["planned_results"]["share"].isna().all()


@pytest.mark.parametrize("merged", [True, False])
def test_headings_in_two_rows(tmp_path, merged):
    upper = [*PLANNED_HEAD[:3], "Средний % выполнения", None, None, None]
    lower = [None, None, None, "По региону", "По МО", "По школе", "По России"]
    title = [[TITLE], ["ОО: СОШ № 7 с. Светлое"]]
    path = book(tmp_path / "a.xlsx", [*title, upper, lower, *PLANNED])
    if merged:
        workbook = openpyxl.load_workbook(path)
        workbook.active.merge_cells("D3:G3")
        for column in "ABC":
            workbook.active.merge_cells(f"{column}3:{column}4")
        workbook.save(path)
    read = read_one(path)
    assert read.faults == []
    frame = read.tables["planned_results"]
    assert frame[SHARES].iloc[0].round(4).tolist() == [0.875, 0.7083, 0.712, 0.721]
    assert set(frame["school_id"]) == {"СОШ № 7 с. Светлое"}


@pytest.mark.parametrize("merged", [True, False])
def test_one_requirement_merged_over_two_tasks(tmp_path, merged):
    rows = [list(row) for row in PLANNED]
    rows[2][1] = None
    path = book(tmp_path / "a.xlsx", [[TITLE], PLANNED_HEAD, *rows])
    if merged:
        workbook = openpyxl.load_workbook(path)
        workbook.active.merge_cells("B4:B5")
        workbook.save(path)
    read = read_one(path)
    assert read.faults == []
    assert read.tables["planned_results"]["requirement"].tolist()[1:3] == [
        "Умение решать задачи на покупки (задание 2.1)",
        "Умение решать задачи на покупки (задание 2.2)",
    ]


@pytest.mark.parametrize(
    ("place", "value", "code", "cell"),
    [
        (5, 120, "percent-out-of-range", "F5"),
        (5, -3, "percent-out-of-range", "F5"),
        (6, "много", "text-for-number", "G5"),
        (2, 0, "not-a-maximum", "C5"),
        (2, "два", "text-for-number", "C5"),
    ],
)
def test_refused_rows_say_why(tmp_path, place, value, code, cell):
    rows = [list(row) for row in PLANNED]
    rows[1][place] = value
    read = native(tmp_path, *rows)
    (fault,) = read.faults
    assert (fault.code, fault.cell, fault.rows) == (code, cell, 1) and accounted(read)
    assert read.tables["planned_results"]["task"].tolist() == ["1", "2.2", "4К1"]


def test_sections_and_notes_are_no_rows_and_a_row_without_text_is_refused(tmp_path):
    rows = [
        [None, "Раздел «Числа»"], *PLANNED[:2], [None, "Раздел «Данные»"],
        [None, None, 1, 40, 31.25, 33.33, 41.5], PLANNED[3], [], ["* по данным на июнь"],
    ]  # fmt: skip
    read = native(tmp_path, *rows)
    assert only(read.faults, "no-name").cell == "B8"
    assert (read.rows_in, read.rows_used) == (4, 3) and accounted(read)


def test_headings_repeated_on_every_page_and_a_second_report(tmp_path):
    read = report(
        tmp_path / "a.xlsx",
        [TITLE], PLANNED_HEAD, *PLANNED[:2], ["Страница 2"], PLANNED_HEAD, *PLANNED[2:], [],
        ["ВПР 2023 Биология 6 класс"], PLANNED_HEAD, *PLANNED,
    )  # fmt: skip
    assert read.faults == []
    frame = read.tables["planned_results"]
    assert frame.groupby(["subject", "grade"]).size().to_dict() == {
        ("математика", 5): 4,
        ("биология", 6): 4,
    }
    assert read.rows_in == 8 and accounted(read)


def test_without_a_title(tmp_path):
    read = report(tmp_path / "a.xlsx", PLANNED_HEAD, *PLANNED)
    assert only(read.faults, "title-incomplete").rows == 4 and accounted(read)


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("Озёрный край", "region"), ("По региону", "region"), ("Все муниципалитеты", "region"),
        ("Приозёрный муниципальный округ", "municipality"), ("МО", "municipality"),
        ("г. Светлый", "municipality"), ("МБОУ «СОШ № 3 Приозёрного района»", "school"),
        ("Учреждение (sch012345)", "school"), ("ОО", "school"), ("РФ", "country"),
        ("Вся выборка", "country"), ("По России", "country"), ("Светлый", None),
    ],
)  # fmt: skip
def test_whom_a_column_is_about(text, role):
    assert role_of(text) == role


def test_a_bare_name_is_the_municipality(tmp_path):
    head = [*PLANNED_HEAD[:4], "Светлый", *PLANNED_HEAD[5:]]
    read = native(tmp_path, *PLANNED, head=head)
    assert read.faults == [] and read.seen["municipality"].tolist() == ["Светлый"]
