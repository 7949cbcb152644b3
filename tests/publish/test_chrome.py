from __future__ import annotations

import re
from pathlib import Path

import pytest

from shnor_lib.publish.chrome import active_item, chrome, relative, sidebar_of
from shnor_lib.publish.quarto_config import read_config


@pytest.mark.parametrize(
    ("target", "page", "expected"),
    [
        ("index.qmd", "index.qmd", "index.html"),
        ("index.qmd", "reports/schools/a.qmd", "../../index.html"),
        ("reports/2024/1.ipynb#x", "reports/method.qmd", "2024/1.html#x"),
        ("https://example.org/a.qmd", "index.qmd", "https://example.org/a.qmd"),
    ],
)
def test_relative(target: str, page: str, expected: str) -> None:
    assert relative(target, page) == expected


@pytest.mark.parametrize(
    ("page", "text"),
    [
        ("index.qmd", "Главная"),
        ("reports/method.qmd", "Методика"),
        ("reports/schools/a.qmd", "Школы"),
        ("reports/2024/01_identification.ipynb", "Мониторинги"),
    ],
)
def test_active_item(project: Path, page: str, text: str) -> None:
    config = read_config(project)
    item = active_item(config, page, sidebar_of(config, page))
    assert item is not None
    assert item.text == text
    assert chrome(config, page).navbar.count('class="active"') == 1


def test_sidebar_only_where_it_belongs(project: Path) -> None:
    config = read_config(project)
    assert chrome(config, "reports/schools/a.qmd").sidebar == ""
    side = chrome(config, "reports/2024/01_identification.ipynb").sidebar
    assert 'href="01_identification.html" aria-current="page"' in side


def test_breadcrumbs(project: Path) -> None:
    config = read_config(project)
    assert chrome(config, "index.qmd").breadcrumbs == ""
    crumbs = chrome(config, "reports/2024/01_identification.ipynb").breadcrumbs
    assert re.sub("<[^>]+>", " ", crumbs).split() == [
        "Главная",
        "Мониторинги",
        "2023/24",
        "учебный",
        "год",
    ]
