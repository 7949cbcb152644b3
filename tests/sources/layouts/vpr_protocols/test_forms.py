"""Every form of protocol gives the same pupils; what is particular to each."""

from pathlib import Path

import pandas as pd
import pytest

from shnor_lib.faults import Severity
from shnor_lib.sources.file_read import FileRead
from shnor_lib.sources.pupils.pupils import PUPILS
from shnor_lib.sources.read import read_file
from tests.sources.books import CALENDAR, accounted, only
from tests.sources.examples import EXAMPLES
from tests.sources.layouts.vpr_protocols.builders import (
    HEAD_2021,
    HEAD_F1,
    HEAD_RESEARCH,
    MAX_TASKS,
    POINTS,
    WORK_2020,
    WORK_2021,
    WORK_2022,
    row_2020,
    row_2021,
    row_2022,
    row_f1,
    row_form,
    write_2020,
    write_2021,
    write_2022,
    write_csv,
    write_f1,
    write_form,
)

FORM = "Форма сбора результатов Математика 5 класс ВПР 2026.xlsx"


def read(path: Path, raw: Path) -> FileRead:
    found = read_file(path, raw_dir=raw, calendar=CALENDAR, key=b"tests")
    assert accounted(found), [fault.sentence() for fault in found.faults]
    return found


def codes(found: FileRead) -> list[str]:
    return [fault.code for fault in found.faults]


def write_all(folder: Path) -> dict[str, Path]:
    """Two pupils (12 and 20 points) and an absent one in every form with tasks."""
    full, nothing = [2] * 10, [None] * 10
    return {
        "2020": write_2020(
            folder / WORK_2020,
            [
                row_2020(11),
                row_2020(12, full, journal="5"),
                row_2020(13, [], variant="отсутствовал", total=None),
            ],
        ),
        "2021": write_2021(
            folder / WORK_2021,
            [
                row_2021(11),
                row_2021(12, full, journal=5),
                row_2021(13, nothing, variant="отсутствовал", total=None),
            ],
        ),
        "2022": write_2022(
            folder / WORK_2022,
            [
                row_2022(11),
                row_2022(12, full, journal=5),
                row_2022(13, nothing, variant="отсутствовал", total=0),
            ],
        ),
        "form": write_form(
            folder / "edu000001" / FORM,
            [
                row_form(11),
                row_form(12, full, journal=5),
                row_form(13, nothing, variant="отсутствовал", total=0),
            ],
        ),
        "f1": write_f1(
            folder / "Ф1.xlsx",
            [
                row_f1(11),
                row_f1(12, full, mark=5, journal=5),
                row_f1(13, nothing, variant="отсутствовал", total=None, mark=None),
            ],
        ),
    }


@pytest.mark.parametrize(
    ("form", "layout", "year", "season", "school"),
    [
        ("2020", "vpr-protocol-2020", 2020, "autumn", "sch000001"),
        ("2021", "vpr-protocol-2021", 2021, "spring", "sch000001"),
        ("2022", "vpr-protocol-2022", 2022, "spring", "edu000001"),
        ("form", "vpr-protocol-form", 2026, "spring", "edu000001"),
        ("f1", "vpr-protocol-f1", 2026, "spring", "edu000001"),
    ],
)
def test_the_same_pupils_in_every_form(tmp_path, form, layout, year, season, school):
    found = read(write_all(tmp_path)[form], tmp_path)
    assert found.layouts == [layout]
    assert (found.rows_in, found.rows_used) == (3, 3)
    pupils = found.pupils
    assert pupils.dtypes.astype(str).to_dict() == PUPILS
    assert set(pupils["school_id"]) == {school}
    assert set(zip(pupils["year"], pupils["grade"], pupils["subject"], strict=True)) == {
        (year, 5, "математика")
    }
    assert set(pupils["season"]) == {season} and set(pupils["procedure"]) == {"vpr"}
    assert pupils["present"].tolist() == [True, True, False]
    assert pupils["score"].tolist() == [12, 20, pd.NA]
    assert pupils["max_score"].tolist() == [20, 20, 20]
    marks = [pd.NA] * 3 if form == "form" else [4, 5, pd.NA]
    assert pupils["mark"].tolist() == marks
    assert pupils["journal_mark"].tolist() == [4, 5, pd.NA]
    assert pupils["pupil"].is_unique and not set(pupils["pupil"]) & {"11", "12", "13"}
    assert found.tables["results"].empty
    assert codes(found) == (["no-mark-scale"] if form == "form" else [])


@pytest.mark.parametrize("form", ["2020", "2021", "2022", "form", "f1"])
def test_tasks_of_every_form(tmp_path, form):
    found = read(write_all(tmp_path)[form], tmp_path)
    tasks = found.tables["task_results"]
    # Nobody absent counts; the second pupil has everything.
    assert set(tasks["n"]) == {2} and set(tasks["max_score"]) == {2}
    assert tasks["share"].tolist() == [(p + 2) / 4 for p in POINTS]
    last = {"2020": "10", "2021": "10"}.get(form, "10К2")
    assert tasks["task"].iloc[-1] == last
    if form == "f1":
        assert tasks["level"].tolist() == ["Б"] * 8 + ["П"] * 2
    else:
        assert tasks["level"].isna().all()


def test_f1_says_the_date_and_its_cells_lead_back(tmp_path):
    found = read(write_all(tmp_path)["f1"], tmp_path)
    assert set(found.pupils["date"]) == {"2026-04-21"}
    # Title of eight rows, headings in the ninth.
    assert found.pupils["source_row"].tolist() == [10, 11, 12]
    letters = dict(zip(found.cells["column"], found.cells["letter"], strict=True))
    assert letters["score"] == "Q" and letters["n2"] == "R" and letters["n_lower"] == "S"
    assert letters["school_id"] == "A"
    assert found.tables["task_results"]["source_rows"].unique().tolist() == ["10-11"]
    seen = found.seen.iloc[0]
    assert (seen["school_id"], seen["name"], seen["municipality"]) == (
        "edu000001",
        "МБОУ «СОШ № 1 с. Светлое»",
        "Приозёрный муниципальный район",
    )


def test_f1_knows_its_school_from_the_title_alone(tmp_path):
    path = write_f1(tmp_path / "1.xlsx", [row_f1(11)[3:]], head=HEAD_F1[3:])
    found = read(path, tmp_path)
    assert found.pupils["school_id"].tolist() == ["edu000001"]
    assert found.seen["name"].tolist() == ["МБОУ «СОШ № 1 с. Светлое»"]


def test_f1_counts_participants_and_points(tmp_path):
    path = write_f1(tmp_path / "1.xlsx", [row_f1(11), row_f1(12)], n=25, highest=38)
    found = read(path, tmp_path)
    assert "25" in only(found.faults, "sum-disagrees").message
    fault = only(found.faults, "maxima-disagree")
    assert "38" in fault.message and "20" in fault.message
    assert found.pupils["max_score"].tolist() == [20, 20]


def test_f1_mark_is_the_files_not_the_scales(tmp_path):
    path = write_f1(tmp_path / "1.xlsx", [row_f1(11, mark=3)], title="ВПР 2021 Математика 5 класс")
    assert read(path, tmp_path).pupils["mark"].tolist() == [3]


def test_f1_without_a_mark_takes_the_scale(tmp_path):
    path = write_f1(
        tmp_path / "1.xlsx", [row_f1(11, mark="нет отметки")], title="ВПР 2021 Математика 5 класс"
    )
    assert read(path, tmp_path).pupils["mark"].tolist() == [4]


def test_form_leaves_out_prefilled_rows_and_service_sheets(tmp_path):
    path = write_form(tmp_path / "edu000001" / FORM, [row_form(11)], prefilled=1500)
    found = read(path, tmp_path)
    assert found.rows_in == 1
    assert found.layouts == ["vpr-protocol-form"]
    assert codes(found) == ["no-mark-scale"]


def test_empty_form_is_said_to_be_empty(tmp_path):
    found = read(write_form(tmp_path / "edu000001" / FORM, []), tmp_path)
    assert codes(found) == ["no-data"]


def test_form_without_a_school_in_its_path_is_refused(tmp_path):
    found = read(write_form(tmp_path / "ВПР 2026" / FORM, [row_form(11), row_form(12)]), tmp_path)
    fault = only(found.faults, "no-school")
    assert fault.rows == 2 and fault.severity is Severity.ERROR
    assert found.pupils.empty


@pytest.mark.parametrize("folder", ["СОШ № 2", "СОШ № 2/5 класс", "ШК-02/ВПР 2026"])
def test_form_belongs_to_the_school_its_folder_names(tmp_path, folder):
    found = read(write_form(tmp_path / folder / FORM, [row_form(11)]), tmp_path)
    assert found.pupils["school_id"].tolist() == [folder.split("/")[0]]


def test_form_row_with_points_but_no_code_is_refused(tmp_path):
    path = write_form(tmp_path / "edu000001" / FORM, [row_form(11), row_form(None)])
    fault = only(read(path, tmp_path).faults, "no-pupil-code")
    assert (fault.cell, fault.rows) == ("A3", 1)


def test_second_sheet_wanted_and_uploads_tell_the_season(tmp_path):
    rows = [row_2022(11), row_2022(12, uploaded="03.03.2022")]
    found = read(write_2022(tmp_path / WORK_2022, rows), tmp_path)
    assert set(found.cells["source_sheet"]) == {"Протокол"}
    # By the calendar ВПР 2022 in grade 5 was moved to autumn; uploaded in March it was spring.
    assert set(found.pupils["season"]) == {"spring"}
    later = write_2022(
        tmp_path / "2" / WORK_2022, [row_2022(11, uploaded="28.09.2022", label="6А")]
    )
    assert set(read(later, tmp_path).pupils["season"]) == {"autumn"}


def test_a_name_in_the_users_column_is_no_school(tmp_path):
    rows = [row_2022(11, login="Образцов Пример Примерович", school="")]
    found = read(write_2022(tmp_path / WORK_2022, rows), tmp_path)
    fault = only(found.faults, "no-school")
    assert (fault.rows, fault.cell) == (1, "A2")
    assert "Образцов" not in fault.sentence()


def test_csv_with_semicolons_and_text_numbers(tmp_path):
    rows = [row_2021(11, [str(p) for p in POINTS], total=" 12\u00a0"), row_2021("12", total="12")]
    path = write_csv(tmp_path / WORK_2021.replace(".xlsx", ".csv"), HEAD_2021, rows, ";")
    found = read(path, tmp_path)
    assert found.pupils["score"].tolist() == [12, 12]
    assert found.pupils["mark"].tolist() == [4, 4]
    assert codes(found) == ["task-maxima-unknown"]


def test_empty_extra_headings_and_the_same_login_in_capitals(tmp_path):
    rows = [[*row_2021(11, login=" SCH000001 "), None, None], [*row_2021(12), None, None]]
    found = read(write_2021(tmp_path / WORK_2021, rows, [*HEAD_2021, " ", ""]), tmp_path)
    assert found.pupils["school_id"].unique().tolist() == ["sch000001"]


@pytest.mark.parametrize("login", ["sch123456", "edu123456", "ksh123456", "spo123456"])
def test_logins_of_all_prefixes(tmp_path, login):
    found = read(write_2021(tmp_path / WORK_2021, [row_2021(11, login=login)]), tmp_path)
    assert found.pupils["school_id"].tolist() == [login]


def test_repeated_task_heading_is_a_fault(tmp_path):
    head = [*HEAD_2021]
    head[10] = "балл за 1"
    found = read(write_2021(tmp_path / WORK_2021, [row_2021(11)], head), tmp_path)
    fault = only(found.faults, "repeated-column")
    assert (fault.cell, fault.rows) == ("K1", 1)


def test_missing_column_refuses_the_sheet(tmp_path):
    head = [*HEAD_2021]
    head[8] = "всего балов"
    found = read(write_2021(tmp_path / WORK_2021, [row_2021(11), row_2021(12)], head), tmp_path)
    fault = only(found.faults, "missing-column")
    assert fault.rows == 2 and "всего балов" in fault.remedy


def test_subject_grade_and_year_missing_from_the_name(tmp_path):
    found = read(write_2020(tmp_path / "протокол.xlsx", [row_2020(11), row_2020(12)]), tmp_path)
    fault = only(found.faults, "title-incomplete")
    assert fault.rows == 2
    for word in ("год", "класс", "предмет"):
        assert word in fault.message


def test_file_in_a_folder_of_another_grade_is_a_question(tmp_path):
    found = read(write_2021(tmp_path / "6 класс" / WORK_2021, [row_2021(11)]), tmp_path)
    fault = only(found.faults, "title-disagrees")
    assert fault.severity is Severity.QUESTION
    assert "5" in fault.message and "6" in fault.message
    assert found.pupils["grade"].tolist() == [5]


def test_research_table(tmp_path):
    rows = [
        [5, 1, "sch000001", 11, 30, 4, 2020],
        [5, "02", "sch000001", 11, 8, None, 2020],
        [6, "история", "sch000002", 21, 7, 3, "2019/2020"],
        [6, 17, "sch000002", 22, 7, 3, 2020],
        [15, 1, "sch000002", 23, 7, 3, 2020],
        [6, 1, "sch000002", 24, 7, 3, None],
    ]
    found = read(write_csv(tmp_path / "данные.csv", HEAD_RESEARCH, rows, ","), tmp_path)
    assert found.layouts == ["vpr-protocol-research"]
    assert (found.rows_in, found.rows_used) == (6, 3)
    pupils = found.pupils
    assert pupils["subject"].tolist() == ["русский язык", "математика", "история"]
    # The second mark comes from the scale of mathematics 5: 7–10 points are a «3».
    assert pupils["mark"].tolist() == [4, 3, 3]
    assert pupils["season"].unique().tolist() == ["autumn"]
    assert "«17»" in only(found.faults, "unknown-subject-code").message
    assert {f.cell for f in found.faults if f.code == "impossible-key"} == {"A6", "G7"}
    question = only(found.faults, "subject-codes")
    assert "02 — математика" in question.message and "1 — русский язык" in question.message


@pytest.mark.parametrize("layout", [name for name in EXAMPLES if name.startswith("vpr-protocol")])
def test_examples_are_recognised(tmp_path, layout):
    name, write = EXAMPLES[layout]
    write(tmp_path / name)
    found = read(tmp_path / name, tmp_path)
    assert found.layouts == [layout]
    assert found.rows_used == found.rows_in >= 3
    assert not [f.sentence() for f in found.faults if f.severity is Severity.ERROR]


def test_columns_of_tasks_may_be_named_in_latin(tmp_path):
    head = [title.replace("10К2", "10K2") for title in HEAD_F1]
    assert head != HEAD_F1 and MAX_TASKS[-1].startswith("10К2")
    found = read(write_f1(tmp_path / "1.xlsx", [row_f1(11)], head=head), tmp_path)
    assert found.tables["task_results"]["task"].iloc[-1] == "10К2"


def test_a_regions_file_is_read_whole(tmp_path):
    """25 000 pupils with 20 tasks."""
    head = [*HEAD_2021[:9], *(f"балл за {i}" for i in range(1, 21)), "Учебник"]
    points = ["1", "0", "X", "1"] * 5
    rows = [
        [f"sch{i // 40:06d}", "Приозёрный район", i, i, 4, "ж", "5А", 1, 10, *points, ""]
        for i in range(25_000)
    ]
    path = write_csv(tmp_path / WORK_2021.replace(".xlsx", ".csv"), head, rows, ";")
    found = read(path, tmp_path)
    assert found.rows_used == 25_000 and found.pupils["school_id"].nunique() == 625
