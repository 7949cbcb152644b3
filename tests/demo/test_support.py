"""Support of the demonstration: the tables tell it, and the methods find what is true of it."""

from __future__ import annotations

import pandas as pd
import pytest
from tests.demo.conftest import dataset_of

from shnor_lib.demo import Demo, simulate
from shnor_lib.demo.support import EFFECTS
from shnor_lib.methods.effect import EffectResult, effect_of_support
from shnor_lib.methods.identification import identify
from shnor_lib.methods.ruleset import load_ruleset


@pytest.fixture(scope="module")
def found(demo: Demo) -> EffectResult:
    data = dataset_of(demo)
    ruleset = load_ruleset("tbilissky-2021")
    return effect_of_support(data, identification=identify(data, ruleset))


def of_kind(demo: Demo, kind: str) -> str:
    (one,) = [each for each in demo.truth.support if each["kind"] == kind]
    return str(one["school_id"])


def test_tables_say_who_is_supported(demo: Demo) -> None:
    links, plans = demo.tables["support_links"], demo.tables["mentor_centre"]
    told = {(each["school_id"], year) for each in demo.truth.support for year in each["years"]}
    whole = links[links["teacher"].isna()]
    for frame in (whole, plans):
        assert set(zip(frame["school_id"], frame["year"], strict=True)) == told
    known = demo.tables["supporters"].set_index("supporter")["role"]
    assert set(links["supporter"]) | set(plans["supporter"]) <= set(known.index)
    assert set(links.loc[links["teacher"].notna(), "supporter"].map(known)) == {"tutor"}
    assert set(plans["supporter"].map(known)) == {"mentor"}
    assert (plans["in_time"] <= plans["done"]).all() and (plans["done"] <= plans["planned"]).all()
    homes = demo.tables["supporters"]["home_school_id"].dropna()
    assert not set(links["school_id"]) & set(homes)
    assert {each["truth"] for each in demo.truth.support} <= set(EFFECTS.values())


def test_supported_schools_were_on_the_list_before(demo: Demo) -> None:
    data = dataset_of(demo)
    statuses = identify(data, load_ruleset("tbilissky-2021")).statuses
    listed = statuses.set_index(["school_id", "year"])
    for each in demo.truth.support:
        before = listed.loc[(each["school_id"], each["years"][0] - 1)]
        assert before["difficult" if each["kind"] == "resilient" else "low_results"], each


def test_the_school_that_recovers_is_found(demo: Demo, found: EffectResult) -> None:
    rows = found.schools[found.schools["school_id"] == of_kind(demo, "recovers")]
    assert list(rows["year"]) == [2025, 2026]
    assert (rows["verdict"] == "shown").all()
    assert (rows["effect"] < -0.15).all()


@pytest.mark.parametrize("kind", ["regression", "low", "resilient"])
def test_schools_support_did_nothing_for_are_not_credited(
    demo: Demo, found: EffectResult, kind: str
) -> None:
    school = of_kind(demo, kind)
    rows = found.schools[found.schools["school_id"] == school]
    assert len(rows) and (rows["verdict"] == "not_shown").all()


def test_naive_would_credit_the_school_that_only_regresses(demo: Demo, found: EffectResult) -> None:
    """In the subject that put it on the list it went down by itself."""
    units = found.units[found.units["school_id"] == of_kind(demo, "regression")]
    units = units[(units["procedure"] == "vpr") & (units["subject"] == "русский язык")]
    row = units.sort_values("year").to_dict("records")[0]
    assert row["naive"] < -0.05
    assert row["verdict"] == "not_shown"


def test_without_two_years_to_choose_by_there_is_no_support() -> None:
    short = simulate(years=2)
    assert short.truth.support == [] and "support_links" not in short.tables


def test_results_do_not_depend_on_support() -> None:
    """Support is drawn last and from streams of its own: nothing else moves."""
    one, two = simulate(years=3, last_year=2025), simulate(years=4)
    keys = ["school_id", "year", "procedure", "grade", "subject"]
    common = [2023, 2024]
    frames = [
        d.tables["staff"][d.tables["staff"]["year"].isin(common)].reset_index(drop=True)
        for d in (one, two)
    ]
    pd.testing.assert_frame_equal(*frames)
    assert not one.tables["results"].duplicated(keys).any()


def test_a_region_supports_others_without_effect(region: Demo) -> None:
    kinds = [each["kind"] for each in region.truth.support]
    assert kinds.count("other") >= 2
    again = simulate(schools=130, municipalities=4, years=4, seed=3)
    assert again.truth == region.truth
    assert set(again.tables) == set(region.tables)
    for name, frame in again.tables.items():
        pd.testing.assert_frame_equal(frame, region.tables[name])
