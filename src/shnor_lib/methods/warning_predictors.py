"""What is known of a school in the year before: the predictors of the early warning."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from shnor_lib.methods.deviations import Works, works
from shnor_lib.methods.identification import Identification
from shnor_lib.methods.units import Units
from shnor_lib.methods.wellbeing import IndexResult
from shnor_lib.stats.beta_binomial import fit_beta_binomial
from shnor_lib.store import Dataset

Floats = npt.NDArray[np.float64]

PREDICTORS: dict[str, str] = {
    "listed": "сейчас в списке по результатам",
    "beyond": "в последнем году показатель за порогом",
    "distance": "ближайший к порогу результат",
    "level": "доля низких результатов за три года",
    "trend": "изменение доли низких результатов за год",
    "index": "индекс социального благополучия",
    "size": "участников на одну работу",
}
"""Predictor → Russian. Few on purpose: each has a plain meaning and is known by July."""

YEARS_OF_LEVEL = 3


@dataclass(frozen=True)
class Known:
    """What is known of all schools at the end of a year.

    Attributes
    ----------
    year
        Last year whose data were used.
    values
        Schools × :data:`PREDICTORS`; NA where unknown. ``listed``, ``beyond``: 0 or 1;
        ``distance``: largest log-odds of a shrunk share of low results less that of its
        threshold (0: at the threshold); ``level``: shrunk share over up to three years, 0…1;
        ``trend``: change of the shrunk deviation from the other schools, −1…1; ``index``:
        0…100; ``size``: mean participants of a work, as a logarithm.
    unit
        Procedure, subject, share and threshold of the result nearest to its threshold.
    """

    year: int
    values: pd.DataFrame
    unit: pd.DataFrame


class Predictors:
    """Predictors of any year, each made of what was known by then."""

    def __init__(
        self, dataset: Dataset, identification: Identification, index: IndexResult | None
    ) -> None:
        self.identification = identification
        self.schools = identification.schools
        self.index = index
        years = sorted({int(y) for y in dataset.results["year"].dropna().unique()})
        self.works: Works = works(dataset, self.schools, years)

    def known(self, year: int) -> Known:
        """Predictors at the end of ``year``."""
        statuses = self.identification.statuses
        now = statuses[statuses["year"] == year].set_index("school_id")
        listed = now["low_results"].astype(float).reindex(self.schools)
        distance, unit = self._distance(year)
        level, trend, size = self._course(year)
        values = pd.DataFrame(
            {
                "listed": listed.to_numpy(dtype=np.float64),
                "beyond": self._beyond(year),
                "distance": distance,
                "level": level,
                "trend": trend,
                "index": self._index(year),
                "size": size,
            },
            index=self.schools,
        )
        return Known(year, values, unit)

    def _beyond(self, year: int) -> Floats:
        """Whether a criterion that counts for low results is beyond its threshold this year."""
        ruleset = self.identification.ruleset
        counting = set(ruleset.counting("low_results"))
        flags = np.zeros(len(self.schools), dtype=np.bool_)
        for outcome in self.identification.outcomes_of(year):
            if outcome.criterion.id in counting:
                flags |= outcome.beyond_latest
        return flags.astype(np.float64)

    def _distance(self, year: int) -> tuple[Floats, pd.DataFrame]:
        """Largest shrunk log-odds of a unit beyond its threshold, and which unit it is."""
        best = np.full(len(self.schools), np.nan)
        rows = pd.DataFrame(
            {"procedure": pd.NA, "subject": pd.NA, "share": np.nan, "threshold": np.nan},
            index=self.schools,
        ).astype({"procedure": "string", "subject": "string"})
        for units in self.identification.units.values():
            if year not in units.years:
                continue
            at = units.years.index(year)
            for position, key in enumerate(units.keys.to_dict("records")):
                share = _shrunk(units, position, at)
                if share is None:
                    continue
                threshold = units.rule.criterion.low.threshold
                odds = special.logit(np.clip(share, 1e-4, 1 - 1e-4)) - special.logit(threshold)
                better = ~np.isnan(odds) & (np.isnan(best) | (odds > best))
                best[better] = odds[better]
                rows.loc[better, "procedure"] = key["procedure"]
                rows.loc[better, "subject"] = key["subject"]
                rows.loc[better, "share"] = share[better]
                rows.loc[better, "threshold"] = threshold
        return best, rows

    def _course(self, year: int) -> tuple[Floats, Floats, Floats]:
        """Shrunk share over three years, change of the last year, mean size of a work."""
        blank = np.full(len(self.schools), np.nan)
        years = list(self.works.years)
        if year not in years:
            return blank, blank, blank
        low, n, at_level = self.works.yearly
        last = years.index(year)
        first = max(0, last - YEARS_OF_LEVEL + 1)
        total, many = low[:, first : last + 1].sum(axis=1), n[:, first : last + 1].sum(axis=1)
        prior = fit_beta_binomial(total, many)
        with np.errstate(invalid="ignore", divide="ignore"):
            level = np.where(many > 0, (prior.alpha + total) / (prior.precision + many), np.nan)
            deviation = (low - n * at_level) / (n + prior.precision)
        trend = blank
        if last > 0:
            both = (n[:, last] > 0) & (n[:, last - 1] > 0)
            trend = np.where(both, deviation[:, last] - deviation[:, last - 1], np.nan)
        rows = self.works.rows
        mean = rows[rows["year"] == year].groupby("school")["n"].mean()
        size = blank.copy()
        size[mean.index.to_numpy()] = np.log(mean.to_numpy(dtype=np.float64))
        return level, trend, size

    def _index(self, year: int) -> Floats:
        """Latest index of the last three years."""
        if self.index is None:
            return np.full(len(self.schools), np.nan)
        scores = self.index.scores
        recent = scores[scores["year"].between(year - 2, year) & scores["index"].notna()]
        latest = recent.sort_values("year").drop_duplicates("school_id", keep="last")
        values = latest.set_index("school_id")["index"].reindex(self.schools)
        return np.asarray(values.to_numpy(dtype="float64", na_value=np.nan), dtype=np.float64)


def _shrunk(units: Units, unit: int, at: int) -> Floats | None:
    """Shrunk shares of a unit in one year; None where nobody has it."""
    n, low = units.n[:, unit, at], units.low[:, unit, at]
    there = (n > 0) & ~np.isnan(low)
    if not there.any() or not units.held[unit, at]:
        return None
    prior = fit_beta_binomial(low[there], n[there])
    share = (prior.alpha + low) / (prior.precision + n)
    return np.asarray(np.where(there, share, np.nan), dtype=np.float64)
