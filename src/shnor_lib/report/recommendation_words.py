"""Recommendations in Russian: grounds with their numbers, addressees, deadlines, conditions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from shnor_lib.methods.recommendation_rules import (
    TOPICS,
    Condition,
    Deadline,
    RecommendationRule,
)
from shnor_lib.methods.school_facts import fact_of, title_of
from shnor_lib.report import format as fmt
from shnor_lib.report.labels import CONFIDENCE, STATUS, VERDICT, label, low_title
from shnor_lib.report.rows import Row
from shnor_lib.tables import PROCEDURES, RISK_FACTORS
from shnor_lib.tables.codes import (
    ADDRESSEES,
    DEED_STATES,
    RECOMMENDATION_FORMS,
    RISK_LEVELS,
    RISK_STATES,
)

TO_WHOM: dict[str, str] = {
    "school": "школе",
    "teachers": "педагогам",
    "municipality": "МОУО",
    "institute": "институту развития образования",
    "assessment": "центру оценки качества",
}
"""Addressees in the dative."""

SCOPE: dict[str, str] = {
    "school": "условие проверяется по каждой школе",
    "municipality": "считаются школы муниципалитета",
    "region": "считаются школы региона",
}
"""Whom a rule looks at."""

RECOMMENDATIONS_FORMS = ("рекомендация", "рекомендации", "рекомендаций")

MONTHS = (
    "января", "февраля", "марта", "апреля", "мая", "июня",
    "июля", "августа", "сентября", "октября", "ноября", "декабря",
)  # fmt: skip

_WORDS: dict[str, dict[str, str]] = {
    "status": STATUS,
    "confidence": CONFIDENCE,
    "dynamics": VERDICT,
    "risk.*": RISK_LEVELS,
    "risk_state.*": RISK_STATES,
}
_BOUNDS: dict[str, str] = {
    "at_least": "не{0}менее {1}",
    "more_than": "более {1}",
    "at_most": "не{0}более {1}",
    "less_than": "менее {1}",
}


def ground_sentence(ground: Mapping[str, Any]) -> str:
    """A fact a recommendation rests on, with its number and n, without a full stop.

    Parameters
    ----------
    ground
        Row of ``Recommendations.grounds``: ``fact``, ``word``, ``number``, ``numerator``, ``n``.

    Returns
    -------
    str
        «ОГЭ, математика: доля «2» — 34,5 % (10 из 29)».

    Examples
    --------
    >>> row = {"fact": "vacancies", "word": None, "number": 2.0, "numerator": None, "n": None}
    >>> ground_sentence(row)
    'Вакансий учителей — 2'
    """
    name = str(ground["fact"])
    found = fact_of(name)
    title = fmt.sentence_case(fact_title(name))
    if found is None:
        return title
    pattern, fact = found
    if fact.kind == "word":
        return f"{title} — {label(_WORDS.get(pattern, {}), ground['word'])}"
    return f"{title} — {_value(pattern, fact.kind, ground)}"


def fact_title(name: str) -> str:
    """Name of a fact; of shares of low results what was low."""
    codes = name.split(".")
    if codes[0] == "share_low" and len(codes) == 3:
        subject = "любой предмет" if codes[2] == "*" else codes[2]
        return f"{label(PROCEDURES, codes[1])}, {subject}: {low_title(codes[1])}"
    if codes[0] in {"risk", "risk_state"} and len(codes) == 2:
        what = "значимость" if codes[0] == "risk" else "состояние"
        return f"{what} фактора «{label(RISK_FACTORS, codes[1])}»"
    if codes[0] == "social" and len(codes) == 2:
        return f"социальный паспорт, {_quoted(title_of(name).partition(', ')[2])}"
    if codes[0] == "staff" and len(codes) == 2:
        return f"кадры, {_quoted(title_of(name).partition(', ')[2])}"
    if codes[0] == "support" and codes[-1] in _SUPPORTERS:
        return f"закреплено за школой {_SUPPORTERS[codes[-1]]}"
    return title_of(name)


_SUPPORTERS = {"mentor": "наставников", "tutor": "тьюторов", "curator": "кураторов"}
"""Roles after a count."""


def _quoted(heading: str) -> str:
    """A heading of a form in quotation marks; one that has its own keeps them."""
    return heading if "«" in heading else f"«{heading}»"


def _value(pattern: str, kind: str, ground: Mapping[str, Any]) -> str:
    number = ground["number"]
    if kind == "share":
        shown = fmt.percent(number)
        if fmt.is_missing(ground["n"]):
            return shown
        return f"{shown} ({fmt.of(ground['numerator'], ground['n'])})"
    if pattern == "warning":
        return fmt.percent(number, 0)
    return fmt.decimal(number, 1) if pattern == "index" else fmt.number(number)


def grounds_line(grounds: Iterable[Row]) -> str:
    """Grounds of one school in one line, without the full stop; empty if there are none."""
    said = [ground_sentence(row) for row in grounds]
    return "; ".join([*said[:1], *(low_first(each) for each in said[1:])])


def low_first(text: str) -> str:
    """The text with a small first letter, unless it begins with an abbreviation."""
    return text if text[:2].isupper() else text[:1].lower() + text[1:]


def condition_words(condition: Condition) -> str:
    """A condition in words: «статус школы — ШНОР или ШССУ; вакансий учителей — не менее 2».

    Parameters
    ----------
    condition
        Of a rule.
    """
    if condition.fact is not None:
        return _leaf_words(condition)
    if condition.none:
        return "неверно, что " + "; либо ".join(_inner(part) for part in condition.none)
    if condition.all:
        return "; ".join(_inner(part) for part in condition.all)
    return "; либо ".join(_inner(part) for part in condition.any)


def _inner(condition: Condition) -> str:
    said = condition_words(condition)
    many = len(condition.all) + len(condition.any) + len(condition.none) > 1
    return f"({said})" if many else said


def _leaf_words(condition: Condition) -> str:
    assert condition.fact is not None
    found = fact_of(condition.fact)
    title = fact_title(condition.fact)
    if found is None:
        return title
    pattern, fact = found
    if condition.is_:
        words = [f"«{label(_WORDS.get(pattern, {}), word)}»" for word in condition.is_]
        return f"{title} — {fmt.join_ru(words, 'или')}"
    parts = [
        _BOUNDS[name].format(fmt.NBSP, _bound(pattern, fact.kind, value))
        for name, value in condition.bounds.items()
    ]
    if set(condition.bounds.items()) == {("at_most", 0.0)} and fact.kind == "count":
        parts = ["0"]
    few = ""
    if condition.min_n > 1:
        few = f" (участников или сотрудников не{fmt.NBSP}менее{fmt.NBSP}{condition.min_n})"
        if pattern.startswith("share_low"):
            few = f" (участников не{fmt.NBSP}менее{fmt.NBSP}{condition.min_n})"
        elif pattern.startswith("staff") or pattern in {"diagnosed", "level_low"}:
            few = f" (учителей не{fmt.NBSP}менее{fmt.NBSP}{condition.min_n})"
        elif pattern.startswith("social"):
            few = f" (обучающихся не{fmt.NBSP}менее{fmt.NBSP}{condition.min_n})"
    return f"{title} — {' и '.join(parts)}{few}"


def _bound(pattern: str, kind: str, value: float) -> str:
    if kind == "share" or pattern == "warning":
        exact = value * 100
        return fmt.percent(value, 0 if abs(exact - round(exact)) < 1e-9 else 1)
    return fmt.number(value)


def when_words(rule: RecommendationRule) -> str:
    """The whole condition of a rule: what is asked, of how many schools."""
    said = fmt.sentence_case(condition_words(rule.when))
    if rule.schools is None:
        return said
    need = f"таких школ не{fmt.NBSP}менее {rule.schools.at_least}"
    if rule.schools.share:
        need += f" и не{fmt.NBSP}менее {fmt.percent(rule.schools.share, 0)}"
    where = "в муниципалитете" if rule.scope == "municipality" else "в регионе"
    return f"{said}; {where} {need}"


def deadline_words(deadline: Deadline) -> str:
    """«30 дней» or «до 1 октября»."""
    if deadline.days is not None:
        return fmt.count_phrase(deadline.days, "день", "дня", "дней")
    assert deadline.day is not None
    return f"до{fmt.NBSP}{deadline.day.day}{fmt.NBSP}{MONTHS[deadline.day.month - 1]}"


def document_words(rule: RecommendationRule) -> str:
    """The document and point a rule refers to; who proposes it if there is none."""
    ground = rule.ground
    if not ground.document:
        return "предложение авторов программы"
    if not ground.point:
        return ground.document
    # points of S2 have names: «Показатели»
    point = ground.point if ground.point.startswith("«") else f"п.{fmt.NBSP}{ground.point}"
    return f"{ground.document}, {point}"


def to_whom(code: Any, *, many: bool = False) -> str:
    """Addressee in the dative; ``many``: schools, not one school."""
    return "школам" if many and code == "school" else label(TO_WHOM, code)


def topic(code: Any) -> str:
    """Topic with a capital letter."""
    return fmt.sentence_case(label({str(key): name for key, name in TOPICS.items()}, code))


def form(code: Any) -> str:
    """Form of a recommendation."""
    return label(RECOMMENDATION_FORMS, code, "форма не указана")


def addressee(code: Any) -> str:
    """Addressee as in the register."""
    return fmt.sentence_case(label(ADDRESSEES, code))


def state(code: Any, *, overdue: bool = False) -> str:
    """Where a recommendation or a measure stands."""
    return label(DEED_STATES, code) + (", срок прошёл" if overdue else "")


def counted(n: int) -> str:
    """«5 рекомендаций»."""
    return fmt.count_phrase(n, *RECOMMENDATIONS_FORMS)
