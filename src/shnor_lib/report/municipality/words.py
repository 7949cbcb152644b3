"""A municipality's year in Russian: main points, what to do next, what cannot be concluded.

Sentences hold for 0, 1, 2, 5 and 21 schools and for a municipality without listed schools.
"""

from __future__ import annotations

from collections.abc import Mapping

from shnor_lib.report import format as fmt
from shnor_lib.report import recommendation_words
from shnor_lib.report.analysis import Analysis
from shnor_lib.report.cycle_words import SHORT
from shnor_lib.report.labels import school_year
from shnor_lib.report.monitoring.lists import SCHOOLS, confidence_sentence, school_links
from shnor_lib.report.municipality.desk import Desk
from shnor_lib.report.pages.cycle import cycle_anchor
from shnor_lib.report.rows import Row
from shnor_lib.report.support import words as support
from shnor_lib.report.words import SURE, dynamics_summary, year_summary

NAMED = 10
"""Schools named in a sentence at most."""
FEW = 30
"""With fewer schools than this it is said what one school changes."""

Links = Mapping[str, str]


def main_points(desk: Desk, analysis: Analysis) -> list[str]:
    """The box «Главное»: the list, how sure it is, dynamics, what is overdue, who helps."""
    row = desk.summary
    points = [fmt.escape_md(year_summary(desk.statuses, analysis.year)) + interval_words(row)]
    points.append(confidence_sentence(desk.statuses, analysis.year))
    points.append(dynamics_words(row, analysis.year))
    points.append(overdue_sentence(row, analysis))
    if row["listed"] and desk.network is not None:
        points.append(help_sentence(desk))
    points.append(cycle_sentence(row))
    return [point for point in points if point]


def help_sentence(desk: Desk) -> str:
    """Who helps the schools of the list; empty when support was not computed."""
    network = desk.network
    if network is None:
        return ""
    n = len(network.listed)
    if not n or not desk.supported or len(network.links):
        return support.coverage_sentence(network)
    whom = (
        "единственной школой" if n == 1 else f"одной из{fmt.NBSP}{fmt.count_of(n, 'школы', 'школ')}"
    )
    day = f"На{fmt.NBSP}{fmt.date_ru(network.day)}"
    if n == 1:
        return f"{day} за {whom} списка никто не закреплён."
    return f"{day} ни за {whom} списка никто не закреплён."


def interval_words(row: Row) -> str:
    """What the share of listed schools may be given chance; empty where there is no share."""
    if not row["listed"] or row["ruled"] < 2:
        return ""
    return f" С{fmt.NBSP}учётом случайности доля — {fmt.interval(row['low'], row['high'])}."


def dynamics_words(row: Row, year: int) -> str:
    """Schools with positive dynamics of those that can be compared; empty if not computed."""
    if row["comparable"] is None:
        return ""
    if not row["comparable"]:
        return f"За {school_year(year)} учебный год о динамике судить нельзя ни по одной школе."
    if row["comparable"] == 1:
        verdict = (
            "положительная" if row["positive"] else "отрицательная" if row["negative"] else "без"
        )
        said = "без значимых изменений" if verdict == "без" else verdict
        return f"Сравнить с{fmt.NBSP}прошлым годом можно одну школу; её динамика: {said}."
    return dynamics_summary(
        {
            "year": year,
            "n_schools": row["comparable"],
            "n_positive": row["positive"],
            "share_positive": row["positive_share"],
            "low": row["positive_low"],
            "high": row["positive_high"],
        }
    )


_OVERDUE = (
    ("risks", "risks_overdue", "решения о рисках"),
    ("issued", "issued_overdue", "рекомендации"),
    ("measures", "measures_overdue", "меры"),
)


def overdue_sentence(row: Row, analysis: Analysis) -> str:
    """What is past its day; empty when the municipality has none of it in the data."""
    kept = [(late, name) for whole, late, name in _OVERDUE if row[whole]]
    if not kept:
        return ""
    day = f"На{fmt.NBSP}{fmt.date_ru(analysis.day)}"
    said = [f"{name} — {fmt.number(row[late])}" for late, name in kept if row[late]]
    if said:
        return f"{day} просрочены: {', '.join(said)}."
    return f"{day} просроченного нет ({', '.join(name for _, name in kept)})."


def cycle_sentence(row: Row) -> str:
    """How much of the management cycle there is."""
    needed = row["cycle"]
    if not needed:
        return ""
    missing, partly = row["cycle_missing"], row["cycle_partial"]
    text = (
        f"Управленческий цикл: из{fmt.NBSP}{fmt.count_of(needed, 'слагаемого', 'слагаемых')} "
        f"полностью есть {fmt.number(needed - missing - partly)}"
    )
    if not missing and not partly:
        return f"Управленческий цикл: есть все слагаемые ({fmt.number(needed)})."
    return f"{text}, частично — {fmt.number(partly)}, нет — {fmt.number(missing)}."


def recommendations_sentence(desk: Desk, analysis: Analysis) -> str:
    """What the rules propose to the office and its schools, what was issued."""
    day = f"По данным на{fmt.NBSP}{fmt.date_ru(analysis.day)}"
    parts = []
    for code, whom in (
        ("municipality", "МОУО"),
        ("school", "школам"),
        ("teachers", "педагогам"),
        ("institute", "институту развития образования о школах муниципалитета"),
        ("assessment", "центру оценки качества о школах муниципалитета"),
    ):
        n = sum(row["addressee"] == code for row in desk.proposals)
        if n:
            parts.append(f"{whom} — {fmt.number(n)}")
    if parts:
        verb = fmt.plural(len(desk.proposals), "предлагается", "предлагаются", "предлагается")
        counted = recommendation_words.counted(len(desk.proposals))
        text = f"{day} {verb} {counted}: {', '.join(parts)}."
    else:
        text = f"{day} рекомендаций из правил не следует."
    row = desk.summary
    if row["issued"]:
        verb = fmt.plural(row["issued"], "Выдана", "Выданы", "Выдано")
        late = row["issued_overdue"]
        text += (
            f" {verb} {recommendation_words.counted(row['issued'])}, исполнено — "
            f"{fmt.number(row['issued_done'])}, "
            + (f"просрочено — {fmt.number(late)}." if late else "просроченных нет.")
        )
    else:
        text += " Выданных рекомендаций муниципалитету и его школам в данных за этот год нет."
    return text


def steps(desk: Desk, names: Mapping[str, str], links: Links) -> list[str]:
    """What to do next, the most pressing first; Markdown sentences.

    Parameters
    ----------
    desk
        The municipality.
    names, links
        School's id → name, → address of its profile from the municipality's page.
    """

    def who(ids: list[str]) -> str:
        return school_links(ids, names, links, most=NAMED)

    found = [*_about_risks(desk)]
    row, network = desk.summary, desk.network
    if row["issued_overdue"]:
        found.append(
            f"Исполнить просроченные рекомендации или перенести срок: "
            f"{fmt.number(row['issued_overdue'])} (раздел [«Выданы и ещё не исполнены»](#issued))."
        )
    if row["measures_overdue"]:
        found.append(
            "Выполнить просроченные меры дорожной карты, перенести срок или снять их: "
            f"{fmt.number(row['measures_overdue'])} (раздел [«Меры дорожной карты»](#measures))."
        )
    if network is not None and desk.supported and row["uncovered"]:
        found.append(
            "Закрепить сопровождающих за школами списка, у которых нет никого "
            f"(п. 3.6.2 Положения): {who(network.uncovered())}."
        )
    own = [one for one in desk.proposals if one["addressee"] == "municipality"]
    waiting = [one for one in own if one["number"] is None]
    if waiting:
        nearest = min(one["deadline"] for one in waiting)
        found.append(
            "Рассмотреть рекомендации, предложенные МОУО: "
            f"{fmt.number(len(waiting))}, ближайший срок — {fmt.date_ru(nearest)} "
            "(раздел [«Рекомендации»](#recommendations))."
        )
    unsure = [str(one["school_id"]) for one in desk.listed if one["confidence"] == "borderline"]
    if unsure:
        found.append(
            "Поговорить с командами школ, статус которых на границе: выводы без разговора "
            f"преждевременны — {who(unsure)}."
        )
    unknown = [str(one["school_id"]) for one in desk.schools if one["status"] == "insufficient"]
    if unknown:
        found.append(
            "Проверить, все ли данные сданы: судить нельзя о "
            f"{fmt.plural(len(unknown), 'школе', 'школах', 'школах')} {who(unknown)} "
            "(страница [«Качество данных»](../data-quality.qmd))."
        )
    if row["cycle_missing"]:
        missing = {str(one["component"]) for one in desk.cycle if one["state"] == "missing"}
        parts = ", ".join(f"«{title}»" for code, title in SHORT.items() if code in missing)
        found.append(
            f"Восполнить недостающее в управленческом цикле ({parts}); что и какой книгой — на "
            f"странице [«Управленческий цикл»](../cycle.qmd#{cycle_anchor(desk.place)})."
        )
    return found


def _about_risks(desk: Desk) -> list[str]:
    """Decisions of the office: overdue, then the nearest ahead."""
    if desk.register is None:
        return []
    waiting = desk.register.waiting
    found = []
    late = int(waiting["overdue"].sum())
    if late:
        own = int((waiting["overdue"] & (waiting["decides"] == "municipality")).sum())
        whose = f", из них за МОУО — {fmt.number(own)}" if own else ""
        found.append(
            f"Принять решения о рисках, срок которых прошёл: {fmt.number(late)}{whose} "
            "(раздел [«Риски и решения»](#risks))."
        )
    ahead = waiting[
        ~waiting["overdue"] & ~waiting["note_only"] & (waiting["decides"] == "municipality")
    ]
    if len(ahead):
        found.append(
            f"Принять решения МОУО о рисках, срок которых впереди: {fmt.number(len(ahead))}, "
            f"ближайший — {fmt.date_ru(ahead['decide_by'].min())} "
            "(раздел [«Риски и решения»](#risks))."
        )
    return found


def limits(desk: Desk, analysis: Analysis) -> list[str]:
    """What these numbers do not say; Markdown sentences."""
    row = desk.summary
    n = row["ruled"]
    found = [
        "**Место среди муниципалитетов.** Доля школ списка зависит от условий, в которых живут "
        "семьи, от числа школ и от того, какие данные сданы. Рособрнадзор предостерегает от "
        "рейтингов по результатам ВПР; страница нужна, чтобы помогать школам.",
    ]
    if 0 < n < FEW:
        found.append(
            f"**Сдвиг на одну школу.** Школ {fmt.number(n)}, поэтому одна школа меняет любую долю "
            f"на{fmt.NBSP}{fmt.decimal(100 / n)}{fmt.NBSP}п.{fmt.NNBSP}п. Сравнивайте числа, а не "
            f"проценты, и смотрите на интервал: {SURE} доля лежит в его пределах."
        )
    if row["entered"] or row["left"]:
        found.append(
            "**Ухудшение у вошедших и улучшение у вышедших.** Школа у порога входит в список и "
            "выходит из него и без перемен в обучении. Что изменилось на деле, говорят "
            "сопоставимые результаты в профиле школы."
        )
    if row["insufficient"]:
        found.append(
            f"**Благополучие школ, о которых судить нельзя** "
            f"({fmt.count_phrase(row['insufficient'], *SCHOOLS)}): нехватка данных — не хороший "
            "результат."
        )
    found.append(
        "**Чего нет в книгах.** Решение, мера, рекомендация или наставник, которых не внесли в "
        "книги данных, здесь не видны."
    )
    if analysis.refusals.get("risks"):
        found.append(
            "**Риски.** Реестр рисков не составлен: причина — на странице «Реестр рисков»."
        )
    return found
