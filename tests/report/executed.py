"""What an executed notebook of the built demonstration shows, as plain text and rows."""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import nbformat


@dataclass(frozen=True)
class Page:
    """An executed notebook: source and what it shows, cell by cell."""

    cells: tuple[tuple[str, str], ...]

    def text(self, call: str) -> str:
        """Everything shown by the one cell whose source holds ``call``."""
        found = [shown for source, shown in self.cells if call in source]
        assert len(found) == 1, (call, len(found))
        return found[0]

    def rows(self, call: str) -> list[list[str]]:
        """Rows of the table a cell shows, without the heading."""
        lines = [line for line in self.text(call).splitlines() if line.startswith("|")]
        return [_cells(line) for line in lines[2:]]

    def heading(self, call: str) -> list[str]:
        """Headings of that table."""
        return _cells(next(l for l in self.text(call).splitlines() if l.startswith("|")))  # noqa: E741


def page(path: Path) -> Page:
    """Read an executed notebook."""
    cells = []
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            shown = "\n".join(_shown(output) for output in cell["outputs"])
            cells.append(("".join(cell["source"]), shown))
    return Page(tuple(cells))


def _shown(output: dict[str, Any]) -> str:
    text = output.get("text") or output.get("data", {}).get("text/markdown", "")
    text = "".join(text)
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)  # links
    return re.sub(r"[\u00a0\u202f\u2009]", " ", text).replace("\\", "")


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def number(text: str) -> float:
    """The number a Russian text begins with: «−2,2 п. п.» → −2.2."""
    found = re.match(r"[−+-]?\d+(,\d+)?", text)
    assert found, text
    return float(found.group().replace("−", "-").replace(",", "."))


def tenths(value: float | Decimal) -> str:
    """«4,3»: a half goes up."""
    return str(Decimal(str(value)).quantize(Decimal("0.1"), ROUND_HALF_UP)).replace(".", ",")


def percent(share: float) -> str:
    """«35,9 %»."""
    return f"{tenths(Decimal(str(share)) * 100)} %"


def share(x: int, n: int) -> str:
    """«35,9 % (23 из 64)»."""
    return f"{percent(x / n)} ({x} из {n})"


def day_of(text: str) -> dt.datetime:
    """The day a page looks at; that it is the right one is recomputed for monitoring 4."""
    told = re.search(r"остояние на (\d\d)\.(\d\d)\.(\d{4})", text)
    assert told, text
    day, month, year = map(int, told.groups())
    return dt.datetime(year, month, day)


def close(shown: str, exact: float, digits: int = 1) -> bool:
    """Whether a shown number is the exact one, rounded to so many digits."""
    return abs(number(shown) - exact) <= 0.5 * 10**-digits + 1e-9


def shown(path: Path) -> str:
    """All text a finished notebook shows, in every form of its outputs; plain spaces.

    Nothing but displays may be among the outputs: an error fails here.
    """
    parts: list[str] = []
    for cell in nbformat.read(path, as_version=4).cells:
        for output in cell.get("outputs", []):
            assert output.output_type in {"display_data", "execute_result", "stream"}
            parts += [str(text) for mime, text in output.get("data", {}).items() if "text/" in mime]
    return "\n".join(parts).replace("\u00a0", " ").replace("\u202f", " ")
