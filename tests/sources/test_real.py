"""Real ВПР results: what is read is what the reports say."""

from __future__ import annotations

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from shnor_lib.faults import Severity
from shnor_lib.project import Calendar, open_project
from shnor_lib.sources.assemble import assemble, read_folder
from tests.adapters.half_a import WORKBOOKS, build_project, half_a_dir

from .books import CALENDAR, accounted, read_one

pytestmark = pytest.mark.real

KEY = ["year", "season", "grade", "subject", "school_id"]
COUNTS = ["n", "n2", "n3", "n4", "n5"]
# The upload of 2022 is of spring.
SPRING = Calendar.model_validate(
    {"seasons": [{"procedure": "vpr", "year": 2022, "season": "spring"}]}
)


@pytest.fixture(scope="module")
def reads(shared):
    calendar = SPRING.over(CALENDAR)
    return [read_one(half_a_dir(shared) / name, calendar) for name in WORKBOOKS]


def plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Comparable with a csv: ordinary dtypes, one order."""
    frame = frame.astype(
        {name: "int64" for name in frame if name not in ("season", "subject", "school_id")}
    )
    frame = frame.astype(
        {name: object for name in ("season", "subject", "school_id") if name in frame}
    )
    return frame.sort_values(list(frame.columns)).reset_index(drop=True)


def test_every_row_equals_the_marks(shared, reads):
    marks = pd.read_csv(half_a_dir(shared) / "marks.csv").rename(
        columns={"school": "school_id", "n_participants": "n"}
    )
    results = pd.concat([read.tables["results"] for read in reads])
    assert_frame_equal(plain(results[[*KEY, *COUNTS]]), plain(marks[[*KEY, *COUNTS]]))
    assert (results["n_low"] == results["n2"]).all() and (results["n_high"] == results["n5"]).all()


def test_totals(shared, reads):
    totals = pd.read_csv(half_a_dir(shared) / "totals.csv")
    results = pd.concat([read.tables["results"] for read in reads])
    groups = results.groupby(["year", "season", "grade", "subject"])
    ours = groups[COUNTS].sum().join(groups["school_id"].nunique().rename("schools")).reset_index()
    assert_frame_equal(plain(ours[totals.columns.tolist()]), plain(totals))


def test_nothing_is_faulty_and_everything_is_accounted_for(reads):
    assert [fault.sentence() for read in reads for fault in read.faults] == []
    assert all(accounted(read) for read in reads)
    assert [read.layouts for read in reads] == [["vpr-consolidated"]] * 3


def test_the_register_is_derived_from_the_reports(shared, reads):
    data = assemble(reads, calendar=CALENDAR)
    assert [f.code for f in data.faults if f.severity is not Severity.QUESTION] == ["no-register"]
    last = pd.read_csv(half_a_dir(shared) / "marks.csv").drop_duplicates("school", keep="last")
    assert dict(zip(data.schools["school_id"], data.schools["municipality"], strict=True)) == dict(
        zip(last["school"], last["municipality"], strict=True)
    )


def test_provenance_leads_back_to_the_cells(shared, reads):
    import openpyxl

    data = assemble(reads, calendar=CALENDAR)
    sheets = {}
    for record in data.results.sample(60, random_state=1).itertuples():
        name = record.source_file
        if name not in sheets:
            sheets[name] = openpyxl.load_workbook(half_a_dir(shared) / name)
        sheet = sheets[name][record.source_sheet]
        n, low = data.cell(name, record.source_sheet, record.source_row, "n", "n_low").split(", ")
        assert sheet[n].value == record.n
        assert sheet[low].value == round(100 * record.n_low / record.n, 2)


def test_a_whole_project(shared, tmp_path):
    project = open_project(build_project(tmp_path / "project", shared))
    data = read_folder(project.raw_dir, calendar=project.calendar)
    # Real data raise questions (uneven parallels, grown cohorts), a few in thousands of rows.
    assert {fault.severity for fault in data.faults} <= {Severity.QUESTION}
    assert len(data.faults) < 0.005 * len(data.results)
    assert (len(data.results), len(data.social_passport), len(data.staff)) == (23892, 422, 422)
    assert set(data.results["school_id"]) <= set(data.schools["school_id"])
    assert data.schools["municipality"].notna().all()
    assert (data.staff["teachers_qualified"] <= data.staff["teachers"]).fillna(value=True).all()
