from __future__ import annotations

import hashlib
import time
import zipfile

import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from shnor_lib.faults import ShnorError
from shnor_lib.sources.templates import WORKBOOKS, write_templates, write_workbook
from shnor_lib.sources.values import clean_text, is_empty
from shnor_lib.tables import PROCEDURES, PROVENANCE, TABLES, Column

from .books import SCHOOLS, read_one, tidy


def reread(path, name):
    read = read_one(path)
    assert read.faults == [], [fault.sentence() for fault in read.faults]
    return read.tables[name].drop(columns=list(PROVENANCE))


def test_every_table_has_a_workbook_whose_headings_say_all(tmp_path):
    written = write_templates(tmp_path)
    assert [path.name for path in written] == list(WORKBOOKS)
    assert {name for names in WORKBOOKS.values() for name in names} == set(TABLES)
    for path, names in zip(written, WORKBOOKS.values(), strict=True):
        workbook = openpyxl.load_workbook(path)
        for name in names:
            table = TABLES[name]
            sheet = workbook[table.title]
            assert sheet.freeze_panes == "B2"
            assert sheet.auto_filter.ref.startswith("A1:")
            for column, cell in zip(table.template_columns, sheet[1], strict=True):
                assert cell.value == column.title + (" *" if column.required else "")
                assert ("обязательно" in cell.comment.text) == column.required
                assert cell.font.bold
            required = {c.fill.start_color.rgb for c in sheet[1] if c.value.endswith("*")}
            optional = {c.fill.start_color.rgb for c in sheet[1] if not c.value.endswith("*")}
            assert len(required) == 1 and not required & optional


def test_choices_are_drop_downs_and_counts_have_ranges(tmp_path):
    path = tmp_path / "Результаты.xlsx"
    write_workbook(path, {"results": None})
    rules = {
        str(rule.sqref).split(":")[0]: rule
        for rule in openpyxl.load_workbook(path)["Результаты"].data_validations.dataValidation
    }
    assert rules["D2"].type == "list"
    assert rules["D2"].formula1 == '"' + ",".join(PROCEDURES.values()) + '"'
    assert (rules["E2"].type, rules["E2"].formula1, rules["E2"].formula2) == ("whole", "1", "12")
    # Excel keeps at most 255 characters of a list and cuts it at commas.
    for table in TABLES.values():
        for column in table.columns:
            assert len(",".join(column.choices.values())) <= 255
            assert not any("," in text for text in column.choices.values())
    assert "$G2" in rules["H2"].formula2  # «2» is part of «Участников»


def test_templates_in_use_are_left_alone(tmp_path):
    write_templates(tmp_path)
    filled = tmp_path / "Кадры.xlsx"
    filled.write_bytes(b"filled")
    assert write_templates(tmp_path) == []
    assert filled.read_bytes() == b"filled"
    assert filled in write_templates(tmp_path, overwrite=True)


def test_empty_templates_are_no_errors(tmp_path):
    for path in write_templates(tmp_path):
        read = read_one(path)
        assert {(fault.code, fault.severity) for fault in read.faults} == {
            ("no-data", "предупреждение")
        }
        assert read.rows_in == 0


def test_codes_are_filled_in_and_unfilled_rows_only_warn(tmp_path):
    paths = {path.name: path for path in write_templates(tmp_path, schools=SCHOOLS)}
    read = read_one(paths["Кадры.xlsx"])
    assert [(fault.code, fault.rows) for fault in read.faults] == [("unfilled-row", 3)]
    register = reread(paths["Реестр школ.xlsx"], "schools")
    assert_frame_equal(register, tidy("schools", SCHOOLS))


def test_same_content_same_bytes(tmp_path):
    digests = set()
    for name in ("a", "b"):
        path = tmp_path / name / "Реестр школ.xlsx"
        write_workbook(path, {"schools": SCHOOLS})
        digests.add(hashlib.sha256(path.read_bytes()).hexdigest())
        time.sleep(1.1 if name == "a" else 0)  # document properties count in seconds
    assert len(digests) == 1


def test_text_is_never_a_formula(tmp_path):
    nasty = ["=1+1", "+7 900", "-школа", "@имя", "#REF!", '=HYPERLINK("http://x","y")', "<b>&amp;"]
    frame = pd.DataFrame({"school_id": nasty, "name": nasty, "municipality": "Район"})
    path = tmp_path / "Реестр.xlsx"
    write_workbook(path, {"schools": frame})
    sheet = openpyxl.load_workbook(path)["Реестр школ"]
    assert {cell.data_type for cell in sheet["A"][1:]} == {"s"}
    with zipfile.ZipFile(path) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")
    assert reread(path, "schools")["name"].tolist() == nasty


def test_several_tables_in_one_workbook_and_the_extra_sheets_are_skipped(tmp_path):
    staff = pd.DataFrame({"school_id": ["ШК-01"], "year": [2024], "teachers": [24]})
    path = tmp_path / "Всё.xlsx"
    write_workbook(path, {"schools": SCHOOLS, "staff": staff})
    assert openpyxl.load_workbook(path).sheetnames[-2:] == ["Пример", "Как заполнять"]
    read = read_one(path)
    assert (len(read.tables["schools"]), len(read.tables["staff"]), read.faults) == (3, 1, [])
    # Renamed, they are still skipped.
    workbook = openpyxl.load_workbook(path)
    workbook["Пример"].title, workbook["Как заполнять"].title = "Образец", "Памятка"
    workbook.save(path)
    assert read_one(path).rows_in == 4


def test_the_example_rows_are_good_rows(tmp_path):
    """What the sheet «Пример» shows would itself be read without a fault."""
    for name, table in TABLES.items():
        row = {c.title: c.example for c in table.template_columns if c.example is not None}
        path = tmp_path / f"{name}.xlsx"
        pd.DataFrame([row]).to_excel(path, index=False)
        read = read_one(path)
        assert read.layouts == [f"own:{name}"]
        assert read.faults == [], [fault.sentence() for fault in read.faults]


def test_unknown_tables_and_columns_are_refused(tmp_path):
    with pytest.raises(ShnorError, match="Нет таблиц: pupils"):
        write_workbook(tmp_path / "x.xlsx", {"pupils": None})
    with pytest.raises(ShnorError, match="нет столбцов: colour"):
        write_workbook(tmp_path / "x.xlsx", {"staff": pd.DataFrame({"colour": [1]})})


def cell_values(column: Column) -> st.SearchStrategy[object]:
    """Anything a tidy column may hold."""
    if column.choices:
        values: st.SearchStrategy[object] = st.sampled_from(list(column.choices))
    elif column.kind == "text":
        values = st.text(max_size=30).map(clean_text).filter(lambda text: not is_empty(text))
    elif column.kind == "float":
        values = st.integers(0, int(column.maximum or 5000) * 100).map(lambda k: k / 100)
    else:
        low, high = int(column.minimum or 0), int(column.maximum or 1_000_000)
        values = st.integers(low, high)
    return values if column.required else st.none() | values


@st.composite
def tables_of_rows(draw):
    name = draw(st.sampled_from(["schools", "social_passport", "staff", "rating_points"]))
    table = TABLES[name]
    rows = draw(
        st.lists(
            st.fixed_dictionaries({c.name: cell_values(c) for c in table.columns}),
            min_size=1,
            max_size=4,
        )
    )
    for row in rows:
        for column in table.columns:
            whole = row.get(column.part_of)
            if column.part_of and row[column.name] is not None and whole is not None:
                row[column.name] = min(row[column.name], whole)
    return name, tidy(name, pd.DataFrame(rows).astype(object))


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(case=tables_of_rows())
def test_a_written_workbook_reads_back_unchanged(case, tmp_path):
    name, frame = case
    # A row with nothing but the code means «not filled in yet».
    frame = frame[frame.drop(columns="school_id").notna().any(axis=1)].reset_index(drop=True)
    if frame.empty:
        return
    path = tmp_path / "t.xlsx"
    write_workbook(path, {name: frame}, example=False)
    assert_frame_equal(reread(path, name), frame)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    counts=st.lists(st.integers(0, 60), min_size=4, max_size=4).filter(any),
    procedure=st.sampled_from(["vpr", "oge", "gve", "niko", "municipal"]),
    season=st.sampled_from(["spring", "autumn"]),
    year=st.integers(2000, 2100),
)
def test_results_read_back_unchanged(counts, procedure, season, year, tmp_path):
    row = dict(zip(("n2", "n3", "n4", "n5"), counts, strict=True))
    row |= {"school_id": "ШК-01", "year": year, "season": season, "procedure": procedure}
    row |= {
        "grade": 9,
        "subject": "физика",
        "n": sum(counts),
        "n_low": counts[0],
        "n_high": counts[3],
    }
    frame = tidy("results", pd.DataFrame([row]))
    path = tmp_path / "t.xlsx"
    write_workbook(path, {"results": frame})
    assert_frame_equal(reread(path, "results"), frame)


def test_exam_results_keep_their_own_low_and_high(tmp_path):
    row = {"school_id": "ШК-01", "year": 2024, "season": "spring", "procedure": "ege", "grade": 11}
    row |= {
        "subject": "математика (профильная)",
        "n": 20,
        "n_low": 3,
        "n_high": 3,
        "mean_score": 54.5,
    }
    frame = tidy("results", pd.DataFrame([row]))
    path = tmp_path / "t.xlsx"
    write_workbook(path, {"results": frame})
    assert_frame_equal(reread(path, "results"), frame)
