"""Every broken workbook of one folder gets its own message, all in one run."""

from __future__ import annotations

import datetime as dt

import openpyxl

from shnor_lib.faults import Fault, Severity
from shnor_lib.sources.assemble import assemble
from shnor_lib.sources.feedback.faults_workbook import HEADINGS, write_faults_workbook
from tests.sources.books import (
    CALENDAR,
    GOOD_ROW,
    RESULTS_HEAD,
    VPR_HEAD,
    accounted,
    book,
    read_all,
    row,
    vpr_row,
    write_register,
)

EXPECTED = {
    "01 нет столбца.xlsx": "missing-column",
    "02 текст.xlsx": "text-for-number",
    "03 дробь.xlsx": "fractional-count",
    "04 процент.xlsx": "above-maximum",
    "05 мало участников.xlsx": "n-below-marks",
    "06 часть.xlsx": "part-above-whole",
    "07 чужая школа.xlsx": "unknown-school",
    "08 повтор.xlsx": "duplicate-row",
    "09 год.xlsx": "not-a-year",
    "10 список.xlsx": "not-in-list",
    "11 пусто.xlsx": "empty-required",
    "12 нет строк.xlsx": "no-data",
    "13 пароль.xlsx": "password",
    "14 не книга.xlsx": "not-a-workbook",
    "15 обрезан.xlsx": "broken-file",
    "16 чужая форма.xlsx": "not-recognised",
    "17 чужой.csv": "not-recognised",
    "18 не проводилась.xlsx": "not-held",
    "19 дата.xlsx": "date-for-number",
    "20 доли.xlsx": "percents-not-whole",
    "21 два столбца.xlsx": "repeated-column",
    "22 год листа.xlsx": "year-disagrees",
    "23 год далеко.xlsx": "year-out-of-range",
}


def make_broken(raw):
    def results(name, *rows, **more):
        book(raw / name, [RESULTS_HEAD, *rows], **more)

    write_register(raw)
    results("00 годный.xlsx", row())
    book(
        raw / "01 нет столбца.xlsx",
        [RESULTS_HEAD[:4] + RESULTS_HEAD[5:], GOOD_ROW[:4] + GOOD_ROW[5:]],
    )
    results("02 текст.xlsx", row(n="двадцать", subject="а"))
    results("03 дробь.xlsx", row(n2=0.15, subject="б"))
    book(raw / "04 процент.xlsx", [VPR_HEAD, vpr_row("ШК-01", 24, 112.5, 0, 0, 0)])
    results("05 мало участников.xlsx", row(n=20, subject="в"))
    book(
        raw / "06 часть.xlsx",
        [["Код школы", "Учебный год", "Всего обучающихся", "С ОВЗ"], ["ШК-01", 2024, 10, 11]],
    )
    results("07 чужая школа.xlsx", row(school_id="ШК-99"))
    results("08 повтор.xlsx", row())
    results("09 год.xlsx", row(year="прошлый", subject="г"))
    results("10 список.xlsx", row(procedure="КДР", subject="д"))
    results("11 пусто.xlsx", row(subject=None))
    results("12 нет строк.xlsx")
    locked = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le")
    )
    (raw / "13 пароль.xlsx").write_bytes(locked)
    (raw / "14 не книга.xlsx").write_text("Код школы;Год", "utf-8")
    (raw / "15 обрезан.xlsx").write_bytes((raw / "00 годный.xlsx").read_bytes()[:2500])
    book(raw / "16 чужая форма.xlsx", [["Фамилия", "Предмет"], ["А", "Б"]])
    (raw / "17 чужой.csv").write_bytes("Фамилия;Имя\nА;Б\n".encode("cp1251"))
    results("18 не проводилась.xlsx", row(year=2020, subject="биология"))
    results("19 дата.xlsx", row(n5=dt.datetime(2024, 4, 5), subject="е"))
    book(raw / "20 доли.xlsx", [VPR_HEAD, vpr_row("ШК-01", 24, 12.6, 37.4, 33.33, 16.67)])
    book(raw / "21 два столбца.xlsx", [[*RESULTS_HEAD, "«2»"], [*row(subject="ж"), 3]])
    results("22 год листа.xlsx", row(subject="география"), sheet="2022")
    results("23 год далеко.xlsx", row(year=1899, subject="з"))
    for name in ("~$00 годный.xlsx", ".DS_Store", "README.md", "план.json"):
        (raw / name).write_bytes(b"x")


def test_each_broken_file_has_its_own_message_in_one_run(tmp_path):
    make_broken(tmp_path)
    reads = read_all(tmp_path)
    data = assemble(reads, calendar=CALENDAR)
    assert {fault.file: fault.code for fault in data.faults} == EXPECTED
    assert len(data.faults) == len(EXPECTED)
    assert len({fault.message for fault in data.faults}) == len(EXPECTED)
    for fault in data.faults:
        assert fault.message and fault.expected and fault.remedy, fault
        assert (
            fault.sheet
            or fault.code in ("password", "not-a-workbook", "broken-file")
            or fault.file.endswith("csv")
        )
    severities = {
        fault.file: fault.severity for fault in data.faults if fault.severity is not Severity.ERROR
    }
    assert severities == {
        "12 нет строк.xlsx": Severity.WARNING,
        "17 чужой.csv": Severity.WARNING,
        "18 не проводилась.xlsx": Severity.QUESTION,
        "22 год листа.xlsx": Severity.WARNING,
    }
    assert all(accounted(read) for read in reads)
    assert sum(r.rows_in for r in reads) == len(data.schools) + len(data.results) + sum(
        f.rows for f in data.faults
    )
    assert sorted(data.results["source_file"]) == [
        "00 годный.xlsx",
        "18 не проводилась.xlsx",
        "22 год листа.xlsx",
    ]


def test_the_workbook_of_faults_links_to_the_cells(tmp_path):
    raw = tmp_path / "data" / "raw"
    make_broken(raw)
    data = assemble(read_all(raw), calendar=CALENDAR)
    path = tmp_path / "Ошибки.xlsx"
    assert write_faults_workbook(path, reversed(data.faults))
    assert not write_faults_workbook(path, data.faults)  # same content, same bytes
    sheet = openpyxl.load_workbook(path).active
    assert sheet.title == "Ошибки" and sheet.freeze_panes == "A2"
    assert [cell.value for cell in sheet[1]] == [title for title, _ in HEADINGS]
    rows = list(sheet.iter_rows(min_row=2))
    assert len(rows) == len(data.faults)
    order = ["ошибка", "предупреждение", "вопрос"]
    ranks = [order.index(cells[0].value) for cells in rows]
    assert ranks == sorted(ranks) and set(ranks) == {0, 1, 2}
    by_file = {cells[1].value: cells for cells in rows}
    link = by_file["02 текст.xlsx"][3]
    assert link.value == "G2"
    assert (link.hyperlink.target, link.hyperlink.location) == (
        "data/raw/02%20текст.xlsx",
        "'Лист1'!G2",
    )
    for cells in rows:
        target = cells[3].hyperlink.target.replace("%20", " ")
        assert (tmp_path / target).is_file()
        assert cells[4].alignment.wrap_text


def test_text_of_faults_is_never_a_formula(tmp_path):
    fault = Fault("=cmd()", "=1+1", "A1", "x", '=HYPERLINK("http://x")', "+1", "@x")
    write_faults_workbook(tmp_path / "f.xlsx", [fault])
    sheet = openpyxl.load_workbook(tmp_path / "f.xlsx").active
    assert {cell.data_type for cell in sheet[2]} == {"s"}
    assert sheet["B2"].value == "=cmd()" and sheet["D2"].hyperlink is None


def test_settings_faults_have_lines_instead_of_cells(tmp_path):
    (tmp_path / "shnor.yml").write_text("title: x\n", "utf-8")
    write_faults_workbook(
        tmp_path / "f.xlsx", [Fault("shnor.yml", cell="строка 3", message="ключ стоит дважды.")]
    )
    sheet = openpyxl.load_workbook(tmp_path / "f.xlsx").active
    assert (sheet["D2"].value, sheet["D2"].hyperlink.target) == ("строка 3", "shnor.yml")


def test_no_faults_is_said(tmp_path):
    write_faults_workbook(tmp_path / "f.xlsx", [])
    assert openpyxl.load_workbook(tmp_path / "f.xlsx").active["A2"].value == "Ошибок нет."
