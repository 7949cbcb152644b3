"""What the places hang on, and whether weights do what they say: words, charts, tables."""

from __future__ import annotations

from typing import Any

import pandas as pd

from shnor_lib.methods.coherence import MIN_SCHOOLS, Coherence
from shnor_lib.methods.rating_uncertainty import RatingUncertainty
from shnor_lib.report import format as fmt
from shnor_lib.report.blocks import bullets, callout, show
from shnor_lib.report.charts.rating import assumption_bars, weight_bars
from shnor_lib.report.display import Col, DataTable
from shnor_lib.report.rows import Row, records
from shnor_lib.report.rule_words import quoted

ALPHA_GOOD, ALPHA_FAIR = 0.7, 0.5
"""Usual reading of Cronbach's alpha."""
MOVES = 0.1
"""An assumption whose total index is below hardly moves the places."""


def assumptions_section(found: RatingUncertainty | None, reason: str) -> list[str]:
    """How far places move, which assumption moves them, what was tried."""
    if found is None:
        return [f"Проверка не выполнена. {fmt.escape_md(reason, '')}".strip()]
    n = len(found.schools)
    blocks = [
        f"Рейтинг пересчитан {fmt.count_phrase(found.draws, 'раз', 'раза', 'раз')}: каждый раз всё, "
        "что можно было решить иначе, решалось иначе. Место школы при этом сдвигалось в среднем на "
        f"{fmt.decimal(found.mean_shift)} из{fmt.NBSP}{fmt.number(n)}.",
        *_below(found),
    ]
    rows = records(found.sensitivity)
    if rows:
        blocks += [_moves(rows), show(assumption_bars(rows))]
        blocks.append(
            "Синяя полоса — какая часть сдвига мест исчезла бы, если договориться только об этом "
            "решении; серая — какая часть осталась бы, если договориться обо всех остальных. Сумма "
            "серых полос больше 100\u202f%, когда решения действуют вместе. Черта — 95\u202f% интервал."
        )
    blocks.append(callout("note", "Что именно менялось", show(_tried(found)), level=3, folded=True))
    return blocks


def _below(found: RatingUncertainty) -> list[str]:
    if found.cutoff is None or not found.n_comparable:
        return []
    shares = found.schools["p_below"].dropna()
    always = int((shares >= 0.95).sum())
    ever = int((shares > 0.05).sum())
    below = int((found.schools["score"] < found.cutoff).sum())
    limit = fmt.percent(found.cutoff, 0)
    text = (
        f"Ниже границы {limit} максимума сейчас "
        f"{fmt.count_phrase(below, 'школа', 'школы', 'школ')}"
        f"; почти при любых решениях (в 95\u202f% вариантов и чаще) — {_count(always)}, хотя бы "
        f"изредка (больше чем в 5\u202f%) — {_count(ever)}. Граница сравнивается только с "
        "вариантами, где баллы измерены шкалами самого рейтинга: таких "
        f"{fmt.of(found.n_comparable, found.draws)}."
    )
    return [text]


def _count(n: int) -> str:
    return fmt.number(n) if n else "ни одной"


def _moves(rows: list[Row]) -> str:
    ordered = sorted(rows, key=lambda row: -row["total"])
    first = ordered[0]
    idle = [f"«{row['assumption']}»" for row in ordered if row["total"] < MOVES]
    text = f"Сильнее всего места двигает то, что названо «{fmt.escape_md(first['assumption'])}»"
    rest = [f"«{fmt.escape_md(r['assumption'])}»" for r in ordered[1:] if r["total"] >= MOVES]
    if rest:
        text += f"; заметно — {fmt.join_ru(rest)}"
    text += "."
    if idle:
        text += f" Почти ничего не меняют: {fmt.join_ru(idle)}."
    return text


def _tried(found: RatingUncertainty) -> DataTable:
    return DataTable(
        found.assumptions.assign(
            assumption=[fmt.sentence_case(text) for text in found.assumptions["assumption"]]
        ),
        [
            Col("assumption", "Решение"),
            Col("alternative", "Вариант"),
            Col("share", "Доля вариантов", "percent", digits=0),
            Col(
                "rank_shift",
                "Средний сдвиг места",
                "decimal",
                help="На сколько мест в среднем сдвигались школы в этих вариантах",
            ),
        ],
        caption="Какие решения и насколько менялись",
    )


def coherence_section(found: Coherence | None, reason: str, *, what: str) -> list[str]:
    """Weights against influence, consistency of the groups, what goes if one is left out.

    ``what``: Russian name of the whole in the accusative, lower case («рейтинг», «индекс»).
    """
    if found is None:
        return [f"Проверка не выполнена. {fmt.escape_md(reason, '')}".strip()]
    rows = records(found.indicators)
    read = found.n_schools >= MIN_SCHOOLS
    blocks = [
        f"Вес — намерение авторов; действительное влияние показателя на {what} зависит от того, "
        "насколько школы по нему различаются и насколько он идёт вместе с остальными. Влияние — "
        f"доля показателя в сумме квадратов корреляций с целым (школ: {fmt.number(found.n_schools)})."
    ]
    if not read:
        blocks.append(
            f"Школ меньше {fmt.number(MIN_SCHOOLS)}: корреляции здесь ненадёжны, и выводов из них "
            "не делается."
        )
    blocks.append(show(weight_bars(rows)))
    if read:
        blocks += _surprises(rows)
    blocks += [
        callout("note", "Веса и влияние числами", show(_weights_table(rows)), level=3, folded=True),
        *_alpha(found, read=read),
        *_flags(found),
        *_left_out(rows, found.n_schools, what),
    ]
    return blocks


def _surprises(rows: list[Row]) -> list[str]:
    """Indicators whose influence is far from their weight."""
    more = [r for r in rows if r["influence"] is not None and r["influence"] > 1.5 * r["nominal"]]
    less = [r for r in rows if r["influence"] is not None and r["influence"] < r["nominal"] / 1.5]
    parts = []
    for chosen, word in ((more, "больше"), (less, "меньше")):
        if chosen:
            named = fmt.join_ru(
                [
                    f"{_named(r)} (вес {fmt.percent(r['nominal'], 0)}, "
                    f"влияние {fmt.percent(r['influence'], 0)})"
                    for r in chosen
                ]
            )
            parts.append(f"Влияют заметно {word}, чем говорит вес: {named}.")
    return [" ".join(parts)] if parts else ["Влияние показателей близко к их весам."]


def _named(row: Row, key: str = "title") -> str:
    """Title of an indicator in quotation marks; marks inside it become inner ones."""
    return fmt.escape_md(quoted(fmt.nice(row[key])))


def _weights_table(rows: list[Row]) -> DataTable:
    return DataTable(
        rows,
        [
            Col("title", "Показатель"),
            Col("group_title", "Группа"),
            Col("nominal", "Вес", "percent"),
            Col(
                "effective",
                "Вес у школ",
                "percent",
                help="Средняя доля веса с учётом того, что показатель есть не у всех школ",
            ),
            Col("influence", "Влияние", "percent", missing="не определено"),
            Col("r_total", "Корреляция с целым", "decimal", digits=2, missing="не определена"),
            Col(
                "r_own",
                "Корреляция со своей группой",
                "decimal",
                digits=2,
                missing="в группе один показатель",
            ),
            Col("n", "Школ", "int"),
        ],
        caption="Веса, влияние и корреляции показателей",
    )


def alpha_words(alpha: Any) -> str:
    """Plain reading of Cronbach's alpha."""
    if fmt.is_missing(alpha):
        return "не определена"
    value = float(alpha)
    if value >= ALPHA_GOOD:
        return "показатели согласованы: их можно складывать в одно число"
    if value >= ALPHA_FAIR:
        return "согласованы слабо: складывать можно, но смотреть лучше и на каждый отдельно"
    if value >= 0:
        return "не согласованы: сумма смешивает разное"
    return "противоречат друг другу: сумма вводит в заблуждение"


def _alpha(found: Coherence, *, read: bool) -> list[str]:
    rows = [
        {**row, "words": alpha_words(row["alpha"]) if read else "школ слишком мало для вывода"}
        for row in records(found.groups)
        if row["n_indicators"] > 1
    ]
    if not rows:
        return []
    return [
        "Альфа Кронбаха показывает, движутся ли показатели вместе: 1 — полностью, 0 — никак.",
        show(
            DataTable(
                rows,
                [
                    Col("title", "Группа"),
                    Col("n_indicators", "Показателей", "int"),
                    Col("alpha", "Альфа", "decimal", digits=2, missing="не определена"),
                    Col("words", "Как читать"),
                ],
                caption=f"Согласованность, школ: {fmt.number(found.n_schools)}",
            )
        ),
    ]


def _flags(found: Coherence) -> list[str]:
    lines = [_flag_words(row) for row in records(found.flags)]
    if not lines:
        return []
    return [
        "На что обратить внимание (корреляции по школам, не причины):",
        bullets(lines),
    ]


def _flag_words(row: Row) -> str:
    one, other = (_named(row, key) for key in ("title", "other_title"))
    r = fmt.decimal(row["r"], 2)
    return {
        "negative": f"{one} и {other} идут навстречу друг другу (r = {r}): в сумме они гасят "
        "друг друга.",
        "collinear": f"{one} и {other} почти повторяют друг друга (r = {r}): одно и то же учтено "
        "дважды.",
        "opposed": f"{one} идёт против своей группы {other} (r = {r}).",
        "weak": f"{one} почти не связан со своей группой {other} (r = {r}).",
        "elsewhere": f"{one} связан с группой {other} (r = {r}) теснее, чем со своей "
        f"(r = {fmt.decimal(row['r_own'], 2)}).",
    }[row["flag"]]


def _left_out(rows: list[Row], n: int, what: str) -> list[str]:
    known = [row for row in rows if row["mean_shift"] is not None]
    if not known:
        return []
    ordered = sorted(known, key=lambda row: -row["mean_shift"])
    first = ordered[0]
    text = (
        f"Если убрать один показатель, {what} меняется так: сильнее всего — без "
        f"{_named(first)}, места сдвигаются в среднем на "
        f"{fmt.decimal(first['mean_shift'])} (самое большее — на {fmt.number(first['max_shift'])}) "
        f"из{fmt.NBSP}{fmt.number(n)}."
    )
    still = [row for row in ordered if row["mean_shift"] < 0.005 * n and row["max_shift"] < 1]
    if still:
        named = fmt.join_ru([_named(row) for row in still])
        text += f" Порядок школ не меняется без: {named}."
    table = DataTable(
        pd.DataFrame(ordered),
        [
            Col("title", "Без показателя"),
            Col("mean_shift", "Средний сдвиг места", "decimal"),
            Col("max_shift", "Наибольший сдвиг", "decimal"),
        ],
        caption="Что изменится, если показатель убрать",
    )
    return [text, callout("note", "Без каждого показателя", show(table), level=3, folded=True)]
