"""What is said of a file or sheet that was not read."""

from __future__ import annotations

import traceback
from pathlib import Path

from shnor_lib.faults import Fault, Severity
from shnor_lib.sources.cells.headings import Match, describe_headings
from shnor_lib.sources.cells.privacy import harmless_headings, holds_people
from shnor_lib.sources.files.grid import Sheet
from shnor_lib.sources.layouts import FORMS


def internal_fault(file: str, sheet: str, rows: int, error: BaseException) -> Fault:
    """What is said when a reader itself fails: the kind of error and the place in the code.

    Neither the text of the error nor anything from the file is repeated: it may be a name.

    Parameters
    ----------
    file, sheet
        What was being read.
    rows
        Rows that did not enter.
    error
        With its traceback.
    """
    package = Path(__file__).parents[1]
    place = "место неизвестно"
    for frame in traceback.extract_tb(error.__traceback__):
        path = Path(frame.filename)
        if path.is_relative_to(package):
            place = f"{path.relative_to(package).as_posix()}, строка {frame.lineno}"
    return Fault(
        file,
        sheet,
        code="internal-error",
        message=f"внутренняя ошибка программы «{type(error).__name__}» ({place}). "
        f"{'Лист' if sheet else 'Файл'} не прочитан.",
        expected="программа читает любой файл или говорит, что в нём не так.",
        remedy="Сообщите разработчикам эту строку целиком: данных из файла в ней нет. До "
        "исправления перенесите данные в книгу проекта (команда shnor templates).",
        rows=rows,
    )


def unrecognised(file: str, sheet: Sheet, *, whole_workbook: bool) -> Fault:
    """A sheet with headings of no known form: which were found and which form is nearest.

    Parameters
    ----------
    file, sheet
        What was being read.
    whole_workbook
        Whether no other sheet of the file was read: with headings of a known form an error then,
        otherwise a warning.
    """
    found = describe_headings(sheet.rows, FORMS)
    heads, others, nearest = found.headings, found.others, found.nearest
    if holds_people(sheet.rows):
        known = harmless_headings(heads, {key for form in FORMS for key in form.keys})
        heads = [text for text in known if text != "…"]
        others += len(known) - len(heads)
    shown = "; ".join([*heads[:12], *["…"][: len(heads) > 12]])
    if others:
        shown += f"{'; ' if shown else ''}и ещё {others}"
    ours = whole_workbook and found.common > 0
    return Fault(
        file,
        sheet.name,
        found.cells,
        "not-recognised",
        f"не распознано: заголовки ({shown}) не подходят ни к одной известной форме."
        if heads
        else "не распознано: строки заголовков, известных программе, не найдено.",
        f"заголовки одной из известных форм; ближайшая — {nearest.title}."
        if nearest
        else "заголовки одной из известных форм.",
        "Перенесите данные в книгу проекта (команда shnor templates); если лист не для программы, "
        "ничего делать не нужно.",
        Severity.ERROR if ours else Severity.WARNING,
    )


def hidden_form(file: str, sheet: Sheet, match: Match) -> Fault:
    """A hidden sheet that looks like a form: it may be meant or forgotten."""
    return Fault(
        file,
        sheet.name,
        match.heading_cells,
        "hidden-sheet",
        f"лист скрыт и не прочитан, хотя похож на форму: {match.form.title}.",
        "все листы с данными видны.",
        "Если данные нужны, покажите лист: правый щелчок по ярлыку любого листа → «Показать…» "
        "(если его там нет — сохраните данные на новом листе); если нет — удалите его.",
        Severity.QUESTION,
    )


def nothing_to_read(file: str) -> Fault:
    """A file without one filled sheet."""
    return Fault(
        file,
        code="no-data",
        message="в файле нет ни одного заполненного листа.",
        expected="хотя бы один лист с заголовками и данными.",
        remedy="Заполните файл или уберите его из папки.",
        severity=Severity.WARNING,
    )
