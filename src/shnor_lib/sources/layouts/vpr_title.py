"""What a ФИС ОКО report is about: the lines above it, else its sheet, file and folders."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from shnor_lib.project import Season
from shnor_lib.sources.cells.subjects import subject_in
from shnor_lib.sources.layouts.protocol_title import about, grade_in, year_in

_MAXIMUM = re.compile(
    r"макс\w*\.?\s*(?:возможн\w*\s*)?(?:первичн\w*\s*)?балл\w*\W{0,3}(\d{1,3})(?![\d,.])", re.I
)
_SCHOOL_YEAR = re.compile(r"(?<!\d)(20\d\d)\s*[/–-]\s*(?:20)?(\d\d)(?!\d)")
_LAST_NUMBER = re.compile(r"(?<![\d.,(№-])(?<!№ )\b(\d{1,2})\W?$")
_GRADES = range(4, 12)
_SEASONS: tuple[tuple[Season, re.Pattern[str]], ...] = (
    ("autumn", re.compile(r"(?<![^\W_])осен", re.I)),
    ("spring", re.compile(r"(?<![^\W_])весн", re.I)),
)


@dataclass(frozen=True)
class Title:
    """What a report is about; None where nothing says so.

    Attributes
    ----------
    year
        Year in which the school year of the programme ends.
    season
        When it was written, if the words say so; otherwise the calendar knows.
    grade
        Grade of the programme.
    subject
        Canonical name.
    max_score
        Most primary points.
    doubts
        Russian half-sentences: what the sheet, the file and the folders say differently.
    """

    year: int | None = None
    season: Season | None = None
    grade: int | None = None
    subject: str | None = None
    max_score: int | None = None
    doubts: tuple[str, ...] = ()

    @property
    def missing(self) -> list[str]:
        """Russian words for what nothing says."""
        values = (("год", self.year), ("класс", self.grade), ("предмет", self.subject))
        return [word for word, value in values if value is None]


def read_title(lines: Sequence[str], sheet: str, file: str, before: Title | None = None) -> Title:
    """Read the title of a report.

    Parameters
    ----------
    lines
        Lines above the headings.
    sheet
        Name of the sheet.
    file
        Path relative to ``data/raw``, with ``/``.
    before
        Title of the report above on the same sheet: it goes on to hold for what ``lines`` do
        not say.

    Examples
    --------
    >>> title = read_title(["Статистика по отметкам"], "Лист1", "2020/4/Русскому языку.xlsx")
    >>> title.year, title.grade, title.subject
    (2020, 4, 'русский язык')
    """
    own, outside = about(lines, ""), about([], file)
    earlier = before or Title()
    texts = [*lines, sheet, file.replace("_", " ")]
    season = _season(lines) or _season([sheet]) or _season([file])
    year = own.year or earlier.year or year_in(sheet) or outside.year
    if year is not None and season == "autumn":
        year = _programme_year(year, texts)
    maxima = [int(found[1]) for line in lines if (found := _MAXIMUM.search(line))]
    return Title(
        year,
        season,
        own.grade
        or _last_grade(lines)
        or earlier.grade
        or grade_in(sheet)
        or outside.grade
        or _last_grade([PurePosixPath(file).stem.replace("_", " ")]),
        own.subject or earlier.subject or subject_in(sheet) or outside.subject,
        maxima[0] if maxima else earlier.max_score if not lines else None,
        about(lines, file).doubts,
    )


def _last_grade(texts: Sequence[str]) -> int | None:
    """«ВПР 2021 Русский язык 5»: a number behind a subject, without the word «класс»."""
    for text in texts:
        match = _LAST_NUMBER.search(text.strip())
        if match and int(match[1]) in _GRADES and subject_in(text[: match.start()]):
            return int(match[1])
    return None


def _season(texts: Sequence[str]) -> Season | None:
    found = [season for season, words in _SEASONS if any(words.search(text) for text in texts)]
    return found[0] if len(found) == 1 else None


def _programme_year(year: int, texts: Sequence[str]) -> int:
    """«Осень 2020/2021 уч. г.» is written on the programme of the year before."""
    for text in texts:
        for match in _SCHOOL_YEAR.finditer(text):
            rest = text[: match.start()] + text[match.end() :]
            if int(match[1]) + 1 == year and year_in(rest) is None:
                return year - 1
    return year
