"""Who supports a school, on its page."""

from __future__ import annotations

from functools import lru_cache

from shnor_lib.methods.support_pairs import support_pairs
from shnor_lib.report import format as fmt
from shnor_lib.report.analysis import Analysis
from shnor_lib.report.blocks import show
from shnor_lib.report.display import DataTable
from shnor_lib.report.labels import school_year
from shnor_lib.report.profile import Frames
from shnor_lib.report.rows import BySchool, Row, records
from shnor_lib.report.support import words as say
from shnor_lib.report.support.tables import PAIR_COLUMNS, pair_line


class _Rows:
    """Rows of all schools, grouped once for all pages."""

    def __init__(self, analysis: Analysis) -> None:
        network = analysis.network
        assert network is not None
        self.pairs = BySchool(support_pairs(network.links))
        self.people = {str(row["supporter"]): row for row in records(network.supporters)}
        self.schools = {str(row["school_id"]): row for row in records(network.schools)}
        links = analysis.dataset.support_links
        earlier = links[links["year"] < network.year]
        self.earlier = BySchool(earlier[["school_id", "year", "supporter"]].drop_duplicates())


@lru_cache(maxsize=1)
def _rows_of(analysis: Analysis) -> _Rows:
    return _Rows(analysis)


def support_section(frames: Frames, school_id: str) -> list[str]:
    """Blocks of the section; empty when the school neither is on the list nor has support.

    Nothing is said of schools without support while the data hold no support at all.
    """
    network = frames.analysis.network
    if network is None or (network.links.empty and network.supporters.empty):
        return []
    rows = _rows_of(frames.analysis)
    pairs, earlier = rows.pairs[school_id], rows.earlier[school_id]
    listed = school_id in network.listed
    if not pairs and not earlier and not listed:
        return []
    blocks = [_summary(rows, school_id, network.year, listed=listed)]
    if pairs:
        table = [pair_line(row, rows.people[str(row["supporter"])]) for row in pairs]
        blocks.append(
            show(
                DataTable(
                    table,
                    PAIR_COLUMNS,
                    caption=f"Кто сопровождает школу, {school_year(network.year)}",
                )
            )
        )
    if earlier:
        blocks.append(_earlier(earlier))
    blocks.append(
        "Кто кого сопровождает во всём регионе — на странице [«Сопровождение»](../support.qmd)."
    )
    return [block for block in blocks if block]


def _summary(rows: _Rows, school_id: str, year: int, *, listed: bool) -> str:
    row = rows.schools.get(school_id)
    when = f"В{fmt.NBSP}{school_year(year)} учебном году"
    if row is None or not row["covered"]:
        ahead = bool(rows.pairs[school_id])
        text = (
            f"{when} сопровождение ещё не началось."
            if ahead
            else f"{when} за школой никто не закреплён."
        )
        if listed and not ahead:
            text += (
                f" Школа в{fmt.NBSP}списке: наставника и тьютора назначает территориальная "
                "методическая служба (п. 3.6.2 Положения)."
            )
        return text
    n = int(row["n_supporters"])
    verb = fmt.plural(n, "закреплён", "закреплены", "закреплено")
    text = f"{when} за школой {verb} {fmt.count_phrase(n, *say.SUPPORTERS_FORMS)}"
    missing = say.missing_words(str(row["missing"] or ""))
    if listed and missing:
        return f"{text}; {missing}."
    return f"{text}."


def _earlier(rows: list[Row]) -> str:
    parts = []
    for year in sorted({int(row["year"]) for row in rows}):
        people = {row["supporter"] for row in rows if row["year"] == year}
        parts.append(
            f"в{fmt.NBSP}{school_year(year)} — {fmt.count_phrase(len(people), *say.SUPPORTERS_FORMS)}"
        )
    return f"Раньше: {', '.join(parts)}."
