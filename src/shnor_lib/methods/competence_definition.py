"""From which result on a level is middle or high, and what counts as positive dynamics: data.

The order of Tbilissky names the indicator (S2, «Показатели», 3): the share of teachers with
positive dynamics); neither it nor the regulation of Olenek (S0 5.4(3), 5.12) gives cut-offs or a
rule. They are the user's to set in ``competence/<name>.yml`` of the project.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from shnor_lib.methods.definition import Definition, Source, Strict, load_definition
from shnor_lib.project import Project

Level = Literal["low", "middle", "high"]
Part = Literal["overall", "subject", "method"]

LEVELS: tuple[Level, ...] = ("low", "middle", "high")
"""Levels in rising order."""
PARTS: tuple[Part, ...] = ("overall", "subject", "method")
"""What a diagnostic work measures: the whole of it, its subject part, its method part."""


class Levels(Strict):
    """Cut-offs of levels in per cent of the work.

    Parameters
    ----------
    low_below
        Below it the level is low.
    high_from
        At it and above the level is high.
    """

    low_below: float = Field(gt=0, lt=100)
    high_from: float = Field(gt=0, le=100)
    source: Source

    @model_validator(mode="after")
    def _rising(self) -> Levels:
        if self.low_below >= self.high_from:
            raise ValueError("low_below должно быть меньше, чем high_from")
        return self

    def of(self, score: float) -> Level:
        """The level of a result in per cent.

        Examples
        --------
        >>> rules = load_competence_rules("proposal")
        >>> [rules.levels.of(score) for score in (59.9, 60, 79.9, 80)]
        ['low', 'middle', 'middle', 'high']
        """
        if score < self.low_below:
            return "low"
        return "high" if score >= self.high_from else "middle"


class DynamicsRule(Strict):
    """When a second measurement is better than an earlier one.

    Parameters
    ----------
    rule
        ``score``: the result has grown; ``level``: the level has.
    least_gain
        Percentage points by which it must have grown (``score`` only); 0: by any amount.
    against
        What the latest measurement of the year is compared with: the ``previous`` one or the
        ``first`` one with the same instrument and subject.
    """

    rule: Literal["score", "level"] = "score"
    least_gain: float = Field(default=0, ge=0, le=100)
    against: Literal["previous", "first"] = "previous"
    source: Source


class CompetenceRules(Definition):
    """Levels, positive dynamics, and the fewest teachers a share is said of.

    Parameters
    ----------
    levels
        Cut-offs.
    overall
        The result of a work of two parts: the ``lower`` of them or their ``mean``; of a work with
        one part its result.
    dynamics
        What is positive dynamics.
    least_teachers
        With fewer teachers no share, mean or count by level is said: it would speak of each.
    shared_from
        So many teachers of a school with the same deficit make it the school's own: it is named
        with the school (a number of teachers, no share). Two at least: never a single teacher.
    """

    levels: Levels
    overall: Literal["lower", "mean"] = "lower"
    dynamics: DynamicsRule
    least_teachers: int = Field(default=5, ge=1)
    shared_from: int = Field(default=3, ge=2)


def load_competence_rules(name: str | Path, project: Project | None = None) -> CompetenceRules:
    """Read the rules; arguments and errors as in :func:`~.ruleset.load_ruleset`.

    Examples
    --------
    >>> load_competence_rules("proposal").levels.source.standing
    'по памяти'
    """
    return load_definition(CompetenceRules, "competence", name, project)
