"""Personal cards of teachers' deficits: Word files for the schools, never on the site.

They lie in ``reports/internal/teachers``, one file per school. Nothing renders, copies or links
that folder: teachers are known by codes, and yet a card is about one person.
"""

from __future__ import annotations

from itertools import groupby

from shnor_lib.methods.competence_cards import teacher_cards
from shnor_lib.report.analysis import Analysis
from shnor_lib.report.cards.card import SchoolWords, card
from shnor_lib.report.forms.model import Form, new_page
from shnor_lib.report.labels import school_year
from shnor_lib.report.monitoring.lists import natural
from shnor_lib.report.profile import frames_of
from shnor_lib.report.slugs import slug

__all__ = ["FOLDER", "card_path", "cards_of"]

FOLDER = "internal/teachers"
"""Where cards lie below ``reports/``: outside of everything that is published."""


def card_path(school_id: str) -> str:
    """Address below ``reports/`` of the cards of a school."""
    return f"{FOLDER}/{slug(school_id)}.docx"


def cards_of(analysis: Analysis) -> list[Form]:
    """One Word file per school with a teacher who needs a card; a card on each page.

    Parameters
    ----------
    analysis
        From :func:`~shnor_lib.report.analysis.analyse`.
    """
    found = analysis.teachers
    if found is None:
        return []
    frames = frames_of(analysis)
    forms = []
    cards = teacher_cards(found, analysis.dataset)
    for school, group in groupby(cards, key=lambda each: each.school_id):
        row = frames.register.get(school, {})
        words = SchoolWords(
            analysis.organisation,
            str(row.get("full_name") or frames.names.get(school, school)),
            frames.municipalities.get(school, ""),
        )
        pages = [
            card(each, words, found)
            for each in sorted(group, key=lambda each: (natural(each.teacher), each.teacher))
        ]
        forms.append(
            Form(
                card_path(school),
                "Персональные карты восполнения профессиональных дефицитов: "
                f"{frames.names.get(school, school)}, {school_year(found.year)} учебный год",
                f"\n\n{new_page()}\n\n".join(pages),
                dense=True,
            )
        )
    return forms
