"""Normalisations as data: how the values of an indicator become points.

Written into the YAML of a rating or an index, checked, and turned into the scales of
:mod:`shnor_lib.stats.composite.scales`, where the formulas stand.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from shnor_lib.methods.definition import Strict
from shnor_lib.stats import composite as steps


class _Normalisation(Strict):
    """How the values of one indicator become points, more being better."""

    title: ClassVar[str]
    """Russian, as it stands in tables."""

    @property
    def unit(self) -> bool:
        """Whether the best earns 1 and nobody less than 0: then there is a share of the maximum."""
        return True

    @property
    def fixed(self) -> bool:
        """Whether the points of a school do not depend on the other schools."""
        return False

    def scale(self, code: str) -> steps.Scale:
        """The step for an indicator."""
        raise NotImplementedError


class Goalposts(_Normalisation):
    """Fixed ends: ``low`` and ``high`` in the indicator's own units, beyond them nothing changes.

    ``floor``: points of the worse end, below the 1 of the better end; above 0 makes geometric
    and harmonic means possible.
    """

    title: ClassVar[str] = "постоянная шкала"
    method: Literal["goalposts"]
    low: float
    high: float
    floor: float = Field(default=0.0, ge=0, lt=1)

    @model_validator(mode="after")
    def _in_order(self) -> Goalposts:
        if self.low >= self.high:
            raise ValueError(f"low ({self.low:g}) должно быть меньше high ({self.high:g})")
        return self

    @property
    def fixed(self) -> bool:
        """Yes."""
        return True

    def scale(self, code: str) -> steps.Scale:  # noqa: ARG002
        """See the base class."""
        return steps.Goalposts(low=self.low, high=self.high, floor=self.floor)

    def moved(self, factor: float, direction: int) -> Goalposts:
        """The same with the worse end at ``factor`` times its distance from the better end."""
        span = (self.high - self.low) * factor
        ends = (
            {"high": self.low + span} if direction < 0 else {"low": self.high - span}
        )  # better end stays
        return self.model_copy(update=ends)


class MinMax(_Normalisation):
    """From the lowest school (``low`` points) to the highest (``high`` points)."""

    title: ClassVar[str] = "от худшей школы до лучшей"
    method: Literal["minmax"]
    low: float = 0.0
    high: float = 1.0

    @model_validator(mode="after")
    def _in_order(self) -> MinMax:
        if self.low >= self.high:
            raise ValueError(f"low ({self.low:g}) должно быть меньше high ({self.high:g})")
        return self

    @property
    def unit(self) -> bool:
        """Only with its usual upper end."""
        return self.low >= 0 and self.high == 1

    def scale(self, code: str) -> steps.Scale:  # noqa: ARG002
        """See the base class."""
        return steps.MinMax(self.low, self.high)


class ZScore(_Normalisation):
    """Standard deviations from the mean (n − 1), moved to ``mean`` and ``sd``; no maximum."""

    title: ClassVar[str] = "отклонение от среднего в стандартных отклонениях"
    method: Literal["zscore"]
    mean: float = 0.0
    sd: float = Field(default=1.0, gt=0)

    @property
    def unit(self) -> bool:
        """No."""
        return False

    def scale(self, code: str) -> steps.Scale:  # noqa: ARG002
        """See the base class."""
        return steps.ZScore(self.mean, self.sd)


class Percentile(_Normalisation):
    """Share of schools not above the school, ties in the middle (0…1)."""

    title: ClassVar[str] = "доля школ, которые не лучше"
    method: Literal["percentile"]

    def scale(self, code: str) -> steps.Scale:  # noqa: ARG002
        """See the base class."""
        return steps.MiddlePercentile()


class PercentileRank(_Normalisation):
    """Share of the other schools that are worse, 0…1."""

    title: ClassVar[str] = "доля других школ, которые хуже"
    method: Literal["percentile_rank"]

    def scale(self, code: str) -> steps.Scale:  # noqa: ARG002
        """See the base class."""
        return steps.PercentileRank()


class Rank(_Normalisation):
    """1 for the worst school, n for the best."""

    title: ClassVar[str] = "место с конца"
    method: Literal["rank"]

    @property
    def unit(self) -> bool:
        """No."""
        return False

    def scale(self, code: str) -> steps.Scale:  # noqa: ARG002
        """See the base class."""
        return steps.Rank()


class Borda(_Normalisation):
    """Number of schools that are worse."""

    title: ClassVar[str] = "число школ, которые хуже (Борда)"
    method: Literal["borda"]

    @property
    def unit(self) -> bool:
        """No."""
        return False

    def scale(self, code: str) -> steps.Scale:  # noqa: ARG002
        """See the base class."""
        return steps.Borda()


class DistanceToTarget(_Normalisation):
    """1 at the target (indicator's own units), 0 for the worst school; ``cap``: never above 1."""

    title: ClassVar[str] = "близость к цели"
    method: Literal["distance_to_target"]
    target: float
    cap: bool = True

    @property
    def unit(self) -> bool:
        """Only if capped."""
        return self.cap

    def scale(self, code: str) -> steps.Scale:  # noqa: ARG002
        """See the base class."""
        return steps.DistanceToTarget(self.target, self.cap)


class DistanceToReference(_Normalisation):
    """1 for a school (in a year) taken as the example, 0 for the worst school."""

    title: ClassVar[str] = "близость к школе-образцу"
    method: Literal["distance_to_reference"]
    school: str
    year: int
    cap: bool = True

    @property
    def unit(self) -> bool:
        """Only if capped."""
        return self.cap

    def scale(self, code: str) -> steps.Scale:  # noqa: ARG002
        """See the base class."""
        return steps.DistanceToReference((self.school, self.year), self.cap)


class DistanceToMaximum(_Normalisation):
    """1 for the best school, 0 for the worst."""

    title: ClassVar[str] = "близость к лучшей школе"
    method: Literal["distance_to_maximum"]

    def scale(self, code: str) -> steps.Scale:  # noqa: ARG002
        """See the base class."""
        return steps.DistanceToMaximum()


class FractionOfMaximum(_Normalisation):
    """Value of the best school = 1; where less is better, best / value."""

    title: ClassVar[str] = "доля от лучшего значения"
    method: Literal["fraction_of_maximum"]

    def scale(self, code: str) -> steps.Scale:  # noqa: ARG002
        """See the base class."""
        return steps.FractionOfMaximum()


class Bands(_Normalisation):
    """Points by bands: ``points[0]`` below ``edges[0]``, from each edge on the next.

    ``edges`` in the indicator's own units, growing; one more point than edges. The highest
    points are the maximum, so that the indicator is worth its weight.
    """

    title: ClassVar[str] = "баллы по полосам"
    method: Literal["bands"]
    edges: list[float] = Field(min_length=1)
    points: list[Annotated[float, Field(ge=0)]] = Field(min_length=2)

    @model_validator(mode="after")
    def _sound(self) -> Bands:
        if len(self.points) != len(self.edges) + 1:
            raise ValueError(
                f"баллов (points) должно быть на один больше, чем границ (edges): границ "
                f"{len(self.edges)}, баллов {len(self.points)}"
            )
        if any(b <= a for a, b in pairwise(self.edges)):
            raise ValueError("границы (edges) должны возрастать")
        if max(self.points) <= 0:
            raise ValueError("хотя бы одна полоса должна давать баллы")
        return self

    @property
    def fixed(self) -> bool:
        """Yes."""
        return True

    def against(self, direction: int) -> bool:
        """Whether points fall where the indicator gets better."""
        return any((b - a) * direction < 0 for a, b in pairwise(self.points))

    def scale(self, code: str) -> steps.Scale:  # noqa: ARG002
        """See the base class."""
        top = max(self.points)
        return steps.Bands(tuple(self.edges), tuple(p / top for p in self.points))


class Ampi(_Normalisation):
    """70…130 for the adjusted Mazziotta–Pareto index; ``reference`` earns 100."""

    title: ClassVar[str] = "шкала AMPI, 70…130"
    method: Literal["ampi"]
    reference: float | None = None

    @property
    def unit(self) -> bool:
        """No."""
        return False

    def scale(self, code: str) -> steps.Scale:
        """See the base class."""
        return steps.Ampi(None if self.reference is None else {code: self.reference})


Normalisation = Annotated[
    Goalposts
    | MinMax
    | ZScore
    | Percentile
    | PercentileRank
    | Rank
    | Borda
    | DistanceToTarget
    | DistanceToReference
    | DistanceToMaximum
    | FractionOfMaximum
    | Bands
    | Ampi,
    Field(discriminator="method"),
]
