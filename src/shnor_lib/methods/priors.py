"""How the true shares of low results are distributed over the schools of the region.

One prior per unit (procedure × subject, or procedure × subject × grade) and year, or per unit
and several years pooled: a school is then judged by what it showed itself and by what is usual
for schools, the less participants the more by the latter (:mod:`shnor_lib.stats.beta_binomial`).
A prior speaks for confidence only; no formal outcome depends on it.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import replace
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from shnor_lib.faults import ShnorError
from shnor_lib.stats.arrays import known_counts
from shnor_lib.stats.beta_binomial import BetaPrior, estimate, fit_beta_binomial
from shnor_lib.stats.beta_mixture import two_betas

Floats: TypeAlias = npt.NDArray[np.float64]
Priors: TypeAlias = npt.NDArray[np.object_]
"""A :class:`~shnor_lib.stats.beta_binomial.BetaPrior` or None of each row."""

PRIORS_DTYPES: dict[str, str] = {
    "criterion": "string", "procedure": "string", "grade": "Int64", "subject": "string",
    "years": "string", "alpha": "Float64", "beta": "Float64", "mu": "Float64", "rho": "Float64",
    "n_schools": "Int64", "source": "string", "note": "string",
}  # fmt: skip

_REMEMBERED = 4096
"""Fits kept in memory: reading the same results by other rules asks for the same priors."""

_known: OrderedDict[bytes, BetaPrior] = OrderedDict()


def fit_prior(low: Floats, n: Floats, *, what: str) -> BetaPrior:
    """Distribution of the true shares of one unit over schools.

    Parameters
    ----------
    low, n
        Low results and participants by school; schools without a share are left out.
    what
        Russian: which results, for the message when there is no estimate.

    Returns
    -------
    BetaPrior
        From a hundred schools on with two parts where they are clearly better (``parts``; ``note``
        says so). With fewer than ten schools the weak prior Beta(½, ½), and its ``note`` says so. The
        order of the schools changes nothing, not even the last digit.

    Raises
    ------
    ShnorError
        Counts that are not whole, or the search for the maximum did not converge.

    Examples
    --------
    >>> fit_prior(np.array([1.0, 2.0]), np.array([10.0, 12.0]), what="ВПР").source
    'weak'
    """
    some, many = _ordered(low, n)
    key = hashlib.blake2b(some.tobytes() + many.tobytes(), digest_size=16).digest()
    found = _known.get(key)
    if found is None:
        try:
            found = _fitted(some, many)
        except ValueError as error:
            raise ShnorError(
                f"{what}: распределение истинных долей по школам не оценить. {error}"
            ) from error
        _known[key] = found
        while len(_known) > _REMEMBERED:
            _known.popitem(last=False)
    return found


def _fitted(low: Floats, n: Floats) -> BetaPrior:
    """One beta distribution, with two parts beside it where they are clearly better."""
    one = fit_beta_binomial(low, n)
    if one.source != "fitted":
        return one
    parts = two_betas(low, n, one.alpha, one.beta)
    if not parts:
        return one
    kinds = [
        f"у\N{NO-BREAK SPACE}{100 * weight:.0f}\N{NARROW NO-BREAK SPACE}% школ в\N{NO-BREAK SPACE}среднем "
        f"{100 * alpha / (alpha + beta):.0f}\N{NARROW NO-BREAK SPACE}%"
        for weight, alpha, beta in parts
    ]
    note = f"Истинная доля описана смесью двух распределений, одного явно мало: {', '.join(kinds)}."
    return replace(one, parts=parts, note=note)


def _ordered(low: Floats, n: Floats) -> tuple[Floats, Floats]:
    """Known pairs in ascending order: sums of floats depend on the order of their terms."""
    known = known_counts(low, n)
    some, many = low[known], n[known]
    if not len(some):
        return some, many
    wide = many.max() + 1
    key = np.sort(many * wide + some)
    if not np.array_equal(key, np.floor(key)):
        return some, many  # not whole: refused by the fit
    many = np.floor(key / wide)
    return key - many * wide, many


def shrunk(low: Floats, n: Floats, priors: Priors) -> tuple[Floats, Floats, Floats]:
    """Mean of the true share and its 95 % interval when the prior differs between rows.

    Parameters
    ----------
    low, n
        Counts; ``nan`` where there is no share.
    priors
        Prior of each row; None where there is none.

    Returns
    -------
    tuple of arrays
        Mean, lower and upper end (equal tails); 0…1, ``nan`` where unknown.
    """
    found = np.full((3, len(low)), np.nan)
    different = {id(prior): prior for prior in priors if prior is not None}
    own = np.fromiter(map(id, priors), dtype=np.int64, count=len(priors))
    for key, prior in different.items():
        rows = np.flatnonzero(own == key)
        found[:, rows] = estimate(low[rows], n[rows], prior)
    return found[0], found[1], found[2]


def same(prior: BetaPrior | None, size: int) -> Priors:
    """One prior for all rows."""
    every = np.empty(size, dtype=object)
    every[:] = prior
    return every


def prior_rows(rows: Iterable[dict[str, object]]) -> pd.DataFrame:
    """Rows as the frame :attr:`.identification.Identification.priors`.

    Parameters
    ----------
    rows
        With ``criterion``, ``procedure``, ``grade``, ``subject``, ``years`` and ``prior``
        (:class:`~shnor_lib.stats.beta_binomial.BetaPrior`).
    """
    found = []
    for row in rows:
        prior = row["prior"]
        assert isinstance(prior, BetaPrior)
        found.append(
            {
                **{name: row[name] for name in list(PRIORS_DTYPES)[:5]},
                "alpha": prior.alpha,
                "beta": prior.beta,
                "mu": prior.mu,
                "rho": prior.rho,
                "n_schools": prior.n_groups,
                "source": prior.source,
                "note": prior.note,
            }
        )
    return pd.DataFrame(found, columns=list(PRIORS_DTYPES)).astype(PRIORS_DTYPES)
