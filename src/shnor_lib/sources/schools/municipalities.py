"""One municipality under the names different years and systems give it.

«Приозёрный район», «Приозёрный муниципальный район» and «Приозёрный муниципальный округ» are one
municipality: districts have been renamed so all over the country. «г. Светлый», «город Светлый»
and «городской округ Светлый» are one too, but another one than «Светлый район».
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

from shnor_lib.sources.cells.values import clean_text, fold

Kind = Literal["district", "town", ""]

_CODE = re.compile(r"^\s*[a-zA-Z]{2,5}\d+_m\d+\s*\|\s*", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
_TOWN = frozenset({"город", "г", "городской", "городское", "го", "гор"})
_DISTRICT = frozenset(
    {"район", "р-н", "муниципальный", "муниципальное", "округ", "мр", "мо", "образование"}
)


def has_code(text: str) -> bool:
    """Whether a name begins with the municipality's own login: «edu01_m012 | …»."""
    return _CODE.match(text) is not None


def municipality_name(text: str) -> str:
    """Name of a municipality without the login ФИС ОКО puts before it.

    Examples
    --------
    >>> municipality_name("edu01_m012 | Приозёрный  район")
    'Приозёрный район'
    """
    return clean_text(_CODE.sub("", clean_text(text)))


def municipality_key(text: str) -> tuple[str, Kind]:
    """Name without the words for its kind, and the kind: ``district``, ``town`` or not said.

    Examples
    --------
    >>> municipality_key("Приозёрный муниципальный округ"), municipality_key("Приозёрный р-н")
    (('приозерный', 'district'), ('приозерный', 'district'))
    >>> municipality_key("городской округ город Светлый"), municipality_key("Светлый")
    (('светлый', 'town'), ('светлый', ''))
    """
    words = _WORD.findall(fold(municipality_name(text)))
    own = [word for word in words if word not in _FOLDED_TOWN | _FOLDED_DISTRICT]
    kind: Kind = ""
    if any(word in _FOLDED_TOWN for word in words):
        kind = "town"
    elif any(word in _FOLDED_DISTRICT for word in words):
        kind = "district"
    return " ".join(own or words), kind


_FOLDED_TOWN = frozenset(fold(word) for word in _TOWN)
_FOLDED_DISTRICT = frozenset(fold(word) for word in _DISTRICT)


def one_name_each(names: Iterable[str]) -> dict[str, str]:
    """The name each of ``names`` is to be known by.

    Parameters
    ----------
    names
        Names as written, oldest first: of several spellings the last one stays.

    Returns
    -------
    dict
        Name as written → name that stays. A name that does not say its kind («Светлый») is
        joined to the only other municipality so called; where there are two, it stays alone.

    Examples
    --------
    >>> one_name_each(["Приозёрный район", "Приозёрный муниципальный округ", "г. Приозёрный"])
    {'Приозёрный район': 'Приозёрный муниципальный округ', 'Приозёрный муниципальный округ': \
'Приозёрный муниципальный округ', 'г. Приозёрный': 'г. Приозёрный'}
    """
    written = list(dict.fromkeys(names))
    keys = {name: municipality_key(name) for name in written}
    kinds: dict[str, set[Kind]] = {}
    for own, kind in keys.values():
        kinds.setdefault(own, set()).add(kind)
    last: dict[tuple[str, Kind], str] = {}
    full: dict[str, tuple[str, Kind]] = {}
    for name, (own, kind) in keys.items():
        others = kinds[own] - {""}
        full[name] = (own, next(iter(others)) if not kind and len(others) == 1 else kind)
        # A bare name never replaces one that says what it is.
        if kind or full[name] not in last:
            last[full[name]] = municipality_name(name)
    return {name: last[full[name]] for name in written}
