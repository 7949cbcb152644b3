"""«Сверка школ.xlsx»: written, filled in, read back; nothing typed is lost."""

from __future__ import annotations

import shutil
from pathlib import Path

import openpyxl
import pytest

from shnor_lib.faults import Severity
from shnor_lib.sources.assemble import assemble, read_folder
from shnor_lib.sources.feedback.schools_workbook import (
    HELP_SHEET,
    SCHOOLS_SHEET,
    write_schools_workbook,
)
from shnor_lib.sources.layouts.school_check import DECISIONS
from shnor_lib.sources.schools.open_schools import OpenSchool, decided_keys
from shnor_lib.store import Dataset
from tests.sources.books import (
    CALENDAR,
    RESULTS_HEAD,
    VPR_HEAD,
    accounted,
    book,
    only,
    read_all,
    read_one,
    row,
    vpr_row,
    write_register,
)
from tests.sources.examples.school_check import NEAR, SCHOOLS, fill, question
from tests.sources.examples.school_check import write as write_example

GOOD = (12.5, 37.5, 33.33, 16.67)
BOOK = "Сверка школ.xlsx"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with data/raw: a register and a report of three schools it does not know."""
    raw = tmp_path / "data" / "raw"
    raw.mkdir(parents=True)
    write_register(raw)
    rows = [
        vpr_row("sch000001", 24, *GOOD),
        vpr_row("sch000002", 24, *GOOD, name="СОШ № 2"),
        vpr_row("edu000077", 24, *GOOD, name="Колледж"),
    ]
    book(raw / "ВПР.xlsx", [VPR_HEAD, *rows])
    book(raw / "r.xlsx", [RESULTS_HEAD, row(school_id="0077")])
    return tmp_path


def read(project: Path) -> Dataset:
    return read_folder(project / "data" / "raw", calendar=CALENDAR)


def write(project: Path, data: Dataset) -> Path | None:
    return write_schools_workbook(
        project,
        [OpenSchool.from_dict(item) for item in data.open_schools],
        data.schools[["school_id", "name", "municipality"]].itertuples(index=False, name=None),
        decided=decided_keys(data.school_keys),
    ).path


def rows(path: Path) -> list[dict[str, object]]:
    sheet = openpyxl.load_workbook(path).worksheets[0]
    heads = [str(cell.value).removesuffix(" *") for cell in sheet[1]]
    return [
        dict(zip(heads, values, strict=True))
        for values in sheet.iter_rows(min_row=2, values_only=True)
    ]


def test_it_asks_about_every_spelling(project: Path) -> None:
    path = write(project, read(project))
    assert path == project / BOOK
    found = {line["Как записана школа"]: line for line in rows(path)}
    assert set(found) == {"sch000001", "sch000002", "edu000077", "0077"}
    line = found["sch000001"]
    assert line["Система"] == "ФИС ОКО" and line["Муниципалитет"] == "Приозёрный район"
    assert (line["Файл"], line["Лист"], line["Ячейка"], line["Строк"]) == (
        "ВПР.xlsx",
        "Лист1",
        "F2",
        1,
    )
    assert line["Похожая школа 1"] == "ШК-01 | СОШ № 1 с. Светлое | Приозёрный район"
    assert "одна и та же школа" in str(line["Почему похожа"])
    assert line["Решение"] is None
    assert found["0077"]["Система"] == "РИС ГИА", "zeros of a code stay"


def test_lists_links_and_instructions(project: Path) -> None:
    path = write(project, read(project))
    book_ = openpyxl.load_workbook(path)
    sheet = book_.worksheets[0]
    assert book_.sheetnames[1:] == [SCHOOLS_SHEET, HELP_SHEET]
    lists = [rule.formula1 for rule in sheet.data_validations.dataValidation]
    assert f'"{",".join(DECISIONS)}"' in lists
    assert f"'{SCHOOLS_SHEET}'!$A$2:$A$4" in lists
    schools = [cell.value for cell in book_[SCHOOLS_SHEET]["A"]]
    assert schools[1:] == [
        "ШК-01 | СОШ № 1 с. Светлое | Приозёрный район",
        "ШК-02 | СОШ № 2 | Приозёрный район",
        "ШК-03 | ООШ с. Дальнее | Заречный округ",
    ]
    words = " ".join(str(cell.value) for line in book_[HELP_SHEET] for cell in line)
    assert all(answer in words for answer in DECISIONS) and "data/raw" in words
    links = [cell.hyperlink for cell in sheet["G"] if cell.hyperlink]
    assert any(
        link.target == "data/raw/%D0%92%D0%9F%D0%A0.xlsx" or "ВПР.xlsx" in link.target
        for link in links
    )


def test_round_trip(project: Path) -> None:
    before = read(project)
    assert len(before.results) == 0
    path = write(project, before)
    fill(
        path,
        {
            "sch000001": {"Решение": "да"},
            "sch000002": {
                "Решение": "другая школа",
                "Школа из реестра": "ШК-02 | СОШ № 2 | Приозёрный район",
            },
            "edu000077": {"Решение": "не из реестра"},
        },
    )
    answers = project / "data" / "raw" / "ответы"
    answers.mkdir()
    shutil.move(path, answers / BOOK)
    after = read(project)
    assert after.results["school_id"].tolist() == ["ШК-01", "ШК-02"]
    assert only(after.faults, "left-out-school").rows == 1
    assert only(after.faults, "undecided-school").severity is Severity.WARNING
    assert [item["written"] for item in after.open_schools] == ["0077"]
    # The next one asks only what is still open, under a name that replaces nothing.
    again = write(project, after)
    assert again == project / "Сверка школ 2.xlsx"
    assert [line["Как записана школа"] for line in rows(again)] == ["0077"]
    fill(again, {"0077": {"Решение": "другая школа", "Школа из реестра": "ШК-03"}})
    shutil.move(again, project / "data" / "raw" / again.name)
    done = read(project)
    assert done.open_schools == [] and sorted(done.results["school_id"]) == [
        "ШК-01",
        "ШК-02",
        "ШК-03",
    ]
    assert write(project, done) is None
    assert list(project.glob("*.xlsx")) == []


def test_nothing_typed_is_lost_when_it_is_written_again(project: Path) -> None:
    data = read(project)
    path = write(project, data)
    fill(path, {"sch000001": {"Решение": "да", "Примечание": "проверено"}})
    # Another run before the user put the workbook into data/raw.
    assert write(project, read(project)) == path
    line = next(r for r in rows(path) if r["Как записана школа"] == "sch000001")
    assert (line["Решение"], line["Примечание"]) == ("да", "проверено")
    # The report is gone for a while: the decision stays, the other rows go.
    (project / "data" / "raw" / "ВПР.xlsx").rename(project / "ВПР.away")
    write(project, read(project))
    assert {r["Как записана школа"] for r in rows(path)} == {"sch000001", "0077"}
    # Copied, not moved, into data/raw: it is decided there and asked no more.
    (project / "ВПР.away").rename(project / "data" / "raw" / "ВПР.xlsx")
    write(project, read(project))
    shutil.copy(path, project / "data" / "raw" / BOOK)
    again = write(project, read(project))
    assert again is not None and not path.exists()
    assert "sch000001" not in {r["Как записана школа"] for r in rows(again)}


def test_suggestions_say_the_full_name_and_are_read_back(tmp_path: Path) -> None:
    path = write_schools_workbook(tmp_path, [question("sch000009")], SCHOOLS).path
    shown = rows(path)[0]["Похожая школа 1"]
    assert shown == (
        "ШК-01 | СОШ № 1 с. Светлое | Приозёрный район | "
        "Средняя общеобразовательная школа № 1 с. Светлое"
    )
    fill(path, {"sch000009": {"Примечание": "спросить в школе"}})
    # The question is gone, the note stays with all that stood beside it.
    write_schools_workbook(tmp_path, [], SCHOOLS)
    assert rows(path)[0]["Похожая школа 1"] == shown
    assert rows(path)[0]["Примечание"] == "спросить в школе"


def test_an_answer_to_other_suggestions_is_not_carried_over(tmp_path: Path) -> None:
    first = write_schools_workbook(tmp_path, [question("sch000009")], SCHOOLS)
    fill(first.path, {"sch000009": {"Решение": "нет"}})
    other = ({**NEAR[0], "school_id": "ШК-02"},)
    second = write_schools_workbook(tmp_path, [question("sch000009", suggestions=other)], SCHOOLS)
    assert rows(second.path)[0]["Решение"] is None and second.typed == 0
    fill(second.path, {"sch000009": {"Решение": "нет"}})
    third = write_schools_workbook(tmp_path, [question("sch000009", suggestions=other)], SCHOOLS)
    assert rows(third.path)[0]["Решение"] == "нет" and third.typed == 1


def test_no_to_all_brings_other_schools_next_time(project: Path) -> None:
    path = write(project, read(project))
    fill(path, {"sch000002": {"Решение": "нет"}})
    shutil.move(path, project / "data" / "raw" / BOOK)
    data = read(project)
    item = next(item for item in data.open_schools if item["written"] == "sch000002")
    assert "ШК-02" not in [s["school_id"] for s in item["suggestions"]]
    assert len(data.results) == 0


def test_the_same_content_gives_the_same_bytes(project: Path) -> None:
    path = write(project, read(project))
    data = path.read_bytes()
    path.unlink()
    assert write(project, read(project)) == path and path.read_bytes() == data


def test_all_decisions_of_the_example(tmp_path: Path) -> None:
    write_example(tmp_path / BOOK)
    found = read_one(tmp_path / BOOK)
    keys = found.tables["school_keys"]
    assert accounted(found) and found.faults == []
    assert keys[["written", "decision"]].to_numpy().tolist() == [
        ["sch000001", True],
        ["sch000002", True],
        ["sch000003", False],
        ["sch000004", False],
        ["sch000005", True],
    ]
    assert keys["school_id"].fillna("—").tolist() == ["ШК-01", "ШК-02", "ШК-01", "—", "—"]
    assert keys["municipality"].isna().all(), "a login is one school's in every municipality"


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ({"Решение": "наверное"}, "not-in-list"),
        ({"Решение": "другая школа"}, "decision-without-school"),
        ({"Решение": "нет", "Школа из реестра": "ШК-02"}, "decision-contradicts"),
        ({"Решение": "да", "Похожая школа 1": ""}, "decision-without-school"),
        ({"Решение": "да", "Как записана школа": ""}, "empty-required"),
        ({"Решение": "да", "С учебного года": "давно"}, "not-a-year"),
    ],
)
def test_decisions_nobody_can_follow(tmp_path: Path, typed: dict[str, str], code: str) -> None:
    path = write_schools_workbook(tmp_path, [question("sch000009")], SCHOOLS).path
    fill(path, {"sch000009": typed})
    found = read_one(path)
    fault = only(found.faults, code)
    assert fault.rows == 1 and fault.cell and fault.remedy and accounted(found)
    assert len(found.tables["school_keys"]) == 0


def test_a_school_chosen_that_is_not_in_the_register(project: Path) -> None:
    path = write(project, read(project))
    fill(path, {"0077": {"Решение": "другая школа", "Школа из реестра": "ШК-99"}})
    shutil.move(path, project / "data" / "raw" / BOOK)
    faults = [f for f in read(project).faults if f.file == BOOK and f.code == "unknown-school"]
    assert len(faults) == 1 and "«ШК-99»" in faults[0].message and faults[0].cell == "N5"


def test_years_of_a_decision(project: Path) -> None:
    path = write(project, read(project))
    fill(
        path,
        {
            "0077": {
                "Решение": "другая школа",
                "Школа из реестра": "ШК-03",
                "По учебный год": "2022/2023",
            }
        },
    )
    shutil.move(path, project / "data" / "raw" / BOOK)
    reads = read_all(project / "data" / "raw")
    assert "ШК-03" not in set(assemble(reads, calendar=CALENDAR).results["school_id"])
    book(project / "data" / "raw" / "r.xlsx", [RESULTS_HEAD, row(school_id="0077", year=2023)])
    assert "ШК-03" in set(read(project).results["school_id"])
