"""The numbers a synthetic region is calibrated on, read from the data files beside this module."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from io import StringIO
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import yaml
from scipy import special

FloatArray = npt.NDArray[np.float64]
LANGUAGE = "язык"
"""Stands in the composition for the foreign language a pupil learns."""


@dataclass(frozen=True)
class Distribution:
    """Marks of one procedure, grade and subject in the whole region.

    Parameters
    ----------
    shares
        Shares of the marks 2, 3, 4, 5; they add up to 1.
    icc
        Between-school share of variance, 0…1.
    """

    shares: tuple[float, float, float, float]
    icc: float

    @property
    def cuts(self) -> FloatArray:
        """Three cut-offs on a standard normal latent scale that give these shares."""
        return np.asarray(special.ndtri(np.cumsum(self.shares)[:3]), dtype=float)

    def shares_at(self, effect: float, shift: float = 0.0) -> FloatArray:
        """Shares of 2, 3, 4, 5 in a school with the given effect.

        Parameters
        ----------
        effect
            School's effect in between-school standard deviations of this subject.
        shift
            Year effect on the latent scale.
        """
        upper = special.ndtr(
            (self.cuts - shift - np.sqrt(self.icc) * effect) / np.sqrt(1 - self.icc)
        )
        shares: FloatArray = np.diff(np.concatenate([[0.0], upper, [1.0]]))
        return shares


@dataclass(frozen=True)
class Calibration:
    """Everything in ``marks.csv`` and ``region.yml``."""

    marks: dict[tuple[str, int, str], Distribution]
    region: dict[str, Any]

    def composition(self, year: int) -> dict[int, dict[str, Any]]:
        """Subjects of ВПР by grade in the school year that ends in ``year``."""
        table: dict[int, dict[int, dict[str, Any]]] = self.region["vpr"]
        known = [start for start in table if start <= year]
        return table[max(known) if known else min(table)]

    def size_quantile(self, share: FloatArray) -> FloatArray:
        """Pupils of the school at these shares (0…1) of the region's schools."""
        sizes = self.region["sizes"]
        pupils: FloatArray = np.exp(np.interp(share, sizes["share"], np.log(sizes["pupils"])))
        return pupils


@cache
def calibration() -> Calibration:
    """Read the calibration once."""
    folder = resources.files("shnor_lib.demo")
    table = pd.read_csv(StringIO((folder / "marks.csv").read_text(encoding="utf-8")))
    shares = table[["p2", "p3", "p4", "p5"]].to_numpy(dtype=float)
    shares /= shares.sum(axis=1, keepdims=True)  # printed with one decimal, so 99.9 or 100.1
    marks = {
        (str(row.procedure), int(str(row.grade)), str(row.subject)): Distribution(
            (float(s[0]), float(s[1]), float(s[2]), float(s[3])), float(str(row.icc))
        )
        for row, s in zip(table.itertuples(index=False), shares, strict=True)
    }
    region = yaml.safe_load((folder / "region.yml").read_text(encoding="utf-8"))
    return Calibration(marks, region)
