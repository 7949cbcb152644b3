"""PDF and Word as their readers get them: real Pandoc, real Typst, charts by a real browser."""

from __future__ import annotations

import html
import io
import re
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest
from pypdf import PdfReader

from shnor_lib.faults import ShnorError
from shnor_lib.publish.documents.engine import NO_BROWSER, Job, make_documents
from shnor_lib.publish.documents.pictures import Artist, figures_of, find_browser
from shnor_lib.publish.documents.reference import FILE, reference_docx, reference_of
from shnor_lib.publish.documents.source import print_page
from shnor_lib.report import blocks
from shnor_lib.report.display import Chart, Col, DataTable

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


@pytest.fixture(scope="module")
def reference() -> bytes:
    return reference_docx()


def printed(root: Path, text: str, reference: bytes, **more: object) -> tuple[PdfReader, str, str]:
    """The PDF, its text in one line, and ``document.xml`` of the Word file."""
    root.mkdir(parents=True, exist_ok=True)
    job = Job("документ", text, root / "д.pdf", root / "д.docx", **more)
    make_documents(root, [job], reference=reference)
    pdf = PdfReader(root / "д.pdf")
    with zipfile.ZipFile(root / "д.docx") as archive:
        word = archive.read("word/document.xml").decode()
    return pdf, plain(pdf), word


def plain(pdf: PdfReader) -> str:
    """All words of a PDF; hyphens at line ends and line breaks gone."""
    text = "\n".join(page.extract_text() for page in pdf.pages)
    text = re.sub(r"[-\u2010\u00ad]\n", "", text)
    return re.sub(r"\s+", " ", text)


def words(word: str) -> str:
    """All words of a Word document."""
    said = " ".join(re.sub(r"<[^>]+>", "", p) for p in re.findall(r"<w:p[ >].*?</w:p>", word, re.S))
    return re.sub(r"\s+", " ", html.unescape(said))


PAGE = """---
title: "Школа «Берёзка» \\\\& дети"
subtitle: "2025/26 учебный год"
---

## Итог

Доля «2» — 34,5 % (10 из 29), ёлочки и №. [Методика](../method.qmd) и <https://example.org>.

::: {.callout-note}
## Внимание

Не для наказания.
:::

## Таблица

| Предмет | Доля |
|:---|---:|
| математика \\| \\#1 \\$x\\$ | 34,5 % |

: Доли по предметам

### Подраздел

Текст.

[Все школы](index.qmd)
"""


def test_title_contents_numbers_and_words_are_there(tmp_path: Path, reference: bytes) -> None:
    pdf, text, word = printed(
        tmp_path, PAGE, reference, site="Сайт", organisation="Управление", note="2025/26"
    )
    for part in (
        "Школа «Берёзка» & дети",
        "Управление",
        "Содержание",
        "34,5",
        "10 из 29",
        "Не для наказания",
        "Таблица 1. Доли по предметам",
        "математика | #1 $x$",
    ):
        assert part in text, part
        assert part in words(word), part
    assert "Все школы" not in text and "Все школы" not in words(word)
    assert pdf.metadata is not None
    assert pdf.metadata.title == "Школа «Берёзка» & дети"
    assert len(pdf.pages) == 3, "title page, contents, text"


def test_same_text_same_bytes_and_no_clock(tmp_path: Path, reference: bytes) -> None:
    for name in ("a", "b"):
        printed(tmp_path / name, PAGE, reference)
    for file in ("д.pdf", "д.docx"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()
    with zipfile.ZipFile(tmp_path / "a/д.docx") as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert "1980-01-01" in archive.read("docProps/core.xml").decode()
    meta = PdfReader(tmp_path / "a/д.pdf").metadata
    assert meta is not None and "/CreationDate" not in meta


def test_all_fonts_are_embedded_and_none_is_the_machine_s(tmp_path: Path, reference: bytes) -> None:
    pdf, _, _ = printed(tmp_path, PAGE + "\n`код` **жирно** *курсив*\n", reference)
    names = set()
    for page in pdf.pages:
        for font in page["/Resources"].get("/Font", {}).values():
            below = font.get_object()["/DescendantFonts"][0].get_object()
            descriptor = below["/FontDescriptor"]
            assert {"/FontFile2", "/FontFile3"} & set(descriptor), below
            names.add(str(below["/BaseFont"]).split("+")[1].split("-")[0])
    assert names == {"LibertinusSerif", "DejaVuSansMono"}


def test_word_has_styles_numbered_captions_repeated_heads_and_page_numbers(
    tmp_path: Path, reference: bytes
) -> None:
    _, _, word = printed(tmp_path, PAGE, reference, organisation="Управление")
    for style in ("Title", "Heading1", "Heading2", "TableCaption", "TOC1", "CalloutTitle"):
        assert f'<w:pStyle w:val="{style}"' in word, style
    assert 'w:instr=" SEQ Таблица \\* ARABIC "' in word
    assert "<w:tblHeader" in word and "<w:cantSplit/>" in word
    assert 'w:instrText xml:space="preserve">TOC' in word and "<w:footerReference" in word
    with zipfile.ZipFile(tmp_path / "д.docx") as archive:
        names = archive.namelist()
        footer = next(n for n in names if re.fullmatch(r"word/footer\d*\.xml", n))
        assert " PAGE " in archive.read(footer).decode()
        assert (
            "<dc:title>Школа «Берёзка» &amp; дети</dc:title>"
            in archive.read("docProps/core.xml").decode()
        )
        for name in names:
            if name.endswith((".xml", ".rels")):
                import xml.etree.ElementTree as ET

                ET.fromstring(archive.read(name))


def test_pictures_are_figures_with_russian_numbers_and_references(
    tmp_path: Path, reference: bytes
) -> None:
    (tmp_path / "pic").mkdir()
    (tmp_path / "pic/a.png").write_bytes(PNG)
    text = (
        "---\ntitle: Т\n---\n\nСм. @fig-a и @tbl-b.\n\n:::: {#fig-a .shnor-fig}\n"
        '![](pic/a.png){alt="описание"}\n\nПодпись\n::::\n\n'
        ":::: {#tbl-b .shnor-tbl}\n| а |\n|---|\n| 1 |\n\nЗаголовок\n::::\n"
    )
    pdf, said, word = printed(tmp_path, text, reference)
    assert "Рисунок 1. Подпись" in said and "Таблица 1. Заголовок" in said
    assert "См. рис. 1 и табл. 1." in said
    assert "SEQ Рисунок" in word and "<w:drawing>" in word
    assert 'descr="описание"' in word
    assert sum(len(page.images) for page in pdf.pages) == 1


@pytest.mark.parametrize("columns", [2, 9, 16])
def test_no_column_of_a_wide_table_is_lost(tmp_path: Path, reference: bytes, columns: int) -> None:
    head = [f"Показатель{i}" for i in range(columns)]
    rows = [[f"слово{i}я{j}" for j in range(columns)] for i in range(40)]
    lines = ["| " + " | ".join(row) + " |" for row in [head, ["---"] * columns, *rows]]
    text = "---\ntitle: Т\n---\n\n## Глава\n\n" + "\n".join(lines) + "\n\n: Широкая\n"
    pdf, said, word = printed(tmp_path, text, reference)
    squeezed = re.sub(r"[\s\u2010-]", "", "".join(page.extract_text() for page in pdf.pages))
    for row in rows:
        for cell in row:
            assert cell in squeezed, cell
    turned = [page for page in pdf.pages if page.mediabox.width > page.mediabox.height]
    assert bool(turned) == (columns == 16) == ('w:orient="landscape"' in word)
    # the heading stands again on every page of the table
    pages = [re.sub(r"[\s\u2010-]", "", page.extract_text()) for page in pdf.pages]
    with_rows = [text for text in pages if "слово" in text]
    assert all("Показатель1" in text for text in with_rows)
    # every table of Word fills no more than the page it stands on
    room = 14854 if columns == 16 else 9639
    assert all(int(w) <= room for w in re.findall(r'<w:tblW w:type="dxa" w:w="(\d+)"', word))


def test_a_heading_is_never_the_last_line_of_a_page(tmp_path: Path, reference: bytes) -> None:
    parts = ["---\ntitle: Т\n---\n"]
    for i in range(40):
        parts.append(f"## ЗАГОЛОВОК{i}\n\n" + "слово " * (37 + 13 * (i % 7)))
    pdf, _, _ = printed(tmp_path, "\n\n".join(parts), reference)
    checked = 0
    for page in pdf.pages[2:]:
        lines = [line for line in page.extract_text().splitlines() if line.strip()]
        body = [line for line in lines if not line.strip().isdigit()]
        checked += any("ЗАГОЛОВОК" in line for line in body)
        assert "ЗАГОЛОВОК" not in body[-1], body[-3:]
    assert checked >= 3


CHART = Chart(
    {
        "data": [
            {
                "type": "bar",
                "name": "ШНОР",
                "x": [2025, 2026],
                "y": [3, 4],
                "hoverinfo": "text",
                "hovertext": ["2024/25<br>ШНОР: 3 из 12", "2025/26<br>ШНОР: 4 из 12"],
            }
        ],
        "layout": {
            "height": 240,
            "xaxis": {"tickvals": [2025, 2026], "ticktext": ["2024/25", "2025/26"]},
        },
    },
    "Число школ. В списке: 3 и 4.",
)
TABLE = DataTable(
    [{"a": "б <i> | *", "b": 0.345}],
    [Col("a", "Школа"), Col("b", "Доля", "percent")],
    caption="Доли «2»",
)


def page_of_pieces() -> str:
    shown = "<details><summary>Показать таблицу</summary>" + TABLE.html() + "</details>"
    return blocks.page(
        [
            blocks.front_matter("Школа"),
            '```{=html}\n<div class="shnor-documents"><a href="x.pdf">PDF</a></div>\n```',
            blocks.cards([blocks.Card("7", "показателей", "из 9")]),
            "## Диаграмма",
            blocks.show(CHART),
            blocks.raw(shown),
            blocks.callout("note", "Заметка", "Текст заметки."),
        ]
    ).decode()


def test_html_of_a_page_is_printed_and_what_is_for_the_screen_is_not(
    tmp_path: Path, reference: bytes
) -> None:
    (tmp_path / "c").mkdir()
    (tmp_path / "c/a.png").write_bytes(PNG)
    text = page_of_pieces()
    (figure,) = figures_of(text).values()
    _, said, word = printed(
        tmp_path, print_page(text, {figure: "c/a.png"}), reference, compact=True
    )
    for part in (
        "Рисунок 1. Число школ",
        "Таблица 1. Доли «2»",
        "б <i> | *",
        "34,5",
        "7 показателей — из 9",
        "Текст заметки",
    ):
        assert part in said, part
    assert "PDF" not in said and "Показать таблицу" not in said and "hovertext" not in said
    assert NO_BROWSER[:40] not in said
    assert "34,5" in words(word)


def test_without_a_picture_the_chart_is_its_table_and_the_document_says_so(
    tmp_path: Path, reference: bytes
) -> None:
    pdf, said, word = printed(tmp_path, print_page(page_of_pieces(), {}), reference, compact=True)
    assert said.count(NO_BROWSER) == 1
    assert words(word).count(NO_BROWSER) == 1
    assert "Таблица 1. Число школ" in said and "Таблица 2. Доли «2»" in said
    for cell in ("2024/25", "3 из 12", "2025/26", "4 из 12"):
        assert cell in said, cell
    assert sum(len(page.images) for page in pdf.pages) == 0


def test_an_office_s_own_reference_wins_and_a_broken_one_is_named(tmp_path: Path) -> None:
    own = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(reference_docx())) as source, zipfile.ZipFile(own, "w") as out:
        for name in source.namelist():
            data = source.read(name)
            if name == "word/styles.xml":
                data = data.replace(b"Times New Roman", b"PT Astra Serif")
            out.writestr(name, data)
    (tmp_path / FILE).write_bytes(own.getvalue())
    assert reference_of(tmp_path) == own.getvalue()
    printed(tmp_path / "p", PAGE, reference_of(tmp_path))
    with zipfile.ZipFile(tmp_path / "p/д.docx") as archive:
        styles = archive.read("word/styles.xml").decode()
    assert "PT Astra Serif" in styles and "Times New Roman" not in styles
    (tmp_path / FILE).write_bytes(b"not a zip file")
    with pytest.raises(ShnorError, match="не читается как документ Word"):
        reference_of(tmp_path)


def test_a_missing_picture_names_the_document(tmp_path: Path, reference: bytes) -> None:
    text = "---\ntitle: Т\n---\n\n![подпись](нет.png)\n"
    with pytest.raises(ShnorError, match="«документ»"):
        printed(tmp_path, text, reference)


needs_browser = pytest.mark.skipif(
    find_browser() is None, reason="нет браузера (Chromium, Chrome, Edge): диаграммы не нарисовать"
)


@needs_browser
def test_a_chart_is_drawn_once_and_always_the_same(tmp_path: Path) -> None:
    figures = figures_of(blocks.show(CHART))
    with Artist(tmp_path / "a", find_browser()) as artist:
        (path,) = artist.draw(figures).values()
        first = path.read_bytes()
        assert first.startswith(b"\x89PNG") and artist.drawn == 1
        artist.draw(figures)
        assert artist.drawn == 1
    with Artist(tmp_path / "a", find_browser()) as again:
        again.draw(figures)
        assert again.drawn == 0
    with Artist(tmp_path / "b", find_browser()) as other:
        (path,) = other.draw(figures).values()
        assert path.read_bytes() == first


def test_a_browser_that_does_not_start_is_reported_not_raised(tmp_path: Path) -> None:
    broken = tmp_path / "browser"
    broken.write_text("#!/bin/sh\nexit 1\n")
    broken.chmod(0o755)
    with Artist(tmp_path / "c", str(broken)) as artist:
        assert artist.draw(figures_of(blocks.show(CHART))) == {}
        assert artist.fault and not artist.able
    later = Artist(tmp_path / "c", str(broken))
    assert later.able and later.last_fault == artist.fault, "the next build tries again"


def test_browser_is_found_by_setting_or_not_at_all(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("shnor_lib.publish.documents.pictures.PLACES", ())
    assert find_browser() is None
    program = tmp_path / "my-chrome"
    program.write_text("")
    program.chmod(0o755)
    assert find_browser("my-chrome") == find_browser(str(program)) == str(program)
    assert find_browser("none") is None and find_browser("no-such-program") is None


@pytest.mark.skipif(shutil.which("soffice") is None, reason="нет LibreOffice")
def test_word_file_opens_in_an_office(tmp_path: Path, reference: bytes) -> None:
    printed(tmp_path, PAGE, reference, organisation="Управление")
    subprocess.run(
        ["soffice", f"-env:UserInstallation=file://{tmp_path}/office", "--headless",
         "--convert-to", "pdf", "--outdir", str(tmp_path / "out"), str(tmp_path / "д.docx")],
        check=True, capture_output=True, timeout=180,
    )  # fmt: skip
    text = plain(PdfReader(tmp_path / "out/д.pdf"))
    for part in ("Школа «Берёзка» & дети", "Содержание", "Таблица 1. Доли по предметам", "34,5"):
        assert part in text, part
