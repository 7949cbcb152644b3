"""Deadlines in ``shnor.yml``: what is accepted, and what is refused in which words."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from shnor_lib.project import Settings, read_settings
from shnor_lib.yaml_source import YamlFaultsError


def read(tmp_path: Path, *lines: str) -> Settings:
    path = tmp_path / "shnor.yml"
    text = "title: Проба\ndeadlines:\n" + "".join(f"  - {{{line}}}\n" for line in lines)
    path.write_text(text, encoding="utf-8")
    return read_settings(path)


def test_deadlines_are_read(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        "table: social_passport, year: 2026, date: 2026-10-01",
        "table: staff, year: 2026, date: 15.10.2026",
        "table: results, procedure: vpr, year: 2026, date: '2026-06-10'",
    ).deadlines
    assert [(one.table, one.year, one.date, one.procedure) for one in found] == [
        ("social_passport", 2026, dt.date(2026, 10, 1), None),
        ("staff", 2026, dt.date(2026, 10, 15), None),
        ("results", 2026, dt.date(2026, 6, 10), "vpr"),
    ]


def test_there_are_none_by_default() -> None:
    assert Settings(title="Проба").deadlines == []


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("table: passport, year: 2026, date: 2026-10-01",
         "такой формы нет; есть: results (Результаты)"),
        ("table: schools, year: 2026, date: 2026-10-01", "social_passport (Социальный паспорт)"),
        ("table: staff, year: 2026, date: завтра", "не дата; дату пишут так: 2026-10-01"),
        ("table: staff, year: 2026, date: 2026-13-01", "не дата"),
        ("table: staff, year: 2026, date: 20261001", "не дата"),
        ("table: staff, year: 2026, date: 2026-10-01 12:00:00", "не дата"),
        ("table: staff, year: 26, date: 2026-10-01", "не меньше 2000"),
        ("table: staff, year: 2026", "не хватает ключа"),
        ("table: staff, year: 2026, date: 2026-10-01, until: 1", "неизвестный ключ"),
        ("table: staff, year: 2026, date: 2026-10-01, procedure: vpr",
         "только для формы results"),
        ("table: results, year: 2026, date: 2026-10-01, procedure: впр",
         "процедуры «впр» нет; есть: vpr (ВПР)"),
    ],
)  # fmt: skip
def test_faults_are_named_with_their_line(tmp_path: Path, line: str, words: str) -> None:
    with pytest.raises(YamlFaultsError) as caught:
        read(tmp_path, "table: staff, year: 2020, date: 2020-10-01", line)
    (fault,) = caught.value.faults
    assert fault.cell == "строка 4"
    assert words in fault.sentence()


def test_one_form_has_one_deadline(tmp_path: Path) -> None:
    with pytest.raises(YamlFaultsError, match="срок формы staff за 2026 год задан дважды"):
        read(
            tmp_path,
            "table: staff, year: 2026, date: 2026-10-01",
            "table: staff, year: 2026, date: 2026-11-01",
        )
