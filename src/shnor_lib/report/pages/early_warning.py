"""«Раннее предупреждение»: who may be on the list next year, why, and whether to believe it."""

from __future__ import annotations

import pandas as pd

from shnor_lib.methods.early_warning import WarningResult
from shnor_lib.report import format as fmt
from shnor_lib.report.blocks import (
    Card,
    bullets,
    callout,
    capped,
    cards,
    front_matter,
    page,
    raw,
    show,
)
from shnor_lib.report.charts.early_warning import forecast_check, weight_bars
from shnor_lib.report.display import Col, DataTable
from shnor_lib.report.effect_words import (
    forecast_short,
    nearest_words,
    refusal_words,
    warning_reasons,
)
from shnor_lib.report.labels import LISTED, low_title, school_year, unit_label
from shnor_lib.report.pages.sections import Site
from shnor_lib.report.profile import frames_of
from shnor_lib.report.rows import BySchool, Row, records
from shnor_lib.report.words import short_title

TITLE = "Раннее предупреждение"
SHOWN = 100
"""Schools of each table."""
_BORDER = 0.25
"""From this probability on a school is counted among those to look at."""

_MODELS = {
    "model": "прогноз",
    "as_now": "«как в этом году»",
    "base_rate": "одна доля для всех",
}


def page_of_warning(site: Site) -> bytes:
    """``early-warning.qmd``; without a forecast it names the schools near the list."""
    analysis, found = site.analysis, site.analysis.warning
    year = analysis.year + 1
    blocks = [
        front_matter(
            TITLE,
            subtitle=f"Кто может оказаться в списке в {school_year(year)} учебном году; "
            f"к июлю {year - 1} года",
        )
    ]
    if found is None:
        blocks += _refused(site)
    else:
        blocks += [
            _answer(found),
            callout("warning", "Что надо знать об этом прогнозе", bullets(found.notes)),
            _figures(found),
            *_newcomers(site, found),
            *_staying(site, found),
            *_trust(found),
            *_weights(found),
        ]
        blocks.append(_limits())
    return page(blocks)


def _refused(site: Site) -> list[str]:
    analysis = site.analysis
    blocks = [
        "Риски нового учебного года решают до его начала, поэтому прогноз нужен к июлю. Сейчас "
        "вероятности рассчитать нельзя; ниже — школы, за которыми стоит следить и без расчёта.",
        "## Почему прогноза нет",
        fmt.escape_md(refusal_words(analysis.refusals.get("warning", "Нет данных."))),
        f"## Кто близок к списку по итогам {school_year(analysis.year)} учебного года",
    ]
    rows = _near(site)
    if not rows:
        return [
            *blocks,
            "Школ, у которых в последнем году показатель за порогом, а статуса нет, нет.",
        ]
    table = DataTable(
        rows,
        [
            Col("name", "Школа", "link", href="href"),
            Col("why", "За порогом в последнем году"),
        ],
        caption="Вне списка, но хотя бы один показатель уже за порогом",
    )
    return [
        *blocks,
        "У этих школ в последнем году хотя бы один показатель за порогом. Если он останется за "
        "порогом и в следующем году, школа попадёт в список.",
        show(table),
    ]  # fmt: skip


def _near(site: Site) -> list[Row]:
    """Schools without a status of which a criterion is beyond its threshold this year."""
    analysis = site.analysis
    frames = frames_of(analysis)
    titles = {c.id: short_title(c) for c in analysis.ruleset.criteria}
    found = []
    for school_id in frames.register:
        status = frames.statuses.year(school_id, analysis.year)
        if status is None or status["status"] in {*LISTED, "excluded"}:
            continue
        beyond = [
            _beyond(row, str(titles.get(row["criterion"], row["criterion"])))
            for row in frames.criteria[school_id]
            if row["beyond_latest"] and row["threshold"] is not None
        ]
        if beyond:
            found.append(
                {
                    "name": site.names.get(school_id, school_id),
                    "href": site.links.get(school_id),
                    "why": "; ".join(beyond),
                }
            )
    return sorted(found, key=lambda row: row["name"])


def _beyond(row: Row, title: str) -> str:
    """A criterion beyond its threshold, with the result that puts it there if that is known."""
    value, threshold = row["value"], row["threshold"]
    if row["procedure"] is None or value is None or value < threshold:
        return title
    return (
        f"{unit_label(row['procedure'], row['grade'], row['subject'])}: "
        f"{low_title(row['procedure'])} {fmt.percent(value)} ({fmt.of(row['numerator'], row['n'])}), "
        f"порог {fmt.percent(threshold, 0)}"
    )


def _answer(found: WarningResult) -> str:
    new = found.forecast[~found.forecast["listed"]]
    stay = found.forecast[found.forecast["listed"]]
    expected = float(found.forecast["probability"].sum())
    look = int((new["probability"] >= _BORDER).sum())
    who = (
        f"Вероятность не меньше 25{fmt.NNBSP}% — у{fmt.NBSP}{fmt.count_of(look, 'школы', 'школ')} из "
        "тех, которых сейчас в списке нет: с ними стоит поговорить до сентября."
        if look
        else "Среди школ вне списка нет ни одной, у которой вероятность попасть в него достигала "
        f"бы 25{fmt.NNBSP}%."
    )
    return (
        f"По данным {school_year(found.year)} учебного года в{fmt.NBSP}списке по результатам (ШНОР) "
        f"в{fmt.NBSP}{school_year(found.year + 1)} году следует ждать примерно "
        f"{fmt.count_phrase(round(expected), 'школу', 'школы', 'школ')} из{fmt.NBSP}"
        f"{fmt.number(len(found.forecast))}; сейчас их {fmt.number(len(stay))}. {who}"
    )


def _figures(found: WarningResult) -> str:
    new = found.forecast[~found.forecast["listed"]]
    stay = found.forecast[found.forecast["listed"]]
    return cards(
        [
            Card(
                fmt.decimal(new["probability"].sum(), 0),
                "ожидается новых школ",
                f"из{fmt.NBSP}{fmt.number(len(new))}, которых сейчас в списке нет",
            ),
            Card(
                fmt.decimal(stay["probability"].sum(), 0),
                "ожидается, что останутся",
                f"из{fmt.NBSP}{fmt.number(len(stay))}, которые сейчас в списке",
            ),
            Card(
                fmt.number(int((new["probability"] >= _BORDER).sum())),
                "вне списка, но близко",
                f"вероятность не меньше 25{fmt.NNBSP}%",
            ),
        ]
    )


def _newcomers(site: Site, found: WarningResult) -> list[str]:
    rows = found.forecast[~found.forecast["listed"]]
    return [
        "## Школы, которых сейчас в списке нет",
        show(_table(site, found, rows, "Вероятность попасть в список, наибольшая — сверху")),
    ]


def _staying(site: Site, found: WarningResult) -> list[str]:
    rows = found.forecast[found.forecast["listed"]]
    if rows.empty:
        return []
    return [
        "## Школы, которые сейчас в списке",
        "Вероятность остаться в нём и через год. Небольшая вероятность не значит, что помощь не "
        "нужна: часть школ попадает в список случайно и так же случайно выходит.",
        show(_table(site, found, rows, "Вероятность остаться в списке, наибольшая — сверху")),
    ]


def _table(site: Site, found: WarningResult, rows: pd.DataFrame, caption: str) -> DataTable:
    reasons = BySchool(found.reasons)
    shown = pd.DataFrame(
        [
            {
                "name": site.names.get(row["school_id"], row["school_id"]),
                "href": site.links.get(row["school_id"]),
                "probability": row["probability"],
                "words": forecast_short(row["probability"]),
                "why": "; ".join(warning_reasons(reasons[row["school_id"]])) or None,
                "near": nearest_words(row) or None,
            }
            for row in records(rows.head(SHOWN))
        ]
    )
    total = f" (показаны первые {SHOWN} из{fmt.NBSP}{fmt.number(len(rows))})"
    return capped(
        shown,
        [
            Col("name", "Школа", "link", href="href"),
            Col("probability", "Вероятность", "percent", digits=0),
            Col("words", "Словами", filter=True),
            Col("near", "Ближе всего к порогу", help="Доля с поправкой на размер школы"),
            Col("why", "Что увеличивает вероятность", missing="ничего особенного"),
        ],
        caption=caption + (total if len(rows) > SHOWN else ""),
        most=SHOWN,
        sortable=True,
    )


def _trust(found: WarningResult) -> list[str]:
    model, naive = (found.score("all", name) for name in ("model", "as_now"))
    years = sorted(int(year) for year in found.backtest["year"].unique())
    better = model["brier"] < naive["brier"] and model["log_score"] < naive["log_score"]
    verdict = (
        "прогноз точнее этого простого правила"
        if better
        else "прогноз **не точнее** этого простого правила: им и стоит пользоваться"
    )
    held = fmt.join_ru([school_year(year) for year in years])
    known = "известен" if len(years) == 1 else "известны"
    return [
        "## Можно ли верить прогнозу",
        f"Прогноз проверен на прошлом: {held} "
        f"{'предсказан' if len(years) == 1 else 'предсказаны'} по более ранним годам, как если бы "
        f"{'он' if len(years) == 1 else 'они'} ещё не {known}. В среднем ошибка (Брайера) "
        f"{fmt.decimal(model['brier'], 3)} против {fmt.decimal(naive['brier'], 3)} у правила «как в "
        f"этом году» — {verdict}. Прогноз обещал в списке "
        f"{fmt.count_phrase(round(model['expected']), 'школу', 'школы', 'школ')}, оказалось "
        f"{fmt.number(model['events'])} (из{fmt.NBSP}{fmt.number(model['n'])}).",
        show(_scores(found, whole=True)),
        raw(f"<details><summary>По годам</summary>{_scores(found, whole=False).html()}</details>"),
        _top(found),
        "### Сбываются ли вероятности",
        "Школы прошлых лет разложены по группам с близкой вероятностью. Точка на пунктире — "
        f"в списке оказалось столько школ, сколько обещано; черта — 95{fmt.NNBSP}% интервал. "
        "Перекос всех точек в одну сторону обычно значит, что год в целом оказался легче или "
        "труднее прежних: этого прогноз знать не может.",
        show(forecast_check(found.reliability)),
    ]


def _scores(found: WarningResult, *, whole: bool) -> DataTable:
    chosen = found.scores[found.scores["year"].isna() == whole]
    rows = [
        {
            **row,
            "when": school_year(row["year"]) if row["year"] else "все годы проверки",
            "who": "все школы" if row["group"] == "all" else "вне списка",
            "how": _MODELS[row["model"]],
        }
        for row in records(chosen)
    ]
    return DataTable(
        rows,
        [
            Col("when", "Проверено на"),
            Col("who", "Школы"),
            Col("how", "Способ"),
            Col("n", "Школ", "int"),
            Col("events", "Попали в список", "int"),
            Col("expected", "Обещано", "decimal", digits=0),
            Col("brier", "Ошибка Брайера", "decimal", digits=3,
                help="Средний квадрат разницы вероятности и исхода; меньше — лучше"),
            Col("log_score", "Логарифмическая", "decimal", digits=3, help="Меньше — лучше"),
            Col("auc", "Различает (AUC)", "decimal", digits=2,
                help="0,5 — не различает, 1 — различает безошибочно", missing="все исходы одинаковы"),
        ],
        caption="Прогноз и два простых правила на годах, которых они «не видели»"
        + ("" if whole else ", по годам"),
    )  # fmt: skip


def _top(found: WarningResult) -> str:
    row, naive = (found.score("not_listed", name) for name in ("model", "as_now"))
    if not row["events"]:
        return ""
    chosen = int(row["chosen"])
    return (
        f"Труднее всего предвидеть **новые** школы. За годы проверки в список пришли "
        f"{fmt.number(row['events'])}; если бы помощь получили "
        f"{fmt.count_phrase(chosen, 'школа', 'школы', 'школ')} с наибольшей вероятностью, среди них "
        f"оказались бы {fmt.decimal(row['hits'], 0)} из этих {fmt.number(row['events'])} "
        f"(полнота {fmt.percent(row['recall'], 0)}, точность {fmt.percent(row['precision'], 0)}). "
        f"Наугад нашлось бы {fmt.decimal(naive['events'] * chosen / naive['n'], 1)}."
    )


def _weights(found: WarningResult) -> list[str]:
    return [
        "## Из чего складывается вероятность",
        "Признаков мало, и все известны к июлю. Длина полосы показывает, насколько признак сдвигает "
        "шансы при прочих равных, если он больше обычного на одно стандартное отклонение. Признаки "
        "связаны между собой, поэтому это не причины: исправить один из них ещё не значит уйти от "
        "списка.",
        show(weight_bars(found.coefficients)),
    ]


def _limits() -> str:
    return callout(
        "important",
        "Чего отсюда заключить нельзя",
        bullets(
            [
                "Что школа с большой вероятностью работает плохо: это повод поговорить с ней "
                "заранее, а не оценка.",
                "Что школа с малой вероятностью в список не попадёт: часть новых школ прогноз не "
                "видит.",
                "Как изменится список из-за новых правил или новых работ: прогноз предполагает, "
                "что правила, процедуры и шкалы останутся прежними.",
                "Кто станет школой в сложных социальных условиях (ШССУ): прогноз только о "
                "результатах.",
            ]
        ),
    )
