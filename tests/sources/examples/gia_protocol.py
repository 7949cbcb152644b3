"""Protocols of ГИА: dense and sparse, several exams on a sheet, csv, .xls."""

from __future__ import annotations

from pathlib import Path

from tests.sources import gia
from tests.sources.books import book

SECRETS = gia.SECRETS


def write(path: Path) -> None:
    """ОГЭ, dense: two exams on one sheet, each closed by «Средние», one pupil absent."""
    rows = [
        *gia.title("12 - Обществознание 2026.06.05"),
        gia.OGE,
        gia.oge(1, gia.pupil(0), score=17, mark=3),
        gia.oge(2, gia.pupil(1), score=30, mark=5, short="++++"),
        gia.oge(3, gia.pupil(2), 101002, score=None, mark="не явился", short="", long=""),
        gia.average(gia.OGE, **{"Первичный балл": 23.5}),
        [],
        ["04 - Химия 2026.06.09"],
        gia.OGE,
        gia.oge(1, gia.pupil(0), score=21, mark=4),
        gia.oge(2, gia.pupil(3), 101002, score=8, mark=2, short="----"),
        gia.average(gia.OGE, **{"Первичный балл": 14.5}),
    ]
    book(path, rows, sheet="Page 1")


def write_sparse(path: Path) -> None:
    """ЕГЭ, the print layout with merged cells."""
    head = gia.SPARSE_EGE
    rows = [gia.ege(i + 1, gia.pupil(i), head=head, test=40 + 20 * i) for i in range(4)]
    gia.protocol(path, "04 - Химия 2026.06.01", head, rows)


def write_sparse_oge(path: Path) -> None:
    """ОГЭ, the print layout with merged cells."""
    head = gia.SPARSE_OGE
    rows = [gia.oge(i + 1, gia.pupil(i), head=head, mark=2 + i) for i in range(4)]
    gia.protocol(path, "02 - Математика 2026.06.02", head, rows)


def write_compact(path: Path) -> None:
    """ЕГЭ with participants' codes."""
    rows = [
        gia.ege(i + 1, gia.pupil(i), head=gia.COMPACT, **{"Код участника": f"00000{i}"})
        for i in range(3)
    ]
    gia.protocol(path, "01 - Русский язык 2026.05.28", gia.COMPACT, rows)


def write_language(path: Path) -> None:
    """ЕГЭ in a foreign language: the spoken part in columns of its own."""
    parts = {"Первичный балл письменной части": 50, "Первичный балл устной части": 12}
    rows = [
        gia.ege(
            i + 1, gia.pupil(i), head=gia.LANGUAGE, score=62, test=68 + 10 * i, **parts,
            **{"Устная часть": "1(1)4(5)7(10)"},
        )
        for i in range(3)
    ]  # fmt: skip
    gia.protocol(path, "09 - Английский язык 2026.06.11", gia.LANGUAGE, rows)


def write_csv(path: Path) -> None:
    """ОГЭ as csv in the Windows encoding, the exam in the file's name."""
    rows = [gia.oge(i + 1, gia.pupil(i), mark=3 + i % 3) for i in range(4)]
    gia.write_csv(path, gia.OGE, rows, "cp1251")


def write_normalised(path: Path) -> None:
    """ОГЭ, csv with English headings."""
    rows = []
    for i in range(4):
        who = gia.pupil(i)
        rows.append(
            [
                "101001", "9Б", who.surname, who.name, who.patronymic, "++-2", "1(2)0(3)", 15, 4,
                gia.SERIES, who.number, 500 + i,
            ]
        )  # fmt: skip
    gia.write_csv(path, gia.NORMALISED, rows)


def write_xls(path: Path) -> None:
    """ГВЭ in an old .xls."""
    rows = [gia.oge(i + 1, gia.pupil(i), mark=3 + i % 3, short="", long="") for i in range(3)]
    gia.write_xls(path, [*gia.title("51 - Русский язык 2026.06.03"), gia.OGE, *rows])
