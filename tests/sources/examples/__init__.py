"""One small correct workbook per layout, all names invented; the mutation harness damages them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.sources.examples import vpr_consolidated

EXAMPLES: dict[str, tuple[str, Callable[[Path], None]]] = {
    "vpr-consolidated": ("ВПР статистика по отметкам 2023.xlsx", vpr_consolidated.write),
}
"""Layout name → file name, writer."""
