"""Methodologies side by side: whom each of them lists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import pandas as pd

from shnor_lib.faults import ShnorError
from shnor_lib.methods.dynamics import LISTED
from shnor_lib.methods.identification import Identification


@dataclass
class Comparison:
    """What :func:`compare_rulesets` found.

    Attributes
    ----------
    schools
        ``school_id``, one column of status codes per rule set (NA where it does not judge the
        school), ``n_listing`` (rule sets that list the school), ``agree`` (all that judge the
        school list it, or none does).
    agreement
        One row per pair: ``first``, ``second``, ``n_both``, ``n_only_first``,
        ``n_only_second``, ``n_neither``, ``n_schools`` (judged by both), ``share_agree``
        (0…1), ``kappa`` (Cohen; NA when one of them lists all schools or none).
    year
        Status year.
    """

    schools: pd.DataFrame
    agreement: pd.DataFrame
    year: int


def compare_rulesets(identifications: Mapping[str, Identification], year: int) -> Comparison:
    """Put the statuses of several rule sets side by side.

    Parameters
    ----------
    identifications
        Name → result of :func:`~.identification.identify` on the same data.
    year
        Status year.

    Raises
    ------
    ShnorError
        Fewer than two rule sets, or one of them was not applied to the year.
    """
    if len(identifications) < 2:
        raise ShnorError("Для сравнения нужны хотя бы два набора правил.")
    columns: dict[str, pd.Series] = {}
    for name, found in identifications.items():
        if year not in found.years:
            raise ShnorError(f"Правила «{name}» к {year} году не применялись.")
        rows = found.statuses[found.statuses["year"] == year]
        status = rows.set_index("school_id")["status"]
        columns[name] = status.mask(status.isin(["excluded", "insufficient"]))
        # Kept for show; a rule set that cannot judge a school neither lists nor clears it.
        columns[f"_{name}"] = status
    frame = pd.DataFrame(columns).sort_index()
    names = list(identifications)
    judged = frame[names].notna()
    listed = frame[names].isin(LISTED)
    counted = judged.sum(axis=1)
    listing = (listed & judged).sum(axis=1)
    schools = frame[[f"_{name}" for name in names]].set_axis(names, axis=1).astype("string")
    schools = schools.assign(
        n_listing=listing.astype("Int64"), agree=((listing == 0) | (listing == counted))
    )
    schools = schools.rename_axis("school_id").reset_index()
    schools["school_id"] = schools["school_id"].astype("string")
    pairs = [_pair(one, other, listed, judged) for one, other in combinations(names, 2)]
    return Comparison(schools, pd.DataFrame(pairs), year)


def _pair(one: str, other: str, listed: pd.DataFrame, judged: pd.DataFrame) -> dict[str, object]:
    by_both = judged[one] & judged[other]
    first, second = listed.loc[by_both, one], listed.loc[by_both, other]
    total = int(by_both.sum())
    both, neither = int((first & second).sum()), int((~first & ~second).sum())
    agree = (both + neither) / total if total else float("nan")
    chance = (
        first.mean() * second.mean() + (1 - first.mean()) * (1 - second.mean())
        if total
        else float("nan")
    )
    return {
        "first": one,
        "second": other,
        "n_both": both,
        "n_only_first": int((first & ~second).sum()),
        "n_only_second": int((~first & second).sum()),
        "n_neither": neither,
        "n_schools": total,
        "share_agree": agree if total else pd.NA,
        "kappa": (agree - chance) / (1 - chance) if total and chance < 1 else pd.NA,
    }
