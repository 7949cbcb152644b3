"""Files made to fill the memory or to stop the clock: refused, named, in bounded time and memory."""

from __future__ import annotations

import copy
import io
import json
import os
import struct
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from shnor_lib.faults import Severity
from shnor_lib.sources.files import limits
from shnor_lib.sources.files.grid import open_file
from tests.conftest import ROOT
from tests.sources.raw_books import (
    MAIN,
    cell,
    grid_xml,
    number_record,
    ods,
    ods_cell,
    ods_row,
    record,
    xls,
    xlsx,
)

HEAD = grid_xml([["Код школы", "Учебный год"], ["ШК-01", 2024]])


def replaced(path: Path, part: str, body: bytes | str) -> Path:
    """Put ``body`` into a part of a workbook."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    parts[part] = body.encode() if isinstance(body, str) else body
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)
    return path


def spaces(path: Path) -> None:
    replaced(xlsx(path, {"A": HEAD}), "xl/worksheets/sheet1.xml", b" " * (22 * 1024**2))


def lying(path: Path) -> None:
    """The directory says 100 bytes where 22 MB are."""
    spaces(path)
    data = path.read_bytes()
    size = struct.pack("<I", 22 * 1024**2)
    assert data.count(size) >= 2
    path.write_bytes(data.replace(size, struct.pack("<I", 100)))


def many_parts(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(limits.MAX_PARTS + 1):
            archive.writestr(f"xl/{number}", b"")


def overlapping(path: Path) -> None:
    """Two entries of the directory share one packed body."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b" " * 10_000_000)
        for number in range(50):
            twin = copy.copy(archive.filelist[0])
            twin.filename = f"xl/{number}.xml"
            archive.filelist.append(twin)
    path.write_bytes(buffer.getvalue())


def same_names(path: Path) -> None:
    xlsx(path, {"A": HEAD})
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning):
        archive.writestr("xl/workbook.xml", "x")


def nested(path: Path) -> None:
    spaces(path)
    inner = path.read_bytes()
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.xlsx", inner)


def doctype(part: str) -> Callable[[Path], None]:
    entities = "".join(
        f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' if n else '<!ENTITY e0 "ха">' for n in range(10)
    )

    def write(path: Path) -> None:
        xlsx(path, {"A": HEAD}, shared="<si><t>x</t></si>")
        text = zipfile.ZipFile(path).read(part).decode()
        head, _, rest = text.partition("?>")
        rest = rest.replace('name="A"', 'name="&e9;"').replace("<t>x", "<t>&e9;")
        replaced(path, part, f"{head}?><!DOCTYPE x [{entities}]>{rest}")

    return write


def far_cell(path: Path) -> None:
    xlsx(path, {"A": HEAD + f'<row r="1048576">{cell("XFD1048576", 7)}</row>'})


def far_space(path: Path) -> None:
    xlsx(path, {"A": HEAD + f'<row r="1048576">{cell("XFD1048576", " ")}</row>'})


def far_formula(path: Path) -> None:
    xlsx(path, {"A": HEAD + '<row r="1048576"><c r="XFD1048576"><f>1+1</f></c></row>'})


def scattered(path: Path) -> None:
    """Cells on a diagonal: nothing to cut off."""
    rows = "".join(
        f'<row r="{n * 1000}"><c r="{column}{n * 1000}"><v>1</v></c></row>'
        for n, column in enumerate(("A", "Z", "AZ", "ZZ", "AAA", "BBB", "CCC"), start=1)
        for _ in "x"
    )
    more = "".join(f'<row r="{n}"><c r="AAA{n}"><v>1</v></c></row>' for n in range(8000, 17000, 9))
    xlsx(path, {"A": rows + more})


def beyond_excel(path: Path) -> None:
    xlsx(path, {"A": f'<row r="1">{cell("A1", 1)}{cell("ZZZZZ1", 1)}</row>'})


def two_references(path: Path) -> None:
    xlsx(path, {"A": '<row r="1"><c r="A1" r="XFD1048576"><v>1</v></c></row>'})


def entity_reference(path: Path) -> None:
    xlsx(path, {"A": '<row r="1"><c r="&#88;FD1048576"><v>1</v></c></row>'})


def odd_quotes(path: Path) -> None:
    xlsx(path, {"A": "<row r='1'><c r='A1'><v>1</v></c><c\n\tr='XFD1048576'><v>1</v></c></row>"})


def bracket_in_attribute(path: Path) -> None:
    xlsx(path, {"A": '<row r="1"><c x=">" r="XFD1048576"><v>1</v></c></row>'})


def prefixed(path: Path) -> None:
    body = (
        '<x:row r="1"><x:c r="A1"><x:v>1</x:v></x:c><x:c r="XFD1048576"><x:v>1</x:v></x:c></x:row>'
    )
    xlsx(
        path,
        {"A": f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData>{body}</x:sheetData></x:worksheet>'},
    )


def repeated_text(path: Path) -> None:
    """One text of 30 000 letters shown by 400 000 cells."""
    rows = ("<row>" + '<c t="s"><v>0</v></c>' * 100 + "</row>") * 4_000
    xlsx(path, {"A": rows}, shared=f"<si><t>{'а' * 30_000}</t></si>")


def empty_texts(path: Path) -> None:
    xlsx(path, {"A": HEAD}, shared="<si/>" * 4_300_000)


def merged_everywhere(path: Path) -> None:
    tail = "<mergeCells>" + '<mergeCell ref="A1:XFD1048576"/>' * 100_000 + "</mergeCells>"
    xlsx(path, {"A": HEAD + grid_xml([["x"]] * 5_000, top=3)}, tail=tail)


def unclosed(path: Path) -> None:
    xlsx(path, {"A": "<c><f/>" * 500_000})


def many_far_sheets(path: Path) -> None:
    xlsx(path, {f"Л{n}": HEAD + f'<row r="150000">{cell("J150000", 1)}</row>' for n in range(100)})


def ods_repeated(path: Path) -> None:
    ods(path, {"A": ods_row(ods_cell("x", 'table:number-columns-repeated="16384"'), 1_048_576)})


def ods_spaces(path: Path) -> None:
    ods(path, {"A": ods_row(ods_cell('x<text:s text:c="1000000000"/>'))})


def ods_long(path: Path) -> None:
    repeated = ods_cell("ж" * 100_000, 'table:number-columns-repeated="100"')
    ods(path, {"A": ods_row(repeated, 10_000)})


def xls_far(path: Path) -> None:
    xls(path, {"A": number_record(0, 0, 1) + number_record(65535, 255, 1)})


def xls_many_far(path: Path) -> None:
    body = number_record(0, 0, 1) + number_record(7000, 255, 1)
    xls(path, {f"Л{n}": body for n in range(100)})


def xls_dimensions(path: Path) -> None:
    xls(path, {"A": number_record(0, 0, 1)}, dimensions=(0xFFFFFFFF, 0xFFFF))


def xls_circle(path: Path) -> None:
    """The directory's chain of sectors leads back to itself."""
    xls(path, {"A": number_record(0, 0, 1)})
    data = bytearray(path.read_bytes())
    # One sector of the table, so the directory is sector 1.
    assert data[512 + 4 : 512 + 8] == b"\xfe\xff\xff\xff"
    data[512 + 4 : 512 + 8] = struct.pack("<I", 1)
    path.write_bytes(data)


def xls_repeated_text(path: Path) -> None:
    cells = b"".join(
        record(0xFD, struct.pack("<HHHI", row, column, 0, 0))
        for row in range(200)
        for column in range(200)
    )
    xls(path, {"A": cells}, texts=["ж" * 32_000, "x"])


def csv_line(path: Path) -> None:
    path.write_bytes(b"1;" * (5 * 1024**2))


def csv_text(path: Path) -> None:
    path.write_bytes("Код школы;Учебный год\n".encode() + b"x" * (10 * 1024**2))


def csv_wide(path: Path) -> None:
    path.write_text("a;b\n" + "1;2\n" * 300_000 + ";" * 1_500 + "\n", "utf-8")


Cases = dict[str, tuple[Callable[[Path], None], str]]
CASES: Cases = {
    "spaces.xlsx": (spaces, "unpacks-too-large"),
    "lying.xlsx": (lying, "unpacks-too-large"),
    "parts.xlsx": (many_parts, "unpacks-too-large"),
    "overlap.xlsx": (overlapping, "unpacks-too-large"),
    "names.xlsx": (same_names, "unpacks-too-large"),
    "nested.xlsx": (nested, "not-a-workbook"),
    "entities 1.xlsx": (doctype("xl/workbook.xml"), "broken-file"),
    "entities 2.xlsx": (doctype("xl/sharedStrings.xml"), "broken-file"),
    "entities 3.xlsx": (doctype("xl/_rels/workbook.xml.rels"), "broken-file"),
    "far cell.xlsx": (far_cell, "far-cells"),
    "far space.xlsx": (far_space, "far-blanks"),
    "far formula.xlsx": (far_formula, "far-cells"),
    "scattered.xlsx": (scattered, "too-large-sheet"),
    "beyond.xlsx": (beyond_excel, "broken-file"),
    "two.xlsx": (two_references, "broken-file"),
    "entity.xlsx": (entity_reference, "broken-file"),
    "quotes.xlsx": (odd_quotes, "far-cells"),
    "bracket.xlsx": (bracket_in_attribute, "broken-file"),
    "prefixed.xlsx": (prefixed, "far-cells"),
    "repeated.xlsx": (repeated_text, "long-text"),
    "empty texts.xlsx": (empty_texts, "unpacks-too-large"),
    "merged.xlsx": (merged_everywhere, ""),
    "unclosed.xlsx": (unclosed, "broken-file"),
    "sheets.xlsx": (many_far_sheets, "too-large-sheet"),
    "repeated.ods": (ods_repeated, "too-large-sheet"),
    "spaces.ods": (ods_spaces, "long-text"),
    "long.ods": (ods_long, "long-text"),
    "far.xls": (xls_far, "too-large-sheet"),
    "sheets.xls": (xls_many_far, "too-large-sheet"),
    "dimensions.xls": (xls_dimensions, "broken-file"),
    "circle.xls": (xls_circle, "broken-file"),
    "repeated.xls": (xls_repeated_text, "long-text"),
    "line.csv": (csv_line, "too-large-sheet"),
    "text.csv": (csv_text, "long-text"),
    "wide.csv": (csv_wide, "too-large-sheet"),
}


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile")
    for name, (write, _) in CASES.items():
        write(folder / name)
    return folder


@pytest.fixture(scope="module")
def opened(hostile: Path) -> dict[str, dict[str, object]]:
    if not Path("/proc/self/statm").exists():
        pytest.skip("память процесса ограничивается только в Linux")
    done = subprocess.run(
        [sys.executable, "-m", "tests.sources.limited", *(str(hostile / name) for name in CASES)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
    )
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0, (lines[-1:], done.stderr[-2000:])
    return {line["file"]: line for line in lines if "file" in line}


@pytest.mark.parametrize("name", CASES)
def test_hostile_files_are_refused_in_bounded_time_and_memory(opened, name):
    """300 MB beyond the imported program (else the process ends), 2 seconds of processor time."""
    found = opened[name]
    assert found["codes"] == ([CASES[name][1]] if CASES[name][1] else [])
    assert found["seconds"] < 2, found


def test_what_can_be_read_of_a_sheet_with_a_far_cell_is_read(tmp_path):
    """A stray cell costs its own contents, named, and nothing else."""
    path = tmp_path / "a.xlsx"
    far_cell(path)
    sheets, faults = open_file(path, "a.xlsx")
    assert sheets[0].rows == [["Код школы", "Учебный год"], ["ШК-01", 2024]]
    (fault,) = faults
    assert (fault.sheet, fault.cell, fault.severity) == ("A", "XFD1048576", Severity.ERROR)
    assert "XFD1048576" in fault.message and "B2" in fault.message and fault.remedy


def test_far_cells_of_several_kinds_are_told_apart(tmp_path):
    more = f'<row r="60000">{cell("A60000", "Итого")}{cell("XFD60000", chr(160))}</row>'
    path = xlsx(tmp_path / "a.xlsx", {"A": HEAD + more}, shared="<si><t>x</t></si>")
    sheets, faults = open_file(path, "a.xlsx")
    # 60 000 rows are no reason to lose one; 16 384 columns are.
    assert len(sheets[0].rows) == 60_000 and sheets[0].rows[-1][0] == "Итого"
    assert [(f.code, f.cell, f.severity) for f in faults] == [
        ("far-blanks", "XFD60000", Severity.WARNING)
    ]


def test_many_far_cells_are_counted(tmp_path):
    more = "".join(f'<row r="{n}">{cell(f"XFA{n}", n)}</row>' for n in range(3, 40))
    _, faults = open_file(xlsx(tmp_path / "a.xlsx", {"A": HEAD + more}), "a.xlsx")
    assert "XFA3, XFA4, XFA5, XFA6, XFA7, XFA8 и ещё 31" in faults[0].message
    # More than a thousand are not stray: the sheet is not read at all.
    more = "".join(f'<row r="{n}">{cell(f"XFA{n}", n)}</row>' for n in range(3, 1100))
    sheets, faults = open_file(xlsx(tmp_path / "b.xlsx", {"A": HEAD + more, "B": HEAD}), "b.xlsx")
    assert [sheet.name for sheet in sheets] == ["B"]
    assert [(f.code, f.sheet, f.cell) for f in faults] == [("too-large-sheet", "A", "XFA1099")]


def test_empty_rows_with_a_style_cost_no_grid(tmp_path):
    """What is only formatted, down to the last row, is not laid out."""
    styled = "".join(
        f'<row r="{n}" s="1" customFormat="1">' + f'<c r="A{n}" s="1"/><c r="ZZ{n}" s="1"/></row>'
        for n in range(3, 120_000)
    )
    sheets, faults = open_file(xlsx(tmp_path / "a.xlsx", {"A": HEAD + styled}), "a.xlsx")
    assert faults == [] and len(sheets[0].rows) == 2


def test_large_files_are_not_even_read(tmp_path, monkeypatch):
    monkeypatch.setattr(limits, "MAX_FILE_BYTES", 10)
    import shnor_lib.sources.files.grid as grid

    monkeypatch.setattr(grid, "MAX_FILE_BYTES", 1000)
    monkeypatch.setattr(grid, "MAX_CSV_BYTES", 100)
    path = xlsx(tmp_path / "a.xlsx", {"A": HEAD})
    monkeypatch.setattr(Path, "read_bytes", lambda self: pytest.fail("read"))
    _, faults = open_file(path, "a.xlsx")
    assert [fault.code for fault in faults] == ["too-large-file"]
    monkeypatch.undo()
    monkeypatch.setattr(grid, "MAX_CSV_BYTES", 100)
    path = tmp_path / "a.csv"
    path.write_text("a;b\n" * 100)
    assert [fault.code for fault in open_file(path, "a.csv")[1]] == ["too-large-file"]


@pytest.mark.parametrize("name", ["a.xlsx", "a.ods", "a.xls", "a.csv"])
def test_every_cut_of_a_file_is_a_fault_or_a_reading(tmp_path, name):
    """Cut anywhere, a file is refused or read: nothing is raised."""
    path = tmp_path / name
    if name == "a.xlsx":
        xlsx(path, {"A": HEAD}, shared="<si><t>x</t></si>")
    elif name == "a.ods":
        ods(path, {"A": ods_row(ods_cell("x") * 3)})
    elif name == "a.xls":
        xls(path, {"A": number_record(0, 0, 1)}, texts=["Привет"])
    else:
        path.write_bytes('Код;"Название ""х"""\n1;"две\nстроки"\n'.encode("cp1251"))
    whole = path.read_bytes()
    codes = set()
    for size in range(1, len(whole), max(len(whole) // 60, 1)):
        path.write_bytes(whole[:size])
        sheets, faults = open_file(path, name)
        assert sheets or faults
        codes.update(fault.code for fault in faults)
    assert codes or name == "a.csv"
    assert codes <= {"broken-file", "not-a-workbook", "open-quote"}


@pytest.mark.parametrize("name", ["a.xlsx", "a.ods", "a.xls"])
def test_flipped_bytes_are_a_fault_or_a_reading(tmp_path, name):
    """Damage of one byte anywhere: nothing is raised, nothing ends the process."""
    path = tmp_path / name
    if name == "a.xlsx":
        xlsx(path, {"A": HEAD}, shared="<si><t>x</t></si>")
    elif name == "a.ods":
        ods(path, {"A": ods_row(ods_cell("x") * 3)})
    else:
        xls(path, {"A": number_record(0, 0, 1)}, texts=["Привет"])
    whole = bytearray(path.read_bytes())
    used = [place for place, byte in enumerate(whole) if byte] or [0]
    for place in used[:: max(len(used) // 150, 1)]:
        damaged = bytearray(whole)
        damaged[place] ^= 0xFF
        path.write_bytes(damaged)
        sheets, faults = open_file(path, name)
        assert isinstance(sheets, list) and isinstance(faults, list)


def test_a_binary_workbook_is_refused_with_advice(tmp_path):
    path = tmp_path / "a.xlsb"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("xl/workbook.bin", b"\x00")
    (fault,) = open_file(path, "a.xlsb")[1]
    assert fault.code == "binary-workbook" and ".xlsx" in fault.remedy
