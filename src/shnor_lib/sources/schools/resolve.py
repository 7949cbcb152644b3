"""Codes of the register instead of whatever the files call their schools.

Rows whose school is not found are left out and named: one fault per spelling and sheet, with
suggestions, and one question per spelling for «Сверка школ.xlsx».
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from shnor_lib.faults import Fault, Severity
from shnor_lib.sources.cells.privacy import harmless
from shnor_lib.sources.cells.problems import SHOWN
from shnor_lib.sources.cells.values import fold, quoted
from shnor_lib.sources.schools.names_beside import SCHOOL_NAME_COLUMN
from shnor_lib.sources.schools.open_schools import OpenSchool, one_question_each, plain
from shnor_lib.sources.schools.school_names import Found, Letters, Miss, SchoolNames
from shnor_lib.sources.schools.school_suggestions import Suggestion, Why
from shnor_lib.sources.schools.school_words import key_system, name_parts
from shnor_lib.tables import TABLES

BOOK = "Сверка школ.xlsx"
"""Name of the workbook in which the user confirms schools."""

_EXPECTED = "код школы, логин ФИС ОКО, код ОО в РИС ГИА, ИНН или название из реестра школ."


@dataclass(frozen=True)
class Mention:
    """How a report calls a school beside the code or name in its rows."""

    name: str = ""
    municipality: str = ""


@dataclass
class Resolved:
    """What came of it.

    Attributes
    ----------
    frames
        The same frames with codes of the register, rows of unknown schools left out.
    faults
        One per spelling and sheet.
    open_schools
        One question per spelling.
    """

    frames: dict[str, pd.DataFrame]
    faults: list[Fault] = field(default_factory=list)
    open_schools: list[OpenSchool] = field(default_factory=list)


class Mentions:
    """Names and municipalities the reports give for what stands in their rows.

    Parameters
    ----------
    seen
        Columns of :data:`shnor_lib.sources.layouts.base.SEEN_COLUMNS`.
    """

    def __init__(self, seen: pd.DataFrame) -> None:
        self._here: dict[tuple[str, str, str], Mention] = {}
        self._anywhere: dict[str, Mention] = {}
        self._names: defaultdict[tuple[str, str, str], set[str]] = defaultdict(set)
        columns = ["source_file", "source_sheet", "school_id", "name", "municipality"]
        for file, sheet, text, name, home in seen[columns].itertuples(index=False, name=None):
            if pd.isna(text):
                continue
            mention = Mention("" if pd.isna(name) else name, "" if pd.isna(home) else home)
            self._here.setdefault((file, sheet, text), mention)
            self._anywhere[text] = mention
            if mention.name:
                self._names[file, sheet, text].add(mention.name)

    def of(self, file: str, sheet: str, text: str) -> Mention:
        """What this sheet says, else what any other says."""
        return self._here.get((file, sheet, text)) or self._anywhere.get(text, Mention())

    def names(self, file: str, sheet: str, text: str) -> int:
        """How many different names a sheet gives one code."""
        return len({fold(name) for name in self._names.get((file, sheet, text), ())})


@dataclass
class _Lost:
    """Rows of one sheet with one spelling that joined nothing."""

    found: Found
    column: str
    first: int
    rows: set[int] = field(default_factory=set)
    personal: bool = False


def resolve_schools(
    frames: Mapping[str, pd.DataFrame],
    names: SchoolNames,
    seen: pd.DataFrame,
    letters: Letters,
    *,
    hints: Mapping[str, tuple[str, ...]] | None = None,
) -> Resolved:
    """Put the register's codes into every column that holds a school.

    Parameters
    ----------
    frames
        Tidy tables by name and, by other names, rows of sheets with pupils' names. The register
        itself and the key table are left alone.
    names
        The register with confirmed keys.
    seen
        Schools the reports mention, with names and municipalities.
    letters
        For naming cells.
    hints
        Spelling → schools it may mean for another reason than likeness.
    """
    mentions = Mentions(seen)
    lost: dict[tuple[str, str, str], _Lost] = {}
    doubts: dict[tuple[str, str, str], Fault] = {}
    out = dict(frames)
    for name in frames:
        for column in _columns(name):
            out[name] = _resolve(
                out[name],
                column,
                names,
                mentions,
                letters,
                lost,
                doubts,
                personal=name not in TABLES,
            )
    faults, questions = _report(lost, names, mentions, letters, hints or {})
    return Resolved(out, [*faults, *doubts.values()], one_question_each(questions))


def _columns(name: str) -> tuple[str, ...]:
    if name not in TABLES:
        return ("school_id",)
    if name in ("schools", "school_keys"):
        return ()
    return TABLES[name].school_columns


def _resolve(
    frame: pd.DataFrame,
    column: str,
    names: SchoolNames,
    mentions: Mentions,
    letters: Letters,
    lost: dict[tuple[str, str, str], _Lost],
    doubts: dict[tuple[str, str, str], Fault],
    *,
    personal: bool,
) -> pd.DataFrame:
    written = frame[column]
    texts = [text for text in written.dropna().unique() if not names.is_plain(text)]
    if not texts:
        return frame
    odd = frame[written.isin(texts)]
    asked = pd.DataFrame(
        {
            "file": odd["source_file"].astype("string"),
            "sheet": odd["source_sheet"].astype("string").fillna(""),
            "text": odd[column],
            "year": odd["year"] if "year" in odd else pd.array([pd.NA] * len(odd), dtype="Int64"),
            "exam": _exams(odd),
        }
    )
    asked["year"] = asked["year"].where(asked["text"].map(names.dated).astype(bool))
    asked["number"] = asked.groupby(list(asked.columns), sort=True, dropna=False).ngroup()
    asked["row"] = odd["source_row"]
    known: dict[tuple[str, Mention, int | None, str], tuple[Found, str | None]] = {}
    found: dict[int, str | None] = {}
    missed: dict[int, _Lost] = {}
    once = asked.drop_duplicates("number")
    for file, sheet, text, year, exam, number, row in once.itertuples(index=False, name=None):
        place, mention = (file, sheet, text), mentions.of(file, sheet, text)
        key = (text, mention, None if pd.isna(year) else int(year), exam)
        if key not in known:
            known[key] = _find(names, *key)
        result, named = known[key]
        found[number] = result.code
        if result.code is None:
            missed[number] = lost.setdefault(place, _Lost(result, column, int(row)))
            missed[number].personal |= personal
        # Names people typed beside codes are looked at sheet by sheet elsewhere.
        elif named and place not in doubts and not letters.has(file, sheet, SCHOOL_NAME_COLUMN):
            cell = letters.cell(file, sheet, int(row), column)
            doubts[place] = _doubt(place, cell, result.code, mention.name, named, names)
    codes = asked["number"].map(found)
    gone = asked["number"].isin(list(missed))
    for number, row, spans in zip(
        asked.loc[gone, "number"], asked.loc[gone, "row"], odd.loc[gone, "source_rows"], strict=True
    ):
        missed[number].rows |= _source_rows(int(row), spans)
    unknown = pd.Series(False, index=frame.index)
    unknown[odd.index] = gone.to_numpy()
    frame = frame.copy()
    frame[column] = frame[column].mask(written.isin(texts), codes.reindex(frame.index))
    frame[column] = frame[column].astype("string")
    return frame[~unknown].reset_index(drop=True)


def _exams(frame: pd.DataFrame) -> pd.Series[Any]:
    """Whose РИС code a row carries: «oge», «ege» or nothing."""
    exams = pd.Series("", index=frame.index, dtype="string")
    if "procedure" not in frame or "grade" not in frame:
        return exams
    exams = exams.mask(frame["procedure"].isin(["oge", "gve"]).astype(bool), "oge")
    older = (frame["grade"] >= 10).fillna(value=False).astype(bool)
    return exams.mask(
        (frame["procedure"] == "ege").fillna(value=False).astype(bool)
        | ((frame["procedure"] == "gve").fillna(value=False).astype(bool) & older),
        "ege",
    )


def _is_name(text: str, mention: Mention) -> bool:
    """Whether the report knows the school by nothing but its name."""
    return text in (mention.name, f"{mention.name} ({mention.municipality})")


def _may_be_shown(text: str, mention: Mention) -> bool:
    """Whether text in a sheet with pupils' names can be nothing but a school."""
    return key_system(text) != "name" or text == mention.name or bool(name_parts(text).kind)


def _hidden(file: str, sheet: str, cell: str, text: str, rows: _Lost) -> Fault:
    return Fault(
        file,
        sheet,
        cell,
        "no-school",
        f"«{harmless(text)}» — не код и не название школы (строк: {len(rows.rows)}).",
        _EXPECTED,
        "Впишите код школы; если столбцы сдвинуты, выгрузите файл заново.",
        rows=len(rows.rows),
    )


def _source_rows(row: int, spans: Any) -> set[int]:
    """Rows of the sheet behind a tidy row."""
    found = {row}
    if not pd.isna(spans):
        for span in str(spans).split(","):
            first, _, last = span.partition("-")
            found.update(range(int(first), int(last or first) + 1))
    return found


def _find(
    names: SchoolNames, text: str, mention: Mention, year: int | None, exam: str
) -> tuple[Found, str | None]:
    """What a spelling finds, and the other school whose name stands beside its code."""
    bare = _is_name(text, mention)
    result = names.find(
        text,
        municipality=mention.municipality if bare else "",
        year=year,
        exam="oge" if exam == "oge" else "ege" if exam == "ege" else None,
    )
    if result.code is None or bare or not mention.name:
        return result, None
    named = names.find(mention.name, municipality=mention.municipality).code
    return result, named if named != result.code else None


def _doubt(
    place: tuple[str, str, str],
    cell: str,
    code: str,
    name: str,
    named: str,
    names: SchoolNames,
) -> Fault:
    """A question where the code is one school's and the name exactly another's."""
    file, sheet, text = place
    return Fault(
        file,
        sheet,
        cell,
        "code-and-name-disagree",
        f"по коду «{text}» это школа «{code}» ({names.titles[code]}), а по названию "
        f"{quoted(name)} — «{named}».",
        "код и название одной школы.",
        "Проверьте код. Строки присоединены по коду.",
        Severity.QUESTION,
    )


def _report(
    lost: dict[tuple[str, str, str], _Lost],
    names: SchoolNames,
    mentions: Mentions,
    letters: Letters,
    hints: Mapping[str, tuple[str, ...]],
) -> tuple[list[Fault], list[OpenSchool]]:
    faults: list[Fault] = []
    questions: list[OpenSchool] = []
    groups: defaultdict[tuple[str, str, str], list[Fault]] = defaultdict(list)
    for (file, sheet, text), rows in sorted(lost.items()):
        mention = mentions.of(file, sheet, text)
        cell = letters.cell(file, sheet, rows.first, rows.column)
        miss = rows.found.miss
        if rows.personal and not _may_be_shown(text, mention):
            groups[file, sheet, "no-school"].append(_hidden(file, sheet, cell, text, rows))
            continue
        area = names.area(text) if miss is Miss.UNKNOWN else None
        if miss is Miss.UNKNOWN and (area or mentions.names(file, sheet, text) > 1):
            fault = _area(file, sheet, cell, text, area, len(rows.rows))
        elif miss in (Miss.LEFT_OUT, Miss.NEW):
            fault = _decided(file, sheet, cell, text, miss, len(rows.rows))
        else:
            named = _is_name(text, mention)
            written = mention.name if named else text
            near = names.suggester.suggest(
                written,
                title=mention.name,
                municipality=mention.municipality,
                refused=names.refused(written, mention.municipality),
                shared=rows.found.schools if miss is Miss.SHARED else (),
                same_codes=hints.get(text, ()),
            )
            fault = _unknown(file, sheet, cell, text, mention, rows, near, names)
            questions.append(
                OpenSchool(
                    key_system(written),
                    written,
                    "" if named else mention.name,
                    mention.municipality,
                    file,
                    sheet,
                    cell,
                    len(rows.rows),
                    suggestions=tuple(map(plain, near)),
                )
            )
        groups[file, sheet, fault.code].append(fault)
    for found in groups.values():
        faults += _shortened(found)
    return faults, questions


def _shortened(faults: list[Fault]) -> list[Fault]:
    """The first faults of one kind on a sheet; the rest in one line."""
    if len(faults) <= SHOWN + 1:
        return faults
    rest = faults[SHOWN:]
    first = rest[0]
    return [
        *faults[:SHOWN],
        replace(
            first,
            message=f"и ещё школ, которые так же не присоединились: {len(rest)}. "
            f"Первая из них: {first.message}",
            remedy=f"Все они перечислены в книге «{BOOK}»."
            if first.severity is Severity.ERROR
            else first.remedy,
            rows=sum(fault.rows for fault in rest),
        ),
    ]


def _area(file: str, sheet: str, cell: str, text: str, area: str | None, rows: int) -> Fault:
    why = (
        f"с него начинаются коды школ муниципалитета «{area}»"
        if area
        else "под ним стоят школы с разными названиями"
    )
    return Fault(
        file,
        sheet,
        cell,
        "municipality-code",
        f"«{text}» похоже на код муниципалитета («Код МСУ»), а не школы: {why} (строк: {rows}).",
        "код школы («Код ОО»).",
        "Возьмите столбец «Код ОО»; если его в файле нет, запросите файл с кодами школ.",
        rows=rows,
    )


def _decided(file: str, sheet: str, cell: str, text: str, miss: Miss, rows: int) -> Fault:
    if miss is Miss.LEFT_OUT:
        return Fault(
            file,
            sheet,
            cell,
            "left-out-school",
            f"{quoted(text)} — по вашему решению не школа реестра: строки не прочитаны (строк: {rows}).",
            "",
            "Если это ошибка, исправьте строку в листе «Ключи школ» или в книге «Сверка школ».",
            Severity.WARNING,
            rows=rows,
        )
    return Fault(
        file,
        sheet,
        cell,
        "new-school",
        f"{quoted(text)} — по вашему решению новая школа, но в реестре её ещё нет (строк: {rows}).",
        _EXPECTED,
        f"Впишите школу в реестр, а {quoted(text)} — в столбец её кода или названия.",
        rows=rows,
    )


def _unknown(
    file: str,
    sheet: str,
    cell: str,
    text: str,
    mention: Mention,
    rows: _Lost,
    near: Sequence[Suggestion],
    names: SchoolNames,
) -> Fault:
    count = len(rows.rows)
    listed = "; ".join(suggestion.sentence for suggestion in near)
    confirm = f"Подтвердите нужную в книге «{BOOK}» или исправьте код."
    if rows.found.miss is Miss.SHARED:
        both = " и ".join(f"«{code}»" for code in rows.found.schools[:3])
        return Fault(
            file,
            sheet,
            cell,
            "unknown-school",
            f"{quoted(text)} подходит сразу к школам {both}: строки не присоединены ни к одной "
            f"(строк: {count}).",
            "код или название, по которым школа узнаётся однозначно.",
            f"Исправьте реестр, если код записан двум школам по ошибке, или выберите школу в "
            f"книге «{BOOK}».",
            rows=count,
        )
    if rows.found.miss is Miss.ELSEWHERE:
        other = rows.found.schools[0]
        said = f", а в файле — «{mention.municipality}»" if mention.municipality else ""
        return Fault(
            file,
            sheet,
            cell,
            "unknown-school",
            f"школа {quoted(mention.name or text)} есть в реестре, но в другом муниципалитете — "
            f"«{names.homes[other]}»{said} (строк: {count}).",
            _EXPECTED,
            f"Похожие школы реестра: {listed}. {confirm}"
            if near
            else "Добавьте школу в реестр или исправьте название.",
            rows=count,
        )
    title = f" ({mention.name})" if mention.name and mention.name not in text else ""
    if not near:
        remedy = "Добавьте школу в реестр или исправьте код."
    elif near[0].why is Why.SAME_NAME and title:
        remedy = (
            f"Школа с таким названием есть в реестре под кодом «{near[0].school_id}»: если в файле "
            f"опечатка, исправьте код; если так её записывает другая система, впишите {quoted(text)} "
            f"ей в реестр или подтвердите её в книге «{BOOK}»."
        )
    else:
        words = "Похожая школа" if len(near) == 1 else "Похожие школы"
        remedy = f"{words} реестра: {listed}. {confirm}"
    return Fault(
        file,
        sheet,
        cell,
        "unknown-school",
        f"школы {quoted(text)}{title} нет в реестре школ (строк: {count}).",
        _EXPECTED,
        remedy,
        rows=count,
    )
