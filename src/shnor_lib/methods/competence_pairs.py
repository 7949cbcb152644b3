"""Teachers measured twice with the same instrument in the same subject: what has changed.

S2 («Показатели», 3) asks for the share of teachers whose competence has grown by an independent
diagnosis; a teacher measured once says nothing of it, and two different works cannot be compared.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from shnor_lib.methods.competence_definition import LEVELS, PARTS, CompetenceRules

WHO = ["school_id", "teacher"]
"""A teacher: the code within the school."""
PAIR = [*WHO, "subject", "instrument"]
CHANGES: tuple[str, ...] = ("better", "same", "worse")
"""What a second measurement is against an earlier one."""


def measured_twice(
    measurements: pd.DataFrame, rules: CompetenceRules, *, year: int
) -> pd.DataFrame:
    """Pairs whose second measurement lies in a school year.

    Parameters
    ----------
    measurements
        From :func:`~.teacher_competence.measurements`; later years are left out.
    rules
        Say with which earlier measurement the latest of the year is compared.
    year
        School year of the second measurement; the first may lie in any earlier one or in it.

    Returns
    -------
    DataFrame
        One row per teacher × subject × instrument: ``school_id``, ``teacher``, ``subject``,
        ``instrument``, ``date_first``, ``date_last``; for each part of :data:`.PARTS`
        ``<part>_first``, ``<part>_last`` (per cent), ``<part>_gain`` (percentage points) and
        ``<part>_change`` (:data:`CHANGES`), NA where a part was not measured both times; and
        ``improved``: the whole is better. The whole is made of the parts measured both times.
        Pairs with no common part are left out.
    """
    known = measurements[measurements["year"] <= year].sort_values([*PAIR, "date"], kind="stable")
    groups = known.groupby(PAIR, observed=True, sort=False)
    if rules.dynamics.against == "previous":
        earlier = groups.shift(1)
    else:
        earlier = known.loc[groups["date"].transform("idxmin")].set_axis(known.index)
    first = {name: earlier[name] for name in ("date", "subject_score", "method_score")}
    in_year = known["year"] == year
    last = in_year & ~known[in_year].duplicated(PAIR, keep="last").reindex(
        known.index, fill_value=True
    )
    later = (first["date"] < known["date"]).fillna(value=False)
    keep = (last & later).to_numpy(dtype=bool)
    found = known.loc[keep, PAIR].reset_index(drop=True)
    found["date_first"] = first["date"][keep].to_numpy()
    found["date_last"] = known.loc[keep, "date"].to_numpy()
    before, after = {}, {}
    for part in ("subject", "method"):
        then = first[f"{part}_score"][keep].reset_index(drop=True).astype("Float64")
        now = known.loc[keep, f"{part}_score"].reset_index(drop=True).astype("Float64")
        both = then.notna() & now.notna()
        before[part], after[part] = then.where(both), now.where(both)
    before["overall"], after["overall"] = (
        whole(pair["subject"], pair["method"], rules) for pair in (before, after)
    )
    for part in PARTS:
        found[f"{part}_first"], found[f"{part}_last"] = before[part], after[part]
        found[f"{part}_gain"] = (after[part] - before[part]).round(9)
        found[f"{part}_change"] = changes(before[part], after[part], rules)
    found["improved"] = (found["overall_change"] == "better").astype("boolean")
    return found[found["overall_gain"].notna()].reset_index(drop=True)


def whole(subject: pd.Series, method: pd.Series, rules: CompetenceRules) -> pd.Series:
    """The result of a work of two parts; of one part where the other was not measured."""
    parts = pd.concat([subject, method], axis=1).astype("Float64")
    found = parts.min(axis=1) if rules.overall == "lower" else parts.mean(axis=1)
    return found.astype("Float64").round(9)


def changes(first: pd.Series, last: pd.Series, rules: CompetenceRules) -> pd.Series:
    """``better``, ``same`` or ``worse`` by the rule; NA where one of the two is missing."""
    then = first.to_numpy(dtype="float64", na_value=np.nan)
    now = last.to_numpy(dtype="float64", na_value=np.nan)
    if rules.dynamics.rule == "level":
        up, down = (
            (_level(now, rules) > _level(then, rules)),
            (_level(now, rules) < _level(then, rules)),
        )
    else:
        gain, least = np.round(now - then, 9), rules.dynamics.least_gain
        up, down = (gain > 0) & (gain >= least), (gain < 0) & (gain <= -least)
    found = pd.Series(np.select([up, down], ["better", "worse"], "same"), index=first.index)
    return found.astype("string").where(~(np.isnan(then) | np.isnan(now)))


def _level(scores: np.ndarray, rules: CompetenceRules) -> np.ndarray:
    """Position of each score's level in :data:`.LEVELS`."""
    cuts = (rules.levels.low_below, rules.levels.high_from)
    return np.searchsorted(cuts, scores, side="right")


def levels(scores: pd.Series, rules: CompetenceRules) -> pd.Series:
    """The level of each score; NA where there is none."""
    values = scores.to_numpy(dtype="float64", na_value=np.nan)
    names = pd.Series(np.array(LEVELS, dtype=object)[_level(values, rules) % 3], scores.index)
    return names.astype("string").where(~np.isnan(values))


def not_better(
    deficits: pd.DataFrame, measurements: pd.DataFrame, rules: CompetenceRules
) -> pd.Series[bool]:
    """Which closed deficits were followed by a result that is not better.

    Parameters
    ----------
    deficits
        From :func:`~.competence_deficits.deficit_states`.
    measurements
        From :func:`~.teacher_competence.measurements`.
    rules
        Say what is better.

    Returns
    -------
    Series of bool
        Index of ``deficits``. True where the deficit is closed and the first measurement after it
        was found is not better than the last one before, both of the same teacher, subject and
        instrument; of a deficit without a subject any of the teacher's. False where there are no
        two such measurements: nothing is known then.
    """
    shut = deficits[deficits["state"] == "closed"]
    asked = shut[[*WHO, "subject", "found"]].assign(row=shut.index)
    names = [*PAIR, "date", "overall_score"]
    both = asked.merge(measurements[names], on=WHO, suffixes=("", "_held"))
    both = both[both["subject"].isna() | (both["subject"] == both["subject_held"])]
    both = both.sort_values("date", kind="stable")
    key = ["row", "subject_held", "instrument"]
    before = both[both["date"] <= both["found"]].drop_duplicates(key, keep="last")
    after = both[both["date"] > both["found"]].drop_duplicates(key, keep="first")
    pairs = before.merge(after, on=key, suffixes=("_then", "_now"))
    moved = changes(pairs["overall_score_then"], pairs["overall_score_now"], rules)
    worse = set(pairs.loc[(moved != "better").to_numpy(dtype=bool), "row"])
    better = set(pairs.loc[(moved == "better").to_numpy(dtype=bool), "row"])
    flags = [row in worse and row not in better for row in deficits.index]
    return pd.Series(flags, index=deficits.index, dtype=bool)
