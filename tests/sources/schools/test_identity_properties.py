"""Nothing joins without an exact match or a person's word, whatever is typed."""

from __future__ import annotations

import re

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from shnor_lib.sources.cells.values import fold
from shnor_lib.sources.schools.resolve import resolve_schools
from shnor_lib.sources.schools.school_names import Letters, SchoolNames
from shnor_lib.tables import TABLES
from tests.sources.books import tidy
from tests.sources.schools.test_identity import SCHOOLS, keys

NAMES = SchoolNames(SCHOOLS)
EMPTY = Letters(pd.DataFrame(columns=["source_file", "source_sheet", "column", "letter"]))
CODES = ["school_id", "fis_login", "ris_code", "ris_code_ege", "inn"]
KNOWN = sorted({str(text) for column in CODES for text in SCHOOLS[column].dropna()})
WRITTEN = {*KNOWN, *SCHOOLS["name"]}

near_codes = st.builds(
    lambda text, at, sign, cut: text[:at] + sign + text[at + cut :],
    st.sampled_from(KNOWN),
    st.integers(0, 9),
    st.sampled_from(["", "0", "1", "9", "s", "х", "-"]),
    st.integers(0, 2),
)
near_names = st.builds(
    lambda kind, mark, number, home: f"{kind} {mark}{number}{home}",
    st.sampled_from(["СОШ", "сош", "ООШ", "Школа", "МБОУ СОШ"]),
    st.sampled_from(["№ ", "№", "N ", ""]),
    st.integers(0, 12),
    st.sampled_from(["", " (Приозёрный район)", " (Заречный округ)", " (Горный район)"]),
)
texts = st.one_of(st.text(max_size=12), near_codes, near_names, st.sampled_from(sorted(WRITTEN)))


def _same(text: str, known: str) -> bool:
    """An exact match in the sense of the contract: zeros, case, quotes and spaces aside."""

    def key(value: str) -> str:
        plain = fold(value)
        compact = plain.replace(" ", "")
        if re.fullmatch(r"\d+", compact):
            return compact.lstrip("0") or "0"
        return compact if re.fullmatch(r"[^\W\d_]{2,5}\d{3,}", compact) else plain

    return key(text) == key(known)


@settings(max_examples=400, deadline=None)
@given(texts)
def test_what_joins_stands_in_the_register(text: str) -> None:
    code = NAMES.find(text).code
    if code is None:
        return
    row = SCHOOLS[SCHOOLS["school_id"] == code].iloc[0]
    spellings = [str(row[column]) for column in CODES if not pd.isna(row[column])]
    bare = re.sub(r"\s*\([^()]*\)$", "", text)
    assert any(_same(text, known) for known in spellings) or fold(row["name"]) in (
        fold(text),
        fold(bare),
    )


@settings(max_examples=200, deadline=None)
@given(texts, st.sampled_from([True, False, None]))
def test_only_a_confirmed_key_joins_what_the_register_does_not(
    text: str, decision: bool | None
) -> None:
    before = NAMES.find(text)
    if not text.strip() or before.code is not None:
        return
    decided = SchoolNames(
        SCHOOLS, keys({"written": text, "school_id": "ШК-04", "decision": decision})
    )
    assert decided.find(text).code == ("ШК-04" if decision else None)


@settings(max_examples=40, deadline=None)
@given(st.lists(texts, min_size=1, max_size=8))
def test_every_row_joins_or_is_counted_in_a_fault(written: list[str]) -> None:
    frame = tidy("results", pd.DataFrame({"school_id": [text or None for text in written]}))
    frame = frame.assign(
        source_file="a.xlsx",
        source_sheet="Л",
        source_row=pd.array(range(2, len(frame) + 2), dtype="Int64"),
        source_rows=pd.array([pd.NA] * len(frame), dtype="string"),
    )
    found = resolve_schools({"results": frame}, NAMES, TABLES["schools"].empty(), EMPTY)
    left = found.frames["results"]
    assert len(frame) == len(left) + sum(fault.rows for fault in found.faults)
    assert set(left["school_id"].dropna()) <= set(SCHOOLS["school_id"])
