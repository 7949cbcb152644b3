"""The rule library of addressed recommendations: what is advised, to whom, on what ground.

Regulations ask for addressed recommendations to schools, teachers, the municipal office, the
institute and the assessment centre (S0 6.2–6.4; S2 «Адресные рекомендации»); which recommendation
follows from what they leave to the methodologists. The packaged library is a proposal (standing
«проект») to be edited in ``recommendations/<name>.yml`` of the project.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationInfo, model_validator

from shnor_lib.methods.definition import (
    Definition,
    Problem,
    Standing,
    Strict,
    load_definition,
    report_problems,
)
from shnor_lib.methods.risk_definition import Day
from shnor_lib.methods.school_facts import FACTS, fact_of
from shnor_lib.project import Project

Addressee = Literal["school", "teachers", "municipality", "institute", "assessment"]
Form = Literal["letter", "regulation", "guidelines", "programme", "collection"]
Scope = Literal["school", "municipality", "region"]
Topic = Literal[
    "results", "objectivity", "teachers", "staff", "social", "motivation", "management", "support",
    "resources",
]  # fmt: skip

TOPICS: dict[Topic, str] = {
    "results": "образовательные результаты",
    "objectivity": "объективность оценивания",
    "teachers": "компетенции педагогов",
    "staff": "кадры",
    "social": "социальные условия",
    "motivation": "мотивация и благополучие обучающихся",
    "management": "управление школой",
    "support": "сопровождение",
    "resources": "оснащение",
}
"""What a recommendation is about: code → Russian."""

COMPARISONS: tuple[str, ...] = ("at_least", "more_than", "at_most", "less_than")


class Condition(Strict):
    """One condition: a fact of the school, or others put together.

    Exactly one of ``fact``, ``all``, ``any``, ``none`` is given. A fact is compared by ``is`` (one of
    these words) or by numbers; ``*`` in its name means: any of them, those that hold are named in the
    text. A fact that is not known makes the condition unknown; only what is known to be true fires.

    Parameters
    ----------
    fact
        Name from :data:`~.school_facts.FACTS`.
    is_
        Words (``is`` in the file).
    at_least, more_than, at_most, less_than
        Bounds; shares 0…1. Several must all hold.
    min_n
        A share counted of fewer is unknown.
    all, any, none
        Conditions of which all, at least one, or none must hold.
    """

    fact: str | None = None
    is_: list[str] = Field(default_factory=list, alias="is")
    at_least: float | None = None
    more_than: float | None = None
    at_most: float | None = None
    less_than: float | None = None
    min_n: int = Field(default=1, ge=1)
    all: list[Condition] = Field(default_factory=list)
    any: list[Condition] = Field(default_factory=list)
    none: list[Condition] = Field(default_factory=list)

    @property
    def bounds(self) -> dict[str, float]:
        """Comparisons that are set."""
        values = {name: getattr(self, name) for name in COMPARISONS}
        return {name: value for name, value in values.items() if value is not None}

    def problems(self, where: tuple[str | int, ...]) -> Iterator[Problem]:
        """What is wrong here and below."""
        kinds = [name for name in ("fact", "all", "any", "none") if getattr(self, name)]
        if len(kinds) != 1:
            yield where, "нужно ровно одно из: fact, all, any, none"
            return
        if self.fact is None:
            for name in ("all", "any", "none"):
                for position, part in enumerate(getattr(self, name)):
                    yield from part.problems((*where, name, position))
            return
        found = fact_of(self.fact)
        if found is None:
            near = get_close_matches(self.fact, list(FACTS), 1)
            hint = f"; похоже на «{near[0]}»" if near else ""
            yield (*where, "fact"), f"факта «{self.fact}» нет{hint}. Есть: {', '.join(FACTS)}"
            return
        _, fact = found
        if fact.kind == "word":
            if self.bounds or not self.is_:
                yield where, "этот факт — слово: укажите is: [слова]"
            elif strange := [word for word in self.is_ if word not in fact.words]:
                yield (
                    (*where, "is"),
                    f"нет слов {', '.join(strange)}; есть: {', '.join(fact.words)}",
                )
        elif self.is_ or not self.bounds:
            yield where, f"этот факт — число: укажите одно из {', '.join(COMPARISONS)}"
        elif fact.kind == "share" and any(not 0 <= value <= 1 for value in self.bounds.values()):
            yield where, "доля пишется числом от 0 до 1: 30 % — это 0.3"


class Schools(Strict):
    """How many schools of a municipality or the region must meet the condition.

    Parameters
    ----------
    at_least
        Schools.
    share
        Share of the schools for which the condition is known, 0…1.
    """

    at_least: int = Field(default=1, ge=1)
    share: float = Field(default=0.0, ge=0, le=1)


class Deadline(Strict):
    """By when: days from the day it is issued, or the next such day of the year."""

    days: int | None = Field(default=None, ge=1, le=730)
    day: Day | None = None

    @model_validator(mode="after")
    def _one(self) -> Deadline:
        if (self.days is None) == (self.day is None):
            raise ValueError("срок задают либо днями (days), либо днём года (day)")
        return self

    def of(self, issued: dt.date) -> dt.date:
        """The last day for a recommendation issued on ``issued``.

        Examples
        --------
        >>> Deadline(days=30).of(dt.date(2026, 1, 15))
        datetime.date(2026, 2, 14)
        """
        if self.days is not None:
            return issued + dt.timedelta(days=self.days)
        assert self.day is not None
        return self.day.after(issued)


class Ground(Strict):
    """Why this is advised.

    Parameters
    ----------
    document, point
        Regulation that asks for it; empty: the authors' proposal.
    reason
        Russian, one sentence: why this helps in this case.
    standing
        How far the rule can be relied on.
    """

    reason: str
    document: str = ""
    point: str = ""
    standing: Standing = "проект"


class RecommendationRule(Strict):
    """One recommendation.

    Parameters
    ----------
    id
        Kept in the register of issued recommendations.
    title
        A few words (Russian).
    topic
        What it is about.
    addressee, form
        To whom and in what form (S0 6.2, 6.3).
    scope
        Whom the condition looks at: a school, or the schools of a municipality or the region.
    when
        The condition.
    schools
        How many schools must meet it (municipality and region only).
    text
        Russian, what is recommended; ``{matched}`` is replaced by what a ``*`` stood for,
        ``{schools}`` by the number of schools.
    ground
        Why.
    deadline
        By when.
    controller
        Who controls it.
    """

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9-]*$")
    title: str
    topic: Topic
    addressee: Addressee
    form: Form
    scope: Scope = "school"
    when: Condition
    schools: Schools | None = None
    text: str
    ground: Ground
    deadline: Deadline
    controller: str

    def problems(self, where: tuple[str | int, ...]) -> Iterator[Problem]:
        """What is wrong in this rule."""
        yield from self.when.problems((*where, "when"))
        if (self.scope == "school") == (self.schools is not None):
            yield (
                (*where, "schools"),
                "сколько школ нужно — только для муниципалитета и региона, и там обязательно",
            )
        if "{matched}" in self.text and "*" not in "".join(_facts_of(self.when)):
            yield (*where, "text"), "{matched} есть, а факта со звёздочкой в условии нет"
        if self.scope != "school" and self.addressee in {"school", "teachers"}:
            yield (*where, "addressee"), "рекомендация по многим школам — не одной школе"


class RecommendationRules(Definition):
    """A library of rules."""

    rules: list[RecommendationRule] = Field(min_length=1)

    @model_validator(mode="after")
    def _whole(self, info: ValidationInfo) -> RecommendationRules:
        report_problems(self, info.context)
        return self

    def problems(self) -> list[Problem]:
        """What is wrong across keys; see the base class."""
        found: list[Problem] = []
        seen: set[str] = set()
        for position, rule in enumerate(self.rules):
            where = ("rules", position)
            if rule.id in seen:
                found.append(((*where, "id"), f"правило «{rule.id}» описано дважды"))
            seen.add(rule.id)
            found.extend(rule.problems(where))
        return found

    def rule(self, name: str) -> RecommendationRule | None:
        """A rule by its id."""
        return next((rule for rule in self.rules if rule.id == name), None)


def load_recommendations(name: str | Path, project: Project | None = None) -> RecommendationRules:
    """Read a library; arguments and errors as in :func:`~.ruleset.load_ruleset`.

    Examples
    --------
    >>> from shnor_lib.tables.codes import ADDRESSEES
    >>> library = load_recommendations("proposal")
    >>> len(library.rules) >= 40, {rule.addressee for rule in library.rules} == set(ADDRESSEES)
    (True, True)
    """
    return load_definition(RecommendationRules, "recommendations", name, project)


def _facts_of(condition: Condition) -> Iterator[str]:
    if condition.fact is not None:
        yield condition.fact
    for part in (*condition.all, *condition.any, *condition.none):
        yield from _facts_of(part)
