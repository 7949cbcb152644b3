"""The synthetic region behaves like the real one it is calibrated on."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from shnor_lib.demo import Demo, simulate
from shnor_lib.demo.calibration import calibration
from shnor_lib.tables import PROVENANCE, PROVENANCE_DTYPES, TABLES

MARKS = ["n2", "n3", "n4", "n5"]
# Sampling of pupils and of school effects; year effects are known and taken out.
SHARE_TOLERANCE = 0.03


@pytest.fixture(scope="module")
def region() -> Demo:
    return simulate(schools=640, municipalities=34, years=3)


@pytest.fixture(scope="module")
def vpr(region: Demo) -> pd.DataFrame:
    results = region.tables["results"]
    frame = results[results["procedure"] == "vpr"].copy()
    for name in ("n", *MARKS):
        frame[name] = frame[name].astype(float)
    frame["mean"] = sum(frame[name] * mark for name, mark in zip(MARKS, (2, 3, 4, 5), strict=True))
    frame["mean"] /= frame["n"]
    return frame


def icc(frame: pd.DataFrame) -> float:
    """One-way analysis of variance of marks between schools."""
    n, mean = frame["n"].to_numpy(), frame["mean"].to_numpy()
    schools, total = len(n), n.sum()
    grand = (n * mean).sum() / total
    between = (n * (mean - grand) ** 2).sum()
    whole = sum(
        (frame[name] * (mark - grand) ** 2).sum()
        for name, mark in zip(MARKS, (2, 3, 4, 5), strict=True)
    )
    ms_between, ms_within = between / (schools - 1), (whole - between) / (total - schools)
    size = (total - (n**2).sum() / total) / (schools - 1)
    return float((ms_between - ms_within) / (ms_between + (size - 1) * ms_within))


def test_mark_shares_follow_the_table(region: Demo, vpr: pd.DataFrame) -> None:
    checked = 0
    for (grade, subject, year), rows in vpr.groupby(["grade", "subject", "year"]):
        if rows["n"].sum() < 4000:
            continue
        shares = rows[MARKS].sum() / rows["n"].sum()
        shift = region.truth.parameters["year_shift"][str(year)][subject]
        cuts = calibration().marks["vpr", int(grade), str(subject)].cuts - shift
        expected = np.diff([0.0, *norm.cdf(cuts), 1.0])
        assert np.abs(shares.to_numpy() - expected).max() < SHARE_TOLERANCE, (grade, subject, year)
        assert abs(shift) < 0.2
        checked += 1
    assert checked >= 50


def test_compulsory_subjects_are_close_when_years_are_pooled(vpr: pd.DataFrame) -> None:
    rows = vpr[vpr["subject"].isin(["русский язык", "математика"]) & vpr["grade"].le(8)]
    sums = rows.groupby(["grade", "subject"])[MARKS].sum()
    shares = sums.div(sums.sum(axis=1), axis=0)
    expected = np.array([calibration().marks["vpr", int(g), str(s)].shares for g, s in sums.index])
    assert np.abs(shares.to_numpy() - expected).mean() < 0.012


def test_between_school_share_of_variance(vpr: pd.DataFrame) -> None:
    """Marks keep about nine tenths of the ICC of scores, so the band lies a little lower."""
    ratios = []
    for (grade, subject, _), rows in vpr.groupby(["grade", "subject", "year"]):
        if len(rows) < 300 or rows["n"].sum() < 5000:
            continue
        ratios.append(icc(rows) / calibration().marks["vpr", int(grade), str(subject)].icc)
    assert len(ratios) > 30
    assert 0.80 < np.median(ratios) < 1.0
    assert min(ratios) > 0.55 and max(ratios) < 1.3


@pytest.fixture(scope="module")
def correlations(vpr: pd.DataFrame) -> pd.DataFrame:
    year = vpr["year"].max()
    rows = vpr[(vpr["year"] == year) & (vpr["n"] >= 10) & (vpr["grade"] <= 8)]
    rows = rows[rows["subject"].isin(["русский язык", "математика"])]
    wide = rows.pivot_table(index="school_id", columns=["subject", "grade"], values="mean")
    return wide.corr()


def test_correlation_of_subjects_in_one_class(correlations: pd.DataFrame) -> None:
    values = [
        correlations.loc[("русский язык", grade), ("математика", grade)] for grade in range(4, 9)
    ]
    assert 0.55 <= np.mean(values) <= 0.65
    assert min(values) > 0.48 and max(values) < 0.72


def test_correlation_of_neighbouring_classes(correlations: pd.DataFrame) -> None:
    values = [
        correlations.loc[(subject, grade), (subject, grade + 1)]
        for subject in ("русский язык", "математика")
        for grade in range(5, 8)
    ]
    assert 0.48 <= np.mean(values) <= 0.62


def test_primary_school_goes_little_with_later_classes(correlations: pd.DataFrame) -> None:
    values = [
        correlations.loc[(subject, 4), (subject, grade)]
        for subject in ("русский язык", "математика")
        for grade in range(5, 9)
    ]
    assert 0.10 <= np.mean(values) <= 0.33


def test_sizes(region: Demo, vpr: pd.DataFrame) -> None:
    passport = region.tables["social_passport"]
    total = passport.loc[passport["year"] == 2026, "total"].astype(float)
    for share, pupils in ((0.05, 48), (0.25, 109), (0.5, 214), (0.75, 600), (0.9, 1032)):
        assert total.quantile(share) == pytest.approx(pupils, rel=0.08)
    assert (total < 100).mean() == pytest.approx(0.21, abs=0.03)
    maths = vpr[(vpr["subject"] == "математика") & (vpr["grade"] <= 8)]
    few = (maths["n"] < 10).groupby(maths["grade"]).mean()
    assert few.between(0.18, 0.33).all()


def test_size_goes_with_settlement_type(region: Demo) -> None:
    schools = region.tables["schools"].set_index("school_id")
    passport = region.tables["social_passport"]
    total = passport[passport["year"] == 2026].set_index("school_id")["total"].astype(float)
    median = total.groupby(schools["settlement_type"]).median()
    assert median["село"] < 200 < 500 < median["город"]
    assert schools["settlement_type"].nunique() == 4


def test_schools_without_a_five(vpr: pd.DataFrame) -> None:
    """Maths 8 far more often than maths 5, as in the real region (72 % and 20 %)."""
    maths = vpr[vpr["subject"] == "математика"]
    share = (maths["n5"] == 0).groupby(maths["grade"]).mean()
    assert 0.12 < share[5] < 0.28
    assert 0.58 < share[8] < 0.80


def test_hard_conditions_go_with_lower_results(region: Demo, vpr: pd.DataFrame) -> None:
    mean = vpr[vpr["grade"] > 4].groupby("school_id")["mean"].mean()
    passport = region.tables["social_passport"]
    passport = passport[passport["year"] == 2026].set_index("school_id")
    low_income = passport["low_income"].astype(float) / passport["total"].astype(float)
    higher = passport["higher_education_both"].astype(float) / passport["total"].astype(float)
    assert -0.6 < mean.corr(low_income) < -0.1
    assert 0.1 < mean.corr(higher) < 0.6


def test_thresholds_are_rare_events(region: Demo) -> None:
    passport = region.tables["social_passport"].astype({"total": float})
    assert 0.01 < (passport["incomplete"].astype(float) / passport["total"] > 0.3).mean() < 0.10
    assert 0.01 < (passport["poor_housing"].astype(float) / passport["total"] > 0.2).mean() < 0.08
    assert 0.03 < (passport["offences"] > 0).mean() < 0.18
    points = region.tables["rating_points"].groupby(["school_id", "year"])[["points", "points_max"]]
    sums = points.sum().astype(float)
    assert 0.005 < (sums["points"] / sums["points_max"] < 0.5).mean() < 0.15


def test_staff(region: Demo) -> None:
    staff = region.tables["staff"]
    share = (staff["teachers_qualified"] / staff["teachers"]).astype(float)
    assert share.quantile(0.1) == pytest.approx(0.55, abs=0.06)
    assert share.median() == pytest.approx(0.79, abs=0.05)
    assert share.quantile(0.9) == pytest.approx(0.93, abs=0.05)
    assert staff["teachers"].median() == pytest.approx(24, abs=4)


def test_only_schools_with_grade_11_have_ege(region: Demo) -> None:
    results = region.tables["results"]
    last = region.tables["schools"].set_index("school_id")["last_grade"]
    wrote = results.loc[results["procedure"] == "ege", "school_id"].unique()
    assert (last[wrote] == 11).all()
    assert (last < 11).sum() > 20
    points = region.tables["rating_points"]
    rated = points.loc[points["indicator"] == "Результаты ЕГЭ", "school_id"].unique()
    assert set(rated) <= set(wrote)
    assert points.loc[~points["school_id"].isin(rated), "indicator"].nunique() == 6


def test_tables_keep_to_the_data_dictionary(region: Demo) -> None:
    for name, frame in region.tables.items():
        whole = frame.assign(
            **{
                column: pd.Series(pd.NA, frame.index, dtype=dtype)
                for column, dtype in PROVENANCE_DTYPES.items()
            }
        )
        TABLES[name].schema().validate(whole, lazy=True)
        assert not frame.duplicated(list(TABLES[name].key)).any(), name
        assert not set(PROVENANCE) & set(frame.columns)
    marks = region.tables["results"].dropna(subset=MARKS)
    assert (marks[MARKS].sum(axis=1) == marks["n"]).all()


def test_special_schools_and_openings(region: Demo) -> None:
    schools = region.tables["schools"].set_index("school_id")
    results = region.tables["results"]
    correctional = schools.index[schools["kind"] == "коррекционная"]
    assert len(correctional) >= 1
    assert not results["school_id"].isin(correctional).any()
    for school, opened in schools["opened"].dropna().items():
        assert results.loc[results["school_id"] == school, "year"].min() > opened
    for school, closed in schools["closed"].dropna().items():
        assert results.loc[results["school_id"] == school, "year"].max() <= closed
    assert schools["opened"].notna().any() and schools["closed"].notna().any()
