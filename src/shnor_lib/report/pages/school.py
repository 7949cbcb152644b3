"""The profile of one school."""

from __future__ import annotations

from shnor_lib.report import format as fmt
from shnor_lib.report.analysis import Analysis
from shnor_lib.report.blocks import front_matter, page
from shnor_lib.report.labels import school_year
from shnor_lib.report.municipality.paths import place_path, shown_name
from shnor_lib.report.profile import Frames, frames_of
from shnor_lib.report.school.checks import compare_section, criteria_section, timeline_section
from shnor_lib.report.school.conditions import conditions_section, direction_section
from shnor_lib.report.school.context import (
    index_section,
    passport_section,
    rating_section,
    sources_section,
    staff_section,
)
from shnor_lib.report.school.head import head
from shnor_lib.report.school.outlook import effect_section, forecast_section
from shnor_lib.report.school.recommendations import recommendations_section
from shnor_lib.report.school.results import dynamics_section, numbers_section, results_section
from shnor_lib.report.school.risks import risks_section
from shnor_lib.report.school.strengths import strengths_section
from shnor_lib.report.school.support import support_section
from shnor_lib.report.school.teachers import teachers_section


def school_page(analysis: Analysis, school_id: str) -> str:
    """``schools/<slug>.qmd``: everything about one school, the answer first.

    Parameters
    ----------
    analysis
        From :func:`~shnor_lib.report.analysis.analyse`.
    school_id
        A school of the register or of the results.

    Returns
    -------
    str
        Source of the page. A school without data gets a page that says so.

    Raises
    ------
    KeyError
        No such school.
    """
    frames = frames_of(analysis)
    row = frames.register[school_id]
    place = ", ".join(
        part
        for part in (
            frames.municipalities.get(school_id, ""),
            fmt.text(row.get("settlement"), ""),
            f"код{fmt.NBSP}{school_id}" if school_id != frames.names[school_id] else "",
            f"{school_year(analysis.year)} учебный год",
        )
        if part
    )
    blocks = [
        front_matter(
            frames.names[school_id],
            subtitle=place,
            description=f"Профиль школы: {frames.names[school_id]}",
        ),
        *head(frames, school_id),
    ]
    if not _known(frames, school_id):
        blocks += [
            "## Данных нет",
            "В прочитанных файлах нет ни результатов, ни социального паспорта, ни баллов рейтинга "
            "этой школы. Проверьте, совпадает ли её код в реестре школ с кодом в файлах: всё, что "
            "не удалось соединить, перечислено на странице "
            "[«Качество данных»](../data-quality.qmd).",
        ]
    else:
        blocks += [
            "## Статус по годам",
            *timeline_section(frames, school_id),
            "## Что проверено",
            *criteria_section(frames, school_id),
            "## Результаты",
            *results_section(frames, school_id),
            "## Динамика результатов",
            *dynamics_section(frames, school_id),
            *_titled("Направление за три года и более", direction_section(frames, school_id)),
            *_titled("Все результаты числами", numbers_section(frames, school_id)),
            "## Место в рейтинге",
            *rating_section(frames, school_id),
            *_titled("Сильные и слабые стороны", strengths_section(frames, school_id)),
            "## Социальное благополучие",
            *index_section(frames, school_id),
            *_titled("Результаты с учётом условий", conditions_section(frames, school_id)),
            "## Социальный паспорт",
            *passport_section(frames, school_id),
            *staff_section(frames, school_id),
        ]
        blocks += _titled("Педагоги", teachers_section(frames, school_id))
        blocks += _titled("Рисковый профиль", risks_section(frames, school_id))
        blocks += _titled("Рекомендации", recommendations_section(frames, school_id))
        blocks += _titled("Сопровождение", support_section(frames, school_id))
        blocks += _titled("Что дала поддержка", effect_section(frames, school_id))
        blocks += _titled("Прогноз на следующий год", forecast_section(frames, school_id))
        blocks += _titled("По другим правилам", compare_section(frames, school_id))
        blocks += ["## Исходные данные", *sources_section(frames, school_id)]
    municipality = frames.municipalities.get(school_id, "")
    blocks.append(
        f"[{fmt.escape_md(shown_name(municipality))}](../{place_path(municipality)}) · "
        "[Все школы](index.qmd)"
    )
    return page(blocks).decode("utf-8")


def _titled(title: str, blocks: list[str]) -> list[str]:
    """A section with its heading; nothing when there is nothing under it."""
    return [f"## {title}", *blocks] if blocks else []


def _known(frames: Frames, school_id: str) -> bool:
    """Whether any table of years holds the school."""
    return any(
        len(part)
        for part in (
            frames.results[school_id],
            frames.passports[school_id],
            frames.staff[school_id],
            frames.scores[school_id] if frames.scores is not None else (),
        )
    )
