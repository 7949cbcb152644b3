"""Forms to print, fill in by hand and sign: the curator's protocol, the self-analysis card."""

from __future__ import annotations

from shnor_lib.report.analysis import Analysis
from shnor_lib.report.forms.model import Form
from shnor_lib.report.forms.protocol import protocol
from shnor_lib.report.forms.school import facts_of
from shnor_lib.report.forms.self_analysis import self_analysis

__all__ = ["Form", "forms_of"]


def forms_of(analysis: Analysis) -> list[Form]:
    """Every form of a build, in the order of schools.

    Parameters
    ----------
    analysis
        From :func:`~shnor_lib.report.analysis.analyse`.
    """
    return [
        form for facts in facts_of(analysis) for form in (protocol(facts), self_analysis(facts))
    ]
