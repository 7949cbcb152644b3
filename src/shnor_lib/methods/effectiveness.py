"""Effectiveness of the work with schools of the list, by half-year (S0 VIII; S2 35–37).

S0 8.2 names what to look at: fewer schools with the status, better results, competence of
teachers, access to good education. S2 2) and 3) give two shares, S2 36 the carrying out of the
road map. Each number here is one of those, or a proposal where the documents give no definition;
what came of support beyond what would have come anyway is :mod:`~.effect`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

import pandas as pd

from shnor_lib.faults import ShnorError
from shnor_lib.methods.competence_definition import CompetenceRules
from shnor_lib.methods.competence_groups import dynamics_by
from shnor_lib.methods.dynamics import dynamics, municipal_indicator
from shnor_lib.methods.effect import EffectResult, effect_of_support
from shnor_lib.methods.frames import empty
from shnor_lib.methods.half_year import HalfYear, known_on
from shnor_lib.methods.identification import Identification, identify
from shnor_lib.methods.index_definition import Index
from shnor_lib.methods.list_changes import list_changes, listed_schools
from shnor_lib.methods.measures_status import before, with_standing
from shnor_lib.methods.ruleset import RuleSet
from shnor_lib.methods.status_exit import LEFT
from shnor_lib.methods.support_network import SupportNetwork, support_network
from shnor_lib.methods.teacher_competence import teacher_competence
from shnor_lib.methods.wellbeing import wellbeing_index
from shnor_lib.project import Calendar, SupportNorm
from shnor_lib.store import Dataset

Kind = Literal["count", "share", "points"]
Absent = Literal[
    "", "no_list", "no_list_before", "no_due_list", "nobody_listed", "nothing_comparable",
    "no_pairs", "few_teachers", "no_rules", "no_links", "no_passports", "no_deeds", "nothing_due",
    "no_effect", "no_effect_year",
]  # fmt: skip
"""Why there is no number."""


@dataclass(frozen=True)
class Indicator:
    """One number of the analysis.

    Parameters
    ----------
    id
        Code.
    group
        ``status``, ``results``, ``competence``, ``access``, ``measures``, ``effect``.
    kind
        ``count``; ``share`` (0…1, of ``n``); ``points`` (difference of shares, −1…1).
    better
        +1: more is better; −1: less is; 0: says nothing by itself.
    source
        Point of the document that names it.
    standing
        Of the definition, not of the list's thresholds.
    """

    id: str
    group: str
    kind: Kind
    better: int
    source: str
    standing: str


INDICATORS: tuple[Indicator, ...] = (
    Indicator("listed", "status", "count", -1, "S0 8.2", "норматив"),
    Indicator("entered", "status", "count", -1, "S0 8.2", "проект"),
    Indicator("left", "status", "count", 1, "S0 8.2", "проект"),
    Indicator("positive", "results", "share", 1, "S2 2)", "проект"),
    Indicator("teachers", "competence", "share", 1, "S2 3)", "проект"),
    Indicator("anybody", "access", "share", 1, "S0 8.2, 3.6.2", "проект"),
    Indicator("mentor", "access", "share", 1, "S0 3.6.2", "проект"),
    Indicator("tutor", "access", "share", 1, "S0 3.6.2", "проект"),
    Indicator("plan", "access", "share", 1, "S0 4.2.3, 4.2.6", "проект"),
    Indicator("at_risk", "access", "share", 1, "S2 1)", "норматив"),
    Indicator("measures_done", "measures", "share", 1, "S2 36", "проект"),
    Indicator("measures_overdue", "measures", "count", -1, "S2 36", "проект"),
    Indicator("recommendations_done", "measures", "share", 1, "S0 6.4", "проект"),
    Indicator("recommendations_overdue", "measures", "count", -1, "S0 6.4", "проект"),
    Indicator("effect", "effect", "points", -1, "S0 8.2", "проект"),
)
"""In the order of the page."""

NOT_COMPARED: tuple[str, ...] = ("teachers",)
"""Indicators of which two halves are not comparable: autumn is measured after the summer."""

NUMBER_DTYPES: dict[str, str] = {
    "id": "string", "value": "Float64", "numerator": "Int64", "n": "Int64", "low": "Float64",
    "high": "Float64", "absent": "string",
}  # fmt: skip
MOVE_DTYPES: dict[str, str] = {
    "school_id": "string", "change": "string", "status_before": "string", "status_now": "string",
    "confidence": "string", "probability": "Float64", "verdict": "string",
}  # fmt: skip
COMPARED_DTYPES: dict[str, str] = {
    **NUMBER_DTYPES, "value_before": "Float64", "numerator_before": "Int64", "n_before": "Int64",
    "absent_before": "string", "change": "Float64",
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Effectiveness:
    """What :func:`effectiveness` found.

    Attributes
    ----------
    half, day
        Which half; the day it is seen from.
    data
        The data as they were known then.
    identification
        Lists known then.
    list_before
        Year of the list a year before; None: there is none.
    due
        Schools support of this school year was meant for: those of last year's list.
    numbers
        One row per :data:`INDICATORS`: ``value``, ``numerator``, ``n``, ``low``, ``high`` (95 %,
        NA for complete counts), ``absent`` (why there is no value).
    moves
        Who entered and left the list within a year: ``school_id``, ``change`` (entered, left),
        ``status_before``, ``status_now``, ``confidence`` and ``probability`` of the status now,
        ``verdict`` on the effect of support in the list's year (NA: not supported, not judged).
    network
        Who supports whom, against ``due``.
    measures, recommendations
        Rows of the school year with ``overdue``, ``in_time``, ``due`` (their day has come),
        ``undated`` (done, nobody has said when).
    effect, effect_row
        Effect of support; its row of ``summary`` for the list's year.
    refusals
        What could not be computed → why (Russian): ``effect``, ``dynamics``, ``index``.
    """

    half: HalfYear
    day: dt.date
    data: Dataset = field(repr=False)
    identification: Identification = field(repr=False)
    list_before: int | None
    due: frozenset[str]
    numbers: pd.DataFrame = field(repr=False)
    moves: pd.DataFrame = field(repr=False)
    network: SupportNetwork = field(repr=False)
    measures: pd.DataFrame = field(repr=False)
    recommendations: pd.DataFrame = field(repr=False)
    effect: EffectResult | None = field(repr=False, default=None)
    effect_row: dict[str, Any] | None = field(repr=False, default=None)
    refusals: dict[str, str] = field(default_factory=dict)

    def number(self, name: str) -> dict[str, Any]:
        """Row of one indicator."""
        (row,) = self.numbers[self.numbers["id"] == name].to_dict("records")
        return {str(key): value for key, value in row.items()}


def effectiveness(
    dataset: Dataset,
    half: HalfYear,
    day: dt.date,
    *,
    ruleset: RuleSet,
    calendar: Calendar,
    norm: SupportNorm | None = None,
    competence: CompetenceRules | None = None,
    index: Index | None = None,
) -> Effectiveness:
    """Everything the analysis of one half-year says.

    Parameters
    ----------
    dataset
        Tidy tables; what came after the half is cut off here (:func:`~.half_year.known_on`).
    half
        Which half.
    day
        From :meth:`.half_year.HalfYear.day`.
    ruleset, calendar
        Of the list.
    norm
        What is expected of support.
    competence
        Rules of teachers' dynamics; None: not looked at.
    index
        Wellbeing index, a covariate of the effect; None: without.
    """
    data = known_on(dataset, half, day)
    years = [year for year in data.years if year <= half.list_year]
    found = identify(data, ruleset, calendar=calendar, years=years)
    refusals: dict[str, str] = {}
    effect = _effect(data, found, index, calendar, refusals)
    row = None
    if effect is not None:
        rows = effect.summary[effect.summary["year"] == half.list_year].to_dict("records")
        row = {str(key): value for key, value in rows[0].items()} if rows else None
    earlier = half.list_year - 1 if half.list_year - 1 in found.years else None
    has_list = half.list_year in found.years
    moves = empty(MOVE_DTYPES)
    if has_list and earlier is not None:
        moves = _moves(found, half.list_year, earlier, effect)
    due = frozenset(listed_schools(found.statuses, half.due_year))
    network = support_network(data, due, half.year, day, norm=norm)
    measures = _deeds(data.measures, half.year, day)
    recommendations = _deeds(data.recommendations, half.year, day)
    has_due = half.due_year in found.years
    numbers = [
        *_status_numbers(found, half, earlier, moves, has_list=has_list),
        _positive(data, found, half, earlier, calendar, refusals),
        _teachers(data, half, day, due, competence, has_due=has_due),
        *_access(data, half, network, has_due=has_due),
        *_deed_numbers("measures", measures),
        *_deed_numbers("recommendations", recommendations),
        _effect_number(effect, row),
    ]
    frame = pd.DataFrame(numbers, columns=list(NUMBER_DTYPES)).astype(NUMBER_DTYPES)
    order = [each.id for each in INDICATORS]
    frame = frame.set_index("id").loc[order].reset_index().astype(NUMBER_DTYPES)
    return Effectiveness(
        half, day, data, found, earlier, due, frame, moves, network, measures, recommendations,
        effect, row, refusals,
    )  # fmt: skip


def compare_halves(now: Effectiveness, earlier: Effectiveness | None) -> pd.DataFrame:
    """Numbers of a half beside those of the half before.

    Returns
    -------
    DataFrame
        Columns of :attr:`Effectiveness.numbers`; ``value_before``, ``numerator_before``,
        ``n_before``, ``absent_before`` of the half before; ``change`` = value − value_before (NA
        where either is missing, and of :data:`NOT_COMPARED`).
    """
    names = ["value", "numerator", "n", "absent"]
    if earlier is None:
        past = now.numbers[["id"]].reindex(columns=["id", *(f"{name}_before" for name in names)])
    else:
        past = earlier.numbers[["id", *names]].rename(columns={n: f"{n}_before" for n in names})
    found = now.numbers.merge(past, on="id", how="left", sort=False)
    change = found["value"].astype("Float64") - found["value_before"].astype("Float64")
    found["change"] = change.mask(found["id"].isin(NOT_COMPARED).astype(bool))
    return found[list(COMPARED_DTYPES)].astype(COMPARED_DTYPES)


def _number(
    name: str,
    value: float | None = None,
    *,
    numerator: int | None = None,
    n: int | None = None,
    low: Any = None,
    high: Any = None,
    absent: Absent = "",
) -> dict[str, Any]:
    return {
        "id": name, "value": value, "numerator": numerator, "n": n, "low": low, "high": high,
        "absent": absent,
    }  # fmt: skip


def _share(name: str, part: int, whole: int, absent: Absent) -> dict[str, Any]:
    """A complete count: it has no interval."""
    if not whole:
        return _number(name, n=0, absent=absent)
    return _number(name, part / whole, numerator=part, n=whole)


def _effect(
    data: Dataset,
    found: Identification,
    index: Index | None,
    calendar: Calendar,
    refusals: dict[str, str],
) -> EffectResult | None:
    wellbeing = None
    if index is not None:
        try:
            wellbeing = wellbeing_index(data, index)
        except ShnorError as error:
            refusals["index"] = str(error)
    try:
        return effect_of_support(data, identification=found, index=wellbeing, calendar=calendar)
    except ShnorError as error:
        refusals["effect"] = str(error)
        return None


def _moves(
    found: Identification, year: int, earlier: int, effect: EffectResult | None
) -> pd.DataFrame:
    changes = list_changes(found.statuses, year, earlier)
    now = found.statuses[found.statuses["year"] == year].set_index("school_id")
    verdicts = pd.Series(dtype="string")
    if effect is not None:
        rows = effect.schools[effect.schools["year"] == year]
        verdicts = rows.set_index("school_id")["verdict"]
    moves = changes.assign(
        confidence=changes["school_id"].map(now["confidence"]),
        probability=changes["school_id"].map(now["probability"]),
        verdict=changes["school_id"].map(verdicts),
    )
    moves = moves.sort_values(["change", "school_id"], kind="stable", ignore_index=True)
    return moves[list(MOVE_DTYPES)].astype(MOVE_DTYPES)


def _status_numbers(
    found: Identification,
    half: HalfYear,
    earlier: int | None,
    moves: pd.DataFrame,
    *,
    has_list: bool,
) -> Iterator[dict[str, Any]]:
    if not has_list:
        for name in ("listed", "entered", "left"):
            yield _number(name, absent="no_list")
        return
    rows = found.statuses[found.statuses["year"] == half.list_year]
    judged = int((rows["status"] != "excluded").sum())
    on_list = len(listed_schools(found.statuses, half.list_year))
    yield _number("listed", on_list, numerator=on_list, n=judged)
    if earlier is None:
        for name in ("entered", "left"):
            yield _number(name, absent="no_list_before")
        return
    was = len(listed_schools(found.statuses, earlier))
    entered = int((moves["change"] == "entered").sum())
    left = int(((moves["change"] == "left") & moves["status_now"].isin(LEFT)).sum())
    yield _number("entered", entered, numerator=entered, n=on_list)
    yield _number("left", left, numerator=left, n=was)


def _positive(
    data: Dataset,
    found: Identification,
    half: HalfYear,
    earlier: int | None,
    calendar: Calendar,
    refusals: dict[str, str],
) -> dict[str, Any]:
    """Share of the schools listed a year before with positive dynamics in the latest results."""
    if half.list_year not in found.years:
        return _number("positive", absent="no_list")
    if earlier is None:
        return _number("positive", absent="no_list_before")
    listed = listed_schools(found.statuses, earlier)
    if not listed:
        return _number("positive", n=0, absent="nobody_listed")
    try:
        schools = dynamics(data, calendar=calendar).schools
    except ShnorError as error:
        refusals["dynamics"] = str(error)
        return _number("positive", absent="nothing_comparable")
    own = schools[(schools["year"] == half.list_year) & schools["school_id"].isin(listed)]
    rows = municipal_indicator(own).to_dict("records")
    if not rows or not rows[0]["n_schools"]:
        return _number("positive", n=0, absent="nothing_comparable")
    row = rows[0]
    return _number(
        "positive",
        float(row["share_positive"]),
        numerator=int(row["n_positive"]),
        n=int(row["n_schools"]),
        low=row["low"],
        high=row["high"],
    )


def _teachers(
    data: Dataset,
    half: HalfYear,
    day: dt.date,
    due: frozenset[str],
    rules: CompetenceRules | None,
    *,
    has_due: bool,
) -> dict[str, Any]:
    """Share of teachers of the list's schools whose second measurement is better (S2 3))."""
    if rules is None:
        return _number("teachers", absent="no_rules")
    if not has_due:
        return _number("teachers", absent="no_due_list")
    found = teacher_competence(data, rules, year=half.year, day=day, listed=due)
    pairs = found.pairs[found.pairs["listed"]]
    rows = dynamics_by(pairs, rules, tested=False).to_dict("records")
    if not rows or not rows[0]["n"]:
        return _number("teachers", n=0, absent="no_pairs")
    row = rows[0]
    if pd.isna(row["share"]):
        return _number("teachers", n=int(row["n"]), absent="few_teachers")
    return _number(
        "teachers",
        float(row["share"]),
        numerator=int(row["better"]),
        n=int(row["n"]),
        low=row["ci_low"],
        high=row["ci_high"],
    )


def _access(
    data: Dataset, half: HalfYear, network: SupportNetwork, *, has_due: bool
) -> Iterator[dict[str, Any]]:
    n = len(network.listed)
    roles: tuple[tuple[str, str | None], ...] = (
        ("anybody", None),
        ("mentor", "mentor"),
        ("tutor", "tutor"),
    )
    for name, role in roles:
        if not has_due:
            yield _number(name, absent="no_due_list")
        elif not n:
            yield _number(name, n=0, absent="nobody_listed")
        elif network.links.empty:
            yield _number(name, n=n, absent="no_links")
        else:
            yield _share(name, n - len(network.uncovered(role)), n, "nobody_listed")
    begun = network.begun
    yield _share("plan", len(begun) - int(begun["no_plan"].sum()), len(begun), "no_links")
    if not has_due or not n:
        yield _number("at_risk", absent="nobody_listed" if has_due else "no_due_list")
        return
    rows = data.social_passport
    own = (rows["year"] == half.year) & rows["school_id"].isin(network.listed)
    rows = rows[own.fillna(value=False) & rows["at_risk"].notna() & rows["at_risk_covered"].notna()]
    part, whole = int(rows["at_risk_covered"].sum()), int(rows["at_risk"].sum())
    yield _share("at_risk", part, whole, "no_passports")


def _deeds(rows: pd.DataFrame, year: int, day: dt.date) -> pd.DataFrame:
    """Measures or recommendations of a school year as they stand on the day."""
    own = rows[(rows["year"] == year).fillna(value=False)].reset_index(drop=True)
    own = with_standing(own, day)
    undated = own["state"].isna()
    come = before(own["deadline"], day + dt.timedelta(days=1))
    due = come & (own["state"] != "dropped").fillna(value=False).to_numpy(dtype=bool) & ~undated
    return own.assign(undated=undated.astype(bool), due=due.astype(bool))


def _deed_numbers(name: str, rows: pd.DataFrame) -> Iterator[dict[str, Any]]:
    if rows.empty:
        yield _number(f"{name}_done", absent="no_deeds")
        yield _number(f"{name}_overdue", absent="no_deeds")
        return
    due = rows[rows["due"]]
    done = int((due["state"] == "done").sum())
    yield _share(f"{name}_done", done, len(due), "nothing_due")
    late = int(rows["overdue"].sum())
    yield _number(f"{name}_overdue", late, numerator=late, n=len(rows))


def _effect_number(effect: EffectResult | None, row: dict[str, Any] | None) -> dict[str, Any]:
    if effect is None:
        return _number("effect", absent="no_effect")
    if row is None:
        return _number("effect", absent="no_effect_year")
    return _number(
        "effect", float(row["effect"]), n=int(row["n_schools"]), low=row["low"], high=row["high"]
    )
