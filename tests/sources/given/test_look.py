"""Files and pages the user gives: what enters, what is left out and why."""

from __future__ import annotations

from pathlib import Path

import pytest

from shnor_lib.faults import Severity
from shnor_lib.sources.given import files as given_files
from shnor_lib.sources.given.look import Given, look
from shnor_lib.sources.given.pages import OwnPage


def put(root: Path, name: str, content: str | bytes = "x") -> None:
    path = root / "data" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)


def codes(given: Given) -> list[tuple[str, str]]:
    return [(fault.file, fault.code) for fault in given.faults]


def one_page(root: Path, text: str | bytes, name: str = "а.md") -> OwnPage:
    put(root, f"pages/{name}", text)
    (page,) = (page for page in look(root).pages if page.source == name)
    return page


def test_no_folders_no_files(tmp_path: Path) -> None:
    assert look(tmp_path) == Given()


def test_files_by_kind_and_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(given_files, "MAX_BYTES", 10)
    put(tmp_path, "files/a.PDF", b"1" * 10)
    put(tmp_path, "files/папка/b.docx", b"1")
    put(tmp_path, "files/большой.pdf", b"1" * 11)
    put(tmp_path, "files/c.exe")
    put(tmp_path, "files/без расширения")
    for hidden in (".скрытый.pdf", "~$b.docx", "Thumbs.db", ".git/a.pdf"):
        put(tmp_path, f"files/{hidden}")
    given = look(tmp_path)
    assert given.files == {"a.PDF": 10, "папка/b.docx": 1}
    assert codes(given) == [
        ("data/files/c.exe", "file-not-published"),
        ("data/files/без расширения", "file-not-published"),
        ("data/files/большой.pdf", "file-too-large"),
    ]
    assert all(f.severity is Severity.WARNING and f.remedy and f.expected for f in given.faults)


def test_files_together_have_a_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(given_files, "MAX_TOTAL", 5)
    for name in ("a.pdf", "b.pdf", "c.pdf"):
        put(tmp_path, f"files/{name}", b"12")
    given = look(tmp_path)
    assert given.files == {"a.pdf": 2, "b.pdf": 2}
    assert codes(given) == [("data/files/c.pdf", "file-too-large")]


def test_links_out_of_the_folder_are_not_followed(tmp_path: Path) -> None:
    put(tmp_path, "raw/тайна.xlsx")
    (tmp_path / "data/files").mkdir(parents=True)
    try:
        (tmp_path / "data/files/тайна.xlsx").symlink_to(tmp_path / "data/raw/тайна.xlsx")
    except OSError:
        pytest.skip("no symbolic links here")
    given = look(tmp_path)
    assert given.files == {} and codes(given) == [("data/files/тайна.xlsx", "file-not-published")]


def test_names_that_differ_by_large_letters_only(tmp_path: Path) -> None:
    put(tmp_path, "files/A.pdf")
    put(tmp_path, "files/a.pdf")
    given = look(tmp_path)
    if len(list((tmp_path / "data/files").iterdir())) < 2:
        pytest.skip("this file system does not tell them apart")
    assert given.files == {"A.pdf": 1}
    assert codes(given) == [("data/files/a.pdf", "file-not-published")]


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("# О *нас* {#id}\n\nТекст\n", "О нас"),
        ("---\ntitle: О нас\n---\n# О нас\nТекст", "О нас"),
        ("---\ntitle: Из головы\n---\n# Другое\n", "Из головы"),
        ("Текст без заголовка", "А"),
        ("\ufeff# С меткой\n", "С меткой"),
        ("---\r\ntitle: Из Windows\r\n---\r\nТекст", "Из Windows"),
    ],
)
def test_titles(tmp_path: Path, text: str, title: str) -> None:
    page = one_page(tmp_path, text)
    assert page.title == title
    assert page.text.startswith(f'---\ntitle: "{title}"\n---\n')
    assert page.text.count(f"# {title}") == 0


def test_a_page_in_an_old_encoding(tmp_path: Path) -> None:
    assert one_page(tmp_path, "# Страница из Блокнота\n\nРусский текст\n".encode("cp1251")).title == "Страница из Блокнота"  # fmt: skip


def test_only_words_of_the_head_are_kept(tmp_path: Path) -> None:
    page = one_page(
        tmp_path,
        '---\ntitle: "а: \\"б\\" <b> {{< x >}}"\nsubtitle: под\nfilters: [x.lua]\nexecute: {enabled: true}\n'
        "format: pdf\ninclude-in-header: x.html\ntoc: false\norder: 2\nmenu: false\n---\nТекст\n",
    )
    head = page.text.split("---\n")[1]
    assert [line.partition(":")[0] for line in head.splitlines()] == ["title", "subtitle", "toc"]
    assert page.order == 2 and not page.menu
    assert "{{<" not in page.text


@pytest.mark.parametrize("head", ["title: [", "- список", "просто слова", "a: b: c"])
def test_a_head_that_cannot_be_read_leaves_the_page_out(tmp_path: Path, head: str) -> None:
    put(tmp_path, "pages/а.md", f"---\n{head}\n---\nТекст\n")
    given = look(tmp_path)
    assert given.pages == () and codes(given) == [("data/pages/а.md", "page-not-read")]


def test_drafts_stay_at_home(tmp_path: Path) -> None:
    put(tmp_path, "pages/а.md", "---\ndraft: true\n---\nТекст\n")
    assert look(tmp_path) == Given()


def test_programs_do_not_run(tmp_path: Path) -> None:
    page = one_page(
        tmp_path,
        "```{python}\n#| echo: false\nprint(1)\n```\n\n~~~ {r, echo=FALSE}\n1\n~~~\n\n```{=html}\n<b>я</b>\n```\n"
        "\n```\n{{< video x >}}\n```\n",
    )
    assert "{python}" not in page.text and "{r" not in page.text
    assert "```python\n" in page.text and "print(1)" in page.text
    assert "```{=html}\n<b>я</b>" in page.text
    assert "{{<" not in page.text
    given = look(tmp_path)
    assert [fault.code for fault in given.faults] == ["page-code", "page-code"]
    assert [fault.cell for fault in given.faults] == ["строка 1", "строка 6"]


def test_a_line_is_not_taken_for_settings(tmp_path: Path) -> None:
    page = one_page(
        tmp_path, "# А\n\nТекст\n\n---\nкак: [тут\n---\n\nЗаголовок\n---\n\n| а |\n|---|\n"
    )
    body = page.text.split("---\n", 2)[2]
    assert "\n***\nкак: [тут\n" in body
    assert "Заголовок\n---\n" in body, "a heading underlined stays one"
    assert "|---|" in body


def test_parts_are_put_in_and_nothing_else(tmp_path: Path) -> None:
    put(tmp_path, "pages/_часть.md", "Часть\n\n{{< include _часть.md >}}\n")
    put(tmp_path, "raw/тайна.md", "тайна")
    page = one_page(
        tmp_path,
        "# А\n\n{{< include _часть.md >}}\n\n{{< include ../raw/тайна.md >}}\n\n{{< include /index.qmd >}}\n\n"
        "{{< include _нет.md >}}\n\n{{< pagebreak >}}\n\nтекст {{< meta title >}} дальше\n",
    )
    assert "{{< include _часть.md >}}" in page.text and "{{< pagebreak >}}" in page.text
    assert page.text.count("{{<") == 2
    assert "текст  дальше" in page.text
    (part,) = (page for page in look(tmp_path).pages if page.part)
    assert part.target == "_часть.md" and "{{<" not in part.text
    assert [fault.code for fault in look(tmp_path).faults] == ["page-part"] * 5


def test_links_between_pages_and_to_files(tmp_path: Path) -> None:
    put(tmp_path, "files/a b.pdf")
    put(tmp_path, "pages/img/вид.png")
    put(tmp_path, "pages/под/б.qmd", "[назад](../а.md#место)\n")
    page = one_page(
        tmp_path,
        "# А\n\n[б](под/б.qmd) [файл](../files/a%20b.pdf) ![вид](img/вид.png) [нет](нет.md) "
        "[нет файла](../files/нет.pdf) [сайт](https://example.org/а.md) [страница](../method.qmd)\n\n"
        '[ссылка]: под/б.md\n\n<a href="под/б.md#x">б</a>\n',
    )
    given = look(tmp_path)
    assert "https://example.org/а.md" in page.text
    assert "[ссылка]: под/б.qmd" in page.text and 'href="под/б.qmd#x"' in page.text
    (other,) = (each for each in given.pages if each.source == "под/б.qmd")
    assert "(../а.qmd#место)" in other.text and not other.menu
    assert given.beside == {"img/вид.png": 1}
    assert sorted(fault.message.split("»")[0] for fault in given.faults) == [
        "ссылка «../files/нет.pdf",
        "ссылка «нет",
    ]


def test_one_name_for_one_page(tmp_path: Path) -> None:
    put(tmp_path, "pages/а.md", "# Первая\n")
    put(tmp_path, "pages/а.qmd", "# Вторая\n")
    given = look(tmp_path)
    assert [page.title for page in given.pages] == ["Первая"]
    assert codes(given) == [("data/pages/а.qmd", "page-not-read")]


def test_order_of_the_menu(tmp_path: Path) -> None:
    for name, text in (
        ("в.md", "# Яблоки"),
        ("б.md", "# арбузы"),
        ("а.md", "---\norder: 1\n---\n# Первая"),
    ):
        put(tmp_path, f"pages/{name}", text)
    assert [page.title for page in look(tmp_path).pages] == ["арбузы", "Яблоки", "Первая"]


def test_signature_changes_with_what_is_given(tmp_path: Path) -> None:
    seen = {look(tmp_path).signature}
    put(tmp_path, "files/a.pdf", b"1")
    seen.add(look(tmp_path).signature)
    put(tmp_path, "files/a.pdf", b"12")
    seen.add(look(tmp_path).signature)
    put(tmp_path, "pages/а.md", "# А\n")
    seen.add(look(tmp_path).signature)
    put(tmp_path, "pages/а.md", "# А\n\nЕщё\n")
    seen.add(look(tmp_path).signature)
    assert len(seen) == 5
    assert look(tmp_path).signature in seen, "the same the second time"
