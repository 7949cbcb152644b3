"""What the nested rows of a ФИС ОКО report are: the whole sample, the region, municipalities, schools.

The reports nest «Вся выборка → регион → муниципалитет → ОО» by indentation, which is often lost
on the way, so :func:`levels` tells the rows apart by what they say:

1. «Вся выборка» (or «РФ», «Итого») is the whole sample;
2. a login, «(edu123456)», makes a school; the login of a municipality, «edu12_m034 | …», a
   municipality;
3. a name of a constituent entity (край, область, республика …) above the first municipality is
   the region;
4. more than one school in «Кол-во ОО» makes a municipality;
5. otherwise words decide: «СОШ», «лицей», «МБОУ» … a school; «район», «округ», «город» … a
   municipality;
6. a row with neither is a municipality where schools are otherwise written with logins, where it
   has as many participants as the rows below it together, or, in a report without «Кол-во ОО»,
   where it stands right under the region or right above a smaller school;
7. and else a school.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from shnor_lib.sources.cells.values import clean_text, fold
from shnor_lib.sources.layouts.vpr import has_word
from shnor_lib.sources.schools.municipalities import has_code

Level = Literal["sample", "region", "municipality", "school"]

_IN_BRACKETS = re.compile(r"\(\s*([A-Za-z]{2,5}\d{3,})\s*\)")
_BARE = re.compile(r"(?<![A-Za-z0-9])((?:sch|edu|ksh|spo)\d{4,})(?![A-Za-z0-9_])", re.IGNORECASE)
_SAMPLES = tuple(
    fold(word)
    for word in ("вся выборка", "российская федерация", "все муниципалитеты", "итого", "всего")
)
_SAMPLE = frozenset(fold(word) for word in ("рф", "россия", "среднее"))
_REGION = (
    "край",
    "область",
    "республика",
    "автономный округ",
    "москва",
    "санкт-петербург",
    "севастополь",
)
_SCHOOL = (
    "школа", "сош", "оош", "нош", "сш", "лицей", "гимназия", "кадетский", "кадетская", "интернат",
    "прогимназия", "мбоу", "мкоу", "маоу", "моу", "гбоу", "гкоу", "гоу", "кгбоу", "кгкоу", "чоу",
    "ноу", "мбу", "мку", "центр образования", "колледж", "техникум", "филиал", "училище",
)  # fmt: skip
_MUNICIPALITY = (
    "район", "округ", "город", "г", "городской", "городское", "муниципальный", "муниципальное",
    "мр", "мо", "го", "зато", "улус", "поселение",
)  # fmt: skip


@dataclass(frozen=True)
class Line:
    """A row of a report: its name and two numbers, None where there is none."""

    name: str
    schools: float | None
    n: float | None


def login_of(text: str) -> str | None:
    """The school's login in a name, lower case, or None.

    Examples
    --------
    >>> login_of("МБОУ «СОШ № 1» (EDU000001)"), login_of("ksh010203"), login_of("edu01_m002 | Район")
    ('edu000001', 'ksh010203', None)
    """
    match = _IN_BRACKETS.search(text) or _BARE.search(text)
    return match[1].lower() if match else None


def bare_name(text: str) -> str:
    """A school's name without its login (the login itself when nothing else is there).

    Examples
    --------
    >>> bare_name("МБОУ «СОШ № 1» (edu000001)"), bare_name("edu000001")
    ('МБОУ «СОШ № 1»', 'edu000001')
    """
    text = clean_text(text)
    return _BARE.sub("", _IN_BRACKETS.sub("", text)).strip(" ,|-–()") or text


def names_a_school(text: str) -> bool:
    """Whether a name says that it is a school's: a login or a word such as «СОШ»."""
    return login_of(text) is not None or has_word(text, _SCHOOL)


def names_a_region(text: str) -> bool:
    """Whether a name is that of a constituent entity (or says «Регион»)."""
    return has_word(text, (*_REGION, "регион", "субъект"))


def names_a_municipality(text: str) -> bool:
    """Whether a name says that it is a municipality's."""
    return has_code(text) or has_word(text, (*_MUNICIPALITY, "муниципалитет"))


def names_the_sample(text: str) -> bool:
    """Whether a name is that of the whole sample."""
    key = fold(text)
    return key in _SAMPLE or key.startswith(_SAMPLES)


def levels(lines: Sequence[Line]) -> list[Level]:
    """What each row of a report is; the rules stand at the top of this module."""
    logins = any(login_of(line.name) for line in lines)
    found: list[Level] = []
    for index in range(len(lines)):
        found.append(_level(lines, index, found, logins=logins))
    return found


def _level(lines: Sequence[Line], index: int, above: list[Level], *, logins: bool) -> Level:
    line = lines[index]
    if names_the_sample(line.name):
        return "sample"
    if login_of(line.name):
        return "school"
    if has_code(line.name):
        return "municipality"
    is_school = has_word(line.name, _SCHOOL)
    if "municipality" not in above and not is_school and has_word(line.name, _REGION):
        return "region"
    if line.schools is not None and line.schools > 1:
        return "municipality"
    if is_school:
        return "school"
    if has_word(line.name, _MUNICIPALITY):
        return "municipality"
    return "municipality" if logins or _holds_what_follows(lines, index, above) else "school"


def _holds_what_follows(lines: Sequence[Line], index: int, above: list[Level]) -> bool:
    line, below = lines[index], lines[index + 1 :]
    if line.n is None or not below:
        return False
    if line.schools is None:
        if above and above[-1] in ("sample", "region"):
            return True
        if names_a_school(below[0].name) and below[0].n is not None and below[0].n < line.n:
            return True
    total = 0.0
    for count, other in enumerate(below, start=1):
        total += other.n or 0
        if total >= line.n:
            # One row alone with as many participants may be a second school of the same size.
            return total == line.n and (count > 1 or line.schools is not None)
    return False
