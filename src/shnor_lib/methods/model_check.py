"""Does the beta-binomial model describe the shares of this region's schools?

The confidence words rest on one assumption: true shares of schools are spread like a beta
distribution, and pupils of one school fall below the minimum independently given it. Both can
be wrong; here the counted shares are put beside those the fitted model expects of schools of
the same size.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy import special

from shnor_lib.faults import ShnorError
from shnor_lib.methods.identification import Identification
from shnor_lib.methods.outcomes import Floats
from shnor_lib.methods.priors import fit_prior
from shnor_lib.methods.units import Units
from shnor_lib.stats.beta_binomial import BetaPrior

SIZE_BANDS: tuple[int, ...] = (1, 10, 25, 50, 100)
"""Participants from which a band of sizes begins; the last one is open."""
SHARE_BANDS: tuple[float, ...] = (0.0, 0.1, 0.2, 0.3, 0.5)
"""Shares from which a band begins; the last one ends with 1."""
PIT_BINS = 10


@dataclass(frozen=True)
class ModelCheck:
    """Counted against expected shares of one year, all units together.

    Attributes
    ----------
    year
        Calendar year.
    n_shares, n_units
        Shares (school × unit) compared, and units they come from.
    shares
        One row per band of sizes × band of shares: ``size_from``, ``size_to`` (NA: open),
        ``share_from``, ``share_to``, ``observed`` (schools there), ``expected``.
    beyond
        One row per band of sizes: ``size_from``, ``size_to``, ``n`` (shares), ``observed``
        (at or above the threshold), ``expected``, ``sd`` (of the difference; subjects of one
        school go together, so that it is made of the schools' sums), ``z`` =
        (observed − expected)/sd.
    pit
        Histogram of the probability integral transform: ``from``, ``to``, ``density`` – 1
        everywhere if the model holds; a hump in the middle: the model is too wide, humps at the
        ends: too narrow.
    """

    year: int
    n_shares: int
    n_units: int
    shares: pd.DataFrame = field(repr=False)
    beyond: pd.DataFrame = field(repr=False)
    pit: pd.DataFrame = field(repr=False)


def model_check(identification: Identification, year: int) -> ModelCheck:
    """Compare the shares of a year with what the model expects of schools of their size.

    Parameters
    ----------
    identification
        From :func:`~.identification.identify`; its results criteria say which units.
    year
        Calendar year.

    Raises
    ------
    ShnorError
        No unit of this year has ten schools: there is no model to check.

    Notes
    -----
    The transform of a count is not one value but a piece of the line from P(X < x) to P(X ≤ x);
    the histogram adds these pieces up (Czado, Gneiting and Held 2009, Biometrics 65: 1254–1261).
    Priors are fitted on the same shares, so that small deviations are smoothed over.
    """
    low, n, threshold, below, upto, expected, chance, school = _compared(identification, year)
    size = np.digitize(n, SIZE_BANDS) - 1
    # counted shares are fractions of whole numbers: a share at the end of a band belongs above
    share = np.digitize(low / n + 1e-12, SHARE_BANDS) - 1
    ends = [*SIZE_BANDS[1:], None]
    shares, beyond = [], []
    for band, start in enumerate(SIZE_BANDS):
        own = size == band
        place = {"size_from": start, "size_to": None if ends[band] is None else ends[band] - 1}  # type: ignore[operator]
        for part, left in enumerate(SHARE_BANDS):
            shares.append(
                {
                    **place,
                    "share_from": left,
                    "share_to": [*SHARE_BANDS[1:], 1.0][part],
                    "observed": int((own & (share == part)).sum()),
                    "expected": float(expected[own, part].sum()),
                }
            )
        hit = low / n + 1e-12 >= threshold
        seen, mean = int((own & hit).sum()), float(chance[own].sum())
        by_school = np.bincount(school[own].astype(np.int64), weights=(hit - chance)[own])
        sd = float(np.sqrt((by_school**2).sum()))
        beyond.append(
            {
                **place, "n": int(own.sum()), "observed": seen, "expected": mean, "sd": sd,
                "z": (seen - mean) / sd if sd > 0 else None,
            }
        )  # fmt: skip
    sizes = {"size_from": "Int64", "size_to": "Int64"}
    return ModelCheck(
        year=year,
        n_shares=len(n),
        n_units=len(_units_of(identification, year)),
        shares=pd.DataFrame(shares).astype(sizes),
        beyond=pd.DataFrame(beyond).astype({**sizes, "z": "Float64"}),
        pit=pit_histogram(below, upto),
    )


def pit_histogram(below: Floats, upto: Floats, bins: int = PIT_BINS) -> pd.DataFrame:
    """Density of the probability integral transform of counts.

    Parameters
    ----------
    below, upto
        P(X < x) and P(X ≤ x) of every counted x.
    bins
        Of equal width on 0…1.

    Returns
    -------
    DataFrame
        ``from``, ``to``, ``density``; the mean density is 1.

    Examples
    --------
    >>> pit_histogram(np.array([0.0, 0.5]), np.array([0.5, 1.0]), bins=2)["density"].tolist()
    [1.0, 1.0]
    """
    edges = np.linspace(0, 1, bins + 1)
    width = np.maximum(upto - below, 1e-12)
    reached = np.clip((edges[:, None] - below) / width, 0, 1).mean(axis=1)
    return pd.DataFrame({"from": edges[:-1], "to": edges[1:], "density": np.diff(reached) * bins})


def _units_of(identification: Identification, year: int) -> list[tuple[Units, int, BetaPrior]]:
    """Units of the results criteria with a fitted prior, each once."""
    found: dict[tuple[str, ...], tuple[Units, int, BetaPrior]] = {}
    for units in identification.units.values():
        if year not in units.years:
            continue
        position = units.years.index(year)
        for unit in np.flatnonzero(units.present[:, :, position].any(axis=0)).tolist():
            low, n = units.pooled(unit, (position,))
            prior = fit_prior(low[units.among], n[units.among], what=units.title(unit, (position,)))
            key = tuple(str(v) for v in units.keys.iloc[unit][["procedure", "grade", "subject"]])
            if prior.source != "weak":
                found.setdefault(key, (units, unit, prior))
    return list(found.values())


def _compared(identification: Identification, year: int) -> tuple[Floats, ...]:
    """Counts of all units, one under another, and what the model says of each."""
    parts: list[tuple[Floats, ...]] = []
    for units, unit, prior in _units_of(identification, year):
        low, n = units.pooled(unit, (units.years.index(year),))
        known = ~np.isnan(low) & units.among
        low, n = low[known], n[known]
        threshold = units.rule.criterion.low.threshold
        below, upto, bands, chance = _model(low, n, prior, threshold)
        school = np.flatnonzero(known).astype(np.float64)
        parts.append((low, n, np.full(len(n), threshold), below, upto, bands, chance, school))
    if not parts:
        raise ShnorError(
            f"Проверка модели долей, {year} год: ни одну процедуру не писали хотя бы в десяти "
            "школах."
        )
    return tuple(np.concatenate(column) for column in zip(*parts, strict=True))


def _model(
    low: Floats, n: Floats, prior: BetaPrior, threshold: float
) -> tuple[Floats, Floats, Floats, Floats]:
    """P(X < x), P(X ≤ x), probability of every band of shares, P(share ≥ threshold)."""
    below, upto, chance = (np.empty(len(n)) for _ in range(3))
    bands = np.empty((len(n), len(SHARE_BANDS)))
    for size in np.unique(n):
        rows = np.flatnonzero(n == size)
        k = np.arange(size + 1)
        choose = special.gammaln(size + 1) - special.gammaln(k + 1) - special.gammaln(size - k + 1)
        p = sum(
            weight * np.exp(choose + special.betaln(k + a, size - k + b) - special.betaln(a, b))
            for weight, a, b in prior.components
        )
        total = np.concatenate([[0.0], p.cumsum()])
        x = low[rows].astype(np.int64)
        below[rows], upto[rows] = total[x], total[x + 1]
        share = k / size + 1e-12
        of_band = np.digitize(share, SHARE_BANDS) - 1
        bands[rows] = np.bincount(of_band, weights=p, minlength=len(SHARE_BANDS))
        chance[rows] = p[share >= threshold].sum()
    return below, upto, bands, chance
