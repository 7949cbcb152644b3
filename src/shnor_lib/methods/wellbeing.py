"""Index of social wellbeing of a school (ИСБШ): 0…100, higher = better off.

Two ways to one number: a weighted mean of normalised components with weights anyone can
read and change, or the first principal component, where the data give the loadings. Years
are always normalised together (or by fixed ends), so that a school's index in one year can be
compared with its index in another.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from shnor_lib.faults import ShnorError
from shnor_lib.methods.index_definition import Component, Index, IndexCutoff, load_index
from shnor_lib.methods.rating_definition import Goalposts
from shnor_lib.store import Dataset

__all__ = ["Index", "IndexCutoff", "IndexResult", "load_index", "wellbeing_index"]

Floats = npt.NDArray[np.float64]

MIN_SCHOOLS_PCA = 30
"""Fewer schools do not carry a principal component."""


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
        ``normalised`` (0…1 or standardised; more = better off), ``weight`` (after spreading
        that of missing components), ``contribution`` (points of the index; in mode ``pca``
        up to a constant).
    mode
        ``weighted`` or ``pca``.
    loadings
        ``component``, ``title``, ``loading``: weights adding up to 1, or loadings of the first
        component (signed by orientation).
    explained
        Mode ``pca``: share of the variance the first component explains, 0…1; else None.
    """

    definition: Index
    scores: pd.DataFrame
    components: pd.DataFrame
    mode: str
    loadings: pd.DataFrame
    explained: float | None = None


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
        The index cannot be computed; the message names the step: fewer than 30 schools with
        all components for ``pca``, or a component that is the same everywhere.
    """
    rows = _rows(dataset, definition)
    shares = np.stack([_share(dataset, c, rows) for c in definition.components], axis=1)
    if definition.mode == "weighted":
        index, normalised, weights, contribution, loadings = _weighted(definition, shares)
        explained = None
    else:
        index, normalised, weights, contribution, loadings, explained = _principal(
            definition, shares, rows
        )
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
    )


def _rows(dataset: Dataset, definition: Index) -> pd.DataFrame:
    """School-years that have at least one of the yearly tables the index needs."""
    tables = {c.table for c in definition.components} - {"schools"} or {"social_passport"}
    keys = pd.concat([getattr(dataset, name)[["school_id", "year"]] for name in sorted(tables)])
    keys = keys.dropna().drop_duplicates().sort_values(["year", "school_id"])
    rows: pd.DataFrame = keys.reset_index(drop=True)
    return rows


def _share(dataset: Dataset, component: Component, rows: pd.DataFrame) -> Floats:
    frame: pd.DataFrame = getattr(dataset, component.table)
    by = ["school_id"] if component.table == "schools" else ["school_id", "year"]
    columns = [component.numerator, *([component.denominator] if component.denominator else [])]
    joined = rows.merge(frame.drop_duplicates(by)[[*by, *columns]], on=by, how="left")
    top = joined[component.numerator].to_numpy(dtype="float64", na_value=np.nan)
    if component.denominator is None:
        return top
    whole = joined[component.denominator].to_numpy(dtype="float64", na_value=np.nan)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(whole > 0, top / whole, np.nan)


def _weighted(definition: Index, shares: Floats) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    normalised = np.empty_like(shares)
    for j, component in enumerate(definition.components):
        column = shares[:, j]
        known = column[~np.isnan(column)]
        if isinstance(component.normalisation, Goalposts):
            low, high = component.normalisation.low, component.normalisation.high
        elif not len(known):
            normalised[:, j] = np.nan
            continue
        else:
            low, high = float(known.min()), float(known.max())
            if low == high:
                raise _same_everywhere(definition, component)
        scaled = np.clip((column - low) / (high - low), 0.0, 1.0)
        normalised[:, j] = scaled if component.direction > 0 else 1 - scaled
    own = np.array([c.weight for c in definition.components], dtype=np.float64)
    there = ~np.isnan(normalised)
    present = (there * own).sum(axis=1)
    enough = present >= max(definition.min_weight_share * own.sum(), np.finfo(float).tiny)
    with np.errstate(invalid="ignore", divide="ignore"):
        weights = np.where(there & enough[:, None], own / present[:, None], np.nan)
    contribution = 100 * weights * normalised
    index = np.where(enough, np.nansum(contribution, axis=1), np.nan)
    return index, normalised, weights, contribution, own / own.sum()


def _principal(
    definition: Index, shares: Floats, rows: pd.DataFrame
) -> tuple[Floats, Floats, Floats, Floats, Floats, float]:
    complete: npt.NDArray[np.bool_] = np.asarray(~np.isnan(shares).any(axis=1))
    schools = rows["school_id"][complete].nunique()
    if schools < MIN_SCHOOLS_PCA:
        raise ShnorError(
            f"Индекс «{definition.id}»: главная компонента по {schools} школам ненадёжна, "
            f"нужно не меньше {MIN_SCHOOLS_PCA} школ, у которых заполнены все составляющие. "
            "Возьмите индекс с заданными весами (mode: weighted) или пороги социального паспорта."
        )
    mean = np.nanmean(shares, axis=0)
    spread = np.nanstd(shares, axis=0, ddof=1)
    for j, component in enumerate(definition.components):
        column = shares[:, j]
        # The deviation of equal shares is not exactly zero in floating point.
        if np.nanmin(column) == np.nanmax(column):
            raise _same_everywhere(definition, component)
    direction = np.array([c.direction for c in definition.components], dtype=np.float64)
    standard = direction * (shares - mean) / spread
    values, vectors = np.linalg.eigh(np.corrcoef(standard[complete], rowvar=False))
    loadings = vectors[:, -1]
    # The sign of a component is arbitrary: all parts are oriented towards «better off».
    if loadings.sum() < 0:
        loadings = -loadings
    there = ~np.isnan(standard)
    size = np.abs(loadings)
    present = (there * size).sum(axis=1)
    enough = present >= max(definition.min_weight_share * size.sum(), np.finfo(float).tiny)
    with np.errstate(invalid="ignore", divide="ignore"):
        weights = np.where(there & enough[:, None], loadings / present[:, None], np.nan)
    part = weights * standard
    component_score = np.where(enough, np.nansum(part, axis=1), np.nan)
    known = component_score[~np.isnan(component_score)]
    scale = 100 / (known.max() - known.min())
    index = scale * (component_score - known.min())
    return index, standard, weights, scale * part, loadings, float(values[-1] / values.sum())


def _same_everywhere(definition: Index, component: Component) -> ShnorError:
    return ShnorError(
        f"Индекс «{definition.id}», составляющая «{component.title}»: у всех школ одно значение, "
        "нормировать нечего. Уберите её или задайте постоянные границы (goalposts)."
    )


def _nullable(values: Floats) -> pd.api.extensions.ExtensionArray:
    return pd.arrays.FloatingArray(np.nan_to_num(values), np.isnan(values))
