"""The built site in a real browser, opened from the disk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shnor_lib.publish.site import publish

from .browser import chromium, look, open_page, open_site
from .conftest import CHART, fenced, make_project, table, write

pytestmark = pytest.mark.browser

SCHOOL = "reports/schools/a.html"
LIST = "reports/schools/index.html"


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    project = make_project(tmp_path_factory.mktemp("site") / "Проект района")
    cards = "".join(
        f'<div class="shnor-card"><span class="value">{n},5 %</span>'
        '<span class="label">школ с положительной динамикой</span></div>'
        for n in range(5)
    )
    write(
        project,
        "reports/_home.md",
        fenced(f'<div class="shnor-cards">{cards}</div>')
        + f"\n## Итоги\n\n[Школы](reports/schools/index.qmd)\n\n{fenced(CHART)}\n",
    )
    wide = "".join(f"<th scope='col'>Показатель {i}</th>" for i in range(14))
    write(
        project,
        "reports/method.qmd",
        "---\ntitle: Методика\n---\n\n## Раздел\n\n"
        + fenced(
            '<div class="shnor-table-wrap"><table class="shnor-table">'
            f"<thead><tr>{wide}</tr></thead><tbody><tr>{'<td>1</td>' * 14}</tr></tbody></table></div>"
        )
        + '\n## Ещё\n\n::: {.callout-note collapse="true"}\n## Подробно\nТекст.\n:::\n\n'
        + fenced(
            "<p><time id='past' datetime='2020-10-01' data-shnor-deadline>01.10.2020</time></p>"
            "<p><time id='met' datetime='2020-10-01'>01.10.2020</time></p>"
            "<p><time id='ahead' datetime='2999-10-01' data-shnor-deadline>01.10.2999</time></p>"
        ),
    )
    return publish(project, engine="embedded").output


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as running:
        yield running


def test_every_page_opens_clean_from_the_disk(built: Path) -> None:
    reports = open_site(built)
    assert len(reports) == 14
    for report in reports:
        assert report.is_clean, report.sentence()
    assert sum(report.charts for report in reports) == 6
    assert sum(report.sortable for report in reports) == 2


def test_dark_pages_open_clean_as_well(built: Path) -> None:
    for report in open_site(built, ["index.html", SCHOOL, LIST], widths=[390], color_scheme="dark"):
        assert report.is_clean, report.sentence()


def test_the_helper_sees_faults(tmp_path: Path, browser: Any) -> None:
    write(
        tmp_path,
        "bad.html",
        "<meta charset=utf-8><script>nope()</script><img src='https://example.invalid/x.png'>"
        "<div style='width:2000px'>x</div><div class='shnor-chart is-failed'>x</div>",
    )
    with open_page(browser, tmp_path, "bad.html", width=390) as tab:
        tab.wait_for_timeout(300)
        report = look(tab, "bad.html", 390)
    assert any("nope" in error for error in report.errors)
    assert report.outside == ["https://example.invalid/x.png"]
    assert report.overflow > 1000
    assert report.drawn < report.charts
    assert not report.is_clean


def test_charts_are_drawn_in_russian(built: Path, browser: Any) -> None:
    with open_page(browser, built, SCHOOL) as tab:
        assert tab.locator(".shnor-chart .bars .point").count() == 2
        titles = tab.evaluate(
            "() => [...document.querySelectorAll('.modebar-btn')].map((b) => b.dataset.title || b.title)"
        )
        assert any("Сохранить рисунок" in (title or "") for title in titles)
        # the long name of a subject is broken into lines
        assert tab.locator(".shnor-chart .ytick tspan").count() >= 2
        # the label speaks for the drawing; the buttons have names
        assert tab.locator(".shnor-chart").get_attribute("role") == "group"
        assert tab.locator(".shnor-chart").get_attribute("aria-label") == "Доля «2» растёт"
        assert tab.locator(".shnor-plot svg.main-svg:not([aria-hidden='true'])").count() == 0
        nameless = tab.evaluate(
            "() => [...document.querySelectorAll('.shnor-plot :is(a[href], button)')].filter("
            "(b) => !(b.ariaLabel || b.title || b.textContent.trim())).length"
        )
        assert nameless == 0


def test_theme_switch_is_remembered_and_redraws(built: Path, browser: Any) -> None:
    with open_page(browser, built, SCHOOL, color_scheme="light") as tab:
        colour = "() => getComputedStyle(document.querySelector('.shnor-chart .ytick text')).fill"
        ground = "() => getComputedStyle(document.body).backgroundColor"
        light = tab.evaluate(colour), tab.evaluate(ground)
        button = tab.locator("[data-shnor-theme]")
        assert button.get_attribute("aria-pressed") == "false"
        button.click()
        assert tab.evaluate("() => document.documentElement.dataset.theme") == "dark"
        assert button.get_attribute("aria-pressed") == "true"
        tab.wait_for_function(f"(before) => ({colour})() !== before", arg=light[0])
        assert tab.evaluate(ground) != light[1]
        tab.reload()
        assert tab.evaluate("() => document.documentElement.dataset.theme") == "dark"
        assert tab.seen["errors"] == []


def expect(locator: Any) -> Any:
    from playwright.sync_api import expect as waiting

    return waiting(locator)


def test_table_is_searched_sorted_filtered_and_paged(built: Path, browser: Any) -> None:
    with open_page(browser, built, LIST) as tab:
        rows = tab.locator("table.sortable tbody tr")
        first = tab.locator("table.sortable tbody tr:first-child th")
        assert rows.count() == 50
        assert "60\u00a0строк" in tab.locator(".dt-info").inner_text().replace(" ", "\u00a0")
        tab.locator(".dt-paging-button", has_text="Дальше").click()
        expect(rows).to_have_count(10)
        tab.locator(".dt-search input").fill("№ 17")
        expect(rows).to_have_count(1)
        expect(first).to_have_text("Школа № 17")
        tab.locator(".dt-search input").fill("")
        tab.locator(".shnor-filters select").select_option("Район 2")
        expect(rows).to_have_count(20)
        tab.locator(".shnor-filters select").select_option("")
        # by the value, not by the text: «9,0 %» comes before «10,0 %»; twice: the largest first
        share = tab.locator("table.sortable thead th", has_text="Доля")
        share.click()
        expect(share).to_have_attribute("aria-sort", "ascending")
        expect(first).to_have_text("Школа № 1")
        share.click()
        expect(share).to_have_attribute("aria-sort", "descending")
        expect(first).to_have_text("Школа № 60")
        tab.locator(".dt-search input").fill("такой нет")
        expect(tab.locator("td.dt-empty")).to_contain_text("Ничего не найдено")


def test_table_is_sorted_from_the_keyboard(built: Path, browser: Any) -> None:
    with open_page(browser, built, LIST) as tab:
        head = tab.locator("table.sortable thead th", has_text="Доля")
        head.locator("[tabindex='0'], .dt-column-order").first.focus()
        tab.keyboard.press("Enter")
        expect(head).to_have_attribute("aria-sort", "ascending")


def test_wide_table_scrolls_in_its_box(built: Path, browser: Any) -> None:
    with open_page(browser, built, "reports/method.html", width=390) as tab:
        wrap = tab.locator(".shnor-table-wrap").first
        assert wrap.get_attribute("tabindex") == "0"
        assert wrap.get_attribute("role") == "region"
        wrap.evaluate("(e) => { e.scrollLeft = 200; }")
        assert wrap.evaluate("(e) => e.scrollLeft") == 200


def test_passed_deadlines_are_marked_by_the_browser(built: Path, browser: Any) -> None:
    with open_page(browser, built, "reports/method.html") as tab:
        assert tab.locator("#past + .shnor-badge").inner_text() == "срок прошёл"
        assert tab.locator("#met + *, #ahead + *").count() == 0


def test_menu_on_a_phone(built: Path, browser: Any) -> None:
    with open_page(browser, built, "index.html", width=390) as tab:
        menu = tab.locator("#site-menu")
        button = tab.locator("[data-shnor-menu]")
        assert not menu.is_visible()
        button.click()
        assert menu.is_visible()
        assert button.get_attribute("aria-expanded") == "true"
        tab.keyboard.press("Escape")
        assert not menu.is_visible()
        assert button.evaluate("(e) => e === document.activeElement")


def test_keyboard_reaches_the_content_first(built: Path, browser: Any) -> None:
    with open_page(browser, built, SCHOOL) as tab:
        tab.keyboard.press("Tab")
        assert tab.evaluate("() => document.activeElement.className") == "skip-link"
        tab.keyboard.press("Enter")
        assert tab.evaluate("() => document.activeElement.id") == "content"


def test_readable_without_scripts(built: Path, browser: Any) -> None:
    with open_page(browser, built, "index.html", width=390, java_script_enabled=False) as tab:
        assert tab.locator("#site-menu").is_visible()
        assert "Доля «2» растёт" in tab.locator(".shnor-chart").inner_text()
        assert "Доля отметок «2»" in tab.locator("figcaption").inner_text()
        assert not tab.locator("[data-shnor-theme]").is_visible()
    with open_page(browser, built, LIST, java_script_enabled=False) as tab:
        assert tab.locator("table.sortable tbody tr").count() == 60


def test_paper_is_light_and_whole(built: Path, browser: Any) -> None:
    with open_page(browser, built, LIST, color_scheme="dark") as tab:
        tab.evaluate("() => window.dispatchEvent(new Event('beforeprint'))")
        tab.emulate_media(media="print")
        assert tab.locator("table.sortable tbody tr").count() == 60
        assert not tab.locator(".site-header").is_visible()
        assert not tab.locator(".dt-search").is_visible()
        assert tab.evaluate("() => getComputedStyle(document.body).backgroundColor") == (
            "rgb(255, 255, 255)"
        )
        tab.evaluate("() => window.dispatchEvent(new Event('afterprint'))")
        assert tab.locator("table.sortable tbody tr").count() == 50
    with open_page(browser, built, "reports/method.html") as tab:
        tab.evaluate("() => window.dispatchEvent(new Event('beforeprint'))")
        assert tab.locator("details.callout").get_attribute("open") is not None


def test_names_from_data_do_not_run(tmp_path: Path, browser: Any) -> None:
    project = make_project(tmp_path / "p")
    name = "&lt;script&gt;window.hacked=1&lt;/script&gt;"
    rows = table().replace("Район 1", f"{name} =HYPERLINK(&quot;x&quot;)")
    write(project, "reports/schools/index.qmd", f"---\ntitle: Школы\n---\n\n{fenced(rows)}\n")
    site = publish(project, engine="embedded").output
    with open_page(browser, site, LIST) as tab:
        # through the table, its filter and a search
        tab.locator(".shnor-filters select").select_option(
            '<script>window.hacked=1</script> =HYPERLINK("x")'
        )
        tab.locator(".dt-search input").fill("script")
        assert tab.locator("table.sortable tbody tr").count() > 0
        assert "<script>window.hacked=1</script>" in tab.locator("table.sortable").inner_text()
        assert tab.evaluate("() => window.hacked") is None


def test_small_table_has_no_search_but_sorts(tmp_path: Path, browser: Any) -> None:
    project = make_project(tmp_path / "p")
    write(project, "reports/schools/index.qmd", f"---\ntitle: Школы\n---\n\n{fenced(table(5))}\n")
    site = publish(project, engine="embedded").output
    with open_page(browser, site, LIST) as tab:
        assert tab.locator(".dt-search").count() == 0
        share = tab.locator("table.sortable thead th", has_text="Доля")
        share.click()
        share.click()
        expect(tab.locator("table.sortable tbody tr:first-child th")).to_have_text("Школа № 5")


def test_long_word_in_a_card_is_not_broken(tmp_path: Path, browser: Any) -> None:
    project = make_project(tmp_path / "p")
    card = '<div class="shnor-card"><span class="value">Отрицательная</span></div>'
    write(project, "reports/_home.md", fenced(f'<div class="shnor-cards">{card * 6}</div>'))
    site = publish(project, engine="embedded").output
    for width in (1280, 390):
        with open_page(browser, site, "index.html", width=width) as tab:
            lines = tab.evaluate(
                "() => { const v = document.querySelector('.value');"
                " return v.clientHeight / parseFloat(getComputedStyle(v).lineHeight); }"
            )
            assert lines < 1.5


def test_charts_below_the_window_are_drawn_too(tmp_path: Path, browser: Any) -> None:
    project = make_project(tmp_path / "p")
    text = "# Много\n\n" + "\n\n".join([fenced(CHART)] * 8)
    write(project, "reports/monitorings.qmd", text)
    site = publish(project, engine="embedded").output
    with open_page(browser, site, "reports/monitorings.html") as tab:
        report = look(tab, "", 1280)
    assert (report.charts, report.drawn) == (8, 8)
