"""Who decides on what by when: against a plain recomputation, and the days of S0 4.3.5–4.3.6."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pandas as pd
import pytest

from shnor_lib.methods.risk_definition import RiskRules, load_risk_rules
from shnor_lib.methods.risk_profile import risk_profile
from shnor_lib.methods.risk_register import RiskRegister, risk_register
from shnor_lib.sources.assemble import read_folder
from shnor_lib.store import Dataset
from tests.methods.builders import NO_CALENDAR, dataset, table
from tests.methods.test_risk_profile import known_pairs, level_of, live_measures, state_of
from tests.report import risk_project as planted

RULES = load_risk_rules("proposal")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    root: Path = planted.write(tmp_path_factory.mktemp("register") / "project")
    return read_folder(root / "data/raw", calendar=NO_CALENDAR)


@pytest.fixture(scope="module")
def register(data: Dataset) -> RiskRegister:
    return risk_register(risk_profile(data, RULES), data, planted.AS_OF)


def wanted() -> dict[tuple[str, str], dict]:
    """Every risk somebody has to act on in 2026, by hand."""
    found = {}
    for school, factor in known_pairs(2026):
        level, state = level_of(school, factor, 2026), state_of(school, factor)
        if state in ("rejected", "removed"):
            continue
        if level not in ("high", "medium") and state not in ("confirmed", "in_work"):
            continue
        rule = RULES.rule(factor)
        check = planted.CHECKS.get((school, factor))
        known = planted.PROTOCOL.date() if check and check[5] else dt.date(2025, 9, 1)
        by_july = dt.date(2026, 7, 31)
        due, basis = by_july, "new_year"
        if rule.cycle:
            day = known + dt.timedelta(days=1)
            while (day.month, day.day) != (rule.cycle.month, rule.cycle.day):
                day += dt.timedelta(days=1)
            if day - dt.timedelta(days=1) < by_july:
                due, basis = day - dt.timedelta(days=1), "cyclic"
        decided = state == "in_work" or bool(live_measures(school, factor))
        unmanaged = rule.manageability == "unmanaged"
        found[school, factor] = {
            "decide_by": pd.Timestamp(due),
            "basis": basis,
            "decided": decided,
            "note_only": unmanaged,
            "overdue": due < planted.AS_OF and not decided and not unmanaged,
            "days_left": (due - planted.AS_OF).days,
            "decides": rule.decides,
        }
    return found


def test_every_risk_with_its_day_and_its_level(register: RiskRegister) -> None:
    rows = register.decisions.set_index(["school_id", "factor"])
    expected = wanted()
    assert set(rows.index) == set(expected)
    for key, values in expected.items():
        for name, value in values.items():
            assert rows.loc[key, name] == value, (key, name)


def test_the_planted_region_has_something_of_everything(register: RiskRegister) -> None:
    rows = register.decisions
    assert set(rows["decides"]) == {"school", "municipality", "region"}
    assert set(rows["basis"]) == {"cyclic", "new_year"}
    assert len(register.overdue) == sum(v["overdue"] for v in wanted().values()) > 0
    assert len(register.waiting) == sum(not v["decided"] for v in wanted().values())
    assert rows["note_only"].any()


def test_most_urgent_first_and_waiting_before_decided(register: RiskRegister) -> None:
    rows = register.decisions
    assert rows["decided"].is_monotonic_increasing
    assert register.waiting["decide_by"].is_monotonic_increasing


def test_late_measures(register: RiskRegister) -> None:
    late = register.measures[register.measures["overdue"]]
    expected = {
        (row["number"], school)
        for row in planted.MEASURES
        for school, factor in wanted()
        if row.get("factor") == factor
        and row in live_measures(school, factor)
        and row["state"] in ("planned", "in_work")
        and row["deadline"].date() < planted.AS_OF
    }
    assert set(zip(late["number"], late["school_id"], strict=True)) == expected
    assert expected
    own = register.decisions.set_index(["school_id", "factor"])["n_late"]
    assert own.sum() == len(expected)


# --- days --------------------------------------------------------------------------------------


def one(factor: str, *, day: dt.date, protocol: dt.date | None = None, **more: object) -> pd.Series:
    """The register of one declared factor."""
    profile = [{"school_id": "A", "year": 2026, "factor": factor, "level": "high"}]
    check = [{"school_id": "A", "year": 2026, "factor": factor, "state": "claimed",
              "date": pd.Timestamp(protocol) if protocol else None, **more}]  # fmt: skip
    data = dataset(schools=[{"school_id": "A", "name": "А", "municipality": "Район"}]).replace(
        risk_profile=table("risk_profile", profile),
        risk_verification=table("risk_verification", check),
    )
    found = risk_register(risk_profile(data, RULES), data, day)
    assert len(found.decisions) == 1
    return found.decisions.iloc[0]


@pytest.mark.parametrize(
    ("day", "late"), [(dt.date(2026, 7, 31), False), (dt.date(2026, 8, 1), True)]
)
def test_new_year_risks_by_the_end_of_july(day: dt.date, late: bool) -> None:
    row = one("motivation", day=day)
    assert row["decide_by"] == pd.Timestamp(2026, 7, 31)
    assert row["basis"] == "new_year"
    assert row["overdue"] == late
    assert row["days_left"] == (0 if not late else -1)


def test_staff_shows_itself_in_september_and_is_decided_in_july() -> None:
    row = one("staff_shortage", day=dt.date(2026, 1, 10))
    assert row["occurs"] == pd.Timestamp(2026, 9, 1)
    assert row["decide_by"] == pd.Timestamp(2026, 7, 31), "July comes before 31 August"


def test_a_cyclic_risk_is_decided_before_it_shows_itself() -> None:
    row = one("failure", day=dt.date(2026, 1, 10))
    assert row["occurs"] == pd.Timestamp(2026, 3, 1)
    assert row["decide_by"] == pd.Timestamp(2026, 2, 28)
    assert (row["basis"], bool(row["overdue"])) == ("cyclic", False)
    late = one("failure", day=dt.date(2026, 3, 1))
    assert late["overdue"]
    assert late["returns"] == pd.Timestamp(2027, 3, 1), "what comes next, as seen from the day"


def test_a_risk_found_after_it_showed_itself_is_a_risk_of_the_new_year() -> None:
    row = one("failure", day=dt.date(2026, 5, 1), protocol=dt.date(2026, 4, 10))
    assert row["occurs"] == pd.Timestamp(2027, 3, 1)
    assert row["decide_by"] == pd.Timestamp(2026, 7, 31)
    assert not row["overdue"]


def test_an_unmanaged_risk_is_never_overdue() -> None:
    row = one("special_needs", day=dt.date(2026, 12, 1))
    assert row["note_only"]
    assert not row["overdue"]
    assert row["days_left"] < 0


@pytest.mark.parametrize(
    ("level", "state", "there"),
    [
        ("low", "claimed", False), ("low", "confirmed", True), ("low", "in_work", True),
        ("medium", "claimed", True), ("high", "rejected", False), ("high", "removed", False),
    ],
)  # fmt: skip
def test_which_factors_wait_for_a_decision(level: str, state: str, there: bool) -> None:
    data = dataset().replace(
        risk_profile=table(
            "risk_profile",
            [{"school_id": "A", "year": 2026, "factor": "parents", "level": level}],
        ),
        risk_verification=table(
            "risk_verification",
            [{"school_id": "A", "year": 2026, "factor": "parents", "state": state}],
        ),
    )
    found = risk_register(risk_profile(data, RULES), data, dt.date(2026, 1, 1))
    assert len(found.decisions) == there


def test_what_is_left_of_an_earlier_profile_goes_along() -> None:
    rows = [
        {"school_id": "A", "year": 2025, "factor": "parents", "level": "high"},
        {"school_id": "B", "year": 2025, "factor": "parents", "level": "high"},
        {"school_id": "B", "year": 2026, "factor": "failure", "level": "high"},
    ]
    data = dataset().replace(risk_profile=table("risk_profile", rows))
    profiles = risk_profile(data, RULES)
    now = risk_register(profiles, data, dt.date(2025, 12, 1))
    assert now.year == 2026
    got = {(r.school_id, r.factor, r.carried, r.overdue) for r in now.decisions.itertuples()}
    # B has a newer profile, so its old one no longer counts
    assert got == {("A", "parents", True, True), ("B", "failure", False, False)}
    before = risk_register(profiles, data, dt.date(2025, 3, 1), year=2025)
    assert {r.school_id for r in before.decisions.itertuples()} == {"A", "B"}


def test_nothing_declared_gives_an_empty_register(register: RiskRegister) -> None:
    rules: RiskRules = RULES
    none = risk_register(risk_profile(Dataset(), rules), Dataset(), dt.date(2026, 1, 1))
    assert none.decisions.empty
    assert list(none.decisions.columns) == list(register.decisions.columns)
    assert none.waiting.empty
    assert none.overdue.empty
