"""Joining files: register, schools under several names, repeats, questions to the calendar."""

from __future__ import annotations

import pickle

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from shnor_lib.faults import Severity
from shnor_lib.sources.assemble import assemble, read_folder
from shnor_lib.sources.cells.problems import SHOWN
from shnor_lib.sources.templates import write_workbook
from shnor_lib.tables import TABLES

from .books import (
    CALENDAR,
    RESULTS_HEAD,
    SCHOOLS,
    VPR_HEAD,
    book,
    only,
    read_all,
    row,
    vpr_row,
    write_register,
)

GOOD = (12.5, 37.5, 33.33, 16.67)


def folder(path):
    return read_folder(path, calendar=CALENDAR)


def accounted_for(path) -> bool:
    reads = read_all(path)
    dataset = assemble(reads, calendar=CALENDAR)
    accepted = sum(len(getattr(dataset, name)) for name in TABLES)
    return sum(r.rows_in for r in reads) == accepted + sum(f.rows for f in dataset.faults)


def test_schools_are_found_under_every_code_and_name(tmp_path):
    write_register(tmp_path)
    codes = [
        "ШК-01",
        "edu000002",
        101001,
        "ООШ с. Дальнее",
        "шк-03",
        "EDU000001",
        "СОШ № 2 (Приозёрный район)",
    ]
    rows = [row(school_id=code, subject=f"предмет {i}") for i, code in enumerate(codes)]
    # Latin «K» where the register has a Cyrillic one.
    rows.append(row(school_id="ШK-02", subject="химия"))
    book(tmp_path / "a.xlsx", [RESULTS_HEAD, *rows])
    data = folder(tmp_path)
    assert data.faults == [], [fault.sentence() for fault in data.faults]
    assert data.results["school_id"].tolist() == [
        "ШК-01", "ШК-02", "ШК-01", "ШК-03", "ШК-03", "ШК-01", "ШК-02", "ШК-02",
    ]  # fmt: skip


def test_unknown_schools_are_named_with_the_nearest_known_one(tmp_path):
    write_register(tmp_path)
    rows = [
        row(school_id="ШК-04"),
        row(school_id="ШК-04", subject="химия"),
        row(school_id="Гимназия имени Иванова"),
    ]
    book(tmp_path / "a.xlsx", [RESULTS_HEAD, *rows, row()])
    data = folder(tmp_path)
    first, second = (fault for fault in data.faults if fault.code == "unknown-school")
    assert (first.cell, first.rows, first.severity) == ("A2", 2, Severity.ERROR)
    assert "«ШК-04» нет в реестре" in first.message
    assert "«ШК-0" in first.remedy
    assert "Добавьте школу в реестр" in second.remedy
    assert len(data.results) == 1 and accounted_for(tmp_path)


def test_an_unknown_login_of_a_known_name_says_whose_it_is(tmp_path):
    write_register(tmp_path)
    book(tmp_path / "a.xlsx", [VPR_HEAD, vpr_row("edu777777", 24, *GOOD, name="ООШ с. Дальнее")])
    fault = only(folder(tmp_path).faults, "unknown-school")
    assert "под кодом «ШК-03»" in fault.remedy and "«edu777777»" in fault.remedy


def test_a_name_two_schools_share_finds_neither(tmp_path):
    schools = pd.DataFrame(
        {"school_id": ["А1", "А2"], "name": "СОШ № 1", "municipality": ["Север", "Юг"]}
    )
    write_workbook(tmp_path / "r.xlsx", {"schools": schools}, example=False)
    rows = [row(school_id="СОШ № 1"), row(school_id="СОШ № 1 (Юг)")]
    book(tmp_path / "a.xlsx", [RESULTS_HEAD, *rows])
    data = folder(tmp_path)
    assert only(data.faults, "unknown-school").cell == "A2"
    assert data.results["school_id"].tolist() == ["А2"]


def test_a_login_two_schools_share_is_a_fault(tmp_path):
    write_workbook(
        tmp_path / "r.xlsx", {"schools": SCHOOLS.assign(fis_login="edu000001")}, example=False
    )
    faults = [fault for fault in folder(tmp_path).faults if fault.code == "shared-code"]
    assert [fault.cell for fault in faults] == ["K3", "K4"]


def test_without_a_register_it_is_derived_from_the_reports(tmp_path):
    book(
        tmp_path / "a.xlsx",
        [VPR_HEAD, vpr_row("edu000001", 24, *GOOD), vpr_row("edu000002", 24, *GOOD, name="Лицей")],
    )
    book(tmp_path / "b.xlsx", [["Код школы", "Учебный год", "Учителей"], ["edu000003", 2024, 5]])
    data = folder(tmp_path)
    fault = only(data.faults, "no-register")
    assert fault.severity is Severity.WARNING and "школ: 3" in fault.message
    assert data.schools[["school_id", "name", "municipality"]].to_numpy().tolist() == [
        ["edu000001", "СОШ № 1 с. Светлое", "Приозёрный район"],
        ["edu000002", "Лицей", "Приозёрный район"],
        ["edu000003", "edu000003", "не указан"],
    ]
    assert data.schools["source_row"].tolist()[:2] == [2, 3]
    TABLES["schools"].schema().validate(data.schools)


def test_repeats_inside_a_file_and_across_files_name_both_places(tmp_path):
    write_register(tmp_path)
    book(tmp_path / "a.xlsx", [RESULTS_HEAD, row(), row(), row(subject="химия")])
    # The same school under its login, other numbers.
    book(
        tmp_path / "b.xlsx",
        [RESULTS_HEAD, row(school_id="edu000001", subject="Химии", n=25, n5=5)],
        sheet="Итог",
    )
    data = folder(tmp_path)
    inside, across = (fault for fault in data.faults if fault.code == "duplicate-row")
    assert (inside.file, inside.cell, inside.rows) == ("a.xlsx", "A3", 1)
    assert "строка 2 (ШК-01, 2024, весна, ОГЭ, 9 класс, математика); числа те же" in inside.message
    assert (across.file, across.sheet, across.cell) == ("b.xlsx", "Итог", "A2")
    assert "файл «a.xlsx», лист «Лист1», строка 4" in across.message
    assert "числа разные" in across.message
    assert (
        across.expected == "одна строка на школу, учебный год, сезон, процедуру, класс и предмет."
    )
    assert len(data.results) == 2 and accounted_for(tmp_path)


def test_a_file_copied_twice_is_one_message_more(tmp_path):
    write_register(tmp_path)
    rows = [RESULTS_HEAD, *(row(subject=f"предмет {i}") for i in range(60))]
    book(tmp_path / "a.xlsx", rows)
    book(tmp_path / "копия.xlsx", rows)
    data = folder(tmp_path)
    found = [fault for fault in data.faults if fault.code == "duplicate-row"]
    assert len(found) == SHOWN + 1
    assert sum(fault.rows for fault in found) == 60
    assert "лежит в папке дважды" in [f for f in found if f.rows > 1][0].remedy
    assert accounted_for(tmp_path)


def test_a_school_twice_in_the_register(tmp_path):
    write_register(tmp_path)
    write_workbook(tmp_path / "r2.xlsx", {"schools": SCHOOLS.head(1)}, example=False)
    data = folder(tmp_path)
    assert "файл «r2.xlsx»" in only(data.faults, "duplicate-row").message
    assert len(data.schools) == 3


def test_results_of_a_procedure_not_held_are_a_question_and_enter(tmp_path):
    write_register(tmp_path)
    rows = [
        row(year=2020),
        row(year=2020, subject="химия"),
        row(year=2020, subject="физика", n=0, n2=0, n3=0, n4=0, n5=0),
    ]
    book(tmp_path / "a.xlsx", [RESULTS_HEAD, *rows])
    data = folder(tmp_path)
    fault = only(data.faults, "not-held")
    assert (fault.severity, fault.cell, fault.rows) == (Severity.QUESTION, "D2", 0)
    assert "«ОГЭ в 2020 году отменён»" in fault.message and "строк: 2" in fault.message
    assert len(data.results) == 3


def test_a_broken_register_does_not_accuse_every_school(tmp_path):
    book(tmp_path / "r.xlsx", [["Код школы", "Краткое наименование"], ["ШК-01", "СОШ № 1"]])
    book(tmp_path / "a.xlsx", [RESULTS_HEAD, row()])
    assert [fault.code for fault in folder(tmp_path).faults] == ["missing-column"]


def test_the_order_of_files_does_not_matter(tmp_path):
    write_register(tmp_path)
    for name in ("b", "a", "sub/c"):
        book(
            tmp_path / f"{name}.xlsx",
            [RESULTS_HEAD, row(), row(school_id="нет такой"), row(subject=f"предмет {name}")],
        )
    reads = read_all(tmp_path)
    one, other = assemble(reads, calendar=CALENDAR), assemble(reads[::-1], calendar=CALENDAR)
    assert one.faults == other.faults
    assert_frame_equal(one.results, other.results)
    assert "sub/c.xlsx" in set(one.results["source_file"])


def test_every_table_passes_its_schema(tmp_path):
    write_register(tmp_path)
    book(tmp_path / "a.xlsx", [RESULTS_HEAD, row(), row(n="много", subject="химия")])
    data = folder(tmp_path)
    for name, table in TABLES.items():
        table.schema().validate(getattr(data, name), lazy=True)
    assert data.cell("a.xlsx", "Лист1", 2, "n", "n2", "n5") == "G2, H2, K2"


def test_nothing_at_all_is_an_empty_data_set(tmp_path):
    data = folder(tmp_path)
    assert data.faults == [] and len(data.results) == 0 and data.years == []


@pytest.mark.parametrize("name", [".hidden/x.xlsx", "~$a.xlsx", ".ipynb_checkpoints/a.xlsx"])
def test_hidden_places_are_not_read(tmp_path, name):
    book(tmp_path / name, [RESULTS_HEAD, row()])
    assert len(folder(tmp_path).results) == 0


def test_what_was_read_survives_a_process_boundary(tmp_path):
    write_register(tmp_path)
    book(tmp_path / "a.xlsx", [RESULTS_HEAD, row(), row(n="много", subject="химия")])
    reads = read_all(tmp_path)
    copies = pickle.loads(pickle.dumps(reads))
    one, other = assemble(reads, calendar=CALENDAR), assemble(copies, calendar=CALENDAR)
    assert one.faults == other.faults
    assert_frame_equal(one.results, other.results)
