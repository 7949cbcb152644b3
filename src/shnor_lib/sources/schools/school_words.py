"""What in a school's name, login or code tells it from other schools, and what does not.

«МБОУ «СОШ №1 с. Светлое имени И. И. Образцова»» and «Средняя общеобразовательная школа № 1,
село Светлое» are the same words once the legal form, the person it is named after and the ways of
writing «№» are taken away. These forms serve to *suggest* schools; nothing is joined by them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz.distance import OSA

from shnor_lib.sources.cells.values import clean_text, fold
from shnor_lib.sources.schools.municipalities import municipality_key

_OWNER = (
    r"(?:муниципальн|государственн|краев|областн|республиканск|окружн|районн|городск|частн|"
    r"негосударственн|федеральн|бюджетн|казенн|автономн|некоммерческ|типов)\w*"
)
_LEGAL = re.compile(
    rf"\b(?:{_OWNER}\s+)*(?:обще)?образовательн\w*\s+(?:(?:{_OWNER})\s+)*(?:учрежден|организац)\w*"
    r"|\b(?:[мгкочнфр]{1,3}[бка]?с?оу|мо[бка]у|м[бка]у|ано|чу|оу|оо)\b"
)
_KINDS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), word)
    for pattern, word in (
        (r"специальн\w*\s+коррекционн\w*(?:\s+общеобразовательн\w*)?\s+школ\w*", "коррекционная"),
        (r"коррекционн\w*\s+школ\w*|специальн\w*\s+школ\w*|\bс\s?кош[иа]?\b", "коррекционная"),
        (
            r"(?:вечерн\w*|открыт\w*)\s+(?:сменн\w*\s+)?(?:средн\w*\s+)?(?:общеобразовательн\w*\s+)?школ\w*",
            "всош",
        ),
        (
            r"(?:средн\w*|ср\.)\s+(?:полн\w*\s+)?(?:обще)?(?:образовательн\w*\s+)?(?:школ\w*|шк\.?)",
            "сош",
        ),
        (r"основн\w*\s+(?:обще)?(?:образовательн\w*\s+)?школ\w*", "оош"),
        (r"начальн\w*\s+(?:обще)?(?:образовательн\w*\s+)?школ\w*", "нош"),
        (r"\bсш\b", "сош"),
        (r"\bош\b", "оош"),
        (r"\bнш\b", "нош"),
        (r"\bгимнази\w*", "гимназия"),
        (r"\bлице\w{1,3}\b", "лицей"),
    )
)
_KNOWN_KINDS = ("коррекционная", "всош", "сош", "оош", "нош", "гимназия", "лицей", "интернат")
_PLACE = r"(?:с|г|п|д|х|ст|пос|пгт|рп|аул|сел[оа]|город[а]?|посел\w+|станиц\w|деревн\w|хутор\w?)"
_HONOUR = re.compile(rf"\bим(?:ени\b|\.)\s*.*?(?=\s{_PLACE}\.?\s|№|$)")
_NUMBER = re.compile(r"(?:№+|#|\bn[оo]?\.?|\bномер)\s*(\d+)")
_HOME = re.compile(
    r"\b([^\W\d_]+(?:ого|его|ой|ей))\s+(?:муниципальн\w*\s+)?(?:район\w*|округ\w*)"
    r"|\b([^\W\d_]+(?:ий|ый|ой))\s+(?:муниципальн\w*\s+)?(?:район|округ)\b"
)
_NOISE = frozenset(
    fold(word)
    for word in (
        "с", "г", "п", "д", "х", "ст", "пос", "пгт", "рп", "р", "ст-ца", "аул", "село", "села", "город",
        "города", "поселок", "поселка", "поселке", "станица", "станицы", "деревня", "деревни",
        "хутор", "хутора", "городского", "типа", "рабочий", "рабочего", "школа", "школы", "и",
        "имени", "им", "филиал", "структурное", "подразделение",
    )
)  # fmt: skip
_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
_LOGIN = re.compile(r"([^\W\d_]{2,5})(\d{3,})")

ONE_SCHOOL_PREFIXES = frozenset({fold("sch"), fold("edu")})
"""Login prefixes that followed one another: with equal digits they are one school in practice."""


@dataclass(frozen=True)
class NameParts:
    """A school's name taken apart.

    Attributes
    ----------
    kind
        «сош», «оош», «гимназия» …; empty when the name does not say.
    numbers
        Its numbers, without leading zeros.
    words
        What is left, mostly the settlement, sorted.
    """

    kind: str
    numbers: frozenset[str]
    words: str


@lru_cache(maxsize=50_000)
def name_parts(name: str) -> NameParts:
    """Take a name apart.

    Examples
    --------
    >>> name_parts("МБОУ «СОШ №1 с. Светлое им. И. И. Образцова»")
    NameParts(kind='сош', numbers=frozenset({'1'}), words='светлое')
    >>> name_parts("Средняя общеобразовательная школа N 1, село Светлое") == _
    True
    """
    text = f" {re.sub(r'[(),;«»]', ' ', fold(name))} "
    text = re.sub(r"\s+", " ", text)
    text = _HOME.sub(" ", text)
    text = _LEGAL.sub(" ", text)
    for pattern, word in _KINDS:
        text = pattern.sub(f" {word} ", text)
    text = _HONOUR.sub(" ", text)
    numbers = set(_NUMBER.findall(text))
    text = _NUMBER.sub(" ", text)
    # «СОШ-2», «школа 2»
    numbers |= set(re.findall(r"\d+", text))
    text = re.sub(r"\d+", " ", text)
    found = [_kind_of(word) for word in _WORD.findall(text)]
    kind = next((word for word in _KNOWN_KINDS if word in found), "")
    own = sorted(word for word in found if word not in _NOISE and word not in _KNOWN_KINDS)
    return NameParts(kind, frozenset(n.lstrip("0") or "0" for n in numbers), " ".join(own))


def _kind_of(word: str) -> str:
    """«гимнаия» is a «гимназия» with a slip of the pen; other words stay."""
    if word in _NOISE:
        return word
    return next(
        (kind for kind in ("гимназия", "лицей") if OSA.distance(word, kind, score_cutoff=1) <= 1),
        word,
    )


def login_parts(text: str) -> tuple[str, str] | None:
    """Prefix (folded) and digits of a ФИС ОКО login, or None when it is none.

    Examples
    --------
    >>> login_parts("EDU000091"), login_parts("101001")
    (('еdu', '000091'), None)
    """
    match = _LOGIN.fullmatch(fold(text))
    return (match[1], match[2]) if match else None


def code_key(text: str) -> str:
    """Key for comparing codes: as :func:`~shnor_lib.sources.cells.values.fold`, and zeros before a number do not count.

    Excel takes the zeros away from a code typed as a number.

    Examples
    --------
    >>> code_key(" 001001 "), code_key("ШК-01"), code_key("000")
    ('1001', 'шк-01', '0')
    """
    key = fold(text)
    compact = key.replace(" ", "")
    if compact.isdecimal():
        return compact.lstrip("0") or "0"
    return compact if _LOGIN.fullmatch(compact) else key


def key_system(text: str) -> str:
    """Which system a spelling looks like: a code of :data:`shnor_lib.tables.codes.KEY_SYSTEMS`.

    Examples
    --------
    >>> [key_system(text) for text in ("edu000091", "101001", "2200000000", "СОШ № 1")]
    ['fis_oko', 'ris_gia', 'inn', 'name']
    """
    if login_parts(text):
        return "fis_oko"
    digits = clean_text(text).replace(" ", "")
    if digits.isdecimal():
        return "inn" if len(digits) == 10 else "ris_gia"
    return "name"


@lru_cache(maxsize=50_000)
def same_municipality(one: str, other: str) -> bool:
    """Whether two names can mean one municipality: «… район» and «… муниципальный округ» do.

    A name that does not say whether it is a town or a district goes with either.

    Examples
    --------
    >>> same_municipality("Приозёрный район", "Приозёрный муниципальный округ")
    True
    >>> same_municipality("г. Приозёрный", "Приозёрный район")
    False
    """
    (first, kind), (second, other_kind) = municipality_key(one), municipality_key(other)
    return first == second and (not kind or not other_kind or kind == other_kind)
