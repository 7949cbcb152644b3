"""Shares of small schools, and how much of the list chance may have given."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from shnor_lib.faults import ShnorError
from shnor_lib.methods.identification import Identification, identify
from shnor_lib.methods.listed_shares import listed_shares
from shnor_lib.methods.priors import fit_prior
from shnor_lib.methods.ruleset import load_ruleset
from shnor_lib.methods.small_schools import (
    SHARES_DTYPES,
    SUBJECTS_DTYPES,
    UNLISTED_DTYPES,
    chance_summary,
    probably_beyond,
    school_shares,
    subject_shares,
)
from shnor_lib.stats.intervals import wilson
from shnor_lib.store import Dataset
from tests.methods.builders import NO_CALENDAR, dataset, result, results_ruleset

YEARS = (2023, 2024)


def region(schools: int = 40, *, seed: int = 2, **more) -> list[dict]:
    """Schools around a share of 15 %, nobody with a high result."""
    rng = np.random.default_rng(seed)
    rows = []
    for i in range(schools):
        true = rng.beta(1.5, 8.5)
        for year in YEARS:
            n = int(rng.integers(12, 60))
            rows.append(result(f"S{i:02d}", year, n, int(rng.binomial(n, true)), 0, **more))
    return rows


def found_in(rows: list[dict], **switches) -> Identification:
    return identify(dataset(rows), results_ruleset(**switches), calendar=NO_CALENDAR)


def test_every_share_as_counted_and_as_shrunk() -> None:
    rows = region()
    rows += [{**row, "grade": 6} for row in region(seed=3)]
    shares = school_shares(found_in(rows))
    assert {n: str(d) for n, d in shares.dtypes.items()} == SHARES_DTYPES
    assert len(shares) == 40 * 2
    counts: dict[tuple[str, int], list[int]] = {}
    for row in rows:
        cell = counts.setdefault((row["school_id"], row["year"]), [0, 0])
        cell[0] += row["n"]
        cell[1] += row["n_low"]
    for year in YEARS:
        own = {school: cell for (school, y), cell in counts.items() if y == year}
        low = np.array([cell[1] for cell in own.values()], dtype=float)
        n = np.array([cell[0] for cell in own.values()], dtype=float)
        prior = fit_prior(low, n, what="")
        part = shares[shares["year"] == year].set_index("school_id")
        for i, school in enumerate(own):
            row = part.loc[school]
            true = stats.beta(prior.alpha + low[i], prior.beta + n[i] - low[i])
            assert row["share"] == pytest.approx(low[i] / n[i])
            assert (row["low"], row["high"]) == pytest.approx(
                tuple(float(e) for e in wilson(low[i], n[i]))
            )
            assert row["shrunk"] == pytest.approx(true.mean())
            assert (row["shrunk_low"], row["shrunk_high"]) == pytest.approx(
                tuple(true.ppf([0.025, 0.975]))
            )
            assert row["probability"] == pytest.approx(true.sf(0.2))
            assert row["usual"] == pytest.approx(prior.mu)
    assert len(school_shares(found_in(rows), years=[2024])) == 40
    assert school_shares(found_in(rows), criteria=[]).empty


def test_shrinking_comes_nearer_to_the_truth_for_the_smallest() -> None:
    rng = np.random.default_rng(4)
    schools = 800
    true = rng.beta(1.5, 8.5, schools)
    n = rng.integers(3, 15, schools)
    rows = [
        result(f"S{i:03d}", 2024, int(n[i]), int(rng.binomial(n[i], true[i])), 0)
        for i in range(schools)
    ]
    shares = subject_shares(dataset(rows).results).set_index("school_id")
    wanted = true[[int(school[1:]) for school in shares.index]]
    error = {
        name: float(((shares[name].astype(float) - wanted) ** 2).mean())
        for name in ("share", "shrunk")
    }
    assert error["shrunk"] < 0.7 * error["share"]
    inside = (shares["shrunk_low"].astype(float) <= wanted) & (
        wanted <= shares["shrunk_high"].astype(float)
    )
    assert 0.93 <= inside.mean() <= 0.97


def test_subjects_and_seasons_have_their_own_usual_share() -> None:
    rows = region(12) + region(12, seed=5, subject="химия")
    rows += [{**row, "season": "autumn"} for row in region(12, seed=6)]
    rows += [result("S00", 2024, 0, 0, 0, subject="физика")]
    shares = subject_shares(dataset(rows).results)
    assert {n: str(d) for n, d in shares.dtypes.items()} == SUBJECTS_DTYPES
    assert len(shares) == 12 * 2 * 3
    usual = shares.groupby(["subject", "season", "year"])["usual"].nunique()
    assert (usual == 1).all()
    assert shares["usual"].nunique() == 6
    part = shares[(shares["subject"] == "химия") & (shares["year"] == 2024)]
    prior = fit_prior(part["n_low"].to_numpy(dtype=float), part["n"].to_numpy(dtype=float), what="")
    assert part["usual"].iloc[0] == pytest.approx(prior.mu)
    assert set(part["n_schools"]) == {12}
    assert list(subject_shares(Dataset().results).columns) == list(SUBJECTS_DTYPES)


def test_the_summary_adds_up_over_the_listed() -> None:
    found = found_in(region(80, seed=9))
    summary = chance_summary(found).set_index("year")
    assert summary.loc[2023, "n_listed"] == 0
    assert summary.loc[2023, "expected_true"] == 0
    row = summary.loc[2024]
    listed = found.statuses[(found.statuses["year"] == 2024) & found.statuses["low_results"]]
    assert row["n_listed"] == len(listed) > 8
    words = listed["confidence"].value_counts()
    for word in ("certain", "likely", "borderline"):
        assert row[f"n_{word}"] == words.get(word, 0)
    assert row["n_borderline"] > 0
    assert row["expected_true"] == pytest.approx(sum(listed["probability"]))
    assert row["expected_chance"] == pytest.approx(len(listed) - sum(listed["probability"]))
    assert row["n_unlisted_probable"] == len(probably_beyond(found, 2024))


def test_expected_number_of_true_ones_comes_true() -> None:
    """Over many regions the sum of the probabilities is the number really beyond."""
    rng = np.random.default_rng(11)
    expected, really, formal = 0.0, 0, 0
    for _ in range(6):
        true = rng.beta(2.0, 10.0, 300)
        rows = []
        for i, share in enumerate(true):
            n = int(rng.integers(10, 30))
            rows += [result(f"S{i:03d}", year, n, int(rng.binomial(n, share)), 0) for year in YEARS]
        found = found_in(rows)
        listed = found.statuses[(found.statuses["year"] == 2024) & found.statuses["low_results"]]
        expected += float(listed["probability"].sum())
        formal += len(listed)
        really += int(sum(true[int(school[1:])] >= 0.2 for school in listed["school_id"]))
    # a sum of some 300 yes/no answers: two standard errors are about 11
    assert abs(expected - really) < 15
    assert formal - really > 15


def test_who_is_not_on_the_list_and_why() -> None:
    rows = region()
    rows += [result("few", year, 8, 6, 0) for year in YEARS]
    rows += [result("below", 2023, 60, 11, 0), result("below", 2024, 60, 40, 0)]
    rows += [result("five", 2023, 60, 11, 1), result("five", 2024, 60, 40, 0)]
    rows += [result("listed", year, 40, 30, 0) for year in YEARS]
    rows += [result("once", 2024, 40, 30, 0)]
    found = found_in(rows)
    table = probably_beyond(found, 2024)
    assert {n: str(d) for n, d in table.dtypes.items()} == UNLISTED_DTYPES
    by_school = table.set_index("school_id")
    assert by_school.loc["few", "why"] == "few"
    assert (by_school.loc["few", "n"], by_school.loc["few", "n_low"]) == (16, 12)
    assert by_school.loc["below", "why"] == "below"
    assert by_school.loc["below", "years_used"] == "2023, 2024"
    assert not {"five", "listed", "once"} & set(by_school.index)
    assert (table["probability"] >= 0.75).all()
    assert table["probability"].is_monotonic_decreasing
    assert len(probably_beyond(found, 2024, least=0.999)) < len(table)
    # a «5» matters only where the rule says so
    low_only = found_in(rows, combine="low_only")
    assert "five" in set(probably_beyond(low_only, 2024)["school_id"])
    with pytest.raises(ShnorError, match="2030"):
        probably_beyond(found, 2030)


def test_without_ten_schools_nobody_is_suspected() -> None:
    rows = region(5) + [result("few", year, 8, 8, 0) for year in YEARS]
    assert probably_beyond(found_in(rows), 2024).empty


def test_two_subjects_asked_for_are_both_probable() -> None:
    rows = region() + region(seed=3, subject="химия")
    rows += [result("one", year, 8, 7, 0) for year in YEARS]
    rows += [
        result("two", year, 8, low, 0, subject=subject)
        for year in YEARS
        for subject, low in (("математика", 7), ("химия", 5))
    ]
    table = probably_beyond(found_in(rows, min_subjects=2), 2024).set_index("school_id")
    assert "one" not in table.index
    # the deciding subject is the less sure of the two
    assert table.loc["two", "subject"] == "химия"
    assert table.loc["two", "why"] == "few"


def test_beside_the_status_stands_its_surest_ground() -> None:
    rows = region() + region(seed=3, subject="химия")
    rows += [
        result("A", year, 30, low, 0, subject=subject)
        for year in YEARS
        for subject, low in (("математика", 7), ("химия", 20))
    ]
    data = dataset(
        rows,
        points=[
            {"school_id": "B", "year": year, "indicator": "Олимпиады", "points": 1,
             "points_max": 10}
            for year in YEARS
        ],
    )  # fmt: skip
    found = identify(data, load_ruleset("tbilissky-2021"), calendar=NO_CALENDAR)
    table = listed_shares(found, 2024)
    listed = found.statuses[(found.statuses["year"] == 2024) & found.statuses["low_results"]]
    assert sorted(table["school_id"]) == sorted(listed["school_id"])
    assert table["probability"].is_monotonic_increasing
    by_school = table.set_index("school_id")
    ours = by_school.loc["A"]
    assert (ours["subject"], ours["n"], ours["n_low"]) == ("химия", 60, 40)
    assert ours["shrunk_low"] < ours["shrunk"] < ours["share"] < ours["shrunk_high"]
    points = by_school.loc["B"]
    assert (points["criterion"], points["probability"]) == ("rating", 1)
    assert pd.isna(points["share"])
    assert listed_shares(found, 2023).empty


def test_where_subjects_differ_between_years_there_is_no_common_share() -> None:
    rows = region() + region(seed=3, subject="химия")
    rows += [result("A", 2023, 30, 20, 0), result("A", 2024, 30, 21, 0, subject="химия")]
    found = found_in(rows, same_subject=False)
    ours = listed_shares(found, 2024).set_index("school_id").loc["A"]
    assert (ours["n"], ours["n_low"], ours["subject"]) == (30, 21, "химия")
    assert pd.isna(ours["shrunk"])
    years = [
        school_shares(found, years=[year]).query("school_id == 'A'")["probability"].iloc[0]
        for year in YEARS
    ]
    assert ours["probability"] == pytest.approx(min(years))
