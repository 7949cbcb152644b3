"""Support: codes of supporters."""

from __future__ import annotations

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
