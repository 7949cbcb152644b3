"""Csv files as systems and people save them."""

from __future__ import annotations

import pytest

from shnor_lib.faults import Severity
from shnor_lib.sources.files.grid import open_file
from shnor_lib.sources.files.text_table import decode, find_delimiter
from tests.sources.books import GOOD_ROW, RESULTS_HEAD, read_one

LINES = [RESULTS_HEAD, GOOD_ROW, [*GOOD_ROW[:5], "русский язык", *GOOD_ROW[6:]]]


def text(delimiter=";", end="\r\n"):
    return end.join(delimiter.join(map(str, line)) for line in LINES) + end


def rows(path):
    sheets, faults = open_file(path, path.name)
    assert faults == []
    return sheets[0].rows


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1251", "cp866"]
)
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_encodings(tmp_path, encoding, end):
    whole = text(end=end)
    if encoding == "cp866":
        whole = whole.replace("«", '"').replace("»", '"')  # DOS has no others
    data = whole.encode(encoding)
    path = tmp_path / "a.csv"
    path.write_bytes(data)
    read = read_one(path)
    assert read.faults == []
    assert read.tables["results"]["subject"].tolist() == ["математика", "русский язык"]


@pytest.mark.parametrize(
    "words",
    ["МБОУ «СОШ № 1» — Светлое", "ШКОЛА", "школа", "съезд, подъём", "ООО «Ёж»", "Ш1;Ш2"],
)
@pytest.mark.parametrize("encoding", ["cp1251", "cp866", "utf-8"])
def test_short_texts_keep_their_letters(words, encoding):
    data = words.encode(encoding, errors="ignore")
    assert decode(data)[0] == data.decode(encoding)


def test_latin_only_is_read_in_any_encoding(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"id;name\n1;x\n")
    assert rows(path) == [["id", "name"], ["1", "x"]]


def test_a_few_spoilt_letters_do_not_spoil_the_file(tmp_path):
    """Cut in the middle of a letter: not taken for another encoding."""
    data = text().encode()
    place = data.index("русский".encode()) + 1
    path = tmp_path / "a.csv"
    path.write_bytes(data[:place] + b"\xff" + data[place + 1 :])
    read = read_one(path)
    assert len(read.tables["results"]) == 2 - sum(fault.rows for fault in read.faults)
    spoilt = [fault for fault in read.faults if fault.code == "spoilt-letters"]
    assert [fault.severity for fault in spoilt] == [Severity.WARNING]
    assert "в строке 3" in spoilt[0].message


@pytest.mark.parametrize(
    ("lines", "delimiter"),
    [
        ("a;b;c\n1,5;2,5;3,5\n", ";"),
        ("a,b\n1,2\n", ","),
        ("a\tb\n1,5\t2,5\n", "\t"),
        ("Отчёт, составленный 5 мая\na;b\n1;2\n", ";"),
        ("x", ";"),
        ("", ";"),
    ],
)
def test_delimiters(lines, delimiter):
    assert find_delimiter(lines) == delimiter


def test_the_line_by_which_excel_names_the_delimiter(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(b"sep=|\r\n" + text("|").encode())
    read = read_one(path)
    assert read.faults == [] and read.tables["results"]["source_row"].tolist() == [2, 3]


def test_quotes(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text('a;"МБОУ ""СОШ № 1""";"две\nстроки"\nООО "Ёж";5";6\n', "utf-8")
    assert rows(path) == [["a", 'МБОУ "СОШ № 1"', "две\nстроки"], ['ООО "Ёж"', '5"', "6"]]


def test_a_quote_never_closed_swallows_nothing_in_silence(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text('a;b\n1;"x\n' + "2;y\n" * 50, "utf-8")
    sheets, (fault,) = open_file(path, "a.csv")
    assert sheets == [] and fault.code == "open-quote" and "в строке 2" in fault.message
    path.write_text('a;b\n1;"x\n' + "2;y\n" * 5000, "utf-8")
    assert "в строке 2" in open_file(path, "a.csv")[1][0].message
    path.write_text('a;b\n1;x\n"2;y', "utf-8")
    assert "в строке 3" in open_file(path, "a.csv")[1][0].message


def test_control_characters_and_nul_bytes(tmp_path):
    path = tmp_path / "a.csv"
    path.write_bytes(text().replace(";24;", ";2\x004;", 1).replace("ОГЭ", "\x07ОГЭ", 1).encode())
    read = read_one(path)
    # «2 4» is no number: said, not guessed.
    assert {fault.cell for fault in read.faults} == {"G2"}
    assert len(read.tables["results"]) == 1


def test_commands_are_text(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("a;b\n=cmd|'/c calc'!A0;=1+1\n", "utf-8")
    assert rows(path)[1] == ["=cmd|'/c calc'!A0", "=1+1"]


def test_short_and_long_lines_are_made_equal(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("a;b\n1\n\n1;2;3\n", "utf-8")
    assert rows(path) == [["a", "b", ""], ["1", "", ""], ["", "", ""], ["1", "2", "3"]]
