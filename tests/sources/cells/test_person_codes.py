"""A name typed where a code belongs never enters, nor is it repeated anywhere."""

from __future__ import annotations

import pickle

import pytest

from shnor_lib.sources.cells.person_codes import is_full_name, why_no_code
from shnor_lib.sources.templates import write_workbook
from tests.sources.books import accounted, book, read_one
from tests.sources.examples import own

HEAD = [
    "Код школы", "Код учителя", "Предмет", "Диагностическая работа", "Дата диагностики",
    "Предметные, %",
]  # fmt: skip
GOOD = ["ШК-01", "ШК-01-У03", "математика", "Диагностика ИРО", "14.10.2025", 72]
NAMES = [
    "Образцова",
    "ОБРАЗЦОВА",
    "образцова",
    "Образцова П. П.",
    "П.П. Образцова",
    "Образцов Пробный Примерович",
    "образцов пробный примерович",
    "Образцова 2",
    "Ким1",
    "учитель математики",
    "учитель математики 2",
    "8 900 000-00-00",
    "000-000-000 00",
    "obraztsova",
]
CODES = ["ШК-01-У03", "Н-01", "т7", "15", "МАТ-07", "ШКОЛА-01", "учитель 3", "edu000001-03"]


@pytest.mark.parametrize("text", NAMES)
def test_names_phones_and_documents_are_no_codes(text):
    assert why_no_code(text)


@pytest.mark.parametrize("text", CODES)
def test_codes_are_codes(text):
    assert why_no_code(text) is None
    assert not is_full_name(text)


@pytest.mark.parametrize("text", NAMES)
def test_a_name_for_a_code_refuses_the_row_and_is_forgotten(tmp_path, text):
    rows = [HEAD, [GOOD[0], text, *GOOD[2:]], GOOD]
    read = read_one(book(tmp_path / "a.xlsx", rows))
    (fault,) = read.faults
    assert (fault.code, fault.cell, fault.rows) == ("name-for-code", "B2", 1)
    assert read.tables["teacher_diagnostics"]["teacher"].tolist() == ["ШК-01-У03"]
    assert accounted(read) and read.personal
    kept = pickle.dumps(read)
    assert all(word.encode() not in kept for word in text.split() if len(word) > 3)


@pytest.mark.parametrize("place", range(len(HEAD)))
def test_a_name_in_any_other_column_is_not_repeated_either(tmp_path, place):
    """Columns shifted, or a name in the wrong cell."""
    name = "Образцова Проба Примеровна"
    row = list(GOOD)
    row[place] = name
    read = read_one(book(tmp_path / "a.xlsx", [HEAD, row, GOOD]))
    assert [fault.rows for fault in read.faults] == [1] and accounted(read)
    kept = pickle.dumps(read)
    assert all(word.encode() not in kept for word in name.split())


def test_a_column_of_names_of_its_own_is_not_read(tmp_path):
    rows = [[*HEAD, "ФИО"], [*GOOD, "Образцова Проба Примеровна"]]
    read = read_one(book(tmp_path / "a.xlsx", rows))
    assert [fault.code for fault in read.faults] == ["unknown-column"]
    assert len(read.tables["teacher_diagnostics"]) == 1
    assert "Образцова".encode() not in pickle.dumps(read)


def test_public_persons_may_be_named_where_the_table_says_so(tmp_path):
    frame = own.rows("supporters").assign(display_name="Образцов П. П.")
    write_workbook(tmp_path / "a.xlsx", {"supporters": frame}, example=False)
    read = read_one(tmp_path / "a.xlsx")
    assert read.faults == []
    assert set(read.tables["supporters"]["display_name"]) == {"Образцов П. П."}
