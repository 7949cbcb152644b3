"""Normalisations: how the numbers of one indicator become points.

A scale is a rule without numbers («min-max from 0 to 100»). ``fit`` takes the numbers it needs
from a reference column and gives a :class:`Fitted` rule that can be applied to any values —
of another year, of a simulated repetition, of a what-if. All of them turn so that more is
better: ``direction`` −1 turns an indicator of which less is better.

Everything works along the last axis, so that a block of simulated columns is one call.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from shnor_lib.stats.arrays import Floats
from shnor_lib.stats.composite.errors import StepError
from shnor_lib.stats.composite.panel import label, matching, units

STEP = "нормировка"


@dataclass(frozen=True)
class Column:
    """What a scale may ask about an indicator besides its values.

    Parameters
    ----------
    code
        Of the indicator.
    direction
        1: more is better; −1: less is better.
    target, low, high
        Target and goalposts in the units of the indicator; ``nan`` where none are given.
    rows
        Labels of the rows of the reference column.
    """

    code: str
    direction: int = 1
    target: float = np.nan
    low: float = np.nan
    high: float = np.nan
    rows: pd.Index = field(default_factory=lambda: pd.RangeIndex(0))

    def error(self, problem: str) -> StepError:
        """The error of this step for this indicator."""
        return StepError(STEP, problem, self.code)


class Fitted(ABC):
    """A scale with its numbers."""

    def apply(self, values: Floats) -> Floats:
        """Points for values of any shape; ``nan`` stays ``nan``."""
        return np.asarray(self._apply(values), dtype=np.float64)

    def parameters(self) -> dict[str, float]:
        """The numbers, for the table of parameters."""
        return self._parameters()

    @abstractmethod
    def _apply(self, values: Floats) -> Floats: ...

    @abstractmethod
    def _parameters(self) -> dict[str, float]: ...


@dataclass(frozen=True)
class Linear(Fitted):
    """low + (x − origin) / span · (high − low), cut at ``floor`` and ``ceiling``."""

    origin: Floats
    span: Floats
    low: float = 0.0
    high: float = 1.0
    floor: float = -np.inf
    ceiling: float = np.inf

    def _apply(self, values: Floats) -> Floats:
        points = (values - self.origin) / self.span * (self.high - self.low) + self.low
        return np.asarray(np.clip(points, self.floor, self.ceiling), dtype=np.float64)

    def _parameters(self) -> dict[str, float]:
        if self.origin.size > 1:
            return {}
        origin, span = float(self.origin.squeeze()), float(self.span.squeeze())
        return {"at_low": origin, "at_high": origin + span, "low": self.low, "high": self.high}


@dataclass(frozen=True)
class Inverse(Fitted):
    """best / x, for indicators of which less is better."""

    best: Floats

    def _apply(self, values: Floats) -> Floats:
        return np.asarray(self.best / values, dtype=np.float64)

    def _parameters(self) -> dict[str, float]:
        return {"best": float(self.best.squeeze())} if self.best.size == 1 else {}


@dataclass(frozen=True)
class Ordinal(Fitted):
    """Position among the values of a reference column.

    With L the reference values that are worse and E those that are equal: ``rank`` L + 1,
    ``borda`` L, ``percentile`` L / (n − 1), ``middle`` (L + E/2) / n.
    """

    worse_first: Floats
    direction: int
    kind: Literal["rank", "borda", "percentile", "middle"]

    def _apply(self, values: Floats) -> Floats:
        x, n = values * self.direction, len(self.worse_first)
        worse = np.searchsorted(self.worse_first, x, side="left").astype(np.float64)
        if self.kind == "rank":
            points = worse + 1
        elif self.kind == "borda":
            points = worse
        elif self.kind == "percentile":
            points = worse / (n - 1)
        else:
            points = (worse + np.searchsorted(self.worse_first, x, side="right")) / (2 * n)
        return np.asarray(np.where(np.isnan(values), np.nan, points), dtype=np.float64)

    def _parameters(self) -> dict[str, float]:
        return {"n": float(len(self.worse_first))}


@dataclass(frozen=True)
class Steps(Fitted):
    """Points of the band a value falls into."""

    edges: tuple[float, ...]
    points: tuple[float, ...]

    def _apply(self, values: Floats) -> Floats:
        band = np.digitize(values, self.edges)
        chosen = np.asarray(self.points)[band]
        return np.asarray(np.where(np.isnan(values), np.nan, chosen), dtype=np.float64)

    def _parameters(self) -> dict[str, float]:
        return {f"edge_{i}": edge for i, edge in enumerate(self.edges, start=1)}


class Scale(ABC):
    """A normalisation without its numbers."""

    name: ClassVar[str]
    """Short English identifier for tables and logs."""

    def fit(self, reference: Floats, column: Column) -> Fitted:
        """Take the numbers from a reference column.

        Parameters
        ----------
        reference
            Values; the last axis holds the units.
        column
            See :class:`Column`.

        Raises
        ------
        StepError
            The normalisation is impossible for this indicator.
        """
        return self._fit(reference, column)

    def own(self, values: Floats, column: Column) -> Floats:
        """Points by the values' own numbers, every line of the last axis by itself."""
        return self._own(values, column)

    @property
    def centre(self) -> float | None:
        """Where the scale is turned round for an aggregate of direction −1; ``None``: nowhere."""
        return self._centre()

    @property
    def ends(self) -> tuple[float, float] | None:
        """Points of the worst and the best; ``None`` where they have no fixed ends."""
        return self._ends()

    @abstractmethod
    def _fit(self, reference: Floats, column: Column) -> Fitted: ...

    def _own(self, values: Floats, column: Column) -> Floats:
        return self._fit(values, column).apply(values)

    def _centre(self) -> float | None:
        ends = self._ends()
        return None if ends is None else (ends[0] + ends[1]) / 2

    def _ends(self) -> tuple[float, float] | None:
        return None


def _worst_best(reference: Floats, column: Column) -> tuple[Floats, Floats]:
    """Worst and best value (keeping the last axis), in the indicator's own units."""
    if np.isnan(reference).all(axis=-1).any():
        raise column.error("нет ни одного значения.")
    low = np.nanmin(reference, axis=-1, keepdims=True)
    high = np.nanmax(reference, axis=-1, keepdims=True)
    return (low, high) if column.direction > 0 else (high, low)


def _different_ends(reference: Floats, column: Column, step: str) -> tuple[Floats, Floats]:
    worst, best = _worst_best(reference, column)
    if (worst == best).any():
        raise column.error(
            f"у всех одно значение, {step} не рассчитать; задайте постоянные границы "
            "или уберите показатель."
        )
    return worst, best


@dataclass(frozen=True)
class MinMax(Scale):
    """low + (x − min) / (max − min) · (high − low).

    Fitted to other values, it may give points outside ``low`` … ``high`` unless ``truncate``.
    """

    name: ClassVar[str] = "minmax"
    low: float = 0.0
    high: float = 100.0
    truncate: bool = False

    def _fit(self, reference: Floats, column: Column) -> Linear:
        worst, best = _different_ends(reference, column, "размах (min-max)")
        cut = (self.low, self.high) if self.truncate else (-np.inf, np.inf)
        return Linear(worst, best - worst, self.low, self.high, *cut)

    def _ends(self) -> tuple[float, float]:
        return self.low, self.high


@dataclass(frozen=True)
class ZScore(Scale):
    """mean + sd · (x − x̄) / s, s the standard deviation with n − ``ddof``."""

    name: ClassVar[str] = "zscore"
    mean: float = 0.0
    sd: float = 1.0
    ddof: int = 1

    def _fit(self, reference: Floats, column: Column) -> Linear:
        # The deviation of equal values is not exactly zero in floating point.
        _different_ends(reference, column, "z-оценку")
        centre = np.nanmean(reference, axis=-1, keepdims=True)
        spread = np.nanstd(reference, axis=-1, ddof=self.ddof, keepdims=True)
        return Linear(centre, column.direction * spread, self.mean, self.mean + self.sd)

    def _centre(self) -> float:
        return self.mean


@dataclass(frozen=True)
class _ByOrder(Scale):
    kind: ClassVar[Literal["rank", "borda", "percentile", "middle"]]

    def _fit(self, reference: Floats, column: Column) -> Ordinal:
        self._enough(reference, column)
        known = reference[~np.isnan(reference)]
        return Ordinal(np.sort(known * column.direction), column.direction, self.kind)

    def _own(self, values: Floats, column: Column) -> Floats:
        self._enough(values, column)
        x, gaps = values * column.direction, np.isnan(values)
        n = (~gaps).sum(axis=-1, keepdims=True)
        # Gaps go to the end, behind all that is known.
        x = np.where(gaps, np.inf, x)
        worse = rankdata(x, method="min", axis=-1) - 1
        if self.kind == "rank":
            points = worse + 1
        elif self.kind == "borda":
            points = worse
        elif self.kind == "percentile":
            points = worse / (n - 1)
        else:
            points = (worse + rankdata(x, method="max", axis=-1)) / (2 * n)
        return np.asarray(np.where(gaps, np.nan, points), dtype=np.float64)

    def _enough(self, values: Floats, column: Column) -> None:
        n = (~np.isnan(values)).sum(axis=-1)
        if (n == 0).any():
            raise column.error("нет ни одного значения.")
        if self.kind == "percentile" and (n == 1).any():
            raise column.error("значение одно, процентный ранг не рассчитать.")


@dataclass(frozen=True)
class Rank(_ByOrder):
    """1 for the worst, n for the best; ties take the lowest place (COINr's ``n_rank``)."""

    name: ClassVar[str] = "rank"
    kind: ClassVar[Literal["rank"]] = "rank"


@dataclass(frozen=True)
class Borda(_ByOrder):
    """Number of units that are worse: the rank minus 1."""

    name: ClassVar[str] = "borda"
    kind: ClassVar[Literal["borda"]] = "borda"


@dataclass(frozen=True)
class PercentileRank(_ByOrder):
    """Share of the other units that are worse: (rank − 1) / (n − 1), 0…1."""

    name: ClassVar[str] = "percentile"
    kind: ClassVar[Literal["percentile"]] = "percentile"

    def _ends(self) -> tuple[float, float]:
        return 0.0, 1.0


@dataclass(frozen=True)
class MiddlePercentile(_ByOrder):
    """Share of the units not above, ties counted by half: (L + E/2) / n, 0…1."""

    name: ClassVar[str] = "middle-percentile"
    kind: ClassVar[Literal["middle"]] = "middle"

    def _ends(self) -> tuple[float, float]:
        return 0.0, 1.0


@dataclass(frozen=True)
class Goalposts(Scale):
    """floor + (scale − floor) · (x − low) / (high − low), cut at both ends.

    Parameters
    ----------
    low, high
        In the units of the indicator, whatever its direction; by default those of the
        framework.
    scale, floor
        Points for the better and for the worse end.
    truncate
        Whether nothing changes beyond the ends.
    """

    name: ClassVar[str] = "goalposts"
    low: float | None = None
    high: float | None = None
    scale: float = 1.0
    truncate: bool = True
    floor: float = 0.0

    def _fit(self, reference: Floats, column: Column) -> Linear:  # noqa: ARG002
        low = column.low if self.low is None else self.low
        high = column.high if self.high is None else self.high
        if np.isnan(low) or np.isnan(high):
            raise column.error("не заданы границы (goalposts).")
        if low >= high:
            raise column.error("нижняя граница должна быть меньше верхней.")
        worst, best = (low, high) if column.direction > 0 else (high, low)
        cut = (self.floor, self.scale) if self.truncate else (-np.inf, np.inf)
        return Linear(np.array([worst]), np.array([best - worst]), self.floor, self.scale, *cut)

    def _ends(self) -> tuple[float, float]:
        return self.floor, self.scale


@dataclass(frozen=True)
class DistanceToTarget(Scale):
    """1 − (target − x) / (target − worst): 1 at the target, 0 for the worst unit.

    ``target`` in the units of the indicator; by default that of the framework. ``cap``: what
    goes beyond the target earns no more than 1.
    """

    name: ClassVar[str] = "distance-to-target"
    target: float | None = None
    cap: bool = False

    def _fit(self, reference: Floats, column: Column) -> Linear:
        target = column.target if self.target is None else self.target
        if np.isnan(target):
            raise column.error("не задана цель.")
        worst, _ = _worst_best(reference, column)
        if ((target - worst) * column.direction <= 0).any():
            raise column.error("цель не лучше худшего значения: порядок перевернулся бы.")
        return Linear(worst, target - worst, ceiling=1.0 if self.cap else np.inf)


@dataclass(frozen=True)
class DistanceToReference(Scale):
    """1 − (reference − x) / (reference − worst), the reference being one of the units.

    ``unit``: its label (for a panel: the pair of unit and time).
    """

    name: ClassVar[str] = "distance-to-reference"
    unit: Any = None
    cap: bool = False

    def _fit(self, reference: Floats, column: Column) -> Linear:
        rows = np.flatnonzero(matching(column.rows, self.unit))
        if len(rows) != 1:
            known = label(self.unit) in {label(u) for u in units(column.rows)}
            detail = "назовите единицу и время" if known else "такой единицы нет"
            raise column.error(f"образец «{label(self.unit)}»: {detail}.")
        best = reference[..., rows]
        if np.isnan(best).any():
            raise column.error(f"у образца «{label(self.unit)}» нет значения.")
        worst, _ = _worst_best(reference, column)
        if (best == worst).any():
            raise column.error(f"образец «{label(self.unit)}» сам хуже всех.")
        return Linear(worst, best - worst, ceiling=1.0 if self.cap else np.inf)


@dataclass(frozen=True)
class DistanceToMaximum(Scale):
    """1 − (best − x) / (best − worst): min-max from 0 to 1."""

    name: ClassVar[str] = "distance-to-maximum"

    def _fit(self, reference: Floats, column: Column) -> Linear:
        worst, best = _different_ends(reference, column, "расстояние до лучшего")
        return Linear(worst, best - worst)

    def _ends(self) -> tuple[float, float]:
        return 0.0, 1.0


@dataclass(frozen=True)
class FractionOfMaximum(Scale):
    """x / max; for indicators of which less is better: min / x.

    COINr divides by the maximum of −x for direction −1, which turns the order round again;
    here more points are always better. Needs values of one sign.
    """

    name: ClassVar[str] = "fraction-of-maximum"

    def _fit(self, reference: Floats, column: Column) -> Fitted:
        worst, best = _worst_best(reference, column)
        if column.direction > 0:
            if (worst < 0).any() or (best <= 0).any():
                raise column.error("доля от наибольшего считается только для чисел не меньше 0.")
            return Linear(np.zeros_like(best), best)
        if (best <= 0).any():
            raise column.error("доля от наименьшего считается только для чисел больше 0.")
        return Inverse(best)


@dataclass(frozen=True)
class Bands(Scale):
    """Points by bands: below the first edge the first points, from each edge on the next.

    Parameters
    ----------
    edges
        Growing, in the units of the indicator; an edge belongs to the upper band.
    points
        One more than edges; they may not fall where more is better, nor grow where less is.

    Examples
    --------
    >>> scale = Bands((0.5, 0.7), (0, 5, 10))
    >>> scale.own(np.array([0.2, 0.5, 0.9]), Column("x")).tolist()
    [0.0, 5.0, 10.0]
    """

    name: ClassVar[str] = "bands"
    edges: tuple[float, ...] = ()
    points: tuple[float, ...] = ()

    def _fit(self, reference: Floats, column: Column) -> Steps:  # noqa: ARG002
        if not self.edges or len(self.points) != len(self.edges) + 1:
            raise column.error("баллов должно быть на один больше, чем границ.")
        if any(b <= a for a, b in pairwise(self.edges)):
            raise column.error("границы должны возрастать.")
        if any((b - a) * column.direction < 0 for a, b in pairwise(self.points)):
            raise column.error("баллы идут против направления показателя.")
        return Steps(tuple(map(float, self.edges)), tuple(map(float, self.points)))

    def _ends(self) -> tuple[float, float] | None:
        return (min(self.points), max(self.points)) if self.points else None


@dataclass(frozen=True)
class Ampi(Scale):
    """70 + 60 (x − low) / (high − low), for the adjusted Mazziotta–Pareto index.

    With a ``reference`` value R the ends are R ∓ (max − min)/2, so that R earns 100; without
    one they are the lowest and the highest value. Mazziotta and Pareto (2016, Social
    Indicators Research 127: 983–1003).

    Parameters
    ----------
    reference
        Value by indicator code (e.g. the means of a base year).
    """

    name: ClassVar[str] = "ampi"
    reference: Mapping[str, float] | None = None

    def _fit(self, reference: Floats, column: Column) -> Linear:
        worst, best = _different_ends(reference, column, "размах")
        if self.reference is None:
            return Linear(worst, best - worst, 70.0, 130.0)
        if column.code not in self.reference:
            raise column.error("нет опорного значения.")
        span = best - worst
        return Linear(self.reference[column.code] - span / 2, span, 70.0, 130.0)

    def _ends(self) -> tuple[float, float]:
        return 70.0, 130.0


@dataclass(frozen=True)
class AsIs(Scale):
    """Values that are points already; direction −1 changes their sign."""

    name: ClassVar[str] = "as-is"

    def _fit(self, reference: Floats, column: Column) -> Linear:  # noqa: ARG002
        return Linear(np.array([0.0]), np.array([float(column.direction)]))
