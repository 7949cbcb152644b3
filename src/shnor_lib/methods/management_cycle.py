"""The management cycle of S2 by municipality: what there is of its eight components, what is missing.

S2 is built of eight parts: goals → indicators and methods → monitoring → analysis → addressed
recommendations → measures → management decisions → analysis of effectiveness. Its table of
contents repeats the cycle of the federal assessment of management mechanisms (secondary source;
its criteria and points are not known here and nothing is scored).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from shnor_lib.methods.dynamics import DynamicsResult
from shnor_lib.methods.identification import Identification
from shnor_lib.methods.list_changes import listed_schools
from shnor_lib.methods.measures_status import valid_on
from shnor_lib.methods.risk_register import RiskRegister
from shnor_lib.methods.support_network import SupportNetwork
from shnor_lib.store import Dataset
from shnor_lib.tables.life import open_in

COMPONENTS: tuple[str, ...] = (
    "goals", "indicators", "monitoring", "analysis", "recommendations", "measures", "decisions",
    "effectiveness",
)  # fmt: skip
"""Parts of S2, in its order."""

State = Literal["present", "partial", "missing", "not_needed"]
"""All there; some of it; none; nothing to do (no school is listed)."""


@dataclass(frozen=True)
class Item:
    """One thing a component is made of.

    Parameters
    ----------
    id
        Code.
    component
        One of :data:`COMPONENTS`.
    tables
        Tables that would fill it; none: nobody has to fill anything.
    source
        Point of S0 or S2.
    """

    id: str
    component: str
    tables: tuple[str, ...]
    source: str


ITEMS: tuple[Item, ...] = (
    Item("acts", "goals", ("documents",), "S2 1–3; S0 1.3–1.4"),
    Item("rules", "indicators", (), "S2, «Показатели»"),
    Item("results", "indicators", ("results",), "S2, «Источники данных»; S0 5.8"),
    Item("passports", "indicators", ("social_passport",), "S0 5.12"),
    Item("rating", "indicators", ("rating_points",), "S2, «Источники данных»"),
    Item("identification", "monitoring", ("results",), "S0 5.4 (1)"),
    Item("dynamics", "monitoring", ("results",), "S0 5.4 (2)"),
    Item("teachers", "monitoring", ("teacher_diagnostics",), "S0 5.4 (3); S2 10–11"),
    Item("risks", "monitoring", ("risk_profile",), "S0 5.4 (4); S2 9"),
    Item("tutor_point", "monitoring", ("tutor_point",), "S0 5.4 (5); S2 27–28"),
    Item("mentors", "monitoring", ("mentor_centre", "support_links"), "S0 5.4 (6); S2 30"),
    Item("statuses", "analysis", ("results",), "S2, «Анализ результатов»; S0 6.1"),
    Item("verification", "analysis", ("risk_verification",), "S2 9"),
    Item("self_analysis", "analysis", ("self_analysis",), "S0 5.12"),
    Item("deficits", "analysis", ("teacher_deficits",), "S2 17"),
    Item("issued", "recommendations", ("recommendations",), "S0 6.2–6.4; S2, «Адресные рекомендации»"),
    Item("interviews", "recommendations", ("interviews",), "S2 18–21"),
    Item("road_map", "measures", ("measures",), "S0 3.6.1; S2 6, 22"),
    Item("support", "measures", ("supporters", "support_links"), "S0 3.6.2; S2 23, 29"),
    Item("courses", "measures", ("teacher_courses",), "S2 16"),
    Item("agreements", "measures", ("agreements",), "S2 24–25"),
    Item("orders", "decisions", ("documents",), "S0 7.2"),
    Item("risk_decisions", "decisions", ("risk_verification", "measures"), "S0 4.3.5–4.3.6"),
    Item("reserve", "decisions", ("management_reserve",), "S0 4.5; S2 34"),
    Item("done", "effectiveness", ("measures",), "S2 36"),
    Item("half_1", "effectiveness", (), "S0 8.1"),
    Item("half_2", "effectiveness", (), "S0 8.1; S2 35"),
    Item("reports", "effectiveness", ("documents",), "S2 35–37"),
)  # fmt: skip
"""In the order of the page."""

_GOALS = ("statute", "programme", "road_map", "plan")
CYCLE_DTYPES: dict[str, str] = {
    "municipality": "string", "component": "string", "item": "string", "state": "string",
    "n": "Int64", "total": "Int64", "shared": "bool",
}  # fmt: skip


def item(code: str) -> Item:
    """The item of a code."""
    return next(each for each in ITEMS if each.id == code)


def management_cycle(
    dataset: Dataset,
    identification: Identification,
    year: int,
    day: dt.date,
    *,
    network: SupportNetwork,
    dynamics: DynamicsResult | None = None,
    register: RiskRegister | None = None,
    analyses: Collection[str] = (),
) -> pd.DataFrame:
    """What there is of the cycle in every municipality.

    Parameters
    ----------
    dataset
        Tidy tables.
    identification
        Statuses of ``year``.
    year, day
        School year of the pages; the day of the data.
    network
        Who supports whom.
    dynamics, register
        None: there is nothing of it.
    analyses
        ``half_1``, ``half_2``: analyses of effectiveness that were made for the year.

    Returns
    -------
    DataFrame
        One row per municipality (empty: not known) × :data:`ITEMS`: ``component``, ``item``,
        ``state`` (:data:`State`), ``n`` (what there is), ``total`` (of how many; NA: n alone
        counts), ``shared`` (the register does not say whose it is: the same for everyone).
    """
    schools = dataset.schools.drop_duplicates("school_id")
    schools = schools[open_in(schools, year).to_numpy(dtype=bool)]
    places = schools["municipality"].fillna("").astype(str)
    shared = _shared(dataset, identification, day, analyses)
    by_year = {
        name: frame[(frame["year"] == year).fillna(value=False)]
        for name, frame in dataset.tables.items()
        if "year" in frame
    }
    rows = []
    for place, own in schools.groupby(places.to_numpy(), sort=True):
        keys = set(own["school_id"].astype(str))
        found = dict(
            _of_place(
                dataset,
                by_year,
                identification,
                year,
                day,
                str(place),
                keys,
                network,
                dynamics,
                register,
            )
        )
        for each in ITEMS:
            n, total = found.get(each.id) or shared[each.id]
            rows.append(
                {
                    "municipality": place,
                    "component": each.component,
                    "item": each.id,
                    "state": _state(n, total),
                    "n": n,
                    "total": pd.NA if total is None else total,
                    "shared": each.id in shared,
                }
            )
    return pd.DataFrame(rows, columns=list(CYCLE_DTYPES)).astype(CYCLE_DTYPES)


def _state(n: int, total: int | None) -> State:
    if total == 0:
        return "not_needed"
    if not n:
        return "missing"
    return "present" if total is None or n >= total else "partial"


Count = tuple[int, int | None]


def _shared(
    dataset: Dataset,
    identification: Identification,
    day: dt.date,
    analyses: Collection[str],
) -> dict[str, Count]:
    """What is the same for all municipalities: documents do not say whose they are."""
    documents = dataset.documents
    valid = documents[
        documents["valid"].fillna(value=True).astype(bool).to_numpy()
        & ~(documents["date"] > pd.Timestamp(day)).fillna(value=False).to_numpy(dtype=bool)
    ]
    return {
        "acts": (int(valid["kind"].isin(_GOALS).sum()), None),
        "orders": (int((valid["kind"] == "order").sum()), None),
        "reports": (int((valid["kind"] == "report").sum()), None),
        "rules": (len(identification.ruleset.criteria), None),
        "half_1": (int("half_1" in analyses), None),
        "half_2": (int("half_2" in analyses), None),
    }


def _of_place(
    dataset: Dataset,
    by_year: Mapping[str, pd.DataFrame],
    identification: Identification,
    year: int,
    day: dt.date,
    place: str,
    schools: set[str],
    network: SupportNetwork,
    dynamics: DynamicsResult | None,
    register: RiskRegister | None,
) -> Iterator[tuple[str, Count]]:
    """Item → what there is of it and of how many, for one municipality."""
    today = pd.Timestamp(day)
    statuses = identification.statuses
    listed = set(listed_schools(statuses, year)) & schools
    everyone, on_list = len(schools), len(listed)

    def of_year(name: str) -> pd.DataFrame:
        return by_year[name]

    def held(frame: pd.DataFrame, among: set[str]) -> int:
        return len(set(frame["school_id"].dropna().astype(str)) & among)

    def own(frame: pd.DataFrame) -> pd.DataFrame:
        return frame[frame["school_id"].isin(schools).fillna(value=False)]

    def about(frame: pd.DataFrame) -> pd.DataFrame:
        """Rows about these schools, the municipality or everybody."""
        school = frame["school_id"].notna()
        whole = frame["municipality"].isna() | (frame["municipality"] == place)
        return frame[frame["school_id"].isin(schools) | (~school & whole.fillna(value=False))]

    yield "results", (held(of_year("results"), schools), everyone)
    yield "passports", (held(of_year("social_passport"), schools), everyone)
    yield "rating", (held(of_year("rating_points"), schools), everyone)
    now = statuses[(statuses["year"] == year) & statuses["school_id"].isin(schools)]
    judged = now[~now["status"].isin(["insufficient", "excluded"])]
    yield "identification", (len(judged), int((now["status"] != "excluded").sum()))
    comparable = 0
    if dynamics is not None:
        rows = dynamics.schools
        rows = rows[(rows["year"] == year) & (rows["verdict"] != "incomparable")]
        comparable = held(rows, schools)
    yield "dynamics", (comparable, everyone)
    yield "teachers", (held(of_year("teacher_diagnostics"), listed), on_list)
    yield "risks", (held(of_year("risk_profile"), listed), on_list)
    yield "tutor_point", (len(own(of_year("tutor_point"))), None)
    covered = network.schools[(network.schools["mentor"] > 0).to_numpy(dtype=bool)]
    yield "mentors", (held(covered, listed), on_list)
    yield "statuses", (len(judged), int((now["status"] != "excluded").sum()))
    profiled = set(of_year("risk_profile")["school_id"].dropna().astype(str)) & schools
    yield "verification", (held(of_year("risk_verification"), profiled), len(profiled))
    yield "self_analysis", (held(of_year("self_analysis"), listed), on_list)
    found = dataset.teacher_deficits
    found = found[(found["found"] <= today).fillna(value=False)]
    yield "deficits", (held(found, listed), on_list)
    issued = about(of_year("recommendations"))
    yield "issued", (int((issued["date"] <= today).fillna(value=False).sum()), None)
    interviews = of_year("interviews")
    yield "interviews", (held(interviews[interviews["date"] <= today], listed), on_list)
    live = about(of_year("measures"))
    live = live[(live["state"] != "dropped").fillna(value=True).to_numpy(dtype=bool)]
    yield "road_map", (len(live), None)
    helped = network.schools[network.schools["covered"].to_numpy(dtype=bool)]
    yield "support", (held(helped, listed), on_list)
    yield "courses", (held(of_year("teacher_courses"), listed), on_list)
    agreements = about(dataset.agreements)
    yield "agreements", (int(valid_on(agreements, day).sum()), None)
    decided = total = 0
    if register is not None and register.year == year:
        decisions = own(register.decisions)
        decided, total = int(decisions["decided"].sum()), len(decisions)
    yield "risk_decisions", (decided, total)
    reserve = dataset.management_reserve
    reserve = reserve[reserve["home_school_id"].isin(schools).fillna(value=False)]
    yield "reserve", (len(reserve), None)
    due = live[(live["deadline"] <= today).fillna(value=False).to_numpy(dtype=bool)]
    yield "done", (int((due["state"] == "done").sum()), len(due))
