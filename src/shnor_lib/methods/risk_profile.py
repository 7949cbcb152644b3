"""The risk profile of schools: what was declared, what the check said, what does not fit.

The significance of a factor comes from the given profile and is never invented; a level computed
from cut-offs of the user's own stands beside it. Sources as in S0 5.12: risk zones found by the
assessment procedures, self-analysis cards, risk profiles, the curator's protocol.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from shnor_lib.methods.evidence import evidence
from shnor_lib.methods.identification import Identification
from shnor_lib.methods.risk_definition import Cutoff, RiskRules
from shnor_lib.methods.risk_measures import measures_by_factor
from shnor_lib.methods.ruleset import ResultsShare
from shnor_lib.store import Dataset
from shnor_lib.tables import RISK_FACTORS

KEY = ["school_id", "year", "factor"]

CONTRADICTIONS: tuple[str, ...] = (
    "curator_rejects",
    "school_rejects",
    "school_no_reason",
    "curator_no_reason",
    "unverified_in_work",
    "rejected_in_work",
    "accepted_rejected",
    "state_behind",
    "not_in_profile",
    "high_no_measure",
    "in_work_no_measure",
    "level_differs",
    "zone_not_claimed",
)
"""What does not fit together in the data of one factor of one school; see :func:`risk_profile`."""

DEAD: frozenset[str] = frozenset({"rejected", "removed"})
"""States of a factor nobody has to act on any more."""


@dataclass(frozen=True, eq=False)
class RiskProfiles:
    """What :func:`risk_profile` found.

    Attributes
    ----------
    rules
        Kind, manageability and levels of the factors.
    factors
        One row per school × year × factor; see :func:`risk_profile`.
    contradictions
        ``school_id``, ``year``, ``factor``, ``contradiction`` (:data:`CONTRADICTIONS`).
    zones
        Risk zones from the results: ``school_id``, ``year``, ``criterion``, ``procedure``,
        ``subject``, ``grade`` (NA: grades pooled), ``n``, ``numerator``, ``value``,
        ``threshold``, ``no_high``, ``probability`` of every unit beyond its threshold in the
        year; and ``lasting``: beyond it in all the years the rule looks at.
    """

    rules: RiskRules
    factors: pd.DataFrame = field(repr=False)
    contradictions: pd.DataFrame = field(repr=False)
    zones: pd.DataFrame = field(repr=False)

    @property
    def years(self) -> list[int]:
        """Years of which there is a profile or a protocol, ascending."""
        return sorted(int(year) for year in self.factors["year"].unique())


def risk_profile(
    dataset: Dataset,
    rules: RiskRules,
    *,
    identification: Identification | None = None,
    years: Iterable[int] | None = None,
) -> RiskProfiles:
    """Put together what is known of every declared factor.

    Parameters
    ----------
    dataset
        Tables ``risk_profile``, ``risk_verification``, ``measures``, ``schools``; for cut-offs
        also the tables they look at.
    rules
        From :func:`~.risk_definition.load_risk_rules`.
    identification
        Gives the risk zones; without it there are none.
    years
        Only these years; default: all there are.

    Returns
    -------
    RiskProfiles
        Its ``factors``: ``school_id``, ``year``, ``factor``; ``level`` (high, medium, low; NA: the
        factor stands in a protocol only), ``source``; ``school_decision``, ``school_reason``,
        ``curator_decision``, ``curator_reason``, ``date`` of the protocol; ``state``, which of a
        factor without a protocol is ``claimed``; ``verified`` (both, school, curator, none: who
        has decided); ``kind``, ``manageability``, ``decides`` (level), ``cyclic``;
        ``n_measures`` (dropped ones left out), ``n_done``; ``measured`` (whether the year has
        measures at all: otherwise their absence says nothing); ``level_computed``, ``value``,
        ``numerator``, ``n`` where cut-offs are set; ``source_file``, ``source_sheet``,
        ``source_row`` of the profile, or of the protocol when there is no profile.

    Notes
    -----
    Contradictions: ``curator_rejects`` the school accepts and the curator rejects (and the other
    way round: ``school_rejects``); ``school_no_reason``, ``curator_no_reason`` rejected without a
    reason; ``unverified_in_work`` in work or removed, but not both have decided;
    ``rejected_in_work`` both have rejected, the state says confirmed or in work;
    ``accepted_rejected`` both have accepted, the state says rejected; ``state_behind`` both have
    decided, the state still says claimed; ``not_in_profile`` in the protocol but not in the
    profile; ``high_no_measure`` high, not rejected or removed, and no measure against it;
    ``in_work_no_measure`` the same of a factor in work of any other level; ``level_differs`` the
    computed level is not the given one.
    """
    wanted = None if years is None else {int(year) for year in years}
    profile = _of_years(dataset.risk_profile, wanted)
    protocol = _of_years(dataset.risk_verification, wanted)
    factors = _joined(profile, protocol)
    factors = _with_rules(factors, rules)
    factors = _with_measures(factors, dataset)
    factors = _with_cutoffs(factors, dataset, rules.cutoffs)
    order = {code: place for place, code in enumerate(RISK_FACTORS)}
    factors = factors.assign(_place=factors["factor"].map(order))
    factors = factors.sort_values(["year", "school_id", "_place"], kind="stable")
    factors = factors.drop(columns="_place").reset_index(drop=True)
    known = sorted(int(year) for year in factors["year"].unique())
    zones = _zones(identification, known)
    contradictions = pd.concat([_contradictions(factors), _unclaimed(factors, zones)])
    return RiskProfiles(rules, factors, contradictions.reset_index(drop=True), zones)


def _of_years(frame: pd.DataFrame, years: set[int] | None) -> pd.DataFrame:
    known = frame.dropna(subset=KEY)
    return known if years is None else known[known["year"].isin(years)]


def _joined(profile: pd.DataFrame, protocol: pd.DataFrame) -> pd.DataFrame:
    place = ["source_file", "source_sheet", "source_row"]
    left = profile[[*KEY, "level", "source", *place]]
    right = protocol[
        [
            *KEY, "school_decision", "school_reason", "curator_decision", "curator_reason",
            "state", "date", *place,
        ]
    ]  # fmt: skip
    found = left.merge(right, on=KEY, how="outer", suffixes=("", "_protocol"))
    for name in place:
        found[name] = found[name].fillna(found.pop(f"{name}_protocol"))
    found["state"] = found["state"].fillna("claimed")
    school, curator = found["school_decision"].notna(), found["curator_decision"].notna()
    who = np.select([school & curator, school, curator], ["both", "school", "curator"], "none")
    found["verified"] = pd.array(who, dtype="string")
    return found


def _with_rules(factors: pd.DataFrame, rules: RiskRules) -> pd.DataFrame:
    by_factor = {rule.factor: rule for rule in rules.factors}
    own = [by_factor[str(code)] for code in factors["factor"]]
    return factors.assign(
        kind=pd.array([rule.kind for rule in own], dtype="string"),
        manageability=pd.array([rule.manageability for rule in own], dtype="string"),
        decides=pd.array([rule.decides for rule in own], dtype="string"),
        cyclic=np.array([rule.cycle is not None for rule in own], dtype=bool),
    )


def _with_measures(factors: pd.DataFrame, dataset: Dataset) -> pd.DataFrame:
    measures = measures_by_factor(dataset, factors)
    live = measures[measures["state"] != "dropped"]
    counts = live.groupby(KEY, observed=True).agg(
        n_measures=("state", "size"), n_done=("state", lambda states: int((states == "done").sum()))
    )
    found = factors.merge(counts.astype("Int64").reset_index(), on=KEY, how="left")
    for name in ("n_measures", "n_done"):
        found[name] = found[name].fillna(0)
    held = dataset.measures["year"].dropna().unique()
    found["measured"] = found["year"].isin(held).to_numpy(dtype=bool)
    return found


def _with_cutoffs(
    factors: pd.DataFrame, dataset: Dataset, cutoffs: Iterable[Cutoff]
) -> pd.DataFrame:
    parts = [computed_levels(dataset, cutoff) for cutoff in cutoffs]
    blank = {"level_computed": "string", "value": "Float64", "numerator": "Float64", "n": "Float64"}
    if not parts:
        return factors.assign(
            **{
                name: pd.Series(pd.NA, index=factors.index, dtype=dtype)
                for name, dtype in blank.items()
            }
        )
    return factors.merge(pd.concat(parts, ignore_index=True), on=KEY, how="left")


def computed_levels(dataset: Dataset, cutoff: Cutoff) -> pd.DataFrame:
    """Levels of one factor by the cut-offs of the user.

    Parameters
    ----------
    dataset
        Has the table the cut-off looks at.
    cutoff
        What is measured and from where on it is high or medium.

    Returns
    -------
    DataFrame
        ``school_id``, ``year``, ``factor``, ``level_computed``, ``value``, ``numerator``, ``n``
        (the denominator; NA without one). Schools without the number have no row: a level is
        never guessed.
    """
    frame = dataset.tables[cutoff.table]
    n = pd.Series(pd.NA, index=frame.index, dtype="Float64")
    if cutoff.table == "self_analysis":
        frame = frame[(frame["question"] == cutoff.question).fillna(value=False)]
        n = n.reindex(frame.index)
        top = frame["value"].astype("Float64")
        value = top
    else:
        top = frame[cutoff.numerator].astype("Float64")
        value = top
        if cutoff.denominator:
            n = frame[cutoff.denominator].astype("Float64")
            value = top / n.where(n > 0)
    beyond = [
        (value >= edge) if cutoff.direction == 1 else (value <= edge)
        for edge in (cutoff.high, cutoff.medium)
    ]
    high, medium = (each.fillna(value=False).to_numpy(dtype=bool) for each in beyond)
    found = pd.DataFrame(
        {
            "school_id": frame["school_id"],
            "year": frame["year"],
            "factor": pd.array([cutoff.factor] * len(frame), dtype="string"),
            "level_computed": pd.array(
                np.select([high, medium], ["high", "medium"], "low"), dtype="string"
            ),
            "value": value,
            "numerator": top,
            "n": n,
        }
    )
    return found[value.notna()].drop_duplicates(KEY)


def _contradictions(factors: pd.DataFrame) -> pd.DataFrame:
    school, curator = factors["school_decision"], factors["curator_decision"]
    state, level = factors["state"], factors["level"]

    def said(column: pd.Series, value: str) -> pd.Series:
        return (column == value).fillna(value=False).astype(bool)

    def blank(column: pd.Series) -> pd.Series:
        return (column.fillna("").str.strip() == "").astype(bool)

    both = factors["verified"] == "both"
    both_accept = said(school, "accepts") & said(curator, "accepts")
    both_reject = said(school, "rejects") & said(curator, "rejects")
    no_measure = factors["measured"] & (factors["n_measures"] == 0)
    high = said(level, "high")
    found = {
        "curator_rejects": said(school, "accepts") & said(curator, "rejects"),
        "school_rejects": said(school, "rejects") & said(curator, "accepts"),
        "school_no_reason": said(school, "rejects") & blank(factors["school_reason"]),
        "curator_no_reason": said(curator, "rejects") & blank(factors["curator_reason"]),
        "unverified_in_work": state.isin(["in_work", "removed"]) & ~both,
        "rejected_in_work": both_reject & state.isin(["confirmed", "in_work"]),
        "accepted_rejected": both_accept & (state == "rejected"),
        "state_behind": both & (state == "claimed"),
        "not_in_profile": level.isna(),
        "high_no_measure": high & ~state.isin(DEAD) & no_measure,
        "in_work_no_measure": ~high & (state == "in_work") & no_measure,
        "level_differs": level.notna()
        & factors["level_computed"].notna()
        & (level != factors["level_computed"]).fillna(value=False),
    }
    parts = [
        factors.loc[mask.to_numpy(dtype=bool), KEY].assign(contradiction=name)
        for name, mask in found.items()
    ]
    rows = pd.concat(parts).sort_index(kind="stable").reset_index(drop=True)
    return rows.astype({"contradiction": "string"})


def _unclaimed(factors: pd.DataFrame, zones: pd.DataFrame) -> pd.DataFrame:
    """Schools with a profile whose results say what the profile does not."""
    names = [*KEY, "contradiction"]
    with_profile = factors.loc[factors["level"].notna(), ["school_id", "year"]].drop_duplicates()
    lasting = zones[zones["lasting"].astype(bool)][["school_id", "year"]].drop_duplicates()
    if with_profile.empty or lasting.empty:
        return pd.DataFrame({name: pd.Series(dtype="string") for name in names})
    found = with_profile.merge(lasting, on=["school_id", "year"])
    own = factors[factors["factor"] == "failure"]
    said = own[own["level"].isin(["high", "medium"]) & (own["state"] != "rejected")]
    found = found.merge(said[["school_id", "year"]].assign(said=True), how="left")
    found = found[found["said"].isna()]
    return found.assign(factor="failure", contradiction="zone_not_claimed")[names].astype(
        {"factor": "string", "contradiction": "string"}
    )


_ZONE = [
    "school_id", "year", "criterion", "procedure", "subject", "grade", "n", "numerator", "value",
    "threshold", "no_high", "probability",
]  # fmt: skip


def _zones(identification: Identification | None, years: list[int]) -> pd.DataFrame:
    """Units of the results criteria that are beyond their threshold in the year itself."""
    parts = []
    if identification is not None:
        criteria = [
            each.id
            for each in identification.ruleset.criteria
            if isinstance(each, ResultsShare) and each.counts
        ]
        for year in [year for year in years if year in identification.outcomes]:
            rows = evidence(identification, year=year, criteria=criteria)
            rows = rows[(rows["used_year"] == year) & rows["flagged"].fillna(value=False)]
            parts.append(rows[_ZONE].assign(lasting=(rows["outcome"] == "met").astype(bool)))
    if not parts:
        blank = {name: pd.Series(dtype="object") for name in [*_ZONE, "lasting"]}
        return pd.DataFrame(blank)
    return pd.concat(parts, ignore_index=True)
