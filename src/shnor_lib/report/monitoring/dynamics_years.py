"""End of the second monitoring: what lasted, what the data do not show, what to do."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from shnor_lib.methods.dynamics import DynamicsResult
from shnor_lib.methods.identification import Identification
from shnor_lib.report import format as fmt
from shnor_lib.report.blocks import Text, bullets, text
from shnor_lib.report.charts import status_timeline
from shnor_lib.report.display import Chart
from shnor_lib.report.labels import LISTED
from shnor_lib.report.monitoring.dynamics_pairs import has_past, pairs_of, reasons
from shnor_lib.report.monitoring.lists import SCHOOLS, plain_name, school_links

THREE_YEARS = 3


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
            f"нельзя — {reasons(barred)}. Дополнительные данные этого не исправят."
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
