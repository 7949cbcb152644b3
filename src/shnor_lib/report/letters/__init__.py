"""Letters with addressed recommendations: Word files to look through, number and sign."""

from __future__ import annotations

from shnor_lib.report.analysis import Analysis
from shnor_lib.report.forms.model import Form
from shnor_lib.report.letters.many import letter_to_institution, letters_to_municipalities
from shnor_lib.report.letters.paths import letter_paths
from shnor_lib.report.letters.school import letter_to_school
from shnor_lib.report.recommendation_rows import proposals_of

__all__ = ["letters_of"]


def letters_of(analysis: Analysis) -> list[Form]:
    """Every letter of a build: to schools of the list, municipalities, the two institutions.

    Parameters
    ----------
    analysis
        From :func:`~shnor_lib.report.analysis.analyse`.
    """
    found = proposals_of(analysis)
    paths = letter_paths(found)
    letters = [letter_to_school(analysis, found, school) for school in sorted(paths.schools)]
    letters += letters_to_municipalities(analysis, found)
    letters += [letter_to_institution(analysis, found, code) for code in sorted(paths.institutions)]
    return letters
