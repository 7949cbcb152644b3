"""Sentences of the sixth monitoring: mentors, plans, reports, feedback, schools that left the list."""

from __future__ import annotations

from typing import Any

from shnor_lib.methods.mentor_centre import MentorCentre
from shnor_lib.methods.status_exit import StatusExit
from shnor_lib.report import format as fmt
from shnor_lib.report.labels import school_year
from shnor_lib.report.monitoring.indicators import LEAST_ANSWERS, part_of, then_and_now
from shnor_lib.report.monitoring.lists import SCHOOLS
from shnor_lib.report.monitoring.support_lists import SupportLists
from shnor_lib.report.monitoring.two_groups import Words, sentence

PLANS = ("план", "плана", "планов")
ANSWERS = ("отзыв", "отзыва", "отзывов")

EXIT = Words(
    "Школа вышла из списка",
    ("школы", "школ"),
    None,
    "с сопровождением",
    "без сопровождения",
    "с сопровождением",
    "без сопровождения",
    hide=False,
)


def coverage(centre: MentorCentre, lists: SupportLists) -> str:
    """How many schools of the list had a mentor, and a plan agreed with the school."""
    due = centre.schools[centre.schools["due"]]
    n = len(due)
    if not n:
        return f"Школ {lists.due_words} нет: наставники назначаются не по нему."
    mentors, plans = int(due["has_mentor"].sum()), int(due["has_plan"].sum())
    if not mentors:
        return (
            f"Ни у одной из{fmt.NBSP}{fmt.count_of(n, 'школы', 'школ')} {lists.due_words} "
            "наставника нет."
        )
    if n == 1:
        plan = "и план есть" if plans else "плана нет"
        return f"У единственной школы {lists.due_words} наставник есть, {plan}."
    if mentors == plans == n:
        return f"Наставник и план есть у{fmt.NBSP}всех школ {lists.due_words} ({fmt.number(n)})."
    head = (
        f"Наставник есть у{fmt.NBSP}всех школ {lists.due_words} ({fmt.number(n)})"
        if mentors == n
        else f"Из{fmt.NBSP}{fmt.count_of(n, 'школы', 'школ')} {lists.due_words} наставник есть "
        f"у{fmt.NBSP}{fmt.number(mentors)} ({fmt.percent(mentors / n)})"
    )
    if not plans:
        return f"{head}, плана нет ни у одной."
    return f"{head}, план — у{fmt.NBSP}{fmt.number(plans)} ({fmt.percent(plans / n)})."


def people(centre: MentorCentre) -> str:
    """How many mentors work with how many schools."""
    n = int(centre.mentors["in_office"].sum())
    links = centre.links
    if not n and links.empty:
        return f"Наставников в данных за {school_year(centre.year)} учебный год нет."
    schools = int(links["school_id"].nunique())
    verb = fmt.plural(n, "действует", "действуют", "действуют")
    text = (
        f"На{fmt.NBSP}{fmt.date_ru(centre.day)} {verb} "
        f"{fmt.count_phrase(n, 'наставник', 'наставника', 'наставников')}"
    )
    if not schools:
        return f"{text}; ни за одной школой никто не закреплён."
    helped = fmt.plural(schools, "сопровождалась", "сопровождались", "сопровождались")
    return f"{text}; за учебный год {helped} {fmt.count_phrase(schools, *SCHOOLS)}."


def plans(total: dict[str, Any], year: int) -> str:
    """How many plans there are, how much of them is done and done in time."""
    if not total["n"]:
        return f"Планов наставников за {school_year(year)} учебный год в данных нет."
    text = (
        f"{fmt.sentence_case(fmt.count_phrase(total['n'], *PLANS))} "
        f"({fmt.count_phrase(total['planned'], 'пункт', 'пункта', 'пунктов')})"
    )
    if not total["n_marked"]:
        return f"{text}: выполнение не отмечено ни в одном."
    done = fmt.count_of(total["planned_marked"], "пункта", "пунктов")
    text += (
        f": выполнено {fmt.number(total['done'])} из{fmt.NBSP}{done} "
        f"({fmt.percent(total['share_done'])})"
    )
    if total["n_marked"] < total["n"]:
        text += (
            f"; в{fmt.NBSP}{fmt.number(total['n'] - total['n_marked'])} "
            f"из{fmt.NBSP}{fmt.count_of(total['n'], 'плана', 'планов')} выполнение не отмечено"
        )
    if total["done_timed"]:
        text += (
            f". Из{fmt.NBSP}выполненного в срок — {fmt.of(total['in_time'], total['done_timed'])} "
            f"({fmt.percent(total['share_in_time'])})"
        )
    return text + "."


def reports(centre: MentorCentre) -> str:
    """How many reports were handed in, and by how many links fewer than the norm."""
    links = centre.links
    if links.empty:
        return ""
    given = int(links["reports"].fillna(0).sum())
    norm = centre.network.norm
    text = f"Отчётов сдано {fmt.number(given)}"
    if not norm.reports:
        return f"{text}; норма отчётов не задана."
    few, n = int(links["no_report"].sum()), len(links)
    count = fmt.count_phrase(norm.reports, "отчёт", "отчёта", "отчётов")
    due = f"{count} за учебный год, {norm.standing}"
    if few:
        of = fmt.count_of(n, "закрепления", "закреплений")
        return f"{text}; меньше нормы ({due}) — в{fmt.NBSP}{fmt.number(few)} из{fmt.NBSP}{of}."
    where = "" if n == 1 else f" во{fmt.NBSP}всех закреплениях, их{fmt.NBSP}{fmt.number(n)}"
    return f"{text}; норма ({due}) соблюдена{where}."


def feedback(total: dict[str, Any]) -> str:
    """Mean mark of heads of schools with the number of answers."""
    n = total["feedback_n"]
    if not n:
        return "Отзывов руководителей школ нет."
    if n < LEAST_ANSWERS:
        return (
            f"Отзывов руководителей школ слишком мало ({fmt.number(n)}): среднее не показано, оно "
            "говорило бы об отдельных людях."
        )
    return (
        f"Средняя оценка в отзывах руководителей школ — {fmt.decimal(total['feedback'])} "
        f"из{fmt.NBSP}5 ({fmt.count_phrase(n, *ANSWERS)})."
    )


def exit_sentence(found: StatusExit) -> str:
    """Who left last year's list, with support and without."""
    if found.before is None:
        return (
            "Проследить, кто вышел из списка, нельзя: списка прошлого года нет, сравнить не с чем."
        )
    if found.schools.empty:
        return f"В списке {school_year(found.before)} учебного года школ не было: выходить некому."
    return sentence(found.groups, EXIT)


def exit_left_out(found: StatusExit) -> str:
    """Schools in neither group: support too late, or nothing known of this year."""
    rows = found.schools
    unknown = int((rows["outcome"] == "unknown").sum())
    late = int(((rows["support"] == "late") & (rows["outcome"] != "unknown")).sum())
    parts = []
    if late:
        parts.append(
            f"{fmt.count_phrase(late, *SCHOOLS)}, где сопровождение началось в марте или позже: на "
            "результатах весны оно сказаться не могло"
        )
    if unknown:
        parts.append(
            f"{fmt.count_phrase(unknown, *SCHOOLS)} без статуса в этом году (мало данных, школа "
            "закрыта или правила к ней не применяются): это не улучшение"
        )
    return f"Не вошли в сравнение: {'; '.join(parts)}." if parts else ""


def changes(centre: MentorCentre) -> str:
    """The plans of the year against those of the year before."""
    now, then = centre.total, centre.before
    before = school_year(centre.year - 1)
    if not then["n"]:
        return f"Сравнить не с чем: планов наставников за {before} учебный год нет."
    parts = [("планов", fmt.number(then["n"]), fmt.number(now["n"]))]
    for title, part, whole in (
        ("пунктов выполнено", "done", "planned_marked"),
        ("в срок", "in_time", "done_timed"),
    ):
        if then[whole] and now[whole]:
            parts.append((title, part_of(then[part], then[whole]), part_of(now[part], now[whole])))
    return f"Год назад ({before}): {then_and_now(parts)}."
