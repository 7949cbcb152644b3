"""Steps of a composite index as data: aggregation, treatment, imputation, variants.

What a methodologist writes into the YAML of a rating or an index, checked, and turned into the
steps of :mod:`shnor_lib.stats.composite`. The formulas stand there.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from shnor_lib.methods.definition import Share, Strict
from shnor_lib.methods.normalisations import (
    Ampi,
    Borda,
    DistanceToMaximum,
    FractionOfMaximum,
    MinMax,
    Percentile,
    PercentileRank,
    Rank,
    ZScore,
)
from shnor_lib.stats import composite as steps


class _Aggregation(Strict):
    """How the points of a group become one number."""

    title: ClassVar[str]
    """Russian, as it stands in tables."""
    keeps_scale: ClassVar[bool] = True
    """Whether points between 0 and 1 stay there, so that a share of the maximum stays one."""

    def how(self) -> steps.Aggregation:
        """The step."""
        raise NotImplementedError


class ArithmeticMean(_Aggregation):
    """Weighted mean: a good value makes up for a bad one."""

    title: ClassVar[str] = "среднее арифметическое"
    method: Literal["arithmetic"] = "arithmetic"

    def how(self) -> steps.Aggregation:
        """See the base class."""
        return steps.Arithmetic()


class GeometricMean(_Aggregation):
    """Weighted geometric mean; impossible where an indicator earned nothing."""

    title: ClassVar[str] = "среднее геометрическое"
    method: Literal["geometric"]

    def how(self) -> steps.Aggregation:
        """See the base class."""
        return steps.Geometric()


class HarmonicMean(_Aggregation):
    """Weighted harmonic mean; impossible where an indicator earned nothing."""

    title: ClassVar[str] = "среднее гармоническое"
    method: Literal["harmonic"]

    def how(self) -> steps.Aggregation:
        """See the base class."""
        return steps.Harmonic()


class PowerMean(_Aggregation):
    """Generalised mean; the lower ``p``, the less a good value makes up for a bad one."""

    title: ClassVar[str] = "степенное среднее"
    method: Literal["power"]
    p: float

    def how(self) -> steps.Aggregation:
        """See the base class."""
        return steps.Power(self.p)


class MazziottaParetoMean(_Aggregation):
    """Mean less a penalty for imbalance; ``penalty`` 1 adds it (indices of want)."""

    title: ClassVar[str] = "среднее со штрафом за неравномерность (Маццотта — Парето)"
    keeps_scale: ClassVar[bool] = False
    method: Literal["mazziotta_pareto"]
    penalty: Literal[-1, 1] = -1

    def how(self) -> steps.Aggregation:
        """See the base class."""
        return steps.MazziottaPareto(self.penalty)


class CopelandOutranking(_Aggregation):
    """How far a school beats the others, indicator by indicator; needs every value."""

    title: ClassVar[str] = "попарное сравнение школ (Коупленд)"
    keeps_scale: ClassVar[bool] = False
    method: Literal["copeland"]
    count: Literal["shares", "wins"] = "shares"

    def how(self) -> steps.Aggregation:
        """See the base class."""
        return steps.Copeland(self.count)


AggregationRule = Annotated[
    ArithmeticMean
    | GeometricMean
    | HarmonicMean
    | PowerMean
    | MazziottaParetoMean
    | CopelandOutranking,
    Field(discriminator="method"),
]


class OutlierTreatment(Strict):
    """Treatment of outliers, for indicators that fail the test of skewness and kurtosis.

    Parameters
    ----------
    winsorise
        Points that may be drawn in to the next value.
    then
        Transformation where that does not suffice; null: none.
    combine
        Transform the winsorised values instead of the original ones.
    max_skew, max_kurt
        An indicator passes when |skewness| or kurtosis is below.
    boxcox_lambda
        Exponent of ``boxcox``.
    min_values
        With fewer values an indicator stays as it is: an outlier cannot be told there.
    skip
        Indicators left as they are.
    """

    winsorise: int = Field(default=5, ge=0)
    then: Literal["log_ct", "log", "log_gii", "boxcox"] | None = None
    combine: bool = False
    max_skew: float = Field(default=2.0, gt=0)
    max_kurt: float = Field(default=3.5, gt=0)
    boxcox_lambda: float | None = None
    min_values: int = Field(default=10, ge=4)
    skip: list[str] = Field(default_factory=list)

    @model_validator(mode="after")
    def _boxcox_has_exponent(self) -> OutlierTreatment:
        if self.then == "boxcox" and self.boxcox_lambda is None:
            raise ValueError("при then: boxcox нужен показатель степени boxcox_lambda")
        return self

    @property
    def title(self) -> str:
        """Russian, as it stands in tables."""
        text = f"крайние значения подтянуты (до {self.winsorise})"
        return text if self.then is None else f"{text}, затем {self.then}"

    def rule(self) -> steps.Treatment:
        """The step."""
        return steps.Treatment(
            max_points=self.winsorise,
            then=self.then,
            max_skew=self.max_skew,
            max_kurt=self.max_kurt,
            combine=self.combine,
            boxcox_lambda=self.boxcox_lambda,
        )


class Imputation(Strict):
    """Filling of gaps.

    Parameters
    ----------
    method
        ``latest``, ``constant``, ``linear``: by the school's own other years; ``mean``,
        ``median``: of all schools of the year; ``group_mean``, ``group_median``: of the schools
        of its kind.
    by
        Column of the register that says the kind.
    max_steps
        ``latest``: how many years to look back; all if not given.
    impossible
        What nothing can be filled with: left as a gap (it earns and costs nothing), or an error.
    """

    method: Literal["latest", "constant", "linear", "mean", "median", "group_mean", "group_median"]
    by: Literal["municipality", "settlement_type", "kind"] | None = None
    max_steps: int | None = Field(default=None, ge=1)
    impossible: Literal["leave", "error"] = "leave"

    @model_validator(mode="after")
    def _keys_fit(self) -> Imputation:
        if self.method.startswith("group_") and self.by is None:
            raise ValueError(f"при method: {self.method} нужно by: по какому столбцу реестра")
        if not self.method.startswith("group_") and self.by is not None:
            raise ValueError(f"при method: {self.method} ключ by не нужен")
        if self.max_steps is not None and self.method != "latest":
            raise ValueError("max_steps задаётся только при method: latest")
        return self


class GoalpostsMoved(Strict):
    """Fixed scales with the worse end ``factor`` times as far from the better one."""

    method: Literal["goalposts_moved"]
    factor: float = Field(gt=0)

    @property
    def title(self) -> str:
        """Russian, as it stands in tables."""
        change = f"{abs(self.factor - 1) * 100:g}".replace(".", ",")
        return f"шкалы {'уже' if self.factor < 1 else 'шире'} на {change}\u202f%"


AlternativeNormalisation = Annotated[
    GoalpostsMoved
    | MinMax
    | ZScore
    | Percentile
    | PercentileRank
    | Rank
    | Borda
    | DistanceToMaximum
    | FractionOfMaximum
    | Ampi,
    Field(discriminator="method"),
]


class VariantSet(Strict):
    """What could as well have been assumed, for the analysis of uncertainty.

    The definition as it is always is one of the alternatives.

    Parameters
    ----------
    weights
        Relative error of every weight, 0…1: 0.25 lets it be a quarter larger or smaller.
    normalisation, treatment, aggregation
        Alternatives to the definition's own.
    sampling
        Whether results are drawn anew, as if other pupils of the same schools had written.
    cutoff
        Share of the maximum below which a school counts as being on the list.
    """

    weights: float = Field(default=0.25, ge=0, lt=1)
    normalisation: list[AlternativeNormalisation] = Field(default_factory=list)
    treatment: list[OutlierTreatment] = Field(default_factory=list)
    aggregation: list[AggregationRule] = Field(default_factory=list)
    sampling: bool = True
    cutoff: Share | None = None
