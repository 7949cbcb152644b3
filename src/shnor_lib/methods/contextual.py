"""Results given the conditions: what is left of a school's results when its pupils' social
situation and the kind of place are taken into account.

The results are regressed on the wellbeing index and the type of settlement; a school's
residual is how far it stands from schools in like conditions. It comes with an interval and is
drawn towards zero the more it owes to chance. It is a comparison, not a measure of the
teachers' work: whatever the index does not see is in it too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TypeVar

import pandas as pd

from shnor_lib.faults import ShnorError
from shnor_lib.methods.context_model import ContextModel, ContextRule
from shnor_lib.methods.contextual_fit import fit_context
from shnor_lib.methods.ranking import SEED
from shnor_lib.methods.rating_definition import Rating
from shnor_lib.methods.result_composite import ResultComposite, result_composite
from shnor_lib.methods.wellbeing import IndexResult
from shnor_lib.store import Dataset

__all__ = ["ContextModel", "ContextRule", "ContextualResult", "contextual", "contextual_of"]

T = TypeVar("T")


@dataclass
class ContextualResult:
    """What :func:`contextual` computed.

    Attributes
    ----------
    yearly
        Year → model of that year; years in which it was refused are in ``refusals``.
    pooled
        Model of the last ``rule.pool_years`` years together; None if refused or if there is
        one year only.
    composite
        The results that were explained.
    index_id, index_title
        The wellbeing index used.
    refusals
        Year (as text) or ``pooled`` → why (Russian).
    rule
        The rule applied.
    """

    yearly: dict[int, ContextModel]
    pooled: ContextModel | None
    composite: ResultComposite = field(repr=False)
    index_id: str = ""
    index_title: str = ""
    refusals: dict[str, str] = field(default_factory=dict)
    rule: ContextRule = field(default_factory=ContextRule)

    @property
    def best(self) -> ContextModel:
        """The model to show first: the pooled one, otherwise that of the last year."""
        return self.pooled if self.pooled is not None else self.yearly[max(self.yearly)]

    @property
    def schools(self) -> pd.DataFrame:
        """Rows of all yearly models with ``year``; see :attr:`~.ContextModel.schools`."""
        parts = [model.schools.assign(year=year) for year, model in sorted(self.yearly.items())]
        return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def contextual(
    dataset: Dataset,
    index: IndexResult,
    rating: Rating | None = None,
    *,
    years: Iterable[int] | None = None,
    rule: ContextRule | None = None,
    draws: int = 400,
    seed: int = SEED,
) -> ContextualResult:
    """Explain results by conditions, year by year and over the last years together.

    Parameters
    ----------
    dataset
        Tidy tables.
    index
        Wellbeing index of the schools.
    rating
        The project's rating; its indicators of results make the number that is explained. The
        share of results that are not low without one.
    years
        Default: all years that have both results and the index.
    rule
        Fewest schools, years together, coverage, what counts.
    draws, seed
        Of the simulation of the sampling error.

    Raises
    ------
    ShnorError
        No year has enough schools, or the index is the same in all of them: the message says
        which and how many there are.

    Notes
    -----
    Formulas: :func:`~.contextual_fit.fit_context`.
    """
    composite = result_composite(dataset, rating, draws=draws, seed=seed)
    return contextual_of(dataset, index, composite, years=years, rule=rule)


def contextual_of(
    dataset: Dataset,
    index: IndexResult,
    composite: ResultComposite,
    *,
    years: Iterable[int] | None = None,
    rule: ContextRule | None = None,
) -> ContextualResult:
    """Explain a given composite by conditions; the rest as in :func:`contextual`."""
    rule = ContextRule() if rule is None else rule
    rows = _rows(dataset, index, composite)
    known = sorted({int(year) for year in rows["year"]})
    wanted = known if years is None else [y for y in sorted(set(map(int, years))) if y in known]
    if not wanted:
        raise ShnorError(
            "Результаты с учётом условий не рассчитаны: нет ни одного года, в котором у школ есть и "
            "результаты, и индекс социального благополучия."
        )
    refusals: dict[str, str] = {}

    def attempt(name: str, fit: Callable[[], T]) -> T | None:
        try:
            return fit()
        except ShnorError as error:
            refusals[name] = str(error)
            return None

    yearly: dict[int, ContextModel] = {}
    for year in wanted:
        found = attempt(str(year), lambda year=year: fit_context(rows, [year], rule))  # type: ignore[misc]
        if found is not None:
            yearly[year] = found
    if not yearly:
        raise ShnorError(refusals[str(wanted[-1])])
    last = [year for year in wanted if year > wanted[-1] - rule.pool_years]
    pooled = None
    if len(last) > 1:
        pooled = attempt("pooled", lambda: fit_context(rows, last, rule))
    return ContextualResult(
        yearly=yearly,
        pooled=pooled,
        composite=composite,
        index_id=index.definition.id,
        index_title=index.definition.title,
        refusals=refusals,
        rule=rule,
    )


def _rows(dataset: Dataset, index: IndexResult, composite: ResultComposite) -> pd.DataFrame:
    """School-years with results, their error, the index and the type of settlement."""
    scores = composite.scores[composite.scores["sd"].notna() & (composite.scores["n"] > 0)]
    conditions = index.scores.loc[index.scores["index"].notna(), ["school_id", "year", "index"]]
    places = dataset.schools[["school_id", "settlement_type"]].drop_duplicates("school_id")
    rows = scores.merge(conditions, on=["school_id", "year"]).merge(
        places, on="school_id", how="left"
    )
    return rows.sort_values(["year", "school_id"], ignore_index=True)
