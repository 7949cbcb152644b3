"""Wellbeing indices as data: components of the social passport and their weights."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationInfo, model_validator

from shnor_lib.methods.chain_definition import (
    AggregationRule,
    ArithmeticMean,
    Imputation,
    OutlierTreatment,
)
from shnor_lib.methods.definition import (
    Definition,
    Problem,
    Share,
    Strict,
    Weight,
    load_definition,
    report_problems,
)
from shnor_lib.methods.normalisations import Bands, MinMax, Normalisation
from shnor_lib.methods.rating_definition import mixed_scales, treatment_problems
from shnor_lib.project import Project
from shnor_lib.tables import TABLES


class Component(Strict):
    """One component of an index.

    Parameters
    ----------
    table, numerator, denominator
        The share is ``numerator / denominator`` of the same row. Without a denominator the
        value itself is taken (remoteness of the register).
    direction
        1 when more means better off, −1 when more means worse off.
    weight
        Not used in mode ``pca``, where the data give the loadings.
    normalisation
        How the share becomes points; by other schools' shares always means all years together.
        Not used in mode ``pca``, which standardises.
    """

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]*$")
    title: str
    table: Literal["social_passport", "staff", "schools"] = "social_passport"
    numerator: str
    denominator: str | None = None
    direction: Literal[1, -1]
    weight: Weight = 1.0
    normalisation: Normalisation = Field(default_factory=lambda: MinMax(method="minmax"))
    note: str = ""

    @model_validator(mode="after")
    def _known_columns(self) -> Component:
        known = [c.name for c in TABLES[self.table].columns if c.kind in {"int", "float"}]
        for name in (self.numerator, self.denominator):
            if name is not None and name not in known:
                raise ValueError(f"нет столбца «{name}»; есть: {', '.join(known)}")
        return self


class IndexCutoff(Strict):
    """Value of the index at or below which a school is in difficult conditions.

    ``lower_quartile`` and ``mean_minus_sd`` are taken over the schools of the year; ``number``
    is a value 0…100.
    """

    rule: Literal["lower_quartile", "mean_minus_sd", "number"] = "lower_quartile"
    value: float | None = Field(default=None, ge=0, le=100)

    @model_validator(mode="after")
    def _number_has_value(self) -> IndexCutoff:
        if self.rule == "number" and self.value is None:
            raise ValueError("при rule: number нужно value от 0 до 100")
        return self


class Index(Definition):
    """A wellbeing index.

    Parameters
    ----------
    mode
        ``weighted``: weighted mean of normalised components; ``pca``: first principal
        component of the standardised ones.
    min_weight_share
        A school with a smaller part of the weight gets no index.
    aggregation
        How components make the index; mode ``pca`` is a weighted sum and takes no other.
    treatment
        Of outliers, before normalisation; null: none.
    imputation
        Filling of gaps, before everything; null: none, the other components then weigh more.
    """

    mode: Literal["weighted", "pca"]
    components: list[Component] = Field(min_length=2)
    min_weight_share: Share = 0.5
    aggregation: AggregationRule = Field(default_factory=ArithmeticMean)
    treatment: OutlierTreatment | None = None
    imputation: Imputation | None = None

    @model_validator(mode="after")
    def _sound(self, info: ValidationInfo) -> Index:
        report_problems(self, info.context)
        return self

    def problems(self) -> list[Problem]:
        """What is wrong across keys; see the base class."""
        found: list[Problem] = []
        seen: set[str] = set()
        for position, component in enumerate(self.components):
            if component.id in seen:
                found.append(
                    (
                        ("components", position, "id"),
                        f"составляющая «{component.id}» описана дважды",
                    )
                )
            seen.add(component.id)
            rule = component.normalisation
            if isinstance(rule, Bands) and rule.against(component.direction):
                found.append(
                    (
                        ("components", position, "normalisation", "points"),
                        "баллы полос идут против направления составляющей (direction)",
                    )
                )
        scales = [component.normalisation for component in self.components]
        if self.mode == "pca" and not isinstance(self.aggregation, ArithmeticMean):
            found.append(
                (("aggregation",), "главная компонента — взвешенная сумма: уберите aggregation")
            )
        if self.mode == "weighted":
            found += mixed_scales(scales, ("components",))
        found += treatment_problems(
            self.treatment, scales if self.mode == "weighted" else [], seen, ("treatment",)
        )
        if not any(component.weight > 0 for component in self.components):
            found.append((("components",), "все веса равны нулю"))
        return found


def load_index(name: str | Path, project: Project | None = None) -> Index:
    """Read an index; arguments and errors as in :func:`~.ruleset.load_ruleset`.

    Examples
    --------
    >>> load_index("pca").mode
    'pca'
    """
    return load_definition(Index, "indices", name, project)
