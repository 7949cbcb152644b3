"""What was planted in the registers of the demonstration is found by the methods of the product.

The region of 130 schools has the same truths as the district of 12: nothing here hangs on one
lucky draw.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd
import pytest
from tests.conftest import ROOT
from tests.demo.conftest import dataset_of

from shnor_lib.demo import Demo, simulate
from shnor_lib.methods.as_of import as_of
from shnor_lib.methods.competence_definition import load_competence_rules
from shnor_lib.methods.competence_groups import dynamics_by, shared_topics
from shnor_lib.methods.identification import identify
from shnor_lib.methods.measures_status import measures_status
from shnor_lib.methods.mentor_centre import mentor_centre
from shnor_lib.methods.platform import platform
from shnor_lib.methods.risk_definition import load_risk_rules
from shnor_lib.methods.risk_profile import RiskProfiles, risk_profile
from shnor_lib.methods.risk_register import RiskRegister, risk_register
from shnor_lib.methods.ruleset import load_ruleset
from shnor_lib.methods.support_network import SupportNetwork, support_network
from shnor_lib.methods.teacher_competence import TeacherCompetence, teacher_competence
from shnor_lib.methods.tutor_point import tutor_point
from shnor_lib.project import open_project
from shnor_lib.report.analysis import analyse
from shnor_lib.sources.cells.values import clean_text
from shnor_lib.store import Dataset

YEAR = 2026
RULES = load_competence_rules("proposal")


@dataclass(frozen=True)
class World:
    """A demonstration with what the methods say about its last year."""

    demo: Demo
    data: Dataset
    listed: frozenset[str]
    profiles: RiskProfiles
    risks: RiskRegister
    teachers: TeacherCompetence
    network: SupportNetwork

    @property
    def day(self) -> Any:
        return self.risks.day

    def one(self, kind: str) -> dict[str, Any]:
        (found,) = self.demo.truth.of_kind(kind)
        return found


def world_of(demo: Demo) -> World:
    data = dataset_of(demo)
    day = as_of(data)
    found = identify(data, load_ruleset("tbilissky-2021"))
    now = found.statuses[found.statuses["year"] == YEAR]
    on_list = now["low_results"].astype(bool) | now["difficult"].astype(bool)
    listed = frozenset(now.loc[on_list, "school_id"])
    profiles = risk_profile(data, load_risk_rules("proposal"), identification=found)
    return World(
        demo,
        data,
        listed,
        profiles,
        risk_register(profiles, data, day),
        teacher_competence(data, RULES, year=YEAR, day=day, listed=listed),
        support_network(data, listed, YEAR, day),
    )


@pytest.fixture(scope="module", params=["district", "region"])
def world(request: pytest.FixtureRequest) -> World:
    return world_of(request.getfixturevalue("demo" if request.param == "district" else "region"))


def test_the_day_is_the_end_of_the_school_year(world: World) -> None:
    assert (world.day.year, world.day.month) == (YEAR, 6)


def test_deficits_a_whole_school_shares(world: World) -> None:
    shared = shared_topics(world.teachers.deficits, RULES)
    for kind in ("deficit_overdue", "deficit_shared"):
        truth = world.one(kind)
        rows = shared[
            (shared["school_id"] == truth["school_id"]) & (shared["topic"] == truth["topic"])
        ]
        (row,) = rows.to_dict("records")
        assert row["teachers"] == len(truth["teachers"]) >= 3
        assert row["overdue"] == (row["teachers"] if kind == "deficit_overdue" else 0)
        assert row["listed"] and row["subject"] == "математика"
    # The only overdue ones anywhere are those planted.
    late = world.teachers.deficits
    late = late[late["state"] == "overdue"]
    assert set(late["topic"]) == {world.one("deficit_overdue")["topic"]}
    assert set(late["school_id"]) == {world.one("deficit_overdue")["school_id"]}


def test_dynamics_of_teachers_is_found_where_there_is_some(world: World) -> None:
    found = dynamics_by(world.teachers.pairs, RULES, ["subject"]).set_index("subject")
    gaining = found.loc[world.one("teachers_gain")["subject"]]
    level = found.loc[world.one("teachers_level")["subject"]]
    assert gaining["gain_low"] > 2 and gaining["q_value"] < 0.01 and gaining["share"] > 0.8
    assert level["gain_low"] < 0 < level["gain_high"] and level["q_value"] > 0.05


def test_overloaded_mentor(world: World) -> None:
    truth = world.one("mentor_overloaded")
    assert list(world.network.overloaded["supporter"]) == [truth["supporter"]]
    people = world.network.supporters
    mentors = people[people["role"] == "mentor"].set_index("supporter")["peak"]
    assert mentors[truth["supporter"]] == 4 and mentors.min() == 0
    centre = mentor_centre(world.data, YEAR, world.day, now_listed=world.listed)
    assert list(centre.network.overloaded["supporter"]) == [truth["supporter"]]


def test_listed_school_without_any_support(world: World) -> None:
    alone = world.one("without_support")["school_id"]
    assert alone in world.network.uncovered()
    links, journal = world.data.support_links, world.data.tutor_point
    assert alone not in set(links["school_id"]) | set(journal["school_id"])


def test_help_comes_late_in_one_school(world: World) -> None:
    slow = world.one("help_late")["school_id"]
    found = tutor_point(world.data, YEAR, world.day, now_listed=world.listed).by("school_id")
    timed = found[found["n_timed"] > 0].set_index("school_id")
    assert timed.loc[slow, "late"] == timed.loc[slow, "n_timed"] >= 2
    assert (timed.drop(slow)["late"] == 0).all()
    assert timed.loc[slow, "median_days"] > 20 > timed.drop(slow)["median_days"].max()


def test_high_risk_without_measure(world: World) -> None:
    truth = world.one("risk_high_no_measure")
    rows = world.profiles.contradictions
    rows = rows[(rows["contradiction"] == "high_no_measure") & (rows["year"] == YEAR)]
    assert list(zip(rows["school_id"], rows["factor"], strict=True)) == [
        (truth["school_id"], truth["factor"])
    ]
    waiting = world.risks.waiting.set_index(["school_id", "factor"])
    row = waiting.loc[(truth["school_id"], truth["factor"])]
    assert row["level"] == "high" and row["state"] == "confirmed" and not row["overdue"]


def test_school_and_curator_disagree(world: World) -> None:
    truth = world.one("risk_school_rejects")
    rows = world.profiles.contradictions
    rows = rows[rows["contradiction"].isin(["school_rejects", "curator_rejects"])]
    assert rows.to_dict("records") == [
        {
            "school_id": truth["school_id"],
            "year": YEAR,
            "factor": truth["factor"],
            "contradiction": "school_rejects",
        }
    ]


def test_cyclic_risk_nobody_decided_on_in_time(world: World) -> None:
    truth = world.one("risk_cyclic_overdue")
    (row,) = world.risks.overdue.to_dict("records")
    assert (row["school_id"], row["factor"]) == (truth["school_id"], truth["factor"])
    assert row["basis"] == "cyclic" and row["decide_by"] == pd.Timestamp(YEAR, 2, 28)


def test_two_risks_wait_and_no_other(world: World) -> None:
    waiting = world.risks.waiting
    planted = [world.one(kind) for kind in ("risk_high_no_measure", "risk_cyclic_overdue")]
    assert set(zip(waiting["school_id"], waiting["factor"], strict=True)) == {
        (each["school_id"], each["factor"]) for each in planted
    }


def test_overdue_and_late_measures(world: World) -> None:
    found = measures_status(world.data, YEAR, world.day).measures
    late = found[(found["in_time"] == False).fillna(value=False)]  # noqa: E712  NA is neither
    for kind, rows in (("measure_overdue", found[found["overdue"]]), ("measure_late", late)):
        truth = world.one(kind)
        (row,) = rows.to_dict("records")
        assert (row["school_id"], row["number"]) == (truth["school_id"], truth["number"])
    earlier = measures_status(world.data, YEAR - 1, world.day).measures
    assert not earlier["overdue"].any()


def test_request_that_waits_longest(world: World) -> None:
    truth = world.one("request_waiting")
    requests = platform(world.data, world.day).requests
    waits = requests[requests["open"]].sort_values("waits", ascending=False)
    first = waits.iloc[0]
    assert (first["school_id"], first["number"]) == (truth["school_id"], truth["number"])
    assert first["waits"] > 100 > waits["waits"].iloc[1]


def test_recommendations_follow_from_what_was_planted(demo: Demo) -> None:
    found = analyse(open_project(ROOT), dataset_of(demo)).recommendations
    assert found is not None
    issued = found.issued
    for rule, kind in (
        ("teachers-deficits-overdue", "deficit_overdue"),
        ("risk-measures", "risk_high_no_measure"),
        ("measures-overdue", "measure_overdue"),
        ("support-tutor-unused", "without_support"),
    ):
        (truth,) = demo.truth.of_kind(kind)
        assert list(issued.loc[issued["rule"] == rule, "school_id"]) == [truth["school_id"]], rule
    (alone,) = demo.truth.of_kind("without_support")
    (resilient,) = demo.truth.of_kind("resilient")
    about = found.grounds[found.grounds["key"].str.startswith("support-mentor/")]
    assert alone["school_id"] in set(about["school_id"])
    about = found.grounds[found.grounds["key"].str.startswith("social-difficult/")]
    assert set(about["school_id"]) == {resilient["school_id"]}


def test_rows_fit_the_register_and_the_staff(world: World) -> None:
    """Only schools that are there; not more teachers diagnosed than work in the school."""
    tables = world.demo.tables
    staff = tables["staff"].set_index(["school_id", "year"])["teachers"]
    for name in ("risk_profile", "self_analysis", "measures", "support_links", "tutor_point"):
        rows = tables[name].dropna(subset=["school_id"])
        assert set(zip(rows["school_id"], rows["year"], strict=True)) <= set(staff.index), name
    diagnosed = tables["teacher_diagnostics"].groupby(["school_id", "year"])["teacher"].nunique()
    for key, number in diagnosed.items():
        assert number <= staff[key], key
    owner = tables["teacher_diagnostics"].set_index("teacher")["school_id"].to_dict()
    for name in ("teacher_deficits", "teacher_courses", "support_links", "tutor_point"):
        rows = tables[name].dropna(subset=["teacher"])
        assert len(rows)
        assert (rows["teacher"].map(owner) == rows["school_id"]).all(), name


def test_nothing_has_happened_after_the_day(world: World) -> None:
    end = pd.Timestamp(YEAR, 6, 30)
    for name, column in (
        ("teacher_diagnostics", "date"), ("teacher_deficits", "closed"), ("teacher_courses", "date"),
        ("tutor_point", "date"), ("tutor_point", "done"), ("measures", "done"),
        ("recommendations", "date"), ("recommendations", "done"), ("interviews", "done"),
        ("news", "date"), ("requests", "date"), ("questions", "answered"), ("agreements", "date"),
    ):  # fmt: skip
        days = world.demo.tables[name][column].dropna()
        assert len(days) and days.max() <= end, (name, column)


def test_supporters_are_appointed_before_they_help(world: World) -> None:
    since = world.demo.tables["supporters"].set_index("supporter")["first_date"]
    links = world.demo.tables["support_links"]
    assert (links["supporter"].map(since) <= links["first_date"]).all()


def test_texts_are_clean(world: World) -> None:
    """No double spaces, no straight quotes, no sentence that ends in the middle."""
    for name, frame in world.demo.tables.items():
        for column in frame.select_dtypes("string"):
            for text in frame[column].dropna().unique():
                assert text == clean_text(text) and '"' not in text, (name, column, text)
                assert text.count("«") == text.count("»"), (name, column, text)
                assert text.count("(") == text.count(")"), (name, column, text)


@pytest.mark.parametrize("years", [1, 2])
def test_without_a_list_of_two_years_there_are_only_the_platform_s_registers(years: int) -> None:
    tables = simulate(schools=9, years=years).tables
    assert set(tables) == {
        "schools", "results", "social_passport", "staff", "rating_points",
        "documents", "news", "events", "library", "contacts", "questions",
    }  # fmt: skip


def test_a_long_demonstration_keeps_registers_of_three_years() -> None:
    tables = simulate(schools=9, years=6).tables
    assert sorted(tables["measures"]["year"].unique()) == [2024, 2025, 2026]
    assert sorted(tables["risk_profile"]["year"].unique()) == [2025, 2026]
