"""What kind of risk each factor is, who may act on it and by when: data, not code.

The regulation (S0 4.3) divides risks by kind (4.3.3) and by manageability (4.3.2), says which
levels may act on each, and by when: cyclic risks before they show themselves again (4.3.5), risks
of the new school year not later than July (4.3.6). Which of the eleven factors of the profile is
of which kind it does not say: that mapping is a proposal (standing «проект»), to be edited in
``risks/<name>.yml`` of the project.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationInfo, model_validator

from shnor_lib.methods.definition import (
    Definition,
    Problem,
    Source,
    Standing,
    Strict,
    load_definition,
    report_problems,
)
from shnor_lib.project import Project
from shnor_lib.tables import RISK_FACTORS, TABLES

Kind = Literal["staff", "equipment", "failure", "social"]
Manageability = Literal["managed", "weak", "unmanaged"]
Level = Literal["school", "municipality", "region"]
Significance = Literal["high", "medium", "low"]

KINDS: tuple[Kind, ...] = ("staff", "equipment", "failure", "social")
"""Kinds of risks in the order of S0 4.3.3."""
LEVELS: tuple[Level, ...] = ("school", "municipality", "region")
"""Levels of management from the nearest to the children (S0 4.3.1)."""
ENTITLED: dict[Manageability, tuple[Level, ...]] = {
    "managed": ("school", "municipality", "region"),
    "weak": ("municipality", "region"),
    "unmanaged": ("region",),
}
"""Levels entitled to act (S0 4.3.2): managed risks all levels, weakly managed ones municipality
and region, unmanaged ones the region, or they are taken note of."""

_LAST_DAY = {month: 29 if month == 2 else 30 if month in {4, 6, 9, 11} else 31 for month in range(1, 13)}  # fmt: skip


def _factor(value: str) -> str:
    if value not in RISK_FACTORS:
        known = "; ".join(f"{code} ({name})" for code, name in RISK_FACTORS.items())
        raise ValueError(f"фактора «{value}» нет; есть: {known}")
    return value


Factor = Annotated[str, AfterValidator(_factor)]
"""Code of a factor of the risk profile."""


class Day(Strict):
    """A day of the year, every year."""

    month: int = Field(ge=1, le=12)
    day: int = Field(ge=1, le=31)

    @model_validator(mode="after")
    def _there(self) -> Day:
        if self.day > _LAST_DAY[self.month]:
            raise ValueError(f"в {self.month}-м месяце нет {self.day}-го числа")
        return self

    def of(self, year: int) -> dt.date:
        """The day in a calendar year; 29 February becomes 28 in other years."""
        try:
            return dt.date(year, self.month, self.day)
        except ValueError:
            return dt.date(year, 2, 28)

    def after(self, day: dt.date) -> dt.date:
        """The first such day later than ``day``.

        Examples
        --------
        >>> Day(month=9, day=1).after(dt.date(2025, 9, 1))
        datetime.date(2026, 9, 1)
        """
        this_year = self.of(day.year)
        return this_year if this_year > day else self.of(day.year + 1)


class Cycle(Day):
    """When a cyclic risk shows itself, and what happens then (Russian)."""

    event: str


class FactorRule(Strict):
    """One factor of the profile.

    Parameters
    ----------
    factor
        Its code.
    kind, manageability
        S0 4.3.3 and 4.3.2.
    levels
        Levels that may act, the one that decides first; empty: as the regulation says for this
        manageability, the nearest level first.
    cycle
        When it shows itself every year; None: it is not cyclic.
    measures
        Typical measures, suggestions only.
    questions
        What the self-analysis card asks about this factor, suggestions only.
    note
        Why this mapping.
    """

    factor: Factor
    kind: Kind
    manageability: Manageability
    levels: list[Level] = Field(default_factory=list)
    cycle: Cycle | None = None
    measures: list[str] = Field(default_factory=list)
    questions: list[str] = Field(default_factory=list)
    note: str = ""

    @property
    def entitled(self) -> tuple[Level, ...]:
        """Levels that may act, the one that decides first."""
        return tuple(self.levels) or ENTITLED[self.manageability]

    @property
    def decides(self) -> Level:
        """The level whose decision is waited for."""
        return self.entitled[0]


class Cutoff(Strict):
    """A level computed from the school's own numbers, by cut-offs the user supplies.

    Never a replacement for the given level: both are shown, and a difference is a question.

    Parameters
    ----------
    factor
        Its code.
    title
        What is measured (Russian).
    table, numerator, denominator
        The share is ``numerator / denominator`` of the school's row of the year; without a
        denominator the value itself.
    question
        Of the self-analysis card: the question whose number is taken (table ``self_analysis``).
    direction
        1 when more means more risk, −1 when less does.
    high, medium
        Value from which on (with direction −1: down from which) the level is high, medium.
    """

    factor: Factor
    title: str
    table: Literal["social_passport", "staff", "self_analysis"]
    numerator: str = ""
    denominator: str = ""
    question: str = ""
    direction: Literal[1, -1] = 1
    high: float
    medium: float
    source: Source

    @model_validator(mode="after")
    def _sound(self) -> Cutoff:
        if self.table == "self_analysis":
            if not self.question or self.numerator or self.denominator:
                raise ValueError(
                    "для таблицы self_analysis нужен question — вопрос карточки самоанализа, "
                    "без numerator и denominator"
                )
        else:
            known = [c.name for c in TABLES[self.table].columns if c.kind in {"int", "float"}]
            if self.question or not self.numerator:
                raise ValueError(f"для таблицы {self.table} нужен numerator — её столбец")
            for name in (self.numerator, self.denominator):
                if name and name not in known:
                    raise ValueError(f"нет столбца «{name}»; есть: {', '.join(known)}")
        if (self.high - self.medium) * self.direction <= 0:
            order = "больше" if self.direction == 1 else "меньше"
            raise ValueError(f"high должно быть {order}, чем medium")
        return self


class RiskRules(Definition):
    """The mapping of factors, and the days by which decisions are due.

    Parameters
    ----------
    new_year
        Last day for decisions on risks of the new school year (S0 4.3.6: «не позднее июля»).
    act_on
        Levels of significance at which a declared factor waits for a decision. A factor that was
        confirmed or is being worked on waits for one whatever its significance.
    factors
        Every factor once.
    cutoffs
        Levels computed from numbers; none in the packaged file.
    """

    new_year: Day
    act_on: list[Significance] = Field(min_length=1)
    factors: list[FactorRule]
    cutoffs: list[Cutoff] = Field(default_factory=list)

    @model_validator(mode="after")
    def _whole(self, info: ValidationInfo) -> RiskRules:
        report_problems(self, info.context)
        return self

    def problems(self) -> list[Problem]:
        """What is wrong across keys; see the base class."""
        found: list[Problem] = []
        seen: set[str] = set()
        for position, rule in enumerate(self.factors):
            where: tuple[str | int, ...] = ("factors", position)
            if rule.factor in seen:
                found.append(((*where, "factor"), f"фактор «{rule.factor}» описан дважды"))
            seen.add(rule.factor)
            allowed = ENTITLED[rule.manageability]
            if strange := [level for level in rule.levels if level not in allowed]:
                found.append(
                    (
                        (*where, "levels"),
                        f"при управляемости {rule.manageability} решения принимают только "
                        f"{', '.join(allowed)} (п. 4.3.2), а указано: {', '.join(strange)}",
                    )
                )
            if len(set(rule.levels)) < len(rule.levels):
                found.append(((*where, "levels"), "уровень назван дважды"))
        if missing := [code for code in RISK_FACTORS if code not in seen]:
            found.append((("factors",), f"не описаны факторы: {', '.join(missing)}"))
        computed: set[str] = set()
        for position, cutoff in enumerate(self.cutoffs):
            if cutoff.factor in computed:
                found.append(
                    (
                        ("cutoffs", position, "factor"),
                        f"для фактора «{cutoff.factor}» границы заданы дважды",
                    )
                )
            computed.add(cutoff.factor)
        return found

    @property
    def standing(self) -> Standing:
        """How far the mapping can be relied on."""
        return self.source.standing

    def rule(self, factor: str) -> FactorRule:
        """The rule of a factor."""
        return next(each for each in self.factors if each.factor == factor)


def load_risk_rules(name: str | Path, project: Project | None = None) -> RiskRules:
    """Read the mapping; arguments and errors as in :func:`~.ruleset.load_ruleset`.

    Examples
    --------
    >>> rules = load_risk_rules("proposal")
    >>> rules.rule("staff_shortage").kind, rules.rule("special_needs").decides
    ('staff', 'region')
    """
    return load_definition(RiskRules, "risks", name, project)
