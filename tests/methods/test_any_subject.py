"""The probability of a status is that of all subjects together."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import stats

from shnor_lib.methods.any_subject import any_subject
from shnor_lib.methods.identification import Identification, identify
from shnor_lib.stats.one_factor import Share, at_least, factor_correlation
from tests.methods.builders import NO_CALENDAR, dataset, result, results_ruleset

SUBJECTS = ("математика", "русский язык", "история")
YEARS = (2023, 2024)


def _region(schools: int = 60, subjects: int = 3, seed: int = 4) -> list[dict[str, Any]]:
    """Schools whose subjects are alike; the last subject has few participants."""
    rng = np.random.default_rng(seed)
    factor = rng.standard_normal(schools)
    rows = []
    for at, subject in enumerate(SUBJECTS[:subjects]):
        score = 0.8 * factor + 0.6 * rng.standard_normal(schools)
        true = stats.beta(1.5, 6.0).ppf(stats.norm.cdf(score))
        for year in YEARS:
            n = rng.integers(3, 9, schools) if at == 2 else rng.integers(12, 50, schools)
            low = rng.binomial(n, true)
            rows += [
                result(f"S{i:02d}", year, int(n[i]), int(low[i]), 0, subject=subject)
                for i in range(schools)
            ]
    return rows


def _found(rows: list[dict[str, Any]], **switches: Any) -> Identification:
    return identify(dataset(rows), results_ruleset(**switches), calendar=NO_CALENDAR)


def _status(found: Identification) -> dict[str, Any]:
    rows = found.statuses[found.statuses["year"] == 2024]
    return {row["school_id"]: row for row in rows.to_dict("records")}


def _by_hand(found: Identification, rows: list[dict[str, Any]]) -> np.ndarray:
    """Counts of both years added up, every subject's own prior, one factor."""
    units = found.units["results"]
    shares = []
    for unit in range(len(units.keys)):
        subject = units.keys.iloc[unit]["subject"]
        low, n = np.zeros(len(found.schools)), np.zeros(len(found.schools))
        for row in rows:
            if row["subject"] == subject:
                at = found.position(row["school_id"])
                low[at] += row["n_low"]
                n[at] += row["n"]
        prior = units.prior(unit, (0, 1))
        every = np.empty(len(n), dtype=object)
        every[:] = prior
        yes = np.ones(len(n), dtype=bool)
        chance = stats.beta.sf(0.2, prior.alpha + low, prior.beta + n - low)
        shares.append(Share(low, n, every, chance, 0.2, yes, ~yes))
    return at_least([([[one] for one in shares], 1)], factor_correlation(shares))


def test_a_status_speaks_of_all_subjects_few_participants_included() -> None:
    rows = _region()
    found = _found(rows, min_participants=10)
    expected = _by_hand(found, rows)
    judged = 0
    for school, row in _status(found).items():
        chance = expected[found.position(school)]
        if row["low_results"]:
            assert row["probability"] == pytest.approx(chance, abs=1e-6)
            judged += 1
        elif row["status"] == "none":
            assert row["probability"] == pytest.approx(1 - chance, abs=1e-6)
            judged += 1
    assert judged > 40


def test_one_subject_is_judged_by_itself() -> None:
    rows = _region(subjects=1)
    found = _found(rows)
    criteria = found.criteria[found.criteria["year"] == 2024].set_index("school_id")
    listed = {s: row for s, row in _status(found).items() if row["low_results"]}
    assert len(listed) > 5
    for school, row in listed.items():
        assert row["probability"] == pytest.approx(criteria.loc[school, "probability"], abs=1e-12)


def test_few_schools_are_judged_by_the_surest_subject() -> None:
    rows = _region(schools=9)
    found = _found(rows, min_participants=1)
    assert any_subject(found.outcomes_of(2024), found.units) == (None, set())
    outcome = found.outcomes_of(2024)[0]
    for school, row in _status(found).items():
        if row["low_results"]:
            expected = outcome.formal[found.position(school)]
            assert row["probability"] == pytest.approx(expected)


def test_formal_outcomes_do_not_know_of_it() -> None:
    rows = _region()
    found = _found(rows, min_participants=10)
    for school, row in _status(found).items():
        own = {
            (r["subject"], r["year"]): (r["n_low"], r["n"])
            for r in rows
            if r["school_id"] == school
        }
        met = any(
            all(
                own[subject, y][1] >= 10 and 5 * own[subject, y][0] >= own[subject, y][1]
                for y in YEARS
            )
            for subject in SUBJECTS
        )
        assert row["low_results"] == met


def test_fives_everywhere_leave_no_room_for_chance() -> None:
    rows = _region()
    for row in rows:
        if row["school_id"] in {"S00", "S01"}:
            low = min(row["n_low"], row["n"] - 1)
            row |= {"n_low": low, "n2": low, "n_high": 1, "n5": 1, "n3": row["n"] - low - 1}
    status = _status(_found(rows, combine="and"))
    assert {status[s]["probability"] for s in ("S00", "S01")} == {1.0}
    assert {status[s]["status"] for s in ("S00", "S01")} == {"none"}


def test_two_subjects_asked_for_are_rarer_than_one() -> None:
    rows = _region()
    one, two = (_found(rows, min_subjects=k, min_participants=1) for k in (1, 2))
    first, second = (any_subject(f.outcomes_of(2024), f.units)[0] for f in (one, two))
    assert first is not None
    assert second is not None
    assert (second <= first + 1e-9).all()
    assert (second < first - 0.01).any()
