"""Recommendations: three-valued conditions, every rule of the library, grounds and deadlines."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shnor_lib.methods.recommend import judge, recommend
from shnor_lib.methods.recommendation_rules import (
    Condition,
    RecommendationRule,
    RecommendationRules,
    load_recommendations,
)
from shnor_lib.methods.school_facts import FACTS, FACTS_DTYPES, fact_of, title_of
from shnor_lib.tables.codes import ADDRESSEES, RECOMMENDATION_FORMS
from shnor_lib.yaml_source import YamlFaultsError

DAY = dt.date(2026, 6, 30)
LIBRARY = load_recommendations("proposal")


def frame(*rows: tuple[str, str, object]) -> pd.DataFrame:
    """Facts: (school, fact, word or number or (numerator, n))."""
    found = []
    for school, fact, value in rows:
        row: dict[str, object] = {"school_id": school, "fact": fact}
        if isinstance(value, tuple):
            row |= {"number": value[0] / value[1], "numerator": value[0], "n": value[1]}
        else:
            row |= {"word" if isinstance(value, str) else "number": value}
        found.append(row)
    return pd.DataFrame(found, columns=list(FACTS_DTYPES)).astype(FACTS_DTYPES)


def library(text: str, tmp_path) -> RecommendationRules:
    path = tmp_path / "own.yml"
    path.write_text(
        "id: own\ntitle: Своя\nsource: {document: Приказ, standing: решение пользователя}\nrules:\n"
        + text,
        encoding="utf-8",
    )
    return load_recommendations(path)


RULE = """\
  - id: one
    title: Первая
    topic: results
    addressee: school
    form: letter
    when: {when}
    text: "{text}"
    ground: {{reason: потому что.}}
    deadline: {deadline}
    controller: кабинет
"""


def one(tmp_path, when: str, text: str = "Сделать.", deadline: str = "{days: 10}"):
    return library(RULE.format(when=when, text=text, deadline=deadline), tmp_path)


# --- conditions --------------------------------------------------------------------------------

LEAVES = {
    "a": Condition.model_validate({"fact": "vacancies", "at_least": 2}),
    "b": Condition.model_validate({"fact": "status", "is": ["both"]}),
    "c": Condition.model_validate({"fact": "offences", "less_than": 1}),
}
FACTS_FOR = {
    "a": ("vacancies", {True: 3.0, False: 1.0}),
    "b": ("status", {True: "both", False: "none"}),
    "c": ("offences", {True: 0.0, False: 4.0}),
}
ANSWERS = st.sampled_from([True, False, None])


@given(st.fixed_dictionaries(dict.fromkeys(LEAVES, ANSWERS)))
def test_all_any_none_are_kleenes(answers: dict[str, bool | None]) -> None:
    facts = {
        fact: {"word": None, "number": None, "n": None, ("word" if name == "b" else "number"): v[a]}
        for name, a in answers.items()
        if a is not None
        for fact, v in [FACTS_FOR[name]]
    }
    values = list(answers.values())
    parts = list(LEAVES.values())
    every = False if False in values else None if None in values else True
    some = True if True in values else None if None in values else False
    assert judge(Condition(all=parts), facts).answer is every
    assert judge(Condition(any=parts), facts).answer is some
    # What must not be: only what is known to be there prevents.
    assert judge(Condition(none=parts), facts).answer is (True not in values)


def test_only_what_holds_is_a_ground(tmp_path) -> None:
    rules = one(
        tmp_path,
        "{any: [{fact: vacancies, at_least: 2}, {fact: offences, at_least: 1}, "
        "{fact: share_low.oge.*, at_least: 0.2, min_n: 5}]}",
        text="Предметы: {matched}.",
    )
    facts = frame(
        ("Ш-1", "vacancies", 1.0),
        ("Ш-1", "offences", 2.0),
        ("Ш-1", "share_low.oge.химия", (2, 4)),
        ("Ш-1", "share_low.oge.физика", (2, 10)),
        ("Ш-1", "share_low.oge.история", (3, 10)),
        ("Ш-1", "share_low.vpr.физика", (9, 10)),
        ("Ш-2", "offences", 0.0),
    )
    found = recommend(facts, rules, municipalities={"Ш-1": "Район"}, day=DAY)
    assert found.issued["school_id"].tolist() == ["Ш-1"]
    assert found.issued["text"].tolist() == ["Предметы: история, физика."]
    assert sorted(found.grounds["fact"]) == [
        "offences", "share_low.oge.история", "share_low.oge.физика",
    ]  # fmt: skip
    assert found.grounds.set_index("fact").loc["share_low.oge.физика", "n"] == 10


def test_counting_schools_of_a_municipality(tmp_path) -> None:
    rules = library(
        """\
  - id: many
    title: Много
    topic: staff
    addressee: municipality
    form: letter
    scope: municipality
    when: {fact: vacancies, at_least: 1}
    schools: {at_least: 2, share: 0.5}
    text: "Школ: {schools}."
    ground: {reason: потому что.}
    deadline: {day: {month: 7, day: 1}}
    controller: управление
""",
        tmp_path,
    )
    known = {"А": [1, 2, 0, 0], "Б": [1, 1, 0, 0, 0], "В": [3], "Г": [1, 1, None, None, None]}
    rows = [
        (f"{place}{n}", "vacancies", float(value))
        for place, values in known.items()
        for n, value in enumerate(values)
        if value is not None
    ]
    rows += [(f"Г{n}", "status", "none") for n in range(2, 5)]
    places = {f"{place}{n}": place for place, values in known.items() for n in range(len(values))}
    found = recommend(frame(*rows), rules, municipalities=places, day=DAY)
    # А: 2 of 4; Б: 2 of 5 is less than half; В: one; Г: 2 of the 2 that are known.
    assert found.issued["municipality"].tolist() == ["А", "Г"]
    assert found.issued["text"].tolist() == ["Школ: 2.", "Школ: 2."]
    assert found.issued["school_id"].isna().all()
    assert sorted(found.grounds["school_id"]) == ["А0", "А1", "Г0", "Г1"]
    assert set(found.issued["deadline"]) == {pd.Timestamp("2026-07-01")}


def test_nothing_known_nothing_recommended() -> None:
    found = recommend(frame(), LIBRARY, municipalities={}, day=DAY)
    assert found.issued.empty and found.grounds.empty


@pytest.mark.parametrize(
    ("deadline", "expected"),
    [
        ("{days: 10}", "2026-07-10"),
        ("{day: {month: 6, day: 30}}", "2027-06-30"),
        ("{day: {month: 7, day: 1}}", "2026-07-01"),
    ],
    ids=["days", "same day next year", "later day"],
)
def test_deadlines(tmp_path, deadline: str, expected: str) -> None:
    rules = one(tmp_path, "{fact: offences, at_least: 1}", deadline=deadline)
    found = recommend(frame(("Ш", "offences", 1.0)), rules, municipalities={}, day=DAY)
    assert found.issued["deadline"].tolist() == [pd.Timestamp(expected)]


# --- the packaged library ------------------------------------------------------------------------


def leaves(condition: Condition) -> Iterator[Condition]:
    if condition.fact is not None:
        yield condition
    for part in (*condition.all, *condition.any):
        yield from leaves(part)


def satisfying(leaf: Condition, school: str) -> tuple[str, str, object]:
    """A fact that makes a leaf true."""
    assert leaf.fact is not None
    name = leaf.fact.replace("*", "математика")
    if leaf.is_:
        return school, name, leaf.is_[0]
    low = max([b for k, b in leaf.bounds.items() if k in ("at_least", "more_than")], default=None)
    high = min([b for k, b in leaf.bounds.items() if k in ("at_most", "less_than")], default=None)
    step = 0.01 if FACTS[fact_of(name)[0]].kind == "share" else 1
    value = low + step * ("more_than" in leaf.bounds) if low is not None else high
    if low is None and "less_than" in leaf.bounds:
        value = max(high - step, 0.0)
    if FACTS[fact_of(name)[0]].kind == "share":
        return school, name, (round(value * 1000), 1000)
    return school, name, float(value)


def schools_needed(rule: RecommendationRule) -> int:
    return 1 if rule.schools is None else rule.schools.at_least


@pytest.mark.parametrize("rule", LIBRARY.rules, ids=lambda rule: rule.id)
def test_every_rule_fires_when_it_should_and_only_then(rule: RecommendationRule) -> None:
    schools = [f"Ш-{n}" for n in range(schools_needed(rule))]
    places = dict.fromkeys(schools, "Район")
    needed = list(leaves(rule.when))
    facts = frame(*[satisfying(leaf, school) for leaf in needed for school in schools])
    facts = facts.drop_duplicates(["school_id", "fact"])
    found = recommend(facts, LIBRARY, municipalities=places, day=DAY, only=[rule.id])
    assert len(found.issued) == 1
    row = found.issued.iloc[0]
    assert row["deadline"].date() > DAY
    assert "{" not in row["text"] and row["text"].endswith(".")
    assert set(found.grounds["fact"]) <= set(facts["fact"]) and len(found.grounds)
    assert not rule.when.none
    if rule.when.all:
        for leaf in rule.when.all:
            if leaf.fact is None or sum(n.fact == leaf.fact for n in needed) > 1:
                continue
            without = facts[facts["fact"] != leaf.fact.replace("*", "математика")]
            silent = recommend(without, LIBRARY, municipalities=places, day=DAY, only=[rule.id])
            assert silent.issued.empty, leaf.fact
    if rule.schools is not None and rule.schools.at_least > 1:
        fewer = facts[facts["school_id"] != schools[0]]
        assert recommend(
            fewer, LIBRARY, municipalities=places, day=DAY, only=[rule.id]
        ).issued.empty


def test_the_library_speaks_to_all_in_all_forms() -> None:
    assert len(LIBRARY.rules) >= 40
    assert {rule.addressee for rule in LIBRARY.rules} == set(ADDRESSEES)
    assert {rule.form for rule in LIBRARY.rules} == set(RECOMMENDATION_FORMS)
    for rule in LIBRARY.rules:
        assert rule.ground.reason.endswith("."), rule.id
        if rule.ground.standing == "норматив":
            assert rule.ground.document and rule.ground.point, rule.id


@pytest.mark.parametrize(
    ("when", "says"),
    [
        ("{fact: vacancy, at_least: 1}", "похоже на «vacancies»"),
        ("{fact: status, is: [bad]}", "нет слов bad"),
        ("{fact: status, at_least: 1}", "этот факт — слово"),
        ("{fact: vacancies, is: [many]}", "этот факт — число"),
        ("{fact: vacancies}", "этот факт — число"),
        ("{fact: share_low.oge.*, at_least: 30}", "доля пишется числом от 0 до 1"),
        ("{fact: risk.weather, is: [high]}", "нет"),
        (
            "{all: [{fact: offences, at_least: 1}], any: [{fact: offences, at_least: 1}]}",
            "ровно одно",
        ),
        ("{}", "ровно одно"),
    ],
)
def test_faulty_conditions_are_told_with_their_line(tmp_path, when: str, says: str) -> None:
    with pytest.raises(YamlFaultsError) as refused:
        one(tmp_path, when)
    (fault,) = refused.value.faults
    assert says in fault.message
    assert fault.cell == "строка 10"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("deadline: {days: 10}", "deadline: {}", "срок задают"),
        ("addressee: school", "addressee: president", "addressee"),
        ('text: "Сделать."', 'text: "{matched}"', "факта со звёздочкой"),
        ("topic: results", "topic: results\n    scope: region", "schools"),
    ],
    ids=["no deadline", "addressee", "matched", "scope"],
)
def test_faulty_rules_are_told(tmp_path, old: str, new: str, says: str) -> None:
    text = RULE.format(when="{fact: offences, at_least: 1}", text="Сделать.", deadline="{days: 10}")
    assert old in text
    with pytest.raises(YamlFaultsError) as refused:
        library(text.replace(old, new), tmp_path)
    assert any(says in fault.message for fault in refused.value.faults)


def test_titles_of_facts_are_russian() -> None:
    assert title_of("share_low.oge.химия") == "ОГЭ, химия: доля низких результатов"
    assert title_of("support.mentor") == "закреплено за школой: наставник"
    for name in FACTS:
        assert title_of(name) != name
