"""Tables of one municipality's page."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from shnor_lib.methods.list_changes import list_changes
from shnor_lib.report import format as fmt
from shnor_lib.report.analysis import Analysis
from shnor_lib.report.blocks import capped
from shnor_lib.report.display import Col, DataTable
from shnor_lib.report.labels import LISTED, school_year
from shnor_lib.report.monitoring.lists import natural, plain_name, previous_year
from shnor_lib.report.municipality.desk import Desk
from shnor_lib.report.profile import Frames, frames_of
from shnor_lib.report.recommendation_rows import Proposals
from shnor_lib.report.recommendation_tables import issued_words
from shnor_lib.report.recommendation_words import low_first
from shnor_lib.report.risks.words import RISKS_FORMS
from shnor_lib.report.rows import Row, records
from shnor_lib.report.school.head import reasons_of
from shnor_lib.report.support import words as support
from shnor_lib.report.words import short_title

Names = Mapping[str, str]

REASONS = 2
"""Reasons of an entry given in the table; the profile has all."""
SCHOOLS_NAMED = 8
"""Schools named in a cell at most."""
ROWS = 200
"""Schools of a municipality shown at most."""


def schools_table(desk: Desk, analysis: Analysis, links: Names) -> DataTable:
    """All schools of the municipality with status, reason, and what is open about them."""
    waiting = _per_school(desk.register.waiting if desk.register is not None else None)
    measures = desk.measures.measures
    late = _per_school(measures[measures["overdue"]])
    help_: dict[str, Row] = {}
    if desk.network is not None and desk.supported:
        help_ = {str(row["school_id"]): row for row in records(desk.network.schools)}
    lines = []
    for row in desk.schools:
        school = str(row["school_id"])
        lines.append(
            {
                **row,
                "href": links.get(school),
                "open": _open(waiting.get(school, 0), late.get(school, 0)),
                "open_order": waiting.get(school, 0) + late.get(school, 0),
                "help": _help(help_.get(school), listed=row["status"] in LISTED),
            }
        )
    columns = [
        Col("name", "Школа", "link", href="href"),
        Col("status", "Статус", "status", filter=True),
        Col("confidence", "Уверенность", "confidence", filter=True, missing="не оценивается"),
        Col("change", "За год", filter=True, missing="прошлый год неизвестен"),
        Col("reason", "Показатели за порогом", order="n_met", missing="нет"),
    ]
    if desk.supported and desk.listed:
        columns.append(Col("help", "Сопровождение", filter=True, missing="не требуется"))
    if desk.register is not None or len(measures):
        columns.append(
            Col(
                "open",
                "Ждёт решения",
                order="open_order",
                help="Риски, по которым решения нет, и просроченные меры школы",
                missing="ничего",
            )
        )
    return capped(
        pd.DataFrame(lines),
        columns,
        caption=f"Школы муниципалитета, {school_year(analysis.year)} учебный год",
        most=ROWS,
        nouns=("школы", "школ"),
        sortable=True,
        empty="В этом учебном году школ нет.",
    )


def _open(risks: int, late: int) -> str:
    """«2 риска; просрочена 1 мера»."""
    parts = []
    if risks:
        parts.append(fmt.count_phrase(risks, *RISKS_FORMS))
    if late:
        verb = fmt.plural(late, "просрочена", "просрочены", "просрочено")
        parts.append(f"{verb} {fmt.count_phrase(late, 'мера', 'меры', 'мер')}")
    return "; ".join(parts)


def _per_school(rows: pd.DataFrame | None) -> dict[str, int]:
    if rows is None:
        return {}
    return {str(key): int(n) for key, n in rows["school_id"].dropna().value_counts().items()}


def _help(row: Row | None, *, listed: bool) -> str | None:
    if row is None or not row["covered"]:
        return "никто не закреплён" if listed else None
    missing = support.missing_words(str(row["missing"] or "")) if listed else ""
    return missing or "есть"


def moves_table(desk: Desk, analysis: Analysis, names: Names, links: Names) -> DataTable | None:
    """Schools that came to the list or left it, and why; None where there is nothing to compare."""
    year = analysis.year
    before = previous_year(desk.statuses, year)
    if before is None:
        return None
    frames = frames_of(analysis)
    lines = []
    for row in records(list_changes(desk.statuses, year, before)):
        school = str(row["school_id"])
        lines.append(
            {
                "name": names.get(school, school),
                "href": links.get(school),
                "move": "вошла" if row["change"] == "entered" else "вышла",
                "was": row["status_before"],
                "now": row["status_now"],
                "why": _why(frames, school, str(row["change"]), before),
            }
        )
    lines.sort(key=lambda line: (line["move"], natural(line["name"])))
    return DataTable(
        lines,
        [
            Col("name", "Школа", "link", href="href"),
            Col("move", "Что произошло"),
            Col("was", f"В {school_year(before)}", "status", missing="данных нет"),
            Col("now", f"В {school_year(year)}", "status", missing="школы нет в данных года"),
            Col("why", "Почему", missing="причина не определена"),
        ],
        caption=f"Кто вошёл в список и кто вышел из него с {school_year(before)} учебного года",
        empty=f"С {school_year(before)} учебного года состав списка не изменился.",
    )


def _why(frames: Frames, school: str, change: str, before: int) -> str:
    """Reasons with their numbers; of a school that left, what became of the criteria met before."""
    if change == "entered":
        reasons = reasons_of(frames, school)
        said = " ".join(reason.text for reason in reasons[:REASONS])
        more = len(reasons) - REASONS
        return said + (f" И{fmt.NBSP}ещё {fmt.number(more)} — в профиле." if more > 0 else "")
    titles = {c.id: short_title(c) for c in frames.analysis.ruleset.criteria}
    outcomes = {row["criterion"]: row["outcome"] for row in frames.criteria[school]}
    parts = []
    for wanted, words in (
        (("not_met",), "больше не за порогом"),
        (("few", "no_data"), "проверить не удалось — это не улучшение"),
        (("met",), "по-прежнему за порогом"),
    ):
        own = [one for one in _met(frames, school, before) if outcomes.get(one) in wanted]
        if own:
            parts.append(f"{words}: {low_first(_titles(own, titles))}")
    return fmt.sentence_case("; ".join(parts)) + ("." if parts else "")


def _met(frames: Frames, school: str, year: int) -> list[str]:
    row = frames.statuses.year(school, year)
    return [one for one in str((row or {}).get("criteria_met") or "").split(", ") if one]


def _titles(codes: list[str], titles: Mapping[str, str]) -> str:
    return fmt.listed([titles.get(one, one) for one in codes])


def office_table(desk: Desk, found: Proposals, names: Names) -> DataTable:
    """Recommendations proposed to the office, the nearest deadline first."""
    rows = [row for row in desk.proposals if row["addressee"] == "municipality"]
    lines = [
        {
            "text": f"<strong>{fmt.escape(row['title'])}.</strong> "
            f"{fmt.escape(fmt.nice(row['text']))}",
            "plain": f"{row['title']}. {fmt.nice(row['text'])}",
            "schools": _some([names.get(key, key) for key in found.schools(row)]),
            "deadline": fmt.date_ru(row["deadline"]),
            "controller": row["controller"],
            "standing": found.rule(row).ground.standing,
            "issued": issued_words(row),
        }
        for row in sorted(rows, key=lambda row: row["deadline"])
    ]
    return DataTable(
        lines,
        [
            Col("text", "Рекомендация", "html", order="plain"),
            Col("schools", "О каких школах"),
            Col("deadline", "Срок"),
            Col("controller", "Кто контролирует"),
            Col("standing", "Правило", help="Происхождение правила; что это значит — «Методика»"),
            Col("issued", "Выдана"),
        ],
        caption="Рекомендации муниципальному органу управления образованием",
        empty="Рекомендаций муниципальному органу управления образованием из правил не следует.",
    )


def advice_table(desk: Desk, names: Names) -> DataTable:
    """Recommendations to schools and their teachers: a line per rule, its schools together."""
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in desk.proposals:
        if row["addressee"] in ("school", "teachers"):
            groups.setdefault((str(row["rule"]), str(row["addressee"])), []).append(row)
    lines = []
    for own in groups.values():
        first = own[0]
        schools = sorted({str(row["school_id"]) for row in own})
        issued = sum(row["number"] is not None for row in own)
        lines.append(
            {
                "title": first["title"],
                "whom": "школам" if first["addressee"] == "school" else "педагогам",
                "n": len(schools),
                "schools": _some([names.get(key, key) for key in schools]),
                "deadline": fmt.date_ru(min(row["deadline"] for row in own)),
                "order": min(row["deadline"] for row in own),
                "issued": fmt.of(issued, len(own)),
            }
        )
    lines.sort(key=lambda line: (line["order"], -int(line["n"]), str(line["title"])))
    return DataTable(
        lines,
        [
            Col("title", "Рекомендация"),
            Col("whom", "Кому"),
            Col("n", "Школ", "int"),
            Col("schools", "Какие школы"),
            Col("deadline", "Срок"),
            Col("issued", "Выдано"),
        ],
        caption="Рекомендации школам и их педагогам",
        empty="Рекомендаций школам из правил не следует.",
    )


def _some(names: list[str]) -> str:
    """Names in one cell: «СОШ № 1, СОШ № 2 и ещё 5»."""
    ordered = [
        name.replace("№ ", f"№{fmt.NBSP}") for name in sorted(map(plain_name, names), key=natural)
    ]
    shown = ", ".join(ordered[:SCHOOLS_NAMED])
    rest = len(ordered) - SCHOOLS_NAMED
    return f"{shown} и{fmt.NBSP}ещё {fmt.number(rest)}" if rest > 0 else shown


def open_rows(desk: Desk) -> list[Row]:
    """Issued recommendations that are not done, the most overdue first."""
    rows = [row for row in records(desk.issued) if row["state"] not in ("done", "dropped")]
    return sorted(rows, key=lambda row: -int(row["days_late"] or 0))
