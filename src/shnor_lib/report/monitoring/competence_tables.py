"""Tables of the third monitoring: sums over teachers only, and dashes where they are too few."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from shnor_lib.methods.competence_contrast import competence_years
from shnor_lib.methods.competence_definition import LEVELS, PARTS, CompetenceRules
from shnor_lib.methods.competence_groups import (
    coverage_by,
    deficits_by,
    dynamics_by,
    level_moves,
    levels_by,
)
from shnor_lib.methods.teacher_competence import TeacherCompetence
from shnor_lib.report import format as fmt
from shnor_lib.report.blocks import capped
from shnor_lib.report.display import Col, DataTable
from shnor_lib.report.labels import school_year
from shnor_lib.report.monitoring import competence_words as say
from shnor_lib.report.monitoring.lists import natural, place_href
from shnor_lib.report.rows import Row, records

Names = Mapping[str, str]
ROWS = 60
"""Rows of a long table shown at most."""


def people(n: Any, rules: CompetenceRules) -> str:
    """A number of teachers for a table; a few are not counted out."""
    if fmt.is_missing(n):
        return ""
    count = int(n)
    return say.few(rules) if 0 < count < rules.least_teachers else fmt.number(count)


def _known(rows: pd.DataFrame, found: TeacherCompetence) -> pd.DataFrame:
    """Rows of enough teachers: a row of a few is nothing but dashes."""
    return rows[(rows["n"] >= found.rules.least_teachers).to_numpy(dtype=bool)]


def _left_out(rows: pd.DataFrame, found: TeacherCompetence) -> str:
    """« (без 2 предметов, в которых меньше 5 учителей)» for a caption."""
    n = int((rows["n"] < found.rules.least_teachers).sum())
    if not n:
        return ""
    where = fmt.plural(n, "предмета, в котором", "предметов, в которых", "предметов, в которых")
    return f" (без{fmt.NBSP}{fmt.number(n)}{fmt.NBSP}{where} {say.few(found.rules)})"


def levels_table(found: TeacherCompetence) -> DataTable:
    """Levels by subject."""
    rows = levels_by(found.latest, found.rules, ["subject"])
    shown = _known(rows, found).sort_values(
        ["share_low", "subject"], ascending=[False, True], kind="stable"
    )
    lines = [_level_line(row, str(row["subject"])) for row in records(shown)]
    whole = say.one(levels_by(found.latest, found.rules))
    if lines and not fmt.is_missing(whole["low"]):
        lines.append(_level_line(whole, "Все предметы, каждый учитель один раз"))
    return DataTable(
        lines,
        _level_columns("Предмет"),
        caption=(
            f"Уровни компетенций по предметам, {school_year(found.year)} учебный год"
            f"{_left_out(rows, found)}; {INTERVALS}"
        ),
        empty="Предметов, по которым учителей достаточно для долей, нет.",
    )


def _level_line(row: Mapping[Any, Any], name: str) -> Row:
    return {
        "name": name,
        "n": row["n"],
        "counts": " / ".join(fmt.number(row[level]) for level in LEVELS),
        "share": _with_interval(row["share_low"], row["ci_low"], row["ci_high"]),
        "mean": None if fmt.is_missing(row["mean"]) else float(row["mean"]) / 100,
    }


def _with_interval(share: Any, low: Any, high: Any) -> str:
    """«47,8 % (от 29 до 67 %)»."""
    if fmt.is_missing(share):
        return ""
    inside = fmt.interval(low, high).replace(" ", fmt.NBSP)
    return f"{fmt.percent(share)} ({inside})"


INTERVALS = f"в{fmt.NBSP}скобках — интервал с{fmt.NBSP}вероятностью 95{fmt.NNBSP}%"
"""What stands in brackets behind a share; for captions."""
_HIDDEN = "учителей слишком мало"


def _level_columns(title: str) -> list[Col]:
    return [
        Col("name", title),
        Col("n", "Учителей", "int"),
        Col("counts", "Низкий / средний / высокий"),
        Col("share", "Доля низкого", missing=_HIDDEN),
        Col("mean", "Средний результат", "percent", missing=_HIDDEN),
    ]


def parts_table(found: TeacherCompetence) -> DataTable:
    """The whole of the work, its subject part, its method part."""
    lines = []
    for part in PARTS:
        row = say.one(levels_by(found.latest, found.rules, part=part))
        if not fmt.is_missing(row["low"]):
            lines.append(_level_line(row, fmt.sentence_case(say.PART[part])))
    return DataTable(
        lines,
        _level_columns("Часть работы"),
        caption=f"Уровни по частям работы, {school_year(found.year)} учебный год; {INTERVALS}",
        empty="Учителей слишком мало, чтобы назвать доли.",
    )


def listed_table(found: TeacherCompetence) -> DataTable:
    """Teachers of the schools on the list and of all others."""
    level = _by_flag(levels_by(found.latest, found.rules, ["listed"]))
    change = _by_flag(dynamics_by(found.pairs, found.rules, ["listed"], tested=False))
    deficit = _by_flag(deficits_by(found.deficits, found.rules, ["listed"]))
    cover = _by_flag(coverage_by(found.coverage, found.rules, ["listed"]))
    lines = []
    for flag, name in ((True, "Школы списка (ШНОР, ШССУ)"), (False, "Остальные школы")):
        if flag not in cover:
            continue
        lines.append({"name": name, **_summary(flag, cover, level, change, deficit, found)})
    return DataTable(
        lines,
        _summary_columns("Школы"),
        caption=f"Школы списка и остальные, {school_year(found.year)} учебный год",
        empty="Школ в данных нет.",
    )


def _by_flag(rows: pd.DataFrame) -> dict[Any, Row]:
    return {row[next(iter(row))]: row for row in records(rows)}


def _summary(
    key: Any,
    cover: Mapping[Any, Row],
    level: Mapping[Any, Row],
    change: Mapping[Any, Row],
    deficit: Mapping[Any, Row],
    found: TeacherCompetence,
) -> Row:
    """What is said of a school, a municipality or a group of schools, in one line."""
    rules = found.rules
    own, levels = cover.get(key, {}), level.get(key, {})
    twice, made = change.get(key, {}), deficit.get(key, {})
    return {
        "measured": _measured(own, rules),
        "order": int(own.get("measured") or 0),
        "low": _share_of(levels.get("low"), levels.get("n")),
        "low_order": levels.get("share_low"),
        "better": _share_of(twice.get("better"), twice.get("n")),
        "better_order": twice.get("share"),
        "closed": "" if made.get("n") is None else fmt.of(made["closed"], made["n"]),
        "deficits": made.get("n"),
        "overdue": made.get("overdue"),
    }


def _measured(own: Mapping[str, Any], rules: CompetenceRules) -> str:
    """«64 из 306 (20,9 %)»; without the number of teachers «64»."""
    measured = int(own.get("measured") or 0)
    if measured < rules.least_teachers or fmt.is_missing(own.get("share")):
        return people(measured, rules)
    if int(own["covered"]) != measured:
        return f"{fmt.number(measured)} (охват {fmt.percent(own['share'])})"
    return f"{fmt.of(measured, own['n'])} ({fmt.percent(own['share'])})"


def _share_of(x: Any, n: Any) -> str:
    """«35,9 % (23 из 64)»."""
    return "" if fmt.is_missing(x) else f"{fmt.percent(int(x) / int(n))} ({fmt.of(x, n)})"


def _summary_columns(title: str, *, link: bool = False) -> list[Col]:
    hidden = "нет или учителей слишком мало"
    first = Col("name", title, "link", href="href") if link else Col("name", title)
    return [
        first,
        Col("measured", "Прошли диагностику", order="order", missing="нет данных"),
        Col("low", "Низкий уровень", order="low_order", missing=hidden),
        Col(
            "better",
            "Второй раз лучше",
            order="better_order",
            help="Из учителей, измеренных дважды одной работой",
            missing=hidden,
        ),
        Col("closed", "Дефицитов восполнено", order="deficits", missing=hidden),
        Col("overdue", "Просрочено", "int", missing=hidden),
    ]


def schools_table(found: TeacherCompetence, names: Names, links: Names) -> DataTable:
    """Schools with a diagnosis, a deficit or a place on the list; the list first."""
    cover = _by_flag(coverage_by(found.coverage, found.rules, ["school_id"]))
    level = _by_flag(levels_by(found.latest, found.rules, ["school_id"]))
    change = _by_flag(dynamics_by(found.pairs, found.rules, ["school_id"], tested=False))
    deficit = _by_flag(deficits_by(found.deficits, found.rules, ["school_id"]))
    listed = set(found.coverage.loc[found.coverage["listed"], "school_id"].astype(str))
    wanted = {str(key) for key, row in cover.items() if row["measured"]}
    wanted |= {str(key) for key in deficit} | listed
    lines = [
        {
            "name": names.get(key, key),
            "href": links.get(key),
            "on_list": "да" if key in listed else "нет",
            **_summary(key, cover, level, change, deficit, found),
        }
        for key in sorted(
            wanted, key=lambda key: (key not in listed, natural(names.get(key, key)), key)
        )
    ]
    columns = _summary_columns("Школа", link=True)
    columns.insert(1, Col("on_list", "В списке", filter=True))
    return capped(
        pd.DataFrame(lines),
        columns,
        caption=f"Педагоги по школам, {school_year(found.year)} учебный год",
        most=ROWS,
        nouns=("школы", "школ"),
        sortable=True,
        empty="Ни в одной школе диагностики не было.",
    )


def places_table(found: TeacherCompetence) -> DataTable:
    """Municipalities."""
    by = ["municipality"]
    cover = _by_flag(coverage_by(found.coverage, found.rules, by))
    level = _by_flag(levels_by(found.latest, found.rules, by))
    change = _by_flag(dynamics_by(found.pairs, found.rules, by, tested=False))
    deficit = _by_flag(deficits_by(found.deficits, found.rules, by))
    lines = [
        {
            "name": str(key) or "муниципалитет не указан",
            "href": place_href(key),
            **_summary(key, cover, level, change, deficit, found),
        }
        for key in sorted(cover, key=lambda key: (not key, natural(key)))
    ]
    return DataTable(
        lines,
        _summary_columns("Муниципалитет", link=True),
        caption=f"Педагоги по муниципалитетам, {school_year(found.year)} учебный год",
        sortable=len(lines) > 12,
        empty="Школ в данных нет.",
    )


def dynamics_table(found: TeacherCompetence) -> DataTable:
    """Teachers measured twice, by subject."""
    rows = dynamics_by(found.pairs, found.rules, ["subject"])
    lines = [
        {
            "subject": row["subject"],
            "n": row["n"],
            "counts": f"{row['better']} / {row['same']} / {row['worse']}",
            "share": _with_interval(row["share"], row["ci_low"], row["ci_high"]),
            "gain": row["gain"] / 100,
            "verdict": _verdict(row),
        }
        for row in records(_known(rows, found))
    ]
    lines.sort(key=lambda row: (-row["gain"], str(row["subject"])))
    return DataTable(
        lines,
        [
            Col("subject", "Предмет"),
            Col("n", "Измерены дважды", "int", help="Учителей; одна и та же работа"),
            Col("counts", "Лучше / так же / хуже"),
            Col("share", "Доля лучших"),
            Col("gain", "В среднем", "points", help="Второй результат минус первый"),
            Col("verdict", "Критерий Уилкоксона"),
        ],
        caption=(
            f"Динамика по предметам, второе измерение в {school_year(found.year)} учебном году"
            f"{_left_out(rows, found)}; {INTERVALS}"
        ),
        empty="Предметов, в которых дважды измерено достаточно учителей, нет.",
    )


def _verdict(row: Row) -> str:
    if row["p_value"] is None:
        return "изменившихся слишком мало"
    said = "не отличить от случайного"
    if row["q_value"] is not None and row["q_value"] < say.SURE:
        said = "рост" if row["gain"] > 0 else "снижение"
    return f"{said}, {say.p_words(row['p_value'])}"


def moves_table(found: TeacherCompetence) -> DataTable:
    """From which level to which."""
    moves = level_moves(found.pairs, found.rules)
    lines: list[Row] = []
    for level in LEVELS if len(moves) else ():
        own = moves[moves["from"] == level]
        line: Row = {"from": f"был {say.LEVEL[level]}", "n": int(own["n"].sum())}
        line |= {str(row["to"]): int(row["n"]) for row in records(own)}
        lines.append(line)
    return DataTable(
        lines,
        [
            Col("from", "Первое измерение"),
            *[Col(level, f"стал {say.LEVEL[level]}", "int") for level in LEVELS],
            Col("n", "Учителей", "int"),
        ],
        caption="Переходы между уровнями у измеренных дважды",
        empty="Учителей, измеренных дважды, слишком мало, чтобы показать переходы.",
    )


def years_table(found: TeacherCompetence) -> DataTable:
    """Levels and dynamics by year."""
    rows = competence_years(found.measurements, found.rules, until=found.year)
    lines = [
        {
            "year": row["year"],
            "n": people(row["n"], found.rules),
            "low": _with_interval(row["share_low"], row["ci_low"], row["ci_high"]),
            "pairs": people(row["n_pairs"], found.rules),
            "better": _with_interval(row["share_better"], row["better_low"], row["better_high"]),
        }
        for row in records(rows)
    ]
    return DataTable(
        lines,
        [
            Col("year", "Учебный год", "year"),
            Col("n", "Диагностированы"),
            Col("low", "Доля низкого уровня", missing=_HIDDEN),
            Col("pairs", "Измерены дважды"),
            Col("better", "Доля лучших", missing=_HIDDEN),
        ],
        caption=f"Уровни и динамика по годам; {INTERVALS}",
        empty="Диагностик нет ни за один год.",
    )
