"""Run every benchmark and print one table: ``python -m benchmarks [name …]``.

Each line compares the product with the obvious other way of doing the same work, both measured in
this run, best of three.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd

ROOT = Path(__file__).parents[1]


def best(work: Callable[[], object], times: int = 3) -> float:
    """Shortest of several runs, seconds."""
    took = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        took.append(time.perf_counter() - began)
    return min(took)


def _consolidated(path: Path, schools: int) -> int:
    """A consolidated ВПР report: ``schools`` × 3 grades × 4 subjects; return its rows."""
    rng = np.random.default_rng(1)
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("2024")
    sheet.append(
        [
            "Год",
            "Класс",
            "Предмет",
            "Муниципалитет",
            "ОО",
            "Логин",
            "Кол-во участников",
            "2",
            "3",
            "4",
            "5",
        ]
    )
    rows = 0
    for grade in (5, 6, 7):
        for subject in ("Русский язык", "Математика", "История", "Биология"):
            marks = rng.multinomial(20, [0.15, 0.45, 0.3, 0.1], size=schools) * 5.0
            for school, shares in enumerate(marks.tolist()):
                sheet.append(
                    [2024, grade, subject, "Район", f"ОО {school}", f"edu{school:06}", 20, *shares]
                )
                rows += 1
    book.save(path)
    return rows


def reading(folder: Path) -> str:
    """Read and check a consolidated report against only parsing it with openpyxl."""
    return _reading(folder, 2000, repeats=3)


def reading_million(folder: Path) -> str:
    """The same with a million rows on one sheet; takes some minutes."""
    return _reading(folder, 83_334, repeats=1)


def _reading(folder: Path, schools: int, *, repeats: int) -> str:
    from shnor_lib.project import packaged_calendar
    from shnor_lib.sources.read import read_file

    path = folder / "report.xlsx"
    rows = _consolidated(path, schools)
    calendar = packaged_calendar()
    found = read_file(path, raw_dir=folder, calendar=calendar)
    assert len(found.tables["results"]) == rows, found.faults[:3]
    del found
    ours = best(lambda: read_file(path, raw_dir=folder, calendar=calendar), repeats)
    theirs = best(lambda: pd.read_excel(path, engine="openpyxl"), 1)
    return f"чтение и проверка {rows} строк против pandas.read_excel(openpyxl) без проверки: в {theirs / ours:.1f} раза быстрее ({ours:.2f} с и {theirs:.2f} с)"


def _demo(folder: Path) -> Path:
    root = folder / "demo"
    shutil.copytree(ROOT / "data/raw", root / "data/raw")
    shutil.copytree(ROOT / "notebooks", root / "notebooks", ignore=shutil.ignore_patterns(".*"))
    for name in ("files", "pages"):
        shutil.copytree(ROOT / "data" / name, root / "data" / name)
    for name in ("shnor.yml", "_quarto.yml", "index.qmd"):
        shutil.copyfile(ROOT / name, root / name)
    return root


def _shnor(*arguments: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "shnor_lib.cli", *arguments], check=True, capture_output=True
    )


def building(folder: Path) -> str:
    """A build with nothing changed against a cold one."""
    root = _demo(folder)
    build = ("build", "-p", str(root), "--documents", "none")
    cold = best(lambda: _shnor(*build), 1)
    nothing = best(lambda: _shnor(*build))
    path = next((root / "data/raw").rglob("Кадры*2025*.xlsx"))
    book = openpyxl.load_workbook(path)
    sheet = book["Кадры"]
    column = next(cell.column for cell in sheet[1] if cell.value == "Вакансий")
    sheet.cell(2, column).value = (sheet.cell(2, column).value or 0) + 1
    book.save(path)
    one = best(lambda: _shnor(*build), 1)
    return (
        f"сборка демонстрационного района: без изменений в {cold / nothing:.0f} раз быстрее холодной, "
        f"одна ячейка — в {cold / one:.1f} раза ({cold:.1f} с, {nothing:.2f} с, {one:.1f} с)"
    )


def notebooks(folder: Path) -> str:
    """All notebooks of the demo through the build against a loop of papermill commands."""
    root = _demo(folder)
    _shnor("check", "-p", str(root))
    from shnor_lib.pipeline import build
    from shnor_lib.project import open_project
    from shnor_lib.runs import all_runs, conducted, half_of, notebook_of

    years = json.loads((root / ".shnor/data.json").read_text())["years"]
    tables = list((root / "data/processed").glob("*/*.parquet"))
    runs = [(year, run) for year in years for run in all_runs() if conducted(tables, year, run)]

    def loop() -> None:
        for year, run in runs:
            half = half_of(run)
            more = [] if half is None else ["-p", "half", str(half)]
            subprocess.run(
                [sys.executable, "-m", "papermill", str(root / f"notebooks/{notebook_of(run)}.ipynb"),
                 str(folder / "out.ipynb"), "-p", "year", str(year), *more, "--cwd", str(root),
                 "--no-progress-bar"],
                check=True, capture_output=True,
            )  # fmt: skip

    project = open_project(root)
    theirs = best(loop, 1)
    ours = best(lambda: build(project, documents="none"), 1)
    return (
        f"{len(runs)} запусков тетрадей, страницы и сайт вместе против цикла команд papermill "
        f"(только тетради): в {theirs / ours:.1f} раза быстрее ({ours:.1f} с и {theirs:.1f} с)"
    )


def pages(folder: Path) -> str:
    """All school pages in one Pandoc process against one process a page."""
    import pypandoc

    from shnor_lib.pipeline import build
    from shnor_lib.project import open_project
    from shnor_lib.publish.site import publish

    root = _demo(folder)
    project = open_project(root)
    report = build(project, documents="none")
    assert not report.failures, report.failures
    source = next(p for p in (root / "reports/schools").glob("*.qmd") if p.stem != "index")
    count = 200
    for number in range(count):
        shutil.copyfile(source, source.with_name(f"copy-{number}.qmd"))
    ours = best(lambda: publish(root, engine="embedded", output=root / "_site"), 1) / count
    pandoc = pypandoc.get_pandoc_path()

    def single() -> None:
        subprocess.run(
            [
                pandoc,
                "-s",
                "-f",
                "markdown",
                "--metadata=title:x",
                str(source),
                "-o",
                str(folder / "x.html"),
            ],
            check=True,
        )

    theirs = best(single)
    return (
        f"страница школы в общем процессе против процесса Pandoc на страницу: в {theirs / ours:.1f} раза "
        f"быстрее ({1000 * ours:.0f} мс и {1000 * theirs:.0f} мс)"
    )


def _passports(
    ids: pd.api.extensions.ExtensionArray, years: range, rng: np.random.Generator
) -> pd.DataFrame:
    from shnor_lib.tables import TABLES

    table = TABLES["social_passport"]
    parts = []
    for year in years:
        total = rng.integers(40, 900, len(ids))
        shares = {
            column.name: rng.binomial(total, rng.uniform(0.02, 0.3))
            for column in table.columns
            if column.part_of == "total"
        }
        parts.append(pd.DataFrame({"school_id": ids, "year": year, "total": total, **shares}))
    frame = pd.concat(parts, ignore_index=True)
    return frame.reindex(columns=table.empty().columns).astype(table.empty().dtypes.to_dict())


def identification(_: Path) -> str:
    """Large table identified against reading it back from CSV with pandas."""
    import io
    import resource

    from shnor_lib import (
        identify,
        load_index,
        load_rating,
        load_ruleset,
        rate,
        wellbeing_index,
    )
    from shnor_lib.store import Dataset
    from shnor_lib.tables import TABLES

    schools, years = 40_000, range(2021, 2027)
    subjects = [
        (p, g, s)
        for p, gs in (("vpr", range(4, 9)), ("oge", [9]), ("ege", [11]))
        for g in gs
        for s in ("русский язык", "математика")
    ] + [("vpr", 6, "история"), ("vpr", 6, "биология")]
    rng = np.random.default_rng(2)
    parts = []
    ids = pd.array([f"Ш{i:05}" for i in range(schools)], dtype="string")
    for year in years:
        for procedure, grade, subject in subjects:
            n = rng.integers(3, 60, schools)
            low = rng.binomial(n, 0.15)
            high = rng.binomial(n - low, 0.1)
            parts.append(pd.DataFrame({
                "school_id": ids, "year": year, "season": "spring", "procedure": procedure, "grade": grade,
                "subject": subject, "n": n, "n_low": low, "n_high": high,
            }))  # fmt: skip
    frame = pd.concat(parts, ignore_index=True)
    del parts
    table = TABLES["results"]
    for column in table.columns:
        if column.name not in frame:
            frame[column.name] = pd.NA
        frame[column.name] = frame[column.name].astype(column.dtype)
    for name in ("source_file", "source_sheet"):
        frame[name] = pd.array(["x"], dtype="string").take(np.zeros(len(frame), dtype=int))
    frame["source_row"] = pd.array(range(len(frame)), dtype="Int64")
    data = Dataset(results=frame, social_passport=_passports(ids, years, rng))
    ruleset = load_ruleset("rosobrnadzor-847")
    rating, index = load_rating("proposal"), load_index("proposal")
    ours = best(lambda: identify(data, ruleset))
    # At this size without simulated intervals: they are for a region, not for the country.
    rated = best(lambda: rate(data, rating, draws=0))
    indexed = best(lambda: wellbeing_index(data, index))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2
    text = frame[["school_id", "year", "n", "n_low", "n_high"]].to_csv(index=False)
    theirs = best(lambda: pd.read_csv(io.StringIO(text)), 1)
    rows = f"{len(frame):,}".replace(",", "\u00a0")
    return (
        f"по {rows} строкам результатов: выявление {ours:.1f} с, рейтинг {rated:.1f} с, индекс "
        f"{indexed:.1f} с, вместе {ours + rated + indexed:.1f} с, память {memory:.1f} ГиБ; одно лишь чтение пяти столбцов этих "
        f"строк из CSV — {theirs:.1f} с"
    )


ALL = {
    work.__name__: work
    for work in (reading, reading_million, identification, notebooks, building, pages)
}


def main(names: list[str]) -> None:
    """Run the named benchmarks, or all."""
    for name in names or list(ALL):
        with tempfile.TemporaryDirectory() as folder:
            print(f"{name}: {ALL[name](Path(folder))}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
