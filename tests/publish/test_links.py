from __future__ import annotations

import pytest

from shnor_lib.publish.links import broken_links, scan, target


def test_scan_sees_links_and_places_but_not_scripts() -> None:
    found = scan(
        '<a href="b.html#x">б</a><img src="p.png" alt=""><h2 id="раздел">Р</h2>'
        '<script src="libs/a.js"></script><script>var s = \'<a href="no.html">\';</script>'
        '<!-- <a href="no.html"> --><a href="https://example.org">в</a>'
        '<a href="mailto:a@example.org">п</a><img src="data:image/png;base64,xx" alt="">'
    )
    assert set(found.links) == {"b.html#x", "p.png", "libs/a.js"}
    assert found.ids == {"раздел"}


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("b.html", ("reports/b.html", "")),
        ("../index.html#x", ("index.html", "x")),
        ("#%D1%80", ("reports/a.html", "р")),
        ("b/?q=1", ("reports/b/index.html", "")),
    ],
)
def test_target(link: str, expected: tuple[str, str]) -> None:
    assert target("reports/a.html", link) == expected


def test_broken_links_say_why() -> None:
    pages = {
        "a.html": scan(
            '<a href="b.html#есть">1</a><a href="b.html#нет">2</a><a href="c.html">3</a>'
            '<a href="/b.html">4</a><a href="../x.html">5</a><a href="file.xlsx">6</a>'
        ),
        "b.html": scan('<h2 id="есть">x</h2>'),
    }
    broken = broken_links(pages, ["file.xlsx"], {"a.html": "a.qmd"})
    assert [(item.page, item.link) for item in broken] == [
        ("a.qmd", "../x.html"),
        ("a.qmd", "/b.html"),
        ("a.qmd", "b.html#нет"),
        ("a.qmd", "c.html"),
    ]
    assert broken[2].sentence() == (
        "Страница «a.qmd», ссылка «b.html#нет»: на странице нет места «нет»."
    )
