"""Teachers of the schools on the list against all others; the year against the years before."""

from __future__ import annotations

import pandas as pd

from shnor_lib.methods.competence_definition import CompetenceRules
from shnor_lib.methods.competence_groups import dynamics_by, levels_by, teachers_of
from shnor_lib.methods.competence_pairs import changes, levels, measured_twice
from shnor_lib.methods.group_shares import TwoGroups, group_share
from shnor_lib.methods.teacher_competence import TeacherCompetence, latest_of


def listed_low(found: TeacherCompetence) -> TwoGroups:
    """Share of teachers with a low level in the schools of the list (``helped``) and elsewhere.

    Notes
    -----
    Teachers of one school resemble each other: intervals are those of so many independent teachers
    as the clustering by school leaves (see :func:`~.group_shares.group_share`).
    """
    people = teachers_of(found.latest, ["overall_score"], ["listed"])
    low = levels(people["overall_score"], found.rules) == "low"
    return _two(people, low, found.rules)


def listed_better(found: TeacherCompetence) -> TwoGroups:
    """The same of teachers measured twice whose competence has grown."""
    people = teachers_of(found.pairs, ["overall_first", "overall_last"], ["listed"])
    change = changes(people["overall_first"], people["overall_last"], found.rules)
    return _two(people, change == "better", found.rules)


def _two(people: pd.DataFrame, flag: pd.Series, rules: CompetenceRules) -> TwoGroups:
    rows = people.assign(flag=flag.fillna(value=False).astype(bool))
    inside = rows["listed"].to_numpy(dtype=bool)
    return TwoGroups(
        group_share(rows[inside], "flag", ["school_id"]),
        group_share(rows[~inside], "flag", ["school_id"]),
        least=rules.least_teachers,
    )


def competence_years(
    measurements: pd.DataFrame, rules: CompetenceRules, *, until: int
) -> pd.DataFrame:
    """Levels and dynamics of all teachers, year by year.

    Parameters
    ----------
    measurements
        ``TeacherCompetence.measurements``.
    rules
        Cut-offs.
    until
        Last year.

    Returns
    -------
    DataFrame
        ``year``, ``n`` (teachers diagnosed), ``low`` and ``share_low`` (low level), ``ci_low``,
        ``ci_high`` of it; ``n_pairs`` (measured twice), ``better``, ``share_better``,
        ``better_low``, ``better_high`` (95 % Wilson). NA where too few teachers.
    """
    years = sorted(int(year) for year in measurements["year"].dropna().unique() if year <= until)
    rows = []
    for year in years:
        level = levels_by(latest_of(measurements, year), rules).iloc[0]
        pairs = measured_twice(measurements, rules, year=year)
        change = dynamics_by(pairs, rules, tested=False).iloc[0]
        rows.append(
            {
                "year": year,
                **{name: level[name] for name in ("n", "low", "share_low", "ci_low", "ci_high")},
                "n_pairs": change["n"],
                "better": change["better"],
                "share_better": change["share"],
                "better_low": change["ci_low"],
                "better_high": change["ci_high"],
            }
        )
    counts = ("year", "n", "low", "n_pairs", "better")
    shares = ("share_low", "ci_low", "ci_high", "share_better", "better_low", "better_high")
    dtypes = dict.fromkeys(counts, "Int64") | dict.fromkeys(shares, "Float64")
    return pd.DataFrame(rows, columns=list(dtypes)).astype(dtypes)
