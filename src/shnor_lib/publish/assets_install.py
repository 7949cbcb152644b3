"""Put the site's style, scripts and filter into a project's ``reports/assets``.

Quarto and the embedded engine both take them from there. Plotly and DataTables come from the
installed Python packages, so their versions follow the environment; the chart theme comes from
:mod:`shnor_lib.report.theme`.
"""

from __future__ import annotations

import hashlib
import re
from functools import cache
from importlib import resources
from importlib.util import find_spec
from pathlib import Path

from shnor_lib.faults import ShnorError
from shnor_lib.report.theme import theme_json

ASSETS = (
    "style.css",
    "page.js",
    "charts.js",
    "tables.js",
    "search.js",
    "charts.lua",
    "post-render.lua",
    "theme-light.scss",
    "theme-dark.scss",
)
"""Files copied as they are."""

_EXPORT = re.compile(r"\bexport\s*\{([^{}]*)\}\s*;?")


def asset_text(name: str) -> str:
    """Text of a packaged asset."""
    folder = resources.files("shnor_lib.publish") / "assets"
    return (folder / name).read_text(encoding="utf-8")


def install_assets(reports_dir: Path) -> list[Path]:
    """Bring ``reports_dir/assets`` up to date.

    Parameters
    ----------
    reports_dir
        The project's ``reports`` folder; created if needed.

    Returns
    -------
    list of Path
        Files that were written; a file already as it should be is not touched.

    Raises
    ------
    ShnorError
        Plotly or DataTables are not where their Python packages keep them.
    """
    folder = reports_dir / "assets"
    folder.mkdir(parents=True, exist_ok=True)
    wanted = {name: asset_text(name).encode("utf-8") for name in ASSETS}
    wanted["plotly-theme.js"] = f"window.shnorPlotlyTheme={theme_json()};\n".encode()
    written = [folder / name for name, data in wanted.items() if _write(folder / name, data)]
    # Several megabytes: made again only when the package's own file has changed.
    for name, source in (
        ("plotly.min.js", _packaged("plotly", "package_data/plotly.min.js")),
        ("datatables.min.js", _packaged("itables", "html/dt_bundle.js")),
    ):
        stamp = folder / f".{name}.sha256"
        digest = _digest(source, source.stat().st_mtime_ns)
        target = folder / name
        if target.is_file() and stamp.is_file() and stamp.read_text(encoding="ascii") == digest:
            continue
        data = source.read_bytes()
        if name == "datatables.min.js":
            data = classic_script(data.decode("utf-8")).encode("utf-8")
        if _write(target, data):
            written.append(target)
        stamp.write_text(digest, encoding="ascii")
    return written


def classic_script(module: str) -> str:
    r"""The DataTables bundle, an ES module, as a script that also works from ``file://``.

    Browsers refuse modules from the disk. The bundle imports nothing and ends in one
    ``export`` list: that list becomes properties of ``window.shnorDataTables``.

    Raises
    ------
    ShnorError
        The bundle is not of that form (a newer ``itables``).

    Examples
    --------
    >>> classic_script("var a=1;export{a as default};")
    '(function(){"use strict";var a=1;window.shnorDataTables={"default":a};})();\n'
    """
    exports = list(_EXPORT.finditer(module))
    if len(exports) != 1 or re.search(r"^\s*import[\s{*\"']", module, re.M):
        raise ShnorError(
            "Сценарий таблиц из пакета itables устроен не так, как ожидалось: обновите "
            "программу или установите версию пакета из файла зависимостей."
        )
    found = exports[0]
    pairs = []
    for entry in found.group(1).split(","):
        local, _, public = entry.strip().partition(" as ")
        if local:
            pairs.append(f'"{(public or local).strip()}":{local.strip()}')
    body = module[: found.start()] + f"window.shnorDataTables={{{','.join(pairs)}}};"
    tail = module[found.end() :].strip()
    return f'(function(){{"use strict";{body}{tail}}})();\n'


def _packaged(package: str, path: str) -> Path:
    spec = find_spec(package)
    for place in (spec.submodule_search_locations or []) if spec else []:
        file = Path(place) / path
        if file.is_file():
            return file
    raise ShnorError(
        f"В пакете {package} нет файла «{path}», из которого берутся сценарии сайта. "
        f"Переустановите пакет: pip install --force-reinstall {package}."
    )


@cache
def _digest(path: Path, modified: int) -> str:
    """Hash of a file; ``modified`` keeps the cache honest."""
    del modified
    maker = hashlib.sha256(b"2")  # raise when the way the file is made changes
    maker.update(path.read_bytes())
    return maker.hexdigest()


def _write(path: Path, data: bytes) -> bool:
    if path.is_file() and path.read_bytes() == data:
        return False
    path.write_bytes(data)
    return True
