"""A rating as a chain of steps: what goes in, which steps, what chance does to it.

The chain is that of :mod:`shnor_lib.stats.composite`; it can be replayed with one thing
changed, and that is how ratings are compared with what they might as well have been.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from shnor_lib.faults import ShnorError
from shnor_lib.methods.chain_definition import Imputation, OutlierTreatment
from shnor_lib.methods.coded import code_results
from shnor_lib.methods.rating_definition import Rating, ResultsIndicator
from shnor_lib.methods.rating_items import Item, items_of, too_many
from shnor_lib.stats.composite import AsIs, Chain, Framework, StepError
from shnor_lib.stats.composite.variants import Sampler, VariantError
from shnor_lib.store import Dataset

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.intp]

TOP = "rating total"
"""Code of the rating in its framework; no indicator has a space before a colon in its id."""


def group_code(group: str) -> str:
    """Code of a group in the framework.

    >>> group_code("vpr")
    'group vpr'
    """
    return f"group {group}"


@dataclass(frozen=True)
class Table:
    """Indicators of a rating for schools × years.

    Attributes
    ----------
    items
        Every indicator, loaded ones each by itself.
    schools, years
        What the axes of an item's arrays stand for.
    kinds
        Register of the schools, for imputation by kind: index school_id.
    """

    definition: Rating
    items: list[Item]
    schools: pd.Index
    years: list[int]
    kinds: pd.DataFrame

    @property
    def used(self) -> list[Item]:
        """Indicators that enter the chain: somebody has a value, and their group has weight."""
        known = [item for item in self.items if not np.isnan(item.raw).all()]
        heavy = {item.group for item in known if item.weight > 0}
        return [item for item in known if item.group in heavy]

    def sampled_in(self, year: int) -> bool:
        """Whether results of the year are subject to chance: somebody has a drawn indicator."""
        y = self.years.index(year)
        return any(
            item.x is not None and item.weight > 0 and not np.isnan(item.raw[:, y]).all()
            for item in self.used
        )

    def rows(self, years: Iterable[int] | None = None) -> tuple[Ints, Ints]:
        """Positions (school, year) of the rows: schools with any value that weighs.

        ``years``: these years only.
        """
        shape = (len(self.schools), len(self.years))
        there = np.zeros(shape, dtype=np.bool_)
        for item in self.used:
            if item.weight > 0:
                factor = np.ones(shape) if item.maximum is None else item.maximum
                there |= ~np.isnan(item.raw) & (factor > 0)
        if years is not None:
            there[:, [year not in set(years) for year in self.years]] = False
        # by year, schools in order: the rows of a year stand together
        y, s = np.nonzero(there.T)
        return s, y


def table_of(dataset: Dataset, definition: Rating, years: list[int]) -> Table:
    """The indicators of a rating.

    Parameters
    ----------
    dataset
        Tidy tables.
    definition
        The rating.
    years
        All years the arrays are to have, ascending.

    Raises
    ------
    ShnorError
        More points or marks than there can be.
    """
    known = pd.concat(
        [f["school_id"] for f in (dataset.schools, dataset.results, dataset.rating_points)]
    )
    schools: pd.Index = pd.Index(known.dropna().unique().astype("string")).sort_values()
    by_results = any(isinstance(item, ResultsIndicator) for _, item in definition.indicators)
    # Coding millions of rows costs a second; loaded points do not need it.
    rows = dataset.results if by_results else dataset.results.head(0)
    coded = code_results(rows, schools, years)
    items: list[Item] = []
    for group, indicator in definition.indicators:
        items.extend(items_of(dataset, definition, group.id, indicator, coded))
    kinds = dataset.schools.drop_duplicates("school_id").set_index("school_id")
    return Table(definition, items, schools, years, kinds)


def framework_of(table: Table) -> Framework:
    """Indicators, groups that weigh as much as their indicators together, the rating."""
    titles = {group.id: group.title for group in table.definition.groups}
    used = table.used
    groups = list(dict.fromkeys(item.group for item in used))
    lines: list[dict[str, Any]] = [
        {
            "code": item.id,
            "name": item.title,
            "level": 1,
            "parent": group_code(item.group),
            "direction": item.direction,
            "weight": item.weight,
        }
        for item in used
    ]
    lines += [
        {"code": group_code(name), "name": titles[name], "level": 2, "parent": TOP}
        for name in groups
    ]
    lines.append({"code": TOP, "name": table.definition.title, "level": 3, "parent": None})
    frame = pd.DataFrame(lines).fillna({"direction": 1, "weight": 1.0})
    return Framework.from_table(frame).with_summed_weights()


def start_chain(
    table: Table, years: Iterable[int] | None = None, *, treat: bool = False
) -> Chain | None:
    """The chain of a rating, all steps done.

    Steps: ``impute`` and ``treat`` if the definition asks for them, ``normalise``,
    ``aggregate``.

    Parameters
    ----------
    table
        From :func:`table_of`.
    years
        Rows of these years only; all by default.
    treat
        Have a step ``treat`` that leaves everything as it is, for a replay with a treatment.

    Returns
    -------
    Chain or None
        Rows (school_id, year) × indicators, groups and :data:`TOP`; None when no school can be
        rated.

    Raises
    ------
    ShnorError
        A step is impossible; the message names the rating, the indicator and the step.
    """
    definition = table.definition
    s, y = table.rows(years)
    if not len(s):
        return None
    index = pd.MultiIndex.from_arrays(
        [table.schools.take(s), pd.Index(np.asarray(table.years, dtype=np.int64)[y])],
        names=["school_id", "year"],
    )
    used = table.used
    raw = pd.DataFrame({item.id: item.raw[s, y] for item in used}, index=index)
    by_time = definition.reference == "year"
    with named_steps(definition):
        chain = Chain.start(raw, framework_of(table))
        if definition.imputation is not None:
            chain = chain.impute(**imputation_arguments(definition.imputation, table.kinds))
        if treat or definition.treatment is not None:
            arguments = treatment_arguments(
                definition.treatment, table, chain.data, by_time=by_time
            )
            chain = chain.treat(by_time=by_time, **arguments)
        chain = chain.normalise(
            special={
                item.id: AsIs() if item.normalisation is None else item.normalisation.scale(item.id)
                for item in used
            },
            by_time=by_time,
        )
        maxima = {
            item.id: item.maximum[s, y] for item in used if item.maximum is not None
        }  # what is worth different points in different schools
        return chain.aggregate(
            how={2: definition.within_groups.how(), 3: definition.aggregation.how()},
            missing="shrink",
            by_time=by_time,
            **({"row_weights": pd.DataFrame(maxima, index=index)} if maxima else {}),
        )


def imputation_arguments(rule: Imputation, kinds: pd.DataFrame) -> dict[str, Any]:
    """Arguments of the step ``impute``."""
    arguments: dict[str, Any] = {"method": rule.method, "impossible": rule.impossible}
    if rule.max_steps is not None:
        arguments["max_steps"] = rule.max_steps
    if rule.by is not None:
        arguments["groups"] = kinds[rule.by]
    return arguments


def treatment_arguments(
    rule: OutlierTreatment | None, table: Table, data: pd.DataFrame, *, by_time: bool
) -> dict[str, Any]:
    """Arguments of the step ``treat``: indicators with too few values stay as they are."""
    if rule is None:
        return {"default": None}
    counts = data.notna()
    few = (
        counts.groupby(level=1).sum().replace(0, np.nan).min() if by_time else counts.sum()
    ) < rule.min_values
    left = {
        item.id: None
        for item in table.used
        if item.normalisation is None or item.id in rule.skip or bool(few[item.id])
    }
    return {"default": rule.rule(), "special": left}


def of_own_year(definition: Rating) -> bool:
    """Whether the scores of a year depend on that year's rows only."""
    if definition.imputation is not None:
        return False
    if definition.reference == "year":
        return True
    compares = any(
        rule.how().compares_units for rule in (definition.aggregation, definition.within_groups)
    )
    fixed = all(scale is None or scale.fixed for scale in definition.scales)
    return fixed and definition.treatment is None and not compares


# --- chance ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Drawn:
    """An indicator that is drawn: posterior Beta(a, b) of its rows.

    ``given``: position of the low results of the same scope; then what is drawn is the share
    among those who had no low result.
    """

    position: int
    rows: Ints
    a: Floats
    b: Floats
    given: int | None = None


def sampler_of(table: Table, chain: Chain) -> Sampler | None:
    """Draws the chain's table anew, as if other pupils of the same schools had written.

    A share is drawn from its Jeffreys posterior Beta(½ + x, ½ + n − x); high results of a scope
    are drawn given its low results, as the two exclude one another. Points, social and staff
    shares and mean scores are taken as they are.

    The shares are *not* drawn towards the mean of the schools one by one: a weak school is weak in
    all indicators at once, the pulls of the single indicators add up, and the sum ends much too
    near the middle. On regions with a known truth the interval of the share of the maximum then
    holds it in 87 % of schools instead of 95 %; drawn as here it does in 96 %, and the interval of
    the place is narrower too (:mod:`shnor_lib.validation`).

    Returns
    -------
    Sampler or None
        None when nothing is subject to chance.

    Raises
    ------
    ShnorError
        A school has more marks than pupils.
    """
    plan = _drawn_items(table, chain)
    if not plan:
        return None
    codes = list(chain.framework.indicators)
    base = chain.stages[stage_of(chain)][codes].to_numpy(dtype="float64")

    def draw(generator: np.random.Generator, size: int) -> Floats:
        tables = np.broadcast_to(base, (size, *base.shape)).copy()
        for one in plan:
            drawn = generator.beta(one.a, one.b, (size, len(one.rows)))
            if one.given is not None:
                drawn *= 1 - tables[:, one.rows, one.given]
            tables[:, one.rows, one.position] = drawn
        return tables

    return draw


def stage_of(chain: Chain) -> str:
    """Stage that is drawn anew: the last one before outliers are treated."""
    return "impute" if "impute" in chain.stages else "raw"


def _drawn_items(table: Table, chain: Chain) -> list[_Drawn]:
    index = chain.data.index
    s = table.schools.get_indexer(index.get_level_values(0))
    y = pd.Index(table.years).get_indexer(index.get_level_values(1))
    plan: list[_Drawn] = []
    lows: dict[str, tuple[int, Floats, Floats]] = {}
    places = {item.id: number for number, item in enumerate(table.used)}
    # Low results first: high ones of the same scope are drawn given them.
    for item in sorted(table.used, key=lambda i: i.measure != "share_low"):
        if item.x is None:
            continue
        known = ~np.isnan(item.raw[s, y])
        x, n = item.x[s, y], item.n[s, y]
        low = lows.get(item.scope)
        if low is None and item.measure == "share_low":
            lows[item.scope] = (places[item.id], x, n)
        for year in np.unique(y[known]):
            rows = np.flatnonzero(known & (y == year))
            rest, given = n[rows] - x[rows], None
            if low is not None and np.array_equal(low[2][rows], n[rows]):
                rest, given = rest - low[1][rows], low[0]
            if (rest < 0).any():
                school = str(index[rows[np.flatnonzero(rest < 0)[0]]][0])
                raise too_many(table.definition, item.id, school)
            plan.append(_Drawn(places[item.id], rows, x[rows] + 0.5, rest + 0.5, given))
    return plan


@contextmanager
def named_steps(definition: Rating) -> Iterator[None]:
    """Errors of the steps as errors of the product that name the rating.

    Raises
    ------
    ShnorError
        Instead of StepError and VariantError.
    """
    try:
        yield
    except StepError as error:
        raise ShnorError(_sentence(definition, error)) from error
    except VariantError as error:
        raise ShnorError(f"Рейтинг «{definition.id}»: {error}") from error


def _sentence(definition: Rating, error: StepError) -> str:
    titles = {group_code(group.id): group.title for group in definition.groups}
    titles[TOP] = definition.title
    problem = error.problem
    for code, title in titles.items():
        problem = problem.replace(f"«{code}»", f"«{title}»")
    place = f"Рейтинг «{definition.id}»"
    if error.indicator in titles and error.indicator != TOP:
        place += f", группа «{titles[error.indicator]}»"
    elif error.indicator and error.indicator != TOP:
        place += f", показатель «{error.indicator}»"
    if error.unit:
        place += f", школа «{error.unit}»"
    return f"{place}, шаг «{error.step}»: {problem}"
