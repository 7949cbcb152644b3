"""Which monitoring gives what to which chapter of the annual report."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from typing import TypeAlias

from shnor_lib.report.annual.year import AnnualYear
from shnor_lib.report.blocks import Html, Text
from shnor_lib.report.display import Chart, DataTable

Piece: TypeAlias = str | Text | Html | Chart | DataTable | None
"""Markdown, or what a notebook's cell shows; None leaves no trace."""

CHAPTERS: dict[str, str] = {
    "main": "Главное за год",
    "schools": "Школы, которым нужна поддержка, и почему",
    "change": "Что изменилось",
    "reliability": "Насколько это надёжно",
    "places": "По муниципалитетам",
    "teachers": "Предметные компетенции педагогов",
    "risks": "Рисковые факторы",
    "tutors": "Тьюторский консультационный пункт",
    "mentors": "Муниципальный наставнический центр",
    "effect": "Что дала поддержка",
    "limits": "Чего эти данные не показывают",
    "next": "Что делать дальше",
}
"""Chapters in their order; one nobody gives anything to is left out."""

BY_MONITORING = frozenset({"limits", "next"})
"""Chapters that are lists of remarks: the remarks of each monitoring stand under its name."""

MONITORING: dict[str, str] = {
    "01_identification": "Список школ",
    "02_dynamics": "Динамика результатов",
    "03_teacher_competence": "Компетенции педагогов",
    "04_risk_factors": "Рисковые факторы",
    "05_tutor_point": "Тьюторский консультационный пункт",
    "06_mentor_centre": "Муниципальный наставнический центр",
    "07_effectiveness": "Эффективность принятых мер",
}
"""Notebook → its name within a chapter, as in the first chapter."""


@dataclass(frozen=True)
class Part:
    """What a monitoring gives to one chapter.

    Parameters
    ----------
    chapter
        Key of :data:`CHAPTERS`.
    notebook
        The monitoring; a part of one not held in the year is left out.
    make
        ``module:function`` below ``shnor_lib.report.annual``: takes an
        :class:`~shnor_lib.report.annual.year.AnnualYear`, gives pieces. Named, not imported.
    """

    chapter: str
    notebook: str
    make: str


PARTS: tuple[Part, ...] = (
    Part("main", "01_identification", "lists:main_points"),
    Part("main", "02_dynamics", "lists:dynamics_points"),
    Part("main", "03_teacher_competence", "teachers:main_points"),
    Part("main", "04_risk_factors", "risks:main_points"),
    Part("main", "05_tutor_point", "tutors:main_points"),
    Part("main", "06_mentor_centre", "mentors:main_points"),
    Part("main", "07_effectiveness-2", "effect:main_points"),
    Part("main", "07_effectiveness-1", "effect:first_half_main"),
    Part("schools", "01_identification", "lists:schools"),
    Part("change", "01_identification", "lists:list_changes"),
    Part("change", "02_dynamics", "lists:result_changes"),
    Part("reliability", "01_identification", "lists:reliability"),
    Part("places", "01_identification", "lists:places"),
    Part("teachers", "03_teacher_competence", "teachers:chapter"),
    Part("risks", "04_risk_factors", "risks:chapter"),
    Part("tutors", "05_tutor_point", "tutors:chapter"),
    Part("mentors", "06_mentor_centre", "mentors:chapter"),
    Part("effect", "07_effectiveness-2", "effect:chapter"),
    Part("effect", "07_effectiveness-1", "effect:first_half_chapter"),
    Part("limits", "01_identification", "lists:limits"),
    Part("limits", "02_dynamics", "lists:dynamics_limits"),
    Part("limits", "03_teacher_competence", "teachers:limits"),
    Part("limits", "04_risk_factors", "risks:limits"),
    Part("limits", "05_tutor_point", "tutors:limits"),
    Part("limits", "06_mentor_centre", "mentors:limits"),
    Part("limits", "07_effectiveness-2", "effect:limits"),
    Part("next", "01_identification", "lists:next_steps"),
    Part("next", "02_dynamics", "lists:dynamics_next"),
    Part("next", "03_teacher_competence", "teachers:next_steps"),
    Part("next", "04_risk_factors", "risks:next_steps"),
    Part("next", "05_tutor_point", "tutors:next_steps"),
    Part("next", "06_mentor_centre", "mentors:next_steps"),
    Part("next", "07_effectiveness-2", "effect:next_steps"),
)
"""In the order in which they stand within a chapter."""


def pieces_of(about: AnnualYear, parts: Iterable[Part] = PARTS) -> dict[str, list[Piece]]:
    """Chapter → what the monitorings held in the year say in it; no empty chapters.

    Raises
    ------
    KeyError
        A part names a chapter there is not.
    """
    found: dict[str, list[tuple[str, list[Piece]]]] = {chapter: [] for chapter in CHAPTERS}
    for part in parts:
        if part.notebook in about.notebooks:
            pieces: list[Piece] = [each for each in _function(part.make)(about) if each]
            if pieces:
                found[part.chapter].append((part.notebook, pieces))
    return {chapter: _in_order(chapter, given) for chapter, given in found.items() if given}


def _in_order(chapter: str, given: list[tuple[str, list[Piece]]]) -> list[Piece]:
    """Pieces of a chapter; each monitoring under its own heading where it would not show whose is whose."""
    headed = chapter in BY_MONITORING and len(given) > 1
    pieces: list[Piece] = []
    for notebook, own in given:
        if headed:
            pieces.append(f"### {MONITORING[notebook.partition('-')[0]]}")
        pieces += own
    return pieces


def _function(name: str) -> Callable[[AnnualYear], Iterable[Piece]]:
    module, _, function = name.partition(":")
    made: Callable[[AnnualYear], Iterable[Piece]] = getattr(
        import_module(f"shnor_lib.report.annual.{module}"), function
    )
    return made
