"""Sections of the information platform (S0 4.6.1)."""

from __future__ import annotations

from dataclasses import replace

from shnor_lib.tables.codes import DOCUMENT_KINDS, LEVELS, LIBRARY_KINDS, REQUEST_STATES
from shnor_lib.tables.common import SCHOOL, SUBJECT, YEAR_OF_DATE, date, text
from shnor_lib.tables.model import Column, Table

_ANY_SCHOOL = replace(SCHOOL, required=False, note="Если касается одной школы.", example=None)

DOCUMENTS = Table(
    "documents",
    "Нормативные акты",
    "Приказы, положения, дорожные карты, программы, планы: раздел сайта.",
    ("title", "number", "date"),
    (
        text(
            "kind",
            "Вид документа",
            "Выберите из списка.",
            required=True,
            choices=DOCUMENT_KINDS,
            example="приказ или распоряжение",
        ),
        text(
            "level",
            "Чей документ",
            "Выберите из списка.",
            choices=LEVELS,
            example="муниципалитет",
        ),
        text(
            "title",
            "Название документа",
            "Полностью.",
            required=True,
            example="О сообществе тьюторов",
        ),
        text("number", "Номер документа", "Без знака «№».", example="466"),
        date("date", "Дата документа", "Дата.", example="27.11.2025"),
        _ANY_SCHOOL,
        Column("valid", "Действует", "flag", "Пусто — действует.", example="да"),
        text(
            "link",
            "Ссылка на документ",
            "Адрес в сети или имя файла в папке data/files.",
            example="docs/466.pdf",
        ),
    ),
    lasting=True,
    since="date",
)

NEWS = Table(
    "news",
    "Новости",
    "Новости раздела: строка — новость.",
    ("date", "title"),
    (
        date("date", "Дата новости", "Дата.", required=True, example="02.12.2025"),
        YEAR_OF_DATE,
        text(
            "title", "Заголовок", "Одной строкой.", required=True, example="Тьюторы начали работу"
        ),
        text(
            "text",
            "Текст новости",
            "Несколько предложений.",
            example="Первые консультации прошли в двух школах.",
        ),
        text(
            "link",
            "Ссылка на новость",
            "Если есть подробности: адрес в сети или имя файла в папке data/files.",
        ),
    ),
    computed=("year",),
    year_from="date",
)

EVENTS = Table(
    "events",
    "Мероприятия",
    "Анонсы, запись, материалы и архив мероприятий: прошедшие программа сама переносит в архив.",
    ("date", "title"),
    (
        date("date", "Дата мероприятия", "Первый день.", required=True, example="16.12.2025"),
        YEAR_OF_DATE,
        date("last_date", "Дата окончания", "Если дней несколько.", not_before="date"),
        text(
            "title",
            "Название мероприятия",
            "Одной строкой.",
            required=True,
            example="Семинар «Объективное оценивание»",
        ),
        text("audience", "Для кого", "Участники.", example="заместители директоров"),
        text("place", "Где проходит", "Место или «дистанционно».", example="СОШ № 1 с. Светлое"),
        text(
            "signup",
            "Запись",
            "Адрес в сети, адрес почты, имя файла в папке data/files или слова о том, куда обратиться.",
            example="через раздел «Заявки»",
        ),
        text(
            "materials",
            "Материалы",
            "Когда появятся: адрес в сети или имя файла в папке data/files; несколько — через «;».",
        ),
        Column("cancelled", "Отменено", "flag", "Пусто — не отменено."),
    ),
    computed=("year",),
    year_from="date",
)

LIBRARY = Table(
    "library",
    "Библиотека",
    "Электронная библиотека и методические рекомендации.",
    ("title", "link"),
    (
        text(
            "shelf",
            "Полка",
            "Выберите из списка.",
            required=True,
            choices=LIBRARY_KINDS,
            example="методические рекомендации",
        ),
        text(
            "title",
            "Название материала",
            "Полностью.",
            required=True,
            example="Как разбирать итоги ВПР",
        ),
        text("author", "Автор", "Организация или автор издания.", example="ИРО", personal=True),
        SUBJECT,
        Column(
            "published",
            "Год издания",
            "int",
            "Календарный год.",
            minimum=1900,
            maximum=2100,
            example=2025,
        ),
        text("note", "О чём материал", "Одно-два предложения."),
        text(
            "link",
            "Ссылка на материал",
            "Адрес в сети или имя файла в папке data/files.",
            required=True,
            example="library/vpr.pdf",
        ),
    ),
    lasting=True,
)

REQUESTS = Table(
    "requests",
    "Заявки",
    "Заявки школ на курсы, семинары и другую помощь.",
    ("school_id", "number", "date"),
    (
        text("number", "Номер заявки", "По журналу.", required=True, example="5"),
        date("date", "Дата заявки", "Когда подана.", required=True, example="08.12.2025"),
        YEAR_OF_DATE,
        replace(SCHOOL, note="Код школы, подавшей заявку."),
        text(
            "topic",
            "Что нужно",
            "Тема или мероприятие.",
            required=True,
            example="семинар по оцениванию",
        ),
        Column("people", "Сколько человек", "int", "Участников от школы.", minimum=1, example=3),
        text(
            "state",
            "Состояние заявки",
            "Выберите из списка.",
            choices=REQUEST_STATES,
            example="принята",
        ),
        text("answer", "Ответ на заявку", "Что предложено, когда."),
    ),
    computed=("year",),
    year_from="date",
)

CONTACTS = Table(
    "contacts",
    "Контакты",
    "Куда обращаться. Эта таблица публикуется: вписывайте только служебные сведения.",
    ("organisation", "topic"),
    (
        text(
            "organisation",
            "Организация для связи",
            "Название.",
            required=True,
            example="Методическая служба",
        ),
        text(
            "topic", "По каким вопросам", "Коротко.", required=True, example="наставники и тьюторы"
        ),
        text("position", "Должность", "Без фамилии.", example="методист"),
        text(
            "display_name",
            "Имя на страницах",
            "Необязательно и только с согласия человека.",
            personal=True,
        ),
        text("phone", "Служебный телефон", "Не личный.", example="8 (000) 00-00-00"),
        text("mail", "Служебная почта", "Не личная.", example="metod@example.org"),
        text("address", "Адрес", "Почтовый.", example="с. Светлое, ул. Школьная, 1"),
        text("hours", "Часы приёма", "Дни и часы.", example="пн–пт, 9–17"),
    ),
    lasting=True,
)

QUESTIONS = Table(
    "questions",
    "Вопросы и ответы",
    "Вопросы школ и ответы на них. На сайт попадает только строка, в которой есть ответ и в столбце "
    "«Опубликовать» стоит «да»: прежде чем поставить «да», уберите из вопроса и ответа имена людей.",
    ("date", "question"),
    (
        date("date", "Дата вопроса", "Когда задан.", required=True, example="10.12.2025"),
        text(
            "section",
            "О чём вопрос",
            "Раздел, коротко: вопросы одного раздела стоят на странице вместе.",
            example="самоанализ школы",
        ),
        text(
            "question",
            "Вопрос",
            "Полностью, без имён и названий классов.",
            required=True,
            example="Можно ли изменить карту самоанализа после отправки?",
        ),
        text(
            "answer",
            "Ответ на вопрос",
            "Пусто — ответа пока нет.",
            example="Да, до 1 октября: пришлите исправленную карту ещё раз.",
        ),
        text(
            "answered_by",
            "Кто отвечает",
            "Отдел или должность, без фамилии.",
            example="методическая служба",
        ),
        date("answered", "Дата ответа", "Когда дан ответ.", not_before="date"),
        text(
            "link",
            "Ссылка к ответу",
            "Если есть подробности: адрес в сети или имя файла в папке data/files.",
        ),
        Column("published", "Опубликовать", "flag", "«да» — показать на сайте.", example="да"),
    ),
    lasting=True,
    since="date",
)
