"""The definitions that ship: they load, quote their documents word for word, say what they are."""

from __future__ import annotations

import re
from importlib import resources
from pathlib import Path

import pytest

from shnor_lib.methods.competence_definition import load_competence_rules
from shnor_lib.methods.index_definition import load_index
from shnor_lib.methods.rating_definition import load_rating
from shnor_lib.methods.recommendation_rules import load_recommendations
from shnor_lib.methods.risk_definition import load_risk_rules
from shnor_lib.methods.ruleset import (
    RatingBelow,
    ResultsShare,
    SocialCount,
    SocialShare,
    load_ruleset,
)

FOLDER = Path(str(resources.files("shnor_lib"))) / "methods"
RULESETS = ["tbilissky-2021", "olenek-2021", "rosobrnadzor-847"]


def _plain(text: str) -> str:
    text = re.sub(r"\[bookmark: \w+\]", "", text)
    return re.sub(r"\s+", " ", text)


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*/*.yml")), ids=lambda p: p.stem)
def test_every_definition_loads_under_its_own_name(path: Path) -> None:
    load = {
        "rulesets": load_ruleset,
        "ratings": load_rating,
        "indices": load_index,
        "risks": load_risk_rules,
        "recommendations": load_recommendations,
        "competence": load_competence_rules,
    }
    definition = load[path.parent.name](path.stem)
    assert definition.id == path.stem
    assert definition.title
    assert definition.summary


@pytest.mark.real
@pytest.mark.parametrize(
    ("name", "seed"),
    [("tbilissky-2021", "002_220ce84e027891e6.txt"), ("olenek-2021", "000_deffcbda37f0172d.txt")],
)
def test_quotes_stand_in_the_documents(shared: Path, name: str, seed: str) -> None:
    text = _plain((shared / "seeds" / seed).read_text(encoding="utf-8"))
    ruleset = load_ruleset(name)
    definitions = [ruleset, *ruleset._ratings.values(), *ruleset._indices.values()]
    quotes = [d.source.quote for d in definitions] + [c.source.quote for c in ruleset.criteria]
    assert len(quotes) > 2
    for quote in quotes:
        assert quote
        assert _plain(quote) in text


@pytest.mark.real
def test_points_of_recommendations_stand_in_the_documents(shared: Path) -> None:
    olenek = (shared / "seeds/000_deffcbda37f0172d.txt").read_text(encoding="utf-8")
    tbilissky = (shared / "seeds/002_220ce84e027891e6.txt").read_text(encoding="utf-8")
    library = load_recommendations("proposal")
    assert _plain(library.source.quote) in _plain(olenek)
    texts = {"Положение, Оленёк": olenek, "Порядок, Тбилисский район": tbilissky}
    seen = set()
    for rule in library.rules:
        if rule.ground.document:
            text = texts[rule.ground.document]
            for point in re.findall(r"\d+(?:\.\d+)*", rule.ground.point):
                seen.add(point)
                assert re.search(rf"^\W*{re.escape(point)}\.\s", text, re.M), (rule.id, point)
            for heading in re.findall(r"«([^»]+)»", rule.ground.point):
                assert heading in text, (rule.id, heading)
    assert len(seen) > 10


def test_tbilissky_says_what_the_document_says() -> None:
    ruleset = load_ruleset("tbilissky-2021")
    by_id = {criterion.id: criterion for criterion in ruleset.criteria}
    for name, threshold in (("vpr", 0.2), ("ege", 0.3), ("oge", 0.3)):
        criterion = by_id[name]
        assert isinstance(criterion, ResultsShare)
        assert (criterion.low.threshold, criterion.low.operator) == (threshold, ">=")
        assert criterion.years == 2
        assert [scope.procedure for scope in criterion.scopes] == [name]
        assert not criterion.scopes[0].subjects
    rating = by_id["rating"]
    assert isinstance(rating, RatingBelow)
    assert (rating.cutoff, rating.operator, rating.years) == (0.5, "<", 2)
    for name, column, threshold in (
        ("incomplete_families", "incomplete", 0.3),
        ("poor_housing", "poor_housing", 0.2),
    ):
        social = by_id[name]
        assert isinstance(social, SocialShare)
        assert (social.numerator, social.denominator) == (column, "total")
        assert (social.threshold, social.operator) == (threshold, ">")
    offences = by_id["offences"]
    assert isinstance(offences, SocialCount)
    assert (offences.threshold, offences.operator) == (0, ">")
    for name in ("lessons_attended", "at_risk", "at_risk_covered"):
        assert not by_id[name].counts
    assert {c.source.standing for c in ruleset.criteria} == {"норматив"}
    assert {name: switch.value for name, switch in ruleset.switches.items()} == {
        "combine": "and", "unit": "subject", "same_subject": True, "consecutive": True,
        "min_subjects": 1, "min_participants": 10, "min_criteria": 1,
    }  # fmt: skip
    assert {switch.standing for switch in ruleset.switches.values()} == {"решение пользователя"}
    assert all(
        switch.question.endswith("?") and switch.note for switch in ruleset.switches.values()
    )
    assert not ruleset.exclude_kinds


def test_what_is_from_memory_says_so() -> None:
    ruleset = load_ruleset("rosobrnadzor-847")
    assert ruleset.source.standing == "по памяти"
    assert {c.source.standing for c in ruleset.criteria} == {"по памяти"}
    (criterion,) = ruleset.criteria
    assert isinstance(criterion, ResultsShare)
    assert (criterion.low.threshold, criterion.years, criterion.count) == (0.3, 2, "units")
    assert ruleset.setting(criterion, "unit") == "subject_grade"
    assert ruleset.setting(criterion, "combine") == "low_only"
    assert ruleset.setting(criterion, "min_subjects") == 2
    assert set(ruleset.exclude_kinds) == {
        "коррекционная", "вечерняя", "закрытого типа", "санаторная или при больнице",
    }  # fmt: skip


def test_weights_nobody_gave_are_the_users_decision() -> None:
    assert load_rating("proposal").source.standing == "решение пользователя"
    assert load_index("proposal").source.standing == "решение пользователя"
    olenek = load_ruleset("olenek-2021")
    assert {c.source.standing for c in olenek.criteria} == {"решение пользователя"}
    assert load_rating("proposal").pool_years == 3
    assert {c.status_for for c in olenek.criteria} == {"low_results", "difficult"}


def test_half_of_the_points_is_the_threshold_of_the_other_document() -> None:
    """What the summary of the proposal promises about its goalposts."""
    by_id = {item.id: item for _, item in load_rating("proposal").indicators}
    for name, share in (("vpr_low", 0.2), ("oge_low", 0.3), ("ege_low", 0.3)):
        ends = by_id[name].normalisation
        assert (ends.low + ends.high) / 2 == pytest.approx(share)
