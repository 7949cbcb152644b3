"""Words, tables and charts of the second monitoring: what changed, and is it more than chance."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, cast

import pandas as pd

from shnor_lib.methods.dynamics import DynamicsResult
from shnor_lib.methods.identification import Identification
from shnor_lib.report import format as fmt
from shnor_lib.report.blocks import Box, Text, box, capped, text
from shnor_lib.report.charts import change_plot
from shnor_lib.report.display import Chart, Col, DataTable
from shnor_lib.report.labels import VERDICT, school_year, unit_label
from shnor_lib.report.monitoring.dynamics_pairs import (
    ALPHA,
    NOTHING,
    comparable,
    has_past,
    pairs_of,
    reasons,
)
from shnor_lib.report.monitoring.dynamics_support import (
    positive_row,
    previous_year,
    support_chart,
    support_sentence,
    support_text,
)
from shnor_lib.report.monitoring.dynamics_years import (
    limits,
    next_steps,
    three_years_chart,
    three_years_text,
)
from shnor_lib.report.monitoring.lists import natural, plain_name
from shnor_lib.report.words import dynamics_summary
from shnor_lib.tables import PROCEDURES

__all__ = [
    "basis_text",
    "change_chart",
    "incomparable_table",
    "limits",
    "main_points",
    "multiple_text",
    "next_steps",
    "schools_table",
    "support_chart",
    "support_text",
    "three_years_chart",
    "three_years_text",
    "units_table",
    "verdict_counts",
]

PAIRS_SHOWN = 30
ROWS = 60


def main_points(change: DynamicsResult, found: Identification, year: int) -> Box:
    """The year in a few lines; says plainly when there is nothing to compare with."""
    title = f"Главное за {school_year(year)} учебный год"
    if not has_past(change, year):
        return box(title, first_year(change, year))
    schools = change.schools[change.schools["year"] == year]
    lines = [dynamics_summary(positive_row(schools, year))]
    before = previous_year(found, year)
    if before is not None:
        lines.append(support_sentence(change, found, year, before))
    pairs = pairs_of(change, year)
    good = comparable(change, year)
    better = int((good["verdict"] == "positive").sum())
    worse = int((good["verdict"] == "negative").sum())
    if good.empty:
        lines.append(
            f"Несопоставимы все пары результатов ({fmt.number(len(pairs))}): {reasons(pairs)}."
        )
        return box(title, *lines)
    lines.append(
        f"Сопоставимых пар результатов {fmt.number(len(good))} из{fmt.NBSP}"
        f"{fmt.number(len(pairs))}: значимо лучше стало в{fmt.NBSP}{fmt.number(better)}, "
        f"значимо хуже — в{fmt.NBSP}{fmt.number(worse)}, в остальных изменение не больше "
        "случайного."
    )
    jumps = int(good["jump"].fillna(value=False).sum())
    if jumps:
        lines.append(
            f"Доля низких результатов выросла на {fmt.points(change.rule.jump, 0).lstrip('+')} "
            f"и больше в{fmt.NBSP}{fmt.number(jumps)} из{fmt.NBSP}"
            f"{fmt.count_of(len(good), 'пары', 'пар')}."
        )
    return box(title, *lines)


def first_year(change: DynamicsResult, year: int) -> str:
    """Why there is nothing to compare with."""
    del change
    return (
        f"Сравнить {school_year(year)} учебный год не с чем: результатов за предыдущие годы в "
        "данных нет. Динамика появится, когда будут результаты за два года; в этой тетради "
        "дальше ничего не рассчитано."
    )


def basis_text(change: DynamicsResult, year: int) -> Text:
    """Which years and seasons are compared."""
    if not has_past(change, year):
        return text(NOTHING)
    good = comparable(change, year)
    pairs = pairs_of(change, year)
    if good.empty:
        return text(
            "Ни одна пара результатов не сопоставима; причины — ниже. Сравнивать несопоставимое "
            "мы не будем."
        )
    froms = good["year_from"].value_counts()
    with_what = fmt.join_ru(
        [
            f"{school_year(int(cast(Any, before)))} ({fmt.count_phrase(int(n), 'пара', 'пары', 'пар')})"
            for before, n in froms.items()
        ]
    )
    apart = len(pairs) - len(good)
    sentence = (
        f"{school_year(year)} учебный год сравнивается с{fmt.NBSP}{with_what}: та же школа, та же "
        "процедура, тот же класс, тот же предмет, то же время года. "
    )
    if apart:
        sentence += (
            f"Ещё {fmt.count_phrase(apart, 'пара', 'пары', 'пар')} "
            f"{fmt.plural(apart, 'несопоставима', 'несопоставимы', 'несопоставимы')}."
        )
    note = (
        "Это разные ученики: пятый класс этого года и пятый класс прошлого. Сравнивается работа "
        "школы с двумя наборами детей, а не рост одних и тех же детей."
    )
    return text(sentence, note)


def verdict_counts(change: DynamicsResult, year: int) -> DataTable:
    """Number of schools with each verdict."""
    schools = change.schools[change.schools["year"] == year]
    total = len(schools)
    rows = [
        {
            "verdict": code,
            "n": int((schools["verdict"] == code).sum()),
            "share": float((schools["verdict"] == code).mean()) if total else None,
        }
        for code in VERDICT
    ]
    return DataTable(
        pd.DataFrame(rows) if total else pd.DataFrame(columns=["verdict", "n", "share"]),
        [
            Col("verdict", "Динамика", "verdict"),
            Col("n", "Школ", "int"),
            Col("share", "Доля", "percent"),
        ],
        caption=f"Динамика школ, {school_year(year)} учебный год (школ с результатами: "
        f"{fmt.number(total)})",
        empty="Сравнивать нечего.",
    )


def schools_table(
    change: DynamicsResult,
    found: Identification,
    year: int,
    names: Mapping[str, str],
    links: Mapping[str, str],
    *,
    most: int = ROWS,
) -> DataTable:
    """Every school's verdict with the counts behind it; the worst first."""
    schools = change.schools[change.schools["year"] == year]
    status = found.statuses[found.statuses["year"] == year].set_index("school_id")["status"]
    order = {code: i for i, code in enumerate(("negative", "positive", "no_change"))}
    table = schools.assign(
        name=[names.get(key, key) for key in schools["school_id"]],
        href=schools["school_id"].map(dict(links)),
        status=schools["school_id"].map(status),
    )
    keys = [
        (order.get(str(verdict), 9), 0.0 if fmt.is_missing(net) else float(net), natural(name))
        for verdict, net, name in zip(
            table["verdict"], table["net_share"], table["name"], strict=True
        )
    ]
    table = table.iloc[sorted(range(len(keys)), key=keys.__getitem__)]
    return capped(
        table,
        [
            Col("name", "Школа", "link", href="href"),
            Col("status", "Статус", "status", missing="статуса нет"),
            Col("verdict", "Динамика", "verdict"),
            Col("n_improved", "Лучше", "int", help="Значимо улучшилось результатов"),
            Col("n_worsened", "Хуже", "int", help="Значимо ухудшилось результатов"),
            Col("n_comparable", "Всего пар", "int", help="Сколько пар результатов сравнили"),
        ],
        caption=f"Динамика по школам, {school_year(year)} учебный год, число пар результатов",
        most=most,
        nouns=("школы", "школ"),
        sortable=True,
        empty="Школ с сопоставимыми результатами нет.",
    )


def change_chart(
    change: DynamicsResult, year: int, names: Mapping[str, str], *, most: int = PAIRS_SHOWN
) -> Chart | Text:
    """The surest changes of the year with their intervals."""
    pairs = comparable(change, year)
    if pairs.empty:
        return text("Сравнивать не с чем.")
    chosen = pairs.sort_values(["p_value", "school_id", "procedure", "grade", "subject"]).head(most)
    chosen = chosen.assign(
        label=[
            f"{plain_name(names.get(row['school_id'], row['school_id']))}: "
            + unit_label(row["procedure"], row["grade"], row["subject"], row["season_to"])
            for row in chosen.to_dict("records")
        ]
    )
    chart = change_plot(chosen)
    caption = ""
    if len(pairs) > most:
        caption = (
            f"Показаны {fmt.number(most)} самых заметных изменений из{fmt.NBSP}"
            f"{fmt.count_of(len(pairs), 'сопоставимой пары', 'сопоставимых пар')}."
        )
    return Chart(chart.figure, chart.alt, caption)


def units_table(change: DynamicsResult, year: int) -> DataTable:
    """By procedure, grade and subject: how many schools did better and worse, and in all."""
    good = comparable(change, year)
    order = {code: i for i, code in enumerate(PROCEDURES)}
    rows = []
    for key, part in good.groupby(
        ["procedure", "grade", "subject"], dropna=False, sort=True, observed=True
    ):
        procedure, grade, subject = cast(tuple[Any, Any, Any], key)
        low_from = float((part["low_from"] * part["n_from"]).sum())
        low_to = float((part["low_to"] * part["n_to"]).sum())
        n_from, n_to = int(part["n_from"].sum()), int(part["n_to"].sum())
        rows.append(
            {
                "order": order.get(str(procedure), len(order)),
                "unit": unit_label(procedure, grade, subject),
                "n_schools": len(part),
                "share_from": low_from / n_from,
                "share_to": low_to / n_to,
                "delta": low_to / n_to - low_from / n_from,
                "n": n_to,
                "improved": int((part["verdict"] == "positive").sum()),
                "worsened": int((part["verdict"] == "negative").sum()),
            }
        )
    columns = [
        "order", "unit", "n_schools", "share_from", "share_to", "delta", "n", "improved", "worsened",
    ]  # fmt: skip
    return capped(
        pd.DataFrame(rows, columns=columns).sort_values("order", kind="stable"),
        [
            Col("unit", "Процедура, предмет, класс"),
            Col("n_schools", "Школ", "int"),
            Col("n", "Учеников", "int", help="Участников в этом году"),
            Col("share_from", "Было", "percent", help="Доля низких результатов"),
            Col("share_to", "Стало", "percent", help="Доля низких результатов"),
            Col("delta", "Изменение", "points"),
            Col("improved", "Лучше", "int", help="Школ, где стало значимо лучше"),
            Col("worsened", "Хуже", "int", help="Школ, где стало значимо хуже"),
        ],
        caption="Сопоставимые результаты всех школ вместе: доля низких результатов",
        most=100,
        sortable=True,
        empty="Сопоставимых пар нет.",
    )


def incomparable_table(change: DynamicsResult, year: int) -> DataTable:
    """Why pairs cannot be compared, with how many and which procedures."""
    pairs = pairs_of(change, year)
    apart = pairs[pairs["verdict"] == "incomparable"]
    rows = []
    for note, part in apart.groupby("note", sort=True):
        units = part.drop_duplicates(["procedure", "grade", "subject"])
        named = [
            unit_label(row["procedure"], row["grade"], row["subject"])
            for row in units.sort_values(["procedure", "grade", "subject"]).to_dict("records")
        ]
        rest = len(named) - 4
        rows.append(
            {
                "note": fmt.sentence_case(str(note)),
                "n": len(part),
                "n_schools": part["school_id"].nunique(),
                "units": "; ".join(named[:4]) + (f" и ещё {fmt.number(rest)}" if rest > 0 else ""),
            }
        )
    table = pd.DataFrame(rows, columns=["note", "n", "n_schools", "units"])
    return DataTable(
        table.sort_values("n", ascending=False, kind="stable"),
        [
            Col("note", "Почему нельзя сравнить"),
            Col("n", "Пар", "int"),
            Col("n_schools", "Школ", "int"),
            Col("units", "Где это"),
        ],
        caption="Несопоставимые пары результатов",
        empty="Несопоставимых пар нет.",
    )


def multiple_text(change: DynamicsResult, year: int) -> Text:
    """How many «significant» changes chance alone would give, and how many survive."""
    good = comparable(change, year)
    if good.empty:
        return text(NOTHING)
    n = len(good)
    found = int((good["verdict"] != "no_change").sum())
    chance = math.ceil(n * ALPHA)
    firm = good[(good["p_adjusted"] < ALPHA).fillna(value=False)]
    better = int((firm["delta_low"] < 0).sum())
    worse = int((firm["delta_low"] > 0).sum())
    blocks = [
        f"{fmt.plural(n, 'Проверена', 'Проверены', 'Проверено')} "
        f"{fmt.count_phrase(n, 'пара', 'пары', 'пар')} сразу. Даже если бы ничего не изменилось, "
        f"до {fmt.number(chance)} из них {fmt.plural(chance, 'показала', 'показали', 'показали')} бы "
        f"«значимое» изменение случайно; "
        f"найдено {fmt.number(found)}."
    ]
    if firm.empty:
        blocks.append(
            "После поправки на число сравнений (Бенджамини — Хохберга) ни одно отдельное изменение "
            "не остаётся твёрдо доказанным. Опираться стоит на картину по школе в целом, а не на "
            "отдельный предмет."
        )
    else:
        blocks.append(
            "После поправки на число сравнений (Бенджамини — Хохберга, доля ложных находок не "
            f"больше {fmt.percent(ALPHA, 0)}) твёрдо "
            f"{fmt.plural(len(firm), 'доказано', 'доказаны', 'доказаны')} "
            f"{fmt.count_phrase(len(firm), 'изменение', 'изменения', 'изменений')}: "
            f"к лучшему — {fmt.number(better)}, к худшему — {fmt.number(worse)}."
        )
    return text(*blocks)
