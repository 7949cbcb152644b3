"""One simulated region with what the product says about it, shared by all measures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, cached_property

import pandas as pd

from shnor_lib.methods.identification import Identification, identify
from shnor_lib.methods.ruleset import ResultsShare, RuleSet, load_ruleset
from shnor_lib.store import Dataset
from shnor_lib.validation import tables
from shnor_lib.validation.region import Region

APART = 100
"""Numbers of companions stand so far from one another."""


@cache
def rules() -> RuleSet:
    """The rules the regions are judged by: those of Tbilissky, low results alone.

    «No high results» is a fact about the year's pupils, not about a share that could be known
    better; the truth of a list is clear only without it.
    """
    return load_ruleset("tbilissky-2021").with_switch("combine", "low_only")


def by_class(ruleset: RuleSet) -> RuleSet:
    """The same rules with every class judged on its own: much smaller numbers."""
    return ruleset.with_switch("unit", "subject_grade")


@dataclass(frozen=True)
class Case:
    """A region, what is true and what the product sees.

    Parameters
    ----------
    region
        The truth.
    draws
        Simulated draws the product makes for its intervals of ranks.
    status_times, deviation_times
        On how many times as many regions statuses and deviations are tried (:func:`with_companions`).
    """

    region: Region
    draws: int
    status_times: int = 1
    deviation_times: int = 1

    @property
    def world(self) -> str:
        """Id of the world."""
        return self.region.world.id

    @cached_property
    def dataset(self) -> Dataset:
        """What the product sees."""
        return tables.observed(self.region)

    @cached_property
    def endless(self) -> Dataset:
        """The same without luck."""
        return tables.endless(self.region)

    @cached_property
    def truth(self) -> pd.DataFrame:
        """See :func:`.tables.truth`."""
        return tables.truth(self.region)

    @cached_property
    def ruleset(self) -> RuleSet:
        """See :func:`rules`."""
        return rules()

    @cached_property
    def identification(self) -> Identification:
        """By the rules, all years."""
        return identify(self.dataset, self.ruleset)

    @cached_property
    def size_of(self) -> pd.Series:
        """Pupils of one age by school."""
        return pd.Series(self.region.parallel, index=self.region.ids)


def with_companions(case: Case, times: int) -> Iterator[Case]:
    """A region and others of the same world, ``times`` in all.

    For what a school has once in a region (a deviation, a status): in a tenth of probabilities there
    would be two or three hundred cases, in which chance alone makes as much as the bound.
    """
    yield case
    for at in range(1, times):
        other = replace(case.region, number=case.region.number + APART * at)
        yield replace(case, region=other)


def pooled(truth: pd.DataFrame, by: list[str]) -> pd.DataFrame:
    """True shares of several results together, weighted by participants.

    Parameters
    ----------
    truth
        Rows of :func:`.tables.truth`.
    by
        Columns that are kept apart.

    Returns
    -------
    DataFrame
        Index ``by``; ``n``, ``share``.
    """
    weighted = truth.assign(low=truth["n"] * truth["share"])
    sums = weighted.groupby(by)[["n", "low"]].sum()
    return pd.DataFrame({"n": sums["n"], "share": sums["low"] / sums["n"]})


def truly_beyond(truth: pd.DataFrame, ruleset: RuleSet, year: int) -> pd.Series:
    """Schools the rules would list if every class were endless.

    Only results criteria, pooled by subject; consecutive years, one subject is enough.

    Returns
    -------
    Series
        True or False by ``school_id``, for schools with a result in the year.
    """
    here = truth.loc[truth["year"] == year, "school_id"].unique()
    found = pd.Series(data=False, index=pd.Index(here, name="school_id"))
    for criterion in ruleset.criteria:
        if not isinstance(criterion, ResultsShare):
            continue
        years = range(year - criterion.years + 1, year + 1)
        procedures = [scope.procedure for scope in criterion.scopes]
        rows = truth[truth["procedure"].isin(procedures) & truth["year"].isin(years)]
        shares = pooled(rows, ["school_id", "procedure", "subject", "year"])["share"].unstack()
        beyond = (shares >= criterion.low.threshold).all(axis=1)
        listed = beyond[beyond].index.get_level_values("school_id")
        found[found.index.isin(listed)] = True
    return found
