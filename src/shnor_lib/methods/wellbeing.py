"""Index of social wellbeing of a school (ИСБШ): 0…100, higher = better off.

Two ways to one number: a weighted mean of normalised components with weights anyone can
read and change, or the first principal component, where the data give the loadings. Years
are always normalised together (or by fixed ends), so that a school's index in one year can be
compared with its index in another.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from shnor_lib.faults import ShnorError
from shnor_lib.methods.chain_definition import ArithmeticMean
from shnor_lib.methods.index_definition import Component, Index, IndexCutoff, load_index
from shnor_lib.stats.composite import (
    Arithmetic,
    AsIs,
    Chain,
    Framework,
    StepError,
    ZScore,
    pca_weights,
)
from shnor_lib.store import Dataset

__all__ = ["Index", "IndexCutoff", "IndexResult", "load_index", "wellbeing_index"]

Floats = npt.NDArray[np.float64]

MIN_SCHOOLS_PCA = 30
"""Fewer schools do not carry a principal component."""

TOP = "index total"
"""Code of the index in its framework; an id of a component has no space."""


@dataclass
class IndexResult:
    """What :func:`wellbeing_index` computed.

    Attributes
    ----------
    definition
        The index.
    scores
        ``school_id``, ``year``, ``index`` (0…100, higher = better off; NA when less than the
        required part of the weight is there), ``z`` (over all schools and years),
        ``n_components``.
    components
        ``school_id``, ``year``, ``component``, ``title``, ``share`` (as counted),
        ``normalised`` (0…1, or what the definition's normalisation gives; more = better off),
        ``weight`` (after spreading that of missing components), ``contribution`` (points of the
        index; in mode ``pca`` and for scales without a maximum up to a constant; NA where the
        index is no sum).
    mode
        ``weighted`` or ``pca``.
    loadings
        ``component``, ``title``, ``loading``: weights adding up to 1, or loadings of the first
        component (their squares add up to 1).
    explained
        Mode ``pca``: share of the variance the first component explains, 0…1; else None.
    chain
        Steps with their arguments and tables, rows (school_id, year) of all years; None
        without rows. Its result is the index before it is brought to 0…100.
    """

    definition: Index
    scores: pd.DataFrame
    components: pd.DataFrame
    mode: str
    loadings: pd.DataFrame
    explained: float | None = None
    chain: Chain | None = field(default=None, repr=False)


def wellbeing_index(
    dataset: Dataset, definition: Index, *, years: Iterable[int] | None = None
) -> IndexResult:
    """Compute the index for all schools that have a social passport.

    Parameters
    ----------
    dataset
        Tidy tables.
    definition
        From :func:`load_index`.
    years
        Years to return; normalisation always uses all years of the data.

    Raises
    ------
    ShnorError
        The index cannot be computed; the message names the step: for ``pca`` fewer than 30
        schools with all components or a component that works against its direction; a
        component that is the same everywhere; any impossible step of the chain.
    """
    rows = _rows(dataset, definition)
    shares = _shares(dataset, definition, rows)
    loadings = np.array([c.weight for c in definition.components], dtype=np.float64)
    loadings = loadings / loadings.sum()
    chain, explained = None, None
    index = np.full(len(rows), np.nan)
    normalised = weights = contribution = np.full(shares.shape, np.nan)
    if definition.mode == "pca":
        _enough_schools(definition, shares, rows)
    if len(rows):
        with _named_steps(definition):
            table = _raw_table(definition, rows, shares)
            if definition.mode == "pca":
                chain, loadings, explained = _principal(definition, table, dataset)
            else:
                chain = _weighted(definition, table, dataset)
        index, normalised, weights, contribution = _read(definition, chain)
    known = index[~np.isnan(index)]
    spread = known.std(ddof=1) if len(known) > 1 else 0.0
    z = (index - known.mean()) / spread if spread > 0 else np.full(len(index), np.nan)
    scores = rows.assign(
        index=_nullable(index),
        z=_nullable(z),
        n_components=pd.array((~np.isnan(shares)).sum(axis=1), dtype="Int64"),
    )
    parts = [
        rows.assign(
            component=pd.Series(c.id, index=rows.index, dtype="string"),
            title=pd.Series(c.title, index=rows.index, dtype="string"),
            share=_nullable(shares[:, j]),
            normalised=_nullable(normalised[:, j]),
            weight=_nullable(weights[:, j]),
            contribution=_nullable(contribution[:, j]),
        )
        for j, c in enumerate(definition.components)
    ]
    components = pd.concat(parts, ignore_index=True)
    if years is not None:
        wanted = [int(y) for y in years]
        scores = scores[scores["year"].isin(wanted)].reset_index(drop=True)
        components = components[components["year"].isin(wanted)].reset_index(drop=True)
    return IndexResult(
        definition=definition,
        scores=scores,
        components=components,
        mode=definition.mode,
        loadings=pd.DataFrame(
            {
                "component": pd.array([c.id for c in definition.components], dtype="string"),
                "title": pd.array([c.title for c in definition.components], dtype="string"),
                "loading": pd.array(loadings, dtype="Float64"),
            }
        ),
        explained=explained,
        chain=chain,
    )


def _rows(dataset: Dataset, definition: Index) -> pd.DataFrame:
    """School-years that have at least one of the yearly tables the index needs."""
    tables = {c.table for c in definition.components} - {"schools"} or {"social_passport"}
    keys = pd.concat([getattr(dataset, name)[["school_id", "year"]] for name in sorted(tables)])
    keys = keys.dropna().drop_duplicates().sort_values(["year", "school_id"])
    rows: pd.DataFrame = keys.reset_index(drop=True)
    return rows


def _shares(dataset: Dataset, definition: Index, rows: pd.DataFrame) -> Floats:
    """Rows × components; every table is joined once, whatever the number of components."""
    joined: dict[str, pd.DataFrame] = {}
    for name in {c.table for c in definition.components}:
        own = [c for c in definition.components if c.table == name]
        named = [c for one in own for c in (one.numerator, one.denominator) if c is not None]
        by = ["school_id"] if name == "schools" else ["school_id", "year"]
        frame: pd.DataFrame = getattr(dataset, name).drop_duplicates(by)
        joined[name] = rows.merge(frame[[*by, *dict.fromkeys(named)]], on=by, how="left")
    return np.stack([_share(joined[c.table], c) for c in definition.components], axis=1)


def _share(joined: pd.DataFrame, component: Component) -> Floats:
    top = joined[component.numerator].to_numpy(dtype="float64", na_value=np.nan)
    if component.denominator is None:
        return top
    whole = joined[component.denominator].to_numpy(dtype="float64", na_value=np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(whole > 0, top / whole, np.nan)


# --- the chain ---------------------------------------------------------------------------------


def _raw_table(definition: Index, rows: pd.DataFrame, shares: Floats) -> pd.DataFrame:
    index = pd.MultiIndex.from_arrays(
        [rows["school_id"].array, rows["year"].astype("int64")], names=["school_id", "year"]
    )
    return pd.DataFrame(shares, index=index, columns=[c.id for c in definition.components])


def _start(definition: Index, table: pd.DataFrame, dataset: Dataset, **special: Any) -> Chain:
    """The chain up to normalisation; ``special``: components with a scale of their own."""
    weighted = definition.mode == "weighted"
    lines: list[dict[str, Any]] = [
        {
            "code": c.id,
            "name": c.title,
            "level": 1,
            "parent": TOP,
            "direction": c.direction,
            "weight": c.weight if weighted else 1.0,
        }
        for c in definition.components
    ]
    top = {"code": TOP, "name": definition.title, "level": 2, "direction": 1, "weight": 1.0}
    framework = Framework.from_table(pd.DataFrame([*lines, top]))
    chain = Chain.start(table, framework)
    rule = definition.imputation
    if rule is not None:
        kinds = dataset.schools.drop_duplicates("school_id").set_index("school_id")
        more: dict[str, Any] = {} if rule.max_steps is None else {"max_steps": rule.max_steps}
        if rule.by is not None:
            more["groups"] = kinds[rule.by]
        chain = chain.impute(method=rule.method, impossible=rule.impossible, **more)
    if definition.treatment is not None:
        few = chain.data.notna().sum() < definition.treatment.min_values
        chain = chain.treat(
            default=definition.treatment.rule(),
            special={
                code: None
                for code in framework.indicators
                if few[code] or code in definition.treatment.skip
            },
        )
    return chain.normalise(**special)


def _weighted(definition: Index, table: pd.DataFrame, dataset: Dataset) -> Chain:
    # What nobody has counted has no scale; its weight counts as missing all the same.
    special = {
        c.id: AsIs() if table[c.id].isna().all() else c.normalisation.scale(c.id)
        for c in definition.components
    }
    return _start(definition, table, dataset, special=special).aggregate(
        how=definition.aggregation.how(),
        min_share=definition.min_weight_share,
        share_of="weight",
    )


def _principal(
    definition: Index, table: pd.DataFrame, dataset: Dataset
) -> tuple[Chain, Floats, float]:
    chain = _start(definition, table, dataset, scale=ZScore())
    found = pca_weights(chain.data, chain.framework, min_units=MIN_SCHOOLS_PCA)
    codes = [c.id for c in definition.components]
    weights = found.weights[codes]
    chain = chain.aggregate(
        how=Arithmetic(),
        weights=weights,
        min_share=definition.min_weight_share,
        share_of="weight",
    )
    loadings = weights.to_numpy() / np.linalg.norm(weights.to_numpy())
    return chain, loadings, float(found.explained[TOP])


def _read(definition: Index, chain: Chain) -> tuple[Floats, Floats, Floats, Floats]:
    """Index, normalised components, their weights and contributions (rows × components)."""
    score = chain.data[TOP].to_numpy(dtype="float64")
    normalised = chain.stages["normalise"].to_numpy(dtype="float64")
    own = chain.framework.weights
    given = chain.log[-1].arguments.get("weights")
    own = (own if given is None else given).reindex(list(chain.framework.indicators))
    there = ~np.isnan(normalised)
    present = (there * own.to_numpy()).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        weights = np.where(
            there & ~np.isnan(score)[:, None], own.to_numpy() / present[:, None], np.nan
        )
    index, scale = _from_zero_to_hundred(definition, score)
    additive = isinstance(definition.aggregation, ArithmeticMean)
    contribution = scale * weights * normalised if additive else np.full(weights.shape, np.nan)
    return index, normalised, weights, contribution


def _from_zero_to_hundred(definition: Index, score: Floats) -> tuple[Floats, float]:
    """The index and how many of its points one point of the score is.

    Scores of scales that end at 0 and 1 are multiplied by 100; all others are brought to
    0…100 by the lowest and the highest of all schools and years.
    """
    ends = all(c.normalisation.unit for c in definition.components)
    if definition.mode == "weighted" and ends and definition.aggregation.keeps_scale:
        return 100 * score, 100.0
    known = score[~np.isnan(score)]
    if not len(known):
        return score, np.nan
    if known.min() == known.max():
        raise ShnorError(
            f"Индекс «{definition.id}»: у всех школ одно значение, от 0 до 100 его не развести. "
            "Задайте постоянные границы (goalposts)."
        )
    scale = float(100 / (known.max() - known.min()))
    return scale * (score - known.min()), scale


# --- refusals ----------------------------------------------------------------------------------


def _enough_schools(definition: Index, shares: Floats, rows: pd.DataFrame) -> None:
    complete: npt.NDArray[np.bool_] = np.asarray(~np.isnan(shares).any(axis=1))
    schools = rows["school_id"][complete].nunique()
    if schools < MIN_SCHOOLS_PCA:
        raise ShnorError(
            f"Индекс «{definition.id}»: главная компонента по {schools} школам ненадёжна, "
            f"нужно не меньше {MIN_SCHOOLS_PCA} школ, у которых заполнены все составляющие. "
            "Возьмите индекс с заданными весами (mode: weighted) или пороги социального паспорта."
        )


@contextmanager
def _named_steps(definition: Index) -> Iterator[None]:
    """Errors of the steps as errors of the product that name index and component.

    Raises
    ------
    ShnorError
        Instead of StepError.
    """
    titles = {c.id: c.title for c in definition.components}
    try:
        yield
    except StepError as error:
        place = f"Индекс «{definition.id}»"
        if error.indicator in titles:
            place += f", составляющая «{titles[error.indicator]}»"
        if error.unit:
            place += f", школа «{error.unit}»"
        problem = error.problem.replace(f" группы «{TOP}»", "").replace(f"группа «{TOP}»: ", "")
        raise ShnorError(f"{place}, шаг «{error.step}»: {problem}") from error


def _nullable(values: Floats) -> pd.api.extensions.ExtensionArray:
    return pd.arrays.FloatingArray(np.nan_to_num(values), np.isnan(values))
