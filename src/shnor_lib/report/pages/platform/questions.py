"""Questions and answers, the place of the regulation's forum (S0 4.6.1, 8)."""

from __future__ import annotations

from shnor_lib.report import format as fmt
from shnor_lib.report.analysis import Analysis
from shnor_lib.report.blocks import front_matter, page, raw
from shnor_lib.report.pages.platform.common import ANSWER, platform_of
from shnor_lib.report.pages.sections import Site
from shnor_lib.report.platform.items import Item, day_of, items, paragraphs
from shnor_lib.report.platform.links import each_link
from shnor_lib.report.rows import Row, records
from shnor_lib.report.slugs import slug
from shnor_lib.sources.cells.person_codes import is_full_name

OTHER = "Разное"
"""Heading of questions without a section; stands last."""


def has_questions(analysis: Analysis) -> bool:
    """Whether an answer may be shown, or a forum is named."""
    return bool(analysis.forum) or not platform_of(analysis).questions.empty


def page_of_questions(site: Site) -> bytes:
    """``questions.qmd``: published questions with an answer only."""
    rows = records(platform_of(site.analysis).questions)
    blocks = [
        front_matter("Вопросы и ответы", subtitle="О чём спрашивают школы"),
        summary(len(rows)),
    ]
    if site.analysis.forum:
        href = fmt.escape(site.analysis.forum)
        blocks.append(
            raw(
                f'<div class="shnor-documents"><a href="{href}" rel="noopener noreferrer" '
                'class="elsewhere">Перейти на форум</a> <span>обсуждение идёт на другом сайте</span>'
                "</div>"
            )
        )
    sections = sorted({_section(row) for row in rows}, key=lambda s: (s == OTHER, s.casefold()))
    for section in sections:
        own = (_item(row, site) for row in rows if _section(row) == section)
        blocks += [f"## {fmt.escape_md(section)}", items(own)]
    return page(blocks)


def summary(n: int) -> str:
    """How many answers there are, and what is shown at all."""
    if not n:
        return "Опубликованных ответов пока нет."
    verb = fmt.plural(n, "опубликован", "опубликованы", "опубликовано")
    return (
        f"Здесь {verb} {fmt.count_phrase(n, *ANSWER)}. Вопросы присылают школы; на сайт попадают "
        "те, на которые дан ответ."
    )


def anchor(row: Row) -> str:
    """Name of a question on the page: its day and its words."""
    return "question-" + slug(f"{row['date']:%Y-%m-%d} {fmt.one_line(row['question'])}")


def _section(row: Row) -> str:
    return fmt.sentence_case(fmt.one_line(row["section"], OTHER))


def _item(row: Row, site: Site) -> Item:
    by = fmt.one_line(row["answered_by"], "")
    # people are not named here, even if someone has typed a name
    who = f"Отвечает: {fmt.escape(by)}" if by and not is_full_name(by) else ""
    day = day_of(row["answered"])
    return Item(
        title=fmt.escape(fmt.nice(row["question"])),
        anchor=anchor(row),
        about=[who, f"ответ дан {fmt.date_ru(day)}" if day is not None else ""],
        body=paragraphs(row["answer"]),
        links=each_link(row["link"], site.files, "Подробнее"),
    )
