"""The letter to a school of the list: recommendations to its management and to its teachers."""

from __future__ import annotations

from shnor_lib.report import format as fmt
from shnor_lib.report import recommendation_words as say
from shnor_lib.report.analysis import Analysis
from shnor_lib.report.forms.model import Form, said
from shnor_lib.report.labels import school_year
from shnor_lib.report.letters.parts import closing, finished, head, recommendation
from shnor_lib.report.letters.paths import letter_paths
from shnor_lib.report.profile import frames_of
from shnor_lib.report.recommendation_rows import Proposals
from shnor_lib.report.rows import Row

_LISTED_AS = {
    "low_results": "к школам с низкими образовательными результатами (ШНОР)",
    "difficult": "к школам, функционирующим в сложных социальных условиях (ШССУ)",
    "both": (
        "к школам с низкими образовательными результатами (ШНОР) и к школам, функционирующим в "
        "сложных социальных условиях (ШССУ),"
    ),
}
_HEADINGS = {"school": "Рекомендации школе", "teachers": "Рекомендации педагогам школы"}


def letter_to_school(analysis: Analysis, found: Proposals, school: str) -> Form:
    """One letter.

    Parameters
    ----------
    analysis
        From :func:`~shnor_lib.report.analysis.analyse`.
    found
        What is proposed.
    school
        School of :func:`~.paths.letter_paths`.
    """
    frames = frames_of(analysis)
    row = frames.register[school]
    own = found.of_school(school)
    waiting = [each for each in own if each["number"] is None]
    before = len(own) - len(waiting)
    full_name = fmt.one_line(row.get("full_name"), frames.names[school])
    blocks = [
        *head(
            analysis,
            (full_name, frames.municipalities.get(school, "")),
            "Об адресных рекомендациях",
        ),
        _opening(analysis, school, before),
    ]
    groups: dict[str, list[Row]] = {
        code: [each for each in waiting if each["addressee"] == code] for code in _HEADINGS
    }
    number = 0
    for code, rows in groups.items():
        if not rows:
            continue
        blocks.append(f"**{_HEADINGS[code]}**")
        for each in rows:
            number += 1
            blocks += recommendation(f"{number}.", each, found, found.grounds(each))
    ordered = [each for rows in groups.values() for each in rows]
    blocks += closing(analysis, found, ordered)
    return Form(
        letter_paths(found).schools[school],
        f"Письмо с рекомендациями: {frames.names[school]}, {fmt.date_ru(analysis.day)}",
        finished(blocks),
    )


def _opening(analysis: Analysis, school: str, before: int) -> str:
    status = frames_of(analysis).statuses.year(school, analysis.year)
    when = (
        f"По итогам мониторингов {school_year(analysis.year)} учебного года "
        f"(данные на{fmt.NBSP}{fmt.date_ru(analysis.day)})"
    )
    if status is not None and str(status["status"]) in _LISTED_AS:
        met = 0 if fmt.is_missing(status["n_met"]) else int(status["n_met"])
        text = (
            f"{when} школа отнесена {_LISTED_AS[str(status['status'])]} по своду правил "
            f"«{said(analysis.ruleset.title)}»: показателей за порогом{fmt.NBSP}— {fmt.number(met)}. "
            "Направляем адресные рекомендации."
        )
    else:
        text = f"{when} направляем адресные рекомендации."
    if before:
        verb = fmt.plural(before, "выдана", "выданы", "выдано")
        again = "она здесь не повторяется" if before == 1 else "они здесь не повторяются"
        text += f" Ранее {verb} {say.counted(before)}; {again}."
    return text + (
        " Статус нужен, чтобы помочь школе; рекомендации опираются на приведённые ниже числа, и "
        "школа вправе их уточнить."
    )
