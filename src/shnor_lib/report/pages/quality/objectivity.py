"""Signs of biased results as questions to check."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import pandas as pd

from shnor_lib.methods.objectivity import MIN_SCHOOLS, SIGNS, marked_shares
from shnor_lib.report import format as fmt
from shnor_lib.report.blocks import callout, capped, show
from shnor_lib.report.display import Col, DataTable
from shnor_lib.report.labels import SEASONS_SHORT, school_year, unit_label
from shnor_lib.report.rows import Row, records

SCHOOLS_SHOWN = 150
"""Schools listed on the page, those with most signs first."""

TITLES: dict[str, str] = {
    "inflated": "Средний балл выше, чем у всех",
    "mismatch": "Баллы и отметки расходятся",
    "fall": "Резкое падение за год",
    "rise": "Резкий рост за год",
    "spike": "Пик на границе отметок",
}
"""Sign → its name on the page."""

_ABOUT: dict[str, tuple[str, str]] = {
    "inflated": (
        "Нижняя граница 95-процентного интервала среднего балла школы (в процентах от наибольшего "
        "возможного) выше верхней границы "
        "интервала всех школ (ВПР в 4 и 5 классах и ОГЭ, русский язык и математика).",
        "Гимназия или лицей? Так же ли высоки результаты следующих лет и ОГЭ, ЕГЭ? Не лучше ли "
        "сложные задания выполнены, чем простые?",
    ),
    "mismatch": (
        "Ранговая корреляция (Спирмена) первичных баллов и отметок в журнале отрицательна: "
        "у кого отметки выше, у того баллы ниже (ВПР в 4 и 5 классах).",
        "Не сдвинуты ли строки протокола? Как проверялись работы и как выставлены отметки?",
    ),
    "fall": (
        "K — средний балл тех же учеников в 4 классе, делённый на средний балл в 5 классе. "
        "Падение: K выше P75 + 3·IQR по всем школам.",
        "Сменился ли учитель или состав класса? Кто проверял работы в 4 классе?",
    ),
    "rise": (
        "То же отношение K ниже P25 − 3·IQR по всем школам.",
        "Сменился ли учитель или состав класса? Кто проверял работы в 5 классе?",
    ),
    "spike": (
        "Ровно столько баллов, сколько нужно для следующей отметки, набрали вдвое больше "
        "учеников, чем следует из соседних баллов и из результатов других школ (от 50 участников; "
        "определение программы, у ФИОКО числа нет).",
        "Перепроверьте несколько работ с этим баллом.",
    ),
}
"""Sign → how it is found; what to check."""


def objectivity_blocks(
    found: pd.DataFrame | None,
    names: Mapping[str, str],
    municipalities: Mapping[str, str],
    links: Mapping[str, str],
) -> list[str]:
    """The section.

    Parameters
    ----------
    found
        Result of :func:`shnor_lib.methods.objectivity.objectivity`.
    names, municipalities, links
        School's id → name, municipality, address of its page.
    """
    if found is None or found.empty:
        return [
            "Сказать нечего: для этих признаков нужны распределения первичных баллов или протоколы "
            f"с отметками по журналу не менее чем {fmt.number(MIN_SCHOOLS)} школ, а их среди "
            "данных нет."
        ]
    return [
        callout(
            "important",
            "Это вопросы к проверке, а не вывод",
            "Признаки взяты из алгоритма ФИОКО («Уровень объективности оценки образовательных "
            "результатов»). В настоящих данных одного региона первый из них отмечает 13–18"
            f"{fmt.NNBSP}% школ, в том числе те, где просто учат лучше. ФИОКО рассматривало "
            "признаки вместе с "
            "другими сведениями: лицей это или гимназия, подтверждаются ли результаты на ЕГЭ. "
            "На статусы ШНОР и ШССУ признаки не влияют и для наказания не годятся. Под «всеми "
            "школами» понимаются школы, чьи результаты загружены.",
            level=3,
        ),
        *_shares(found),
        *_schools(found, names, municipalities, links),
        _about(set(found["sign"])),
    ]


def _shares(found: pd.DataFrame) -> list[str]:
    """A line for every sign and work, a column for every year."""
    lines: dict[tuple[str, str], Row] = {}
    years: set[int] = set()
    for row in records(marked_shares(found)):
        work = unit_label(row["procedure"], row["grade"], row["subject"])
        line = lines.setdefault((row["sign"], work), {"sign": TITLES[row["sign"]], "work": work})
        years.add(int(row["year"]))
        when = SEASONS_SHORT.get(row["season"], "")
        cell = f"{fmt.percent(row['share'])} ({fmt.of(row['n_marked'], row['n_schools'])}){when}"
        before = line.get(str(row["year"]))
        line[str(row["year"])] = f"{before}; {cell}" if before else cell
    order = sorted(lines, key=lambda key: (SIGNS.index(key[0]), key[1]))
    columns = [str(year) for year in sorted(years)]
    return [
        show(
            DataTable(
                [{**dict.fromkeys(columns), **lines[key]} for key in order],
                [
                    Col("sign", "Признак"),
                    Col("work", "Работа"),
                    *(Col(year, school_year(year)) for year in columns),
                ],
                caption="Какую долю школ отмечает каждый признак; в скобках — сколько школ из всех, "
                "о которых можно судить",
            )
        )
    ]


def _schools(
    found: pd.DataFrame,
    names: Mapping[str, str],
    municipalities: Mapping[str, str],
    links: Mapping[str, str],
) -> list[str]:
    marked = found[found["marked"].fillna(value=False).astype(bool)]
    if marked.empty:
        return ["Ни одна школа ни одним признаком не отмечена."]
    latest = int(marked["year"].max())
    by_school: dict[str, list[Row]] = {}
    for row in records(marked[marked["year"] == latest]):
        by_school.setdefault(str(row["school_id"]), []).append(row)
    earlier: dict[str, set[int]] = {}
    for row in records(marked.loc[marked["year"] < latest, ["school_id", "year"]]):
        earlier.setdefault(str(row["school_id"]), set()).add(int(row["year"]))
    rows = [
        {
            "school": names.get(code, code),
            "href": links.get(code),
            "municipality": municipalities.get(code),
            "n": len(signs),
            "signs": f'<div class="shnor-long">{_said(signs)}</div>',
            "before": ", ".join(school_year(year) for year in sorted(earlier.get(code, ()))),
        }
        for code, signs in by_school.items()
    ]
    rows.sort(key=lambda row: (-int(str(row["n"])), str(row["school"])))
    columns = [
        Col("school", "Школа", "link", href="href"),
        Col("signs", "Какие признаки и на каких числах", "html"),
        Col("n", "Признаков", "int"),
        Col("before", "Отмечена и раньше", missing="раньше не отмечалась"),
    ]
    if len({row["municipality"] for row in rows}) > 1:
        columns.append(Col("municipality", "Муниципалитет", filter=True))
    return [
        show(
            capped(
                pd.DataFrame(rows),
                columns,
                caption=f"Школы, о которых есть вопросы за {school_year(latest)} учебный год",
                most=SCHOOLS_SHOWN,
                nouns=("школы", "школ"),
                sortable=True,
            )
        )
    ]


def _said(signs: Sequence[Row]) -> str:
    """«Резкий рост за год:», and under it a line for every work with its numbers."""
    lines = []
    for sign in SIGNS:
        works = [
            f"{unit_label(row['procedure'], row['grade'], row['subject'], row['season'])} — "
            f"{_NUMBERS[sign](row)}"
            for row in signs
            if row["sign"] == sign
        ]
        if works:
            lines += [f"<b>{TITLES[sign]}:</b>", *map(fmt.escape, works)]
    return "<br>".join(lines)


def _inflated(row: Row) -> str:
    return (
        f"{fmt.percent(row['value'])} ({fmt.interval(row['low'], row['high'], 1)}; все школы — до "
        f"{fmt.percent(row['bound_high'])}), участников {fmt.number(row['n'])}"
    )


def _mismatch(row: Row) -> str:
    return f"корреляция {fmt.decimal(row['value'], 2)}, пар {fmt.number(row['n'])}"


def _change(row: Row) -> str:
    return (
        f"K{fmt.NBSP}={fmt.NBSP}{fmt.decimal(row['value'], 2)} при границах "
        f"{fmt.number_range(row['bound_low'], row['bound_high'], 2)}, участников "
        f"{fmt.number(row['n'])}, годом раньше {fmt.number(row['n_before'])}"
    )


def _spike(row: Row) -> str:
    seen = round(row["value"] * row["n"])
    return (
        f"ровно {fmt.count_phrase(row['score'], 'балл', 'балла', 'баллов')} набрали "
        f"{fmt.of(seen, row['n'])}, ожидалось около {fmt.decimal(row['bound_high'] * row['n'], 0)}"
    )


_NUMBERS: dict[str, Callable[[Row], str]] = {
    "inflated": _inflated,
    "mismatch": _mismatch,
    "fall": _change,
    "rise": _change,
    "spike": _spike,
}


def _about(signs: set[str]) -> str:
    rows = [
        {"sign": TITLES[sign], "how": _ABOUT[sign][0], "check": f"Проверьте: {_ABOUT[sign][1]}"}
        for sign in SIGNS
        if sign in signs
    ]
    return show(
        DataTable(
            rows,
            [Col("sign", "Признак"), Col("how", "Как считается"), Col("check", "Что проверить")],
            caption="Как считаются признаки и что проверить",
        )
    )
