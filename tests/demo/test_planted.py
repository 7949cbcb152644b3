"""Planted truths are in the tables, and the tables come back from the workbooks."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from pathlib import Path

import pandas as pd
import pytest
from scipy.stats import binom

from shnor_lib.demo import Demo, DemoTruth, generate_demo, simulate
from shnor_lib.demo.planted import OGE_LOW, VPR_LOW
from shnor_lib.project import open_project, packaged_calendar
from shnor_lib.sources.assemble import read_folder
from shnor_lib.store import Dataset
from shnor_lib.tables import PROVENANCE, TABLES

KINDS = {"low", "resilient", "small_chance", "recovers", "regression", "missing", "worsening"}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, DemoTruth]:
    root = tmp_path_factory.mktemp("demo")
    return root, generate_demo(root)


@pytest.fixture(scope="module")
def dataset(project: tuple[Path, DemoTruth]) -> Dataset:
    return read_folder(project[0] / "data" / "raw", calendar=packaged_calendar())


@pytest.fixture(scope="module")
def pooled(dataset: Dataset) -> pd.DataFrame:
    """Tbilissky's rule by plain pandas: classes pooled by subject, at least 10 participants."""
    keys = ["school_id", "procedure", "subject", "year"]
    sums = dataset.results.groupby(keys)[["n", "n_low", "n_high"]].sum().astype(float).reset_index()
    limit = sums["procedure"].map({"vpr": VPR_LOW, "oge": OGE_LOW, "ege": 0.30})
    share = sums["n_low"] / sums["n"]
    sums["low"] = (sums["n"] >= 10) & (share >= limit) & (sums["n_high"] == 0)
    return sums


def low_years(pooled: pd.DataFrame, school: str, procedure: str, subject: str) -> list[int]:
    rows = pooled[
        (pooled["school_id"] == school)
        & (pooled["procedure"] == procedure)
        & (pooled["subject"] == subject)
        & pooled["low"]
    ]
    return sorted(rows["year"].astype(int))


def subject_shares(pooled: pd.DataFrame, school: str, subject: str) -> pd.Series:
    """Year → share of «2» in ВПР, classes pooled."""
    rows = pooled[
        (pooled["school_id"] == school)
        & (pooled["procedure"] == "vpr")
        & (pooled["subject"] == subject)
    ].set_index("year")
    return rows["n_low"] / rows["n"]


def one(truth: DemoTruth, kind: str) -> str:
    (item,) = truth.of_kind(kind)
    return str(item["school_id"])


def test_reading_finds_no_fault(dataset: Dataset) -> None:
    assert dataset.faults == []
    assert dataset.years == [2023, 2024, 2025, 2026]


def test_workbooks_hold_exactly_the_tables(dataset: Dataset, demo: Demo) -> None:
    """Percents with two decimals, codes and names all come back as they were."""
    made = demo.tables
    for name, table in TABLES.items():
        read = dataset.tables[name].drop(columns=list(PROVENANCE))
        if name not in made:
            assert read.empty
            continue
        key = list(table.key)
        left = made[name].sort_values(key).reset_index(drop=True)[list(read.columns)]
        right = read.sort_values(key).reset_index(drop=True)
        pd.testing.assert_frame_equal(left, right, check_dtype=False)


def test_all_kinds_are_planted_in_different_schools(project: tuple[Path, DemoTruth]) -> None:
    truth = project[1]
    assert {item["kind"] for item in truth.planted} == KINDS
    assert len({item["school_id"] for item in truth.planted}) == len(KINDS)


def test_low_school(project: tuple[Path, DemoTruth], pooled: pd.DataFrame) -> None:
    school = one(project[1], "low")
    for procedure in ("vpr", "oge"):
        assert len(low_years(pooled, school, procedure, "математика")) == 4


def test_resilient_school(
    project: tuple[Path, DemoTruth], dataset: Dataset, pooled: pd.DataFrame
) -> None:
    school = one(project[1], "resilient")
    passport = dataset.social_passport
    mine = passport[passport["school_id"] == school].astype({"total": float})
    assert (mine["incomplete"] / mine["total"] > 0.30).all()
    assert (mine["poor_housing"] / mine["total"] > 0.20).all()
    vpr = pooled[(pooled["procedure"] == "vpr") & (pooled["n"] >= 10)]
    sums = vpr.groupby("school_id")[["n", "n_low", "n_high"]].sum()
    low = sums["n_low"] / sums["n"]
    high = sums["n_high"] / sums["n"]
    assert low[school] < low.median() / 1.5
    assert high[school] > high.median() * 1.3
    assert not pooled.loc[pooled["school_id"] == school, "low"].any()


def test_small_school_by_chance(project: tuple[Path, DemoTruth], pooled: pd.DataFrame) -> None:
    (item,) = project[1].of_kind("small_chance")
    assert low_years(pooled, item["school_id"], "vpr", "математика") == [2025, 2026]
    assert all(entry["share"] < VPR_LOW for entry in item["true_share_of_2"])
    for shown in item["tables_show"]:
        assert shown["n"] < 30
        # Not at odds with the true share: at least a chance of one in twenty.
        (true,) = [e["share"] for e in item["true_share_of_2"] if e["year"] == shown["year"]]
        assert binom.sf(shown["n2"] - 1, shown["n"], true) > 0.05


def test_recovering_school(project: tuple[Path, DemoTruth], pooled: pd.DataFrame) -> None:
    (item,) = project[1].of_kind("recovers")
    assert low_years(pooled, item["school_id"], "oge", "математика") == [2023, 2024]
    for procedure in ("vpr", "oge"):
        shares = {
            entry["year"]: entry["share"]
            for entry in item["true_share_of_2"]
            if entry["procedure"] == procedure
        }
        assert shares[2026] < 0.10 < 0.4 < shares[2023]
    maths = subject_shares(pooled, item["school_id"], "математика")
    assert maths[2026] < maths[2023] - 0.2
    assert maths[2025] < maths[2024] - 0.2


def test_regression_to_the_mean(project: tuple[Path, DemoTruth], pooled: pd.DataFrame) -> None:
    (item,) = project[1].of_kind("regression")
    assert low_years(pooled, item["school_id"], "vpr", "русский язык") == [2023, 2024]
    shares = {entry["share"] for entry in item["true_share_of_2"]}
    assert len(shares) == 1 and shares.pop() < VPR_LOW


def test_worsening_school(project: tuple[Path, DemoTruth], pooled: pd.DataFrame) -> None:
    (item,) = project[1].of_kind("worsening")
    school = item["school_id"]
    assert low_years(pooled, school, "oge", "русский язык") == [2025, 2026]
    share = subject_shares(pooled, school, "русский язык")
    assert share[2026] > share[2025] > share[2023]
    assert share[2026] > share[2023] + 0.2


def test_missing_school(
    project: tuple[Path, DemoTruth], dataset: Dataset, pooled: pd.DataFrame
) -> None:
    school = one(project[1], "missing")
    assert set(pooled.loc[pooled["school_id"] == school, "year"]) == {2023, 2024, 2026}
    points = dataset.rating_points
    assert set(points.loc[points["school_id"] == school, "year"]) == {2023, 2024, 2026}
    passport = dataset.social_passport
    assert set(passport.loc[passport["school_id"] == school, "year"]) == {2023, 2024, 2025}


def test_list_of_the_last_year_is_realistic(
    project: tuple[Path, DemoTruth], dataset: Dataset, pooled: pd.DataFrame
) -> None:
    """Two years in the same subject put a school on the list: three of twelve, all planted."""
    recent = pooled[pooled["year"].isin([2025, 2026]) & pooled["low"]]
    both = recent.groupby(["school_id", "procedure", "subject"]).size()
    listed = set(both[both == 2].index.get_level_values("school_id"))
    assert listed == {one(project[1], kind) for kind in ("low", "small_chance", "worsening")}
    passport = dataset.social_passport
    now = passport[passport["year"] == 2026].set_index("school_id")
    beyond = now["incomplete"].astype(float) / now["total"].astype(float) > 0.30
    assert list(now.index[beyond]) == [one(project[1], "resilient")]
    assert (now["offences"] > 0).sum() <= 2


def test_truth_file(project: tuple[Path, DemoTruth]) -> None:
    root, truth = project
    saved = json.loads((root / "data" / "demo_truth.json").read_text(encoding="utf-8"))
    assert saved["planted"] == json.loads(json.dumps(truth.planted, ensure_ascii=False))
    assert len(saved["schools"]) == 12
    assert not list((root / "data" / "raw").rglob("*.json"))
    for file in saved["files"]:
        assert (root / file).is_file()
    on_disk = {
        path.relative_to(root).as_posix()
        for folder in ("raw", "files", "pages")
        for path in (root / "data" / folder).rglob("*.*")
    }
    assert on_disk == set(saved["files"])


def test_project_opens(project: tuple[Path, DemoTruth]) -> None:
    settings = open_project(project[0]).settings
    assert "вымышлены" in settings.subtitle


def test_settings_of_a_project_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "shnor.yml").write_text("title: Моё\n", encoding="utf-8")
    told: list[str] = []
    generate_demo(tmp_path, schools=2, years=1, progress=told.append)
    assert (tmp_path / "shnor.yml").read_text(encoding="utf-8") == "title: Моё\n"
    assert len(told) >= 4


def digests(root: Path) -> dict[str, str]:
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def test_same_seed_same_bytes(project: tuple[Path, DemoTruth], tmp_path: Path) -> None:
    generate_demo(tmp_path)
    assert digests(tmp_path) == digests(project[0])


def test_other_seed_other_results() -> None:
    one_seed = simulate(years=1, seed=1).tables["results"]
    other = simulate(years=1, seed=2).tables["results"]
    assert not one_seed.equals(other)


@pytest.mark.parametrize("seed", range(5))
def test_planted_truths_hold_for_any_seed(seed: int) -> None:
    demo = simulate(seed=seed)
    keys = ["school_id", "procedure", "subject", "year"]
    sums = demo.tables["results"].groupby(keys)[["n", "n_low", "n_high"]].sum().astype(float)
    for kind, procedure, subject, years in (
        ("low", "vpr", "математика", (2023, 2024, 2025, 2026)),
        ("low", "oge", "математика", (2023, 2024, 2025, 2026)),
        ("recovers", "oge", "математика", (2023, 2024)),
        ("worsening", "oge", "русский язык", (2025, 2026)),
        ("small_chance", "vpr", "математика", (2025, 2026)),
    ):
        limit = VPR_LOW if procedure == "vpr" else OGE_LOW
        for year in years:
            row = sums.loc[(one(demo.truth, kind), procedure, subject, year)]
            assert row["n_low"] / row["n"] >= limit and row["n_high"] == 0, (kind, year)


def test_the_projects_own_data_are_the_demonstration(demo: Demo) -> None:
    """What lies in ``data/raw`` of this repository is what the generator makes."""
    root = Path(__file__).parents[2]
    truth = root / "data" / "demo_truth.json"
    if not truth.is_file():
        pytest.skip("в data нет демонстрационных данных")
    read = read_folder(root / "data" / "raw", calendar=packaged_calendar())
    saved = json.loads(truth.read_text(encoding="utf-8"))
    made = json.loads(json.dumps(asdict(demo.truth), ensure_ascii=False))
    assert {**saved, "files": []} == {**made, "files": []}
    for name, frame in demo.tables.items():
        key = list(TABLES[name].key)
        left = frame.sort_values(key).reset_index(drop=True)
        right = read.tables[name].sort_values(key).reset_index(drop=True)[list(frame.columns)]
        pd.testing.assert_frame_equal(left, right, check_dtype=False)
    lying = {
        path.relative_to(root).as_posix()
        for folder in ("raw", "files", "pages")
        for path in (root / "data" / folder).rglob("*.*")
        if not path.name.startswith(".")
    }
    assert lying == set(saved["files"])
