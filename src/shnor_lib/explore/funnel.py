"""Shares against the number of participants: small schools swing widely by chance alone."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import pandas as pd

from shnor_lib.methods.identification import Identification
from shnor_lib.report.labels import unit_label
from shnor_lib.tables import PROCEDURES

BANDS: tuple[tuple[int, int | None], ...] = ((1, 9), (10, 24), (25, 49), (50, 99), (100, None))
"""Sizes schools are counted by: first and last number of participants."""


@dataclass(frozen=True)
class Unit:
    """Results a funnel can be drawn of: one unit of one criterion of one rule set.

    Parameters
    ----------
    ruleset
        Key of the identification they are taken from.
    criterion, position
        The criterion and the place of the unit in its ``keys``.
    procedure, label
        Code of the procedure; subject (and grade, if grades are judged apart).
    """

    ruleset: str
    criterion: str
    position: int
    procedure: str
    label: str


def units(found: Iterable[tuple[str, Identification]], year: int) -> list[Unit]:
    """Results there are in a year, each once: from the first rule set that looks at them.

    Parameters
    ----------
    found
        Key → identification, in order of preference.
    year
        Status year.

    Returns
    -------
    list
        By procedure, the most written subjects first.
    """
    seen: dict[tuple[str, str], tuple[int, Unit]] = {}
    for key, identification in found:
        own: dict[tuple[str, str], tuple[int, Unit]] = {}
        for criterion, pooled in identification.units.items():
            if year not in pooled.years:
                continue
            written = pooled.present[:, :, pooled.years.index(year)].sum(axis=0)
            for position, row in enumerate(pooled.keys.to_dict("records")):
                procedure = str(row["procedure"])
                label = unit_label(None, row["grade"], row["subject"])
                if written[position]:
                    unit = Unit(key, criterion, position, procedure, label)
                    own.setdefault((procedure, label), (int(written[position]), unit))
        # Rules that judge grades apart are not mixed with rules that pool them.
        there = {procedure for procedure, _ in seen}
        seen |= {name: each for name, each in own.items() if name[0] not in there}
    known = list(PROCEDURES)
    order = sorted(
        seen.items(), key=lambda item: (known.index(item[0][0]), -item[1][0], item[0][1])
    )
    return [unit for _, (_, unit) in order]


def by_size(schools: pd.DataFrame, listed: Collection[str], sure: Collection[str]) -> pd.DataFrame:
    """How many schools of each size are on the list, and how many of them surely.

    Parameters
    ----------
    schools
        ``school_id`` and ``n`` (participants), as in
        :attr:`shnor_lib.methods.funnels.FunnelData.schools`.
    listed, sure
        Ids of the schools on the list, and of those listed «уверенно».

    Returns
    -------
    DataFrame
        One row per band of :data:`BANDS` that has schools: ``first``, ``last`` (NA: no end),
        ``n_schools``, ``n_listed``, ``share_listed`` (0…1), ``n_sure``.
    """
    found = []
    for first, last in BANDS:
        inside = schools["n"] >= first
        if last is not None:
            inside &= schools["n"] <= last
        ids = schools.loc[inside, "school_id"]
        if len(ids):
            n_listed = int(ids.isin(list(listed)).sum())
            found.append(
                {
                    "first": first,
                    "last": last,
                    "n_schools": len(ids),
                    "n_listed": n_listed,
                    "share_listed": n_listed / len(ids),
                    "n_sure": int(ids.isin(list(sure)).sum()),
                }
            )
    columns = ["first", "last", "n_schools", "n_listed", "share_listed", "n_sure"]
    table = pd.DataFrame(found, columns=columns)
    return table.astype({"first": "Int64", "last": "Int64"})
