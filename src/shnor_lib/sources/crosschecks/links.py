"""Links of the platform's registers: they lead somewhere, and nowhere they should not."""

from __future__ import annotations

from collections.abc import Iterator

from shnor_lib.faults import Severity
from shnor_lib.sources.cells.person_codes import is_full_name
from shnor_lib.sources.cells.values import quoted
from shnor_lib.sources.crosschecks.joined import Finding, Joined, Row
from shnor_lib.sources.given.links import (
    FOLDER,
    LINK_COLUMNS,
    MIXED_COLUMNS,
    Link,
    links_of,
    resolve,
)

_EXPECTED = (
    f"адрес, который начинается с https://, адрес почты или имя файла из папки {FOLDER}, "
    "например docs/466.pdf."
)


def missing_file(data: Joined) -> Iterator[Finding]:
    """Names of files that are not in the folder of files."""
    if data.files is None:
        return
    for row, column, link in _links(data):
        if link.kind == "file" and resolve(link.target, data.files) is None:
            yield Finding(
                row,
                column,
                f"файла {quoted(link.target)} нет в папке {FOLDER}; на сайте вместо ссылки стоит "
                "«файл не приложен».",
                _EXPECTED,
                f"Положите файл в «{FOLDER}/{link.target}» или исправьте имя в ячейке.",
                Severity.WARNING,
            )


def refused_link(data: Joined) -> Iterator[Finding]:
    """Addresses that could run a program or lead out of the project."""
    for row, column, link in _links(data):
        if link.kind == "refused":
            yield Finding(
                row,
                column,
                f"ссылка {quoted(link.target)} не показана: {link.reason}.",
                _EXPECTED,
                "Исправьте ссылку; файл с вашего компьютера положите в папку "
                f"{FOLDER} и впишите его имя.",
                Severity.WARNING,
            )


def words_for_link(data: Joined) -> Iterator[Finding]:
    """Words where only a link can stand."""
    for row, column, link in _links(data):
        if link.kind == "text" and column in LINK_COLUMNS.get(str(row["_table"]), ()):
            yield Finding(
                row,
                column,
                f"{quoted(link.target)} — не ссылка; на сайте это стоит простым текстом.",
                _EXPECTED,
                "Впишите адрес или имя файла вместе с расширением; если ссылки нет, оставьте "
                "ячейку пустой.",
            )


def person_answers(data: Joined) -> Iterator[Finding]:
    """A name where an office should stand: the table is published."""
    frame = data.tables.get("questions")
    if frame is None:
        return
    for index in frame.index[frame["answered_by"].notna()]:
        row = data.row("questions", index)
        if is_full_name(str(row["answered_by"])):
            yield Finding(
                row,
                "answered_by",
                "в столбце «Кто отвечает» стоит человек; на сайте это имя не показано.",
                "отдел или должность, без фамилии.",
                "Замените имя на название отдела или должности.",
                Severity.WARNING,
            )


def _links(data: Joined) -> Iterator[tuple[Row, str, Link]]:
    """Every link of every register: its row (with ``_table``), its column, what it is."""
    for columns in (LINK_COLUMNS, MIXED_COLUMNS):
        for name, wanted in columns.items():
            frame = data.tables.get(name)
            if frame is None:
                continue
            for column in wanted:
                for index in frame.index[frame[column].notna()]:
                    row = {**data.row(name, index), "_table": name}
                    for link in links_of(str(row[column])):
                        yield row, column, link
