"""Both forms of «ВПР. Распределение первичных баллов»."""

from __future__ import annotations

import pytest

from shnor_lib.faults import Severity
from shnor_lib.sources.assemble import assemble
from tests.sources.books import CALENDAR, VPR_HEAD, accounted, book, only, read_one, vpr_row
from tests.sources.fis_oko_books import HEAD, SCORES, SCORES_HEAD, TITLE, percents, report

COUNTS = {
    "edu000001": [0, 2, 1, 5, 6, 4, 3, 2, 1],
    "edu000002": [1, 0, 3, 4, 6, 5, 3, 2, 0],
    "Лицей № 1": [0, 0, 1, 2, 3, 2, 2, 1, 1],
}


def distribution(frame):
    return {
        school: dict(zip(rows["score"], rows["n_score"], strict=True))
        for school, rows in frame.groupby("school_id")
    }


def sparse(counts):
    return {score: count for score, count in enumerate(counts) if count}


def native(path, *rows, head=SCORES_HEAD, title=(TITLE,)):
    return report(
        path / "a.xlsx", ["Распределение первичных баллов"], *([t] for t in title), head, *rows
    )


def test_percents_become_pupils_by_score(tmp_path):
    read = native(tmp_path, *SCORES)
    assert read.faults == [] and read.layouts == ["vpr-native-scores"]
    frame = read.tables["score_distribution"]
    assert distribution(frame) == {school: sparse(counts) for school, counts in COUNTS.items()}
    assert (
        frame.groupby("school_id")["n_score"].sum() == frame.groupby("school_id")["n"].first()
    ).all()
    assert set(
        frame[["procedure", "year", "season", "grade", "subject", "max_score"]].itertuples(
            index=False, name=None
        )
    ) == {("vpr", 2023, "spring", 5, "математика", 8)}
    letters = dict(zip(read.cells["column"], read.cells["letter"], strict=True))
    assert (letters["n"], letters["n_score:0"], letters["n_score:8"]) == ("C", "D", "L")
    assert frame["source_row"].tolist()[0] == 7 and read.rows_used == 3


def test_the_title_knows_the_most_points(tmp_path):
    read = native(tmp_path, *SCORES, title=(TITLE, "Максимальный первичный балл: 20"))
    assert set(read.tables["score_distribution"]["max_score"]) == {20} and read.faults == []
    read = native(tmp_path, *SCORES, title=(TITLE, "Максимальный первичный балл: 7"))
    faults = [fault for fault in read.faults if fault.code == "score-above-maximum"]
    assert len(faults) == 2 and faults[0].severity is Severity.WARNING
    assert "у учеников есть 8 баллов" in faults[0].message and accounted(read)


def test_empty_cells_and_columns_beyond_the_test(tmp_path):
    rows = [[*row[:3], *(value or None for value in row[3:]), *[None] * 31] for row in SCORES]
    read = native(tmp_path, *rows, head=[*HEAD, *range(40)])
    assert read.faults == []
    frame = read.tables["score_distribution"]
    assert distribution(frame)["edu000002"] == sparse(COUNTS["edu000002"])
    assert set(frame["max_score"]) == {8}


def test_cells_in_excels_per_cent_format(tmp_path):
    rows = [[*row[:3], *(value / 100 for value in row[3:])] for row in SCORES]
    read = native(tmp_path, *rows)
    assert read.faults == []
    assert distribution(read.tables["score_distribution"])["edu000001"] == sparse(
        COUNTS["edu000001"]
    )


def test_text_percents(tmp_path):
    rows = [[*row[:3], *(f"{value} %".replace(".", ",") for value in row[3:])] for row in SCORES]
    read = native(tmp_path, *rows)
    assert read.faults == []
    assert distribution(read.tables["score_distribution"])["edu000001"] == sparse(
        COUNTS["edu000001"]
    )


@pytest.mark.parametrize(
    ("change", "code", "cell", "words"),
    [
        ({4: 20.0}, "percents-not-whole", "D7", "вместе они дают"),
        ({4: 8.9, 6: 20.26}, "percents-not-whole", "D7", "целых чисел учеников"),
        ({4: 153}, "above-maximum", "E7", "153 — больше, чем 100"),
        ({4: -8.33}, "below-minimum", "E7", "меньше, чем 0"),
        ({4: "много"}, "text-for-number", "E7", "это не число"),
        ({2: 0}, "percents-of-nobody", "C7", "участников 0"),
        ({2: None}, "empty-required", "C7", "«Кол-во участников»"),
        ({2: 2.5}, "fractional-count", "C7", "2,5"),
        (
            dict(enumerate(COUNTS["edu000001"], start=3)),
            "counts-for-percents",
            "D7",
            "похоже на числа",
        ),
    ],
)
def test_refused_rows_say_why(tmp_path, change, code, cell, words):
    rows = [list(row) for row in SCORES]
    for place, value in change.items():
        rows[3][place] = value
    rows[2][2] = None
    read = native(tmp_path, *rows)
    (fault,) = read.faults
    assert (fault.code, fault.cell, fault.rows) == (code, cell, 1) and words in fault.message
    assert set(read.tables["score_distribution"]["school_id"]) == {"edu000002", "Лицей № 1"}
    assert accounted(read)


def test_nobody_has_no_distribution(tmp_path):
    rows = [*SCORES, ["СОШ № 7 (edu000007)", 1, 0, *[0] * 9]]
    read = native(tmp_path, *rows)
    assert read.faults == [] and (read.rows_in, read.rows_used) == (4, 4)
    assert "edu000007" not in set(read.tables["score_distribution"]["school_id"])
    assert "edu000007" in set(read.seen["school_id"])


def test_participants_without_a_distribution_are_a_doubt(tmp_path):
    rows = [*SCORES, ["СОШ № 7 (edu000007)", 1, 5, *[None] * 9]]
    read = native(tmp_path, *rows)
    fault = only(read.faults, "no-scores")
    assert (fault.cell, fault.severity, fault.rows) == ("D11", Severity.WARNING, 0) and accounted(
        read
    )


def test_a_gap_or_a_repeat_among_the_scores_refuses_the_report(tmp_path):
    head = [*HEAD, 0, 1, 2, None, 4, 5, 6, 7, 8]
    read = native(tmp_path, *SCORES, head=head)
    assert "нет столбца «3»" in only(read.faults, "missing-column").message and accounted(read)
    assert not len(read.tables["score_distribution"])
    head[6] = 4
    read = native(tmp_path, *SCORES, head=head)
    assert {"missing-column", "repeated-column"} == {fault.code for fault in read.faults}
    assert accounted(read)


def test_two_subjects_of_different_length(tmp_path):
    short = [[*row[:3], *percents(1, 2, *[0] * 4, 3)] for row in SCORES]
    for row in short:
        row[2] = 6
    read = report(
        tmp_path / "a.xlsx",
        [TITLE], SCORES_HEAD, *SCORES, [],
        ["ВПР 2023 Биология 6 класс"], [*HEAD, *range(7)], *short,
    )  # fmt: skip
    frame = read.tables["score_distribution"]
    assert frame.groupby("subject")["max_score"].first().to_dict() == {
        "математика": 8,
        "биология": 6,
    }
    assert (
        frame[frame["subject"] == "биология"].groupby("school_id")["n_score"].sum().tolist()
        == [6] * 3
    )
    assert accounted(read)


# --- the regional consolidated form

KEYS = [*VPR_HEAD[:7]]


def consolidated(path, *rows, columns=40, **more):
    return read_one(book(path / "a.xlsx", [[*KEYS, *range(columns)], *rows], **more))


def wide(login, counts, columns=40, fill=0, **more):
    shares = [*percents(*counts), *[fill] * (columns - len(counts))]
    return vpr_row(login, sum(counts), *shares, **more)


def test_the_consolidated_form(tmp_path):
    read = consolidated(
        tmp_path,
        wide("edu000001", COUNTS["edu000001"]),
        wide("SCH000002", COUNTS["edu000002"], municipality="edu01_m002 | Заречный район"),
        wide("edu000001", [0, 3, 3], subject="Русскому языку", year=2020),
        sheet="Лист1",
    )
    assert read.faults == [] and read.layouts == ["vpr-consolidated-scores"]
    frame = read.tables["score_distribution"]
    assert distribution(frame[frame["subject"] == "математика"]) == {
        "edu000001": sparse(COUNTS["edu000001"]),
        "sch000002": sparse(COUNTS["edu000002"]),
    }
    russian = frame[frame["subject"] == "русский язык"]
    assert russian[["season", "score", "n_score"]].to_numpy().tolist() == [
        ["autumn", 1, 3],
        ["autumn", 2, 3],
    ]
    assert read.seen["municipality"].tolist() == ["Приозёрный район", "Заречный район"]
    assert read.rows_used == 3


def test_most_points_where_the_form_tells_them(tmp_path):
    read = consolidated(tmp_path, wide("a", [1, 0, 3]), wide("b", [1, 1, 1]))
    assert read.tables["score_distribution"]["max_score"].isna().all()  # forty columns for any test
    read = consolidated(tmp_path, wide("a", [1, 0, 3], fill=None), wide("b", [1, 1], fill=None))
    assert set(read.tables["score_distribution"]["max_score"]) == {2}


def test_refusals_of_the_consolidated_form(tmp_path):
    bad = wide("b", [1, 0, 3])
    bad[8] = 13
    text = wide("c", [1, 0, 3])
    text[9] = "нет"
    read = consolidated(tmp_path, wide("a", [1, 0, 3]), bad, text, wide("d", [1, 0, 3], grade=15))
    assert [(f.code, f.cell, f.rows) for f in read.faults] == [
        ("percents-not-whole", "H3", 1),
        ("text-for-number", "J4", 1),
        ("above-maximum", "B5", 1),
    ]
    assert set(read.tables["score_distribution"]["school_id"]) == {"a"} and accounted(read)


def test_scores_are_never_taken_for_marks_nor_marks_for_scores(tmp_path):
    marks = [VPR_HEAD, vpr_row("a", 24, 12.5, 37.5, 33.33, 16.67)]
    assert read_one(book(tmp_path / "m.xlsx", marks)).layouts == ["vpr-consolidated"]
    for lost in (7, 8):
        head = [*KEYS, *range(40)]
        head[lost] = None
        read = read_one(book(tmp_path / "s.xlsx", [head, wide("a", [1, 0, 3])]))
        assert read.layouts == ["vpr-consolidated-scores"] and accounted(read)
        assert f"нет столбца «{lost - 7}»" in only(read.faults, "missing-column").message
        assert not any(len(frame) for frame in read.tables.values())


def test_the_same_report_twice_is_named(tmp_path):
    path = book(tmp_path / "a.xlsx", [[*KEYS, *range(8)], wide("a", [1, 0, 3], columns=8)])
    copy = book(tmp_path / "b.xlsx", [[*KEYS, *range(8)], wide("a", [1, 0, 3], columns=8)])
    data = assemble([read_one(path), read_one(copy)], calendar=CALENDAR)
    assert {f.code for f in data.faults if f.severity is Severity.ERROR} == {"duplicate-row"}
    assert len(data.score_distribution) == 2
