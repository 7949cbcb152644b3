"""Personal cards: who gets one, what stands on it, and where it lies."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest

from shnor_lib.methods.competence_cards import teacher_cards
from shnor_lib.methods.teacher_competence import teacher_competence
from shnor_lib.project import open_project
from shnor_lib.publish.documents.forms import update_forms
from shnor_lib.publish.documents.reference import reference_docx
from shnor_lib.report.analysis import Analysis, analyse
from shnor_lib.report.cards import FOLDER, card_path, cards_of
from shnor_lib.report.cards.card import SchoolWords, card
from shnor_lib.report.forms.model import Form
from tests.methods.builders import result, table
from tests.methods.teacher_region import (  # fmt: skip
    DAY,
    YEAR,
    drawn,
    lacking,
    measured,
    rules_with,
    teachers_dataset,
)
from tests.report.frames import NASTY

AUTUMN, SPRING = dt.datetime(2025, 10, 1), dt.datetime(2026, 4, 1)


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ").replace("\\_", "_")


def cells(markdown: str, box: int) -> list[list[str]]:
    """Body rows of the n-th table of a card."""
    body = re.findall(r"^::: \{\.grid[^\n]*\n(.*?)\n:::", plain(markdown), re.S | re.M)[box]
    return [
        [c.strip() for c in re.split(r"(?<!\\)\|", line)[1:-1]] for line in body.splitlines()[2:]
    ]


@pytest.fixture(scope="module")
def analysis(tmp_path_factory: pytest.TempPathFactory) -> Analysis:
    root: Path = tmp_path_factory.mktemp("cards")
    (root / "shnor.yml").write_text(
        "title: Проба\norganisation: Управление\nas_of: 2026-05-01\ncompare: []\n", encoding="utf-8"
    )
    tests = [
        measured("S1", "У10", AUTUMN, 40.0, 70.0),
        measured("S1", "У10", SPRING, 55.0, 75.0, instrument="Лига | *b*"),
        measured("S1", "У2", AUTUMN, 90.0),
        measured("S1", "У3", AUTUMN, 30.0),
    ]
    deficits = [
        lacking("S1", "У10", dt.datetime(2025, 10, 2), topic=NASTY, offered="курсы", due=SPRING),
        lacking(
            "S1", "У10", dt.datetime(2025, 10, 2), topic="дроби", closed=SPRING, evidence="урок"
        ),
        lacking("S2", "У1", AUTUMN, subject=None, due=dt.datetime(2026, 9, 1)),
    ]
    courses = [
        {"school_id": "S1", "teacher": "У10", "programme": "Дроби в 5 классе", "provider": "ИРО",
         "hours": 36, "date": dt.datetime(2026, 2, 1), "year": 2026, "topic": "Дроби"},
        {"school_id": "S1", "teacher": "У2", "programme": "П", "date": SPRING, "year": 2026},
    ]  # fmt: skip
    data = teachers_dataset(
        tests, deficits, courses,
        schools=[{"school_id": "S1", "name": NASTY, "municipality": "Район"},
                 {"school_id": "S2", "name": "Школа 2"}],
    ).replace(results=table("results", [result(s, 2026, 30, 1, 9) for s in ("S1", "S2")]))  # fmt: skip
    return analyse(open_project(root), data)


@pytest.fixture(scope="module")
def forms(analysis: Analysis) -> dict[str, Form]:
    return {form.path: form for form in cards_of(analysis)}


def test_cards_lie_outside_of_what_is_published(forms: dict[str, Form]) -> None:
    assert set(forms) == {card_path("S1"), card_path("S2")}
    assert all(path.startswith("internal/teachers/") for path in forms)
    assert not FOLDER.startswith("downloads")


def test_a_card_for_each_deficit_and_for_a_low_level_without_one(forms: dict[str, Form]) -> None:
    text = plain(forms[card_path("S1")].markdown)
    assert re.findall(r"\(условный код\): (\S+?)\.", text) == ["У3", "У10"], "У2 needs none"
    assert text.count("ПЕРСОНАЛЬНАЯ КАРТА") == 2
    assert text.count("w:pageBreakBefore") == 1
    assert text.count("(подпись)") == 6


def test_a_deficit_is_followed_from_finding_to_measuring_again(forms: dict[str, Form]) -> None:
    own = forms[card_path("S1")].markdown.split("pageBreakBefore")[1]
    tests, deficits, courses = (cells(own, box) for box in range(3))
    assert [row[0] for row in tests] == ["01.04.2026", "01.10.2025"]
    assert tests[0][3:] == ["55 %", "75 %", "низкий"]
    named = {row[1].split(" (")[0]: row for row in deficits if row[1]}
    closed = named["дроби"]
    assert closed[2:] == ["02.10.2025", "", "курсы окончены 01.02.2026", "01.04.2026 ¶ урок", "40 % → 55 % ¶ 01.04.2026 ¶ другая работа"]  # fmt: skip
    late = next(row for row in deficits if "срок прошёл" in row[3])
    assert late[3] == "курсы ¶ до 01.04.2026, срок прошёл"
    assert len(deficits) == 5
    assert deficits[-1][1:] == [""] * 6, "room for what is found later"
    assert courses == [["01.02.2026", "Дроби в 5 классе", "ИРО", "36", "Дроби"]]


def test_a_teacher_never_measured(forms: dict[str, Form]) -> None:
    text = plain(forms[card_path("S2")].markdown)
    assert "**Диагностика:** не было." in text
    (row,) = [row for row in cells(text, 0) if row[1]]
    assert row[1:4] == ["дроби", "01.10.2025", "до 01.09.2026"]


def test_hostile_text_stays_text(forms: dict[str, Form]) -> None:
    for form in forms.values():
        assert "<script>" not in form.markdown.replace("\\<", "")
        assert not re.search(r"\b(nan|None|NaT)\b|<NA>", form.markdown)


def test_many_deficits_leave_a_free_row(analysis: Analysis) -> None:
    deficits = [lacking("S1", "У1", AUTUMN, topic=f"тема {i}") for i in range(9)]
    data = teachers_dataset([measured("S1", "У1", AUTUMN, 50.0)], deficits)
    found = teacher_competence(data, rules_with(), year=YEAR, day=DAY)
    (about,) = teacher_cards(found, data)
    rows = cells(card(about, SchoolWords("", "Школа", ""), found), 1)
    assert [row[0] for row in rows] == [str(n) for n in range(1, 11)]


def test_who_gets_a_card_recomputed() -> None:
    data, tests, *_ = drawn(3)
    rules = rules_with()
    found = teacher_competence(data, rules, year=YEAR, day=DAY)
    cards = teacher_cards(found, data)
    lacks = {(r.school_id, r.teacher) for r in found.deficits.itertuples()}
    low = {(r.school_id, r.teacher) for r in found.latest.itertuples() if r.overall_score < 60}
    assert [(c.school_id, c.teacher) for c in cards] == sorted(lacks | low)
    for each in cards:
        held = [
            t for t in tests if (t["school_id"], t["teacher"]) == (each.school_id, each.teacher)
        ]
        held = [t for t in held if t["date"].date() <= DAY and (t["subject_score"], t["method_score"]) != (None, None)]  # fmt: skip
        assert len(each.measurements) == len(held)
        for row in each.deficits:
            later = sorted(
                (t["date"] for t in held
                 if t["date"] > row["found"] and row["subject"] in (None, t["subject"])),
            )  # fmt: skip
            assert (row["after"] is None) == (not later)
            if later:
                assert row["after"]["date"] == later[0] == row["remeasured"]


def test_no_teachers_no_cards_and_old_ones_are_taken_away(tmp_path: Path) -> None:
    (tmp_path / "shnor.yml").write_text("title: Проба\ncompare: []\n", encoding="utf-8")
    data = teachers_dataset().replace(results=table("results", [result("S1", 2026, 30, 1, 9)]))
    assert cards_of(analyse(open_project(tmp_path), data)) == []
    old = tmp_path / "reports" / card_path("S1")
    old.parent.mkdir(parents=True)
    old.write_bytes(b"old")
    update_forms(
        tmp_path, [], reference=reference_docx(), organisation="", memory=tmp_path / "cards.json",
        version="1", folder=FOLDER,
    )  # fmt: skip
    assert not old.exists()
