from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shnor_lib.report import format as fmt
from shnor_lib.report import labels


def plain(text: str) -> str:
    return text.replace(fmt.NNBSP, " ").replace(fmt.NBSP, " ")


@pytest.mark.parametrize(
    ("n", "school", "of"),
    [
        (0, "0 школ", "0 школ"),
        (1, "1 школа", "1 школы"),
        (2, "2 школы", "2 школ"),
        (4, "4 школы", "4 школ"),
        (5, "5 школ", "5 школ"),
        (11, "11 школ", "11 школ"),
        (12, "12 школ", "12 школ"),
        (14, "14 школ", "14 школ"),
        (21, "21 школа", "21 школы"),
        (22, "22 школы", "22 школ"),
        (101, "101 школа", "101 школы"),
        (111, "111 школ", "111 школ"),
        (1.5, "1,5 школы", None),
    ],
)
def test_counted_nouns(n: float, school: str, of: str | None) -> None:
    assert plain(fmt.count_phrase(n, "школа", "школы", "школ")) == school
    if of is not None:
        assert plain(fmt.count_of(n, "школы", "школ")) == of


@pytest.mark.parametrize(
    ("share", "digits", "shown"),
    [
        (0.153, 1, "15,3 %"),
        (0.285, 0, "29 %"),  # 0.285 * 100 is 28.499999999999996
        (0.1525, 1, "15,3 %"),  # half goes away from zero
        (1, 1, "100,0 %"),
        (0, 0, "0 %"),
    ],
)
def test_percent(share: float, digits: int, shown: str) -> None:
    assert plain(fmt.percent(share, digits)) == shown
    assert fmt.NNBSP + "%" in fmt.percent(share, digits)


def test_numbers() -> None:
    assert plain(fmt.decimal(12345.678, 2)) == "12 345,68"
    assert fmt.decimal(1234, 0) == "1234"
    assert fmt.number(7.5) == "7,5"
    assert fmt.number(9.0) == "9"
    assert plain(fmt.points(-0.245)) == "−24,5 п. п."
    assert plain(fmt.points(0.034)) == "+3,4 п. п."
    assert plain(fmt.interval(0.12, 0.31)) == "от 12 до 31 %"
    assert plain(fmt.points_interval(-0.12, 0.031)) == "от −12,0 до +3,1 п. п."
    assert plain(fmt.number_range(6, 12)) == "от 6 до 12"
    assert fmt.number_range(6, 6) == "6"
    assert fmt.date_ru(dt.date(2026, 11, 22)) == "22.11.2026"
    assert fmt.join_ru(["а", "б", "в"]) == "а, б и в"


MISSING = [None, np.nan, pd.NA, pd.NaT]


@pytest.mark.parametrize("missing", [*MISSING, float("inf"), -float("inf")])
def test_what_is_no_number_is_a_dash(missing: object) -> None:
    for write in (fmt.percent, fmt.decimal, fmt.points, fmt.number):
        assert write(missing) == fmt.DASH


@pytest.mark.parametrize("missing", MISSING)
def test_missing_is_a_dash(missing: object) -> None:
    assert fmt.text(missing) == fmt.DASH
    assert fmt.escape(missing) == fmt.DASH
    assert fmt.escape_md(missing) == fmt.DASH
    assert fmt.date_ru(missing) == fmt.DASH  # type: ignore[arg-type]
    assert fmt.interval(missing, 0.5) == fmt.DASH
    assert fmt.number_range(1, missing) == fmt.DASH


@given(st.text())
def test_escaped_html_never_opens_anything(text: str) -> None:
    shown = fmt.escape(text)
    assert not set("<>\"'`\n\r") & set(shown)


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cs"])))
def test_escaped_markdown_shows_the_text(text: str) -> None:
    """Pandoc gives the text back, whatever stands in it."""
    assert "{{<" not in fmt.escape_md(text)
    assert "\n" not in fmt.escape_md(text)


def test_markdown_round_trip_through_pandoc() -> None:
    pypandoc = pytest.importorskip("pypandoc")
    from tests.report.frames import NASTY

    texts = [
        NASTY, "1. Школа", "- школа", "# школа", "(1) школа", "+7 школа", "> школа", "a_b_c ~x~ ^y^",
        "http://example.org и @кто-то", "\\alpha &amp; &lt;b&gt;", "a) б", "%заголовок", ":smile:",
    ]  # fmt: skip
    source = "\n\n".join(f"X {fmt.escape_md(text)} X" for text in texts)
    source += "\n\n" + "\n\n".join(fmt.escape_md(text) for text in texts)
    shown = pypandoc.convert_text(source, "plain", format="markdown", extra_args=["--wrap=none"])
    lines = [line for line in shown.splitlines() if line.strip()]
    assert lines[: len(texts)] == [f"X {text} X" for text in texts]
    assert lines[len(texts) :] == texts


def test_labels() -> None:
    assert labels.school_year(2024) == "2023/24"
    assert labels.school_year(2000) == "1999/00"
    assert labels.school_year(pd.NA) == "нет данных"
    assert plain(labels.unit_label("vpr", 5, "математика")) == "ВПР, математика, 5 класс"
    assert labels.unit_label("oge", pd.NA, "математика", "spring") == "ОГЭ, математика"
    assert labels.unit_label("vpr", None, "химия", "autumn") == "ВПР, химия, осень"
    assert labels.label(labels.STATUS, "новый_код") == "новый_код"
    assert labels.label(labels.STATUS, pd.NA) == "нет данных"
    assert labels.column_title("incomplete") == "Из неполных семей"
