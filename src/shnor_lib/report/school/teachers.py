"""Teachers on a school's page: sums only, and nothing where there are too few of them.

Cards of single teachers are Word files of the school's own (:mod:`shnor_lib.report.cards`); they
never reach the site.
"""

from __future__ import annotations

from functools import lru_cache

from shnor_lib.methods.competence_groups import (
    courses_by,
    coverage_by,
    deficits_by,
    dynamics_by,
    levels_by,
)
from shnor_lib.methods.teacher_competence import TeacherCompetence
from shnor_lib.report import format as fmt
from shnor_lib.report.analysis import Analysis
from shnor_lib.report.labels import LISTED, school_year
from shnor_lib.report.monitoring import competence_words as say
from shnor_lib.report.profile import Frames
from shnor_lib.report.risks.words import day_words
from shnor_lib.report.rows import BySchool, Row


class _Rows:
    """Sums of all schools, made once for all pages."""

    def __init__(self, found: TeacherCompetence) -> None:
        by, rules = ["school_id"], found.rules
        self.coverage = BySchool(coverage_by(found.coverage, rules, by))
        self.levels = BySchool(levels_by(found.latest, rules, by))
        self.dynamics = BySchool(dynamics_by(found.pairs, rules, by, tested=False))
        self.deficits = BySchool(deficits_by(found.deficits, rules, by))
        self.courses = BySchool(courses_by(found.courses, rules, by))


@lru_cache(maxsize=1)
def _rows_of(analysis: Analysis) -> _Rows:
    assert analysis.teachers is not None
    return _Rows(analysis.teachers)


def teachers_section(frames: Frames, school_id: str) -> list[str]:
    """Blocks of the section.

    One sentence when the school has no diagnosis, no deficit and no course in the year; nothing at
    all in a project that keeps none of these, unless the school is on the list.
    """
    analysis = frames.analysis
    found = analysis.teachers
    if found is None:
        return []
    rows = _rows_of(analysis)
    cover = _first(rows.coverage, school_id)
    measured = 0 if cover is None else int(cover["measured"])
    deficits, courses = _first(rows.deficits, school_id), _first(rows.courses, school_id)
    if not measured and deficits is None and courses is None:
        return _nothing(frames, school_id, found)
    blocks = [_measured(cover, found)]
    if measured >= found.rules.least_teachers:
        level, change = _first(rows.levels, school_id), _first(rows.dynamics, school_id)
        if level is not None:
            blocks.append(
                f"{say.levels_sentence(level, found.rules)} {say.cutoffs_sentence(found.rules)}"
            )
        if change is not None:
            blocks.append(say.dynamics_sentence(change, found.rules))
    if deficits is not None:
        blocks.append(
            " ".join(
                part
                for part in (
                    say.deficits_sentence(deficits, found),
                    say.offers_sentence(deficits),
                    say.again_sentence(deficits),
                )
                if part
            )
        )
    if courses is not None:
        blocks.append(say.courses_words(courses, found))
    blocks.append(
        "Здесь только суммы: об отдельных учителях говорят персональные карты дефицитов, которые "
        "хранит школа; на сайте их нет."
    )
    return blocks


def _first(rows: BySchool, school_id: str) -> Row | None:
    return next(iter(rows[school_id]), None)


def _measured(cover: Row | None, found: TeacherCompetence) -> str:
    measured = 0 if cover is None else int(cover["measured"])
    head = f"В{fmt.NBSP}{say.year_words(found.year)}"
    if not measured:
        return f"{head} диагностику компетенций учителя школы не проходили."
    if measured < found.rules.least_teachers:
        return (
            f"{head} диагностику компетенций прошли {say.few(found.rules)}: уровни и доли не "
            "называются, потому что говорили бы о каждом."
        )
    assert cover is not None
    text = (
        f"{head} диагностику компетенций {fmt.plural(measured, 'прошёл', 'прошли', 'прошли')} "
        f"{fmt.count_phrase(measured, *say.TEACHERS)}"
    )
    if cover["share"] is not None:
        return f"{text} из{fmt.NBSP}{fmt.number(cover['n'])} ({fmt.percent(cover['share'])})."
    return f"{text}; сколько учителей в школе всего, в данных не указано или не сходится."


def _nothing(frames: Frames, school_id: str, found: TeacherCompetence) -> list[str]:
    status = frames.statuses.year(school_id, frames.analysis.year)
    listed = status is not None and status["status"] in LISTED
    kept = not found.measurements.empty or not found.empty
    if listed:
        return [
            f"Диагностики компетенций педагогов за {school_year(found.year)} учебный год в данных "
            "нет; для школ списка её предусматривает п. 5.4 (3) Положения."
        ]
    if not kept:
        return []
    return [
        f"В{fmt.NBSP}{say.year_words(found.year)} диагностику компетенций учителя школы не "
        f"проходили; дефицитов и курсов {day_words(found.day)} не записано."
    ]
