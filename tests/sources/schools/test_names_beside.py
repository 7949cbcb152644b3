"""Names beside codes: whose numbers are these?"""

from __future__ import annotations

import openpyxl
import pytest

from shnor_lib.sources.assemble import read_folder
from shnor_lib.sources.templates import write_workbook
from tests.sources.books import CALENDAR, SCHOOLS, book, only
from tests.sources.examples import own

HEAD = ["Код школы", "Школа", "Учебный год", "Учителей"]
NAMES = dict(zip(SCHOOLS["school_id"], SCHOOLS["name"], strict=True))


def read(folder, *rows, head=HEAD):
    write_workbook(folder / "r.xlsx", {"schools": SCHOOLS}, example=False)
    book(folder / "a.xlsx", [head, *rows])
    return read_folder(folder, calendar=CALENDAR)


def test_right_names_and_unknown_names_say_nothing(tmp_path):
    data = read(
        tmp_path,
        ["ШК-01", "СОШ № 1 с. Светлое", "2023/2024", 20],
        ["ШК-02", "сош №2", "2023/2024", 21],
        ["ШК-03", "Дальненская школа", "2023/2024", 22],
    )
    assert data.faults == [] and len(data.staff) == 3


@pytest.mark.parametrize("heading", ["Школа", "ОО", "Наименование ОО"])
def test_a_name_of_another_school_is_told_and_the_row_enters(tmp_path, heading):
    data = read(
        tmp_path,
        ["ШК-01", NAMES["ШК-01"], "2023/2024", 20],
        ["edu000002", NAMES["ШК-03"], "2023/2024", 21],
        head=[HEAD[0], heading, *HEAD[2:]],
    )
    fault = only(data.faults, "other-school-beside")
    assert (fault.file, fault.cell, fault.rows) == ("a.xlsx", "B3", 0)
    assert (
        "рядом с кодом «edu000002» (СОШ № 2) стоит название другой школы — «ООШ с. Дальнее»."
        in fault.message
    )
    assert "сдвинуты" not in fault.message
    assert data.staff["school_id"].tolist() == ["ШК-01", "ШК-02"]


def test_a_whole_sheet_shifted_is_one_warning(tmp_path):
    codes = list(NAMES)
    rows = [
        [code, NAMES[name], "2023/2024", 20]
        for code, name in zip(codes, [*codes[1:], codes[0]], strict=True)
    ]
    fault = only(read(tmp_path, *rows).faults, "other-school-beside")
    assert "всего таких: 3" in fault.message and "сдвинуты" in fault.message


def test_the_name_follows_the_code_in_the_empty_rows_of_a_template(tmp_path):
    """There it is a formula: whatever code is chosen, nothing is said."""
    write_workbook(tmp_path / "r.xlsx", {"schools": SCHOOLS}, example=False)
    own.write("staff", tmp_path / "a.xlsx")
    workbook = openpyxl.load_workbook(tmp_path / "a.xlsx")
    sheet = workbook["Кадры"]
    assert sheet["B5"].value.startswith("=IF(A5")
    sheet["A5"], sheet["C5"], sheet["D5"] = "ШК-02", "2024/2025", 7
    workbook.save(tmp_path / "a.xlsx")
    data = read_folder(tmp_path, calendar=CALENDAR)
    assert data.faults == [] and len(data.staff) == 4


def test_without_a_register_the_names_name_the_schools(tmp_path):
    book(tmp_path / "a.xlsx", [HEAD, ["ШК-01", NAMES["ШК-01"], "2023/2024", 20]])
    data = read_folder(tmp_path, calendar=CALENDAR)
    assert data.schools[["school_id", "name"]].values.tolist() == [["ШК-01", NAMES["ШК-01"]]]
