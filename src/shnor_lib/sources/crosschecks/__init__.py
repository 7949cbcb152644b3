"""Tables against each other and against themselves: what no single cell shows.

Every check is a pure function of the joined tables and yields findings, each at the row
concerned and with the other side in words. Nearly all of them are questions: real schools merge,
real grades fall ill. An error is only what cannot be. Rows stay where they are; a check refuses
none.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping

import pandas as pd

from shnor_lib.faults import Fault
from shnor_lib.project import Calendar
from shnor_lib.sources.crosschecks.copies import copied_passports, copied_results
from shnor_lib.sources.crosschecks.enrolment import (
    all_writers_above_enrolment,
    cohort_grown,
    enrolment_jump,
    writers_above_enrolment,
)
from shnor_lib.sources.crosschecks.forms import (
    parents_counted_twice,
    teachers_against_pupils,
    zero_passports,
)
from shnor_lib.sources.crosschecks.joined import Finding, Joined
from shnor_lib.sources.crosschecks.jumps import results_jump
from shnor_lib.sources.crosschecks.links import (
    missing_file,
    person_answers,
    refused_link,
    words_for_link,
)
from shnor_lib.sources.crosschecks.participation import mass_absence, uneven_subjects
from shnor_lib.sources.crosschecks.register import grade_not_taught, outside_its_life
from shnor_lib.sources.crosschecks.support import unknown_municipality, unknown_supporter
from shnor_lib.sources.schools.school_names import Letters

CHECKS: dict[str, Callable[[Joined], Iterable[Finding]]] = {
    "outside-its-life": outside_its_life,
    "grade-not-taught": grade_not_taught,
    "writers-above-enrolment": writers_above_enrolment,
    "all-writers-above-enrolment": all_writers_above_enrolment,
    "enrolment-jump": enrolment_jump,
    "cohort-grown": cohort_grown,
    "uneven-subjects": uneven_subjects,
    "mass-absence": mass_absence,
    "copied-results": copied_results,
    "copied-passport": copied_passports,
    "results-jump": results_jump,
    "zero-passport": zero_passports,
    "parents-counted-twice": parents_counted_twice,
    "teachers-against-pupils": teachers_against_pupils,
    "unknown-supporter": unknown_supporter,
    "no-such-file": missing_file,
    "refused-link": refused_link,
    "words-for-link": words_for_link,
    "person-answers": person_answers,
    "unknown-municipality": unknown_municipality,
}
"""Code of the fault → check."""


def crosscheck(
    tables: Mapping[str, pd.DataFrame],
    letters: Letters,
    calendar: Calendar,
    files: Collection[str] | None = None,
) -> list[Fault]:
    """Faults of all checks.

    Parameters
    ----------
    tables
        Joined tidy tables by name: known schools only, no row twice.
    letters
        For naming cells.
    calendar
        For changes of scale.
    files
        Files below ``data/files``; None: links to files are not looked after.
    """
    numbered = {name: frame.reset_index(drop=True) for name, frame in tables.items()}
    data = Joined(numbered, letters, calendar, files)
    return [fault for code, check in CHECKS.items() for fault in data.faults(code, check(data))]


__all__ = ["CHECKS", "Finding", "Joined", "crosscheck"]
