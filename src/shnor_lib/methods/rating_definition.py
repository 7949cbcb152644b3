"""Ratings as data: groups of weighted, normalised indicators."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, model_validator

from shnor_lib.methods.chain_definition import (
    AggregationRule,
    ArithmeticMean,
    GoalpostsMoved,
    Imputation,
    OutlierTreatment,
    VariantSet,
)
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
from shnor_lib.methods.normalisations import (
    Bands,
    Goalposts,
    MinMax,
    Normalisation,
    Percentile,
    ZScore,
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
    aggregation, group_aggregation
        How groups make the rating and indicators a group; the second like the first if not
        given.
    treatment
        Of outliers, before normalisation; null: none.
    imputation
        Filling of gaps, before everything; null: none. An indicator a school has no value for
        earns nothing and costs nothing.
    variants
        What could as well have been assumed; see :mod:`~.rating_uncertainty`.
    """

    groups: list[Group] = Field(min_length=1)
    pool_years: int = Field(default=1, ge=1)
    min_participants: int = Field(default=1, ge=1)
    reference: Literal["year", "pooled"] = "pooled"
    aggregation: AggregationRule = Field(default_factory=ArithmeticMean)
    group_aggregation: AggregationRule | None = None
    treatment: OutlierTreatment | None = None
    imputation: Imputation | None = None
    variants: VariantSet = Field(default_factory=VariantSet)

    @property
    def within_groups(self) -> AggregationRule:
        """How indicators make a group."""
        return self.group_aggregation or self.aggregation

    @property
    def has_maximum(self) -> bool:
        """Whether a score is a share of what could be earned, 0…1."""
        return (
            all(scale is None or scale.unit for scale in self.scales)
            and self.aggregation.keeps_scale
            and self.within_groups.keeps_scale
        )

    @property
    def scales(self) -> list[Normalisation | None]:
        """Normalisation of every indicator; None for loaded points, which are points already."""
        return [getattr(item, "normalisation", None) for _, item in self.indicators]

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
        for g, group in enumerate(self.groups):
            for i, item in enumerate(group.indicators):
                where = ("groups", g, "indicators", i)
                if item.id in seen:
                    found.append(((*where, "id"), f"показатель «{item.id}» описан дважды"))
                seen.add(item.id)
                rule = getattr(item, "normalisation", None)
                if isinstance(rule, Bands) and rule.against(item.direction):  # type: ignore[union-attr]
                    found.append(
                        (
                            (*where, "normalisation", "points"),
                            "баллы полос идут против направления показателя (direction)",
                        )
                    )
        found += mixed_scales(self.scales, ("groups",))
        found += self._step_problems()
        if not any(item.weight > 0 for _, item in self.indicators):
            found.append((("groups",), "все веса равны нулю"))
        return found

    def _step_problems(self) -> list[Problem]:
        found: list[Problem] = []
        ids = {item.id for _, item in self.indicators}
        points = any(isinstance(item, PointsIndicator) for _, item in self.indicators)
        if points and self.imputation is not None:
            found.append(
                (
                    ("imputation",),
                    "у внесённых баллов пропуск заполнить нельзя: неизвестен и их максимум",
                )
            )
        found += treatment_problems(self.treatment, self.scales, ids, ("treatment",))
        for number, treatment in enumerate(self.variants.treatment):
            where: tuple[str | int, ...] = ("variants", "treatment", number)
            found += treatment_problems(treatment, self.scales, ids, where)
            if treatment == self.treatment:
                found.append((where, "так уже стоит в treatment самого рейтинга"))
        titles: set[str] = set()
        for number, rule in enumerate(self.variants.normalisation):
            where = ("variants", "normalisation", number)
            if isinstance(rule, GoalpostsMoved) and not any(
                isinstance(scale, Goalposts) for scale in self.scales
            ):
                found.append(
                    (where, "постоянных границ (goalposts) в рейтинге нет, двигать нечего")
                )
            if (shown := repr(rule)) in titles:
                found.append((where, "этот вариант уже назван"))
            titles.add(shown)
        for number, other in enumerate(self.variants.aggregation):
            if other == self.aggregation and self.group_aggregation in (None, other):
                where = ("variants", "aggregation", number)
                found.append((where, "так рейтинг складывается и без того"))
        return found


def mixed_scales(
    scales: Sequence[Normalisation | None], where: tuple[str | int, ...]
) -> list[Problem]:
    """Points that have a maximum cannot be added to points that have none.

    Parameters
    ----------
    scales
        Of all indicators; None: points as they are, 0…1.
    where
        Key the problem is shown at.
    """
    odd = {rule.method for rule in scales if rule is not None and not rule.unit}
    if not odd or ({rule.method if rule else "" for rule in scales} == odd and len(odd) == 1):
        return []
    what = (
        "z-оценки"
        if odd == {"zscore"}
        else f"баллы без общего максимума ({', '.join(sorted(odd))})"
    )
    return [
        (
            where,
            f"{what} нельзя складывать с показателями, у которых есть максимум: "
            "дайте всем показателям одну нормировку",
        )
    ]


def treatment_problems(
    treatment: OutlierTreatment | None,
    scales: Sequence[Normalisation | None],
    ids: set[str],
    where: tuple[str | int, ...],
) -> list[Problem]:
    """What is wrong with a treatment of outliers given the indicators."""
    if treatment is None:
        return []
    found: list[Problem] = [
        ((*where, "skip"), f"нет показателя «{name}»") for name in treatment.skip if name not in ids
    ]
    units = ("goalposts", "bands", "distance_to_target")
    if treatment.then and any(rule is not None and rule.method in units for rule in scales):
        found.append(
            (
                (*where, "then"),
                "логарифм меняет единицы, а границы шкал заданы в исходных: уберите then",
            )
        )
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
