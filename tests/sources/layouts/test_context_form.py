"""The context questionnaire of ФИС ОКО: read, made sense of, given to the register and «Кадры»."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from shnor_lib.faults import Severity
from shnor_lib.sources.assemble import read_folder
from shnor_lib.sources.file_read import FileRead
from shnor_lib.sources.layouts.context_form import find_questions
from shnor_lib.sources.templates import write_workbook
from shnor_lib.store import Dataset
from shnor_lib.tables import TABLES
from tests.sources.books import (
    CALENDAR,
    RESULTS_HEAD,
    SCHOOLS,
    accounted,
    book,
    only,
    read_one,
    row,
    write_register,
)
from tests.sources.examples.context_form import (
    EDUCATION,
    GENERAL,
    SECRETS,
    base_row,
    education_row,
    general_row,
    write,
    write_rows,
)

FILE = "Сбор контекстных данных об ОО (2022).xlsx"
ONE, TWO = ("edu000001", "СОШ № 1 с. Светлое", 1), ("edu000002", "СОШ № 2", 2)


def forms(path: Path, general: list[list[Any]], education: list[list[Any]] | None = None) -> None:
    """A questionnaire whose second sheet is about the same schools unless it is given."""
    rows = education
    if rows is None:
        rows = [education_row(line[0], line[4], line[6]) for line in general]
    write_rows(path, general, rows)


def one(tmp_path: Path, **more: Any) -> FileRead:
    """The first sheet with one school."""
    forms(tmp_path / FILE, [general_row(*ONE, **more)])
    return read_one(tmp_path / FILE)


def counts(tmp_path: Path, *values: Any) -> tuple[FileRead, list[Any]]:
    """The second sheet with one school: pupils, teachers, of 5–9, qualified; and what is read."""
    pupils, teachers, some, qualified = values
    rows = [education_row(*ONE, counts=(pupils, 1, 1, teachers, some, qualified))]
    forms(tmp_path / FILE, [general_row(*ONE)], rows)
    read = read_one(tmp_path / FILE)
    frame = read.tables["context_education"]
    names = ["pupils", "teachers", "teachers_5_9", "teachers_qualified"]
    return read, frame[names].astype(object).where(frame[names].notna(), None).iloc[0].tolist()


def folder(path: Path) -> Dataset:
    return read_folder(path, calendar=CALENDAR)


def test_both_sheets(tmp_path: Path) -> None:
    write(tmp_path / FILE)
    read = read_one(tmp_path / FILE)
    assert read.faults == [] and read.layouts == ["context-form"] * 2 and accounted(read)
    general, education = (read.tables[f"context_{name}"] for name in ("general", "education"))
    assert general[
        ["school_id", "year", "inn", "ris_code", "ris_code_ege"]
    ].to_numpy().tolist() == [
        ["edu000001", 2022, "0000000018", "101001", "101001"],
        ["edu000002", 2022, "0000000025", "101002", "102002"],
    ]
    assert general["settlement_type"].tolist() == ["село", "город"]
    assert general["remoteness"].tolist() == [3, 1]
    assert general["settlement_band"].tolist() == ["1–5 тыс. человек", "Менее 1 тыс."]
    assert general["has_branches"].tolist() == [False, True]
    assert general["branch"].tolist() == [False, False]
    assert education[["pupils", "teachers", "teachers_5_9", "teachers_qualified"]].iloc[
        1
    ].tolist() == [480, 36, 25, 30]
    for name, frame in read.tables.items():
        TABLES[name].schema().validate(frame, lazy=True)
    assert read.seen["municipality"].unique().tolist() == ["Приозёрный район"]
    letters = read.cells.set_index(["source_sheet", "column"])["letter"]
    assert letters["ОБРАЗОВАТЕЛЬНАЯ ДЕЯТЕЛЬНОСТЬ ОО", "teachers"] == "N"
    assert letters["Общая информация об ОО", "ris_code"] == "N"


def test_people_stay_in_the_file(tmp_path: Path) -> None:
    write_register(tmp_path)
    # Shifted by one: the director stands under other questions.
    shifted = general_row(*TWO)
    shifted[9:15] = ["x", "Образцов Пример Примерович", "89000000001", "director@example.org",
                     "Образцов Пример", "89000000001"]  # fmt: skip
    forms(tmp_path / FILE, [general_row(*ONE), shifted])
    read = read_one(tmp_path / FILE)
    data = folder(tmp_path)
    said = [fault.sentence() for fault in (*read.faults, *data.faults)]
    held = [frame.to_csv() for frame in (*read.tables.values(), *data.tables.values(), read.seen)]
    text = "\n".join([*said, *held, repr(data.open_schools)])
    assert not [secret for secret in SECRETS if secret in text]
    assert [fault.code for fault in read.faults].count("not-an-answer") >= 2


def test_questions_are_known_by_their_words() -> None:
    found = find_questions(
        {
            "3. Количество учителей первой и высшей категории": 3,
            "12) Общее количество обучающихся в ОО": 4,
            "5. Телефон руководителя ОО с кодом города": 5,
            "9 Код ОО для ЕГЭ": 6,
            "2. Количество учителей 5-9 классов": 7,
            "1. Количество учителей (всего)": 8,
            "14. Количество учителей высшей категории": 9,
            "15. Количество обучающихся 2005 года рождения": 10,
            "16. Наименование населённого пункта": 11,
            "17. Код ОГЭ": 12,
            "18. Электронная почта с кодом ОГЭ": 13,
        }
    )
    assert found == {
        "context_general": {"ris_code_ege": 6, "ris_code": 12},
        "context_education": {
            "teachers_qualified": 3,
            "pupils": 4,
            "teachers_5_9": 7,
            "teachers": 8,
        },
    }
    every = find_questions({text: k for k, text in enumerate([*GENERAL, *EDUCATION])})
    assert len(every["context_general"]) == 10 and len(every["context_education"]) == 4


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (101001, "101001"), ("101001", "101001"), (" 101 001 ", "101001"), ("0101", "0101"),
        ("", None), ("-", None), ("—", None), ("нет", None), ("Не имеем", None), ("отсутствует", None),
    ],
)  # fmt: skip
def test_ris_codes(tmp_path: Path, answer: Any, code: str | None) -> None:
    read = one(tmp_path, oge=answer)
    assert read.faults == []
    found = read.tables["context_general"]["ris_code"].iloc[0]
    assert found == code if code else pd.isna(found)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("oge", "12"), ("oge", "00000"), ("oge", "см. выше"), ("oge", "89000000001"),
        ("inn", "22"), ("inn", "9000000001"), ("inn", "000000001812"), ("place", "7) На хуторе за рекой"),
        ("access", "Далеко"), ("branches", "может быть"),
    ],
)  # fmt: skip
def test_answers_nobody_understands_are_questions(
    tmp_path: Path, question: str, answer: Any
) -> None:
    read = one(tmp_path, **{question: answer})
    fault = only(read.faults, "not-an-answer")
    assert fault.severity is Severity.QUESTION and fault.rows == 0 and fault.cell
    assert len(read.tables["context_general"]) == 1, "the other answers are read"


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ("1) Административный центр субъекта РФ", "административный центр субъекта"),
        ("2. Город", "город"),
        ("3) Населенный пункт городского типа", "посёлок городского типа"),
        ("4.Населенный пункт сельского типа", "село"),
        ("Город", "город"),
        ("село", "село"),
    ],
)
def test_settlements_whatever_their_number(tmp_path: Path, answer: str, kind: str) -> None:
    assert one(tmp_path, place=answer).tables["context_general"]["settlement_type"].iloc[0] == kind


def test_numbers_of_teachers_that_contradict_each_other(tmp_path: Path) -> None:
    read, found = counts(tmp_path, 214, 0, 0, 19)
    assert found == [214, None, None, None]
    assert only(read.faults, "parts-of-nobody").severity is Severity.WARNING
    read, found = counts(tmp_path, 214, 24, 15, 30)
    assert found == [214, None, 15, None]
    fault = only(read.faults, "part-above-whole")
    assert "«Первой и высшей категории»" in fault.message and fault.cell == "P2"


def test_zeros_where_nothing_was_filled_in(tmp_path: Path) -> None:
    read, found = counts(tmp_path, 0, 0, 0, 0)
    assert found == [None] * 4 and only(read.faults, "zeros-for-nothing").cell == "K2"
    read, found = counts(tmp_path, 0, 24, 15, 19)
    assert found == [None, 24, 15, 19] and only(read.faults, "zeros-for-nothing")
    read, found = counts(tmp_path, 214, 24, 0, 0)
    assert found == [214, 24, 0, 0] and read.faults == []
    read, found = counts(tmp_path, "214", "двадцать", 15.5, -1)
    assert found == [214, None, None, None]
    assert [fault.code for fault in read.faults] == ["not-an-answer"] * 3


def test_the_year(tmp_path: Path) -> None:
    for date, year in (("14.03.2022", 2022), ("14.10.2021", 2022), ("", 2023)):
        line = general_row(*ONE)
        line[5] = date
        forms(tmp_path / "Анкета 2022-2023.xlsx", [line])
        read = read_one(tmp_path / "Анкета 2022-2023.xlsx")
        assert read.tables["context_general"]["year"].tolist() == [year]
    forms(tmp_path / "Анкета.xlsx", [line])
    read = read_one(tmp_path / "Анкета.xlsx")
    assert len(read.tables["context_general"]) == 0 and accounted(read)
    fault = only([f for f in read.faults if f.sheet.startswith("Общ")], "no-year")
    assert "в имя файла" in fault.remedy


def test_a_row_without_a_login(tmp_path: Path) -> None:
    forms(tmp_path / FILE, [general_row("", *ONE[1:]), general_row(*TWO)], [education_row(*TWO)])
    read = read_one(tmp_path / FILE)
    assert only(read.faults, "empty-required").cell == "A2" and accounted(read)


def test_protocols_with_the_same_first_columns_are_another_form(tmp_path: Path) -> None:
    head = [*GENERAL[:6], "Код", "Вариант", "1 (2б)", "2 (1б)", "4К1 (3б)"]
    book(tmp_path / "p.xlsx", [head, [*base_row(*ONE)[:6], "10001", "1", 2, 1, 3]])
    assert "context-form" not in read_one(tmp_path / "p.xlsx").layouts


class TestRegister:
    """``SCHOOLS``: ШК-01 has login and РИС code, ШК-02 a login, ШК-03 neither."""

    def test_blanks_are_filled_and_told(self, tmp_path: Path) -> None:
        write_register(tmp_path)
        write(tmp_path / FILE)
        data = folder(tmp_path)
        schools = data.schools.set_index("school_id")
        assert schools.loc["ШК-02", ["ris_code", "ris_code_ege", "inn"]].tolist() == [
            "101002", "102002", "0000000025",
        ]  # fmt: skip
        assert pd.isna(schools.loc["ШК-01", "ris_code_ege"]), "one code serves both exams"
        told = [fault for fault in data.faults if fault.code == "filled-from-form"]
        assert {fault.severity for fault in told} == {Severity.QUESTION}
        assert any("«ШК-02» — 101002" in fault.message for fault in told)
        assert all(fault.file == "Реестр школ.xlsx" for fault in told)

    def test_files_with_these_codes_join(self, tmp_path: Path) -> None:
        write_register(tmp_path)
        write(tmp_path / FILE)
        rows = [row(school_id=101002), row(school_id="101001", subject="химия")]
        book(tmp_path / "r.xlsx", [RESULTS_HEAD, *rows])
        assert sorted(folder(tmp_path).results["school_id"]) == ["ШК-01", "ШК-02"]

    def test_nothing_is_overwritten(self, tmp_path: Path) -> None:
        frame = SCHOOLS.assign(
            ris_code=["555555", "666666", None], settlement_type="город", remoteness=2
        )
        write_workbook(tmp_path / "Реестр школ.xlsx", {"schools": frame}, example=False)
        write(tmp_path / FILE)
        data = folder(tmp_path)
        assert data.schools["ris_code"].tolist()[:2] == ["555555", "666666"]
        assert set(data.schools["settlement_type"]) == {"город"}
        differs = [fault for fault in data.faults if fault.code == "code-differs"]
        assert len(differs) == 2 and "в реестре у неё — 555555" in differs[0].message

    def test_a_code_two_schools_claim_is_nobodys(self, tmp_path: Path) -> None:
        frame = SCHOOLS.assign(ris_code=None, fis_login=["edu000001", "edu000002", "edu000003"])
        write_workbook(tmp_path / "Реестр школ.xlsx", {"schools": frame}, example=False)
        general = [
            general_row(*ONE, oge="777001", ege=""),
            general_row(*TWO, oge="0777001", ege="", inn="0000000025"),
            general_row("edu000003", "ООШ с. Дальнее", 3, oge="777003", ege="", inn="0000000032"),
        ]
        forms(tmp_path / FILE, general)
        book(tmp_path / "r.xlsx", [RESULTS_HEAD, row(school_id="777001")])
        data = folder(tmp_path)
        assert data.schools["ris_code"].fillna("—").tolist() == ["—", "—", "777003"]
        fault = only(data.faults, "code-claimed-twice")
        assert "«ШК-02»" in fault.message and "«ШК-01»" in fault.message and fault.cell == "N3"
        assert len(data.results) == 0

    def test_a_code_of_another_school_of_the_register(self, tmp_path: Path) -> None:
        write_register(tmp_path)
        forms(tmp_path / FILE, [general_row(*TWO, oge="101001", ege="")])
        data = folder(tmp_path)
        fault = only(data.faults, "code-claimed-twice")
        assert "по реестру это код школы «ШК-01»" in fault.message
        assert pd.isna(data.schools["ris_code"].tolist()[1])

    def test_an_unknown_login_with_known_codes_is_suggested_strongly(self, tmp_path: Path) -> None:
        write_register(tmp_path)
        forms(tmp_path / FILE, [general_row("edu777777", "Школа", 1, oge="101001")])
        data = folder(tmp_path)
        assert len(data.context_general) == 0
        assert data.open_schools[0]["suggestions"][0]["school_id"] == "ШК-01"
        assert "код РИС или ИНН" in data.open_schools[0]["suggestions"][0]["why"]


def test_two_questionnaires_of_one_school(tmp_path: Path) -> None:
    write_register(tmp_path)
    forms(tmp_path / FILE, [general_row(*ONE)])
    forms(
        tmp_path / f"копия {FILE}",
        [general_row(*ONE)],
        [education_row(*ONE, counts=(214, 1, 1, 26, 15, 19))],
    )
    data = folder(tmp_path)
    same, other = only(data.faults, "repeated-form"), only(data.faults, "forms-disagree")
    assert (same.severity, other.severity) == (Severity.WARNING, Severity.ERROR)
    assert "«Учителей» — 24 и 26" in other.message and "файл «Сбор" in other.message
    assert other.file.startswith("копия") and (same.rows, other.rows) == (1, 1)
    assert len(data.context_education) == 1


def test_schools_on_one_sheet_only(tmp_path: Path) -> None:
    write_register(tmp_path)
    forms(tmp_path / FILE, [general_row(*ONE), general_row(*TWO)], [education_row(*ONE)])
    fault = only(folder(tmp_path).faults, "one-sheet-only")
    assert fault.severity is Severity.QUESTION and "«ШК-02»" in fault.message


def test_teachers_go_to_staff_where_it_is_silent(tmp_path: Path) -> None:
    write_register(tmp_path)
    write(tmp_path / FILE)
    book(tmp_path / "к.xlsx", [["Код школы", "Учебный год", "Учителей"], ["ШК-01", 2022, 25]])
    data = folder(tmp_path)
    staff = data.staff.set_index("school_id")
    assert staff["teachers"].to_dict() == {"ШК-01": 25, "ШК-02": 36}
    assert pd.isna(staff.loc["ШК-01", "teachers_qualified"])
    assert staff.loc["ШК-02", "source_file"] == FILE
    place = staff.loc["ШК-02"]
    assert data.cell(FILE, place["source_sheet"], 3, "teachers", "teachers_qualified") == "N3, P3"
    fault = only(data.faults, "staff-differs")
    assert fault.severity is Severity.QUESTION and "24 и 25" in fault.message
