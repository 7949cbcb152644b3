"""The chain of steps that makes an index, and its replay with something changed.

Each step keeps its arguments. What-if, sensitivity analysis and the comparison of two
methodologies are then one call each: replay with another argument (COINr's ``Regen``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, TypeAlias

import pandas as pd

from shnor_lib.stats.composite.aggregate import aggregate
from shnor_lib.stats.composite.denominate import denominate
from shnor_lib.stats.composite.errors import StepError
from shnor_lib.stats.composite.framework import Framework
from shnor_lib.stats.composite.impute import impute
from shnor_lib.stats.composite.normalise import Normalised, normalise
from shnor_lib.stats.composite.panel import checked
from shnor_lib.stats.composite.ranks import ranks
from shnor_lib.stats.composite.screen import screen
from shnor_lib.stats.composite.treat import treat

RAW = "raw"
"""Name of the stage before the first step."""

VERBS: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {
        "screen": screen,
        "denominate": denominate,
        "impute": impute,
        "treat": treat,
        "normalise": normalise,
        "aggregate": aggregate,
    }
)
"""Steps there are; each takes a table and a framework and gives a result with ``.data``."""

Changes: TypeAlias = Mapping[str, Mapping[str, Any] | None]
"""By step name: arguments that are different, or ``None`` to leave the step out."""


class _Kept:
    """Pickles read-only mappings as plain ones and makes them read-only again."""

    def __getstate__(self) -> dict[str, Any]:
        return {k: dict(v) if isinstance(v, MappingProxyType) else v for k, v in vars(self).items()}

    def __setstate__(self, state: dict[str, Any]) -> None:
        for name, value in state.items():
            kept = MappingProxyType(value) if type(value) is dict else value
            object.__setattr__(self, name, kept)


@dataclass(frozen=True)
class Step(_Kept):
    """One step as it was done.

    Parameters
    ----------
    name
        Of the step in its chain.
    verb
        Key of :data:`VERBS`.
    arguments
        Keyword arguments besides the table and the framework.
    """

    name: str
    verb: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True)
class Chain(_Kept):
    """Data, framework, and the steps done so far. Immutable: every step gives a new chain.

    Attributes
    ----------
    framework
        Structure of the index.
    stages
        Table after each step, by step name; ``raw`` is the table given.
    results
        Full result of each step, by step name (what was screened, imputed, treated, …).
    log
        The steps.

    Examples
    --------
    >>> data = pd.DataFrame({"a": [1.0, 2, 4], "b": [5.0, 3, 1]}, index=["x", "y", "z"])
    >>> chain = Chain.start(data, Framework.flat(["a", "b"], directions={"b": -1}))
    >>> chain = chain.normalise().aggregate()
    >>> chain.index.round(2).to_dict()
    {'x': 0.0, 'y': 41.67, 'z': 100.0}
    >>> from shnor_lib.stats.composite.scales import Borda
    >>> chain.replay({"normalise": {"scale": Borda()}}).index.to_dict()
    {'x': 0.0, 'y': 1.0, 'z': 2.0}
    """

    framework: Framework
    stages: Mapping[str, pd.DataFrame]
    results: Mapping[str, Any] = field(default_factory=dict)
    log: tuple[Step, ...] = ()

    @classmethod
    def start(cls, frame: pd.DataFrame, framework: Framework) -> Chain:
        """A chain before its first step.

        Raises
        ------
        StepError
            An indicator of the framework is not among the columns.
        """
        data = checked(frame, "начало")
        for code in framework.indicators:
            if code not in data.columns:
                raise StepError("начало", "такого показателя нет в данных.", code)
        return cls(framework, MappingProxyType({RAW: data}))

    def then(self, verb: str, name: str | None = None, /, **arguments: Any) -> Chain:
        """Do one step.

        Parameters
        ----------
        verb
            Key of :data:`VERBS`.
        name
            Under which it is kept; the verb by default. A verb done twice needs two names.
        **arguments
            Of the step's function.
        """
        own = name or verb
        if verb not in VERBS:
            raise StepError(verb, f"такого шага нет, есть: {', '.join(VERBS)}.")
        if own in self.stages:
            raise StepError(own, "шаг с таким именем уже есть, дайте другому своё имя.")
        result = VERBS[verb](self.data, self.framework, **arguments)
        return Chain(
            self.framework,
            MappingProxyType({**self.stages, own: result.data}),
            MappingProxyType({**self.results, own: result}),
            (*self.log, Step(own, verb, MappingProxyType(dict(arguments)))),
        )

    def screen(self, **arguments: Any) -> Chain:
        """See :func:`~.screen.screen`."""
        return self.then("screen", **arguments)

    def denominate(self, **arguments: Any) -> Chain:
        """See :func:`~.denominate.denominate`."""
        return self.then("denominate", **arguments)

    def impute(self, **arguments: Any) -> Chain:
        """See :func:`~.impute.impute`."""
        return self.then("impute", **arguments)

    def treat(self, **arguments: Any) -> Chain:
        """See :func:`~.treat.treat`."""
        return self.then("treat", **arguments)

    def normalise(self, **arguments: Any) -> Chain:
        """See :func:`~.normalise.normalise`."""
        return self.then("normalise", **arguments)

    def aggregate(self, **arguments: Any) -> Chain:
        """See :func:`~.aggregate.aggregate`.

        The centre for aggregates of direction −1 is that of the last normalisation unless
        given.
        """
        return self.then("aggregate", **{**self._centre(), **arguments})

    def _centre(self) -> dict[str, float]:
        for step in reversed(self.log):
            result = self.results[step.name]
            if isinstance(result, Normalised):
                return {} if result.centre is None else {"centre": result.centre}
        return {}

    def replay(
        self,
        changes: Changes | None = None,
        *,
        data: pd.DataFrame | None = None,
        framework: Framework | None = None,
    ) -> Chain:
        """The same chain with something changed.

        Parameters
        ----------
        changes
            See :data:`Changes`. Only the steps from the first changed one on are done again.
        data, framework
            Another table or structure; then all steps are done again.

        Raises
        ------
        StepError
            A step is impossible, or ``changes`` names a step that is not in the log.
        """
        wanted = dict(changes or {})
        for name in wanted:
            if name not in {step.name for step in self.log}:
                raise StepError(name, "такого шага в цепочке нет, менять нечего.")
        if data is None and framework is None:
            first = next((i for i, s in enumerate(self.log) if s.name in wanted), len(self.log))
            chain = self.upto(first)
        else:
            first = 0
            raw = self.stages[RAW] if data is None else data
            chain = Chain.start(raw, framework or self.framework)
        for step in self.log[first:]:
            chain = chain.again(step, wanted.get(step.name, {}))
        return chain

    def again(self, step: Step, change: Mapping[str, Any] | None) -> Chain:
        """Do a step of another chain here, with some arguments changed.

        ``None`` leaves it out. The centre of an aggregation follows the normalisation unless
        it is among the changes.
        """
        if change is None:
            return self
        arguments = {**step.arguments, **change}
        if step.verb == "aggregate" and "centre" not in change:
            arguments = {**arguments, **self._centre()}
        return self.then(step.verb, step.name, **arguments)

    def upto(self, count: int) -> Chain:
        """The chain as it was after its first ``count`` steps."""
        kept = self.log[:count]
        names = [step.name for step in kept]
        return Chain(
            self.framework,
            MappingProxyType({name: self.stages[name] for name in [RAW, *names]}),
            MappingProxyType({name: self.results[name] for name in names}),
            kept,
        )

    @property
    def data(self) -> pd.DataFrame:
        """Table after the last step."""
        return self.stages[list(self.stages)[-1]]

    @property
    def index(self) -> pd.Series[float]:
        """Scores of the top of the framework.

        Raises
        ------
        StepError
            The chain has not been aggregated.
        """
        return self.scores(self.framework.top)

    def scores(self, code: str) -> pd.Series[float]:
        """Scores of a code after the last step."""
        if code not in self.data.columns:
            raise StepError("итог", "этого показателя нет: цепочка ещё не агрегирована.", code)
        return self.data[code]

    def ranks(self, code: str | None = None) -> pd.Series[float]:
        """Ranks by a code (the index by default), each time of a panel by itself."""
        goal = code or self.framework.top
        return ranks(self.scores(goal).to_frame())[goal]

    def table(self) -> pd.DataFrame:
        """The log as a table: ``step``, ``verb``, ``argument``, ``value`` (as Python writes it)."""
        rows = [
            {"step": step.name, "verb": step.verb, "argument": name, "value": _written(value)}
            for step in self.log
            for name, value in (step.arguments or {"": ""}).items()
        ]
        return pd.DataFrame(rows, columns=["step", "verb", "argument", "value"])


def _written(value: Any) -> str:
    if isinstance(value, pd.DataFrame | pd.Series):
        return f"таблица {'×'.join(str(size) for size in value.shape)}"
    return str(value)
