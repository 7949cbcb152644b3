"""Invented names of municipalities, settlements and schools.

Names are put together from neutral landscape words; any likeness to a real village is chance,
and every generated project says so in its subtitle.
"""

from __future__ import annotations

from itertools import product

from shnor_lib.faults import ShnorError

FIRST_DISTRICT = "Приозёрный район"

_DISTRICTS = (
    "Светлоборский", "Тихолугский", "Яснореченский", "Дальнеключевский", "Белорощинский",
    "Синеозёрский", "Долгополянский", "Верхнеборский", "Остролугский", "Среднедолинский",
    "Зеленорощинский", "Тихоозёрский", "Светлоключевский", "Белохолмский", "Яснодольский",
    "Краснорощинский", "Новолугский", "Долговересковский", "Тихородниковский", "Заозёрнолугский",
    "Синесосновский", "Чистоключевский", "Дальнехолмский", "Кленорощинский", "Синереченский",
    "Яснополесский", "Долголугский", "Верхнедольский", "Луговохолмский", "Светлохолмский",
)  # fmt: skip
_TOWNS = (
    "Лучеград", "Яснокаменск", "Верхнелучинск", "Дальнеборск", "Белоключинск", "Синехолмск",
    "Остролуцк", "Тихоборск", "Светлодольск",
)  # fmt: skip
_PREFIXES = (
    "Верхне", "Нижне", "Средне", "Ново", "Старо", "Светло", "Тихо", "Дальне", "Ясно", "Сине",
    "Долго", "Чисто", "Зелено", "Остро", "Тепло",
)  # fmt: skip
_ROOTS = (
    "лесное", "ключевое", "озёрное", "луговое", "полянное", "боровое", "реченское", "холмовое",
    "рощинское", "дольное", "родниковое", "березняково", "сосновское", "ольховое", "вересковое",
    "кленовое", "липовское", "бережное", "запрудное", "степное", "овражное", "мостовое",
    "садовое", "хуторное", "заливное", "островное", "ручьёвое", "лощинное", "перелесово",
    "междуречное",
)  # fmt: skip
_FIRST_CENTRE = "с. Светлое"


def municipality_names(count: int) -> tuple[list[str], list[str]]:
    """Names of towns that are municipalities of their own and of districts.

    Parameters
    ----------
    count
        Number of municipalities; one gives a single district, ten and more a regional capital
        and, by size, further towns.

    Returns
    -------
    towns, districts
        ``len(towns) + len(districts) == count``; the first town is the regional capital.

    Raises
    ------
    ShnorError
        More municipalities than invented names.
    """
    n_towns = 0 if count < 10 else min(len(_TOWNS), 1 + round(count * 0.12))
    n_districts = count - n_towns
    if not 1 <= n_districts <= len(_DISTRICTS) + 1:
        raise ShnorError(
            f"Для демонстрации можно создать от 1 до {len(_TOWNS) + len(_DISTRICTS) + 1} "
            f"муниципалитетов, задано {count}."
        )
    districts = [FIRST_DISTRICT, *(f"{name} район" for name in _DISTRICTS)]
    return list(_TOWNS[:n_towns]), districts[:n_districts]


def villages() -> list[str]:
    """Names of villages, in a fixed order that does not put like names side by side."""
    pairs = list(product(_PREFIXES, _ROOTS))
    # A step coprime to the number of pairs walks through all of them once.
    step = 137
    centres = {district_centre(index)[0] for index in range(len(_DISTRICTS) + 1)}
    walk = (pairs[i * step % len(pairs)] for i in range(len(pairs)))
    names = (f"с. {prefix}{root}" for prefix, root in walk)
    return [name for name in names if name not in centres]


def district_centre(index: int) -> tuple[str, bool]:
    """Centre of the district with this number and whether it is an urban settlement."""
    if index == 0:
        return _FIRST_CENTRE, False
    name = _DISTRICTS[index - 1].removesuffix("ий")
    # A third of the centres are urban settlements, the others large villages.
    return (f"пгт {name}", True) if index % 3 == 0 else (f"с. {name}ое", False)


def school_name(kind: str, number: int, settlement: str, legal: str) -> tuple[str, str]:
    """Short and full name of a school.

    Parameters
    ----------
    kind
        ``nosh`` (1–4), ``oosh`` (1–9), ``sosh`` (1–11), ``gymnasium``, ``lyceum``,
        ``correctional`` or ``evening``.
    number
        Number of the school within its municipality.
    settlement
        With its type: «с. Светлое».
    legal
        ``Б``, ``К`` or ``А``: бюджетное, казённое, автономное.
    """
    short, full = {
        "nosh": ("НОШ", "Начальная общеобразовательная школа"),
        "oosh": ("ООШ", "Основная общеобразовательная школа"),
        "sosh": ("СОШ", "Средняя общеобразовательная школа"),
        "gymnasium": ("Гимназия", "Гимназия"),
        "lyceum": ("Лицей", "Лицей"),
        "correctional": ("Специальная школа", "Специальная (коррекционная) школа"),
        "evening": ("ВСОШ", "Вечерняя (сменная) общеобразовательная школа"),
    }[kind]
    form = {"Б": "бюджетное", "К": "казённое", "А": "автономное"}[legal]
    return (
        f"М{legal}ОУ «{short} № {number} {settlement}»",
        f"Муниципальное {form} общеобразовательное учреждение «{full} № {number} {settlement}»",
    )
