"""What must hold for any data: compared with plain loops, and with itself."""

from __future__ import annotations

import dataclasses
from fractions import Fraction
from typing import Any

import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shnor_lib.methods.identification import identify
from shnor_lib.methods.ruleset import RuleSet
from shnor_lib.store import Dataset
from tests.methods.builders import NO_CALENDAR, dataset, result, results_ruleset
from tests.methods.reference import Reading, outcome, unit_years

YEARS = (2021, 2022, 2023, 2024)
SCHOOLS = ("A", "B", "C")

relaxed = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def rows(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Results of a few schools in few subjects, with gaps, small classes and missing counts."""
    keys = st.tuples(
        st.sampled_from(SCHOOLS),
        st.sampled_from(YEARS),
        st.sampled_from(["vpr", "oge"]),
        st.sampled_from([5, 6]),
        st.sampled_from(["математика", "биология"]),
    )
    found = []
    for school, year, procedure, grade, subject in draw(
        st.lists(keys, unique=True, min_size=1, max_size=40)
    ):
        n = draw(st.integers(1, 24))
        low = draw(st.none() | st.integers(0, n)) if draw(st.booleans()) else n // 3
        high = draw(st.sampled_from([0, 0, 0, 1, None]))
        if low is not None and high is not None:
            high = min(high, n - low)
        found.append(
            result(school, year, n, low, high, procedure=procedure, grade=grade, subject=subject)
        )
    return found


readings = st.builds(
    Reading,
    threshold=st.sampled_from([Fraction(0), Fraction(1, 5), Fraction(3, 10), Fraction(1)]),
    years=st.integers(1, 3),
    combine=st.sampled_from(["and", "or", "low_only", "no_high_only"]),
    unit=st.sampled_from(["subject", "subject_grade"]),
    same_subject=st.booleans(),
    consecutive=st.booleans(),
    min_subjects=st.integers(1, 3),
    min_participants=st.sampled_from([1, 5, 10, 20]),
    window=st.just(3),
)


def _ruleset(reading: Reading) -> RuleSet:
    values = dataclasses.asdict(reading)
    threshold, years, window = (values.pop(name) for name in ("threshold", "years", "window"))
    return results_ruleset(
        threshold=float(threshold), years=years, criterion={"window": window},
        scopes=[{"procedure": "vpr"}, {"procedure": "oge"}], **values,
    )  # fmt: skip


def _outcomes(data: Dataset, reading: Reading) -> dict[tuple[str, int], str]:
    criteria = identify(data, _ruleset(reading), calendar=NO_CALENDAR).criteria
    return dict(
        zip(
            criteria[["school_id", "year"]].itertuples(index=False, name=None),
            criteria["outcome"],
            strict=True,
        )
    )


def _met(data: Dataset, reading: Reading) -> set[tuple[str, int]]:
    return {key for key, value in _outcomes(data, reading).items() if value == "met"}


@relaxed
@given(rows(), readings)
def test_arrays_equal_plain_loops(found: list[dict[str, Any]], reading: Reading) -> None:
    units = unit_years(found, reading.unit)
    held: dict[str, set[int]] = {}
    for row in found:
        held.setdefault(row["procedure"], set()).add(row["year"])
    got = _outcomes(dataset(found), reading)
    for (school, year), value in got.items():
        assert value == outcome(units[school], held, year, reading), (school, year)


@relaxed
@given(rows(), readings)
def test_a_higher_threshold_never_adds_a_school(
    found: list[dict[str, Any]], reading: Reading
) -> None:
    data = dataset(found)
    higher = dataclasses.replace(reading, threshold=min(reading.threshold + Fraction(1, 10), 1))
    assert _met(data, higher) <= _met(data, reading)


@relaxed
@given(rows(), readings)
def test_the_list_of_and_is_within_the_list_of_or(
    found: list[dict[str, Any]], reading: Reading
) -> None:
    data = dataset(found)
    lists = {
        combine: _met(data, dataclasses.replace(reading, combine=combine))
        for combine in ("and", "or", "low_only", "no_high_only")
    }
    # A missing count can make a year count for one part of the pair and not for the other,
    # so only what is met has an order, and only year by year readings keep it.
    assert lists["and"] <= lists["low_only"]
    assert lists["and"] <= lists["no_high_only"]
    assert lists["low_only"] | lists["no_high_only"] <= lists["or"]


@relaxed
@given(rows(), readings)
def test_more_participants_asked_for_never_add_a_school(
    found: list[dict[str, Any]], reading: Reading
) -> None:
    data = dataset(found)
    more = dataclasses.replace(reading, min_participants=reading.min_participants + 5)
    assert _met(data, more) <= _met(data, reading)


@relaxed
@given(rows(), readings)
def test_more_subjects_or_years_asked_for_never_add_a_school(
    found: list[dict[str, Any]], reading: Reading
) -> None:
    data = dataset(found)
    more = dataclasses.replace(reading, min_subjects=reading.min_subjects + 1)
    assert _met(data, more) <= _met(data, reading)
    if reading.years < 3:
        longer = dataclasses.replace(reading, years=reading.years + 1)
        assert _met(data, longer) <= _met(data, reading)


@relaxed
@given(rows(), readings, st.randoms(use_true_random=False))
def test_order_of_rows_and_names_of_schools_change_nothing(
    found: list[dict[str, Any]], reading: Reading, random: Any
) -> None:
    shuffled = found.copy()
    random.shuffle(shuffled)
    ruleset = _ruleset(reading)
    one = identify(dataset(found), ruleset, calendar=NO_CALENDAR)
    other = identify(dataset(shuffled), ruleset, calendar=NO_CALENDAR)
    pd.testing.assert_frame_equal(one.statuses, other.statuses)
    pd.testing.assert_frame_equal(one.criteria, other.criteria)
    names = {"A": "Z", "B": "Y", "C": "X"}
    renamed = identify(
        dataset([{**row, "school_id": names[row["school_id"]]} for row in found]),
        ruleset, calendar=NO_CALENDAR,
    ).statuses  # fmt: skip
    renamed["school_id"] = renamed["school_id"].replace({v: k for k, v in names.items()})
    renamed = renamed.sort_values(["year", "school_id"], ignore_index=True)
    pd.testing.assert_frame_equal(
        one.statuses.sort_values(["year", "school_id"], ignore_index=True), renamed
    )


@relaxed
@given(rows(), readings)
def test_other_schools_do_not_matter(found: list[dict[str, Any]], reading: Reading) -> None:
    """As long as they do not change which years were held."""
    everywhere = [
        result("Q", year, 20, 0, 5, procedure=procedure, subject=subject)
        for year in YEARS
        for procedure in ("vpr", "oge")
        for subject in ("математика", "биология")
    ]
    whole = _outcomes(dataset(found + everywhere), reading)
    alone = [row for row in found if row["school_id"] == found[0]["school_id"]]
    single = _outcomes(dataset(alone + everywhere), reading)
    for key, value in single.items():
        assert whole[key] == value


@relaxed
@given(rows(), readings)
def test_probabilities_and_intervals_are_sound(
    found: list[dict[str, Any]], reading: Reading
) -> None:
    result_ = identify(dataset(found), _ruleset(reading), calendar=NO_CALENDAR)
    criteria = result_.criteria
    known = criteria[criteria["probability"].notna()]
    assert known["probability"].between(0, 1).all()
    shown = criteria[criteria["value"].notna()]
    assert (shown["low"] <= shown["value"] + 1e-12).all()
    assert (shown["value"] <= shown["high"] + 1e-12).all()
    met = criteria[criteria["outcome"] == "met"]
    assert (met["units_met"] >= 1).all() or not reading.same_subject
    listed = result_.statuses[result_.statuses["low_results"]]
    assert listed["probability"].notna().all()
    assert (result_.statuses["low_results"] == (result_.statuses["status"] == "low_results")).all()
