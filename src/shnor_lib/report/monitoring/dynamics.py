"""Words, tables and charts of the second monitoring: what changed, and is it more than chance."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, cast

import pandas as pd

from shnor_lib.methods.dynamics import DynamicsResult, municipal_indicator
from shnor_lib.methods.identification import Identification
from shnor_lib.report import format as fmt
from shnor_lib.report.blocks import Box, Text, box, bullets, capped, text
from shnor_lib.report.charts import change_plot, positive_share, status_timeline
from shnor_lib.report.display import Chart, Col, DataTable
from shnor_lib.report.labels import LISTED, VERDICT, school_year, unit_label
from shnor_lib.report.monitoring.lists import SCHOOLS, natural, plain_name, school_links
from shnor_lib.report.words import SURE, dynamics_summary
from shnor_lib.tables import PROCEDURES

PAIRS_SHOWN = 30
ROWS = 60
ALPHA = 0.05
THREE_YEARS = 3
NOTHING = "Сравнивать не с чем."


def has_past(change: DynamicsResult, year: int) -> bool:
    """Whether anything of ``year`` can be set against an earlier year at all."""
    return bool((change.pairs["year_to"] == year).any())


def pairs_of(change: DynamicsResult, year: int) -> pd.DataFrame:
    """Pairs that end in ``year``."""
    return change.pairs[change.pairs["year_to"] == year]


def comparable(change: DynamicsResult, year: int) -> pd.DataFrame:
    """Comparable pairs that end in ``year``."""
    pairs = pairs_of(change, year)
    return pairs[pairs["verdict"] != "incomparable"]


def of_listed(
    change: DynamicsResult, found: Identification, year: int, *, listed_in: int
) -> pd.DataFrame:
    """Verdicts of the schools that were on the list in ``listed_in``."""
    statuses = found.statuses
    listed = statuses.loc[
        (statuses["year"] == listed_in) & statuses["status"].isin(LISTED), "school_id"
    ]
    schools = change.schools
    return schools[(schools["year"] == year) & schools["school_id"].isin(listed)]


def positive_row(schools: pd.DataFrame, year: int) -> dict[str, Any]:
    """Share of schools with positive dynamics among those with something comparable.

    Returns
    -------
    dict
        year, n_schools, n_positive, share_positive, low, high (95 % Wilson interval) as a row
        of ``DynamicsResult.summary``.
    """
    rows = municipal_indicator(schools[schools["year"] == year]).to_dict("records")
    if rows:
        return cast(dict[str, Any], rows[0])
    nothing = dict.fromkeys(("share_positive", "low", "high"))
    return {"year": year, "n_schools": 0, "n_positive": 0, **nothing}


def main_points(change: DynamicsResult, found: Identification, year: int) -> Box:
    """The year in a few lines; says plainly when there is nothing to compare with."""
    title = f"Главное за {school_year(year)} учебный год"
    if not has_past(change, year):
        return box(title, first_year(change, year))
    schools = change.schools[change.schools["year"] == year]
    lines = [dynamics_summary(positive_row(schools, year))]
    before = _previous(found, year)
    if before is not None:
        lines.append(_support_sentence(change, found, year, before))
    pairs = pairs_of(change, year)
    good = comparable(change, year)
    better = int((good["verdict"] == "positive").sum())
    worse = int((good["verdict"] == "negative").sum())
    if good.empty:
        lines.append(
            f"Несопоставимы все пары результатов ({fmt.number(len(pairs))}): {_reasons(pairs)}."
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
            f"и больше в{fmt.NBSP}{fmt.of(jumps, len(good))} пар."
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


def _reasons(pairs: pd.DataFrame, most: int = 2) -> str:
    """Why pairs cannot be compared, the commonest reasons first."""
    notes = pairs.loc[pairs["verdict"] == "incomparable", "note"].value_counts()
    named = [fmt.escape_md(note) for note in notes.index[:most]]
    if len(notes) > most:
        named.append("другие причины")
    return "; ".join(named)


def _previous(found: Identification, year: int) -> int | None:
    return max((y for y in found.years if y < year), default=None)


def _support_sentence(change: DynamicsResult, found: Identification, year: int, before: int) -> str:
    schools = of_listed(change, found, year, listed_in=before)
    row = positive_row(schools, year)
    who = f"Из школ, которые были в списке в{fmt.NBSP}{school_year(before)} учебном году"
    if not row["n_schools"]:
        return f"{who}, ни одну нельзя сравнить с прошлым годом."
    return (
        f"{who}, положительная динамика у{fmt.NBSP}**{fmt.of(row['n_positive'], row['n_schools'])}** "
        f"({fmt.percent(row['share_positive'])}; {SURE} "
        f"{fmt.interval(row['low'], row['high'])})."
    )


def support_text(change: DynamicsResult, found: Identification, year: int) -> Text:
    """The regulation's indicator: share of listed schools with positive dynamics."""
    if not has_past(change, year):
        return text(NOTHING)
    before = _previous(found, year)
    blocks = []
    if before is None:
        blocks.append("Списка прошлого года нет: показатель рассчитать не для кого.")
    else:
        blocks.append(_support_sentence(change, found, year, before))
        row = positive_row(of_listed(change, found, year, listed_in=before), year)
        if row["n_schools"] and row["n_schools"] < 10:
            blocks.append(
                f"Школ всего {fmt.number(row['n_schools'])}, поэтому интервал широк: по одному "
                "году нельзя сказать, растёт этот показатель или падает."
            )
    now = positive_row(of_listed(change, found, year, listed_in=year), year)
    if now["n_schools"]:
        blocks.append(
            f"Для школ, которые в списке в{fmt.NBSP}{school_year(year)} учебном году, — "
            f"{fmt.of(now['n_positive'], now['n_schools'])} ({fmt.percent(now['share_positive'])}). "
            "Этот показатель всегда смещён вниз: в список попадают как раз те, у кого год вышел "
            "неудачным."
        )
    return text(*blocks)


def support_chart(change: DynamicsResult, found: Identification) -> Chart | None:
    """Share of the previous year's listed schools with positive dynamics, by year."""
    rows = []
    for year in sorted({int(y) for y in change.schools["year"].unique()}):
        before = _previous(found, year)
        if before is not None:
            rows.append(positive_row(of_listed(change, found, year, listed_in=before), year))
    summary = pd.DataFrame(rows)
    if summary.empty or not (summary["n_schools"] > 0).any():
        return None
    return positive_share(summary)


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
        empty="Сравнивать нечего.",
    )


def change_chart(
    change: DynamicsResult, year: int, names: Mapping[str, str], *, most: int = PAIRS_SHOWN
) -> Chart | None:
    """The surest changes of the year with their intervals."""
    pairs = comparable(change, year)
    if pairs.empty:
        return None
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
            f"{fmt.number(len(pairs))} сопоставимых пар."
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
    chance = n * ALPHA
    firm = good[(good["p_adjusted"] < ALPHA).fillna(value=False)]
    better = int((firm["delta_low"] < 0).sum())
    worse = int((firm["delta_low"] > 0).sum())
    blocks = [
        f"{fmt.plural(n, 'Проверена', 'Проверены', 'Проверено')} "
        f"{fmt.count_phrase(n, 'пара', 'пары', 'пар')} сразу. Даже если бы ничего не изменилось, "
        f"до {fmt.number(math.ceil(chance))} из них показали бы «значимое» изменение случайно; "
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


def three_years_text(
    change: DynamicsResult,
    found: Identification,
    year: int,
    names: Mapping[str, str],
    links: Mapping[str, str],
) -> Text:
    """What lasted: verdicts two years in a row, statuses three years in a row."""
    years = [y for y in found.years if y <= year][-THREE_YEARS:]
    if len(years) < THREE_YEARS:
        return text(
            f"Для взгляда на три года данных пока мало: есть "
            f"{fmt.count_phrase(len(years), 'год', 'года', 'лет')}."
        )
    schools = change.schools
    last = schools[schools["year"] == year].set_index("school_id")["verdict"]
    before = schools[schools["year"] == years[-2]].set_index("school_id")["verdict"]
    both = pd.DataFrame({"last": last, "before": before}).dropna()
    up = both.index[(both["last"] == "positive") & (both["before"] == "positive")]
    down = both.index[(both["last"] == "negative") & (both["before"] == "negative")]
    statuses = found.statuses
    listed = statuses[statuses["year"].isin(years) & statuses["status"].isin(LISTED)]
    always = listed["school_id"].value_counts()
    always_ids = always.index[always == THREE_YEARS]
    lines = []
    for ids, what in (
        (up, "Положительная динамика два года подряд"),
        (down, "Отрицательная динамика два года подряд"),
        (always_ids, "В списке все три года"),
    ):
        if len(ids):
            named = school_links([str(key) for key in ids], names, links, most=10)
            lines.append(f"**{what}** — {fmt.count_phrase(len(ids), *SCHOOLS)}: {named}.")
        else:
            lines.append(f"**{what}** — таких школ нет.")
    return text(bullets(lines))


def three_years_chart(found: Identification, year: int, names: Mapping[str, str]) -> Chart | None:
    """Statuses of the last three years of the schools that were ever listed."""
    years = [y for y in found.years if y <= year][-THREE_YEARS:]
    rows = found.statuses[found.statuses["year"].isin(years)]
    if len(years) < 2 or not rows["status"].isin([*LISTED, "risk_zone"]).any():
        return None
    return status_timeline(rows, {key: plain_name(name) for key, name in names.items()}, most=40)


def limits(change: DynamicsResult, year: int) -> Text:
    """What cannot be concluded from this monitoring."""
    if not has_past(change, year):
        return text("Что изменилось: для этого нужны результаты хотя бы за два года.")
    return text(
        bullets(
            [
                "**Возврат к среднему.** Школа попадает в список после неудачного года, а "
                "неудачный год отчасти случаен. Следующий в среднем окажется лучше и без всякой "
                "помощи. Поэтому улучшение школ из списка само по себе не доказывает, что помощь "
                "подействовала.",
                "**Разные дети.** Сравниваются разные ученики одного класса в разные годы; сменился "
                "состав — сменится и результат.",
                "**Нет изменений — не значит «ничего не делали».** При малом числе учеников даже "
                "заметное улучшение не выходит за пределы случайного.",
                "**Разная сложность работ.** Если задания года были труднее, хуже станет почти у "
                "всех; поэтому смотрите и на строку «все школы вместе».",
            ]
        )
    )


def next_steps(
    change: DynamicsResult,
    found: Identification,
    year: int,
    names: Mapping[str, str],
    links: Mapping[str, str],
) -> Text:
    """What to do with the verdicts, with the schools named."""
    if not has_past(change, year):
        return text(
            bullets(
                [
                    "Передать результаты прошлого года, если они есть: достаточно положить файлы "
                    "в папку data/raw.",
                    "Сохранить данные этого года: через год они станут точкой отсчёта.",
                ]
            )
        )
    schools = change.schools[change.schools["year"] == year]
    statuses = found.statuses[found.statuses["year"] == year].set_index("school_id")["status"]
    listed = schools["school_id"].map(statuses).isin(LISTED)
    worse = schools[schools["verdict"] == "negative"]
    lines = []
    urgent = worse[listed.loc[worse.index]]
    early = worse[~listed.loc[worse.index]]
    if len(urgent):
        named = school_links(urgent["school_id"], names, links, most=10)
        lines.append(f"**Пересмотреть поддержку:** {named}. Статус есть, а результаты ухудшаются.")
    if len(early):
        named = school_links(early["school_id"], names, links, most=10)
        lines.append(
            f"**Поговорить заранее:** {named}. Статуса нет, но результаты ухудшились больше, чем "
            "можно объяснить случайностью."
        )
    better = schools[(schools["verdict"] == "positive") & listed]
    if len(better):
        named = school_links(better["school_id"], names, links, most=10)
        lines.append(
            f"**Понять, что помогло:** {named}. Динамика положительная при статусе в списке; "
            "опыт может пригодиться другим."
        )
    unknown = schools.loc[schools["verdict"] == "incomparable", "school_id"]
    pairs = pairs_of(change, year)
    pairs = pairs[pairs["school_id"].isin(unknown)]
    # Results near enough in time are there, and yet nothing may be compared: more data do not help.
    barred = pairs[pairs["year_to"] - pairs["year_from"] <= change.rule.max_gap]
    n_barred = barred["school_id"].nunique()
    if n_barred:
        lines.append(
            f"**Не делать выводов о динамике:** {fmt.count_phrase(n_barred, *SCHOOLS)} сравнить "
            f"нельзя — {_reasons(barred)}. Дополнительные данные этого не исправят."
        )
    if len(unknown) > n_barred:
        lines.append(
            f"**Дособрать данные:** {fmt.count_phrase(len(unknown) - n_barred, *SCHOOLS)} сравнить "
            "не с чем."
        )
    if not lines:
        lines.append("Школ, требующих отдельных решений, нет.")
    lines.append(
        "**Срок:** анализ эффективности мер — не реже двух раз в год (п. 8.1 Положения, Оленёк)."
    )
    return text(bullets(lines))
