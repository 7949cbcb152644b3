"""A small district with every register of the platform, hostile texts and missing files.

Written through the project's own templates and read back, as a user's workbooks would be.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from tests.report import risk_project
from tests.report.risk_project import Row

at = dt.datetime
DAY = risk_project.AS_OF
"""15.04.2026: «today» of the project."""
HOSTILE = (
    "<script>alert('x')</script> «кавычки» \"два\" | труба *звёзды* `код` {{< meta x >}} &amp;"
)
LONG = "О" + "чень" * 60
FORUM = "https://forum.example.org/shnor?a=1&b=2"

DOCUMENTS: list[Row] = [
    {"kind": "order", "level": "municipality", "title": "О сообществе тьюторов", "number": "466",
     "date": at(2025, 11, 27), "link": "docs/466.pdf"},
    {"kind": "order", "level": "region", "title": "О сроках", "number": "12",
     "date": at(2025, 9, 1), "link": "https://example.org/doc?id=1&n=2"},
    {"kind": "road_map", "level": "school", "school_id": "ШК-01", "title": HOSTILE, "number": "3|<b>",
     "date": at(2026, 1, 12), "link": "javascript:alert(1)"},
    {"kind": "plan", "title": LONG, "link": "docs/нет такого.pdf"},
    {"kind": "statute", "title": "О системе работы", "number": "1", "date": at(2021, 3, 1),
     "valid": False, "link": "DOCS\\466.PDF"},
]  # fmt: skip

NEWS: list[Row] = [
    {"date": at(2025, 12, 2), "title": "Тьюторы начали работу",
     "text": "Первые консультации прошли в двух школах.\nСледующие — в январе.",
     "link": "https://example.org/news/1"},
    {"date": at(2026, 4, 10), "title": HOSTILE, "text": HOSTILE, "link": "../../etc/passwd"},
    {"date": at(2026, 4, 10), "title": "Школа приняла гостей", "text": LONG, "link": "фото 1.png"},
    {"date": at(2025, 3, 5), "title": "Прошлогодняя новость"},
]  # fmt: skip

EVENTS: list[Row] = [
    {"date": at(2026, 4, 15), "title": "Семинар «Объективное оценивание»",
     "audience": "заместители директоров", "place": "СОШ № 1 с. Светлое",
     "signup": "через раздел «Заявки»"},
    {"date": at(2026, 4, 14), "last_date": at(2026, 4, 16), "title": "Сбор тьюторов",
     "signup": "metod@example.org"},
    {"date": at(2026, 5, 20), "title": HOSTILE, "audience": HOSTILE, "place": LONG,
     "signup": "https://example.org/form"},
    {"date": at(2026, 6, 1), "title": "Отменённая встреча", "cancelled": True},
    {"date": at(2026, 4, 13), "last_date": at(2026, 4, 14), "title": "Вебинар о ВПР",
     "materials": "materials/vpr.pdf; https://example.org/video"},
    {"date": at(2025, 2, 3), "title": "Зимняя школа", "materials": "позже"},
    {"date": at(2026, 2, 3), "title": "Отменённый семинар", "cancelled": True},
    {"date": at(2026, 9, 30), "last_date": at(2026, 10, 2), "title": "Осенняя школа",
     "signup": "формы/заявка.docx"},
]  # fmt: skip

LIBRARY: list[Row] = [
    {"shelf": "guidelines", "title": "Как разбирать итоги ВПР", "author": "ИРО",
     "subject": "математика", "published": 2025, "note": "Разбор по шагам.",
     "link": "library/vpr.pdf"},
    {"shelf": "book", "title": HOSTILE, "link": "www.example.org/book"},
    {"shelf": "video", "title": "Урок", "subject": "русский язык", "link": "library/урок.mp4"},
]  # fmt: skip

REQUESTS: list[Row] = [
    {"school_id": "ШК-01", "number": "1", "date": at(2025, 12, 8), "topic": "семинар по оцениванию",
     "people": 3, "state": "accepted", "answer": "семинар 15 апреля"},
    {"school_id": "ШК-02", "number": "2", "date": at(2026, 4, 14), "topic": HOSTILE},
    {"school_id": "ШК-02", "number": "3", "date": at(2026, 1, 14), "topic": "курсы", "state": "done"},
    {"school_id": "ШК-05", "number": "4", "date": at(2026, 2, 1), "topic": "книги",
     "state": "declined"},
]  # fmt: skip

QUESTIONS: list[Row] = [
    {"date": at(2025, 12, 10), "section": "самоанализ школы",
     "question": "Можно ли изменить карту после отправки?", "answer": "Да, до 1 октября.",
     "answered_by": "методическая служба", "answered": at(2025, 12, 12), "published": True},
    {"date": at(2026, 1, 10), "question": HOSTILE, "answer": HOSTILE,
     "answered_by": "Образцова П. П.", "published": True, "link": "docs/466.pdf"},
    {"date": at(2026, 1, 11), "question": "СКРЫТЫЙ вопрос", "answer": "СКРЫТЫЙ ответ",
     "published": False},
    {"date": at(2026, 1, 12), "question": "СКРЫТЫЙ без ответа", "published": True},
    {"date": at(2026, 1, 13), "question": "СКРЫТЫЙ не решено", "answer": "СКРЫТЫЙ черновик"},
]  # fmt: skip

CONTACTS: list[Row] = [
    {"organisation": "Методическая служба", "topic": "наставники и тьюторы", "position": "методист",
     "phone": "8 (000) 00-00-00", "mail": "metod@example.org",
     "address": "с. Светлое, ул. Школьная, 1", "hours": "пн–пт, 9–17"},
    {"organisation": HOSTILE, "topic": HOSTILE, "phone": "добавочный 12", "mail": "не почта"},
]  # fmt: skip

REGISTERS: dict[str, list[Row]] = {
    "documents": DOCUMENTS,
    "news": NEWS,
    "events": EVENTS,
    "library": LIBRARY,
    "requests": REQUESTS,
    "questions": QUESTIONS,
    "contacts": CONTACTS,
}

FILES: dict[str, bytes] = {
    "docs/466.pdf": b"%PDF-1.4\n",
    "materials/vpr.pdf": b"%PDF-1.4 materials\n",
    "library/vpr.pdf": b"%PDF-1.4 library\n",
    "фото 1.png": b"\x89PNG\r\n\x1a\n",
    "формы/заявка.docx": b"PK\x03\x04",
    "ничья.txt": "Файл, на который никто не ссылается".encode(),
}
REFUSED: dict[str, bytes] = {
    "вирус.exe": b"MZ",
    "страница.html": b"<script>1</script>",
    "макрос.xlsm": b"PK",
}

PAGES: dict[str, str] = {
    "о школе.md": "# О нашей работе\n\nСсылка на [положение](../files/docs/466.pdf), на "
    "[другую](опыт.md#итоги) и ![фото](img/вид.png).\n\n---\n\nТекст после черты.\n\n"
    "{{< include _часть.md >}}\n",
    "опыт.md": '---\ntitle: "Опыт: школы | <b>"\norder: -1\nfilters: [нет.lua]\n---\n\n'
    "## Итоги\n\n::: {.callout-note}\n## Заметка\nТекст.\n:::\n\n"
    "```{python}\nimport os\n```\n\n| а | б |\n|---|---|\n| 1 | 2 |\n",
    "_часть.md": "Вставленный текст.\n",
    "глубже/лист.qmd": "## Без заголовка\n\n[назад](../опыт.md) {{< video https://example.org/1 >}}\n",
    "сломанная.md": "---\ntitle: [\n---\n\nТекст.\n",
    "грубая.md": "# Грубая\n\n<div><p onclick='x()'>Не закрыто <b>никак\n\n<script>var a = '<!--';"
    '</script>\n\n[нет](нет.md) [и тут](../нигде.qmd#место) @fig-нет\n\n<a href="тоже нет.pdf">файл</a>\n',
    "черновик.qmd": "---\ntitle: Черновик\ndraft: true\n---\n\nЧЕРНОВИК\n",
}


def write(root: Path, *, settings: str = "", registers: dict[str, list[Row]] | None = None) -> Path:
    """The project's folder: the region of risk profiles without them, and the platform."""
    risk_project.write(root, settings=f"forum: {FORUM}\n{settings}")
    for name in ("Рисковые профили", "Самоанализ", "Дорожная карта"):
        (root / f"data/raw/{name}.xlsx").unlink()
    for table, rows in (REGISTERS if registers is None else registers).items():
        if rows:
            risk_project.write_book(root, f"Платформа {table}", {table: rows})
    return root


def write_given(root: Path) -> None:
    """The user's files and pages."""
    for name, data in {**FILES, **REFUSED}.items():
        _put(root / "data/files" / name, data)
    for name, text in PAGES.items():
        _put(root / "data/pages" / name, text.encode())
    _put(root / "data/pages/img/вид.png", FILES["фото 1.png"])


def _put(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
