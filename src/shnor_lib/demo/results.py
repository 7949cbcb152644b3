"""Results of ВПР, ОГЭ and ЕГЭ: pupils with abilities write, the table counts their marks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from shnor_lib.demo.calibration import LANGUAGE, Calibration, Distribution, FloatArray
from shnor_lib.demo.effects import SchoolEffects, stream
from shnor_lib.demo.pupils import Pupils, YearGroup
from shnor_lib.demo.region import Region
from shnor_lib.project import Calendar
from shnor_lib.tables import PROVENANCE, TABLES

Mask = npt.NDArray[np.bool_]
_COLUMNS = [c for c in TABLES["results"].empty().columns if c not in PROVENANCE]


class Sitting:
    """Everything needed to let a year-group write: effects, calibration, calendar, seed."""

    def __init__(
        self,
        region: Region,
        calibration: Calibration,
        effects: SchoolEffects,
        pupils: Pupils,
        calendar: Calendar,
        seed: int,
    ) -> None:
        self.region = region
        self.calibration = calibration
        self.effects = effects
        self.pupils = pupils
        self.calendar = calendar
        self.seed = seed
        self._kind = region.schools["kind"].to_numpy(dtype=object)
        self._opened = region.schools["opened"].fillna(0).to_numpy(dtype=np.int64)
        self._closed = region.schools["closed"].fillna(9999).to_numpy(dtype=np.int64)

    def works(self, year: int) -> Mask:
        """Schools that exist in the school year."""
        return np.asarray((self._opened < year) & (year <= self._closed))

    def writes(self, procedure: str, year: int) -> Mask:
        """Schools that take part: special schools take no part, the evening school no ВПР."""
        part = self._kind != "коррекционная"
        if procedure == "vpr":
            part &= self._kind != "вечерняя"
        return np.asarray(part & self.works(year))

    def year_results(self, year: int) -> pd.DataFrame:
        """All results of one school year as tidy rows (``school_id`` to ``mean_score``)."""
        frames = [*self._vpr(year), *self._oge(year), *self._ege(year)]
        rows = pd.concat([frame for frame in frames if len(frame)], ignore_index=True)
        rows["year"] = year
        rows["school_id"] = self.region.schools["school_id"].to_numpy()[rows["school"]]
        rows = rows.sort_values(["procedure", "grade", "subject", "school"], kind="stable")
        types = {column.name: column.dtype for column in TABLES["results"].columns}
        return rows.reindex(columns=_COLUMNS).astype(types).reset_index(drop=True)

    def true_shares(
        self, procedure: str, grade: int, subject: str, year: int, school: int
    ) -> FloatArray:
        """Chances of the marks 2, 3, 4, 5 at one school."""
        effect = float(self.effects.effect(subject, grade, year)[school])
        return self.distribution(procedure, grade, subject).shares_at(
            effect, self.shift(procedure, grade, subject, year)
        )

    def distribution(self, procedure: str, grade: int, subject: str) -> Distribution:
        """Marks of the region."""
        return self.calibration.marks[procedure, grade, subject]

    def shift(self, procedure: str, grade: int, subject: str, year: int) -> float:
        """Year effect of one result."""
        autumn = self.calendar.season(procedure, year, grade) == "autumn"
        return self.effects.shift(subject, year, autumn=autumn)

    # --- ВПР -----------------------------------------------------------------------------------

    def _vpr(self, year: int) -> Iterator[pd.DataFrame]:
        schools = self.writes("vpr", year)
        for grade, plan in self.calibration.composition(year).items():
            if self.calendar.not_held_note("vpr", year, grade):
                continue
            group = self.pupils.group(grade, year)
            group = group.take(schools[group.school])
            for subject, writes in self._plan(plan, group, grade, year):
                present = self._present("vpr", group, grade, subject, year)
                yield self._marks("vpr", group.take(writes & present), grade, subject, year)

    def _plan(
        self, plan: dict[str, Any], group: YearGroup, grade: int, year: int
    ) -> Iterator[tuple[str, Mask]]:
        """Subjects of the grade with the pupils who write them."""
        everybody = np.ones(len(group), dtype=bool)
        written: list[tuple[str, Mask]] = [(subject, everybody) for subject in plan["all"]]
        for number, choice in enumerate(plan.get("random", [])):
            options = choice["from"]
            rng = stream(self.seed, "choice", year, grade, number)
            classes = int(group.class_code.max()) + 1 if len(group) else 0
            keys = rng.random((classes, len(options)))
            drawn = np.argsort(keys, axis=1).argsort(axis=1) < choice["pick"]
            written += [
                (subject, drawn[group.class_code, index]) for index, subject in enumerate(options)
            ]
        for subject, writes in written:
            if subject == LANGUAGE:
                yield "английский язык", writes & ~group.german
                yield "немецкий язык", writes & group.german
            else:
                yield subject, writes

    def _present(
        self, procedure: str, group: YearGroup, grade: int, subject: str, year: int
    ) -> Mask:
        rng = stream(self.seed, "present", procedure, year, grade, subject)
        share = float(self.calibration.region["participation"][procedure])
        return np.asarray(rng.random(len(group)) < share)

    def _latent(
        self, procedure: str, group: YearGroup, grade: int, subject: str, year: int, icc: float
    ) -> FloatArray:
        """What each pupil shows, standard normal over the region in a year without effect."""
        rng = stream(self.seed, "pupil", procedure, year, grade, subject)
        common = float(self.calibration.region["pupil_common"])
        within = np.sqrt(common) * group.ability
        within = within + np.sqrt(1 - common) * rng.normal(size=len(group))
        between = self.effects.effect(subject, grade, year)[group.school]
        shown = np.sqrt(icc) * between + np.sqrt(1 - icc) * within
        return np.asarray(shown + self.shift(procedure, grade, subject, year), dtype=float)

    def _marks(
        self,
        procedure: str,
        group: YearGroup,
        grade: int,
        subject: str,
        year: int,
        distribution: Distribution | None = None,
    ) -> pd.DataFrame:
        """Counts of marks by school."""
        dist = distribution or self.distribution(procedure, grade, subject)
        shown = self._latent(procedure, group, grade, subject, year, dist.icc)
        mark = np.searchsorted(dist.cuts, shown)
        counts = np.bincount(group.school * 4 + mark, minlength=4 * len(self.region))
        counts = counts.reshape(-1, 4)
        school = np.flatnonzero(counts.sum(axis=1))
        frame = pd.DataFrame(counts[school], columns=["n2", "n3", "n4", "n5"])
        frame.insert(0, "school", school)
        frame["n"] = counts[school].sum(axis=1)
        frame["n_low"], frame["n_high"] = frame["n2"], frame["n5"]
        return self._named(frame, procedure, grade, subject, year)

    def _named(
        self, frame: pd.DataFrame, procedure: str, grade: int, subject: str, year: int
    ) -> pd.DataFrame:
        frame["procedure"], frame["grade"], frame["subject"] = procedure, grade, subject
        frame["season"] = self.calendar.season(procedure, year, grade)
        return frame

    # --- ОГЭ -----------------------------------------------------------------------------------

    def _oge(self, year: int) -> Iterator[pd.DataFrame]:
        if self.calendar.not_held_note("oge", year):
            return
        plan = self.calibration.region["oge"]
        group = self.pupils.group(9, year)
        group = group.take(self.writes("oge", year)[group.school])
        everybody = np.ones(len(group), dtype=bool)
        written = [(subject, everybody) for subject in plan["all"]]
        if year not in plan["only_compulsory"]:
            subjects = list(plan["weights"])
            taste = np.log(list(plan["weights"].values()))
            rng = stream(self.seed, "oge_choice", year)
            # What a school can teach shifts its pupils' choice; it lasts over the years.
            local = stream(self.seed, "oge_taste").normal(0, 0.5, (len(self.region), len(subjects)))
            keys = taste + local[group.school] + rng.gumbel(size=(len(group), len(subjects)))
            chosen = np.argsort(-keys, axis=1).argsort(axis=1) < plan["pick"]
            written += [(subject, chosen[:, index]) for index, subject in enumerate(subjects)]
        for subject, writes in written:
            present = self._present("oge", group, 9, subject, year)
            yield self._marks("oge", group.take(writes & present), 9, subject, year)

    # --- ЕГЭ -----------------------------------------------------------------------------------

    def _ege(self, year: int) -> Iterator[pd.DataFrame]:
        if self.calendar.not_held_note("ege", year):
            return
        plan = self.calibration.region["ege"]
        group = self.pupils.group(11, year)
        group = group.take(self.writes("ege", year)[group.school])
        if not len(group):
            return
        profile = np.zeros(len(group), dtype=bool)
        for subject, values in plan.items():
            if subject == "high":
                continue
            rng = stream(self.seed, "ege_choice", year, subject)
            chosen = rng.random(len(group)) < values["share"]
            if subject == "математика (профильная)":
                # The abler choose the harder paper.
                wish = 0.6 * group.ability + 0.8 * rng.normal(size=len(group))
                chosen = wish > np.quantile(wish, 1 - values["share"])
                profile = chosen
            yield self._scores(group.take(chosen), subject, year, values, plan["high"])
        basic = self.calibration.region["ege_basic_maths"]
        if year not in basic["not_held"]:
            total = sum(basic[name] for name in ("p2", "p3", "p4", "p5"))
            shares = tuple(basic[name] / total for name in ("p2", "p3", "p4", "p5"))
            dist = Distribution((shares[0], shares[1], shares[2], shares[3]), basic["icc"])
            frame = self._marks("ege", group.take(~profile), 11, "математика (базовая)", year, dist)
            frame["n_high"] = pd.NA  # marked 2–5: there are no 81 points
            yield frame

    def _scores(
        self, group: YearGroup, subject: str, year: int, values: dict[str, float], high: int
    ) -> pd.DataFrame:
        """Number, below the minimum, 81 and above and mean score by school."""
        icc = float(self.calibration.region["ege_icc"])
        shown = self._latent("ege", group, 11, subject, year, icc)
        score = np.clip(np.rint(values["mean"] + values["sd"] * shown), 0, 100)
        counts = len(self.region)
        n = np.bincount(group.school, minlength=counts)
        school = np.flatnonzero(n)
        frame = pd.DataFrame({"school": school, "n": n[school]})
        for name, mask in (("n_low", score < values["minimum"]), ("n_high", score >= high)):
            frame[name] = np.bincount(group.school[mask], minlength=counts)[school]
        total = np.bincount(group.school, weights=score, minlength=counts)[school]
        frame["mean_score"] = np.round(total / n[school], 1)
        return self._named(frame, "ege", 11, subject, year)
