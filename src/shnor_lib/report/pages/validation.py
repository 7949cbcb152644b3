"""«Проверка методов»: what the methods say of regions whose truth is known."""

from __future__ import annotations

from typing import Any

from shnor_lib.report import format as fmt
from shnor_lib.report.blocks import Card, bullets, callout, cards, front_matter, page, show
from shnor_lib.report.charts.validation import (
    coverage_by_size,
    effect_estimates,
    found_and_right,
    said_and_came,
    share_errors,
)
from shnor_lib.report.display import Col, DataTable
from shnor_lib.report.labels import CONFIDENCE
from shnor_lib.report.pages.sections import Site
from shnor_lib.report.rows import Row
from shnor_lib.report.validation_figures import (
    BAND_WORDS,
    BANDS,
    CHECKS,
    INTERVALS,
    PROBABILITIES,
    SCENARIOS,
    row_of,
    rows_of,
    validation_figures,
)

Figures = dict[str, Any]

TITLE = "Проверка методов"
ENOUGH = 200
"""Tenths of probabilities with fewer cases are not drawn."""

_OF_SHARES = ("wilson", "shrunk", "difference")
_OF_SCHOOLS = ("rank", "residual", "residual_years", "effect_nothing")
_READINGS: dict[str, str] = {
    "formal": "формальное правило",
    "likely": "«вероятно» и выше (от 75 %)",
    "as_long": "самые вероятные, столько же школ",
}
_FORECASTS: dict[str, str] = {
    "model": "раннее предупреждение",
    "same": "«как в прошлом году»",
    "base": "одна и та же вероятность для всех",
}


def page_of_validation(site: Site) -> bytes:
    """``validation.qmd``; the figures are the package's own, the project's data play no part."""
    del site
    return validation_page(validation_figures())


def validation_page(figures: Figures) -> bytes:
    """The page.

    Parameters
    ----------
    figures
        What ``shnor_lib/validation/results.json`` holds.
    """
    return page(
        [
            front_matter(
                TITLE, subtitle="Что отвечает программа там, где правильный ответ известен заранее"
            ),
            _headline(figures),
            _cards(figures),
            "## Как проверяли",
            *_how(figures),
            "## Интервалы: содержат ли они истину",
            *_intervals(figures),
            "## Вероятности: сбываются ли они",
            *_probabilities(figures),
            "## Малые школы: поправка на случайность",
            *_errors(figures),
            "## Список: кого он находит и кого пропускает",
            *_lists(figures),
            "## Эффект поддержки",
            *_effects(figures),
            *_forecasts(figures),
            "## Все цели проверки",
            *_targets(figures),
            "## Чего эта проверка не показывает",
            _limits(),
        ]
    )


def _headline(figures: Figures) -> str:
    checks = figures["checks"]
    missed = [check for check in checks if not check["met"]]
    done = f"Из {fmt.count_of(len(checks), 'цели', 'целей')} достигнуто {len(checks) - len(missed)}"
    if missed:
        done += "; что не достигнуто и почему, сказано [ниже](#все-цели-проверки)"
    return (
        "На настоящих данных не узнать, прав ли метод: истинной доли никто не видел. Поэтому методы "
        "испытаны на вымышленных регионах, где истина известна: программа видит только отметки "
        f"учеников, а её ответы сверяются с правдой. {done}."
    )


def _cards(figures: Figures) -> str:
    shrunk = row_of(figures, "coverage", interval="shrunk", band="all")
    less = next(check for check in figures["checks"] if check["kind"] == "error")
    net, naive = (
        row_of(figures, "effects", scenario="nothing", estimate=name) for name in ("net", "naive")
    )
    listed = row_of(figures, "lists", reading="formal", band="all")
    return cards(
        [
            Card(
                fmt.percent(shrunk["covered"]),
                "интервалов доли содержат истину",
                f"должно быть 95{fmt.NNBSP}%; {fmt.count_phrase(shrunk['cases'], 'случай', 'случая', 'случаев')}",
            ),
            Card(
                f"−{fmt.percent(less['value'], 0)}",
                "ошибка доли у школ, где меньше 15 участников",
                "средний квадрат ошибки, с поправкой против посчитанной доли",
            ),
            Card(
                fmt.points(net["estimated"], 2),
                "эффект там, где помощь ничего не даёт",
                f"«было — стало» показывает {fmt.points(naive['estimated'])}",
            ),
            Card(
                fmt.percent(listed["precision"], 0),
                "школ формального списка на деле за порогом",
                f"{fmt.of(listed['both'], listed['listed'])}; "
                f"в список попали {fmt.percent(listed['recall'], 0)} тех, кто за порогом",
            ),
        ]
    )


def _how(figures: Figures) -> list[str]:
    about = figures["about"]
    regions = about["regions"] * about["worlds"]
    return [
        bullets(
            [
                f"Создано {fmt.count_phrase(regions, 'регион', 'региона', 'регионов')} по "
                f"{fmt.count_phrase(about['schools'], 'школе', 'школы', 'школ')}, "
                f"{fmt.count_phrase(len(about['years']), 'учебный год', 'учебных года', 'учебных лет')} "
                "в каждом: ВПР в 5–8 классах, ОГЭ и ЕГЭ по русскому языку и математике.",
                "Размеры школ, разброс между школами и сходство соседних лет, классов и предметов — как "
                "в настоящем регионе: в половине параллелей меньше 20 учеников.",
                "У каждой школы есть то, что сохраняется годами, и то, что меняется: год, предмет, "
                "набор учеников. Поэтому отобранные по плохому году школы на следующий год "
                "становятся лучше сами собой.",
                "Истина известна для каждого класса. Где у формулы нет простой истины (рейтинг, "
                "отклонение от условий), за истину взято то, что та же формула даёт для классов, в "
                "тысячу раз больших.",
                "Судили по правилам Тбилисского района без условия «нет отметок „5“»: оно "
                "говорит об учениках одного года, истинной доли у него нет.",
                f"Всё повторяется точь-в-точь командой `make validate` (начальное число "
                f"{about['seed']}).",
            ]
        ),
        "Никто не знает, как на самом деле распределены истинные доли, поэтому регионы взяты из "
        f"{fmt.count_of(about['worlds'], 'разного мира', 'разных миров')}. Модель программы точна "
        "только в первом.",
        show(
            DataTable(
                figures["worlds"],
                [Col("title", "Мир"), Col("note", "Как распределены истинные доли")],
                caption="Миры, в которых проверялись методы",
            )
        ),
    ]


def _intervals(figures: Figures) -> list[str]:
    return [
        f"Интервал, названный 95-процентным, должен содержать истину в 95{fmt.NNBSP}% случаев — и у "
        "крупных школ, и у тех, где пишут пятеро. Ниже 93 — интервал обещает больше, чем знает; "
        "выше 97 — он шире, чем нужно.",
        show(
            coverage_by_size(
                figures,
                {name: INTERVALS[name] for name in _OF_SHARES},
                axis="участников (у изменения — в меньшем из двух лет)",
            )
        ),
        show(
            coverage_by_size(
                figures,
                {name: INTERVALS[name] for name in _OF_SCHOOLS},
                axis="учеников в одной параллели",
            )
        ),
        show(
            DataTable(
                [_coverage_row(figures, name) for name in INTERVALS],
                [
                    Col("title", "Интервал"),
                    *(Col(band, BAND_WORDS[band], "percent") for band in BANDS),
                    Col("all", "Все", "percent"),
                    Col("worst", "Худший мир", "percent"),
                    Col("cases", "Случаев", "int"),
                ],
                caption="Как часто 95-процентный интервал содержит истину; по числу участников или "
                "учеников в параллели",
            )
        ),
        "У изменения за год при пяти участниках интервал чуть шире нужного: результат меняется "
        "целыми учениками, и точно 95 из 100 не получить. Это ошибка в осторожную сторону.",
    ]


def _coverage_row(figures: Figures, name: str) -> Row:
    row: Row = {"title": INTERVALS[name]}
    for band in (*BANDS, "all"):
        row[band] = row_of(figures, "coverage", interval=name, band=band)["covered"]
    row["worst"] = min(
        row_of(figures, "coverage", world=world["id"], interval=name, band="all")["covered"]
        for world in figures["worlds"]
    )
    row["cases"] = row_of(figures, "coverage", interval=name, band="all")["cases"]
    return row


def _probabilities(figures: Figures) -> list[str]:
    shown = ("share", "criterion", "low_results", "lowest_quarter", "early_warning")
    titles = {n: PROBABILITIES[n] for n in shown if rows_of(figures, "calibration", what=n)}
    return [
        "Если программа сто раз скажет «80 %», сбыться должно около восьмидесяти раз. "
        "Показаны десятые доли вероятностей, в которых не меньше "
        f"{fmt.count_of(ENOUGH, 'случая', 'случаев')}.".replace("80 %", f"80{fmt.NNBSP}%"),
        show(said_and_came(figures, titles, least=ENOUGH)),
        show(
            DataTable(
                _word_rows(figures),
                [
                    Col("status", "Статус"),
                    Col("word", "Сказано"),
                    Col("stated", "Вероятность в среднем", "percent"),
                    Col("observed", "Сбылось", "percent"),
                    Col("cases", "Случаев", "int"),
                ],
                caption="Слова о надёжности: как часто сказанное верно",
            )
        ),
        callout(
            "important",
            "Вероятность статуса — о школе, а не о предмете",
            "Статус опирается на самый явный из нескольких предметов, а из нескольких самым явным чаще "
            "оказывается тот, которому не повезло. Поэтому вероятность статуса верна, если читать "
            "её так: «хотя бы по одному предмету школа действительно за порогом». "
            + _subject_words(figures),
            level=3,
        ),
    ]


def _subject_words(figures: Figures) -> str:
    """How much less often the very subject is truly beyond the threshold, in the middle."""
    rows = [
        row
        for row in rows_of(figures, "calibration", what="subject")
        if 0.5 <= row["stated"] < 0.9 and row["cases"] >= ENOUGH
    ]
    if not rows:
        return ""
    cases = sum(row["cases"] for row in rows)
    stated, came = (
        sum(row["cases"] * row[name] for row in rows) / cases for name in ("stated", "observed")
    )
    return (
        "О самом названном предмете она обещает больше, чем сбывается: при вероятностях от 50 до "
        f"90{fmt.NNBSP}% сказано в среднем {fmt.percent(stated, 0)}, за порогом на деле "
        f"{fmt.percent(came, 0)} ({fmt.count_phrase(cases, 'случай', 'случая', 'случаев')})."
    )


def _word_rows(figures: Figures) -> list[Row]:
    titles = {"low_results": "в списке по результатам", "none": "нет признаков"}
    order = list(CONFIDENCE)
    rows = [row for row in rows_of(figures, "words") if row["word"] in order]
    rows = sorted(rows, key=lambda row: (row["what"], order.index(row["word"])))
    return [{**row, "status": titles[row["what"]], "word": CONFIDENCE[row["word"]]} for row in rows]


def _errors(figures: Figures) -> list[str]:
    small = {
        name: sum(
            row["cases"] * row["mse"]
            for row in (row_of(figures, "errors", estimate=name, band=b) for b in BANDS[:2])
        )
        for name in ("raw", "shrunk")
    }
    cases = sum(row_of(figures, "errors", estimate="raw", band=b)["cases"] for b in BANDS[:2])
    raw, shrunk = ((value / cases) ** 0.5 for value in (small["raw"], small["shrunk"]))
    return [
        "Доля, посчитанная по семи ученикам, прыгает от случая. Доля с поправкой притянута к тому, "
        "что обычно для школ региона, и тем сильнее, чем меньше учеников. У школ, где меньше 15 "
        f"участников, обычная ошибка при этом {fmt.decimal(100 * shrunk)} п.{fmt.NNBSP}п. вместо "
        f"{fmt.decimal(100 * raw)} ({fmt.count_phrase(cases, 'случай', 'случая', 'случаев')}).",
        show(share_errors(figures)),
    ]


def _lists(figures: Figures) -> list[str]:
    formal = {b: row_of(figures, "lists", reading="formal", band=b) for b in (*BANDS, "all")}
    small = formal[BANDS[0]]
    rows = [
        {
            "band": BAND_WORDS[row["band"]],
            "reading": _READINGS[name],
            **{key: row[key] for key in ("listed", "true", "both", "precision", "recall")},
        }
        for name in _READINGS
        for row in rows_of(figures, "lists", reading=name)
    ]
    return [
        "За порогом на деле — школы, которые попали бы в список, будь их классы бесконечно велики. "
        "Формальное правило смотрит на посчитанные доли; вероятностное прочтение — на вероятность, "
        "и оно видит также школы, где участников меньше, чем требует правило.",
        f"У школ, где в параллели меньше 10 учеников, формальный список находит "
        f"{fmt.percent(small['recall'], 0)} тех, кто за порогом "
        f"({fmt.of(small['both'], small['true'])}), а из попавших в него за порогом "
        f"{fmt.percent(small['precision'], 0)}. У крупных школ оба числа — "
        f"{fmt.percent(formal['60+']['recall'], 0)} и {fmt.percent(formal['60+']['precision'], 0)}.",
        show(found_and_right(figures, _READINGS, what="recall")),
        show(found_and_right(figures, _READINGS, what="precision")),
        show(
            DataTable(
                rows,
                [
                    Col("reading", "Как прочитан список"),
                    Col("band", "Учеников в параллели"),
                    Col("listed", "В списке", "int"),
                    Col("true", "За порогом на деле", "int"),
                    Col("both", "И там и там", "int"),
                    Col("precision", "Из списка — за порогом", "percent", digits=0),
                    Col("recall", "Из тех, кто за порогом, — в списке", "percent", digits=0),
                ],
                caption="Список и правда по размеру школы (школы и годы вместе)",
            )
        ),
    ]


def _effects(figures: Figures) -> list[str]:
    nothing = row_of(figures, "effects", scenario="nothing", estimate="net")
    naive = row_of(figures, "effects", scenario="nothing", estimate="naive")
    rows = [
        {
            "scenario": SCENARIOS[row["scenario"]],
            "estimate": {
                "net": "эффект по программе",
                "naive": "«было — стало»",
                "matched": "сравнение с похожими",
            }[row["estimate"]],
            **{key: row[key] for key in ("estimated", "truth", "error", "error_reach", "regions")},
            "covered": None if row["estimate"] == "naive" else row["covered"],
        }
        for row in rows_of(figures, "effects")
    ]
    return [
        "Шести из десяти школ списка, выбранным наугад, назначена помощь. В одном опыте она не даёт "
        "ничего, в другом убирает три низких результата из десяти. «Было — стало» и в первом опыте "
        f"показывает улучшение на {fmt.decimal(-100 * naive['estimated'])} п.{fmt.NNBSP}п.: школы, "
        "отобранные по плохому году, улучшаются сами. Программа эффекта там не находит: в среднем "
        f"{fmt.points(nothing['estimated'], 2)}",
        show(effect_estimates(figures)),
        show(
            DataTable(
                rows,
                [
                    Col("scenario", "Опыт"),
                    Col("estimate", "Оценка"),
                    Col("estimated", "Показано", "points"),
                    Col("truth", "На деле", "points"),
                    Col("error", "Ошибка в среднем", "points", digits=2),
                    Col(
                        "error_reach", "± (95 %)".replace(" %", f"{fmt.NNBSP}%"), "points", digits=2
                    ),
                    Col("covered", "Интервал содержит правду", "percent", missing="интервала нет"),
                    Col("regions", "Регионов", "int"),
                ],
                caption="Эффект поддержки: оценка и правда, доля низких результатов",
            )
        ),
    ]


def _forecasts(figures: Figures) -> list[str]:
    rows = (
        {row["forecast"]: row for row in rows_of(figures, "warnings")}
        if "warnings" in figures
        else {}
    )
    if not rows:
        return []
    model, same = rows["model"], rows["same"]
    return [
        "## Раннее предупреждение",
        "Прогноз делается за год, будущего года программа не видит. Ошибка — средний квадрат разности "
        "вероятности и того, что случилось (мера Брайера): 0 — угадано всё. У раннего предупреждения "
        f"она {fmt.decimal(model['brier'], 3)}, у прогноза «как в прошлом году» — "
        f"{fmt.decimal(same['brier'], 3)}.",
        show(
            DataTable(
                [{**rows[name], "title": title} for name, title in _FORECASTS.items()],
                [
                    Col("title", "Прогноз"),
                    Col("brier", "Ошибка (мера Брайера)", "decimal", digits=3),
                    Col("happened", "Школ оказалось в списке", "percent"),
                    Col("cases", "Прогнозов", "int"),
                ],
                caption="Прогноз списка на год вперёд",
            )
        ),
    ]


def _targets(figures: Figures) -> list[str]:
    names = {**PROBABILITIES, **INTERVALS, **SCENARIOS}
    rows = []
    for check in figures["checks"]:
        what = (PROBABILITIES if check["kind"] == "calibration" else names)[check["what"]]
        rows.append(
            {
                "kind": CHECKS[check["kind"]],
                "what": what,
                "value": _value(check, check["value"]),
                "bounds": _bounds(check),
                "met": "да" if check["met"] else "нет",
            }
        )
    return [
        "Цели названы до первого прогона и под ответ не подгонялись.",
        show(
            DataTable(
                rows,
                [
                    Col("what", "Что проверено"),
                    Col("kind", "Цель"),
                    Col("value", "Получено"),
                    Col("bounds", "Нужно"),
                    Col("met", "Достигнуто", filter=True),
                ],
                caption="Цели проверки",
            )
        ),
        *_missed(figures, names),
    ]


def _value(check: Row, value: float | None) -> str:
    if check["kind"] in {"bias", "naive"}:
        return fmt.points(value, 2).removeprefix("+")
    if check["kind"] == "calibration":
        return fmt.points(value).removeprefix("+")
    return fmt.percent(value)


def _bounds(check: Row) -> str:
    low, high = check["low"], check["high"]
    if low is not None and high is not None:
        return fmt.interval(low, high)
    if low is not None:
        return f"не меньше {_value(check, low)}"
    return f"не больше {_value(check, high)}"


def _missed(figures: Figures, names: dict[str, str]) -> list[str]:
    reasons = [
        f"**{fmt.escape_md(fmt.sentence_case(CHECKS[c['kind']]))}: "
        f"{fmt.escape_md((PROBABILITIES if c['kind'] == 'calibration' else names)[c['what']])}.** "
        f"{WHY.get((c['kind'], c['what']), 'Причина выясняется.')}"
        for c in figures["checks"]
        if not c["met"]
    ]
    return (
        [callout("warning", "Чего достичь не удалось", bullets(reasons), level=3)]
        if reasons
        else []
    )


WHY: dict[tuple[str, str], str] = {}
"""Why a target is missed, for those that are."""


def _limits() -> str:
    return bullets(
        [
            "Вымышленный регион честен: никто не подсказывал и не завышал отметок. О необъективных "
            "результатах эта проверка ничего не говорит.",
            "Если настоящие школы различаются совсем не так, как в четырёх мирах, цифры будут "
            "другими.",
            "Проверено, как методы справляются со случайностью. Верен ли сам порог и те ли "
            "показатели выбраны, расчёт не скажет: это решает методика.",
            "Вероятность нельзя проверить на одной школе: она сбывается в среднем по многим.",
        ]
    )
