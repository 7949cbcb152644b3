"""Section of the second monitoring: direction over three years and more."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from shnor_lib.faults import ShnorError
from shnor_lib.methods.trends import UNTESTED, TrendResult, TrendRule, trends
from shnor_lib.project import Calendar
from shnor_lib.report import format as fmt
from shnor_lib.report.blocks import Text, capped, text
from shnor_lib.report.charts.trends import trend_plot
from shnor_lib.report.context_words import BEYOND, TREND
from shnor_lib.report.display import Chart, Col, DataTable
from shnor_lib.report.labels import school_year, unit_label
from shnor_lib.report.monitoring.lists import natural, plain_name
from shnor_lib.store import Dataset
from shnor_lib.tables import PROCEDURES

SHOWN = 30
ROWS = 60


@dataclass(frozen=True)
class Directions:
    """Trends of a year, or why there are none."""

    year: int
    found: TrendResult | None
    refusal: str = ""


def directions(
    data: Dataset, year: int, *, calendar: Calendar, rule: TrendRule | None = None
) -> Directions:
    """Trends that end in ``year``; a refusal is kept with its reason."""
    try:
        return Directions(year, trends(data, calendar=calendar, rule=rule, years=[year]))
    except ShnorError as error:
        return Directions(year, None, str(error))


def summary_text(way: Directions) -> Text:
    """How many runs and schools were tested, what chance would give, what is firm."""
    found = way.found
    if found is None:
        return text(fmt.escape_md(way.refusal))
    units, schools = found.units, found.schools
    tested = units[units["p_value"].notna()]
    judged = schools[schools["p_value"].notna()]
    if tested.empty or judged.empty:
        return text("Проверять нечего: низких результатов в сопоставимых рядах нет.")
    alpha = found.rule.alpha
    single = int((tested["p_value"] < alpha).sum())
    naive = int((tested["p_chance"] < alpha).sum())
    chance = math.ceil(alpha * len(tested))
    looks = "выглядел бы «значимым»", "выглядели бы «значимыми»"
    firm = tested[tested["verdict"] != "no_change"]
    rates = found.correlation.set_index("of")["inflation"]
    noun = "ряд результатов", "ряда результатов", "рядов результатов"
    return text(
        f"Рядов, в которых есть не меньше {fmt.number(found.rule.min_years)} сопоставимых лет "
        f"(одна школа, процедура, предмет, класс, время года), — "
        f"{_how_many(found.untested, len(tested), len(judged))}. Берутся последние "
        f"{fmt.number(found.rule.max_years)} лет ряда; через смену шкалы и через слишком длинный "
        "пропуск не проверяется ничего.",
        f"**По отдельным рядам.** Если бы ни у одной школы не было никакого направления, около "
        f"{fmt.number(chance)} из{fmt.NBSP}{fmt.count_of(len(tested), 'ряда', 'рядов')} всё равно "
        f"{fmt.plural(chance, *looks, looks[1])} случайно; "
        f"найдено {fmt.number(single)}. После поправки на число проверок (Бенджамини — Хохберга) "
        f"{_firm(firm, noun)}",
        f"**По школам в целом.** Все ряды школы складываются: так видно больше, чем по одному "
        f"предмету. {_schools_sentence(judged)}",
        _jumps(float(rates["schools"]), float(rates["units"]), naive),
    )


def _how_many(untested: pd.DataFrame, tested: int, schools: int) -> str:
    """Runs that are long enough: those in which nothing ever changes said apart."""
    flat = int(untested.loc[untested["reason"] == "flat", "n_units"].sum())
    where = f"у{fmt.NBSP}{fmt.count_of(schools, 'школы', 'школ')}"
    if not flat:
        return f"{fmt.number(tested)} {where}"
    return (
        f"{fmt.number(tested + flat)}; в{fmt.NBSP}{fmt.number(flat)} из них низких результатов нет "
        f"ни в одном году либо они у всех, и направления там быть не может. Проверено: "
        f"{fmt.count_phrase(tested, 'ряд', 'ряда', 'рядов')} {where}"
    )


def _jumps(schools: float, units: float, naive: int) -> str:
    """Why chance between pupils is not all the chance there is, with what was measured."""
    said = (
        "**Почему не все «значимые» изменения настоящие.** Обычная проверка (Кокрана — Армитиджа) "
        "считает случайностью только удачу отдельных учеников. Но у класса одного года общий "
        "учитель и общий вариант, и доли прыгают от года к году сильнее. "
    )
    if max(schools, units) < 1.05:
        return said + "По этим данным таких прыжков почти не видно: поправка на них ничтожна."
    return (
        f"{said}По этим же данным такие прыжки делают погрешность школы больше в{fmt.NBSP}"
        f"{fmt.decimal(schools)} раза (одного ряда — в{fmt.NBSP}{fmt.decimal(units)} раза); выводы "
        f"сделаны с этой поправкой. Без неё «значимых» рядов было бы {fmt.number(naive)}."
    )


def _firm(firm: pd.DataFrame, noun: tuple[str, str, str]) -> str:
    if firm.empty:
        return "ни один отдельный ряд направления не доказывает."
    better = int((firm["verdict"] == "positive").sum())
    return (
        f"направление {fmt.plural(len(firm), 'показывает', 'показывают', 'показывают')} "
        f"{fmt.count_phrase(len(firm), *noun)}: к{fmt.NBSP}лучшему — "
        f"{fmt.number(better)}, к{fmt.NBSP}худшему — {fmt.number(len(firm) - better)}."
    )


def _schools_sentence(schools: pd.DataFrame) -> str:
    better, worse = (int((schools["verdict"] == side).sum()) for side in ("positive", "negative"))
    beyond = int((schools["verdict_beyond"] != "no_change").sum())
    total = fmt.count_of(len(schools), "школы", "школ")
    if not better + worse:
        said = f"Ни у{fmt.NBSP}одной из{fmt.NBSP}{total} направление не показано."
    else:
        said = (
            f"Направление показано у{fmt.NBSP}{fmt.number(better + worse)} из{fmt.NBSP}{total}: "
            f"к{fmt.NBSP}лучшему — {fmt.number(better)}, к{fmt.NBSP}худшему — {fmt.number(worse)}."
        )
    if beyond:
        said += (
            f" От{fmt.NBSP}других школ в{fmt.NBSP}тех же работах "
            f"{fmt.plural(beyond, 'отличается', 'отличаются', 'отличаются')} {fmt.number(beyond)}."
        )
    else:
        said += " От других школ в тех же работах не отличается ни одна."
    if better + worse > len(schools) / 2:
        said += (
            " Когда в одну сторону идут почти все, дело скорее в работах или в порядке их проведения, "
            "чем в школах: смотрите на отличие от других."
        )
    return said


def trend_chart(way: Directions, names: Mapping[str, str], *, most: int = SHOWN) -> Chart | None:
    """The surest directions of schools with their intervals."""
    if way.found is None:
        return None
    schools = way.found.schools
    known = schools[schools["p_value"].notna()]
    if known.empty:
        return None
    chosen = known.sort_values(["p_value", "school_id"]).head(most)
    chosen = chosen.assign(label=[plain_name(names.get(k, k)) for k in chosen["school_id"]])
    chart = trend_plot(chosen)
    caption = ""
    if len(known) > most:
        caption = (
            f"Показаны {fmt.number(most)} самых заметных направлений из{fmt.NBSP}"
            f"{fmt.count_of(len(known), 'школы', 'школ')}."
        )
    return Chart(chart.figure, chart.alt, caption)


def schools_table(
    way: Directions, names: Mapping[str, str], links: Mapping[str, str], *, most: int = ROWS
) -> DataTable | None:
    """Directions of all schools, the surest first."""
    if way.found is None:
        return None
    schools = way.found.schools
    order = {"negative": 0, "positive": 1, "no_change": 2}
    table = schools.assign(
        name=[names.get(key, key) for key in schools["school_id"]],
        href=schools["school_id"].map(dict(links)),
        span=[
            fmt.points_interval(low, high)
            for low, high in zip(schools["slope_low"], schools["slope_high"], strict=True)
        ],
        way=schools["verdict"].map(TREND),
        against=schools["verdict_beyond"].map(BEYOND),
    )
    keys = [
        (order[str(verdict)], 1.0 if fmt.is_missing(p) else float(p), natural(name))
        for verdict, p, name in zip(table["verdict"], table["p_value"], table["name"], strict=True)
    ]
    table = table.iloc[sorted(range(len(keys)), key=keys.__getitem__)]
    return capped(
        table,
        [
            Col("name", "Школа", "link", href="href"),
            Col("way", "Направление", filter=True),
            Col("slope", "В год", "points", help="Изменение доли низких результатов за год"),
            Col("span", "С вероятностью 95\u202f%", order="slope"),
            Col("slope_others", "Другие школы", "points", help="В тех же работах, за год"),
            Col("against", "В сравнении с другими", filter=True),
            Col("n_units", "Рядов", "int", help="Сколько рядов результатов сложено"),
            Col("n", "Участий", "int", help="Участий в работах за все годы рядов"),
        ],
        caption=f"Направление по школам, ряды до {school_year(way.year)} учебного года",
        most=most,
        nouns=("школы", "школ"),
        sortable=True,
        empty="Школ с достаточно длинными рядами нет.",
    )


def units_table(
    way: Directions, names: Mapping[str, str], links: Mapping[str, str]
) -> Text | DataTable | None:
    """Single runs whose direction stays proven after the correction."""
    if way.found is None:
        return None
    units = way.found.units
    firm = units[units["verdict"] != "no_change"].sort_values(["p_value", "school_id"])
    if firm.empty:
        return text("Отдельных рядов с твёрдо показанным направлением нет.")
    table = firm.assign(
        name=[names.get(key, key) for key in firm["school_id"]],
        href=firm["school_id"].map(dict(links)),
        unit=[
            unit_label(row["procedure"], row["grade"], row["subject"], row["season"])
            for row in firm.to_dict("records")
        ],
        way=firm["verdict"].map(TREND),
    )
    return capped(
        table,
        [
            Col("name", "Школа", "link", href="href"),
            Col("unit", "Процедура, предмет, класс"),
            Col("way", "Направление"),
            Col("slope", "В год", "points", help="Изменение доли низких результатов за год"),
            Col("low_from", "Было", "percent", help="Доля низких результатов в первый год ряда"),
            Col("low_to", "Стало", "percent", help="Доля низких результатов в последний год ряда"),
            Col("n_years", "Лет", "int"),
            Col("n", "Участий", "int"),
        ],
        caption="Отдельные ряды, направление которых остаётся показанным после поправки",
        most=ROWS,
        nouns=("ряда", "рядов"),
        sortable=True,
    )


def works_table(way: Directions) -> DataTable | None:
    """All schools together: how the share of low results in each work changes a year."""
    if way.found is None:
        return None
    order = {code: i for i, code in enumerate(PROCEDURES)}
    works = way.found.works
    table = works.assign(
        place=works["procedure"].map(order).fillna(len(order)),
        unit=[
            unit_label(row["procedure"], row["grade"], row["subject"], row["season"])
            for row in works.to_dict("records")
        ],
        since=[school_year(year) for year in works["year_from"]],
    ).sort_values(["place", "grade", "subject"], kind="stable")
    return capped(
        table,
        [
            Col("unit", "Процедура, предмет, класс"),
            Col("n_schools", "Школ", "int"),
            Col("n", "Участий", "int"),
            Col("since", "С года", help="Самый ранний год рядов"),
            Col("slope", "В год", "points", help="Изменение доли низких результатов за год"),
        ],
        caption="Все школы вместе: изменение доли низких результатов за год",
        most=100,
        nouns=("строки", "строк"),
        sortable=True,
        empty="Достаточно длинных рядов нет.",
    )


def untested_table(way: Directions) -> DataTable | None:
    """How many runs were not tested, and why."""
    if way.found is None:
        return None
    rows = way.found.untested
    return DataTable(
        rows.assign(why=[fmt.sentence_case(UNTESTED[code]) for code in rows["reason"]]).sort_values(
            "n_units", ascending=False, kind="stable"
        ),
        [
            Col("why", "Почему не проверено"),
            Col("n_units", "Рядов", "int"),
            Col("n_schools", "Школ", "int"),
        ],
        caption="Ряды результатов, о направлении которых сказать нельзя",
        empty="Проверены все ряды.",
    )
