"""«Проверка методов»: what the methods say of regions whose truth is known."""

from __future__ import annotations

from typing import Any

from shnor_lib.report import format as fmt
from shnor_lib.report.blocks import Card, bullets, callout, cards, front_matter, page, show
from shnor_lib.report.charts.validation import (
    coverage_by_size,
    said_and_came,
    share_errors,
)
from shnor_lib.report.display import Col, DataTable
from shnor_lib.report.labels import CONFIDENCE
from shnor_lib.report.pages.sections import Site
from shnor_lib.report.pages.validation_lists import (
    effect_section,
    forecast_section,
    lists_section,
)
from shnor_lib.report.pages.validation_targets import limits, targets_section
from shnor_lib.report.rows import Row
from shnor_lib.report.validation_figures import (
    BAND_WORDS,
    BANDS,
    INTERVALS,
    row_of,
    rows_of,
    validation_figures,
)

Figures = dict[str, Any]

TITLE = "Проверка методов"
ENOUGH = 200
"""Tenths of probabilities with fewer cases are not drawn."""

_OF_SHARES: dict[str, str] = {
    "wilson": "доля низких результатов",
    "shrunk": "доля с поправкой на случайность",
    "difference": "изменение доли за год",
}
_OF_SCHOOLS: dict[str, str] = {
    "rank": "место в рейтинге",
    "residual": "отклонение от условий, год",
    "residual_years": "отклонение от условий, три года",
    "effect_nothing": "эффект у одной школы",
}
_STATED: dict[str, str] = {
    "share": "доля за порогом (один год)",
    "criterion": "критерий выполнен на деле",
    "low_results": "школа из списка за порогом",
    "lowest_quarter": "нижняя четверть рейтинга",
    "early_warning": "в списке через год",
}
"""Short names for legends: a phone is narrow."""


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
            *lists_section(figures),
            "## Эффект поддержки",
            *effect_section(figures),
            *forecast_section(figures),
            "## Все цели проверки",
            *targets_section(figures),
            "## Чего эта проверка не показывает",
            limits(),
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
                _OF_SHARES,
                axis="участников (у изменения — в меньшем из двух лет)",
            )
        ),
        show(
            coverage_by_size(
                figures,
                _OF_SCHOOLS,
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
    return [
        "Если программа сто раз скажет «80 %», сбыться должно около восьмидесяти раз. "
        "Показаны десятые доли вероятностей, в которых не меньше "
        f"{fmt.count_of(ENOUGH, 'случая', 'случаев')}.".replace("80 %", f"80{fmt.NNBSP}%"),
        show(said_and_came(figures, _STATED, least=ENOUGH)),
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
            "Вероятность статуса складывается по всем предметам школы и читается так: «хотя бы по одному "
            "предмету школа действительно за порогом». Назван же самый явный из предметов, а самым явным "
            "чаще оказывается тот, которому не повезло. " + _subject_words(figures),
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
