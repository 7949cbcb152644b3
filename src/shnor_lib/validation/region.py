"""A simulated region: what is true about every class, and what the product gets to see.

Every school has a score in every class, subject and year: part of it lasts, part drifts from year to
year, part belongs to the year, to the subject, to the cohort of pupils, and the rest to nothing else.
A world (:mod:`.worlds`) turns scores into true shares of low results; pupils then write, and only
their counts reach the product.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import special

from shnor_lib.demo.calibration import calibration
from shnor_lib.demo.effects import stream
from shnor_lib.stats.arrays import Floats
from shnor_lib.validation.worlds import World

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Cell:
    """What is written: procedure, class, subject; ``mean``: share of low results in the region."""

    procedure: str
    grade: int
    subject: str
    mean: float


CELLS: tuple[Cell, ...] = (
    *(Cell("vpr", grade, "русский язык", 0.17) for grade in (5, 6, 7, 8)),
    *(Cell("vpr", grade, "математика", 0.15) for grade in (5, 6, 7, 8)),
    Cell("oge", 9, "русский язык", 0.14),
    Cell("oge", 9, "математика", 0.18),
    Cell("ege", 11, "русский язык", 0.08),
    Cell("ege", 11, "математика (профильная)", 0.18),
)
"""Means of ВПР as in spring 2021 of the region of :data:`.worlds.RHO`; those of exams are set so that
their thresholds (30 %) are reached by some schools in twenty."""

PARTS: dict[str, float] = {
    "lasting": 0.30,
    "drifting": 0.15,
    "year": 0.10,
    "subject": 0.13,
    "cohort": 0.10,
    "rest": 0.22,
}
"""Parts of the variance of a school's score; they add up to 1. As in the demonstration region
(fitted to real correlations of neighbouring years, classes and subjects), its lasting part split."""

DRIFT = 0.7
"""Correlation of the drifting part in neighbouring years."""

WITH_SOCIAL = 0.5
"""Correlation of the lasting part with hard social conditions."""

YEAR_SHIFT = 0.12
"""Standard deviation of the region's own change of a result in a year, on the logit scale."""


@dataclass(frozen=True)
class Support:
    """Help that begins after a year.

    Parameters
    ----------
    schools
        Positions of the supported schools.
    after
        The last year without help.
    removed
        Part of the low results that help takes away (0: it does nothing; 0.3: three of ten).
    """

    schools: tuple[int, ...]
    after: int
    removed: float


@dataclass(frozen=True)
class Region:
    """Truth about a region; arrays run over schools × :data:`CELLS` × years.

    Parameters
    ----------
    world
        Distribution of the true shares.
    seed, number
        The same pair always gives the same region.
    size
        Number of schools.
    years
        Ascending, one after another.
    support
        Help some of the schools get.
    """

    world: World
    seed: int
    number: int
    size: int
    years: tuple[int, ...]
    support: Support | None = None

    def supported(self, schools: Collection[int], after: int, removed: float) -> Region:
        """The same region, pupils and luck, with help for some schools."""
        return replace(self, support=Support(tuple(sorted(schools)), after, removed))

    def _stream(self, *what: object) -> np.random.Generator:
        return stream(self.seed, "validation", self.world.id, self.number, *what)

    @cached_property
    def ids(self) -> pd.Index:
        """Codes of the schools."""
        return pd.Index([f"Ш{i:04}" for i in range(self.size)], dtype="string")

    @cached_property
    def pupils(self) -> Ints:
        """Pupils of each school: the sizes of a real region."""
        rng = self._stream("sizes")
        place = (rng.permutation(self.size) + rng.random(self.size)) / self.size
        return np.rint(calibration().size_quantile(place)).astype(np.int64)

    @property
    def parallel(self) -> Floats:
        """Pupils of one age in each school."""
        return self.pupils / 11

    @cached_property
    def social(self) -> Floats:
        """Hardness of the social conditions, standard normal."""
        return self._stream("social").standard_normal(self.size)

    @cached_property
    def scores(self) -> Floats:
        """Standard normal scores of all classes; higher means more low results."""
        parts = {name: np.sqrt(share) for name, share in PARTS.items()}
        own = self._stream("lasting").standard_normal(self.size)
        lasting = WITH_SOCIAL * self.social + np.sqrt(1 - WITH_SOCIAL**2) * own
        drifting = [self._stream("drift", 0).standard_normal(self.size)]
        for year in self.years[1:]:
            fresh = self._stream("drift", year).standard_normal(self.size)
            drifting.append(DRIFT * drifting[-1] + np.sqrt(1 - DRIFT**2) * fresh)
        found = np.empty((self.size, len(CELLS), len(self.years)))
        for c, cell in enumerate(CELLS):
            subject = self._stream("subject", cell.subject.split(" (")[0])
            of_subject = subject.standard_normal(self.size)
            for y, year in enumerate(self.years):
                of_year = self._stream("year", year).standard_normal(self.size)
                cohort = self._stream("cohort", year - cell.grade).standard_normal(self.size)
                rest = self._stream("rest", c, year).standard_normal(self.size)
                found[:, c, y] = (
                    parts["lasting"] * lasting
                    + parts["drifting"] * drifting[y]
                    + parts["year"] * of_year
                    + parts["subject"] * of_subject
                    + parts["cohort"] * cohort
                    + parts["rest"] * rest
                )
        return found

    @cached_property
    def unhelped(self) -> Floats:
        """True shares of low results if nobody had been helped."""
        found = np.empty(self.scores.shape)
        for c, cell in enumerate(CELLS):
            for y, year in enumerate(self.years):
                shift = YEAR_SHIFT * self._stream("shift", cell.procedure, year).standard_normal()
                mean = float(special.expit(special.logit(cell.mean) + shift))
                found[:, c, y] = self.world.shares(self.scores[:, c, y], mean, self.parallel)
        return found

    @cached_property
    def shares(self) -> Floats:
        """True shares of low results."""
        if self.support is None:
            return self.unhelped
        helped = np.zeros(self.size, dtype=bool)
        helped[list(self.support.schools)] = True
        later = np.array(self.years) > self.support.after
        kept = 1 - self.support.removed * (helped[:, None] & later)
        return np.asarray(self.unhelped * kept[:, None, :])

    @cached_property
    def n(self) -> Ints:
        """Participants; 0 where nobody wrote."""
        found = np.zeros(self.scores.shape, dtype=np.int64)
        to_the_end = self._stream("last grade").random(self.size) > 0.45 - self.pupils / 500
        for c, cell in enumerate(CELLS):
            for y, year in enumerate(self.years):
                there = self.parallel * (0.55 * to_the_end if cell.grade == 11 else 1.0)
                # one class writes both subjects; a few are absent from each
                group = self._stream("class", cell.grade, year).poisson(there)
                writes = 0.5 if "профильная" in cell.subject else 0.92
                found[:, c, y] = self._stream("writes", c, year).binomial(group, writes)
        return found

    @cached_property
    def low(self) -> Ints:
        """Low results among the participants: what luck made of the truth.

        Every pupil has a uniform number of his own, so that help for one school changes no other.
        """
        found = np.zeros(self.n.shape, dtype=np.int64)
        for c in range(len(CELLS)):
            for y, year in enumerate(self.years):
                school = np.repeat(np.arange(self.size), self.n[:, c, y])
                luck = self._stream("low", c, year).random(len(school))
                fails = luck < self.shares[school, c, y]
                found[:, c, y] = np.bincount(school, fails, self.size).astype(np.int64)
        return found

    @cached_property
    def marks(self) -> tuple[Floats, Floats]:
        """Of those without a low result: true share of high ones; of the rest: of good ones."""
        return special.expit(-1.6 - 0.6 * self.scores), special.expit(-0.2 - 0.5 * self.scores)
