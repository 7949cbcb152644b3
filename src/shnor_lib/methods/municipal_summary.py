"""A year by municipality: schools, the list, dynamics, and what is decided, done and overdue.

S0 III has three levels of work – region, municipality, school – and the Ministry compares districts.
Nothing is ranked: the share of listed schools has its interval, and rows are ordered by name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from shnor_lib.methods.identification import Identification
from shnor_lib.methods.list_changes import list_changes
from shnor_lib.methods.school_dynamics import LISTED, municipal_indicator
from shnor_lib.methods.support_network import SupportNetwork
from shnor_lib.stats.intervals import wilson
from shnor_lib.store import Dataset
from shnor_lib.tables.codes import SUPPORT_ROLES
from shnor_lib.tables.life import open_in

STATUSES: tuple[str, ...] = (*LISTED, "risk_zone", "none", "insufficient", "excluded")
SURENESS: tuple[str, ...] = ("certain", "likely", "borderline")
COUNTS: tuple[str, ...] = (
    "schools", "ruled", "judged", "listed", *STATUSES, *SURENESS, "entered", "left", "comparable",
    "positive", "negative", "risks", "risks_waiting", "risks_overdue", "issued", "issued_done",
    "issued_overdue", "measures", "measures_done", "measures_overdue", "uncovered",
    *(f"no_{role}" for role in SUPPORT_ROLES), "cycle", "cycle_partial", "cycle_missing",
)  # fmt: skip
SHARES: tuple[str, ...] = (
    "share", "low", "high", "positive_share", "positive_low", "positive_high",
)  # fmt: skip
_SPACES = re.compile(r"[\x00-\x20\x7f\u0085\u2028\u2029]+")


def place_name(value: Any) -> str:
    r"""Name of a municipality by which rows are put together; empty when it is not known.

    Control characters and runs of spaces become one space; case is kept.

    Examples
    --------
    >>> place_name(" Первый  район\n"), place_name(None)
    ('Первый район', '')
    """
    return "" if pd.isna(value) else _SPACES.sub(" ", str(value)).strip()


def places_of_schools(dataset: Dataset, identification: Identification) -> dict[str, str]:
    """School's id → municipality (empty: not known): the register, then schools only results name."""
    register = dataset.schools.drop_duplicates("school_id")
    found = {
        str(school): place_name(place)
        for school, place in zip(register["school_id"], register["municipality"], strict=True)
    }
    for school in identification.schools:
        found.setdefault(str(school), "")
    return found


def place_of_rows(rows: pd.DataFrame, places: Mapping[str, str]) -> pd.Series:
    """Whose each row is: of its school's municipality, else of the municipality it names.

    Parameters
    ----------
    rows
        Have ``school_id`` and, perhaps, ``municipality``.
    places
        From :func:`places_of_schools`.

    Returns
    -------
    Series
        Name of the municipality (empty: of a school whose municipality is not known); missing for
        a row that names neither, which is about everybody.
    """
    own = rows["school_id"].map(places).astype(object)
    if "municipality" in rows:
        whole = rows["school_id"].isna() & rows["municipality"].notna()
        own = own.where(~whole.to_numpy(dtype=bool), rows["municipality"].map(place_name))
    return own


def split_by_place(rows: pd.DataFrame, places: Mapping[str, str]) -> dict[str, pd.DataFrame]:
    """Municipality → its rows (:func:`place_of_rows`), in their order; rows about everybody left out."""
    own = place_of_rows(rows, places)
    return {str(place): part for place, part in rows.groupby(own.to_numpy(), sort=True)}


def municipal_summary(
    dataset: Dataset,
    identification: Identification,
    year: int,
    *,
    dynamics: pd.DataFrame | None = None,
    decisions: pd.DataFrame | None = None,
    issued: pd.DataFrame | None = None,
    measures: pd.DataFrame | None = None,
    network: SupportNetwork | None = None,
    cycle: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Every municipality of the register in one row.

    Parameters
    ----------
    dataset
        Table ``schools``.
    identification
        Statuses of ``year`` and of the year before.
    year
        Status year.
    dynamics
        :attr:`.dynamics.DynamicsResult.schools`.
    decisions
        :attr:`.risk_register.RiskRegister.decisions`.
    issued
        :attr:`.recommendation_register.RecommendationRegister.rows`.
    measures
        :attr:`.measures_status.MeasuresStatus.measures`.
    network
        Who supports whom.
    cycle
        From :func:`.management_cycle.management_cycle`.

    Returns
    -------
    DataFrame
        ``municipality`` (empty: not known; last), :data:`COUNTS` and :data:`SHARES`.

        ``schools`` open in the year by the register; ``ruled`` with a status row, those the rules
        do not apply to left out; ``judged``: ``ruled`` without ``insufficient``; one column per
        status; ``listed`` and its ``share`` of ``ruled`` with the 95 % Wilson interval ``low``,
        ``high`` (0…1); ``certain``, ``likely``, ``borderline`` of the listed; ``entered``,
        ``left`` against the nearest earlier year (NA: there is none); ``comparable`` schools with
        comparable results, ``positive`` and ``negative`` of them, ``positive_share`` with its
        interval; ``risks`` that need a decision, ``risks_waiting``, ``risks_overdue``; ``issued``
        recommendations, ``issued_done``, ``issued_overdue``; ``measures`` not dropped,
        ``measures_done``, ``measures_overdue``; listed schools nobody supports (``uncovered``) and
        without a mentor, tutor, curator (``no_mentor`` …); ``cycle`` items needed,
        ``cycle_partial``, ``cycle_missing``. A count is NA where its source was not given.
    """
    places = places_of_schools(dataset, identification)
    names = sorted(set(places.values()), key=lambda name: (not name, name))
    found = pd.DataFrame({"municipality": pd.array(names, dtype="string")})
    index = pd.Index(names)

    def put(name: str, rows: pd.DataFrame, flag: Iterable[bool] | None = None) -> None:
        chosen = rows if flag is None else rows[pd.array(list(flag), dtype="bool")]
        sizes = place_of_rows(chosen, places).value_counts()
        found[name] = sizes.reindex(index, fill_value=0).to_numpy()

    register = dataset.schools.drop_duplicates("school_id")
    put("schools", register, open_in(register, year))
    _statuses(put, identification.statuses, year)
    _dynamics(found, dynamics, year, places)
    if decisions is not None:
        put("risks", decisions.drop(columns="municipality"))
        put("risks_waiting", decisions.drop(columns="municipality"), ~decisions["decided"])
        put("risks_overdue", decisions.drop(columns="municipality"), decisions["overdue"])
    if issued is not None:
        put("issued", issued)
    if measures is not None:
        put("measures", measures, (measures["state"] != "dropped").fillna(value=True))
    for name, deeds in (("issued", issued), ("measures", measures)):
        if deeds is not None:
            put(f"{name}_done", deeds, (deeds["state"] == "done").fillna(value=False))
            put(f"{name}_overdue", deeds, deeds["overdue"])
    if network is not None:
        helped = network.schools[network.schools["listed"].to_numpy(dtype=bool)]
        put("uncovered", helped, helped["n_supporters"] == 0)
        for role in SUPPORT_ROLES:
            put(f"no_{role}", helped, helped[role] == 0)
    if cycle is not None:
        states = pd.crosstab(cycle["municipality"].map(place_name), cycle["state"])
        states = states.reindex(index=index, fill_value=0)
        states = states.reindex(columns=["present", "partial", "missing"], fill_value=0)
        found["cycle"] = states.sum(axis=1).to_numpy()
        found["cycle_partial"] = states["partial"].to_numpy()
        found["cycle_missing"] = states["missing"].to_numpy()
    found["share"] = found["listed"] / found["ruled"].where(found["ruled"] > 0)
    found["low"], found["high"] = wilson(found["listed"], found["ruled"])
    found = found.reindex(columns=["municipality", *COUNTS, *SHARES])
    return found.astype({**dict.fromkeys(COUNTS, "Int64"), **dict.fromkeys(SHARES, "Float64")})


def _statuses(put: Any, statuses: pd.DataFrame, year: int) -> None:
    now = statuses[statuses["year"] == year]
    ruled = now["status"] != "excluded"
    put("ruled", now, ruled)
    put("judged", now, ruled & (now["status"] != "insufficient"))
    listed = now["status"].isin(LISTED)
    put("listed", now, listed)
    for status in STATUSES:
        put(status, now, now["status"] == status)
    for sureness in SURENESS:
        put(sureness, now, listed & (now["confidence"] == sureness).fillna(value=False))
    earlier = [int(each) for each in statuses["year"].unique() if int(each) < year]
    if earlier:
        moved = list_changes(statuses, year, max(earlier))
        put("entered", moved, moved["change"] == "entered")
        put("left", moved, moved["change"] == "left")


def _dynamics(
    found: pd.DataFrame, dynamics: pd.DataFrame | None, year: int, places: Mapping[str, str]
) -> None:
    if dynamics is None:
        return
    rows = dynamics[dynamics["year"] == year]
    # the indicator counts by year: here every municipality stands for a year of its own
    own = place_of_rows(rows, places)
    order = {place: position for position, place in enumerate(found["municipality"])}
    counted = municipal_indicator(rows.assign(year=own.map(order).astype("Int64")))
    counted = counted.set_index("year").reindex(range(len(order)))
    for name, source in (
        ("comparable", "n_schools"),
        ("positive", "n_positive"),
        ("negative", "n_negative"),
    ):
        found[name] = counted[source].fillna(0).to_numpy()
    for name, source in (
        ("positive_share", "share_positive"),
        ("positive_low", "low"),
        ("positive_high", "high"),
    ):
        found[name] = counted[source].array
