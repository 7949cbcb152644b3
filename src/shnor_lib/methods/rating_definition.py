"""Ratings as data: groups of weighted, normalised indicators."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, model_validator

from shnor_lib.methods.definition import (
    Definition,
    Problem,
    ProcedureCode,
    Source,
    Strict,
    Weight,
    load_definition,
    report_problems,
)
from shnor_lib.project import Project
from shnor_lib.tables import TABLES


class Scope(Strict):
    """Which results are meant; an empty list means all.

    Parameters
    ----------
    procedure
        Code from :data:`shnor_lib.tables.PROCEDURES`.
    grades, subjects
        Grades of the programme; canonical subject names.
    """

    procedure: ProcedureCode
    grades: list[int] = Field(default_factory=list)
    subjects: list[str] = Field(default_factory=list)


class Goalposts(Strict):
    """Fixed ends: ``low`` earns nothing, ``high`` everything, beyond them nothing changes."""

    method: Literal["goalposts"]
    low: float
    high: float

    @model_validator(mode="after")
    def _in_order(self) -> Goalposts:
        if self.low >= self.high:
            raise ValueError(f"low ({self.low:g}) должно быть меньше high ({self.high:g})")
        return self


class MinMax(Strict):
    """From the lowest school to the highest."""

    method: Literal["minmax"]


class ZScore(Strict):
    """Standard deviations from the mean (n − 1); has no maximum."""

    method: Literal["zscore"]


class Percentile(Strict):
    """Share of schools not above the school, ties in the middle (0…1)."""

    method: Literal["percentile"]


Normalisation = Annotated[Goalposts | MinMax | ZScore | Percentile, Field(discriminator="method")]


class _Indicator(Strict):
    """Keys every indicator has.

    ``direction``: 1 when more is better, −1 when less is better. ``weight``: points the
    indicator is worth at best.
    """

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")
    title: str
    weight: Weight
    note: str = ""


class ResultsIndicator(_Indicator):
    """A share or mean over results.

    ``share_low``: low results; ``quality``: marks «4» and «5»; ``share_high``: marks «5» or
    81 and above; ``mean``: mean score weighted by participants.
    """

    measure: Literal["share_low", "quality", "share_high", "mean"]
    scopes: list[Scope] = Field(min_length=1)
    direction: Literal[1, -1]
    normalisation: Normalisation


class PassportIndicator(_Indicator):
    """A share from the social passport or the staff table of the same year."""

    measure: Literal["social_share", "staff_share"]
    numerator: str
    denominator: str
    direction: Literal[1, -1]
    normalisation: Normalisation

    @property
    def table(self) -> str:
        """Table the two columns stand in."""
        return "social_passport" if self.measure == "social_share" else "staff"

    @model_validator(mode="after")
    def _known_columns(self) -> PassportIndicator:
        known = [c.name for c in TABLES[self.table].columns if c.kind == "int"]
        for name in (self.numerator, self.denominator):
            if name not in known:
                raise ValueError(f"нет столбца «{name}»; есть: {', '.join(known)}")
        return self


class PointsIndicator(_Indicator):
    """Points loaded from the municipal rating system.

    Every loaded indicator is worth its own maximum times ``weight``. ``indicators``: their
    names; empty means all.
    """

    measure: Literal["rating_points"]
    indicators: list[str] = Field(default_factory=list)


Indicator = Annotated[
    ResultsIndicator | PassportIndicator | PointsIndicator, Field(discriminator="measure")
]


class Group(Strict):
    """Indicators under one heading."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")
    title: str
    indicators: list[Indicator] = Field(min_length=1)


class Rating(Definition):
    """A rating.

    Parameters
    ----------
    groups
        Headings with their indicators.
    pool_years
        Results of this many years, the rated year and those before it, are added up.
    min_participants
        A results indicator applies to a school with at least so many participants.
    reference
        Schools by which min-max, z-score and percentile are set: of the rated year, or of
        all years at once (then years can be compared).
    """

    groups: list[Group] = Field(min_length=1)
    pool_years: int = Field(default=1, ge=1)
    min_participants: int = Field(default=1, ge=1)
    reference: Literal["year", "pooled"] = "pooled"

    @property
    def indicators(self) -> list[tuple[Group, Indicator]]:
        """All indicators with their groups."""
        return [(group, item) for group in self.groups for item in group.indicators]

    @model_validator(mode="after")
    def _sound(self, info: ValidationInfo) -> Rating:
        report_problems(self, info.context)
        return self

    def problems(self) -> list[Problem]:
        """What is wrong across keys; see the base class."""
        found: list[Problem] = []
        seen: set[str] = set()
        z_scores = 0
        for g, group in enumerate(self.groups):
            for i, item in enumerate(group.indicators):
                where = ("groups", g, "indicators", i)
                if item.id in seen:
                    found.append(((*where, "id"), f"показатель «{item.id}» описан дважды"))
                seen.add(item.id)
                z_scores += isinstance(getattr(item, "normalisation", None), ZScore)
        if 0 < z_scores < len(seen):
            found.append(
                (
                    ("groups",),
                    "z-оценки нельзя складывать с показателями, у которых есть максимум: "
                    "дайте всем показателям одну нормировку",
                )
            )
        if not any(item.weight > 0 for _, item in self.indicators):
            found.append((("groups",), "все веса равны нулю"))
        return found


def load_rating(name: str | Path, project: Project | None = None) -> Rating:
    """Read a rating; arguments and errors as in :func:`~.ruleset.load_ruleset`.

    Examples
    --------
    >>> load_rating("loaded-points").groups[0].indicators[0].measure
    'rating_points'
    """
    return load_definition(Rating, "ratings", name, project)


__all__ = [
    "Goalposts",
    "Group",
    "Indicator",
    "MinMax",
    "Normalisation",
    "PassportIndicator",
    "Percentile",
    "PointsIndicator",
    "Rating",
    "ResultsIndicator",
    "Scope",
    "Source",
    "ZScore",
    "load_rating",
]
