"""Risk profiles of three districts against a plain recomputation over the workbooks' rows."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from shnor_lib.methods.identification import identify
from shnor_lib.methods.risk_changes import risk_changes
from shnor_lib.methods.risk_definition import Cutoff, load_risk_rules
from shnor_lib.methods.risk_profile import (
    CONTRADICTIONS,
    RiskProfiles,
    computed_levels,
    risk_profile,
)
from shnor_lib.methods.ruleset import load_ruleset
from shnor_lib.sources.assemble import read_folder
from shnor_lib.store import Dataset
from tests.methods.builders import NO_CALENDAR, dataset, table
from tests.report import risk_project as planted


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """The workbooks, read back."""
    root: Path = planted.write(tmp_path_factory.mktemp("risks") / "project")
    return read_folder(root / "data/raw", calendar=NO_CALENDAR)


@pytest.fixture(scope="module")
def found(data: Dataset) -> RiskProfiles:
    status = identify(data, load_ruleset("tbilissky-2021"), calendar=NO_CALENDAR)
    return risk_profile(data, load_risk_rules("proposal"), identification=status)


def rows_of(frame: pd.DataFrame, *columns: str) -> set[tuple]:
    return {tuple(row) for row in frame[list(columns)].itertuples(index=False, name=None)}


def known_pairs(year: int) -> set[tuple[str, str]]:
    """School and factor of every row of the profiles and, in 2026, of the protocols."""
    pairs = {
        (school, factor)
        for school, factors in planted.LEVELS.items()
        for factor, levels in factors.items()
        if levels[year - 2025]
    }
    return pairs | (set(planted.CHECKS) if year == 2026 else set())


def level_of(school: str, factor: str, year: int) -> str | None:
    levels = planted.LEVELS.get(school, {}).get(factor)
    return levels[year - 2025] if levels else None


def state_of(school: str, factor: str) -> str:
    check = planted.CHECKS.get((school, factor))
    return check[4] if check else "claimed"


def live_measures(school: str, factor: str) -> list[dict]:
    place = next(r["municipality"] for r in planted.register() if r["school_id"] == school)
    return [
        row
        for row in planted.MEASURES
        if row.get("factor") == factor
        and row["state"] != "dropped"
        and (row.get("school_id") == school or row.get("municipality") == place)
    ]


def test_every_row_of_the_workbooks_is_there_once(found: RiskProfiles) -> None:
    for year in (2025, 2026):
        own = found.factors[found.factors["year"] == year]
        assert rows_of(own, "school_id", "factor") == known_pairs(year)
        assert len(own) == len(known_pairs(year))
    assert found.years == [2025, 2026]


def test_levels_are_the_given_ones_and_never_invented(found: RiskProfiles) -> None:
    for row in found.factors.itertuples():
        given = level_of(row.school_id, row.factor, row.year)
        assert (None if pd.isna(row.level) else row.level) == given
        assert pd.isna(row.level_computed)


def test_verification_state_and_measures(found: RiskProfiles) -> None:
    own = found.factors[found.factors["year"] == 2026].set_index(["school_id", "factor"])
    for key in known_pairs(2026):
        check = planted.CHECKS.get(key, (None, None, None, None, "claimed", False))
        row = own.loc[key]
        assert row["state"] == check[4]
        sides = (check[0] is not None, check[2] is not None)
        names = {(True, True): "both", (True, False): "school", (False, True): "curator",
                 (False, False): "none"}  # fmt: skip
        assert row["verified"] == names[sides]
        assert pd.isna(row["date"]) == (not check[5])
        measures = live_measures(*key)
        assert row["n_measures"] == len(measures)
        assert row["n_done"] == sum(m["state"] == "done" for m in measures)
        assert bool(row["measured"])
    before = found.factors[found.factors["year"] == 2025]
    assert not before["measured"].any(), "the year has no measures at all"


def expected_contradictions(year: int) -> set[tuple[str, str, str]]:
    """The definitions once more, in plain loops."""
    wrong: set[tuple[str, str, str]] = set()
    for school, factor in known_pairs(year):
        level = level_of(school, factor, year)
        check = planted.CHECKS.get((school, factor)) if year == 2026 else None
        one, why_one, two, why_two, state, _ = check or (None, None, None, None, "claimed", False)
        names = []
        if one == "accepts" and two == "rejects":
            names.append("curator_rejects")
        if one == "rejects" and two == "accepts":
            names.append("school_rejects")
        if one == "rejects" and not why_one:
            names.append("school_no_reason")
        if two == "rejects" and not why_two:
            names.append("curator_no_reason")
        if state in ("in_work", "removed") and not (one and two):
            names.append("unverified_in_work")
        if one == two == "rejects" and state in ("confirmed", "in_work"):
            names.append("rejected_in_work")
        if one == two == "accepts" and state == "rejected":
            names.append("accepted_rejected")
        if one and two and state == "claimed":
            names.append("state_behind")
        if level is None:
            names.append("not_in_profile")
        bare = year == 2026 and not live_measures(school, factor)
        if bare and level == "high" and state not in ("rejected", "removed"):
            names.append("high_no_measure")
        if bare and level != "high" and state == "in_work":
            names.append("in_work_no_measure")
        wrong |= {(school, factor, name) for name in names}
    for school in planted.LEVELS:
        if school in planted.LISTED and any(
            level_of(school, factor, year) for factor in planted.LEVELS[school]
        ):
            state = state_of(school, "failure") if year == 2026 else "claimed"
            said = level_of(school, "failure", year) in ("high", "medium") and state != "rejected"
            # 2025 is the first year: no rule that needs two years is met
            if not said and year == 2026:
                wrong.add((school, "failure", "zone_not_claimed"))
    return wrong


@pytest.mark.parametrize("year", [2025, 2026])
def test_contradictions(found: RiskProfiles, year: int) -> None:
    own = found.contradictions[found.contradictions["year"] == year]
    got = rows_of(own, "school_id", "factor", "contradiction")
    assert got == expected_contradictions(year)
    assert len(own) == len(got)


def test_the_planted_region_holds_almost_every_contradiction() -> None:
    names = {name for _, _, name in expected_contradictions(2026)}
    assert set(CONTRADICTIONS) - names == {"level_differs"}


def test_zones_are_the_units_beyond_the_threshold(found: RiskProfiles) -> None:
    own = found.zones[found.zones["year"] == 2026]
    wanted = {
        (row["school_id"], row["subject"], row["n2"], row["n"])
        for row in planted.results()
        if row["year"] == 2026 and row["n2"] / row["n"] >= 0.2 and row["n5"] == 0
    }
    assert rows_of(own, "school_id", "subject", "numerator", "n") == wanted
    assert own["lasting"].all(), "both years are beyond it"


def test_without_measures_their_absence_says_nothing() -> None:
    profile = [{"school_id": "A", "year": 2026, "factor": "failure", "level": "high"}]
    found = risk_profile(
        dataset().replace(risk_profile=table("risk_profile", profile)), load_risk_rules("proposal")
    )
    assert found.contradictions.empty
    assert not found.factors["measured"].any()


def test_empty_tables_give_empty_frames_with_the_same_columns(found: RiskProfiles) -> None:
    none = risk_profile(Dataset(), load_risk_rules("proposal"))
    assert none.years == []
    for name in ("factors", "contradictions", "zones"):
        frame = getattr(none, name)
        assert frame.empty
        assert list(frame.columns) == list(getattr(found, name).columns)


# --- levels by cut-offs ------------------------------------------------------------------------

STAFF = [
    {"school_id": "A", "year": 2026, "teachers": 20, "vacancies": 2},
    {"school_id": "B", "year": 2026, "teachers": 20, "vacancies": 1},
    {"school_id": "C", "year": 2026, "teachers": 20, "vacancies": 0},
    {"school_id": "D", "year": 2026, "teachers": 0, "vacancies": 1},
    {"school_id": "E", "year": 2026, "teachers": 20},
]
SOURCE = {"document": "Приказ", "standing": "решение пользователя"}


def cutoff(**more: object) -> Cutoff:
    values = {
        "factor": "staff_shortage", "title": "Вакансий на учителя", "table": "staff",
        "numerator": "vacancies", "denominator": "teachers", "high": 0.1, "medium": 0.05,
        "source": SOURCE, **more,
    }  # fmt: skip
    return Cutoff.model_validate(values)


def test_levels_by_cutoffs_and_never_without_a_number() -> None:
    got = computed_levels(dataset(staff=STAFF), cutoff()).set_index("school_id")
    assert got["level_computed"].to_dict() == {"A": "high", "B": "medium", "C": "low"}
    assert got.loc["A", ["value", "numerator", "n"]].tolist() == [0.1, 2, 20]


def test_the_other_direction_and_the_self_analysis_card() -> None:
    fewer = cutoff(direction=-1, high=0.0, medium=0.05)
    got = computed_levels(dataset(staff=STAFF), fewer).set_index("school_id")["level_computed"]
    assert got.to_dict() == {"A": "low", "B": "medium", "C": "high"}
    asked = cutoff(
        table="self_analysis", numerator="", denominator="", question="Вакансий", high=2, medium=1
    )
    cards = [
        {"school_id": "A", "year": 2026, "section": "Кадры", "question": "Вакансий", "value": 1},
        {"school_id": "B", "year": 2026, "section": "Кадры", "question": "Вакансий",
         "answer": "нет"},
        {"school_id": "C", "year": 2026, "section": "Кадры", "question": "Другое", "value": 9},
    ]  # fmt: skip
    got = computed_levels(dataset().replace(self_analysis=table("self_analysis", cards)), asked)
    assert got[["school_id", "level_computed"]].values.tolist() == [["A", "medium"]]


def test_a_computed_level_stands_beside_the_given_one() -> None:
    profile = [
        {"school_id": school, "year": 2026, "factor": "staff_shortage", "level": "high"}
        for school in "AB"
    ]
    data = dataset(staff=STAFF).replace(risk_profile=table("risk_profile", profile))
    rules = load_risk_rules("proposal").model_copy(update={"cutoffs": [cutoff()]})
    found = risk_profile(data, rules)
    own = found.factors.set_index("school_id")
    assert own["level"].to_dict() == {"A": "high", "B": "high"}
    assert own["level_computed"].to_dict() == {"A": "high", "B": "medium"}
    assert rows_of(found.contradictions, "school_id", "contradiction") == {("B", "level_differs")}


# --- changes -----------------------------------------------------------------------------------


def test_changes_since_last_year(found: RiskProfiles) -> None:
    order = {"low": 1, "medium": 2, "high": 3}
    both = [
        school
        for school, factors in planted.LEVELS.items()
        if all(any(levels[i] for levels in factors.values()) for i in (0, 1))
    ]
    wanted = set()
    for school in both:
        for factor, (before, now) in planted.LEVELS[school].items():
            alive = now if state_of(school, factor) not in ("rejected", "removed") else None
            if before is None and alive is None:
                continue
            if before is None:
                change = "appeared"
            elif alive is None:
                change = "closed"
            else:
                step = order[alive] - order[before]
                change = "rose" if step > 0 else "fell" if step < 0 else "same"
            wanted.add((school, factor, change))
    got = risk_changes(found.factors, 2026)
    assert rows_of(got, "school_id", "factor", "change") == wanted
    assert set(got["change"]) == {"appeared", "rose", "same", "fell", "closed"}
    assert risk_changes(found.factors, 2025).empty, "nobody has a profile of 2024"
