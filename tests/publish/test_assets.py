from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from shnor_lib.faults import ShnorError
from shnor_lib.publish.assets_install import ASSETS, asset_text, classic_script, install_assets


def test_install_writes_once(tmp_path: Path) -> None:
    written = {path.name for path in install_assets(tmp_path)}
    assert written == {*ASSETS, "plotly-theme.js", "plotly.min.js", "datatables.min.js"}
    assert install_assets(tmp_path) == []
    (tmp_path / "assets/style.css").write_text("чужое", "utf-8")
    assert [path.name for path in install_assets(tmp_path)] == ["style.css"]


def test_chart_theme_comes_from_the_report_room(tmp_path: Path) -> None:
    install_assets(tmp_path)
    text = (tmp_path / "assets/plotly-theme.js").read_text("utf-8")
    themes = json.loads(text.removeprefix("window.shnorPlotlyTheme=").rstrip(";\n"))
    assert set(themes) == {"light", "dark", "onDark"}
    assert themes["light"]["layout"]["separators"] == ",\u202f"


def test_datatables_is_no_module(tmp_path: Path) -> None:
    install_assets(tmp_path)
    text = (tmp_path / "assets/datatables.min.js").read_text("utf-8")
    assert "window.shnorDataTables={" in text
    assert not re.search(r"\bexport\s*\{", text)


@pytest.mark.parametrize("module", ["var a=1;", "import x from 'y';\nexport{x as default};"])
def test_bundle_of_another_form_is_refused(module: str) -> None:
    with pytest.raises(ShnorError, match="itables"):
        classic_script(module)


@pytest.mark.parametrize(
    "name", ["style.css", "site.css", "template.html", "theme-light.scss", "theme-dark.scss"]
)
def test_nothing_is_loaded_from_the_network(name: str) -> None:
    text = asset_text(name).replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"https?://|@import|url\((?!data:)", text)


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _themes() -> dict[str, dict[str, str]]:
    blocks = re.findall(r"(?::root|body\.quarto-dark) \{(.*?)\}", asset_text("style.css"), re.S)
    light, dark = (dict(re.findall(r"--s-([\w-]+):\s*(#[0-9a-f]{6})", block)) for block in blocks)
    return {"light": light, "dark": {**light, **dark}}


PAIRS = [
    ("ink", "ground"),
    ("ink", "surface"),
    ("ink", "hover"),
    ("muted", "ground"),
    ("muted", "surface"),
    ("accent-ink", "ground"),
    ("accent-ink", "surface"),
    ("accent-ink", "accent-soft"),
    ("accent-ink", "hover"),
    ("ground", "accent"),
    *(
        (f"{status}-ink", f"{status}-ground")
        for status in ("low", "difficult", "both", "risk", "none", "unknown")
    ),
]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), PAIRS)
def test_text_contrast_is_aa(theme: str, ink: str, ground: str) -> None:
    colours = _themes()[theme]
    assert _contrast(colours[ink], colours[ground]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_marks_and_focus_are_seen(theme: str) -> None:
    colours = _themes()[theme]
    assert _contrast(colours["focus"], colours["ground"]) >= 3
    for status in ("low", "difficult", "both", "none", "unknown"):
        assert _contrast(colours[f"{status}-mark"], colours[f"{status}-ground"]) >= 2.8
