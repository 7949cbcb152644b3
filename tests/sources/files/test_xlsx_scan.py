"""The quick scan of a sheet's XML finds what a plain reading of it finds."""

from __future__ import annotations

import random
import re

import numpy as np
import pytest
from openpyxl.utils import column_index_from_string, get_column_letter

from shnor_lib.sources.cells.raw_cells import FORMULA
from shnor_lib.sources.files.limits import RefusalError, Used, is_sane, main_block
from shnor_lib.sources.files.xlsx_scan import scan_sheet, sheet_cells, string_lengths

BODIES = (
    "<v>1</v>", "<v></v>", "<f>A1</f><v>2</v>", "<f>A1</f>", '<f t="shared" si="0"/><v/>',
    "<is><t>текст &lt;c r=&quot;XFD9&quot;&gt;</t></is>", "",
)  # fmt: skip


def random_sheet(seed: int) -> tuple[str, dict[tuple[int, int], str]]:
    """Rows in XML and what stands in each cell; rows and columns from 1."""
    chance = random.Random(seed)
    cells: dict[tuple[int, int], str] = {}
    rows = []
    for row in sorted(chance.sample(range(1, 1_048_577), chance.randint(1, 40))):
        line = []
        for column in sorted(chance.sample(range(1, 16_385), chance.randint(0, 12))):
            body = chance.choice(BODIES)
            reference = f"{get_column_letter(column)}{row}"
            style = chance.choice(("", ' s="12"', ' s="1" t="str"', ' t="e"'))
            empty = f'<c r="{reference}"{style}/>'
            line.append(f'<c r="{reference}"{style}>{body}</c>' if body else empty)
            cells[row, column] = style + body
        rows.append(f'<row r="{row}" spans="1:3">{"".join(line)}</row>')
    head = '<worksheet><cols><col min="1" max="3"/></cols><sheetData>'
    return f"{head}{''.join(rows)}</sheetData><pageSetup r:id='x'/></worksheet>", cells


def split(xml: str, seed: int) -> list[bytes]:
    chance = random.Random(seed)
    data = xml.encode()
    cuts = sorted(chance.sample(range(len(data) + 1), min(8, len(data))))
    return [data[a:b] for a, b in zip([0, *cuts], [*cuts, len(data)], strict=True)]


WAYS = {
    "usual": lambda xml: xml,
    "prefixed": lambda xml: re.sub(r"<(/?)(?=[a-z])", r"<\1x:", xml),
    "single quotes": lambda xml: xml.replace(' r="', " r='").replace('" spans', "' spans"),
    "line ends": lambda xml: xml.replace("<c r=", "<c\n\tr=").replace("><", ">\n<"),
    "spaces": lambda xml: xml.replace(' r="', ' r = "'),
}


def plain(xml: str) -> str:
    """Single quotes closed: the way «single quotes» must stay well-formed."""
    return re.sub(r"r='([A-Z]*\d+)\"", r"r='\1'", xml)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("seed", range(12))
def test_every_cell_is_found_however_it_is_written(way, seed):
    xml, cells = random_sheet(seed)
    written = plain(WAYS[way](xml))
    found = [
        (row, column)
        for piece in sheet_cells(split(written, seed))
        for row, column in zip(piece.rows.tolist(), piece.columns.tolist(), strict=True)
    ]
    assert sorted(found) == sorted(cells)
    scan = scan_sheet(split(written, seed + 1))
    assert scan.cells == len(cells)
    if cells:
        assert scan.used.rows == max(row for row, _ in cells)
        assert scan.used.columns == max(column for _, column in cells)
    filled = {place for place, text in cells.items() if "<" in text}
    exact = scan_sheet(split(written, seed), styled=False)
    assert exact.cells == len(filled)
    assert set(np.flatnonzero(exact.row_used) + 1) == {row for row, _ in filled}
    assert set(np.flatnonzero(exact.column_used) + 1) == {column for _, column in filled}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("seed", range(12))
def test_what_is_unreadable_is_found_however_it_is_written(way, seed):
    xml, cells = random_sheet(seed)
    expected = {
        (row - 1, column - 1)
        for (row, column), text in cells.items()
        if 't="e"' in text
        or ("<f" in text and "<v>2" not in text and not ("<v" in text and 't="str"' in text))
    }
    assert set(scan_sheet(split(plain(WAYS[way](xml)), seed)).unreadable) == expected


def test_errors_are_named_and_formulas_are_said_to_have_no_result():
    xml = (
        '<row r="1"><c r="A1" t="e"><v>#REF!</v></c><c r="B1"><f>x</f></c>'
        '<c r="C1" t="str"><f>x</f><v></v></c><c r="D1" t="str"><f>t="e"</f><v>&lt;f&gt;</v></c></row>'
    )
    found = scan_sheet([xml.encode()]).unreadable
    assert {place: str(value) for place, value in found.items()} == {
        (0, 0): "#REF!",
        (0, 1): FORMULA,
    }


@pytest.mark.parametrize(
    "xml",
    [
        '<c r="A1048577"/>', '<c r="XFE1"/>', '<c r="A0"/>', '<c r="AAAA1"/>', '<c r="1A"/>',
        '<c r="A1" r="B2"/>', '<row r="x"><c/></row>', '<row r="99999999"><c/></row>',
        '<c x=">" r="B1"/>', '<c x="<" r="B1"/>',
    ],
)  # fmt: skip
def test_cells_that_could_stand_anywhere_refuse_the_sheet(xml):
    with pytest.raises(RefusalError):
        scan_sheet([f"<sheetData>{xml}</sheetData>".encode()])


def test_cells_without_references_follow_one_another():
    xml = '<row><c/><c><v>1</v></c></row><row r="5"><c/><c r="D5"/><c/></row><row><c/></row>'
    places = [
        place
        for piece in sheet_cells([xml.encode()])
        for place in zip(piece.rows.tolist(), piece.columns.tolist(), strict=True)
    ]
    assert places == [(1, 1), (1, 2), (5, 1), (5, 4), (5, 5), (6, 1)]


def test_an_endless_cell_is_refused():
    text = b"x" * 1024**2
    with pytest.raises(RefusalError) as caught:
        scan_sheet([b'<row><c r="A1" t="str"><v>', *[text] * 12])
    assert caught.value.code == "long-text"


def test_lengths_of_shared_texts():
    xml = "<sst><si><t>ab</t></si><si/><x:si><t>абв</t></x:si></sst>".encode()
    whole = string_lengths([xml]).tolist()
    texts = ("<si><t>ab</t></si>", "<si/>", "<x:si><t>абв</t></x:si></sst>")
    assert whole == [len(text.encode()) for text in texts]
    for cut in range(1, len(xml)):
        assert string_lengths([xml[:cut], xml[cut:]]).tolist() == whole


@pytest.mark.parametrize(
    ("rows", "columns", "block"),
    [
        ([1, 2, 3, 1_048_576], [1, 2], (3, 2)),
        ([1, 2, 60_000], [1, 2, 16_384], (60_000, 2)),
        ([1, 2, 900_000, 1_048_576], [1, 2, 700, 16_384], (2, 700)),
        (list(range(1, 1_048_576, 9)), [1, 2, 3], None),
        (list(range(1, 100_000, 9)), [1, 2, 3], (99_991, 3)),
    ],
)
def test_the_block_that_is_left_when_far_cells_are_set_aside(rows, columns, block):
    row_used, column_used = np.zeros(1_048_576, bool), np.zeros(16_384, bool)
    row_used[np.array(rows) - 1] = column_used[np.array(columns) - 1] = True
    assert main_block(row_used, column_used, len(rows) * 2) == block


def test_what_is_sane():
    assert is_sane(1_048_576, 15, 15_000_000) and Used(0, 0, 0).is_sane
    assert not is_sane(1_048_576, 16, 10**9)
    assert not is_sane(1, 2_001, 2_001)
    assert is_sane(100_000, 20, 1) and not is_sane(100_001, 20, 1)
    assert column_index_from_string("XFD") == 16_384
