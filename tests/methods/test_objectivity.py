"""Signs of biased results: by hand, and on real results against the region's published shares."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from shnor_lib.methods.objectivity import (
    CHANGE_WORKS,
    INFLATED_WORKS,
    MATHS,
    MIN_SCHOOLS,
    RUSSIAN,
    SIGN_DTYPES,
    Work,
    inflated,
    marked_shares,
    mismatch,
    objectivity,
    region,
    schools_marked,
    sharp_change,
    summaries,
)
from shnor_lib.project import Calendar
from shnor_lib.store import Dataset
from tests.adapters.half_a import half_a_dir
from tests.methods.builders import table

UNIT = {"year": 2021, "season": "spring", "procedure": "vpr", "grade": 4, "subject": MATHS}


def scores(school: str, values: list[int], *, top: int | None = 20, **more):
    found, counts = np.unique(values, return_counts=True)
    return [
        {"school_id": school, **UNIT, "n": len(values), "score": int(s), "n_score": int(k),
         "max_score": top, **more}
        for s, k in zip(found, counts, strict=True)
    ]  # fmt: skip


def summary(school: str, n: int, mean: float, sd: float | None, **more):
    return {"school_id": school, **UNIT, "n": n, "mean": mean, "sd": sd, **more}


def known(*rows) -> pd.DataFrame:
    frame = pd.DataFrame(rows)
    return frame.astype(
        {"year": "Int64", "grade": "Int64", "n": "Int64", "mean": "Float64", "sd": "Float64"}
    )


def crowd(size: int = MIN_SCHOOLS, **more):
    """Schools of thirty pupils around the middle."""
    return [summary(f"Ш{i:02d}", 30, 0.45 + 0.01 * (i % 11), 0.2, **more) for i in range(size)]


# --- by hand ------------------------------------------------------------------------------------


def test_summaries_are_means_and_deviations_of_the_pupils() -> None:
    values = [3, 3, 7, 12, 12, 12, 20]
    rows = [
        *scores("А", values),
        *scores("Б", [5]),
        *scores("В", [5, 6], top=None),
        *scores("А", [1, 2], year=2022),
    ]
    found = summaries(table("score_distribution", rows)).set_index(["school_id", "year"])
    shares = np.array(values) / 20
    one = found.loc[("А", 2021)]
    assert one["n"] == 7
    assert one["mean"] == pytest.approx(shares.mean())
    assert one["sd"] == pytest.approx(shares.std(ddof=1))
    assert pd.isna(found.loc[("Б", 2021), "sd"])
    assert len(found) == 3


def test_the_region_is_all_pupils_together() -> None:
    groups = {"А": [3, 5, 9, 9], "Б": [20], "В": [11, 12, 19]}
    rows = [row for school, values in groups.items() for row in scores(school, values)]
    found = region(summaries(table("score_distribution", rows))).iloc[0]
    everybody = np.concatenate(list(groups.values())) / 20
    half = 1.96 * everybody.std(ddof=1) / math.sqrt(8)
    assert (found["n_schools"], found["n"]) == (2, 8)
    assert found["mean"] == pytest.approx(everybody.mean())
    assert found["sd"] == pytest.approx(everybody.std(ddof=1))
    assert (found["low"], found["high"]) == pytest.approx(
        (everybody.mean() - half, everybody.mean() + half)
    )


def test_inflated_is_the_lower_bound_above_the_regions_upper_one() -> None:
    rows = [*crowd(), summary("А", 25, 0.75, 0.2), summary("один", 1, 1.0, None)]
    # Some tables give a single pupil a deviation of zero.
    found = inflated(known(*rows, summary("ноль", 1, 1.0, 0.0)))
    assert not {"один", "ноль"} & set(found["school_id"])
    top = found[found["school_id"] == "А"].iloc[0]
    assert top["low"] == pytest.approx(0.75 - 1.96 * 0.2 / 5)
    assert top["high"] == pytest.approx(0.75 + 1.96 * 0.2 / 5)
    assert found.loc[found["marked"], "school_id"].tolist() == ["А"]
    # Above the mean of all, but the intervals meet.
    near = inflated(known(*crowd(), summary("А", 25, 0.58, 0.2)))
    assert not near["marked"].any()


def test_two_equal_works_may_not_make_a_school_suspicious_by_their_equality_alone() -> None:
    # s = 0: the interval is a point, the school is marked if it lies above; n stands beside it.
    found = inflated(known(*crowd(), summary("А", 2, 0.9, 0.0)))
    assert found.loc[found["marked"], ["school_id", "n"]].to_numpy().tolist() == [["А", 2]]


def test_few_schools_are_no_region() -> None:
    assert inflated(known(*crowd(MIN_SCHOOLS - 1))).empty
    assert len(inflated(known(*crowd(MIN_SCHOOLS)))) == MIN_SCHOOLS


def test_only_the_works_of_fioko_unless_asked() -> None:
    rows = known(*crowd(grade=6))
    assert inflated(rows).empty
    assert len(inflated(rows, None)) == MIN_SCHOOLS
    assert len(inflated(rows, [Work("vpr", 6, MATHS)])) == MIN_SCHOOLS
    assert len(INFLATED_WORKS) == 6 and len(CHANGE_WORKS) == 2


def journal(school: str, spearman: float | None, **more):
    return {"school_id": school, **UNIT, "n": 20, "spearman": spearman, **more}


def test_mismatch_is_a_negative_correlation() -> None:
    rows = [journal("А", -0.01), journal("Б", 0.0), journal("В", None), journal("Г", -0.5, grade=6)]
    found = mismatch(table("journal_comparison", rows))
    assert found[["school_id", "marked"]].to_numpy().tolist() == [["А", True], ["Б", False]]
    assert found["n"].tolist() == [20, 20]


def pair(school: str, before: float, after: float):
    return (
        summary(school, 20, before, 0.2, year=2020, season="autumn"),
        summary(school, 21, after, 0.2, grade=5),
    )


def test_sharp_change_is_beyond_three_interquartile_ranges() -> None:
    ordinary = [0.90, 0.94, 0.96, 0.98, 1.0, 1.0, 1.02, 1.04, 1.06, 1.1]
    rows = [half for i, k in enumerate(ordinary) for half in pair(f"Ш{i}", 0.5 * k, 0.5)]
    rows += [*pair("падает", 0.9, 0.4), *pair("растёт", 0.2, 0.6), summary("одна", 9, 0.5, 0.1)]
    found = sharp_change(known(*rows))
    ratios = [*ordinary, 0.9 / 0.4, 0.2 / 0.6]
    q1, q3 = np.percentile(ratios, [25, 75])
    assert set(found["bound_low"].round(9)) == {round(q1 - 3 * (q3 - q1), 9)}
    assert set(found["bound_high"].round(9)) == {round(q3 + 3 * (q3 - q1), 9)}
    marked = found[found["marked"]]
    assert marked[["school_id", "sign"]].to_numpy().tolist() == [
        ["падает", "fall"], ["растёт", "rise"],
    ]  # fmt: skip
    row = marked.iloc[0]
    assert (row["year"], row["grade"], row["n"], row["n_before"]) == (2021, 5, 21, 20)
    assert row["value"] == pytest.approx(2.25)


def test_a_change_needs_neighbouring_years_and_enough_schools() -> None:
    few = [half for i in range(MIN_SCHOOLS - 1) for half in pair(f"Ш{i}", 0.5, 0.5)]
    assert sharp_change(known(*few)).empty
    apart = [
        row
        for i in range(MIN_SCHOOLS)
        for row in (
            summary(f"Ш{i}", 20, 0.5, 0.2, year=2019),
            summary(f"Ш{i}", 20, 0.5, 0.2, grade=5),
        )
    ]
    assert sharp_change(known(*apart)).empty


def test_all_signs_together_and_their_shares() -> None:
    rng = np.random.default_rng(0)
    rows = [row for i in range(12) for row in scores(f"Ш{i}", list(rng.integers(2, 19, 60)))]
    rows += scores("А", list(rng.integers(17, 21, 60)))
    data = Dataset(
        score_distribution=table("score_distribution", rows),
        journal_comparison=table(
            "journal_comparison", [journal("А", 0.6), journal("Ш0", -0.2), journal("Ш1", 0.3)]
        ),
    )
    scale = {"grade": 4, "subject": MATHS, "max_score": 20, "upto": [5, 9, 14]}
    found = objectivity(data, Calendar.model_validate({"mark_scales": [scale]}))
    assert found.dtypes.astype(str).to_dict() == SIGN_DTYPES
    assert not found.duplicated(["school_id", "year", "sign", "procedure", "grade", "score"]).any()
    assert {"inflated", "mismatch", "spike"} == set(found["sign"])
    shares = marked_shares(found).set_index("sign")
    assert shares.loc["inflated", ["n_schools", "n_marked"]].tolist() == [13, 1]
    assert shares.loc["mismatch", "share"] == pytest.approx(1 / 3)
    # Spikes are this program's own and no part of the indicator.
    total = schools_marked(found).iloc[0]
    assert (total["n_schools"], total["n_marked"]) == (13, 2)
    assert total["index"] == pytest.approx(11 / 13)


def test_nothing_loaded_nothing_found() -> None:
    found = objectivity(Dataset())
    assert found.empty and list(found) == list(SIGN_DTYPES)
    assert marked_shares(found).empty and schools_marked(found).empty


# --- real results -------------------------------------------------------------------------------

WHOLE_REGION = {  # Per cent of schools marked in the whole region, of which half_A is 60 %.
    (2020, 4, RUSSIAN): 17.7, (2021, 4, RUSSIAN): 15.0, (2020, 4, MATHS): 12.9,
    (2021, 4, MATHS): 12.7, (2020, 5, RUSSIAN): 22.2, (2021, 5, RUSSIAN): 18.0,
    (2020, 5, MATHS): 18.2, (2021, 5, MATHS): 17.7,
}  # fmt: skip
REGION_K = {  # First grade, subject → median, P25, P75 of K in the whole region.
    (4, RUSSIAN): (0.975, 0.8722, 1.0679), (5, RUSSIAN): (0.887, 0.7987, 0.9659),
    (6, RUSSIAN): (0.967, 0.8857, 1.0428), (7, RUSSIAN): (0.927, 0.8447, 1.0155),
    (4, MATHS): (1.057, 0.9458, 1.165), (5, MATHS): (0.922, 0.827, 1.0218),
    (6, MATHS): (0.92, 0.8123, 1.026), (7, MATHS): (1.067, 0.9477, 1.1727),
}  # fmt: skip


@pytest.fixture(scope="module")
def marks(shared: Path) -> pd.DataFrame:
    frame = pd.read_csv(half_a_dir(shared) / "marks.csv").rename(
        columns={"school": "school_id", "n_participants": "n"}
    )
    return frame.assign(
        procedure="vpr", mean=frame["mean_score_pct"] / 100, sd=frame["sd_score_pct"] / 100
    )


@pytest.mark.real
def test_real_inflated_by_plain_loops_and_in_the_regions_range(marks: pd.DataFrame) -> None:
    found = inflated(marks)
    shares = marked_shares(found).set_index(["year", "grade", "subject"])
    for (year, grade, subject), published in WHOLE_REGION.items():
        rows = marks[
            (marks["year"] == year) & (marks["grade"] == grade) & (marks["subject"] == subject)
        ]
        schools = list(zip(rows["school_id"], rows["n"], rows["mean"], rows["sd"], strict=True))
        pupils = sum(n for _, n, _, _ in schools)
        centre = sum(n * mean for _, n, mean, _ in schools) / pupils
        squares = 0.0
        for _, n, mean, sd in schools:
            squares += n * (mean - centre) ** 2
            if n > 1:
                squares += (n - 1) * sd**2
        upper = centre + 1.96 * math.sqrt(squares / (pupils - 1)) / math.sqrt(pupils)
        marked = {
            school
            for school, n, mean, sd in schools
            if n >= 2 and mean - 1.96 * sd / math.sqrt(n) > upper
        }
        mine = found[
            (found["year"] == year) & (found["grade"] == grade) & (found["subject"] == subject)
        ]
        assert set(mine.loc[mine["marked"], "school_id"]) == marked
        assert float(mine["bound_high"].iloc[0]) == pytest.approx(upper, abs=1e-6)
        share = shares.loc[(year, grade, subject), "share"]
        assert share == pytest.approx(len(marked) / sum(n >= 2 for _, n, _, _ in schools))
        # 60 % of the schools of the region: within three points of all of them.
        assert abs(100 * share - published) < 3


@pytest.mark.real
def test_real_mismatch_is_rare(marks: pd.DataFrame) -> None:
    journals = marks.assign(spearman=marks["spearman_journal"], n=marks["n_journal"])
    shares = marked_shares(mismatch(journals)).set_index(["year", "grade", "subject"])["share"]
    assert shares.loc[2020:2021].max() < 0.01
    spring = journals[(journals["year"] == 2021) & journals["grade"].isin([4, 5])]
    spring = spring[spring["subject"].isin([RUSSIAN, MATHS]) & (spring["spearman"] < 0)]
    found = mismatch(journals)
    assert sorted(found.loc[found["marked"] & (found["year"] == 2021), "school_id"]) == sorted(
        spring["school_id"]
    )


@pytest.mark.real
def test_real_change_by_plain_loops_and_near_the_regions_quartiles(marks: pd.DataFrame) -> None:
    works = [Work("vpr", grade, subject) for grade, subject in REGION_K]
    found = sharp_change(marks, works)
    index = {
        (row.school_id, row.year, row.grade, row.subject): row.mean_score_pct
        for row in marks.itertuples()
    }
    for (grade, subject), (median, p25, p75) in REGION_K.items():
        ratios = {
            school: value / index[school, 2021, grade + 1, subject]
            for (school, year, g, s), value in index.items()
            if (year, g, s) == (2020, grade, subject)
            and index.get((school, 2021, grade + 1, subject))
        }
        q1, q2, q3 = np.percentile(list(ratios.values()), [25, 50, 75])
        assert (q1, q2, q3) == pytest.approx((p25, median, p75), abs=0.02)
        mine = found[(found["grade"] == grade + 1) & (found["subject"] == subject)]
        mine = mine[mine["year"] == 2021]
        for sign, marked in (
            ("fall", {s for s, k in ratios.items() if k > q3 + 3 * (q3 - q1)}),
            ("rise", {s for s, k in ratios.items() if k < q1 - 3 * (q3 - q1)}),
        ):
            rows = mine[mine["sign"] == sign]
            assert len(rows) == len(ratios)
            assert set(rows.loc[rows["marked"], "school_id"]) == marked


@pytest.mark.real
def test_real_histograms_give_the_published_means(shared: Path, marks: pd.DataFrame) -> None:
    rows = pd.read_csv(half_a_dir(shared) / "scores.csv").rename(
        columns={"school": "school_id", "n": "n_score"}
    )
    tops = marks[marks["year"] == 2021].groupby(["grade", "subject"])["max_score"].first()
    rows = rows.join(tops, on=["grade", "subject"]).assign(season="spring", procedure="vpr")
    found = summaries(rows)
    both = found.merge(
        marks, on=["school_id", "year", "season", "procedure", "grade", "subject"],
        suffixes=("", "_published"),
    )  # fmt: skip
    assert len(both) == len(found) > 3000
    assert (both["n"] == both["n_published"]).all()
    assert (both["mean"] - both["mean_published"]).abs().max() < 1e-6
    assert (both["sd"] - both["sd_published"]).abs().max() < 1e-6
    assert both["sd"].isna().equals(both["sd_published"].isna())
