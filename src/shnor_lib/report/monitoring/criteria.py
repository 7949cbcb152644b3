"""Which criteria put schools on the list, and where the listed schools are."""

from __future__ import annotations

from typing import Any, cast

import pandas as pd

from shnor_lib.methods.identification import Identification
from shnor_lib.report import format as fmt
from shnor_lib.report.blocks import Text, capped, text
from shnor_lib.report.display import Col, DataTable
from shnor_lib.report.labels import (
    LISTED,
    STATUS,
    STATUS_FOR,
    school_year,
)
from shnor_lib.report.monitoring.lists import (
    SCHOOLS,
    of_year,
    place_href,
)
from shnor_lib.report.rule_words import quoted
from shnor_lib.report.words import (
    SURE,
)
from shnor_lib.stats.intervals import wilson
from shnor_lib.store import Dataset


def municipalities_table(found: Identification, data: Dataset, year: int) -> DataTable | Text:
    """Schools and listed schools by municipality; a sentence when there is only one."""
    register = data.schools.drop_duplicates("school_id").set_index("school_id")["municipality"]
    rows = of_year(found.statuses, year)
    rows = rows[rows["status"] != "excluded"]
    place = rows["school_id"].map(register).fillna("муниципалитет не указан").rename("municipality")
    if place.nunique() < 2:
        name = place.iloc[0] if len(place) else "нет данных"
        return text(f"Все школы — одного муниципалитета: {fmt.escape_md(name)}.")
    grouped = rows.assign(municipality=place, listed=rows["status"].isin(LISTED)).groupby(
        "municipality", sort=True
    )
    table = pd.DataFrame(
        {
            "n_schools": grouped.size(),
            "n_listed": grouped["listed"].sum(),
            **{
                code: (rows["status"] == code).groupby(place).sum()
                for code in (*LISTED, "risk_zone", "insufficient")
            },
        }
    ).reset_index()
    table["share"] = table["n_listed"] / table["n_schools"]
    low, high = wilson(table["n_listed"], table["n_schools"])
    table["interval"] = [fmt.interval(a, b) for a, b in zip(low, high, strict=True)]
    known = set(register.dropna())
    table["href"] = [place_href(name if name in known else "") for name in table["municipality"]]
    table = table.sort_values(["share", "municipality"], ascending=[False, True])
    return capped(
        table,
        [
            Col("municipality", "Муниципалитет", "link", href="href"),
            Col("n_schools", "Школ", "int"),
            Col("n_listed", "В списке", "int"),
            Col("share", "Доля", "percent"),
            Col("interval", "Доля с учётом случайности", help=f"Интервал, {SURE}"),
            *[
                Col(code, fmt.sentence_case(STATUS[code]), "int")
                for code in (*LISTED, "risk_zone", "insufficient")
            ],
        ],
        caption=f"Школы в списке по муниципалитетам, {school_year(year)} учебный год",
        most=60,
        nouns=("муниципалитета", "муниципалитетов"),
        sortable=True,
    )


def criteria_table(found: Identification, year: int) -> DataTable:
    """How often each criterion was met, not met, or could not be judged."""
    rows = found.criteria[found.criteria["year"] == year]
    lines = []
    for criterion in found.ruleset.criteria:
        outcome = rows.loc[rows["criterion"] == criterion.id, "outcome"].value_counts()
        met, not_met = int(outcome.get("met", 0)), int(outcome.get("not_met", 0))
        lines.append(
            {
                "title": fmt.nice(criterion.title),
                "status_for": STATUS_FOR[criterion.status_for] if criterion.counts else None,
                "met": met if criterion.counts else None,
                "not_met": not_met if criterion.counts else None,
                "few": int(outcome.get("few", 0)),
                "no_data": int(outcome.get("no_data", 0)),
                "share": met / (met + not_met) if met + not_met and criterion.counts else None,
            }
        )
    return DataTable(
        pd.DataFrame(lines),
        [
            Col("title", "Критерий"),
            Col("status_for", "Статус", missing="статуса не даёт"),
            Col("met", "Выполнен", "int", missing="порога нет"),
            Col("not_met", "Не выполнен", "int", missing="порога нет"),
            Col("few", "Мало участников", "int"),
            Col("no_data", "Нет данных", "int"),
            Col(
                "share",
                "Доля",
                "percent",
                help="Выполнен — из тех школ, у которых критерий удалось проверить",
                missing="проверить не у кого",
            ),
        ],
        caption=f"Какие критерии сработали, число школ, {school_year(year)} учебный год",
    )


def criteria_text(found: Identification, year: int) -> Text:
    """Which criteria put schools on the list, and which could not be judged."""
    rows = found.criteria[found.criteria["year"] == year]
    counting = {
        key
        for status in ("low_results", "difficult")
        for key in found.ruleset.counting(cast(Any, status))
    }
    met = rows[(rows["outcome"] == "met") & rows["criterion"].isin(counting)]
    counts = met["criterion"].value_counts()
    if counts.empty:
        return text("Ни один критерий ни у одной школы не выполнен.")
    titles = {criterion.id: criterion.title for criterion in found.ruleset.criteria}
    top = [
        f"{fmt.escape_md(quoted(fmt.nice(titles[str(key)])))} — {fmt.count_phrase(int(n), *SCHOOLS)}"
        for key, n in counts.head(3).items()
    ]
    blocks = [f"Чаще всего сработали: {'; '.join(top)}."]
    few = rows[(rows["outcome"] == "few") & rows["criterion"].isin(counting)]
    if len(few):
        n = few["school_id"].nunique()
        blocks.append(
            f"У{fmt.NBSP}{fmt.count_of(n, 'школы', 'школ')} "
            "хотя бы один критерий не проверен из-за малого числа участников: решение по ним "
            "принимает человек."
        )
    return text(*blocks)
