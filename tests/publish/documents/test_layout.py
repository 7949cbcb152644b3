"""Pages without broken words, torn boxes and lonely lines: measured on real PDF and Word files."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pypdf import PdfReader

from shnor_lib.publish.documents.pictures import CLOSER, TALLEST, WIDTH, _printable
from shnor_lib.publish.documents.reference import reference_docx
from shnor_lib.report import blocks
from shnor_lib.report.charts.base import row_label, rows_above, rows_axis, rows_height
from tests.publish.documents.test_documents import printed, words


@pytest.fixture(scope="module")
def reference() -> bytes:
    return reference_docx()


def pipe_table(head: list[str], rows: list[list[str]], caption: str = "Таблица") -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(row) + " |" for row in lines) + f"\n\n: {caption}\n"


def raw_text(pdf: PdfReader) -> str:
    """Words as they stand: a word cut in two is not found in it."""
    return "\n".join(page.extract_text() for page in pdf.pages)


HEADS = {
    "статусы": ["Формальный статус", "Уверенно", "Вероятно", "На границе", "Недостаточно данных", "Всего школ"],
    "педагоги": ["Школа", "Прошли диагностику", "Низкий уровень", "Восполнено", "Просрочено", "Измерены снова"],
    "пункт": ["Предмет", "Обращений", "Помощь оказана", "Медиана, дней", "Ждут", "Происхождение"],
}  # fmt: skip


@pytest.mark.parametrize("name", HEADS)
def test_no_word_of_a_heading_is_cut_while_there_is_room(
    tmp_path: Path, reference: bytes, name: str
) -> None:
    head = HEADS[name]
    rows = [["МБОУ «СОШ № 12»", *["1"] * (len(head) - 1)] for _ in range(5)]
    pdf, _, _ = printed(
        tmp_path, "---\ntitle: Т\n---\n\n" + pipe_table(head, rows), reference, compact=True
    )
    text = raw_text(pdf)
    for word in " ".join(head).split():
        assert word in text, word
    assert "МБОУ «СОШ № 12»" in re.sub(r"[ \xa0]+", " ", text), "and the cells stand in one line"


def test_an_abbreviation_is_never_cut(tmp_path: Path, reference: bytes) -> None:
    head = [f"Показатель{i}" for i in range(9)]
    rows = [[f"{'о' * i} ШССУ ШНОР МОУО ШССУ" for _ in range(9)] for i in range(1, 8)]
    pdf, _, _ = printed(
        tmp_path, "---\ntitle: Т\n---\n\n" + pipe_table(head, rows), reference, compact=True
    )
    text = raw_text(pdf)
    for word, times in (("ШССУ", 126), ("ШНОР", 63), ("МОУО", 63)):
        assert text.count(word) == times, word


def test_a_table_of_tall_rows_lies_on_its_side(tmp_path: Path, reference: bytes) -> None:
    head = ["Рекомендация", "Кому", "Основание", "Правило", "Срок", "Кто контролирует", "Выдана"]
    long = "Разработать программу перехода школы в режим эффективного функционирования и развития. "
    facts = "Значимость фактора «Несформированность внутришкольной системы повышения квалификации»"
    row = [long * 3, "Педагогам", facts, "норматив", "01.10.2026", "заместитель руководителя", "ещё нет"]  # fmt: skip
    text = "---\ntitle: Т\n---\n\n" + pipe_table(head, [row] * 12)
    pdf, _, word = printed(tmp_path, text, reference)
    assert any(page.mediabox.width > page.mediabox.height for page in pdf.pages)
    assert 'w:orient="landscape"' in word
    few, _, _ = printed(
        tmp_path / "few", "---\ntitle: Т\n---\n\n" + pipe_table(head, [row] * 2), reference
    )
    assert not any(page.mediabox.width > page.mediabox.height for page in few.pages)


def test_word_keeps_tables_and_boxes_apart_from_what_follows(
    tmp_path: Path, reference: bytes
) -> None:
    box = "::: {.callout-note}\n## Внимание\n\nТекст.\n:::\n\n"
    text = (
        "---\ntitle: Т\n---\n\n" + box + box + pipe_table(["А", "Б"], [["1", "2"]]) + "\nПосле.\n"
    )
    _, _, word = printed(tmp_path, text, reference)
    gap = r'<w:p>\s*<w:pPr>\s*<w:pStyle w:val="TableEnd"\s*/>\s*</w:pPr>\s*</w:p>'
    assert re.search(r"</w:tbl>\s*" + gap, word)
    assert len(re.findall(gap, word)) == 3
    assert re.search(gap + r'\s*<w:p>\s*<w:pPr>\s*<w:pStyle w:val="CalloutTitle"', word)


def test_no_line_begins_with_a_dash(tmp_path: Path, reference: bytes) -> None:
    said = " ".join(f"{'слово ' * (i % 7 + 1)}— {i}, обращений — {'много ' * (i % 3)}" for i in range(90))  # fmt: skip
    pdf, _, word = printed(tmp_path, f"---\ntitle: Т\n---\n\n{said}\n", reference)
    lines = raw_text(pdf).splitlines()
    assert len(lines) > 30
    assert not [line for line in lines if line.lstrip().startswith("—")]
    assert not re.search(r"—\s*\n\d", raw_text(pdf)), "«— 3» stays together"
    assert " —" not in word and "\xa0—" in word


@pytest.mark.parametrize("lines", [28, 31, 34])
def test_key_figures_are_not_torn(tmp_path: Path, reference: bytes, lines: int) -> None:
    figures = [
        blocks.Card(f"9{i}0", "показателей за порогом", "из 7 проверенных") for i in range(6)
    ]
    filler = "\n\n".join("Строка." for _ in range(lines))
    text = f"---\ntitle: Т\n---\n\n{filler}\n\n{blocks.cards(figures)}\n"
    pdf, _, word = printed(tmp_path, text, reference, compact=True)
    assert word.count('<w:pStyle w:val="KeyFigure"') == 2 * len(figures), (
        "kept together in Word, too"
    )
    holding = [page for page in pdf.pages if "показателей за порогом" in page.extract_text()]
    assert len(holding) == 1


def test_what_announces_a_list_stays_with_it(tmp_path: Path, reference: bytes) -> None:
    parts = ["---\ntitle: Т\n---\n"]
    for i in range(70):
        parts += ["слово " * (5 + 11 * (i % 4)), f"**СЛАБЕЕ{i}:**", "- один\n- два\n- три"]
    pdf, _, word = printed(tmp_path, "\n\n".join(parts), reference)
    for page in pdf.pages[2:]:
        body = [
            x for x in page.extract_text().splitlines() if x.strip() and not x.strip().isdigit()
        ]
        assert "СЛАБЕЕ" not in body[-1]
    assert word.count('<w:pStyle w:val="LeadIn"') == 70


def test_abbreviations_are_explained_once_where_there_is_a_contents_page(
    tmp_path: Path, reference: bytes
) -> None:
    text = "---\ntitle: Т\n---\n\n## Глава\n\nВ списке 3 ШНОР; ВПРы и МОУО.\n"
    _, said, word = printed(tmp_path, text, reference)
    line = "Сокращения. ШНОР — школы с низкими образовательными результатами; МОУО — муниципальный орган управления образованием."  # fmt: skip
    for found in (said, words(word)):
        assert found.replace("\xa0", " ").count(line) == 1
    _, said, word = printed(tmp_path / "short", text, reference, compact=True)
    assert "Сокращения" not in said and "Сокращения" not in words(word)


def test_a_tall_chart_is_printed_closer_with_labels_in_one_line() -> None:
    labels = [row_label(f"СОШ № {i} с. Нижнемеждуречное: ВПР, окружающий мир, 4 класс") for i in range(30)]  # fmt: skip
    assert all("<br>" in label for label in labels)
    height = rows_height(labels)
    assert height > TALLEST
    spec = {
        "data": [],
        "layout": {"height": height, "yaxis": rows_axis(labels), "annotations": rows_above(labels)},
    }
    layout = _printable(spec)["layout"]
    assert not any("<br>" in note["text"] for note in layout["annotations"])
    assert layout["height"] == round(height * CLOSER)
    assert layout["width"] / layout["height"] == pytest.approx(WIDTH / TALLEST, rel=0.01)
    assert all("<br>" in note["text"] for note in spec["layout"]["annotations"]), "the site's stay"
