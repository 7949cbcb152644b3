"""Pooled results remembered between identifications of the same data.

Trying one threshold after another asks for the same sums again and again: only the criterion
whose rule changed has to be pooled anew. What is remembered is keyed by everything it was made
from, so that a result from memory is the result that would have been computed.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import fields

import numpy as np
import pandas as pd

from shnor_lib.methods.coded import Coded, code_results
from shnor_lib.methods.units import Flags, ResultsRule, Units, pool
from shnor_lib.project import Calendar


class Pooled:
    """Memory for :func:`~.identification.identify`; of use when it is called repeatedly.

    Parameters
    ----------
    max_bytes
        Pooled results kept at most; the longest unused go first. The latest one is always
        kept.
    """

    def __init__(self, max_bytes: int = 400_000_000) -> None:
        self.max_bytes = max_bytes
        self._coded: Coded | None = None
        self._units: OrderedDict[tuple[object, ...], Units] = OrderedDict()

    def coded(self, results: pd.DataFrame, schools: pd.Index, years: Sequence[int]) -> Coded:
        """As :func:`~.coded.code_results`; other data than last time forget everything."""
        last = self._coded
        if (
            last is None
            or last.results is not results
            or last.years != list(years)
            or not last.schools.equals(schools)
        ):
            self._units.clear()
            last = self._coded = code_results(results, schools, years)
        return last

    def units(
        self,
        coded: Coded,
        rule: ResultsRule,
        calendar: Calendar,
        *,
        among: Flags,
        years: Sequence[int],
    ) -> Units:
        """As :func:`~.units.pool`.

        Parameters
        ----------
        coded, rule, calendar, among
            As for :func:`~.units.pool`.
        years
            Status years: units remember which priors they were asked for, and those of other
            years do not belong there.
        """
        if coded is not self._coded:
            return pool(coded, rule, calendar, among=among)
        settings = (getattr(rule, part.name) for part in fields(rule) if part.name != "criterion")
        key = (
            rule.criterion.model_dump_json(),
            *settings,
            calendar.model_dump_json(),
            among.tobytes(),
            tuple(years),
        )
        if key not in self._units:
            self._units[key] = pool(coded, rule, calendar, among=among)
            self._forget()
        self._units.move_to_end(key)
        return self._units[key]

    def _forget(self) -> None:
        size = sum(_bytes(units) for units in self._units.values())
        while size > self.max_bytes and len(self._units) > 1:
            size -= _bytes(self._units.popitem(last=False)[1])


def _bytes(units: Units) -> int:
    """Memory of the arrays, those made on demand (probabilities) included."""
    own = [getattr(units, part.name) for part in fields(units)]
    return sum(a.nbytes for a in own if isinstance(a, np.ndarray)) + 2 * units.n.nbytes
