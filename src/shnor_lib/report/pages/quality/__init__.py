"""The page of data quality: what was read, what is wrong with it, what is missing."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from shnor_lib.report import format as fmt
from shnor_lib.report.analysis import Analysis
from shnor_lib.report.blocks import Card, cards, front_matter, page
from shnor_lib.report.pages.quality.calendar_notes import calendar_blocks
from shnor_lib.report.pages.quality.coverage import Coverage, coverage_blocks
from shnor_lib.report.pages.quality.deadlines import deadline_blocks
from shnor_lib.report.pages.quality.faults import (
    SEVERITY_FORMS,
    fault_blocks,
    fault_counts,
    fault_phrase,
)
from shnor_lib.report.pages.quality.files import file_blocks, files_read, years_span
from shnor_lib.report.pages.quality.gaps import gap_blocks, small_number_blocks
from shnor_lib.report.pages.quality.objectivity import objectivity_blocks
from shnor_lib.report.pages.quality.questions import question_blocks
from shnor_lib.report.pages.sections import Site
from shnor_lib.report.profile import frames_of
from shnor_lib.store import Dataset

__all__ = ["fault_counts", "fault_phrase", "quality_page"]


def quality_page(analysis: Analysis, links: Mapping[str, str]) -> bytes:
    """``data-quality.qmd``.

    Parameters
    ----------
    analysis
        Everything that was read, with its faults; when procedures were held; deadlines; signs of
        biased results.
    links
        School's id → address of its page.
    """
    dataset, calendar, frames = analysis.dataset, analysis.calendar, frames_of(analysis)
    known = Coverage(dataset, calendar)
    return page(
        [
            front_matter(
                "Качество данных",
                subtitle="Что прочитано, что в данных не так и чего не хватает",
            ),
            _headline(dataset),
            "## Замечания к данным",
            *fault_blocks(dataset.faults),
            "## Вопросы по сопоставлению таблиц",
            *question_blocks(dataset.faults),
            "## Вопросы об объективности результатов",
            *objectivity_blocks(analysis.objectivity, frames.names, frames.municipalities, links),
            "## Охват: сколько школ дали результаты",
            *coverage_blocks(known),
            "## Кто ещё не сдал формы",
            *deadline_blocks(dataset, known, analysis.deadlines, frames.names),
            "## Не проводилось и проводилось в другое время",
            *calendar_blocks(dataset, calendar),
            "## Малая численность",
            *small_number_blocks(dataset.results),
            "## Чего не хватает",
            *gap_blocks(dataset),
            "## Прочитанные файлы",
            *file_blocks(dataset),
        ]
    )


def _headline(dataset: Dataset) -> str:
    files = files_read(dataset)
    counts = fault_counts(dataset.faults)
    years = dataset.years
    n_files, n_rows = int(files["file"].nunique()), int(files["rows"].sum())
    n_schools = len(dataset.schools)
    by_kind = [f"{SEVERITY_FORMS[severity][2]} — {fmt.number(n)}" for severity, n in counts.items()]
    return cards(
        [
            Card(
                fmt.number(n_files),
                fmt.plural(n_files, "файл дал", "файла дали", "файлов дали") + " данные",
            ),
            Card(
                fmt.number(n_rows),
                fmt.plural(n_rows, "строка прочитана", "строки прочитаны", "строк прочитано"),
                years_span(pd.Series(years)) if years else "",
            ),
            Card(
                fmt.number(n_schools),
                fmt.plural(n_schools, "школа", "школы", "школ") + " в реестре",
            ),
            Card(
                fmt.number(sum(counts.values())),
                fmt.plural(sum(counts.values()), "замечание", "замечания", "замечаний"),
                ", ".join(by_kind) if any(counts.values()) else "",
            ),
        ]
    )


def page_of_quality(site: Site) -> bytes:
    """See :func:`quality_page`."""
    return quality_page(site.analysis, site.links)
