"""Support: codes of supporters, names of municipalities."""

from __future__ import annotations

import pandas as pd

from shnor_lib.faults import Severity
from shnor_lib.sources.assemble import read_folder
from shnor_lib.sources.templates import write_workbook

from ..books import CALENDAR, SCHOOLS, only
from ..examples import own


def test_a_supporter_nobody_has_listed(tmp_path):
    write_workbook(tmp_path / "r.xlsx", {"schools": SCHOOLS}, example=False)
    own.write("support_links", tmp_path / "a.xlsx")
    assert read_folder(tmp_path, calendar=CALENDAR).faults == []  # no list, no word
    write_workbook(
        tmp_path / "b.xlsx", {"supporters": own.rows("supporters").head(2)}, example=False
    )
    data = read_folder(tmp_path, calendar=CALENDAR)
    fault = only(data.faults, "unknown-supporter")
    assert (fault.file, fault.cell, fault.severity) == ("a.xlsx", "A4", "предупреждение")
    assert "с кодом «Н-03» нет в листе «Сопровождающие» (строк: 1)" in fault.message
    assert len(data.support_links) == 3


def test_municipalities_of_measures_are_those_of_the_register(tmp_path):
    written = ["светлый р-н", "Все муниципалитеты", "Тёмный район", None]
    schools = SCHOOLS.assign(municipality="Светлый муниципальный округ")
    measures = own.rows("measures", len(written)).assign(
        school_id=pd.NA, municipality=pd.array(written, dtype="string")
    )
    write_workbook(tmp_path / "r.xlsx", {"schools": schools}, example=False)
    write_workbook(tmp_path / "a.xlsx", {"measures": measures}, example=False)
    data = read_folder(tmp_path, calendar=CALENDAR)
    found = data.measures["municipality"]
    assert found[found.notna()].tolist() == ["Светлый муниципальный округ", "Тёмный район"]
    assert found.isna().tolist() == [False, True, False, True]
    fault = only(data.faults, "unknown-municipality")
    assert "«Тёмный район»" in fault.message and fault.severity is Severity.WARNING
    assert only(data.faults, "for-whom").severity is Severity.WARNING
    assert len(data.faults) == 2
