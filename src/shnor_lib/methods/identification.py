"""Which schools are on the list, by which criteria, how surely, and from which cells.

The formal outcome (the rule applied to the counts) and the confidence (how probable it is
that the true value is beyond the threshold) are kept apart: a school with 2 of 9 pupils below
the minimum may be on the list formally and still be «на границе».
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd

from shnor_lib.faults import ShnorError
from shnor_lib.methods import evidence as _evidence
from shnor_lib.methods import trace as _trace
from shnor_lib.methods.by_school import SchoolIndex
from shnor_lib.methods.frames import (
    CRITERIA_DTYPES,
    STATUSES_DTYPES,
    criterion_frame,
    empty,
)
from shnor_lib.methods.indicator_criteria import YearTable, index_below, rating_below, social
from shnor_lib.methods.outcomes import MET, Outcome, years_text
from shnor_lib.methods.pooled import Pooled
from shnor_lib.methods.priors import prior_rows
from shnor_lib.methods.ranking import RatingResult, rate
from shnor_lib.methods.results_criterion import evaluate
from shnor_lib.methods.ruleset import (
    IndexBelow,
    RatingBelow,
    ResultsShare,
    RuleSet,
    SocialCount,
    SocialShare,
)
from shnor_lib.methods.statuses import (
    CERTAIN,
    CONFIDENCES,
    LIKELY,
    STATUS_FOR,
    STATUSES,
    confidence_codes,
    statuses_of,
)
from shnor_lib.methods.units import ResultsRule, Units
from shnor_lib.methods.wellbeing import IndexResult, wellbeing_index
from shnor_lib.project import Calendar, packaged_calendar
from shnor_lib.store import Dataset
from shnor_lib.tables.life import open_in

__all__ = [
    "CERTAIN",
    "CONFIDENCES",
    "LIKELY",
    "STATUSES",
    "STATUS_FOR",
    "Identification",
    "confidence_codes",
    "identify",
]


@dataclass
class Identification:
    """What :func:`identify` found.

    Attributes
    ----------
    ruleset
        The rules applied.
    statuses
        ``school_id``, ``year``, ``status`` (:data:`STATUSES`), ``low_results``, ``difficult``
        (bool), ``n_met``, ``criteria_met`` (ids joined by «, »), ``confidence``
        (:data:`CONFIDENCES`), ``probability`` (0…1, what the confidence is made of).
    schools, outcomes, units, judged
        Arrays behind the frames: schools in their order; outcomes by year; pooled results by
        criterion; by year, which schools have a status at all.
    ratings, index
        What the criteria took from elsewhere.
    """

    ruleset: RuleSet
    statuses: pd.DataFrame
    schools: pd.Index = field(repr=False)
    outcomes: dict[int, list[Outcome]] = field(repr=False)
    units: dict[str, Units] = field(repr=False)
    judged: dict[int, npt.NDArray[np.bool_]] = field(repr=False)
    ratings: dict[str, RatingResult] = field(repr=False, default_factory=dict)
    index: IndexResult | None = field(repr=False, default=None)

    @property
    def years(self) -> list[int]:
        """Status years, ascending."""
        return sorted(self.outcomes)

    @cached_property
    def criteria(self) -> pd.DataFrame:
        """One row per school × year × criterion.

        Columns: ``school_id``, ``year``, ``criterion``, ``status_for``, ``outcome``
        (``met``, ``not_met``, ``no_data``, ``few``, ``no_threshold``), ``value``, ``n``,
        ``numerator`` (of the deciding unit in the status year), ``threshold``, ``operator``,
        ``low``, ``high`` (95 % Wilson interval of ``value``), ``probability`` (that the true
        value over the years used together is beyond the threshold; with «no high results» this
        is about the share of low results only), ``beyond_latest``, ``unit``, ``procedure``,
        ``grade``, ``subject``, ``indicator``, ``units_met``, ``units_seen``, ``years_used``;
        of results criteria also ``pooled_n``, ``pooled_numerator`` (of the deciding unit over
        the years used), ``shrunk``, ``shrunk_low``, ``shrunk_high`` (the share estimated from
        them and the other schools, 95 % interval; NA where fewer than ten schools wrote).
        """
        parts = [
            criterion_frame(outcome, self.schools, self.judged[year])
            for year in self.years
            for outcome in self.outcomes[year]
        ]
        if not parts:
            return empty(CRITERIA_DTYPES)
        return pd.concat(parts, ignore_index=True)

    @cached_property
    def priors(self) -> pd.DataFrame:
        """How true shares are distributed over schools, for every share that was judged.

        One row per results criterion × unit × years: the status year alone (risk zone), and
        the years a unit was judged by, pooled; years that need not be consecutive are pooled in
        the combinations that occurred. Columns: ``criterion``, ``procedure``, ``grade`` (NA
        when grades are pooled), ``subject``, ``years`` («2023, 2024»), ``alpha``, ``beta``,
        ``mu`` = α/(α+β), ``rho`` = 1/(α+β+1), ``n_schools``, ``source`` (``fitted``,
        ``penalised``, ``weak``), ``note`` (Russian; why it is not plain maximum likelihood).
        """
        rows = []
        for criterion, units in self.units.items():
            asked: set[tuple[int, tuple[int, ...]]] = set()
            for outcome in (each for year in self.years for each in self.outcomes[year]):
                if outcome.criterion.id == criterion:
                    asked |= outcome.detail.asked
            for unit, years in sorted(asked):
                key = units.keys.iloc[unit]
                rows.append(
                    {
                        "criterion": criterion,
                        **{name: key[name] for name in ("procedure", "grade", "subject")},
                        "years": years_text([units.years[year] for year in years]),
                        "prior": units.prior(unit, years),
                    }
                )
        return prior_rows(rows)

    @cached_property
    def evidence(self) -> pd.DataFrame:
        """One row per school × status year × criterion × unit × year used.

        See :func:`shnor_lib.methods.evidence.evidence` for the columns.
        """
        return _evidence.evidence(self)

    def evidence_of(self, school_id: str, year: int) -> pd.DataFrame:
        """The evidence of one school in one year."""
        return _evidence.evidence(self, school_id=school_id, year=year)

    def trace(
        self,
        school_id: str,
        year: int,
        dataset: Dataset,
        *,
        criteria: Collection[str] | None = None,
    ) -> pd.DataFrame:
        """The evidence of one school down to the source rows and cells.

        See :func:`shnor_lib.methods.trace.trace`.
        """
        return _trace.trace(self, school_id, year, dataset, criteria=criteria)

    def met(self, school_id: str, year: int) -> list[str]:
        """Ids of the criteria a school meets in a year, in the order of the rules.

        Raises
        ------
        ShnorError
            No such school, or its status was not asked for in this year.
        """
        position = self.position(school_id)
        outcomes = self.outcomes_of(year)
        if not self.judged[year][position]:
            return []
        return [each.criterion.id for each in outcomes if each.outcome[position] == MET]

    def position(self, school_id: str) -> int:
        """Place of a school in :attr:`schools`.

        Raises
        ------
        ShnorError
            No such school.
        """
        found = self._positions.get(school_id)
        if found is None:
            raise ShnorError(f"Школы «{school_id}» нет в данных.")
        return found

    def outcomes_of(self, year: int) -> list[Outcome]:
        """Outcomes of all criteria in a year, in the order of the rules.

        Raises
        ------
        ShnorError
            Statuses of this year were not asked for.
        """
        if year not in self.outcomes:
            raise ShnorError(f"За {year} год статусы не определялись.")
        return self.outcomes[year]

    @cached_property
    def _positions(self) -> dict[str, int]:
        return {str(school): position for position, school in enumerate(self.schools)}

    @cached_property
    def rating_scores(self) -> dict[str, YearTable]:
        """Scores of the ratings the rules use, by school and year."""
        return {name: YearTable(r.scores, self.schools) for name, r in self.ratings.items()}

    @cached_property
    def school_index(self) -> SchoolIndex:
        """Where each school's rows stand in the tables that were traced."""
        return SchoolIndex()


def identify(
    dataset: Dataset,
    ruleset: RuleSet,
    *,
    ratings: Mapping[str, RatingResult] | None = None,
    index: IndexResult | Mapping[str, IndexResult] | None = None,
    calendar: Calendar | None = None,
    years: Iterable[int] | None = None,
    pooled: Pooled | None = None,
) -> Identification:
    """Apply a rule set to all schools.

    Parameters
    ----------
    dataset
        Tidy tables.
    ruleset
        From :func:`~shnor_lib.methods.ruleset.load_ruleset`.
    ratings, index
        Results of :func:`~.ranking.rate` by rating id and of :func:`~.wellbeing.wellbeing_index`
        for the criteria that need them. What is left out is computed here from the
        definitions loaded with the rule set.
    calendar
        When procedures were not held; the packaged calendar by default. A year in which a
        procedure was not held at all does not break a sequence of years.
    years
        Status years; default: all years of the data.
    pooled
        Remembers pooled results for the next call on the same data.

    Returns
    -------
    Identification

    Raises
    ------
    ShnorError
        A criterion needs a rating or an index that was neither given nor loaded.

    Notes
    -----
    A school has a status when at least the required number of criteria is met. Otherwise it
    is in the risk zone if criteria are beyond their threshold in the status year alone
    (editable), has insufficient data if no results criterion could be judged, and no signs
    otherwise. A school closed before the year or opened after it has no row.

    The probability of a status is that of its best met criterion (with several required: of
    the weakest of the best), for «both» the smaller of the two; of the risk zone, that the
    criterion is beyond its threshold in the status year alone; of «none», one minus the largest
    probability of any criterion. A criterion over several years has the probability that the
    share of all participants of these years together is beyond the threshold. Probabilities
    know the other schools: see :attr:`Identification.priors`; schools the rules do not apply
    to are left out of the priors.

    The deciding unit is the surest of several, so that its probability speaks for the school
    («by at least one subject truly beyond»), and a little too loudly for that very subject:
    in simulated regions half-sure deciding units were truly beyond less often than said, while
    the school was by one subject or another (:mod:`shnor_lib.validation`).
    """
    calendar = packaged_calendar() if calendar is None else calendar
    status_years = sorted({int(y) for y in years} if years is not None else dataset.years)
    schools = _all_schools(dataset)
    all_years = sorted({*dataset.years, *status_years})
    rating_results = _ratings(dataset, ruleset, ratings)
    index_results = _indices(dataset, ruleset, index)
    register = _register(dataset, schools)
    excluded = register["kind"].isin(ruleset.exclude_kinds).to_numpy(dtype=bool)
    memory = Pooled() if pooled is None else pooled
    coded = memory.coded(dataset.results, schools, all_years)
    units = {
        criterion.id: memory.units(
            coded,
            ResultsRule.of(ruleset, criterion),
            calendar,
            among=~excluded,
            years=status_years,
        )
        for criterion in ruleset.criteria
        if isinstance(criterion, ResultsShare)
    }
    passport = YearTable(dataset.social_passport, schools)
    rating_scores = {n: YearTable(r.scores, schools) for n, r in rating_results.items()}
    index_scores = {n: YearTable(r.scores, schools) for n, r in index_results.items()}
    outcomes: dict[int, list[Outcome]] = {}
    for year in status_years:
        outcomes[year] = []
        for criterion in ruleset.criteria:
            if isinstance(criterion, ResultsShare):
                outcome = evaluate(units[criterion.id], year)
            elif isinstance(criterion, RatingBelow):
                outcome = rating_below(criterion, rating_scores[criterion.rating], year)
            elif isinstance(criterion, IndexBelow):
                outcome = index_below(criterion, index_scores[criterion.index], year)
            else:
                assert isinstance(criterion, SocialShare | SocialCount)
                outcome = social(criterion, passport, year)
            outcomes[year].append(outcome)
    judged: dict[int, npt.NDArray[np.bool_]] = {}
    frames = []
    for year in status_years:
        there = open_in(register, year).to_numpy(dtype=bool)
        judged[year] = there & ~excluded
        frames.append(statuses_of(ruleset, outcomes[year], year, schools, there, excluded, units))
    statuses = pd.concat(frames, ignore_index=True) if frames else empty(STATUSES_DTYPES)
    return Identification(
        ruleset=ruleset,
        statuses=statuses,
        schools=schools,
        outcomes=outcomes,
        units=units,
        judged=judged,
        ratings=rating_results,
        index=next(iter(index_results.values()), None),
    )


def _all_schools(dataset: Dataset) -> pd.Index:
    known = pd.concat(
        [
            frame["school_id"]
            for frame in (
                dataset.schools, dataset.results, dataset.social_passport, dataset.rating_points,
            )
        ]
    )  # fmt: skip
    schools: pd.Index = pd.Index(known.dropna().unique().astype("string")).sort_values()
    return schools


def _register(dataset: Dataset, schools: pd.Index) -> pd.DataFrame:
    columns = ["kind", "opened", "closed"]
    register = dataset.schools.drop_duplicates("school_id").set_index("school_id")
    return register.reindex(schools)[columns]


def _ratings(
    dataset: Dataset, ruleset: RuleSet, given: Mapping[str, RatingResult] | None
) -> dict[str, RatingResult]:
    found: dict[str, RatingResult] = {}
    for criterion in ruleset.criteria:
        if not isinstance(criterion, RatingBelow):
            continue
        name = criterion.rating
        if given is not None and name in given:
            found[name] = given[name]
        elif name in ruleset._ratings:
            # 200 draws are enough for the spread; ranks are not used here.
            found[name] = rate(dataset, ruleset._ratings[name], draws=200)
        else:
            raise ShnorError(
                f"Показателю «{criterion.id}» нужен рейтинг «{name}». "
                f"Передайте его: identify(…, ratings={{'{name}': rate(…)}})."
            )
    return found


def _indices(
    dataset: Dataset,
    ruleset: RuleSet,
    given: IndexResult | Mapping[str, IndexResult] | None,
) -> dict[str, IndexResult]:
    by_id: Mapping[str, IndexResult] = (
        {given.definition.id: given} if isinstance(given, IndexResult) else dict(given or {})
    )
    found: dict[str, IndexResult] = {}
    for criterion in ruleset.criteria:
        if not isinstance(criterion, IndexBelow):
            continue
        name = criterion.index
        if name in by_id:
            found[name] = by_id[name]
        elif name in ruleset._indices:
            found[name] = wellbeing_index(dataset, ruleset._indices[name])
        else:
            raise ShnorError(
                f"Показателю «{criterion.id}» нужен индекс «{name}». "
                f"Передайте его: identify(…, index=wellbeing_index(…))."
            )
    return found
