"""Did consultations go with closed deficits? Teachers who got help beside those who did not.

Nobody drew lots who turns to the point, so a difference is no effect: whoever asks for help may
be keener, or in greater need. The comparison says how large the difference is and how sure it is
not chance; it does not say why.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import pandas as pd

from shnor_lib.methods.as_of import school_year_start
from shnor_lib.methods.competence_deficits import deficit_states
from shnor_lib.methods.competence_definition import CompetenceRules
from shnor_lib.methods.competence_pairs import WHO, measured_twice
from shnor_lib.methods.group_shares import TwoGroups, group_share
from shnor_lib.methods.teacher_competence import measurements
from shnor_lib.store import Dataset


@dataclass(frozen=True)
class TutorOutcomes:
    """What :func:`tutor_outcomes` found.

    Attributes
    ----------
    deficits
        Units are deficits a year had to do with; the property: closed by the day. Helped: their
        teacher got help in this school year by the day; others: got none.
    closed_before_help
        Deficits of the helped that were closed before the first help of the year: it cannot have
        been the reason.
    pairs
        Units are pairs of diagnoses, the second in this year; the property: the second is better.
        Helped: their teacher got help after the first and not after the second; the rest: others.
    """

    deficits: TwoGroups
    closed_before_help: int
    pairs: TwoGroups


def tutor_outcomes(
    dataset: Dataset, rules: CompetenceRules, year: int, day: dt.date
) -> TutorOutcomes:
    """Compare teachers with and without help of the tutor point.

    Parameters
    ----------
    dataset
        Tables ``tutor_point``, ``teacher_deficits``, ``teacher_courses``, ``teacher_diagnostics``.
    rules
        Say which pair of diagnoses is better than the first.
    year, day
        School year; nothing after the day counts.

    Notes
    -----
    A teacher is known by the code within the school; help to a group without codes cannot be
    joined to teachers, so some of the «others» may have been helped, too.
    """
    help_given = help_days(dataset, day)
    start = pd.Timestamp(school_year_start(year))
    of_year = help_given[(help_given["done"] >= start).to_numpy(dtype=bool)]
    pairs = measured_twice(measurements(dataset, rules, day), rules, year=year)
    return TutorOutcomes(
        *_deficits(deficit_states(dataset, year, day), of_year), _pairs(pairs, help_given)
    )


def help_days(dataset: Dataset, day: dt.date) -> pd.DataFrame:
    """Help given to single teachers by a day: ``school_id``, ``teacher``, ``done``, all years."""
    rows = dataset.tutor_point
    known = rows["teacher"].notna() & (rows["done"] <= pd.Timestamp(day)).fillna(value=False)
    return rows.loc[known.to_numpy(dtype=bool), [*WHO, "done"]].drop_duplicates(ignore_index=True)


def _deficits(rows: pd.DataFrame, help_given: pd.DataFrame) -> tuple[TwoGroups, int]:
    first = help_given.groupby(WHO, observed=True)["done"].min().rename("help").reset_index()
    rows = rows.assign(is_closed=rows["closed"].notna()).merge(first, on=WHO, how="left")
    helped = rows["help"].notna()
    before = helped & (rows["closed"] < rows["help"]).fillna(value=False)
    groups = TwoGroups(
        group_share(rows[helped], "is_closed", WHO), group_share(rows[~helped], "is_closed", WHO)
    )
    return groups, int(before.sum())


def _pairs(rows: pd.DataFrame, help_given: pd.DataFrame) -> TwoGroups:
    rows = rows.assign(is_better=rows["improved"].fillna(value=False).astype(bool))
    asked = rows[[*WHO, "date_first", "date_last"]].assign(row=rows.index)
    both = asked.merge(help_given, on=WHO)
    between = (both["done"] > both["date_first"]) & (both["done"] <= both["date_last"])
    helped = rows.index.isin(both.loc[between.to_numpy(dtype=bool), "row"])
    return TwoGroups(
        group_share(rows[helped], "is_better", WHO),
        group_share(rows[~helped], "is_better", WHO),
    )
