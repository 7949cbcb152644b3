"""All checks together: through workbooks, on invented regions and on real results."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

from shnor_lib.demo import simulate
from shnor_lib.faults import Severity, has_errors
from shnor_lib.project import Calendar
from shnor_lib.sources.assemble import read_folder
from shnor_lib.sources.cells.problems import SHOWN
from shnor_lib.sources.crosschecks import CHECKS, Joined, crosscheck
from shnor_lib.sources.schools.school_names import Letters
from shnor_lib.sources.templates import write_workbook
from shnor_lib.tables import CELLS_COLUMNS, TABLES
from tests.adapters.half_a import half_a_dir

from ..books import CALENDAR, RESULTS_HEAD, SCHOOLS, book, only, row
from .frames import USED, joined

NO_CELLS = Letters(pd.DataFrame(columns=list(CELLS_COLUMNS), dtype="string"))


def write(folder: Path, name: str, **tables: pd.DataFrame) -> None:
    write_workbook(folder / f"{name}.xlsx", tables, example=False)


def passports(*rows: tuple[str, int, int]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["school_id", "year", "total"])


def test_a_question_names_both_cells_of_the_workbooks(tmp_path: Path) -> None:
    write(tmp_path, "Реестр школ", schools=SCHOOLS)
    write(tmp_path, "Паспорт", social_passport=passports(("ШК-01", 2024, 20)))
    book(tmp_path / "a.xlsx", [RESULTS_HEAD, row(subject="химия", n=22, n3=7), row()], sheet="ОГЭ")
    data = read_folder(tmp_path, calendar=CALENDAR)
    fault = only(data.faults, "writers-above-enrolment")
    assert (fault.file, fault.sheet, fault.cell) == ("a.xlsx", "ОГЭ", "G3")
    assert (fault.severity, fault.rows) == (Severity.QUESTION, 0)
    passport_cell = data.cell("Паспорт.xlsx", "Социальный паспорт", 2, "total")
    assert (
        f"файл «Паспорт.xlsx», лист «Социальный паспорт», ячейка {passport_cell}" in fault.message
    )
    assert "«СОШ № 1 с. Светлое» (ШК-01), ОГЭ, 9 класс, математика" in fault.message
    # Every row is still there: nothing is refused.
    assert len(data.results) == 2 and not has_errors(data.faults)


def test_results_of_a_closed_school_stop_the_build(tmp_path: Path) -> None:
    write(tmp_path, "Реестр школ", schools=SCHOOLS.assign(closed=[2022, None, None]))
    book(tmp_path / "a.xlsx", [RESULTS_HEAD, row()])
    data = read_folder(tmp_path, calendar=CALENDAR)
    fault = only(data.faults, "outside-its-life")
    assert fault.cell == "B2" and has_errors(data.faults)
    assert len(data.results) == 1 and fault.rows == 0


def test_a_flood_is_summed_up() -> None:
    codes = [f"Ш{i:02d}" for i in range(SHOWN + 8)]
    data = joined(
        staff=[{"school_id": code, "year": 2024, "teachers": 0} for code in codes],
        social_passport=[{"school_id": code, "year": 2024, "total": 200} for code in codes],
    )
    faults = crosscheck(data.tables, data.letters, data.calendar)
    assert {fault.code for fault in faults} == {"teachers-against-pupils"}
    assert len(faults) == SHOWN + 1
    assert "ещё таких же мест: 8" in faults[-1].message


def test_rows_without_provenance_and_spans_of_rows() -> None:
    data = joined(
        results=[
            {"school_id": "А", "year": 2024, "season": "spring", "procedure": "vpr", "grade": 5,
             "subject": "химия", "n": 300, "source_rows": "12-37,40"},
        ],
        social_passport=[
            {"school_id": "А", "year": 2024, "total": 20, "source_file": None, "source_row": None}
        ],
    )  # fmt: skip
    (fault,) = crosscheck(data.tables, data.letters, data.calendar)
    assert (fault.file, fault.cell) == ("results.xlsx", "G12:G37")
    assert "— 20 (место в файлах неизвестно)" in fault.message


def test_nothing_to_check_is_nothing_found() -> None:
    empty = {name: table.empty() for name, table in TABLES.items()}
    assert crosscheck(empty, NO_CELLS, Calendar()) == []


def tables_of(**frames: pd.DataFrame) -> dict[str, pd.DataFrame]:
    found = {}
    for name in USED:
        empty = TABLES[name].empty()
        frame = frames.get(name, empty).reset_index(drop=True)
        frame = frame.assign(
            source_file=f"{name}.xlsx", source_sheet="Лист", source_row=range(2, len(frame) + 2)
        )
        found[name] = frame.reindex(columns=empty.columns).astype(empty.dtypes.to_dict())
    return found


@pytest.mark.parametrize("seed", [1, 2])
def test_an_invented_region_raises_hardly_a_question(seed: int) -> None:
    made = simulate(schools=20, municipalities=2, years=3, seed=seed).tables
    faults = crosscheck(
        tables_of(**{name: made[name] for name in USED if name in made}), NO_CELLS, CALENDAR
    )
    counts = Counter(fault.code for fault in faults)
    # Chance and real change are in the invented results as in real ones.
    assert set(counts) <= {"results-jump"}
    assert sum(counts.values()) <= 4


# --- real results -----------------------------------------------------------------------------

SPRING = Calendar.model_validate(
    {"seasons": [{"procedure": "vpr", "year": 2022, "season": "spring"}]}
)


@pytest.fixture(scope="module")
def half_a(shared: Path) -> dict[str, pd.DataFrame]:
    folder = half_a_dir(shared)
    names = {
        "school": "school_id", "n_participants": "n", "n_pupils": "total", "n_teachers": "teachers"
    }  # fmt: skip
    marks = pd.read_csv(folder / "marks.csv").rename(columns=names)
    marks = marks.assign(procedure="vpr", n_low=marks["n2"], n_high=marks["n5"])
    asked = pd.concat(
        [
            pd.read_csv(folder / "context_2021.csv").assign(year=2021),
            pd.read_csv(folder / "context.csv").assign(year=2022),
        ]
    ).rename(columns=names)
    schools = pd.DataFrame({"school_id": asked["school_id"].unique()})
    return tables_of(
        results=marks, social_passport=asked, staff=asked, schools=schools.assign(name="школа")
    )


@pytest.fixture(scope="module")
def found(half_a: dict[str, pd.DataFrame]) -> dict[str, set[tuple[str, int]]]:
    """Code of the check → schools and years asked about."""
    data = Joined(half_a, NO_CELLS, SPRING.over(CALENDAR))
    return {
        code: {
            (str(one.row["school_id"]), int(one.row["year"]))
            for one in check(data)
            if one.severity is Severity.QUESTION
        }
        for code, check in CHECKS.items()
    }


@pytest.mark.real
def test_questions_are_rare_in_real_results(found: dict[str, set[tuple[str, int]]]) -> None:
    # 393 schools with results in two campaigns and a small third one; 421 in both questionnaires.
    limits = {
        "writers-above-enrolment": 2, "all-writers-above-enrolment": 5, "enrolment-jump": 12,
        "cohort-grown": 3, "uneven-subjects": 45, "mass-absence": 40, "copied-results": 0,
        "copied-passport": 0, "results-jump": 5, "zero-passport": 0, "parents-counted-twice": 0,
        "outside-its-life": 0, "grade-not-taught": 0, "teachers-against-pupils": 35,
        "unknown-supporter": 0,
        "unknown-municipality": 0,
        "no-such-file": 0, "refused-link": 0, "words-for-link": 0, "person-answers": 0,
    }  # fmt: skip
    assert limits.keys() == CHECKS.keys()
    assert {code: len(where) for code, where in found.items() if len(where) > limits[code]} == {}
    assert sum(len(where) for where in found.values()) > 60


@pytest.mark.real
def test_real_findings_by_plain_loops(shared: Path, found: dict[str, set[tuple[str, int]]]) -> None:
    folder = half_a_dir(shared)
    before = pd.read_csv(folder / "context_2021.csv").set_index("school")
    after = pd.read_csv(folder / "context.csv").set_index("school")
    jumps, teachers = set(), set()
    for school in after.index:
        if school in before.index:
            one, two = int(before["n_pupils"][school]), int(after["n_pupils"][school])
            if max(one, two) > 1.5 * min(one, two) and abs(one - two) >= 20:
                jumps.add((school, 2022))
    for year, frame in ((2021, before), (2022, after)):
        for school in frame.index:
            n, k = int(frame["n_pupils"][school]), int(frame["n_teachers"][school])
            if (n > 40 * k and n > 0) or (k > n and k >= 15):
                teachers.add((school, year))
    assert found["enrolment-jump"] == jumps
    assert found["teachers-against-pupils"] == teachers
    marks = pd.read_csv(folder / "marks.csv")
    absent = set()
    for (school, year, _, _), rows in marks.groupby(["school", "year", "season", "grade"]):
        here, away = int(rows["n_participants"].sum()), int(rows["n_absent"].sum())
        if away > 0.3 * (here + away) and away >= 10 * len(rows):
            absent.add((school, year))
    assert found["mass-absence"] == absent
