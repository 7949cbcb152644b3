"""Are statuses right as often as their words say, and does the list find the schools it should?"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from shnor_lib.methods.identification import CERTAIN, LIKELY
from shnor_lib.methods.ruleset import ResultsShare, RuleSet
from shnor_lib.methods.small_schools import probably_beyond
from shnor_lib.validation.case import Case, pooled, truly_beyond, with_companions
from shnor_lib.validation.tallies import Tallies, added, calibration, lists, words

Flags = npt.NDArray[np.bool_]

UNIT = ["school_id", "procedure", "subject"]

EVEN = 0.5
LEAST = 0.01
"""Smaller probabilities are of no list."""


def statuses(case: Case) -> Tallies:
    """Calibration of criteria and statuses, the words, and the list by size of school.

    Returns
    -------
    Tallies
        ``calibration``: ``criterion`` (in at least one subject the true share of the years used is
        beyond the threshold), ``low_results`` (the same for a listed school, whatever the
        criterion), ``subject`` (in the very subject the status rests on), ``none`` (in no
        subject). ``words``: ``low_results``, ``none``. ``lists``: ``formal``; schools that belong
        on the list surely (``certain``), probably (``likely``), more probably than not (``even``),
        or most probably, as many as the formal list has (``as_long``).
    """
    return added(
        part
        for each in with_companions(case, case.status_times)
        for year in each.identification.years
        if year > each.region.years[0]
        for part in _year(each, year)
    )


def _year(case: Case, year: int) -> list[Tallies]:
    found, world = case.identification, case.world
    beyond = truly_pooled(case.truth, case.ruleset, year)
    anywhere = beyond.groupby("school_id").any()
    criteria = found.criteria
    judged = criteria[(criteria["year"] == year) & criteria["outcome"].isin(["met", "not_met"])]
    judged = judged.dropna(subset=["probability", "procedure"])
    of_criterion = _at(beyond, pd.MultiIndex.from_frame(judged[["school_id", "criterion"]]))

    # the status rests on the surest of the criteria that are met
    met = judged[judged["outcome"] == "met"].sort_values("probability", kind="stable")
    deciding = met.drop_duplicates("school_id", keep="last").set_index("school_id", drop=False)
    status = found.statuses[found.statuses["year"] == year].set_index("school_id")
    listed = status[status["low_results"] & status.index.isin(deciding.index)]
    right = _at(anywhere, listed.index)
    subject = _true_units(case.truth, deciding.loc[listed.index])
    clear = status[status["status"] == "none"]
    of_clear = ~_at(anywhere, clear.index)
    parts = [
        calibration("criterion", world, judged["probability"], of_criterion),
        calibration("low_results", world, listed["probability"], right),
        calibration("subject", world, listed["probability"], subject),
        calibration("none", world, clear["probability"], of_clear),
        words("low_results", world, listed["confidence"], listed["probability"], right),
        words("none", world, clear["confidence"], clear["probability"], of_clear),
    ]
    return parts + _lists(case, year, status)


def _lists(case: Case, year: int, status: pd.DataFrame) -> list[Tallies]:
    true = truly_beyond(case.truth, case.ruleset, year)
    size = case.size_of.reindex(true.index).to_numpy()
    chance = _chances(case, year, status).reindex(true.index).fillna(0.0)
    on_list = status["low_results"].reindex(true.index, fill_value=False).to_numpy()
    readings = {
        "formal": on_list,
        "certain": (chance >= CERTAIN).to_numpy(),
        "likely": (chance >= LIKELY).to_numpy(),
        "even": (chance >= EVEN).to_numpy(),
        "as_long": _likeliest(chance, int(on_list.sum())),
    }
    return [lists(name, case.world, size, on, true.to_numpy()) for name, on in readings.items()]


def _chances(case: Case, year: int, status: pd.DataFrame) -> pd.Series:
    """Probability that a school belongs on the list, listed or not, however few its pupils."""
    listed = status.loc[status["low_results"], "probability"].astype("float64")
    others = probably_beyond(case.identification, year, least=LEAST).set_index("school_id")
    whole: pd.Series = pd.concat([listed, others["probability"].astype("float64")])
    return whole


def _likeliest(chance: pd.Series, many: int) -> Flags:
    """A list of given length: the schools with the highest probability."""
    order = np.argsort(-chance.to_numpy(dtype="float64"), kind="stable")
    chosen = np.zeros(len(chance), dtype=np.bool_)
    chosen[order[:many]] = True
    return chosen


def truly_pooled(truth: pd.DataFrame, ruleset: RuleSet, year: int) -> pd.Series:
    """Whether a true share over the years of a criterion together is beyond its threshold.

    Returns
    -------
    Series
        By ``school_id`` and ``criterion``: in at least one subject with results in all the years (as in
        :func:`.case.truly_beyond`; no other subject can meet the criterion).
    """
    parts = {}
    for criterion in ruleset.criteria:
        if isinstance(criterion, ResultsShare):
            procedures = [scope.procedure for scope in criterion.scopes]
            years = range(year - criterion.years + 1, year + 1)
            rows = truth[truth["procedure"].isin(procedures) & truth["year"].isin(years)]
            shares = pooled(rows, UNIT)["share"]
            whole = rows.groupby(UNIT)["year"].nunique().reindex(shares.index) == criterion.years
            beyond = (shares >= criterion.low.threshold) & whole
            parts[criterion.id] = beyond.groupby("school_id").any()
    return pd.concat(parts, names=["criterion"]).swaplevel()


def _true_units(truth: pd.DataFrame, rows: pd.DataFrame) -> Flags:
    """The same for the subject (and the years) each row of criteria rests on."""
    found = np.zeros(len(rows), dtype=np.bool_)
    for used, places in rows.groupby("years_used", sort=False).indices.items():
        years = [int(word) for word in str(used).split(",")]
        shares = pooled(truth[truth["year"].isin(years)], UNIT)["share"]
        part = rows.iloc[places]
        own = shares.reindex(pd.MultiIndex.from_frame(part[UNIT])).to_numpy()
        found[places] = own >= part["threshold"].to_numpy(dtype="float64")
    return found


def _at(flags: pd.Series, index: pd.Index) -> Flags:
    return np.asarray(flags.reindex(index, fill_value=False), dtype=np.bool_)
