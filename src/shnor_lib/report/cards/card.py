"""One personal card: what was measured, what is lacking, what was offered and done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from shnor_lib.methods.competence_cards import Row, TeacherCard
from shnor_lib.methods.teacher_competence import TeacherCompetence
from shnor_lib.report import format as fmt
from shnor_lib.report.forms.model import centre, grid, said, signatures, small, title
from shnor_lib.report.labels import school_year
from shnor_lib.report.monitoring.competence_words import LEVEL, cutoffs_sentence
from shnor_lib.report.risks.words import day_words

_TESTS = 4
"""Latest measurements on a card at most."""
_COURSES = 3
"""Latest courses on a card at most."""
_ROWS = 5
"""Rows of deficits on a card at least; one at least is left empty for what is found later."""


@dataclass(frozen=True)
class SchoolWords:
    """What every card of a school says at its head."""

    organisation: str
    school: str
    municipality: str


def card(about: TeacherCard, words: SchoolWords, found: TeacherCompetence) -> str:
    """Markdown of one card.

    Parameters
    ----------
    about
        The teacher.
    words
        The school.
    found
        Year, day and rules of the monitoring.
    """
    place = f"{said(words.school)}" + (
        f" ({said(words.municipality)})" if words.municipality else ""
    )
    blocks = [
        centre(said(words.organisation)),
        title("ПЕРСОНАЛЬНАЯ КАРТА", "восполнения профессиональных дефицитов учителя"),
        f"**Школа:** {place}.",
        f"**Учитель** (условный код): {said(about.teacher)}. "
        f"**Учебный год:** {school_year(found.year)}. Состояние {day_words(found.day)}.",
        *_tests(about),
        "**Дефициты: что выявлено, предложено, сделано, проверено**",
        _deficits(about),
        *_courses(about),
        signatures("Учитель", "Заместитель директора", "Тьютор (методист)"),
        small(
            f"Служебный документ школы, на сайт не выносится. {_plain(cutoffs_sentence(found.rules))} "
            "Записанное от руки переносят в листы «Дефициты учителей» и «Курсы учителей»."
        ),
    ]
    return "\n\n".join(block for block in blocks if block)


def _plain(markdown: str) -> str:
    return markdown.replace("**", "")


def _tests(about: TeacherCard) -> list[str]:
    """The latest measurements; the work is named once when it is the same."""
    rows = about.measurements[-_TESTS:]
    if not rows:
        return ["**Диагностика:** не было."]
    works = dict.fromkeys(str(row["instrument"]) for row in rows)
    shown = [
        [
            fmt.date_ru(row["date"]),
            said(row["subject"]),
            *([said(row["instrument"])] if len(works) > 1 else []),
            _score(row["subject_score"]),
            _score(row["method_score"]),
            LEVEL[str(row["level"])],
        ]
        for row in reversed(rows)
    ]
    parts = ("Предметная", "Методическая", "Уровень")
    if len(works) > 1:
        several = ("Дата", "Предмет", "Работа", *parts)
        return ["**Диагностика**", grid(several, shown, (13, 17, 30, 13, 15, 12), high=5)]
    work = said(next(iter(works)))
    one = ("Дата", "Предмет", *parts)
    return [f"**Диагностика** (работа «{work}»)", grid(one, shown, (16, 36, 16, 18, 14), high=5)]


def _score(value: Any) -> str:
    return fmt.percent(None if value is None else float(value) / 100, 0, missing="")


def _deficits(about: TeacherCard) -> str:
    rows = [_deficit(number, row) for number, row in enumerate(about.deficits, start=1)]
    rows += [[str(len(rows) + n), *[""] * 6] for n in range(1, _empty(len(rows)) + 1)]
    head = (
        "№", "Дефицит (предмет)", "Выявлен", "Что предложено и к какому сроку", "Что сделано",
        "Восполнен, чем подтверждено", "Результат: был → следующий",
    )  # fmt: skip
    return grid(head, rows, (4, 23, 12, 20, 12, 16, 13), high=7)


def _empty(rows: int) -> int:
    return max(1, _ROWS - rows)


def _deficit(number: int, row: Row) -> list[str]:
    subject = f" ({said(row['subject'])})" if row["subject"] else ""
    offered = said(row["offered"]) or ""
    due = f"до{fmt.NBSP}{fmt.date_ru(row['due'])}" if row["due"] is not None else ""
    if row["state"] == "overdue":
        due += ", срок прошёл"
    done = f"курсы окончены {fmt.date_ru(row['course'])}" if row["course"] is not None else ""
    closed = "" if row["closed"] is None else fmt.date_ru(row["closed"])
    return [
        str(number),
        f"{said(row['topic'])}{subject}",
        fmt.date_ru(row["found"]),
        " ¶ ".join(part for part in (offered, due) if part),
        done,
        " ¶ ".join(part for part in (closed, said(row["evidence"])) if part),
        _again(row),
    ]


def _again(row: Row) -> str:
    before, after = row["before"], row["after"]
    if after is None:
        return ""
    first = _score(before["overall_score"]) if before is not None else "не измерено"
    last = _score(after["overall_score"])
    note = (
        "" if before is None or before["instrument"] == after["instrument"] else " ¶ другая работа"
    )
    return f"{first} → {last} ¶ {fmt.date_ru(after['date'])}{note}"


def _courses(about: TeacherCard) -> list[str]:
    rows = [
        [
            fmt.date_ru(row["date"]),
            said(row["programme"]),
            said(row["provider"]),
            fmt.number(row["hours"], missing=""),
            said(row["topic"]),
        ]
        for row in reversed(about.courses[-_COURSES:])
    ]
    if not rows:
        return []
    head = ("Окончены", "Программа", "Кто проводил", "Часов", "Какой дефицит восполняли")
    return ["**Курсы**", grid(head, rows, (13, 33, 20, 9, 25), high=5)]
