"""The project's own workbooks: everything written is read back, and only that."""

from __future__ import annotations

import datetime as dt
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
from shnor_lib.sources.cells.person_codes import is_full_name
from shnor_lib.sources.cells.subjects import SUBJECTS
from shnor_lib.sources.cells.values import clean_text, is_empty
from shnor_lib.sources.templates import (
    HELP_SHEET,
    WORKBOOKS,
    workbook_name,
    write_templates,
    write_workbook,
)
from shnor_lib.store import Dataset
from shnor_lib.tables import PROCEDURES, PROVENANCE, TABLES, Column, Table

from .books import SCHOOLS, accounted, read_one, tidy
from .examples import own

KNOWN = Dataset(schools=tidy("schools", SCHOOLS))
LIST_LIMIT = 255
"""Excel keeps at most so many characters of a list inside a drop-down, and cuts it at commas."""


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    """Templates of a new project."""
    return write_templates(tmp_path_factory.mktemp("empty"))


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """Templates of a project that knows its schools: file name → path."""
    folder = tmp_path_factory.mktemp("filled")
    return {path.name: path for path in write_templates(folder, known=KNOWN, year=2027)}


def reread(path, name):
    read = read_one(path)
    assert read.faults == [], [fault.sentence() for fault in read.faults]
    return read.tables[name].drop(columns=list(PROVENANCE))


def rules_of(sheet):
    """First cell of a rule → the rule."""
    return {str(rule.sqref).split(":")[0]: rule for rule in sheet.data_validations.dataValidation}


def test_every_table_has_a_workbook_whose_headings_say_all(empty):
    assert [path.stem for path in empty] == list(WORKBOOKS)
    everywhere = [name for names in WORKBOOKS.values() for name in names]
    assert sorted(everywhere) == sorted(name for name in TABLES if TABLES[name].template)
    for path, names in zip(empty, WORKBOOKS.values(), strict=True):
        workbook = openpyxl.load_workbook(path)
        for name in names:
            table = TABLES[name]
            sheet = workbook[table.title]
            assert sheet.freeze_panes == "B2"
            assert sheet.auto_filter.ref.startswith("A1:")
            heads = sheet[1][: len(table.template_columns)]
            for column, cell in zip(table.template_columns, heads, strict=True):
                assert cell.value == column.title + (" *" if column.required else "")
                assert ("Заполнять обязательно" in cell.comment.text) == column.required
                assert cell.font.bold
            required = {c.fill.start_color.rgb for c in heads if c.value.endswith("*")}
            optional = {c.fill.start_color.rgb for c in heads if not c.value.endswith("*")}
            assert len(required) == 1 and not required & optional


def test_tables_of_a_year_and_lasting_ones_never_share_a_workbook():
    for stem, names in WORKBOOKS.items():
        lasting = {TABLES[name].lasting for name in names}
        assert len(lasting) == 1, stem
        assert workbook_name(stem, 2027).endswith("2026-2027.xlsx") != lasting.pop()


def test_choices_are_drop_downs_and_counts_have_ranges(tmp_path):
    path = tmp_path / "Результаты.xlsx"
    write_workbook(path, {"results": None})
    rules = rules_of(openpyxl.load_workbook(path)["Результаты"])
    assert rules["D2"].type == "list"
    assert rules["D2"].formula1 == '"' + ",".join(PROCEDURES.values()) + '"'
    assert (rules["E2"].type, rules["E2"].formula1, rules["E2"].formula2) == ("whole", "1", "12")
    assert "$G2" in rules["H2"].formula2  # «2» is part of «Участников»


def test_every_drop_down_offers_what_the_reader_takes(filled):
    for stem, names in WORKBOOKS.items():
        workbook = openpyxl.load_workbook(filled[workbook_name(stem, 2027)])
        for name in names:
            table = TABLES[name]
            sheet = workbook[table.title]
            heads = {cell.value.removesuffix(" *"): cell.column_letter for cell in sheet[1]}
            rules = rules_of(sheet)
            for column in table.template_columns:
                if not column.choices:
                    continue
                rule = rules[f"{heads[column.title]}2"]
                if rule.formula1.startswith('"'):
                    offered = rule.formula1.strip('"').split(",")
                    assert len(rule.formula1) <= LIST_LIMIT + 2
                else:
                    place = rule.formula1.replace("$", "").split("!")
                    assert place[0] == "'Списки'" and workbook["Списки"].sheet_state == "hidden"
                    offered = [row[0].value for row in workbook["Списки"][place[1]]]
                assert offered == list(column.choices.values())


def test_templates_in_use_are_left_alone(tmp_path):
    write_templates(tmp_path)
    filled = tmp_path / "Кадры.xlsx"
    filled.write_bytes(b"filled")
    assert write_templates(tmp_path) == []
    assert filled.read_bytes() == b"filled"
    assert filled in write_templates(tmp_path, overwrite=True)


def test_empty_templates_are_no_errors(empty):
    for path in empty:
        read = read_one(path)
        assert {(fault.code, fault.severity) for fault in read.faults} == {
            ("no-data", "предупреждение")
        }
        assert read.rows_in == 0


def test_codes_names_and_the_year_are_filled_in_and_unfilled_rows_only_warn(filled):
    read = read_one(filled["Кадры 2026-2027.xlsx"])
    assert [(fault.code, fault.rows) for fault in read.faults] == [("unfilled-row", 3)]
    assert "«Код школы», «Учебный год»" in read.faults[0].message
    sheet = openpyxl.load_workbook(filled["Кадры 2026-2027.xlsx"])["Кадры"]
    assert [cell.value for cell in sheet[2][:3]] == ["ШК-01", "СОШ № 1 с. Светлое", "2026/2027"]
    register = read_one(filled["Реестр школ.xlsx"])
    assert register.faults == []  # «Ключи школ» may stay empty
    found = register.tables["schools"].drop(columns=list(PROVENANCE))
    assert_frame_equal(found, tidy("schools", SCHOOLS))


def test_the_codes_to_choose_from_are_those_of_the_register(filled):
    workbook = openpyxl.load_workbook(filled["Кадры 2026-2027.xlsx"])
    rule = rules_of(workbook["Кадры"])["A2"]
    assert (rule.type, rule.errorStyle) == ("list", "warning")
    place = rule.formula1.replace("$", "").split("!")[1]
    assert [row[0].value for row in workbook["Списки"][place]] == list(SCHOOLS["school_id"])


@pytest.mark.parametrize("form", [False, True])
def test_same_content_same_bytes(tmp_path, form):
    digests = set()
    for name in ("a", "b"):
        path = tmp_path / name / "Реестр школ.xlsx"
        write_workbook(path, {"schools": SCHOOLS, "staff": None}, schools=SCHOOLS, form=form)
        digests.add(hashlib.sha256(path.read_bytes()).hexdigest())
        time.sleep(1.1 if name == "a" else 0)  # document properties count in seconds
    assert len(digests) == 1


NASTY = [
    "=1+1",
    "+7 900",
    "-школа",
    "@имя",
    "#REF!",
    '=HYPERLINK("http://x","y")',
    "<b>&amp;",
    "<script>alert(1)</script>",
    "007",
    "1e5",
    "«ёлочки» и „лапки“",
    "до — после",
    "да",
    "2024",
    "'апостроф",
    "очень длинное примечание " * 40 + "конец",
]


def test_text_is_never_a_formula(tmp_path):
    frame = pd.DataFrame({"school_id": NASTY, "name": NASTY, "municipality": "Район"})
    path = tmp_path / "Реестр.xlsx"
    write_workbook(path, {"schools": frame})
    sheet = openpyxl.load_workbook(path)["Реестр школ"]
    assert {cell.data_type for cell in sheet["A"][1:]} == {"s"}
    with zipfile.ZipFile(path) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")
    assert reread(path, "schools")["name"].tolist() == NASTY


def free_text(table: Table) -> list[Column]:
    """Columns of a table that take any text."""
    return [
        column
        for column in table.template_columns
        if column.kind == "text" and not column.choices and column.name != "subject"
    ]


@pytest.mark.parametrize("name", own.TEMPLATES)
def test_nasty_text_reads_back_from_every_template(name, tmp_path):
    table = TABLES[name]
    frame = own.rows(name, len(NASTY))
    for column in free_text(table):
        if not column.person_code and column.name != "school_id":
            frame[column.name] = pd.array(NASTY, dtype="string")
    path = tmp_path / "t.xlsx"
    write_workbook(path, {name: frame}, schools=SCHOOLS, form=True)
    found = reread(path, name)
    if name == "results":  # the reader derives these two
        found, frame = (f.drop(columns=["n_low", "n_high"]) for f in (found, frame))
    assert_frame_equal(found, frame)


@pytest.mark.parametrize("name", own.TEMPLATES)
def test_last_years_filled_template_reads_back_unchanged(name, tmp_path):
    path = tmp_path / "t.xlsx"
    own.write(name, path)
    read = read_one(path)
    assert read.layouts == [f"own:{name}"] and read.faults == [] and accounted(read)
    found = read.tables[name].drop(columns=list(PROVENANCE))
    if name == "results":
        found["n_low"] = found["n_high"] = pd.array([pd.NA] * 3, dtype="Int64")
    assert_frame_equal(found, own.rows(name))
    # Saved by a spreadsheet program, with or without the values of its formulas.
    workbook = openpyxl.load_workbook(path)
    sheet = workbook[TABLES[name].title]
    controls = [c.column for c in sheet[1] if str(c.value).startswith("Проверка")]
    assert controls
    for row in sheet.iter_rows(min_row=2, max_row=4):
        for cell in row:
            if cell.column in controls:
                cell.value = "часть больше целого"
    workbook.save(path)
    again = read_one(path)
    assert again.faults == []
    assert_frame_equal(
        again.tables[name].drop(columns="source_row"), read.tables[name].drop(columns="source_row")
    )


def test_several_tables_in_one_workbook_and_the_extra_sheets_are_skipped(tmp_path):
    staff = pd.DataFrame({"school_id": ["ШК-01"], "year": [2024], "teachers": [24]})
    path = tmp_path / "Всё.xlsx"
    write_workbook(path, {"schools": SCHOOLS, "staff": staff}, schools=SCHOOLS, form=True)
    assert openpyxl.load_workbook(path).sheetnames[-2:] == [HELP_SHEET, "Списки"]
    read = read_one(path)
    assert (len(read.tables["schools"]), len(read.tables["staff"]), read.faults) == (3, 1, [])
    # Renamed and unhidden, they are still skipped.
    workbook = openpyxl.load_workbook(path)
    workbook[HELP_SHEET].title = "Памятка"
    workbook["Списки"].sheet_state = "visible"
    workbook["Списки"].title = "Лист7"
    workbook.save(path)
    assert (read_one(path).rows_in, read_one(path).faults) == (4, [])


def test_the_example_rows_are_good_rows(tmp_path):
    """What the sheet «Как заполнять» shows as examples would itself be read without a fault."""
    for name in own.TEMPLATES:
        table = TABLES[name]
        row = {c.title: c.example for c in table.template_columns if c.example is not None}
        path = tmp_path / f"{name}.xlsx"
        pd.DataFrame([row]).to_excel(path, index=False)
        read = read_one(path)
        assert read.layouts == [f"own:{name}"]
        assert read.faults == [], [fault.sentence() for fault in read.faults]
        write_workbook(path, {name: None})
        shown = [cell.value for cell in openpyxl.load_workbook(path)[HELP_SHEET]["E"]]
        for value in row.values():
            assert (
                str(value).replace(".", "")
                in [str(text).replace(",", "").replace(".", "") for text in shown]
                or value in shown
            )


def test_unknown_tables_and_columns_are_refused(tmp_path):
    with pytest.raises(ShnorError, match="Нет таблиц: pupils"):
        write_workbook(tmp_path / "x.xlsx", {"pupils": None})
    with pytest.raises(ShnorError, match="нет столбцов: colour"):
        write_workbook(tmp_path / "x.xlsx", {"staff": pd.DataFrame({"colour": [1]})})


def cell_values(column: Column) -> st.SearchStrategy[object]:
    """Anything a tidy column may hold."""
    values: st.SearchStrategy[object]
    if column.choices:
        values = st.sampled_from(list(column.choices))
    elif column.name == "subject":
        values = st.sampled_from(SUBJECTS)
    elif column.person_code:
        values = st.from_regex(r"[А-Я]{1,3}-[0-9]{1,4}", fullmatch=True)
    elif column.kind == "text":
        values = (
            st.text(max_size=30)
            .map(clean_text)
            .filter(lambda text: not is_empty(text) and not is_full_name(text))
        )
    elif column.kind == "float":
        low = int(column.minimum or 0)
        values = st.integers(low * 100, int(column.maximum or 5000) * 100).map(lambda k: k / 100)
    elif column.kind == "date":
        values = st.dates(dt.date(2001, 1, 1), dt.date(2098, 12, 31)).map(pd.Timestamp)
    elif column.kind == "flag":
        values = st.booleans()
    else:
        values = st.integers(int(column.minimum or 0), int(column.maximum or 1_000_000))
    return values if column.required else st.none() | values


@st.composite
def tables_of_rows(draw):
    name = draw(st.sampled_from([name for name in own.TEMPLATES if name != "results"]))
    table = TABLES[name]
    rows = draw(
        st.lists(
            st.fixed_dictionaries({c.name: cell_values(c) for c in table.template_columns}),
            min_size=1,
            max_size=3,
        )
    )
    for row in rows:
        for column in table.template_columns:
            whole, earlier = row.get(column.part_of), row.get(column.not_before)
            if column.part_of and row[column.name] is not None and whole is not None:
                row[column.name] = min(row[column.name], whole)
            if column.not_before and row[column.name] is not None and earlier is not None:
                row[column.name] = max(row[column.name], earlier)
    frame = tidy(name, pd.DataFrame(rows).astype(object))
    if table.year_from:
        dates = frame[table.year_from]
        frame["year"] = (dates.dt.year + (dates.dt.month >= 9)).astype("Int64")
    # A row with nothing but what templates fill in means «not filled in yet».
    typed = [c.name for c in table.template_columns if c.name not in table.given]
    return name, frame[frame[typed].notna().any(axis=1)].reset_index(drop=True)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(case=tables_of_rows(), form=st.booleans())
def test_a_written_workbook_reads_back_unchanged(case, form, tmp_path):
    name, frame = case
    if frame.empty:
        return
    path = tmp_path / "t.xlsx"
    write_workbook(path, {name: frame}, schools=SCHOOLS, example=False, form=form)
    read = read_one(path)
    # What contradicts itself is only doubted.
    assert [f.sentence() for f in read.faults if f.severity == "ошибка"] == []
    assert_frame_equal(read.tables[name].drop(columns=list(PROVENANCE)), frame)


@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
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
