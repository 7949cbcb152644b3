"""From the blocks of a sheet to rows of pupils and parts of task results."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from openpyxl.utils import get_column_letter

from shnor_lib.faults import Severity
from shnor_lib.sources.cells.checks import check_table
from shnor_lib.sources.cells.convert import convert
from shnor_lib.sources.cells.headings import Match
from shnor_lib.sources.cells.problems import Problem, refused_rows
from shnor_lib.sources.cells.spans import spans_by_group
from shnor_lib.sources.cells.subjects import is_known_subject, nearest_subject
from shnor_lib.sources.cells.values import clean_text, parse_number, quoted
from shnor_lib.sources.files.grid import Sheet
from shnor_lib.sources.layouts.base import (
    Context,
    SheetRead,
    no_data,
    with_provenance,
)
from shnor_lib.sources.layouts.gia_protocols.answers import understand
from shnor_lib.sources.layouts.gia_protocols.blocks import Block, blocks_of
from shnor_lib.sources.layouts.gia_protocols.cells import (
    HIDDEN,
    class_grade,
    identities,
    is_absent,
    quotable,
    school_code,
)
from shnor_lib.sources.layouts.gia_protocols.exam import (
    ADVANCED,
    BASIC,
    Exam,
    exam_in_file_name,
    with_procedure,
)
from shnor_lib.sources.layouts.gia_protocols.forms import APPEALS
from shnor_lib.sources.layouts.vpr_protocols.cells import each
from shnor_lib.sources.pupils.pupils import PUPILS, no_pupils
from shnor_lib.tables import PROCEDURES, TABLES, Column, Table

Flags = npt.NDArray[np.bool_]

_PARTS = (("short", "кратк.", False), ("long", "разв.", True), ("oral", "устн.", True))
"""Column of answers, what its tasks are called, whether its strings are «1(2)0(3)»."""
_VITAL = ("school_id", "score", "test_score", "mark", "exam")
_SCORES = ("score", "written_score", "oral_score")


@dataclass(frozen=True)
class _Part:
    """What one block gave."""

    pupils: pd.DataFrame
    tasks: pd.DataFrame
    problems: list[Problem]
    rows: int
    places: dict[str, int]
    exam: Exam | None


def read(sheet: Sheet, match: Match, context: Context) -> SheetRead:
    """Read every exam on a sheet of protocols.

    Pupils with a result and absent ones become rows of
    :data:`~shnor_lib.sources.pupils.pupils.PUPILS`; strings of answers become parts of ``task_results``,
    tasks named by their place in the string («кратк. 3», «разв. 1»), because the protocol does not
    number them. Basic mathematics of ЕГЭ has marks and no test score.
    """
    blocks = blocks_of(sheet.rows, match)
    rows_in = sum(len(block.numbers) for block in blocks)
    problems = _repeated(match, rows_in)
    if problems or not blocks:
        problems = problems or [no_data(match)]
        return SheetRead(
            "results", TABLES["results"].empty(), rows_in, problems, match.letters,
            pupils=no_pupils(), rows_used=0,
        )  # fmt: skip
    around = _around(sheet, context.file)
    appeals = match.form.name == APPEALS.name
    parts = [_read_block(sheet, block, context, around, appeals=appeals) for block in blocks]
    problems = _alike([problem for part in parts for problem in part.problems])
    pupils = pd.concat([no_pupils(), *(part.pupils for part in parts)], ignore_index=True)
    pupils = pupils.astype(PUPILS)
    tasks = [part.tasks for part in parts if len(part.tasks)]
    return SheetRead(
        "results",
        TABLES["results"].empty(),
        rows_in,
        problems,
        _letters(parts),
        pupils=pupils,
        more={"task_results": pd.concat(tasks, ignore_index=True)} if tasks else {},
        rows_used=sum(part.rows for part in parts),
    )


def _around(sheet: Sheet, file: str) -> list[str]:
    """What may name the procedure beside the sheet: its name, the file's, the folders'."""
    path = PurePosixPath(file)
    parts = [sheet.name, path.stem, *reversed(path.parts[:-1])]
    return [part.replace("_", " ") for part in parts]


def _repeated(match: Match, rows: int) -> list[Problem]:
    """A column that decides and stands twice: nobody knows which one counts."""
    titles = {column.name: quoted(column.title) for column in match.form.columns}
    found = [
        Problem(
            match.row + 1,
            places[1],
            "repeated-column",
            f"столбец {titles[name]} встречается на листе дважды.",
            "каждый столбец один раз.",
            "Оставьте один из столбцов, второй удалите или переименуйте.",
            refuses=False,
        )
        for name, places in match.repeated.items()
        if name in _VITAL
    ]
    return [replace(found[0], rows=rows), *found[1:]] if found else []


def _alike(problems: list[Problem]) -> list[Problem]:
    """Problems of several blocks that say the same of the same row are said once."""
    rows: dict[Problem, int] = {}
    for problem in problems:
        bare = replace(problem, rows=0)
        rows[bare] = rows.get(bare, 0) + problem.rows
    return [replace(problem, rows=number) for problem, number in rows.items()]


def _letters(parts: Sequence[_Part]) -> dict[str, str]:
    """Tidy column → letter.

    Where the blocks of a sheet differ, the school's column stands in: the rows are right, and no
    wrong cell is shown.
    """
    found: dict[str, set[int]] = {}
    for part in parts:
        if part.exam is None:
            continue
        result = _result_place(part.places, part.exam)
        places = {**part.places, "grade": part.places.get("grade"), "n": result}
        marks = part.exam.procedure != "ege" or part.exam.subject == BASIC
        for name in ("n2", "n3", "n4", "n5") if marks else ("mean_score",):
            places[name] = result
        places["n_low"] = places["n_high"] = places["n_absent"] = result
        for name, place in places.items():
            if place is not None:
                found.setdefault(name, set()).add(place)
    wanted = {
        "school_id", "grade", "score", "test_score", "mark", "n", "n2", "n3", "n4", "n5", "n_low",
        "n_high", "n_absent", "mean_score",
    }  # fmt: skip
    school = found.get("school_id", set())
    return {
        name: get_column_letter(min(places if len(places) == 1 else school) + 1)
        for name, places in found.items()
        if name in wanted and (len(places) == 1 or len(school) == 1)
    }


def _result_place(places: dict[str, int], exam: Exam) -> int | None:
    """Where the result stands: test score for ЕГЭ, mark for everything else."""
    order = (
        ("test_score", "mark")
        if exam.procedure == "ege" and exam.subject != BASIC
        else ("mark", "test_score")
    )
    return next((places[name] for name in order if name in places), None)


def _read_block(
    sheet: Sheet, block: Block, context: Context, around: list[str], *, appeals: bool
) -> _Part:
    rows, numbers, places = sheet.rows, block.numbers, block.places
    exam = block.exam or exam_in_file_name(context.file)
    if exam is None:
        return _refused(block, None, [_no_exam(block, per_row="exam" in places)])
    grades = (
        each(_cells(rows, block, "grade"), class_grade)
        if "grade" in places
        else [None] * len(numbers)
    )
    points = _marks_are_points(rows, block)
    exam = with_procedure(
        exam,
        [*reversed(block.title), *around],
        classes=[grade for grade in grades if grade is not None],
        has_test="test_score" in places or points,
        has_mark="mark" in places and not points,
    )
    exam = _with_level(exam, rows, block)
    problems = _about_exam(exam, block)
    missing = _missing(exam, block, points=points)
    if missing is not None:
        return _refused(block, exam, [*problems, missing])
    if exam.oral_part:
        return _refused(block, exam, [*problems, _oral_part(exam, block)])
    frame, found = _results(sheet, block, exam, context.file)
    frame["grade"] = _grades(exam, grades)
    frame["season"] = context.calendar.season(exam.procedure, exam.date.year)
    frame["pupil"], frame["person"] = identities(
        rows, numbers, places, context.code, f"{context.file}|{sheet.name}"
    )
    frame["appeal"] = appeals
    found += _unknown_grades(frame, places)
    found += _without_result(frame, exam, block, refused_rows(found), appeals=appeals)
    problems += found
    refused = refused_rows(found)
    keep = ~frame["source_row"].isin(refused).to_numpy()
    tasks, doubts = (
        (TABLES["task_results"].empty(), [])
        if appeals
        else _tasks(sheet, block, frame, keep & frame["present"].to_numpy(dtype=bool))
    )
    pupils = frame[keep].reindex(columns=list(PUPILS)).astype(PUPILS)
    return _Part(pupils, tasks, [*problems, *doubts], int(keep.sum()), places, exam)


def _refused(block: Block, exam: Exam | None, problems: list[Problem]) -> _Part:
    """No row of the block enters; the last problem says why."""
    last = replace(problems[-1], rows=len(block.numbers), refuses=False)
    none = TABLES["task_results"].empty()
    return _Part(no_pupils(), none, [*problems[:-1], last], 0, block.places, exam)


# --- the exam ----------------------------------------------------------------------------------


def _no_exam(block: Block, *, per_row: bool) -> Problem:
    first = block.numbers[0] + 1
    if per_row:
        return Problem(
            first,
            block.places["exam"],
            "exam-unknown",
            f"в столбце «Экзамен» не прочитать предмет и дату (строк: {len(block.numbers)}).",
            "предмет и дата в скобках: Математика(2026.06.02).",
            "Впишите предмет и дату в таком виде.",
        )
    return Problem(
        first,
        None,
        "exam-unknown",
        f"не найдена строка с предметом и датой экзамена (строк под ней: {len(block.numbers)}).",
        "над таблицей — строка вида «12 - Обществознание 2026.07.03», или имя файла вида "
        "«12_2026.07.03 Обществознание».",
        "Впишите такую строку над таблицей или переименуйте файл.",
    )


def _with_level(exam: Exam, rows: Sequence[Sequence[Any]], block: Block) -> Exam:
    """ЕГЭ in mathematics is basic (marks) or advanced (test scores)."""
    if exam.procedure != "ege" or exam.subject != "математика":
        return exam
    if exam.code == 22:
        return replace(exam, subject=BASIC)
    is_mark = "test_score" not in block.places and not _marks_are_points(rows, block)
    return replace(exam, subject=BASIC if is_mark else ADVANCED)


def _marks_are_points(rows: Sequence[Sequence[Any]], block: Block) -> bool:
    """Whether the only column of results is called «Оценка» and holds test scores."""
    if "mark" not in block.places or "test_score" in block.places:
        return False
    values = each(_cells(rows, block, "mark"), parse_number)
    known = [value for value in values if value is not None]
    return 2 * sum(value > 5 for value in known) > len(known)


def _about_exam(exam: Exam, block: Block) -> list[Problem]:
    row = block.numbers[0] + 1
    problems = []
    if exam.expected is not None:
        problems.append(
            Problem(
                row,
                None,
                "subject-code-disagrees",
                f"у экзамена {quoted(exam.words)} код {exam.code}, по федеральному перечню это "
                f"{quoted(exam.expected)}.",
                "код и название одного предмета.",
                f"Проверьте предмет; прочитан как {quoted(exam.subject)}, по названию.",
                Severity.WARNING,
                refuses=False,
            )
        )
    if exam.guessed:
        problems.append(
            Problem(
                row,
                None,
                "subject-by-code",
                f"предмет в файле не назван, есть только код {exam.code}; по федеральному перечню это "
                f"{quoted(exam.subject)}, но в некоторых регионах код значит другое.",
                "название предмета в строке экзамена или в имени файла.",
                "Если предмет другой, впишите его название в имя файла.",
                Severity.WARNING,
                refuses=False,
            )
        )
    near = nearest_subject(exam.subject)
    if not is_known_subject(exam.subject) and near is not None:
        problems.append(
            Problem(
                row,
                None,
                "unknown-subject",
                f"предмет {quoted(exam.subject)} программе неизвестен (строк: {len(block.numbers)}).",
                f"название предмета в именительном падеже, например «{near}».",
                f"Если это «{near}», исправьте название; иначе предмет останется отдельным.",
                Severity.WARNING,
                refuses=False,
            )
        )
    return problems


def _missing(exam: Exam, block: Block, *, points: bool) -> Problem | None:
    """What is needed and is not there: school, procedure, result."""
    row = block.head + 1
    places = block.places
    if "school_id" not in places:
        only = "municipality_code" in places
        return Problem(
            row,
            places.get("municipality_code"),
            "missing-column",
            "нет столбца «Код ОО»; «Код МСУ» — это код муниципалитета, школу по нему не узнать."
            if only
            else "нет столбца «Код ОО» (протокол проверки результатов ГИА).",
            "столбец «Код ОО» с кодом школы в РИС ГИА.",
            "Выгрузите протокол с кодами образовательных организаций."
            if only
            else "Добавьте столбец с этим заголовком и заполните его.",
        )
    if not exam.procedure:
        return Problem(
            row,
            None,
            "procedure-unknown",
            f"не понять, что это за экзамен: {quoted(exam.words)} может быть ЕГЭ, ОГЭ или ГВЭ.",
            "слово «ЕГЭ», «ОГЭ» или «ГВЭ» над таблицей, в имени файла или папки.",
            "Допишите его в имя файла.",
        )
    marks = exam.procedure != "ege" or exam.subject == BASIC
    if _result_place(places, exam) is None or (
        not marks and "test_score" not in places and not points
    ):
        title = "«Оценка»" if marks else "«Тестовый балл»"
        return Problem(
            row,
            None,
            "missing-column",
            f"нет столбца {title} ({PROCEDURES[exam.procedure]}, {exam.subject}).",
            f"столбец с заголовком {title}.",
            "Выгрузите протокол заново или добавьте столбец с этим заголовком и заполните его.",
        )
    return None


def _oral_part(exam: Exam, block: Block) -> Problem:
    return Problem(
        block.numbers[0] + 1,
        None,
        "oral-part",
        f"{quoted(exam.words)} — только устная часть экзамена (строк: {len(block.numbers)}).",
        f"протокол экзамена {quoted(exam.subject)} целиком: в нём устная часть стоит своим столбцом.",
        "Положите в папку протокол экзамена целиком; строки устной части отдельно не прочитаны.",
        Severity.WARNING,
    )


# --- results -----------------------------------------------------------------------------------


def _results(
    sheet: Sheet, block: Block, exam: Exam, file: str
) -> tuple[pd.DataFrame, list[Problem]]:
    """Typed rows: school, scores, mark, present; and what is wrong with their cells."""
    places = block.places
    absent = _absent(sheet.rows, block)
    marks = exam.procedure != "ege" or exam.subject == BASIC
    result = _result_name(places, exam)
    columns = [
        Column("score", "Первичный балл", "float", "", minimum=0, maximum=100),
        Column("written_score", "Первичный балл письменной части", "float", "", minimum=0,
               maximum=100),
        Column("oral_score", "Первичный балл устной части", "float", "", minimum=0, maximum=100),
        Column("result", _title(result), "int", "", minimum=2, maximum=5)
        if marks
        else Column("result", _title(result), "float", "", minimum=0, maximum=100),
    ]  # fmt: skip
    stand = {name: name for name in _SCORES if name in places} | {"result": result}
    if "score" not in places and result == "mark" and "test_score" in places:
        # «Балл | Оценка»: beside a mark the score is the primary one.
        stand["score"] = "test_score"
    where = dict(zip(stand, range(len(stand)), strict=True))
    cells = [
        ["" if gone else value for gone, value in zip(absent, values, strict=True)]
        for values in (each(_cells(sheet.rows, block, name), quotable) for name in stand.values())
    ]
    grid = list(zip(*cells, strict=True))
    frame, problems = convert(grid, range(len(block.numbers)), columns, where)
    frame = with_provenance(frame, file, sheet.name, list(range(len(block.numbers))))
    table = Table("gia_protocol", "", "", (), tuple(columns))
    problems += check_table(table, frame, where, problems)
    back = [places[name] for name in stand.values()]
    problems = [
        replace(
            problem,
            row=block.numbers[problem.row - 1] + 1,
            col=None if problem.col is None else back[problem.col],
        )
        for problem in problems
    ]
    frame["source_row"] = pd.array([number + 1 for number in block.numbers], dtype="Int64")
    codes = each(_cells(sheet.rows, block, "school_id"), school_code)
    problems += _schools(codes, block)
    both = frame["written_score"] + frame["oral_score"]
    empty = pd.Series(pd.NA, index=frame.index)
    outcome = frame["result"]
    return (
        frame.assign(
            school_id=pd.array(codes, dtype="string"),
            year=exam.date.year,
            procedure=exam.procedure,
            subject=exam.subject,
            date=exam.date.isoformat(),
            score=frame["score"].fillna(both),
            mark=outcome if marks else empty,
            test_score=empty if marks else outcome,
            absent=absent,
            present=outcome.notna().to_numpy() & ~absent,
        ),
        problems,
    )


def _cells(rows: Sequence[Sequence[Any]], block: Block, name: str) -> list[Any]:
    place = block.places[name]
    return [rows[number][place] for number in block.numbers]


def _result_name(places: dict[str, int], exam: Exam) -> str:
    place = _result_place(places, exam)
    return next(n for n in ("mark", "test_score") if n in places and places[n] == place)


def _title(result: str) -> str:
    return "Оценка" if result == "mark" else "Тестовый балл"


def _absent(rows: Sequence[Sequence[Any]], block: Block) -> Flags:
    """Rows that say in words that there is no result."""
    found = np.zeros(len(block.numbers), dtype=bool)
    for name in ("score", "test_score", "mark", "status", "short"):
        if name in block.places:
            found |= np.array(each(_cells(rows, block, name), is_absent), dtype=bool)
    return found


def _schools(codes: Sequence[str | None], block: Block) -> list[Problem]:
    place = block.places["school_id"]
    return [
        Problem(
            number + 1,
            place,
            "empty-required" if code == "" else "not-a-code",
            "пустая ячейка в обязательном столбце «Код ОО»."
            if code == ""
            else f"в столбце «Код ОО» стоит «{HIDDEN}» — это не код школы.",
            "код школы в РИС ГИА: цифры, иногда с буквами, без пробелов.",
            "Впишите код школы.",
        )
        for number, code in zip(block.numbers, codes, strict=True)
        if not code
    ]


def _grades(exam: Exam, grades: Sequence[int | None]) -> pd.api.extensions.ExtensionArray:
    """ОГЭ is grade 9 and ЕГЭ grade 11, whatever the label of the class; ГВЭ may be either."""
    fixed = {"oge": 9, "ege": 11}.get(exam.procedure)
    if fixed is not None:
        found: list[int | None] = [fixed] * len(grades)
    else:
        found = [
            exam.grade if g is None else 11 if g >= 10 else 9 if g == 9 else None for g in grades
        ]
    array: pd.api.extensions.ExtensionArray = pd.array(found, dtype="Int64")
    return array


def _unknown_grades(frame: pd.DataFrame, places: dict[str, int]) -> list[Problem]:
    return [
        Problem(
            int(row),
            places.get("grade"),
            "grade-unknown",
            "не понять, 9 это класс или 11.",
            "класс, который начинается с цифры: «9А», «11».",
            "Впишите класс в столбец «Класс».",
        )
        for row in frame.loc[frame["grade"].isna(), "source_row"]
    ]


def _without_result(
    frame: pd.DataFrame, exam: Exam, block: Block, refused: set[int], *, appeals: bool
) -> list[Problem]:
    """Rows without a result that do not say why; of refused rows enough has been said."""
    rows = frame["source_row"].to_numpy(dtype=np.int64)
    bare = ~frame["present"].to_numpy(dtype=bool) & ~np.isin(rows, list(refused))
    scored = frame["score"].notna().to_numpy(dtype=bool)
    place = _result_place(block.places, exam)
    if appeals:
        return [
            Problem(
                int(row),
                place,
                "appeal-without-result",
                "у апелляции нет ни балла, ни оценки.",
                "первичный балл и оценка (тестовый балл) после апелляции.",
                "Если апелляция удовлетворена, впишите новый результат; сейчас она не учтена.",
                Severity.WARNING,
            )
            for row in rows[bare & ~scored]
        ]
    bare &= ~frame["absent"].to_numpy(dtype=bool)
    title = quoted(_title(_result_name(block.places, exam)))
    problems = [
        Problem(
            int(row),
            place,
            "empty-required",
            f"есть первичный балл, но пусто в столбце {title}.",
            "оценка или тестовый балл у каждого, кто сдавал экзамен.",
            "Заполните ячейку; если результат аннулирован, напишите это в ней словом.",
        )
        for row in rows[bare & scored]
    ]
    silent = rows[bare & ~scored]
    if len(silent):
        problems.append(
            Problem(
                int(silent[0]),
                place,
                "no-result",
                f"ни балла, ни оценки, и не сказано почему (строк: {len(silent)}): эти ученики "
                "посчитаны как отсутствовавшие.",
                "результат или слова «не явился», «удалён», «аннулирован».",
                "Проверьте эти строки.",
                Severity.WARNING,
                refuses=False,
            )
        )
    return problems


# --- tasks -------------------------------------------------------------------------------------


def _tasks(
    sheet: Sheet, block: Block, frame: pd.DataFrame, writers: Flags
) -> tuple[pd.DataFrame, list[Problem]]:
    """Parts of ``task_results`` by school, and a doubt where strings of answers differ."""
    empty = TABLES["task_results"].empty()
    found: list[pd.DataFrame] = []
    problems: list[Problem] = []
    keys = ["school_id", "year", "season", "procedure", "grade", "subject"]
    who = frame[writers].reset_index(drop=True)
    at = np.flatnonzero(writers)
    if not len(who):
        return empty, []
    of = who.groupby(keys, sort=True).ngroup().to_numpy(np.int64)
    schools = who.loc[~pd.Series(of).duplicated().to_numpy(), keys]
    schools = schools.set_axis(of[~pd.Series(of).duplicated().to_numpy()]).sort_index()
    for name, prefix, long in _PARTS:
        if name not in block.places:
            continue
        cells = _cells(sheet.rows, block, name)
        answers = understand([clean_text(cells[i]) for i in at], long=long)
        problems += _odd_answers(answers.odd, who, block, name)
        if not answers.points.shape[1]:
            continue
        known = ~np.isnan(answers.points[:, 0])
        rows = who["source_row"].to_numpy(dtype=np.int64)
        spans = spans_by_group(of[known], rows[known])
        n = np.bincount(of[known], minlength=len(schools))[spans.index]
        for task in range(answers.points.shape[1]):
            points = np.bincount(
                of[known], weights=answers.points[known, task], minlength=len(schools)
            )[spans.index]
            most = float(answers.largest[task])
            found.append(
                schools.loc[spans.index].assign(
                    n=n,
                    task=f"{prefix} {task + 1}",
                    max_score=most,
                    share=points / (n * most) if most else np.nan,
                    source_file=frame["source_file"].iloc[0],
                    source_sheet=frame["source_sheet"].iloc[0],
                    source_row=spans["source_row"],
                    source_rows=spans["source_rows"],
                )
            )
    if not found:
        return empty, problems
    table = pd.concat(found, ignore_index=True).reindex(columns=list(empty.columns))
    return table.astype(dict(empty.dtypes)), problems


def _odd_answers(odd: Flags, who: pd.DataFrame, block: Block, name: str) -> list[Problem]:
    if not odd.any():
        return []
    title = {
        "short": "«Задания с кратким ответом»",
        "long": "«Задания с развёрнутым ответом»",
        "oral": "«Устная часть»",
    }[name]
    return [
        Problem(
            int(who["source_row"][int(np.flatnonzero(odd)[0])]),
            block.places[name],
            "odd-answers",
            f"в столбце {title} запись ответов не такая, как у остальных на этом экзамене "
            f"(учеников: {int(odd.sum())}): другое число заданий или непонятные знаки.",
            "одно и то же число заданий у всех, знаки «+», «-», цифры или «1(2)».",
            "Проверьте эти строки. Балл и оценка прочитаны, но в выполнение заданий ответы этих "
            "учеников не вошли.",
            Severity.WARNING,
            refuses=False,
        )
    ]
