"""Results of a school over the years, and how they changed."""

from __future__ import annotations

from typing import Any

from shnor_lib.report import charts
from shnor_lib.report import format as fmt
from shnor_lib.report.blocks import raw, show
from shnor_lib.report.display import Chart, Col, DataTable
from shnor_lib.report.format import of
from shnor_lib.report.labels import (
    PROCEDURE,
    SEASONS_SHORT,
    VERDICT,
    label,
    low_title,
    school_year,
    unit_label,
)
from shnor_lib.report.profile import Frames, low_threshold, procedures_in_order
from shnor_lib.report.rows import Row, where
from shnor_lib.report.words import dynamics_sentence, grades_words

CHARTS_SHOWN = 3
"""Subjects of a procedure with a chart of their own at most; the map and the table have all."""
MAP_FROM = 4
"""A procedure with so many subjects gets a map."""
MIN_N = 5
"""Participants below which a share is chance: half of a map's cells and both ends of a drawn
change must have as many."""
CHANGES_DRAWN = 8
"""Changes drawn, those least likely by chance; all of them are in the table."""

_CORE = ("русский язык", "математика")


def results_section(frames: Frames, school_id: str) -> list[str]:
    """Charts by procedure, marks of the latest year, all numbers in a folded table."""
    pooled = frames.pooled[school_id]
    if not pooled:
        return ["Результатов оценочных процедур по этой школе нет."]
    _, peers_name = frames.peers(school_id)
    blocks = [
        "Точка — доля учеников с низким результатом, вертикальная черта — интервал, в котором "
        "истинная доля лежит с вероятностью 95 %: чем меньше учеников, тем он шире. Классы "
        "сложены вместе, кружки — отдельные классы. Серым — "
        f"{fmt.escape_md(peers_name)}. Осенние работы с весенними не соединяются."
    ]
    for procedure in procedures_in_order({str(row["procedure"]) for row in pooled}):
        rows = where(pooled, procedure=procedure)
        blocks.append(f"### {fmt.escape_md(PROCEDURE.get(procedure, procedure))}")
        blocks.append(_charts(frames, school_id, procedure, rows))
        if _worth_a_map(rows):
            blocks.append(show(_map(procedure, rows)))
    blocks += _corrected(frames, school_id)
    blocks += _marks(frames, school_id)
    return blocks


def _corrected(frames: Frames, school_id: str) -> list[str]:
    """Shares of the latest year as counted and corrected for size, side by side."""
    year = frames.analysis.year
    title = f"### С поправкой на численность, {school_year(year)}"
    if frames.corrected is None:
        reason = fmt.escape_md(frames.analysis.refusals.get("shares", ""), "")
        return [title, f"Поправка не рассчитана. {reason}".strip()]
    rows = frames.corrected[school_id]
    if not rows:
        return []
    order = procedures_in_order({str(row["procedure"]) for row in rows})
    known = [row for row in rows if row["prior"] != "weak"]
    known.sort(key=lambda row: (order.index(row["procedure"]), row["subject"]))
    left = len(rows) - len(known)
    without = (
        f"Без поправки — {fmt.count_phrase(left, 'предмет', 'предмета', 'предметов')}: их писали "
        "меньше чем в десяти школах или доля у всех школ одна и та же, и приближать не к чему."
        if left
        else ""
    )
    if not known:
        return [title, without]
    table = DataTable(
        [_corrected_row(row) for row in known],
        [
            Col("unit", "Результат"),
            Col("counted", "По подсчёту"),
            Col("corrected", "С поправкой (95 % интервал)"),
            Col("usual", "Обычно у школ", "percent", help="Средняя истинная доля школы"),
            Col("n_schools", "Школ", "int", help="По скольким школам известно обычное"),
        ],
        caption="Доля низких результатов по подсчёту и с поправкой на численность; классы сложены",
    )
    return [
        title,
        "Поправка приближает долю к обычной для школ тем сильнее, чем меньше учеников за ней "
        "стоит: в среднем по школам она ближе к истинной доле, чем простой подсчёт. На формальный "
        "статус поправка не влияет.",
        show(table),
        *([without] if without else []),
    ]


def _corrected_row(row: Row) -> Row:
    span = fmt.interval(row["shrunk_low"], row["shrunk_high"])
    return {
        "unit": unit_label(row["procedure"], None, row["subject"], row["season"]),
        "counted": f"{fmt.percent(row['share'])} ({of(row['n_low'], row['n'])})",
        "corrected": f"{fmt.percent(row['shrunk'])} ({span})",
        "usual": row["usual"],
        "n_schools": row["n_schools"],
    }


def chart_subjects(frames: Frames, school_id: str, procedure: str, rows: list[Row]) -> list[str]:
    """Subjects that get a chart: those that decided, Russian, mathematics; else the largest."""
    deciding = [
        row["subject"]
        for row in frames.criteria[school_id]
        if row["procedure"] == procedure and row["outcome"] == "met" and row["subject"]
    ]
    by_n: dict[str, int] = {}
    for row in rows:
        by_n[row["subject"]] = by_n.get(row["subject"], 0) + row["n"]
    core = sorted((name for name in by_n if name.startswith(_CORE)), key=lambda s: s[0] != "р")
    chosen = [name for name in dict.fromkeys([*deciding, *core]) if name in by_n]
    if not chosen:
        chosen = sorted(by_n, key=lambda name: (-by_n[name], name))[:2]
    return chosen[:CHARTS_SHOWN]


def _charts(frames: Frames, school_id: str, procedure: str, rows: list[Row]) -> str:
    peers, peers_name = frames.peers(school_id)
    single = where(frames.results[school_id], procedure=procedure)
    years = _years(rows)
    drawn: list[Chart] = []
    none_low: list[str] = []
    for subject in chart_subjects(frames, school_id, procedure, rows):
        own = where(rows, subject=subject)
        if not any(row["n_low"] for row in own):
            # A line along the axis says no more than a sentence does.
            none_low.append(f"{subject} ({fmt.number(sum(row['n'] for row in own))})")
            continue
        grades = where(single, subject=subject)
        many = len({row["grade"] for row in grades}) > 1
        median = [r for r in frames.median(peers, procedure, subject) if r["year"] in years]
        threshold = low_threshold(frames.analysis, procedure, subject)
        held = grades_words(row["grade"] for row in grades)
        title = fmt.sentence_case(subject)
        drawn.append(
            charts.low_share(
                own,
                title=f"{title} · {held}" if held else title,
                years=years,
                what=low_title(procedure),
                threshold=threshold,
                threshold_label=f"порог {fmt.percent(threshold, 0)}",
                median=median,
                median_name=peers_name,
                grades=grades if many else None,
                breaks=_breaks(frames, procedure, subject),
            )
        )
    # charts stand side by side where there is room, one under another on a phone
    style = (
        "display:grid;gap:0 1.5rem;"
        "grid-template-columns:repeat(auto-fit,minmax(min(100%,20rem),1fr))"
    )
    blocks = []
    if drawn:
        inner = "".join(chart.html() for chart in drawn)
        blocks.append(raw(f'<div class="shnor-chart-grid" style="{style}">{inner}</div>'))
    if none_low:
        blocks.append(
            "Низких результатов не было ни в одном году (в скобках — участников за все годы): "
            f"{fmt.escape_md(', '.join(none_low))}."
        )
    return "\n\n".join(blocks)


def _years(rows: list[Row]) -> list[int]:
    found = [int(row["year"]) for row in rows]
    return list(range(min(found), max(found) + 1))


def _breaks(frames: Frames, procedure: str, subject: str) -> dict[int, str]:
    return {
        entry.year: entry.note
        for entry in frames.analysis.calendar.scale_breaks
        if entry.procedure == procedure and (not entry.subjects or subject in entry.subjects)
    }


def _worth_a_map(rows: list[Row]) -> bool:
    """A map of shares among two or three pupils would show chance only."""
    subjects = {row["subject"] for row in rows}
    sizes = sorted(row["n"] for row in rows)
    return len(subjects) >= MAP_FROM and sizes[len(sizes) // 2] >= MIN_N


def _map(procedure: str, rows: list[Row]) -> Chart:
    ordered = sorted(rows, key=lambda row: (row["year"], row["season"] == "autumn"))
    latest = {row["subject"]: row for row in ordered}
    subjects = sorted(latest, key=lambda name: (-latest[name]["year"], -latest[name]["share"]))
    cells = [
        {
            "row": row["subject"],
            "column": school_year(row["year"]) + SEASONS_SHORT.get(str(row["season"]), ""),
            "n": row["n"],
            "n_low": row["n_low"],
        }
        for row in ordered
    ]
    chart = charts.share_map(cells, what=low_title(procedure), rows=subjects)
    caption = (
        f"{PROCEDURE.get(procedure, procedure)}: {low_title(procedure)} по предметам, %. Сверху — "
        "предметы с наибольшей долей в последнем году; на сайте число учеников показано при наведении."
    )
    return Chart(chart.figure, chart.alt, caption)


def _marks(frames: Frames, school_id: str) -> list[str]:
    """Marks of the latest year in Russian and mathematics, grades added up."""
    year = frames.analysis.year
    sums: dict[tuple[str, str], Row] = {}
    for row in where(frames.results[school_id], year=year):
        if row["subject"] not in _CORE or any(row[m] is None for m in ("n2", "n3", "n4", "n5")):
            continue
        total = sums.setdefault(
            (row["procedure"], row["subject"]),
            {"grades": [], "n": 0, "n2": 0, "n3": 0, "n4": 0, "n5": 0},
        )
        total["grades"].append(row["grade"])
        for name in ("n", "n2", "n3", "n4", "n5"):
            total[name] += row[name]
    if not sums:
        return []
    order = procedures_in_order({procedure for procedure, _ in sums})
    rows = [
        {
            **total,
            "label": f"{unit_label(procedure, None, subject)}, {grades_words(total['grades'])}",
        }
        for (procedure, subject), total in sorted(
            sums.items(), key=lambda item: (order.index(item[0][0]), item[0][1])
        )
    ]
    return [
        f"### Распределение отметок, {school_year(year)}",
        show(charts.mark_distribution(rows)),
    ]


def dynamics_section(frames: Frames, school_id: str) -> list[str]:
    """Verdict, changes with their intervals, all pairs in a table."""
    analysis = frames.analysis
    if frames.dynamics is None or frames.pairs is None:
        reason = analysis.refusals.get("dynamics", "")
        return [f"Динамика не рассчитана. {fmt.escape_md(reason, '')}".strip()]
    verdict = frames.dynamics.year(school_id, analysis.year)
    pairs = frames.pairs[school_id]
    if verdict is None:
        return [
            f"Сравнить {school_year(analysis.year)} учебный год не с чем: сопоставимых результатов "
            "за прежние годы нет."
        ]
    blocks = [
        dynamics_sentence(verdict),
        "Сравнивается только сопоставимое: та же процедура, предмет, класс и время года. Изменение "
        "считается значимым, если его интервал не захватывает ноль.",
    ]
    comparable = [
        row for row in pairs if row["delta_low"] is not None and row["verdict"] != "incomparable"
    ]
    drawn = [row for row in comparable if min(row["n_from"], row["n_to"]) >= MIN_N]
    if drawn:
        drawn.sort(key=lambda row: (row["p_value"] is None, row["p_value"], -abs(row["delta_low"])))
        shown = drawn[:CHANGES_DRAWN]
        chart = charts.change_plot(shown)
        caption = (
            f"Показано изменений: {fmt.of(len(shown), len(comparable))} — те, что труднее всего "
            f"объяснить случайностью, при{fmt.NBSP}{MIN_N} и более участниках в оба года. Остальные "
            "— в таблице."
            if len(shown) < len(comparable)
            else ""
        )
        blocks.append(show(Chart(chart.figure, chart.alt, caption)))
    return blocks


def numbers_section(frames: Frames, school_id: str) -> list[str]:
    """All results of all years and their latest change, in one folded table."""
    rows = frames.results[school_id]
    if not rows:
        return []
    pairs = frames.pairs[school_id] if frames.pairs is not None else []
    years = [school_year(year) for year in sorted({int(row["year"]) for row in rows})]
    table = results_table(rows, pairs)
    columns = [
        Col("unit", "Процедура, предмет, класс"),
        *[Col(name, name, missing="") for name in years],
    ]
    if pairs:
        columns += [
            Col("change", f"Изменение, п.{fmt.NBSP}п. (95{fmt.NNBSP}% интервал)", missing=""),
            Col("verdict", "Динамика", missing=""),
        ]
    shown = DataTable(
        table,
        columns,
        caption="Доля низких результатов (учеников с низким результатом из участников); "
        "«—» — нет данных или не с чем сравнить",
    )
    return [raw(f"<details><summary>Показать таблицу</summary>{shown.html()}</details>")]


def results_table(rows: list[Row], pairs: list[Row]) -> list[Row]:
    """Results with a row per procedure, subject and grade and a column per year.

    Parameters
    ----------
    rows
        Results of a school with ``share``.
    pairs
        Comparisons with the latest year.
    """
    order = procedures_in_order({str(row["procedure"]) for row in rows})
    place = {procedure: position for position, procedure in enumerate(order)}
    years = [school_year(year) for year in sorted({int(row["year"]) for row in rows})]
    units: dict[str, Row] = {}
    for row in sorted(rows, key=lambda row: place[str(row["procedure"])]):
        unit = unit_label(row["procedure"], row["grade"], row["subject"])
        if unit not in units:
            units[unit] = {"unit": unit, **dict.fromkeys(years), "change": None, "verdict": None}
        cells = units[unit]
        cell = f"{fmt.percent(row['share'])} ({of(row['n_low'], row['n'])})"
        cell += SEASONS_SHORT.get(str(row["season"]), "")
        year = school_year(row["year"])
        cells[year] = f"{cells[year]}; {cell}" if cells[year] else cell
    for pair in pairs:
        found = units.get(unit_label(pair["procedure"], pair["grade"], pair["subject"]))
        if found is None:
            continue
        if pair["delta_low"] is not None and pair["verdict"] != "incomparable":
            low, high = _bare(pair["delta_low_ci_low"]), _bare(pair["delta_low_ci_high"])
            found["change"] = f"{_bare(pair['delta_low'])} ({fmt.range_words(low, high)})"
        verdict = label(VERDICT, pair["verdict"])
        found["verdict"] = f"{verdict}: {pair['note']}" if pair["note"] else verdict
    return list(units.values())


def _bare(delta: Any) -> str:
    """A change in percentage points without the unit, which stands in the heading."""
    return fmt.points(delta).split(fmt.NBSP)[0]
