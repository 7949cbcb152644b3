"""«Сбор контекстных данных об ОО», the questionnaire of ФИС ОКО: one row per school.

Пользователь | Код региона | Регион | Муниципалитет | Школа | Дата загрузки | № and then the
questions, each heading beginning with its number («6. ИНН», «8) Код ЕГЭ»). Numbers and wording
differ by year, so a question is known by its words. Two sheets: general information (codes of the
school in РИС ГИА, settlement) and education (pupils, teachers).

Read are the questions listed in :data:`QUESTIONS` and nothing else: the director's name, telephone,
e-mail and the address stay in the file. What stands in a wrong column is never quoted in full.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from shnor_lib.faults import Severity
from shnor_lib.sources.cells.convert import data_rows
from shnor_lib.sources.cells.headings import Form, Match, Series
from shnor_lib.sources.cells.privacy import harmless
from shnor_lib.sources.cells.problems import Problem
from shnor_lib.sources.cells.values import (
    clean_text,
    fold,
    is_empty,
    parse_date,
    parse_flag,
    parse_number,
    quoted,
)
from shnor_lib.sources.files.grid import Sheet
from shnor_lib.sources.layouts.base import (
    SEEN_COLUMNS,
    Context,
    SheetRead,
    accepted,
    heading_problems,
    no_data,
    nothing_seen,
    with_provenance,
)
from shnor_lib.sources.schools.municipalities import municipality_name
from shnor_lib.tables import PROVENANCE, SETTLEMENT_TYPES, TABLES, Column

# «7. Код ОГЭ», «14 Где …»; not «4К1 (3б)» and not «1 (2б)», the tasks of protocols.
_QUESTION = re.compile(r"\d{1,2}(?:[.,]\d{1,2})?(?:\s*[.)]\s*|\s+)[^\W\d_].{2,}", re.DOTALL)
_SCHOOL = re.compile(
    r"школ|гимнази|лице[йя]|учрежден|организац|центр|интернат|колледж|техникум|корпус|училищ|сад\b"
    r"|оу\b|с[оо]?ш\b|ош\b"
)
_PERSON = re.compile(r"@|\d{6}|[а-я]{3,}(?:вич|вна|чна)\b(?! [а-я])")
_NUMBER = re.compile(r"^\s*\d{1,2}(?:[.,]\d{1,2})?\s*[.)]?\s*")

FORM = Form(
    "context-form",
    "анкета ФИС ОКО «Сбор контекстных данных об ОО»",
    (
        Column(
            "school_id",
            "Пользователь",
            "text",
            "логин школы.",
            required=True,
            aliases=("Логин ОО", "Логин", "Логин школы"),
        ),
        Column("region_code", "Код региона", "text"),
        Column("region", "Регион", "text"),
        Column("municipality", "Муниципалитет", "text"),
        Column("school", "Школа", "text", aliases=("Название ОО",)),
        Column("loaded", "Дата загрузки", "text"),
    ),
    shared=frozenset(),
    # The protocols of ВПР begin with the same columns.
    never=frozenset(
        fold(text) for text in ("Код", "Вариант", "Код участника", "Итого баллов", "Процедура")
    ),
    series=(Series("questions", _QUESTION),),
    strict=True,
    personal=True,
)

_Answer = Callable[[Any], Any]
"""Value of an answer; None when it is none."""


@dataclass(frozen=True)
class Question:
    """A question the product needs.

    Attributes
    ----------
    column
        Tidy column.
    words
        What its heading says, folded and without its number.
    but
        What it does not say.
    """

    column: str
    words: re.Pattern[str]
    but: re.Pattern[str] | None = None

    def asks(self, heading: str) -> bool:
        """Whether a heading (with its number) is this question."""
        key = fold(_NUMBER.sub("", heading))
        return bool(self.words.search(key)) and not (self.but and self.but.search(key))


def _question(column: str, words: str, but: str = "") -> Question:
    return Question(column, re.compile(words), re.compile(but) if but else None)


_PEOPLE = r"фио|ф\.и\.о|фамили|руководител|директор|телефон|почт|адрес|индекс"
QUESTIONS: dict[str, tuple[Question, ...]] = {
    "context_general": (
        _question("full_name", r"полн\w* (?:наименован|назван)", _PEOPLE),
        _question("name", r"(?:сокращ|кратк)\w* (?:наименован|назван)", _PEOPLE),
        _question("inn", r"\bинн\b", _PEOPLE),
        _question("ris_code", r"\bкод\b.*огэ|огэ.*\bкод\b|\bкод\b.*гиа-9", _PEOPLE),
        _question("ris_code_ege", r"\bкод\b.*егэ|егэ.*\bкод\b|\bкод\b.*гиа-11", _PEOPLE),
        _question("branch", r"статус организац|статус оо", _PEOPLE),
        _question("has_branches", r"филиал", rf"{_PEOPLE}|статус|назван|наименован|сколько|числ"),
        _question(
            "settlement_type", r"расположен|тип населенн", rf"{_PEOPLE}|размер|числ|наименован"
        ),
        _question(
            "settlement_band", r"размер\w* (?:населенн|нп\b)|числ\w* (?:жител|населен)", _PEOPLE
        ),
        _question("remoteness", r"транспортн\w* доступност", _PEOPLE),
    ),
    "context_education": (
        _question(
            "pupils",
            r"(?:числ|количеств)\w*.*(?:обучающ|учащ|учеников)",
            r"рожд|овз|аоп|инвалид|класс|углубл|язык|из них|на дому|учител",
        ),
        _question(
            "teachers_qualified", r"учител.*перв.*катег|катег.*перв.*учител|учител.*катег.*перв"
        ),
        _question(
            "teachers_5_9",
            r"учител.*5[\s-]+(?:х |го )?[-и]?\s*9|учител.*основн\w* обще",
            r"катег|возраст|стаж",
        ),
        _question(
            "teachers",
            r"(?:всего|числ|количеств).*учител",
            r"катег|5\s*-\s*9|класс|возраст|стаж|лет|пенс|молод|квалиф|курс|пк\b|компьютер|кабинет",
        ),
    ),
}
"""Table → its questions, the more special before the more general."""


def read(sheet: Sheet, match: Match, context: Context) -> SheetRead:
    """Read one sheet of the questionnaire."""
    asked = find_questions(match.series["questions"])
    used = [
        *match.places.values(),
        *(place for found in asked.values() for place in found.values()),
    ]
    numbers = data_rows(sheet.rows, match.row + 1, used)
    first = next(iter(asked), "context_general")
    problems = heading_problems(match, len(numbers))
    if not asked and not problems:
        problems = [_no_questions(match, len(numbers))]
    if not numbers:
        problems.append(no_data(match))
    if problems:
        return SheetRead(first, TABLES[first].empty(), len(numbers), problems, match.letters)
    rows = sheet.rows
    logins = [clean_text(rows[number][match.places["school_id"]]) for number in numbers]
    years, year_problem = _years(sheet, match, numbers, context)
    problems += year_problem
    base = pd.DataFrame(
        {
            "school_id": pd.array([login or pd.NA for login in logins], dtype="string"),
            "year": pd.array(years, dtype="Int64"),
        }
    )
    base = with_provenance(base, context.file, sheet.name, numbers)
    problems += _no_login(base, match)
    frames: dict[str, pd.DataFrame] = {}
    for name, places in asked.items():
        frame, found = _answers(sheet, name, places, base, numbers)
        problems += found
        frames[name] = frame
    frames = {name: accepted(frame, problems) for name, frame in frames.items()}
    letters = {"school_id": match.letters["school_id"]}
    for places in asked.values():
        letters |= Match(FORM, match.row, places).letters
    if "loaded" in match.letters:
        letters["year"] = match.letters["loaded"]
    main = frames.pop(first)
    return SheetRead(
        first,
        main,
        len(numbers),
        problems,
        letters,
        _seen(sheet, match, base, numbers, main),
        more=frames,
        rows_used=len(main),
    )


def find_questions(headings: Mapping[str, int]) -> dict[str, dict[str, int]]:
    """Which questions stand in which columns.

    Parameters
    ----------
    headings
        Heading → column, from 0.

    Returns
    -------
    dict
        Table → tidy column → column of the sheet; tables without a question are not there.

    Examples
    --------
    >>> find_questions({"6. ИНН": 8, "4. Телефон": 6, "7) Код ОГЭ": 9})
    {'context_general': {'inn': 8, 'ris_code': 9}}
    """
    found: dict[str, dict[str, int]] = {}
    for heading, place in headings.items():
        for name, questions in QUESTIONS.items():
            free = (q for q in questions if q.column not in found.get(name, {}))
            question = next((q for q in free if q.asks(heading)), None)
            if question is not None:
                found.setdefault(name, {})[question.column] = place
                break
    return {name: found[name] for name in QUESTIONS if name in found}


def _no_questions(match: Match, rows: int) -> Problem:
    return Problem(
        match.row + 1,
        None,
        "no-questions",
        "среди вопросов анкеты нет ни одного, который нужен программе.",
        "вопросы об ИНН, кодах ОГЭ и ЕГЭ, населённом пункте, числе обучающихся и учителей.",
        "Если лист не для программы, ничего делать не нужно.",
        Severity.WARNING,
        refuses=False,
        rows=rows,
        cell=match.heading_cells,
    )


def _no_login(base: pd.DataFrame, match: Match) -> list[Problem]:
    return [
        Problem(
            int(row),
            match.places["school_id"],
            "empty-required",
            "нет логина школы в столбце «Пользователь».",
            "логин школы в ФИС ОКО.",
            "Впишите логин или удалите строку.",
        )
        for row in base.loc[base["school_id"].isna(), "source_row"]
    ]


def _years(
    sheet: Sheet, match: Match, numbers: list[int], context: Context
) -> tuple[list[int | None], list[Problem]]:
    """School year of every row: by the date of upload, else by the name of the file."""
    place = match.places.get("loaded")
    dates = [parse_date(sheet.rows[n][place]) if place is not None else None for n in numbers]
    named = re.findall(r"(?<!\d)(20\d\d)(?!\d)", f"{context.file} {sheet.name}")
    # «2021/2022» names the school year by its end.
    default = max(map(int, named)) if named else None
    years = [date.year + (date.month >= 9) if date is not None else default for date in dates]
    missing = [n for n, year in zip(numbers, years, strict=True) if year is None]
    if not missing:
        return years, []
    problem = Problem(
        match.row + 1,
        place,
        "no-year",
        f"неизвестно, за какой год анкета (строк: {len(missing)}): нет даты загрузки и года в "
        "имени файла.",
        "дата в столбце «Дата загрузки» или год в имени файла.",
        "Добавьте год в имя файла, например «Сбор контекстных данных 2022.xlsx».",
        refuses=False,
    )
    lost = [
        Problem(n + 1, place, "no-year-row", "неизвестен год анкеты.", "", "Укажите год.")
        for n in missing
    ]
    return years, [problem, *lost]


def _seen(
    sheet: Sheet, match: Match, base: pd.DataFrame, numbers: list[int], kept: pd.DataFrame
) -> pd.DataFrame:
    def texts(name: str) -> list[str]:
        place = match.places.get(name)
        return [clean_text(sheet.rows[n][place]) if place is not None else "" for n in numbers]

    homes = [municipality_name(text) or pd.NA for text in texts("municipality")]
    seen = base.assign(
        name=pd.array([_school(text) or pd.NA for text in texts("school")], dtype="string"),
        municipality=pd.array(homes, dtype="string"),
    )
    seen = seen[seen["source_row"].isin(kept["source_row"])]
    if seen.empty:
        return nothing_seen()
    return seen[list(SEEN_COLUMNS)].drop_duplicates("school_id").reset_index(drop=True)


def _answers(
    sheet: Sheet,
    name: str,
    places: dict[str, int],
    base: pd.DataFrame,
    numbers: list[int],
) -> tuple[pd.DataFrame, list[Problem]]:
    table = TABLES[name]
    data: dict[str, list[Any]] = {}
    problems: list[Problem] = []
    for column, place in places.items():
        values = []
        odd: list[tuple[int, str]] = []
        for number in numbers:
            cell = sheet.rows[number][place]
            value = None if _unanswered(cell) else _READ[column](cell)
            if value is None and not _unanswered(cell) and not _says_none(cell):
                odd.append((number + 1, harmless(clean_text(cell))))
            values.append(value)
        data[column] = values
        if odd:
            problems.append(_not_an_answer(table.column(column), odd, place))
    frame = pd.DataFrame(data, index=base.index)
    if name == "context_education":
        frame, found = _plausible(frame, places, base)
        problems += found
    frame = pd.concat([base, frame], axis=1)
    order = [*(column.name for column in table.columns), *PROVENANCE]
    frame = frame.reindex(columns=order).astype(dict(table.empty().dtypes))
    return frame, problems


def _unanswered(cell: Any) -> bool:
    return is_empty(cell) or not re.search(r"[^\W_]", clean_text(cell))


def _says_none(cell: Any) -> bool:
    """«нет», «отсутствует»: an answer that there is nothing."""
    return fold(cell).startswith(("нет", "не ", "отсутств"))


def _school(cell: Any) -> str | None:
    """A school's name; what names no school may be anything, even a person."""
    text = clean_text(cell)
    return text if _SCHOOL.search(fold(text)) and not _PERSON.search(fold(text)) else None


def _inn(cell: Any) -> str | None:
    digits = clean_text(cell).replace(" ", "")
    # 12 digits are the ИНН of a person; a leading zero is lost in a number.
    if len(digits) == 9 and isinstance(cell, int | float):
        digits = f"0{digits}"
    if not digits.isdecimal() or len(digits) != 10:
        return None
    # The last digit is a check sum: a telephone number rarely keeps to it.
    weighed = sum(w * int(d) for w, d in zip((2, 4, 10, 3, 5, 9, 4, 6, 8), digits, strict=False))
    return digits if weighed % 11 % 10 == int(digits[-1]) else None


def _ris(cell: Any) -> str | None:
    digits = clean_text(cell).replace(" ", "")
    return digits if digits.isdecimal() and 3 <= len(digits) <= 8 and int(digits) else None


def _option(cell: Any) -> str:
    """An answer without its number: «4) …» or «4. …»."""
    return fold(re.sub(r"^\s*\d+\s*[.)]\s*", "", clean_text(cell)))


def _branch(cell: Any) -> bool | None:
    words = _option(cell)
    if words.startswith("филиал"):
        return True
    return False if "юр" in words or words.startswith(("самостоят", "головн")) else None


def _flag(cell: Any) -> bool | None:
    return parse_flag(_option(cell))


def _settlement_type(cell: Any) -> str | None:
    capital, town, urban, village = SETTLEMENT_TYPES
    words = _option(cell)
    if "центр субъекта" in words or "областной центр" in words or "краевой центр" in words:
        return capital
    if "городского типа" in words or words in ("пгт", "рабочий поселок"):
        return urban
    if "сельск" in words or words.startswith(("сел", "деревн", "станиц", "хутор", "аул")):
        return village
    return town if words.startswith("город") or words.endswith(" город") else None


def _band(cell: Any) -> str | None:
    text = re.sub(r"^\s*\d\s*[.)]\s*", "", clean_text(cell))
    return text if re.search(r"\d|тыс", text) else None


def _remoteness(cell: Any) -> int | None:
    match = re.match(r"\s*([1-4])\s*(?:[.)]|$)", clean_text(cell))
    return int(match[1]) if match else None


def _count(cell: Any) -> int | None:
    number = parse_number(cell)
    if number is None or number < 0 or not number.is_integer() or number > 20_000:
        return None
    return int(number)


_READ: dict[str, _Answer] = {
    "full_name": _school,
    "name": _school,
    "inn": _inn,
    "ris_code": _ris,
    "ris_code_ege": _ris,
    "branch": _branch,
    "has_branches": _flag,
    "settlement_type": _settlement_type,
    "settlement_band": _band,
    "remoteness": _remoteness,
    "pupils": _count,
    "teachers": _count,
    "teachers_5_9": _count,
    "teachers_qualified": _count,
}


def _not_an_answer(column: Column, odd: list[tuple[int, str]], place: int) -> Problem:
    shown = ", ".join(dict.fromkeys(f"«{text}»" for _, text in odd[:3]))
    rows = ", ".join(str(row) for row, _ in odd[:6]) + (" и другие" if len(odd) > 6 else "")
    return Problem(
        odd[0][0],
        place,
        "not-an-answer",
        f"вопрос {quoted(column.title)}: ответ не понят ({shown}; строк: {len(odd)}, строки {rows}).",
        _EXPECTED.get(column.name, "ответ на вопрос анкеты."),
        "Если ответ важен, исправьте его. Сейчас он не прочитан, остальные ответы прочитаны.",
        Severity.QUESTION,
        refuses=False,
    )


_EXPECTED = {
    "inn": "10 цифр (ИНН организации).",
    **dict.fromkeys(("name", "full_name"), "название школы."),
    "ris_code": "код школы: от 3 до 8 цифр.",
    "ris_code_ege": "код школы: от 3 до 8 цифр.",
    "settlement_type": f"одно из: {', '.join(SETTLEMENT_TYPES)}.",
    "remoteness": "ответ с номером от 1 до 4.",
    "has_branches": "«да» или «нет».",
    **dict.fromkeys(
        ("pupils", "teachers", "teachers_5_9", "teachers_qualified"), "целое число, не меньше нуля."
    ),
}

_PARTS = ("teachers_5_9", "teachers_qualified")


def _plausible(
    frame: pd.DataFrame, places: dict[str, int], base: pd.DataFrame
) -> tuple[pd.DataFrame, list[Problem]]:
    """Numbers that contradict each other, and zeros where nothing was filled in, become empty."""
    counts = frame.reindex(columns=["pupils", "teachers", *_PARTS]).astype("Int64")
    rows = base["source_row"].astype(int)
    problems = []
    asked = [name for name in counts if name in places]
    zero = (counts[asked].fillna(0) == 0).all(axis=1) & counts[asked].notna().any(axis=1)
    no_pupils = (counts["pupils"] == 0).fillna(value=False) & ~zero
    if zero.any() or no_pupils.any():
        where = zero | no_pupils
        problems.append(
            _blanked(
                rows[where],
                places.get("pupils", min(places.values())),
                "zeros-for-nothing",
                "нули стоят там, где, по-видимому, ничего не заполнено",
                "число обучающихся больше нуля или пустая ячейка",
            )
        )
        counts.loc[zero, asked] = pd.NA
        counts.loc[no_pupils, "pupils"] = pd.NA
    parts = counts[list(_PARTS)].max(axis=1)
    nobody = (counts["teachers"] == 0).fillna(value=False)
    contradicts = nobody & (parts > 0).fillna(value=False)
    if contradicts.any():
        problems.append(
            _blanked(
                rows[contradicts],
                places["teachers"],
                "parts-of-nobody",
                "учителей 0, а учителя с категорией или учителя 5–9 классов есть",
                "всего учителей не меньше, чем учителей с категорией",
            )
        )
    counts.loc[nobody, ["teachers", *_PARTS]] = pd.NA
    for name in _PARTS:
        above = (counts[name] > counts["teachers"]).fillna(value=False)
        if above.any():
            title = TABLES["context_education"].column(name).title
            problems.append(
                _blanked(
                    rows[above],
                    places[name],
                    "part-above-whole",
                    f"{quoted(title)} больше, чем всего учителей",
                    "часть не больше целого",
                )
            )
            counts.loc[above, ["teachers", name]] = pd.NA
    return counts[asked], problems


def _blanked(rows: pd.Series[int], place: int, code: str, message: str, expected: str) -> Problem:
    numbers = rows.tolist()
    listed = ", ".join(map(str, numbers[:6])) + (" и другие" if len(numbers) > 6 else "")
    return Problem(
        numbers[0],
        place,
        code,
        f"{message} (строк: {len(numbers)}, строки {listed}).",
        f"{expected}.",
        "Уточните числа в школе и исправьте их. Сейчас эти числа не взяты, остальные ответы прочитаны.",
        Severity.WARNING,
        refuses=False,
    )
