"""Results of an analysis split by municipality: grouped once for all pages."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import pandas as pd

from shnor_lib.methods.measures_status import MeasuresStatus, measures_status
from shnor_lib.methods.municipal_summary import (
    municipal_summary,
    place_name,
    place_of_rows,
    places_of_schools,
    split_by_place,
)
from shnor_lib.methods.risk_register import RiskRegister
from shnor_lib.methods.support_network import SupportNetwork
from shnor_lib.report.analysis import Analysis
from shnor_lib.report.labels import LISTED
from shnor_lib.report.letters.paths import letter_paths
from shnor_lib.report.monitoring.lists import natural
from shnor_lib.report.municipality.paths import shown_name
from shnor_lib.report.pages.cycle import cycle_of
from shnor_lib.report.pages.schools import schools_rows
from shnor_lib.report.profile import frames_of
from shnor_lib.report.recommendation_rows import proposals_of
from shnor_lib.report.risks.calendar import municipality_path
from shnor_lib.report.rows import Row, records


@dataclass(frozen=True, eq=False)
class Desk:
    """What one municipality's page shows.

    Attributes
    ----------
    place
        Name (:func:`~shnor_lib.methods.municipal_summary.place_name`); empty: not known.
    summary
        Its row of :func:`~shnor_lib.methods.municipal_summary.municipal_summary`.
    schools
        Its rows of the list of schools, gravest status first.
    statuses, verdicts
        Statuses of all years; verdicts on dynamics of all years (None: refused).
    register
        Its part of the register of risks; None: there is none.
    measures
        Its measures, those of its schools included; interviews and agreements of its schools.
    network
        Support of its schools; supporters are all of the region's.
    supported
        Whether the data say of anybody at all, in whatever municipality, whom they support: then
        a school nobody is assigned to is a gap, otherwise nothing is known.
    proposals, issued
        Recommendations proposed to the office, its schools and their teachers; issued ones.
    cycle
        Rows of the management cycle.
    letter, calendar
        Address of the office's letter and of the calendar below ``reports/``; empty: there is none.
    """

    place: str
    summary: Row
    schools: list[Row]
    statuses: pd.DataFrame
    verdicts: pd.DataFrame | None
    register: RiskRegister | None
    measures: MeasuresStatus
    network: SupportNetwork | None
    proposals: list[Row]
    issued: pd.DataFrame
    cycle: list[Row]
    letter: str = ""
    calendar: str = ""
    supported: bool = False

    @property
    def name(self) -> str:
        """Name as pages show it."""
        return shown_name(self.place)

    @property
    def here(self) -> bool:
        """Whether the year has any school of it."""
        return bool(self.summary["schools"] or self.summary["ruled"] or self.summary["excluded"])

    @property
    def listed(self) -> list[Row]:
        """Its schools on the list."""
        return [row for row in self.schools if row["status"] in LISTED]


@lru_cache(maxsize=1)
def desks_of(analysis: Analysis, analyses: tuple[str, ...] = ()) -> dict[str, Desk]:
    """Municipality → its part of everything, by name; the unknown one last.

    Parameters
    ----------
    analysis
        Results of all methods.
    analyses
        Analyses of effectiveness that were made, as for the management cycle.
    """
    data, year = analysis.dataset, analysis.year
    found, advised = analysis.identification, proposals_of(analysis)
    places = places_of_schools(data, found)
    measures = measures_status(data, year, analysis.day)
    cycle = cycle_of(analysis, analyses)
    register, network = analysis.risk_register, analysis.network
    verdicts = None if analysis.dynamics is None else analysis.dynamics.schools
    rows = records(
        municipal_summary(
            data,
            found,
            year,
            dynamics=verdicts,
            decisions=None if register is None else register.decisions,
            issued=advised.register.rows,
            measures=measures.measures,
            network=network,
            cycle=cycle,
        )
    )

    parts = {
        "statuses": found.statuses,
        "verdicts": found.statuses.head(0) if verdicts is None else verdicts,
        "measures": measures.measures,
        "interviews": measures.interviews,
        "agreements": measures.agreements,
        "issued": advised.register.rows,
    }
    if register is not None:
        # the place is the school's: the register's own column says the same
        parts["decisions"], parts["against"] = register.decisions, register.measures
    if network is not None:
        parts["links"], parts["helped"] = network.links, network.schools
    split = {name: split_by_place(frame, places) for name, frame in parts.items()}

    def part(name: str, place: str) -> pd.DataFrame:
        return split[name].get(place, parts[name].head(0))

    of_school: dict[str, list[Row]] = {}
    for row in schools_rows(frames_of(analysis)):
        of_school.setdefault(places.get(str(row["school_id"]), ""), []).append(row)
    proposed: dict[str, list[Row]] = {}
    for row in advised.rows:
        if row["scope"] == "region":
            continue
        school = row["school_id"]
        own = place_name(row["municipality"]) if school is None else places.get(str(school), "")
        proposed.setdefault(own, []).append(row)
    circle: dict[str, list[Row]] = {}
    for row in records(cycle):
        circle.setdefault(place_name(row["municipality"]), []).append(row)
    letters = {
        place_name(place): path for place, path in letter_paths(advised).municipalities.items()
    }

    desks = {}
    for row in sorted(
        rows, key=lambda row: (not row["municipality"], natural(row["municipality"]))
    ):
        place = str(row["municipality"])
        own_register = own_network = None
        if register is not None:
            own_register = replace(
                register, decisions=part("decisions", place), measures=part("against", place)
            )
        if network is not None:
            own_network = replace(
                network,
                listed=frozenset(key for key in network.listed if places.get(key, "") == place),
                links=part("links", place),
                schools=part("helped", place),
            )
        desks[place] = Desk(
            place=place,
            summary=row,
            schools=of_school.get(place, []),
            statuses=part("statuses", place),
            verdicts=None if verdicts is None else part("verdicts", place),
            register=own_register,
            measures=replace(
                measures,
                measures=part("measures", place),
                interviews=part("interviews", place),
                agreements=part("agreements", place),
            ),
            network=own_network,
            proposals=proposed.get(place, []),
            issued=part("issued", place),
            cycle=circle.get(place, []),
            letter=letters.get(place, ""),
            calendar=_calendar(own_register),
            supported=network is not None and len(network.links) > 0,
        )
    return desks


def _calendar(register: RiskRegister | None) -> str:
    """The calendar of a municipality with decisions to wait for."""
    waiting = [] if register is None else register.waiting["municipality"].dropna().tolist()
    return municipality_path(str(waiting[0])) if waiting else ""


@lru_cache(maxsize=1)
def measures_of_all(analysis: Analysis) -> int:
    """Measures of the year, not dropped, that are about every municipality: nobody's desk has them."""
    places = places_of_schools(analysis.dataset, analysis.identification)
    rows = analysis.dataset.measures
    rows = rows[(rows["year"] == analysis.year) & (rows["state"] != "dropped")]
    return int(place_of_rows(rows, places).isna().sum())
