"""Tables of the fifth monitoring: indicators and how they are counted, subjects, schools, tutors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from shnor_lib.methods.support_network import SupportNetwork
from shnor_lib.methods.tutor_coverage import Coverage
from shnor_lib.methods.tutor_point import TutorPoint, tally, topics
from shnor_lib.report import format as fmt
from shnor_lib.report.blocks import capped
from shnor_lib.report.display import Col, DataTable
from shnor_lib.report.labels import school_year
from shnor_lib.report.monitoring import tutors_words as words
from shnor_lib.report.monitoring.indicators import LEAST_ANSWERS, STANDING, mark_of, part_of
from shnor_lib.report.monitoring.lists import SCHOOLS, natural, place_href
from shnor_lib.report.monitoring.support_lists import SupportLists
from shnor_lib.report.people import supporter_names
from shnor_lib.report.risks.decision_tables import NO_PLACE
from shnor_lib.report.rows import Row, records
from shnor_lib.tables.codes import CONSULTATION_FORMS

Names = Mapping[str, str]
ROWS = 40
NO_SUBJECT, NO_FORM, NO_TUTOR = "предмет не указан", "форма не указана", "тьютор не указан"

DEFINITIONS: tuple[tuple[str, str], ...] = (
    ("Поступило обращений", "Обращения журнала с датой в учебном году и не позже названного дня."),
    ("Помощь оказана", "Обращения, у которых дата помощи не позже названного дня; доля — от всех поступивших."),
    ("Ждут помощи", "Остальные обращения: даты помощи нет или она позже названного дня."),
    ("Медиана времени до помощи", "Половина обращений с помощью ждала не дольше; календарные дни от обращения до помощи."),
    ("Оказана в срок", "Отмечено в журнале «да»; доля — от обращений с помощью, у которых срок отмечен."),
    ("Учителей получили помощь, человеко-раз", "Сумма по обращениям с помощью: группа — по числу людей, иначе один; один человек может быть посчитан не раз."),
    ("Школ обращалось", "Разные школы, из которых были обращения: из списка и нет."),
    ("Обращались школы списка", "Школы списка, с которого начался год, хотя бы с одним обращением; доля — от всех школ этого списка."),
    ("Охвачено учителей этих школ", "Разные учителя с помощью — от учителей этих школ по книге «Кадры»; снизу: разные коды или самая большая группа, сверху: коды и все люди в группах."),
    ("Средняя оценка в отзывах", "Среднее оценок от 1 до 5 после оказанной помощи."),
    ("Дефицит восполнен", "Доля дефицитов, восполненных к названному дню, у учителей, получивших в этом учебном году помощь пункта, и у остальных."),
    ("Повторная диагностика лучше первой", "Доля пар «учитель, предмет, работа», где вторая диагностика лучше, с помощью между диагностиками и без неё."),
)  # fmt: skip
"""Indicator → how it is counted."""


def indicators_table(point: TutorPoint) -> DataTable:
    """Indicators of the year beside those of the year before, each with its n."""
    columns = [("now", point.total, point.coverage)]
    if point.whole["n"]:
        columns.append(("then", point.same_day, point.coverage_same_day))
        columns.append(("whole", point.whole, point.coverage_whole))
    lines: dict[str, Callable[[Mapping[str, Any], Coverage], str]] = {
        "Поступило обращений": lambda t, _: fmt.number(t["n"]),
        "Помощь оказана": lambda t, _: part_of(t["fulfilled"], t["n"]),
        "Ждут помощи": lambda t, _: part_of(t["waiting"], t["n"]),
        "Медиана времени до помощи": lambda t, _: words.median_days(t),
        "Оказана в срок": lambda t, _: part_of(t["in_time"], t["n_timed"]),
        "Учителей получили помощь, человеко-раз": lambda t, _: fmt.number(t["people"]),
        "Школ обращалось": lambda t, _: fmt.number(t["n_schools"]),
        "Обращались школы списка": lambda _, c: part_of(c.n_turned, c.n_schools),
        "Охвачено учителей этих школ": lambda _, c: words.teachers_part(c),
        "Средняя оценка в отзывах": lambda t, _: mark_of(t["mark"], t["n_marks"]),
    }
    rows = [
        {"title": title, **{name: make(total, reach) for name, total, reach in columns}}
        for title, make in lines.items()
    ]
    day = fmt.date_ru(point.day)
    shown = [Col("title", "Показатель"), Col("now", f"{school_year(point.year)}, на {day}")]
    if len(columns) > 1:
        before = school_year(point.year - 1)
        shown += [
            Col("then", f"{before}, на тот же день"),
            Col("whole", f"{before}, весь год"),
        ]
    return DataTable(
        rows,
        shown,
        caption="Показатели тьюторского консультационного пункта (происхождение: проект)",
    )


def definitions_table() -> DataTable:
    """How every indicator is counted, and its standing."""
    rows = [{"title": title, "how": how, "standing": STANDING} for title, how in DEFINITIONS]
    return DataTable(
        rows,
        [Col("title", "Показатель"), Col("how", "Как считается"), Col("standing", "Происхождение")],
        caption="Определения и происхождение показателей",
    )


def _time_columns() -> list[Col]:
    return [
        Col("n", "Обращений", "int"),
        Col("fulfilled", "Помощь оказана", "int"),
        Col("timed", "В срок", missing="срок не отмечен", help="Из тех, у кого срок отмечен"),
        Col("median_days", "Медиана, дней", "decimal", missing="помощи ещё не было"),
        Col("waiting", "Ждут", "int"),
        Col("longest_wait", "Дольше всех ждут, дней", "int", missing="никто не ждёт"),
    ]


def with_time(rows: pd.DataFrame) -> list[Row]:
    """Rows of a tally with «x из n» in time."""
    return [
        {**row, "timed": fmt.of(row["in_time"], row["n_timed"]) if row["n_timed"] else None}
        for row in records(rows)
    ]


def subjects_table(point: TutorPoint) -> DataTable:
    """Requests by subject."""
    rows = with_time(point.by("subject"))
    for row in rows:
        row["subject"] = fmt.one_line(row["subject"], NO_SUBJECT)
    return capped(
        pd.DataFrame(rows),
        [Col("subject", "Предмет"), *_time_columns()],
        caption=f"Обращения по предметам, {school_year(point.year)} учебный год",
        most=ROWS,
        nouns=("предмета", "предметов"),
        empty="Обращений нет.",
    )


def topics_table(point: TutorPoint) -> DataTable:
    """Topics asked about more than once; single ones are summed up: each is one person's."""
    rows = topics(point.requests)
    often = records(rows[rows["n"] > 1][["topic", "n", "n_schools", "fulfilled"]])
    rare = rows[rows["n"] == 1]
    if len(rare):
        name = "темы, названные по одному разу"
        rest = {"n": len(rare), "n_schools": None, "fulfilled": int(rare["fulfilled"].sum())}
        often.append({"topic": f"{name} ({fmt.number(len(rare))})", **rest})
    return capped(
        pd.DataFrame(often),
        [
            Col("topic", "Тема"),
            Col("n", "Обращений", "int"),
            Col("n_schools", "Школ", "int", missing="не считается"),
            Col("fulfilled", "Помощь оказана", "int"),
        ],
        caption=f"О чём спрашивают, {school_year(point.year)} учебный год",
        most=ROWS,
        nouns=("темы", "тем"),
        empty="Тем в журнале нет.",
    )


def forms_table(point: TutorPoint) -> DataTable:
    """Consultations by form: of requests with help."""
    done = point.requests[point.requests["fulfilled"]]
    total = len(done)
    rows: list[Row] = []
    for code, title in [*CONSULTATION_FORMS.items(), (None, NO_FORM)]:
        own = done[done["form"].isna()] if code is None else done[done["form"] == code]
        if code is None and own.empty:
            continue
        rows.append(
            {
                "form": title,
                "n": len(own),
                "share": len(own) / total if total else None,
                "people": int(own["people"].sum()),
            }
        )
    return DataTable(
        rows if total else [],
        [
            Col("form", "Форма помощи"),
            Col("n", "Оказано", "int"),
            Col("share", f"Доля (из{fmt.NBSP}{fmt.number(total)})", "percent"),
            Col("people", "Человеко-раз", "int", help="Группа считается по числу людей"),
        ],
        caption=f"Оказанная помощь по формам, {school_year(point.year)} учебный год",
        empty="Помощь ещё никому не оказана.",
    )


def schools_table(found: Coverage, lists: SupportLists, names: Names, links: Names) -> DataTable:
    """Schools the point was meant for: who turned to it, how many of the teachers got help."""
    rows = [
        {
            **row,
            "name": names.get(row["school_id"], row["school_id"]),
            "href": links.get(row["school_id"]),
            "helped": fmt.number_range(row["helped_low"], row["helped_high"]),
        }
        for row in records(found.schools)
    ]
    rows.sort(key=lambda row: (row["n"] > 0, -row["waiting"], natural(row["name"])))
    return capped(
        pd.DataFrame(rows),
        [
            Col("name", "Школа", "link", href="href"),
            Col("n", "Обращений", "int"),
            Col("fulfilled", "Помощь оказана", "int"),
            Col("waiting", "Ждут", "int"),
            Col("helped", "Учителей с помощью", help="Разных людей: не менее и не более"),
            Col("teachers", "Учителей в школе", "int", missing="кадры не сданы"),
        ],
        caption=f"Школы {lists.due_words} и тьюторский пункт",
        most=ROWS,
        nouns=("школы", "школ"),
        sortable=True,
        empty="Школ в списке нет.",
    )


def late_table(point: TutorPoint, names: Names, links: Names) -> DataTable:
    """Schools that got help late or wait for it: sums by school, no single request."""
    rows = point.by("school_id")
    rows = rows[((rows["late"] > 0) | (rows["waiting"] > 0)).to_numpy(dtype=bool)]
    lines = [
        {
            **row,
            "name": names.get(row["school_id"], row["school_id"]),
            "href": links.get(row["school_id"]),
        }
        for row in records(rows)
    ]
    lines.sort(key=lambda row: (-row["late"], -(row["longest_wait"] or 0), natural(row["name"])))
    return capped(
        pd.DataFrame(lines),
        [
            Col("name", "Школа", "link", href="href"),
            Col("n", "Обращений", "int"),
            Col("late", "С опозданием", "int"),
            Col("median_days", "Медиана, дней", "decimal", missing="помощи ещё не было"),
            Col("waiting", "Ждут", "int"),
            Col("longest_wait", "Дольше всех ждут, дней", "int", missing="никто не ждёт"),
        ],
        caption="Школы, где помощь опоздала или её ждут",
        most=ROWS,
        nouns=("школы", "школ"),
        sortable=True,
        empty="Опозданий нет, и никто не ждёт.",
    )


def municipalities_table(point: TutorPoint, places: Names) -> DataTable | None:
    """Requests by municipality; None where there is one only."""
    place = point.requests["school_id"].map(lambda key: places.get(str(key), "") or NO_PLACE)
    if place.nunique() < 2:
        return None
    rows = with_time(tally(point.requests.assign(place=place), ["place"]))
    rows.sort(key=lambda row: natural(row["place"]))
    for row in rows:
        row["href"] = place_href("" if row["place"] == NO_PLACE else row["place"])
    return capped(
        pd.DataFrame(rows),
        [
            Col("place", "Муниципалитет", "link", href="href"),
            Col("n_schools", "Школ обратилось", "int"),
            *_time_columns(),
        ],
        caption=f"Обращения по муниципалитетам, {school_year(point.year)} учебный год",
        most=ROWS,
        nouns=("муниципалитета", "муниципалитетов"),
        sortable=True,
        empty="Обращений нет.",
    )


def tutors_table(point: TutorPoint, network: SupportNetwork) -> DataTable:
    """Every tutor: requests, time, assigned schools and teachers, feedback."""
    people = network.supporters
    own = {row["supporter"]: row for row in with_time(point.by("supporter"))}
    at_work = people["in_office"] | (people["links"] > 0).to_numpy(dtype=bool)
    register = {
        row["supporter"]: row for row in records(people[(people["role"] == "tutor") & at_work])
    }
    named = supporter_names(people)
    rows: list[Row] = []
    for code in [*dict.fromkeys([*register, *(key for key in own if key)]), None]:
        if code is None and None not in own:
            continue
        journal, person = own.get(code, {}), register.get(code, {})
        marks = journal.get("n_marks") or 0
        mark = journal.get("mark") if marks >= LEAST_ANSWERS else None
        rows.append(
            {
                "name": NO_TUTOR if code is None else named.get(code, code),
                "subject": person.get("subject"),
                "n": journal.get("n", 0),
                "timed": journal.get("timed"),
                "median_days": journal.get("median_days"),
                "waiting": journal.get("waiting", 0),
                "assigned": _assigned(person) if person else None,
                "mark": None if mark is None else f"{fmt.decimal(mark)} ({fmt.number(marks)})",
            }
        )
    rows.sort(key=lambda row: (row["name"] == NO_TUTOR, -row["n"], natural(row["name"])))
    return capped(
        pd.DataFrame(rows),
        [
            Col("name", "Тьютор"),
            Col("subject", "Предмет", missing="не указан"),
            Col("n", "Обращений", "int", help="По журналу пункта"),
            Col("timed", "В срок", missing="срок не отмечен"),
            Col("median_days", "Медиана, дней", "decimal", missing="помощи ещё не было"),
            Col("waiting", "Ждут", "int"),
            Col("assigned", "Закреплено", missing="тьютором в данных не назван"),
            Col(
                "mark",
                "Оценка (отзывов)",
                missing="меньше трёх отзывов",
                help="Среднее показано, когда отзывов не меньше трёх",
            ),
        ],
        caption=f"Тьюторы, {school_year(point.year)} учебный год",
        most=100,
        nouns=("тьютора", "тьюторов"),
        sortable=True,
        empty="Тьюторов в реестре и в журнале нет.",
    )


def _assigned(person: Row) -> str:
    """«3 школы, 7 учителей» of the links of the year."""
    schools = fmt.count_phrase(person["schools"], *SCHOOLS)
    if not person["teachers"]:
        return schools
    return f"{schools}, {fmt.count_phrase(person['teachers'], 'учитель', 'учителя', 'учителей')}"
