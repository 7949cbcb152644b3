"""Monitorings 5 and 6 as a reader sees them: numbers against the rows, nobody's code, no gaps."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from shnor_lib.methods.competence_definition import load_competence_rules
from shnor_lib.methods.identification import Identification, identify
from shnor_lib.methods.mentor_centre import mentor_centre
from shnor_lib.methods.ruleset import load_ruleset
from shnor_lib.methods.status_exit import status_exit
from shnor_lib.methods.support_network import support_network
from shnor_lib.methods.tutor_outcomes import tutor_outcomes
from shnor_lib.methods.tutor_point import tutor_point
from shnor_lib.project import open_project
from shnor_lib.report.annual.page import annual_page
from shnor_lib.report.annual.parts import CHAPTERS
from shnor_lib.report.annual.year import AnnualYear
from shnor_lib.report.monitoring import mentors, tutors
from shnor_lib.report.monitoring.lists import page_links, places_of, school_names
from shnor_lib.report.monitoring.support_lists import list_years, support_lists
from shnor_lib.report.municipality.paths import place_path
from shnor_lib.store import Dataset
from tests.report import support_project as planted

YEAR, DAY = planted.YEAR, planted.AS_OF
NOW = dt.datetime(DAY.year, DAY.month, DAY.day)
TECHNICAL = re.compile(r">nan<|>None<|<NA>|NaT|\bnan\b|\bNone\b|Traceback")


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ").replace("\\", "")


def seen(item: Any) -> str:
    """All forms in which a cell's value reaches a page or a workbook."""
    bundle = item._repr_mimebundle_()
    texts = [str(value) for mime, value in bundle.items() if mime.startswith("text/")]
    return plain("\n".join(texts))


@cache
def identified() -> Identification:
    """Statuses of the planted schools; the tables of support have no part in them."""
    data = planted.data()
    return identify(data, load_ruleset("tbilissky-2021"), years=list_years(data, YEAR))


def monitoring(data: Dataset, *, due: tuple[str, ...] | None = None) -> SimpleNamespace:
    """Everything both notebooks compute; ``due`` takes the place of the list."""
    found = identified()
    lists = support_lists(found, YEAR)
    if due is not None:
        lists = type(lists)(due, lists.due_year, due, (), YEAR)
    names, links = school_names(data.schools), page_links(data.schools["school_id"])
    point = tutor_point(
        data, YEAR, DAY, due=lists.due, now_listed=lists.now, due_before=lists.before
    )
    centre = mentor_centre(
        data, YEAR, DAY, due=lists.due, now_listed=lists.now, due_before=lists.before
    )
    return SimpleNamespace(
        data=data, lists=lists, names=names, links=links, point=point, centre=centre,
        outcomes=tutor_outcomes(data, load_competence_rules("proposal"), YEAR, DAY),
        network=support_network(data, lists.due, YEAR, DAY),
        leavers=status_exit(data, found, YEAR),
    )  # fmt: skip


def shown(at: SimpleNamespace) -> Iterator[tuple[str, Any]]:
    """Every cell of both notebooks but the effect of support, which has tests of its own."""
    names, links, places = at.names, at.links, places_of(at.data.schools)
    point, centre = at.point, at.centre
    yield "t.parameters", tutors.parameters_line(point, "ministry", "Проба")
    yield "t.main", tutors.main_points(point, at.outcomes, at.lists)
    yield "t.source", tutors.source_text()
    yield "t.indicators", tutors.indicators_table(point)
    yield "t.changes", tutors.changes_text(point)
    yield "t.time", tutors.time_text(point)
    yield "t.months", tutors.months_chart(point)
    yield "t.late", tutors.late_table(point, names, links)
    yield "t.subjects_chart", tutors.subjects_chart(point)
    yield "t.subjects", tutors.subjects_table(point)
    yield "t.topics", tutors.topics_table(point)
    yield "t.forms", tutors.forms_table(point)
    yield "t.coverage", tutors.coverage_text(point, at.lists, names, links)
    yield "t.schools", tutors.schools_table(point.coverage, at.lists, names, links)
    yield "t.places", tutors.municipalities_table(point, places)
    yield "t.tutors_text", tutors.tutors_text(point, at.network)
    yield "t.tutors", tutors.tutors_table(point, at.network)
    yield "t.feedback", tutors.feedback_text(point)
    yield "t.marks", tutors.feedback_chart(point)
    yield "t.outcomes_text", tutors.outcomes_text(at.outcomes)
    yield "t.outcomes_chart", tutors.outcomes_chart(at.outcomes)
    yield "t.outcomes", tutors.outcomes_table(at.outcomes)
    yield "t.limits", tutors.limits(point, at.outcomes)
    yield "t.next", tutors.next_steps(point, at.network, at.lists, names, links)
    yield "t.definitions", tutors.definitions_table()
    yield "m.parameters", mentors.parameters_line(centre, "ministry", "Проба")
    yield "m.main", mentors.main_points(centre, at.leavers, at.lists)
    yield "m.source", mentors.source_text()
    yield "m.indicators", mentors.indicators_table(centre)
    yield "m.changes", mentors.changes_text(centre)
    yield "m.coverage", mentors.coverage_text(centre, at.lists, names, links)
    yield "m.schools", mentors.schools_table(centre, names, links)
    yield "m.places", mentors.municipalities_table(centre, places)
    yield "m.plans", mentors.plans_text(centre)
    yield "m.plans_chart", mentors.plans_chart(centre, names)
    yield "m.load", mentors.load_text(centre)
    yield "m.load_chart", mentors.load_chart(centre)
    yield "m.mentors", mentors.mentors_table(centre)
    yield "m.feedback", mentors.feedback_text(centre)
    yield "m.exit", mentors.exit_text(at.leavers, names, links)
    yield "m.exit_chart", mentors.exit_chart(at.leavers)
    yield "m.exit_table", mentors.exit_table(at.leavers)
    yield "m.limits", mentors.limits(centre, at.leavers)
    yield "m.next", mentors.next_steps(centre, at.lists, names, links)
    yield "m.definitions", mentors.definitions_table(centre)


@pytest.fixture(scope="module")
def at() -> SimpleNamespace:
    return monitoring(planted.data())


@pytest.fixture(scope="module")
def cells(at: SimpleNamespace) -> dict[str, Any]:
    return {name: item for name, item in shown(at) if item is not None}


def rows_of(item: Any) -> list[dict[str, Any]]:
    """Rows of a table as they are shown: heading → text."""
    lines = [line for line in plain(item.markdown()).splitlines() if line.startswith("|")]
    head, _, *body = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [dict(zip(head, row, strict=True)) for row in body]


def by_place(item: Any) -> dict[str, dict[str, Any]]:
    """Rows by municipality, whose name leads to its page."""
    found = {}
    for row in rows_of(item):
        name, href = re.fullmatch(r"\[(.+)\]\((.+)\)", row["Муниципалитет"]).groups()  # type: ignore[union-attr]
        assert href == f"../{place_path(name)}"
        found[name] = row
    return found


def requests() -> list[dict[str, Any]]:
    start = dt.datetime(YEAR - 1, 9, 1)
    return [row for row in planted.tutor_point() if start <= row["date"] <= NOW]


def with_help(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row for row in rows if row["done"] is not None and row["done"] <= NOW]


def test_no_code_of_a_teacher_anywhere(cells: dict[str, Any]) -> None:
    codes = planted.teacher_codes()
    assert len(codes) > 20
    for name, item in cells.items():
        text = str(item._repr_mimebundle_())
        found = sorted(code for code in codes if code in text)
        assert not found, (name, found)


def test_nothing_technical_and_no_empty_chart(cells: dict[str, Any]) -> None:
    assert len(cells) >= 42
    for name, item in cells.items():
        text = seen(item)
        assert not TECHNICAL.search(text), name
        assert "Данных для диаграммы нет" not in text, name
        assert text.strip(), name


def test_indicators_of_the_tutor_point(cells: dict[str, Any]) -> None:
    got = {
        row["Показатель"]: row["2025/26, на 15.04.2026"] for row in rows_of(cells["t.indicators"])
    }
    rows, done = requests(), with_help(requests())
    timed = [row for row in done if row["in_time"] is not None]
    assert got["Поступило обращений"] == str(len(rows))
    assert got["Помощь оказана"].endswith(f"({len(done)} из {len(rows)})")
    assert got["Ждут помощи"].endswith(f"({len(rows) - len(done)} из {len(rows)})")
    assert got["Оказана в срок"].endswith(
        f"({sum(row['in_time'] for row in timed)} из {len(timed)})"
    )
    assert got["Учителей получили помощь, человеко-раз"] == str(
        sum(row["people"] or 1 for row in done)
    )
    marks = [row["mark"] for row in done if row["mark"] is not None]
    mean = f"{sum(marks) / len(marks) + 1e-9:.1f}".replace(".", ",")
    assert got["Средняя оценка в отзывах"] == f"{mean} (n = {len(marks)})"
    assert got["Обращались школы списка"] == "66,7 % (2 из 3)"


def test_subjects_topics_forms_and_tutors(cells: dict[str, Any]) -> None:
    rows, done = requests(), with_help(requests())
    for got in rows_of(cells["t.subjects"]):
        subject = None if got["Предмет"] == "предмет не указан" else got["Предмет"]
        own = [row for row in rows if row["subject"] == subject]
        timed = [row for row in with_help(own) if row["in_time"] is not None]
        assert got["Обращений"] == str(len(own))
        assert got["Помощь оказана"] == str(len(with_help(own)))
        assert got["Ждут"] == str(len(own) - len(with_help(own)))
        late = f"{sum(row['in_time'] for row in timed)} из {len(timed)}" if timed else "—"
        assert got["В срок"] == late
    topics = {row["Тема"]: row["Обращений"] for row in rows_of(cells["t.topics"])}
    spoken = [row["topic"].strip().lower() for row in rows]
    often = {topic for topic in spoken if spoken.count(topic) > 1}
    single = [topic for topic in spoken if spoken.count(topic) == 1]
    assert len(topics) == len(often) + 1 and topics["проценты"] == str(spoken.count("проценты"))
    assert topics[f"темы, названные по одному разу ({len(single)})"] == str(len(single))
    assert not any(topic in seen(cells["t.topics"]) for topic in single)
    forms = {row["Форма помощи"]: row["Оказано"] for row in rows_of(cells["t.forms"])}
    assert forms["мастер-класс или практикум"] == str(
        sum(row["form"] == "workshop" for row in done)
    )
    assert forms["форма не указана"] == str(sum(row["form"] is None for row in done))
    people = {row["Тьютор"]: row for row in rows_of(cells["t.tutors"])}
    for code, name in (("Т-01", "Т-01, учитель"), (None, "тьютор не указан"), ("Т-09", "Т-09")):
        own = [row for row in rows if row["supporter"] == code]
        assert people[name]["Обращений"] == str(len(own)), name
    assert people["Т-01, учитель"]["Закреплено"] == "2 школы, 2 учителя"


def test_a_mean_mark_is_never_made_of_one_or_two_people(cells: dict[str, Any]) -> None:
    done = with_help(requests())
    for got in rows_of(cells["t.tutors"]):
        code = got["Тьютор"].split(",")[0]
        marks = [row["mark"] for row in done if row["supporter"] == code and row["mark"]]
        shown_mark = got["Оценка (отзывов)"]
        if len(marks) < 3:
            assert shown_mark == "—", got
        else:
            assert shown_mark.endswith(f"({len(marks)})")


def test_schools_and_municipalities(cells: dict[str, Any], at: SimpleNamespace) -> None:
    rows = requests()
    by_name = {at.names[key]: key for key in planted.SCHOOLS}
    got = rows_of(cells["t.schools"])
    assert len(got) == 3
    for row in got:
        name = re.match(r"\[(.+?)\]\(", row["Школа"]).group(1)  # type: ignore[union-attr]
        own = [each for each in rows if each["school_id"] == by_name[name]]
        assert row["Обращений"] == str(len(own))
        assert row["Ждут"] == str(len(own) - len(with_help(own)))
    places = by_place(cells["t.places"])
    own = [row for row in rows if row["school_id"] in ("ШК-01", "ШК-02", "ШК-03")]
    assert places["Приозёрный район"]["Обращений"] == str(len(own))
    late = rows_of(cells["t.late"])
    assert {row["С опозданием"] for row in late} == {"1"}
    assert "ШК-04" not in seen(cells["t.late"])


def test_deficits_on_the_page(cells: dict[str, Any], at: SimpleNamespace) -> None:
    helped, others = at.outcomes.deficits.helped, at.outcomes.deficits.others
    rows = rows_of(cells["t.outcomes"])
    assert rows[0]["Доля (из скольких)"].endswith(f"({helped.x} из {helped.n})")
    assert rows[1]["Доля (из скольких)"].endswith(f"({others.x} из {others.n})")
    assert rows[0]["Учителей"] == str(helped.clusters)
    assert "нельзя" in seen(cells["t.outcomes_text"])


def test_indicators_of_the_mentor_centre(cells: dict[str, Any]) -> None:
    got = {row["Показатель"]: row["2025/26"] for row in rows_of(cells["m.indicators"])}
    plans = [row for row in planted.mentor_centre() if row["year"] == YEAR]
    marked = [row for row in plans if row["done"] is not None]
    timed = [row for row in marked if row["in_time"] is not None]
    done, planned = sum(r["done"] for r in marked), sum(r["planned"] for r in marked)
    assert got["Планов"] == str(len(plans))
    assert got["Пунктов в планах"] == str(sum(row["planned"] for row in plans))
    assert got["Пунктов выполнено"].endswith(f"({done} из {planned})")
    in_time, of = sum(r["in_time"] for r in timed), sum(r["done"] for r in timed)
    assert got["Выполнено в срок"].endswith(f"({in_time} из {of})")
    assert got["Школы списка с наставником"] == got["Школы списка с планом"] == "66,7 % (2 из 3)"
    before = {row["Показатель"]: row["2024/25"] for row in rows_of(cells["m.indicators"])}
    assert before["Планов"] == "2"


def test_mentors_and_schools(cells: dict[str, Any]) -> None:
    people = {row["Наставник"]: row for row in rows_of(cells["m.mentors"])}
    assert people["Н-01, директор"]["Школ одновременно"] == "4 при норме 3: выше нормы"
    assert people["Мария Иванова (Н-02)"]["Школ одновременно"] == "1 при норме 3"
    assert people["Н-03, директор"]["Пунктов выполнено"] == "—"
    own = [
        r
        for r in planted.mentor_centre()
        if r["year"] == YEAR and r["supporter"] == "Н-01" and r["teacher"] is None
    ]
    done = sum(r["done"] for r in own if r["done"] is not None)
    planned = sum(r["planned"] for r in own if r["done"] is not None)
    assert people["Н-01, директор"]["Пунктов выполнено"] == f"{done} из {planned}"
    places = by_place(cells["m.places"])
    assert places["Заречный район"]["Пунктов выполнено"] == "—", "one teacher's plan is no row"
    rows = rows_of(cells["m.schools"])
    assert [row["Чего нет"] for row in rows][:2] == ["наставника нет", "плана нет"]
    assert any(row["Выполнено"] == "9 из 12" and row["В срок"] == "8 из 9" for row in rows)
    assert "Нагрузка выше нормы: Н-01, директор — 4 школы." in seen(cells["m.load"])


def test_every_indicator_has_definition_and_standing(cells: dict[str, Any]) -> None:
    for table, definitions in (
        ("t.indicators", "t.definitions"),
        ("m.indicators", "m.definitions"),
    ):
        defined = {row["Показатель"]: row for row in rows_of(cells[definitions])}
        assert {row["Происхождение"] for row in defined.values()} == {"проект"}
        for row in rows_of(cells[table]):
            assert row["Показатель"] in defined, row["Показатель"]
        assert "проект" in cells[table].caption


@pytest.mark.parametrize(
    "due", [(), ("ШК-03",), tuple(planted.SCHOOLS)], ids=["none", "one", "all"]
)
def test_nobody_listed_one_and_all(due: tuple[str, ...]) -> None:
    found = monitoring(planted.data(), due=due)
    for name, item in shown(found):
        if item is not None:
            assert not TECHNICAL.search(seen(item)), name
    said = seen(mentors.coverage_text(found.centre, found.lists, found.names, found.links))
    assert ("нет: наставники назначаются не по нему" in said) == (not due)
    silent = {key for key in due if key not in {row["school_id"] for row in requests()}}
    assert set(found.point.coverage.silent) == silent


def test_empty_data_say_so() -> None:
    nothing = dict.fromkeys(
        ("tutor_point", "supporters", "support_links", "mentor_centre", "staff", "teacher_deficits",
         "teacher_diagnostics"), []
    )  # fmt: skip
    found = monitoring(planted.data(**nothing))
    cells = {name: seen(item) for name, item in shown(found) if item is not None}
    for name, text in cells.items():
        assert not TECHNICAL.search(text), name
        assert "Данных для диаграммы нет" not in text, name
    assert "не с чем" in cells["t.main"] and "не с чем" in cells["m.main"]
    assert "Завести журнал обращений" in cells["t.next"]
    assert "Заполнить планы наставников" in cells["m.next"]


def test_effect_in_words_and_its_refusal() -> None:
    said = plain(mentors.effect_text(None, YEAR, "Эффект поддержки: данных мало.").markdown())
    assert "Эффект сопровождения не рассчитан. Данных мало." in said
    assert "effect.qmd" in said


def test_annual_report_has_both_chapters_and_no_code(tmp_path: Path) -> None:
    (tmp_path / "shnor.yml").write_text(
        f"title: Проба\norganisation: Управление\nas_of: {DAY.isoformat()}\n", "utf-8"
    )
    runs = ("05_tutor_point", "06_mentor_centre")
    about = AnnualYear(open_project(tmp_path), planted.data(), YEAR, runs)
    text = plain(annual_page(about).decode())
    headings = re.findall(r"^## (.+)$", text, re.M)
    assert headings == [
        CHAPTERS[key] for key in CHAPTERS if key in {"main", "tutors", "mentors", "limits", "next"}
    ]
    assert "66,7 % (2 из 3)" in text
    assert not [code for code in planted.teacher_codes() if code in text]
    assert not TECHNICAL.search(text)
