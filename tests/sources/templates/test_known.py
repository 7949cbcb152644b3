"""What next year's templates already know: structure, never last year's numbers."""

from __future__ import annotations

import pandas as pd
import pytest

from shnor_lib.sources.assemble import assemble
from shnor_lib.sources.templates import WORKBOOKS, write_templates, write_workbook
from shnor_lib.sources.templates.known import FEW_SCHOOLS, known_rows, open_schools
from shnor_lib.store import Dataset
from shnor_lib.tables import RISK_FACTORS, TABLES

from ..books import CALENDAR, SCHOOLS, read_all, read_one, tidy
from ..examples import own

NEXT = 2027
CODES = list(SCHOOLS["school_id"])


def rows(name: str, *records: dict, **shared: object) -> pd.DataFrame:
    return tidy(name, pd.DataFrame([{**shared, **record} for record in records]).astype(object))


def known(**tables: pd.DataFrame) -> Dataset:
    return Dataset(schools=tidy("schools", SCHOOLS), **tables)


def records(name: str, data: Dataset, year: int | None = NEXT) -> list[tuple]:
    frame = known_rows(TABLES[name], data, year)
    return list(frame.astype(object).where(frame.notna(), None).itertuples(index=False, name=None))


@pytest.fixture(scope="module")
def everything(tmp_path_factory) -> Dataset:
    """All tables filled from the examples of the data dictionary."""
    folder = tmp_path_factory.mktemp("known")
    write_workbook(folder / "r.xlsx", {"schools": SCHOOLS}, example=False)
    for name in own.TEMPLATES:
        if name != "schools":
            own.write(name, folder / f"{name}.xlsx")
    return assemble(read_all(folder), calendar=CALENDAR)


def test_a_school_that_is_closed_or_not_open_yet_has_no_row():
    schools = tidy("schools", SCHOOLS.assign(opened=[None, 2028, None], closed=[2026, None, None]))
    assert open_schools(schools, 2027)["school_id"].tolist() == ["ШК-03"]
    assert open_schools(schools, 2026)["school_id"].tolist() == ["ШК-01", "ШК-03"]
    assert open_schools(schools, None)["school_id"].tolist() == CODES


def test_forms_of_a_year_have_a_row_per_school():
    for name in ("social_passport", "staff"):
        assert records(name, known()) == [(code, NEXT) for code in CODES]


def test_last_years_numbers_are_never_there(everything):
    """Whatever is carried over: counts, scores, points, feedback, answers are empty."""
    numbers = {"points", "subject_score", "method_score", "level", "value", "answer", "done"}
    for name in own.TEMPLATES:
        table = TABLES[name]
        if table.lasting:
            continue
        frame = known_rows(table, everything, NEXT)
        for column in table.template_columns:
            typed = column.kind in ("int", "float") or column.name in numbers
            if typed and column.name not in table.given and column.name in frame:
                assert frame[column.name].isna().all(), (name, column.name)
        assert "year" not in frame or set(frame["year"]) <= {NEXT}


def test_lasting_tables_come_whole(everything):
    for name in own.TEMPLATES:
        if TABLES[name].lasting:
            assert len(known_rows(TABLES[name], everything, NEXT)) == len(everything.tables[name])


def test_filled_templates_read_back_as_what_is_known(everything, tmp_path):
    """Every template of the new year is sound: rows not filled in are only told."""
    for path in write_templates(tmp_path, known=everything, year=NEXT):
        read = read_one(path)
        assert {f.code for f in read.faults} <= {"unfilled-row", "no-data"}, [
            f.sentence() for f in read.faults
        ]
    assert {p.name for p in tmp_path.iterdir()} >= {"Реестр школ.xlsx", "Кадры 2026-2027.xlsx"}


def test_same_knowledge_same_bytes(everything, tmp_path):
    for folder in ("a", "b"):
        write_templates(tmp_path / folder, known=everything, year=NEXT)
    for stem in WORKBOOKS:
        (first,) = (tmp_path / "a").glob(f"{stem}[ .]*xlsx")
        assert first.read_bytes() == (tmp_path / "b" / first.name).read_bytes()


def test_rating_indicators_with_their_maxima_and_the_usual_ones_for_a_new_school():
    one = {"indicator": "Олимпиады", "points": 3, "points_max": 5}
    two = {"indicator": "Кадры", "points": 1, "points_max": 10}
    data = known(
        rating_points=rows(
            "rating_points",
            {"school_id": "ШК-01", "year": 2026, **one},
            {"school_id": "ШК-01", "year": 2026, **two},
            {"school_id": "ШК-02", "year": 2026, **one, "points_max": 4},
            {"school_id": "ШК-02", "year": 2025, **two},
        )
    )
    assert sorted(records("rating_points", data)) == [
        ("ШК-01", "Кадры", 10, NEXT),
        ("ШК-01", "Олимпиады", 5, NEXT),
        ("ШК-02", "Олимпиады", 4, NEXT),
        ("ШК-03", "Кадры", 10, NEXT),
        ("ШК-03", "Олимпиады", 4, NEXT),
    ]
    assert records("rating_points", known()) == []


def test_results_carry_only_procedures_that_were_typed():
    unit = {"season": "spring", "procedure": "municipal", "grade": 5, "subject": "физика", "n": 9}
    frame = rows("results", {"school_id": "ШК-01"}, {"school_id": "ШК-02"}, year=2026, **unit)
    frame["source_file"] = pd.array(["own.xlsx", "vpr.xlsx"], dtype="string")
    frame["source_sheet"] = pd.array(["Результаты", "2026"], dtype="string")
    data = known(results=frame)
    data.cells = pd.DataFrame(
        [("own.xlsx", "Результаты", "procedure", "E"), ("vpr.xlsx", "2026", "n", "G")],
        columns=["source_file", "source_sheet", "column", "letter"],
        dtype="string",
    )
    assert records("results", data) == [("ШК-01", "spring", "municipal", 5, "физика", NEXT)]
    assert records("results", known()) == []


def test_all_factors_of_schools_with_a_profile():
    data = known(
        risk_profile=rows(
            "risk_profile",
            {"school_id": "ШК-02", "year": 2026, "factor": "parents", "level": "high"},
        )
    )
    found = records("risk_profile", data)
    assert found == [("ШК-02", factor, NEXT) for factor in RISK_FACTORS]
    assert len(records("risk_profile", known())) == len(CODES) * len(RISK_FACTORS)
    many = pd.DataFrame(
        {
            "school_id": [f"Ш{i}" for i in range(FEW_SCHOOLS + 1)],
            "name": "Школа",
            "municipality": "Район",
        }
    )
    assert records("risk_profile", Dataset(schools=tidy("schools", many))) == []


def test_open_risks_keep_their_state_and_this_years_profile_is_claimed():
    states = ["claimed", "confirmed", "rejected", "in_work", "removed"]
    factors = list(RISK_FACTORS)
    data = known(
        risk_verification=rows(
            "risk_verification",
            *({"factor": f, "state": s} for f, s in zip(factors, states, strict=False)),
            school_id="ШК-01",
            year=2026,
        ),
        risk_profile=rows(
            "risk_profile",
            {"school_id": "ШК-03", "year": NEXT, "factor": "parents", "level": "low"},
            {"school_id": "ШК-01", "year": NEXT, "factor": factors[3], "level": "low"},
        ),
    )
    assert records("risk_verification", data) == [
        ("ШК-01", factors[0], "claimed", NEXT),
        ("ШК-01", factors[1], "confirmed", NEXT),
        ("ШК-01", factors[3], "in_work", NEXT),
        ("ШК-03", "parents", "claimed", NEXT),
    ]


def test_supporters_still_active_and_measures_not_done():
    link = {"year": 2026, "plan": True, "reports": 3}
    measure = {"year": 2026, "measure": "Посещение уроков", "school_id": "ШК-01"}
    data = known(
        supporters=rows(
            "supporters",
            {"supporter": "Н-01", "role": "mentor"},
            {"supporter": "Н-02", "role": "mentor", "last_date": pd.Timestamp("2026-06-01")},
        ),
        support_links=rows(
            "support_links",
            {"supporter": "Н-01", "school_id": "ШК-01", **link},
            {"supporter": "Н-02", "school_id": "ШК-02", **link},
            {
                "supporter": "Н-01",
                "school_id": "ШК-03",
                "last_date": pd.Timestamp("2026-05-01"),
                **link,
            },
        ),
        measures=rows(
            "measures",
            *({"number": s, "state": s, **measure} for s in ("planned", "in_work", "done")),
        ),
    )
    assert records("support_links", data) == [("Н-01", "ШК-01", None, None, NEXT)]
    carried = known_rows(TABLES["measures"], data, NEXT)
    assert carried[["number", "state", "year"]].values.tolist() == [
        ["planned", "planned", NEXT],
        ["in_work", "in_work", NEXT],
    ]
    assert "done" not in carried


def test_teachers_are_to_be_measured_again_and_journals_begin_empty(everything):
    found = records("teacher_diagnostics", everything)
    assert [row[:2] for row in found] == [
        ("ШК-01", "ШК-01-У03"), ("ШК-02", "ШК-01-У04"), ("ШК-03", "ШК-01-У05"),
    ]  # fmt: skip
    for name in ("tutor_point", "interviews", "news", "events", "requests", "recommendations"):
        assert records(name, everything) == []
