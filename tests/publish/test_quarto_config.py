from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from shnor_lib.faults import ShnorError
from shnor_lib.publish.quarto_config import merge, output_path, read_config

from .conftest import write


def test_reads_the_projects_own_configuration(project: Path) -> None:
    config = read_config(project)
    assert config.lang == "ru"
    assert config.output_dir == "_site"
    # a metadata file wins over _quarto.yml and adds to its lists, as in Quarto
    assert config.title == "Сайт района «Ольховский»"
    assert [item.text for item in config.navbar] == [
        "Главная",
        "Мониторинги",
        "Школы",
        "Методика",
    ]
    assert config.sidebars[0].hrefs() == [
        "reports/monitorings.qmd",
        "reports/2024/01_identification.ipynb",
    ]
    # left is from _quarto.yml, right from the metadata file
    assert set(config.footer) == {"left", "right"}
    assert config.css == ("reports/assets/style.css",)
    assert config.filters == ("reports/assets/charts.lua",)
    assert config.toc
    assert not config.echo


def test_pages_follow_the_render_list(project: Path) -> None:
    write(project, "reports/_draft.qmd", "черновик")
    write(project, "reports/.ipynb_checkpoints/x.ipynb", "{}")
    write(project, "reports/schools/_part.md", "часть")
    write(project, "notebooks/source.ipynb", "{}")
    assert read_config(project).pages() == [
        "index.qmd",
        "reports/2024/01_identification.ipynb",
        "reports/data-quality.qmd",
        "reports/method.qmd",
        "reports/monitorings.qmd",
        "reports/schools/a.qmd",
        "reports/schools/index.qmd",
    ]


def test_render_list_may_take_pages_out(project: Path) -> None:
    text = (project / "_quarto.yml").read_text("utf-8")
    write(project, "_quarto.yml", text.replace('"!reports/**/_*"', '"!reports/schools/*"'))
    pages = read_config(project).pages()
    assert "reports/method.qmd" in pages
    assert not [page for page in pages if page.startswith("reports/schools/")]


def test_resources_are_globs(project: Path) -> None:
    write(project, "reports/downloads/2024/список.xlsx", "x")
    assert read_config(project).resource_files() == ["reports/downloads/2024/список.xlsx"]


def test_missing_metadata_file_says_what_to_do(project: Path) -> None:
    (project / "reports/_website.yml").unlink()
    with pytest.raises(ShnorError, match=r"reports/_website\.yml.*shnor build"):
        read_config(project)


def test_broken_yaml_names_the_line(project: Path) -> None:
    write(project, "_quarto.yml", "project:\n  type: website\n bad: [\n")
    with pytest.raises(ShnorError, match="строка 3"):
        read_config(project)


def test_not_a_website(project: Path) -> None:
    write(project, "_quarto.yml", "project: {type: book}\n")
    with pytest.raises(ShnorError, match="website"):
        read_config(project)


def test_merge_is_deep_and_joins_lists() -> None:
    assert merge({"a": {"x": 1}, "l": [1, 2]}, {"a": {"y": 2}, "l": [2, 3], "b": 4}) == {
        "a": {"x": 1, "y": 2},
        "l": [1, 2, 3],
        "b": 4,
    }


def test_configuration_loads_nothing_from_the_network(project: Path) -> None:
    values = yaml.safe_load((project / "_quarto.yml").read_text("utf-8"))
    html = values["format"]["html"]
    assert html["html-math-method"] == "mathml"
    assert html["theme"]["light"][0] == html["theme"]["dark"][0] == "default"
    assert values["execute"]["enabled"] is False
    assert values["website"]["search"] is False


@pytest.mark.parametrize(
    ("source", "output"),
    [("index.qmd", "index.html"), ("reports/2024/a.b.ipynb", "reports/2024/a.b.html")],
)
def test_output_mirrors_the_source(source: str, output: str) -> None:
    assert output_path(source) == output
