"""«ВПР. Сравнение отметок с отметками по журналу», groups as rows and as columns."""

from __future__ import annotations

import openpyxl
import pytest

from shnor_lib.faults import Severity
from shnor_lib.sources.assemble import assemble
from shnor_lib.sources.layouts.fis_oko_blocks import change_of
from tests.sources.books import CALENDAR, accounted, book, only, read_one
from tests.sources.fis_oko_books import (
    HEAD,
    JOURNAL,
    LINES,
    LINES_HEAD,
    SCHOOL_1,
    SCHOOL_2,
    SCHOOL_3,
    TITLE,
    lines,
    percents,
    report,
    with_values,
)

NAMES = ["n", "n_lower", "n_equal", "n_higher"]
COUNTS = {"edu000001": [24, 6, 15, 3], "edu000002": [24, 7, 15, 2], "Лицей № 1": [12, 2, 9, 1]}
CHANGES = [[6, 15, 3], [7, 15, 2], [2, 9, 1]]


def native(path, *rows, head=LINES_HEAD):
    title = ["Сравнение отметок с отметками по журналу"]
    return report(path / "a.xlsx", title, [TITLE], head, *rows)


def counts(read):
    frame = read.tables["journal_comparison"]
    return {row[0]: list(row[1:]) for row in frame[["school_id", *NAMES]].itertuples(index=False)}


def test_groups_as_rows(tmp_path):
    read = native(tmp_path, *JOURNAL)
    assert read.faults == [] and read.layouts == ["vpr-native-journal"]
    assert counts(read) == COUNTS
    frame = read.tables["journal_comparison"]
    assert frame["source_rows"].tolist() == ["15-18", "20-23", "30-33"]
    assert frame["source_row"].tolist() == [15, 20, 30] and frame["spearman"].isna().all()
    assert set(
        frame[["procedure", "year", "season", "grade", "subject"]].itertuples(
            index=False, name=None
        )
    ) == {("vpr", 2023, "spring", 5, "математика")}
    # Four lines of each of three schools.
    assert (read.rows_in, read.rows_used) == (12, 12)
    assert read.seen["municipality"].tolist() == [
        "Приозёрный район",
        "Приозёрный район",
        "г. Светлый",
    ]
    data = assemble([read], calendar=CALENDAR)
    assert data.cell("a.xlsx", "Лист1", 15, "n_lower", source_rows="15-18") == "B15:B18"


def test_without_the_line_of_all_and_with_it_only(tmp_path):
    read = native(tmp_path, *[row for row in JOURNAL if "Всего" not in row[0]])
    assert counts(read) == COUNTS and read.faults == [] and read.rows_in == 9


def test_percents_alone(tmp_path):
    """Numbers only in «Всего»: whole pupils come from the percentages."""
    rows = [
        [row[0], None, *row[2:]] if len(row) > 1 and "Всего" not in row[0] else row
        for row in JOURNAL
    ]
    read = native(tmp_path, *rows)
    assert counts(read) == COUNTS and read.faults == []
    rows[13] = [rows[13][0], None, 27]
    read = native(tmp_path, *rows)
    assert read.faults[0].code == "percents-not-whole" and accounted(read)


def test_a_bare_municipality_is_not_a_school(tmp_path):
    rows = [*lines("Светлый", 500, 400, 100), *lines(SCHOOL_1, 6, 15, 3)]
    assert list(counts(native(tmp_path, *rows))) == ["edu000001"]
    rows = [
        *lines("Озёрный край", 6, 15, 3),
        *lines("Светлый", 6, 15, 3),
        *lines("СОШ № 1", 6, 15, 3),
    ]
    assert list(counts(native(tmp_path, *rows))) == ["СОШ № 1"]


def test_pupils_without_a_mark_in_the_journal(tmp_path):
    group = lines(SCHOOL_1, 6, 15, 3)
    group[-1:] = [["  Нет отметки в журнале", 2, 7.69], ["  Всего", 26, 100]]
    group[1:4] = [[text, count] for text, count in zip(LINES, (6, 15, 3), strict=True)]
    read = native(tmp_path, *group)
    assert counts(read) == {"edu000001": [24, 6, 15, 3]} and read.rows_in == read.rows_used == 5


def test_nobody_compared(tmp_path):
    read = native(tmp_path, *lines(SCHOOL_1, 0, 0, 0), *lines(SCHOOL_2, 7, 15, 2))
    assert read.faults == []
    frame = read.tables["journal_comparison"]
    assert frame["n"].tolist() == [0, 24] and frame["n_lower"].isna().tolist() == [True, False]


@pytest.mark.parametrize("filled", [True, False])
def test_names_merged_over_their_lines(tmp_path, filled):
    head = ["Группы участников", "Изменение отметки", "Кол-во участников", "%"]
    rows = []
    for name, values in zip((SCHOOL_1, SCHOOL_2, SCHOOL_3), CHANGES, strict=True):
        for k, row in enumerate(lines("", *values)[1:]):
            rows.append([name if k == 0 else None, *row])
    path = book(tmp_path / "a.xlsx", [[TITLE], head, *rows])
    if filled:
        workbook = openpyxl.load_workbook(path)
        for start in (3, 7, 11):
            workbook.active.merge_cells(f"A{start}:A{start + 3}")
        workbook.save(path)
    read = read_one(path)
    assert read.faults == [] and counts(read) == COUNTS
    assert read.tables["journal_comparison"]["source_rows"].tolist() == ["3-6", "7-10", "11-14"]


@pytest.mark.parametrize(
    ("row", "value", "code", "cell", "rows"),
    [
        (11, ["  Понизили", 7, 25], "groups-not-total", "B18", 4),
        (11, ["  Понизили", "шесть", 25], "not-a-count", "B15", 4),
        (11, ["  Понизили", 6.5, 25], "not-a-count", "B15", 4),
        (11, ["  Понизили", -6, 25], "not-a-count", "B15", 4),
        (11, ["  Понизились", None, None], "groups-not-total", "B18", 4),
        (11, [None], "incomplete-group", "A16", 3),
    ],
)
def test_a_faulty_group_is_refused_wholly(tmp_path, row, value, code, cell, rows):
    changed = [list(line) for line in JOURNAL]
    changed[row] = value
    read = native(tmp_path, *changed)
    (fault,) = read.faults
    assert (fault.code, fault.cell, fault.rows) == (code, cell, rows)
    assert "МБОУ «СОШ № 1»".replace("«", "„").replace("»", "“") in fault.message
    assert set(counts(read)) == {"edu000002", "Лицей № 1"} and accounted(read)


def test_lines_nobody_owns(tmp_path):
    rows = [row for row in JOURNAL if row[0] != SCHOOL_2]
    read = native(tmp_path, *rows)
    fault = only(read.faults, "no-name")
    assert fault.rows == 4 and accounted(read)
    assert set(counts(read)) == {"edu000001", "Лицей № 1"}


def test_a_school_without_lines_is_refused_and_a_note_is_not(tmp_path):
    read = native(tmp_path, *JOURNAL, ["МБОУ СОШ № 9 (edu000009)"], ["* по данным на июнь"])
    fault = only(read.faults, "incomplete-group")
    assert (fault.cell, fault.rows) == ("A34", 1) and accounted(read) and read.rows_in == 13


def test_a_percentage_beside_a_number_that_is_not_its_share(tmp_path):
    rows = [list(row) for row in JOURNAL]
    rows[11][2] = 52.0
    fault = only(native(tmp_path, *rows).faults, "percent-disagrees")
    assert (fault.severity, fault.cell, fault.rows) == (Severity.WARNING, "C15", 0)
    assert "6 из 24 — это 25\u202f%, а стоит 52\u202f%" in fault.message


def test_without_a_title(tmp_path):
    read = report(tmp_path / "a.xlsx", LINES_HEAD, *JOURNAL)
    fault = only(read.faults, "title-incomplete")
    assert fault.rows == 12 and accounted(read) and counts(read) == {}


def test_a_grade_that_cannot_be(tmp_path):
    read = report(tmp_path / "a.xlsx", ["ВПР 2199 Математика 5 класс"], LINES_HEAD, *JOURNAL)
    assert accounted(read) and counts(read) == {}
    assert {fault.code for fault in read.faults} == {"title-incomplete"}


# --- groups as columns

SHARES = [percents(*values) for values in CHANGES]


@pytest.mark.parametrize(
    ("words", "values"),
    [
        ([f"{text}, %" for text in LINES], SHARES),
        (["Понизили", "Подтвердили", "Повысили"], SHARES),
        (["Понизили", "Подтвердили", "Повысили"], CHANGES),
        (["Понизили, чел.", "Подтвердили, чел.", "Повысили, чел."], CHANGES),
        (["Понизили", "Подтвердили", "Повысили"], [[v / 100 for v in row] for row in SHARES]),
    ],
)
def test_groups_as_columns(tmp_path, words, values):
    read = native(tmp_path, *with_values(*values), head=[*HEAD, *words])
    assert read.faults == [] and read.layouts == ["vpr-native-journal"]
    assert counts(read) == COUNTS and read.rows_used == 3
    letters = dict(zip(read.cells["column"], read.cells["letter"], strict=True))
    assert (letters["n"], letters["n_lower"], letters["n_higher"]) == ("C", "D", "F")


def test_numbers_and_percentages_under_each_group(tmp_path):
    upper = [*HEAD, "Понизили", None, "Подтвердили", None, "Повысили", None]
    lower = [None, None, None, *["Кол-во участников", "%"] * 3]
    values = [
        [cell for pair in zip(row, shares, strict=True) for cell in pair]
        for row, shares in zip(CHANGES, SHARES, strict=True)
    ]
    read = native(tmp_path, lower, *with_values(*values), head=upper)
    assert read.faults == [] and counts(read) == COUNTS
    letters = dict(zip(read.cells["column"], read.cells["letter"], strict=True))
    assert (letters["n_lower"], letters["n_equal"], letters["n_higher"]) == ("D", "F", "H")


@pytest.mark.parametrize(
    ("words", "change", "code", "cell"),
    [
        ("{}, %", [30, 60, 10], "percents-not-whole", "D7"),
        ("{}, %", [30, 60, "x"], "text-for-number", "F7"),
        ("{}, чел.", [6, 15, 30], "groups-above-total", "D7"),
        ("{}, чел.", [6, 15, None], "incomplete-group", "D7"),
        ("{}, чел.", [6, 15, 2.5], "fractional-count", "F7"),
    ],
)
def test_refused_rows_of_columns(tmp_path, words, change, code, cell):
    head = [*HEAD, *(words.format(word) for word in ("Понизили", "Подтвердили", "Повысили"))]
    rows = with_values(*(SHARES if "%" in words else CHANGES))
    rows[3][3:] = change
    read = native(tmp_path, *rows, head=head)
    fault = only(read.faults, code)
    assert (fault.cell, fault.rows) == (cell, 1) and accounted(read)
    assert set(counts(read)) == {"edu000002", "Лицей № 1"}


def test_pupils_that_were_not_compared_are_not_counted(tmp_path):
    head = [*HEAD, "Понизили, чел.", "Подтвердили, чел.", "Повысили, чел."]
    rows = with_values(*CHANGES)
    rows[3][2], rows[2][2] = 30, None
    read = native(tmp_path, *rows, head=head)
    assert read.faults == [] and counts(read)["edu000001"] == [24, 6, 15, 3]


def test_a_missing_group_refuses_the_report(tmp_path):
    head = [*HEAD, "Понизили, %", "Подтвердили, %"]
    read = native(tmp_path, *[row[:5] for row in with_values(*SHARES)], head=head)
    assert "«Повысили»" in only(read.faults, "missing-column").message and accounted(read)


def test_words_for_the_groups():
    assert [change_of(text) for text in LINES] == ["lower", "equal", "higher"]
    assert change_of("ПОВЫСИЛИ ( Отметка > Отметка по журналу) %") == "higher"
    assert change_of("МБОУ «Подлесная СОШ»") is None and change_of(24) is None
