"""Which recommendations follow for whom, and on which facts.

Conditions are judged in three values: what is not known neither fires a rule nor excuses from it.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import pandas as pd

from shnor_lib.methods.recommendation_rules import (
    Condition,
    RecommendationRule,
    RecommendationRules,
)
from shnor_lib.methods.school_facts import title_of

RECOMMENDATION_DTYPES: dict[str, str] = {
    "rule": "string",
    "scope": "string",
    "school_id": "string",
    "municipality": "string",
    "addressee": "string",
    "form": "string",
    "topic": "string",
    "title": "string",
    "text": "string",
    "deadline": "datetime64[ns]",
    "controller": "string",
    "n_schools": "Int64",
    "key": "string",
}

GROUND_DTYPES: dict[str, str] = {
    "key": "string",
    "school_id": "string",
    "fact": "string",
    "word": "string",
    "number": "Float64",
    "numerator": "Float64",
    "n": "Float64",
}


@dataclass(frozen=True)
class Recommendations:
    """What :func:`recommend` found.

    Attributes
    ----------
    rules
        The library.
    issued
        One row per recommendation: ``rule``, ``scope`` (school, municipality, region),
        ``school_id`` (of scope school), ``municipality`` (not of scope region), ``addressee``,
        ``form``, ``topic``, ``title``, ``text``, ``deadline``, ``controller``, ``n_schools``
        (schools it is about), ``key`` (rule and whom it is for).
    grounds
        Facts each recommendation rests on: ``key``, ``school_id``, ``fact``, ``word``,
        ``number``, ``numerator``, ``n``.
    """

    rules: RecommendationRules
    issued: pd.DataFrame = field(repr=False)
    grounds: pd.DataFrame = field(repr=False)


@dataclass
class _Judged:
    """A condition judged on one school: the answer and the facts it rests on."""

    answer: bool | None
    facts: list[str] = field(default_factory=list)
    matched: list[str] = field(default_factory=list)


Row = Mapping[str, object]
SchoolFacts = Mapping[str, Row]


def recommend(
    facts: pd.DataFrame,
    rules: RecommendationRules,
    *,
    municipalities: Mapping[str, str],
    day: dt.date,
    only: Iterable[str] | None = None,
) -> Recommendations:
    """Apply a library to the facts of one year.

    Parameters
    ----------
    facts
        From :func:`~.school_facts.school_facts`.
    rules
        From :func:`~.recommendation_rules.load_recommendations`.
    municipalities
        School's id → municipality.
    day
        The day they are issued on: deadlines count from it.
    only
        Ids of rules; default: all.

    Returns
    -------
    Recommendations
        In the order of the library, then of municipalities and schools.
    """
    by_school: dict[str, dict[str, Row]] = {}
    for row in facts.to_dict("records"):
        known = {k: (None if pd.isna(v) else v) for k, v in row.items()}
        by_school.setdefault(str(row["school_id"]), {})[str(row["fact"])] = known  # type: ignore[assignment]
    wanted = None if only is None else set(only)
    issued: list[dict[str, object]] = []
    grounds: list[Row] = []
    for rule in rules.rules:
        if wanted is not None and rule.id not in wanted:
            continue
        judged = {school: judge(rule.when, own) for school, own in sorted(by_school.items())}
        for group, schools in _groups(rule, judged, municipalities):
            key = f"{rule.id}/{group}"
            matched = list(dict.fromkeys(m for s in schools for m in judged[s].matched))
            issued.append(_issued(rule, key, schools, matched, municipalities, day))
            grounds += [
                {**by_school[school][name], "key": key}
                for school in schools
                for name in dict.fromkeys(judged[school].facts)
            ]
    return Recommendations(
        rules=rules,
        issued=_frame(issued, RECOMMENDATION_DTYPES),
        grounds=_frame(grounds, GROUND_DTYPES),
    )


def judge(condition: Condition, facts: SchoolFacts) -> _Judged:
    """Judge one condition on the facts of one school.

    Returns
    -------
    object
        ``answer`` (True, False, None: not known), ``facts`` (names that make it true),
        ``matched`` (what a ``*`` stood for).
    """
    if condition.fact is not None:
        return _leaf(condition, facts)
    if condition.none:
        parts = [judge(part, facts) for part in condition.none]
        answers = [part.answer for part in parts]
        if any(answer is True for answer in answers):
            return _Judged(answer=False)
        # What must not be: a fact nobody knows does not prevent the rule.
        return _Judged(answer=True)
    parts = [judge(part, facts) for part in condition.all or condition.any]
    true = [part for part in parts if part.answer is True]
    found = _Judged(
        answer=None,
        facts=[name for part in true for name in part.facts],
        matched=[name for part in true for name in part.matched],
    )
    if condition.all:
        found.answer = (
            True
            if len(true) == len(parts)
            else False
            if any(p.answer is False for p in parts)
            else None
        )
    else:
        found.answer = True if true else None if any(p.answer is None for p in parts) else False
    return found


def _leaf(condition: Condition, facts: SchoolFacts) -> _Judged:
    assert condition.fact is not None
    if "*" in condition.fact:
        pattern = re.compile(re.escape(condition.fact).replace(r"\*", r"([^.]+)"))
        names = [name for name in sorted(facts) if pattern.fullmatch(name)]
    else:
        names = [condition.fact] if condition.fact in facts else []
    answers = {name: _holds(condition, facts[name]) for name in names}
    true = [name for name, answer in answers.items() if answer]
    if true:
        matched = [_what(condition.fact, name) for name in true] if "*" in condition.fact else []
        return _Judged(answer=True, facts=true, matched=matched)
    # Any of them: one that is not known might be the one.
    unknown = not answers or None in answers.values()
    return _Judged(answer=None if unknown else False)


def _holds(condition: Condition, fact: Row) -> bool | None:
    if condition.is_:
        return None if fact["word"] is None else fact["word"] in condition.is_
    value, n = fact["number"], fact["n"]
    if value is None or (isinstance(n, float) and n < condition.min_n):
        return None
    assert isinstance(value, float | int)
    tests = {
        "at_least": lambda bound: value >= bound,
        "more_than": lambda bound: value > bound,
        "at_most": lambda bound: value <= bound,
        "less_than": lambda bound: value < bound,
    }
    return all(tests[name](bound) for name, bound in condition.bounds.items())


def _what(pattern: str, name: str) -> str:
    """What the last ``*`` of a pattern stood for, in words."""
    codes = name.split(".")
    place = max(i for i, part in enumerate(pattern.split(".")) if part == "*")
    if codes[0] == "share_low":
        return codes[place] if place == 2 else title_of(name)
    return title_of(name)


def _groups(
    rule: RecommendationRule, judged: Mapping[str, _Judged], municipalities: Mapping[str, str]
) -> list[tuple[str, list[str]]]:
    true = [school for school, found in judged.items() if found.answer is True]
    if rule.scope == "school":
        return [(school, [school]) for school in true]
    assert rule.schools is not None
    groups: dict[str, list[str]] = {}
    for school, found in judged.items():
        if found.answer is not None:
            place = municipalities.get(school, "") if rule.scope == "municipality" else ""
            groups.setdefault(place, []).append(school)
    chosen = []
    for place, known in sorted(groups.items()):
        own = [school for school in known if judged[school].answer is True]
        if len(own) >= rule.schools.at_least and len(own) >= rule.schools.share * len(known):
            chosen.append((place or rule.scope, own))
    return chosen


def _issued(
    rule: RecommendationRule,
    key: str,
    schools: list[str],
    matched: list[str],
    municipalities: Mapping[str, str],
    day: dt.date,
) -> dict[str, object]:
    one = rule.scope == "school"
    place = None if rule.scope == "region" else municipalities.get(schools[0]) or None
    text = rule.text.replace("{matched}", ", ".join(matched))
    return {
        "rule": rule.id,
        "scope": rule.scope,
        "school_id": schools[0] if one else None,
        "municipality": place,
        "addressee": rule.addressee,
        "form": rule.form,
        "topic": rule.topic,
        "title": rule.title,
        "text": text.replace("{schools}", str(len(schools))),
        "deadline": pd.Timestamp(rule.deadline.of(day)),
        "controller": rule.controller,
        "n_schools": len(schools),
        "key": key,
    }


def _frame(rows: list[dict[str, object]] | list[Row], dtypes: Mapping[str, str]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=list(dtypes), dtype="object").astype(dict(dtypes))
