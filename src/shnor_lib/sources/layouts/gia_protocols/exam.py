"""Which exam a protocol is about: subject, date, procedure."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from shnor_lib.sources.cells.privacy import names_somebody
from shnor_lib.sources.cells.subjects import canonical_subject, is_known_subject, subject_in
from shnor_lib.sources.cells.values import clean_text, parse_date

BASIC, ADVANCED = "математика (базовая)", "математика (профильная)"

FEDERAL: dict[int, str] = {
    1: "русский язык", 2: "математика", 3: "физика", 4: "химия", 5: "информатика", 6: "биология",
    7: "история", 8: "география", 9: "английский язык", 10: "немецкий язык",
    11: "французский язык", 12: "обществознание", 13: "испанский язык", 14: "китайский язык",
    18: "литература", 22: BASIC, 51: "русский язык", 52: "математика",
}  # fmt: skip
"""Codes of subjects, the federal list (from memory; a real protocol agrees for 4 and 12)."""

_REGIONAL: dict[int, str] = {
    9: "обществознание", 10: "литература", 11: "английский язык", 12: "немецкий язык",
    13: "французский язык", 14: "испанский язык", 18: "родной язык",
}  # fmt: skip
"""Other meanings some regions give to codes of ОГЭ."""

_DATE = r"(?P<date>\d{4}[.\-/]\d{1,2}[.\-/]\d{1,2}|\d{1,2}\.\d{1,2}\.\d{4})"
_LINE = re.compile(
    rf"(?:^|[\s:])(?P<code>\d{{1,3}})\s*[-–—]\s*(?P<subject>[^\W\d].*?)[\s,(]+(?:от\s+)?{_DATE}\s*\)?\s*(?:г\.?)?\s*$",
    re.IGNORECASE,
)
_CELL = re.compile(
    rf"^(?:(?P<code>\d{{1,3}})\s*[-–—]\s*)?(?P<subject>[^\W\d].*?)[\s,(]+(?:от\s+)?{_DATE}\s*\)?\s*(?:г\.?)?\s*$",
    re.IGNORECASE,
)
_FILE = re.compile(r"(?<!\d)(?P<code>\d{1,2})_(?P<date>\d{4}\.\d{1,2}\.\d{1,2})(?!\d)")
_KINDS = {
    "gve": re.compile(r"\bгвэ|выпускн\w+ экзамен", re.IGNORECASE),
    "ege": re.compile(r"\bк?егэ|един\w+ государственн", re.IGNORECASE),
    "oge": re.compile(r"\bогэ|основн\w+ государственн", re.IGNORECASE),
}
_GRADES = (
    (9, re.compile(r"(?:гиа|гвэ)[\s-]*9|основного общего|9\s*(?:-?й|-?х)?\s*класс", re.IGNORECASE)),
    (
        11,
        re.compile(r"(?:гиа|гвэ)[\s-]*11|среднего общего|11\s*(?:-?й|-?х)?\s*класс", re.IGNORECASE),
    ),
)
_EXTRA = re.compile(
    r"\(?\b(?:к-?егэ|егэ|огэ|гвэ)(?:[\s-]*(?:9|11))?\b\)?|\(?\b(?:письменн|устн)\w+(?:\s+(?:часть|форма|экзамен))?\)?",
    re.IGNORECASE,
)
_ORAL = re.compile(r"\bустн|говорение", re.IGNORECASE)
_LANGUAGES = ("английский", "немецкий", "французский", "испанский", "китайский")


@dataclass(frozen=True)
class Exam:
    """One exam.

    Attributes
    ----------
    code
        Number of the subject as the protocol writes it; None where it does not.
    subject
        Canonical name; ЕГЭ in mathematics is made «базовая» or «профильная» later.
    date
        Day of the exam; its calendar year is the year of the results (June 2026 → 2026).
    words
        The line as it stands.
    guessed
        The subject was not named, only its number was.
    procedure
        ``oge``, ``ege``, ``gve``, or empty while nothing says which.
    grade
        9 or 11 where title or file name say so.
    """

    code: int | None
    subject: str
    date: dt.date
    words: str
    guessed: bool = False
    procedure: str = ""
    grade: int | None = None

    @property
    def oral_part(self) -> bool:
        """Whether this is only the spoken half of a foreign language."""
        return (
            self.procedure != "gve"
            and self.subject.startswith(_LANGUAGES)
            and _ORAL.search(self.words) is not None
        )

    @property
    def expected(self) -> str | None:
        """What the federal list calls the code, where the name says something else."""
        if self.code is None or self.guessed:
            return None
        listed = FEDERAL.get(self.code)
        if listed is None or self.subject.split(" (")[0] == listed.split(" (")[0]:
            return None
        return None if self.subject == _REGIONAL.get(self.code) else listed


def exam_in_line(text: str) -> Exam | None:
    """The exam a line above a table names, or None.

    Examples
    --------
    >>> exam = exam_in_line("12 - Обществознание 2026.07.03")
    >>> exam.code, exam.subject, exam.date.isoformat()
    (12, 'обществознание', '2026-07-03')
    >>> exam_in_line("20 - Приозёрная область") is None
    True
    """
    return _exam(_LINE.search(clean_text(text)))


def exam_in_cell(text: str) -> Exam | None:
    """The exam a cell names, or None.

    Examples
    --------
    >>> exam = exam_in_cell("Математика(2026.06.02)")
    >>> exam.subject, exam.date.isoformat()
    ('математика', '2026-06-02')
    """
    return _exam(_CELL.search(clean_text(text)))


def _exam(match: re.Match[str] | None) -> Exam | None:
    if match is None:
        return None
    date = parse_date(match["date"].replace("/", "-"))
    # A pupil's row with a date of birth may look like the line of an exam.
    if date is None or not 2000 <= date.year <= 2100 or names_somebody(match[0]):
        return None
    code = int(match["code"]) if match["code"] else None
    return Exam(code, exam_subject(match["subject"]), date, match[0].strip())


def exam_in_file_name(file: str) -> Exam | None:
    """The exam a file is named after: «02_2026.06.02.csv»; names in folders help.

    Examples
    --------
    >>> exam_in_file_name("ОГЭ/02_2026.06.02.csv").subject
    'математика'
    >>> exam_in_file_name("ОГЭ/Физика/10_2026.06.02.csv").subject
    'физика'
    """
    path = PurePosixPath(file)
    match = _FILE.search(path.stem)
    if match is None:
        return None
    date = parse_date(match["date"])
    if date is None or not 2000 <= date.year <= 2100:
        return None
    code = int(match["code"])
    around = [path.stem.replace(match[0], " "), *reversed(path.parts[:-1])]
    named = next((name for part in around if (name := subject_in(part.replace("_", " ")))), None)
    if named is not None:
        return Exam(code, named, date, path.name)
    if code not in FEDERAL:
        return None
    return Exam(code, FEDERAL[code], date, path.name, guessed=code in _REGIONAL)


def exam_subject(text: str) -> str:
    """Canonical subject of an exam's name.

    Examples
    --------
    >>> [exam_subject(t) for t in ("Русский язык ГВЭ", "Информатика (КЕГЭ)", "Родная литература")]
    ['русский язык', 'информатика', 'родная литература']
    """
    name = canonical_subject(text)
    if is_known_subject(name):
        return name
    bare = clean_text(_EXTRA.sub(" ", text)).strip(" -–—,.()")
    return canonical_subject(bare) if bare else name


def kind_in(texts: Sequence[str]) -> str:
    """The procedure the first text that names exactly one of them names; empty for none.

    Examples
    --------
    >>> kind_in(["Протокол", "результаты ЕГЭ"]), kind_in(["ОГЭ и ГВЭ"])
    ('ege', '')
    """
    for text in texts:
        named = [kind for kind, pattern in _KINDS.items() if pattern.search(text)]
        if len(named) == 1:
            return named[0]
    return ""


def grade_in(texts: Sequence[str]) -> int | None:
    """9 or 11, where a text says which."""
    for text in texts:
        named = [grade for grade, pattern in _GRADES if pattern.search(text)]
        if len(named) == 1:
            return named[0]
    return None


def with_procedure(
    exam: Exam,
    texts: Sequence[str],
    *,
    classes: Sequence[int],
    has_test: bool,
    has_mark: bool,
) -> Exam:
    """The exam with its procedure; empty when nothing decides.

    In this order: words in the exam's own line; a code from 51 (ГВЭ); words above the table, in
    the name of the sheet, of the file, of its folders; a column of test scores (ЕГЭ) and none of
    marks; basic mathematics (ЕГЭ); marks in grade 9 (ОГЭ) or 11 (ГВЭ, since nothing else there
    has marks).

    Parameters
    ----------
    exam
        What line, cell or file name say.
    texts
        Lines above the table, name of the sheet, of the file, folders, the nearest first.
    classes
        Grades of the pupils, as far as they are known.
    has_test, has_mark
        Whether there are columns of test scores and of marks.
    """
    grade = grade_in([exam.words, *texts])
    if grade is None and classes:
        grade = 11 if 2 * sum(number >= 10 for number in classes) > len(classes) else 9
    procedure = kind_in([exam.words])
    if not procedure and exam.code is not None and 51 <= exam.code <= 69:
        procedure = "gve"
    if not procedure:
        procedure = kind_in(texts)
    if not procedure and has_test and not has_mark:
        procedure = "ege"
    if not procedure and (exam.subject == BASIC or exam.code == 22):
        procedure = "ege"
    if not procedure and has_mark:
        if grade != 11:
            procedure = "oge"
        elif not exam.subject.startswith("математика"):
            procedure = "gve"
    return replace(exam, procedure=procedure, grade=grade)
