"""What a protocol is about: subject, grade and year from its title, its file's name and folders.

A protocol often names none of them in its cells: «2020/5/Русский язык.xlsx», «Проведение работы
по математике, 4 класс. ВПР 2021.xlsx». The lines above the table speak first, then the file's
name, then the folders, the nearest first.

Examples
--------
>>> about([], "ВПР/2020/5/Русскому языку.xlsx")
About(year=2020, grade=5, subject='русский язык', doubts=())
>>> about([], "Проведение работы по биологии, 7 класс (по образцу 8 класса). ВПР 2021.xlsx").grade
8
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TypeVar

from shnor_lib.sources.cells.subjects import canonical_subject, is_known_subject, subject_in
from shnor_lib.sources.cells.values import clean_text, fold

T = TypeVar("T")

LOGIN = re.compile(r"(?<![a-z])(sch|edu|ksh|spo)(\d{3,12})(?!\d)", re.IGNORECASE)
"""A login of ФИС ОКО: schools, colleges; schools were «sch…» until 2021 and are «edu…» since."""

_VPR_YEAR = re.compile(
    r"\bВПР\b(?:\W{0,3}(?:весн|осен)\w*)?\W{0,3}(20\d\d)(?!\d|\s*[/–-]\s*\d)", re.I
)
_SCHOOL_YEAR = re.compile(r"(?<![\d.])(20\d\d)\s*[/–-]\s*(20\d\d|\d\d)(?!\d)")
_BARE_YEAR = re.compile(r"(?<![\d.])(20\d\d)(?![.\d])")
_PROGRAMME = re.compile(
    r"(?:программ\w*|образц\w*)\s+(?:за\s+)?(\d{1,2})\s*(?:-?(?:го|й|х))?\s*(?:класс|кл\b)", re.I
)
_GRADES = (
    re.compile(r"\bкласс\w*\s*:?\s*(\d{1,2})(?!\d)", re.I),
    re.compile(r"(?<!\d)(\d{1,2})\s*(?:-?(?:го|й|х))?\s*класс", re.I),
    re.compile(r"(?<!\d)(\d{1,2})\s*кл\b", re.I),
)
_NAMED_SUBJECT = (
    re.compile(r"\bпредмет\w*\s*:?\s+(.+)", re.I),
    re.compile(r"\bВПР\W{0,3}20\d\d\W{0,3}\s(\D+?)\W{0,3}\s\d{1,2}\W{0,2}\s*класс", re.I),
)
_NOT_A_SCHOOL = re.compile(
    r"впр|класс|протокол|результат|форм[аы]|выгрузк|сбор|регион|район|округ|муниципал|данн|архив"
    r"|весна|осень|год\b|^\W*\d{1,4}\W*$|20\d\d",
    re.I,
)
_SCHOOL = re.compile(
    r"(?<![^\W_])(?:школа|сош|оош|нош|сш|лице[йя]|гимнази[яи]|интернат\w*|прогимназия|м[бка]?оу|г[бк]?оу)"
    r"(?![^\W_])",
    re.I,
)


@dataclass(frozen=True)
class About:
    """What a protocol is about; None where nothing says so.

    Attributes
    ----------
    year
        Year in which the school year of the programme ends.
    grade
        Grade of the programme, 1–11.
    subject
        Canonical name.
    doubts
        Russian half-sentences: what title, file and folders say differently.
    """

    year: int | None
    grade: int | None
    subject: str | None
    doubts: tuple[str, ...] = ()


def about(title: Sequence[str], file: str) -> About:
    """Read the lines above a table and the path of its file.

    Parameters
    ----------
    title
        Lines of title, cells joined by spaces; may be empty.
    file
        Path relative to ``data/raw``, with ``/``.
    """
    path = PurePosixPath(file)
    texts = [
        ("над таблицей", " ; ".join(title)),
        ("в имени файла", path.stem.replace("_", " ")),
        *(
            (f"в имени папки «{part}»", part.replace("_", " "))
            for part in reversed(path.parts[:-1])
        ),
    ]
    year, years = _first(texts, year_in)
    grade, grades = _first(texts, grade_in)
    # «6 класс» in the folder and «по программе 5 класса» in the name say the same.
    programme = any(_PROGRAMME.search(text) for _, text in texts)
    subject = subject_of(title)
    subjects = [("над таблицей", subject)] if subject else []
    subjects += [(place, name) for place, text in texts[1:] if (name := subject_in(text))]
    doubts = [
        *_doubts("год", years),
        *([] if programme else _doubts("класс", grades)),
        *_doubts("предмет", subjects),
    ]
    return About(year, grade, subjects[0][1] if subjects else None, tuple(doubts))


def _first(
    texts: Iterable[tuple[str, str]], find: Callable[[str], T | None]
) -> tuple[T | None, list[tuple[str, T]]]:
    found = [(place, value) for place, text in texts if (value := find(text)) is not None]
    return (found[0][1] if found else None), found


def _doubts(word: str, found: Sequence[tuple[str, object]]) -> list[str]:
    other = next(((place, value) for place, value in found if value != found[0][1]), None)
    if other is None:
        return []
    first = found[0]
    return [f"{word}: {first[0]} — {first[1]}, {other[0]} — {other[1]}"]


def year_in(text: str) -> int | None:
    """Year of a work in a line: «ВПР 2021», «2020/2021 учебный год», a folder «2020».

    Dates are not years of works.

    Examples
    --------
    >>> [year_in(t) for t in ("ВПР осень 2020 (2020/2021 уч. г.)", "2022-2023", "до 12.04.2023")]
    [2020, 2023, None]
    >>> year_in("ВПР 2021 5 класс")
    2021
    """
    if match := _VPR_YEAR.search(text):
        return int(match[1])
    for match in _SCHOOL_YEAR.finditer(text):
        if (int(match[1]) + 1) % 100 == int(match[2]) % 100:
            return int(match[1]) + 1
    match = _BARE_YEAR.search(text)
    return int(match[1]) if match else None


def grade_in(text: str) -> int | None:
    """Grade of the programme in a line; a folder «5» counts, «по программе 5 класса» wins.

    Examples
    --------
    >>> grade_in("6 класс (по программе 5 класса)"), grade_in("Класс: 8"), grade_in("5")
    (5, 8, 5)
    """
    if re.fullmatch(r"\s*\d{1,2}\s*", text):
        return _grade(text)
    for pattern in (_PROGRAMME, *_GRADES):
        if match := pattern.search(text):
            return _grade(match[1])
    return None


def _grade(digits: str) -> int | None:
    return int(digits) if 1 <= int(digits) <= 11 else None


def subject_of(title: Sequence[str]) -> str | None:
    """Subject in lines of title: a known one, or what stands after «Предмет».

    Examples
    --------
    >>> subject_of(["ВПР 2026 Родной язык 5 класс"]), subject_of(["Предмет: Русскому языку"])
    ('родной язык', 'русский язык')
    """
    for pattern in _NAMED_SUBJECT:
        for line in title:
            if match := pattern.search(line):
                return subject_in(match[1]) or canonical_subject(match[1].split(";")[0])
    return next((name for name in map(subject_in, title) if name), None)


def unknown_subject(subject: str | None) -> bool:
    """Whether a subject was found that is none of the known ones."""
    return subject is not None and not is_known_subject(subject)


def login_in(text: str) -> str | None:
    """The school's login in a text, lower case.

    Examples
    --------
    >>> login_in("МБОУ «СОШ № 1» (EDU123456)"), login_in("Иванов")
    ('edu123456', None)
    """
    match = LOGIN.search(text)
    return match[0].lower() if match else None


def school_in_path(file: str) -> str | None:
    """School named by a file's name or folders: a login anywhere, else the nearest folder.

    Folders that speak of years, grades, subjects or forms and not of schools are passed over.

    Examples
    --------
    >>> school_in_path("ВПР 2026/СОШ № 1/5 класс/Математика.xlsx")
    'СОШ № 1'
    >>> school_in_path("ВПР 2026/edu123456 Математика.xlsx"), school_in_path("ВПР 2026/1.xlsx")
    ('edu123456', None)
    """
    path = PurePosixPath(file)
    parts = [path.stem, *reversed(path.parts[:-1])]
    login = next((found for part in parts if (found := login_in(part))), None)
    if login is not None:
        return login
    for folder in parts[1:]:
        name = clean_text(folder)
        other = _NOT_A_SCHOOL.search(name) or subject_in(fold(name))
        if name and (_SCHOOL.search(name) or not other):
            return name
    return None


def doubts_sentence(doubts: Sequence[str]) -> str:
    """The doubts as one Russian sentence."""
    return f"название, имя файла и папки говорят о работе разное: {'; '.join(doubts)}."


def title_lines(rows: Sequence[Sequence[object]], head: int) -> list[str]:
    """Rows above the headings (row ``head``, from 0), each as one line; empty ones left out."""
    lines = (" ".join(text for text in map(clean_text, row) if text) for row in rows[:head])
    return [line for line in lines if line]
