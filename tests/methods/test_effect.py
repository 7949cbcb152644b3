"""Effect of support: what support did, what would have come anyway, what cannot be told."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from shnor_lib.faults import ShnorError
from shnor_lib.methods.effect import EffectResult, EffectRule, effect_of_support
from shnor_lib.methods.effect_matching import Matching
from shnor_lib.project import Calendar, ScaleBreak
from shnor_lib.store import Dataset
from tests.methods.builders import NO_CALENDAR, table
from tests.methods.support_region import FIRST, World, identified, region

ONE_SUBJECT = EffectRule(min_subject_share=2.0)
"""No estimates by subject: they take time and are not looked at here."""


def effect_in(data: Dataset, rule: EffectRule = ONE_SUBJECT, **more: object) -> EffectResult:
    return effect_of_support(
        data, identification=identified(data), calendar=NO_CALENDAR, rule=rule, **more
    )


def overall(found: EffectResult) -> pd.Series:
    return found.summary[found.summary["year"].isna()].iloc[0]


@pytest.fixture(scope="module")
def nothing_done() -> list[EffectResult]:
    """Ten regions in which support does nothing."""
    return [effect_in(region(seed, World(schools=300))) for seed in range(10)]


@pytest.fixture(scope="module")
def helped() -> tuple[Dataset, EffectResult]:
    """Support takes ten percentage points off."""
    data = region(1, World(schools=400, effect=-0.10))
    return data, effect_in(data, EffectRule())


def test_without_effect_naive_sees_one_and_the_estimate_does_not(
    nothing_done: list[EffectResult],
) -> None:
    effects = [overall(found)["effect"] for found in nothing_done]
    naive = [overall(found)["naive"] for found in nothing_done]
    assert np.mean(naive) < -0.015
    assert abs(np.mean(effects)) <= 0.005


def test_intervals_cover_no_effect(nothing_done: list[EffectResult]) -> None:
    schools = pd.concat([found.schools for found in nothing_done])
    covered = (schools["low"] <= 0) & (schools["high"] >= 0)
    assert len(schools) > 200
    assert 0.92 <= covered.mean() <= 0.99
    rows = [overall(found) for found in nothing_done]
    assert sum(row["low"] <= 0 <= row["high"] for row in rows) >= 8


def test_probability_is_calibrated_without_effect(nothing_done: list[EffectResult]) -> None:
    """Above and below the expected share are equally probable: P is about uniform."""
    p = pd.concat([found.schools for found in nothing_done])["probability"].astype(float)
    for limit in (0.25, 0.5, 0.75):
        assert (p <= limit).mean() == pytest.approx(limit, abs=0.08)


def test_true_effect_is_found(helped: tuple[Dataset, EffectResult]) -> None:
    row = overall(helped[1])
    assert row["low"] <= -0.10 <= row["high"]
    assert row["high"] < 0 and row["verdict"] == "shown" and row["probability"] > 0.99
    # «Before and after» adds the regression to the mean.
    assert row["naive"] < row["effect"]


def test_true_effect_is_found_by_subject(helped: tuple[Dataset, EffectResult]) -> None:
    units = helped[1].units
    first = units[units["support_year"] == 1]
    for subject in ("математика", "русский язык"):
        mine = first[first["subject"] == subject]
        assert len(mine) > 10
        assert mine["effect"].median() == pytest.approx(-0.10, abs=0.035)


def test_shares_are_those_of_the_tables(helped: tuple[Dataset, EffectResult]) -> None:
    """Before and after recomputed from the rows with plain sums."""
    data, found = helped
    results = data.results
    for row in found.schools.head(8).to_dict("records"):
        mine = results[results["school_id"] == row["school_id"]]
        after = mine[mine["year"] == row["year"]]
        before = mine[mine["year"] == row["first_year"] - 1]
        assert row["n"] == after["n"].sum()
        assert row["observed"] == pytest.approx(after["n_low"].sum() / after["n"].sum())
        assert row["before"] == pytest.approx(before["n_low"].sum() / before["n"].sum())
        assert row["naive"] == pytest.approx(row["observed"] - row["before"])
        assert row["effect"] == pytest.approx(row["observed"] - row["expected"])
        assert row["low"] == pytest.approx(row["observed"] - row["expected_high"])
        assert row["support_year"] == row["year"] - row["first_year"] + 1


def test_expected_lies_between_past_and_the_others(nothing_done: list[EffectResult]) -> None:
    """Weak schools are expected to come back part of the way, not all of it."""
    rows = pd.concat([found.schools for found in nothing_done])
    first = rows[rows["support_year"] == 1]
    back = (first["before"] - first["expected"]).astype(float)
    assert 0.005 < back.mean() < 0.08
    assert first["lasting_share"].between(0.4, 1.0).all()


def test_verdict_follows_the_interval(helped: tuple[Dataset, EffectResult]) -> None:
    rows = pd.concat([helped[1].schools, helped[1].units])
    shown, worse = rows["high"] < 0, rows["low"] > 0
    assert (rows["verdict"] == np.select([shown, worse], ["shown", "worse"], "not_shown")).all()
    assert (rows["expected_low"] <= rows["expected"]).all()
    assert (rows["expected"] <= rows["expected_high"]).all()
    assert (rows["p_adjusted"] >= rows["p_value"] - 1e-12).all()


def test_order_of_rows_changes_nothing(helped: tuple[Dataset, EffectResult]) -> None:
    data, found = helped
    mixed = data.replace(results=data.results.sample(frac=1, random_state=3))
    again = effect_in(mixed)
    columns = ["effect", "low", "high", "expected"]
    np.testing.assert_allclose(
        again.schools[columns].astype(float), found.schools[columns].astype(float), atol=1e-9
    )


def test_a_change_common_to_all_schools_is_no_effect() -> None:
    """In the last year the odds of a low result double in all schools."""
    data = region(5, World(schools=200, yearly=0.1))
    calm = effect_in(data).summary
    results = data.results.copy()
    last = results["year"] == FIRST + 4
    sums = results.groupby(["school_id", "year"])[["n_low", "n"]].transform("sum").astype(float)
    share = sums["n_low"] / sums["n"]
    others = (results["n"] - results["n_low"]).astype(float)
    more = (others * share / (1 + share)).round().astype("int64")
    results.loc[last, "n_low"] = results.loc[last, "n_low"] + more[last]
    found = effect_in(data.replace(results=results)).summary
    before, after = (s[s["year"] == FIRST + 4].iloc[0] for s in (calm, found))
    assert after["naive"] > before["naive"] + 0.1
    assert after["effect"] == pytest.approx(before["effect"], abs=0.02)


def test_without_support_tables_the_list_stands_in() -> None:
    found = effect_in(region(3, World(schools=300, with_support_tables=False)))
    assert found.basis == "listed"
    assert any("не эффект" in note for note in found.notes)
    row = overall(found)
    assert row["naive"] < -0.01 and row["low"] <= 0 <= row["high"]
    assert set(found.schools["support_year"]) == {1}


def test_matched_comparison_agrees(helped: tuple[Dataset, EffectResult]) -> None:
    matched = helped[1].matched
    assert matched is not None
    assert matched.low <= -0.10 <= matched.high and matched.effect < -0.05
    assert (matched.balance["difference_after"].abs() <= 0.25).all()
    before = matched.balance.set_index("covariate")["difference_before"]
    assert before["lasting"] > 1
    links = helped[0].support_links
    helped_then = set(zip(links["school_id"], links["year"], strict=True))
    pairs = matched.pairs
    assert all((row.school_id, row.year) in helped_then for row in pairs.itertuples())
    assert not any((row.similar_id, row.year) in helped_then for row in pairs.itertuples())


def test_matched_comparison_is_refused_when_everybody_weak_is_helped() -> None:
    found = effect_in(region(2, World(schools=150, given=1.0, lasting=1.2, yearly=0.05)))
    assert found.matched is None
    assert "похожи" in found.refusals["matched"]


def test_matched_comparison_wants_schools_without_support() -> None:
    rule = EffectRule(matching=Matching(min_alone=10_000), min_subject_share=2.0)
    found = effect_in(region(2, World(schools=100)), rule)
    assert found.matched is None and "10000" in found.refusals["matched"]


def test_nothing_is_compared_across_a_change_of_scale() -> None:
    data = region(4, World(schools=120))
    calendar = Calendar(scale_breaks=[ScaleBreak(procedure="vpr", year=FIRST + 4, note="шкала")])
    found = effect_of_support(
        data, identification=identified(data), calendar=calendar, rule=ONE_SUBJECT
    )
    assert FIRST + 4 not in set(found.schools["year"])
    reasons = found.left_out[found.left_out["year"] == FIRST + 4]["reason"]
    assert len(reasons) and reasons.str.contains("и до, и после").all()


def test_support_that_began_late_counts_for_nothing_that_year() -> None:
    data = region(6, World(schools=150))
    links = data.support_links.copy()
    links["first_date"] = pd.to_datetime([f"{int(y)}-04-01" for y in links["year"]])
    with pytest.raises(ShnorError, match="ни одна школа не сопровождалась"):
        effect_in(data.replace(support_links=links))
    on_time = links.assign(
        first_date=pd.to_datetime([f"{int(y) - 1}-12-01" for y in links["year"]])
    )
    assert len(effect_in(data.replace(support_links=on_time)).schools)


def test_help_for_one_teacher_is_not_support_of_the_school() -> None:
    data = region(6, World(schools=150))
    one_teacher = data.support_links.assign(teacher="S0001-У1").astype(
        data.support_links.dtypes.to_dict()
    )
    assert effect_in(data.replace(support_links=one_teacher)).basis == "listed"


def test_plans_alone_say_who_is_supported() -> None:
    data = region(6, World(schools=150))
    links = data.support_links
    plans = table(
        "mentor_centre",
        [{"supporter": "Н-1", "school_id": s, "year": y, "planned": 5}
         for s, y in zip(links["school_id"], links["year"], strict=True)],
    )  # fmt: skip
    other = data.replace(support_links=links.head(0), mentor_centre=plans)
    first, second = effect_in(data), effect_in(other)
    pd.testing.assert_frame_equal(first.schools, second.schools)


@pytest.mark.parametrize(
    ("world", "words"),
    [
        (World(schools=60, years=1), "только за один год"),
        (World(schools=60, years=2), "ни одной школы не было в списке"),
    ],
)
def test_refusals(world: World, words: str) -> None:
    with pytest.raises(ShnorError, match=words):
        effect_in(region(0, world))


def test_too_few_schools_without_support_are_refused() -> None:
    data = region(0, World(schools=12))
    ids = data.schools["school_id"]
    everybody = table(
        "support_links",
        [{"supporter": "Н-1", "school_id": s, "year": FIRST + 3} for s in ids[:8]],
    )
    data = data.replace(results=data.results[data.results["school_id"].isin(ids)],
                        support_links=everybody)  # fmt: skip
    found = data.replace(support_links=everybody)
    with pytest.raises(ShnorError, match="мало школ без сопровождения"):
        effect_in(found)
