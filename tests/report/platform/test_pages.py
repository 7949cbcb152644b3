"""Pages of the platform: numbers of rows, hostile texts, links, what is in the menu."""

from __future__ import annotations

import io
from dataclasses import replace
from importlib import import_module

import openpyxl
import pytest

from shnor_lib.report import downloads
from shnor_lib.report.analysis import Analysis
from shnor_lib.report.pages.platform.contacts import phone
from shnor_lib.report.pages.platform.start import home_block
from shnor_lib.report.pages.sections import (
    PLATFORM,
    OwnLink,
    make,
    navbar,
    own_sections,
    sections_of,
)
from shnor_lib.report.pages.sections import downloads as small_files
from tests.report import platform_project as planted
from tests.report.platform.builder import COUNTS, Tags, at, raw_html, rows, said, site_of

PAGES = ("documents", "news", "events", "library", "requests", "questions", "contacts")


def page_of(name: str, site: object) -> bytes:
    module = import_module(f"shnor_lib.report.pages.platform.{name}")
    content: bytes = getattr(module, f"page_of_{name}")(site)
    return content


SENTENCES = {
    "documents": {
        0: "Документов пока нет.",
        1: "В разделе 1 документ, действует.",
        2: "В разделе 2 документа; все действуют.",
        5: "В разделе 5 документов; все действуют.",
        21: "В разделе 21 документ; все действуют.",
    },
    "news": {
        0: "Новостей пока нет.",
        1: "Опубликована 1 новость.",
        2: "Опубликованы 2 новости; последние стоят первыми.",
        5: "Опубликовано 5 новостей; последние стоят первыми.",
        21: "Опубликована 21 новость; последние стоят первыми.",
    },
    "events": {
        0: "На 15.04.2024 запланированных мероприятий нет.",
        1: "На 15.04.2024 запланировано 1 мероприятие.",
        2: "На 15.04.2024 запланированы 2 мероприятия.",
        5: "На 15.04.2024 запланировано 5 мероприятий.",
        21: "На 15.04.2024 запланировано 21 мероприятие.",
    },
    "library": {
        0: "Материалов пока нет.",
        1: "В библиотеке 1 материал.",
        2: "В библиотеке 2 материала.",
        5: "В библиотеке 5 материалов.",
        21: "В библиотеке 21 материал.",
    },
    "requests": {
        0: "Заявок пока нет.",
        1: "Подана 1 заявка от 1 школы. На 15.04.2024 ждёт 1 заявка; дольше всех — 1 день.",
        2: "Поданы 2 заявки от 2 школ. На 15.04.2024 ждут 2 заявки; дольше всех — 2 дня.",
        5: "Подано 5 заявок от 5 школ. На 15.04.2024 ждут 5 заявок; дольше всех — 5 дней.",
        21: "Подана 21 заявка от 5 школ. На 15.04.2024 ждёт 21 заявка; дольше всех — 21 день.",
    },
    "questions": {
        0: "Опубликованных ответов пока нет.",
        1: "Здесь опубликован 1 ответ.",
        2: "Здесь опубликованы 2 ответа.",
        5: "Здесь опубликовано 5 ответов.",
        21: "Здесь опубликован 21 ответ.",
    },
}


@pytest.mark.parametrize("n", COUNTS)
@pytest.mark.parametrize("name", PAGES)
def test_pages_of_any_number_of_rows(analysis: Analysis, name: str, n: int) -> None:
    page = page_of(name, site_of(analysis, **{name: rows(name, n)}))
    text = said(page)
    if name in SENTENCES:
        assert SENTENCES[name][n] in text
    tags = Tags(raw_html(page))
    assert not tags.stack and not tags.wrong and len(set(tags.ids)) == len(tags.ids)
    shown = tags.used.count("tr") - 1 if name == "requests" else tags.used.count("article")
    assert shown == (n if n or name != "requests" else -1)
    for bad in (">None<", ">nan<", "NaT", "<NA>", "  ."):
        assert bad not in text


@pytest.mark.parametrize("n", [0, 1])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_in_the_menu_when_its_register_has_rows(
    analysis: Analysis, name: str, n: int
) -> None:
    site = site_of(analysis, **{name: rows(name, n)})
    here = {section.path for section in sections_of(site) if section.group == PLATFORM}
    wanted = {"platform.qmd", "reports.qmd"}
    if n:
        wanted.add(f"{name}.qmd")
        if name == "events":
            wanted.add("requests.qmd")  # there is something to ask for
    assert here == wanted
    start = said(make(next(s for s in sections_of(site) if s.path == "platform.qmd"), site))
    for other in (*PAGES, "reports", "monitorings"):
        there = f"{other}.qmd" in wanted or other == "monitorings"
        assert (f'<a href="{other}.qmd">' in start) == there, other


START = {
    "documents": ("1 документ", "2 документа", "5 документов", "21 документ"),
    "news": ("1 новость,", "2 новости,", "5 новостей,", "21 новость,"),
    "events": ("Впереди: 1<", "Впереди: 2<", "Впереди: 5<", "Впереди: 21<"),
    "library": ("1 материал<", "2 материала<", "5 материалов<", "21 материал<"),
    "requests": ("1 заявка, ждут: 1", "2 заявки, ждут: 2", "5 заявок, ждут: 5", "21 заявка, ждут: 21"),
    "questions": ("1 ответ<", "2 ответа<", "5 ответов<", "21 ответ<"),
    "contacts": ("1 организация", "2 организации", "5 организаций", "21 организация"),
}  # fmt: skip


@pytest.mark.parametrize("place", range(4))
@pytest.mark.parametrize("name", PAGES)
def test_first_page_counts_in_russian(analysis: Analysis, name: str, place: int) -> None:
    site = site_of(analysis, **{name: rows(name, COUNTS[place + 1])})
    assert START[name][place] in said(page_of_start(site))


def page_of_start(site: object) -> bytes:
    from shnor_lib.report.pages.platform.start import page_of_platform

    return page_of_platform(site)  # type: ignore[arg-type]


def test_nothing_at_all(analysis: Analysis) -> None:
    site = site_of(analysis)
    text = said(page_of_start(site))
    assert "Разделы, в которых пока ничего нет: «Нормативные акты», «Новости»" in text
    assert "«Вопросы и ответы» и «Контакты». Они появятся" in text
    assert "Ближайшие" not in text and home_block(site) == ""
    assert not any(path.startswith("downloads/platform") for path in small_files(site))


def test_everything_there_nothing_is_missed(analysis: Analysis) -> None:
    site = site_of(analysis, **{name: rows(name, 2) for name in PAGES})
    assert "пока ничего нет" not in said(page_of_start(site))
    one = site_of(analysis, **{name: rows(name, 2) for name in PAGES if name != "contacts"})
    text = said(page_of_start(one))
    assert "Раздел, в котором пока ничего нет: «Контакты». Он появится" in text


def test_home_block_shows_three_of_each(analysis: Analysis) -> None:
    site = site_of(analysis, news=rows("news", 5), events=rows("events", 5))
    text = home_block(site)
    tags = Tags(raw_html(text.encode()))
    assert tags.used.count("article") == 6
    assert [h.partition("#")[0] for h in tags.hrefs] == ["reports/events.qmd"] * 3 + [
        "reports/news.qmd"
    ] * 3
    pages = [Tags(raw_html(page_of(name, site))) for name in ("events", "news")]
    places = {place for page in pages for place in page.ids}
    assert {href.partition("#")[2] for href in tags.hrefs} <= places
    only_news = home_block(site_of(analysis, news=rows("news", 1)))
    assert "Последние новости" in only_news and "мероприятия" not in only_news


@pytest.mark.parametrize("name", PAGES)
def test_hostile_texts_stay_texts(analysis: Analysis, name: str) -> None:
    found = [
        {**row, "school_id": "A"} if "school_id" in row else row for row in planted.REGISTERS[name]
    ]
    if name in ("news", "events", "requests"):
        found = [{**row, "year": 2026} for row in found]
    page = page_of(name, site_of(analysis, forum=planted.FORUM, day=planted.DAY, **{name: found}))
    html = raw_html(page)
    tags = Tags(html)
    assert not tags.stack and not tags.wrong and not tags.handlers
    assert "script" not in tags.used and "b" not in tags.used
    assert "{{<" not in html
    for href in tags.hrefs:
        assert not href.casefold().startswith(("javascript:", "/", "..", "data:")), href
    outside = page.decode("utf-8").replace(html, "")
    assert "<script" not in outside and "{{<" not in outside


def test_files_that_are_there_and_those_that_are_not(analysis: Analysis) -> None:
    site = replace(
        site_of(analysis, day=planted.DAY, documents=planted.DOCUMENTS),
        files={"docs/466.pdf": 1_300_000},
    )
    text = said(page_of("documents", site))
    assert (
        '<a href="files/docs/466.pdf">О сообществе тьюторов</a> <span class="note">PDF, 1,2 МБ</span>'
        in text
    )
    assert text.count('href="files/docs/466.pdf"') == 2, "large letters of the name do not matter"
    assert "файл не приложен" in text
    assert Tags(raw_html(page_of("documents", site))).hrefs.count("files/docs/нет такого.pdf") == 0


@pytest.mark.parametrize(
    ("signup", "wanted"),
    [
        ("https://example.org/f?a=1&b=2", '<a href="https://example.org/f?a=1&amp;b=2" rel="noopener noreferrer" class="elsewhere">Записаться</a>'),
        ("metod@example.org", "mailto:metod@example.org?subject=%D0%97%D0%B0%D0%BF"),
        ("форма.docx", '<a href="files/%D1%84%D0%BE%D1%80%D0%BC%D0%B0.docx">Форма записи</a>'),
        ("спросите секретаря", "Запись: спросите секретаря"),
        ("через раздел «Заявки»", 'Запись: через раздел <a href="requests.qmd">«Заявки»</a>'),
    ],
    ids=["web", "mail", "file", "words", "requests"],
)  # fmt: skip
def test_ways_to_sign_up(analysis: Analysis, signup: str, wanted: str) -> None:
    events = [{"date": at(3), "year": 2024, "title": "Семинар", "signup": signup}]
    site = replace(site_of(analysis, events=events), files={"форма.docx": 10})
    assert wanted in said(page_of("events", site))


def test_a_request_form_for_an_event_knows_its_topic(analysis: Analysis) -> None:
    events = [
        {"date": at(3), "year": 2024, "title": "Семинар «А»", "signup": "через раздел «Заявки»"},
        {"date": at(4), "year": 2024, "title": "Без записи"},
        {"date": at(5), "year": 2024, "title": "Отменён", "signup": "«Заявки»", "cancelled": True},
    ]
    site = site_of(analysis, events=events)
    files = small_files(site)
    forms = [path for path in files if path.endswith(".xlsx") and "event-" in path]
    assert len(forms) == 1 and "downloads/platform/request.xlsx" in files
    sheet = openpyxl.load_workbook(io.BytesIO(files[forms[0]]))["Заявки"]
    values = [cell.value for row in sheet.iter_rows() for cell in row if cell.value]
    assert "Участие: Семинар «А», 18.04.2024" in values
    assert f'href="{forms[0]}"' in said(page_of("events", site))


def test_links_to_small_files_lead_to_small_files(analysis: Analysis) -> None:
    site = site_of(analysis, **{name: rows(name, 5) for name in PAGES})
    files = set(small_files(site))
    for name in PAGES:
        for href in Tags(raw_html(page_of(name, site))).hrefs:
            if href.startswith("downloads/"):
                assert href in files, href


def test_requests_show_no_people(analysis: Analysis) -> None:
    found = [{**row, "people": 77777} for row in rows("requests", 5)]
    text = said(page_of("requests", site_of(analysis, requests=found)))
    assert "77" not in text and "Школа A" in text


def test_unpublished_questions_are_nowhere(analysis: Analysis) -> None:
    site = site_of(analysis, questions=planted.QUESTIONS)
    for page in (page_of("questions", site), page_of_start(site)):
        assert "СКРЫТЫЙ" not in said(page) and "Образцова" not in said(page)


def test_forum_alone_makes_the_page(analysis: Analysis) -> None:
    site = site_of(analysis, forum="https://forum.example.org/a?b=1&c=2")
    assert "questions.qmd" in {section.path for section in sections_of(site)}
    assert 'href="https://forum.example.org/a?b=1&amp;c=2"' in said(page_of("questions", site))
    assert "Ссылка на форум" in said(page_of_start(site))


def test_documents_out_of_force_stand_apart(analysis: Analysis) -> None:
    def text(*valid: bool | None) -> str:
        found = [
            {**row, "valid": v} for row, v in zip(rows("documents", len(valid)), valid, strict=True)
        ]
        return said(page_of("documents", site_of(analysis, documents=found)))

    assert "В разделе 2 документа: действуют — 1, утратили силу — 1." in text(True, False)
    assert "В разделе 1 документ, утратил силу." in text(False)
    assert "В разделе 2 документа; все утратили силу." in text(False, False)
    assert "## Утратили силу" not in text(None, True)
    assert text(False, True).index("Акт 1") < text(False, True).index("## Утратили силу")


def test_reports_link_to_what_was_made_and_to_nothing_else(analysis: Analysis) -> None:
    plain = site_of(analysis)
    a, b = plain.links["A"], plain.links["B"]
    site = replace(
        plain,
        annual=[2024],
        documented=frozenset({"2024/annual.qmd", a}),
        made=frozenset({downloads.workbook("rating.qmd"), downloads.workbook(b)}),
    )
    from shnor_lib.report.pages.platform.reports import page_of_reports

    hrefs = Tags(raw_html(page_of_reports(site))).hrefs
    assert set(hrefs) == {
        "2024/annual.qmd", "2024/01_identification.ipynb", "2023/01_identification.ipynb",
        "downloads/documents/2024/annual.pdf", "downloads/documents/2024/annual.docx",
        "downloads/tables/2024/annual.xlsx", "downloads/tables/2024/01_identification.xlsx",
        "downloads/tables/2023/01_identification.xlsx",
        "rating.qmd", "downloads/tables/rating.xlsx",
        a, downloads.document(a, ".pdf"), downloads.document(a, ".docx"), b, downloads.workbook(b),
    }  # fmt: skip


def test_own_pages_join_the_menu(analysis: Analysis) -> None:
    own = [OwnLink("pages/а.qmd", "Моя <b>"), OwnLink("pages/б/в.qmd", "Глубокая", menu=False)]
    site = replace(site_of(analysis), own=own)
    menu = navbar([*sections_of(site), *own_sections(site)])
    (group,) = (entry for entry in menu if entry["text"] == PLATFORM)
    assert group["menu"][-1] == {"text": "Моя <b>", "href": "reports/pages/а.qmd"}
    assert all(entry["text"] != "Глубокая" for entry in group["menu"])
    text = said(page_of_start(site))
    assert '<a href="pages/а.qmd">Моя &lt;b&gt;</a>' in text and "Глубокая" in text


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ("8 (000) 00-00-00, доб. 12", 'href="tel:8000000000"'),
        ("+7 000 000-00-00", 'href="tel:+70000000000"'),
        ("доб. 12", ">"),
        ('"onclick="x', "<"),
    ],
)
def test_telephones(value: str, wanted: str) -> None:
    shown = phone(value)
    if wanted.startswith("href"):
        assert wanted in shown
    else:
        assert "<a" not in shown and wanted not in shown
