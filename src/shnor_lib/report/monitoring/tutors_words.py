"""Sentences of the fifth monitoring: requests, time, coverage, feedback; right for any number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shnor_lib.methods.tutor_coverage import Coverage
from shnor_lib.methods.tutor_point import TutorPoint
from shnor_lib.report import format as fmt
from shnor_lib.report.labels import school_year
from shnor_lib.report.monitoring.indicators import LEAST_ANSWERS, part_of, then_and_now
from shnor_lib.report.monitoring.support_lists import SupportLists
from shnor_lib.report.monitoring.two_groups import Words

REQUESTS = ("обращение", "обращения", "обращений")
DAYS = ("день", "дня", "дней")
ANSWERS = ("отзыв", "отзыва", "отзывов")

DEFICITS = Words(
    "Дефицит восполнен",
    ("дефицита", "дефицитов"),
    ("учителя", "учителей"),
    "получили помощь пункта",
    "остальные учителя",
    "у получивших помощь пункта",
    "у остальных учителей",
)
PAIRS = Words(
    "Повторная диагностика лучше первой",
    ("пары диагностик", "пар диагностик"),
    ("учителя", "учителей"),
    "помощь пункта между диагностиками была",
    "помощи между диагностиками не было",
    "у получивших между ними помощь пункта",
    "у остальных учителей",
)


def period(point: TutorPoint) -> str:
    """«с 01.09.2025 по 15.04.2026»."""
    first = f"01.09.{point.year - 1}"
    return f"с{fmt.NBSP}{first} по{fmt.NBSP}{fmt.date_ru(point.day)}"


def median_days(total: Mapping[str, Any]) -> str:
    """Median time from request to help: «6 дней (n = 18)»."""
    if total["median_days"] is None:
        return fmt.NO_DATA
    days = float(total["median_days"])
    noun = fmt.plural(days, *DAYS)
    return f"{fmt.number(days)}{fmt.NBSP}{noun} (n{fmt.NBSP}={fmt.NBSP}{fmt.number(total['fulfilled'])})"


def received(point: TutorPoint) -> str:
    """How many turned to the point, how many got help, how many wait."""
    total = point.total
    n = total["n"]
    if not n:
        return (
            f"За {school_year(point.year)} учебный год ({period(point)}) обращений в журнале "
            "тьюторского консультационного пункта нет."
        )
    schools = fmt.count_of(total["n_schools"], "школы", "школ")
    text = (
        f"{fmt.sentence_case(period(point))} в пункт поступило {fmt.count_phrase(n, *REQUESTS)} "
        f"из{fmt.NBSP}{schools}."
    )
    if not total["fulfilled"]:
        return f"{text} Помощь не оказана ни по одному. {waiting(total)}"
    if not total["waiting"]:
        done = (
            "Помощь по нему оказана."
            if n == 1
            else f"Помощь оказана по всем ({fmt.number(n)}), никто не ждёт."
        )
        return f"{text} {done}"
    return (
        f"{text} Помощь оказана по{fmt.NBSP}{fmt.number(total['fulfilled'])} "
        f"из{fmt.NBSP}{fmt.number(n)} ({fmt.percent(total['share_fulfilled'])}). {waiting(total)}"
    )


def waiting(total: dict[str, Any]) -> str:
    """«Помощи ждут 3 обращения; самое давнее — 45 дней.»"""
    n = total["waiting"]
    if not n:
        return "Помощи не ждёт никто."
    longest = fmt.count_phrase(total["longest_wait"], *DAYS)
    verb = fmt.plural(n, "ждёт", "ждут", "ждут")
    text = f"Помощи {verb} {fmt.count_phrase(n, *REQUESTS)}"
    return f"{text}, уже {longest}." if n == 1 else f"{text}; самое давнее — {longest}."


def in_time(total: dict[str, Any]) -> str:
    """How quickly help came and how often in time."""
    if not total["fulfilled"]:
        return ""
    text = f"От обращения до помощи проходит (медиана) {median_days(total)}."
    if not total["n_timed"]:
        return f"{text} Оказана ли помощь в срок, в журнале не отмечено."
    cases = fmt.count_of(total["n_timed"], "случая", "случаев")
    text += (
        f" Помощь пришла в срок в{fmt.NBSP}{fmt.number(total['in_time'])} из{fmt.NBSP}{cases} "
        f"({fmt.percent(total['share_in_time'])})"
    )
    if total["late"]:
        text += f", с опозданием — {fmt.number(total['late'])}"
    if total["untimed"]:
        n = total["untimed"]
        text += f"; по{fmt.NBSP}{fmt.number(n)} срок не отмечен"
    return text + "."


def schools_covered(found: Coverage, words: str) -> str:
    """How many schools of a list turned to the point.

    Parameters
    ----------
    found
        The coverage.
    words
        Which list, in the genitive: «списка 2024/25 учебного года».
    """
    if not found.n_schools:
        return f"Школ {words} нет: охватывать некого."
    n, turned = found.n_schools, found.n_turned
    if turned == n:
        return (
            f"Единственная школа {words} в пункт обращалась."
            if n == 1
            else f"В пункт обращались все школы {words} ({fmt.number(n)})."
        )
    if not turned:
        return (
            f"Единственная школа {words} в пункт не обращалась."
            if n == 1
            else f"Ни одна из{fmt.NBSP}{fmt.count_of(n, 'школы', 'школ')} {words} в пункт не обращалась."
        )
    verb = fmt.plural(turned, "обращалась", "обращались", "обращались")
    return (
        f"Из{fmt.NBSP}{fmt.count_of(n, 'школы', 'школ')} {words} в пункт {verb} "
        f"{fmt.number(turned)} ({fmt.percent(turned / n)})."
    )


def teachers_covered(found: Coverage) -> str:
    """How many teachers of these schools got help, of all they have."""
    if not found.n_schools:
        return ""
    if not found.n_staffed:
        return "Сколько в этих школах учителей, не известно: книга «Кадры» за этот год не сдана."
    whole = found.teachers
    low, high = found.helped_low, found.helped_high
    text = "Помощь получили "
    if not high:
        text = "Из учителей этих школ помощи не получил никто"
        text += f" (0 из{fmt.NBSP}{fmt.number(whole)})"
    elif low == high:
        text += (
            f"{fmt.number(low)} из{fmt.NBSP}{fmt.count_of(whole, 'учителя', 'учителей')} этих школ "
            f"({fmt.percent(low / whole)})"
        )
    else:
        text += (
            f"{fmt.number_range(low, high)} из{fmt.NBSP}{fmt.count_of(whole, 'учителя', 'учителей')} "
            f"этих школ ({fmt.interval(low / whole, high / whole, 1)}): помощь группам записана "
            "числом, без кодов, и одни и те же люди могли быть в нескольких группах"
        )
    missing = found.n_schools - found.n_staffed
    if missing:
        text += (
            f"; школы без сведений о кадрах ({fmt.number(missing)}) не учтены"
            if missing > 1
            else "; школа без сведений о кадрах (1) не учтена"
        )
    return text + "."


def teachers_part(found: Coverage) -> str:
    """«от 33,3 до 57,1 % (от 14 до 24 из 42)»."""
    if not found.teachers:
        return fmt.NO_DATA
    low, high = found.helped_low, found.helped_high
    if low == high:
        return part_of(low, found.teachers)
    share = fmt.interval(low / found.teachers, high / found.teachers, 1)
    return f"{share} ({fmt.number_range(low, high)} из{fmt.NBSP}{fmt.number(found.teachers)})"


def feedback(total: dict[str, Any]) -> str:
    """Mean mark with the number of answers."""
    n = total["n_marks"]
    if not total["fulfilled"]:
        return ""
    if not n:
        return "Отзывов обратившихся в журнале нет."
    of = fmt.of(n, total["fulfilled"])
    if n < LEAST_ANSWERS:
        return (
            f"Отзывов слишком мало ({of} обращений с помощью): среднее не показано, оно говорило "
            "бы об отдельных людях."
        )
    return (
        f"Средняя оценка в отзывах — {fmt.decimal(total['mark'])} из{fmt.NBSP}5 "
        f"({fmt.count_phrase(n, *ANSWERS)}; отзыв есть после {fmt.percent(n / total['fulfilled'])} "
        "оказанной помощи)."
    )


def changes(point: TutorPoint) -> str:
    """The year up to the day against the same days of the year before."""
    now, then, whole = point.total, point.same_day, point.whole
    before = school_year(point.year - 1)
    if not whole["n"]:
        return f"Сравнить не с чем: журнала обращений за {before} учебный год нет."
    if not then["n"]:
        return (
            f"К этому дню год назад обращений ещё не было; за весь {before} учебный год — "
            f"{fmt.number(whole['n'])}."
        )
    parts = [("обращений", fmt.number(then["n"]), fmt.number(now["n"]))]
    if now["median_days"] is not None and then["median_days"] is not None:
        parts.append(("медиана времени до помощи", median_days(then), median_days(now)))
    if now["n_timed"] and then["n_timed"]:
        parts.append(
            (
                "в срок",
                part_of(then["in_time"], then["n_timed"]),
                part_of(now["in_time"], now["n_timed"]),
            )
        )
    return f"К этому же дню год назад: {then_and_now(parts)}."


def lists_note(lists: SupportLists) -> str:
    """Which list the coverage is about and why."""
    if lists.own:
        return (
            f"Списка прошлого года нет, поэтому охват считается по списку самого "
            f"{school_year(lists.year)} учебного года: он составлен, когда год уже прошёл."
        )
    return (
        f"Помощь в {school_year(lists.year)} учебном году предназначалась школам "
        f"{lists.due_words}: новый список появляется, когда год уже прошёл."
    )
