"""Results of assessment procedures."""

from __future__ import annotations

from shnor_lib.tables.codes import PROCEDURES, SEASONS
from shnor_lib.tables.common import SCHOOL, YEAR, count
from shnor_lib.tables.model import Column, Table

UNIT: tuple[Column, ...] = (
    Column(
        "season",
        "Сезон",
        "text",
        "Когда проводилась работа. Пусто — по календарю процедур, обычно весна.",
        choices=SEASONS,
        example="весна",
    ),
    Column(
        "procedure",
        "Процедура",
        "text",
        "Выберите из списка.",
        required=True,
        choices=PROCEDURES,
        example="ОГЭ",
    ),
    Column(
        "grade",
        "Класс",
        "int",
        "Класс программы, по которой написана работа: 4–8, 10 для ВПР, 9 для ОГЭ, 11 для ЕГЭ.",
        required=True,
        minimum=1,
        maximum=12,
        example=9,
    ),
    Column(
        "subject",
        "Предмет",
        "text",
        "Именительный падеж: «русский язык».",
        required=True,
        example="математика",
    ),
)
"""What was tested, beside the school and the year."""

_KEY = ("school_id", "year", "season", "procedure", "grade", "subject")

RESULTS = Table(
    "results",
    "Результаты",
    "Итоги оценочных процедур: строка — школа, год, процедура, класс и предмет. Заполняется "
    "числами учеников, не процентами.",
    _KEY,
    (
        SCHOOL,
        YEAR,
        *UNIT,
        count(
            "n",
            "Участников",
            "Сколько учеников получили результат.",
            required=True,
            aliases=("Кол-во участников",),
            example=24,
        ),
        count(
            "n2", "«2»", "Получили отметку «2», человек.", aliases=("2",), example=3, part_of="n"
        ),
        count(
            "n3", "«3»", "Получили отметку «3», человек.", aliases=("3",), example=9, part_of="n"
        ),
        count(
            "n4", "«4»", "Получили отметку «4», человек.", aliases=("4",), example=8, part_of="n"
        ),
        count(
            "n5", "«5»", "Получили отметку «5», человек.", aliases=("5",), example=4, part_of="n"
        ),
        count(
            "n_low",
            "Ниже минимума",
            "Только ЕГЭ и процедуры без отметок: не набрали минимальный балл, человек.",
            aliases=("Не преодолели порог", "Не переступили порог"),
            part_of="n",
        ),
        count(
            "n_high",
            "Высокие результаты",
            "Только ЕГЭ и процедуры без отметок: 81 балл и выше, человек.",
            aliases=("81 балл и выше", "81–100 баллов"),
            part_of="n",
        ),
        Column("mean_score", "Средний балл", "float", "Если известен.", minimum=0, maximum=100),
        count("n_absent", "Отсутствовали", "Ученики класса, не писавшие работу, если известно."),
    ),
    given=_KEY,
)

SCORE_DISTRIBUTION = Table(
    "score_distribution",
    "Распределение первичных баллов",
    "Сколько учеников школы набрали каждый первичный балл.",
    (*_KEY, "score"),
    (
        SCHOOL,
        YEAR,
        *UNIT,
        count("n", "Участников", "Сколько учеников получили балл.", required=True),
        count("score", "Первичный балл", "Балл.", required=True),
        count("n_score", "С этим баллом", "Учеников.", required=True, part_of="n"),
        count("max_score", "Максимальный балл", "Наибольший возможный первичный балл."),
    ),
    template=False,
)

JOURNAL_COMPARISON = Table(
    "journal_comparison",
    "Сравнение отметок с отметками по журналу",
    "Сколько учеников получили отметку ниже, такую же или выше, чем в журнале.",
    _KEY,
    (
        SCHOOL,
        YEAR,
        *UNIT,
        count("n", "Сравнений", "Учеников, у которых известны обе отметки.", required=True),
        count("n_lower", "Понизили", "Отметка ниже отметки по журналу.", part_of="n"),
        count("n_equal", "Подтвердили", "Отметки равны.", part_of="n"),
        count("n_higher", "Повысили", "Отметка выше отметки по журналу.", part_of="n"),
        Column(
            "spearman",
            "Ранговая корреляция",
            "float",
            "Спирмена, балла с отметкой по журналу, если есть протокол с учениками (не менее 5).",
            minimum=-1,
            maximum=1,
        ),
    ),
    template=False,
)

TASK_RESULTS = Table(
    "task_results",
    "Выполнение заданий",
    "Какую долю возможных баллов школа набрала за каждое задание.",
    (*_KEY, "task"),
    (
        SCHOOL,
        YEAR,
        *UNIT,
        count("n", "Участников", "Сколько учеников писали работу.", required=True),
        Column("task", "Задание", "text", "Номер: «4», «9.1», «10К2».", required=True),
        Column("level", "Уровень", "text", "Б — базовый, П — повышенный, В — высокий."),
        Column("max_score", "Максимальный балл", "float", "За задание.", minimum=0),
        Column(
            "share",
            "Выполнение",
            "float",
            "Доля набранных баллов от возможных, 0–1.",
            minimum=0,
            maximum=1,
        ),
    ),
    template=False,
)

PLANNED_RESULTS = Table(
    "planned_results",
    "Достижение планируемых результатов",
    "Доля набранных баллов по проверяемым требованиям: школа рядом с районом, регионом и страной.",
    (*_KEY, "requirement"),
    (
        SCHOOL,
        YEAR,
        *UNIT,
        Column("requirement", "Проверяемое требование", "text", "Умение.", required=True),
        Column("task", "Задание", "text", "Номер задания."),
        Column("max_score", "Максимальный балл", "float", "За задание.", minimum=0),
        *(
            Column(name, title, "float", "Доля набранных баллов, 0–1.", minimum=0, maximum=1)
            for name, title in (
                ("share", "Школа"),
                ("share_municipality", "Муниципалитет"),
                ("share_region", "Регион"),
                ("share_country", "РФ"),
            )
        ),
    ),
    template=False,
)

RESULT_SOURCES = Table(
    "result_sources",
    "Другие источники результатов",
    "Строка результатов, сложенная из протоколов, указывает на лист, где больше всего участников; "
    "здесь — остальные листы, из которых она сложена: резервный день, апелляции.",
    (*_KEY, "part"),
    (
        SCHOOL,
        YEAR,
        *UNIT,
        count("part", "Источник", "1 — второй по числу участников лист, и так далее."),
        count("n", "Строк", "Сколько строк листа вошло.", required=True),
    ),
    template=False,
)
