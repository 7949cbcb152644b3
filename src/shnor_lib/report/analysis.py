"""Everything the pages need, computed once.

Nothing is calculated here: the methods are called and their results bundled. What a method
refuses (too few schools for a principal component, no points loaded …) is kept with its
reason, so that a page can say why something is absent.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

import pandas as pd

from shnor_lib.faults import ShnorError
from shnor_lib.methods.as_of import as_of
from shnor_lib.methods.coherence import Coherence, coherence
from shnor_lib.methods.competence_definition import load_competence_rules
from shnor_lib.methods.contextual import ContextualResult, contextual_of
from shnor_lib.methods.dynamics import DynamicsResult, dynamics
from shnor_lib.methods.early_warning import WarningResult, early_warning
from shnor_lib.methods.effect import EffectResult, effect_of_support
from shnor_lib.methods.identification import Identification, identify
from shnor_lib.methods.index_definition import Index, load_index
from shnor_lib.methods.list_changes import listed_schools
from shnor_lib.methods.objectivity import objectivity
from shnor_lib.methods.ranking import RatingResult, rate
from shnor_lib.methods.rating_definition import Rating, load_rating
from shnor_lib.methods.rating_uncertainty import RatingUncertainty, rating_uncertainty
from shnor_lib.methods.readings import count_readings
from shnor_lib.methods.recommend import Recommendations, recommend
from shnor_lib.methods.recommendation_rules import load_recommendations
from shnor_lib.methods.resilient import ResilientResult, resilient_schools
from shnor_lib.methods.result_composite import result_composite
from shnor_lib.methods.risk_definition import load_risk_rules
from shnor_lib.methods.risk_profile import RiskProfiles, risk_profile
from shnor_lib.methods.risk_register import RiskRegister, risk_register
from shnor_lib.methods.ruleset import IndexBelow, RatingBelow, RuleSet, load_ruleset
from shnor_lib.methods.school_facts import school_facts
from shnor_lib.methods.small_schools import subject_shares
from shnor_lib.methods.strengths import conditions, strengths
from shnor_lib.methods.support_network import SupportNetwork, support_network, support_year
from shnor_lib.methods.teacher_competence import TeacherCompetence, teacher_competence
from shnor_lib.methods.trends import TrendResult, trends
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
    forum
        Address of a forum to link to; empty: none.
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
    trends
        Directions over three comparable years and more that end in ``year``.
    contextual, resilient
        Results given the wellbeing index; schools with high results in hard conditions.
    readings
        How many schools each reading of the rules' open questions lists.
    refusals
        What could not be computed → why (Russian): keys ``rating:<id>``, ``index:<id>``,
        ``ruleset:<id>``, ``dynamics``, ``trends``, ``contextual``, ``resilient``, ``readings``.
    objectivity
        Signs of biased results, all schools and years; questions, never part of a status.
    shares
        Shares of low results by subject as counted and corrected for size
        (:func:`~shnor_lib.methods.small_schools.subject_shares`); None when refused (``shares``).
    deadlines
        By when the forms are to be handed in.
    day
        The day of the questions «what is overdue» (:func:`~shnor_lib.methods.as_of.as_of`).
    risks, risk_register
        Risk profiles of all years; who has to decide on what. None when refused (``risks``).
    uncertainty
        How far the places of the rating in ``year`` hang on choices and chance.
    rating_coherence, index_coherence
        Whether indicators do what their weights say, in ``year``.
    strengths
        Best and worst places of every school in ``year``: columns of
        :func:`~shnor_lib.methods.strengths.strengths` and ``about`` (``rating``, ``index``).
    effect
        What came of support beyond what was to be expected; None when refused (``effect``).
    warning
        Forecast of next year's list; None when refused (``warning``).
    recommendations
        What follows from the library for the schools of ``year``, issued on ``day``; None when
        refused (``recommendations``).
    network
        Who supports whom on ``day``, against the list of ``year``.
    teachers
        Competence of teachers in ``year`` as of ``day``; None when refused (``teachers``).
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
    trends: TrendResult | None = field(repr=False, default=None)
    contextual: ContextualResult | None = field(repr=False, default=None)
    resilient: ResilientResult | None = field(repr=False, default=None)
    readings: pd.DataFrame | None = field(repr=False, default=None)
    refusals: dict[str, str] = field(default_factory=dict)
    objectivity: pd.DataFrame | None = field(repr=False, default=None)
    shares: pd.DataFrame | None = field(repr=False, default=None)
    deadlines: tuple[Deadline, ...] = ()
    day: dt.date = dt.date(2000, 9, 1)
    risks: RiskProfiles | None = field(repr=False, default=None)
    risk_register: RiskRegister | None = field(repr=False, default=None)
    uncertainty: RatingUncertainty | None = field(repr=False, default=None)
    rating_coherence: Coherence | None = field(repr=False, default=None)
    index_coherence: Coherence | None = field(repr=False, default=None)
    strengths: pd.DataFrame = field(repr=False, default_factory=pd.DataFrame)
    effect: EffectResult | None = field(repr=False, default=None)
    warning: WarningResult | None = field(repr=False, default=None)
    recommendations: Recommendations | None = field(repr=False, default=None)
    network: SupportNetwork | None = field(repr=False, default=None)
    teachers: TeacherCompetence | None = field(repr=False, default=None)
    forum: str = ""

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
    day = as_of(dataset, settings.as_of)
    risks = attempt(
        "risks",
        lambda: risk_profile(
            dataset, load_risk_rules(settings.risks, project), identification=identification
        ),
    )
    own_rating, own_index = ratings.get(rating_id), indices.get(index_id)
    contextual: ContextualResult | None = None
    resilient: ResilientResult | None = None
    if own_index is None:
        refusals["contextual"] = refusals["resilient"] = (
            f"Нет индекса социального благополучия. {refusals.get(f'index:{index_id}', '')}".strip()
        )
    else:
        composite = attempt(
            "contextual",
            lambda: result_composite(
                dataset, None if own_rating is None else own_rating.definition
            ),
        )
        if composite is None:
            refusals["resilient"] = refusals["contextual"]
        else:
            contextual = attempt("contextual", lambda: contextual_of(dataset, own_index, composite))
            resilient = attempt("resilient", lambda: resilient_schools(own_index, composite))
    strong = _strong_sides(own_rating, own_index, year)
    moved = attempt("dynamics", lambda: dynamics(dataset, calendar=calendar))
    warned = attempt("warning", lambda: early_warning(dataset, identification, index=own_index))
    signs = attempt("objectivity", lambda: objectivity(dataset, calendar))
    advised = attempt(
        "recommendations",
        lambda: recommend(
            school_facts(
                dataset,
                identification,
                year,
                day,
                dynamics=moved,
                index=own_index,
                warning=warned,
                risks=risks,
                objectivity=signs,
            ),
            load_recommendations(settings.recommendations, project),
            municipalities=_municipalities(dataset),
            day=day,
        ),
    )
    return Analysis(
        title=settings.title,
        subtitle=settings.subtitle,
        organisation=settings.organisation,
        forum=settings.forum,
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
        dynamics=moved,
        trends=attempt("trends", lambda: trends(dataset, calendar=calendar, years=[year])),
        contextual=contextual,
        resilient=resilient,
        readings=attempt(
            "readings",
            lambda: count_readings(
                dataset, ruleset, year=year, ratings=ratings, index=indices, calendar=calendar
            ),
        ),
        refusals=refusals,
        objectivity=signs,
        shares=attempt("shares", lambda: subject_shares(dataset.results)),
        deadlines=tuple(settings.deadlines),
        day=day,
        risks=risks,
        risk_register=None if risks is None else risk_register(risks, dataset, day),
        uncertainty=None
        if own_rating is None
        else attempt(
            "uncertainty",
            lambda: rating_uncertainty(own_rating, year, cutoff=_cutoff(rulesets, rating_id)),
        ),
        rating_coherence=_checked(own_rating, year, "rating_coherence", attempt),
        index_coherence=_checked(own_index, year, "index_coherence", attempt),
        strengths=strong,
        effect=attempt(
            "effect",
            lambda: effect_of_support(
                dataset, identification=identification, index=own_index, calendar=calendar
            ),
        ),
        warning=warned,
        recommendations=advised,
        network=support_network(
            dataset,
            listed_schools(identification.statuses, year),
            support_year(dataset, year, day),
            day,
            norm=settings.support,
        ),
        teachers=attempt(
            "teachers",
            lambda: teacher_competence(
                dataset,
                load_competence_rules(settings.competence, project),
                year=year,
                day=day,
                listed=listed_schools(identification.statuses, year),
            ),
        ),
    )


def _municipalities(dataset: Dataset) -> dict[str, str]:
    """School's id → municipality, where it is known."""
    rows = dataset.schools.drop_duplicates("school_id").dropna(subset=["municipality"])
    return dict(zip(rows["school_id"].astype(str), rows["municipality"].astype(str), strict=True))


def _checked(
    result: RatingResult | IndexResult | None, year: int, what: str, attempt: Callable[..., Any]
) -> Coherence | None:
    """Whether the weights do what they say, where there is something to be checked."""
    chain = None if result is None else result.chain
    found: Coherence | None = None
    if chain is not None:
        found = attempt(what, lambda: coherence(chain, year))
    return found


def _cutoff(rulesets: Iterable[RuleSet], rating: str) -> float | None:
    """Cut-off of the first rule that looks at the rating."""
    cutoffs = [
        c.cutoff
        for rules in rulesets
        for c in rules.criteria
        if isinstance(c, RatingBelow) and c.rating == rating
    ]
    return cutoffs[0] if cutoffs else None


def _strong_sides(
    rating: RatingResult | None, index: IndexResult | None, year: int
) -> pd.DataFrame:
    """Ends of the places of every school; ``about``: ``rating`` or ``index``."""
    parts = []
    if rating is not None:
        parts.append(strengths(rating, year).assign(about="rating"))
    if index is not None:
        parts.append(conditions(index, year).assign(about="index"))
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=["school_id"])


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
