"""Which schools of the register an unknown spelling may mean, best first.

Suggestions are shown to a person; nothing is ever joined by them. They are ranked by numbers and
told in words, because a per cent of likeness says nothing to whoever must decide.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

import pandas as pd
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from shnor_lib.sources.cells.values import fold
from shnor_lib.sources.schools.school_words import (
    ONE_SCHOOL_PREFIXES,
    NameParts,
    code_key,
    login_parts,
    name_parts,
    same_municipality,
)

LIMIT = 3
"""Most suggestions for one spelling."""

_POOL = 60
"""Names with the likest words that are compared in full."""


class Why(StrEnum):
    """Why a school is suggested, as the user reads it."""

    SHARED = "записана в реестре точно так же"
    SAME_CODES = "в анкете ФИС ОКО при этом логине стоит её код РИС или ИНН"
    PREFIX = "тот же номер логина, другая приставка — на деле это одна и та же школа"
    SAME_DIGITS = "тот же номер логина, другая приставка"
    SAME_NAME = "название совпадает"
    NEARLY = "название почти совпадает"
    LIKE = "название похоже"
    REMOTE = "название отдалённо похоже"
    ONE_SIGN = "код отличается одним знаком"


@dataclass(frozen=True)
class Suggestion:
    """A school that may be meant.

    Attributes
    ----------
    school_id, name, municipality, full_name
        As in the register; empty where it is silent.
    why
        Likeness in words.
    """

    school_id: str
    name: str
    municipality: str
    why: Why
    full_name: str = ""

    @property
    def sentence(self) -> str:
        """«ШК-03» — ООШ с. Дальнее (Заречный округ): название похоже."""
        home = f" ({self.municipality})" if self.municipality else ""
        return f"«{self.school_id}» — {self.name}{home}: {self.why}"


@dataclass(frozen=True)
class _School:
    code: str
    name: str
    home: str
    full: str
    parts: tuple[NameParts, ...]
    texts: frozenset[str]


class Suggester:
    """Suggests schools of one register.

    Parameters
    ----------
    register
        Tidy schools.
    """

    def __init__(self, register: pd.DataFrame) -> None:
        self._schools: dict[str, _School] = {}
        self._logins: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
        self._codes: list[tuple[str, str]] = []
        self._by_number: defaultdict[frozenset[str], list[tuple[str, str]]] = defaultdict(list)
        self._seen: dict[tuple[str, str, str], tuple[Suggestion, ...]] = {}
        columns = ["school_id", "name", "full_name", "municipality"]
        for code, name, full, home in register[columns].itertuples(index=False, name=None):
            texts = [str(text) for text in (name, full) if not pd.isna(text)]
            parts = tuple(dict.fromkeys(name_parts(text) for text in texts))
            self._schools[code] = _School(
                str(code),
                str(name),
                "" if pd.isna(home) else str(home),
                "" if pd.isna(full) else str(full),
                parts,
                frozenset(fold(text) for text in texts),
            )
            for part in parts:
                self._by_number[part.numbers].append((str(code), part.words))
        for column in ("school_id", "fis_login", "ris_code", "ris_code_ege"):
            for code, text in zip(register["school_id"], register[column], strict=True):
                if pd.isna(text):
                    continue
                login = login_parts(str(text))
                if login:
                    self._logins[login[1]].append((login[0], str(code)))
                self._codes.append((code_key(str(text)), str(code)))

    def suggest(
        self,
        text: str,
        *,
        title: str = "",
        municipality: str = "",
        refused: Collection[str] = (),
        shared: Iterable[str] = (),
        same_codes: Iterable[str] = (),
    ) -> list[Suggestion]:
        """Return up to :data:`LIMIT` schools, the likest first.

        Parameters
        ----------
        text
            What does not join: login, code or name.
        title
            The school's name beside a login or code; for a name the name itself.
        municipality
            As the file writes it; empty when it does not say.
        refused
            Schools the user has said it is not.
        shared
            Schools that share the code.
        same_codes
            Schools whose other codes stand in the questionnaire of this login.
        """
        key = (text, title, municipality)
        if key not in self._seen:
            self._seen[key] = tuple(self._ranked(text, title, municipality))
        first = {
            **dict.fromkeys(same_codes, Why.SAME_CODES),
            **dict.fromkeys(shared, Why.SHARED),
        }
        certain = [self._as(code, why) for code, why in first.items()]
        ranked = [s for s in self._seen[key] if s.school_id not in first]
        return [s for s in (*certain, *ranked) if s.school_id not in refused][:LIMIT]

    def _ranked(self, text: str, title: str, municipality: str) -> list[Suggestion]:
        scored: dict[str, tuple[float, Why]] = {}

        def put(code: str, score: float, why: Why) -> None:
            old = scored.get(code)
            # Two reasons strengthen each other; the better one is named.
            scored[code] = (
                (score, why)
                if old is None
                else (max(score, old[0]) + 5, why if score > old[0] else old[1])
            )

        for code, why in self._by_login(text):
            put(code, 130.0 if why is Why.PREFIX else 95.0, why)
        for code, score, why in self._by_name(title or text, municipality):
            put(code, score, why)
        for code in self._by_code(text):
            put(code, 64.0, Why.ONE_SIGN)
        order = sorted(scored.items(), key=lambda item: (-item[1][0], item[0]))
        # Room for schools the user refuses one after the other.
        return [self._as(code, why) for code, (_, why) in order[: 4 * LIMIT]]

    def _as(self, code: str, why: Why) -> Suggestion:
        school = self._schools[code]
        return Suggestion(code, school.name, school.home, why, school.full)

    def _by_login(self, text: str) -> list[tuple[str, Why]]:
        login = login_parts(text)
        if login is None:
            return []
        return [
            (code, Why.PREFIX if {prefix, login[0]} <= ONE_SCHOOL_PREFIXES else Why.SAME_DIGITS)
            for prefix, code in self._logins.get(login[1], ())
        ]

    def _by_code(self, text: str) -> list[str]:
        key = code_key(text)
        if len(key) < 4 or " " in fold(text):
            return []
        near = {
            code for known, code in self._codes if OSA.distance(key, known, score_cutoff=1) <= 1
        }
        # Codes given in a row all differ by one sign: then the likeness says nothing.
        return sorted(near) if len(near) <= LIMIT else []

    def _by_name(self, name: str, municipality: str) -> list[tuple[str, float, Why]]:
        asked = name_parts(name)
        if not asked.kind and not asked.words:
            return []
        pools = [self._by_number.get(asked.numbers, [])]
        if asked.numbers:
            pools.append(self._by_number.get(frozenset(), []))
        else:
            pools += [pool for numbers, pool in self._by_number.items() if numbers]
        pool = [item for part in pools for item in part]
        near = process.extract(
            asked.words, [words for _, words in pool], scorer=fuzz.token_sort_ratio, limit=_POOL
        )
        chosen = {pool[index][0] for _, _, index in near}
        same_number = {code for code, _ in self._by_number.get(asked.numbers, ())}
        if municipality:
            here = {
                code
                for code in same_number
                if same_municipality(municipality, self._schools[code].home)
            }
            chosen |= here
        else:
            here = set()
        found = []
        key = fold(name)
        for code in chosen:
            school = self._schools[code]
            alone = bool(asked.numbers) and here == {code}
            score = max(
                self._score(asked, part, municipality, school.home, alone=alone)
                for part in school.parts
            )
            if key in school.texts:
                found.append((code, score + 8, Why.SAME_NAME))
            elif score >= 60:
                # Between equals the legal form decides.
                closer = max(fuzz.ratio(key, text) for text in school.texts) / 50
                found.append((code, score + closer, _in_words(score)))
        return found

    @staticmethod
    def _score(
        asked: NameParts, known: NameParts, municipality: str, home: str, *, alone: bool
    ) -> float:
        """0…100; numbers that contradict each other never come here."""
        if asked.words and known.words:
            score = max(
                fuzz.token_sort_ratio(asked.words, known.words),
                0.93 * fuzz.token_set_ratio(asked.words, known.words),
            )
        elif asked.words or known.words:
            score = 76.0 if asked.numbers and asked.numbers == known.numbers else 50.0
        elif asked.numbers == known.numbers:
            # «Лицей» and «Лицей имени …»: nothing but the kind is left.
            score = 100.0 if asked.numbers else 70.0
        else:
            score = 50.0
        if alone:
            # The only school of the municipality with this number, whatever its village is called.
            score = max(score, 70 + 0.3 * score)
        if asked.numbers != known.numbers:
            score -= 9
        if asked.kind != known.kind:
            score -= 8 if asked.kind and known.kind else 3
        if municipality and home:
            score += 0 if same_municipality(municipality, home) else -20
        return float(score)


def _in_words(score: float) -> Why:
    return Why.NEARLY if score >= 90 else Why.LIKE if score >= 76 else Why.REMOTE
