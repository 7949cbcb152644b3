"""Everything the pages need, computed once.

Nothing is calculated here: the methods are called and their results bundled. What a method
refuses (too few schools for a principal component, no points loaded …) is kept with its
reason, so that a page can say why something is absent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

import pandas as pd

from shnor_lib.faults import ShnorError
from shnor_lib.methods.dynamics import DynamicsResult, dynamics
from shnor_lib.methods.identification import Identification, identify
from shnor_lib.methods.index_definition import Index, load_index
from shnor_lib.methods.objectivity import objectivity
from shnor_lib.methods.ranking import RatingResult, rate
from shnor_lib.methods.rating_definition import Rating, load_rating
from shnor_lib.methods.readings import count_readings
from shnor_lib.methods.ruleset import IndexBelow, RatingBelow, RuleSet, load_ruleset
from shnor_lib.methods.wellbeing import IndexResult, wellbeing_index
from shnor_lib.project import Calendar, Deadline, Project
from shnor_lib.store import Dataset

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Analysis:
    """Results of all methods on one data set.

    Attributes
    ----------
    title, subtitle, organisation
        As in ``shnor.yml``.
    year
        The latest year with results: the one pages speak of.
    dataset
        The tidy tables.
    calendar
        When procedures were held.
    ruleset, identification
        The rules in force and what they found, all years.
    others
        Rule set's id → identification by other rules, for comparison.
    ratings, rating_id
        Rating's id → result; which of them is the project's own.
    indices, index_id
        The same for wellbeing indices.
    dynamics
        Changes between comparable years.
    readings
        How many schools each reading of the rules' open questions lists.
    refusals
        What could not be computed → why (Russian): keys ``rating:<id>``, ``index:<id>``,
        ``ruleset:<id>``, ``dynamics``, ``readings``.
    objectivity
        Signs of biased results, all schools and years; questions, never part of a status.
    deadlines
        By when the forms are to be handed in.
    """

    title: str
    subtitle: str
    organisation: str
    year: int
    dataset: Dataset = field(repr=False)
    calendar: Calendar = field(repr=False)
    ruleset: RuleSet = field(repr=False)
    identification: Identification = field(repr=False)
    others: dict[str, Identification] = field(repr=False, default_factory=dict)
    ratings: dict[str, RatingResult] = field(repr=False, default_factory=dict)
    rating_id: str = ""
    indices: dict[str, IndexResult] = field(repr=False, default_factory=dict)
    index_id: str = ""
    dynamics: DynamicsResult | None = field(repr=False, default=None)
    readings: pd.DataFrame | None = field(repr=False, default=None)
    refusals: dict[str, str] = field(default_factory=dict)
    objectivity: pd.DataFrame | None = field(repr=False, default=None)
    deadlines: tuple[Deadline, ...] = ()

    @property
    def years(self) -> list[int]:
        """Status years, ascending."""
        return self.identification.years

    @property
    def rating(self) -> RatingResult | None:
        """The project's own rating, or None if it was refused (see ``refusals``)."""
        return self.ratings.get(self.rating_id)

    @property
    def index(self) -> IndexResult | None:
        """The project's own wellbeing index, or None if it was refused."""
        return self.indices.get(self.index_id)

    @property
    def identifications(self) -> dict[str, Identification]:
        """All identifications by rule set's id, the one in force first."""
        return {self.ruleset.id: self.identification, **self.others}


def analyse(project: Project, dataset: Dataset) -> Analysis:
    """Apply the project's methods to the data.

    Parameters
    ----------
    project
        Says which rule sets, rating and index to use.
    dataset
        Tidy tables; not empty.

    Raises
    ------
    ShnorError
        There are no years, or the rule set in force cannot be loaded or applied. Everything
        else that is refused is recorded in :attr:`Analysis.refusals`.
    """
    if not dataset.years:
        raise ShnorError("В данных нет ни одного года: строить отчёты не из чего.")
    settings, calendar = project.settings, project.calendar
    refusals: dict[str, str] = {}

    def attempt(what: str, compute: Callable[[], T]) -> T | None:
        try:
            return compute()
        except ShnorError as error:
            refusals[what] = str(error)
            return None

    ruleset = load_ruleset(settings.ruleset, project)
    rulesets = [ruleset]
    for name in settings.compare:
        loaded = attempt(f"ruleset:{name}", partial(load_ruleset, name, project))
        if loaded is not None and loaded.id != ruleset.id:
            rulesets.append(loaded)

    ratings: dict[str, RatingResult] = {}
    rating_id = settings.rating
    for definition in _ratings(project, rating_id, rulesets, attempt):
        rated = attempt(f"rating:{definition.id}", partial(rate, dataset, definition))
        if rated is not None:
            ratings[definition.id] = rated
    indices: dict[str, IndexResult] = {}
    index_id = settings.wellbeing_index
    for index in _indices(project, index_id, rulesets, attempt):
        found = attempt(f"index:{index.id}", partial(wellbeing_index, dataset, index))
        if found is not None:
            indices[index.id] = found

    years = settings.years or None
    identification = identify(
        dataset, ruleset, ratings=ratings, index=indices, calendar=calendar, years=years
    )
    others: dict[str, Identification] = {}
    for other in rulesets[1:]:
        result = attempt(
            f"ruleset:{other.id}",
            partial(
                identify,
                dataset,
                other,
                ratings=ratings,
                index=indices,
                calendar=calendar,
                years=years,
            ),
        )
        if result is not None:
            others[other.id] = result
    year = latest_year(dataset, identification.years)
    return Analysis(
        title=settings.title,
        subtitle=settings.subtitle,
        organisation=settings.organisation,
        year=year,
        dataset=dataset,
        calendar=calendar,
        ruleset=ruleset,
        identification=identification,
        others=others,
        ratings=ratings,
        rating_id=rating_id,
        indices=indices,
        index_id=index_id,
        dynamics=attempt("dynamics", lambda: dynamics(dataset, calendar=calendar)),
        readings=attempt(
            "readings",
            lambda: count_readings(
                dataset, ruleset, year=year, ratings=ratings, index=indices, calendar=calendar
            ),
        ),
        refusals=refusals,
        objectivity=attempt("objectivity", lambda: objectivity(dataset, calendar)),
        deadlines=tuple(settings.deadlines),
    )


def latest_year(dataset: Dataset, years: Iterable[int]) -> int:
    """The last of the years that has results; the last one if none has."""
    known = sorted(years)
    with_results = set(dataset.results["year"].dropna().astype(int))
    return max([year for year in known if year in with_results] or known)


def _ratings(
    project: Project, own: str, rulesets: list[RuleSet], attempt: Callable[..., object]
) -> list[Rating]:
    """The project's rating and all that the rules refer to."""
    named = [c.rating for rules in rulesets for c in rules.criteria if isinstance(c, RatingBelow)]
    loaded = attempt(f"rating:{own}", lambda: load_rating(own, project))
    return _with_own(loaded, named, lambda name: load_rating(name, project))


def _indices(
    project: Project, own: str, rulesets: list[RuleSet], attempt: Callable[..., object]
) -> list[Index]:
    """The project's index and all that the rules refer to."""
    named = [c.index for rules in rulesets for c in rules.criteria if isinstance(c, IndexBelow)]
    loaded = attempt(f"index:{own}", lambda: load_index(own, project))
    return _with_own(loaded, named, lambda name: load_index(name, project))


def _with_own(own: Any, named: list[str], load: Callable[[str], T]) -> list[T]:
    """The project's own definition (None: refused) and the named ones, each once."""
    found: dict[str, T] = {} if own is None else {own.id: own}
    for name in named:
        if name not in found:
            found[name] = load(name)
    return list(found.values())
