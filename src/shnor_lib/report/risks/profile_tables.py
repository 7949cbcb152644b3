"""Tables of the risk profiles: factors, verification, contradictions, risk zones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from shnor_lib.methods.risk_definition import RiskRules
from shnor_lib.methods.risk_profile import DEAD, KEY, RiskProfiles
from shnor_lib.report import format as fmt
from shnor_lib.report.blocks import capped
from shnor_lib.report.display import Col, DataTable
from shnor_lib.report.labels import unit_label
from shnor_lib.report.monitoring.lists import natural, place_href
from shnor_lib.report.risks import words as say
from shnor_lib.report.risks.decision_tables import NO_PLACE, ROWS, Names
from shnor_lib.report.rows import Row, records
from shnor_lib.tables import RISK_FACTORS


def factors_table(profiles: RiskProfiles, year: int) -> DataTable:
    """Every factor: in how many schools it is of which significance, and where it stands."""
    rows = profiles.factors[profiles.factors["year"] == year]
    lines: list[Row] = []
    for code in RISK_FACTORS:
        own = rows[rows["factor"] == code]
        lines.append(
            {
                "factor": say.factor(code),
                **{name: int((own["level"] == name).sum()) for name in ("high", "medium", "low")},
                "confirmed": int(own["state"].isin(["confirmed", "in_work", "removed"]).sum()),
                "rejected": int((own["state"] == "rejected").sum()),
                "in_work": int(own["state"].isin(["in_work", "removed"]).sum()),
            }
        )
    lines.sort(key=lambda line: (-line["high"], -line["medium"]))
    return DataTable(
        pd.DataFrame(lines),
        [
            Col("factor", "Фактор риска"),
            Col("high", "Высокая", "int", help="Школ, в профиле которых значимость высокая"),
            Col("medium", "Средняя", "int"),
            Col("low", "Низкая", "int"),
            Col(
                "confirmed",
                "Подтв.",
                "int",
                help="Подтверждён; вместе с тем, что в работе или снят",
            ),
            Col("rejected", "Откл.", "int", help="Отклонён"),
            Col("in_work", "В работе", "int", help="В работе или уже снят"),
        ],
        caption=f"Факторы риска, число школ, {say.year_words(year)}",
    )


def progress_table(
    profiles: RiskProfiles, year: int, municipalities: Names, names: Names, links: Names
) -> DataTable:
    """How far the verification has come: by school, or by municipality when there are many."""
    rows = profiles.factors[profiles.factors["year"] == year]
    wrong = profiles.contradictions[profiles.contradictions["year"] == year]
    schools = rows["school_id"].nunique()
    many = schools > ROWS
    place = rows["school_id"].map(lambda key: municipalities.get(str(key), "") or NO_PLACE)
    group = place if many else rows["school_id"]
    doubts = (
        wrong["school_id"].map(lambda key: municipalities.get(str(key), "") or NO_PLACE)
        if many
        else wrong["school_id"]
    ).value_counts()
    lines: list[Row] = []
    for key, part in rows.groupby(group, sort=True):
        both = int((part["verified"] == "both").sum())
        lines.append(
            {
                "name": str(key) if many else names.get(str(key), str(key)),
                "href": place_href("" if key == NO_PLACE else key) if many else links.get(str(key)),
                "schools": int(part["school_id"].nunique()),
                "n": len(part),
                "school": int(part["school_decision"].notna().sum()),
                "curator": int(part["curator_decision"].notna().sum()),
                "both": both,
                "share": both / len(part),
                "wrong": int(doubts.get(key, 0)),
            }
        )
    lines.sort(key=lambda line: (line["share"], natural(line["name"])))
    columns = [
        Col("name", "Муниципалитет" if many else "Школа", "link", href="href"),
        Col("schools", "Школ", "int", help="Школ с профилем"),
        Col("n", "Факторов", "int", help="В профиле или в протоколе"),
        Col("school", "Школа", "int", help="По скольким решила школа"),
        Col("curator", "Куратор", "int", help="По скольким решил куратор"),
        Col("both", "Оба", "int", help="По скольким решили и школа, и куратор"),
        Col("share", "Доля", "percent", help="Проверены школой и куратором"),
        Col("wrong", "Противоречий", "int"),
    ]
    if not many:
        columns = [col for col in columns if col.name != "schools"]
    return capped(
        pd.DataFrame(lines),
        columns,
        caption=f"Верификация: по скольким факторам решение приняли, {say.year_words(year)}",
        most=ROWS,
        nouns=("муниципалитета", "муниципалитетов") if many else ("школы", "школ"),
        sortable=True,
        empty="Рисковых профилей за этот год нет.",
    )


def contradictions_table(
    profiles: RiskProfiles,
    year: int,
    names: Names,
    links: Names,
    *,
    brief: bool = False,
    most: int = ROWS,
) -> DataTable:
    """What does not fit together, school by school, with what to do about it.

    ``brief``: without what to do, for a narrow page; it stands on the school's own page.
    """
    rows = profiles.contradictions
    rows = rows[rows["year"] == year].merge(profiles.factors, on=KEY, how="left")
    by_factor: dict[tuple[str, str], list[Row]] = {}
    for row in records(rows):
        by_factor.setdefault((str(row["school_id"]), str(row["factor"])), []).append(row)
    lines: list[Row] = []
    for (school, code), own in by_factor.items():
        kinds = [str(row["contradiction"]) for row in own]
        lines.append(
            {
                "name": names.get(school, school),
                "href": links.get(school),
                "factor": say.factor(code),
                "what": "; ".join(say.CONTRADICTION[kind] for kind in kinds),
                "said": _both_sides(own[0]),
                "todo": "; ".join(dict.fromkeys(say.TO_DO[kind] for kind in kinds)),
            }
        )
    lines.sort(key=lambda line: (natural(line["name"]), line["factor"]))
    columns = [
        Col("name", "Школа", "link", href="href"),
        Col("factor", "Фактор риска", filter=True),
        Col("what", "Что не сходится"),
        Col("said", "Что записано", missing=""),
        Col("todo", "Что сделать"),
    ]
    return capped(
        pd.DataFrame(lines),
        columns[:-1] if brief else columns,
        caption=f"Противоречия в рисковых профилях, {say.year_words(year)}",
        most=most,
        nouns=("строки", "строк"),
        sortable=True,
        empty="Противоречий нет.",
    )


def _both_sides(row: Mapping[str, Any]) -> str:
    """«школа подтверждает; куратор отклоняет: …; состояние: заявлен»."""
    if row["state"] is None:
        return ""
    parts = []
    for who, name in (("школа", "school"), ("куратор", "curator")):
        if not fmt.is_missing(row[f"{name}_decision"]):
            parts.append(f"{who} {say.decision(row[f'{name}_decision'], row[f'{name}_reason'])}")
    parts.append(f"состояние: {say.state(row['state'])}")
    if not fmt.is_missing(row["level_computed"]) and row["level_computed"] != row["level"]:
        parts.append(f"по числам: {say.level(row['level_computed'])}")
    return "; ".join(parts)


def zones_table(
    profiles: RiskProfiles, year: int, names: Names, links: Names, *, most: int = ROWS
) -> DataTable:
    """Risk zones found by the assessment procedures, beside what the profile says."""
    rows = profiles.zones
    rows = rows[rows["year"] == year]
    own = profiles.factors[
        (profiles.factors["year"] == year) & (profiles.factors["factor"] == "failure")
    ].set_index("school_id")
    lines: list[Row] = []
    for school, part in rows.groupby("school_id", sort=True):
        lasting = part[part["lasting"].astype(bool)]
        units = [
            f"{unit_label(row['procedure'], row['grade'], row['subject'])}: "
            f"{fmt.percent(row['value'])} ({fmt.of(row['numerator'], row['n'])})"
            for row in records(part.sort_values("value", ascending=False))
        ]
        said = "нет в профиле"
        if school in own.index:
            said = say.level(own.at[school, "level"])
            closed = own.at[school, "state"] in DEAD
            said += f", {say.state(own.at[school, 'state'])}" if closed else ""
        lines.append(
            {
                "name": names.get(str(school), str(school)),
                "href": links.get(str(school)),
                "n": len(part),
                "lasting": len(lasting),
                "units": "; ".join(units[:4])
                + (f" и ещё {fmt.number(len(units) - 4)}" if len(units) > 4 else ""),
                "said": said,
            }
        )
    lines.sort(key=lambda line: (-line["lasting"], -line["n"], natural(line["name"])))
    return capped(
        pd.DataFrame(lines),
        [
            Col("name", "Школа", "link", href="href"),
            Col("n", "Результатов за порогом", "int"),
            Col("lasting", "Из них все нужные годы", "int"),
            Col("units", "Какие: доля низких результатов"),
            Col("said", "Риск неуспешности в профиле"),
        ],
        caption=f"Зоны риска по результатам оценочных процедур, {say.year_words(year)}",
        most=most,
        nouns=("школы", "школ"),
        sortable=True,
        empty="Результатов за порогом нет ни у одной школы.",
    )


def rules_table(rules: RiskRules) -> DataTable:
    """The mapping of factors: kind, manageability, who may act, when it shows itself again."""
    lines = [
        {
            "factor": say.factor(code),
            "kind": say.kind_of({"kind": rule.kind, "manageability": rule.manageability}),
            "who": say.who_may(", ".join(rule.entitled)),
            "cycle": f"{say.every_year(rule.cycle)}: {rule.cycle.event}" if rule.cycle else "",
        }
        for code in RISK_FACTORS
        for rule in [rules.rule(code)]
    ]
    return DataTable(
        lines,
        [
            Col("factor", "Фактор риска"),
            Col("kind", "Вид и управляемость"),
            Col("who", "Кто вправе решать", help="Первым назван тот, чьё решение ждут"),
            Col("cycle", "Когда проявляется снова", missing="не циклический"),
        ],
        caption=f"Факторы риска: вид, управляемость, уровень решения ({rules.standing})",
    )


def measures_table(rules: RiskRules) -> DataTable:
    """Typical measures against each factor: suggestions, not obligations."""
    lines = [
        {"factor": say.factor(code), "measures": "; ".join(rules.rule(code).measures)}
        for code in RISK_FACTORS
    ]
    return DataTable(
        lines,
        [
            Col("factor", "Фактор риска"),
            Col("measures", "Какие меры обычно принимают", missing="не названо"),
        ],
        caption=f"Типовые меры ({rules.standing})",
    )
