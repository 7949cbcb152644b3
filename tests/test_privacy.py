"""Nobody's name or document leaves the file it stands in: from reading to what the user sees."""

from __future__ import annotations

import pickle
import random
import re
import shutil
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from shnor_lib.cli import app
from shnor_lib.pipeline import last_faults
from shnor_lib.project import open_project, packaged_calendar
from shnor_lib.sources import read as reading
from shnor_lib.sources.assemble import assemble, read_folder
from shnor_lib.sources.cells.privacy import coder, holds_people
from shnor_lib.sources.layouts import READERS
from shnor_lib.sources.read import read_file
from shnor_lib.store import save_dataset
from tests.sources import gia
from tests.sources.books import RESULTS_HEAD, SCHOOLS, book, write_register
from tests.sources.books import row as results_row

CALENDAR = packaged_calendar()
MATHS = "02 - Математика 2026.06.02"
NUMBERS = tuple(secret for secret in gia.SECRETS if secret.isdigit())
NAMES = tuple(secret for secret in gia.SECRETS if not secret.isdigit())
BIRTHDAY = "17.05.2010"


def leaks(text: str) -> list[str]:
    """Secrets in a text; numbers only as whole numbers, because codes of pupils have digits."""
    folded = text.casefold()
    found = [name for name in NAMES if name.casefold() in folded]
    found += [n for n in NUMBERS if re.search(rf"(?<![0-9a-f]){n}(?![0-9a-f])", folded)]
    return found + [BIRTHDAY] * (BIRTHDAY in folded or "2010-05-17" in folded)


def text_of(path: Path) -> str:
    """All a file holds, unpacked."""
    if path.suffix == ".parquet":
        return pd.read_parquet(path).to_csv()
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as archive:
            return "\n".join(
                archive.read(name).decode("utf-8", "ignore") for name in archive.namelist()
            )
    data = path.read_bytes()
    return "\n".join(
        data.decode(encoding, "ignore") for encoding in ("utf-8", "utf-16-le", "cp1251")
    )


def faulty_protocols(raw: Path) -> None:
    """Protocols with everything wrong that can be, cells with names under every heading."""
    who = [gia.pupil(i) for i in range(6)]
    name, number = who[0].surname, who[0].number
    rows = [
        gia.oge(1, who[0], mark=3),
        gia.oge(2, who[0], mark=4),
        gia.oge(3, who[1], mark=name),
        gia.oge(4, who[2], score=number),
        gia.oge(5, who[3], school=who[3].full),
        gia.oge(6, who[4], school=None),
        gia.oge(7, who[5], score=None, mark=None, short="", long=""),
        gia.oge(8, who[1], score=who[1].full, mark=number),
        gia.oge(9, who[2], short=who[2].surname, long=number),
        gia.oge(10, who[3], 999999),
        gia.oge(11, who[4], grade=who[4].surname, mark=BIRTHDAY),
    ]
    gia.protocol(raw / "ОГЭ.xlsx", MATHS, gia.OGE, rows)
    gia.protocol(raw / "ОГЭ резерв.xlsx", "02 - Математика 2026.06.25", gia.OGE, rows[:1])
    gia.protocol(raw / "копия.xlsx", MATHS, gia.OGE, rows[:1])
    gia.protocol(raw / "без экзамена.xlsx", "Математика", gia.OGE, rows[:2])
    # The headings are gone: the fullest row is somebody's.
    book(raw / "без заголовков.xlsx", [[MATHS], *rows[:3]], sheet="Page 1")
    gia.write_csv(raw / "02_2026.06.02 без заголовков.csv", rows[0], rows[1:3], "cp1251")
    head = [None if text == "Код ОО" else text for text in gia.OGE]
    gia.protocol(raw / "без кода.xlsx", MATHS, head, rows[:2])
    shifted = [line[1:] for line in rows[:4]]
    gia.protocol(raw / "сдвиг.xlsx", MATHS, gia.OGE, shifted)
    gia.protocol(
        raw / "сдвиг на пять.xlsx", MATHS, gia.OGE, [[None] * 5 + line for line in rows[:4]]
    )
    gia.protocol(raw / "два столбца.xlsx", MATHS, [*gia.OGE, "Оценка"], rows[:2])
    ege = [
        gia.ege(1, who[0], test=who[0].surname),
        gia.ege(2, who[1], test=110),
        gia.ege(3, who[2], short="?"),
    ]
    gia.protocol(raw / "ЕГЭ.xlsx", "99 - Вымышленная наука 2026.06.11", gia.EGE, ege)
    language = "29 - Английский язык (устный) 2026.06.11"
    gia.protocol(raw / "устная.xlsx", language, gia.EGE, ege)
    appeals = [
        gia.appeal(1, who[0], score=20),
        gia.appeal(2, who[5], "Химия(2026.06.09)"),
        gia.appeal(3, who[1], who[1].full),
        gia.appeal(4, who[2], score=None, mark=None),
        gia.appeal(5, who[3], mark=who[3].surname),
    ]
    gia.appeals(raw / "апелляции.xlsx", appeals)
    foreign = [["Учащийся", "Что сделал", "Где"], [who[0].full, "пел", "в школе"]]
    book(raw / "чужой лист.xlsx", foreign)


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("privacy")
    write_register(folder)
    faulty_protocols(folder)
    return folder


def test_the_protocols_hold_what_is_looked_for(raw: Path) -> None:
    written = "\n".join(text_of(path) for path in raw.iterdir())
    assert set(leaks(written)) == {*gia.SECRETS, BIRTHDAY}


def test_reading_and_joining_keep_nobodys_name(raw: Path, tmp_path: Path) -> None:
    reads = [read_file(path, raw_dir=raw, calendar=CALENDAR) for path in sorted(raw.iterdir())]
    data = assemble(reads, calendar=CALENDAR)
    codes = {fault.code for fault in data.faults}
    assert codes >= {
        "duplicate-row", "second-sitting", "text-for-number", "not-a-code", "empty-required",
        "no-result", "unknown-school", "exam-unknown", "not-recognised", "missing-column",
        "repeated-column", "above-maximum", "odd-answers", "oral-part", "no-minimum",
        "appeal-without-pupil", "appeal-without-result",
    }  # fmt: skip
    assert "internal-error" not in codes
    for found in reads:
        assert found.rows_in == found.rows_used + sum(fault.rows for fault in found.faults)
        assert leaks(pickle.dumps(found).decode("utf-8", "ignore")) == [], found.file
        frames = [*found.tables.values(), found.pupils, found.cells, found.seen]
        assert leaks("\n".join(frame.to_csv() for frame in frames)) == [], found.file
    assert leaks("\n".join(fault.sentence() for fault in data.faults)) == []
    for path in save_dataset(tmp_path, data):
        assert leaks(text_of(path)) == [], path
    assert len(data.results) > 0


def project(raw: Path, root: Path) -> Path:
    (root / "shnor.yml").write_text("title: Проверка\n", encoding="utf-8")
    folder = root / "data" / "raw"
    shutil.copytree(raw, folder)
    book(folder / "Результаты.xlsx", [RESULTS_HEAD, results_row(), results_row(year=2023)])
    return root


def everything_written(root: Path) -> list[Path]:
    return [
        path
        for path in root.rglob("*")
        if path.is_file() and root / "data" / "raw" not in path.parents
    ]


def test_a_whole_check_writes_and_prints_nobodys_name(raw: Path, tmp_path: Path) -> None:
    root = project(raw, tmp_path)
    for arguments in ([], ["--keep-good-rows"]):
        result = CliRunner().invoke(app, ["check", "-p", str(root), *arguments])
        assert "ошибка" in result.output.casefold() and leaks(result.output) == []
    written = everything_written(root)
    assert {"faults.xlsx", "faults.json", "key"} <= {path.name for path in written}
    assert {".pickle", ".parquet"} <= {path.suffix for path in written}
    for path in written:
        assert leaks(text_of(path)) == [], path
        if path.suffix == ".pickle":
            assert leaks(repr(vars(pickle.loads(path.read_bytes())))) == [], path


def test_a_crash_inside_readers_repeats_nothing(
    raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def crash(sheet: object, match: object, context: object) -> None:
        row = sheet.rows[-1]  # type: ignore[attr-defined]
        raise ValueError(f"не понимаю строку {row}")

    for layout in ("gia-protocol", "gia-appeals"):
        monkeypatch.setitem(READERS, layout, (READERS[layout][0], crash))
    root = project(raw, tmp_path)
    result = CliRunner().invoke(app, ["check", "-p", str(root)])
    faults = last_faults(open_project(root))
    found = [fault for fault in faults if fault.code == "internal-error"]
    assert len({fault.file for fault in found}) > 8
    assert "внутренняя ошибка программы" in result.output
    for fault in found:
        assert "«ValueError»" in fault.message and "не понимаю" not in fault.sentence()
        assert fault.rows > 0
    out = capfd.readouterr()
    sentences = [fault.sentence() for fault in faults]
    assert leaks("\n".join([*sentences, result.output, out.out, out.err])) == []
    for path in everything_written(root):
        assert leaks(text_of(path)) == [], path


def test_a_crash_names_its_place_in_the_code_and_counts_its_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from shnor_lib.sources.layouts.gia_protocols import reading as protocols

    def crash(*_: object, **__: object) -> None:
        raise KeyError(gia.pupil(0).surname)

    monkeypatch.setattr(protocols, "identities", crash)
    path = gia.protocol(tmp_path / "ОГЭ.xlsx", MATHS, gia.OGE, [gia.oge(1, gia.pupil(0))])
    found = read_file(path, raw_dir=tmp_path, calendar=CALENDAR)
    (fault,) = found.faults
    assert re.search(
        r"«KeyError» \(sources/layouts/gia_protocols/reading\.py, строка \d+\)", fault.message
    )
    assert (found.rows_in, found.rows_used, fault.rows, fault.sheet) == (1, 0, 1, "Page 1")
    assert leaks(fault.sentence()) == []


@pytest.mark.parametrize("where", ["open_file", "find_form"])
def test_a_crash_before_any_reader_is_a_fault_too(
    tmp_path: Path, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: object) -> None:
        raise RuntimeError(gia.pupil(0).full)

    monkeypatch.setattr(reading, where, crash)
    path = gia.protocol(tmp_path / "ОГЭ.xlsx", MATHS, gia.OGE, [gia.oge(1, gia.pupil(0))])
    (fault,) = read_file(path, raw_dir=tmp_path, calendar=CALENDAR).faults
    assert fault.code == "internal-error" and leaks(fault.sentence()) == []


def test_stopping_the_program_is_no_error_of_a_reader(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(reading, "find_form", stop)
    path = book(tmp_path / "a.xlsx", [RESULTS_HEAD, results_row()])
    with pytest.raises(KeyboardInterrupt):
        read_file(path, raw_dir=tmp_path, calendar=CALENDAR)


def test_cells_in_wrong_columns_are_never_repeated(tmp_path: Path) -> None:
    """Rows of protocols with their cells shuffled: names and numbers under every heading."""
    for seed in range(12):
        luck = random.Random(seed)
        rows = [gia.oge(i + 1, gia.pupil(i)) for i in range(5)]
        for line in rows:
            if luck.random() < 0.5:
                first, second = luck.sample([0, *range(2, 15)], 2)
                line[first], line[second] = line[second], line[first]
        gia.protocol(tmp_path / f"{seed}.xlsx", MATHS, gia.OGE, rows)
    data = read_folder(tmp_path, calendar=CALENDAR)
    assert any(fault.code == "text-for-number" for fault in data.faults)
    assert leaks("\n".join(fault.sentence() for fault in data.faults)) == []
    assert leaks("\n".join(frame.to_csv() for frame in data.tables.values())) == []


def test_the_same_person_has_the_same_code_with_one_key_and_another_with_another(
    tmp_path: Path,
) -> None:
    path = gia.protocol(tmp_path / "ОГЭ.xlsx", MATHS, gia.OGE, [gia.oge(1, gia.pupil(0))])

    def codes(key: bytes) -> list[str]:
        found = read_file(path, raw_dir=tmp_path, calendar=CALENDAR, key=key)
        return found.pupils[["pupil", "person"]].iloc[0].tolist()

    assert codes(b"1") == codes(b"1") != codes(b"2")
    assert len(set(codes(b"1"))) == 2
    assert coder(b"1")("имя Небылицын Всемир Примерович") == codes(b"1")[1]


def test_sheets_with_people_are_known_by_headings_or_patronymics() -> None:
    assert holds_people([["№", "Фамилия"]])
    assert holds_people([[1.0, "", gia.pupil(1).full]])
    assert not holds_people([list(SCHOOLS.columns), *SCHOOLS.fillna("").to_numpy().tolist()])
    assert not holds_people([RESULTS_HEAD])
