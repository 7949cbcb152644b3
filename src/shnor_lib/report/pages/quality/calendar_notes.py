"""When procedures were not held, held in another season, or changed their scale."""

from __future__ import annotations

from shnor_lib.project import Calendar
from shnor_lib.report import format as fmt
from shnor_lib.report.blocks import bullets
from shnor_lib.report.labels import school_year
from shnor_lib.store import Dataset
from shnor_lib.tables import PROCEDURES


def calendar_blocks(dataset: Dataset, calendar: Calendar) -> list[str]:
    """The section: departures from the usual calendar in the years there are data of."""
    years = set(dataset.years)
    held = set(dataset.results["procedure"].dropna().unique())
    absent = [
        f"{entry.note} ({entry.standing})."
        for entry in calendar.not_held
        if entry.year in years and entry.procedure in held
    ]
    moved = [
        f"{entry.note} ({entry.standing})."
        for entry in calendar.seasons
        if entry.year in years and entry.procedure in held
    ]
    breaks = [
        f"{PROCEDURES[entry.procedure]}, {school_year(entry.year)}: {entry.note} "
        f"({entry.standing})."
        for entry in calendar.scale_breaks
        if entry.procedure in held
    ]
    blocks = [
        "Процедура, которой не было, — это «не проводилось», а не ноль: такие годы не участвуют "
        "ни в пороговых правилах, ни в сравнении. Осенние работы не сравниваются с весенними."
    ]
    for title, notes in (
        ("Не проводилось:", absent),
        ("В другое время:", moved),
        ("Смена шкалы:", breaks),
    ):
        if notes:
            blocks += [title, bullets(fmt.escape_md(fmt.sentence_case(note)) for note in notes)]
    if len(blocks) == 1:
        blocks.append("За годы, по которым есть данные, отступлений от календаря не отмечено.")
    return blocks
