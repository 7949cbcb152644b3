"""A small project with every kind of page, made anew for each test."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from shnor_lib.publish.site import publish

ROOT = Path(__file__).parents[2]

WEBSITE = """\
website:
  title: Сайт района «Ольховский»
  navbar:
    left:
      - {text: Мониторинги, href: reports/monitorings.qmd}
      - {text: Школы, href: reports/schools/index.qmd}
      - text: Методика
        menu:
          - {text: Методика, href: reports/method.qmd}
          - {text: Качество данных, href: reports/data-quality.qmd}
  sidebar:
    id: monitorings
    title: Мониторинги
    contents:
      - text: Все мониторинги
        href: reports/monitorings.qmd
      - section: 2023/24 учебный год
        contents:
          - {text: 1. Выявление, href: reports/2024/01_identification.ipynb}
  page-footer:
    right: "Данные на 22.11.2026, [их качество](reports/data-quality.qmd)"
"""

CHART = (
    '<figure class="shnor-figure"><div class="shnor-chart" role="img" aria-label="Доля «2» растёт"'
    ' style="min-height:300px"><script type="application/json">'
    '{"data":[{"type":"bar","orientation":"h","x":[10,20],'
    '"y":["математика","окружающий мир и основы безопасности жизнедеятельности"]}],'
    '"layout":{"height":300}}'
    "</script><noscript><p>Доля «2» растёт</p></noscript></div>"
    "<figcaption>Доля отметок «2»</figcaption></figure>"
)


def table(rows: int = 60) -> str:
    """A sortable table as the report room writes it."""
    body = "".join(
        f'<tr><th scope="row"><a href="a.qmd">Школа № {i}</a></th><td>Район {i % 3}</td>'
        f'<td class="num" data-order="{i / 100}">{i},0 %</td></tr>'
        for i in range(1, rows + 1)
    )
    return (
        '<div class="shnor-table-wrap" tabindex="0" role="region" aria-label="Школы">'
        '<table class="shnor-table sortable" data-quarto-disable-processing="true">'
        '<caption>Школы</caption><thead><tr><th scope="col">Школа</th>'
        '<th scope="col" data-filter="select">Район</th>'
        f'<th scope="col" class="num">Доля</th></tr></thead><tbody>{body}</tbody></table></div>'
    )


def fenced(html: str) -> str:
    return f"```{{=html}}\n{html}\n```\n"


def notebook(*cells: dict[str, Any]) -> str:
    return json.dumps(
        {
            "cells": list(cells),
            "metadata": {"kernelspec": {"language": "python", "name": "python3"}},
            "nbformat": 4,
            "nbformat_minor": 5,
        },
        ensure_ascii=False,
    )


def code(source: str, *outputs: dict[str, Any], tags: tuple[str, ...] = ()) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "metadata": {"tags": list(tags)},
        "execution_count": 1,
        "source": source.splitlines(keepends=True),
        "outputs": list(outputs),
    }


def display(**data: str) -> dict[str, Any]:
    bundle = {name.replace("_", "/", 1): value for name, value in data.items()}
    return {"output_type": "display_data", "metadata": {}, "data": bundle}


def markdown(source: str, kind: str = "markdown") -> dict[str, Any]:
    return {"cell_type": kind, "metadata": {}, "source": source}


def write(root: Path, path: str, text: str) -> Path:
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def make_project(root: Path) -> Path:
    for name in ("_quarto.yml", "index.qmd"):
        root.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, root / name)
    write(root, "reports/_website.yml", WEBSITE)
    write(root, "reports/_home.md", "## Итоги\n\n[Школы](reports/schools/index.qmd)\n")
    for name, title in (
        ("monitorings", "Мониторинги"),
        ("method", "Методика"),
        ("data-quality", "Качество данных"),
    ):
        write(root, f"reports/{name}.qmd", f"---\ntitle: {title}\n---\n\n## Раздел\n\nТекст.\n")
    write(
        root,
        "reports/schools/index.qmd",
        f"---\ntitle: Школы\n---\n\n{fenced(table())}\n",
    )
    write(
        root,
        "reports/schools/a.qmd",
        f"---\ntitle: Школа А\n---\n\n## Итог\n\n{fenced(CHART)}\n\n## Дальше\n\n"
        "[Методика](../method.qmd#раздел) и [мониторинг](../2024/01_identification.ipynb)\n",
    )
    write(
        root,
        "reports/2024/01_identification.ipynb",
        notebook(
            markdown("---\ntitle: Выявление\n---", "raw"),
            markdown("## Итог\n\nСм. @fig-share."),
            code(
                '#| label: fig-share\n#| fig-cap: "Доля по годам"\nchart',
                display(text_html=CHART, text_plain="Chart"),
            ),
        ),
    )
    return root


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return make_project(tmp_path / "Проект района")


@pytest.fixture
def site(project: Path) -> Path:
    return publish(project, engine="embedded").output


def read(site: Path, path: str) -> str:
    return (site / path).read_text(encoding="utf-8")
