"""environment.yml (conda) and pyproject.toml (pip) name the same packages."""

import re
import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]
# What conda-forge calls differently, or carries beside.
CONDA_NAMES = {
    "kaleido": {"python-kaleido"},
    "pypandoc-binary": {"pypandoc", "pandoc"},
    "typst": {"typst-py"},
}
CONDA_ONLY = {"python", "pip", "quarto"}


def _name(requirement: str) -> str:
    return re.match(r"[A-Za-z0-9_.-]+", requirement).group().lower().replace("_", "-")


def test_conda_and_pip_name_the_same_packages() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted: set[str] = set()
    for requirement in [*project["dependencies"], *project["optional-dependencies"]["lab"]]:
        wanted |= CONDA_NAMES.get(_name(requirement), {_name(requirement)})
    environment = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))
    assert environment["channels"] == ["conda-forge"]
    conda = {_name(item) for item in environment["dependencies"] if isinstance(item, str)}
    assert conda - CONDA_ONLY == wanted
    assert conda >= CONDA_ONLY


def test_minimum_versions_are_equal() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    pip = {
        _name(item): item.split(">=")[1]
        for item in [*project["dependencies"], *project["optional-dependencies"]["lab"]]
    }
    environment = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))
    for item in environment["dependencies"]:
        if isinstance(item, str) and ">=" in item and _name(item) in pip:
            assert item.split(">=")[1] == pip[_name(item)], item


def test_constraints_hold_names_and_versions_only() -> None:
    for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines():
        assert re.fullmatch(r"[A-Za-z0-9_.-]+==[A-Za-z0-9_.+!-]+", line) or line.startswith("#"), (
            line
        )


def test_every_dependency_is_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    pinned = {
        _name(line)
        for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines()
        if not line.startswith("#")
    }
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    assert {_name(item) for group in groups for item in group} <= pinned
