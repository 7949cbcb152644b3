"""The whole build on real regional ВПР results (not in the repository; skipped elsewhere)."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from shnor_lib.pipeline import build
from shnor_lib.project import open_project
from tests.adapters.half_a import build_project
from tests.conftest import copy_project_files
from tests.publish.browser import open_site

pytestmark = [pytest.mark.real, pytest.mark.slow]


@pytest.fixture(scope="module")
def half_a(tmp_path_factory: pytest.TempPathFactory, shared: Path) -> Path:
    """The built project on half of a real region."""
    root = build_project(tmp_path_factory.mktemp("half_a") / "project", shared)
    copy_project_files(root)
    report = build(open_project(root))
    assert not report.failures, {name: str(error) for name, error in report.failures.items()}
    return root


def test_totals_come_back_from_rounded_percentages(half_a: Path, shared: Path) -> None:
    files = sorted((half_a / "data/processed/results").glob("*.parquet"))
    results = pd.concat([pd.read_parquet(path) for path in files])
    key = ["year", "season", "grade", "subject"]
    counts = ["n", "n2", "n3", "n4", "n5"]
    ours = results.groupby(key)[counts].sum().astype("int64")
    schools = results.groupby(key)["school_id"].nunique().astype("int64")
    theirs = pd.read_csv(shared / "data/vpr_real/half_A/totals.csv").set_index(key)
    assert len(ours) == len(theirs)
    pd.testing.assert_frame_equal(
        ours.sort_index(), theirs[counts].sort_index(), check_index_type=False
    )
    pd.testing.assert_series_equal(
        schools.sort_index(),
        theirs["schools"].sort_index(),
        check_names=False,
        check_index_type=False,
    )


def test_list_equals_a_plain_pandas_script(half_a: Path, shared: Path) -> None:
    """S2's rule for ВПР, written a second time without the library, from the counts."""
    marks = pd.read_csv(shared / "data/vpr_real/half_A/marks.csv")
    pooled = marks.groupby(["school", "subject", "year"])[["n_participants", "n2", "n5"]].sum()
    pooled = pooled[pooled["n_participants"] >= 10].reset_index()
    pooled["bad"] = (pooled["n2"] / pooled["n_participants"] >= 0.20) & (pooled["n5"] == 0)
    bad = pooled[pooled["bad"]]
    both = bad[bad["year"] == 2021].merge(bad[bad["year"] == 2020], on=["school", "subject"])
    statuses = pd.read_parquet(half_a / "data/processed/analysis/statuses.parquet")
    found = statuses[(statuses["year"] == 2021) & statuses["low_results"]]
    assert set(found["school_id"]) == set(both["school"])
    assert len(found) > 20


def test_every_listed_school_says_why_and_where(half_a: Path) -> None:
    from shnor_lib import identify, load_dataset, load_ruleset
    from shnor_lib.report.words import reason_sentences

    project = open_project(half_a)
    data = load_dataset(project.processed_dir)
    found = identify(data, load_ruleset("tbilissky-2021", project), calendar=project.calendar)
    listed = found.statuses.query("year == 2021 and low_results")["school_id"]
    sheets: dict[str, list[set[str]]] = {}
    for school in listed:
        reasons = reason_sentences(found, data, school, 2021)
        assert reasons, school
        for reason in reasons:
            assert "отметку «2» получили" in reason.text
            for source in reason.sources:
                if source.file not in sheets:
                    path = half_a / "data/raw" / source.file
                    sheet = pd.read_excel(path, header=None, engine="calamine")
                    sheets[source.file] = [set(map(str, row)) for row in sheet.to_numpy(object)]
                # The first cell is n of a row of this very school.
                row = int(source.cells.split(",")[0].lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
                assert school in sheets[source.file][row - 1]


@pytest.mark.browser
def test_pages_open(half_a: Path) -> None:
    site = half_a / "_site"
    schools = sorted((site / "reports/schools").glob("*.html"))
    assert len(schools) > 393
    chosen = [*schools[:3], schools[-1], *site.glob("*.html"), *(site / "reports").glob("*.html"),
              *(site / "reports").glob("20*/*.html")]  # fmt: skip
    reports = open_site(site, [p.relative_to(site).as_posix() for p in chosen])
    faults = [report.sentence() for report in reports if not report.is_clean]
    assert not faults, "\n".join(faults)
