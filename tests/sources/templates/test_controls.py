"""Control columns: formulas a spreadsheet program accepts, words that are true."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from shnor_lib.sources.templates import write_workbook
from shnor_lib.sources.templates.controls import FINE, controls_of
from shnor_lib.sources.templates.layout import SheetLayout
from shnor_lib.tables import TABLES

from ..books import SCHOOLS, tidy
from ..examples import own

LONGEST_FORMULA, DEEPEST_NESTING, LONGEST_TEXT = 8192, 64, 255
"""What Excel accepts in a formula."""


def sheet_of(path: Path, name: str, frame=None):
    write_workbook(path, {name: frame}, schools=SCHOOLS, form=True)
    return openpyxl.load_workbook(path)[TABLES[name].title]


@pytest.mark.parametrize("name", own.TEMPLATES)
def test_formulas_keep_within_what_excel_accepts(name):
    layout = SheetLayout(TABLES[name], names=True, rows=700)
    for control in controls_of(layout):
        formula = control.formula(701)
        assert formula.startswith("=") and len(formula) <= LONGEST_FORMULA
        bare = re.sub(r'"[^"]*"', "", formula)
        depth = deepest = 0
        for sign in bare:
            depth += (sign == "(") - (sign == ")")
            deepest = max(deepest, depth)
            assert depth >= 0
        assert depth == 0 and deepest <= DEEPEST_NESTING
        assert max(map(len, re.findall(r'"([^"]*)"', formula)), default=0) <= LONGEST_TEXT
        # Every reference is to the sheet itself and to a column people fill in.
        letters = set(re.findall(r"\$?([A-Z]{1,2})\$?\d+", bare))
        assert letters <= set(layout.letters.values())


def test_headings_are_locked_and_everything_else_is_free(tmp_path):
    sheet = sheet_of(tmp_path / "a.xlsx", "staff", own.rows("staff"))
    assert sheet.protection.sheet and sheet.protection.password is None
    for action in ("sort", "autoFilter", "insertRows", "deleteRows", "formatColumns"):
        assert getattr(sheet.protection, action) is False  # False means «not forbidden»
    assert all(cell.protection.locked for cell in sheet[1])
    for row in sheet.iter_rows(min_row=2):
        assert not any(cell.protection.locked for cell in row if cell.value is not None)
    for name, dimension in sheet.column_dimensions.items():
        if name in SheetLayout(TABLES["staff"], names=True, rows=0).letters.values():
            assert not dimension.protection.locked


def test_control_columns_are_guarded_against_typing(tmp_path):
    sheet = sheet_of(tmp_path / "a.xlsx", "staff")
    guards = {
        str(rule.sqref).split(":")[0]: rule.errorStyle
        for rule in sheet.data_validations.dataValidation
        if rule.formula1 == "FALSE"
    }
    heads = {cell.value: f"{cell.column_letter}2" for cell in sheet[1]}
    assert guards == {heads["Школа"]: "warning", heads["Проверка: с категорией"]: "stop"}


def test_without_known_schools_there_is_no_column_of_names(tmp_path):
    write_workbook(tmp_path / "a.xlsx", {"staff": None}, form=True)
    heads = [c.value for c in openpyxl.load_workbook(tmp_path / "a.xlsx")["Кадры"][1]]
    assert "Школа" not in heads and heads[-1] == "Проверка"


# --- as a spreadsheet program computes them ---------------------------------------------------

ROW = {"school_id": "ШК-01", "year": 2026, "procedure": "oge", "grade": 9, "subject": "физика"}
CASES = [
    ("results", ROW | {"n": 20, "n2": 2, "n3": 8, "n4": 7, "n5": 3}, FINE),
    ("results", ROW | {"n": 20, "n2": 2, "n3": 8, "n4": 7, "n5": 4},
     "отметок вместе 21, а участников 20"),
    ("results", ROW | {"n": 20, "n2": 30}, "«2» больше, чем «Участников»"),
    ("results", {k: v for k, v in ROW.items() if k != "grade"} | {"n": 20}, "заполните «Класс»"),
    ("results", ROW, ""),
    ("staff", {"school_id": "ШК-01", "year": 2026, "teachers": 20, "teachers_highest": 3},
     FINE),
    ("staff", {"school_id": "ШК-01", "year": 2026, "teachers": 20, "teachers_young": 21},
     "«Молодых учителей» больше, чем «Учителей»"),
    ("social_passport", {"school_id": "ШК-01", "year": 2026, "total": 100, "boarding": 101},
     "«В интернате при школе» больше, чем «Всего обучающихся»"),
    ("support_links", {"supporter": "Н-01", "school_id": "ШК-01", "year": 2026,
                       "first_date": pd.Timestamp("2026-02-01"),
                       "last_date": pd.Timestamp("2026-01-01")},
     "«Сопровождение по» раньше, чем «Сопровождение с»"),
]  # fmt: skip


@pytest.mark.skipif(shutil.which("soffice") is None, reason="нет LibreOffice: формулы не вычислить")
def test_a_spreadsheet_program_shows_what_is_wrong(tmp_path):
    names = list(dict.fromkeys(name for name, *_ in CASES))
    frames = {
        name: tidy(
            name, pd.DataFrame([row for table, row, _ in CASES if table == name], dtype=object)
        )
        for name in names
    }
    path = tmp_path / "Формулы.xlsx"
    write_workbook(path, frames, schools=SCHOOLS, form=True)
    workbook = openpyxl.load_workbook(path)
    below = len(frames["results"]) + 2
    workbook["Результаты"].cell(below, 1).value = "ШК-02"
    workbook.save(path)
    done = subprocess.run(
        ["soffice", "--headless", f"-env:UserInstallation=file://{tmp_path}/profile",
         "--convert-to", "ods", "--outdir", str(tmp_path), str(path)],
        capture_output=True, timeout=120, check=False,
    )  # fmt: skip
    computed = tmp_path / "Формулы.ods"
    assert computed.is_file(), done.stderr
    sheets = {
        name: pd.read_excel(
            computed, sheet_name=TABLES[name].title, engine="calamine", keep_default_na=False
        )
        for name in names
    }
    for name in names:
        shown = sheets[name]["Проверка"].tolist()
        wanted = [words for table, _, words in CASES if table == name]
        assert shown[: len(wanted)] == wanted
        assert not any(shown[len(wanted) :])
    assert sheets["results"]["Проверка: доля «2»"].iloc[0] == pytest.approx(0.1)
    # An empty row knows the school as soon as its code is there.
    assert sheets["results"]["Школа"].iloc[below - 2] == "СОШ № 2"
