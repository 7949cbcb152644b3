"""Protocols of ГИА as РИС gives them: every layout, every oddity, nothing lost."""

from __future__ import annotations

import datetime as dt

import pytest

from shnor_lib.faults import Severity
from shnor_lib.sources.layouts.gia_protocols.exam import exam_in_file_name, exam_in_line
from shnor_lib.sources.pupils.pupils import PUPILS
from tests.sources import gia
from tests.sources.books import accounted, book, only, read_one
from tests.sources.examples import EXAMPLES


def read(path):
    found = read_one(path)
    assert accounted(found), (found.rows_in, found.rows_used, found.faults)
    assert {name: str(dtype) for name, dtype in found.pupils.dtypes.items()} == PUPILS
    return found


def example(tmp_path, layout):
    name, write = EXAMPLES[layout]
    write(tmp_path / name)
    return read(tmp_path / name)


def codes(found):
    return [fault.code for fault in found.faults]


def values(found, *columns):
    return (
        found.pupils[list(columns)]
        .astype(object)
        .where(found.pupils.notna(), None)
        .to_numpy()
        .tolist()
    )


# --- layouts -----------------------------------------------------------------------------------


def test_two_exams_of_a_dense_sheet_with_an_absent_pupil(tmp_path):
    found = example(tmp_path, "gia-protocol")
    assert found.faults == [] and found.layouts == ["gia-protocol"]
    assert (found.rows_in, found.rows_used) == (5, 5)
    assert values(found, "school_id", "subject", "date", "score", "mark", "present") == [
        ["101001", "обществознание", "2026-06-05", 17, 3, True],
        ["101001", "обществознание", "2026-06-05", 30, 5, True],
        ["101002", "обществознание", "2026-06-05", None, None, False],
        ["101001", "химия", "2026-06-09", 21, 4, True],
        ["101002", "химия", "2026-06-09", 8, 2, True],
    ]
    assert set(found.pupils["procedure"]) == {"oge"} and set(found.pupils["grade"]) == {9}
    assert set(found.pupils["year"]) == {2026} and set(found.pupils["season"]) == {"spring"}
    # The same pupil in two exams, and nobody else, has one code.
    assert found.pupils["pupil"].nunique() == 4


def test_rows_and_letters_lead_back_to_the_cells(tmp_path):
    found = example(tmp_path, "gia-protocol")
    assert found.pupils["source_row"].tolist() == [7, 8, 9, 14, 15]
    letters = dict(zip(found.cells["column"], found.cells["letter"], strict=True))
    assert letters["school_id"] == "B" and letters["score"] == "N"
    assert letters["n"] == letters["n2"] == letters["n_low"] == "O"
    assert not set(letters) & {"surname", "series", "number", "pupil"}


def test_sparse_print_layouts(tmp_path):
    ege = example(tmp_path, "gia-protocol (sparse)")
    assert ege.faults == []
    assert values(ege, "school_id", "procedure", "grade", "score", "test_score", "mark") == [
        ["101001", "ege", 11, 20, 40 + 20 * i, None] for i in range(4)
    ]
    oge = example(tmp_path, "gia-protocol (sparse, ОГЭ)")
    assert oge.faults == []
    assert oge.pupils["mark"].tolist() == [2, 3, 4, 5]
    assert set(oge.pupils["school_id"]) == {"101001"}, "not the code of the municipality"


def test_sparse_cells_beside_their_headings(tmp_path):
    head = gia.SPARSE_EGE
    rows = [gia.ege(i + 1, gia.pupil(i), head=head, test=70) for i in range(3)]
    for line in rows:
        line[21], line[20] = line[20], None
    gia.protocol(tmp_path / "ЕГЭ.xlsx", "04 - Химия 2026.06.01", head, rows)
    found = read(tmp_path / "ЕГЭ.xlsx")
    assert found.pupils["score"].tolist() == [20, 20, 20]
    assert found.pupils["test_score"].tolist() == [70, 70, 70]
    letters = dict(zip(found.cells["column"], found.cells["letter"], strict=True))
    assert letters["score"] == "V"


def test_participants_codes_of_the_compact_variant(tmp_path):
    found = example(tmp_path, "gia-protocol (compact)")
    assert found.faults == []
    assert found.pupils["test_score"].tolist() == [55, 55, 55]
    rows = [gia.ege(i + 1, gia.Pupil("", "", ""), head=gia.COMPACT) for i in range(3)]
    for i, line in enumerate(rows):
        line[10] = f"00000{i % 2}"
    gia.protocol(tmp_path / "без имён.xlsx", "01 - Русский язык 2026.05.28", gia.COMPACT, rows)
    nameless = read(tmp_path / "без имён.xlsx").pupils
    assert nameless["pupil"].nunique() == 2 and nameless["person"].isna().all()


def test_spoken_part_of_a_language(tmp_path):
    found = example(tmp_path, "gia-protocol (language)")
    assert found.faults == []
    assert values(found, "subject", "score", "test_score") == [
        ["английский язык", 62, 68 + 10 * i] for i in range(3)
    ]
    tasks = found.tables["task_results"]
    spoken = tasks[tasks["task"].str.startswith("устн.")]
    assert spoken["max_score"].tolist() == [1, 5, 10]
    assert spoken["share"].round(2).tolist() == [1.0, 0.8, 0.7]


def test_primary_score_of_two_parts_is_their_sum(tmp_path):
    head = [heading for heading in gia.LANGUAGE if heading != "Первичный балл"]
    parts = {"Первичный балл письменной части": 50, "Первичный балл устной части": 12}
    rows = [
        gia.row(head, {"№": 1, "Код ОО": "101001", "Класс": 11, "Балл": 70, **parts}),
        gia.row(head, {"№": 2, "Код ОО": "101001", "Класс": 11, "Балл": 70, **parts}),
    ]
    rows.insert(0, [*head])
    book(tmp_path / "a.xlsx", [*gia.title("09 - Английский язык 2026.06.11"), *rows])
    found = read(tmp_path / "a.xlsx")
    assert found.faults == []
    assert found.pupils["score"].tolist() == [62, 62]


def test_csv_in_the_windows_encoding_named_after_its_exam(tmp_path):
    found = example(tmp_path, "gia-protocol (csv)")
    assert found.faults == []
    assert values(found, "subject", "date", "mark") == [
        ["математика", "2026-06-02", mark] for mark in (3, 4, 5, 3)
    ]


def test_csv_with_english_headings(tmp_path):
    found = example(tmp_path, "gia-protocol (normalised)")
    assert found.faults == []
    assert (
        values(found, "procedure", "grade", "subject", "score", "mark")
        == [["oge", 9, "русский язык", 15, 4]] * 4
    )
    assert found.tables["task_results"]["task"].str.startswith("разв.").sum() == 2


def test_old_xls_of_gve(tmp_path):
    found = example(tmp_path, "gia-protocol (xls)")
    assert found.faults == []
    assert values(found, "procedure", "grade", "subject", "mark") == [
        ["gve", 9, "русский язык", mark] for mark in (3, 4, 5)
    ]
    assert "task_results" not in found.tables


def test_appeals(tmp_path):
    found = example(tmp_path, "gia-appeals")
    assert found.faults == [] and found.layouts == ["gia-appeals"]
    assert values(found, "procedure", "subject", "date", "score", "mark", "appeal") == [
        ["oge", "математика", "2026-06-02", 22, 5, True],
        ["oge", "математика", "2026-06-02", 12, 3, True],
    ]


def test_appeals_with_a_second_row_of_headings(tmp_path):
    who = gia.pupil(0)
    head = [
        "№", "Код ОО", "Класс", "Код ППЭ", "Аудитория", "Фамилия", "Имя", "Отчество", "Экзамен",
        "Состояние апелляции", "Текущие", None,
    ]  # fmt: skip
    below = [None] * 10 + ["Первичный балл", "Оценка"]
    line = [
        1, "101001", "А", "503", "0204", who.surname, who.name, who.patronymic,
        "Математика(2026.06.02)", "Апелляция удовлетворена", "22", "5",
    ]  # fmt: skip
    book(tmp_path / "а.xlsx", [["Апелляции"], head, below, line], sheet="Page 1")
    found = read(tmp_path / "а.xlsx")
    assert found.faults == []
    assert values(found, "score", "mark", "grade", "appeal") == [[22, 5, 9, True]]
    # The name in one cell and in three gives one code.
    example(tmp_path, "gia-appeals")
    whole = read_one(tmp_path / EXAMPLES["gia-appeals"][0])
    assert whole.pupils["person"].iloc[0] == found.pupils["person"].iloc[0]


# --- exams -------------------------------------------------------------------------------------


def one(tmp_path, line, head=gia.OGE, rows=None, name="a.xlsx"):
    rows = rows or [gia.oge(1, gia.pupil(0)), gia.oge(2, gia.pupil(1))]
    gia.protocol(tmp_path / name, line, head, rows)
    return read(tmp_path / name)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("12 - Обществознание 2026.07.03", ("обществознание", dt.date(2026, 7, 3))),
        ("Экзамен: 22 – Математика базовая 2024.05.31", ("математика (базовая)", dt.date(2024, 5, 31))),
        ("05 - Информатика (КЕГЭ) 2026.06.11", ("информатика", dt.date(2026, 6, 11))),
        ("18 - Родной язык 2026-06-16", ("родной язык", dt.date(2026, 6, 16))),
        ("20 - Приозёрная область", None),
        ("Дата печати 2026.07.03", None),
        ("02 - Математика 2026.13.45", None),
    ],
)  # fmt: skip
def test_the_line_of_an_exam(line, expected):
    found = exam_in_line(line)
    assert (found and (found.subject, found.date)) == expected


def test_the_name_of_a_subject_wins_over_its_code(tmp_path):
    found = one(tmp_path, "12 - Химия 2026.06.09")
    fault = only(found.faults, "subject-code-disagrees")
    assert fault.severity is Severity.WARNING and "«обществознание»" in fault.message
    assert "«химия», по названию" in fault.remedy
    assert set(found.pupils["subject"]) == {"химия"}
    # Codes some regions use in ОГЭ are known.
    assert one(tmp_path, "09 - Обществознание 2026.06.09").faults == []


def test_a_subject_known_by_its_code_alone(tmp_path):
    rows = [gia.oge(1, gia.pupil(0))]
    gia.write_csv(tmp_path / "12_2026.06.05.csv", gia.OGE, rows)
    found = read(tmp_path / "12_2026.06.05.csv")
    fault = only(found.faults, "subject-by-code")
    assert "обществознание" in fault.message and fault.severity is Severity.WARNING
    gia.write_csv(tmp_path / "12_2026.06.05 Физика.csv", gia.OGE, rows)
    named = read(tmp_path / "12_2026.06.05 Физика.csv")
    assert set(named.pupils["subject"]) == {"физика"} and "subject-by-code" not in codes(named)
    assert exam_in_file_name("77_2026.06.05.csv") is None


@pytest.mark.parametrize(
    ("name", "line", "grade", "expected"),
    [
        ("a.xlsx", "01 - Русский язык 2026.06.03", "9А", ("oge", 9)),
        ("a.xlsx", "01 - Русский язык 2026.06.03", "А", ("oge", 9)),
        ("ГВЭ-9.xlsx", "01 - Русский язык 2026.06.03", "9А", ("gve", 9)),
        ("a.xlsx", "51 - Русский язык 2026.06.03", "11", ("gve", 11)),
        ("a.xlsx", "01 - Русский язык (ГВЭ) 2026.06.03", "А", None),
        ("ГВЭ-11.xlsx", "01 - Русский язык 2026.06.03", "А", ("gve", 11)),
        ("a.xlsx", "22 - Математика базовая 2026.06.03", "11", ("ege", 11)),
        ("ОГЭ_2026.xlsx", "02 - Математика 2026.06.03", "11", ("oge", 9)),
    ],
)
def test_the_procedure(tmp_path, name, line, grade, expected):
    found = one(tmp_path, line, rows=[gia.oge(1, gia.pupil(0), grade=grade)], name=name)
    if expected is None:
        assert codes(found) == ["grade-unknown"] and found.rows_used == 0
    else:
        assert values(found, "procedure", "grade") == [list(expected)]


def test_marks_of_grade_eleven_in_mathematics_are_not_guessed(tmp_path):
    found = one(tmp_path, "02 - Математика 2026.06.03", rows=[gia.oge(1, gia.pupil(0), grade=11)])
    fault = only(found.faults, "procedure-unknown")
    assert fault.rows == 1 and fault.severity is Severity.ERROR and found.rows_used == 0


def test_basic_mathematics_has_marks_and_no_test_score(tmp_path):
    rows = [gia.ege(i + 1, gia.pupil(i), head=gia.SHORT_ONLY, test=i + 2) for i in range(4)]
    found = one(tmp_path, "22 - Математика базовая 2026.06.03", gia.SHORT_ONLY, rows)
    assert found.faults == []
    assert set(found.pupils["subject"]) == {"математика (базовая)"}
    assert found.pupils["mark"].tolist() == [2, 3, 4, 5]
    assert found.pupils["test_score"].isna().all()


def test_mathematics_with_test_scores_is_advanced(tmp_path):
    found = one(tmp_path, "02 - Математика 2026.06.03", gia.EGE, [gia.ege(1, gia.pupil(0))])
    assert found.faults == [] and set(found.pupils["subject"]) == {"математика (профильная)"}


def test_the_spoken_half_alone_is_not_an_exam(tmp_path):
    found = one(
        tmp_path, "29 - Английский язык (устный) 2026.06.11", gia.EGE, [gia.ege(1, gia.pupil(0))]
    )
    fault = only(found.faults, "oral-part")
    assert fault.rows == 1 and fault.severity is Severity.WARNING and found.pupils.empty


def test_a_sheet_without_its_exam(tmp_path):
    found = one(tmp_path, "без предмета")
    fault = only(found.faults, "exam-unknown")
    assert fault.rows == 2 and fault.cell == "A7" and "12 - Обществознание" in fault.expected


# --- headings and rows -------------------------------------------------------------------------


def test_the_code_of_a_municipality_is_never_taken_for_a_school(tmp_path):
    head = ["Код МСУ" if heading == "Код ОО" else heading for heading in gia.OGE]
    rows = [gia.oge(1, gia.pupil(0), head=head, **{"Код МСУ": 213})]
    found = one(tmp_path, "02 - Математика 2026.06.02", head, rows)
    fault = only(found.faults, "missing-column")
    assert "код муниципалитета" in fault.message and fault.rows == 1
    assert found.pupils.empty


def test_two_exams_under_headings_that_lack_the_school(tmp_path):
    head = [None if heading == "Код ОО" else heading for heading in gia.APPEALS]
    rows = [gia.appeal(1, gia.pupil(0)), gia.appeal(2, gia.pupil(1), "Химия(2026.06.09)")]
    book(tmp_path / "а.xlsx", [head, *rows])
    found = read(tmp_path / "а.xlsx")
    assert only(found.faults, "missing-column").rows == 2 and found.pupils.empty


def test_a_row_that_names_a_person_is_no_exam(tmp_path):
    assert exam_in_line(f"12 - {gia.pupil(0).full} 2010.05.17") is None
    rows = [gia.appeal(1, gia.pupil(0), f"{gia.pupil(0).full}(17.05.2010)")]
    gia.appeals(tmp_path / "а.xlsx", rows)
    found = read(tmp_path / "а.xlsx")
    assert codes(found) == ["exam-unknown"] and "Небылицын" not in found.faults[0].sentence()


def test_a_column_of_results_must_be_there(tmp_path):
    head = [heading for heading in gia.OGE if heading != "Оценка"]
    rows = [gia.row(head, {"№": 1, "Код ОО": "101001", "Класс": "9А", "Первичный балл": 12})]
    found = one(tmp_path, "02 - Математика 2026.06.02", head, rows, name="ОГЭ.xlsx")
    assert "«Оценка»" in only(found.faults, "missing-column").message


def test_a_result_column_twice(tmp_path):
    head = [*gia.OGE, "Оценка"]
    found = one(tmp_path, "02 - Математика 2026.06.02", head)
    assert only(found.faults, "repeated-column").rows == 2 and found.rows_used == 0


def test_averages_page_breaks_and_column_numbers_are_no_pupils(tmp_path):
    rows = [
        list(range(1, 16)),
        gia.oge(1, gia.pupil(0)),
        ["Страница 1 из 2"],
        gia.OGE,
        list(range(1, 16)),
        gia.oge(2, gia.Pupil("Среднев", "Всемир", "Примерович", "907399")),
        gia.average(gia.OGE, **{"Первичный балл": 17, "Оценка": 4}),
        ["Председатель комиссии", None, None, None, "подпись"],
        gia.oge(3, gia.pupil(2)),
    ]
    found = one(tmp_path, "02 - Математика 2026.06.02", rows=rows)
    assert found.faults == [] and found.rows_in == 3
    assert found.pupils["source_row"].tolist() == [8, 12, 15]


def test_blocks_with_other_columns_never_show_a_wrong_cell(tmp_path):
    rows = [
        *gia.title("04 - Химия 2026.06.01"),
        gia.EGE,
        gia.ege(1, gia.pupil(0)),
        ["22 - Математика базовая 2026.06.03"],
        gia.SHORT_ONLY,
        gia.ege(1, gia.pupil(0), head=gia.SHORT_ONLY, test=4),
    ]
    book(tmp_path / "ЕГЭ.xlsx", rows, sheet="Page 1")
    found = read(tmp_path / "ЕГЭ.xlsx")
    assert values(found, "subject", "test_score", "mark") == [
        ["химия", 55, None],
        ["математика (базовая)", None, 4],
    ]
    letters = dict(zip(found.cells["column"], found.cells["letter"], strict=True))
    assert letters["school_id"] == "C" and letters["n_low"] == "C" and letters["n2"] == "N"


@pytest.mark.parametrize(
    ("changes", "code", "cell"),
    [
        ({"mark": 7}, "above-maximum", "O7"),
        ({"mark": "пять"}, "text-for-number", "O7"),
        ({"mark": 3.5}, "fractional-count", "O7"),
        ({"score": -3}, "below-minimum", "N7"),
        ({"score": "много"}, "text-for-number", "N7"),
        ({"mark": None}, "empty-required", "O7"),
        ({"school": None}, "empty-required", "B7"),
        ({"school": "Небылицын"}, "not-a-code", "B7"),
        ({"school": dt.datetime(2011, 5, 4)}, "not-a-code", "B7"),
    ],
)
def test_wrong_cells_refuse_their_row_and_repeat_nothing(tmp_path, changes, code, cell):
    school = changes.get("school", "101001")
    rest = {key: value for key, value in changes.items() if key != "school"}
    rows = [gia.oge(1, gia.pupil(0), school, **rest), gia.oge(2, gia.pupil(1))]
    found = one(tmp_path, "02 - Математика 2026.06.02", rows=rows)
    fault = only(found.faults, code)
    assert (fault.cell, fault.rows, found.rows_used) == (cell, 1, 1)
    assert not any(word in fault.sentence() for word in ("пять", "много", "Небылицын", "2011"))


@pytest.mark.parametrize(
    "word", ["не явился", "Неявка", "удален с экзамена", "Аннулирован", "н", "не завершил"]
)
@pytest.mark.parametrize("column", ["score", "mark"])
def test_pupils_without_a_result_are_absent(tmp_path, word, column):
    cells = {"score": None, "mark": None, "short": "", "long": "", column: word}
    rows = [gia.oge(1, gia.pupil(0), **cells), gia.oge(2, gia.pupil(1))]
    found = one(tmp_path, "02 - Математика 2026.06.02", rows=rows)
    assert found.faults == [] and found.pupils["present"].tolist() == [False, True]
    assert found.pupils["mark"].isna().tolist() == [True, False]


def test_a_removed_pupil_with_points_has_no_result(tmp_path):
    head = [*gia.OGE, "Примечание"]
    rows = [gia.oge(1, gia.pupil(0), score=3, mark=2, head=head, **{"Примечание": "Удалён"})]
    found = one(tmp_path, "02 - Математика 2026.06.02", head, rows)
    assert found.faults == []
    assert values(found, "present", "score", "mark") == [[False, None, None]]


def test_empty_results_are_absent_and_asked_about(tmp_path):
    rows = [gia.oge(i, gia.pupil(i), score=None, mark=None, short="", long="") for i in range(3)]
    found = one(tmp_path, "02 - Математика 2026.06.02", rows=[*rows, gia.oge(4, gia.pupil(4))])
    fault = only(found.faults, "no-result")
    assert fault.severity is Severity.WARNING and "строк: 3" in fault.message and fault.rows == 0
    assert found.pupils["present"].tolist() == [False] * 3 + [True]


# --- tasks -------------------------------------------------------------------------------------


def test_tasks_of_a_school_are_a_part_of_a_sum(tmp_path):
    rows = [
        gia.oge(1, gia.pupil(0), short="+-2+", long="1(2)0(3)"),
        gia.oge(2, gia.pupil(1), short="++--", long="2(2)3(3)"),
        gia.oge(3, gia.pupil(2), 101002, short="++++", long="0(2)3(3)"),
        gia.oge(4, gia.pupil(3), 101002, score=None, mark="не явился", short="", long=""),
    ]
    tasks = one(tmp_path, "02 - Математика 2026.06.02", rows=rows).tables["task_results"]
    shown = tasks[["school_id", "task", "n", "max_score", "share"]].to_numpy().tolist()
    assert shown[:4] == [
        ["101001", "кратк. 1", 2, 1.0, 1.0],
        ["101002", "кратк. 1", 1, 1.0, 1.0],
        ["101001", "кратк. 2", 2, 1.0, 0.5],
        ["101002", "кратк. 2", 1, 1.0, 1.0],
    ]
    by_task = tasks.set_index(["school_id", "task"])["share"]
    assert by_task["101001", "кратк. 3"] == 0.5 and by_task["101002", "кратк. 3"] == 0.5
    assert by_task["101001", "разв. 2"] == 0.5 and by_task["101002", "разв. 2"] == 1
    assert tasks["source_rows"][0] == "7-8" and tasks["source_rows"].isna()[1]
    assert tasks["source_row"].tolist()[:2] == [7, 9]


def test_a_string_of_another_length_stays_out_of_the_tasks_but_not_the_pupil(tmp_path):
    rows = [gia.oge(i, gia.pupil(i)) for i in range(3)]
    rows.append(gia.oge(4, gia.pupil(4), short="++"))
    rows.append(gia.oge(5, gia.pupil(5), short="что-то"))
    found = one(tmp_path, "02 - Математика 2026.06.02", rows=rows)
    fault = only(found.faults, "odd-answers")
    assert "учеников: 2" in fault.message and fault.cell == "L10" and fault.rows == 0
    assert len(found.pupils) == 5
    tasks = found.tables["task_results"].set_index("task")["n"]
    assert tasks["кратк. 1"] == 3 and tasks["разв. 1"] == 5
