"""Small schools in the first monitoring: what of the list chance may have given."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from shnor_lib.faults import ShnorError
from shnor_lib.methods.funnels import funnel_of, telling_units
from shnor_lib.methods.identification import LIKELY, Identification
from shnor_lib.methods.listed_shares import listed_shares
from shnor_lib.methods.model_check import ModelCheck, model_check
from shnor_lib.methods.small_schools import chance_summary, probably_beyond
from shnor_lib.report import format as fmt
from shnor_lib.report.blocks import Text, capped, text
from shnor_lib.report.charts.small_schools import (
    funnel_chart,
    model_bars,
    shrinkage_plot,
    size_words,
)
from shnor_lib.report.display import Chart, Col, DataTable
from shnor_lib.report.labels import CONFIDENCE, label, school_year, unit_label
from shnor_lib.report.monitoring.lists import plain_name
from shnor_lib.report.rows import Row, records
from shnor_lib.report.words import probability_words
from shnor_lib.store import Dataset

ROWS = 40
DRAWN = 12
"""Schools of the chart: those whose status is least sure."""
DOUBT_Z = 2.58
"""The model is doubted where it is off by more than chance is in 1 case of 100."""
FEW_EXPECTED = 5
"""Bands of sizes with fewer expected shares on either side of the threshold are not judged."""

WHY: dict[str, str] = {
    "few": "в одном из лет мало участников",
    "below": "в одном из лет доля ниже порога",
    "subjects": "правило требует больше предметов",
}
"""Why a school that probably is beyond the threshold is not on the list."""


def chance_text(found: Identification, year: int) -> Text:
    """How many of the statuses ШНОР are within chance."""
    row = next(r for r in records(chance_summary(found)) if r["year"] == year)
    listed = int(row["n_listed"])
    if not listed:
        blocks = [
            "Статуса ШНОР в этом году нет ни у одной школы, поэтому и случайных статусов нет."
        ]
    else:
        words = [
            f"{title} — {fmt.number(row[f'n_{code}'])}"
            for code, title in (
                ("certain", "уверенно"), ("likely", "вероятно"), ("borderline", "на границе"),
                ("insufficient", "сказать нельзя"),
            )
            if row[f"n_{code}"]
        ]  # fmt: skip
        blocks = [
            f"Статус ШНОР по правилу — у{fmt.NBSP}{fmt.count_of(listed, 'школы', 'школ')}: "
            f"{', '.join(words)}. "
            + (
                f"**В пределах случайности (на границе) — {fmt.of(row['n_borderline'], listed)}**: "
                "вероятность, что истинная доля хотя бы по одному предмету за порогом, у них меньше "
                f"{fmt.percent(LIKELY, 0)}."
                if row["n_borderline"]
                else "В пределах случайности (на границе) нет ни одного статуса."
            ),
            f"Сумма вероятностей — {fmt.decimal(row['expected_true'])}: столько школ из "
            f"{fmt.number(listed)} следует ожидать действительно за порогом; остальное, "
            f"{fmt.decimal(row['expected_chance'])}, — ожидаемое число статусов, которые дала "
            "случайность. Какие именно это школы, по одной сумме сказать нельзя: смотрите на "
            "вероятность каждой.",
        ]
    missed = int(row["n_unlisted_probable"])
    if missed:
        few = int((probably_beyond(found, year)["why"] == "few").sum())
        blocks.append(
            f"Ещё у{fmt.NBSP}{fmt.count_of(missed, 'школы', 'школ')} правило не выполнено, но "
            f"истинная доля за порогом с вероятностью не меньше {fmt.percent(LIKELY, 0)}"
            + (
                f"; у{fmt.NBSP}{fmt.number(few)} из них участников меньше, чем требует правило."
                if few
                else "."
            )
        )
    return text(*blocks)


def side_by_side(
    found: Identification, data: Dataset, year: int, links: Mapping[str, str], *, most: int = ROWS
) -> DataTable:
    """Every school with the status ШНОР: counted share, corrected share, probability."""
    rows = listed_shares(found, year)
    names = _names(data)
    titles = {c.id: fmt.nice(c.title) for c in found.ruleset.criteria}
    table = rows.assign(
        name=[names.get(key, key) for key in rows["school_id"]],
        href=rows["school_id"].map(dict(links)),
        ground=[
            unit_label(row["procedure"], row["grade"], row["subject"])
            if row["procedure"]
            else titles.get(str(row["criterion"]), "")
            for row in records(rows)
        ],
        **_shown(rows),
    )
    return capped(
        table,
        [
            Col("name", "Школа", "link", href="href"),
            Col("status", "Формально", "status"),
            Col("ground", "Основание", help="Из выполненных критериев — самый надёжный"),
            Col("counted", "По подсчёту", order="share", missing="не доля учеников"),
            Col(
                "corrected",
                "С поправкой",
                order="shrunk",
                help="Доля с поправкой на численность и её 95 % интервал",
                missing="не доля учеников, или школ меньше десяти",
            ),
            Col(
                "chance",
                "Надёжность",
                order="probability",
                help="В скобках — вероятность, что истинная доля за порогом хотя бы по одному "
                "предмету",
            ),
        ],
        caption=f"Статус ШНОР и его надёжность, {school_year(year)}; доли — за все годы правила",
        most=most,
        nouns=("школы", "школ"),
        empty="Статуса ШНОР нет ни у одной школы.",
    )


def _shown(rows: pd.DataFrame) -> dict[str, list[str]]:
    """Shares of rows in words: «34,5 % (10 из 29)», «30,1 % (от 18 до 44 %)»."""
    counted, corrected, chance = [], [], []
    for row in records(rows):
        share = "" if row["share"] is None else fmt.percent(row["share"])
        counted.append(f"{share} ({fmt.of(row['n_low'], row['n'])})" if share else "")
        span = fmt.interval(row["shrunk_low"], row["shrunk_high"], missing="")
        corrected.append(f"{fmt.percent(row['shrunk'])} ({span})" if span else "")
        known = row["probability"]
        said = "полный подсчёт" if known == 1.0 and not share else probability_words(known)
        word = label(CONFIDENCE, row.get("confidence"), "")
        chance.append(f"{word} ({said})" if word else said)
    return {"counted": counted, "corrected": corrected, "chance": chance}


def _names(data: Dataset) -> dict[str, str]:
    register = data.schools.drop_duplicates("school_id")
    return {
        str(key): fmt.one_line(name, str(key))
        for key, name in zip(register["school_id"], register["name"], strict=True)
    }


def shrinkage_chart(
    found: Identification, year: int, names: Mapping[str, str], *, most: int = DRAWN
) -> Chart | Text:
    """The least sure statuses: share as counted, and corrected with its interval."""
    rows = listed_shares(found, year)
    rows = rows[rows["shrunk"].notna()]
    if rows.empty:
        return text("Статусов ШНОР, полученных по доле низких результатов, в этом году нет.")
    drawn = rows.head(most)
    labels = [
        f"{plain_name(names.get(row['school_id'], row['school_id']))}: "
        f"{unit_label(row['procedure'], row['grade'], row['subject'])}"
        for row in records(drawn)
    ]
    thresholds = drawn["threshold"].unique()
    chart = shrinkage_plot(
        drawn.assign(label=labels),
        threshold=float(thresholds[0]) if len(thresholds) == 1 else None,
    )
    caption = "Доли — за все годы правила вместе; пунктир — порог."
    if len(rows) > most:
        shown = fmt.of(most, len(rows))
        caption = f"Показаны наименее надёжные статусы: {shown}. {caption}"
    return Chart(chart.figure, chart.alt, caption)


def funnel_view(found: Identification, year: int, names: Mapping[str, str]) -> Chart | Text:
    """Schools against the funnel, by the results that put most of them on the list."""
    units = telling_units(found, year, most=1)
    if not units:
        return text(
            "Воронка не построена: ни одни результаты этого года не охватывают хотя бы десяти школ."
        )
    try:
        return funnel_chart(funnel_of(found, *units[0], year), names)
    except ShnorError as error:
        return text(fmt.escape_md(str(error)))


def unlisted_table(
    found: Identification, data: Dataset, year: int, links: Mapping[str, str], *, most: int = ROWS
) -> DataTable:
    """Schools not on the list whose true share probably is beyond the threshold."""
    rows = probably_beyond(found, year)
    names = _names(data)
    table = rows.assign(
        name=[names.get(key, key) for key in rows["school_id"]],
        href=rows["school_id"].map(dict(links)),
        ground=[
            unit_label(row["procedure"], row["grade"], row["subject"]) for row in records(rows)
        ],
        reason=[label(WHY, code) for code in rows["why"]],
        **_shown(rows),
    )
    return capped(
        table,
        [
            Col("name", "Школа", "link", href="href"),
            Col("ground", "Результат"),
            Col("counted", "По подсчёту", order="share"),
            Col("corrected", "С поправкой", order="shrunk"),
            Col("chance", "Вероятность", order="probability", help="Что истинная доля за порогом"),
            Col("reason", "Почему не в списке"),
        ],
        caption=f"Не в списке, но, вероятно, за порогом, {school_year(year)} учебный год",
        most=most,
        nouns=("школы", "школ"),
        empty="Таких школ нет.",
    )


def _check(found: Identification, year: int) -> ModelCheck | str:
    try:
        return model_check(found, year)
    except ShnorError as error:
        return str(error)


def model_text(found: Identification, year: int) -> Text:
    """Whether the model behind the probabilities describes the shares of this year."""
    check = _check(found, year)
    if isinstance(check, str):
        return text(
            f"{fmt.escape_md(check)} Вероятности посчитаны по слабому исходному распределению: "
            "школа судится только по собственным числам."
        )
    rows = _judged(check)
    off = [row for row in rows if row["z"] is not None and abs(row["z"]) > DOUBT_Z]
    head = (
        "Вероятности опираются на модель: истинные доли школ распределены вокруг обычной для "
        "региона, а случайность добавляется тем больше, чем меньше учеников. Сравнено "
        f"{fmt.count_phrase(check.n_shares, 'доля', 'доли', 'долей')} "
        f"({fmt.count_phrase(check.n_units, 'предмет', 'предмета', 'предметов')} разных процедур и "
        "классов по всем школам)."
    )
    if not rows:
        return text(head + " Долей слишком мало, чтобы проверить модель по численности школ.")
    if not off:
        return text(
            head + " Число долей за порогом в школах каждой численности не расходится с тем, что "
            "ожидает модель, больше, чем допускает случайность."
        )
    parts = []
    for row in off:
        less = float(row["z"]) < 0
        parts.append(
            f"при числе участников {size_words(row['size_from'], row['size_to'])} за порогом "
            f"{fmt.number(row['observed'])} из{fmt.NBSP}{fmt.count_of(row['n'], 'доли', 'долей')}, "
            "а модель ждёт "
            f"{fmt.decimal(row['expected'])} — вероятности для таких школ "
            f"{'завышены' if less else 'занижены'}"
        )
    return text(f"{head} **С моделью данные расходятся:** {'; '.join(parts)}.")


def model_chart(found: Identification, year: int) -> Chart | None:
    """Shares beyond the threshold by size: counted against expected."""
    check = _check(found, year)
    return None if isinstance(check, str) or not _judged(check) else model_bars(check)


def _judged(check: ModelCheck) -> list[Row]:
    """Bands of sizes with enough shares to tell the model from the data."""
    return [
        row
        for row in records(check.beyond)
        if min(row["expected"], row["n"] - row["expected"]) >= FEW_EXPECTED
    ]


def priors_table(found: Identification, year: int, *, most: int = ROWS) -> DataTable:
    """What is usual for schools: the distributions the correction draws small schools to."""
    rows = found.priors
    rows = rows[[str(years).endswith(str(year)) for years in rows["years"]]]
    # of the status year alone and the years pooled the latter: it decides on the status
    rows = rows.assign(length=rows["years"].str.len()).sort_values("length", kind="stable")
    unit = ["procedure", "grade", "subject"]
    rows = rows.drop_duplicates(unit, keep="last").sort_values(unit, kind="stable")
    known = rows[rows["source"] != "weak"]
    mu, rho = known["mu"].astype(float), known["rho"].astype(float)
    table = known.assign(
        unit=[unit_label(r["procedure"], r["grade"], r["subject"]) for r in records(known)],
        when=[
            ", ".join(school_year(int(one)) for one in str(years).split(", "))
            for years in known["years"]
        ],
        spread=np.sqrt(mu * (1 - mu) * rho),
        worth=known["alpha"] + known["beta"],
    )
    caption = f"Обычные доли, к которым приближает поправка, {school_year(year)} учебный год"
    left = len(rows) - len(known)
    if left:
        caption += (
            f"; ещё {fmt.count_phrase(left, 'предмет', 'предмета', 'предметов')} писали меньше чем "
            "в десяти школах, и поправки там нет"
        )
    return capped(
        table,
        [
            Col("unit", "Результат"),
            Col("when", "Годы"),
            Col("n_schools", "Школ", "int"),
            Col("mu", "Обычная доля", "percent", help="Средняя истинная доля школы"),
            Col(
                "spread",
                "Разброс между школами",
                "percent",
                help="Стандартное отклонение истинных долей школ",
            ),
            Col(
                "worth",
                "Вес, учеников",
                "decimal",
                help="При стольких участниках школа и регион весят поровну",
            ),
        ],
        caption=caption,
        most=most,
        nouns=("предмета", "предметов"),
        empty="Результатов, которые писали хотя бы в десяти школах, за этот год нет.",
    )
