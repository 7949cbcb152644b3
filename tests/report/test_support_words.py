"""Sentences about the tutor point and the mentor centre: right for 0, 1, 2, 5 and 21 of everything."""

from __future__ import annotations

import datetime as dt
from types import SimpleNamespace
from typing import Any

import pytest

from shnor_lib.methods.group_shares import GroupShare, TwoGroups
from shnor_lib.methods.mentor_centre import mentor_centre
from shnor_lib.methods.status_exit import EXIT_DTYPES, StatusExit
from shnor_lib.methods.tutor_point import tutor_point
from shnor_lib.report.monitoring import mentors_words as mentors
from shnor_lib.report.monitoring import tutors_words as tutors
from shnor_lib.report.monitoring import two_groups
from shnor_lib.report.monitoring.support_lists import SupportLists
from shnor_lib.store import Dataset
from tests.methods.builders import table

YEAR, DAY = 2026, dt.date(2026, 4, 15)


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def lists(n: int) -> SupportLists:
    schools = tuple(f"S{i}" for i in range(n))
    return SupportLists(schools, 2025, schools, (), YEAR)


def point(
    n: int, waiting: int = 0, *, late: int = 0, marks: int = 0, timed: bool = True, staff: int = 10,
    listed: int = 0,
) -> Any:  # fmt: skip
    rows = [
        {"school_id": f"S{i}", "number": str(i), "date": dt.datetime(2026, 3, 1), "topic": "т",
         "year": YEAR, "teacher": f"S{i}-У1",
         "done": None if i < waiting else dt.datetime(2026, 3, 6),
         "in_time": None if i < waiting or not timed else i >= waiting + late,
         "mark": 4 if waiting <= i < waiting + marks else None}
        for i in range(n)
    ]  # fmt: skip
    known = [
        {"school_id": f"S{i}", "year": YEAR, "teachers": staff} for i in range(listed) if staff
    ]
    data = Dataset(tutor_point=table("tutor_point", rows), staff=table("staff", known))
    return tutor_point(data, YEAR, DAY, due=lists(listed).due)


RECEIVED = {
    (0, 0): "За 2025/26 учебный год (с 01.09.2025 по 15.04.2026) обращений в журнале тьюторского "
    "консультационного пункта нет.",
    (1, 0): "С 01.09.2025 по 15.04.2026 в пункт поступило 1 обращение из 1 школы. Помощь по нему "
    "оказана.",
    (1, 1): "поступило 1 обращение из 1 школы. Помощь не оказана ни по одному. Помощи ждёт "
    "1 обращение, уже 45 дней.",
    (2, 0): "поступило 2 обращения из 2 школ. Помощь оказана по всем (2), никто не ждёт.",
    (5, 2): "поступило 5 обращений из 5 школ. Помощь оказана по 3 из 5 (60,0 %). Помощи ждут "
    "2 обращения; самое давнее — 45 дней.",
    (21, 5): "поступило 21 обращение из 21 школы. Помощь оказана по 16 из 21 (76,2 %). Помощи ждут "
    "5 обращений; самое давнее — 45 дней.",
    (23, 21): "поступило 23 обращения из 23 школ. Помощь оказана по 2 из 23 (8,7 %). Помощи ждёт "
    "21 обращение; самое давнее — 45 дней.",
}


@pytest.mark.parametrize(("numbers", "said"), RECEIVED.items(), ids=str)
def test_received(numbers: tuple[int, int], said: str) -> None:
    assert plain(tutors.received(point(*numbers))).endswith(said)


@pytest.mark.parametrize(
    ("n", "late", "said"),
    [
        (1, 0, "5 дней (n = 1). Помощь пришла в срок в 1 из 1 случая (100,0 %)."),
        (2, 1, "5 дней (n = 2). Помощь пришла в срок в 1 из 2 случаев (50,0 %), с опозданием — 1."),
        (21, 5, "5 дней (n = 21). Помощь пришла в срок в 16 из 21 случая (76,2 %), с опозданием — 5."),
    ],
)  # fmt: skip
def test_in_time(n: int, late: int, said: str) -> None:
    assert plain(tutors.in_time(point(n, late=late).total)).endswith(said)


def test_in_time_of_nothing_and_of_what_nobody_marked() -> None:
    assert tutors.in_time(point(2, 2).total) == ""
    assert plain(tutors.in_time(point(2, timed=False).total)).endswith(
        "5 дней (n = 2). Оказана ли помощь в срок, в журнале не отмечено."
    )


SCHOOLS_COVERED = {
    (0, 0): "Школ списка 2024/25 учебного года нет: охватывать некого.",
    (0, 1): "Единственная школа списка 2024/25 учебного года в пункт не обращалась.",
    (1, 1): "Единственная школа списка 2024/25 учебного года в пункт обращалась.",
    (0, 21): "Ни одна из 21 школы списка 2024/25 учебного года в пункт не обращалась.",
    (1, 2): "Из 2 школ списка 2024/25 учебного года в пункт обращалась 1 (50,0 %).",
    (2, 5): "Из 5 школ списка 2024/25 учебного года в пункт обращались 2 (40,0 %).",
    (5, 21): "Из 21 школы списка 2024/25 учебного года в пункт обращались 5 (23,8 %).",
    (5, 5): "В пункт обращались все школы списка 2024/25 учебного года (5).",
}


@pytest.mark.parametrize(("numbers", "said"), SCHOOLS_COVERED.items(), ids=str)
def test_schools_covered(numbers: tuple[int, int], said: str) -> None:
    n, listed = numbers
    found = point(n, listed=listed).coverage
    assert plain(tutors.schools_covered(found, lists(listed).due_words)) == said


def test_teachers_covered() -> None:
    def said(low: int, high: int, teachers: int, schools: int, staffed: int) -> str:
        return plain(
            tutors.teachers_covered(
                SimpleNamespace(
                    n_schools=schools, n_staffed=staffed, teachers=teachers, helped_low=low,
                    helped_high=high,
                )  # type: ignore[arg-type]
            )
        )  # fmt: skip

    assert said(0, 0, 0, 0, 0) == ""
    assert said(0, 0, 0, 2, 0).endswith("книга «Кадры» за этот год не сдана.")
    assert said(0, 0, 21, 1, 1) == "Из учителей этих школ помощи не получил никто (0 из 21)."
    assert said(5, 5, 21, 2, 2) == "Помощь получили 5 из 21 учителя этих школ (23,8 %)."
    assert said(2, 5, 50, 3, 2).startswith(
        "Помощь получили от 2 до 5 из 50 учителей этих школ (от 4,0 до 10,0 %): "
    )
    assert said(2, 2, 50, 3, 2).endswith("; школа без сведений о кадрах (1) не учтена.")
    assert said(2, 2, 50, 7, 2).endswith("; школы без сведений о кадрах (5) не учтены.")


@pytest.mark.parametrize(
    ("marks", "said"),
    [
        (0, "Отзывов обратившихся в журнале нет."),
        (2, "Отзывов слишком мало (2 из 21 обращений с помощью): среднее не показано"),
        (5, "Средняя оценка в отзывах — 4,0 из 5 (5 отзывов; отзыв есть после 23,8 %"),
        (21, "Средняя оценка в отзывах — 4,0 из 5 (21 отзыв; отзыв есть после 100,0 %"),
    ],
)
def test_feedback(marks: int, said: str) -> None:
    assert plain(tutors.feedback(point(21, marks=marks).total)).startswith(said)


def test_changes_without_a_year_before() -> None:
    assert tutors.changes(point(5)) == (
        "Сравнить не с чем: журнала обращений за 2024/25 учебный год нет."
    )


def groups(helped: tuple[int, int], others: tuple[int, int], clusters: int = 10) -> TwoGroups:
    return TwoGroups(*(GroupShare(n, x, min(n, clusters)) for x, n in (helped, others)))


def test_comparison_in_words() -> None:
    words = tutors.DEFICITS
    say = two_groups.sentence
    assert say(groups((0, 0), (0, 0)), words) == (
        "Дефицит восполнен: сравнивать нечего, дефицитов в данных нет."
    )
    assert plain(say(groups((3, 21), (0, 0)), words)) == (
        "Дефицит восполнен: сравнить не с чем, дефицитов у остальных учителей в данных нет."
    )
    hidden = plain(say(groups((1, 1), (5, 21)), words))
    assert hidden.endswith(
        "в одной из групп меньше пяти учителей (с помощью — 1, без неё — 10); доли не показаны."
    )
    assert "%" not in hidden, "one teacher's deficits stay hidden"
    shown = plain(say(groups((18, 21), (2, 22)), words))
    assert shown.startswith(
        "Дефицит восполнен: 18 из 21 дефицита (85,7 %) у получивших помощь пункта и 2 из "
        "22 дефицитов (9,1 %) у остальных учителей. Разница +76,6 п. п. (с вероятностью 95 % от "
    )
    assert "эти данные не говорят" in shown
    assert "не значит, что помощь повредила" in say(groups((2, 22), (18, 21)), words)
    assert say(groups((5, 21), (5, 22)), words).endswith("могла возникнуть случайно.")


def test_schools_that_left_in_words() -> None:
    def said(first: tuple[int, int], second: tuple[int, int]) -> str:
        frame = StatusExit(
            YEAR, 2025, _frame(sum(n for _, n in (first, second))), groups(first, second)
        )
        return plain(mentors.exit_sentence(frame))

    assert said((1, 2), (1, 1)) == (
        "Школа вышла из списка: 1 из 2 школ (50,0 %) с сопровождением и 1 из 1 школы (100,0 %) без "
        "сопровождения. В одной из групп меньше пяти школ: сравнивать такие доли нельзя."
    )
    assert said((0, 0), (5, 21)) == (
        "Школа вышла из списка: 5 из 21 школы (23,8 %) без сопровождения; сравнить не с чем, школ с "
        "сопровождением в данных нет."
    )
    assert said((0, 0), (0, 0)) == ("В списке 2024/25 учебного года школ не было: выходить некому.")
    nothing = StatusExit(YEAR, None, _frame(0), groups((0, 0), (0, 0)))
    assert "сравнить не с чем" in mentors.exit_sentence(nothing)


def _frame(n: int) -> Any:
    import pandas as pd

    return pd.DataFrame(
        {name: pd.Series(["x"] * n, dtype=dtype) for name, dtype in EXIT_DTYPES.items()}
    )


def centre(n: int, plans: int, *, done: int | None = 3, listed: int | None = None) -> Any:
    """``n`` schools with a mentor, ``plans`` of them with a plan of four points."""
    people = [{"supporter": f"Н-{i}", "role": "mentor", "position": "директор"} for i in range(n)]
    links = [{"supporter": f"Н-{i}", "school_id": f"S{i}", "year": YEAR} for i in range(n)]
    rows = [
        {"supporter": f"Н-{i}", "school_id": f"S{i}", "year": YEAR, "planned": 4, "done": done,
         "in_time": None if done is None else 2, "feedback": 4.5, "feedback_n": 1}
        for i in range(plans)
    ]  # fmt: skip
    data = Dataset(
        supporters=table("supporters", people),
        support_links=table("support_links", links),
        mentor_centre=table("mentor_centre", rows),
    )
    return mentor_centre(data, YEAR, DAY, due=lists(n if listed is None else listed).due)


COVERAGE = {
    (0, 0, 0): "Школ списка 2024/25 учебного года нет: наставники назначаются не по нему.",
    (0, 0, 21): "Ни у одной из 21 школы списка 2024/25 учебного года наставника нет.",
    (1, 0, 1): "У единственной школы списка 2024/25 учебного года наставник есть, плана нет.",
    (1, 1, 1): "У единственной школы списка 2024/25 учебного года наставник есть, и план есть.",
    (2, 2, 5): "Из 5 школ списка 2024/25 учебного года наставник есть у 2 (40,0 %), план — у 2 "
    "(40,0 %).",
    (5, 5, 5): "Наставник и план есть у всех школ списка 2024/25 учебного года (5).",
    (
        5,
        0,
        21,
    ): "Из 21 школы списка 2024/25 учебного года наставник есть у 5 (23,8 %), плана нет ни "
    "у одной.",
    (
        21,
        5,
        21,
    ): "Наставник есть у всех школ списка 2024/25 учебного года (21), план — у 5 (23,8 %).",
}


@pytest.mark.parametrize(("numbers", "said"), COVERAGE.items(), ids=str)
def test_mentor_coverage(numbers: tuple[int, int, int], said: str) -> None:
    n, plans, listed = numbers
    found = centre(n, plans, listed=listed)
    assert plain(mentors.coverage(found, lists(listed))) == said


@pytest.mark.parametrize(
    ("n", "said"),
    [
        (0, "Наставников в данных за 2025/26 учебный год нет."),
        (1, "На 15.04.2026 действует 1 наставник; за учебный год сопровождалась 1 школа."),
        (2, "На 15.04.2026 действуют 2 наставника; за учебный год сопровождались 2 школы."),
        (5, "На 15.04.2026 действуют 5 наставников; за учебный год сопровождались 5 школ."),
        (21, "На 15.04.2026 действует 21 наставник; за учебный год сопровождалась 21 школа."),
    ],
)
def test_mentors_at_work(n: int, said: str) -> None:
    assert plain(mentors.people(centre(n, n))) == said


@pytest.mark.parametrize(
    ("n", "done", "said"),
    [
        (0, 3, "Планов наставников за 2025/26 учебный год в данных нет."),
        (1, 3, "1 план (4 пункта): выполнено 3 из 4 пунктов (75,0 %). Из выполненного в срок — "
         "2 из 3 (66,7 %)."),
        (2, None, "2 плана (8 пунктов): выполнение не отмечено ни в одном."),
        (21, 3, "21 план (84 пункта): выполнено 63 из 84 пунктов (75,0 %). Из выполненного в срок — "
         "42 из 63 (66,7 %)."),
    ],
)  # fmt: skip
def test_plans(n: int, done: int | None, said: str) -> None:
    assert plain(mentors.plans(centre(n, n, done=done).total, YEAR)) == said


@pytest.mark.parametrize(
    ("n", "said"),
    [
        (0, ""),
        (1, "Отчётов сдано 0; меньше нормы (1 отчёт за учебный год, проект) — в 1 из 1 закрепления."),
        (21, "Отчётов сдано 0; меньше нормы (1 отчёт за учебный год, проект) — в 21 из "
         "21 закрепления."),
    ],
)  # fmt: skip
def test_reports(n: int, said: str) -> None:
    assert plain(mentors.reports(centre(n, n))) == said


@pytest.mark.parametrize(
    ("n", "said"),
    [
        (0, "Отзывов руководителей школ нет."),
        (2, "Отзывов руководителей школ слишком мало (2): среднее не показано"),
        (5, "Средняя оценка в отзывах руководителей школ — 4,5 из 5 (5 отзывов)."),
        (21, "Средняя оценка в отзывах руководителей школ — 4,5 из 5 (21 отзыв)."),
    ],
)
def test_feedback_of_heads(n: int, said: str) -> None:
    assert plain(mentors.feedback(centre(n, n).total)).startswith(said)
