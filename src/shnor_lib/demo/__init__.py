"""A synthetic region: invented schools whose results behave like real ones.

Nothing in it is about a real place: municipalities, villages, schools and codes are invented,
only the distributions (mark shares, differences between schools, sizes) are those of a real
region. What was planted in which school is written beside the data, so that every method can
be asked whether it finds it.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from shnor_lib.demo.files import write_files
from shnor_lib.demo.simulation import DEFAULT_SEED, Demo, DemoTruth, Progress, simulate
from shnor_lib.demo.writing import write_raw
from shnor_lib.project import SETTINGS_FILE
from shnor_lib.store import write_atomically

__all__ = [
    "DEFAULT_SEED",
    "Demo",
    "DemoTruth",
    "generate_demo",
    "simulate",
    "write_demo_truth",
]

TRUTH_FILE = "demo_truth.json"

_SETTINGS = """\
# Настройки проекта. Каждая строка необязательна, кроме title.
title: Мониторинг ШНОР и ШССУ
subtitle: {subtitle} (данные и названия вымышлены)
organisation: {organisation}
ruleset: tbilissky-2021
compare: [olenek-2021, rosobrnadzor-847]
"""


def generate_demo(
    root: Path,
    *,
    schools: int = 12,
    municipalities: int = 1,
    years: int = 4,
    last_year: int = 2026,
    seed: int = DEFAULT_SEED,
    progress: Progress | None = None,
) -> DemoTruth:
    """Write a demonstration project: workbooks, files and pages, and the truth behind them.

    Parameters
    ----------
    root
        Project folder; ``shnor.yml`` is written if it has none. Workbooks of the same name are
        overwritten, other files stay.
    schools, municipalities
        Size of the region; one municipality (the default) is a rural district.
    years, last_year
        How many school years, and the last of them (2026 is 2025/26).
    seed
        The same arguments always give the same bytes.
    progress
        Called with a Russian sentence before every step.

    Returns
    -------
    DemoTruth
        Also in ``data/demo_truth.json``.

    Raises
    ------
    ShnorError
        Arguments that make no region.

    Examples
    --------
    >>> truth = generate_demo(Path("demo"))            # doctest: +SKIP
    >>> truth.of_kind("resilient")[0]["name"]          # doctest: +SKIP
    'МБОУ «СОШ № 11 с. Нижнемеждуречное»'
    """
    root = Path(root)
    tell = progress or (lambda _: None)
    demo = simulate(
        schools=schools,
        municipalities=municipalities,
        years=years,
        last_year=last_year,
        seed=seed,
        progress=progress,
    )
    files = write_raw(root / "data" / "raw", demo.tables, tell)
    files += write_files(root / "data")
    demo.truth.files = [path.relative_to(root).as_posix() for path in files]
    write_demo_truth(root / "data" / TRUTH_FILE, demo.truth)
    settings = root / SETTINGS_FILE
    if not settings.exists():
        single = municipalities == 1
        text = _SETTINGS.format(
            subtitle="Демонстрационный район" if single else "Демонстрационный регион",
            organisation="Муниципальный орган управления образованием"
            if single
            else "Региональный орган управления образованием",
        )
        write_atomically(settings, text.encode())
    return demo.truth


def write_demo_truth(path: Path, truth: DemoTruth) -> None:
    """Write the truth as JSON (UTF-8, sorted as made, same bytes for the same truth)."""
    text = json.dumps(asdict(truth), ensure_ascii=False, indent=1) + "\n"
    write_atomically(path, text.encode())
