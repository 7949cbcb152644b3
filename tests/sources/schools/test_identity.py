"""Which school a spelling means: codes, names, confirmed keys, and what joins nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from shnor_lib.faults import Severity
from shnor_lib.sources.assemble import read_folder
from shnor_lib.sources.cells.privacy import harmless
from shnor_lib.sources.cells.problems import SHOWN
from shnor_lib.sources.pupils.pupils import PUPILS, no_pupils
from shnor_lib.sources.schools.resolve import resolve_schools
from shnor_lib.sources.schools.school_names import Letters, Miss, SchoolNames
from shnor_lib.sources.templates import write_workbook
from shnor_lib.store import Dataset
from shnor_lib.tables import TABLES
from tests.sources.books import CALENDAR, RESULTS_HEAD, VPR_HEAD, book, only, row, tidy, vpr_row

GOOD = (12.5, 37.5, 33.33, 16.67)
NORTH, SOUTH = "Приозёрный район", "Заречный округ"


def register(*rows: dict[str, Any]) -> pd.DataFrame:
    """A tidy register with provenance."""
    frame = tidy("schools", pd.DataFrame([{"municipality": NORTH, **row} for row in rows]))
    return frame.assign(
        source_file="r.xlsx", source_sheet="Реестр школ", source_row=range(2, len(frame) + 2)
    )


def keys(*rows: dict[str, Any]) -> pd.DataFrame:
    """Tidy confirmed keys."""
    frame = pd.DataFrame([{"system": "ris_gia", "decision": True, **row} for row in rows])
    return tidy("school_keys", frame)


SCHOOLS = register(
    {"school_id": "ШК-01", "name": "СОШ № 1", "fis_login": "edu000001", "ris_code": "001001",
     "inn": "0100000017"},
    {"school_id": "ШК-02", "name": "СОШ № 2", "fis_login": "edu000002", "ris_code": "101002",
     "ris_code_ege": "202002"},
    {"school_id": "ШК-03", "name": "СОШ № 1", "municipality": SOUTH, "ris_code": "202003"},
    {"school_id": "ШК-04", "name": "СОШ № 4", "municipality": SOUTH, "ris_code": "202002"},
)  # fmt: skip


def folder(path: Path) -> Dataset:
    return read_folder(path, calendar=CALENDAR)


def write_schools(path: Path, frame: pd.DataFrame, **more: pd.DataFrame) -> None:
    write_workbook(path / "r.xlsx", {"schools": frame, **more}, example=False)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("ШК-01", "ШК-01"),
        ("шк-01", "ШК-01"),
        ("EDU000001", "ШК-01"),
        ("001001", "ШК-01"),
        ("1001", "ШК-01"),  # Excel took the zeros away
        (" 1 001 ", "ШК-01"),
        ("0100000017", "ШК-01"),
        ("100000017", "ШК-01"),
        ("СОШ  № 2", "ШК-02"),
        ("«сош № 4»", "ШК-04"),
        ("СОШ № 1 (Заречный муниципальный район)", "ШК-03"),
        # One digit, one prefix, one word away: never joined.
        ("101003", None),
        ("sch000001", None),
        ("СОШ №2", None),
        ("СОШ № 1 (Горный район)", None),
    ],
)
def test_only_exact_spellings_join(text: str, code: str | None) -> None:
    assert SchoolNames(SCHOOLS).find(text).code == code


def test_a_name_of_two_schools_needs_its_municipality() -> None:
    names = SchoolNames(SCHOOLS)
    assert names.find("СОШ № 1").miss is Miss.SHARED
    assert names.find("СОШ № 1").schools == ("ШК-01", "ШК-03")
    assert names.find("СОШ № 1", municipality="Приозёрный муниципальный округ").code == "ШК-01"
    assert names.find("СОШ № 1", municipality="г. Приозёрный").miss is Miss.ELSEWHERE
    # The only school so called stands elsewhere: the same name is not the same school.
    assert names.find("СОШ № 2", municipality=SOUTH).miss is Miss.ELSEWHERE
    assert names.find("СОШ № 2", municipality="не указан").code == "ШК-02"


def test_a_school_of_the_same_name_elsewhere_is_told(tmp_path: Path) -> None:
    write_schools(tmp_path, SCHOOLS)
    book(
        tmp_path / "a.xlsx",
        [
            VPR_HEAD,
            vpr_row(None, 24, *GOOD, name="СОШ № 2", municipality="г. Лучеград"),
            vpr_row(None, 24, *GOOD, name="СОШ № 4", municipality="Заречный муниципальный район"),
        ],
    )
    book(tmp_path / "b.xlsx", [RESULTS_HEAD, row(school_id="СОШ № 4 (Горный район)")])
    data = folder(tmp_path)
    report, own = (fault for fault in data.faults if fault.code == "unknown-school")
    assert f"«{NORTH}», а в файле — «г. Лучеград»" in report.message
    assert f"«{SOUTH}» (строк: 1)" in own.message and "«ШК-04»" in own.remedy
    assert data.results["school_id"].tolist() == ["ШК-04"]


def test_one_code_for_oge_another_for_ege() -> None:
    names = SchoolNames(SCHOOLS)
    assert names.find("202002", exam="ege").code == "ШК-02"
    assert names.find("202002", exam="oge").code == "ШК-04"
    assert names.find("202002").miss is Miss.SHARED
    # A school without a code of its own for ЕГЭ has one code for both.
    assert names.find("202003", exam="ege").code == "ШК-03"


def test_a_code_two_schools_share_finds_neither(tmp_path: Path) -> None:
    write_schools(tmp_path, SCHOOLS.assign(ris_code=["7", "7", "8", "9"], ris_code_ege=None))
    book(tmp_path / "a.xlsx", [RESULTS_HEAD, row(school_id=7), row(school_id="8")])
    data = folder(tmp_path)
    assert only(data.faults, "shared-code").cell == "L3"
    fault = only(data.faults, "unknown-school")
    assert "«ШК-01» и «ШК-02»" in fault.message and "ни к одной" in fault.message
    assert data.results["school_id"].tolist() == ["ШК-03"]


def test_the_code_of_one_school_as_the_login_of_another(tmp_path: Path) -> None:
    frame = SCHOOLS.assign(school_id=["101002", "2", "3", "4"])
    write_schools(tmp_path, frame)
    book(tmp_path / "a.xlsx", [RESULTS_HEAD, row(school_id="101002")])
    data = folder(tmp_path)
    assert "это код другой школы реестра" in only(data.faults, "shared-code").message
    assert len(data.results) == 0


class TestKeys:
    def test_a_confirmed_spelling_joins(self) -> None:
        confirmed = keys({"written": "sch000001", "school_id": "ШК-01", "system": "fis_oko"})
        names = SchoolNames(SCHOOLS, confirmed)
        assert names.find("SCH000001").code == "ШК-01"
        assert names.find("sch000002").code is None

    def test_an_undecided_or_refused_one_does_not(self) -> None:
        rows = keys(
            {"written": "x1", "school_id": "ШК-01", "decision": None},
            {"written": "x2", "school_id": "ШК-01", "decision": False},
        )
        names = SchoolNames(SCHOOLS, rows)
        assert names.find("x1").miss is Miss.UNKNOWN and names.find("x2").miss is Miss.UNKNOWN
        assert names.refused("x2") == {"ШК-01"} and names.refused("x1") == frozenset()

    def test_a_code_of_another_school_in_earlier_years(self) -> None:
        names = SchoolNames(
            SCHOOLS, keys({"written": "101002", "school_id": "ШК-03", "last_year": 2021})
        )
        assert names.find("101002", year=2021).code == "ШК-03"
        assert names.find("101002", year=2022).code == "ШК-02"
        assert names.find("101002").code == "ШК-02", "without a year: as it is now"

    def test_an_old_name_ends(self) -> None:
        names = SchoolNames(
            SCHOOLS,
            keys({"written": "Старая школа", "school_id": "ШК-04", "system": "name",
                  "first_year": 2018, "last_year": 2020}),
        )  # fmt: skip
        found = [names.find("Старая школа", year=year).code for year in (2017, 2018, 2020, 2021)]
        assert found == [None, "ШК-04", "ШК-04", None]

    def test_municipality_of_a_key(self) -> None:
        names = SchoolNames(
            SCHOOLS,
            keys(
                {"written": "Школа 1", "school_id": "ШК-01", "municipality": NORTH},
                {"written": "Школа 1", "school_id": "ШК-03", "municipality": SOUTH},
            ),
        )
        assert names.find("Школа 1", municipality="Заречный район").code == "ШК-03"
        assert names.find("Школа 1").miss is Miss.SHARED

    def test_a_key_chooses_between_schools_that_share_a_code(self) -> None:
        shared = SCHOOLS.assign(ris_code=["7", "7", "8", "9"], ris_code_ege=None)
        names = SchoolNames(shared, keys({"written": "7", "school_id": "ШК-02"}))
        assert names.find("007").code == "ШК-02"

    def test_not_a_school_of_the_register(self, tmp_path: Path) -> None:
        decided = keys(
            {"written": "spo000001", "school_id": None, "decision": True},
            {"written": "edu000009", "school_id": None, "decision": False},
        )
        write_schools(tmp_path, SCHOOLS, school_keys=decided)
        rows = [vpr_row(login, 24, *GOOD, name="Школа") for login in ("spo000001", "edu000009")]
        book(tmp_path / "a.xlsx", [VPR_HEAD, *rows])
        data = folder(tmp_path)
        left, new = only(data.faults, "left-out-school"), only(data.faults, "new-school")
        assert (left.severity, left.rows) == (Severity.WARNING, 1)
        assert (new.severity, new.rows) == (Severity.ERROR, 1)
        assert data.open_schools == [], "both are decided: nothing is asked again"

    @pytest.mark.parametrize(
        ("rows", "code"),
        [
            ([{"school_id": "ШК-01"}, {"school_id": "ШК-02"}], "key-conflict"),
            ([{"school_id": "ШК-01"}, {"school_id": "ШК-01", "decision": False}], "key-conflict"),
            ([{"school_id": "ШК-01", "first_year": 2020, "last_year": 2019}], "key-years"),
            ([{"school_id": "ШК-77"}], "unknown-school"),
            ([{"school_id": "ШК-01"}] * 2, "repeated-key"),
            ([{"school_id": "ШК-01", "decision": None}], "key-undecided"),
            ([{"school_id": "ШК-01", "written": "101002"}], "key-against-register"),
        ],
    )
    def test_keys_that_cannot_stand(
        self, tmp_path: Path, rows: list[dict[str, Any]], code: str
    ) -> None:
        write_schools(tmp_path, SCHOOLS, school_keys=keys(*({"written": "x", **r} for r in rows)))
        fault = only(folder(tmp_path).faults, code)
        assert fault.sheet == "Ключи школ" and fault.cell and fault.remedy

    def test_years_that_follow_one_another_are_no_conflict(self, tmp_path: Path) -> None:
        decided = keys(
            {"written": "x", "school_id": "ШК-01", "last_year": 2020},
            {"written": "x", "school_id": "ШК-02", "first_year": 2021},
        )
        write_schools(tmp_path, SCHOOLS, school_keys=decided)
        rows = [row(school_id="x", year=year) for year in (2019, 2021)]
        book(tmp_path / "a.xlsx", [RESULTS_HEAD, *rows])
        data = folder(tmp_path)
        assert data.faults == [], [f.sentence() for f in data.faults]
        assert data.results["school_id"].tolist() == ["ШК-01", "ШК-02"]

    def test_keys_join_logins_even_without_a_register(self, tmp_path: Path) -> None:
        decided = keys({"written": "sch000001", "school_id": "edu000001", "system": "fis_oko"})
        write_workbook(tmp_path / "k.xlsx", {"school_keys": decided}, example=False)
        rows = [
            vpr_row("sch000001", 24, *GOOD, year=2020),
            vpr_row("edu000001", 24, *GOOD, year=2021),
        ]
        book(tmp_path / "a.xlsx", [VPR_HEAD, *rows])
        data = folder(tmp_path)
        assert data.schools["school_id"].tolist() == ["edu000001"]
        assert set(data.results["school_id"]) == {"edu000001"} and len(data.results) == 2


def test_two_logins_of_one_school_are_told_without_a_register(tmp_path: Path) -> None:
    rows = [vpr_row("sch000001", 24, *GOOD), vpr_row("edu000001", 24, *GOOD, year=2022)]
    book(tmp_path / "a.xlsx", [VPR_HEAD, *rows, vpr_row("ksh000001", 24, *GOOD)])
    fault = only(folder(tmp_path).faults, "two-logins")
    assert "«edu000001» и «sch000001»" in fault.message and "пар: 1" in fault.message


def test_the_other_prefix_is_suggested_strongly_and_not_joined(tmp_path: Path) -> None:
    write_schools(tmp_path, SCHOOLS)
    book(tmp_path / "a.xlsx", [VPR_HEAD, vpr_row("sch000002", 24, *GOOD, name="Школа вторая")])
    data = folder(tmp_path)
    assert len(data.results) == 0
    fault = only(data.faults, "unknown-school")
    assert "«ШК-02» — СОШ № 2" in fault.remedy and "одна и та же школа" in fault.remedy
    question = data.open_schools[0]
    assert (question["system"], question["title"], question["rows"]) == (
        "fis_oko",
        "Школа вторая",
        1,
    )
    assert question["suggestions"][0]["school_id"] == "ШК-02"


@pytest.mark.parametrize("file_code", ["202", 202, "0202"])
def test_the_code_of_a_municipality(tmp_path: Path, file_code: Any) -> None:
    frame = register(
        *(
            {"school_id": f"ШК-{k}", "name": f"СОШ № {k}", "ris_code": f"20200{k}"}
            for k in range(5)
        ),
        {"school_id": "ШК-9", "name": "СОШ № 9", "ris_code": "303001", "municipality": SOUTH},
    )
    write_schools(tmp_path, frame)
    rows = [row(school_id=file_code, subject=f"предмет {k}") for k in range(3)]
    book(tmp_path / "a.xlsx", [RESULTS_HEAD, *rows])
    data = folder(tmp_path)
    fault = only(data.faults, "municipality-code")
    assert "«Код МСУ»" in fault.message and NORTH in fault.message and fault.rows == 3
    assert "«Код ОО»" in fault.remedy
    assert data.open_schools == [], "no school is suggested for a municipality"


def test_one_code_under_many_names_is_a_municipality_too() -> None:
    rows = [("55", f"СОШ № {k}") for k in range(3)]
    frame = tidy("results", pd.DataFrame({"school_id": [code for code, _ in rows]}))
    where = {"source_file": "a.xlsx", "source_sheet": "Л", "source_row": range(2, 5)}
    frame = frame.assign(**where, source_rows=pd.NA)
    seen = pd.DataFrame(rows, columns=["school_id", "name"]).assign(
        municipality=pd.NA, **where, source_rows=pd.NA
    )
    letters = Letters(pd.DataFrame(columns=["source_file", "source_sheet", "column", "letter"]))
    found = resolve_schools({"results": frame}, SchoolNames(SCHOOLS), seen, letters)
    fault = only(found.faults, "municipality-code")
    assert fault.rows == 3 and "с разными названиями" in fault.message


def _pupils(*codes: str) -> pd.DataFrame:
    frame = no_pupils().reindex(range(len(codes)))
    frame["school_id"] = list(codes)
    frame["source_file"], frame["source_sheet"] = "ОГЭ.xlsx", "Л"
    frame["source_row"] = range(2, len(codes) + 2)
    return frame.astype(PUPILS)


def test_pupils_join_too_and_a_name_in_the_wrong_column_is_never_quoted() -> None:
    pupils = _pupils("001001", "Образцов Пример", "Образцов Пример", "999")
    tasks = tidy("task_results", pd.DataFrame({"school_id": ["999", "101002"]})).assign(
        source_file="ОГЭ.xlsx", source_sheet="Л", source_row=[5, 6], source_rows=["5", "6-9"]
    )
    seen = TABLES["schools"].empty()
    letters = Letters(pd.DataFrame(columns=["source_file", "source_sheet", "column", "letter"]))
    found = resolve_schools({"pupils": pupils, "tasks": tasks}, SchoolNames(SCHOOLS), seen, letters)
    assert found.frames["pupils"]["school_id"].tolist() == ["ШК-01"]
    assert found.frames["tasks"]["school_id"].tolist() == ["ШК-02"]
    hidden, unknown = only(found.faults, "no-school"), only(found.faults, "unknown-school")
    assert (hidden.rows, unknown.rows) == (2, 1), "a row in two tables is one row"
    said = "".join(fault.sentence() for fault in found.faults) + repr(found.open_schools)
    assert "Образцов" not in said and harmless("Образцов Пример") in hidden.message
    assert [question.written for question in found.open_schools] == ["999"]


def test_code_of_one_school_and_name_of_another_is_a_question(tmp_path: Path) -> None:
    write_schools(tmp_path, SCHOOLS)
    rows = [vpr_row("edu000001", 24, *GOOD, name="СОШ № 2")]
    book(tmp_path / "a.xlsx", [VPR_HEAD, *rows])
    data = folder(tmp_path)
    fault = only(data.faults, "code-and-name-disagree")
    assert fault.severity is Severity.QUESTION and "«ШК-02»" in fault.message
    assert data.results["school_id"].tolist() == ["ШК-01"]


def test_a_flood_of_unknown_schools_is_shortened_and_counted(tmp_path: Path) -> None:
    write_schools(tmp_path, SCHOOLS)
    rows = [vpr_row(f"edu77{k:04}", 24, *GOOD, name=f"Школа {k}") for k in range(40)]
    book(tmp_path / "a.xlsx", [VPR_HEAD, *rows])
    data = folder(tmp_path)
    found = [fault for fault in data.faults if fault.code == "unknown-school"]
    assert len(found) == SHOWN + 1 and sum(fault.rows for fault in found) == 40
    assert sum("и ещё школ" in fault.message for fault in found) == 1
    assert len(data.open_schools) == 40


def test_refused_schools_are_not_suggested_again(tmp_path: Path) -> None:
    refused = keys({"written": "sch000002", "school_id": "ШК-02", "decision": False})
    write_schools(tmp_path, SCHOOLS, school_keys=refused)
    book(tmp_path / "a.xlsx", [VPR_HEAD, vpr_row("sch000002", 24, *GOOD, name="СОШ № 2")])
    data = folder(tmp_path)
    assert "ШК-02" not in only(data.faults, "unknown-school").remedy
    assert all(s["school_id"] != "ШК-02" for s in data.open_schools[0]["suggestions"])


def test_one_spelling_in_several_files_is_one_question(tmp_path: Path) -> None:
    write_schools(tmp_path, SCHOOLS)
    for year in (2021, 2022):
        rows = [vpr_row("sch000002", 24, *GOOD, year=year)] * 2
        book(tmp_path / f"{year}.xlsx", [VPR_HEAD, *rows])
    questions = folder(tmp_path).open_schools
    assert [(q["written"], q["places"], q["rows"]) for q in questions] == [("sch000002", 2, 4)]
