"""The annual report: what it says for few schools and many, for the first year, for nobody."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest

from shnor_lib.project import open_project
from shnor_lib.report.annual.page import annual_page
from shnor_lib.report.annual.parts import (
    BY_MONITORING,
    CHAPTERS,
    MONITORING,
    PARTS,
    Part,
    pieces_of,
)
from shnor_lib.report.annual.year import AnnualYear
from shnor_lib.store import Dataset
from tests.methods.builders import dataset, result
from tests.report.conftest import small_dataset
from tests.report.frames import NASTY

BOTH = ("01_identification", "02_dynamics")


def schools_with(listed: int, others: int) -> Dataset:
    """So many schools beyond the threshold in two years, and so many far from it."""
    rows, schools = [], []
    for i in range(listed + others):
        key = f"S{i:03d}"
        schools.append({"school_id": key, "name": f"Школа {i:03d}", "municipality": "Район"})
        for year in (2023, 2024):
            low, high, good = (30, 0, 2) if i < listed else (1, 10, 20)
            rows.append(result(key, year, 50, low, high, good=good))
    return dataset(rows, schools=schools)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "shnor.yml").write_text("title: Проба\norganisation: Управление\n", "utf-8")
    return tmp_path


def page(root: Path, data: Dataset, year: int, notebooks: tuple[str, ...] = BOTH) -> str:
    about = AnnualYear(open_project(root), data, year, notebooks)
    return annual_page(about).decode().replace("\u00a0", " ").replace("\u202f", " ")


def headings(text: str) -> list[str]:
    return re.findall(r"^## (.+)$", text, re.M)


def test_every_part_can_be_called_and_names_a_chapter() -> None:
    for part in PARTS:
        assert part.chapter in CHAPTERS, part
        module, _, name = part.make.partition(":")
        assert callable(getattr(import_module(f"shnor_lib.report.annual.{module}"), name)), part


def test_chapters_stand_in_order_and_only_monitorings_held_speak(root: Path) -> None:
    text = page(root, small_dataset(), 2024)
    wanted = [title for title in CHAPTERS.values() if title in headings(text)]
    assert headings(text) == wanted
    for title in ("Главное за год", "Что изменилось", "Чего эти данные не показывают"):
        assert title in wanted
    assert "Динамика результатов" in text
    alone = page(root, small_dataset(), 2024, ("01_identification",))
    assert "Динамика результатов" not in alone
    assert "Пересмотреть поддержку" not in alone
    assert headings(page(root, small_dataset(), 2024, ())) == []


def test_a_new_monitoring_joins_by_one_line(root: Path, monkeypatch) -> None:
    from shnor_lib.report.annual import lists

    monkeypatch.setattr(lists, "own", lambda about: [None, "", f"Год {about.year}."], raising=False)
    about = AnnualYear(open_project(root), small_dataset(), 2024, ("07_effectiveness",))
    found = pieces_of(about, [*PARTS, Part("effect", "07_effectiveness", "lists:own")])
    assert found == {"effect": ["Год 2024."]}
    with pytest.raises(KeyError):
        pieces_of(about, [Part("нет", "07_effectiveness", "lists:own")])


def test_remarks_of_several_monitorings_stand_under_their_names(root: Path) -> None:
    assert {part.notebook.partition("-")[0] for part in PARTS} <= set(MONITORING)
    text = page(root, small_dataset(), 2024)
    alone = page(root, small_dataset(), 2024, ("01_identification",))
    for title in (CHAPTERS[chapter] for chapter in BY_MONITORING):
        chapter = text.split(f"## {title}\n")[1].split("\n## ")[0]
        own = re.findall(r"^### (.+)$", chapter, re.M)
        assert own == ["Список школ", "Динамика результатов"], title
        lists = [part for part in re.split(r"^### .+$", chapter, flags=re.M) if "- " in part]
        assert len(lists) == 2
        chapter = alone.split(f"## {title}\n")[1].split("\n## ")[0]
        assert "### " not in chapter, "one monitoring needs no name"


def test_every_listed_school_is_named_with_its_reason(root: Path) -> None:
    text = page(root, small_dataset(), 2024)
    start, end = text.index("## Школы, которым"), text.index("## Что изменилось")
    said = text[start:end]
    assert "10 из 29" in said and "9 из 29" in said and "34,5 %" in said
    assert "<script>" not in text and "&lt;script&gt;" in said
    assert NASTY not in text


@pytest.mark.parametrize(
    ("listed", "others", "words"),
    [
        (0, 3, "в списке нет ни одной школы"),
        (1, 2, "Поддержка нужна 1 школе."),
        (2, 1, "Поддержка нужна 2 школам."),
        (5, 0, "Поддержка нужна 5 школам."),
        (21, 1, "Поддержка нужна 21 школе."),
    ],
)
def test_numbers_agree_with_their_nouns(root: Path, listed: int, others: int, words: str) -> None:
    data = schools_with(listed, others)
    text = page(root, data, 2024)
    assert words in text
    names = {f"Школа {i:03d}" for i in range(listed + others)}
    start, end = text.index("## Школы, которым"), text.index("## Что изменилось")
    said = {name for name in names if name in text[start:end]}
    assert said == {f"Школа {i:03d}" for i in range(listed)}


def test_the_first_year_has_nothing_to_compare_with(root: Path) -> None:
    text = page(root, small_dataset().until(2022), 2022)
    assert "Сравнить не с чем" in text or "первый год" in text
    assert "## Что делать дальше" in text


def test_later_years_change_nothing(root: Path) -> None:
    whole, cut = small_dataset(), small_dataset().until(2023)
    assert page(root, cut, 2023) == page(root, whole.until(2023), 2023)
