"""Municipalities side by side, by name: schools, the list, what changed, what is done."""

from __future__ import annotations

from shnor_lib.methods.municipal_summary import places_of_schools
from shnor_lib.report import format as fmt
from shnor_lib.report.analysis import Analysis
from shnor_lib.report.blocks import Card, callout, cards, front_matter, page, show
from shnor_lib.report.charts.municipalities import listed_shares
from shnor_lib.report.labels import school_year
from shnor_lib.report.municipality import comparison
from shnor_lib.report.municipality.desk import Desk, desks_of, measures_of_all
from shnor_lib.report.municipality.paths import FOLDER, place_path
from shnor_lib.report.pages.cycle import analyses_made
from shnor_lib.report.pages.sections import Site
from shnor_lib.report.rows import Row
from shnor_lib.report.support import words as support
from shnor_lib.report.words import year_summary


def municipality_pages(analysis: Analysis) -> dict[str, str]:
    """Municipality (empty: not known) → address of its page below ``reports/``.

    Every municipality of the register has a page, one without open schools, too: notebooks of
    earlier years link to it.
    """
    places = set(places_of_schools(analysis.dataset, analysis.identification).values())
    return {place: place_path(place) for place in sorted(places)}


def page_of_municipalities(site: Site) -> bytes:
    """``municipalities/index.qmd``."""
    analysis = site.analysis
    desks = list(desks_of(analysis, analyses_made(site)).values())
    here = [desk for desk in desks if desk.here]
    gone = [desk for desk in desks if not desk.here]
    year = school_year(analysis.year)
    head = front_matter("Муниципалитеты", subtitle=f"{year} учебный год")
    if not here:
        return page([head, "В реестре нет ни одной открытой школы: сравнивать нечего."])
    rows = comparison.lines(here)
    listed, ruled = (sum(row[name] for row in rows) for name in ("listed", "ruled"))
    chart = listed_shares(rows, x=listed, n=ruled) if ruled and len(rows) > 1 else None
    network = analysis.network
    roles = []
    if network is not None and len(network.links):
        roles.append(("uncovered", "Без сопровождения"))
        roles += [
            (f"no_{code}", f"Без {support.ROLE_FORMS[code][1]}") for code in network.norm.required
        ]
    return page(
        [
            head,
            _lead(rows, analysis),
            callout(
                "important",
                "Это не рейтинг муниципалитетов" if len(rows) > 1 else "Один муниципалитет",
                ("Муниципалитеты стоят по алфавиту. " if len(rows) > 1 else "")
                + "Доля школ списка зависит от условий, в которых "
                "живут семьи, и от того, какие данные сданы; Рособрнадзор предостерегает от "
                "рейтингов, построенных на результатах ВПР.",
                _few(rows),
            ),
            _cards(rows),
            "## Школы и список",
            show(chart) if chart else "",
            show(comparison.list_table(rows, analysis.year)),
            "## Что изменилось и насколько это надёжно",
            show(comparison.change_table(rows, analysis.year)),
            *_work(rows, roles, analysis),
            _gone(gone),
            callout(
                "note",
                "Как читать таблицы",
                "Доля списка — от школ, на которые распространяются правила. Интервал показывает, "
                "какой доля могла бы быть при том же положении дел: пока интервалы двух "
                "муниципалитетов пересекаются, различать их доли не стоит.",
                "Положительная динамика — доля школ, у которых улучшилось больше сопоставимых "
                "результатов, чем ухудшилось (мониторинг 2). Решения, меры и помощь — то, что "
                "внесено в книги данных.",
                "Название ведёт на страницу муниципалитета: его школы, сроки, рекомендации и что "
                "делать дальше.",
            ),
        ]
    )


def _work(rows: list[Row], roles: list[tuple[str, str]], analysis: Analysis) -> list[str]:
    """What is decided, advised, done; who helps; what the cycle lacks."""
    work = comparison.work_table(rows, analysis.year)
    support_ = comparison.help_table(rows, analysis.year, roles=roles)
    blocks = []
    if work is not None:
        blocks += [
            "## Решения, рекомендации и меры",
            f"Состояние на{fmt.NBSP}{fmt.date_ru(analysis.day)}. {_common(analysis)}",
            show(work),
        ]
    if support_ is not None:
        blocks += [
            "## Сопровождение и управленческий цикл",
            "Сколько школ списка осталось без помощи и сколько из того, что нужно для замкнутого "
            "цикла управления, есть в данных ([что это](../cycle.qmd)).",
            show(support_),
        ]
    return blocks


def _lead(rows: list[Row], analysis: Analysis) -> str:
    named = [row for row in rows if row["municipality"]]
    n = len(named)
    text = f"**{fmt.count_phrase(n, 'муниципалитет', 'муниципалитета', 'муниципалитетов')}.** "
    if len(named) < len(rows):
        nobody = next(row for row in rows if not row["municipality"])
        text += (
            f"Ещё у{fmt.NBSP}{fmt.count_of(nobody['schools'] or nobody['ruled'], 'школы', 'школ')} "
            "муниципалитет не указан. "
        )
    return text + fmt.escape_md(year_summary(analysis.identification.statuses, analysis.year))


def _few(rows: list[Row]) -> str:
    """How small the municipalities are; how many intervals miss the share by chance alone."""
    sizes = [row["ruled"] for row in rows if row["ruled"]]
    if not sizes:
        return ""
    span = fmt.number_range(min(sizes), max(sizes))
    text = f"Школ в{fmt.NBSP}муниципалитете {span}: чем их меньше, тем шире интервал."
    if len(sizes) >= 20:
        text += (
            f" Из{fmt.NBSP}{fmt.number(len(sizes))} интервалов примерно каждый двадцатый и по "
            "случайности не накрывает истинную долю."
        )
    return text


def _cards(rows: list[Row]) -> str:
    def total(name: str) -> int:
        return sum(int(row[name] or 0) for row in rows)

    listed = total("listed")
    items = [
        Card(
            fmt.number(listed),
            fmt.plural(listed, "школа в списке", "школы в списке", "школ в списке"),
            f"из{fmt.NBSP}{fmt.count_of(total('ruled'), 'школы', 'школ')}",
        )
    ]
    if total("risks"):
        n = total("risks_waiting")
        label = f"{fmt.plural(n, 'риск', 'риска', 'рисков')} без решения"
        items.append(Card(fmt.number(n), label, _late(rows, "risks")))
    if total("issued"):
        n = total("issued")
        label = fmt.plural(n, "рекомендация", "рекомендации", "рекомендаций")
        done = f"исполнено: {fmt.number(total('issued_done'))}; {_late(rows, 'issued')}"
        items.append(Card(fmt.number(n), f"{label} в книге", done))
    if total("measures"):
        done = fmt.of(total("measures_done"), total("measures"))
        items.append(Card(done, "мер выполнено", _late(rows, "measures")))
    return cards(items)


def _late(rows: list[Row], name: str) -> str:
    late = sum(int(row[f"{name}_overdue"] or 0) for row in rows)
    where = sum(bool(row[f"{name}_overdue"]) for row in rows)
    if not late:
        return "просроченных нет"
    places = fmt.count_phrase(where, "муниципалитете", "муниципалитетах", "муниципалитетах")
    return f"просрочено: {fmt.number(late)}" + (f", в{fmt.NBSP}{places}" if len(rows) > 1 else "")


def _common(analysis: Analysis) -> str:
    """Measures of nobody in particular are in no row."""
    rows = measures_of_all(analysis)
    if not rows:
        return ""
    n = fmt.count_phrase(rows, "мера", "меры", "мер")
    return f"Не учтено: {n} для всех муниципалитетов сразу."


def _gone(desks: list[Desk]) -> str:
    if not desks:
        return ""
    links = ", ".join(
        f"[{fmt.escape_md(desk.name)}]({place_path(desk.place).removeprefix(f'{FOLDER}/')})"
        for desk in desks
    )
    return f"В{fmt.NBSP}этом учебном году открытых школ нет: {links}."
