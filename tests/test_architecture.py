"""The rooms of the library: nothing imports upwards; the walk of one number names real functions."""

import ast
import re
from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "shnor_lib"
# Lowest first; a room may import rooms of a lower floor and itself.
FLOORS = {
    "faults": 0,
    "stats": 0,
    "yaml_source": 1,
    "runs": 1,
    "tables": 1,
    "project": 2,
    "store": 2,
    "methods": 3,
    "sources": 3,
    "demo": 4,
    "report": 4,
    "publish": 5,
    "explore": 5,
    "validation": 5,
    "kernels": 4,
    "execute": 5,
    "scaffold": 5,
    "pipeline": 6,
    "cli": 7,
}


def _room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def _imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            parts = node.module.split(".")
            if parts[0] == "shnor_lib":
                found |= {parts[1]} if len(parts) > 1 else {alias.name for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {
                alias.name.split(".")[1]
                for alias in node.names
                if alias.name.startswith("shnor_lib.")
            }
    return found


# The same inside sources/, lowest first.
SOURCES = (
    "cells",
    "files",
    "given",
    "schools",
    "pupils",
    "templates",
    "layouts",
    "crosschecks",
    "feedback",
    "not_read",
    "repeats",
    "file_read",
    "read",
    "assemble",
)


def _inner_imports(path: Path) -> set[str]:
    nodes = ast.walk(ast.parse(path.read_text("utf-8")))
    modules = [node.module or "" for node in nodes if isinstance(node, ast.ImportFrom)]
    return {name.split(".")[2] for name in modules if name.startswith("shnor_lib.sources.")}


MODULES = sorted(p for p in PACKAGE.rglob("*.py") if p != PACKAGE / "__init__.py")


@pytest.mark.parametrize("path", MODULES, ids=lambda p: p.relative_to(PACKAGE).as_posix())
def test_nothing_imports_upwards(path: Path) -> None:
    room = _room(path)
    assert room in FLOORS, f"give the new room {room} its floor"
    for other in _imports(path) & set(FLOORS):
        assert other == room or FLOORS[other] < FLOORS[room], f"{room} imports {other}"


@pytest.mark.parametrize("room", ["stats", "methods"])
def test_methods_draw_nothing_and_touch_no_workbooks(room: str) -> None:
    forbidden = {"plotly", "openpyxl", "python_calamine", "papermill"}
    for path in (PACKAGE / room).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = (
                [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else []
            )
            assert not {name.split(".")[0] for name in names} & forbidden, path


def test_walk_of_a_number_names_real_functions() -> None:
    text = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    names = set(re.findall(r"`(shnor_lib(?:\.\w+)+)`", text))
    assert len(names) >= 8
    for name in names:
        module, _, attribute = name.rpartition(".")
        try:
            assert hasattr(import_module(module), attribute), name
        except ModuleNotFoundError:
            # A method: module.Class.method
            module, _, owner = module.rpartition(".")
            assert hasattr(getattr(import_module(module), owner), attribute), name


def test_flat_api_is_importable() -> None:
    import shnor_lib

    for name in shnor_lib.__all__:
        assert getattr(shnor_lib, name) is not None


@pytest.mark.parametrize("room", SOURCES)
def test_reading_goes_one_way_too(room: str) -> None:
    folder = PACKAGE / "sources" / room
    files = sorted(folder.rglob("*.py")) if folder.is_dir() else [folder.with_suffix(".py")]
    assert files, room
    for path in files:
        for other in _inner_imports(path) - {room}:
            assert SOURCES.index(other) < SOURCES.index(room), f"{path.name} imports {other}"


def test_every_room_of_sources_has_its_floor() -> None:
    found = {p.name.removesuffix(".py") for p in (PACKAGE / "sources").iterdir()}
    assert found - {"__init__", "__pycache__"} == set(SOURCES)
