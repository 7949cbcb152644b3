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
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from shnor_lib.faults import ShnorError
from shnor_lib.stats.arrays import known_counts
from shnor_lib.stats.beta_binomial import BetaPrior, fit_beta_binomial

Floats: TypeAlias = npt.NDArray[np.float64]

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
        With fewer than ten schools the weak prior Beta(½, ½), and its ``note`` says so. The
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
            found = fit_beta_binomial(some, many)
        except ValueError as error:
            raise ShnorError(
                f"{what}: распределение истинных долей по школам не оценить. {error}"
            ) from error
        _known[key] = found
        while len(_known) > _REMEMBERED:
            _known.popitem(last=False)
    return found


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


def shrunk(
    low: Floats, n: Floats, alpha: Floats, beta: Floats, *, level: float = 0.95
) -> tuple[Floats, Floats, Floats]:
    """Mean of the true share and its interval when the prior differs between rows.

    Parameters
    ----------
    low, n
        Counts; ``nan`` where there is no share.
    alpha, beta
        Of the prior of each row.
    level
        Coverage, 0…1.

    Returns
    -------
    tuple of arrays
        Mean (α + x)/(α + β + n), lower and upper end (equal tails); 0…1, ``nan`` where unknown.
    """
    a, b = alpha + low, beta + n - low
    with np.errstate(invalid="ignore"):
        known = known_counts(low, n) & (a > 0) & (b > 0)
    low_end, high_end = np.full(a.shape, np.nan), np.full(a.shape, np.nan)
    if known.any():
        # few different pairs stand behind many rows, and quantiles are slow
        different, back = np.unique(np.stack([a[known], b[known]]), axis=1, return_inverse=True)
        tail = (1 - level) / 2
        back = back.ravel()
        low_end[known] = special.betaincinv(different[0], different[1], tail)[back]
        high_end[known] = special.betaincinv(different[0], different[1], 1 - tail)[back]
    mean = np.where(known, a / np.where(known, a + b, 1.0), np.nan)
    return mean, low_end, high_end


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
