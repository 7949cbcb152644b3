"""Letters about several schools: to municipal offices, the institute, the assessment centre."""

from __future__ import annotations

from collections.abc import Sequence

from shnor_lib.report import format as fmt
from shnor_lib.report.analysis import Analysis
from shnor_lib.report.blocks import bullets
from shnor_lib.report.forms.model import Form, said
from shnor_lib.report.labels import school_year
from shnor_lib.report.letters.parts import closing, finished, head, recommendation
from shnor_lib.report.letters.paths import letter_paths
from shnor_lib.report.monitoring.lists import natural
from shnor_lib.report.profile import frames_of
from shnor_lib.report.recommendation_rows import Proposals
from shnor_lib.report.recommendation_words import grounds_line, low_first
from shnor_lib.report.rows import Row

MOST = 40
"""Schools named under one recommendation at most."""

_INSTITUTIONS = {
    "institute": "Институт развития образования",
    "assessment": "Центр оценки качества образования",
}


def letters_to_municipalities(analysis: Analysis, found: Proposals) -> list[Form]:
    """One letter to every municipal office something is proposed to."""
    letters = []
    for place, path in letter_paths(found).municipalities.items():
        rows = [
            row
            for row in found.to("municipality")
            if str(row["municipality"] or "") == place and row["number"] is None
        ]
        whom = ("Муниципальный орган управления образованием", place)
        title = f"Письмо с рекомендациями: {place or 'МОУО'}, {fmt.date_ru(analysis.day)}"
        letters.append(Form(path, title, _letter(analysis, found, whom, rows, by_place=False)))
    return letters


def letter_to_institution(analysis: Analysis, found: Proposals, code: str) -> Form:
    """The letter to the institute or to the assessment centre, by municipalities."""
    rows = [row for row in found.to(code) if row["number"] is None]
    whom = _INSTITUTIONS[code]
    title = f"Письмо с рекомендациями: {whom}, {fmt.date_ru(analysis.day)}"
    text = _letter(analysis, found, [whom], rows, by_place=True)
    return Form(letter_paths(found).institutions[code], title, text)


def _letter(
    analysis: Analysis,
    found: Proposals,
    whom: Sequence[str],
    rows: Sequence[Row],
    *,
    by_place: bool,
) -> str:
    blocks = [
        *head(analysis, whom, "Об адресных рекомендациях"),
        f"По итогам мониторингов {school_year(analysis.year)} учебного года (данные "
        f"на{fmt.NBSP}{fmt.date_ru(analysis.day)}) направляем адресные рекомендации. Школы названы "
        f"с{fmt.NBSP}числами, на которых рекомендация основана.",
    ]
    for number, row in enumerate(rows, start=1):
        if by_place and row["municipality"]:
            row = {**row, "title": f"{row['title']} ({row['municipality']})"}
        blocks += recommendation(
            f"{number}.", row, found, "", bullets=schools_with_grounds(analysis, found, row)
        )
    return finished([*blocks, *closing(analysis, found, rows)])


def schools_with_grounds(
    analysis: Analysis, found: Proposals, row: Row, *, most: int = MOST
) -> str:
    """A Markdown list of the schools of a recommendation, each with its grounds."""
    names = frames_of(analysis).names
    schools = sorted(
        found.schools(row).items(), key=lambda item: natural(names.get(item[0], item[0]))
    )
    items = [
        f"{said(names.get(school, school))}: {said(low_first(grounds_line(grounds)))}."
        for school, grounds in schools[:most]
    ]
    more = len(schools) - most
    if more > 0:
        items.append(
            f"и{fmt.NBSP}ещё {fmt.count_phrase(more, 'школа', 'школы', 'школ')}: перечень — на "
            "странице «Рекомендации»."
        )
    return bullets(items)
