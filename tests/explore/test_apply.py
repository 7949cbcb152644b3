"""A choice in a rule set: the same as writing the file otherwise."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import yaml

from shnor_lib import identify, load_ruleset
from shnor_lib.explore.apply import apply, indices_of, minimum_participants, ratings_of
from shnor_lib.explore.choice import Choice
from shnor_lib.explore.differences import IGNORED, differences
from shnor_lib.explore.titles import short_title
from shnor_lib.explore.workbench import Workbench
from shnor_lib.faults import ShnorError
from shnor_lib.methods.definition import definition_path
from shnor_lib.methods.ruleset import RuleSet

PACKAGED = ("tbilissky-2021", "olenek-2021", "rosobrnadzor-847")


def _choice(ruleset: str, **more: Any) -> Choice:
    return Choice(ruleset=ruleset, year=2026, **more)


def _file(name: str) -> dict[str, Any]:
    values: dict[str, Any] = yaml.safe_load(definition_path("rulesets", name).read_text("utf-8"))
    return values


def _same_list(bench: Workbench, one: RuleSet, other: RuleSet) -> None:
    """Equal statuses, by identify itself."""
    first, second = (
        identify(bench.dataset, rules, calendar=bench.calendar).statuses for rules in (one, other)
    )
    assert first.equals(second)


@pytest.mark.parametrize("name", PACKAGED)
def test_an_empty_choice_changes_nothing(name: str) -> None:
    base = load_ruleset(name)
    assert apply(base, _choice(name)) == base
    assert differences(base, apply(base, _choice(name))) == []


def test_a_threshold_is_that_of_the_rule_set_with_it(bench: Workbench) -> None:
    base = load_ruleset("tbilissky-2021")
    choice = _choice(base.id, thresholds={"vpr": 0.4, "offences": 3.0})
    expected = base.with_threshold("vpr", 0.4).with_threshold("offences", 3.0)
    changed = apply(base, choice)
    assert changed.criterion("vpr").low.threshold == 0.4
    _same_list(bench, changed, expected)
    assert [(d.place, d.before, d.after) for d in differences(base, changed)] == [
        (("criteria", "vpr"), "≥\u00a020\u202f%", "≥\u00a040\u202f%"),
        (("criteria", "offences"), ">\u00a00", ">\u00a03"),
    ]


def test_switches_and_the_minimum_are_those_of_the_rule_set_with_them(bench: Workbench) -> None:
    base = load_ruleset("tbilissky-2021")
    choice = _choice(base.id, switches={"combine": "or"}, min_participants=7)
    expected = base.with_switch("combine", "or").with_switch("min_participants", 7)
    _same_list(bench, apply(base, choice), expected)
    assert minimum_participants(base) == [10]
    assert minimum_participants(apply(base, choice)) == [7]


def test_the_minimum_reaches_criteria_and_ratings_that_have_their_own() -> None:
    values = _file("tbilissky-2021")
    values["criteria"][0]["min_participants"] = 25
    del values["switches"]["min_participants"]
    base = RuleSet.model_validate(values)
    assert minimum_participants(base) == [10, 25]
    changed = apply(base, _choice(base.id, min_participants=6))
    assert minimum_participants(changed) == [6]
    ratings = apply(load_ruleset("olenek-2021"), _choice("olenek-2021", min_participants=6))
    assert ratings_of(ratings)["proposal"].min_participants == 6
    no_results = _file("olenek-2021")
    no_results["criteria"] = no_results["criteria"][1:]
    with pytest.raises(ShnorError, match="нет показателей по результатам"):
        apply(RuleSet.model_validate(no_results), _choice("olenek-2021", min_participants=6))


@pytest.mark.parametrize("gone", ["vpr", "rating", "offences", "incomplete_families"])
def test_an_ignored_criterion_is_as_if_the_file_did_not_have_it(
    bench: Workbench, gone: str
) -> None:
    base = load_ruleset("tbilissky-2021")
    changed = apply(base, _choice(base.id, ignored=frozenset({gone})))
    values = _file(base.id)
    values["criteria"] = [c for c in values["criteria"] if c["id"] != gone]
    expected = RuleSet.model_validate(values)
    expected._ratings = base._ratings
    found = identify(bench.dataset, changed, calendar=bench.calendar)
    without = identify(bench.dataset, expected, calendar=bench.calendar)
    assert found.statuses.equals(without.statuses)
    (only,) = differences(base, changed)
    assert only.after == IGNORED
    # What the social passport says stays to be seen.
    shown = set(found.criteria["criterion"])
    assert (gone in shown) == (gone in {"offences", "incomplete_families"})


def test_the_last_criterion_cannot_be_taken_away() -> None:
    base = load_ruleset("rosobrnadzor-847")
    with pytest.raises(ShnorError, match="хотя бы один показатель"):
        apply(base, _choice(base.id, ignored=frozenset({"low_procedures"})))


def test_taking_away_all_that_a_decision_names_is_refused_not_read_as_all() -> None:
    values = _file("tbilissky-2021")
    values["decision"]["low_results"] = {"of": ["vpr"]}
    base = RuleSet.model_validate(values)
    with pytest.raises(ShnorError, match="статус дают только показатели vpr"):
        apply(base, _choice(base.id, ignored=frozenset({"vpr"})))
    values["decision"]["low_results"] = {"of": ["vpr", "ege"]}
    base = RuleSet.model_validate(values)
    assert apply(base, _choice(base.id, ignored=frozenset({"vpr"}))).counting("low_results") == [
        "ege"
    ]


def test_weights_and_mode_reach_the_rating_and_the_index() -> None:
    base = load_ruleset("olenek-2021")
    changed = apply(
        base,
        _choice(
            base.id,
            rating_weights={"proposal": {"ege_high": 0.0}},
            index_weights={"proposal": {"non_native": 0.0, "vacancies": 4.0}},
            index_modes={"proposal": "pca"},
            thresholds={"wellbeing": 35.0},
        ),
    )
    weights = {item.id: item.weight for _, item in ratings_of(changed)["proposal"].indicators}
    assert weights == {
        "vpr_low": 3, "vpr_quality": 2, "oge_low": 3, "oge_quality": 2, "ege_low": 2, "ege_high": 0,
    }  # fmt: skip
    index = indices_of(changed)["proposal"]
    assert index.mode == "pca"
    # In a principal component weight 0 is the only weight that says something.
    assert "non_native" not in {c.id for c in index.components}
    assert changed.criterion("wellbeing").cutoff.value == 35
    # The base is what it was.
    assert ratings_of(base)["proposal"].indicators[-1][1].weight == 1
    told = [d.what for d in differences(base, changed)]
    assert len(told) == len(set(told)) == 5


def test_a_cutoff_by_rule_drops_the_number() -> None:
    base = load_ruleset("olenek-2021")
    numbered = apply(base, _choice(base.id, thresholds={"wellbeing": 35.0}))
    back = apply(numbered, _choice(base.id, cutoffs={"wellbeing": "mean_minus_sd"}))
    assert back.criterion("wellbeing").cutoff.model_dump() == {
        "rule": "mean_minus_sd",
        "value": None,
    }


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"thresholds": {"vrp": 0.3}}, "нет показателя «vrp»"),
        ({"thresholds": {"vpr": 1.3}}, "доля пишется числом от 0 до 1"),
        ({"thresholds": {"offences": -1.0}}, "слишком малое число"),
        ({"cutoffs": {"vpr": "lower_quartile"}}, "только числом"),
        ({"switches": {"same": True}}, "нет переключателя «same»"),
        ({"switches": {"combine": "xor"}}, r"«switches\.combine\.value»: такого значения нет"),
        ({"min_participants": 0}, "слишком малое число"),
        ({"rating_weights": {"other": {}}}, "нет рейтинга «other»"),
        ({"rating_weights": {"loaded-points": {"x": 1.0}}}, "нет показателя «x»"),
        ({"rating_weights": {"loaded-points": {"points": -1.0}}}, "слишком малое число"),
        ({"rating_weights": {"loaded-points": {"points": 0.0}}}, "все веса равны нулю"),
        ({"index_modes": {"proposal": "pca"}}, "нет индекса «proposal»"),
    ],
)
def test_an_impossible_choice_is_refused_with_the_reason(more: dict[str, Any], said: str) -> None:
    base = load_ruleset("tbilissky-2021")
    with pytest.raises(ShnorError, match=said):
        apply(base, _choice(base.id, **more))


def test_made_titles_are_those_of_the_document() -> None:
    """Where a title says the rule at all, the made one is word for word the same."""
    base = load_ruleset("tbilissky-2021")
    for name in ("vpr", "ege", "oge", "rating", "incomplete_families", "poor_housing"):
        criterion = base.criterion(name)
        assert short_title(base, criterion) == criterion.title


def test_a_title_never_says_an_old_rule() -> None:
    base = load_ruleset("tbilissky-2021")
    choice = _choice(
        base.id,
        thresholds={"ege": 0.125, "offences": 2.0},
        switches={"combine": "low_only", "consecutive": False, "min_subjects": 2},
    )
    changed = apply(base, choice)
    titles = {c.id: c.title for c in changed.criteria}
    assert titles["vpr"] == (
        "ВПР — доля отметок «2» 20 % и более, не менее чем по 2 предметам, 2 года из 3"
    )
    assert titles["ege"].startswith("ЕГЭ — доля не преодолевших порог 12,5 % и более, ")
    assert titles["offences"] == "Правонарушения — более 2 за год"
    assert titles["poor_housing"] == base.criterion("poor_housing").title
    one = apply(base, replace(choice, switches={}, thresholds={"ege": 0.125}))
    assert {c.id for c in one.criteria if c.title != base.criterion(c.id).title} == {"ege"}
