"""What may become a link, and what must not."""

from __future__ import annotations

import pytest

from shnor_lib.sources.given.kinds import SUFFIXES
from shnor_lib.sources.given.links import address, link_of, links_of, resolve

WEB = [
    "https://example.org/a?b=1&c=2#d",
    "http://пример.рф/новости",
    "HTTPS://EXAMPLE.ORG",
    "www.example.org/a",
]
REFUSED = [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\tscript:alert(1)",
    "java\u200bscript:alert(1)",
    "data:text/html,<script>1</script>",
    "vbscript:x",
    "file:///etc/passwd",
    "ftp://example.org/a.pdf",
    "//example.org/a.pdf",
    "/etc/passwd",
    "\\\\server\\share\\a.pdf",
    "C:\\Users\\a.pdf",
    "c:/a.pdf",
    "~/a.pdf",
    "../a.pdf",
    "docs/../../a.pdf",
    "docs\\..\\..\\a.pdf",
    "a.exe",
    "docs/page.html",
    "рисунок.svg",
    "a<b>.pdf",
    "https://",
    "https://exa mple.org/",
    'https://example.org/"onclick="x',
    "mailto:никто",
]
TEXT = ["через раздел «Заявки»", "кабинет 2.15", "позже", "с. Светлое", "e-mail: спросите секретаря", "т. 8 (000) 00-00-00"]  # fmt: skip


@pytest.mark.parametrize("value", WEB)
def test_addresses(value: str) -> None:
    link = link_of(f"  {value} ")
    assert link is not None and link.kind == "web"
    assert link.target.casefold().startswith(("http://", "https://"))


@pytest.mark.parametrize("value", REFUSED, ids=[f"n{i}" for i in range(len(REFUSED))])
def test_what_must_not_become_a_link(value: str) -> None:
    link = link_of(value)
    assert link is not None and link.kind == "refused" and link.reason


@pytest.mark.parametrize("value", TEXT, ids=[f"n{i}" for i in range(len(TEXT))])
def test_words(value: str) -> None:
    link = link_of(value)
    assert link is not None and (link.kind, link.target) == ("text", value)


@pytest.mark.parametrize("value", [None, float("nan"), "", "   ", 12], ids=repr)
def test_nothing(value: object) -> None:
    assert link_of(value) is None
    assert links_of(value) == []


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ("docs/466.pdf", "docs/466.pdf"),
        (".\\docs\\466.PDF", "docs/466.PDF"),
        ("data/files/docs/466.pdf", "docs/466.pdf"),
        ("Мой файл (1).docx", "Мой файл (1).docx"),
        ("a//b/./c.zip", "a/b/c.zip"),
    ],
)
def test_files(value: str, path: str) -> None:
    link = link_of(value)
    assert link is not None and (link.kind, link.target) == ("file", path)


def test_mail() -> None:
    assert [link_of(v).kind for v in ("metod@example.org", "mailto:metod@example.org?subject=x")] == ["mail", "mail"]  # type: ignore[union-attr]  # fmt: skip


def test_several_links_of_one_cell() -> None:
    found = links_of("a.pdf; https://example.org/a;b ;\nb.pdf\r\nc@example.org;")
    assert [(link.kind, link.target) for link in found] == [
        ("file", "a.pdf"),
        ("web", "https://example.org/a;b"),
        ("file", "b.pdf"),
        ("mail", "c@example.org"),
    ]


def test_large_letters_of_a_name_do_not_matter_unless_two_files_differ_by_them() -> None:
    assert resolve("DOCS/A.pdf", ["docs/a.PDF", "b.pdf"]) == "docs/a.PDF"
    assert resolve("й.pdf", ["и\u0306.pdf"]) == "и\u0306.pdf", "names as macOS writes them"
    assert resolve("A.pdf", ["a.pdf", "A.pdf"]) == "A.pdf"
    assert resolve("A.PDF", ["a.pdf", "A.pdf"]) is None
    assert resolve("a.pdf", []) is None


def test_addresses_of_files_are_escaped() -> None:
    assert address("мой файл #1.pdf") == "%D0%BC%D0%BE%D0%B9%20%D1%84%D0%B0%D0%B9%D0%BB%20%231.pdf"


def test_nothing_a_browser_runs_is_allowed() -> None:
    assert not SUFFIXES & {".html", ".htm", ".svg", ".js", ".xml", ".exe", ".bat", ".xlsm", ".docm"}
    assert all(suffix == suffix.lower() and suffix.startswith(".") for suffix in SUFFIXES)
