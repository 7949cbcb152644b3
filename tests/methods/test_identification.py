"""Statuses, outcomes and confidence on small cases whose answer can be seen."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from scipy import stats

from shnor_lib.faults import ShnorError
from shnor_lib.methods.identification import Identification, identify
from shnor_lib.methods.ranking import rate
from shnor_lib.methods.rating_definition import Rating, load_rating
from shnor_lib.methods.ruleset import RuleSet, load_ruleset
from shnor_lib.project import Calendar, NotHeldEntry
from tests.methods.builders import (
    NO_CALENDAR,
    dataset,
    result,
    results_ruleset,
    status_of,
)


def _outcome(found: Identification, school: str, year: int, criterion: str = "results") -> Any:
    rows = found.criteria
    rows = rows[
        (rows["school_id"] == school) & (rows["year"] == year) & (rows["criterion"] == criterion)
    ]
    assert len(rows) == 1
    return rows.iloc[0]


def test_two_years_in_a_row_give_the_status() -> None:
    data = dataset(
        [
            result("A", 2023, 29, 10, 0),
            result("A", 2024, 29, 9, 0),
            result("B", 2023, 29, 3, 2),
            result("B", 2024, 29, 9, 0),
            result("C", 2023, 30, 6, 0),
            result("C", 2024, 30, 6, 0),
            result("D", 2023, 30, 6, 0),
            result("D", 2024, 31, 6, 0),
            result("E", 2024, 30, 20, 0),
        ]
    )
    found = identify(data, results_ruleset(), calendar=NO_CALENDAR)
    assert status_of(found.statuses, "A", 2024) == "low_results"
    assert status_of(found.statuses, "B", 2024) == "risk_zone"
    # Exactly 20 % is «20 % и более», 6 of 31 is less.
    assert status_of(found.statuses, "C", 2024) == "low_results"
    assert status_of(found.statuses, "D", 2024) == "none"
    # One year alone is not two, but it is a warning.
    assert status_of(found.statuses, "E", 2024) == "risk_zone"
    row = _outcome(found, "A", 2024)
    assert (row["value"], row["n"], row["numerator"]) == (pytest.approx(9 / 29), 29, 9)
    assert row["years_used"] == "2023, 2024"
    assert row["unit"] == "vpr||математика"
    # The years together against the weak prior: five schools do not say what is usual.
    expected = stats.beta.sf(0.2, 19 + 0.5, 58 - 19 + 0.5)
    assert row["probability"] == pytest.approx(expected)
    assert (row["pooled_n"], row["pooled_numerator"]) == (58, 19)
    assert pd.isna(row["shrunk"])
    confidence = found.statuses.set_index(["school_id", "year"])["confidence"]
    assert confidence["A", 2024] == ("certain" if expected >= 0.95 else "likely")
    assert confidence["C", 2024] == "borderline"


def test_strict_operator_leaves_the_threshold_itself_out() -> None:
    data = dataset([result("A", 2023, 30, 6, 0), result("A", 2024, 30, 6, 0)])
    strict = results_ruleset(criterion={"low": {"threshold": 0.2, "operator": ">"}})
    assert _outcome(identify(data, strict), "A", 2024)["outcome"] == "not_met"
    assert _outcome(identify(data, results_ruleset()), "A", 2024)["outcome"] == "met"


@pytest.mark.parametrize(
    ("combine", "expected"),
    [
        ("and", {"A": "met", "B": "not_met", "C": "not_met", "D": "not_met"}),
        ("or", {"A": "met", "B": "met", "C": "met", "D": "not_met"}),
        ("low_only", {"A": "met", "B": "met", "C": "not_met", "D": "not_met"}),
        ("no_high_only", {"A": "met", "B": "not_met", "C": "met", "D": "not_met"}),
    ],
)
def test_and_or(combine: str, expected: dict[str, str]) -> None:
    marks = {"A": (10, 0), "B": (10, 3), "C": (2, 0), "D": (2, 3)}
    data = dataset(
        [result(s, y, 30, low, high) for s, (low, high) in marks.items() for y in (2023, 2024)]
    )
    found = identify(data, results_ruleset(combine=combine), calendar=NO_CALENDAR)
    assert {s: _outcome(found, s, 2024)["outcome"] for s in marks} == expected


def test_no_high_results_are_a_fact_without_a_probability() -> None:
    data = dataset([result("A", y, 30, 2, 0) for y in (2023, 2024)])
    found = identify(data, results_ruleset(combine="or"))
    row = found.statuses[found.statuses["year"] == 2024].iloc[0]
    assert (row["status"], row["confidence"], row["probability"]) == ("low_results", "certain", 1)
    # The share itself is far from the threshold, and the criterion's row says so.
    assert _outcome(found, "A", 2024)["probability"] < 0.1


def test_fives_make_a_clear_no_of_a_high_share() -> None:
    data = dataset([result("A", y, 30, 20, 1) for y in (2023, 2024)])
    found = identify(data, results_ruleset(combine="and"))
    row = found.statuses[found.statuses["year"] == 2024].iloc[0]
    assert (row["status"], row["confidence"]) == ("none", "certain")
    assert _outcome(found, "A", 2024)["probability"] > 0.99


@pytest.mark.parametrize(
    ("combine", "low", "high", "outcome"),
    [
        ("and", 10, None, "no_data"),
        ("and", 2, None, "not_met"),
        ("or", 10, None, "met"),
        ("or", 2, None, "no_data"),
        ("low_only", 10, None, "met"),
        ("no_high_only", 10, None, "no_data"),
        ("and", None, 0, "no_data"),
        ("and", None, 3, "not_met"),
        ("no_high_only", None, 0, "met"),
    ],
)
def test_a_missing_count_leaves_the_answer_open(
    combine: str, low: int | None, high: int | None, outcome: str
) -> None:
    data = dataset([result("A", y, 30, low, high, procedure="ege") for y in (2023, 2024)])
    ruleset = results_ruleset(combine=combine, scopes=[{"procedure": "ege"}])
    assert _outcome(identify(data, ruleset), "A", 2024)["outcome"] == outcome


def test_few_participants_and_no_data_are_not_the_same() -> None:
    data = dataset(
        [
            result("A", 2023, 9, 5, 0),
            result("A", 2024, 29, 9, 0),
            result("B", 2024, 29, 1, 2),
            result("C", 2023, 9, 5, 0),
            result("C", 2024, 9, 5, 0),
        ],
        schools=[{"school_id": "D", "name": "Пустая"}],
    )
    found = identify(data, results_ruleset(), calendar=NO_CALENDAR)
    assert _outcome(found, "A", 2024)["outcome"] == "few"
    assert _outcome(found, "B", 2024)["outcome"] == "no_data"
    assert _outcome(found, "C", 2024)["outcome"] == "few"
    assert _outcome(found, "D", 2024)["outcome"] == "no_data"
    assert _outcome(found, "C", 2024)["n"] == 9
    assert status_of(found.statuses, "A", 2024) == "risk_zone"
    for school in "BCD":
        assert status_of(found.statuses, school, 2024) == "insufficient"
    some = found.statuses.set_index("school_id").loc["D"]
    assert set(some["confidence"]) == {"insufficient"}


def test_grades_are_pooled_or_kept_apart() -> None:
    rows = [
        result("A", year, 30, low, 0, grade=grade)
        for year in (2023, 2024)
        for grade, low in ((5, 12), (6, 0))
    ]
    together = _outcome(identify(dataset(rows), results_ruleset(unit="subject")), "A", 2024)
    assert (together["outcome"], together["value"], together["n"]) == ("met", 0.2, 60)
    assert pd.isna(together["grade"])
    apart = _outcome(identify(dataset(rows), results_ruleset(unit="subject_grade")), "A", 2024)
    assert (apart["outcome"], apart["value"], apart["grade"]) == ("met", 0.4, 5)
    assert (apart["units_met"], apart["units_seen"]) == (1, 2)


def test_seasons_of_a_year_are_pooled() -> None:
    rows = [result("A", 2023, 30, 10, 0)]
    rows += [result("A", 2024, 15, 2, 0, season=season) for season in ("spring", "autumn")]
    found = identify(dataset(rows), results_ruleset())
    assert (_outcome(found, "A", 2024)["n"], _outcome(found, "A", 2024)["numerator"]) == (30, 4)
    evidence = found.evidence_of("A", 2024)
    assert evidence.set_index("used_year")["season"].isna().to_dict() == {2023: False, 2024: True}


def test_same_subject_or_any() -> None:
    rows = [
        result("A", 2023, 30, 10, 0, subject="математика"),
        result("A", 2024, 30, 1, 1, subject="математика"),
        result("A", 2023, 30, 1, 1, subject="биология"),
        result("A", 2024, 30, 10, 0, subject="биология"),
    ]
    data = dataset(rows)
    assert status_of(identify(data, results_ruleset()).statuses, "A", 2024) == "risk_zone"
    any_subject = identify(data, results_ruleset(same_subject=False))
    assert status_of(any_subject.statuses, "A", 2024) == "low_results"
    row = _outcome(any_subject, "A", 2024)
    assert row["subject"] == "биология"
    assert row["probability"] < 1
    evidence = any_subject.evidence_of("A", 2024)
    assert len(evidence) == 4
    assert set(evidence.loc[evidence["flagged"], "subject"]) == {"математика", "биология"}


def test_several_subjects_hang_on_the_weakest() -> None:
    rows = [
        result("A", year, 40, low, 0, subject=subject)
        for year in (2023, 2024)
        for subject, low in (("математика", 30), ("биология", 10), ("химия", 9))
    ]
    two = _outcome(identify(dataset(rows), results_ruleset(min_subjects=2)), "A", 2024)
    assert (two["outcome"], two["subject"]) == ("met", "биология")
    four = _outcome(identify(dataset(rows), results_ruleset(min_subjects=4)), "A", 2024)
    assert four["outcome"] == "not_met"
    assert (four["units_met"], four["units_seen"]) == (3, 3)
    # A subject in two grades is one subject.
    rows = [result("A", year, 40, 30, 0, grade=grade) for year in (2023, 2024) for grade in (5, 6)]
    apart = results_ruleset(min_subjects=2, unit="subject_grade")
    assert _outcome(identify(dataset(rows), apart), "A", 2024)["outcome"] == "not_met"
    units = results_ruleset(min_subjects=2, unit="subject_grade", criterion={"count": "units"})
    assert _outcome(identify(dataset(rows), units), "A", 2024)["outcome"] == "met"


def test_profile_or_basic_maths_count_once() -> None:
    scopes = [
        {
            "procedure": "ege",
            "subjects": ["математика (профильная)", "математика (базовая)"],
            "counts_as": "математика",
        },
        {"procedure": "ege", "subjects": ["русский язык"]},
    ]
    ruleset = results_ruleset(
        scopes=scopes, min_subjects=2, combine="low_only", unit="subject_grade",
        criterion={"count": "units"},
    )  # fmt: skip

    def outcome(*subjects: str) -> str:
        rows = [
            result("A", year, 20, 15, 0, procedure="ege", grade=11, subject=subject)
            for year in (2023, 2024)
            for subject in subjects
        ]
        return str(_outcome(identify(dataset(rows), ruleset), "A", 2024)["outcome"])

    assert outcome("математика (профильная)", "математика (базовая)") == "not_met"
    assert outcome("математика (базовая)", "русский язык") == "met"


def test_a_year_not_held_does_not_break_the_sequence() -> None:
    rows = [result("A", y, 30, 12, 0, procedure="oge", grade=9) for y in (2019, 2021)]
    rows += [result("A", y, 30, 1, 3) for y in (2019, 2020, 2021)]
    ruleset = results_ruleset(scopes=[{"procedure": "oge"}], threshold=0.3)
    found = identify(dataset(rows), ruleset)
    assert _outcome(found, "A", 2021)["outcome"] == "met"
    assert _outcome(found, "A", 2021)["years_used"] == "2019, 2021"
    assert _outcome(found, "A", 2020)["outcome"] == "no_data"


def test_a_year_others_wrote_does_break_it() -> None:
    rows = [result("A", y, 30, 12, 0) for y in (2021, 2023)]
    rows += [result("B", y, 30, 12, 0) for y in (2021, 2022, 2023)]
    found = identify(dataset(rows), results_ruleset(), calendar=NO_CALENDAR)
    assert _outcome(found, "A", 2023)["outcome"] == "no_data"
    assert _outcome(found, "B", 2023)["outcome"] == "met"
    loose = identify(dataset(rows), results_ruleset(consecutive=False), calendar=NO_CALENDAR)
    assert _outcome(loose, "A", 2023)["outcome"] == "met"


def test_the_calendar_closes_one_subject_only() -> None:
    calendar = Calendar(
        not_held=[NotHeldEntry(procedure="vpr", year=2022, subjects=["химия"], note="нет")]
    )
    rows = [result("A", y, 30, 12, 0, subject="химия") for y in (2021, 2023)]
    rows += [result("A", y, 30, 1, 3, subject="физика") for y in (2021, 2022, 2023)]
    found = identify(dataset(rows), results_ruleset(), calendar=calendar)
    assert _outcome(found, "A", 2023)["years_used"] == "2021, 2023"
    assert _outcome(found, "A", 2023)["outcome"] == "met"
    strict = identify(dataset(rows), results_ruleset(), calendar=NO_CALENDAR)
    assert _outcome(strict, "A", 2023)["outcome"] == "not_met"


def test_any_years_of_the_last_three() -> None:
    lows = {2021: 12, 2022: 1, 2023: 12, 2024: 1}
    data = dataset([result("A", y, 30, low, 0) for y, low in lows.items()])
    found = identify(data, results_ruleset(consecutive=False), calendar=NO_CALENDAR)
    assert [_outcome(found, "A", y)["outcome"] for y in (2022, 2023, 2024)] == [
        "not_met", "met", "not_met",
    ]  # fmt: skip
    wide = results_ruleset(consecutive=False, criterion={"window": 4})
    assert _outcome(identify(data, wide, calendar=NO_CALENDAR), "A", 2024)["outcome"] == "met"


def _social(**values: Any) -> dict[str, Any]:
    return {"school_id": "A", "year": 2024, "total": 100, **values}


@pytest.mark.parametrize(
    ("values", "criterion", "outcome"),
    [
        ({"incomplete": 31}, "incomplete_families", "met"),
        ({"incomplete": 30}, "incomplete_families", "not_met"),
        ({"poor_housing": 20}, "poor_housing", "not_met"),
        ({"poor_housing": 21}, "poor_housing", "met"),
        ({"offences": 1}, "offences", "met"),
        ({"offences": 0}, "offences", "not_met"),
        ({}, "offences", "no_data"),
        ({"total": 0, "incomplete": 0}, "incomplete_families", "no_data"),
        ({"at_risk": 99}, "at_risk", "no_threshold"),
        ({"at_risk": 10, "at_risk_covered": 4}, "at_risk_covered", "no_threshold"),
        ({"at_risk": 10}, "at_risk_covered", "no_data"),
    ],
)
def test_social_criteria_of_tbilissky(values: dict[str, Any], criterion: str, outcome: str) -> None:
    found = identify(dataset(social=[_social(**values)]), load_ruleset("tbilissky-2021"))
    row = _outcome(found, "A", 2024, criterion)
    assert row["outcome"] == outcome
    status = found.statuses.iloc[0]
    assert (status["status"] == "difficult") == (outcome == "met")
    if outcome == "met":
        assert (status["confidence"], status["probability"]) == ("certain", 1)
        assert status["criteria_met"] == criterion
        assert pd.isna(row["low"])
    if criterion == "at_risk_covered" and outcome == "no_threshold":
        assert row["value"] == pytest.approx(0.4)


def test_both_statuses_and_several_criteria() -> None:
    data = dataset(
        [result("A", y, 30, 12, 0) for y in (2023, 2024)],
        social=[_social(incomplete=40, offences=2)],
    )
    ruleset = load_ruleset("tbilissky-2021")
    row = identify(data, ruleset, years=[2024]).statuses.iloc[0]
    assert row["status"] == "both"
    assert row["low_results"]
    assert row["difficult"]
    assert (row["criteria_met"], row["n_met"]) == ("vpr, incomplete_families, offences", 3)
    low_only = stats.beta.sf(0.2, 24.5, 36.5)
    assert row["probability"] == pytest.approx(low_only)
    # With two criteria required only the social ones reach it; results are a sign of risk.
    two = identify(data, ruleset.with_switch("min_criteria", 2), years=[2024]).statuses.iloc[0]
    assert (two["status"], two["low_results"], two["difficult"]) == ("difficult", False, True)
    three = identify(data, ruleset.with_switch("min_criteria", 3), years=[2024]).statuses.iloc[0]
    assert three["status"] == "risk_zone"


def test_decision_may_name_its_criteria_and_close_the_zone() -> None:
    data = dataset([result("A", y, 30, 12, 0) for y in (2023, 2024)])
    off = results_ruleset(years=3, decision={"risk_zone": {"rule": "off"}})
    assert status_of(identify(data, off).statuses, "A", 2024) == "insufficient"
    on = results_ruleset(years=3)
    assert status_of(identify(data, on).statuses, "A", 2024) == "risk_zone"
    values = load_ruleset("tbilissky-2021").model_dump()
    values["decision"]["low_results"]["of"] = ["oge"]
    named = RuleSet.model_validate(values)
    found = identify(
        data, named, ratings={"loaded-points": rate(data, load_rating("loaded-points"))}
    )
    assert status_of(found.statuses, "A", 2024) == "insufficient"
    assert _outcome(found, "A", 2024, "vpr")["outcome"] == "met"


def _points(school: str, year: int, earned: float) -> dict[str, Any]:
    return {
        "school_id": school, "year": year, "indicator": "Олимпиады", "points": earned,
        "points_max": 10,
    }  # fmt: skip


def test_rating_below_half_two_years_running() -> None:
    data = dataset(
        points=[
            _points("A", 2023, 4.9), _points("A", 2024, 4),
            _points("B", 2023, 5), _points("B", 2024, 4),
            _points("C", 2024, 1),
        ]
    )  # fmt: skip
    found = identify(data, load_ruleset("tbilissky-2021"))
    assert _outcome(found, "A", 2024, "rating")["outcome"] == "met"
    assert _outcome(found, "A", 2024, "rating")["value"] == pytest.approx(0.4)
    assert _outcome(found, "B", 2024, "rating")["outcome"] == "not_met"
    assert _outcome(found, "C", 2024, "rating")["outcome"] == "no_data"
    statuses = found.statuses.set_index(["school_id", "year"])
    assert tuple(statuses.loc[("A", 2024), ["status", "confidence"]]) == ("low_results", "certain")
    assert statuses.loc[("B", 2024), "status"] == "risk_zone"
    evidence = found.evidence_of("A", 2024)
    assert evidence["used_year"].tolist() == [2023, 2024]
    assert evidence["flagged"].all()
    traced = found.trace("A", 2024, data)
    assert traced["source_columns"].tolist() == [["points", "points_max"]] * 2
    assert traced["source_file"].eq("rating_points.xlsx").all()


def test_a_rating_made_of_results_is_as_sure_as_its_least_sure_year() -> None:
    data = dataset([result("A", y, 40, low, 0, good=12) for y, low in ((2023, 28), (2024, 8))])
    values = load_rating("proposal").model_dump() | {"pool_years": 1}
    rated = rate(data, Rating.model_validate(values), draws=4000)
    rules = load_ruleset("olenek-2021").model_dump()
    rules["criteria"] = [rules["criteria"][0] | {"years": 2}]
    found = identify(data, RuleSet.model_validate(rules), ratings={"proposal": rated})
    row = _outcome(found, "A", 2024, "rating")
    scores = rated.scores.set_index("year")
    chances = stats.norm.cdf(
        (0.5 - scores["share_mean"].astype(float)) / scores["share_sd"].astype(float)
    )
    assert row["outcome"] == "met"
    assert row["probability"] == pytest.approx(min(chances))
    assert chances[0] > 0.999 > chances[1] > 0.5
    assert found.statuses["probability"].iloc[-1] == pytest.approx(chances[1])


def test_a_missing_rating_is_named() -> None:
    ruleset = RuleSet.model_validate(load_ruleset("tbilissky-2021").model_dump())
    with pytest.raises(ShnorError, match="«rating» нужен рейтинг «loaded-points»"):
        identify(dataset([result("A", 2024, 30, 1, 0)]), ruleset)
    olenek = RuleSet.model_validate(load_ruleset("olenek-2021").model_dump())
    given = {"proposal": rate(dataset(), load_rating("proposal"))}
    with pytest.raises(ShnorError, match="«wellbeing» нужен индекс «proposal»"):
        identify(dataset(), olenek, ratings=given)


def test_olenek_takes_rating_and_index() -> None:
    schools = [f"S{i:02d}" for i in range(12)]
    data = dataset(
        [
            result(s, y, 40, 2 * i, 3, subject="математика", good=min(10, 37 - 2 * i))
            for i, s in enumerate(schools)
            for y in (2022, 2023, 2024)
        ],
        social=[
            {"school_id": s, "year": 2024, "total": 100, "incomplete": 5 * i, "low_income": 3 * i,
             "unemployed": i, "higher_education_both": 40 - 3 * i, "poor_housing": i,
             "many_children": 2 * i, "non_native": i, "school_register": 0}
            for i, s in enumerate(schools)
        ],
    )  # fmt: skip
    found = identify(data, load_ruleset("olenek-2021"), years=[2024])
    rows = found.criteria.set_index(["criterion", "school_id"])
    low = [s for s in schools if rows.loc[("rating", s), "outcome"] == "met"]
    assert low == [s for s in schools if rows.loc[("rating", s), "value"] < 0.5]
    assert low
    assert low[-1] == schools[-1]
    difficult = [s for s in schools if rows.loc[("wellbeing", s), "outcome"] == "met"]
    assert difficult == schools[-3:]
    # The rating comes from results, so its place beyond the cut-off has a probability.
    near = rows.loc["rating"]["probability"].astype(float)
    assert ((near > 0.01) & (near < 0.99)).any()
    by_number = load_ruleset("olenek-2021").with_threshold("wellbeing", 0)
    none = identify(data, by_number, years=[2024])
    assert not none.statuses["difficult"].any()
    traced = found.trace(schools[-1], 2024, data)
    files = set(traced["source_file"].dropna())
    assert files == {"results.xlsx", "social_passport.xlsx"}
    # The rating of a year rests on the results of three.
    of_rating = traced[traced["source_file"] == "results.xlsx"]
    mine = data.results[data.results["school_id"] == schools[-1]]
    assert sorted(of_rating["source_row"]) == sorted(mine["source_row"])
    assert len(mine) == 3


def test_excluded_kinds_are_listed_and_not_judged() -> None:
    rows = [result(s, y, 30, 25, 0, subject=subject)
            for s in "AB" for y in (2023, 2024) for subject in ("русский язык", "математика")]  # fmt: skip
    schools = [
        {"school_id": "A", "name": "А", "kind": "коррекционная"},
        {"school_id": "B", "name": "Б", "kind": "общеобразовательная"},
    ]
    found = identify(dataset(rows, schools=schools), load_ruleset("rosobrnadzor-847"))
    assert status_of(found.statuses, "A", 2024) == "excluded"
    assert status_of(found.statuses, "B", 2024) == "low_results"
    excluded = found.statuses[found.statuses["school_id"] == "A"]
    assert not excluded["low_results"].any()
    assert (excluded["n_met"] == 0).all()
    assert set(found.criteria["school_id"]) == {"B"}
    assert set(found.evidence["school_id"]) == {"B"}


def test_schools_not_open_have_no_row() -> None:
    schools = [
        # opened in September 2023, with the school year 2023/2024
        {"school_id": "A", "name": "А", "opened": 2023},
        {"school_id": "B", "name": "Б", "closed": 2023},
        {"school_id": "C", "name": "В"},
    ]
    rows = [result("C", y, 30, 1, 1) for y in (2023, 2024)]
    found = identify(dataset(rows, schools=schools), results_ruleset())
    keys = set(found.statuses[["school_id", "year"]].itertuples(index=False, name=None))
    assert keys == {("A", 2024), ("B", 2023), ("C", 2023), ("C", 2024)}
    assert len(found.criteria) == 4


def test_no_data_at_all() -> None:
    found = identify(dataset(), load_ruleset("tbilissky-2021"))
    assert found.statuses.empty
    assert list(found.statuses.columns)[:3] == ["school_id", "year", "status"]
    assert found.criteria.empty
    assert found.evidence.empty
    full = identify(dataset([result("A", 2024, 30, 1, 1)]), load_ruleset("tbilissky-2021"))
    for name in ("statuses", "criteria", "evidence"):
        pd.testing.assert_series_equal(getattr(found, name).dtypes, getattr(full, name).dtypes)


def test_a_later_year_does_not_change_an_earlier_one() -> None:
    rows = [
        result(s, y, 30, low, 0) for s, low in (("A", 12), ("B", 3)) for y in (2022, 2023, 2024)
    ]
    data = dataset(rows)
    whole = identify(data, load_ruleset("tbilissky-2021"))
    then = identify(data.until(2023), load_ruleset("tbilissky-2021"))
    early = whole.statuses[whole.statuses["year"] <= 2023].reset_index(drop=True)
    pd.testing.assert_frame_equal(early, then.statuses.reset_index(drop=True))


def test_frames_are_tidy() -> None:
    data = dataset(
        [result("A", y, 30, 12, 0) for y in (2023, 2024)], social=[_social(incomplete=4)]
    )
    found = identify(data, load_ruleset("tbilissky-2021"))
    kinds = {name: str(dtype) for name, dtype in found.statuses.dtypes.items()}
    assert kinds["school_id"] == kinds["status"] == kinds["criteria_met"] == "string"
    assert (kinds["year"], kinds["probability"], kinds["low_results"]) == (
        "Int64", "Float64", "bool",
    )  # fmt: skip
    kinds = {name: str(dtype) for name, dtype in found.criteria.dtypes.items()}
    for name in ("n", "numerator", "grade", "units_met", "year"):
        assert kinds[name] == "Int64", name
    for name in ("value", "threshold", "low", "high", "probability"):
        assert kinds[name] == "Float64", name
    assert len(found.criteria) == 2 * len(found.ruleset.criteria)
    with pytest.raises(ShnorError, match="Школы «X» нет"):
        found.evidence_of("X", 2024)
    with pytest.raises(ShnorError, match="2030"):
        found.evidence_of("A", 2030)
