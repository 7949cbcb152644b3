"""Variants of an index: the same chain under other assumptions, many at once.

An assumption is a choice between ways of doing a step, noise in the weights, or the sampling
error of the data. :class:`Variants` computes the index for any combination of them; what is
the same in many variants is computed once, and simulated repetitions are computed as blocks.
:mod:`shnor_lib.stats.sensitivity` draws the combinations and sums up the results.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any, TypeAlias

import numpy as np
import pandas as pd

from shnor_lib.stats.arrays import Floats, Ints
from shnor_lib.stats.composite.aggregate import Plan, aggregate_arrays, code_weights, of_level
from shnor_lib.stats.composite.chain import RAW, Chain, Changes, Step
from shnor_lib.stats.composite.errors import StepError
from shnor_lib.stats.composite.means import Arithmetic
from shnor_lib.stats.composite.normalise import Normalised, describe
from shnor_lib.stats.composite.panel import column, slices
from shnor_lib.stats.composite.scales import MinMax, Scale
from shnor_lib.stats.composite.treat import Treatment, treat_arrays
from shnor_lib.stats.composite.weights import noisy_weights

Sampler: TypeAlias = Callable[[np.random.Generator, int], Floats]
"""Draws tables: (generator, number) → number × rows × indicators."""

MAX_COMBINATIONS = 2000
OUTSIDE_PLAN = ("weights", "row_weights", "by_time")
"""Arguments of an aggregation that are not part of its plan."""
BLOCK_NUMBERS = 1_000_000
"""Numbers of simulated tables held at once: a block of tables is drawn, used and forgotten."""


class VariantError(ValueError):
    """A variant is impossible; the message names it."""


@dataclass(frozen=True)
class Choice:
    """Ways of doing something, one of which is taken.

    Parameters
    ----------
    name
        Russian name of the assumption («нормировка»).
    alternatives
        By Russian label: changes to the chain (see :data:`~.chain.Changes`), empty for the
        chain as it is.
    probabilities
        Of the alternatives, in their order; equal if not given.
    """

    name: str
    alternatives: Mapping[str, Changes]
    probabilities: tuple[float, ...] | None = None


@dataclass(frozen=True)
class WeightNoise:
    """Weights that may be somewhat larger or smaller; see :func:`~.weights.noisy_weights`.

    Parameters
    ----------
    name
        Russian name of the assumption («веса»).
    noise
        Relative error by level, 0…1.
    """

    name: str
    noise: Mapping[int, float]


@dataclass(frozen=True)
class Sampling:
    """Sampling error of the data: the same units measured again.

    Parameters
    ----------
    name
        Russian name of the assumption («случайная ошибка»).
    sampler
        Draws the table of a stage: rows and gaps as there, columns in the order of the
        framework's indicators.
    stage
        Stage that is drawn; after it there may be treatment, normalisation and aggregation
        only, and what comes before it is not repeated.
    refit
        Whether each drawn table is treated and normalised by its own numbers, as if the whole
        study were repeated; otherwise the scales stay those of the real data, which needs a
        chain without treatment after the stage.
    """

    name: str
    sampler: Sampler
    stage: str = RAW
    refit: bool = False


Assumption: TypeAlias = Choice | WeightNoise | Sampling


@dataclass
class Variants:
    """An index under assumptions.

    Parameters
    ----------
    chain
        Aggregated chain; its own results are the nominal ones.
    assumptions
        With different names; at most one :class:`WeightNoise` and one :class:`Sampling`.
    target
        Code whose scores are looked at; the index by default.

    Raises
    ------
    VariantError
        Assumptions that contradict one another, or a combination of choices that is
        impossible with the real data: every combination is tried at once, so that nothing
        depends on what happens to be drawn.
    """

    chain: Chain
    assumptions: Sequence[Assumption]
    target: str | None = None
    _chains: dict[tuple[int, ...], Chain] = field(default_factory=dict, init=False, repr=False)
    _errors: Floats = field(default_factory=lambda: np.empty((0, 0)), init=False, repr=False)
    _seed: int = field(default=0, init=False, repr=False)
    _size: int = field(default=0, init=False, repr=False)

    def __post_init__(self) -> None:
        self.target = self.target or self.chain.framework.top
        if not self.chain.log or self.chain.log[-1].verb != "aggregate":
            raise VariantError("Цепочка должна кончаться агрегированием.")
        if not self.assumptions:
            raise VariantError("Не задано ни одного допущения.")
        names = [a.name for a in self.assumptions]
        if len(set(names)) < len(names):
            raise VariantError("У допущений должны быть разные имена.")
        for kind in (WeightNoise, Sampling):
            if sum(isinstance(a, kind) for a in self.assumptions) > 1:
                raise VariantError("Разброс весов и случайная ошибка задаются по одному разу.")
        numbers = [range(len(c.alternatives)) for c in self._choices]
        count = int(np.prod([len(n) for n in numbers], dtype=np.int64)) if numbers else 1
        if not count:
            raise VariantError("У выбора нет ни одного варианта.")
        if count > MAX_COMBINATIONS:
            raise VariantError(f"Сочетаний {count}, больше {MAX_COMBINATIONS}: сократите выбор.")
        done: dict[tuple[int, tuple[int, ...]], Chain] = {}
        for combination in product(*numbers):
            self._chains[combination] = self._replayed(combination, done)

    @property
    def _choices(self) -> list[Choice]:
        return [a for a in self.assumptions if isinstance(a, Choice)]

    def _only(self, kind: type[Any]) -> Any:
        return next((a for a in self.assumptions if isinstance(a, kind)), None)

    @property
    def names(self) -> list[str]:
        """Names of the assumptions."""
        return [a.name for a in self.assumptions]

    @property
    def rows(self) -> pd.Index:
        """Units (and times) scored."""
        return self.chain.data.index

    @property
    def nominal(self) -> Floats:
        """Scores of the chain as it is."""
        return column(self.chain.data, str(self.target))

    @property
    def one_scale(self) -> bool:
        """Whether the scores of all variants are points of one scale.

        If not, only their ranks can be compared.
        """
        return len({_units_of(chain) for chain in self._chains.values()}) == 1

    def prepare(self, size: int, generator: np.random.Generator) -> None:
        """Draw the weight errors and the tables that the designs refer to."""
        noise: WeightNoise | None = self._only(WeightNoise)
        if noise is not None:
            flat = self.chain.framework.weights * 0 + 1.0
            drawn = noisy_weights(
                self.chain.framework,
                noise=noise.noise,
                draws=size,
                generator=generator,
                weights=flat,
            )
            self._errors = drawn.to_numpy(dtype="float64")
        self._size = size
        self._seed = int(generator.integers(2**62))
        sampling: Sampling | None = self._only(Sampling)
        if sampling is not None:
            self._check_steps(sampling)

    def drawn_table(self, number: int) -> pd.DataFrame:
        """The simulated table with this number in the designs."""
        sampling: Sampling = self._only(Sampling)
        stage = self.chain.stages[sampling.stage]
        block, place = divmod(number, self._block_size)
        codes = list(self.chain.framework.indicators)
        return pd.DataFrame(self._tables(block)[place], index=stage.index, columns=codes)

    @property
    def _block_size(self) -> int:
        """Tables in a block; depends on nothing but the data, so that a seed stays a seed."""
        return max(
            1, BLOCK_NUMBERS // max(1, len(self.rows) * len(self.chain.framework.indicators))
        )

    def _tables(self, block: int) -> Floats:
        sampling: Sampling = self._only(Sampling)
        size = min(self._block_size, self._size - block * self._block_size)
        generator = np.random.default_rng([self._seed, block])
        tables = np.asarray(sampling.sampler(generator, size), dtype=np.float64)
        codes = list(self.chain.framework.indicators)
        stage = self.chain.stages[sampling.stage]
        if tables.shape != (size, len(stage), len(codes)):
            raise VariantError(
                f"«{sampling.name}»: получена таблица {tables.shape}, "
                f"нужна {(size, len(stage), len(codes))}."
            )
        gaps = np.isnan(stage[codes].to_numpy(dtype="float64"))
        if not (np.isnan(tables) == gaps).all():
            raise VariantError(f"«{sampling.name}»: пропуски не там, где в данных.")
        return tables

    def numbers(self, uniform: Floats, size: int) -> Ints:
        """Designs from uniform numbers: which alternative, which weight errors, which table.

        Parameters
        ----------
        uniform
            Runs × assumptions, 0…1.
        size
            Number of prepared weight errors and tables.
        """
        design = np.empty(uniform.shape, dtype=np.int64)
        for position, assumption in enumerate(self.assumptions):
            u = uniform[:, position]
            if isinstance(assumption, Choice):
                design[:, position] = _picked(assumption, u)
            else:
                design[:, position] = np.minimum((u * size).astype(np.int64), size - 1)
        return design

    def labels(self, design: Ints) -> pd.DataFrame:
        """A design in words: the labels of the choices, the numbers of the draws."""
        columns: dict[str, Any] = {}
        for position, assumption in enumerate(self.assumptions):
            if isinstance(assumption, Choice):
                names = np.array(list(assumption.alternatives), dtype=object)
                columns[assumption.name] = names[design[:, position]]
            else:
                columns[assumption.name] = design[:, position]
        return pd.DataFrame(columns)

    def scores(self, design: Ints) -> Floats:
        """Scores of the target for every run of a design: runs × rows.

        Raises
        ------
        VariantError
            A run is impossible (with drawn data or weights); the message names it.
        """
        result = np.empty((len(design), len(self.rows)))
        where = {type(a): i for i, a in enumerate(self.assumptions)}
        drawn = design[:, where[Sampling]] if Sampling in where else np.zeros(len(design), np.int64)
        block_of = drawn // self._block_size
        for block in np.unique(block_of):
            tables = self._tables(int(block)) if Sampling in where else None
            inside = np.flatnonzero(block_of == block)
            for key, members in self._by_combination(design[inside]):
                runs = inside[members]
                errors = (
                    self._errors[design[runs, where[WeightNoise]]] if WeightNoise in where else None
                )
                own = None if tables is None else tables[drawn[runs] - block * self._block_size]
                try:
                    result[runs] = self._block(self._chains[key], errors, own)
                except StepError as error:
                    raise self._impossible(key, error) from error
        return result

    def _by_combination(self, design: Ints) -> Iterator[tuple[tuple[int, ...], Ints]]:
        """Runs with the same choices."""
        picks = [i for i, a in enumerate(self.assumptions) if isinstance(a, Choice)]
        if not picks:
            yield (), np.arange(len(design), dtype=np.int64)
            return
        combinations, member = np.unique(design[:, picks], axis=0, return_inverse=True)
        for number, combination in enumerate(combinations):
            runs = np.flatnonzero(member.ravel() == number).astype(np.int64)
            yield tuple(int(c) for c in combination), runs

    def _replayed(
        self, combination: tuple[int, ...], done: dict[tuple[int, tuple[int, ...]], Chain]
    ) -> Chain:
        """The chain of a combination; ``done`` holds what other combinations share with it."""
        changes = self._changes(combination)
        touched = [{s for a in c.alternatives.values() for s in a} for c in self._choices]
        unknown = set().union(*touched) - {step.name for step in self.chain.log}
        if unknown:
            raise VariantError(f"Шага «{sorted(unknown)[0]}» в цепочке нет, менять нечего.")
        chain = self.chain.upto(0)
        for number, step in enumerate(self.chain.log):
            sofar = {s.name for s in self.chain.log[: number + 1]}
            own = tuple(n for n, names in zip(combination, touched, strict=True) if names & sofar)
            if not own:
                chain = self.chain.upto(number + 1)
                continue
            if (number, own) not in done:
                try:
                    done[number, own] = chain.again(step, changes.get(step.name, {}))
                except StepError as error:
                    raise self._impossible(combination, error) from error
            chain = done[number, own]
        if (
            not chain.log
            or chain.log[-1].verb != "aggregate"
            or self.target not in chain.data.columns
        ):
            raise VariantError(f"Вариант «{self._words(combination)}» не агрегирован.")
        if not chain.data.index.equals(self.chain.data.index):
            raise VariantError(
                f"Вариант «{self._words(combination)}» меняет состав единиц: места не сравнить."
            )
        return chain

    def _changes(self, combination: tuple[int, ...]) -> Changes:
        merged: dict[str, Mapping[str, Any] | None] = {}
        for choice, number in zip(self._choices, combination, strict=True):
            for step, change in list(choice.alternatives.values())[number].items():
                before = merged.get(step, {})
                both = set(before or {}) & set(change or {})
                if step in merged and (before is None or change is None or both):
                    raise VariantError(
                        f"Два допущения меняют одно и то же в шаге «{step}»: "
                        f"{self._words(combination)}."
                    )
                merged[step] = None if change is None else {**(before or {}), **change}
        return merged

    def _words(self, combination: tuple[int, ...]) -> str:
        parts = [
            f"{choice.name}: {list(choice.alternatives)[number]}"
            for choice, number in zip(self._choices, combination, strict=True)
        ]
        return "; ".join(parts) or "исходный"

    def _impossible(self, combination: tuple[int, ...], error: StepError) -> VariantError:
        return VariantError(f"Вариант «{self._words(combination)}» невозможен. {error}")

    def _check_steps(self, sampling: Sampling) -> None:
        """Only steps that can be repeated may follow the sampled stage."""
        if sampling.stage not in self.chain.stages:
            raise VariantError(f"Этапа «{sampling.stage}» в цепочке нет.")
        stage = self.chain.stages[sampling.stage]
        for combination, chain in self._chains.items():
            words = self._words(combination)
            if not chain.stages[sampling.stage].equals(stage):
                raise VariantError(f"Вариант «{words}» меняет данные до случайной ошибки.")
            verbs = [step.verb for step in _steps_after(chain, sampling.stage)]
            if set(verbs) - {"treat", "normalise", "aggregate"}:
                raise VariantError(
                    "После случайной ошибки возможны только обработка выбросов, нормировка и "
                    f"агрегирование, а в варианте «{words}»: {', '.join(verbs)}."
                )
            if "treat" in verbs and not sampling.refit:
                raise VariantError(
                    f"Вариант «{words}» обрабатывает выбросы: каждую повторность нужно "
                    "нормировать заново (refit)."
                )

    def _block(self, chain: Chain, errors: Floats | None, tables: Floats | None) -> Floats:
        """Scores of some runs of one combination: runs × rows."""
        framework = chain.framework
        last = chain.log[-1]
        if tables is None:
            before = chain.stages[list(chain.stages)[-2]]
            values = {code: column(before, code) for code in framework.indicators}
        else:
            sampling: Sampling = self._only(Sampling)
            values = {c: tables[:, :, i] for i, c in enumerate(framework.indicators)}
            for step in _steps_after(chain, sampling.stage)[:-1]:
                if step.verb == "treat":
                    values = _treated(chain, step, values)
                else:
                    values = _normalised(chain, step, values, refit=sampling.refit)
        drawn = errors if errors is not None else tables
        runs = 1 if drawn is None else len(drawn)
        return self._aggregated(chain, last.arguments, values, errors, runs)

    def _aggregated(
        self,
        chain: Chain,
        arguments: Mapping[str, Any],
        values: Mapping[str, Floats],
        errors: Floats | None,
        runs: int,
    ) -> Floats:
        framework = chain.framework
        if arguments.get("weights") is not None:
            framework = framework.with_weights(arguments["weights"])
        known = {k: v for k, v in arguments.items() if k not in OUTSIDE_PLAN}
        plan = Plan.of(framework, **known)
        before = chain.stages[list(chain.stages)[-2]]
        weights = code_weights(framework, arguments.get("row_weights"), before)
        if errors is not None:
            position = {code: i for i, code in enumerate(self.chain.framework.weights.index)}
            weights = {c: w * errors[:, [position[c]]] for c, w in weights.items()}
        target = str(self.target)
        result = np.empty((runs, len(chain.data)))
        for _, rows in slices(chain.data.index, by_time=bool(arguments.get("by_time", False))):
            scores, _ = aggregate_arrays(
                {code: block[..., rows] for code, block in values.items()},
                framework,
                plan,
                {c: w if w.shape[-1] == 1 else w[..., rows] for c, w in weights.items()},
                chain.data.index[rows],
            )
            result[:, rows] = scores[target]
        return result


def _steps_after(chain: Chain, stage: str) -> list[Step]:
    names = list(chain.stages)
    return list(chain.log[names.index(stage) :])


def _treated(chain: Chain, step: Step, values: Mapping[str, Floats]) -> dict[str, Floats]:
    default = step.arguments.get("default", Treatment())
    special = step.arguments.get("special") or {}
    by_time = bool(step.arguments.get("by_time", False))
    result = {}
    for code, block in values.items():
        rule = special.get(code, default)
        treated = block.copy()
        if rule is not None:
            for _, rows in slices(chain.data.index, by_time=by_time):
                treated[..., rows] = treat_arrays(block[..., rows], rule, code)
        result[code] = treated
    return result


def _normalised(
    chain: Chain, step: Step, values: Mapping[str, Floats], *, refit: bool
) -> dict[str, Floats]:
    real: Normalised = chain.results[step.name]
    index = chain.data.index
    by_time = bool(step.arguments.get("by_time", False))
    again = refit and step.arguments.get("reference") is None
    result = {}
    for code, block in values.items():
        points = np.empty_like(block)
        for time, rows in slices(index, by_time=by_time):
            if (code, time) not in real.fitted:
                points[..., rows] = np.nan  # a time in which nobody has a value
            elif again:
                rule = _scale_of(step, code)
                about = describe(chain.framework, code, index[rows])
                points[..., rows] = rule.own(block[..., rows], about)
            else:
                points[..., rows] = real.fitted[code, time].apply(block[..., rows])
        result[code] = points
    return result


def _scale_of(step: Step, code: str) -> Scale:
    special = step.arguments.get("special") or {}
    scale: Scale = special.get(code, step.arguments.get("scale", MinMax()))
    return scale


def _picked(choice: Choice, uniform: Floats) -> Ints:
    count = len(choice.alternatives)
    if choice.probabilities is None:
        return np.minimum((uniform * count).astype(np.int64), count - 1)
    shares = np.asarray(choice.probabilities, dtype=np.float64)
    if len(shares) != count or (shares < 0).any() or not np.isclose(shares.sum(), 1.0):
        raise VariantError(f"«{choice.name}»: вероятности вариантов должны давать в сумме 1.")
    place = np.searchsorted(np.cumsum(shares), uniform, side="right")
    return np.minimum(place, count - 1).astype(np.int64)


def _units_of(chain: Chain) -> tuple[Any, ...]:
    """What the points of the target mean: ends of the scales, and levels that compare units."""
    scales: set[str] = set()
    for step in chain.log:
        if step.verb == "normalise":
            found = [_scale_of(step, code) for code in chain.framework.indicators]
            scales = {str(scale.ends or scale) for scale in found}
    how = chain.log[-1].arguments.get("how", Arithmetic())
    levels = range(2, chain.framework.n_levels + 1)
    ordinal = tuple(level for level in levels if of_level(how, level, "способ").compares_units)
    return (*sorted(scales), ordinal)
