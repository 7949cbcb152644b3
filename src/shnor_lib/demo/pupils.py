"""Year-groups of pupils: who they are, in which class they sit, how able they are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from shnor_lib.demo.calibration import FloatArray
from shnor_lib.demo.effects import stream
from shnor_lib.demo.region import IntArray, Region

CLASS_SIZE = 25
CONTINUE = 0.48
"""Share of a year-group that stays for classes 10 and 11."""


@dataclass(frozen=True)
class YearGroup:
    """Pupils of one year-group, school by school.

    Attributes
    ----------
    school
        Position of each pupil's school in the register.
    ability
        Standard normal within schools; the part all subjects have in common.
    german
        Whether the pupil learns German (otherwise English).
    class_code
        Number of the pupil's class, unique over the region and year-group.
    """

    school: IntArray
    ability: FloatArray
    german: npt.NDArray[np.bool_]
    class_code: IntArray

    def __len__(self) -> int:
        return len(self.school)

    def take(self, chosen: npt.NDArray[np.bool_]) -> YearGroup:
        """The pupils marked in ``chosen``."""
        return YearGroup(
            self.school[chosen], self.ability[chosen], self.german[chosen], self.class_code[chosen]
        )


class Pupils:
    """All year-groups of a region, made when first asked for.

    A year-group keeps its size and its abilities while it moves up; who leaves and comes in
    between is left out.
    """

    def __init__(self, region: Region, seed: int) -> None:
        self._region = region
        self._seed = seed
        self._groups: dict[tuple[int, bool], YearGroup] = {}
        last = region.last_grade
        # A school with grade 11 has nine full year-groups and two about half as large.
        self._mean_size = region.pupils / np.where(last == 11, 9 + 2 * CONTINUE, last)

    def sizes(self, grade: int, year: int) -> IntArray:
        """Pupils of every school in a grade; 0 where the school has no such grade."""
        born = year - grade
        noise = stream(self._seed, "cohort_size", born).normal(0, 0.12, len(self._region))
        size = np.maximum(1, np.rint(self._mean_size * np.exp(noise))).astype(np.int64)
        if grade > 9:
            size = np.rint(CONTINUE * size).astype(np.int64)
        present: IntArray = np.where(self._region.last_grade >= grade, size, 0)
        return present

    def enrolment(self, year: int) -> IntArray:
        """Pupils of every school in all grades."""
        total: IntArray = np.sum([self.sizes(g, year) for g in range(1, 12)], axis=0)
        return total

    def group(self, grade: int, year: int) -> YearGroup:
        """The pupils of one grade; in grades 10 and 11 those who stayed, mostly the abler ones."""
        born, senior = year - grade, grade > 9
        key = (born, senior)
        if key not in self._groups:
            self._groups[key] = self._senior(born) if senior else self._full(born)
        group = self._groups[key]
        return group.take(self._region.last_grade[group.school] >= grade)

    def _full(self, born: int) -> YearGroup:
        # Asked for grade 4, so that every school is in it.
        sizes = self.sizes(4, born + 4)
        rng = stream(self._seed, "pupils", born)
        school = np.repeat(np.arange(len(sizes)), sizes)
        number = np.arange(len(school)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        classes = np.maximum(1, np.rint(sizes / CLASS_SIZE)).astype(np.int64)
        code = np.repeat(np.cumsum(classes) - classes, sizes) + number % classes[school]
        return YearGroup(
            school,
            rng.normal(size=len(school)),
            rng.random(len(school)) < self._region.german[school],
            code,
        )

    def _senior(self, born: int) -> YearGroup:
        full = self._full(born)
        rng = stream(self._seed, "senior", born)
        wish = full.ability + rng.normal(0, 1, len(full))
        keep = self.sizes(10, born + 10)
        # Rank of the wish to stay within the school; lexsort puts schools together.
        order = np.lexsort((-wish, full.school))
        starts = np.searchsorted(full.school, np.arange(len(keep)))
        rank = np.empty(len(full), dtype=np.int64)
        rank[order] = np.arange(len(full)) - starts[full.school[order]]
        chosen = full.take(rank < keep[full.school])
        if not len(chosen):
            return chosen
        ability = (chosen.ability - chosen.ability.mean()) / max(chosen.ability.std(), 1e-9)
        # Two half-empty parallels become one class in grade 10.
        return YearGroup(chosen.school, ability, chosen.german, chosen.school.copy())
