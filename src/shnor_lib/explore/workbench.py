"""Results of a choice, quickly: what did not change is not computed again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import TypeVar

import pandas as pd

from shnor_lib.explore.apply import apply, indices_of, ratings_of
from shnor_lib.explore.choice import Choice
from shnor_lib.explore.differences import Difference, differences
from shnor_lib.explore.funnel import Unit, units
from shnor_lib.explore.moves import counts, moves
from shnor_lib.faults import ShnorError
from shnor_lib.methods.compare import Comparison, compare_rulesets
from shnor_lib.methods.funnels import FunnelData, funnel_of
from shnor_lib.methods.identification import Identification, identify
from shnor_lib.methods.index_definition import Index
from shnor_lib.methods.pooled import Pooled
from shnor_lib.methods.ranking import RatingResult, rate
from shnor_lib.methods.rating_definition import Rating
from shnor_lib.methods.ruleset import RatingBelow, RuleSet, load_ruleset
from shnor_lib.methods.wellbeing import IndexResult, wellbeing_index
from shnor_lib.project import Project, open_project
from shnor_lib.report.analysis import latest_year
from shnor_lib.report.labels import LISTED
from shnor_lib.store import Dataset, load_dataset

T = TypeVar("T")

CHOSEN = "*"
"""Key of the choice itself among rule sets (no file can have it for an id)."""

DRAWS = 200
"""Draws of a rating: enough for the spread, as :func:`~.identification.identify` itself takes."""


@dataclass(frozen=True, eq=False)
class Result:
    """What a choice comes to.

    Attributes
    ----------
    choice
        The choice.
    base, ruleset
        The rule set chosen as it is in its file, and with the choice in it.
    found, in_force
        Identifications of ``choice.year`` by the changed rules and by those in force.
    compare
        Makes :attr:`others` when they are first asked for: a moved threshold does not wait for
        them.
    """

    choice: Choice
    base: RuleSet
    ruleset: RuleSet
    found: Identification = field(repr=False)
    in_force: Identification = field(repr=False)
    compare: Callable[[], dict[str, Identification]] = field(repr=False)

    @property
    def year(self) -> int:
        """Status year."""
        return self.choice.year

    @cached_property
    def others(self) -> dict[str, Identification]:
        """Rule set's id → identification, for comparison; the one in force first."""
        return self.compare()

    @property
    def compared(self) -> bool:
        """Whether :attr:`others` are there already."""
        return "others" in self.__dict__

    @cached_property
    def differences(self) -> list[Difference]:
        """What was changed in the rule set chosen."""
        return differences(self.base, self.ruleset)

    @cached_property
    def moves(self) -> pd.DataFrame:
        """Every school under the rules in force and under these; see :func:`.moves.moves`."""
        return moves(self.in_force, self.found, self.year)

    @cached_property
    def counts(self) -> dict[str, int]:
        """Numbers of schools; see :func:`.moves.counts`."""
        return counts(self.found, self.year)

    @cached_property
    def listed(self) -> pd.DataFrame:
        """Statuses of the schools on the list, as in ``Identification.statuses``."""
        rows = self.found.statuses
        return rows[(rows["year"] == self.year) & rows["status"].isin(LISTED)]

    @cached_property
    def comparison(self) -> Comparison:
        """All rule sets side by side; the changed one under :data:`CHOSEN` if it is another.

        Raises
        ------
        ShnorError
            There is nothing to compare with.
        """
        return compare_rulesets(self.side_by_side, self.year)

    @cached_property
    def units(self) -> list[Unit]:
        """Results a funnel can be drawn of; see :func:`.funnel.units`."""
        return units([(CHOSEN, self.found), *self.others.items()], self.year)

    def funnel(self, unit: Unit) -> FunnelData:
        """Schools against the funnel of one of :attr:`units`.

        Raises
        ------
        ShnorError
            Fewer than ten schools, or nobody (everybody) has a low result.
        """
        found = self.found if unit.ruleset == CHOSEN else self.others[unit.ruleset]
        return funnel_of(found, unit.criterion, unit.position, self.year)

    @property
    def side_by_side(self) -> dict[str, Identification]:
        """What :attr:`comparison` compares."""
        return {**({CHOSEN: self.found} if self.differences else {}), **self.others}


class Workbench:
    """A project's data and rule sets, and what was computed from them so far.

    Parameters
    ----------
    project
        Says which rules are in force and which are compared.
    dataset
        Tidy tables; not empty.

    Attributes
    ----------
    in_force
        The rules in force.
    years
        Status years there are.
    refusals
        Rule sets that could not be compared → why (Russian).

    Raises
    ------
    ShnorError
        There are no data, or the rules in force cannot be loaded.
    """

    def __init__(self, project: Project, dataset: Dataset) -> None:
        if not dataset.years:
            raise ShnorError("В данных нет ни одного года: сравнивать нечего.")
        self.project, self.dataset = project, dataset
        self.calendar = project.calendar
        self.years = sorted(set(project.settings.years) & set(dataset.years)) or dataset.years
        self.in_force: RuleSet = load_ruleset(project.settings.ruleset, project)
        self.refusals: dict[str, str] = {}
        self._pooled = Pooled()
        self._rulesets: dict[str, RuleSet] = {}
        self._ratings: OrderedDict[str, RatingResult] = OrderedDict()
        self._known_years: OrderedDict[str, list[int]] = OrderedDict()
        self._indices: OrderedDict[str, IndexResult] = OrderedDict()
        self._found: OrderedDict[str, Identification] = OrderedDict()

    @classmethod
    def open(cls, project: str | Path = ".") -> Workbench:
        """The workbench of the project at or above a path.

        Raises
        ------
        ShnorError
            No project, or nothing has been read yet.
        """
        opened = open_project(project)
        return cls(opened, load_dataset(opened.processed_dir))

    def names(self) -> list[str]:
        """Rule sets there are: in force, compared, the project's own, the packaged ones."""
        settings = self.project.settings
        packaged = Path(str(resources.files("shnor_lib") / "methods" / "rulesets"))
        found = [settings.ruleset, *settings.compare]
        for folder in (self.project.root / "rulesets", packaged):
            found += sorted(path.stem for path in folder.glob("*.yml"))
        return list(dict.fromkeys(found))

    def ruleset(self, name: str) -> RuleSet:
        """A rule set as it is in its file.

        Raises
        ------
        ShnorError
            No such file, or it has faults.
        """
        if name not in self._rulesets:
            self._rulesets[name] = load_ruleset(name, self.project)
        return self._rulesets[name]

    def forget(self, name: str) -> None:
        """Read a rule set from its file again: it has been saved anew."""
        self._rulesets.pop(name, None)
        if name == self.project.settings.ruleset:
            self.in_force = load_ruleset(name, self.project)

    def start(self, *, year: int | None = None, ruleset: str | None = None) -> Choice:
        """The choice that changes nothing.

        Raises
        ------
        ShnorError
            No such rule set, or no data for the year.
        """
        name = self.project.settings.ruleset if ruleset is None else ruleset
        self.ruleset(name)
        chosen = latest_year(self.dataset, self.years) if year is None else int(year)
        if chosen not in self.years:
            known = ", ".join(str(each) for each in self.years)
            raise ShnorError(f"За {chosen} год данных нет. Есть годы: {known}.")
        return Choice(ruleset=name, year=chosen)

    def result(self, choice: Choice) -> Result:
        """What a choice comes to.

        Raises
        ------
        ShnorError
            The choice is impossible, or a method refuses it; the message says why.
        """
        base = self.ruleset(choice.ruleset)
        changed = apply(base, choice)
        return Result(
            choice=choice,
            base=base,
            ruleset=changed,
            found=self.identified(changed, choice.year),
            in_force=self.identified(self.in_force, choice.year),
            compare=lambda: self._others(choice),
        )

    def identified(self, ruleset: RuleSet, year: int) -> Identification:
        """As :func:`~shnor_lib.methods.identification.identify`, remembered."""
        ratings, indices = ratings_of(ruleset), indices_of(ruleset)
        parts = [ruleset, *ratings.values(), *indices.values()]
        key = f"{year}\n" + "\n".join(part.model_dump_json() for part in parts)

        def compute() -> Identification:
            return identify(
                self.dataset,
                ruleset,
                ratings={
                    name: self._rated(rating, year, _length(ruleset, name))
                    for name, rating in ratings.items()
                },
                index={name: self._index(index) for name, index in indices.items()},
                calendar=self.calendar,
                years=[year],
                pooled=self._pooled,
            )

        return _remembered(self._found, key, compute, keep=16)

    def _rated(self, rating: Rating, year: int, length: int) -> RatingResult:
        """A rating in the years its criterion looks at: simulating all years takes seconds."""

        def compute() -> RatingResult:
            known = [each for each in self._rated_years(rating) if each <= year]
            return rate(self.dataset, rating, years=known[-length:] or [year], draws=DRAWS)

        key = f"{year}|{length}|{rating.model_dump_json()}"
        return _remembered(self._ratings, key, compute, keep=8)

    def _rated_years(self, rating: Rating) -> list[int]:
        """Years for which some school has a score: which weights are zero decides, not how much."""
        values = rating.model_dump()
        for group in values["groups"]:
            for item in group["indicators"]:
                item["weight"] = float(item["weight"] > 0)
        plain = Rating.model_validate(values)

        def compute() -> list[int]:
            scores = rate(self.dataset, plain, draws=0).scores
            return sorted(int(y) for y in scores.dropna(subset=["share_of_max"])["year"].unique())

        return _remembered(self._known_years, plain.model_dump_json(), compute, keep=64)

    def _index(self, index: Index) -> IndexResult:
        return _remembered(
            self._indices,
            index.model_dump_json(),
            lambda: wellbeing_index(self.dataset, index),
            keep=8,
        )

    def _others(self, choice: Choice) -> dict[str, Identification]:
        """Rule sets to compare with; one that cannot be applied here is left out."""
        settings = self.project.settings
        found: dict[str, Identification] = {}
        for name in dict.fromkeys([settings.ruleset, *settings.compare, choice.ruleset]):
            try:
                found[name] = self.identified(self.ruleset(name), choice.year)
            except ShnorError as error:
                self.refusals[name] = str(error)
        return found


def _length(ruleset: RuleSet, rating: str) -> int:
    """Years the criteria on a rating look at, the most of them."""
    own = [c for c in ruleset.criteria if isinstance(c, RatingBelow) and c.rating == rating]
    return max((criterion.years for criterion in own), default=1)


def _remembered(memory: OrderedDict[str, T], key: str, compute: Callable[[], T], *, keep: int) -> T:
    if key not in memory:
        memory[key] = compute()
        while len(memory) > keep:
            memory.popitem(last=False)
    memory.move_to_end(key)
    return memory[key]
