"""Teachers on a school's page: sums only, and nothing where there are too few of them.

Cards of single teachers are Word files of the school's own (:mod:`shnor_lib.report.cards`); they
never reach the site.
"""

from __future__ import annotations

from functools import lru_cache

import pandas as pd

from shnor_lib.methods.competence_groups import (
    courses_by,
    coverage_by,
    deficits_by,
    dynamics_by,
    levels_by,
)
from shnor_lib.methods.municipal_summary import place_name
from shnor_lib.methods.teacher_competence import TeacherCompetence
from shnor_lib.report import format as fmt
from shnor_lib.report.analysis import Analysis
from shnor_lib.report.labels import LISTED, school_year
from shnor_lib.report.monitoring import competence_words as say
from shnor_lib.report.profile import Frames
from shnor_lib.report.risks.words import day_words
from shnor_lib.report.rows import Row, records

NO_ROWS = (
    "Здесь только суммы: об отдельных учителях говорят персональные карты дефицитов, которые "
    "хранит школа; на сайте их нет."
)


class Sums:
    """Sums over teachers by school or municipality, made once for all pages.

    Parameters
    ----------
    found
        From :func:`shnor_lib.methods.teacher_competence.teacher_competence`.
    by
        ``school_id`` or ``municipality``.
    """

    def __init__(self, found: TeacherCompetence, by: str = "school_id") -> None:
        rules = found.rules
        self.coverage = _keyed(coverage_by(found.coverage, rules, [by]), by)
        self.levels = _keyed(levels_by(found.latest, rules, [by]), by)
        self.dynamics = _keyed(dynamics_by(found.pairs, rules, [by], tested=False), by)
        self.deficits = _keyed(deficits_by(found.deficits, rules, [by]), by)
        self.courses = _keyed(courses_by(found.courses, rules, [by]), by)


def _keyed(rows: pd.DataFrame, by: str) -> dict[str, Row]:
    key = str if by == "school_id" else place_name
    return {key(row[by]): row for row in records(rows)}


@lru_cache(maxsize=1)
def _rows_of(analysis: Analysis) -> Sums:
    assert analysis.teachers is not None
    return Sums(analysis.teachers)


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
    blocks = sums_blocks(rows, school_id, found)
    if not blocks:
        return _nothing(frames, school_id, found)
    return [*blocks, NO_ROWS]


def sums_blocks(
    sums: Sums, key: str, found: TeacherCompetence, *, municipality: bool = False
) -> list[str]:
    """What is said of the teachers of a school or a municipality; empty when nothing is known.

    Parameters
    ----------
    sums
        By school or by municipality.
    key
        School's id or municipality.
    found
        Holds the rules.
    municipality
        ``key`` is a municipality.
    """
    cover, deficits, courses = (
        each.get(key) for each in (sums.coverage, sums.deficits, sums.courses)
    )
    measured = 0 if cover is None else int(cover["measured"])
    if not measured and deficits is None and courses is None:
        return []
    blocks = [_measured(cover, found, municipality=municipality)]
    if measured >= found.rules.least_teachers:
        level, change = sums.levels.get(key), sums.dynamics.get(key)
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
    return blocks


def _measured(cover: Row | None, found: TeacherCompetence, *, municipality: bool) -> str:
    measured = 0 if cover is None else int(cover["measured"])
    head = f"В{fmt.NBSP}{say.year_words(found.year)}"
    if not measured:
        whose = "муниципалитета" if municipality else "школы"
        return f"{head} диагностику компетенций учителя {whose} не проходили."
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
    if cover["share"] is not None and int(cover["covered"]) == measured:
        return f"{text} из{fmt.NBSP}{fmt.number(cover['n'])} ({fmt.percent(cover['share'])})."
    if cover["share"] is not None:
        return (
            f"{text}; в школах, где число учителей известно, — {fmt.of(cover['covered'], cover['n'])} "
            f"({fmt.percent(cover['share'])})."
        )
    where = "муниципалитете" if municipality else "школе"
    return f"{text}; сколько учителей в {where} всего, в данных не указано или не сходится."


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
