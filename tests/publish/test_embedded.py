"""What the embedded engine makes of a page; every test renders through the real Pandoc."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from shnor_lib.faults import ShnorError
from shnor_lib.publish.site import BrokenLinksError, publish

from .conftest import CHART, fenced, read, table, write


def page(project: Path, text: str) -> str:
    write(project, "reports/monitorings.qmd", text)
    return read(publish(project, engine="embedded").output, "reports/monitorings.html")


def body(html: str) -> str:
    start = html.index('<div class="page-body">')
    return html[start : html.index("</main>")]


def test_links_to_pages_become_links_to_html(site: Path) -> None:
    html = read(site, "reports/schools/a.html")
    assert 'href="../method.html#раздел"' in html
    assert 'href="../2024/01_identification.html"' in html
    # raw HTML as well
    assert '<a href="a.html">Школа № 1</a>' in read(site, "reports/schools/index.html")
    assert 'href="reports/schools/index.html"' in body(read(site, "index.html"))


def test_footer_links_are_relative_to_the_page(site: Path) -> None:
    assert 'href="reports/data-quality.html"' in read(site, "index.html")
    footer = read(site, "reports/schools/a.html").split("<footer")[1]
    assert 'href="../../reports/data-quality.html"' in footer


def test_title_from_front_matter_first_heading_and_pagetitle(project: Path) -> None:
    html = page(project, "---\ntitle: Правила *района*\nsubtitle: 2024\n---\n\nТекст\n")
    assert "<h1>Правила <em>района</em></h1>" in html
    assert '<p class="subtitle">2024</p>' in html
    assert "<title>Правила района — Сайт района «Ольховский»</title>" in html
    html = page(project, "# Заголовок\n\nТекст\n")
    assert "<h1>Заголовок</h1>" in html
    assert html.count("<h1") == 1
    assert 'lang="ru"' in html


def test_names_from_data_arrive_as_text(project: Path) -> None:
    html = page(
        project,
        '---\ntitle: "\\\\<script\\\\>alert(1)\\\\</script\\\\> =HYPERLINK(\\"x\\")"\n---\n\n'
        "## \\<script\\>alert(2)\\</script\\>\n\n`<script>alert(3)</script>` =HYPERLINK(1)\n",
    )
    for n in (1, 2, 3):
        assert f"<script>alert({n})" not in html
        assert f"&lt;script&gt;alert({n})&lt;/script&gt;" in html
    assert "=HYPERLINK(" in html
    title = re.search("<title>(.*?)</title>", html)
    assert title is not None
    assert "<" not in title.group(1)


def test_callouts(project: Path) -> None:
    html = body(
        page(
            project,
            "::: {.callout-note}\n## Свой заголовок\n\nРаз.\n:::\n\n"
            '::: {.callout-warning}\nДва.\n:::\n\n::: {.callout-tip collapse="true"}\nТри.\n:::\n',
        )
    )
    assert 'class="callout callout-style-default callout-titled callout-note"' in html
    assert "Свой заголовок" in html
    # not a heading of the page, so not in its contents either
    assert "<h2" not in html
    assert "Внимание" in html
    assert re.search(r'<details class="callout[^"]* callout-tip">\s*<summary>', html)


def test_numbered_figures_and_tables(project: Path) -> None:
    html = body(
        page(
            project,
            "См. @tbl-b, @fig-a и [-@fig-a].\n\n"
            f"::: {{#fig-a}}\n{fenced(CHART)}\nДоля\n:::\n\n"
            "| а | б |\n|---|--:|\n| 1 | 2 |\n\n: Пороги {#tbl-b}\n",
        )
    )
    assert '<a href="#tbl-b" class="quarto-xref">табл.\u00a01</a>' in html
    assert '<a href="#fig-a" class="quarto-xref">рис.\u00a01</a>' in html
    assert '<a href="#fig-a" class="quarto-xref">1</a>' in html
    assert '<figure class="shnor-float float-fig" id="fig-a">' in html
    assert re.search(r"Рисунок\u00a01\.</span>\s+Доля", html)
    assert re.search(r"Таблица\u00a01\.</span>\s+Пороги", html)


def test_reference_to_nothing_is_a_broken_link(project: Path) -> None:
    with pytest.raises(BrokenLinksError, match="@fig-нет") as caught:
        page(project, "См. @fig-нет.\n")
    assert caught.value.broken[0].page == "reports/monitorings.qmd"


def test_contents(project: Path) -> None:
    html = page(project, "---\ntitle: Т\n---\n\n## Раз\n\n### Два\n\n## Три\n")
    toc = html[html.index('<nav id="TOC"') : html.index("</aside>")]
    assert re.findall('href="(#[^"]*)"', toc) == ["#раз", "#два", "#три"]
    html = page(project, "---\ntitle: Т\ntoc: false\n---\n\n## Раз\n\n## Три\n")
    assert "site-toc" not in html
    assert "has-toc" not in html


def test_formulas_are_mathml(project: Path) -> None:
    html = page(project, "Доля $p = x / n$.\n")
    assert "<math" in html
    assert "mathjax" not in html.lower()


def test_only_what_a_page_needs_is_loaded(site: Path) -> None:
    def scripts(path: str) -> list[str]:
        names = re.findall(r'<script defer src="[^"]*/([^"/]+)"', read(site, path))
        assert len(names) == len(set(names))
        return names

    assert scripts("reports/method.html") == ["page.js"]
    assert scripts("reports/schools/a.html") == [
        "page.js",
        "plotly.min.js",
        "plotly-theme.js",
        "charts.js",
    ]
    assert scripts("reports/schools/index.html") == ["page.js", "datatables.min.js", "tables.js"]
    assert "plotly.min.js" in scripts("reports/2024/01_identification.html")
    assert len(list(site.rglob("plotly.min.js"))) == 1


def test_content_only_for_other_formats_is_left_out(project: Path) -> None:
    html = page(
        project,
        '::: {.content-visible when-format="html"}\nСАЙТ\n:::\n\n'
        '::: {.content-hidden when-format="html"}\nПЕЧАТЬ\n:::\n\n'
        '::: {.content-visible when-format="typst"}\nЛИСТ\n:::\n',
    )
    assert "САЙТ" in html
    assert "ПЕЧАТЬ" not in html
    assert "ЛИСТ" not in html


def test_notebook_page(site: Path) -> None:
    html = read(site, "reports/2024/01_identification.html")
    assert "<h1>Выявление</h1>" in html
    assert 'id="fig-share"' in html
    assert re.search(r"Рисунок\u00a01\.</span>\s+Доля по годам", html)
    assert CHART.split("<noscript>")[0].split("json", 1)[1] in html
    assert "fig-cap" not in html


def test_error_in_a_notebook_names_it(project: Path) -> None:
    file = project / "reports/2024/01_identification.ipynb"
    text = file.read_text("utf-8").replace(
        '"outputs": [{', '"outputs": [{"output_type": "error", "ename": "E", "evalue": "v"}, {', 1
    )
    file.write_text(text, "utf-8")
    with pytest.raises(ShnorError, match=r"reports/2024/01_identification\.ipynb, ячейка 2"):
        publish(project, engine="embedded")


def test_faulty_pages_are_all_named(project: Path) -> None:
    write(project, "reports/method.qmd", "---\ntitle: [\n---\n")
    write(project, "reports/monitorings.qmd", "---\nа: б: в\n---\n")
    with pytest.raises(ShnorError) as caught:
        publish(project, engine="embedded")
    assert "reports/method.qmd" in str(caught.value)
    assert "reports/monitorings.qmd" in str(caught.value)


def test_table_in_markdown_can_be_scrolled(project: Path) -> None:
    html = page(project, "| а | б |\n|---|--:|\n| 1 | 2 |\n")
    assert '<div class="shnor-table-wrap">\n<table>' in html


def test_same_input_same_bytes(project: Path) -> None:
    first = publish(project, engine="embedded").output
    before = {p.name: p.read_bytes() for p in first.rglob("*.html")}
    second = publish(project, engine="embedded", output=project / "вторая").output
    assert {p.name: p.read_bytes() for p in second.rglob("*.html")} == before


def test_a_page_is_light(project: Path) -> None:
    text = (
        "---\ntitle: Т\n---\n\n"
        + fenced(CHART) * 3
        + fenced(table(20).replace("a.qmd", "schools/a.qmd")) * 4
    )
    assert len(page(project, text).encode()) < 60_000


def test_without_pandoc_the_user_is_told(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def absent() -> str:
        raise OSError("No pandoc was found")

    monkeypatch.setattr("pypandoc.get_pandoc_path", absent)
    with pytest.raises(ShnorError, match="pypandoc_binary"):
        publish(project, engine="embedded")
