"""True effects of schools: what a school adds to or takes from its pupils' results.

Every effect is in between-school standard deviations of the subject concerned; the share of
variance between schools (ICC) turns it into the latent scale of pupils.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

import numpy as np

from shnor_lib.demo.calibration import Calibration, FloatArray
from shnor_lib.demo.region import Region


def stream(seed: int, *what: object) -> np.random.Generator:
    """A random generator of its own for every thing drawn.

    What is drawn for one year or subject then does not depend on which others were drawn.
    """
    digest = hashlib.sha256(repr((seed, *what)).encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:8], "big"))


@dataclass(frozen=True)
class Plant:
    """A change to the true effect of one school.

    Parameters
    ----------
    school
        Position in the register.
    value
        Value of the effect; it replaces the drawn one.
    subjects, grades, years
        Where it holds; empty: everywhere.
    """

    school: int
    value: float
    subjects: frozenset[str] = frozenset()
    grades: frozenset[int] = frozenset()
    years: frozenset[int] = frozenset()

    def covers(self, subject: str, grade: int, year: int) -> bool:
        """Whether the change holds for this subject, grade and year."""
        return (
            (not self.subjects or subject in self.subjects)
            and (not self.grades or grade in self.grades)
            and (not self.years or year in self.years)
        )


@dataclass
class SchoolEffects:
    """Components of the effects of all schools, drawn on demand.

    Parameters
    ----------
    region, calibration, seed
        Whose effects, on which calibration, from which seed.
    plants
        Changes for single schools; the last one that covers a result holds.
    """

    region: Region
    calibration: Calibration
    seed: int
    plants: list[Plant] = field(default_factory=list)

    def __post_init__(self) -> None:
        count = len(self.region)
        parts = self.calibration.region["school_effect"]
        rho = float(parts["with_social"])
        own = stream(self.seed, "school").normal(size=count)
        lasting = self._centred(rho * self.region.social + np.sqrt(1 - rho**2) * own)
        link = float(parts["primary_with_basic"])
        primary = stream(self.seed, "primary").normal(size=count)
        self.lasting = lasting
        self.lasting_primary = self._centred(
            link * lasting + np.sqrt(1 - link**2) * self._centred(primary)
        )

    def _centred(self, values: FloatArray) -> FloatArray:
        """Mean 0 and sd 1 over the pupils of the region, so that its mark shares hold."""
        weights = self.region.pupils / self.region.pupils.sum()
        centred = values - (weights * values).sum()
        spread = np.sqrt((weights * centred**2).sum())
        return np.asarray(centred / max(spread, 1e-9), dtype=float)  # one school: sd 0

    def _drawn(self, *what: object) -> FloatArray:
        return self._centred(stream(self.seed, *what).normal(size=len(self.region)))

    def effect(self, subject: str, grade: int, year: int) -> FloatArray:
        """Effect of every school on one result.

        Parameters
        ----------
        subject
            Canonical name; both maths of ЕГЭ count as maths.
        grade
            Class of the programme, 1–11.
        year
            School year of the programme.

        Returns
        -------
        array
            One value per school, sd of between-school effects; 0 = as the region.
        """
        parts = self.calibration.region["school_effect"]
        stage = "primary" if grade <= 4 else "basic"
        root = subject.split(" (")[0]
        lasting = self.lasting_primary if stage == "primary" else self.lasting
        value = self._centred(
            np.sqrt(parts["school"]) * lasting
            + np.sqrt(parts["school_year"]) * self._drawn("school_year", stage, year)
            + np.sqrt(parts["school_subject"]) * self._drawn("school_subject", stage, root)
            + np.sqrt(parts["cohort"]) * self._drawn("cohort", year - grade)
            + np.sqrt(parts["remainder"]) * self._drawn("remainder", root, grade, year)
        )
        for plant in self.plants:
            if plant.covers(root, grade, year):
                value[plant.school] = plant.value
        return value

    def shift(self, subject: str, year: int, *, autumn: bool = False) -> float:
        """Year effect of the whole region on the latent scale."""
        sizes = self.calibration.region["year_effect"]
        value = float(sizes["year"] * stream(self.seed, "year", year).normal())
        value += float(sizes["subject"] * stream(self.seed, "year", year, subject).normal())
        return value + (float(sizes["autumn"]) if autumn else 0.0)
